"""Cases of a planning year: a site in its climate, and figures of the year against what its operator publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from scenarios.fields import Model
from scenarios.published import tables
from scenarios.published.checks import Case, CaseFile, Check, nothing_compared
from scenarios.yearstudy import study
from telemetry.cells import scale
from twin.errors import Fault, ScenarioError
from twin.metrics import Metric


class Figure(Model):
    """One figure of the year, against a value or a range."""

    quantity: str
    site: str
    """Name of a site, or a facility file of the folder."""
    figure: str
    unit: str
    expected: str | None = None
    between: tuple[str, str] | None = None
    tolerance: str | None = None
    """Largest difference; without it, a value is told and not judged."""
    missed: bool = False
    """Whether the tolerance is known to be missed: this is told and does not fail; to hold it then fails."""
    kind: Literal["fitted", "predicted"]
    """Whether a number of the site was chosen after its result was seen beside this figure, or none was."""
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        if (self.expected is None) == (self.between is None):
            message = "give expected, or between"
            raise ValueError(message)
        if self.between is not None and self.tolerance is not None:
            message = "a tolerance belongs to expected; a range has its own ends"
            raise ValueError(message)
        if self.missed and self.tolerance is None:
            message = "missed needs the tolerance that is missed"
            raise ValueError(message)
        return self


class YearCase(CaseFile):
    """A folder's case.toml whose kind is ``year``."""

    kind: Literal["year"]
    step: Literal["1 h", "5 min"] = "1 h"
    weather: tables.PublicFile | None = None
    """A typical year in the place of the sites' synthetic ones: an EPW or TMY3 file."""
    compare: tuple[Figure, ...]


def faults(case: YearCase) -> list[Fault]:
    """Say which numbers of a case are none of its units."""
    found = nothing_compared(case.compare)
    for place, figure in enumerate(case.compare, start=1):
        texts = [text for text in (figure.expected, figure.tolerance, *(figure.between or ())) if text is not None]
        try:
            for text in texts:
                tables.number(text, figure.unit)
        except ValueError as error:
            found.append(Fault(f"compare.{place}", str(error)))
    return found


def run(case: YearCase, name: str, folder: Path, public: Path | None) -> list[Check]:
    """
    Run a case: each site's year once, by its own scenario, in its synthetic year or in the case's typical one.

    Raises
    ------
    InputError
        If a site is at fault, or a figure is none of the year's.
    """
    about, years = case.named(name), dict[str, dict[str, Metric]]()
    weather = None if case.weather is None else case.weather.find(public)
    if case.weather is not None and weather is None:
        return [about.not_run(_told(figure)) for figure in case.compare]
    checks = []
    for place, figure in enumerate(case.compare, start=1):
        site = str(folder / figure.site) if figure.site.endswith(".toml") else figure.site
        if site not in years:
            years[site] = study.solve(site, weather=weather, step=case.step).figures
        checks.append(_check(about, f"{name}/case.toml", place, figure, years[site]))
    return checks


def _told(figure: Figure) -> str:
    return f"{figure.quantity} ({figure.kind})"


def _check(about: Case, source: str, place: int, figure: Figure, got: dict[str, Metric]) -> Check:
    if figure.figure not in got:
        message = f"a year has no figure {figure.figure!r}; it has {', '.join(got)}"
        raise ScenarioError(source, [Fault(f"compare.{place}", message)])
    metric = got[figure.figure]
    value = metric["value"] / scale(figure.unit, metric["unit"]).factor
    quantity = _told(figure)
    if figure.between is not None:
        low, high = (tables.number(text, figure.unit) for text in figure.between)
        return about.within(quantity, figure.unit, (low, high), value, reason=figure.reason)
    expected = tables.number(str(figure.expected), figure.unit)
    tolerance = None if figure.tolerance is None else tables.number(figure.tolerance, figure.unit)
    found = about.check(quantity, figure.unit, expected, value, abs(value - expected), tolerance, reason=figure.reason)
    return found.missed() if figure.missed else found
