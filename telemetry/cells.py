"""Columns of a source: cells to SI numbers (one factor and offset for each unit), and to instants."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import polars as pl

from telemetry import times
from telemetry.draft import SUSPECT, Options, listed
from telemetry.mapping import ColumnRule, Measured
from telemetry.source import Source
from twin import units
from twin.columns import METRICS
from twin.errors import Fault

MISSING = (
    "[n/a]",
    "n/a",
    "[not supported]",
    "[not found]",
    "[unknown error]",
    "[gpu is lost]",
    "[gpu requires reset]",
    "[insufficient permissions]",
    "nan",
    "na",
    "null",
    "none",
)
"""Cells that stand for a value that was not measured, in lower case; those in brackets are nvidia-smi's."""

_UNIT = re.compile(r"[A-Za-z%°µμΩ]([A-Za-z%°µμΩ/*. _()-]|\^-?[0-9](?![0-9])|[0-9](?![0-9])){0,39}")
"""What a unit may look like: text of strangers is not given to a parser of expressions."""

_COMMAS = "; does the file write decimal commas? say decimal = ',' in a mapping"
_EMPTY = "empty"
_NUMBER_AND_UNIT = r"^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(\S.*)?$"


class Scale(NamedTuple):
    """SI value = factor * number + offset."""

    factor: float
    offset: float


class Numbers(NamedTuple):
    """
    A column in SI.

    Attributes
    ----------
    values
        Float; null where missing or at fault.
    missing : text of the cell to count
        Values that were not measured.
    faults
        Cells that are no number, and units that are none.
    read_as
        The units found, for the record.
    """

    values: pl.Series
    missing: dict[str, int]
    faults: list[Fault]
    read_as: str


@cache
def scale(unit: str, wanted: str) -> Scale:
    """
    Find the factor and offset from `unit` to `wanted`.

    Raises
    ------
    ValueError
        Where `unit` is unknown or of another dimension.
    """
    if unit == wanted:
        return Scale(1.0, 0.0)
    if not _UNIT.fullmatch(unit):
        message = "a unit is a few letters and signs, such as kW or gal/min"
        raise ValueError(message)
    offset = units.si(units.read(f"0 {unit}"), wanted)
    return Scale(units.si(units.read(f"1 {unit}"), wanted) - offset, offset)


def numbers(
    source: Source, column: str, wanted: str, unit: str = "", factor: float = 1.0, blanks: tuple[float, ...] = ()
) -> Numbers:
    """
    Read a column as SI numbers.

    Parameters
    ----------
    source
        The file.
    column
        Name of the column in ``source.rows``.
    wanted
        The SI unit.
    unit
        Unit of a cell that names none; a cell that names its own keeps it. Empty: each cell must name its own.
    factor
        Of a number before its unit.
    blanks
        Numbers that stand for none.
    """
    cells = source.rows[column]
    if source.decimal != "." and cells.dtype == pl.String:
        cells = cells.str.replace(source.decimal, ".", literal=True)
    frame = pl.DataFrame({"line": source.lines, "cell": cells})
    if cells.dtype == pl.String:
        frame = frame.with_columns(_split(pl.col("cell")))
    elif cells.dtype.is_numeric() or cells.dtype == pl.Null:
        frame = frame.with_columns(number=pl.col("cell").cast(pl.Float64), suffix=pl.lit(None, pl.String))
    else:
        return _no_numbers(cells, column)
    frame = frame.with_columns(pl.col("number").fill_nan(None), gone=_missing(cells))
    if blanks:
        blank = pl.col("number").is_in(list(blanks)).fill_null(value=False)
        word = pl.when(blank).then(pl.col("cell").cast(pl.String)).otherwise("gone")
        frame = frame.with_columns(number=pl.when(~blank).then("number"), gone=word)
    bad = frame.filter(pl.col("number").is_null() & pl.col("gone").is_null())
    faults = listed(bad, lambda row: f"{source.place(row['line'])}, {column}", lambda row: _not_a_number(row["cell"]))
    named = frame.drop_nulls("number").group_by(pl.col("suffix").fill_null(unit)).agg(pl.col("line").min())
    scales, unit_faults = _scales(dict(named.sort("line").iter_rows()), wanted, source, column)
    gain, offset = (_chosen(scales, unit, part, alike=not unit_faults) for part in ("factor", "offset"))
    number = pl.col("number") if factor == 1.0 else pl.col("number") * factor
    scaled = frame.select((number * gain + offset).fill_nan(None))
    counts = frame["gone"].drop_nulls().value_counts(name="count")
    return Numbers(
        values=scaled.to_series().alias("value"),
        missing=dict(counts.sort("gone").iter_rows()),
        faults=faults + unit_faults,
        read_as=" or ".join(sorted(scales)) or unit,
    )


def measured(source: Source, found: Measured, wanted: str) -> Numbers:
    """Read a column as SI numbers, as a mapping says."""
    return numbers(source, found.column, wanted, found.unit, found.scale)


def ruled(source: Source, column: str, rule: ColumnRule) -> Numbers:
    """Read a column as SI numbers, as a rule says."""
    return numbers(source, column, METRICS[rule.metric].unit, rule.unit, rule.scale, rule.missing)


