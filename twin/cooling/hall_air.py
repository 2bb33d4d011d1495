"""
Air of the halls: how it goes round between racks and coils, and what coils and their fans do along one position.

Racks draw air of the temperature T at their inlets, M_r [W/K] in all, and give it the heat q. Of what they draw, a
part r is their own hot air come back (recirculation); of what the coils blow, M_c, a part b returns unused (bypass).
Mixing before the racks and before the coils then gives

    T_supply = T - r / (1 - r) q / M_r,    T_return = T_supply + q / M_c,    M_c = M_r (1 - r) / (1 - b)

so that the coils see the air at the racks plus a rise that goes with the racks' heat. Conversion losses join the racks'
hot air; the heat of the coils' fans joins their supply. All heat capacity of the hall is
held by the air at the racks. Racks draw at a constant rate, and coil fans never run slower than the racks need: the
containment's pressure is held. When coils need more, they run faster, and more air passes by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling import dry_coolers, hydraulics
from twin.cooling.exchangers import crossflow, crossflow_units, heat_rate
from twin.site import Floats, Integers, Site

POSITIONS = np.linspace(0.0, 1.0, 17)
"""Positions [1] of a hall's cooling at which coils and fans are tabulated: their water from none to all."""


class HallLaw(NamedTuple):
    """
    What the controls and the step of the halls' air read of a site.

    Attributes
    ----------
    air_capacity : (hall,) [J/K]
        Heat capacity of the air and of what it touches.
    set_point : (hall,) [K]
        Wanted air temperature at the rack inlets.
    coil_rate : (position, hall) [W/K]
        Heat that the coils move for each kelvin between the air at the racks and their water.
    coil_share : (position, hall) [1]
        Part of the hot air's heat that the coils move beyond that, because it warms the air that returns to them.
    fan_power : (position, hall) [W]
        Coil fans.
    air_loop : (hall,)
        Loop of each hall's coils.
    """

    air_capacity: Floats
    set_point: Floats
    coil_rate: Floats
    coil_share: Floats
    fan_power: Floats
    air_loop: Integers


class HallState(NamedTuple):
    """
    What the halls' controls remember of the last step; a step writes the next state into the same arrays.

    Attributes
    ----------
    hot : (hall,) [W]
        Mean heat into the hot air, of racks and conversion losses.
    whole : (hall,) [W]
        All mean heat into the air, which the coils feed forward.
    """

    hot: Floats
    whole: Floats


class HallControls(NamedTuple):
    """
    What the halls' controls hold during a step.

    Attributes
    ----------
    coil : (hall,) [W/K]
        Heat the coils move for each kelvin between the air at the racks and their water.
    coil_share : (hall,) [1]
        Part of the hot air's heat that they move beyond that.
    losses : (hall,) [W]
        Conversion losses into the hot air.
    fans : (hall,) [W]
        Heat of the fans into the air.
    """

    coil: Floats
    coil_share: Floats
    losses: Floats
    fans: Floats


class HallTally(NamedTuple):
    """
    What steps add up over a minute.

    Attributes
    ----------
    power : (block,) [W]
        Electric power of the halls' fans in each step.
    fans : (hall,) [J]
        Electric energy of the halls' fans.
    coil : (hall,) [J]
        Heat from hall air to water.
    """

    power: Floats
    fans: Floats
    coil: Floats


def state(halls: int) -> HallState:
    """
    Make the state of halls without heat.

    Parameters
    ----------
    halls : [1]
        Halls.

    Returns
    -------
    HallState
        All zero.
    """
    return HallState(np.zeros(halls), np.zeros(halls))


def no_controls(halls: int) -> HallControls:
    """
    Make controls that hold nothing.

    Parameters
    ----------
    halls : [1]
        Halls.

    Returns
    -------
    HallControls
        All zero.
    """
    return HallControls(*(np.zeros(halls) for _ in HallControls._fields))


def tally(blocks: int, halls: int) -> HallTally:
    """
    Make an empty tally.

    Parameters
    ----------
    blocks, halls : [1]
        Steps in a minute, and halls.

    Returns
    -------
    HallTally
        All zero.
    """
    return HallTally(np.zeros(blocks), np.zeros(halls), np.zeros(halls))


def remember(now: HallState, controls: HallControls, rack_heat: Floats) -> None:
    """
    Note a step's heat for the next step's controls.

    Parameters
    ----------
    now : HallState
        Written to.
    controls : HallControls
        What the controls held.
    rack_heat : (hall,) [W]
        Mean heat from racks into the air.
    """
    now.hot[:] = rack_heat + controls.losses
    now.whole[:] = now.hot + controls.fans


def matching_stream(rack_stream: Floats, recirculation: Floats, bypass: Floats) -> Floats:
    """
    Give the air that coils must blow so that racks get theirs.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks, mass flow times specific heat.
    recirculation : (hall,) [1]
        Part of it that is the racks' own hot air.
    bypass : (hall,) [1]
        Part of the coils' air that returns unused.

    Returns
    -------
    (hall,) [W/K]
        M_r (1 - r) / (1 - b).
    """
    return rack_stream * (1.0 - recirculation) / (1.0 - bypass)


