"""A replay from end to end: load, build, place, run, save, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

import facilities
from facilities import Facility, build, checks, plan
from facilities.design import design
from facilities.loading import file_of
from facilities.nameplate import nameplate
from facilities.weather import KINDS, Weather
from scenarios import comparison, output, schema
from scenarios.asked import delivered
from scenarios.asked.machines import machines
from scenarios.asked.measured import DRIVERS
from scenarios.asked.placement import Placement, load_table
from scenarios.asked.traces import ACCELERATORS
from scenarios.events import changes
from scenarios.origins import hashed, resolved, traced
from scenarios.outdoors import outdoors, weather_file
from scenarios.report import page as report
from scenarios.schema import NORMALS, Scenario
from scenarios.setting import DEFAULT, Asked, Setting, length, settle
from twin import run as runs
from twin import simulate, verification
from twin.grid import response
from twin.record import Record
from twin.run import Run
from twin.site import Site

REPORT = "report.html"
"""Name of a run's page."""

ATTENTION = "ATTENTION"
"""Begins notes that the terminal shows too."""

Progress = Callable[[float], None]
"""Told the part of a run that is done."""


class _Prepared(NamedTuple):
    """All that a run is made from."""

    facility: Facility
    site: Site
    setting: Setting
    placement: Placement
    weather: Weather
    notes: tuple[str, ...]
    inputs: simulate.Inputs
    files: tuple[tuple[str, Path], ...]


def replay(
    site: Facility | str | Path,
    telemetry: str | Path | None = None,
    scenario: Scenario | str | Path | None = None,
    weather: str | Path | None = None,
    out: str | Path | None = None,
    start: str | datetime | None = None,
    tz: str | None = None,
    format: str | None = None,
    mapping: str | None = None,
    duration: str | None = None,
    force: bool = False,
    verify: str | None = None,
    command: str = "scenarios.replay",
    progress: Progress | None = None,
    policy: Sequence[str] = (),
) -> Run:
    """
    Replay a load through a site, write the run and its report.

    Parameters
    ----------
    site
        A facility, its name, or its file.
    telemetry
        What the racks did: a CSV or parquet file.
    scenario
        One that is loaded, the name of a ready one, or a file; without it and telemetry, the default one.
    weather
        One of `scenarios.schema.WEATHER`, or an EPW or TMY3 file; it comes before the scenario's.
    out
        Folder of the run; a new one in ``runs`` if not given.
    start
        Of the run; relative times of the telemetry count from it.
    tz
        Zone of times that do not name theirs.
    format, mapping
        As `telemetry.read` takes them.
    duration
        Length of the run, with its unit.
    force
        Whether a run that stands in `out` may be replaced.
    verify
        Length of a window of the run, with its unit, that is solved again by the oracle; the scenario's seed chooses
        where it begins.
    command
        How the run was asked for, for its manifest.
    progress
        Told the part of the run that is done.
    policy
        What is done with faults of telemetry that the user has read over, as `telemetry.read` takes it.

    Returns
    -------
    Run
        As it stands on disk.

    Raises
    ------
    InputError
        If site, scenario, telemetry or weather are at fault.
    OutputError
        If the run cannot be written; nothing is left behind.
    """
    file = None if telemetry is None else Path(telemetry)
    asked = Asked(file, format, mapping, start, tz, scenario, duration, tuple(policy))
    verified = None if verify is None else length(verify, "--verify")
    prepared = _prepare(site, asked, weather)
    setting = prepared.setting
    folder = output.choose(out, prepared.site.name, setting.scenario.name, setting.clock.start, force=force)
    with output.whole(folder, force=force) as unfinished:
        made, record, watch = _solved(prepared, command, progress, verified)
        compared = _comparisons(prepared, made.tables)
        checked = None
        if watch:
            table = prepared.placement.table
            checked = verification.verify(prepared.site, table, prepared.inputs, record).as_dict()
        made._replace(manifest=made.manifest | {"comparisons": compared, "verification": checked}).save(unfinished)
        report.write(Run.load(unfinished), unfinished / REPORT)
    return Run.load(folder)


def tried(site: Facility, scenario: Scenario) -> runs.Made:
    """
    Replay a scenario through a site and keep nothing on disk.

    Parameters
    ----------
    site
        A facility.
    scenario
        One that is loaded; jobs that it leaves out are the default ones.

    Returns
    -------
    Made
        Manifest, figures and tables.

    Raises
    ------
    InputError
        If site or scenario are at fault.
    ClosureError
        When a balance does not close.
    """
    return _solved(_prepare(site, Asked(scenario=scenario), None), "scenarios.study.tried", None, None)[0]


def _solved(
    prepared: _Prepared, command: str, progress: Progress | None, verified: float | None
) -> tuple[runs.Made, Record, range]:
    """Run what is prepared; watch a window of it where its length is given."""
    curve = response.cached(prepared.site.connection)
    watch = simulate.NOTHING
    if verified is not None:
        watch = verification.window(prepared.inputs, prepared.setting.scenario.seed, verified)
    record = simulate.run(prepared.site, prepared.placement.table, prepared.inputs, curve, progress, watch)
    made = runs.assemble(record, prepared.site, curve, _context(prepared, command))
    return delivered.told(made, prepared.placement.delivered), record, watch


