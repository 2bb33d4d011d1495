"""A planning year from end to end: what stands, its work and weather, the solved year, extremes, tables and page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from pydantic import Field

import facilities
from facilities import Facility, build
from facilities.loading import file_of
from facilities.nameplate import nameplate
from facilities.phases import at_phase
from facilities.reader import parsed
from facilities.weather import KINDS
from scenarios import output
from scenarios.capacity import study as capacity
from scenarios.capacity.study import Capacities
from scenarios.fields import Duration, Model
from scenarios.origins import hashed, resolved
from scenarios.outdoors import weather_file
from scenarios.schema import Scenario, path_of
from scenarios.setting import ARGUMENTS, DEFAULT, Asked, settle
from scenarios.yearstudy import accounts, extreme, outdoors, page, tables, workload
from scenarios.yearstudy.accounts import Accounts
from scenarios.yearstudy.outdoors import Air
from scenarios.yearstudy.workload import Span, Year
from telemetry import Reading
from twin.closure import Balance
from twin.errors import Fault, ScenarioError
from twin.metrics import Metric
from twin.run import refuse_open
from twin.site import Site
from twin.year import series
from twin.year.plan import plan
from twin.year.series import Series
from twin.year.work import taken

if TYPE_CHECKING:
    from scenarios.uncertainty.sampling import Sampled

HOURS = 8760
"""Hours of a planning year; 29 February is left out."""

STEPS = (300, 3600)
"""Lengths of a step [s] that a year may have."""

FIRST_YEAR = 2026
"""Year that is planned where none is asked for: that of the ready scenarios."""

YEARS = 1900, 2999
"""First and last that may be asked for: beyond, a year would be a slip of the hand."""

SCHEMA = 1
"""Version of the layout of a year's folder."""

PAGE = "year.html"
"""Name of a year's page."""

DEFINITIONS = {
    "pue": "energy drawn at the point of connection over energy at the rack inlets, both over the year",
    "ere": "the same less the heat that heat pumps deliver to a buyer",
    "wue": "make-up water over energy at the rack inlets",
    "it_power": "power at the rack inlets, rack power supplies and fans included",
    "cue": "carbon dioxide of the energy taken from the grid and of fuel burnt on site, over energy at the rack inlets",
    "accelerators": "that stand, through the year in the mean; rack_power_rated is what all racks are rated for",
    "chip_margin_min": "of a worst chip at the mean load of its step; within the step chips get some kelvin warmer",
}
"""What the figures of a year mean."""

Progress = Callable[[float], None]


class _Step(Model):
    """A step as the command line takes it."""

    step: Duration = Field(alias="--step")


class Stretch(NamedTuple):
    """
    A part of the year in which the site does not change.

    Attributes
    ----------
    name : text
        Of the phase; empty for the whole site.
    facility : Facility
        As it then stands.
    site : Site
        The same, built.
    steps : slice
        Of the year.
    load : Year
        What its racks are asked through all of the year.
    """

    name: str
    facility: Facility
    site: Site
    steps: slice
    load: Year


class Found(NamedTuple):
    """
    A solved year.

    Attributes
    ----------
    facility : Facility
        The site as asked for.
    span : Span
        Its steps.
    stretches : tuple of Stretch
        In order of time.
    air : Air
        Outdoor air.
    series : Series
        The year.
    figures : dict of text to Metric
        Its figures.
    closure : tuple of Balance
        Its balances.
    extremes : frame
        A row an extreme day.
    scenario : Scenario
        Whose jobs run.
    readings : name to Reading
        Telemetry of these jobs.
    capacity : Capacities or None
        What the site can carry, where it was asked for.
    accounts : Accounts or None
        How it is supplied, what that emits and costs, where it was asked for.
    sampled : Sampled or None
        How sure its figures are, where that was asked.
    """

    facility: Facility
    span: Span
    stretches: tuple[Stretch, ...]
    air: Air
    series: Series
    figures: dict[str, Metric]
    closure: tuple[Balance, ...]
    extremes: pl.DataFrame
    scenario: Scenario
    readings: Mapping[str, Reading]
    capacity: Capacities | None = None
    accounts: Accounts | None = None
    sampled: Sampled | None = None


