"""
Power flows whose units keep within their reactive limits.

A unit holds the voltage of its bus as long as its reactive power lies between its limits. At its upper limit it lets
the voltage sink below what it should hold, at its lower limit rise above it. Which units stand where is part of the
solution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Complexes
from twin.errors import FacilityError, Fault
from twin.grid import native
from twin.grid.host import Flags, HostGrid
from twin.grid.native import AT_LOWER, AT_UPPER, HOLDS, Standing
from twin.grid.power_flow import SOURCE, admittance, first_voltage
from twin.site import Floats

REACTIVE_TOLERANCE = 1e-7
"""By which reactive power may pass its limit, per unit of the base power [1]: a hundred times the solver's mismatch."""

VOLTAGE_TOLERANCE = 1e-9
"""By which the voltage of a unit at its limit may pass what it should hold [1]."""

TOGETHER, ALONE = 12, 200
"""Rounds in which all units switch that should, and further ones in which only the worst does, which ends cycles."""


class State(NamedTuple):
    """
    A power flow in which each unit stands where it should.

    Attributes
    ----------
    voltage : (bus,) [1]
        Complex; the angle of the reference bus is zero.
    standing : (unit,)
        Which units hold their voltage, and which stand at a limit.
    """

    voltage: Complexes
    standing: Standing


def fixed(grid: HostGrid) -> Flags:
    """
    Say which units have no reactive range, and so never hold a voltage where limits are regarded.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    (unit,) bool
        They give their upper limit.
    """
    return np.asarray(grid.units.reactive_max - grid.units.reactive_min <= REACTIVE_TOLERANCE * grid.base_power)


def reactive_power(grid: HostGrid, voltage: Complexes) -> Floats:
    """
    Give the reactive power of units.

    Parameters
    ----------
    grid : HostGrid
        The network.
    voltage : (any, bus) [1]
        Complex.

    Returns
    -------
    (any, unit) [var]
        What each gives so that its bus is in balance.
    """
    rows = grid.units.bus
    current = (admittance(grid).tocsr()[rows] @ voltage.T).T
    return np.asarray((voltage[:, rows] * current.conj()).imag * grid.base_power + grid.buses.load_reactive[rows])


def margins(grid: HostGrid, voltage: Complexes, reactive: Floats, standing: Standing) -> Floats:
    """
    Say how far units are from where they should change where they stand.

    Parameters
    ----------
    grid : HostGrid
        The network.
    voltage : (any, bus) [1]
        Complex.
    reactive : (any, unit) [var]
        From `reactive_power`.
    standing : (unit,)
        Where they stand.

    Returns
    -------
    (2, any, unit) [1]
        For a unit that holds: reactive power left to the upper and to the lower limit, over `REACTIVE_TOLERANCE`. For
        one at a limit: what its voltage lies on the right side of what it should hold, over `VOLTAGE_TOLERANCE`, in the
        row of that limit. Below -1 it should change; infinite where it never does.
    """
    units = grid.units
    scale = REACTIVE_TOLERANCE * grid.base_power
    short = (units.voltage - np.abs(voltage[:, units.bus])) / VOLTAGE_TOLERANCE
    upper = np.where(standing == HOLDS, (units.reactive_max - reactive) / scale, np.inf)
    lower = np.where(standing == HOLDS, (reactive - units.reactive_min) / scale, np.inf)
    free = ~fixed(grid)
    upper = np.where((standing == AT_UPPER) & free, short, upper)
    lower = np.where((standing == AT_LOWER) & free, -short, lower)
    return np.stack([upper, lower])


def switched(standing: Standing, upper: Flags, lower: Flags) -> Standing:
    """
    Let units change where they stand.

    Parameters
    ----------
    standing : (unit,)
        Where they stand.
    upper, lower : (unit,)
        Which pass their margin at the upper, and at the lower limit.

    Returns
    -------
    (unit,)
        Those that held go to the limit, those at a limit hold again.
    """
    after = standing.copy()
    after[upper] = np.where(standing[upper] == HOLDS, AT_UPPER, HOLDS)
    after[lower] = np.where(standing[lower] == HOLDS, AT_LOWER, HOLDS)
    return after


def settle(grid: HostGrid, start: State | None = None, *, limits: bool = True) -> State:
    """
    Solve the power flow of a network, each unit where it should stand.

    Parameters
    ----------
    grid : HostGrid
        The network, each bus connected with the reference.
    start : State, optional
        A state nearby; without it all units hold their voltages at first.
    limits
        Whether reactive limits are regarded; where not, units stay where they stand at the start.

    Returns
    -------
    State
        Voltages, and where units stand.

    Raises
    ------
    FacilityError
        When there is no power flow, or none in which all units stand where they should.

    Notes
    -----
    Solved again with the units switched that should be, all at once and, after `TOGETHER` rounds, the worst alone.
    """
    if start is None:
        start = State(first_voltage(grid), np.full(len(grid.units.bus), HOLDS, dtype=np.int8))
        if limits:
            start = settle(grid, start, limits=False)
    voltage, standing = start
    if limits:
        standing = np.where(fixed(grid), AT_UPPER, standing).astype(np.int8)
    for turn in range(TOGETHER + ALONE):
        solved = native.solve(native.build(grid, standing), voltage, grid.reference)
        if solved is None:
            raise _no_power_flow(grid)
        voltage = solved
        if not limits:
            return State(voltage, standing)
        left = margins(grid, voltage[np.newaxis], reactive_power(grid, voltage[np.newaxis]), standing)[:, 0]
        passed = left < -1.0
        if not passed.any():
            return State(voltage, standing)
        if turn >= TOGETHER:
            passed &= left == left.min()
        standing = switched(standing, *passed)
    raise _no_standing(grid)


def _no_power_flow(grid: HostGrid) -> FacilityError:
    message = (
        f"no power flow has the net load of {grid.buses.load_active.sum() / 1e6:.6g} MW: it lies beyond the "
        "loadability limit; reduce the load, or strengthen the network"
    )
    return FacilityError(SOURCE, [Fault("", message)])


def _no_standing(grid: HostGrid) -> FacilityError:
    message = (
        f"with a load of {grid.buses.load_active.sum() / 1e6:.6g} MW units do not settle between their reactive limits "
        "and the voltages they hold; correct their limits, or reduce the load"
    )
    return FacilityError(SOURCE, [Fault("units", message)])
