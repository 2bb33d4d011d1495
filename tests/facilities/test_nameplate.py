"""What a site is built for, against what its file says."""

from __future__ import annotations

import pytest

import facilities
from facilities.nameplate import nameplate
from tests.facilities.sites import changed


def test_frontier_by_hand() -> None:
    """9,472 nodes of 4 MI250X, 74 racks (Oak Ridge), and 383 TFLOP/s a package in bf16 (AMD)."""
    found = nameplate(facilities.load("frontier"))
    assert (found.halls, found.racks, found.accelerators) == (1, 74, 4 * 9472)
    assert found.connection_w == 40e6
    # 74 racks at full load, and what hangs on them, stay within the rating.
    assert 0.0 < found.it_power_w < found.facility_power_w < found.connection_w
    assert found.dense_bf16_flop_s == pytest.approx(37888 * 383e12)
    assert found.unrated == ()
    assert found.cooling == "CDUs: towers; hall air: dry coolers and chillers"


def test_a_chip_without_a_rating_leaves_the_sum_open() -> None:
    found = nameplate(facilities.load("hyperion"))
    assert found.dense_bf16_flop_s is None
    assert found.unrated == ("NVIDIA Rubin (one package of two dies), cold plate",)


def test_loops_that_hang_on_the_same_are_told_together(tmp_path) -> None:
    assert nameplate(facilities.load("prometheus")).cooling == "CDUs and hall air: dry coolers and chillers"
    bare = changed(tmp_path, "prometheus", ('name = "prometheus"', 'name = "mine"'))
    assert nameplate(facilities.load(bare)).racks == nameplate(facilities.load("prometheus")).racks
