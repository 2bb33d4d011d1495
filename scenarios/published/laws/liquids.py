"""Coolants, and the water that towers use."""

from __future__ import annotations

from functools import partial

import numpy as np

from scenarios.published.laws.law import Law, Outputs
from twin.cooling import coolants, water
from twin.cooling.coolants import FLUIDS, Fluid
from twin.site import Floats


def _properties(fluid: Fluid, temperature: Floats) -> Outputs:
    found = coolants.properties(fluid, temperature)
    return {
        "density": found.density,
        "specific_heat": found.specific_heat,
        "viscosity": found.viscosity,
        "conductivity": found.conductivity,
        "outside_range": np.where(found.inside, 0.0, 1.0),
    }


def _tower_water(evaporation: Floats, circulation: Floats, cycles: Floats, drift: Floats) -> Outputs:
    used = water.water_use(evaporation, circulation, cycles, drift)
    return {"drift": used.drift, "blowdown": used.blowdown, "make_up": used.make_up}


_PROPERTIES = {
    "density": "kg/m^3",
    "specific_heat": "J/(kg*K)",
    "viscosity": "Pa*s",
    "conductivity": "W/(m*K)",
    "outside_range": "1",
}
PG25 = Law(partial(_properties, FLUIDS["pg25"]), {"temperature": "K"}, _PROPERTIES)
WATER = Law(partial(_properties, FLUIDS["water"]), {"temperature": "K"}, _PROPERTIES)
TOWER_WATER = Law(
    _tower_water,
    {"evaporation": "kg/s", "circulation": "kg/s", "cycles": "1", "drift": "1"},
    {"drift": "kg/s", "blowdown": "kg/s", "make_up": "kg/s"},
)
