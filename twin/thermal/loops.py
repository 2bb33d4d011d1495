"""
The replay kernel's other half: loops and hall air, stepped after racks and CDUs every ten seconds.

See `twin.cooling.plant` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import njit

if TYPE_CHECKING:
    from twin.cooling.plant import PlantLaw, PlantState, PlantTally
    from twin.site import Floats

COIL_TIME = 120.0
"""Time [s] in which a hall's coil valves take back a deviation of its air; assumed."""

LEAST_COIL_FAN = 0.3
"""Lowest speed [1] of coil fans, kept for mixing; assumed."""

STEP_RATE = 0.5
"""Highest product of a Runge-Kutta step and the fastest exchange rate of the network [1]."""


def step(
    law: PlantLaw, state: PlantState, tally: PlantTally, cdu_heat: Floats, air_heat: Floats, seconds: float, block: int
) -> None:
    """
    Sample the controllers and carry loops and hall air through a step.

    Parameters
    ----------
    law : PlantLaw
        Tables of this minute.
    state : PlantState
        State, replaced by the state at the end.
    tally : PlantTally
        Added to.
    cdu_heat : (cdu,) [J]
        Heat from the CDUs during the step.
    air_heat : (hall,) [W]
        Mean heat from racks and conversion losses into the air.
    seconds : [s]
        Length of the step.
    block : [1]
        Place of the step in `tally.power`.

    Notes
    -----
    C_s dT_s/dt = M (T_r - T_s) - K (T_r - T_out) - Q_chiller; C_r dT_r/dt = M (T_s - T_r) + Q_cdu + Q_coil + P_pump;
    C_a dT_a/dt = Q_air + P_fan - K_coil (T_a - T_s).

    One signal, the supply's deviation over the proportional band, in split range: the coolers' bypass shuts across the
    band below that of the fans, fans run up across the band around the set point, chillers load across the band above
    it. Water colder than the outdoors goes round the coolers. Coil valves open for the heat of the last step and for
    the deviation of the air over `COIL_TIME`.
    """
    _step(law, state, tally, cdu_heat, air_heat, seconds, block)


@njit(inline="always")
def _at(table, loop, speed):
    """Interpolate a column over fan speed."""
    place = speed * (table.shape[0] - 1)
    index = min(int(place), table.shape[0] - 2)
    return table[index, loop] + (place - index) * (table[index + 1, loop] - table[index, loop])


@njit(inline="always")
def _clip(value):
    return min(max(value, 0.0), 1.0)


@njit(inline="always")
def _control_loops(law, state, rate, chilled, tally, seconds):
    """Set cooler rates and chillers; return the electric power of fans, pumps and chillers."""
    power = 0.0
    for i in range(rate.size):
        error = (state.supply[i] - law.set_point[i]) / law.band[i]
        speed = 0.0
        rate[i] = 0.0
        if state.back[i] > law.outdoor[i]:
            speed = _clip(error + 0.5)
            rate[i] = _clip(error + 1.5) * _at(law.cooler_rate, i, speed)
        load = _clip(error - 0.5)
        chilled[i] = load * law.chiller_capacity[i]
        fans, chillers = _at(law.fan_power, i, speed), chilled[i] / law.performance[i]
        power += fans + chillers + law.pump_power[i]
        tally.fans[i] += seconds * fans
        tally.chillers[i] += seconds * chillers
        tally.pumps[i] += seconds * law.pump_power[i]
        tally.chilled[i] += seconds * chilled[i]
        tally.speed[i] += seconds * speed
        tally.load[i] += seconds * load
    return power


