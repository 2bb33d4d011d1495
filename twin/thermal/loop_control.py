"""
Controls of the loops: coolers, economisers and chillers, sampled every ten seconds.

Coolers take the heat that the water brings and the deviation of what leaves the plant from its set point over
`CONTROL_TIME`: by their bypass up to what still air carries, then by their fans. Where they cannot, chillers take what
is left. Coolers are taken out of service where the water is hardly warmer than the outdoors and chillers can carry the
heat alone. Each of the two changes only after a dwell, and comes and goes at different conditions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import njit

if TYPE_CHECKING:
    from twin.cooling.plant import PlantControls, PlantLaw, PlantState, PlantTally

CONTROL_TIME = 120.0
"""Time [s] in which coolers and chillers take back a deviation of the water; assumed."""

COLD_TIME = 30.0
"""Time [s] in which coolers take back a deviation of condenser water, a quarter of the facility's: it serves it."""

START_LOAD, STOP_LOAD = 0.95, 0.8
"""
Load [1] of the chillers that run above which one more starts, and load of one less below which one stops; assumed.
"""

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
def _speed_for(law, loop, wanted):
    """Give the fan speed at which a loop's coolers have a wanted rate, between rest and full speed."""
    last = law.cooler_rate.shape[0] - 1
    for n in range(last):
        low, high = law.cooler_rate[n, loop], law.cooler_rate[n + 1, loop]
        if wanted <= high and high > low:
            return (n + max(wanted - low, 0.0) / (high - low)) / last
    return 1.0


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
    if memory.economiser_age[i] >= law.dwell[i] or not alone:
        least = law.economy[i] if memory.economising[i] else law.economy[i] + law.hysteresis[i]
        economising = difference > least or not alone
        if economising != memory.economising[i]:
            memory.economising[i], memory.economiser_age[i] = economising, 0.0
    if not memory.economising[i]:
        chilling = True
    elif memory.chiller_age[i] < law.dwell[i]:
        chilling = memory.chilling[i]
    elif memory.chilling[i]:
        chilling = cooled < wanted
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
    if units <= 0.0:
        if memory.stopped[i] >= law.least_off[i]:
            units, memory.started[i] = min(max(np.ceil(wanted / (START_LOAD * one)), 1.0), service), 0.0
    elif wanted > START_LOAD * units * one:
        if units < service and memory.started[i] >= START_TIME and memory.stopped[i] >= law.least_off[i]:
            units, memory.started[i] = min(units + 1.0, service), 0.0
    elif wanted < STOP_LOAD * (units - 1.0) * one and memory.started[i] >= law.least_run[i]:
        units, memory.stopped[i] = units - 1.0, 0.0
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
    around = law.condenser_stream[i] * (state.hot[i] - state.cold[i])
    heat = around + law.condenser_capacity[i] * (state.cold[i] - aim) / COLD_TIME
    return _fans_for(law, i, controls, heat, state.hot[i] - law.outdoor[i])


@njit(inline="always")
def control_loops(
    law: PlantLaw, state: PlantState, controls: PlantControls, tally: PlantTally, seconds: float
) -> float:
    """
    Set coolers, economisers and chillers for a step.

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

    Returns
    -------
    [W]
        Electric power of fans, pumps and chillers.
    """
    power = 0.0
    for i in range(state.hot.size):
        back, leaving = state.water[law.last_return[i]], state.water[law.last_return[i] + 1]
        over = leaving - law.set_point[i]
        wanted = law.stream[i] * (back - leaving) + law.capacity[law.last_return[i] + 1] * over / CONTROL_TIME
        difference = back - law.outdoor[i]
        if law.condenser[i]:
            rate, apart = law.economiser[i], back - state.cold[i]
        else:
            rate, apart = law.cooler_rate[law.cooler_rate.shape[0] - 1, i], difference
        cooled = max(rate * apart, 0.0)
        _serve(law, i, state.memory, wanted, cooled, difference, over, seconds)
        cooled = min(max(wanted, 0.0), cooled) if state.memory.economising[i] else 0.0
        controls.chilled[i], chillers = _chillers_for(law, i, state.memory, wanted - cooled, seconds)
        pumps, speed = law.pump_power[i], 0.0
        if law.condenser[i]:
            controls.economiser[i] = cooled / apart if cooled > 0.0 else 0.0
            controls.condensed[i] = controls.chilled[i] + law.motor_share[i] * chillers
            speed = _condenser_fans(law, i, state, controls, back, wanted)
            tally.condensed[i] += seconds * controls.condensed[i]
            tally.condenser_pumps[i] += seconds * law.condenser_pump[i]
            pumps += law.condenser_pump[i]
        else:
            speed = _fans_for(law, i, controls, wanted if state.memory.economising[i] else 0.0, difference)
        fans = _at(law.fan_power, i, speed)
        power += fans + chillers + pumps
        tally.fans[i] += seconds * fans
        tally.chillers[i] += seconds * chillers
        tally.pumps[i] += seconds * law.pump_power[i]
        tally.chilled[i] += seconds * controls.chilled[i]
        tally.speed[i] += seconds * speed
        tally.load[i] += seconds * state.memory.loaded[i]
    return power
