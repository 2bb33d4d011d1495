"""Cooling towers."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs, one
from twin.cooling import hydraulics, psychrometrics, towers
from twin.site import Floats


def _merkel(
    design_water: Floats,
    design_air: Floats,
    design_wet_bulb: Floats,
    design_approach: Floats,
    design_range: Floats,
    design_fan_power: Floats,
    water_heat: Floats,
    pressure: Floats,
    water_inlet: Floats,
    water_flow: Floats,
    fan_speed: Floats,
    wet_bulb: Floats,
) -> Outputs:
    """Size the tower from its design point, and run it at each row."""
    water, air, bulb = (
        one(design_water, "design_water"),
        one(design_air, "design_air"),
        one(design_wet_bulb, "wet bulb"),
    )
    stream, fall = water * one(water_heat, "water_heat"), one(design_range, "design_range")
    hot, at = bulb + one(design_approach, "design_approach") + fall, one(pressure, "pressure")
    conductance = towers.merkel_conductance(hot, stream, air, bulb, fall * stream, at)
    correction = towers.conductance_correction(fan_speed, water_flow / water, bulb - wet_bulb)
    now = water_flow * water_heat
    heat = towers.merkel(water_inlet, now, fan_speed * air, conductance * correction.factor, wet_bulb, at).heat
    return {
        "design_conductance": np.full_like(water_inlet, conductance),
        "water_outlet": water_inlet - heat / now,
        "heat": heat,
        "fan_power": design_fan_power * hydraulics.fan_power(fan_speed),
        "outside_range": np.where(correction.inside, 0.0, 1.0),
    }


def _evaporation(
    dry_bulb: Floats, relative_humidity: Floats, pressure: Floats, heat: Floats, air_flow: Floats
) -> Outputs:
    vapour = relative_humidity * psychrometrics.saturation_pressure(dry_bulb)
    ratio = psychrometrics.humidity_ratio(vapour, pressure)
    return {
        "water": towers.evaporation(heat, air_flow, dry_bulb, ratio, one(pressure, "pressure")) / heat,
    }


MERKEL = Law(
    _merkel,
    {
        "design_water": "kg/s",
        "design_air": "kg/s",
        "design_wet_bulb": "K",
        "design_approach": "delta_degC",
        "design_range": "delta_degC",
        "design_fan_power": "W",
        "water_heat": "J/(kg*K)",
        "pressure": "Pa",
        "water_inlet": "K",
        "water_flow": "kg/s",
        "fan_speed": "1",
        "wet_bulb": "K",
    },
    {"design_conductance": "W/K", "water_outlet": "K", "heat": "W", "fan_power": "W", "outside_range": "1"},
)
EVAPORATION = Law(
    _evaporation,
    {"dry_bulb": "K", "relative_humidity": "1", "pressure": "Pa", "heat": "W", "air_flow": "kg/s"},
    {"water": "kg/J"},
)
