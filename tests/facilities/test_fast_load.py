"""Modes, rectifiers and devices as data, and limits of flicker and harmonics."""

from __future__ import annotations

import pytest

from facilities import codes, fast_load
from facilities.codes import FlickerLimit, HarmonicCurrents, HarmonicVoltages
from facilities.quantity import numbers


def test_every_number_says_where_it_is_from() -> None:
    found = list(numbers("", fast_load.load()))
    assert len(found) > 15
    assert all(number.source for number in found)
    assert all(number.low and number.high for number in found if number.basis == "assumed")


def test_a_site_meets_the_modes_of_its_interconnection() -> None:
    assert [mode.frequency for mode in fast_load.modes_of("ercot")] == [0.65, 1.5, 20.0]
    assert [mode.frequency for mode in fast_load.modes_of(None)] == [1.5, 20.0]


def test_the_firmware_leaves_a_fifth_of_the_rating() -> None:
    """arXiv 2508.14318: floor of at most 90 %, ceiling of at least 1.1."""
    found = fast_load.load().smoothing
    assert found.lowest_ceiling.si - found.highest_floor.si == pytest.approx(0.2)


def test_limits_of_flicker_are_those_of_high_voltage() -> None:
    limits = [limit for limit in codes.load("iec_61000_3_7").limits if isinstance(limit, FlickerLimit)]
    at_230 = [limit for limit in limits if limit.above < 230e3 <= limit.up_to]
    assert [(limit.short, limit.long) for limit in at_230] == [(0.8, 0.6)]


@pytest.mark.parametrize(
    ("voltage", "ratio", "order", "most", "total"),
    [(34.5e3, 10.0, 5, 0.04, 0.05), (34.5e3, 30.0, 11, 0.035, 0.08), (138e3, 10.0, 5, 0.02, 0.025),
     (138e3, 1500.0, 49, 0.007, 0.10), (230e3, 6.0, 5, 0.01, 0.015), (345e3, 6.0, 6, 0.0025, 0.015)],
)  # fmt: skip
def test_one_row_of_currents_holds_for_a_connection(
    voltage: float, ratio: float, order: int, most: float, total: float
) -> None:
    """IEEE 519-2014, tables 2 to 4; even orders at a quarter."""
    rows = [
        limit
        for limit in codes.load("ieee_519").limits
        if isinstance(limit, HarmonicCurrents)
        and limit.above < voltage <= limit.up_to
        and limit.ratio_from <= ratio < limit.ratio_to
    ]
    assert len(rows) == 1
    assert rows[0].most(order) == pytest.approx(most)
    assert rows[0].most(51) == float("inf")
    assert rows[0].total == pytest.approx(total)


@pytest.mark.parametrize(("voltage", "each", "total"), [(480.0, 0.05, 0.08), (69e3, 0.03, 0.05), (345e3, 0.01, 0.015)])
def test_limits_of_voltages(voltage: float, each: float, total: float) -> None:
    rows = [
        limit
        for limit in codes.load("ieee_519").limits
        if isinstance(limit, HarmonicVoltages) and limit.above < voltage <= limit.up_to
    ]
    assert [(row.each, row.total) for row in rows] == [(each, total)]
