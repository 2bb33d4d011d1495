"""Request traces of inference services: a row a request, with the tokens that went in and came out."""

from __future__ import annotations

from collections import Counter

import polars as pl

from telemetry import cells, mapping, records
from telemetry.draft import Draft, Format, Options
from telemetry.mapping import RequestMapping
from telemetry.source import Source
from twin.errors import Fault


def _mapping(source: Source, options: Options) -> RequestMapping | None:
    found = options.mapping or mapping.fitting(source.header, "requests")
    return found if isinstance(found, RequestMapping) else None


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no request trace whose columns are known; empty when it is."""
    if _mapping(source, options) is None:
        return "no mapping of requests that comes with the package has these columns"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a request trace by its mapping, given or found."""
    found = _mapping(source, options)
    if found is None:
        raise TypeError(source.path)
    source = source._replace(decimal=found.decimal)
    columns = found.request
    used = [columns.time.column, columns.input_tokens, columns.output_tokens]
    used += [columns.model] if columns.model else []
    used += [columns.duration.column] if columns.duration else []
    faults: list[Fault] = mapping.unknown_columns(found, used, source.rows.columns)
    if any(name not in source.rows.columns for name in used):
        return Draft(pl.DataFrame({"line": source.lines}).clear(), tuple(faults), kind="requests")
    instants, time_faults = cells.instants(source, columns.time.column, columns.time.unit, options)
    frame = pl.DataFrame({"line": source.lines, "time": instants.values})
    missing: Counter[str] = Counter()
    faults += time_faults
    for name, column in (("input_tokens", columns.input_tokens), ("output_tokens", columns.output_tokens)):
        tokens = cells.numbers(source, column, "1", "1")
        faults += tokens.faults
        missing.update(tokens.missing)
        frame = frame.with_columns(tokens.values.alias(name))
    if columns.duration is not None:
        length = cells.measured(source, columns.duration, "s")
        faults += length.faults
        frame = frame.with_columns(length.values.alias("duration_s"))
    if columns.model is not None:
        frame = frame.with_columns(model=source.rows[columns.model].cast(pl.String).fill_null(""))
    frame = records.marked(frame, pl.col("input_tokens").is_null() | pl.col("output_tokens").is_null())
    notes = (*found.note, *cells.missing_note(missing), *cells.leap_note(instants))
    units = {columns.time.column: columns.time.unit}
    frame = cells.mark_leaps(frame, source, instants).drop_nulls("time")
    return Draft(frame, tuple(faults), notes, units=units, attribution=found.attribution, kind="requests")


FORMAT = Format(
    "requests",
    "CSV, JSON lines or parquet, a row an inference request: time, tokens in and out",
    "columns of a mapping, such as ContextTokens (Azure) or input_length and output_length (Mooncake)",
    sniff,
    read,
)
