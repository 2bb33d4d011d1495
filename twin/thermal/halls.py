"""
The air of the halls in the replay kernel: its controls, sampled every ten seconds, and its exact second.

See `twin.cooling.hall_air` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import PLAIN, njit

if TYPE_CHECKING:
    from twin.arrays import Floats, Integers
    from twin.cooling.hall_air import HallControls, HallLaw, HallState, HallSurroundings, HallTally

CONTROL_TIME = 120.0
"""Time [s] in which coils take back a deviation of the air; assumed."""

INTEGRAL_TIME = 4.0 * CONTROL_TIME
"""Integral time [s] of the same controllers: the shortest that is not underdamped."""

LASTING = 0.25
"""
Heat that a deviation asks for over that which is there [1], up to which the integral part grows: what coils that get
four fifths of their water leave. Assumed. Beyond it cooling is lost, and what grew would be paid back as cold air.
"""

BAND = 1.0
"""Hysteresis [K] of an air-side economiser's dew points, and half that of its dry bulb; assumed."""

REST_TIME = 1200.0
"""
Time [s] for which outdoor air stays shut out at least: the dwell of the economiser's control in the Modelica Buildings
Library, Applications/DataCenters/ChillerCooled/Controls/CoolingMode.mo.
"""

LEAST_COLDER = 0.1
"""Difference [K] of returning and outdoor air below which dampers open as at this; only keeps the division finite."""

LEAST_DECAY = 1e-4
"""Part of the distance between hall air and its sinks that a second takes [1], below which a series serves."""


@njit(inline="always")
def _at(table, hall, position):
    """Interpolate a column over position."""
    place = position * (table.shape[0] - 1)
    index = min(int(place), table.shape[0] - 2)
    return table[index, hall] + (place - index) * (table[index + 1, hall] - table[index, hall])


@njit(inline="always")
def _coil_heat(law, n, hall, difference, hot, taken):
    """Give the heat [W] that a hall's coils move at a tabulated position; `taken` [W] outdoor air has of theirs."""
    mixed = law.coil_share[n, hall] * hot - law.coil_effectiveness[n, hall] * taken
    return law.coil_rate[n, hall] * difference + mixed


@njit(inline="always")
def _position_for(law, hall, difference, hot, taken, wanted):
    """Give the position at which a hall's coils move a wanted heat [W], or as much of it as they can."""
    last = law.coil_rate.shape[0] - 1
    low = _coil_heat(law, 0, hall, difference, hot, taken)
    for n in range(last):
        high = _coil_heat(law, n + 1, hall, difference, hot, taken)
        if wanted <= high and high > low:
            return (n + max(wanted - low, 0.0) / (high - low)) / last
        low = high
    return 1.0 if low > 0.0 else 0.0


@njit(inline="always")
def _outdoor_air(law, hall, state, colder, dew_point, wanted, seconds):
    """Give the part [1] of a hall's outdoor air that is let in; `colder` [K] it is than the air that returns."""
    band = 0.0 if state.open[hall] > 0.0 else BAND
    fit = law.outdoor_lowest[hall] + band <= dew_point <= law.outdoor_highest[hall] - band and colder > 2.0 * band
    if not fit:
        state.rested[hall] = seconds if state.open[hall] > 0.0 else state.rested[hall] + seconds
        state.open[hall] = 0.0
        return 0.0
    if state.open[hall] == 0.0 and state.rested[hall] < REST_TIME:
        state.rested[hall] += seconds
        return 0.0
    state.open[hall] = 1.0
    return min(max(wanted / (law.outdoor_stream[hall] * max(colder, LEAST_COLDER)), 0.0), 1.0)


