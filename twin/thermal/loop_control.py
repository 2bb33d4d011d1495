"""
Controls of the loops: coolers, economisers and chillers, sampled every ten seconds.

Coolers take the heat that the water brings and the deviation of what leaves the plant from its set point over
`CONTROL_TIME`: by their bypass up to what still air carries, then by their fans. Where they cannot, chillers take what
is left. Coolers are taken out of service where the water is hardly warmer than the outdoors and chillers can carry the
heat alone. Each of the two goes only after a dwell, and comes and goes at different conditions; either comes before it,
and then stays for one, where the water has left its band: plants may not lose their set point to save a start (the
failsafe of ASHRAE Guideline 36, 1 K above it, whose 15 min are left out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import njit

if TYPE_CHECKING:
    from twin.arrays import Integers
    from twin.cooling.plant import PlantControls, PlantLaw, PlantState, PlantTally

CONTROL_TIME = 120.0
"""Time [s] in which coolers and chillers take back a deviation of the water; assumed."""

COLD_TIME = 30.0
"""Time [s] in which coolers take back a deviation of condenser water, a quarter of the facility's: it serves it."""

START_LOAD, STOP_LOAD = 0.95, 0.8
"""
Load [1] of the chillers that run above which one more starts, and load of one less below which one stops once it has
been below for long enough; assumed.
"""

REUSE_FALL = 20.0
"""Most fall of the water return in heat pumps [K]: a lesser flow gives less heat; assumed."""

STILL = 1e-6
"""Difference of a flow from its aim [1] below which it has arrived."""

START_TIME = 60.0
"""Least time [s] between the starts of two chillers; assumed."""

ECONOMISER_OPENING = 0.9
"""Opening [1] of the economiser for which the coolers make condenser water cold enough: it has room to correct."""


@njit(inline="always")
def _at(table, loop, speed):
    """Interpolate a column over fan speed, or over load."""
    place = speed * (table.shape[0] - 1)
    index = min(int(place), table.shape[0] - 2)
    return table[index, loop] + (place - index) * (table[index + 1, loop] - table[index, loop])


@njit(inline="always")
def _fastest(law, loop):
    """Give the row of the highest fan speed that a loop can have."""
    return law.cooler_rate.shape[0] - 1 if law.powered[loop] > 0.0 else 0


@njit(inline="always")
def _speed_for(law, loop, wanted):
    """Give the fan speed at which a loop's coolers have a wanted rate, between rest and the highest speed."""
    last = law.cooler_rate.shape[0] - 1
    if wanted <= law.cooler_rate[0, loop]:
        return 0.0
    for n in range(_fastest(law, loop)):
        low, high = law.cooler_rate[n, loop], law.cooler_rate[n + 1, loop]
        if wanted <= high and high > low:
            return (n + max(wanted - low, 0.0) / (high - low)) / last
    return _fastest(law, loop) / last


@njit(inline="always")
def _serve(law, i, memory, wanted, cooled, difference, over, seconds):
    """Take coolers and chillers in and out of service; `cooled` is what coolers could take, `over` the deviation."""
    memory.economiser_age[i] += seconds
    memory.chiller_age[i] += seconds
    memory.waiting[i] = max(memory.waiting[i] - seconds, 0.0)
    if law.chiller_units[i] <= 0.0:
        memory.waiting[i] = law.restart_time[i]
    able = law.chiller_units[i] * law.chiller_capacity[i]
    alone = able > 0.0 and wanted <= able and memory.waiting[i] <= 0.0
    early = over > law.band[i] and not memory.economising[i]
    if memory.economiser_age[i] >= law.dwell[i] or early or not alone:
        least = law.economy[i] if memory.economising[i] else law.economy[i] + law.hysteresis[i]
        economising = difference > least or not alone
        if economising != memory.economising[i]:
            memory.economising[i], memory.economiser_age[i] = economising, 0.0
    if not memory.economising[i]:
        chilling = True
    elif memory.chilling[i]:
        chilling = cooled < wanted or memory.chiller_age[i] < law.dwell[i]
    else:
        chilling = cooled < wanted and over > law.band[i]
    if chilling != memory.chilling[i]:
        memory.chilling[i], memory.chiller_age[i] = chilling, 0.0


