"""
Cases of one law: a table goes in, the law's outputs are compared with other columns of it.

What a law takes stands in `scenarios.published.laws`; each argument is a parameter of the case or a column of its
table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from facilities.reader import nearest
from scenarios.fields import Model
from scenarios.published import tables
from scenarios.published.checks import ROUNDING, Case, CaseFile, Check, nothing_compared
from scenarios.published.laws import LAWS
from scenarios.published.laws.law import Law
from scenarios.published.measures import MEASURES, difference
from scenarios.published.tables import Column, Data, Filter
from telemetry.cells import Scale, scale
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers


class Comparison(Model):
    """One output of the law against a column, a value or a range; without a tolerance its error is only reported."""

    quantity: str
    output: str
    unit: str
    expected: str | Column | None = None
    between: tuple[str, str] | None = None
    measure: str = "largest"
    each: str | None = None
    total: bool = False
    rated: str | None = None
    tolerance: str | None = None
    reason: str = ""
    where: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        complaints = [text for wrong, text in _RULES if wrong(self)]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self


_RULES: tuple[tuple[Callable[[Comparison], bool], str], ...] = (
    (lambda c: (c.expected is None) == (c.between is None), "give either expected or between"),
    (lambda c: c.measure not in MEASURES, f"measure is none of {', '.join(MEASURES)}"),
    (lambda c: (c.rated is None) != (c.measure != "largest_of_rated"), "rated goes with measure = 'largest_of_rated'"),
    (lambda c: c.tolerance is not None and not c.reason, "a tolerance needs its reason"),
    (lambda c: c.between is not None and not c.reason, "a range needs its reason"),
    (lambda c: c.between is not None and c.tolerance is not None, "a range is its own tolerance"),
    (lambda c: c.total and c.each is not None, "total adds rows up, each tells them apart; give one"),
)
"""What must not be true of a comparison, and what to say where it is."""


class LawCase(CaseFile):
    """A folder's case.toml whose kind is ``law``."""

    kind: Literal["law"]
    law: str
    parameters: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    columns: dict[str, Column] = Field(default_factory=dict)
    data: Data | None = None
    compare: tuple[Comparison, ...]


class _Rows(NamedTuple):
    """A table, with the places of its rows, and what the law answers to each of them, (row,) in SI."""

    table: pl.DataFrame
    outputs: dict[str, Floats]


def faults(case: LawCase) -> list[Fault]:
    """Say what of a case does not fit its law."""
    if case.law not in LAWS:
        return [Fault("law", f"{case.law!r} is no law.{nearest(case.law, LAWS)}")]
    law = LAWS[case.law]
    found = [*_argument_faults(case, law), *nothing_compared(case.compare)]
    for place, comparison in enumerate(case.compare, start=1):
        where = f"compare.{place}"
        if comparison.output not in law.outputs:
            message = f"{comparison.output!r} is no output of {case.law}.{nearest(comparison.output, law.outputs)}"
            found.append(Fault(f"{where}.output", message))
            continue
        found += _tried(where, partial(_constants, comparison, law))
        if case.data is None and (isinstance(comparison.expected, Column) or comparison.each or comparison.where):
            found.append(Fault(where, "compares columns, but the case has no data; give [data]"))
    return found


def run(case: LawCase, name: str, folder: Path, public: Path | None) -> list[Check]:
    """
    Run a case.

    Raises
    ------
    ScenarioError
        With all faults of the table, or what the law says of its numbers.
    """
    about = case.named(name)
    source = f"{name}/case.toml"
    try:
        rows = _rows(case, folder, public)
    except ValueError as error:
        raise ScenarioError(source, [Fault("data", str(error))]) from error
    if rows is None:
        return [about.not_run(comparison.quantity) for comparison in case.compare]
    found: list[Check] = []
    wrong: list[Fault] = []
    for place, comparison in enumerate(case.compare, start=1):
        try:
            found += _compare(about, comparison, case.law, rows)
        except ValueError as error:
            wrong.append(Fault(f"compare.{place}", str(error)))
    if wrong:
        raise ScenarioError(source, wrong)
    return found


