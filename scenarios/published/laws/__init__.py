"""
Laws that published cases may name.

An adaptor changes names and shapes, never physics: it calls the functions that a run calls.
"""

from __future__ import annotations

from scenarios.published.laws import (
    air,
    chillers,
    dry_coolers,
    exchangers,
    grid,
    hydraulics,
    liquids,
    machines,
    power_quality,
    racks,
    ride_through,
    tower_curves,
    towers,
    workloads,
)
from scenarios.published.laws.law import Law

LAWS: dict[str, Law] = {
    "moist_air": air.MOIST_AIR,
    "dew_point": air.DEW_POINT,
    "exchanger": exchangers.EXCHANGER,
    "merkel_tower": towers.MERKEL,
    "evaporation": towers.EVAPORATION,
    "york_calc": tower_curves.YORK_CALC,
    "york_calc_tower": tower_curves.YORK_CALC_TOWER,
    "cool_tools": tower_curves.COOL_TOOLS,
    "dry_cooler": dry_coolers.DRY_COOLER,
    "chiller_rating": chillers.RATING,
    "chiller_part_load": chillers.PART_LOAD,
    "chiller_water": chillers.WATER,
    "pg25": liquids.PG25,
    "water": liquids.WATER,
    "tower_water": liquids.TOWER_WATER,
    "fan": hydraulics.FAN,
    "pipe": hydraulics.PIPE,
    "pump": hydraulics.PUMP,
    "frequency_after_step": grid.AFTER_STEP,
    "frequency_after_steps": grid.AFTER_STEPS,
    "flicker": power_quality.FLICKER,
    "two_area_modes": machines.TWO_AREAS,
    "ride_through_faults": ride_through.FAULTS,
    "rack_at_rest": racks.RACK_AT_REST,
    "pump_stop": racks.PUMP_STOP,
    "chip_history": racks.CHIP_HISTORY,
    "package_power": workloads.PACKAGE_POWER,
    "training_node": workloads.TRAINING_NODE,
    "training_spectrum": workloads.TRAINING_SPECTRUM,
    "interruptions": workloads.INTERRUPTIONS,
    "serving_level": workloads.SERVING_LEVEL,
    "facility_water_loss": racks.FACILITY_WATER_LOSS,
}
"""Laws by name."""
