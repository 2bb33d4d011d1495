"""Polynomials through values at Chebyshev points of the second kind."""

from __future__ import annotations

from typing import overload

import numpy as np
from scipy.fft import dct

from twin.arrays import Complexes
from twin.site import Floats


def nodes(low: float, last: float, count: int) -> Floats:
    """
    Give the loads at which a function is taken.

    Parameters
    ----------
    low, last : [W]
        Its ends.
    count : int
        Nodes, two at least.

    Returns
    -------
    (node,) [W]
        Chebyshev points of the second kind, in rising order.
    """
    return np.asarray(low + 0.5 * (last - low) * (1.0 - np.cos(np.pi * np.arange(count) / (count - 1))))


@overload
def coefficients(values: Floats) -> Floats: ...
@overload
def coefficients(values: Complexes) -> Complexes: ...
def coefficients(values: Floats | Complexes) -> Floats | Complexes:
    """
    Give the Chebyshev series through values at nodes.

    Parameters
    ----------
    values : (node, ...) [1]
        At Chebyshev points of the second kind, in rising order.

    Returns
    -------
    (node, ...) [1]
        Of T_0, T_1 and so on, in the unit of the values.
    """
    series: Floats | Complexes = dct(values[::-1], type=1, axis=0) / (len(values) - 1)
    series[[0, -1]] *= 0.5
    return series