def _argument_faults(case: LawCase, law: Law) -> Iterator[Fault]:
    given = [*case.parameters, *case.columns]
    for name in dict.fromkeys(given):
        where = f"{'parameters' if name in case.parameters else 'columns'}.{name}"
        if name not in law.arguments:
            yield Fault(where, f"{case.law} takes no such argument.{nearest(name, law.arguments)}")
        elif given.count(name) > 1:
            yield Fault(where, "stands in parameters and in columns; give it once")
        elif name in case.parameters:
            yield from _wrong_parts(where, case.parameters[name], law.parts.get(name))
            yield from _tried(where, partial(_parameter, case.parameters[name], law.arguments[name]))
        else:
            yield from _wrong_parts(where, case.columns[name].column, law.parts.get(name))
            yield from _tried(where, partial(scale, case.columns[name].unit, law.arguments[name]))
    missing = [name for name in law.arguments if name not in given]
    if missing:
        yield Fault("parameters", f"{case.law} also needs {', '.join(missing)}; give a parameter or a column of each")
    if case.columns and case.data is None:
        yield Fault("columns", "names columns, but the case has no data; give [data]")


def _wrong_parts(where: str, given: str | tuple[str, ...], parts: int | None) -> Iterator[Fault]:
    found = None if isinstance(given, str) else len(given)
    if found != parts:
        wanted = "one, not a list" if parts is None else f"a list of {parts}"
        yield Fault(where, f"give {wanted}; got {'one' if found is None else f'a list of {found}'}")


def _rows(case: LawCase, folder: Path, public: Path | None) -> _Rows | None:
    """Read the table and ask the law; a case without data is one row."""
    law = LAWS[case.law]
    table = pl.DataFrame({"": [0.0]}).with_row_index(tables.PLACE)
    if case.data is not None:
        read = case.data.read(folder, public)
        if read is None:
            return None
        table = tables.keep(read.with_row_index(tables.PLACE), case.data.where)
    given = {name: tables.values(table, column, law.arguments[name]) for name, column in case.columns.items()}
    for name, text in case.parameters.items():
        value = _parameter(text, law.arguments[name])
        given[name] = np.broadcast_to(value, (len(table), *value.shape))
    with np.errstate(all="ignore"):  # what is no number fails its check, with its row
        answered = law.function(**given)
    return _Rows(table, {name: np.asarray(value, dtype=float) for name, value in answered.items()})


def _compare(about: Case, comparison: Comparison, law: str, rows: _Rows) -> list[Check]:
    """Make the checks of one comparison, in its own unit."""
    si = LAWS[law].outputs[comparison.output]
    table = tables.keep(rows.table, comparison.where)
    got = rows.outputs[comparison.output][rows.table[tables.PLACE].is_in(table[tables.PLACE].to_list()).to_numpy()]
    if comparison.each is not None:
        names = tables.labels(table, comparison.each)
        return [
            _one(about, comparison, si, f"{comparison.quantity}: {name}", got[[place]], table[place : place + 1])
            for place, name in enumerate(names)
        ]
    return [_one(about, comparison, si, comparison.quantity, got, table)]