@njit(inline="always")
def _staged(law, i, memory, wanted, seconds):
    """Start and stop chillers for a wanted heat; return the heat that those that run can take in this step."""
    memory.started[i] += seconds
    memory.stopped[i] += seconds
    service, one = law.chiller_units[i], law.chiller_capacity[i]
    if not memory.chilling[i] or memory.waiting[i] > 0.0 or service <= 0.0 or one <= 0.0:
        if memory.units[i] > 0.0:
            memory.stopped[i] = 0.0
        memory.units[i], memory.loaded[i] = 0.0, 0.0
        return 0.0
    units = min(memory.units[i], service)
    memory.surplus[i] = memory.surplus[i] + seconds if wanted < STOP_LOAD * (units - 1.0) * one else 0.0
    if units <= 0.0:
        if memory.stopped[i] >= law.least_off[i]:
            units, memory.started[i] = min(max(np.ceil(wanted / (START_LOAD * one)), 1.0), service), 0.0
    elif wanted > START_LOAD * units * one:
        if units < service and memory.started[i] >= START_TIME and memory.stopped[i] >= law.least_off[i]:
            units, memory.started[i] = min(units + 1.0, service), 0.0
    elif memory.surplus[i] > law.stop_delay[i] and memory.started[i] >= law.least_run[i]:
        units, memory.stopped[i], memory.surplus[i] = units - 1.0, 0.0, 0.0
    memory.units[i] = units
    return min(units, (memory.loaded[i] + law.ramp[i] * seconds) * service) * one


@njit(inline="always")
def _chillers_for(law, i, memory, wanted, seconds):
    """Let the chillers of a loop take a heat as far as they can; return it, and their electric power."""
    able = _staged(law, i, memory, wanted, seconds)
    if able <= 0.0:
        return 0.0, 0.0
    heat = min(max(wanted, 0.0), able)
    memory.loaded[i] = heat / (law.chiller_units[i] * law.chiller_capacity[i])
    load = heat / (memory.units[i] * law.chiller_capacity[i])
    return heat, memory.units[i] * _at(law.chiller_power, i, load)


@njit(inline="always")
def _fans_for(law, i, controls, heat, difference):
    """Let the coolers of a loop take a heat as far as they can; return the fan speed."""
    controls.cooler[i] = 0.0
    if difference <= 0.0 or heat <= 0.0:
        return 0.0
    rate = heat / difference
    speed = _speed_for(law, i, rate)
    controls.cooler[i] = min(rate, _at(law.cooler_rate, i, speed))
    return speed


@njit(inline="always")
def _condenser_fans(law, i, state, controls, back, wanted):
    """Hold the cold condenser water; return the fan speed."""
    aim = law.cold_aim[i]
    if state.memory.economising[i] and law.economiser[i] > 0.0:
        aim = max(back - wanted / (ECONOMISER_OPENING * law.economiser[i]), law.cold_least[i])
    around = controls.condenser_stream[i] * (state.hot[i] - state.cold[i])
    heat = around + law.condenser_capacity[i] * (state.cold[i] - aim) / COLD_TIME
    return _fans_for(law, i, controls, heat, state.hot[i] - law.outdoor[i])


