"""Numbers as the error table prints them: the digits that all platforms agree on, and no others."""

from __future__ import annotations

import math

import pytest

from scenarios.published import text
from scenarios.published.checks import Case, Status

CASE = Case("mine", "A case", "a source", "")


@pytest.mark.parametrize(
    ("expected", "got", "error", "shown"),
    [
        (30.0, 29.99314, 0.0086636, ("30 degC", "29.993 degC", "0.0087 K")),
        # A thousand millionth of 72 is 7.2e-8
        (72.0, 72.0 + 1e-13, 1e-13, ("72 degC", "72 degC", "< 7e-08 K")),
        (72.0, 72.0, 0.0, ("72 degC", "72 degC", "< 7e-08 K")),
        (math.inf, math.inf, 0.0, ("never", "never", "0 K")),
        (0.0, 3e-14, 3e-14, ("0 degC", "< 1e-12 degC", "< 1e-12 K")),
        (math.nan, 1.0, math.nan, ("nan degC", "1 degC", "nan K")),
    ],
)
def test_numbers(expected: float, got: float, error: float, shown: tuple[str, ...]) -> None:
    check = CASE.check("chip", "degC", expected, got, error, 0.01, "K", "a reason")
    assert text.cells(check)[1:4] == shown


def test_a_range_has_no_tolerance_beside_it() -> None:
    check = CASE.within("PUE", "1", (1.03, 1.06), 1.04567, reason="published")
    assert text.cells(check) == ("PUE", "1.03 to 1.06", "1.05", "0", "", "passed")


def test_what_was_not_run_has_no_numbers() -> None:
    assert text.cells(CASE.not_run("PUE")) == ("PUE", "", "", "", "", "not run: data absent")


def test_counts_name_every_ending() -> None:
    over = CASE.check("heat", "W", 1.0, 2.0, 1.0, 0.5)
    checks = [CASE.not_run("PUE"), CASE.check("heat", "W", 1.0, 1.0, 0.0, None), over, over.missed()]
    assert text.counts(checks) == "0 passed, 1 failed, 1 reported, 1 missed, 1 not run: data absent"


def test_what_is_no_number_is_never_a_known_miss() -> None:
    assert CASE.check("heat", "W", 1.0, float("nan"), float("nan"), 0.5).missed().status is Status.FAILED