@njit(inline="always")
def sidecar_fans(law: HallLaw, hall: int, lift: Floats) -> float:
    """
    Give the power of the fans of a hall's sidecars.

    Parameters
    ----------
    law : HallLaw
        Tables of the halls.
    hall : [1]
        Row of the hall.
    lift : (cdu,) [1]
        Speed over full speed.

    Returns
    -------
    [W]
        By the published curve of fans.
    """
    power, last = 0.0, law.fan_curve.size - 1
    for c in range(law.cdu_start[hall], law.cdu_start[hall + 1]):
        if law.sidecar_power[c] > 0.0:
            place = min(max(lift[c], 0.0), 1.0) * last
            index = min(int(place), last - 1)
            low = law.fan_curve[index]
            power += law.sidecar_power[c] * (low + (place - index) * (law.fan_curve[index + 1] - low))
    return power


@njit(cache=True, nogil=True, **PLAIN)
def control(
    law: HallLaw,
    state: HallState,
    controls: HallControls,
    tally: HallTally,
    around: HallSurroundings,
    seconds: float,
    block: int,
    halls: Integers,
) -> None:
    """
    Sample the controllers of some halls for a step.

    Parameters
    ----------
    law : HallLaw
        Tables of the halls.
    state : HallState
        What the last step left; position, doors and the economisers' memory are moved on.
    controls : HallControls
        Overwritten.
    tally : HallTally
        Electric energy of the step is added to it.
    around : HallSurroundings
        Temperatures and heat that the controllers see.
    seconds : [s]
        Length of the step.
    block : [1]
        Place of the step in `tally.power`, which is added to.
    halls : (any,)
        Rows of the halls.

    Notes
    -----
    Rear doors open until they take what their racks blow. Air is to lose the rest of the last step's heat, and its
    deviation over `CONTROL_TIME`, with an integral part that stands still while nothing can follow it, and does not
    grow beyond `LASTING`: to outdoor air as far as that is let in and reaches, and to coils, whose tables are inverted
    for the position that does so with the mixed air that reaches them. Outdoor air is let in while it is colder than
    the air that returns and its dew point is within its limits, both by `BAND` to begin with, and not before it was
    shut out for `REST_TIME`. Coils and doors move less where their loop gives them less water than their valves ask
    for, by the served part: exact for little water, on the safe side in between.
    """
    power = 0.0
    for h in halls:
        air, hot, served = around.air[h], state.hot[h], around.served[h]
        able = state.door_able[h]
        state.door[h] = min(max(state.door_blown[h] / able, 0.0), 1.0) if able > 0.0 else 0.0
        controls.door[h] = served * state.door[h]
        back = law.air_capacity[h] * (air - law.set_point[h]) / CONTROL_TIME
        wanted = state.whole[h] + back + state.integral[h]
        let_in, taken = 0.0, 0.0
        if law.outdoor_stream[h] > 0.0:
            colder = air + law.outdoor_rise[h] * hot - around.dry_bulb[h]
            let_in = _outdoor_air(law, h, state, colder, around.dew_point, wanted, seconds)
            taken = let_in * law.outdoor_stream[h] * colder
        controls.outdoor[h] = let_in * law.outdoor_stream[h]
        controls.outdoor_share[h] = controls.outdoor[h] * law.outdoor_rise[h]
        position = _position_for(law, h, air - around.water[h], hot, taken, wanted - taken)
        state.position[h] = position
        lasting = abs(back) <= LASTING * state.whole[h] or back * state.integral[h] < 0.0
        if lasting and (0.0 < position < 1.0 or 0.0 < let_in < 1.0):
            state.integral[h] += back * seconds / INTEGRAL_TIME
        controls.coil[h] = served * _at(law.coil_rate, h, position)
        effectiveness = served * _at(law.coil_effectiveness, h, position)
        controls.coil_share[h] = served * _at(law.coil_share, h, position) - effectiveness * controls.outdoor_share[h]
        controls.coil_mixing[h] = effectiveness * controls.outdoor[h]
        fans = _at(law.fan_power, h, position)
        away = _at(law.outdoor_fan_power, h, let_in)
        beside = sidecar_fans(law, h, around.lift)
        controls.losses[h], controls.fans[h] = around.warming[h] + beside, fans
        power += fans + beside + away
        tally.fans[h] += seconds * (fans + beside)
        tally.outdoor_fans[h] += seconds * away
        tally.passed[h] += seconds * controls.outdoor[h]
    tally.power[block] += power


