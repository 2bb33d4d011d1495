"""Long tables: a row a value, with the name of the point it is of, as building management systems export trends."""

from __future__ import annotations

from collections import Counter

import polars as pl

from telemetry import cells, mapping
from telemetry.draft import Draft, Format, Options, listed, no_rows, rows
from telemetry.mapping import ColumnRule, LongMapping, StatusColumn
from telemetry.source import Source
from twin.errors import Fault


def _mapping(source: Source, options: Options) -> LongMapping | None:
    found = options.mapping or mapping.fitting(source.header, "long")
    return found if isinstance(found, LongMapping) else None


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no long table whose columns are known; empty when it is."""
    if _mapping(source, options) is None:
        return "no mapping of a long table that comes with the package has these columns; give --mapping FILE"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a long table by its mapping, given or found."""
    found = _mapping(source, options)
    if found is None:
        raise TypeError(source.path)
    source = source._replace(decimal=found.decimal)
    point = found.point
    used = [found.time.column, point.name, point.value, *([point.unit] if point.unit else [])]
    used += [point.status.column] if point.status else []
    faults = mapping.unknown_columns(found, used, source.rows.columns)
    if any(name not in source.rows.columns for name in used):
        return Draft(no_rows(), tuple(faults))
    instants, time_faults = cells.instants(source, found.time.column, found.time.unit, options)
    faults += time_faults
    table = source.rows.with_columns(line=source.lines, instant=instants.values)
    names, name_faults = _names(source, found)
    faults += name_faults
    notes: list[str] = []
    if point.status is not None:
        table, notes = _good(table, point.status, point.value)
    parts: list[pl.DataFrame] = []
    missing: Counter[str] = Counter()
    units: dict[str, str] = {}
    for rule, assets in names.items():
        meant = pl.DataFrame({point.name: list(assets), "asset": list(assets.values())})
        chosen = table.join(meant, on=point.name, how="inner", maintain_order="left")
        located = source._replace(rows=_with_units(chosen, found), lines=chosen["line"])
        read_cells = cells.ruled(located, point.value, rule)
        faults += read_cells.faults
        missing.update(read_cells.missing)
        units[rule.match] = f"{read_cells.read_as} as {rule.metric}"
        parts.append(rows(chosen["instant"], chosen["line"], chosen["asset"], rule.metric, read_cells.values))
    if not parts:
        faults.append(Fault("", f"none of the points is in the mapping {found.name}"))
    frame = pl.concat(parts) if parts else no_rows()
    return Draft(
        cells.mark_leaps(frame, source, instants),
        tuple(faults),
        (*found.note, *notes, *cells.missing_note(missing), *cells.leap_note(instants)),
        units=units,
        # Exports stand point by point, not in order of time.
        ordered=False,
        attribution=found.attribution,
        wraps=cells.wraps(found.column),
        held_s=found.holds_s,
    )


def _names(source: Source, found: LongMapping) -> tuple[dict[ColumnRule, dict[str, str]], list[Fault]]:
    """Find what each point is: rule -> point -> asset."""
    rules: dict[ColumnRule, dict[str, str]] = {}
    first = pl.DataFrame({"line": source.lines, "point": source.rows[found.point.name].cast(pl.String)})
    first = first.group_by("point", maintain_order=True).agg(pl.col("line").min())
    unknown = []
    for point, line in first.iter_rows():
        if point is not None and mapping.ignored(found, point):
            continue
        meant = None if point is None else mapping.meaning(found, point)
        if meant is None:
            unknown.append({"line": line, "point": point})
        else:
            rules.setdefault(meant.rule, {})[point] = meant.asset
    faults = listed(
        pl.DataFrame(unknown, schema={"line": pl.UInt32, "point": pl.String}),
        lambda row: source.place(row["line"]),
        lambda row: (
            f"the mapping {found.name} does not know the point {row['point']!r}; add a [[column]], or name it in ignore"
        ),
    )
    return rules, faults


def _good(table: pl.DataFrame, status: StatusColumn, value: str) -> tuple[pl.DataFrame, list[str]]:
    """Leave out values whose status is not good."""
    word = pl.col(status.column).cast(pl.String).fill_null("").str.to_lowercase()
    bad = table.select(~word.is_in([text.lower() for text in status.good])).to_series()
    if not bad.any():
        return table, []
    words = table.filter(bad)[status.column].cast(pl.String).fill_null("nothing").value_counts(sort=True)
    told = ", ".join(f"{count:,} {text}" for text, count in words.head(5).iter_rows())
    kept = table.with_columns(pl.when(~bad).then(pl.col(value)).alias(value))
    return kept, [f"values whose status is not good, read as missing: {bad.sum():,} ({told})"]


def _with_units(table: pl.DataFrame, found: LongMapping) -> pl.DataFrame:
    """Write the unit of each value behind it, where a column gives it."""
    if found.point.unit is None:
        return table
    unit = pl.col(found.point.unit).cast(pl.String).fill_null("")
    cell = pl.col(found.point.value).cast(pl.String)
    return table.with_columns((cell + pl.lit(" ") + unit).str.strip_chars().alias(found.point.value))


FORMAT = Format(
    "long",
    "CSV, JSON lines or parquet, a row a value of a named point, with a mapping",
    "the columns of a mapping that comes with the package, or --mapping",
    sniff,
    read,
)
