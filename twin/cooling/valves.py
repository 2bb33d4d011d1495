"""Control valves: opening over lift, and the flow that is left of it in a circuit."""

from __future__ import annotations

import numpy as np

from twin.site import Floats

SEAT = 0.05
"""Lift [1] below which the plug of an equal-percentage valve meets its seat: it closes in a straight line."""


def equal_percentage(lift: Floats, rangeability: Floats, leakage: Floats) -> Floats:
    """
    Give the opening of an equal-percentage valve.

    Parameters
    ----------
    lift : (any,) [1]
        From 0, shut, to 1, open.
    rangeability : (any,) [1]
        Greatest over least opening that follows the law; 30 to 50.
    leakage : (any,) [1]
        Opening when shut; 1e-4 for metal seats.

    Returns
    -------
    (any,) [1]
        Flow over that of the open valve, at the same pressure difference over it.

    Notes
    -----
    R^(x - 1), and below `SEAT` straight to the leakage, where the law alone would still pass 1 / R.

    References
    ----------
    .. [1] IEC 60534-2-4:2009, inherent flow characteristics and rangeability
    """
    followed = np.power(rangeability, np.maximum(lift, SEAT) - 1.0)
    closing = np.minimum(lift / SEAT, 1.0)
    return np.asarray(leakage + (followed - leakage) * closing, dtype=float)


def linear(lift: Floats, leakage: Floats) -> Floats:
    """
    Give the opening of a linear valve.

    Parameters
    ----------
    lift : (any,) [1]
        From 0, shut, to 1, open.
    leakage : (any,) [1]
        Opening when shut.

    Returns
    -------
    (any,) [1]
        Flow over that of the open valve, at the same pressure difference over it.
    """
    return np.asarray(leakage + (1.0 - leakage) * lift, dtype=float)


def installed_flow(opening: Floats, authority: Floats) -> Floats:
    """
    Give the flow through a valve in its circuit.

    Parameters
    ----------
    opening : (any,) [1]
        From `equal_percentage` or `linear`.
    authority : (any,) [1]
        Pressure difference over the open valve, over that of valve and circuit; above zero, up to one.

    Returns
    -------
    (any,) [1]
        Flow over that with the valve open.

    Notes
    -----
    phi / sqrt(a + (1 - a) phi^2): valve and circuit in series, both turbulent, under a constant pressure difference. At
    an authority of one the flow is the opening; at a small one the valve does little until it is nearly shut.

    References
    ----------
    .. [1] ASHRAE Handbook, Fundamentals 2021, chapter 7, control valve authority
    """
    return np.asarray(opening / np.sqrt(authority + (1.0 - authority) * np.square(opening)), dtype=float)
