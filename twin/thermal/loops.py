"""
The replay kernel's other half: the plant's controls, and the loops, stepped after racks, CDUs and halls.

See `twin.cooling.plant` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import njit

if TYPE_CHECKING:
    from twin.cooling.plant import PlantControls, PlantLaw, PlantState, PlantTally
    from twin.site import Floats

CONTROL_TIME = 120.0
"""Time [s] in which coolers and chillers take back a deviation of the water; assumed."""

LEAST_ECONOMY = 3.0
"""
Least difference of water return and outdoors [K] for which coolers run where chillers can carry the heat: below it the
fans draw more than the chillers save (fans of 40 W a kilowatt at 11 K against a performance of 6). Derived.
"""

STEP_RATE = 0.5
"""Highest product of a Runge-Kutta step and the fastest exchange rate of the network [1]."""


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
    Coolers take the heat that the water brings and the deviation of the supply from its set point over
    `CONTROL_TIME`: by their bypass up to what still air carries, then by their fans. Chillers take what is left at full
    fans, and hold the supply a band above the set point. Water colder than the outdoors goes round the coolers; so
    does water hardly warmer, where chillers can carry the heat alone.
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
    C_s dT_s/dt = M (T_r - T_s) - K (T_r - T_out) - Q_chiller; C_r dT_r/dt = M (T_s - T_r) + Q_cdu + Q_coil + P_pump.
    """
    _step(law, state, controls, tally, cdu_heat, coil_heat, seconds)


@njit(inline="always")
def _at(table, loop, speed):
    """Interpolate a column over fan speed."""
    place = speed * (table.shape[0] - 1)
    index = min(int(place), table.shape[0] - 2)
    return table[index, loop] + (place - index) * (table[index + 1, loop] - table[index, loop])


@njit(cache=True, nogil=True, error_model="numpy")
def _control(law, state, controls, tally, seconds, block):
    tally.power[block] = _control_loops(law, state, controls, tally, seconds)


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
def _control_loops(law, state, controls, tally, seconds):
    """Set coolers and chillers; return the electric power of fans, pumps and chillers."""
    power = 0.0
    for i in range(state.supply.size):
        around = law.stream[i] * (state.back[i] - state.supply[i])
        inertia = law.supply_capacity[i] / CONTROL_TIME
        over = state.supply[i] - law.set_point[i]
        wanted, difference = around + inertia * over, state.back[i] - law.outdoor[i]
        alone = wanted <= law.chiller_capacity[i] and difference < LEAST_ECONOMY
        speed = 0.0
        controls.cooler[i] = 0.0
        if difference > 0.0 and wanted > 0.0 and not alone:
            rate = wanted / difference
            speed = _speed_for(law, i, rate)
            controls.cooler[i] = min(rate, _at(law.cooler_rate, i, speed))
        left = around + inertia * (over - law.band[i]) - controls.cooler[i] * difference
        controls.chilled[i] = min(max(left, 0.0), law.chiller_capacity[i])
        fans, chillers = _at(law.fan_power, i, speed), controls.chilled[i] / law.performance[i]
        power += fans + chillers + law.pump_power[i]
        tally.fans[i] += seconds * fans
        tally.chillers[i] += seconds * chillers
        tally.pumps[i] += seconds * law.pump_power[i]
        tally.chilled[i] += seconds * controls.chilled[i]
        tally.speed[i] += seconds * speed
        if law.chiller_capacity[i] > 0.0:
            tally.load[i] += seconds * controls.chilled[i] / law.chiller_capacity[i]
    return power


@njit(inline="always")
def _slopes(law, given, controls, y, f):
    """Give the slopes of supply, return and rejected heat, in this order."""
    loops = given.size
    for i in range(loops):
        around = law.stream[i] * (y[loops + i] - y[i])
        f[2 * loops + i] = controls.cooler[i] * (y[loops + i] - law.outdoor[i])
        f[i] = (around - f[2 * loops + i] - controls.chilled[i]) / law.supply_capacity[i]
        f[loops + i] = (given[i] + law.pump_power[i] - around) / law.return_capacity[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _step(law, state, controls, tally, cdu_heat, coil_heat, seconds):
    loops = state.supply.size
    given = np.zeros(loops)
    for c in range(cdu_heat.size):
        given[law.cdu_loop[c]] += cdu_heat[c] / seconds
    for h in range(coil_heat.size):
        given[law.air_loop[h]] += coil_heat[h] / seconds
    fastest = 0.0
    for i in range(loops):
        least = min(law.supply_capacity[i], law.return_capacity[i])
        fastest = max(fastest, (law.stream[i] + controls.cooler[i]) / least)
    count = 1 + int(seconds * fastest / STEP_RATE)
    y = np.zeros(3 * loops)
    y[:loops], y[loops : 2 * loops] = state.supply, state.back
    f1, f2, f3, f4 = np.zeros(y.size), np.zeros(y.size), np.zeros(y.size), np.zeros(y.size)
    length = seconds / count
    for _ in range(count):
        _slopes(law, given, controls, y, f1)
        _slopes(law, given, controls, y + 0.5 * length * f1, f2)
        _slopes(law, given, controls, y + 0.5 * length * f2, f3)
        _slopes(law, given, controls, y + length * f3, f4)
        y = y + length / 6.0 * (f1 + 2.0 * f2 + 2.0 * f3 + f4)
    state.supply_ramp[:] = (y[:loops] - state.supply) / seconds
    state.supply[:], state.back[:] = y[:loops], y[loops : 2 * loops]
    tally.rejected[:] += y[2 * loops :]
