"""
Laws that published cases may name.

An adaptor changes names and shapes, never physics: it calls the functions that a run calls.
"""

from __future__ import annotations

from scenarios.published.laws import air, exchangers, racks, towers
from scenarios.published.laws.law import Law

LAWS: dict[str, Law] = {
    "moist_air": air.MOIST_AIR,
    "dew_point": air.DEW_POINT,
    "exchanger": exchangers.EXCHANGER,
    "merkel_tower": towers.MERKEL,
    "evaporation": towers.EVAPORATION,
    "pump_stop": racks.PUMP_STOP,
    "facility_water_loss": racks.FACILITY_WATER_LOSS,
}
"""Laws by name."""
