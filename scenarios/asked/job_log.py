"""Jobs of a log through the chip power model: whole nodes, placed first-fit onto racks."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from scenarios.asked.parts import JOBS, Part, Segments, Trace, powered, refused, steady
from scenarios.workload_schema import Job
from telemetry import Reading
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers, Site

COLUMNS = {
    "job_nodes": "nodes",
    "job_duration_s": "length",
    "job_accelerator_utilisation": "accelerator",
    "job_host_utilisation": "host",
}
"""Metrics of a job, and what they are called here."""


class LoggedJobs(NamedTuple):
    """
    A job log against the clock of the run, in order of start.

    Attributes
    ----------
    name : tuple of text
        As the log calls them.
    start, end : (job,) [s]
        From the start of the run.
    nodes : (job,) [1]
        Whole nodes.
    accelerator, host : (job,) [1]
        Activity, constant over the job.
    """

    name: tuple[str, ...]
    start: Floats
    end: Floats
    nodes: Integers
    accelerator: Floats
    host: Floats


def logged(reading: Reading, start: datetime) -> LoggedJobs:
    """
    Read the jobs of a log.

    Parameters
    ----------
    reading
        Canonical telemetry with jobs.
    start
        Of the run.

    Returns
    -------
    LoggedJobs
        Empty if the telemetry holds no job.
    """
    rows = reading.frame.filter(pl.col("metric").is_in(list(COLUMNS))).collect()
    wide = rows.select("asset", "time", "metric", "value").pivot(on="metric", index=["asset", "time"], values="value")
    for metric in COLUMNS:
        if metric not in wide.columns:
            wide = wide.with_columns(pl.lit(0.0).alias(metric))
    wide = wide.with_columns(start=(pl.col("time") - start).dt.total_microseconds() / 1e6).sort("start", "asset")
    begin = wide["start"].to_numpy()
    return LoggedJobs(
        name=tuple(wide["asset"].to_list()),
        start=begin,
        end=begin + wide["job_duration_s"].to_numpy(),
        nodes=wide["job_nodes"].to_numpy().round().astype(np.int64),
        accelerator=wide["job_accelerator_utilisation"].fill_null(0.0).to_numpy(),
        host=wide["job_host_utilisation"].fill_null(0.0).to_numpy(),
    )


def job_log(site: Site, job: Job, segments: Segments, reading: Reading, start: datetime, nodes: Floats) -> Part:
    """
    Let the jobs of a log occupy nodes.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        Of the scenario.
    segments : Segments
        The racks that the log may use, and the time for which it does.
    reading : Reading
        The log.
    start
        Of the run.
    nodes : (rack_class,) [1]
        Nodes of a rack of each class.

    Returns
    -------
    Part
        One segment for each rack of each job; nodes without a job idle.

    Raises
    ------
    ScenarioError
        If more nodes run at one time than the racks have.

    Notes
    -----
    A job occupies whole nodes from its start up to, and without, its end; a job that ends frees its nodes before one
    that starts at the same instant takes its own.
    """
    log = _inside(logged(reading, start), float(segments.start[0]), float(segments.end[0]))
    if not log.name:
        message = "no job of the log runs within the time of the run; change start or duration"
        raise refused(job.name, "telemetry", message)
    size = nodes[site.racks.rack_class[segments.rack]].astype(np.int64)
    owner, place, taken = _first_fit(log, size, job)
    placed = steady(segments.rack[place], 0.0, 0.0)._replace(
        start=log.start[owner], end=log.end[owner], share=taken / size[place]
    )
    placed = powered(placed, site, log.accelerator[owner], log.host[owner])
    note = (
        f"job {job.name}: {len(log.name):,} jobs of {reading.provenance.source} on {size.sum():,} nodes of "
        f"{len(size):,} racks, placed first-fit in order of start; activity constant over each job, power linear in "
        "activity between loaded idle and full"
    )
    return Part((Trace(np.ones(1, dtype=np.float32), 1.0),), placed, (note,))


def _inside(log: LoggedJobs, start: float, end: float) -> LoggedJobs:
    """Keep the jobs that run between two times, cut to them."""
    kept = (log.end > start) & (log.start < end) & (log.nodes > 0) & (log.end > log.start)
    return LoggedJobs(
        tuple(name for name, keep in zip(log.name, kept, strict=True) if keep),
        np.maximum(log.start[kept], start),
        np.minimum(log.end[kept], end),
        log.nodes[kept],
        log.accelerator[kept],
        log.host[kept],
    )


def _first_fit(log: LoggedJobs, size: Integers, job: Job) -> tuple[Integers, Integers, Integers]:
    """Give job, rack and nodes of each segment; walks the log, not the racks."""
    free = size.copy()
    held: dict[int, tuple[Integers, Integers]] = {}
    faults: list[Fault] = []
    for starts, index in _order(log):
        if not starts:
            rows, taken = held.get(index, (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)))
            free[rows] += taken
        elif log.nodes[index] > free.sum():
            faults.append(Fault(f"jobs.{job.name}.telemetry", _full(log, index, int(free.sum()), int(size.sum()))))
        else:
            held[index] = _take(free, int(log.nodes[index]))
            free[held[index][0]] -= held[index][1]
    if faults:
        raise ScenarioError(JOBS, faults)
    owner = np.concatenate([np.full(len(rows), index) for index, (rows, _) in held.items()])
    return (
        owner,
        np.concatenate([rows for rows, _ in held.values()]),
        np.concatenate([taken for _, taken in held.values()]),
    )


def _order(log: LoggedJobs) -> list[tuple[bool, int]]:
    """List ends and starts of jobs in order of time, ends first."""
    jobs = range(len(log.name))
    marks = [(log.start[index], True, index) for index in jobs] + [(log.end[index], False, index) for index in jobs]
    return [(starts, index) for _, starts, index in sorted(marks)]


def _take(free: npt.NDArray[np.int64], wanted: int) -> tuple[Integers, Integers]:
    """Take nodes from the first racks that have free ones."""
    before = np.cumsum(free) - free
    taken = np.clip(wanted - before, 0, free)
    rows = np.flatnonzero(taken)
    return rows, taken[rows]


def _full(log: LoggedJobs, index: int, free: int, size: int) -> str:
    return (
        f"{log.name[index]} wants {log.nodes[index]:,} nodes at {log.start[index]:.0f} s, but {free:,} of {size:,} "
        "are free; the log is of a larger machine, or needs more racks"
    )
