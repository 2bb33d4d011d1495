"""Job tables: a row a job, with what the source tells of when it ran, on what, and what it took."""

from __future__ import annotations

import re
from datetime import datetime

import polars as pl

from telemetry import cells, mapping, records
from telemetry.draft import ESTIMATED, Draft, Format, Options, listed
from telemetry.mapping import JobTableColumns, JobTableMapping, Measured
from telemetry.source import Source
from telemetry.times import INSTANT
from twin.columns import JOBS
from twin.errors import Fault

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_TIMES = ("submit", "start", "end")
_NUMBERS = {
    "duration": "duration_s",
    "nodes": "nodes",
    "accelerators": "accelerators",
    "processors": "processors",
    "accelerator_utilisation": "accelerator_utilisation",
    "host_utilisation": "host_utilisation",
    "energy": "energy_j",
}
"""Numbers of a mapping and the columns that they become."""


def _mapping(source: Source, options: Options) -> JobTableMapping | None:
    found = options.mapping or mapping.fitting(source.header, "job_table")
    return found if isinstance(found, JobTableMapping) else None


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no job table whose columns are known; empty when it is."""
    if _mapping(source, options) is None:
        return "no mapping of jobs that comes with the package has these columns"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a job table by its mapping, given or found."""
    found = _mapping(source, options)
    if found is None:
        raise TypeError(source.path)
    return read_mapped(source, options, found)


def read_mapped(source: Source, options: Options, found: JobTableMapping) -> Draft:
    """Read a job table by a mapping."""
    source = source._replace(decimal=found.decimal)
    columns, used = found.jobs, _used(found.jobs)
    faults = mapping.unknown_columns(found, used, source.rows.columns)
    if any(name not in source.rows.columns for name in used):
        return Draft(pl.DataFrame({"line": source.lines}).clear(), tuple(faults), kind="jobs")
    frame, read_faults = _read(source, options, columns)
    states, state_faults = _states(source, columns)
    frame = frame.with_columns(
        _text(source, columns.id).alias("job"), _text(source, columns.kind).alias("kind"), states
    )
    frame = records.marked(_settled(frame, has_power=columns.power is not None), pl.lit(value=False))
    notes = list(found.note)
    if columns.in_sequence and options.clock.start is not None:
        frame = _in_sequence(frame, options.clock.start)
        notes.append("its jobs stand at no time: they are let follow one another from the start given, as an estimate")
    return Draft(
        frame,
        (*faults, *read_faults, *state_faults),
        tuple(notes),
        attribution=found.attribution,
        kind="jobs",
    )


def _used(columns: JobTableColumns) -> list[str]:
    numbers = [getattr(columns, name) for name in (*_NUMBERS, "power")]
    named = [
        *(getattr(columns, name) for name in _TIMES),
        columns.state,
        *(found.column for found in numbers if isinstance(found, Measured)),
    ]
    texts = [name for text in (columns.id, columns.kind) if text for name in _placeholders(text)]
    return list(dict.fromkeys([*texts, *(name for name in named if name)]))


def _placeholders(text: str) -> list[str]:
    return _PLACEHOLDER.findall(text) or [text]


def _text(source: Source, template: str | None) -> pl.Series:
    """Join columns as a template says; a template without braces is the name of one."""
    if template is None:
        return source.lines.cast(pl.String)
    names = _placeholders(template)
    cells_ = [source.rows[name].cast(pl.String).fill_null("") for name in names]
    if len(cells_) == 1 and names[0] == template:
        return cells_[0]
    literals = _PLACEHOLDER.split(template)[::2]
    parts = [pl.lit(literals[0])]
    for cell, literal in zip(cells_, literals[1:], strict=True):
        parts += [pl.lit(cell), pl.lit(literal)]
    return pl.select(pl.concat_str(parts)).to_series()


