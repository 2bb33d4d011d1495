"""Cooling towers by fitted curves of their approach."""

from __future__ import annotations

from functools import partial

import numpy as np

from scenarios.published.laws.law import Law, Outputs, one
from twin.cooling import tower_curves
from twin.cooling.tower_curves import CURVES, Curve
from twin.site import Floats


def _approach(curve: Curve, water_range: Floats, wet_bulb: Floats, water_ratio: Floats, air_ratio: Floats) -> Outputs:
    found = tower_curves.approach(curve, water_range, wet_bulb, water_ratio, air_ratio)
    return {"approach": found.approach, "outside_range": np.where(found.inside, 0.0, 1.0)}


def _tower(
    curve: Curve,
    design_range: Floats,
    design_wet_bulb: Floats,
    design_approach: Floats,
    water_inlet: Floats,
    water_outlet: Floats,
    wet_bulb: Floats,
    water_ratio: Floats,
    air_ratio: Floats,
) -> Outputs:
    """Give the approach that belongs to a stated outlet, and the outlet that the law finds from the inlet alone."""
    design = (one(design_range, "design_range"), one(design_wet_bulb, "design_wet_bulb"))
    ratio = tower_curves.design_water_ratio(curve, *design, one(design_approach, "design_approach"))
    stated = tower_curves.approach(curve, water_inlet - water_outlet, wet_bulb, water_ratio, air_ratio)
    # A stream of 1 W/K, so that the heat is the range.
    stream = np.ones_like(water_inlet)
    found = tower_curves.curve_tower(curve, water_inlet, stream, water_ratio, air_ratio, wet_bulb)
    return {
        "design_water_ratio": np.full_like(water_inlet, ratio),
        "approach": stated.approach,
        "water_outlet": water_inlet - found.heat,
        "outside_range": np.where(stated.inside & found.inside, 0.0, 1.0),
    }


_APPROACH = {"water_range": "delta_degC", "wet_bulb": "K", "water_ratio": "1", "air_ratio": "1"}
_OUTPUTS = {"approach": "delta_degC", "outside_range": "1"}

YORK_CALC = Law(partial(_approach, CURVES["york_calc"]), _APPROACH, _OUTPUTS)
COOL_TOOLS = Law(partial(_approach, CURVES["cool_tools"]), _APPROACH, _OUTPUTS)
YORK_CALC_TOWER = Law(
    partial(_tower, CURVES["york_calc"]),
    {
        "design_range": "delta_degC",
        "design_wet_bulb": "K",
        "design_approach": "delta_degC",
        "water_inlet": "K",
        "water_outlet": "K",
        "wet_bulb": "K",
        "water_ratio": "1",
        "air_ratio": "1",
    },
    {**_OUTPUTS, "design_water_ratio": "1", "water_outlet": "K"},
)
