"""
Outages of one branch at a time, by full AC power flows: what each does to voltages and loadings.

The batches are lightsim2grid's, told to keep the factors of an outage's first step (chord iteration), which halves the
work; the few outages for which that converges too slowly are solved by Newton's full method, and those that even this
does not solve are named. Units hold voltages, or stand at their reactive limit, as they did before the outage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.arrays import Complexes
from twin.grid import islands, native
from twin.grid.extremes import apparent_power
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.islands import Islanding
from twin.grid.native import Native
from twin.grid.power_flow import branch_admittances
from twin.grid.reactive_limits import State
from twin.site import Floats

TOLERANCE = 1e-8
"""Largest mismatch after an outage, per unit of the base power [1]."""

CHORD_STEPS, NEWTON_STEPS = 25, 20
"""Steps before an outage is left to the next method: chord iteration takes eight in the mean, Newton's three."""

AT_ONCE = 512
"""Outages of a batch: of 3,000 branches their flows take 50 MB."""


class Violations(NamedTuple):
    """
    Limits that are passed after outages.

    Attributes
    ----------
    outage : (any,)
        Row of the branch taken out.
    element : (any,)
        Row of the branch or bus whose limit is passed.
    value : (any,) [1]
        Apparent power over emergency rating, or voltage.
    """

    outage: Indices
    element: Indices
    value: Floats


class Worst(NamedTuple):
    """
    What elements meet over all outages.

    Attributes
    ----------
    loading : (branch,) [1]
        Highest apparent power over emergency rating.
    loading_outage : (branch,)
        After which outage.
    lowest : (bus,) [1]
        Voltage.
    lowest_outage : (bus,)
        After which outage.
    highest : (bus,) [1]
        Voltage.
    highest_outage : (bus,)
        After which outage.
    """

    loading: Floats
    loading_outage: Indices
    lowest: Floats
    lowest_outage: Indices
    highest: Floats
    highest_outage: Indices


class Outages(NamedTuple):
    """
    What single outages do.

    Attributes
    ----------
    islanding : Islanding
        Outages that cut buses off, which are not solved.
    branch : (outage,)
        Rows of `Branches` that were taken out, one at a time.
    unsolved : (outage,)
        For which no power flow was found.
    loading : (outage,) [1]
        Highest of all branches, apparent power over emergency rating.
    loaded : (outage,)
        Which branch.
    lowest : (outage,) [1]
        Of all bus voltages.
    lowest_bus : (outage,)
        At which bus.
    highest : (outage,) [1]
        Of all bus voltages.
    highest_bus : (outage,)
        At which bus.
    overload : Violations
        Each branch above its emergency rating after each outage.
    outside : Violations
        Each bus whose voltage is outside of its limits after each outage.
    worst : Worst
        Of each branch and bus, over all outages.
    """

    islanding: Islanding
    branch: Indices
    unsolved: Flags
    loading: Floats
    loaded: Indices
    lowest: Floats
    lowest_bus: Indices
    highest: Floats
    highest_bus: Indices
    overload: Violations
    outside: Violations
    worst: Worst


def single_outages(grid: HostGrid, state: State, branch: Indices | None = None) -> Outages:
    """
    Take branches out, one at a time, and solve the power flow after each.

    Parameters
    ----------
    grid : HostGrid
        The network with all its loads.
    state : State
        Before an outage, from `reactive_limits.settle`.
    branch : (any,), optional
        Rows of the branches to take out; all in service where not given.

    Returns
    -------
    Outages
        Of all that do not cut buses off.
    """
    apart = islands.islanding(grid)
    wanted = np.flatnonzero(grid.branches.in_service) if branch is None else np.unique(branch)
    out = np.setdiff1d(wanted, apart.branch)
    asked = np.isin(apart.branch, wanted)
    apart = Islanding(apart.branch[asked], apart.buses[asked], apart.load[asked], apart.generation[asked])
    if not out.size:
        return _none(grid, apart)
    made = native.build(grid, state.standing)
    batches = [out[first : first + AT_ONCE] for first in range(0, out.size, AT_ONCE)]
    return _together(apart, out, [_batch(grid, made, state, rows) for rows in batches])


def revisit(grid: HostGrid, state: State, loadings: Violations, voltages: Violations) -> tuple[Floats, Floats]:
    """
    Read the same elements after the same outages in another state of a network.

    Parameters
    ----------
    grid : HostGrid
        The network with all its loads.
    state : State
        Before an outage.
    loadings, voltages : Violations
        Branches and buses to read, each after its outage, from another state.

    Returns
    -------
    tuple of (any,) [1]
        Apparent power over emergency rating, and voltage; NaN after outages without a power flow.
    """
    rows = np.unique(np.concatenate([loadings.outage, voltages.outage]))
    made = native.build(grid, state.standing)
    ends = grid.branches.start, grid.branches.end
    loading, size = np.full(loadings.outage.size, np.nan), np.full(voltages.outage.size, np.nan)
    for first in range(0, rows.size, AT_ONCE):
        out = rows[first : first + AT_ONCE]
        voltage, solved = _solved(made, state, out)
        power = apparent_power(voltage, *ends, branch_admittances(grid), out) * grid.base_power
        for values, table, source in (
            (loading, loadings, power / grid.branches.rating_emergency),
            (size, voltages, np.abs(voltage)),
        ):
            here = np.flatnonzero(np.isin(table.outage, out[solved]))
            values[here] = source[np.searchsorted(out, table.outage[here]), table.element[here]]
    return loading, size


