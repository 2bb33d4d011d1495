"""What a weather file says of a place, as the tables `[location]` and `[climate]` of a facility file."""

from __future__ import annotations

import calendar
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from facilities.weather.air import ZERO_CELSIUS
from facilities.weather.files import TMY3, examine, hourly
from twin.errors import TelemetryError
from twin.site import Floats

CREDITS = {TMY3.name: ["Typical year: National Renewable Energy Laboratory, TMY3"]}
"""Whom to credit for what a file of a format says."""

RARE = 0.4
"""Hours of a year [%] that are beyond a design value, as in ASHRAE's tables of climatic design conditions."""

_MONTHS = [sum(calendar.monthrange(2001, month)[1] for month in range(1, 1 + last)) for last in range(13)]
"""Days of the year before each month, and of the whole year."""


def tables(path: str | Path) -> dict[str, Any]:
    """
    Derive location, monthly normals and design values from a weather file.

    Parameters
    ----------
    path
        EPW (``.epw``) or NREL TMY3 (``.tmy3``, ``.csv``).

    Returns
    -------
    dict
        ``location``, ``climate`` and ``attributions``, as a facility file has them. Normals are the means of each
        month: of all hours, of the days' ranges, and the standard deviation of the days' means. The warmest hour is the
        design dry bulb, since a typical year understates extremes; wet bulb and cold are passed by 0.4 % of hours. How
        the highest hours of single years spread, no typical year can tell.

    Raises
    ------
    TelemetryError
        With all faults of the file at once.
    """
    path = Path(path)
    found = examine(path)
    if found.faults or found.station is None:
        raise TelemetryError(path.name, found.faults)
    station = found.station
    dry, wet, pressure = hourly(found.table)
    days = _days(dry)
    of = f"{found.format} station {station.number}, {path.name}"
    warm, humid = (air >= np.percentile(air, 100.0 - RARE) - 1e-9 for air in (dry, wet))
    location = {
        "latitude": _number(f"{station.latitude:g} deg", "reported", f"{of}; the station's"),
        "longitude": _number(f"{station.longitude:g} deg", "reported", f"{of}; the station's"),
        "pressure": _number(f"{pressure.mean() / 1e3:.1f} kPa", "derived", f"mean of {of}"),
        "time_zone": _number(f"{station.time_zone:g} h", "reported", of),
    }
    climate = {
        "station": f"{station.name} ({of})",
        "dry_bulb": _months(days - ZERO_CELSIUS, "degC", f"monthly means of {of}"),
        "daily_range": _months(np.ptp(days, axis=1), "K", f"monthly means of the daily range of {of}"),
        "dew_point": _months(_days(found.table["temp_dew"]) - ZERO_CELSIUS, "degC", f"monthly means of {of}"),
        "design_dry_bulb": _celsius(dry.max(), f"highest hour of {of}; typical years understate extremes"),
        "design_wet_bulb": _celsius(np.percentile(wet, 100.0 - RARE), f"{100.0 - RARE:g} % of the hours of {of}"),
        "coincident_wet_bulb": _celsius(wet[warm].mean(), f"mean wet bulb of the {RARE:g} % warmest hours of {of}"),
        "coincident_dry_bulb": _celsius(
            dry[humid].mean(), f"mean dry bulb of the {RARE:g} % of hours of the highest wet bulb of {of}"
        ),
        "design_cold": _celsius(np.percentile(dry, RARE), f"{RARE:g} % of the hours of {of} are colder"),
        "day_to_day": _spreads(days, f"standard deviations of the daily means in each month of {of}"),
    }
    return {"location": location, "climate": climate, "attributions": CREDITS.get(found.format, [])}


def _days(hours: Floats) -> Floats:
    """Put the hours of a year into days; a day ends with the hour that its midnight ends."""
    return np.roll(hours, -1).reshape(-1, 24)


def _number(value: str, basis: str, source: str) -> dict[str, Any]:
    return {"value": value, "basis": basis, "source": source}


def _celsius(kelvin: float, source: str) -> dict[str, Any]:
    return _number(f"{kelvin - ZERO_CELSIUS:.1f} degC", "derived", source)


def _months(days: Floats, unit: str, source: str) -> dict[str, Any]:
    means = [days[first:last].mean() for first, last in pairwise(_MONTHS)]
    return {"values": [f"{mean:.1f} {unit}" for mean in means], "basis": "derived", "source": source}


def _spreads(days: Floats, source: str) -> dict[str, Any]:
    means = days.mean(axis=1)
    spreads = [means[first:last].std(ddof=1) for first, last in pairwise(_MONTHS)]
    return {"values": [f"{spread:.1f} K" for spread in spreads], "basis": "derived", "source": source}
