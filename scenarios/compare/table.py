"""The table: a row a quantity, a column a run or site, and how each differs from the first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from scenarios.compare.figures import GROUPS, HIGHER, RELATIVE
from scenarios.page import quantities
from scenarios.page.quantities import MISSING, THIN, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.compare.figures import Figure
    from scenarios.compare.subjects import Subject

NO_RUN = "no run"
"""Stands where only a run would have a number."""

SAME, ALIKE = "=", "≈"
"""Stand for no difference, and for one that the digits shown do not tell."""

MANY_TIMES = 10.0
"""Ratio from which a part of the reference is told as a multiple of it."""

LEAST_PART = 0.1
"""Smallest number that is plain in a unit."""

SPREAD = 1e4
"""Largest over smallest value that one unit serves without hiding digits of the smallest."""

FLOP_S_PER_MW = Scale(1e12, "EFLOP/s per MW")
"""1e18 / 1e6 of FLOP/s over watts."""

_SCALES = {
    "FLOP/J": FLOP_S_PER_MW,
    "%": Scale(0.01, "%"),
    "K": Scale(1.0, "°C"),
    "delta K": Scale(1.0, "K"),
    "count": Scale(1.0, ""),
    "pu": Scale(1.0, "pu"),
    "chip-hours": Scale(1.0, "chip-hours"),
    "s": Scale(1.0, "s"),
}
"""Units that are not chosen to fit their values."""

_DECIMALS = {"K": 1, "delta K": 1, "%": 1, "pu": 4}
"""Of differences in a unit; three in others."""


class Cell(NamedTuple):
    """
    A value.

    Attributes
    ----------
    value : float
        In the figure's unit; None where there is none.
    text : text
        In the unit of the row.
    difference : text
        From the first column; empty in it.
    best : bool
        Whether it is the best of its row.
    """

    value: float | None
    text: str
    difference: str
    best: bool

    @property
    def missing(self) -> bool:
        """Whether a word or a dash stands for a number."""
        return self.text in {MISSING, NO_RUN}


class Row(NamedTuple):
    """
    A quantity.

    Attributes
    ----------
    figure : Figure
        What it is.
    unit : text
        That the cells are written in; empty for a plain number.
    cells : tuple of Cell
        One a subject.
    """

    figure: Figure
    unit: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """Name with its unit."""
        return f"{self.figure.label} [{self.unit}]" if self.unit else self.figure.label


def groups(subjects: Sequence[Subject]) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """
    Set subjects side by side.

    Parameters
    ----------
    subjects
        The first of them is the reference.

    Returns
    -------
    tuple of tuple
        Title of each group, and its rows; those left out that no run has a number for.
    """
    durations = {subject.run.manifest["duration_s"] for subject in subjects if subject.run is not None}
    fair = len(durations) <= 1
    found = ((group.title, [_row(figure, subjects, fair) for figure in group.figures]) for group in GROUPS)
    kept = ((title, tuple(row for row in rows if row is not None)) for title, rows in found)
    return tuple((title, rows) for title, rows in kept if rows)


def notes(subjects: Sequence[Subject]) -> tuple[str, ...]:
    """
    Say why some numbers are missing.

    Parameters
    ----------
    subjects
        As in `groups`.

    Returns
    -------
    tuple of text
        A sentence each.
    """
    said: dict[str, list[str]] = {}
    for subject in subjects:
        if subject.design is None:
            text = "the run keeps no design figures, as an older version made it; replay it again."
            said.setdefault(text, []).append(subject.label)
        elif subject.design.unrated:
            text = f"no rated FLOP/s, as the catalogue has none for {', '.join(subject.design.unrated)}."
            said.setdefault(text, []).append(subject.label)
    return tuple(f"{'; '.join(labels)}: {text}" for text, labels in said.items())


def _row(figure: Figure, subjects: Sequence[Subject], fair: bool) -> Row | None:
    if figure.words is not None:
        return Row(figure, "", tuple(Cell(None, figure.words(subject), "", best=False) for subject in subjects))
    values = [figure.read(subject) for subject in subjects]
    numbers = [value for value in values if value is not None and math.isfinite(value)]
    if not numbers and figure.of_run:
        return None
    scale = _scale(figure.unit, numbers)
    texts = [
        _missing(figure, subject) if value is None else _text(figure, value, scale)
        for subject, value in zip(subjects, values, strict=True)
    ]
    best = _best(figure, values, texts) if fair or not figure.of_run else ""
    cells = (
        Cell(value, text, "" if place == 0 else _difference(figure, (value, text), first, scale), text == best)
        for first in [(values[0], texts[0])]
        for place, (value, text) in enumerate(zip(values, texts, strict=True))
    )
    return Row(figure, scale.unit, tuple(cells))


def _best(figure: Figure, values: Sequence[float | None], texts: Sequence[str]) -> str:
    """Give the best value as it is written; nothing where there are no two that are written differently."""
    written = {value: text for value, text in zip(values, texts, strict=True) if value is not None}
    if not figure.better or len(set(written.values())) <= 1:
        return ""
    return written[(max if figure.better == HIGHER else min)(written)]


def _missing(figure: Figure, subject: Subject) -> str:
    if figure.of_run and subject.run is None:
        return NO_RUN
    return figure.absent


def _scale(unit: str, numbers: Sequence[float]) -> Scale:
    """Choose the unit that fits the largest number if the smallest is plain in it, too, else that of the smallest."""
    if unit in _SCALES:
        return _SCALES[unit]
    sizes = [abs(number) for number in numbers if number] or [1.0]
    largest = quantities.fitting(max(sizes), unit)
    if min(sizes) >= LEAST_PART * largest.factor:
        return largest
    return quantities.fitting(max(min(sizes), max(sizes) / SPREAD), unit)


def _text(figure: Figure, value: float, scale: Scale) -> str:
    if figure.unit == "count":
        return quantities.count(round(value))
    if figure.unit == "K":
        return quantities.quantity(value, "K").partition(THIN)[0]
    if figure.unit in {"delta K", "%"}:
        return quantities.signed(value / scale.factor, 1, plus=False)
    return quantities.digits(value / scale.factor)


def _difference(
    figure: Figure, given: tuple[float | None, str], reference: tuple[float | None, str], scale: Scale
) -> str:
    (value, text), (first, first_text) = given, reference
    if value is None or first is None or not (math.isfinite(value) and math.isfinite(first)):
        return ""
    if text == first_text:
        return SAME if value == first else ALIKE
    if figure.difference != RELATIVE:
        return quantities.signed((value - first) / scale.factor, _DECIMALS.get(figure.unit, 3))
    if first == 0.0:
        return text if value < 0.0 else f"+{text}"
    ratio = value / first
    if ratio >= MANY_TIMES:
        return f"{quantities.digits(ratio, 3)}{THIN}×"
    return f"{quantities.signed(100.0 * (ratio - 1.0), 1)}{THIN}%"
