"""Redundancy by hand: what is left of a stage, and how often."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from twin.redundancy import after_failure, at_least, fed, unit_availability, usable, whole


@pytest.mark.parametrize(
    ("scheme", "units", "expected"),
    # Usable fractions of the usual table: n/(n + 1) for four needed of five, a half, two thirds, three quarters, 5/6.
    [("N", 4, 1.0), ("N+1", 5, 0.8), ("2N", 2, 0.5), ("3N/2", 3, 2 / 3), ("4N/3", 4, 0.75), ("block", 6, 5 / 6)],
)
def test_at_its_usable_load_a_stage_rides_through_one_failure_and_no_more(
    scheme: str, units: float, expected: float
) -> None:
    share = float(usable(scheme, np.array([units]))[0]) / units
    assert share == pytest.approx(expected, rel=1e-12)
    left = after_failure(scheme, units, share, 1)
    assert left.loading == pytest.approx(1.0, rel=1e-9)
    assert left.lost == pytest.approx(0.25 if scheme == "N" else 0.0, abs=1e-12)
    assert after_failure(scheme, units, 1.01 * share, 1).loading == pytest.approx(1.01, rel=1e-9)


@pytest.mark.parametrize(
    ("scheme", "needed", "expected"),
    [
        ("N", 6.2, 7),
        ("N+1", 6.2, 7),
        ("2N", 4.4, 6),
        ("2N", 0.0, 2),
        ("3N/2", 6.1, 9),
        ("4N/3", 7.0, 8),
        ("4N/3", 8.0 * (1.0 + 1e-12), 8),
        ("block", 46.0, 48),
    ],
)
def test_units_stand_in_whole_groups(scheme: str, needed: float, expected: int) -> None:
    """Pairs, threes, fours, and five with their spare; what is rounding asks for no further group."""
    assert whole(scheme, np.array([needed]))[0] == expected


def test_seven_of_four_that_carry_three_are_eight() -> None:
    """
    Load of 4.9 MW on units of 1 MW at 70 %: seven by load, two fours by their pairs, each unit at 0.6125.

    One out: 4/3 of 0.6125 is 0.81667. Two of a four: 2.5/6 of 2.45 MW on one, 1.02083, and a sixth of 2.45 MW lost.
    """
    units = float(whole("4N/3", np.array([4.9 / 0.7]))[0])
    assert after_failure("4N/3", units, 4.9 / units, 1) == pytest.approx((0.6125 * 4 / 3, 0.0), rel=1e-9)
    assert after_failure("4N/3", units, 4.9 / units, 2) == pytest.approx((2.45 * 2.5 / 6, 1 / 12), rel=1e-9)


def test_two_sides() -> None:
    # Two units of 1 MW and 0.9 MW: each carries 0.45; one out, 0.9; both out, nothing.
    assert after_failure("2N", 2, 0.45, 0) == pytest.approx((0.45, 0.0), rel=1e-9)
    assert after_failure("2N", 2, 0.45, 1) == pytest.approx((0.9, 0.0), rel=1e-9)
    assert after_failure("2N", 2, 0.45, 2) == pytest.approx((0.0, 1.0), rel=1e-9)
    # Of four such pairs one is lost: a quarter.
    assert after_failure("2N", 8, 0.45, 2) == pytest.approx((0.45, 0.25), rel=1e-9)


def test_four_that_carry_three() -> None:
    """
    Units of 1 MW at 0.7: the load of 2.8 MW stands on six pairs, 0.46667 MW each.

    A out: B carries AB whole and half of BC and BD, 0.93333 MW. A and B out: AB is lost, a sixth; C carries AC, BC and
    half of CD, 1.16667 MW: overloaded.
    """
    assert after_failure("4N/3", 4, 0.7, 0) == pytest.approx((0.7, 0.0), rel=1e-9)
    assert after_failure("4N/3", 4, 0.7, 1) == pytest.approx((0.7 * 4 / 3, 0.0), rel=1e-9)
    assert after_failure("4N/3", 4, 0.7, 2) == pytest.approx((2.5 * 0.7 * 4 / 6, 1 / 6), rel=1e-9)
    # In eight units the pair is a twelfth of the load.
    assert after_failure("4N/3", 8, 0.7, 2).lost == pytest.approx(1 / 12, rel=1e-9)


def test_three_that_carry_two() -> None:
    assert after_failure("3N/2", 3, 0.6, 1) == pytest.approx((0.9, 0.0), rel=1e-9)
    assert after_failure("3N/2", 3, 0.6, 2) == pytest.approx((1.2, 1 / 3), rel=1e-9)


def test_units_that_share_and_blocks() -> None:
    assert after_failure("N+1", 5, 0.75, 1) == pytest.approx((0.9375, 0.0), rel=1e-9)
    assert after_failure("N+1", 5, 0.75, 2) == pytest.approx((1.25, 0.0), rel=1e-9)
    assert after_failure("N+1", 1, 0.75, 1) == pytest.approx((0.0, 1.0))
    # Five primaries at 0.96 of six units at 0.8; the spare takes one, the second is lost: a fifth.
    assert after_failure("block", 6, 0.8, 1) == pytest.approx((0.96, 0.0), rel=1e-9)
    assert after_failure("block", 6, 0.8, 2) == pytest.approx((0.96, 0.2), rel=1e-9)


def test_availability_by_hand() -> None:
    # One failure in ten years, a week of repair: 168 h of 87,600 h.
    year, hour = 8760 * 3600.0, 3600.0
    assert unit_availability(0.1 / year, 168 * hour) == pytest.approx(1 / (1 + 168 / 87600), rel=1e-12)
    # Two of three at 0.9: 0.9^3 + 3 x 0.9^2 x 0.1 = 0.972.
    assert at_least(2, 3, 0.9) == pytest.approx(0.972, rel=1e-12)
    assert fed("N+1", 3, 0.9, 0.6) == pytest.approx(0.972, rel=1e-12)
    assert fed("2N", 2, 0.9, 0.4) == pytest.approx(0.99, rel=1e-12)
    assert fed("N", 7, 0.9, 0.9) == pytest.approx(0.9)


def test_units_that_share_are_too_few_when_they_cannot_carry_the_load() -> None:
    """
    Fourteen units of 1 MW with 10.78 MW (0.77): eleven carry it, so that three may be out, whatever the name N+1 says.

    Two thirds of three units are just two, whatever rounding says; 0.7 of three need all: nothing is spare.
    """
    by_hand = sum(math.comb(14, k) * 0.99**k * 0.01 ** (14 - k) for k in (11, 12, 13, 14))
    assert fed("N+1", 14, 0.99, 0.77) == pytest.approx(by_hand, rel=1e-12)
    assert fed("N+1", 3, 0.9, 2 / 3 * (1 + 1e-12)) == pytest.approx(0.972, rel=1e-12)
    assert fed("N+1", 3, 0.9, 0.7) == pytest.approx(0.9**3, rel=1e-12)
    # Overloaded with all at work: no worse than all of them.
    assert fed("N+1", 3, 0.9, 1.1) == pytest.approx(0.9**3, rel=1e-12)


def test_blocks_against_every_state() -> None:
    """Worst place: the spare takes the first that fails, so that a rack is fed if the four others work."""
    a, total = 0.9, 0.0
    for own, spare, *others in product((True, False), repeat=6):
        weight = np.prod([a if up else 1 - a for up in (own, spare, *others)])
        total += weight if own or (spare and all(others)) else 0.0
    assert fed("block", 6, a, 0.8) == pytest.approx(float(total), rel=1e-12)
