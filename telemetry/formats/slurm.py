"""Slurm's accounting as ``sacct -P`` or ``-p`` prints it: a row a job, columns parted by bars."""

from __future__ import annotations

import polars as pl

from telemetry import cells, records
from telemetry.draft import Draft, Format, Options, listed
from telemetry.source import Source
from telemetry.table import tabulate
from telemetry.times import INSTANT
from twin.errors import Fault

_TIMES = {"submit": "submit_time", "start": "start_time", "end": "end_time"}
_GONE = ("", "unknown", "none", "n/a")
_NO_VALUE = (4294967294.0, 4294967295.0, 18446744073709551614.0, 18446744073709551615.0)
"""Slurm's NO_VAL and INFINITE, of 32 and of 64 bits."""

_STATES = {
    "completed": "completed",
    "failed": "failed",
    "node_fail": "failed",
    "boot_fail": "failed",
    "out_of_memory": "failed",
    "cancelled": "cancelled",
    "preempted": "cancelled",
    "revoked": "cancelled",
    "timeout": "timeout",
    "deadline": "timeout",
    "running": "running",
    "completing": "running",
    "suspended": "running",
    "pending": "unknown",
    "requeued": "unknown",
    "resizing": "running",
}
_ELAPSED = r"^(?:([0-9]+)-)?(?:([0-9]+):)?([0-9]{1,2}):([0-9]{2})(?:\.[0-9]+)?$"
_NEEDED = ("jobid", "start")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no output of sacct; empty when it is."""
    del options
    if source.kind != "text":
        return "it is no text"
    names = [name.strip().lower() for name in source.data.split(b"\n", 1)[0].decode("utf-8").split("|")]
    absent = [name for name in _NEEDED if name not in names]
    return f"no column {', '.join(absent)} between bars" if absent else ""


def read(source: Source, options: Options) -> Draft:
    """Read jobs; of a job's steps only the energy counts, where the job itself tells none."""
    table = tabulate(source, "|")
    lower = [name.lower() for name in table.rows.columns]
    if len(set(lower)) < len(lower):
        return Draft(
            pl.DataFrame({"line": table.lines}).clear(),
            (Fault("line 1", "two columns differ by capitals only"),),
            kind="jobs",
        )
    table = table._replace(rows=table.rows.rename(dict(zip(table.rows.columns, lower, strict=True))))
    whole, energy, dropped, wrong = _jobs(table)
    faults = [*table.faults, *wrong]
    frame = pl.DataFrame({"line": whole.lines, "job": whole.rows["jobid"]})
    for name, into in _TIMES.items():
        if name in whole.rows.columns:
            values, told = _times(whole, name, options)
            frame, faults = frame.with_columns(values.alias(into)), faults + told
    for find in (_duration, _sizes, _states):
        columns, told = find(whole)
        frame, faults = frame.with_columns(columns), faults + told
    frame = frame.join(energy, on="job", how="left", maintain_order="left")
    length = (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds() / 1e6
    if {"end_time", "start_time"} <= set(frame.columns):
        frame = frame.with_columns(duration_s=pl.coalesce("duration_s", length))
    notes = [*table.notes, *_notes(frame)]
    if "consumedenergy" in table.rows.columns and "consumedenergyraw" not in table.rows.columns:
        notes.append("ConsumedEnergy is rounded and was left out; ask sacct for ConsumedEnergyRaw")
    frame = records.marked(frame, pl.lit(value=False))
    merged = {**table.dropped, **dropped}
    return Draft(frame, tuple(faults), tuple(notes), merged, kind="jobs", rows_in=table.rows.height)


def _jobs(table: Source) -> tuple[Source, pl.DataFrame, dict[str, int], list[Fault]]:
    """Part jobs from their steps, and add up the energy that the job or else its steps tell."""
    step = table.rows["jobid"].str.contains(".", literal=True).fill_null(value=False)
    whole = table._replace(rows=table.rows.filter(~step), lines=table.lines.filter(~step))
    faults: list[Fault] = []
    if "consumedenergyraw" in table.rows.columns:
        found = cells.numbers(table, "consumedenergyraw", "J", "J", blanks=_NO_VALUE)
        faults += found.faults
        told = table.rows.select(
            job=pl.col("jobid").str.split(".").list.first(),
            step=step,
            # Nothing measured is told as zero.
            joules=pl.when(found.values > 0).then(found.values),
        )
        own = pl.col("joules").filter(~pl.col("step")).max()
        steps = pl.when(pl.col("step").any()).then(pl.col("joules").filter("step").sum())
        energy = told.group_by("job").agg(own=own, steps=steps)
        energy = energy.select("job", energy_j=pl.coalesce("own", pl.when(pl.col("steps") > 0).then("steps")))
    else:
        energy = pl.DataFrame(schema={"job": pl.String, "energy_j": pl.Float64})
    return whole, energy, {"step of a job": int(step.sum())} if step.any() else {}, faults


def _times(whole: Source, name: str, options: Options) -> tuple[pl.Series, list[Fault]]:
    """Read times as dates or, with SLURM_TIME_FORMAT=%s, as seconds since 1970."""
    column = whole.rows[name]
    there = ~column.fill_null("").str.to_lowercase().is_in(_GONE)
    kept = whole._replace(rows=whole.rows.filter(there), lines=whole.lines.filter(there))
    if not kept.rows.height:
        return pl.Series([None] * whole.rows.height, dtype=INSTANT), []
    counted = kept.rows[name].str.contains(r"^[0-9]{9,}$").all()
    found, faults = cells.instants(kept, name, "unix_s" if counted else "iso", options)
    instants = pl.DataFrame({"line": kept.lines, "instant": found.values})
    joined = pl.DataFrame({"line": whole.lines}).join(instants, on="line", how="left", maintain_order="left")
    return joined["instant"], faults


def _duration(whole: Source) -> tuple[list[pl.Series], list[Fault]]:
    if "elapsedraw" in whole.rows.columns:
        found = cells.numbers(whole, "elapsedraw", "s", "s", blanks=_NO_VALUE)
        return [found.values.alias("duration_s")], found.faults
    if "elapsed" not in whole.rows.columns:
        return [pl.Series("duration_s", [None] * whole.rows.height, pl.Float64)], []
    parts = whole.rows["elapsed"].str.extract_groups(_ELAPSED).struct.unnest()
    days, hours, minutes, seconds = (parts.to_series(place).cast(pl.Float64, strict=False) for place in range(4))
    length = (86400 * days.fill_null(0) + 3600 * hours.fill_null(0) + 60 * minutes + seconds).alias("duration_s")
    wrong = pl.DataFrame({"line": whole.lines, "cell": whole.rows["elapsed"]}).filter(
        length.is_null() & whole.rows["elapsed"].is_not_null()
    )
    faults = listed(
        wrong,
        lambda row: f"{whole.place(row['line'])}, Elapsed",
        lambda row: f"{row['cell']!r} is no time such as 1-02:03:04",
    )
    return [length], faults


def _sizes(whole: Source) -> tuple[list[pl.Series], list[Fault]]:
    columns: list[pl.Series] = []
    faults: list[Fault] = []
    for name, into in (("nnodes", "nodes"), ("ncpus", "processors"), ("alloccpus", "processors")):
        if name in whole.rows.columns and into not in [column.name for column in columns]:
            found = cells.numbers(whole, name, "1", "1", blanks=_NO_VALUE)
            columns.append(found.values.alias(into))
            faults += found.faults
    if "alloctres" in whole.rows.columns:
        # The sum stands first; kinds such as gres/gpu:h100 repeat it.
        gpus = whole.rows["alloctres"].fill_null("").str.extract(r"(?:^|,)gres/gpu=([0-9]+)", 1)
        columns.append(gpus.cast(pl.Float64, strict=False).fill_null(0.0).alias("accelerators"))
    return columns, faults


def _states(whole: Source) -> tuple[list[pl.Series], list[Fault]]:
    if "state" not in whole.rows.columns:
        return [], []
    # ``CANCELLED by 1001`` names who did it.
    words = whole.rows["state"].fill_null("").str.to_lowercase().str.extract(r"^([a-z_]*)", 1).fill_null("")
    states = words.replace_strict(_STATES | {"": "unknown"}, default=None, return_dtype=pl.String).alias("state")
    strange = pl.DataFrame({"line": whole.lines, "word": words}).filter(states.is_null())
    faults = listed(
        strange.unique("word", maintain_order=True),
        lambda row: f"{whole.place(row['line'])}, State",
        lambda row: f"{row['word']!r} is no state of Slurm's",
    )
    return [states.fill_null("unknown")], faults


def _notes(frame: pl.DataFrame) -> list[str]:
    silent = int(frame["energy_j"].null_count())
    notes = [f"jobs whose energy was not measured (blank or 0): {silent:,}"] if silent < frame.height and silent else []
    if silent < frame.height:
        notes.append("energies of jobs that share a node each hold the whole node's")
    return notes


FORMAT = Format(
    "slurm",
    "output of Slurm's sacct -P or -p",
    "a first line with JobID and Start between bars",
    sniff,
    read,
    whole=True,
)
