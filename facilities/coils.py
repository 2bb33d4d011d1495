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


class Coils(NamedTuple):
    """
    Fan coils of each hall at their design point: fans at full speed, valves open, racks at full load.

    Attributes
    ----------
    heat : (hall,) [W]
        Heat they move there: the hall's with its margin.
    air_stream, water_stream : (hall,) [W/K]
        Their air and their water.
    supply : (hall,) [K]
        Air that they must supply so that the racks get theirs at its set point.
    returned : (hall,) [K]
        Air that returns to them.
    water : [K]
        Water that enters them, with the whole plant at work.
    """

    heat: Floats
    air_stream: Floats
    water_stream: Floats
    supply: Floats
    returned: Floats
    water: float


def size(air: AirCooling, models: dict[str, Model], places: Layout, hot: Floats, fans: Floats) -> Coils:
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
        Heat into the hall's hot air at full load, of racks and conversion losses.
    fans : (hall,) [W]
        Heat of the coils' own fans.

    Returns
    -------
    Coils
        With as much air as the margin asks of what the racks need, and no less than `MOST_EFFECTIVENESS` asks.
    """
    racks, halls = list(models.values()), len(places.halls)
    hall = places.cdu_hall[places.rack_cdu]
    rack_stream = sums(hall, np.array([rack.air_stream for rack in racks])[places.rack_class], halls)
    heat = hot + fans
    recirculation, bypass = np.full(halls, air.recirculation.si), np.full(halls, air.bypass.si)
    water, margin = air.loop.warmest_supply, air.coil_margin.si
    supply = air.set_point.si - supply_fall(rack_stream, recirculation) * hot
    # Coils of an effectiveness e take e (M (T_supply - T_water) + q) from their air.
    enough = (margin * heat / MOST_EFFECTIVENESS - hot) / np.maximum(supply - water, 1e-3)
    air_stream = np.maximum(margin * matching_stream(rack_stream, recirculation, bypass), enough)
    returned = air.set_point.si + return_rise(rack_stream, air_stream, recirculation) * hot
    return Coils(margin * heat, air_stream, heat / air.water_rise.si, supply, returned, water)


def conductance(coils: Coils) -> Floats:
    """
    Give the conductance that the coils need.

    Parameters
    ----------
    coils : Coils
        Sized, and without `fault`.

    Returns
    -------
    (hall,) [W/K]
        UA at their design point.
    """
    difference = coils.returned - coils.water
    rows = zip(difference, coils.air_stream, coils.water_stream, coils.heat, strict=True)
    return np.array([coil_conductance(*map(float, row)) for row in rows])
