"""
The replay kernel's other half: the plant's controls, and the loops, stepped after racks, CDUs and halls.

See `twin.cooling.plant` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.thermal.compiled import PLAIN, njit
from twin.thermal.loop_control import control_loops

if TYPE_CHECKING:
    from twin.arrays import Integers
    from twin.cooling.plant import PlantControls, PlantLaw, PlantState, PlantTally
    from twin.thermal.tables import Room

STEP_RATE = 0.5
"""Highest product of a Runge-Kutta step and the fastest exchange rate of the network [1]."""

BESIDE = 4
"""States of a loop besides its cells: hot and cold condenser water, heat through coolers, and through economisers."""


# Plain, since counting references took 25 times as long as the rest.
@njit(cache=True, nogil=True, **PLAIN)
def control(
    law: PlantLaw,
    state: PlantState,
    controls: PlantControls,
    tally: PlantTally,
    seconds: float,
    block: int,
    loops: Integers,
) -> None:
    """
    Sample the controllers of some loops' plant for a step.

    Parameters
    ----------
    law : PlantLaw
        Tables of this minute.
    state : PlantState
        State at the start of the step.
    controls : PlantControls
        Overwritten.
    tally : PlantTally
        Electric energy and running times of the step are added to it.
    seconds : [s]
        Length of the step.
    block : [1]
        Place of the step in `tally.power`, which is added to.
    loops : (any,)
        Rows of the loops.

    Notes
    -----
    See `twin.thermal.loop_control`.
    """
    tally.power[block] += control_loops(law, state, controls, tally, seconds, loops)


@njit(cache=True, nogil=True, **PLAIN)
def step(
    law: PlantLaw,
    state: PlantState,
    controls: PlantControls,
    tally: PlantTally,
    room: Room,
    seconds: float,
    loops: Integers,
) -> None:
    """
    Carry some loops, of which none takes heat from another, through a step.

    Parameters
    ----------
    law : PlantLaw
        Tables of this minute.
    state : PlantState
        State, replaced by the state at the end.
    controls : PlantControls
        What the controls hold.
    tally : PlantTally
        Heat that crossed each boundary is added to it.
    room : Room
        With the heat given by CDUs and the halls' air during the step; taken, so that none is left.
    seconds : [s]
        Length of the step.
    loops : (any,)
        Rows of the loops.

    Notes
    -----
    Each cell: C dT/dt = M (T_before - T); the first has Q_cdu + Q_coil + P_pump besides, the first after the return
    pipe -K (T_back - T_out) - Q_chiller. With condenser water -E (T_back - T_cold) takes the first term's place, and
    C dT_cold/dt = M_c (T_hot - T_cold) - K (T_hot - T_out),
    C dT_hot/dt = M_c (T_cold - T_hot) + E (T_back - T_cold) + Q_condenser + P_pump.
    """
    fastest = 0.0
    for i in loops:
        fastest = max(fastest, _fastest(law, controls, i))
    count = 1 + int(seconds * fastest / STEP_RATE)
    for i in loops:
        _step(law, state, controls, tally, i, room.given[i] / seconds, seconds, count, room.water)
        room.given[i] = 0.0


@njit(inline="always")
def _slopes(law, i, cells, given, controls, y, f):
    """Give the slopes of a loop's cells, of hot and cold condenser water, and of the heat through its coolers."""
    hot, cold, rejected, economised = cells, cells + 1, cells + 2, cells + 3
    first, plant = law.start[i], law.last_return[i] + 1 - law.start[i]
    taken = controls.chilled[i] + controls.reused[i]
    if law.condenser[i]:
        f[rejected] = controls.cooler[i] * (y[hot] - law.outdoor[i])
        f[economised] = controls.economiser[i] * (y[plant - 1] - controls.shift[i] - y[cold])
        around = controls.condenser_stream[i] * (y[hot] - y[cold])
        into = f[economised] + controls.condensed[i] + controls.condenser_pump[i]
        f[hot] = (into - around) / law.condenser_capacity[i]
        f[cold] = (around - f[rejected]) / law.condenser_capacity[i]
        taken += f[economised]
    else:
        f[rejected] = controls.cooler[i] * (y[plant - 1] - controls.shift[i] - law.outdoor[i])
        f[economised], f[hot], f[cold] = 0.0, 0.0, 0.0
        taken += f[rejected]
    before = y[cells - 1]
    for n in range(cells):
        heat = controls.stream[i] * (before - y[n])
        if n == 0:
            heat += given + controls.pump[i]
        if n == plant:
            heat -= taken
        f[n] = heat / law.capacity[first + n]
        before = y[n]


@njit(inline="always")
def _fastest(law, controls, i):
    """Give the rate [1/s] of a loop's fastest exchange."""
    fastest, stream = 0.0, controls.stream[i]
    for n in range(law.start[i], law.start[i + 1]):
        fastest = max(fastest, stream / law.capacity[n])
    into = controls.economiser[i] if law.condenser[i] else controls.cooler[i]
    fastest = max(fastest, (stream + into) / law.capacity[law.last_return[i] + 1])
    if law.condenser[i]:
        around = controls.condenser_stream[i] + controls.cooler[i] + controls.economiser[i]
        fastest = max(fastest, around / law.condenser_capacity[i])
    return fastest


@njit(inline="always")
def _shifted(y, size, length, f, out):
    for n in range(size):
        out[n] = y[n] + length * f[n]


@njit(inline="always")
def _integrate(law, i, cells, given, controls, water, seconds, count):
    """Carry a loop through a step by the classical Runge-Kutta method."""
    length, size = seconds / count, cells + BESIDE
    y, f1, f2, f3, f4, at = water[0], water[1], water[2], water[3], water[4], water[5]
    for _ in range(count):
        _slopes(law, i, cells, given, controls, y, f1)
        _shifted(y, size, 0.5 * length, f1, at)
        _slopes(law, i, cells, given, controls, at, f2)
        _shifted(y, size, 0.5 * length, f2, at)
        _slopes(law, i, cells, given, controls, at, f3)
        _shifted(y, size, length, f3, at)
        _slopes(law, i, cells, given, controls, at, f4)
        for n in range(size):
            y[n] += length / 6.0 * (f1[n] + 2.0 * f2[n] + 2.0 * f3[n] + f4[n])


@njit(inline="always")
def _ramp_ahead(law, controls, i, before, after, seconds):
    """Give the mean slope of a loop's supply over the step to come: as its slope at the end goes on to change."""
    first, last = law.start[i], law.start[i + 1] - 1
    if last == law.last_return[i] + 1:
        return (after[last - first] - before[last]) / seconds
    pace = controls.stream[i] / law.capacity[last]
    began = pace * (before[last - 1] - before[last])
    ended = pace * (after[last - first - 1] - after[last - first])
    return ended + 0.5 * (ended - began)


@njit(**PLAIN)
def _step(law, state, controls, tally, i, given, seconds, count, water):
    """Carry a loop through a step of so many parts."""
    first, cells, y = law.start[i], law.start[i + 1] - law.start[i], water[0]
    for n in range(cells):
        y[n] = state.water[first + n]
    y[cells], y[cells + 1], y[cells + 2], y[cells + 3] = state.hot[i], state.cold[i], 0.0, 0.0
    _integrate(law, i, cells, given, controls, water, seconds, count)
    state.supply_ramp[i] = _ramp_ahead(law, controls, i, state.water, y, seconds)
    state.hot[i], state.cold[i] = y[cells], y[cells + 1]
    tally.rejected[i] += y[cells + 2]
    tally.economised[i] += y[cells + 3]
    for n in range(cells):
        state.water[first + n] = y[n]
