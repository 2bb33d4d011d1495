"""The triangular distribution: the usual one for a least, a likeliest and a most."""

from __future__ import annotations

import numpy as np

from twin.arrays import Floats


def quantile(share: Floats, low: Floats, best: Floats, high: Floats) -> Floats:
    """
    Give the number below which a share of all lies.

    Parameters
    ----------
    share : (any,) [1]
        From zero to one.
    low, best, high : (any,)
        Least, likeliest and most.

    Returns
    -------
    (any,)
        In the unit of these.

    Notes
    -----
    Triangular distribution, the usual one for a least, a likeliest and a most. With f = (best - low) / (high - low):
    low + sqrt(u (high - low) (best - low)) for u below f, else high - sqrt((1 - u) (high - low) (high - best)).

    References
    ----------
    .. [1] S. Kotz and J. R. van Dorp, Beyond Beta, 2004, section 1.2
    """
    width = high - low
    below = low + np.sqrt(share * width * (best - low))
    above = high - np.sqrt((1.0 - share) * width * (high - best))
    return np.asarray(np.where(share * width < best - low, below, above), dtype=float)


def share(value: Floats, low: Floats, best: Floats, high: Floats) -> Floats:
    """
    Give the share of all that lies below a number.

    Parameters
    ----------
    value : (any,)
        Anywhere.
    low, best, high : (any,)
        Least, likeliest and most, in the same unit.

    Returns
    -------
    (any,) [1]
        The inverse of `quantile`; zero below the least, one above the most.

    Notes
    -----
    (x - low)^2 / (high - low) / (best - low) up to the likeliest, above it
    1 - (high - x)^2 / (high - low) / (high - best).

    References
    ----------
    .. [1] S. Kotz and J. R. van Dorp, Beyond Beta, 2004, section 1.2
    """
    inside, width = np.clip(value, low, high), high - low
    # Where the likeliest is an end, no number lies on that side of it.
    left, right = (np.where(part > 0.0, part, 1.0) for part in (best - low, high - best))
    below, above = np.square(inside - low) / (width * left), 1.0 - np.square(high - inside) / (width * right)
    return np.asarray(np.where(inside < best, below, above), dtype=float)
