"""Outdoor air of a year and of its extreme days, as means of steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facilities import Facility, weather
from facilities.weather import DESIGN_DAYS, Weather
from scenarios.outdoors import weather_file
from scenarios.schema import NORMALS, SYNTHETIC_YEAR
from scenarios.setting import ARGUMENTS
from scenarios.yearstudy.workload import Span
from twin.errors import FacilityError, Fault, ScenarioError
from twin.site import Floats
from twin.year import series

FINE = 300.0
"""Longest time [s] between values that are averaged over a step."""

MIDSUMMER = (7, 15)
"""Month and day at which extreme days are laid; they are the same in any month."""


class Air(NamedTuple):
    """
    Outdoor air of some steps.

    Attributes
    ----------
    means : Weather
        Of each step.
    kind, label, notes
        As in `facilities.weather.Weather`.
    """

    means: series.Weather
    kind: str
    label: str
    notes: tuple[str, ...]


def year(facility: Facility, chosen: str | Path | None, span: Span, seed: int) -> Air:
    """
    Give the outdoor air of a year.

    Parameters
    ----------
    facility : Facility
        For its climate.
    chosen
        ``normals``, ``synthetic_year``, or an EPW or TMY3 file; without it, a synthetic year where the site says how
        its days differ, else its normals.
    span : Span
        Steps wanted.
    seed
        Of a synthetic year.

    Returns
    -------
    Air
        Means of each step.

    Raises
    ------
    InputError
        If the choice is unknown, is a design day, or its file is at fault.
    """
    if chosen is None:
        chosen = NORMALS if facility.climate.day_to_day is None else SYNTHETIC_YEAR
    if str(chosen) in DESIGN_DAYS:
        message = (
            "is one day at its extreme, and no year is made of such; a year shows all of them beside its own weather. "
            f"Give {NORMALS}, {SYNTHETIC_YEAR}, or an EPW or TMY3 file"
        )
        raise ScenarioError(ARGUMENTS, [Fault(f"--weather {chosen}", message)])
    path = weather_file(chosen)
    if path is None:
        fine = min(FINE, float(span.step))
        made = weather.year(facility, seed if chosen == SYNTHETIC_YEAR else None, fine)
        # From the last value of the year its first follows.
        dry, wet, pressure = (np.append(part, part[:1]) for part in (made.dry_bulb, made.wet_bulb, made.pressure))
        return _air(made._replace(step=fine, dry_bulb=dry, wet_bulb=wet, pressure=pressure), span)
    begin = span.start.replace(tzinfo=UTC) - timedelta(hours=facility.location.time_zone.si)
    return _air(weather.read(path, facility.location, begin, float(span.step * span.steps)), span)


def extremes(facility: Facility, span: Span) -> Iterator[tuple[str, Air | None]]:
    """
    Give the extreme days of a site.

    Parameters
    ----------
    facility : Facility
        For its climate.
    span : Span
        For the step and the year.

    Yields
    ------
    tuple of text and Air
        Each of `facilities.weather.DESIGN_DAYS`; none where the climate lacks what the day is made from.
    """
    local = datetime(span.start.year, *MIDSUMMER, tzinfo=UTC)
    begin = local - timedelta(hours=facility.location.time_zone.si)
    day = Span(local, span.step, 86400 // span.step)
    for name in DESIGN_DAYS:
        try:
            yield name, _air(weather.design_day(facility, name, begin, 86400.0), day)
        except FacilityError:
            yield name, None


def _air(made: Weather, span: Span) -> Air:
    """Average over steps what is linear between values."""
    dry, wet, pressure = (
        _means(values, span.step / made.step, span.steps) for values in (made.dry_bulb, made.wet_bulb, made.pressure)
    )
    return Air(series.Weather(dry, np.minimum(wet, dry), float(pressure.mean())), made.kind, made.label, made.notes)


def _means(values: Floats, many: float, count: int) -> Floats:
    """Give the means of `count` steps of `many` values each."""
    sums = np.append(0.0, np.cumsum(0.5 * (values[1:] + values[:-1])))
    edges = np.interp(many * np.arange(count + 1.0), np.arange(sums.size), sums)
    return np.asarray(np.diff(edges) / many, dtype=float)
