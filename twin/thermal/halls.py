"""
The air of the halls in the replay kernel: its controls, sampled every ten seconds, and its exact second.

See `twin.cooling.hall_air` for what is modelled, and for the tables that this module reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import njit

if TYPE_CHECKING:
    from twin.cooling.hall_air import HallControls, HallLaw, HallState, HallTally
    from twin.site import Floats

CONTROL_TIME = 120.0
"""Time [s] in which coils take back a deviation of the air; assumed."""

LEAST_DECAY = 1e-4
"""Part of the distance between hall air and coil water that a second takes [1], below which a series serves."""


def control(
    law: HallLaw,
    state: HallState,
    controls: HallControls,
    tally: HallTally,
    air: Floats,
    water: Floats,
    warming: Floats,
    seconds: float,
    block: int,
) -> None:
    """
    Sample the halls' controllers for a step.

    Parameters
    ----------
    law : HallLaw
        Tables of the halls.
    state : HallState
        What the last step left.
    controls : HallControls
        Overwritten.
    tally : HallTally
        Electric energy of the step is added to it.
    air : (hall,) [K]
        Air at the rack inlets.
    water : (loop,) [K]
        Water supply.
    warming : (hall,) [W]
        Conversion losses into the air.
    seconds : [s]
        Length of the step.
    block : [1]
        Place of the step in `tally.power`.

    Notes
    -----
    Coils take the heat of the last step and the deviation of the air over `CONTROL_TIME`; their tables are inverted for
    the position that does so.
    """
    _control(law, state, controls, tally, air, water, warming, seconds, block)


@njit(inline="always")
def _at(table, hall, position):
    """Interpolate a column over position."""
    place = position * (table.shape[0] - 1)
    index = min(int(place), table.shape[0] - 2)
    return table[index, hall] + (place - index) * (table[index + 1, hall] - table[index, hall])


@njit(inline="always")
def _position_for(law, hall, difference, hot, wanted):
    """Give the position at which a hall's coils move a wanted heat [W], or as much of it as they can."""
    last = law.coil_rate.shape[0] - 1
    low = law.coil_rate[0, hall] * difference + law.coil_share[0, hall] * hot
    for n in range(last):
        high = law.coil_rate[n + 1, hall] * difference + law.coil_share[n + 1, hall] * hot
        if wanted <= high and high > low:
            return (n + max(wanted - low, 0.0) / (high - low)) / last
        low = high
    return 1.0 if low > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _control(law, state, controls, tally, air, water, warming, seconds, block):
    power = 0.0
    for h in range(air.size):
        wanted = state.whole[h] + law.air_capacity[h] * (air[h] - law.set_point[h]) / CONTROL_TIME
        position = _position_for(law, h, air[h] - water[law.air_loop[h]], state.hot[h], wanted)
        controls.coil[h] = _at(law.coil_rate, h, position)
        controls.coil_share[h] = _at(law.coil_share, h, position)
        fans = _at(law.fan_power, h, position)
        controls.losses[h], controls.fans[h] = warming[h], fans
        power += fans
        tally.fans[h] += seconds * fans
    tally.power[block] = power


@njit(inline="always")
def hall_second(hall, k, blown, state, forcing, tally) -> None:
    """
    Step a hall's air exactly for a second of held heat.

    Parameters
    ----------
    hall : [1]
        Row of the hall.
    k : [1]
        Second of the macro step.
    blown : [W]
        Heat from its racks.
    state : ThermalState
        Air, and its ramp, are replaced.
    forcing : Forcing
        What the macro step holds.
    tally : Tally
        Heat through the coils is added.
    """
    coil = forcing.coil[hall] + forcing.coil_ramp[hall] * (k + 0.5)
    conductance, capacity = forcing.coil_conductance[hall], forcing.air_capacity[hall]
    hot = blown + forcing.hall_losses[hall]
    returned = forcing.coil_share[hall] * hot
    decay = conductance / capacity
    # Integrals of exp(-decay t) over the second, once and twice; their limits where nothing flows.
    twice = (1.0 + np.expm1(-decay) / decay) / decay if decay > LEAST_DECAY else 0.5 - decay / 6.0
    once = 1.0 - decay * twice
    above, rise = state.air[hall] - coil, (hot - returned + forcing.hall_fans[hall]) / capacity
    state.air_ramp[hall] = (rise - decay * above) * once
    state.air[hall] += state.air_ramp[hall]
    tally.coil_heat[hall] += conductance * (above * once + rise * twice) + returned
