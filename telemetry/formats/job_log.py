"""Job logs: a row a job, with its start, end, nodes and mean activity."""

from __future__ import annotations

import polars as pl

from telemetry import cells, mapping
from telemetry.draft import ESTIMATED, GOOD, Draft, Format, Options, listed, no_rows, rows
from telemetry.mapping import JobColumns, JobMapping, Utilisation
from telemetry.source import Source
from twin.columns import METRICS
from twin.errors import Fault


def _mapping(source: Source, options: Options) -> JobMapping | None:
    found = options.mapping or mapping.fitting(source.header, "job_log")
    return found if isinstance(found, JobMapping) else None


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no job log whose columns are known; empty when it is."""
    if _mapping(source, options) is None:
        known = [found for found in mapping.shipped().values() if found.format == "job_log"]
        return "a job log has the columns " + ", or ".join(" ".join(found.signature) for found in known)
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a job log by its mapping, given or found."""
    found = _mapping(source, options)
    if found is None:
        raise TypeError(source.path)
    faults = _column_faults(source, found)
    if faults:
        return Draft(no_rows(), tuple(faults))
    started, dropped = _started(source, found.job)
    frame, faults, empty = _jobs(started, options, found.job)
    notes = [*found.note]
    notes += [f"jobs dropped, {reason}: {count:,}" for reason, count in dropped.items()]
    if empty:
        notes.append(f"jobs without utilisation, read as 0: {empty:,}")
    units = {getattr(found.job, name): name for name in ("nodes", "start", "end")}
    return Draft(frame, tuple(faults), tuple(notes), dropped, units, ordered=False, attribution=found.attribution)


def _used(columns: JobColumns) -> list[str]:
    activity = [part.column for part in (columns.accelerator_utilisation, columns.host_utilisation) if part is not None]
    return [columns.id, columns.nodes, columns.start, columns.end, *activity]


def _column_faults(source: Source, found: JobMapping) -> list[Fault]:
    used = _used(found.job)
    absent = [
        Fault(name, "the mapping names this column, the file does not have it")
        for name in used
        if name not in source.header
    ]
    unknown = [
        Fault(name, f"the mapping {found.name} does not know this column; name it in ignore")
        for name in source.header
        if name not in used and name not in found.ignore
    ]
    return absent + unknown


def _started(source: Source, columns: JobColumns) -> tuple[Source, dict[str, int]]:
    """Leave out jobs without start and end: they never ran."""
    waited = source.rows.select(pl.col(columns.start).is_null() & pl.col(columns.end).is_null()).to_series()
    kept = source._replace(rows=source.rows.filter(~waited), lines=source.lines.filter(~waited))
    return kept, {"never started": int(waited.sum())} if waited.any() else {}


def _jobs(source: Source, options: Options, columns: JobColumns) -> tuple[pl.DataFrame, list[Fault], int]:
    starts, faults = cells.instants(source, columns.start, columns.unit, options)
    ends, end_faults = cells.instants(source, columns.end, columns.unit, options)
    nodes = cells.numbers(source, columns.nodes, "1", "1")
    faults += [*end_faults, *nodes.faults, *_absent(source, columns.nodes, nodes)]
    length = (ends.values - starts.values).dt.total_microseconds() / 1e6
    faults += _length_faults(source, length)
    asset = "job/" + source.rows[columns.id].cast(pl.String)
    faults += _id_faults(source, asset)
    parts = [
        rows(starts.values, source.lines, asset, "job_nodes", nodes.values),
        rows(starts.values, source.lines, asset, "job_duration_s", length.set(length <= 0, None)),
    ]
    empty = pl.repeat(False, source.rows.height, eager=True)
    for name in ("accelerator_utilisation", "host_utilisation"):
        found: Utilisation | None = getattr(columns, name)
        if found is None:
            continue
        activity = cells.numbers(source, found.column, METRICS[f"job_{name}"].unit, "1")
        faults += activity.faults
        empty |= activity.values.is_null()
        part = rows(starts.values, source.lines, asset, f"job_{name}", activity.values.fill_null(0.0) / found.parts)
        quality = pl.select(
            pl.when(activity.values.is_null()).then(ESTIMATED).otherwise(GOOD).cast(pl.UInt8)
        ).to_series()
        parts.append(part.with_columns(quality=quality))
    return pl.concat(parts), faults, int(empty.sum())


def _absent(source: Source, column: str, found: cells.Numbers) -> list[Fault]:
    if not found.missing:
        return []
    lines = pl.DataFrame({"line": source.lines}).filter(found.values.is_null())
    return listed(lines, lambda row: f"{source.place(row['line'])}, {column}", lambda _: "no value; wanted a count")


def _length_faults(source: Source, length: pl.Series) -> list[Fault]:
    wrong = pl.DataFrame({"line": source.lines, "length": length}).filter(pl.col("length") <= 0)
    return listed(
        wrong,
        lambda row: source.place(row["line"]),
        lambda row: f"the job ends {-row['length']:g} s before it starts" if row["length"] else "the job has no length",
    )


def _id_faults(source: Source, asset: pl.Series) -> list[Fault]:
    frame = pl.DataFrame({"line": source.lines, "asset": asset}).filter(pl.col("asset").is_duplicated())
    return listed(
        frame.filter(~pl.col("asset").is_first_distinct()),
        lambda row: source.place(row["line"]),
        lambda row: f"{row['asset']} stands in an earlier line; a job has one row",
    )


FORMAT = Format(
    "job_log",
    "CSV or parquet, a row a job: start, end, nodes, utilisation",
    "the columns of a job log's mapping",
    sniff,
    read,
)