@njit(inline="always")
def _circulate(law, i, state, controls, tally, seconds):
    """Let the water of a loop follow its pumps, held at its mean over the step; return their power."""
    memory, aim = state.memory, law.flow_aim[i]
    away, part = memory.flow[i] - aim, seconds / law.pump_time[i]
    mean = 1.0 if part <= 0.0 else -np.expm1(-part) / part
    controls.flow[i] = aim + away * mean
    memory.flow[i] = aim + away * np.exp(-part) if abs(away) > STILL else aim
    controls.stream[i] = controls.flow[i] * law.stream[i]
    controls.served[i] = 1.0 if controls.flow[i] >= law.demand[i] else controls.flow[i] / law.demand[i]
    controls.pump[i] = law.pump_power[i]
    controls.condenser_pump[i] = law.condenser_pump[i] if law.condenser[i] else 0.0
    controls.condenser_stream[i] = law.condenser_stream[i]
    tally.pumps[i] += seconds * controls.pump[i]
    tally.condenser_pumps[i] += seconds * controls.condenser_pump[i]
    tally.flow[i] += seconds * controls.flow[i]
    return controls.pump[i] + controls.condenser_pump[i]


@njit(inline="always")
def _reuse(law, i, controls, tally, wanted, seconds):
    """Let heat pumps take heat from the water return, no more than is wanted; return their power."""
    taken = min(law.reuse[i], max(wanted, 0.0), REUSE_FALL * controls.stream[i])
    controls.reused[i], controls.shift[i] = taken, 0.0
    if taken <= 0.0:
        return 0.0
    controls.shift[i] = taken / controls.stream[i]
    power = taken * law.reuse_power[i]
    tally.reused[i] += seconds * taken
    tally.heat_pumps[i] += seconds * power
    tally.delivered[i] += seconds * (taken + power)
    return power


@njit(inline="always")
def control_loops(
    law: PlantLaw, state: PlantState, controls: PlantControls, tally: PlantTally, seconds: float, loops: Integers
) -> float:
    """
    Set the coolers, economisers and chillers of some loops for a step.

    Parameters
    ----------
    law : PlantLaw
        Tables of this minute.
    state : PlantState
        State at the start of the step; what the controllers remember is brought up to date.
    controls : PlantControls
        Overwritten.
    tally : PlantTally
        Energies and running times of the step are added to it.
    seconds : [s]
        Length of the step.
    loops : (any,)
        Rows of the loops.

    Returns
    -------
    [W]
        Electric power of fans, pumps and chillers.
    """
    power = 0.0
    for i in loops:
        power += _circulate(law, i, state, controls, tally, seconds)
        back, leaving = state.water[law.last_return[i]], state.water[law.last_return[i] + 1]
        over, stream = leaving - law.set_point[i], controls.stream[i]
        wanted = stream * (back - leaving) + law.capacity[law.last_return[i] + 1] * over / CONTROL_TIME
        power += _reuse(law, i, controls, tally, wanted, seconds)
        wanted -= controls.reused[i]
        back -= controls.shift[i]
        difference = back - law.outdoor[i]
        if law.condenser[i]:
            rate, apart = min(law.economiser[i], stream), back - state.cold[i]
        else:
            rate, apart = min(law.cooler_rate[_fastest(law, i), i], stream), difference
        cooled = max(rate * apart, 0.0)
        _serve(law, i, state.memory, wanted, cooled, difference, over, seconds)
        cooled = min(max(wanted, 0.0), cooled) if state.memory.economising[i] else 0.0
        controls.chilled[i], chillers = _chillers_for(law, i, state.memory, wanted - cooled, seconds)
        if law.condenser[i]:
            controls.economiser[i] = cooled / apart if cooled > 0.0 else 0.0
            controls.condensed[i] = controls.chilled[i] + law.motor_share[i] * chillers
            speed = _condenser_fans(law, i, state, controls, back, wanted)
            tally.condensed[i] += seconds * controls.condensed[i]
        else:
            speed = _fans_for(law, i, controls, wanted if state.memory.economising[i] else 0.0, difference)
            controls.cooler[i] = min(controls.cooler[i], stream)
        fans = _at(law.fan_power, i, speed)
        power += fans + chillers
        tally.fans[i] += seconds * fans
        tally.chillers[i] += seconds * chillers
        tally.chilled[i] += seconds * controls.chilled[i]
        tally.speed[i] += seconds * speed
        tally.load[i] += seconds * state.memory.loaded[i]
    return power
