"""
Workloads of OpenDC: parquet of tasks, and parquet of the fragments of which each task's use of processors is made.

Fragments have no time: those of a task follow each other from its submission, in order of the file. Each of the two
files is read with the other, which stands beside it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from telemetry import cells, records
from telemetry.draft import Draft, Format, Options, no_rows, rows
from telemetry.source import Source
from twin.errors import Fault

_TASKS = {"id", "submission_time", "duration", "cpu_count", "cpu_capacity"}
_FRAGMENTS = {"id", "duration", "cpu_usage"}
_NUMBERS = ("id", "submission_time", "duration", "cpu_count", "cpu_capacity", "cpu_usage")
_CREDIT = "jobs: atlarge-research/opendc, MIT, (c) 2017 AtLarge Research"


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no workload of OpenDC; empty when it is."""
    del options
    names = set(source.header)
    if source.kind != "parquet" or not (names >= _TASKS or names >= _FRAGMENTS):
        return "it is no parquet with the columns of tasks or of fragments"
    return _untyped(source.rows)


def _untyped(table: pl.DataFrame) -> str:
    bad = [name for name in _NUMBERS if name in table.columns and not table[name].dtype.is_numeric()]
    return f"the columns {', '.join(bad)} are no numbers" if bad else ""


def read(source: Source, options: Options) -> Draft:
    """Read tasks as jobs, with the mean activity of their fragments; or fragments as activity over time."""
    return _tasks(source, options) if set(source.header) >= _TASKS else _fragments(source, options)


def _beside(source: Source, this: str, other: str, wanted: set[str]) -> pl.DataFrame | None:
    """Read the other file, named as this one but for the word."""
    path = source.path.with_name(source.path.name.replace(this, other))
    if path == source.path or not Path(path).exists():
        return None
    try:
        table = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        return None
    return table if set(table.columns) >= wanted and not _untyped(table) else None


def _tasks(source: Source, options: Options) -> Draft:
    instants, faults = cells.instants(source, "submission_time", "unix_ms", options)
    table = source.rows
    frame = pl.DataFrame({"line": source.lines, "id": table["id"], "submit_time": instants.values}).with_columns(
        job=table["id"].cast(pl.String),
        duration_s=table["duration"].cast(pl.Float64) / 1e3,
        processors=table["cpu_count"].cast(pl.Float64),
        capacity=table["cpu_capacity"].cast(pl.Float64),
    )
    fragments = _beside(source, "tasks", "fragments", _FRAGMENTS)
    notes = ["tasks have no start; they may start as soon as they are submitted"]
    if fragments is None:
        notes.append("no file of fragments stands beside it: the activity of its tasks is not known")
    else:
        work = (pl.col("cpu_usage") * pl.col("duration")).sum() / pl.col("duration").sum()
        frame = frame.join(fragments.group_by("id").agg(usage=work), on="id", how="left", maintain_order="left")
        activity = pl.col("usage") / pl.col("capacity")
        notes += _beyond(frame.select(activity.alias("activity"))["activity"], "tasks")
        frame = frame.with_columns(host_utilisation=activity.clip(0.0, 1.0))
    frame = records.marked(frame, pl.lit(value=False))
    return Draft(frame, tuple(faults), tuple(notes), attribution=_CREDIT, kind="jobs")


def _beyond(activity: pl.Series, what: str) -> list[str]:
    """Say how many ask for more processor than there is, or for less than none."""
    count = int(((activity > 1.0) | (activity < 0.0)).sum())
    return (
        [f"{what} whose use is beyond the processors' capacity, or negative, read as its bound: {count:,}"]
        if count
        else []
    )


def _fragments(source: Source, options: Options) -> Draft:
    tasks = _beside(source, "fragments", "tasks", _TASKS)
    if tasks is None:
        message = "fragments have no time; put the file of tasks beside it, named the same but for the word tasks"
        return Draft(no_rows(), (Fault("", message),))
    first = tasks.unique("id", keep="first", maintain_order=True).select("id", "submission_time", "cpu_capacity")
    joined = source.rows.with_columns(line=source.lines).join(first, on="id", how="inner", maintain_order="left")
    before = pl.col("duration").cum_sum().over("id") - pl.col("duration")
    joined = joined.with_columns(moment=pl.col("submission_time") + before)
    lost = source.rows.height - joined.height
    located = source._replace(rows=joined, lines=joined["line"])
    instants, faults = cells.instants(located, "moment", "unix_ms", options)
    # A processor that is asked for more than it has works at its capacity.
    asked = joined["cpu_usage"].cast(pl.Float64) / joined["cpu_capacity"].cast(pl.Float64)
    activity = asked.clip(0.0, 1.0)
    asset = "job/" + joined["id"].cast(pl.String)
    frame = rows(instants.values, joined["line"], asset, "host_utilisation", activity.fill_nan(None))
    dropped = {"fragment without a task": lost} if lost else {}
    note = "activity of tasks from their submission on: fragments have no time of their own"
    return Draft(
        frame, tuple(faults), (note, *_beyond(asked, "fragments")), dropped, ordered=False, attribution=_CREDIT
    )


FORMAT = Format(
    "opendc",
    "parquet of OpenDC: tasks, or fragments beside their tasks",
    "parquet with the columns of tasks (submission_time, cpu_capacity) or of fragments (id, duration, cpu_usage)",
    sniff,
    read,
)
