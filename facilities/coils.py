"""Fan coils of the halls: the air they blow and the conductance they need, from their design point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities.layout import Layout, sums
from facilities.racks import Model
from facilities.schema import AirCooling
from twin.cooling.air_side import coil_conductance, matching_stream, return_rise, supply_fall
from twin.site import Floats

MOST_EFFECTIVENESS = 0.75
"""
Effectiveness [1] on their air for which coils are sized at most; where racks blow too little air for it, coils blow
more than racks need. Deep coils (about three transfer units) reach this; assumed, 0.6 to 0.85.
"""


RISE_DIGITS = 1e-3
"""To which the highest rise of coils is found, over the part of it that is searched."""


class Coils(NamedTuple):
    """
    Fan coils of each hall at their design point: racks at full load, and no coil to spare.

    Attributes
    ----------
    margin : [1]
        Coils, with their air, over those that this point needs.
    heat : (hall,) [W]
        Heat they move there.
    air_stream, water_stream : (hall,) [W/K]
        Their air and their water.
    supply : (hall,) [K]
        Air that they must supply so that the racks get theirs at its set point.
    returned : (hall,) [K]
        Air that returns to them.
    water : [K]
        Water that enters them, with the whole plant at work.
    needed : (hall,) [W/K]
        Air that the racks need of them.
    """

    margin: float
    heat: Floats
    air_stream: Floats
    water_stream: Floats
    supply: Floats
    returned: Floats
    water: float
    needed: Floats


def door_heat(air: AirCooling, models: dict[str, Model], places: Layout) -> Floats:
    """
    Give the heat that rear doors take at full load.

    Parameters
    ----------
    air : AirCooling
        Set points.
    models : name to Model
        Classes of racks.
    places : Layout
        Where racks stand.

    Returns
    -------
    (hall,) [W]
        With the whole plant at work.
    """
    each = np.array([rack.door_heat(air.set_point.si, air.loop.warmest_supply) for rack in models.values()])
    return sums(places.cdu_hall[places.rack_cdu], each[places.rack_class], len(places.halls))


def size(air: AirCooling, models: dict[str, Model], places: Layout, hot: Floats, fans: Floats, beside: Floats) -> Coils:
    """
    Size the fan coils.

    Parameters
    ----------
    air : AirCooling
        Set points, containment and margin.
    models : name to Model
        Classes of racks.
    places : Layout
        Where racks stand.
    hot : (hall,) [W]
        Heat into the hall's hot air at full load, of racks, sidecars and conversion losses, without the doors'.
    fans : (hall,) [W]
        Heat of the coils' own fans.
    beside : (hall,) [W/K]
        Air through sidecars.

    Returns
    -------
    Coils
        With the air that the racks need, and no less than `MOST_EFFECTIVENESS` asks.
    """
    racks, halls = list(models.values()), len(places.halls)
    hall = places.cdu_hall[places.rack_cdu]
    rack_stream = beside + sums(hall, np.array([rack.contained_stream for rack in racks])[places.rack_class], halls)
    heat = coil_share(air) * (hot + fans)
    recirculation, bypass = np.full(halls, air.recirculation.si), np.full(halls, air.bypass.si)
    water = air.loop.warmest_supply
    supply = air.set_point.si - supply_fall(rack_stream, recirculation) * hot
    # Coils of an effectiveness e take e (M (T_supply - T_water) + q) from their air.
    enough = (heat / MOST_EFFECTIVENESS - hot) / np.maximum(supply - water, 1e-3)
    needed = matching_stream(rack_stream, recirculation, bypass)
    air_stream = np.maximum(needed, enough)
    returned = air.set_point.si + return_rise(rack_stream, air_stream, recirculation) * hot
    return Coils(air.coil_margin.si, heat, air_stream, heat / air.water_rise.si, supply, returned, water, needed)


def most_rise(coils: Coils, least: float, most: float) -> float | None:
    """
    Give how far coils can warm their water at most.

    Parameters
    ----------
    coils : Coils
        Sized.
    least, most : [K]
        Ends of what is asked for.

    Returns
    -------
    [K] or None
        Between the two, to `RISE_DIGITS` of their difference, short of it; none where no coil warms it by the least.
    """

    def reached(rise: float) -> bool:
        try:
            conductance(coils._replace(water_stream=coils.heat / rise))
        except ValueError:
            return False
        return True

    if reached(most):
        return most
    if not reached(least):
        return None
    low, high = least, most
    while high - low > RISE_DIGITS * (most - least):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle) else (low, middle)
    return low


def coil_share(air: AirCooling) -> float:
    """
    Give the part of the hall's air heat [1] for which coils are sized.

    Parameters
    ----------
    air : AirCooling
        All of it where it says none.
    """
    return 1.0 if air.coil_share is None else air.coil_share.si


def conductance(coils: Coils) -> Floats:
    """
    Give the conductance that the coils need.

    Parameters
    ----------
    coils : Coils
        Sized.

    Returns
    -------
    (hall,) [W/K]
        UA of all coils at their design streams.

    Raises
    ------
    ValueError
        When no coils do this with that water.
    """
    difference = coils.returned - coils.water
    halls = np.column_stack([difference, coils.air_stream, coils.water_stream, coils.heat])
    unlike, which = np.unique(halls, axis=0, return_inverse=True)
    return coils.margin * np.array([coil_conductance(*map(float, row)) for row in unlike])[which.reshape(-1)]