def year(
    site: Facility | str | Path,
    scenario: Scenario | str | Path | None = None,
    weather: str | Path | None = None,
    step: str = "1 h",
    first: int = FIRST_YEAR,
    growth: bool = False,
    samples: int = 0,
    asked: accounts.Asked = accounts.Asked(),  # noqa: B008 (frozen)
    out: str | Path | None = None,
    force: bool = False,
    command: str = "scenarios.year",
    progress: Progress | None = None,
) -> tuple[Found, Path]:
    """
    Solve a planning year of a site, and write its folder and page.

    Parameters
    ----------
    site
        A facility, its name (with ``@`` and a phase, as it then stands), or its file.
    scenario
        Whose jobs run: one that is loaded, the name of a ready one, or a file; the site's own without it.
    weather
        As `scenarios.yearstudy.outdoors.year` takes it.
    step
        ``1 h`` or ``5 min``.
    first
        The calendar year, for weekdays and phases.
    growth
        Whether the site grows along its phases; else it stands all year as asked for.
    samples
        Sites that are drawn from the ranges of its numbers, to tell how sure its figures are; none without it.
    asked
        Tariff, unit costs, carbon and supply.
    out
        Folder of the year; a new one in ``runs`` if not given.
    force
        Whether a run that stands in `out` may be replaced.
    command
        How the year was asked for, for its manifest.
    progress
        Told the part of the year that is done.

    Returns
    -------
    tuple of Found and Path
        The year, and its page.

    Raises
    ------
    InputError
        If site, scenario, weather or step are at fault.
    OutputError
        If the folder cannot be written; nothing is left behind.
    StateError
        If the plant cannot carry the heat of the year's weather.
    """
    accounts.check(asked)
    found = with_capacity(solve(site, scenario, weather, step, first, growth=growth, progress=progress))
    found = with_accounts(found, asked)
    if samples:
        found = found._replace(sampled=_sampled(found, samples, progress))
    name = f"year_{step.replace(' ', '')}"
    folder = output.choose(out, found.facility.name, name, found.span.start, force=force)
    manifest = _manifest(found, _files(site, scenario, weather, asked), command)
    with output.whole(folder, force=force) as unfinished:
        tables.write(found, manifest, unfinished)
        page.write(found, manifest, unfinished / PAGE)
    return found, folder / PAGE


def with_capacity(found: Found) -> Found:
    """
    Add to a year what its site can carry, as it stands at the year's end and in each phase.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    Found
        The same, with its capacity and the figures of it.
    """
    last = found.stretches[-1]
    carried = capacity.capacities(found.facility, last.facility, last.site, last.load)
    return found._replace(capacity=carried, figures=found.figures | capacity.figures(carried))


def with_accounts(found: Found, asked: accounts.Asked) -> Found:
    """
    Add to a year how it is supplied, what that emits, and what all of it costs.

    Parameters
    ----------
    found
        The year.
    asked
        Tariff, unit costs, carbon and supply.

    Returns
    -------
    Found
        The same, with its accounts and the figures of them.
    """
    made = accounts.of(found, asked)
    return found._replace(accounts=made, figures=found.figures | made.figures)


def _sampled(found: Found, count: int, progress: Progress | None) -> Sampled:
    """Sample a year; loaded when it is wanted, since its statistics take a quarter of a second to load."""
    from scenarios.uncertainty import sampling

    return sampling.sample(found, count, found.scenario.seed, progress)


