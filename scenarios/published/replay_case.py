"""Cases of a whole replay: a site, a public telemetry file, and figures of the run against what is published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from scenarios import study
from scenarios.fields import Instant, Model
from scenarios.published import tables
from scenarios.published.checks import Case, CaseFile, Check, nothing_compared
from scenarios.published.tables import Filter, PublicFile
from telemetry.cells import scale
from twin.columns import TABLES
from twin.errors import Fault, ScenarioError
from twin.run import Run
from twin.site import Floats

_STATISTICS: dict[str, Callable[[Floats], float]] = {
    "least": lambda values: float(values.min()),
    "mean": lambda values: float(values.mean()),
    "greatest": lambda values: float(values.max()),
}
"""What may be asked of a column, by name."""


class Figure(Model):
    """One figure of the run, or one statistic of a column of its tables, within a range."""

    quantity: str
    figure: str | None = None
    table: str | None = None
    column: str | None = None
    statistic: Literal["least", "mean", "greatest"] = "mean"
    unit: str
    between: tuple[str, str]
    reason: str = Field(min_length=1)
    where: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.figure is None) == (self.table is None) or (self.table is None) != (self.column is None):
            message = "give figure, or table and column"
            raise ValueError(message)
        return self


class ReplayCase(CaseFile):
    """A folder's case.toml whose kind is ``replay``; a site that ends in ``.toml`` is a file of the folder."""

    kind: Literal["replay"]
    site: str
    telemetry: PublicFile
    start: Instant
    duration: str | None = None
    compare: tuple[Figure, ...]


def faults(case: ReplayCase) -> list[Fault]:
    """Say which columns no run has, and which units do not fit them."""
    found = nothing_compared(case.compare)
    for place, figure in enumerate(case.compare, start=1):
        try:
            if figure.table is not None:
                _unit(figure)
                for text in figure.between:
                    tables.number(text, _unit(figure))
        except ValueError as error:
            found.append(Fault(f"compare.{place}", str(error)))
    return found


def run(case: ReplayCase, name: str, folder: Path, public: Path | None) -> list[Check]:
    """
    Run a case.

    Raises
    ------
    InputError
        If site or telemetry are at fault, or a figure is none of the run's.
    """
    about = case.named(name)
    telemetry = case.telemetry.find(public)
    if telemetry is None:
        return [about.not_run(figure.quantity) for figure in case.compare]
    site = str(folder / case.site) if case.site.endswith(".toml") else case.site
    with tempfile.TemporaryDirectory() as place:
        made = study.replay(
            site, telemetry=telemetry, start=case.start, duration=case.duration, out=Path(place) / "run"
        )
        return [
            _check(about, f"{name}/case.toml", number, figure, made) for number, figure in enumerate(case.compare, 1)
        ]


def _check(about: Case, source: str, place: int, figure: Figure, made: Run) -> Check:
    try:
        value, unit = _value(figure, made)
        low, high = (tables.number(text, unit) for text in figure.between)
        shown = scale(figure.unit, unit)
    except (KeyError, ValueError) as error:
        raise ScenarioError(source, [Fault(f"compare.{place}", str(error))]) from error
    between, got = [(number - shown.offset) / shown.factor for number in (low, high)], value - shown.offset
    error_unit = "K" if unit == "K" else figure.unit
    return about.within(
        figure.quantity, figure.unit, (between[0], between[1]), got / shown.factor, error_unit, figure.reason
    )


def _value(figure: Figure, made: Run) -> tuple[float, str]:
    """Give a figure in the unit that the run keeps it in."""
    if figure.figure is not None:
        if figure.figure not in made.metrics:
            message = f"a run has no figure {figure.figure!r}; it has {', '.join(made.metrics)}"
            raise ValueError(message)
        metric = made.metrics[figure.figure]
        return float(metric["value"]), metric["unit"]
    column = str(figure.column)
    kept = tables.keep(made.table(str(figure.table)), figure.where)
    return _STATISTICS[figure.statistic](kept[column].cast(pl.Float64).to_numpy()), _unit(figure)


def _unit(figure: Figure) -> str:
    columns = TABLES.get(str(figure.table), {})
    if figure.column not in columns:
        message = f"a run has no column {figure.table}.{figure.column}; tables are {', '.join(TABLES)}"
        raise ValueError(message)
    unit = columns[figure.column].unit
    scale(figure.unit, unit)
    return unit
