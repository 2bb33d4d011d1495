"""The campus below a point of connection, from a facility's parts: what `twin.grid.campus` reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from facilities.parts import Conductor, PathStage, Transformer
from facilities.schema import Facility
from facilities.sizing import design_chiller
from twin.grid.campus import Cables, Campus, Substations
from twin.grid.strength import one_point
from twin.site import Floats, Site, Stage

CABLE_REACTANCE = 1.9
"""Reactance over resistance of a feeder [1]: 0.13 over 0.07 Ohm/km, 500 mm2 aluminium, 35 kV; 1.2 to 2.5. Assumed."""

CABLE_CHARGING = 0.006
"""Charging of a feeder over its rating [1]: 0.3 uF/km over 2 km at 34.5 kV and 60 Hz, on 50 MW; up to 0.02. Assumed."""

BOARD = "one substation of the plant"
"""Place behind which motors start."""

LOW_VOLTAGE = 1000.0
"""Highest campus voltage [V] that needs no substations (IEC 60038)."""

POWER_FACTOR = 0.99
"""Of racks and of drives behind a substation [1]: supplies that shape their current; 0.97 to 1. Assumed."""


def campus(facility: Facility, site: Site, halls: Floats, plant: float) -> Campus:
    """
    Give what hangs below the first point of connection.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.
    halls : (hall,) [W]
        What each hall's racks draw.
    plant : [W]
        What all cooling draws.

    Returns
    -------
    Campus
        With an equal share of the halls and of the plant; of the plant one substation stands apart, near the campus
        bus, so that a motor can start behind it alone.
    """
    points = round(site.connection.points)
    mine = math.ceil(len(halls) / points)
    places = (*site.halls.name[:mine], "plant", BOARD)
    load = np.array([*halls[:mine], plant / points, 0.0])
    units = np.zeros(mine + 2)
    hall, rows = _substation(facility, facility.power.hall, site.chain.hall_path)
    if hall is not None:
        units[:mine] = rows[:mine]
    plant_unit, rows = _substation(facility, facility.power.mechanical, site.chain.mechanical_path)
    if plant_unit is not None:
        number = max(round(float(rows[0]) / points), 2)
        units[mine:] = number - 1, 1
        load[mine:] *= (number - 1) / number
        load[mine + 1] = plant / points / number
    unit = (
        hall
        or plant_unit
        or Substations(site.connection.transformer_rating, 0.0, 1.0, facility.connection.campus_voltage.si)
    )
    cables, feeders = _cables(facility, load)
    feeders[mine + 1] = 0.0
    return Campus(one_point(site.connection), places, load, POWER_FACTOR, feeders, units, cables, unit)


def _substation(
    facility: Facility, wanted: Sequence[PathStage], built: Sequence[Stage]
) -> tuple[Substations | None, Floats]:
    """Find the stage of a path that is a transformer from the campus voltage."""
    for stage, sized in zip(wanted, built, strict=True):
        part = facility.catalog.converters[stage.converter]
        if isinstance(part, Transformer) and facility.connection.campus_voltage.si > LOW_VOLTAGE:
            resistance = part.load_loss.si / part.rating.si
            reactance = math.sqrt(part.impedance.si**2 - resistance**2)
            volts = 480.0 if stage.voltage is None else stage.voltage.si
            return Substations(part.rating.si, resistance, reactance, volts), sized.units
    return None, np.zeros(1)


def _cables(facility: Facility, load: Floats) -> tuple[Cables, Floats]:
    """Give the feeders' data, and as many to each place as carry it at the design loading."""
    for stage in facility.power.common:
        part = facility.catalog.converters[stage.converter]
        if isinstance(part, Conductor):
            one = Cables(part.rating.si, part.loss.si, CABLE_REACTANCE * part.loss.si, CABLE_CHARGING)
            return one, np.ceil(load / (part.rating.si * stage.design_loading.si))
    return Cables(1.0, 0.0, 1.0, 0.0), np.zeros(len(load))


def largest_motor(facility: Facility, site: Site) -> tuple[str, float]:
    """
    Find the largest motor of the plant, the compressor of a chiller.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.

    Returns
    -------
    text
        The loop whose chillers have it; empty where there are none.
    [W]
        Electric power on the design day; zero where there are none.
    """
    found = ("", 0.0)
    loops = {"liquid": facility.cooling.liquid, "air": facility.cooling.air}
    for row, name in enumerate(site.loops.name):
        cooling = loops.get(name.rpartition("/")[2])
        loop = getattr(cooling, "loop", None) if cooling is not None else None
        if loop is None or loop.chiller is None or site.loops.chiller_capacity[row] <= 0.0:
            continue
        performance = float(design_chiller(facility, loop).performance[0])
        power = float(site.loops.chillers.unit_capacity[row]) / performance
        if power > found[1]:
            found = (name, power)
    return found
