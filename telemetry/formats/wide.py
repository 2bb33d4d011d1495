"""Wide tables: a column of times, and a column for each thing measured, told apart by a mapping."""

from __future__ import annotations

import difflib
from collections import Counter

import polars as pl

from telemetry import cells, mapping
from telemetry.draft import Draft, Format, Options, no_rows, rows
from telemetry.mapping import WideMapping
from telemetry.source import Source
from twin.errors import Fault


def _mapping(source: Source, options: Options) -> WideMapping | None:
    found = options.mapping or mapping.fitting(source.header, "wide")
    return found if isinstance(found, WideMapping) else None


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no wide table whose columns are known; empty when it is."""
    if _mapping(source, options) is None:
        return "no mapping that comes with the package has these columns; give --mapping FILE"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a wide table by its mapping, given or found."""
    found = _mapping(source, options)
    if found is None:
        raise TypeError(source.path)
    return read_mapped(source, options, found)


def read_mapped(source: Source, options: Options, found: WideMapping) -> Draft:
    """Read a wide table by a mapping."""
    names = source.rows.columns
    if found.time.column not in names:
        return Draft(no_rows(), (Fault("", f"no column {found.time.column!r} of times; there are {_some(names)}"),))
    instants, faults = cells.instants(source, found.time.column, found.time.unit, options)
    source = source._replace(decimal=found.decimal)
    partial = _partial(source, found)
    parts: list[pl.DataFrame] = []
    missing: Counter[str] = Counter()
    units: dict[str, str] = {}
    for name in names:
        if name == found.time.column or mapping.ignored(found, name):
            continue
        meant = mapping.meaning(found, name)
        if meant is None:
            faults.append(Fault(name, _unknown(found, name)))
            continue
        read_cells = cells.ruled(source, name, meant.rule)
        faults += read_cells.faults
        missing.update(read_cells.missing)
        units[name] = f"{read_cells.read_as} as {meant.rule.metric} of {meant.asset}"
        values = read_cells.values.set(partial, None) if partial.any() else read_cells.values
        parts.append(rows(instants.values, source.lines, meant.asset, meant.rule.metric, values))
    if not parts:
        faults.append(Fault("", f"none of the columns is in the mapping {found.name}"))
    frame = pl.concat(parts) if parts else no_rows()
    told = (f"rows that are partial reports, read as missing: {partial.sum():,}",) if partial.any() else ()
    return Draft(
        cells.mark_leaps(frame, source, instants),
        tuple(faults),
        (*found.note, *told, *cells.missing_note(missing), *cells.leap_note(instants)),
        units=units,
        attribution=found.attribution,
        wraps=cells.wraps(found.column),
        held_s=found.holds_s,
    )


def _partial(source: Source, found: WideMapping) -> pl.Series:
    """Find rows whose zeros stand for what was not reported."""
    named = [name for name in found.partial_if_zero if name in source.rows.columns]
    if not named:
        return pl.repeat(False, source.rows.height, eager=True)
    zero = pl.all_horizontal(pl.col(name).cast(pl.Float64, strict=False) == 0.0 for name in named)
    return source.rows.select(zero.fill_null(value=False)).to_series()


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (" and so on" if len(names) > 8 else "")  # noqa: PLR2004


def _unknown(found: WideMapping, name: str) -> str:
    near = difflib.get_close_matches(name, [rule.match for rule in found.column], n=1)
    hint = f"; {near[0]!r} is the nearest that it knows" if near else ""
    return f"the mapping {found.name} does not know this column{hint}; add a [[column]], or name it in ignore"


FORMAT = Format(
    "wide",
    "CSV or parquet, a column for each thing measured, with a mapping",
    "the columns of a mapping that comes with the package, or --mapping",
    sniff,
    read,
)
