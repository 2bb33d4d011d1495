"""The error table as words, for the terminal and for the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from scenarios.published.checks import ROUNDING, Check, Status

HEAD = ("quantity", "expected", "got", "error", "tolerance", "result")
"""Columns of a case's table."""

LEAST = 1e-12
"""Value below which a number is rounding of what is zero, and its digits are not printed."""

_FIGURES = 5
"""Significant figures of values: enough to see the errors here, few enough to be the same on all platforms."""

_ROUGH = 3
"""The same of values that a range is asked of: what they are exactly, no source says."""


def by_case(checks: Sequence[Check]) -> Iterator[list[Check]]:
    """Give the checks of one case after another."""
    for _, group in groupby(checks, key=lambda check: (check.case, check.title)):
        yield list(group)


def cells(check: Check) -> tuple[str, ...]:
    """Give the cells of a check, in the order of `HEAD`."""
    return (
        check.quantity,
        _expected(check),
        _number(check.got, check.unit, _FIGURES if check.between is None else _ROUGH),
        _error(check),
        "" if check.between is not None else _number(check.tolerance, check.error_unit, 2),
        check.status.value,
    )


def counts(checks: Sequence[Check]) -> str:
    """Say how many checks ended how."""
    return ", ".join(f"{sum(check.status is status for check in checks)} {status.value}" for status in Status)


def _expected(check: Check) -> str:
    if check.between is None:
        return _number(check.expected, check.unit, _FIGURES)
    low, high = check.between
    return f"{low:.{_FIGURES}g} to {_number(high, check.unit, _FIGURES)}"


def _error(check: Check) -> str:
    if check.error is None:
        return ""
    scale = 100.0 if check.error_unit == "%" else abs(check.expected or 0.0)
    least = ROUNDING * scale
    if check.error < least and math.isfinite(scale):
        return f"< {_number(least, check.error_unit, 1)}"
    return _number(check.error, check.error_unit, 2)


def _number(value: float | None, unit: str, digits: int) -> str:
    if value is None:
        return ""
    if math.isinf(value):
        return "never"
    if 0.0 < abs(value) < LEAST:
        return f"< {LEAST:g} {'' if unit == '1' else unit}".rstrip()
    return f"{value:.{digits}g} {'' if unit == '1' else unit}".rstrip()
