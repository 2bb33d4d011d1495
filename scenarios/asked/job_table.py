"""
Jobs of a job table, whatever machine it is of, on the racks of a site.

Jobs come in order, keep within a rack, a pod of racks that share their switches, or a hall where they fit, and wait
where there is no room. What the table does not tell of their activity is assumed, or made as training.
"""

from __future__ import annotations

import heapq
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios.asked.machines import Machines
from scenarios.asked.parts import Part, Segments, Trace, powered, refused, steady
from scenarios.asked.synthetic import MOST_JOBS, kind_of
from scenarios.workload_schema import Job, PlacementOptions
from telemetry import Reading, training
from telemetry.parameters import Parameter
from twin.arrays import Floats, Integers
from twin.errors import Fault, ScenarioError
from twin.site import Site

ACTIVITY = Parameter(
    0.5, "1", "assumed", "half: utilisation of clusters is told as 0.5 (Philly, arXiv 1901.05758), which is no measure "
    "of power", 0.2, 0.9,
)  # fmt: skip
"""Of accelerators and hosts of jobs of which neither table nor scenario tells it."""

LENGTH = Parameter(
    7200.0, "s", "assumed", "jobs of research clusters last from minutes to days; two hours are a guess", 600.0, 86400.0
)
"""Of jobs of which neither table nor scenario tells it."""

PROCESSORS = Parameter(64.0, "1", "assumed", "cores of a node, where a table tells a job's cores alone", 16.0, 192.0)
"""Of a node of the table's machine; its jobs leave accelerators idle."""

_ROUNDING = 1e-6
"""Accelerators by which a sum of parts may be off."""


class Asked(NamedTuple):
    """
    Jobs in order of time.

    Attributes
    ----------
    start : (job,) [s]
        When it began, or came where nothing else is told, from the start of the run.
    length : (job,) [s]
        For which it runs.
    accelerators : (job,) [1]
        That it holds.
    activity, host : (job,) [1]
        Of its accelerators and hosts.
    """

    start: Floats
    length: Floats
    accelerators: Floats
    activity: Floats
    host: Floats


class Placed(NamedTuple):
    """
    Who holds what.

    Attributes
    ----------
    job, rack : (piece,)
        Rows.
    accelerators : (piece,) [1]
        Of that rack.
    start : (job,) [s]
        When each began; infinite where it never did.
    """

    job: Integers
    rack: Integers
    accelerators: Floats
    start: Floats


def table_span(reading: Reading) -> tuple[datetime, datetime]:
    """
    Give the time that a job table covers.

    Parameters
    ----------
    reading
        Of jobs.

    Returns
    -------
    start, end
        From the first that comes or begins to the last that ends, as far as the table tells it.
    """
    begin = pl.coalesce("start_time", "submit_time")
    seconds = pl.col("duration_s").fill_null(LENGTH.value)
    end = begin + pl.duration(microseconds=(seconds * 1e6).round().cast(pl.Int64))
    rows = reading.frame.filter(begin.is_not_null())
    first, last = rows.select(begin.min().alias("first"), end.max().alias("last")).collect().row(0)
    if first is None:
        message = "tells no job's time; a table of jobs needs when they were asked for, began or ended"
        raise ScenarioError(reading.provenance.source, [Fault("", message)])
    return first, last


def job_table(
    site: Site, job: Job, segments: Segments, reading: Reading, start: datetime, machines: Machines, seed: int
) -> Part:
    """
    Let the jobs of a table occupy accelerators.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        Of the scenario.
    segments : Segments
        The racks that the table may use, and the time for which it does.
    reading : Reading
        Of jobs.
    start
        Of the run.
    machines : Machines
        What racks are made of.
    seed
        Of the jobs' traces.

    Returns
    -------
    Part
        One segment for each rack of each job; accelerators without a job idle.

    Raises
    ------
    ScenarioError
        If no job can run, or one finds no room and must not wait.
    """
    options = job.placement or PlacementOptions()
    row = site.racks.rack_class[segments.rack]
    size = site.rack_classes.accelerators[row]
    begin, end = float(segments.start[0]), float(segments.end[0])
    asked, left_out = _asked(job, options, reading, start, (begin, end), size, machines.nodes[row])
    pods, halls = _pods(site, segments.rack, options)
    placed = place(asked, size, pods, halls, end)
    waited = placed.start - np.maximum(asked.start, begin)
    late = np.flatnonzero(waited > 1.0)
    if len(late) and not options.queue:
        message = (
            f"{len(late):,} jobs find no room when they begin; let them wait (placement.queue), or give more racks"
        )
        raise refused(job.name, "telemetry", message)
    rows = placed.job
    found = steady(segments.rack[placed.rack], 0.0, 0.0)._replace(
        start=np.maximum(placed.start[rows], begin),
        end=np.minimum(placed.start[rows] + asked.length[rows], end),
        share=placed.accelerators / size[placed.rack],
    )
    traces, found, parameters = _work(site, job, found, placed, asked, seed, options)
    running = np.isfinite(placed.start)
    notes = [
        f"job {job.name}: {running.sum():,} jobs of {reading.provenance.source} on {size.sum():,.0f} accelerators of "
        f"{len(size):,} racks, within a rack, a pod of racks or a hall where they fit"
    ]
    if len(late):
        hours = float(np.mean(np.where(running, waited, end - asked.start)[late])) / 3600.0
        notes.append(f"job {job.name}: {len(late):,} jobs wait for room, {hours:.2g} h in the mean")
    notes += [f"ATTENTION, job {job.name}: {count:,} jobs are left out, {reason}" for reason, count in left_out.items()]
    notes += _guesses(job, options, reading)
    delivered = {
        "jobs": float(running.sum()),
        "job_accelerator_time": float(np.sum((found.end - found.start) * placed.accelerators)),
    }
    return Part(traces, found, tuple(notes), parameters=parameters, delivered=delivered)


