"""
Jobs and telemetry -> one `LoadTable`: who runs where, when, and on which trace.

Each job becomes a `Part`, whatever its kind; parts are joined once, at the end. Nothing here walks racks one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scenarios.asked import selection
from scenarios.asked.job_log import job_log
from scenarios.asked.job_table import job_table
from scenarios.asked.machines import Machines
from scenarios.asked.measured import measured
from scenarios.asked.parts import JOBS, Part, join, steady
from scenarios.asked.synthetic import requested, synthetic
from scenarios.asked.traces import sampled
from scenarios.workload_schema import Job
from telemetry import Reading
from telemetry.parameters import Parameter
from twin.errors import Fault, InputError, ScenarioError
from twin.site import Integers, Site
from twin.workload import LoadTable

_PARTLY_MEASURED = (
    "a measured rack draws what was measured for the whole run, so a measured job cannot start late or end early; "
    "leave out its start and end, or shorten the run with duration"
)


class Placement(NamedTuple):
    """
    What racks are asked to do, and what a reader must know of it.

    Attributes
    ----------
    table : LoadTable
        Who runs where.
    label : text
        Where the load comes from, in a few words.
    notes : tuple of text
        How jobs and telemetry drive racks.
    parameters : name to Parameter
        Numbers that synthetic traces were made from.
    level : text
        Why the level of the load, and so of PUE, is uncertain; empty where it is not.
    delivered : name to amount
        What the jobs do in all, as asked.
    """

    table: LoadTable
    label: str
    notes: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    level: str
    delivered: Mapping[str, float]


class Clock(NamedTuple):
    """
    The time of a run.

    Attributes
    ----------
    start
        In UTC.
    duration : [s]
        Whole seconds.
    """

    start: datetime
    duration: int


class Allocation(NamedTuple):
    """Racks of a job for a span of the run."""

    rows: Integers
    start: float
    end: float


def load_table(
    site: Site, jobs: Sequence[Job], readings: Mapping[str, Reading], clock: Clock, seed: int, machines: Machines
) -> Placement:
    """
    Place jobs on racks.

    Parameters
    ----------
    site : Site
        Whose racks.
    jobs : sequence of Job
        As in the scenario.
    readings : name to Reading
        Telemetry of the jobs, by what they call it.
    clock : Clock
        Time of the run.
    seed
        Of all random numbers.
    machines : Machines
        What racks are made of.

    Returns
    -------
    Placement
        The load table of the run.

    Raises
    ------
    ScenarioError
        With the faults of all jobs.
    """
    given, faults = allocate(site, jobs, clock.duration)
    parts: list[Part] = []
    for number, job in enumerate(jobs):
        if job.name not in given or not len(given[job.name].rows):
            continue
        try:
            parts.append(_part(site, job, given[job.name], readings, clock, _seed(seed, number), machines))
        except InputError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(JOBS, faults)
    notes = tuple(note for part in parts for note in part.notes)
    parameters = {name: parameter for part in parts for name, parameter in part.parameters.items()}
    level = " ".join(dict.fromkeys(part.level for part in parts if part.level))
    names = dict.fromkeys(name for part in parts for name in part.delivered)
    delivered = {name: sum(part.delivered.get(name, 0.0) for part in parts) for name in names}
    return Placement(join(parts, len(site.racks.name)), _label(jobs, readings), notes, parameters, level, delivered)


def _part(
    site: Site,
    job: Job,
    given: Allocation,
    readings: Mapping[str, Reading],
    clock: Clock,
    seed: int,
    machines: Machines,
) -> Part:
    segments = steady(given.rows, given.start, given.end)
    if job.telemetry is None:
        return synthetic(site, job, segments, seed, machines)
    reading = readings[job.telemetry]
    if job.mode == "measured":
        return measured(site, job, segments, reading, clock.start)
    if job.mode == "job_log" and reading.kind == "jobs":
        return job_table(site, job, segments, reading, clock.start, machines, seed)
    if job.mode == "job_log":
        return job_log(site, job, segments, reading, clock.start, machines.nodes)
    if reading.kind == "requests":
        return requested(site, job, segments, reading, seed, machines)
    return sampled(site, job, segments, reading, seed)


def _seed(seed: int, number: int) -> int:
    """Give each job random numbers of its own."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _label(jobs: Sequence[Job], readings: Mapping[str, Reading]) -> str:
    origins = [
        f"{job.mode.replace('_', ' ')} {job.trace}, synthetic"
        if job.telemetry is None
        else f"{job.mode.replace('_', ' ')}, from {readings[job.telemetry].provenance.source}"
        for job in jobs
    ]
    return "; ".join(dict.fromkeys(origins)) or "no job; all racks idle"


def allocate(site: Site, jobs: Sequence[Job], duration: float) -> tuple[dict[str, Allocation], list[Fault]]:
    """
    Give each job its racks, the first free ones that fit, in order of the jobs.

    Parameters
    ----------
    site : Site
        Whose racks.
    jobs : sequence of Job
        As in the scenario.
    duration : [s]
        Of the run.

    Returns
    -------
    dict
        Job's name -> its racks and its time.
    list of Fault
        Jobs whose racks do not exist or are taken.

    Notes
    -----
    A share is one of all racks that fit, free or not, so that the shares of several jobs add up as they read.
    """
    given: dict[str, Allocation] = {}
    faults: list[Fault] = []
    for job in jobs:
        found = selection.racks(site, job.racks, f"jobs.{job.name}.racks", every=job.mode == "measured")
        faults += found.faults
        if found.faults:
            continue
        end = duration if job.end is None else min(job.end, duration)
        if job.mode == "measured" and (job.start > 0 or end < duration):
            faults.append(Fault(f"jobs.{job.name}", _PARTLY_MEASURED))
            continue
        free = found.rows[~_busy(given.values(), job.start, end, len(site.racks.name))[found.rows]]
        amount = len(free) if job.racks.rest else selection.wanted(len(found.rows), job.racks)
        if amount > len(free):
            faults.append(Fault(f"jobs.{job.name}.racks", _too_many(amount, len(free), len(found.rows))))
        given[job.name] = Allocation(free[:amount], job.start, end)
    return given, faults


def _busy(given: Iterable[Allocation], start: float, end: float, racks: int) -> npt.NDArray[np.bool_]:
    busy = np.zeros(racks, dtype=np.bool_)
    for other in given:
        if other.start < end and start < other.end:
            busy[other.rows] = True
    return busy


def _too_many(amount: int, free: int, fitting: int) -> str:
    return (
        f"wants {amount:,} racks, but of {fitting:,} that fit {free:,} are free at that time; "
        "ask for fewer, for 'rest', or at another time"
    )
