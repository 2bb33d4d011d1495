"""Which weather a run has: a file, a design day, measured wet bulb, or synthetic days from the site's normals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facilities import weather
from facilities.weather import DESIGN_DAYS, Weather, design_day, synthetic
from scenarios.schema import NORMALS, SYNTHETIC_YEAR, WEATHER
from telemetry import Reading, resample
from twin.errors import Fault, ScenarioError, UnknownNameError
from twin.site import Floats

if TYPE_CHECKING:
    from facilities import Facility

STEP = 60.0
"""[s] between the values of measured weather."""

LEAST_COVERAGE = 0.9
"""Least part of a run for which a measured wet bulb must hold values."""


def outdoors(
    facility: Facility,
    chosen: str | Path | None,
    reading: Reading | None,
    start: datetime,
    duration: int,
    seed: int = 1,
) -> Weather:
    """
    Give the weather of a run.

    Parameters
    ----------
    facility
        For its climate.
    chosen
        One of `WEATHER`, or a weather file; it comes before anything else.
    reading
        Telemetry, which may hold a measured wet bulb.
    start
        Of the run.
    duration : [s]
        Of the run.
    seed
        Of a synthetic year.

    Returns
    -------
    Weather
        From the start to the end of the run, and what was assumed.

    Raises
    ------
    InputError
        If the choice is unknown, the file is at fault, or the site does not say what a choice is made from.
    """
    if chosen is not None:
        path = weather_file(chosen)
        if path is not None:
            return weather.read(path, facility.location, start, duration)
        return _made(facility, str(chosen), seed)(start, duration)
    normals = synthetic(facility, start, duration)
    measured = None if reading is None else _measured(normals, reading, start, duration)
    return normals if measured is None else measured


def weather_file(chosen: str | Path) -> Path | None:
    """
    Say which file a choice of weather means.

    Parameters
    ----------
    chosen
        One of `WEATHER`, or a weather file.

    Returns
    -------
    Path
        None where it is one of the names.

    Raises
    ------
    UnknownNameError
        If it is neither.
    """
    if str(chosen) in WEATHER:
        return None
    path = Path(chosen)
    if not path.suffix and not path.exists():
        raise UnknownNameError(
            kind="weather", name=str(chosen), known=[*WEATHER, *(f"FILE{end}" for end in weather.FORMATS)]
        )
    return path


def _made(facility: Facility, name: str, seed: int) -> Callable[[datetime, int], Weather]:
    """Give what makes weather of a name, from start and duration."""
    if name in DESIGN_DAYS:
        return partial(design_day, facility, name)
    return partial(synthetic, facility, seed={NORMALS: None, SYNTHETIC_YEAR: seed}[name])


def _measured(normals: Weather, reading: Reading, start: datetime, duration: int) -> Weather | None:
    """Take the wet bulb from telemetry, and the dry bulb too if it is there."""
    cells = int(np.ceil(duration / STEP)) + 1
    wet = _series(reading, "wet_bulb_temp_k", start, cells)
    if wet is None:
        return None
    dry = _series(reading, "dry_bulb_temp_k", start, cells)
    label = f"wet {'and dry ' if dry is not None else ''}bulb measured ({reading.provenance.source})"
    pressure = np.full(cells, normals.pressure[0])
    if dry is not None:
        return Weather("measured", label, STEP, np.maximum(dry, wet), wet, pressure)
    instants = STEP * np.arange(cells)
    usual = np.interp(instants, normals.step * np.arange(len(normals.dry_bulb)), normals.dry_bulb)
    note = "assumed: dry bulb of the site's normals, raised to the measured wet bulb; the telemetry holds none"
    label = f"{label}, dry bulb of {normals.label}"
    return Weather("measured", label, STEP, np.maximum(usual, wet), wet, pressure, (note,))


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
