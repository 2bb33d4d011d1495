"""One line of the error table: what a source says, what the twin says, and how far apart they may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

from scenarios.fields import Model
from twin.errors import Fault

ROUNDING = 1e-9
"""Share of a value below which a difference is rounding, of the arithmetic or of a table's last digits."""


class Status(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    REPORTED = "reported"
    """A figure without a bar: it is told, and neither passes nor fails."""
    MISSED = "missed"
    """A bar that the model is known to miss: it is told, and does not fail until it is held after all."""
    NOT_RUN = "not run: data absent"


class Check(NamedTuple):
    """
    One quantity of a case.

    Attributes
    ----------
    case, title, source, note
        Of the case; the note says what a reader must know to judge it.
    quantity
        What is compared, and how where there are many values.
    unit
        Of `expected` and `got`.
    expected, got
        One value; of many, the pair with the largest error, or the two means where the error is a mean itself.
    between
        Lowest and highest value that the source allows, where it says a range and no value.
    error, tolerance
        In `error_unit`.
    error_unit
        A difference's unit, or ``%``.
    reason
        Why the tolerance is what it is.
    status
        How it ended.
    """

    case: str
    title: str
    source: str
    note: str
    quantity: str
    unit: str
    expected: float | None
    got: float | None
    between: tuple[float, float] | None
    error: float | None
    error_unit: str
    tolerance: float | None
    reason: str
    status: Status

    def missed(self) -> Check:
        """Tell a bar that is known to be missed; one that is held after all fails, so that nobody goes on saying so."""
        if self.status is not Status.PASSED:
            known = self.error is not None and math.isfinite(self.error)
            return self._replace(status=Status.MISSED) if known else self
        return self._replace(reason="is said to be missed, and is held: take `missed` away", status=Status.FAILED)

    def as_dict(self) -> dict[str, Any]:
        """Give the check as JSON has it, which knows no infinity."""
        content = self._asdict() | {"status": self.status.value}
        return {name: _plain(value) for name, value in content.items()}


class CaseFile(Model):
    """What the case.toml of every kind says."""

    title: str
    source: str
    note: str = ""

    def named(self, name: str) -> Case:
        """Give what the case's checks have in common."""
        return Case(name, self.title, self.source, " ".join(self.note.split()))


class Case(NamedTuple):
    """What all checks of a case have in common."""

    name: str
    title: str
    source: str
    note: str

    def check(
        self,
        quantity: str,
        unit: str,
        expected: float,
        got: float,
        error: float,
        tolerance: float | None,
        error_unit: str = "",
        reason: str = "",
    ) -> Check:
        """Judge an error; without a tolerance it is reported only, and what is not a number is never within one."""
        passed = Status.PASSED if tolerance is not None and error <= tolerance else Status.FAILED
        status = Status.REPORTED if tolerance is None else passed
        shown = error_unit or unit
        return Check(*self, quantity, unit, expected, got, None, error, shown, tolerance, reason, status)

    def within(
        self, quantity: str, unit: str, between: tuple[float, float], got: float, error_unit: str = "", reason: str = ""
    ) -> Check:
        """Judge a value against a range; its error is how far it lies outside."""
        low, high = between
        error = max(low - got, got - high, 0.0)
        status = Status.PASSED if low <= got <= high else Status.FAILED
        return Check(*self, quantity, unit, None, got, between, error, error_unit or unit, 0.0, reason, status)

    def no_number(self, quantity: str, reason: str) -> Check:
        """Fail a quantity of which there is no number to compare."""
        return Check(*self, quantity, "", None, None, None, None, "", None, reason, Status.FAILED)

    def not_run(self, quantity: str) -> Check:
        """Say that a quantity's data is not at hand."""
        return Check(*self, quantity, "", None, None, None, None, "", None, "", Status.NOT_RUN)


def nothing_compared(comparisons: Sequence[object]) -> list[Fault]:
    """Say that a case without a comparison proves nothing."""
    return [] if comparisons else [Fault("compare", "is empty; compare something, or take the case away")]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
