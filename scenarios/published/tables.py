"""Tables of published cases: inline, beside the case, or a public file known by its content; columns as numbers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from scenarios.fields import Model
from telemetry.cells import scale
from twin import units
from twin.errors import Fault, ScenarioError
from twin.site import Floats

Value = float | str

PLACE = "_place"
"""Column of a row's place in its table, from zero, which stays with the row when others are left out."""


class PublicFile(Model):
    """A file that the project does not ship, known by its name and its content."""

    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    def find(self, data: Path | None) -> Path | None:
        """
        Find the file below a folder.

        Raises
        ------
        ScenarioError
            If there are files of that name, and none has that content.
        """
        found = sorted(data.rglob(self.file)) if data is not None else []
        meant = [path for path in found if hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256]
        if found and not meant:
            message = f"is not the public file of that name: its sha256 should be {self.sha256}"
            raise ScenarioError(str(found[0]), [Fault("", message)])
        return meant[0] if meant else None


class Column(Model):
    """One column, or several side by side, and the unit of its numbers."""

    column: str | tuple[str, ...]
    unit: str

    @property
    def names(self) -> tuple[str, ...]:
        """Name the columns."""
        return (self.column,) if isinstance(self.column, str) else self.column


class Filter(Model):
    """Rows to keep: where a column of numbers lies so, or a column of text says so."""

    column: str
    unit: str | None = None
    above: str | None = None
    below: str | None = None
    equals: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.above is self.below is None and not self.equals and not self.without:
            message = "says nothing; give above, below, equals or without"
            raise ValueError(message)
        if self.unit is None and (self.above is not None or self.below is not None):
            message = "above and below compare numbers; give the column's unit"
            raise ValueError(message)
        return self


class Data(Model):
    """Where a case's table is: a public file, a file of the case's folder, or rows written out."""

    file: str | None = None
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    csv: str | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    where: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.file is not None) + (self.csv is not None) + bool(self.rows) != 1:
            message = "give one of: file (with sha256), csv, rows (with columns)"
            raise ValueError(message)
        if (self.file is None) != (self.sha256 is None):
            message = "file and sha256 belong together: a public file is known by its content"
            raise ValueError(message)
        wrong = [number for number, row in enumerate(self.rows, start=1) if len(row) != len(self.columns)]
        if wrong:
            message = f"each row needs {len(self.columns)} values, as many as there are columns; see row {wrong[0]}"
            raise ValueError(message)
        return self

    def read(self, folder: Path, public: Path | None) -> pl.DataFrame | None:
        """
        Read the table.

        Parameters
        ----------
        folder
            Of the case.
        public
            Of the public data.

        Returns
        -------
        DataFrame
            All rows, or none where the public file is not at hand.

        Raises
        ------
        ScenarioError
            If a public file has another content.
        ValueError
            If the case's own file cannot be read.
        """
        if self.file is not None and self.sha256 is not None:
            found = PublicFile(file=self.file, sha256=self.sha256).find(public)
            return None if found is None else pl.read_csv(found, infer_schema_length=None)
        if self.csv is None:
            return pl.DataFrame(list(self.rows), schema=list(self.columns), orient="row", strict=False)
        try:
            return pl.read_csv(folder / self.csv, infer_schema_length=None, comment_prefix="#")
        except (OSError, pl.exceptions.PolarsError) as error:
            message = f"{self.csv} cannot be read as a table: {error}"
            raise ValueError(message) from error


def keep(table: pl.DataFrame, filters: tuple[Filter, ...]) -> pl.DataFrame:
    """
    Keep the rows that pass all filters.

    Raises
    ------
    ValueError
        When a column is not there, a unit does not fit, or nothing is left.
    """
    for rule in filters:
        table = table.filter(_passes(table, rule))
    if table.is_empty():
        message = f"no row is left by where = {[rule.column for rule in filters]}"
        raise ValueError(message)
    return table


def _passes(table: pl.DataFrame, rule: Filter) -> pl.Series:
    if rule.unit is None:
        column = _named(table, rule.column).cast(pl.String)
        wanted = column.is_in(list(rule.equals)) if rule.equals else pl.repeat(True, len(column), eager=True)
        return wanted & ~column.is_in(list(rule.without))
    values = _numbers(_named(table, rule.column))
    low, high = (None if text is None else number(text, rule.unit) for text in (rule.above, rule.below))
    kept = np.ones(values.size, dtype=bool)
    if low is not None:
        kept &= values > low
    if high is not None:
        kept &= values < high
    if rule.equals:
        kept &= np.isin(values, [number(text, rule.unit) for text in rule.equals])
    kept &= ~np.isin(values, [number(text, rule.unit) for text in rule.without])
    return pl.Series(kept)


def values(table: pl.DataFrame, column: Column, wanted: str) -> Floats:
    """
    Give a column as numbers in a unit.

    Parameters
    ----------
    table
        With a row for each value.
    column
        Which, and its unit.
    wanted
        Unit of the numbers.

    Returns
    -------
    (row,) or (row, column)
        Numbers.

    Raises
    ------
    ValueError
        When it is not there, holds no numbers, or its unit is of another kind.
    """
    found = scale(column.unit, wanted)
    numbers = [_numbers(_named(table, name)) * found.factor + found.offset for name in column.names]
    return numbers[0] if isinstance(column.column, str) else np.stack(numbers, axis=-1)


def number(text: str, wanted: str) -> float:
    """
    Read text with a unit as a number in a unit; a ratio may stand without.

    Raises
    ------
    ValueError
        When it is none, or of another kind.
    """
    return units.si(units.read_ratio(text) if wanted == "1" else units.read(text), wanted)


def labels(table: pl.DataFrame, column: str) -> list[str]:
    """
    Give a column as text.

    Raises
    ------
    ValueError
        When it is not there.
    """
    return _named(table, column).cast(pl.String).to_list()


def _named(table: pl.DataFrame, name: str) -> pl.Series:
    if name not in table.columns:
        held = ", ".join(column for column in table.columns if column != PLACE)
        message = f"the table has no column {name!r}; it has {held}"
        raise ValueError(message)
    return table[name]


def _numbers(column: pl.Series) -> Floats:
    try:
        return column.cast(pl.Float64).to_numpy().astype(float)
    except pl.exceptions.PolarsError as error:
        message = f"column {column.name!r} holds what is no number"
        raise ValueError(message) from error