class _Batch(NamedTuple):
    """Of some outages what `Outages` tells of all."""

    unsolved: Flags
    loading: Floats
    loaded: Indices
    lowest: Floats
    lowest_bus: Indices
    highest: Floats
    highest_bus: Indices
    overload: Violations
    outside: Violations
    worst: Worst


def _batch(grid: HostGrid, made: Native, state: State, out: Indices) -> _Batch:
    voltage, solved = _solved(made, state, out)
    branches, buses = grid.branches, grid.buses
    power = apparent_power(voltage, branches.start, branches.end, branch_admittances(grid), out)
    loading = np.where(solved[:, np.newaxis], power * grid.base_power / branches.rating_emergency, 0.0)
    size = np.where(solved[:, np.newaxis], np.abs(voltage), np.nan)
    low, high = np.where(np.isnan(size), np.inf, size), np.where(np.isnan(size), -np.inf, size)
    over, outside = loading > 1.0, (size < buses.voltage_min) | (size > buses.voltage_max)
    return _Batch(
        unsolved=~solved,
        loading=loading.max(axis=1),
        loaded=loading.argmax(axis=1),
        lowest=low.min(axis=1),
        lowest_bus=low.argmin(axis=1),
        highest=high.max(axis=1),
        highest_bus=high.argmax(axis=1),
        overload=_violations(out, over, loading),
        outside=_violations(out, outside, size),
        worst=Worst(
            loading.max(axis=0),
            out[loading.argmax(axis=0)],
            low.min(axis=0),
            out[low.argmin(axis=0)],
            high.max(axis=0),
            out[high.argmax(axis=0)],
        ),
    )


def _solved(made: Native, state: State, out: Indices) -> tuple[Complexes, Flags]:
    """Solve outages by chord iteration, and those that it does not solve by Newton's method."""
    voltage, solved = native.after_outages(made, out, state.voltage, TOLERANCE, CHORD_STEPS, chord=True)
    left = np.flatnonzero(~solved)
    if left.size:
        again = native.after_outages(made, out[left], state.voltage, TOLERANCE, NEWTON_STEPS, chord=False)
        voltage[left], solved[left] = again
    return voltage, solved


def _none(grid: HostGrid, apart: Islanding) -> Outages:
    """Tell of no outage; elements meet nothing, after an outage -1."""
    buses, branches = len(grid.buses.number), len(grid.branches.start)
    rows, values = np.empty(0, dtype=int), np.empty(0)
    empty = Violations(rows, rows, values)
    worst = Worst(
        np.zeros(branches),
        np.full(branches, -1),
        np.full(buses, np.inf),
        np.full(buses, -1),
        np.full(buses, -np.inf),
        np.full(buses, -1),
    )
    return Outages(apart, rows, rows.astype(bool), values, rows, values, rows, values, rows, empty, empty, worst)


def _violations(out: Indices, passed: Flags, values: Floats) -> Violations:
    outage, element = np.nonzero(passed)
    return Violations(out[outage], element, values[outage, element])


def _together(apart: Islanding, out: Indices, batches: list[_Batch]) -> Outages:
    def column(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(batch, name) for batch in batches])

    def table(name: str) -> Violations:
        tables = [getattr(batch, name) for batch in batches]
        return Violations(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))

    worst = [batch.worst for batch in batches]
    return Outages(
        islanding=apart,
        branch=out,
        unsolved=column("unsolved"),
        loading=column("loading"),
        loaded=column("loaded"),
        lowest=column("lowest"),
        lowest_bus=column("lowest_bus"),
        highest=column("highest"),
        highest_bus=column("highest_bus"),
        overload=table("overload"),
        outside=table("outside"),
        worst=Worst(
            *_worst(worst, "loading", np.argmax),
            *_worst(worst, "lowest", np.argmin),
            *_worst(worst, "highest", np.argmax),
        ),
    )


def _worst(worst: list[Worst], name: str, choose: Callable[..., Indices]) -> tuple[Floats, Indices]:
    """Give the worst of all batches, and its outage."""
    values = np.array([getattr(part, name) for part in worst])
    outages = np.array([getattr(part, f"{name}_outage") for part in worst])
    where = choose(values, axis=0)[np.newaxis]
    return np.take_along_axis(values, where, 0)[0], np.take_along_axis(outages, where, 0)[0]