def place(asked: Asked, size: Floats, pods: Integers, halls: Integers, end: float) -> Placed:
    """
    Find room for jobs, one after another.

    Parameters
    ----------
    asked : Asked
        In order of time; none larger than all racks.
    size : (rack,) [1]
        Accelerators of the racks.
    pods, halls : (rack,)
        Number of each rack's pod and hall.
    end : [s]
        After which nothing begins.

    Returns
    -------
    Placed
        Pieces in order of the jobs.

    Notes
    -----
    A job that fits into a rack takes the fullest rack that has room (best fit); else the fullest pod that has room, in
    it the emptiest racks; else the fullest hall, in it the emptiest pods; else the emptiest pods of all. It waits for
    its turn: none is taken before one that came earlier.
    """
    free = size.astype(float)
    starts = np.full(len(asked.start), np.inf)
    ends: list[tuple[float, int]] = []
    held: dict[int, tuple[Integers, Floats]] = {}
    time = -np.inf
    for index, want in enumerate(asked.accelerators):
        time = max(time, float(asked.start[index]))
        while ends and (ends[0][0] <= time or free.sum() < want - _ROUNDING):
            over, other = heapq.heappop(ends)
            time = max(time, over)
            racks, taken = held[other]
            free[racks] += taken
        if time >= end:
            break
        held[index] = _take(free, float(want), size, pods, halls)
        free[held[index][0]] -= held[index][1]
        starts[index] = time
        heapq.heappush(ends, (time + float(asked.length[index]), index))
    owner = [np.full(len(racks), index) for index, (racks, _) in held.items()]
    none = np.zeros(0, dtype=np.int64)
    return Placed(
        np.concatenate([none, *owner]),
        np.concatenate([none, *(racks for racks, _ in held.values())]),
        np.concatenate([np.zeros(0), *(taken for _, taken in held.values())]),
        starts,
    )


def _take(free: Floats, want: float, size: Floats, pods: Integers, halls: Integers) -> tuple[Integers, Floats]:
    """Choose racks, and how much of each."""
    fits = np.flatnonzero(free >= want - _ROUNDING)
    if len(fits) and want <= size.max() + _ROUNDING:
        return fits[[np.argmin(free[fits])]], np.array([min(want, free[fits].min())])
    room = np.bincount(pods, free)
    for group in (pods, halls):
        within = np.bincount(group, free)
        enough = np.flatnonzero(within >= want - _ROUNDING)
        if len(enough):
            chosen = np.flatnonzero((group == enough[np.argmin(within[enough])]) & (free > 0.0))
            break
    else:
        chosen = np.flatnonzero(free > 0.0)
    order = chosen[np.lexsort((chosen, -free[chosen], pods[chosen], -room[pods[chosen]]))]
    before = np.cumsum(free[order]) - free[order]
    taken = np.clip(want - before, 0.0, free[order])
    return order[taken > 0.0], taken[taken > 0.0]


