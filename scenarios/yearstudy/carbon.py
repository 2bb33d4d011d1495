"""Carbon dioxide of a grid's energy, hour by hour: from a file, or a year's mean that the site states."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

import telemetry
from facilities import Facility
from scenarios.setting import ARGUMENTS
from twin.errors import Fault, ScenarioError, TelemetryError
from twin.site import Floats, Integers

METRIC = "grid_carbon_kg_j"
"""As telemetry calls it."""

MOST_MISSING = 0.02
"""Part of a year's hours [1] that a file may miss; they are filled with the mean of their month and hour of day."""

HOURS = 8760
"""Of a planning year."""


class Intensity(NamedTuple):
    """
    Carbon dioxide of the grid's energy.

    Attributes
    ----------
    values : (hour,) [kg/J]
        None where nothing is known of it.
    label : text
        Where they are from.
    hourly : bool
        Whether hours differ.
    notes : tuple of text
        What a reader must know.
    attribution : text
        Whom a file must be credited to.
    """

    values: Floats | None
    label: str
    hourly: bool
    notes: tuple[str, ...]
    attribution: str = ""


def intensity(facility: Facility, start: datetime, path: Path | None, zone: str | None) -> Intensity:
    """
    Give the carbon intensity of each hour of a year.

    Parameters
    ----------
    facility : Facility
        For its mean, and its zone.
    start
        Of the year, in local standard time.
    path
        A file that telemetry reads, with a year or more of the grid's carbon intensity; the site's mean without it.
    zone
        Of the file's times, where they do not say it themselves.

    Returns
    -------
    Intensity
        By local standard time.

    Raises
    ------
    TelemetryError
        With every fault of the file; or if it holds no carbon intensity, or too little of a year.
    ScenarioError
        If a zone is given without a file.
    """
    if path is not None:
        return _read(facility, start, path, zone)
    if zone is not None:
        raise ScenarioError(
            ARGUMENTS, [Fault("--tz", "is the zone of the times of a carbon file; give --carbon FILE too")]
        )
    stated = facility.connection.carbon_intensity
    if stated is None:
        note = "the site states no carbon intensity of its grid: give connection.carbon_intensity, or --carbon FILE"
        return Intensity(None, "not stated", hourly=False, notes=(note,))
    label = f"{stated.value}, the same all year ({stated.basis}: {stated.source})"
    return Intensity(np.full(HOURS, stated.si), label, hourly=False, notes=())


def _read(facility: Facility, start: datetime, path: Path, zone: str | None) -> Intensity:
    reading = telemetry.read(path, tz=zone)
    frame = reading.frame.filter(pl.col("metric") == METRIC).select("time", "asset", "value").drop_nulls().collect()
    assets = frame["asset"].unique().sort().to_list()
    if len(assets) != 1:
        told = (
            f"holds {', '.join(assets)}; leave one" if assets else f"holds no {METRIC}; it was read as {reading.format}"
        )
        raise TelemetryError(str(path), [Fault("", f"{told}. Wanted: one series of a grid's carbon intensity")])
    hour = _hour_of_year(frame["time"], facility.location.time_zone.si)
    values = frame["value"].to_numpy()[hour >= 0]
    hour = hour[hour >= 0]
    count = np.bincount(hour, minlength=HOURS)
    sums = np.bincount(hour, values, HOURS)
    absent = np.flatnonzero(count == 0)
    if absent.size > MOST_MISSING * HOURS:
        first = start + timedelta(hours=int(absent[0]))
        message = (
            f"{absent.size:,} of the year's {HOURS:,} hours are missing, the first at {first:%d %B %H:%M} local "
            f"standard time; at most {MOST_MISSING:.0%} are filled. Give a file of a whole year"
        )
        raise TelemetryError(str(path), [Fault("", message)])
    found = np.divide(sums, count, out=np.full(HOURS, np.nan), where=count > 0)
    filled = _filled(found)
    notes = [*reading.notes]
    if absent.size:
        notes.append(f"carbon: {absent.size} hours without a value have the mean of their month and hour of day")
    years = sorted(set(frame["time"].dt.year().to_list()))
    label = f"{path.name}, {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "")
    return Intensity(filled, label, hourly=True, notes=tuple(notes), attribution=reading.provenance.attribution)


FIRST_HOURS = np.array([(datetime(2001, month, 1) - datetime(2001, 1, 1)).days * 24 for month in range(1, 13)])
"""Of the months in a year without 29 February."""


def _hour_of_year(times: pl.Series, zone: float) -> Integers:
    """Give the hour of a year at which each instant falls by month, day and local hour; -1 on 29 February."""
    local = times.dt.replace_time_zone(None) + timedelta(hours=zone)
    month, day, hour = (getattr(local.dt, part)().to_numpy().astype(np.int64) for part in ("month", "day", "hour"))
    leap = (month == 2) & (day == 29)  # noqa: PLR2004 (a day of the calendar)
    return np.where(leap, -1, FIRST_HOURS[month - 1] + (day - 1) * 24 + hour)


def _filled(values: Floats) -> Floats:
    """Fill what is missing with the mean of its month and hour of day, else of the year."""
    hour = np.arange(HOURS)
    slot = (np.searchsorted(FIRST_HOURS, hour, side="right") - 1) * 24 + hour % 24
    there = ~np.isnan(values)
    slots = len(FIRST_HOURS) * 24
    count, sums = (np.bincount(slot[there], weight, slots) for weight in (None, values[there]))
    usual = np.where(count > 0, sums / np.maximum(count, 1), values[there].mean())
    return np.where(there, values, usual[slot])