@njit(cache=True, nogil=True, **PLAIN)
def remember(
    state: HallState, controls: HallControls, hot: Floats, door: Floats, seconds: float, halls: Integers
) -> None:
    """
    Note a step's heat for the next step's controls.

    Parameters
    ----------
    state : HallState
        Written to.
    controls : HallControls
        What the controls held.
    hot : (hall,) [J]
        Heat into the hot air.
    door : (3, hall) [J]
        As in `Tally`.
    seconds : [s]
        Length of the step.
    halls : (any,)
        Rows of the halls.
    """
    for h in halls:
        state.hot[h] = hot[h] / seconds
        state.whole[h] = state.hot[h] + controls.fans[h]
        state.door_able[h], state.door_blown[h] = door[1, h] / seconds, door[2, h] / seconds


@njit(inline="always")
def door_second(racks, row, count, hall, k, blown, hall_air, forcing, tally) -> float:
    """
    Give the heat that the rear doors of a run take in a second.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    row : [1]
        Class of the run.
    count : [1]
        Racks of the run.
    hall : [1]
        Row of its hall.
    k : [1]
        Second of the coupling step.
    blown : [J]
        What the racks gave their air.
    hall_air : [K]
        Air that they drew.
    forcing : Forcing
        What the macro step holds.
    tally : Tally
        Heat of the hall's doors is added.

    Returns
    -------
    [J]
        From the air that leaves the racks to water.

    Notes
    -----
    D (T_out - T_water) for each rack, with the mean T_out = T_hall + blown / (M_air count) of the second.
    """
    water = forcing.coil[hall] + forcing.coil_ramp[hall] * (k + 0.5)
    able = racks.door[row] * (blown / racks.air_stream[row] + count * (hall_air - water))
    taken = forcing.door[hall] * able
    tally.door[0, hall] += taken
    tally.door[1, hall] += able
    tally.door[2, hall] += blown
    return float(taken)


@njit(inline="always")
def hall_second(hall, k, blown, state, forcing, tally) -> None:
    """
    Step a hall's air exactly for a second of held heat.

    Parameters
    ----------
    hall : [1]
        Row of the hall.
    k : [1]
        Second of the coupling step.
    blown : [W]
        Heat into its hot air from racks and sidecars, without what doors took.
    state : ThermalState
        Air, and its ramp, are replaced.
    forcing : Forcing
        What the macro step holds.
    tally : Tally
        Heat into the hot air, and heat through coils and outdoor air, are added.
    """
    coil = forcing.coil[hall] + forcing.coil_ramp[hall] * (k + 0.5)
    to_coil, to_outdoors = forcing.coil_conductance[hall], forcing.outdoor_rate[hall]
    mixing = forcing.coil_mixing[hall]
    capacity, hot = forcing.air_capacity[hall], blown + forcing.hall_losses[hall]
    by_coil, by_outdoors = forcing.coil_share[hall] * hot, forcing.outdoor_share[hall] * hot
    decay = (to_coil + to_outdoors - mixing) / capacity
    # Integrals of exp(-decay t) over the second, once and twice; their limits where nothing flows.
    twice = (1.0 + np.expm1(-decay) / decay) / decay if decay > LEAST_DECAY else 0.5 - decay / 6.0
    once = 1.0 - decay * twice
    above, over = state.air[hall] - coil, state.air[hall] - forcing.outdoor[hall]
    rise = (hot - by_coil - by_outdoors + forcing.hall_fans[hall]) / capacity
    slope = rise - (to_coil * above + (to_outdoors - mixing) * over) / capacity
    state.air_ramp[hall] = slope * once
    state.air[hall] += state.air_ramp[hall]
    tally.hot[hall] += hot
    tally.coil_heat[hall] += to_coil * (above + slope * twice) - mixing * (over + slope * twice) + by_coil
    tally.outdoor_heat[hall] += to_outdoors * (over + slope * twice) + by_outdoors