def _one(about: Case, comparison: Comparison, si: str, quantity: str, got: Floats, table: pl.DataFrame) -> Check:
    lost = _lost(comparison, si, got, table)
    if lost.size:
        rows = "1 row" if lost.size == 1 else f"{lost.size} rows"
        words = f"{quantity}: {comparison.output} gives no finite number in {rows}; first: row {lost[0] + 1}"
        return about.no_number(words, comparison.reason)
    if comparison.total:
        got = np.array([got.sum()])
    shown = scale(comparison.unit, si)
    many = got.size > 1
    error_unit = _error_unit(comparison.unit, si)
    if comparison.between is not None:
        low, high = (tables.number(text, si) for text in comparison.between)
        worst = got[np.argmax(np.maximum(low - got, got - high))]
        words = f"{quantity}, nearest a bound of {got.size}" if many else quantity
        between = (_shown(low, shown), _shown(high, shown))
        return about.within(words, comparison.unit, between, _shown(worst, shown), error_unit, comparison.reason)
    expected = _expected(comparison, si, table, got.size)
    measure = MEASURES[comparison.measure]
    rated = 1.0 if comparison.rated is None else tables.number(comparison.rated, si)
    errors = measure.error(difference(got, expected), expected, rated)
    tolerance = _tolerance(comparison, si)
    pair = _pair(errors, expected, got)
    factor = 0.01 if measure.relative else shown.factor
    return about.check(
        f"{quantity}, {measure.words} of {got.size}" if many else quantity,
        comparison.unit,
        _shown(pair[0], shown),
        _shown(pair[1], shown),
        float(np.max(errors)) / factor,
        None if tolerance is None else tolerance / factor,
        "%" if measure.relative else error_unit,
        comparison.reason,
    )


def _lost(comparison: Comparison, si: str, got: Floats, table: pl.DataFrame) -> Integers:
    """Give the places of rows without a finite output; what is never reached may be expected so."""
    lost = ~np.isfinite(got)
    if comparison.between is None and not comparison.total:
        lost &= got != _expected(comparison, si, table, got.size)
    return np.asarray(table[tables.PLACE].to_numpy()[lost], dtype=np.int64)


def _expected(comparison: Comparison, si: str, table: pl.DataFrame, rows: int) -> Floats:
    if isinstance(comparison.expected, Column):
        found = tables.values(table, comparison.expected, si)
        return np.array([found.sum()]) if comparison.total else found
    return np.full(rows, tables.number(str(comparison.expected), si))


def _pair(errors: Floats, expected: Floats, got: Floats) -> tuple[float, float]:
    """Give the row with the error where each row has one, otherwise both means."""
    if errors.ndim == 0:
        return float(np.mean(expected)), float(np.mean(got))
    told = np.nan_to_num(errors, nan=np.inf)
    # Which of several rows that differ by rounding is the worst, chance would say, and not the same on all platforms.
    worst = int(np.argmax(np.where(told < ROUNDING * np.max(np.abs(expected)), 0.0, told)))
    return float(expected[worst]), float(got[worst])


def _tolerance(comparison: Comparison, si: str) -> float | None:
    if comparison.tolerance is None:
        return None
    relative = MEASURES[comparison.measure].relative
    return tables.number(comparison.tolerance, "1" if relative else _difference(si))


def _constants(comparison: Comparison, law: Law) -> None:
    """Read every text with a unit of a comparison, for its faults."""
    si = law.outputs[comparison.output]
    scale(comparison.unit, si)
    _tolerance(comparison, si)
    for text in (comparison.rated, *(comparison.between or ())):
        if text is not None:
            tables.number(text, si)
    if isinstance(comparison.expected, Column):
        scale(comparison.expected.unit, si)
    elif comparison.expected is not None:
        tables.number(comparison.expected, si)


def _parameter(given: str | tuple[str, ...], unit: str) -> Floats:
    if isinstance(given, str):
        return np.asarray(tables.number(given, unit), dtype=float)
    return np.array([tables.number(text, unit) for text in given])


def _difference(si: str) -> str:
    """Give the unit of a difference of two values."""
    return "delta_degC" if si == "K" else si


def _error_unit(shown: str, si: str) -> str:
    return "K" if si in {"K", "delta_degC"} else shown


def _shown(value: float, to: Scale) -> float:
    return float((value - to.offset) / to.factor)


def _tried(where: str, ask: Callable[[], object]) -> list[Fault]:
    try:
        ask()
    except ValueError as error:
        return [Fault(where, str(error))]
    return []