def _pods(site: Site, racks: Integers, options: PlacementOptions) -> tuple[Integers, Integers]:
    """Give the numbers of pods and halls of racks, from the first on."""
    halls = np.unique(site.racks.hall[racks], return_inverse=True)[1]
    if options.pod is None:
        return np.unique(site.racks.cdu[racks], return_inverse=True)[1], halls
    first = np.searchsorted(halls, halls)
    place_in_hall = np.arange(len(racks)) - first
    pairs = np.stack([halls, place_in_hall // options.pod])
    return np.unique(pairs, axis=1, return_inverse=True)[1].reshape(-1), halls


def _asked(
    job: Job,
    options: PlacementOptions,
    reading: Reading,
    start: datetime,
    span: tuple[float, float],
    size: Floats,
    nodes: Floats,
) -> tuple[Asked, dict[str, int]]:
    """Read the jobs that run within the span, and count those that cannot."""
    begin = pl.coalesce("start_time", "submit_time")
    rows = reading.frame.with_columns(start=(begin - start).dt.total_microseconds() / 1e6).sort("start").collect()
    # Of racks of several kinds, the node of most of them stands for a node of the table.
    whole = float(np.median((size / np.maximum(nodes, 1.0))[nodes > 0.0])) if np.any(nodes > 0.0) else 1.0
    by_cores = pl.col("accelerators").is_null() & pl.col("nodes").is_null() & pl.col("processors").is_not_null()
    held = pl.when(pl.col("accelerators") > 0.0).then("accelerators").otherwise(pl.col("nodes") * whole)
    cores = float(options.processors or PROCESSORS.value)
    activity = ACTIVITY.value if options.activity is None else options.activity
    idle = by_cores | (pl.col("accelerators") == 0.0).fill_null(value=False)
    rows = rows.with_columns(
        want=pl.when(by_cores).then(pl.col("processors") / cores * whole).otherwise(held),
        activity=pl.when(idle).then(0.0).otherwise(pl.col("accelerator_utilisation")).fill_null(activity),
        host_utilisation=pl.col("host_utilisation").fill_null(activity),
        duration_s=pl.col("duration_s").fill_null(options.duration or LENGTH.value),
    )
    reasons = {
        "without a time or a length": pl.col("start").is_null() | ~(pl.col("duration_s") > 0.0),
        "of which the table tells no accelerators, nodes or cores": ~(pl.col("want") > 0.0).fill_null(value=False),
        "larger than all racks": pl.col("want") > float(size.sum()),
    }
    left_out = {}
    for reason, wrong in reasons.items():
        count = int(rows.select(wrong.sum()).item())
        if count:
            left_out[reason] = count
            rows = rows.filter(~wrong)
    rows = rows.filter(pl.col("start") < span[1], pl.col("start") + pl.col("duration_s") > span[0])
    if rows.is_empty():
        told = "".join(f"; {count:,} are left out, {reason}" for reason, count in left_out.items())
        message = f"no job of the table runs within the time of the run; change start or duration{told}"
        raise refused(job.name, "telemetry", message)
    columns = ("start", "duration_s", "want", "activity", "host_utilisation")
    return Asked(*(rows[name].cast(pl.Float64).to_numpy() for name in columns)), left_out


def _guesses(job: Job, options: PlacementOptions, reading: Reading) -> list[str]:
    """Say aloud what of the jobs is a guess."""
    none = [pl.col(name).is_null() for name in ("accelerators", "nodes")]
    frame = reading.frame.select(pl.col("duration_s").is_null().sum(), cores=(none[0] & none[1]).sum()).collect()
    lengths, cores = frame.row(0)
    notes = []
    if lengths and options.duration is None:
        notes.append(
            f"{lengths:,} jobs tell no duration: {LENGTH.value / 3600:g} h is a guess; give placement.duration"
        )
    if cores and options.processors is None:
        notes.append(
            f"{cores:,} jobs tell cores alone: {PROCESSORS.value:g} a node is a guess; give placement.processors"
        )
    return [f"ATTENTION, job {job.name}: {note}" for note in notes]


def _work(
    site: Site, job: Job, found: Segments, placed: Placed, asked: Asked, seed: int, options: PlacementOptions
) -> tuple[tuple[Trace, ...], Segments, dict[str, Parameter]]:
    """Give the pieces of jobs their power: constant by activity, or that of jobs that train."""
    if job.training is None:
        flat = powered(found, site, asked.activity[placed.job], asked.host[placed.job])
        guesses = {"activity": ACTIVITY, "duration": LENGTH, "processors": PROCESSORS}
        told = {f"job_table.{name}": number for name, number in guesses.items() if getattr(options, name) is None}
        return (Trace(np.ones(1, dtype=np.float32), 1.0),), flat, told
    kind = kind_of(job.training.model_copy(update={"interruptions": False}))  # a table has its jobs' ends already
    length = max(int(np.ceil((found.end - found.start).max(initial=1.0))), 1)
    count = min(len(asked.start), MOST_JOBS)
    lives = [training.trace(seed + number, length, 1.0, kind) for number in range(count)]
    traces = tuple(Trace(made.samples.astype(np.float32), made.step) for made in lives)
    # A job that began before the run is somewhere in its trace.
    begun = found.start - placed.start[placed.job]
    follows = powered(found, site)._replace(trace=placed.job % count, offset=np.floor(np.maximum(begun, 0.0) % length))
    return traces, follows, {f"traces.training.{name}": number for name, number in lives[0].parameters.items()}