def _read(source: Source, options: Options, columns: JobTableColumns) -> tuple[pl.DataFrame, list[Fault]]:
    """Read times and numbers; a job that never started, or has not ended, has no such time."""
    frame, faults = pl.DataFrame({"line": source.lines}), []
    for name in _TIMES:
        column = getattr(columns, name)
        if column is None:
            continue
        there = ~cells.absent(source.rows[column])
        kept = source._replace(rows=source.rows.filter(there), lines=source.lines.filter(there))
        found, time_faults = cells.instants(kept, column, columns.unit, options)
        faults += time_faults
        instants = pl.DataFrame({"line": kept.lines, f"{name}_time": found.values})
        frame = frame.join(instants, on="line", how="left", maintain_order="left")
    for name, into in (*_NUMBERS.items(), ("power", "power_w")):
        measured: Measured | float | None = getattr(columns, name)
        if measured is None:
            continue
        if isinstance(measured, float):
            frame = frame.with_columns(pl.lit(measured).alias(into))
            continue
        unit = "W" if name == "power" else JOBS[into].unit
        number = cells.measured(source, measured, unit)
        faults += number.faults
        frame = frame.with_columns(number.values.alias(into))
    return frame, faults


def _states(source: Source, columns: JobTableColumns) -> tuple[pl.Series, list[Fault]]:
    if columns.state is None:
        return pl.repeat("unknown", source.rows.height, dtype=pl.String, eager=True).alias("state"), []
    words = source.rows[columns.state].cast(pl.String).fill_null("").str.to_lowercase()
    known = {word.lower(): state for word, state in columns.states.items()} | {name: name for name in records.STATES}
    known.setdefault("", "unknown")
    states = words.replace_strict(known, default=None, return_dtype=pl.String).alias("state")
    strange = pl.DataFrame({"line": source.lines, "word": words}).filter(states.is_null())
    faults = listed(
        strange.unique("word", maintain_order=True),
        lambda row: f"{source.place(row['line'])}, {columns.state}",
        lambda row: f"unknown state {row['word']!r}; say in [jobs.states] which of {', '.join(records.STATES)} it is",
    )
    return states.fill_null("unknown"), faults


def _settled(frame: pl.DataFrame, *, has_power: bool) -> pl.DataFrame:
    """Infer what two of a job's times and its duration say of the third, and its energy from its power."""
    wanted: dict[str, type[pl.DataType] | pl.DataType] = {
        "start_time": INSTANT,
        "end_time": INSTANT,
        "duration_s": pl.Float64,
        "energy_j": pl.Float64,
    }
    lacking = {name: dtype for name, dtype in wanted.items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in lacking.items())
    length = pl.duration(microseconds=(pl.col("duration_s") * 1e6).round().cast(pl.Int64, strict=False))
    frame = frame.with_columns(
        duration_s=pl.coalesce("duration_s", (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds() / 1e6),
        end_time=pl.coalesce("end_time", pl.col("start_time") + length),
        start_time=pl.coalesce("start_time", pl.col("end_time") - length),
    )
    if not has_power:
        return frame
    return frame.with_columns(energy_j=pl.coalesce("energy_j", pl.col("power_w") * pl.col("duration_s")))


def _in_sequence(frame: pl.DataFrame, start: datetime) -> pl.DataFrame:
    """Let jobs begin as the one before ends."""
    length = pl.col("duration_s").fill_null(0.0).clip(0.0)
    ended = (length.cum_sum() * 1e6).round().cast(pl.Int64, strict=False)
    frame = frame.with_columns(end_time=pl.lit(start) + pl.duration(microseconds=ended))
    begin = frame["end_time"].shift(1).fill_null(start)
    estimated = pl.lit(ESTIMATED, pl.UInt8)
    return frame.with_columns(start_time=begin, submit_time=begin, quality=estimated)


FORMAT = Format(
    "job_table",
    "CSV, JSON lines or parquet, a row a job: submission, start, end, nodes, accelerators, state",
    "columns of a mapping, such as those of Acme, Helios, Alibaba, OpenDC or Zeus",
    sniff,
    read,
)
