"""Which weather a run has: a file, measured wet bulb, or a synthetic day from the site's normals."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from facilities import weather
from facilities.weather import Weather
from telemetry import Reading, resample
from twin.errors import Fault, ScenarioError
from twin.site import Floats

if TYPE_CHECKING:
    from facilities import Facility

STEP = 60.0
"""[s] between the values of measured weather."""

LEAST_COVERAGE = 0.9
"""Least part of a run for which a measured wet bulb must hold values."""


class Outdoors(NamedTuple):
    """Weather of a run, and what a reader must know of it."""

    weather: Weather
    notes: tuple[str, ...] = ()


def outdoors(
    facility: Facility, path: Path | None, reading: Reading | None, start: datetime, duration: int
) -> Outdoors:
    """
    Give the weather of a run.

    Parameters
    ----------
    facility
        For its normals.
    path
        Weather file; it comes before anything else.
    reading
        Telemetry, which may hold a measured wet bulb.
    start
        Of the run.
    duration : [s]
        Of the run.

    Returns
    -------
    Outdoors
        From the start to the end of the run, and what was assumed.
    """
    if path is not None:
        return Outdoors(weather.read(path, start, duration))
    normals = weather.day(facility, start, duration)
    measured = None if reading is None else _measured(normals, reading, start, duration)
    return Outdoors(normals) if measured is None else measured


def _measured(normals: Weather, reading: Reading, start: datetime, duration: int) -> Outdoors | None:
    """Take the wet bulb from telemetry, and the dry bulb too if it is there."""
    cells = int(np.ceil(duration / STEP)) + 1
    wet = _series(reading, "wet_bulb_temp_k", start, cells)
    if wet is None:
        return None
    dry = _series(reading, "dry_bulb_temp_k", start, cells)
    label = f"wet {'and dry ' if dry is not None else ''}bulb measured ({reading.provenance.source})"
    if dry is not None:
        return Outdoors(Weather(label, STEP, np.maximum(dry, wet), wet))
    instants = STEP * np.arange(cells)
    usual = np.interp(instants, normals.step * np.arange(len(normals.dry_bulb)), normals.dry_bulb)
    note = "assumed: dry bulb of the site's normals, raised to the measured wet bulb; the telemetry holds none"
    return Outdoors(Weather(f"{label}, dry bulb of {normals.label}", STEP, np.maximum(usual, wet), wet), (note,))


def _series(reading: Reading, metric: str, start: datetime, cells: int) -> Floats | None:
    """Give means over each step, centred late by half of it; none if the telemetry has none."""
    series = resample.hold(reading.frame, metric, start, round(cells * STEP), STEP)
    if not series.assets:
        return None
    if len(series.assets) > 1:
        names = ", ".join(series.assets)
        raise ScenarioError(reading.provenance.source, [Fault(metric, f"is measured at {names}; keep one of them")])
    known = ~np.isnan(series.values[0])
    if known[:-1].mean() < LEAST_COVERAGE:
        message = f"covers {known[:-1].mean():.0%} of the run, wanted {LEAST_COVERAGE:.0%}; change start or duration"
        raise ScenarioError(reading.provenance.source, [Fault(metric, message)])
    places = np.arange(cells)
    return np.asarray(np.interp(places, places[known], series.values[0][known]), dtype=float)