@njit(inline="always")
def _control_halls(law, state, rate, heat, air_heat, tally, seconds):
    """Set coil rates and the heat into each hall's air; return the electric power of the coil fans."""
    power = 0.0
    for h in range(rate.size):
        wanted = state.air_heat[h] + law.air_capacity[h] * (state.air[h] - law.air_set_point[h]) / COIL_TIME
        able = law.coil_conductance[h] * (state.air[h] - state.supply[law.air_loop[h]])
        opening = _clip(wanted / able) if able > 0.0 else 0.0
        rate[h] = opening * law.coil_conductance[h]
        place = max(opening, LEAST_COIL_FAN) * (law.coil_law.size - 1)
        index = min(int(place), law.coil_law.size - 2)
        part = law.coil_law[index] + (place - index) * (law.coil_law[index + 1] - law.coil_law[index])
        fans = law.coil_fan_power[h] * part
        heat[h] = air_heat[h] + fans
        state.air_heat[h] = heat[h]
        power += fans
        tally.coil_fans[h] += seconds * fans
    return power


@njit(inline="always")
def _slopes(law, cdu_heat, rate, chilled, coil_rate, heat, y, f):
    """Give the slopes of supply, return, rejected heat, air and coil heat, in this order."""
    loops, halls = rate.size, coil_rate.size
    for i in range(loops):
        around = law.stream[i] * (y[loops + i] - y[i])
        f[2 * loops + i] = rate[i] * (y[loops + i] - law.outdoor[i])
        f[i] = (around - f[2 * loops + i] - chilled[i]) / law.supply_capacity[i]
        f[loops + i] = (cdu_heat[i] + law.pump_power[i] - around) / law.return_capacity[i]
    for h in range(halls):
        i, at = law.air_loop[h], 3 * loops + h
        coil = coil_rate[h] * (y[at] - y[i])
        f[at] = (heat[h] - coil) / law.air_capacity[h]
        f[at + halls] = coil
        f[loops + i] += coil / law.return_capacity[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _step(law, state, tally, cdu_heat, air_heat, seconds, block):
    loops, halls = state.supply.size, state.air.size
    given, rate, chilled = np.zeros(loops), np.empty(loops), np.empty(loops)
    coil_rate, heat = np.empty(halls), np.empty(halls)
    for c in range(cdu_heat.size):
        given[law.cdu_loop[c]] += cdu_heat[c] / seconds
    tally.power[block] = _control_loops(law, state, rate, chilled, tally, seconds)
    tally.power[block] += _control_halls(law, state, coil_rate, heat, air_heat, tally, seconds)
    fastest = 0.0
    for i in range(loops):
        least = min(law.supply_capacity[i], law.return_capacity[i])
        fastest = max(fastest, (law.stream[i] + rate[i]) / least)
    for h in range(halls):
        fastest = max(fastest, coil_rate[h] / law.air_capacity[h])
    count = 1 + int(seconds * fastest / STEP_RATE)
    y = np.zeros(3 * loops + 2 * halls)
    y[:loops], y[loops : 2 * loops], y[3 * loops : 3 * loops + halls] = state.supply, state.back, state.air
    f1, f2, f3, f4 = np.zeros(y.size), np.zeros(y.size), np.zeros(y.size), np.zeros(y.size)
    length = seconds / count
    for _ in range(count):
        _slopes(law, given, rate, chilled, coil_rate, heat, y, f1)
        _slopes(law, given, rate, chilled, coil_rate, heat, y + 0.5 * length * f1, f2)
        _slopes(law, given, rate, chilled, coil_rate, heat, y + 0.5 * length * f2, f3)
        _slopes(law, given, rate, chilled, coil_rate, heat, y + length * f3, f4)
        y = y + length / 6.0 * (f1 + 2.0 * f2 + 2.0 * f3 + f4)
    state.supply_ramp[:] = (y[:loops] - state.supply) / seconds
    state.air_ramp[:] = (y[3 * loops : 3 * loops + halls] - state.air) / seconds
    state.supply[:], state.back[:] = y[:loops], y[loops : 2 * loops]
    state.air[:] = y[3 * loops : 3 * loops + halls]
    tally.rejected[:] += y[2 * loops : 3 * loops]
    tally.coil[:] += y[3 * loops + halls :]
