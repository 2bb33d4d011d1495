"""Ordered power against series of a few values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.page import curves


def test_duration_curve_orders_power() -> None:
    shares, power = curves.duration_curve(np.array([1.0, 3.0, 2.0]), points=3)
    assert shares.tolist() == [0.0, 0.5, 1.0]
    assert power.tolist() == [3.0, 2.0, 1.0]


def test_ramp_curve_orders_changes_up_and_down() -> None:
    power = np.array([0.0, 0.0, 5.0, 5.0, 3.0])
    shares, changes = curves.ramp_curve(power, 1, points=3)
    # changes of 1 s: 0, 5, 0, 2; four of them, so that shares run from 1/4 to 1
    assert shares.tolist() == pytest.approx([0.25, 0.5, 1.0], rel=1e-12)
    assert changes[-1] == 0.0
    # the quantile at 1 - 1/4 of 0, 0, 2, 5 lies a quarter of the way from 2 to 5
    assert curves.ramp_curve(power, 1)[1][0] == pytest.approx(2.75, rel=1e-12)
    assert curves.ramp_curve(power, 2)[1].max() <= 5.0


@given(st.lists(st.floats(0.0, 1e9), min_size=3, max_size=60))
def test_ordered_curves_never_rise(values: list[float]) -> None:
    power = np.array(values)
    for _, ordered in (curves.duration_curve(power), curves.ramp_curve(power, 2)):
        assert (np.diff(ordered) <= 1e-6).all()  # rounding of a quantile of values up to 1e9


def test_the_window_lies_around_the_largest_change() -> None:
    power = [1.0] * 50 + [9.0] * 50
    window = curves.around_steepest(pl.DataFrame({"facility_power_w": power, "row": range(100)}), 5)
    assert window["row"].to_list() == list(range(45, 55))
    early = curves.around_steepest(pl.DataFrame({"facility_power_w": [1.0, 9.0, 9.0, 9.0], "row": range(4)}), 2)
    assert early["row"].to_list() == [0, 1, 2]