def supply_fall(rack_stream: Floats, recirculation: Floats) -> Floats:
    """
    Give how far the coils' supply must lie below the air at the racks for each watt in the hot air.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks.
    recirculation : (hall,) [1]
        Part of it that is the racks' own hot air, below 1.

    Returns
    -------
    (hall,) [K/W]
        r / (1 - r) / M_r; zero without any air through racks.

    References
    ----------
    .. [1] R. K. Sharma, C. E. Bash and C. D. Patel, Dimensionless parameters for evaluation of thermal design and
       performance of large-scale data centers, AIAA 2002-3091 (supply heat index, here r)
    """
    through = np.maximum(rack_stream, 1e-9)
    return np.where(rack_stream > 0.0, recirculation / (1.0 - recirculation) / through, 0.0)


def return_rise(rack_stream: Floats, coil_stream: Floats, recirculation: Floats) -> Floats:
    """
    Give the rise of the air that returns to the coils above that at the racks, for each watt in the hot air.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks.
    coil_stream : (hall,) [W/K]
        Air through the coils, not less than `matching_stream`.
    recirculation : (hall,) [1]
        Part of the racks' air that is their own hot air.

    Returns
    -------
    (hall,) [K/W]
        1 / M_c - r / (1 - r) / M_r.

    Notes
    -----
    At the matching stream it is (1 - b - r) / (1 - r) / M_r: neither bypass nor recirculation, and the whole rise of
    the racks' air comes back.
    """
    rise = 1.0 / np.maximum(coil_stream, 1e-9) - supply_fall(rack_stream, recirculation)
    return np.where(rack_stream > 0.0, rise, 0.0)


def coil_conductance(difference: float, air_stream: float, water_stream: float, heat: float) -> float:
    """
    Give the conductance of coils from their design point.

    Parameters
    ----------
    difference : [K]
        Air that returns to the coils, less the water that enters them.
    air_stream : [W/K]
        Air, fans at full speed.
    water_stream : [W/K]
        Water, valve open.
    heat : [W]
        Heat at that point.

    Returns
    -------
    [W/K]
        UA with which `coil_rate` gives `heat`.

    Raises
    ------
    ValueError
        When no coil does this with these streams.
    """
    lesser, greater = sorted((air_stream, water_stream))
    return crossflow_units(heat / (lesser * difference), lesser / greater) * lesser


def coil_rate(
    conductance: Floats, air_stream: Floats, water_stream: Floats, air_ratio: Floats, water_ratio: Floats
) -> Floats:
    """
    Give the heat that coils move for each kelvin between the air and the water that enter them.

    Parameters
    ----------
    conductance : (any,) [W/K]
        UA at both design streams.
    air_stream, water_stream : (any,) [W/K]
        Design streams.
    air_ratio, water_ratio : (any,) [1]
        Flow over design flow.

    Returns
    -------
    (any,) [W/K]
        Effectiveness times the lesser stream; zero without water.

    Notes
    -----
    Crossflow of unmixed fluids, films as those of dry coolers (air^0.8, water^0.85), a dry surface: water colder than
    the air's dew point would take moisture out of the air as well, which is not modelled and which checks of
    facilities refuse.
    """
    films = conductance * dry_coolers.conductance_factor(air_ratio, water_ratio)
    return heat_rate(crossflow, films, water_ratio * water_stream, air_ratio * air_stream)


def law(site: Site) -> HallLaw:
    """
    Tabulate the halls' cooling over its position.

    Parameters
    ----------
    site : Site
        Racks and halls.

    Returns
    -------
    HallLaw
        Along the position water rises from none to all; fans hold what the racks need, and beyond it rise alike.
    """
    halls = site.halls
    rack_stream = air_through_racks(site)
    needed = matching_stream(rack_stream, halls.recirculation, halls.bypass)
    slowest = np.minimum(needed / np.maximum(halls.coil_air_stream, 1e-9), 1.0)
    water, speed = np.broadcast_arrays(POSITIONS[:, np.newaxis], np.maximum(POSITIONS[:, np.newaxis], slowest))
    rate = coil_rate(halls.coil_conductance, halls.coil_air_stream, halls.coil_water_stream, speed, water)
    rise = return_rise(rack_stream, speed * halls.coil_air_stream, halls.recirculation)
    return HallLaw(
        air_capacity=halls.air_capacity,
        set_point=halls.air_set_point,
        coil_rate=np.ascontiguousarray(rate),
        coil_share=np.ascontiguousarray(rate * rise),
        fan_power=np.ascontiguousarray(hydraulics.fan_power(speed) * halls.coil_fan_power),
        air_loop=halls.air_loop,
    )


def air_through_racks(site: Site) -> Floats:
    """
    Give the air that the racks of each hall draw.

    Parameters
    ----------
    site : Site
        Racks and halls.

    Returns
    -------
    (hall,) [W/K]
        Mass flow times specific heat.
    """
    per_rack = site.rack_classes.air_stream[site.racks.rack_class]
    return np.bincount(site.racks.hall, weights=per_rack, minlength=len(site.halls.name)).astype(float)
