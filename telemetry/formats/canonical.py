"""The project's own form, as parquet or as CSV: one row a measurement, in SI."""

from __future__ import annotations

import json
from collections import Counter

import polars as pl

from telemetry import cells
from telemetry.draft import Draft, Format, Options, rows
from telemetry.source import Source
from telemetry.times import INSTANT
from twin.columns import KINDS, TELEMETRY
from twin.errors import Fault

_NEEDED = tuple(name for name in TELEMETRY if name != "quality")
_WORST_QUALITY = 6


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is not canonical; empty when it is."""
    del options
    absent = [name for name in _NEEDED if name not in source.header]
    return f"no column {', '.join(absent)}" if absent and _table(source) is None else ""


def _table(source: Source) -> str | None:
    """Name the table of which a source has all columns, if it is one of jobs or requests."""
    kinds = {kind: set(columns) for kind, columns in KINDS.items() if columns is not TELEMETRY}
    return next((kind for kind, names in kinds.items() if names == set(source.header)), None)


def read(source: Source, options: Options) -> Draft:
    """Read canonical telemetry; what an earlier reading noted comes with it."""
    kind = _table(source)
    if kind is not None:
        return _read_table(source, options, kind)
    faults = [
        Fault(name, f"no canonical column; those are {', '.join(TELEMETRY)}")
        for name in source.header
        if name not in TELEMETRY
    ]
    instants, time_faults = cells.instants(source, "time", _time_unit(source), options)
    values = cells.numbers(source, "value", "1", "1")
    quality, quality_faults = _quality(source)
    faults += [*time_faults, *values.faults, *quality_faults]
    text = source.rows.select(pl.col("asset", "metric").cast(pl.String))
    frame = rows(instants.values, source.lines, text["asset"], "", values.values)
    given = pl.select(pl.when(quality > 0).then(quality).otherwise(frame["quality"])).to_series()
    frame = frame.with_columns(metric=text["metric"], quality=given)
    notes = (*json.loads(source.metadata.get("notes", "[]")), *cells.missing_note(_unmarked(values.missing, quality)))
    marked = cells.mark_leaps(frame, source, instants)
    credit = source.metadata.get("attribution", "")
    return Draft(marked, tuple(faults), (*notes, *cells.leap_note(instants)), ordered=False, attribution=credit)


def _read_table(source: Source, options: Options, kind: str) -> Draft:
    """Read jobs or requests as they were written."""
    faults, parts = [], [source.lines.alias("line")]
    for name, column in KINDS[kind].items():
        if column.dtype == "time":
            found, told = _instants(source, name, options)
        elif column.dtype == "f64":
            numbers = cells.numbers(source, name, column.unit, column.unit)
            found, told = numbers.values, numbers.faults
        elif column.dtype == "u8":
            found, told = _quality(source)
        else:
            found, told = source.rows[name].cast(pl.String), []
        parts.append(found.alias(name))
        faults += told
    notes = tuple(json.loads(source.metadata.get("notes", "[]")))
    credit = source.metadata.get("attribution", "")
    return Draft(pl.DataFrame(parts), tuple(faults), notes, attribution=credit, kind=kind)


def _instants(source: Source, name: str, options: Options) -> tuple[pl.Series, list[Fault]]:
    """Read a column of times, of which some may not be told."""
    there = source.rows[name].is_not_null()
    if not there.any():
        return pl.Series(name, [None] * source.rows.height, INSTANT), []
    kept = source._replace(rows=source.rows.filter(there), lines=source.lines.filter(there))
    found, faults = cells.instants(kept, name, "iso", options)
    instants = pl.DataFrame({"line": kept.lines, name: found.values})
    return pl.DataFrame({"line": source.lines}).join(instants, on="line", how="left", maintain_order="left")[
        name
    ], faults


def _time_unit(source: Source) -> str:
    """Read plain numbers as seconds from the start."""
    column = source.rows["time"]
    if column.dtype == pl.String:
        column = column.drop_nulls().head(1).cast(pl.Float64, strict=False).drop_nulls()
        return "s" if len(column) else "iso"
    return "s" if column.dtype.is_numeric() else "iso"


def _quality(source: Source) -> tuple[pl.Series, list[Fault]]:
    if "quality" not in source.header:
        return pl.repeat(0, source.rows.height, dtype=pl.UInt8, eager=True), []
    found = cells.numbers(source, "quality", "1", "1")
    wrong = ((found.values < 0) | (found.values > _WORST_QUALITY) | (found.values % 1 != 0)).fill_null(value=False)
    faults = list(found.faults)
    if wrong.any():
        lines = source.lines.filter(wrong)
        faults.append(
            Fault(
                source.place(lines[0]),
                f"a quality is a whole number from 0 to {_WORST_QUALITY}; {len(lines):,} are not",
            )
        )
    return found.values.set(wrong, 0.0).fill_null(0.0).cast(pl.UInt8), faults


def _unmarked(missing: dict[str, int], quality: pl.Series) -> Counter[str]:
    """Leave out of the count what the file itself marks as missing."""
    return Counter() if (quality > 0).any() else Counter(missing)


FORMAT = Format(
    "canonical",
    "parquet or CSV in the project's own columns: of measurements, jobs or requests",
    "columns time, asset, metric and value; or all those of a job table or a request trace",
    sniff,
    read,
)
