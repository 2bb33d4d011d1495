"""
The replay kernel's other half: the plant's controls, and the loops, stepped after racks, CDUs and halls.

See `twin.cooling.plant` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.thermal.compiled import PLAIN, njit
from twin.thermal.loop_control import control_loops

if TYPE_CHECKING:
    from twin.arrays import Flags, Floats, Integers
    from twin.cooling.plant import PlantControls, PlantLaw, PlantState, PlantTally

STEP_RATE = 0.5
"""Highest product of a Runge-Kutta step and the fastest exchange rate of the network [1]."""


class _Circuit(NamedTuple):
    """What a step reads of `PlantLaw`: a call looks at every array that it is given, which costs more than the step."""

    start: Integers
    last_return: Integers
    capacity: Floats
    condenser: Flags
    condenser_capacity: Floats
    outdoor: Floats
    air_loop: Integers
    cdu_loop: Integers


class _Water(NamedTuple):
    """What a step moves of `PlantState`."""

    water: Floats
    hot: Floats
    cold: Floats
    supply_ramp: Floats


class _Moved(NamedTuple):
    """What a step adds to `PlantTally`."""

    rejected: Floats
    economised: Floats


def control(
    law: PlantLaw,
    state: PlantState,
    controls: PlantControls,
    tally: PlantTally,
    seconds: float,
    block: int,
) -> None:
    """
    Sample the plant's controllers for a step.

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
        Place of the step in `tally.power`.

    Notes
    -----
    See `twin.thermal.loop_control`.
    """
    _control(law, state, controls, tally, seconds, block)


def step(
    law: PlantLaw,
    state: PlantState,
    controls: PlantControls,
    tally: PlantTally,
    cdu_heat: Floats,
    coil_heat: Floats,
    seconds: float,
) -> None:
    """
    Carry the loops through a step.

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
    cdu_heat : (cdu,) [J]
        Heat from the CDUs during the step.
    coil_heat : (hall,) [J]
        Heat from the halls' air during the step.
    seconds : [s]
        Length of the step.

    Notes
    -----
    Each cell: C dT/dt = M (T_before - T); the first has Q_cdu + Q_coil + P_pump besides, the first after the return
    pipe -K (T_back - T_out) - Q_chiller. With condenser water -E (T_back - T_cold) takes the first term's place, and
    C dT_cold/dt = M_c (T_hot - T_cold) - K (T_hot - T_out),
    C dT_hot/dt = M_c (T_cold - T_hot) + E (T_back - T_cold) + Q_condenser + P_pump.
    """
    count = state.hot.size
    circuit = _Circuit(
        law.start,
        law.last_return,
        law.capacity,
        law.condenser,
        law.condenser_capacity,
        law.outdoor,
        law.air_loop,
        law.cdu_loop,
    )
    water = _Water(state.water, state.hot, state.cold, state.supply_ramp)
    moved = _Moved(tally.rejected, tally.economised)
    room = np.zeros((6, state.water.size + 4 * count))
    _step(circuit, water, controls, moved, cdu_heat, coil_heat, seconds, np.zeros(count), room[0], room[1:])


# Plain, since counting references took 25 times as long as the rest.
@njit(cache=True, nogil=True, **PLAIN)
def _control(law, state, controls, tally, seconds, block):
    tally.power[block] = control_loops(law, state, controls, tally, seconds)


@njit(inline="always")
def _slopes(law, given, controls, y, f):
    """Give the slopes of cells, hot and cold condenser water, and of the heat through coolers and economisers."""
    loops = given.size
    hot, cold = law.capacity.size, law.capacity.size + loops
    rejected, economised = cold + loops, cold + 2 * loops
    for i in range(loops):
        first, end, plant = law.start[i], law.start[i + 1], law.last_return[i] + 1
        taken = controls.chilled[i] + controls.reused[i]
        if law.condenser[i]:
            f[rejected + i] = controls.cooler[i] * (y[hot + i] - law.outdoor[i])
            f[economised + i] = controls.economiser[i] * (y[plant - 1] - controls.shift[i] - y[cold + i])
            around = controls.condenser_stream[i] * (y[hot + i] - y[cold + i])
            into = f[economised + i] + controls.condensed[i] + controls.condenser_pump[i]
            f[hot + i] = (into - around) / law.condenser_capacity[i]
            f[cold + i] = (around - f[rejected + i]) / law.condenser_capacity[i]
            taken += f[economised + i]
        else:
            f[rejected + i] = controls.cooler[i] * (y[plant - 1] - controls.shift[i] - law.outdoor[i])
            taken += f[rejected + i]
        before = y[end - 1]
        for n in range(first, end):
            heat = controls.stream[i] * (before - y[n])
            if n == first:
                heat += given[i] + controls.pump[i]
            if n == plant:
                heat -= taken
            f[n] = heat / law.capacity[n]
            before = y[n]


@njit(inline="always")
def _steps(law, controls, seconds):
    """Give how many Runge-Kutta steps keep each below `STEP_RATE` times the fastest exchange."""
    fastest = 0.0
    for i in range(controls.stream.size):
        for n in range(law.start[i], law.start[i + 1]):
            fastest = max(fastest, controls.stream[i] / law.capacity[n])
        plant = law.last_return[i] + 1
        into = controls.economiser[i] if law.condenser[i] else controls.cooler[i]
        fastest = max(fastest, (controls.stream[i] + into) / law.capacity[plant])
        if law.condenser[i]:
            around = controls.condenser_stream[i] + controls.cooler[i] + controls.economiser[i]
            fastest = max(fastest, around / law.condenser_capacity[i])
    return 1 + int(seconds * fastest / STEP_RATE)


@njit(inline="always")
def _shifted(y, length, f, out):
    for n in range(y.size):
        out[n] = y[n] + length * f[n]


@njit(inline="always")
def _integrate(law, given, controls, y, slopes, seconds):
    """Carry the loops through a step by the classical Runge-Kutta method."""
    count = _steps(law, controls, seconds)
    length = seconds / count
    f1, f2, f3, f4, at = slopes[0], slopes[1], slopes[2], slopes[3], slopes[4]
    for _ in range(count):
        _slopes(law, given, controls, y, f1)
        _shifted(y, 0.5 * length, f1, at)
        _slopes(law, given, controls, at, f2)
        _shifted(y, 0.5 * length, f2, at)
        _slopes(law, given, controls, at, f3)
        _shifted(y, length, f3, at)
        _slopes(law, given, controls, at, f4)
        for n in range(y.size):
            y[n] += length / 6.0 * (f1[n] + 2.0 * f2[n] + 2.0 * f3[n] + f4[n])


@njit(inline="always")
def _ramp_ahead(law, controls, i, before, after, seconds):
    """Give the mean slope of a loop's supply over the step to come: as its slope at the end goes on to change."""
    last = law.start[i + 1] - 1
    if last == law.last_return[i] + 1:
        return (after[last] - before[last]) / seconds
    pace = controls.stream[i] / law.capacity[last]
    began, ended = pace * (before[last - 1] - before[last]), pace * (after[last - 1] - after[last])
    return ended + 0.5 * (ended - began)


@njit(cache=True, nogil=True, **PLAIN)
def _step(law, state, controls, tally, cdu_heat, coil_heat, seconds, given, y, slopes):
    loops, hot = state.hot.size, state.water.size
    cold, rejected, economised = hot + loops, hot + 2 * loops, hot + 3 * loops
    for c in range(cdu_heat.size):
        given[law.cdu_loop[c]] += cdu_heat[c] / seconds
    for h in range(coil_heat.size):
        given[law.air_loop[h]] += coil_heat[h] / seconds
    for n in range(hot):
        y[n] = state.water[n]
    for i in range(loops):
        y[hot + i], y[cold + i] = state.hot[i], state.cold[i]
    _integrate(law, given, controls, y, slopes, seconds)
    for i in range(loops):
        state.supply_ramp[i] = _ramp_ahead(law, controls, i, state.water, y, seconds)
        state.hot[i], state.cold[i] = y[hot + i], y[cold + i]
        tally.rejected[i] += y[rejected + i]
        tally.economised[i] += y[economised + i]
    for n in range(hot):
        state.water[n] = y[n]
