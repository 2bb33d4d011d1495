"""Levels of load within a step, worked by hand and held against their samples."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from tests.twin.small_site import site
from twin.workload import LoadTable
from twin.year.work import follows, nodes, of_table


def table(racks: int, **changed: object) -> LoadTable:
    """Let each rack follow a trace of 0 and 1 in turn, 7,200 samples long, from an instant of its own."""
    one = np.ones(racks)
    parts: dict[str, object] = {
        "samples": np.tile([0.0, 1.0], 3600).astype(np.float32),
        "trace_start": np.array([0, 7200]),
        "trace_step": np.array([1.0]),
        "segment_start": np.arange(racks + 1),
        "start": 0.0 * one,
        "end": 7200.0 * one,
        "trace": np.zeros(racks, np.int64),
        "offset": 0.0 * one,
        "accelerator_base": 100.0 * one,
        "accelerator_scale": 900.0 * one,
        "host_base": 0.0 * one,
        "host_scale": 0.0 * one,
        "share": one,
        "measured": np.zeros(racks, bool),
    }
    return LoadTable(**(parts | changed))  # type: ignore[arg-type]


def test_two_levels_of_a_group_by_hand() -> None:
    """0, 2 and 4 with weights 1, 2, 1: mean 2, variance 2, so that the levels are 2 -+ 2^0.5, half of the time each."""
    level, weight = nodes(np.array([4.0, 0.0, 2.0]), np.array([1.0, 1.0, 2.0]), 1)
    assert level == pytest.approx([2.0 - 2.0**0.5, 2.0 + 2.0**0.5], rel=1e-15)
    assert weight == pytest.approx([0.5, 0.5])


def test_mean_and_variance_are_kept() -> None:
    random = np.random.default_rng(1)
    samples, weights = random.gamma(2.0, 0.2, (5, 3600)), random.uniform(0.0, 1.0, (5, 3600))
    level, weight = nodes(samples, weights, 8)
    mean = np.average(samples, axis=1, weights=weights)
    variance = np.average(np.square(samples - mean[:, np.newaxis]), axis=1, weights=weights)
    assert weight.sum(axis=1) == pytest.approx(np.ones(5))
    assert np.sum(weight * level, axis=1) == pytest.approx(mean, rel=1e-12)
    away = np.square(level - mean[:, np.newaxis])
    assert np.sum(weight * away, axis=1) == pytest.approx(variance, rel=1e-12)


def test_a_table_is_read_step_by_step() -> None:
    """Zero and one in turn: half of each step at each, whatever instant a rack begins at."""
    small = site()
    racks = small.racks.cdu.size
    asked, works = of_table(small, table(racks, offset=np.arange(racks) * 3.0), 3600, 2, 2)
    assert works.level.shape == (1, 2, 4)
    assert np.sum(works.level * works.weight, axis=-1) == pytest.approx(np.full((1, 2), 0.5))
    assert sorted({round(float(level), 9) for level in works.level.ravel()}) == [0.0, 1.0]
    assert not works.synchronous[0]
    assert np.all(asked.accelerator_scale == 900.0)


def test_racks_in_step_are_synchronous() -> None:
    small = site()
    _, works = of_table(small, table(small.racks.cdu.size), 3600, 2, 2)
    assert works.synchronous[0]


def test_work_for_part_of_the_time_is_refused() -> None:
    small = site()
    racks = small.racks.cdu.size
    with pytest.raises(ValueError, match="one work throughout"):
        of_table(small, table(racks, end=np.full(racks, 3600.0)), 3600, 2, 2)


@pytest.mark.parametrize(("period", "low", "high"), [(2, 0.0, 0.05), (7200, 0.9, 1.0)])
def test_chips_follow_slow_swings_only(period: int, low: float, high: float) -> None:
    """Swings of two seconds pass a chip of seconds to minutes by; swings of two hours do not."""
    classes = build.site(facilities.load("prometheus@first")).rack_classes
    samples = (np.arange(14400) // (period // 2) % 2).astype(float)
    found = follows(classes, samples, 1.0, samples.size)
    leaking = classes.leakage > 0.0
    assert np.all((found[leaking] >= low) & (found[leaking] <= high))
    assert np.all(found[~leaking] == 0.0)
