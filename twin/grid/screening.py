"""Which outages of a branch load others most, by the DC power flow: a fifth of a second for 3,000 branches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.grid import native
from twin.grid.host import HostGrid, Indices
from twin.grid.power_flow import branch_flows
from twin.grid.reactive_limits import State
from twin.site import Floats

AT_ONCE = 256
"""Outages whose flows are compared at once, so that a whole matrix of flows is never held."""


class Screening(NamedTuple):
    """
    Estimates of single outages.

    Attributes
    ----------
    loading : (branch,) [1]
        Highest active flow over emergency rating after the outage of each; NaN where it cuts the network in two, or the
        branch is out of service.
    loaded : (branch,)
        Which branch it is on.
    """

    loading: Floats
    loaded: Indices


def screen(grid: HostGrid, state: State) -> Screening:
    """
    Estimate what all single outages do to active flows.

    Parameters
    ----------
    grid : HostGrid
        The network with all its loads.
    state : State
        Before an outage.

    Returns
    -------
    Screening
        To rank outages by, not to judge them: neither reactive power nor voltages are in it.

    Notes
    -----
    Flow after = AC flow before + outage factor x AC flow of the branch that trips, as usual in planning studies.

    References
    ----------
    .. [1] A. J. Wood, B. F. Wollenberg, G. B. Sheble, Power Generation, Operation, and Control, 3rd ed., chapter 7
    """
    factors = native.outage_factors(native.build(grid, state.standing), state.voltage)
    before = branch_flows(grid, state.voltage)[0].real
    count, rating = before.size, grid.branches.rating_emergency[:, np.newaxis]
    loading, loaded = np.full(count, np.nan), np.zeros(count, dtype=int)
    for first in range(0, count, AT_ONCE):
        out = np.arange(first, min(first + AT_ONCE, count))
        after = np.abs(before[:, np.newaxis] + factors[:, out] * before[out]) / rating
        after[out, out - first] = 0.0
        known = ~np.isnan(after).any(axis=0) & grid.branches.in_service[out]
        loading[out[known]] = after[:, known].max(axis=0)
        loaded[out[known]] = after[:, known].argmax(axis=0)
    return Screening(loading, loaded)
