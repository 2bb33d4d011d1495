"""What a replay is asked, settled: scenario, telemetry, jobs and clock, whatever was given and whatever left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import polars as pl
from pydantic import Field

import telemetry
from facilities.reader import parsed
from scenarios import schema
from scenarios.asked.job_log import COLUMNS as JOB_METRICS
from scenarios.asked.job_table import table_span
from scenarios.asked.measured import DRIVERS, drivers
from scenarios.asked.placement import Clock
from scenarios.asked.traces import POWER
from scenarios.fields import Duration, Model
from scenarios.schema import Scenario
from scenarios.workload_schema import GIVEN, Job
from telemetry import Reading, resample, times
from twin.errors import Fault, ScenarioError
from twin.site import Site

DEFAULT = "default"
"""Scenario that gives jobs, start and duration where nothing else does."""

ARGUMENTS = ""
"""Where faults of arguments are, for messages: their own names say it."""

LONGEST = 86400
"""[s] of telemetry that are replayed where no duration is given."""


class _Length(Model):
    """A length as the command line takes it."""

    duration: Duration | None = Field(default=None, alias="--duration")
    verify: Duration | None = Field(default=None, alias="--verify")


class Asked(NamedTuple):
    """
    What a user gives to a replay; each may be left out.

    Attributes
    ----------
    telemetry, format, mapping, tz
        As `telemetry.read` takes them.
    start
        Of the run; relative times of the telemetry count from it.
    scenario
        One that is loaded, a name, or a file.
    duration
        Text with a unit.
    policy
        What is done with faults of telemetry that the user has read over, as `telemetry.read` takes it.
    """

    telemetry: Path | None = None
    format: str | None = None
    mapping: str | None = None
    start: str | datetime | None = None
    tz: str | None = None
    scenario: Scenario | str | Path | None = None
    duration: str | None = None
    policy: tuple[str, ...] = ()


class Setting(NamedTuple):
    """
    A replay, settled.

    Attributes
    ----------
    scenario : Scenario
        With its jobs.
    readings : name to Reading
        Telemetry by the name that jobs call it.
    clock : Clock
        Start and duration.
    notes : tuple of text
        What was chosen for the user.
    """

    scenario: Scenario
    readings: dict[str, Reading]
    clock: Clock
    notes: tuple[str, ...]

    @property
    def given(self) -> Reading | None:
        """Measurements of the command line."""
        found = self.readings.get(GIVEN)
        return found if found is not None and found.kind == "measurements" else None


def settle(site: Site, asked: Asked, usual: str = DEFAULT) -> Setting:
    """
    Settle what a replay is asked.

    Parameters
    ----------
    site : Site
        Whose racks.
    asked : Asked
        By the user.
    usual
        The scenario that runs where none is asked for, and whose jobs run in those that have none.

    Returns
    -------
    Setting
        Complete.

    Raises
    ------
    InputError
        If the scenario or its telemetry is at fault, or the two do not fit together.
    """
    default = schema.load(usual)
    wanted = _scenario(asked.scenario)
    zone = asked.tz or (wanted.tz if wanted else None)
    start = times.clock(asked.start, zone).start or (wanted.start if wanted else None)
    readings = {}
    if asked.telemetry is not None:
        readings[GIVEN] = telemetry.read(asked.telemetry, asked.format, asked.mapping, start, zone, asked.policy)
    scenario = wanted or default.model_copy(update={"jobs": ()} if readings else {})
    if not scenario.jobs:
        jobs = (inferred(site, readings[GIVEN]),) if readings else default.jobs
        scenario = scenario.model_copy(update={"jobs": jobs})
    _check_given(scenario, asked.telemetry)
    for job in scenario.jobs:
        if job.telemetry is not None and job.telemetry not in readings:
            readings[job.telemetry] = telemetry.read(job.telemetry, job.format, job.mapping, start, zone, asked.policy)
    for job in scenario.jobs:
        if job.telemetry is not None:
            _check_kind(readings[job.telemetry], job)
    clock, notes = _clock(scenario, readings, start, asked.duration, default)
    if wanted is None and readings:
        scenario = scenario.model_copy(update={"name": "telemetry", "description": _described(scenario.jobs[0])})
    return Setting(scenario, readings, clock, tuple(notes))


def inferred(site: Site, reading: Reading) -> Job:
    """
    Guess how telemetry without a scenario drives a site.

    Parameters
    ----------
    site : Site
        Whose racks.
    reading : Reading
        Telemetry.

    Returns
    -------
    Job
        A job log for jobs; serving for requests; measured for assets that the site has; else a sample that all
        accelerator racks follow independently.

    Raises
    ------
    ScenarioError
        If the telemetry holds nothing that can drive racks.
    """
    if reading.kind == "jobs":
        return Job(name="job_table", mode="job_log", telemetry=GIVEN)
    if reading.kind == "requests":
        return Job(name="serving", mode="independent", telemetry=GIVEN)
    metrics = set(_metrics(reading))
    if metrics >= {"job_nodes", "job_duration_s"}:
        return Job(name="job_log", mode="job_log", telemetry=GIVEN)
    if drivers(site, reading):
        return Job(name="measured", mode="measured", telemetry=GIVEN)
    if POWER in metrics:
        return Job(name="sample", mode="independent", telemetry=GIVEN)
    message = (
        f"holds {', '.join(sorted(metrics))}, which cannot drive racks of {site.name}: give "
        f"{' or '.join(DRIVERS)} of its racks, CDUs (such as {site.cdus.name[0]!r}) or halls, "
        f"{POWER} of single accelerators, or a job log"
    )
    raise ScenarioError(reading.provenance.source, [Fault("", message)])


def _check_kind(reading: Reading, job: Job) -> None:
    """Refuse telemetry that a job cannot follow: a table of jobs is a log, and requests are served."""
    wanted = {"jobs": "job_log", "requests": "independent"}.get(reading.kind)
    if wanted is not None and job.mode != wanted:
        message = f"holds {reading.kind}, which go with mode = {wanted!r}; job {job.name!r} has {job.mode!r}"
        raise ScenarioError(reading.provenance.source, [Fault("", message)])
    if wanted != "independent" and job.serving is not None and job.telemetry is not None:
        message = f"holds {reading.kind}, and job {job.name!r} serves requests; give a trace of these"
        raise ScenarioError(reading.provenance.source, [Fault("", message)])


def _scenario(given: Scenario | str | Path | None) -> Scenario | None:
    return given if given is None or isinstance(given, Scenario) else schema.load(given)


def _check_given(scenario: Scenario, path: Path | None) -> None:
    wanting = [job.name for job in scenario.jobs if job.telemetry == GIVEN]
    if wanting and path is None:
        message = f"jobs {', '.join(wanting)} take their telemetry from the command line; give --telemetry FILE"
        raise ScenarioError(scenario.name, [Fault("jobs", message)])
    if path is not None and not wanting:
        message = f"no job takes --telemetry {path}; write telemetry = {GIVEN!r} in one, or leave the option out"
        raise ScenarioError(scenario.name, [Fault("jobs", message)])


def _clock(
    scenario: Scenario, readings: dict[str, Reading], start: datetime | None, duration: str | None, default: Scenario
) -> tuple[Clock, list[str]]:
    """Settle start and duration: as asked, as the scenario says, as the telemetry covers, or by default."""
    covered = _covered(scenario, readings, start)
    begin = start or (covered[0] if covered else None) or default.start
    if begin is None:
        message = "has no start; the default scenario must say one"
        raise ScenarioError(default.name, [Fault("start", message)])
    if duration is not None:
        return Clock(begin, length(duration, "--duration")), []
    if scenario.duration is not None and covered is None:
        return Clock(begin, int(scenario.duration)), []
    if scenario.duration is not None and covered is not None and scenario.name != default.name:
        return Clock(begin, int(scenario.duration)), []
    if covered is None:
        return Clock(begin, int(default.duration or LONGEST)), []
    seconds = int((covered[1] - begin).total_seconds())
    if seconds < 1:
        form = "%Y-%m-%dT%H:%M:%SZ"
        message = f"ends at {covered[1]:{form}}, before the run starts at {begin:{form}}; give another start"
        raise ScenarioError(str(GIVEN), [Fault("", message)])
    if seconds <= LONGEST:
        return Clock(begin, seconds), []
    note = (
        f"the telemetry covers {timedelta(seconds=seconds)}; its first 24 h are replayed, ask for more with --duration"
    )
    return Clock(begin, LONGEST), [note]


def _covered(
    scenario: Scenario, readings: dict[str, Reading], asked: datetime | None
) -> tuple[datetime, datetime] | None:
    """Give the time of measured racks and job logs, from the first instant to the last; none if there are none."""
    spans = []
    for job in scenario.jobs:
        if job.telemetry is None:
            continue
        reading = readings[job.telemetry]
        if reading.kind != "measurements":
            spans.append(table_span(reading) if reading.kind == "jobs" else _extent(reading, asked))
            continue
        if job.mode not in {"measured", "job_log"}:
            continue
        wanted = DRIVERS if job.mode == "measured" else tuple(JOB_METRICS)
        frame = reading.frame.filter(pl.col("metric").is_in(wanted) & pl.col("value").is_not_null())
        start, end = resample.window(frame)
        last = frame.select(pl.col("time").max()).collect().item()
        spans.append((start, last if job.mode == "measured" else end))
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def _extent(reading: Reading, asked: datetime | None) -> tuple[datetime, datetime]:
    """Give the time of a trace of requests, which comes when the run begins, whenever it was taken."""
    first, last = reading.frame.select(pl.col("time").min(), last=pl.col("time").max()).collect().row(0)
    begin = asked or first
    return begin, begin + (last - first)


def _metrics(reading: Reading) -> list[str]:
    return reading.frame.select("metric").unique().collect().to_series().to_list()


def length(text: str, argument: str) -> int:
    """
    Read a length of time from an argument.

    Parameters
    ----------
    text
        Such as ``2 min``.
    argument
        Name of the argument: ``--duration`` or ``--verify``.

    Returns
    -------
    [s]
        In whole seconds.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    read, faults = parsed(_Length, {argument: text})
    if read is None:
        raise ScenarioError(ARGUMENTS, faults)
    return int(read.duration or read.verify or 0)


def _described(job: Job) -> str:
    return {
        "job_log": "the jobs of the telemetry, placed on the site's nodes",
        "measured": "the racks do what the telemetry measured",
        "independent": "all accelerator racks follow the telemetry's sample, each from its own instant",
    }[job.mode]
