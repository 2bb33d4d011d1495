"""Moist air."""

from __future__ import annotations

from scenarios.published.laws.law import Law, Outputs
from twin.cooling import psychrometrics
from twin.site import Floats


def _moist_air(dry_bulb: Floats, relative_humidity: Floats, pressure: Floats) -> Outputs:
    saturated = psychrometrics.saturation_pressure(dry_bulb)
    ratio = psychrometrics.humidity_ratio(relative_humidity * saturated, pressure)
    return {
        "saturation_pressure": saturated,
        "humidity_ratio": ratio,
        "enthalpy": psychrometrics.enthalpy(dry_bulb, ratio),
        "wet_bulb": psychrometrics.wet_bulb(dry_bulb, ratio, pressure),
    }


def _dew_point(dew_point: Floats, pressure: Floats) -> Outputs:
    return {"humidity_ratio": psychrometrics.humidity_ratio_from_dew_point(dew_point, pressure)}


MOIST_AIR = Law(
    _moist_air,
    {"dry_bulb": "K", "relative_humidity": "1", "pressure": "Pa"},
    {"saturation_pressure": "Pa", "humidity_ratio": "1", "enthalpy": "J/kg", "wet_bulb": "K"},
)
DEW_POINT = Law(_dew_point, {"dew_point": "K", "pressure": "Pa"}, {"humidity_ratio": "1"})