def _prepare(given: Facility | str | Path, asked: Asked, weather: str | Path | None) -> _Prepared:
    """Read and check everything, so that no fault of an input shows after the first second of the run."""
    facility = given if isinstance(given, Facility) else facilities.load(given)
    site = build.site(facility)
    setting = settle(site, asked, facility.scenario or DEFAULT)
    scenario, clock = setting.scenario, setting.clock
    placement = load_table(site, scenario.jobs, setting.readings, clock, scenario.seed, machines(facility, site))
    scheduled = changes(site, scenario, clock.duration)
    chosen = weather if weather is not None or scenario.weather == NORMALS else scenario.weather
    air = outdoors(facility, chosen, setting.given, clock.start, clock.duration, scenario.seed)
    inputs = simulate.Inputs(
        clock.start, clock.duration, air.step, air.dry_bulb, air.wet_bulb, scheduled, pressure=air.pressure
    )
    read_notes = tuple(note for reading in setting.readings.values() for note in reading.notes)
    unfit = (f"{ATTENTION}: the site cannot do what it is built for: {fault}" for fault in checks.faults(facility))
    notes = (*unfit, *setting.notes, *placement.notes, *air.notes, *read_notes)
    files = _files(given, asked, scenario, None if chosen is None else weather_file(chosen))
    return _Prepared(facility, site, setting, placement, air, tuple(dict.fromkeys(notes)), inputs, files)


def _comparisons(prepared: _Prepared, tables: Mapping[str, pl.LazyFrame]) -> list[dict[str, object]]:
    """Compare the run with what its telemetry holds beside the values that drove it."""
    setting = prepared.setting
    measured = any(job.mode == "measured" for job in setting.scenario.jobs)
    sampled = any(
        job.telemetry is not None and job.mode in {"synchronous", "independent"} for job in setting.scenario.jobs
    )
    driving = set(DRIVERS if measured else ()) | set(ACCELERATORS if sampled else ())
    return [
        row
        for reading in setting.readings.values()
        if reading.kind == "measurements"
        for row in comparison.compare(
            prepared.site, tables, reading, setting.clock.start, setting.clock.duration, driving
        )
    ]


def _files(
    site: Facility | str | Path, asked: Asked, scenario: Scenario, weather: str | Path | None
) -> tuple[tuple[str, Path], ...]:
    """List the files that a run is made from, by what they are."""
    wanted = asked.scenario
    found: list[tuple[str, str | Path | None]] = [
        ("facility", None if isinstance(site, Facility) else file_of(site)),
        ("scenario", None if wanted is None or isinstance(wanted, Scenario) else schema.path_of(wanted)),
        ("telemetry", asked.telemetry),
        *(("telemetry", job.telemetry) for job in scenario.jobs if job.telemetry not in {None, schema.GIVEN}),
        ("weather", weather),
    ]
    return tuple(dict.fromkeys((kind, Path(path)) for kind, path in found if path is not None))


def _context(prepared: _Prepared, command: str) -> dict[str, Any]:
    """Give what a run's manifest says beyond the run itself."""
    facility, setting, placement = prepared.facility, prepared.setting, prepared.placement
    numbers = [*facility.assumptions(), *traced(placement.parameters)]
    readings = setting.readings.values()
    credits = (*facility.attributions, *(reading.provenance.attribution for reading in readings))
    return {
        "command": command,
        "title": facility.title,
        "start": setting.clock.start,
        "duration_s": setting.clock.duration,
        "seed": setting.scenario.seed,
        "inputs": [resolved(facility), *(hashed(kind, path) for kind, path in prepared.files)],
        "scenario": {
            "name": setting.scenario.name,
            "description": setting.scenario.description,
            "jobs": [job.model_dump(mode="json", exclude_defaults=True) for job in setting.scenario.jobs],
        },
        "nameplate": nameplate(facility)._asdict(),
        "changes": prepared.inputs.changes,
        "ground": plan.drawn(facility),
        "feeds": plan.feeds(facility, prepared.site),
        "design": design(facility),
        "labels": {
            "weather": prepared.weather.label,
            "weather_kind": prepared.weather.kind,
            "weather_claim": KINDS[prepared.weather.kind],
            "host_grid": _host_grid(facility),
            "load": placement.label,
            "level": placement.level,
        },
        "notes": list(prepared.notes),
        "assumptions": [number._asdict() for number in numbers if number.basis == "assumed"],
        "sources": [
            {name: getattr(number, name) for name in ("path", "value", "basis", "source")}
            for number in numbers
            if number.basis != "assumed"
        ],
        "attributions": [text for text in dict.fromkeys(credits) if text],
    }


def _host_grid(facility: Facility) -> str:
    grid = facility.connection
    points = "one point" if grid.points.count == 1 else f"each of {grid.points.count} points"
    return (
        f"equivalent: {grid.short_circuit_power.value} of short-circuit power ({grid.short_circuit_power.basis}) "
        f"behind {points} of connection at {grid.voltage.value}"
    )