def solve(
    site: Facility | str | Path,
    scenario: Scenario | str | Path | None = None,
    weather: str | Path | None = None,
    step: str = "1 h",
    first: int = FIRST_YEAR,
    *,
    growth: bool = False,
    progress: Progress | None = None,
) -> Found:
    """
    Solve a planning year of a site.

    Parameters
    ----------
    site, scenario, weather, step, first, growth, progress
        As of `year`.

    Returns
    -------
    Found
        Balances closed.

    Raises
    ------
    InputError, StateError
        As of `year`.
    """
    facility = site if isinstance(site, Facility) else facilities.load(site)
    span = _span(first, step)
    whole = build.site(facility)
    setting = settle(whole, Asked(scenario=scenario), facility.scenario or DEFAULT)
    air = outdoors.year(facility, weather, span, setting.scenario.seed)
    stretches, kept = [], []
    for name, part, steps in standing(facility, span, growth=growth):
        built = whole if part is facility else build.site(part)
        load = workload.year(part, built, setting.scenario.jobs, setting.readings, span, setting.scenario.seed)
        stretch = Stretch(name, part, built, steps, load)
        kept.append(_run(stretch, air, span, progress))
        stretches.append(stretch)
    together = series.join(kept)
    chain, seconds = stretches[-1].site.chain, float(span.step)
    closure = series.balances(together, seconds, chain)
    refuse_open(closure)
    last = stretches[-1]
    worst = extreme.table(last.facility, last.site, last.load, span)
    found = Found(
        facility, span, tuple(stretches), air, together, {}, closure, worst, setting.scenario, setting.readings
    )
    return found._replace(figures=figures(found))


def figures(found: Found) -> dict[str, Metric]:
    """
    Give the figures of a year: all that can be told of any site from its series, so that a variant of it has them too.

    Parameters
    ----------
    found
        The year; what it says of its figures is not read.

    Returns
    -------
    dict of text to Metric
        Flat, by name.
    """
    made = series.figures(found.series, float(found.span.step), found.stretches[-1].site.chain)
    parts = np.array([part.steps.stop - part.steps.start for part in found.stretches]) / found.span.steps
    chips, rated = parts @ np.array([_built(part.site) for part in found.stretches])
    return {
        **made,
        "accelerators": {"value": float(chips), "unit": "1"},
        "rack_power_rated": {"value": float(rated), "unit": "W"},
    }


def _built(site: Site) -> tuple[float, float]:
    """Give the accelerators of a site, and what its racks are rated for."""
    classes, row = site.rack_classes, site.racks.rack_class
    return float(classes.accelerators[row].sum()), float(classes.rated_power[row].sum())


