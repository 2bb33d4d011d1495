"""
Compiled loops over buses and branches by seconds or outages.

Of a day no value of bus or branch by second is kept: one call takes the seconds whose load lies in one piece of a
curve, and each value is compared where it is made.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Complexes, Integers
from twin.grid.host import Indices
from twin.site import Floats
from twin.thermal.compiled import LOOP, njit

BLOCK = 256
"""Seconds that are evaluated at once: the basis of 25 nodes and a block of values stay in the first cache."""


@njit(cache=True, **LOOP)
def of_voltages(
    series: Floats, place: Floats, low: Floats, high: Floats
) -> tuple[Floats, Integers, Floats, Integers, Integers, Integers]:
    """
    Find what the voltage of each bus reaches.

    Parameters
    ----------
    series : (bus, node) [1]
        Chebyshev coefficients of its magnitude.
    place : (second,) [1]
        Of the load in the piece, -1 to 1; one second at least.
    low, high : (bus,) [1]
        Limits.

    Returns
    -------
    lowest : (bus,) [1]
        Magnitude.
    lowest_at : (bus,)
        Second of it.
    highest, highest_at
        The same of the highest.
    below, above : (bus,)
        Seconds outside of the limits.
    """
    buses = series.shape[0]
    lowest, highest = np.full(buses, np.inf), np.full(buses, -np.inf)
    lowest_at, highest_at = np.zeros(buses, np.int64), np.zeros(buses, np.int64)
    below, above = np.zeros(buses, np.int64), np.zeros(buses, np.int64)
    basis, value = np.empty((series.shape[1], BLOCK)), np.empty(BLOCK)
    for begin in range(0, place.size, BLOCK):
        count = min(BLOCK, place.size - begin)
        _fill(basis, place[begin : begin + count])
        for bus in range(buses):
            _evaluate(series[bus], basis, value)
            least, most, under, over = np.inf, -np.inf, 0, 0
            for second in range(count):
                least = min(least, value[second])
                most = max(most, value[second])
                under += value[second] < low[bus]
                over += value[second] > high[bus]
            below[bus] += under
            above[bus] += over
            if least < lowest[bus]:
                lowest[bus], lowest_at[bus] = least, begin + value[:count].argmin()
            if most > highest[bus]:
                highest[bus], highest_at[bus] = most, begin + value[:count].argmax()
    return lowest, lowest_at, highest, highest_at, below, above


@njit(cache=True, **LOOP)
def of_flows(series: Floats, place: Floats, limit: Floats) -> tuple[Floats, Integers, Integers]:
    """
    Find what the apparent power of each branch reaches, at whichever end it is higher.

    Parameters
    ----------
    series : (branch, 4, node) [V*A]
        Chebyshev coefficients of active and reactive power at the start, and of both at the end.
    place : (second,) [1]
        Of the load in the piece, -1 to 1; one second at least.
    limit : (branch,) [V*A]
        Rating.

    Returns
    -------
    highest : (branch,) [V*A]
        Apparent power.
    highest_at : (branch,)
        Second of it.
    over : (branch,)
        Seconds over the limit.
    """
    branches = series.shape[0]
    highest, highest_at = np.full(branches, -1.0), np.zeros(branches, np.int64)
    above = np.zeros(branches, np.int64)
    basis, value = np.empty((series.shape[2], BLOCK)), np.empty((4, BLOCK))
    squared = np.empty(BLOCK)
    for begin in range(0, place.size, BLOCK):
        count = min(BLOCK, place.size - begin)
        _fill(basis, place[begin : begin + count])
        for branch in range(branches):
            for part in range(4):
                _evaluate(series[branch, part], basis, value[part])
            most, over, edge = -1.0, 0, limit[branch] ** 2
            for second in range(count):
                at_start = value[0, second] ** 2 + value[1, second] ** 2
                at_end = value[2, second] ** 2 + value[3, second] ** 2
                squared[second] = max(at_start, at_end)
                most = max(most, squared[second])
                over += squared[second] > edge
            above[branch] += over
            if most > highest[branch]:
                highest[branch], highest_at[branch] = most, begin + squared[:count].argmax()
    return np.sqrt(highest), highest_at, above


@njit(cache=True, **LOOP)
def apparent_power(voltage: Complexes, start: Indices, end: Indices, admittance: Complexes, out: Indices) -> Floats:
    """
    Give the apparent power of branches in several states of a network, each without one of them.

    Parameters
    ----------
    voltage : (state, bus) [1]
        Complex.
    start, end : (branch,)
        Rows of buses.
    admittance : (4, branch) [1]
        From `power_flow.branch_admittances`.
    out : (state,)
        Row of the branch that is out of service; -1 where none is.

    Returns
    -------
    (state, branch) [1]
        At the end where it is higher, per unit.
    """
    power = np.empty((voltage.shape[0], start.size))
    for state in range(voltage.shape[0]):
        for branch in range(start.size):
            first, last = voltage[state, start[branch]], voltage[state, end[branch]]
            enters = first * np.conj(admittance[0, branch] * first + admittance[1, branch] * last)
            leaves = last * np.conj(admittance[2, branch] * first + admittance[3, branch] * last)
            squared = max(enters.real**2 + enters.imag**2, leaves.real**2 + leaves.imag**2)
            power[state, branch] = np.sqrt(squared)
        if out[state] >= 0:
            power[state, out[state]] = 0.0
    return power


@njit(cache=True, **LOOP)
def _fill(basis: Floats, place: Floats) -> None:
    """Write Chebyshev polynomials at places, a row a degree; places past the last are left as they were."""
    for second in range(place.size):
        basis[0, second], basis[1, second] = 1.0, place[second]
    for degree in range(2, basis.shape[0]):
        for second in range(place.size):
            basis[degree, second] = 2.0 * place[second] * basis[degree - 1, second] - basis[degree - 2, second]


@njit(cache=True, **LOOP)
def _evaluate(series: Floats, basis: Floats, value: Floats) -> None:
    """Sum a series; four degrees at once, so that each value is written a quarter as often."""
    for second in range(BLOCK):
        value[second] = series[0]
    degree = 1
    while degree + 4 <= series.size:
        one, two, three, four = series[degree], series[degree + 1], series[degree + 2], series[degree + 3]
        for second in range(BLOCK):
            value[second] += (
                one * basis[degree, second]
                + two * basis[degree + 1, second]
                + three * basis[degree + 2, second]
                + four * basis[degree + 3, second]
            )
        degree += 4
    for rest in range(degree, series.size):
        for second in range(BLOCK):
            value[second] += series[rest] * basis[rest, second]