def wraps(rules: Iterable[ColumnRule]) -> dict[str, float]:
    """Give where counters begin anew, in SI, by metric."""
    return {
        rule.metric: rule.wraps_at * rule.scale * scale(rule.unit, METRICS[rule.metric].unit).factor
        for rule in rules
        if rule.wraps_at is not None
    }


def absent(cells: pl.Series) -> pl.Series:
    """Say which cells hold nothing, or a word for it."""
    if cells.dtype != pl.String:
        return cells.is_null()
    return cells.is_null() | cells.str.to_lowercase().is_in(MISSING).fill_null(value=False)


def _not_a_number(cell: object) -> str:
    return f"{cell!r} is no number{_COMMAS if _is_comma_number(cell) else ''}"


def _is_comma_number(cell: object) -> bool:
    return isinstance(cell, str) and re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell) is not None


def _no_numbers(cells: pl.Series, column: str) -> Numbers:
    nothing = pl.Series("value", [None], pl.Float64).extend_constant(None, len(cells) - 1)
    return Numbers(nothing, {}, [Fault(column, f"holds {cells.dtype}, wanted numbers")], "")


def _split(cell: pl.Expr) -> list[pl.Expr]:
    """Part a cell into number and unit; plain numbers, ``inf`` among them, are cast and so keep their last digit."""
    plain = cell.cast(pl.Float64, strict=False)
    number = cell.str.extract(_NUMBER_AND_UNIT, 1).cast(pl.Float64, strict=False)
    suffix = pl.when(plain.is_null()).then(cell.str.extract(_NUMBER_AND_UNIT, 2))
    return [pl.coalesce(plain, number).alias("number"), suffix.alias("suffix")]


def _missing(cells: pl.Series) -> pl.Expr:
    """Give the reason why a cell has no value, or null where it has one."""
    cell = pl.col("cell")
    if cells.dtype == pl.String:
        token = pl.when(cell.str.to_lowercase().is_in(MISSING)).then(cell)
        return pl.when(cell.is_null()).then(pl.lit(_EMPTY)).otherwise(token)
    token = pl.when(pl.col("number").is_nan()).then(pl.lit("NaN"))
    return pl.when(cell.is_null()).then(pl.lit(_EMPTY)).otherwise(token)


def _scales(found: dict[str, int], wanted: str, source: Source, column: str) -> tuple[dict[str, Scale], list[Fault]]:
    """Find the scale of each unit, given with the line where it first stands."""
    scales: dict[str, Scale] = {}
    faults: list[Fault] = []
    for unit, line in found.items():
        where = f"{source.place(line)}, {column}"
        if not unit:
            faults.append(Fault(where, f"no unit is given; write it in the cells or the header, such as [{wanted}]"))
            continue
        try:
            scales[unit] = scale(unit, wanted)
        except ValueError as error:
            hint = _COMMAS if re.match(r",[0-9]", unit) else ""
            faults.append(Fault(where, f"the unit {unit!r} is not read as {wanted}: {error}{hint}"))
    return scales, faults


def _chosen(scales: dict[str, Scale], unit: str, part: str, *, alike: bool) -> pl.Expr:
    """Give a part of each cell's scale: one number where all cells are alike, NaN where the unit is at fault."""
    values = {name: getattr(found, part) for name, found in scales.items()}
    if alike and len(set(values.values())) == 1:
        return pl.lit(next(iter(values.values())))
    return pl.col("suffix").fill_null(unit).replace_strict(values, default=math.nan, return_dtype=pl.Float64)


def instants(source: Source, column: str, unit: str, options: Options) -> tuple[times.Times, list[Fault]]:
    """Read the column of times, and place its faults; one that is true of every row is told once."""
    found = times.read(source.rows[column], unit, options.clock)
    frame = pl.DataFrame({"line": source.lines, "cell": source.rows[column].cast(pl.String)})
    faults: list[Fault] = []
    for message, where in found.faults:
        if where.all():
            faults.append(Fault(column, message))
            continue
        faults += listed(
            frame.filter(where),
            lambda row: f"{source.place(row['line'])}, {column}",
            lambda row, message=message: f"{message}; got {row['cell']!r}",  # type: ignore[misc]
        )
    return found, faults


def mark_leaps(frame: pl.DataFrame, source: Source, found: times.Times) -> pl.DataFrame:
    """Give rows whose time was settled, in a leap second or a double hour, the quality suspect."""
    if not found.suspect.any():
        return frame
    leaps = source.lines.filter(found.suspect)
    return frame.with_columns(
        quality=pl.when(pl.col("line").is_in(leaps.implode())).then(pl.lit(SUSPECT, pl.UInt8)).otherwise("quality")
    )


def leap_note(found: times.Times) -> tuple[str, ...]:
    """Say how many leap seconds were read as the second after, and how many double hours were settled."""
    leaps, moved = int(found.leap.sum()), int(found.moved.sum() or 0)
    told = (f"rows in a leap second, read as the second after it: {leaps:,}",) if leaps else ()
    if not moved:
        return told
    return (*told, f"rows in an hour that a change of clocks makes double or impossible, settled as asked: {moved:,}")


def missing_note(missing: Counter[str]) -> tuple[str, ...]:
    """Say how many cells had no value, and how they said so."""
    if not missing:
        return ()
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(missing.items()))
    return (f"cells without a value, read as missing: {missing.total():,} ({reasons})",)