def _span(first: int, step: str) -> Span:
    if not YEARS[0] <= first <= YEARS[1]:
        message = f"must be a calendar year from {YEARS[0]} to {YEARS[1]}; got {first}"
        raise ScenarioError(ARGUMENTS, [Fault("--first", message)])
    length = _step(step)
    return Span(datetime(first, 1, 1), length, HOURS * 3600 // length)


def _step(text: str) -> int:
    read, faults = parsed(_Step, {"--step": text})
    if read is not None and int(read.step) in STEPS:
        return int(read.step)
    raise ScenarioError(ARGUMENTS, faults or [Fault("--step", f"must be '1 h' or '5 min'; got {text!r}")])


def standing(facility: Facility, span: Span, *, growth: bool) -> Iterator[tuple[str, Facility, slice]]:
    """
    Give what stands in which steps.

    Parameters
    ----------
    facility
        The whole site.
    span
        Of the year.
    growth
        Whether the site grows along its phases.

    Yields
    ------
    tuple of text, Facility and slice
        Of each phase that the year meets its name, the site as it then stands, and its steps.

    Raises
    ------
    ScenarioError
        If a site without phases shall grow, or its phases begin after the year.
    """
    if not growth:
        yield "", facility, slice(0, span.steps)
        return
    if not facility.phases:
        message = "has no phases to grow along; leave --growth out, or name a site with phases"
        raise ScenarioError(facility.name, [Fault("phases", message)])
    begins = [_place(phase.date, span) for phase in facility.phases]
    if begins[0] > 0:
        message = (
            f"begins with {facility.phases[0].date}, after the year {span.start.year} has begun; give a later --first"
        )
        raise ScenarioError(facility.name, [Fault("phases", message)])
    for phase, begin, end in zip(facility.phases, begins, [*begins[1:], span.steps], strict=True):
        part = slice(max(begin, 0), min(end, span.steps))
        if part.start < part.stop:
            yield phase.name, at_phase(facility, phase.name), part


def _place(day: Any, span: Span) -> int:  # noqa: ANN401 (a date)
    """Give the step at whose start a day begins; one before the year is at or below zero."""
    away = datetime(day.year, day.month, day.day) - span.start
    return round(away / timedelta(seconds=span.step)) if away.days > 0 else 0


def _run(stretch: Stretch, air: Air, span: Span, progress: Progress | None) -> Series:
    part, works = stretch.steps, stretch.load.works
    own = taken(works, part)
    weather = air.means._replace(dry_bulb=air.means.dry_bulb[part], wet_bulb=air.means.wet_bulb[part])

    def told(done: float) -> None:
        if progress is not None:
            progress((part.start + done * (part.stop - part.start)) / span.steps)

    return series.run(plan(stretch.site, stretch.load.asked, weather.pressure), own, weather, told)


def _manifest(found: Found, files: list[dict[str, str]], command: str) -> dict[str, Any]:
    """Say what the year was made from."""
    facility, load = found.facility, found.stretches[-1].load
    made, numbers = found.accounts, tables.numbers(found)
    credit = "" if made is None else made.intensity.attribution
    return {
        "schema": SCHEMA,
        "kind": "year",
        "gigatwin": metadata.version("gigatwin"),
        "site": facility.name,
        "title": facility.title,
        "command": command,
        "start": found.span.start.isoformat(),
        "step_s": found.span.step,
        "steps": found.span.steps,
        "seed": found.scenario.seed,
        "samples": 0 if found.sampled is None else len(found.sampled.values),
        "definitions": DEFINITIONS | capacity.DEFINITIONS,
        "inputs": [resolved(facility), *files],
        "scenario": {"name": found.scenario.name, "description": found.scenario.description},
        "nameplate": nameplate(facility)._asdict(),
        "stands": [
            {"phase": part.name, "from_step": part.steps.start, "halls": len(part.site.halls.name)}
            for part in found.stretches
        ],
        "labels": {
            "weather": found.air.label,
            "weather_kind": found.air.kind,
            "weather_claim": KINDS[found.air.kind],  # type: ignore[index]
            "load": load.label,
        },
        "notes": [*load.notes, *found.air.notes],
        "accounts": None if made is None else {**made.told, "notes": list(made.notes)},
        "closure": [row._asdict() for row in found.closure],
        "assumptions": [number._asdict() for number in numbers if number.basis == tables.ASSUMED],
        "sources": [
            {name: getattr(number, name) for name in ("path", "value", "basis", "source")}
            for number in numbers
            if number.basis != tables.ASSUMED
        ],
        "attributions": [text for text in dict.fromkeys((*facility.attributions, credit)) if text],
    }


def _files(
    site: Facility | str | Path,
    scenario: Scenario | str | Path | None,
    weather: str | Path | None,
    asked: accounts.Asked,
) -> list[dict[str, str]]:
    found: list[tuple[str, Path | None]] = [
        ("facility", None if isinstance(site, Facility) else file_of(site)),
        ("scenario", None if scenario is None or isinstance(scenario, Scenario) else path_of(scenario)),
        ("weather", None if weather is None else weather_file(weather)),
        ("carbon", asked.carbon),
        ("costs", asked.costs),
    ]
    return [hashed(kind, path) for kind, path in found if path is not None]
