"""Dry coolers."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs, one
from twin.cooling import dry_coolers
from twin.site import Floats


def _dry_cooler(
    design_stream: Floats,
    design_air: Floats,
    design_dry_bulb: Floats,
    design_water: Floats,
    design_heat: Floats,
    design_fan_power: Floats,
    fan_exponent: Floats,
    water_stream: Floats,
    water_inlet: Floats,
    dry_bulb: Floats,
    fan_power: Floats,
) -> Outputs:
    """Size the cooler from its design point, and run it with the air that its fans' power tells."""
    stream, air = one(design_stream, "design_stream"), one(design_air, "design_air")
    dry, hot = one(design_dry_bulb, "design_dry_bulb"), one(design_water, "design_water")
    conductance = dry_coolers.dry_cooler_conductance(hot, stream, air, dry, one(design_heat, "design_heat"))
    speed = np.power(fan_power / design_fan_power, 1.0 / fan_exponent)
    films = dry_coolers.film_factors(dry_bulb, water_inlet, design_dry_bulb, design_water)
    factor = dry_coolers.conductance_factor(speed, water_stream / stream, films)
    heat = dry_coolers.dry_cooler(water_inlet, water_stream, speed * air, conductance * factor, dry_bulb)
    return {"water_outlet": water_inlet - heat / water_stream, "heat": heat}


DRY_COOLER = Law(
    _dry_cooler,
    {
        "design_stream": "W/K",
        "design_air": "kg/s",
        "design_dry_bulb": "K",
        "design_water": "K",
        "design_heat": "W",
        "design_fan_power": "W",
        "fan_exponent": "1",
        "water_stream": "W/K",
        "water_inlet": "K",
        "dry_bulb": "K",
        "fan_power": "W",
    },
    {"water_outlet": "K", "heat": "W"},
)
