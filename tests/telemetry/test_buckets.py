"""Cells of time keep energy and tell coverage, and never leave polars' streaming engine."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import telemetry
from telemetry import buckets, resample

START = datetime(2024, 1, 1, tzinfo=UTC)
POWER = "accelerator_power_w"
MEMBERS = pl.DataFrame({"asset": ["a", "b"], "group": ["rack", "rack"]})


def frame(seconds, values, asset="a", metric=POWER, quality=0):
    return pl.LazyFrame(
        {
            "time": [START + timedelta(seconds=second) for second in seconds],
            "asset": [asset] * len(seconds),
            "metric": [metric] * len(seconds),
            "value": values,
            "quality": [quality] * len(seconds) if isinstance(quality, int) else quality,
        },
        schema_overrides={"value": pl.Float64, "quality": pl.UInt8, "time": pl.Datetime("us", "UTC")},
    )


def rows(lazy):
    """Give rows with times as seconds from the start."""
    since = ((pl.col("time") - START).dt.total_microseconds() / 1e6).alias("time")
    return lazy.lazy().with_columns(since).sort("time", "asset").collect().rows()


def test_hand_worked_cells():
    # 100 W from 0 s, 400 W from 0.25 s, nothing known from 1.5 to 2 s, 200 W from 2 s for one spacing of 0.5 s.
    series = frame([0.0, 0.25, 1.5, 2.0], [100.0, 400.0, None, 200.0], quality=[0, 0, 3, 0])
    found = rows(buckets.cells(series, POWER, 1.0, 0.5))
    # 0.25 * 100 + 0.75 * 400 = 325 J; 0.5 * 400 = 200 J in half a second; 0.5 * 200 = 100 J in half a second.
    assert found == [(0.0, "a", 325.0, 1.0), (1.0, "a", 200.0, 0.5), (2.0, "a", 100.0, 0.5)]
    assert rows(buckets.longer(buckets.cells(series, POWER, 1.0, 0.5), 15.0)) == [(0.0, "a", 625.0, 2.0)]


def test_missing_values_are_passed_over():
    series = frame([0.0, 1.0, 2.0], [100.0, None, 300.0], quality=[0, 5, 0])
    assert rows(buckets.cells(series, POWER, 4.0, 1.0)) == [(0.0, "a", 500.0, 3.0)]


@given(
    spacings=st.lists(st.integers(1, 40_000_000), min_size=2, max_size=60),
    gaps=st.sets(st.integers(0, 58)),
    seed=st.integers(0, 2**32 - 1),
)
def test_energy_is_kept_from_step_to_step(spacings, gaps, seed):
    """0.1 -> 1 -> 15 -> 900 s, with unequal steps and gaps, is the integral of the held signal to rounding."""
    times = np.concatenate(([0], np.cumsum(spacings)))
    values = np.random.default_rng(seed).uniform(0.0, 1e6, len(times))
    known = np.array([row not in gaps for row in range(len(times))])
    series = frame(
        (times / 1e6).tolist(),
        [value if told else None for value, told in zip(values.tolist(), known, strict=True)],
        quality=[0 if told else 3 for told in known],
    )
    widths = np.append(np.diff(times), 1_000_000) / 1e6
    energy, seconds = float((values * widths)[known].sum()), float(widths[known].sum())
    lazy = buckets.cells(series, POWER, 0.1, 1.0)
    for step in (0.1, 1.0, 15.0, 900.0):
        lazy = buckets.longer(lazy, step)
        total = lazy.select(pl.col("integral").sum(), pl.col("covered").sum()).collect().row(0)
        # The bar is 1e-9; some 10,000 terms of one sign round to 1e-12 at the very worst.
        assert total == pytest.approx((energy, seconds), rel=1e-12)


def test_cells_agree_with_the_grid_of_a_run():
    """`resample.hold` averages the same signal in numpy."""
    random = np.random.default_rng(3)
    seconds = np.sort(random.choice(3_000_000, 500, replace=False)) / 1e4
    seconds[0] = 0.0
    series = frame(seconds.tolist(), random.uniform(0, 1e3, 500).tolist())
    run = resample.hold(series, POWER, START, 285, 15.0).values[0]
    cells = buckets.cells(series, POWER, 15.0, 1.0).sort("time").head(19).collect()
    np.testing.assert_allclose(cells["integral"] / cells["covered"], run, rtol=1e-12)


def test_regular_samples_are_counted():
    """Two of three samples of a cell are two thirds of it; the energy is that of the cut signal."""
    series = frame([0.0, 5.0, 10.0, 15.0, 20.0], [100.0, 200.0, 300.0, 400.0, 500.0])
    counted = rows(buckets.device_means(series, POWER, 15.0, 5.0))
    assert counted == [(0.0, "a", 3000.0, 15.0), (15.0, "a", 4500.0, 10.0)]
    assert counted == rows(buckets.cells(series, POWER, 15.0, 5.0))
    assert buckets.usual_spacing(series, POWER) == 5.0
    assert buckets.usual_spacing(frame([0.0], [1.0]), POWER) == 0.0


def test_a_group_is_the_sum_of_its_devices_means():
    # Device b is sampled twice as often as a: it weighs the same, where a mean over samples would give 2 * 260 = 520 W.
    both = pl.concat([frame([0.0, 10.0], [100.0, 300.0]), frame([0.0, 5.0, 10.0, 15.0], [300.0] * 4, "b")])
    devices = buckets.cells(both, POWER, 20.0, 10.0)
    # b's last value holds 10 s, of which 5 s are in the next cell.
    assert rows(buckets.grouped(devices, MEMBERS, 20.0))[0] == (0.0, "rack", 500.0, 0, 2, 1.0)


def test_a_group_that_is_partly_heard():
    # In the first cell both are heard, in the second only a: half of two devices is below nine tenths.
    both = pl.concat([frame([0.0, 10.0], [100.0, 300.0]), frame([0.0], [50.0], "b")])
    devices = buckets.cells(both, POWER, 10.0, 10.0)
    assert rows(buckets.grouped(devices, MEMBERS, 10.0)) == [
        (0.0, "rack", 150.0, 0, 2, 1.0),
        (10.0, "rack", None, 3, 1, 0.5),
    ]
    # Asked for half, it is told as estimated, the other device counted as the mean of those heard: 2 * 300 W.
    assert rows(buckets.grouped(devices, MEMBERS, 10.0, 0.5))[1] == (10.0, "rack", 600.0, 1, 1, 0.5)


def test_blocks_of_time_give_what_the_whole_gives(monkeypatch):
    random = np.random.default_rng(1)
    seconds = [float(second) for second in range(7, 307)]
    both = pl.concat([frame(seconds, random.uniform(0, 1e3, 300).tolist(), name) for name in ("a", "b")])
    whole = buckets.grouped(buckets.device_means(both, POWER, 15.0, 1.0), MEMBERS, 15.0).sort("time").collect()
    monkeypatch.setattr(buckets, "BLOCK_ROWS", 60)  # two cells of 30 rows each
    told = []
    found = buckets.group_means(both, POWER, MEMBERS, 15.0, progress=told.append)
    assert_frame_equal(found, whole, rel_tol=1e-12)  # sums in another order
    # 7 to 306 s are the cells from 0 to 315 s; the first holds 8 of 15 s, the last 7, both below nine tenths.
    assert found["coverage"].to_list() == pytest.approx([8 / 15, *[1.0] * 19, 7 / 15])
    assert found["value"].null_count() == 2
    assert len(told) == 11
    assert told == sorted(told)


def test_groups_without_a_sample():
    empty = buckets.group_means(frame([0.0], [1.0], metric="heat_w"), POWER, MEMBERS, 15.0)
    assert (empty.height, empty.columns) == (0, ["time", "asset", "value", "quality", "devices", "coverage"])


def test_counters_come_before_samples():
    # The counter gains 100 J in 1 s, 600 J in 2 s, and is begun anew: 50 J since, at least, in 1 s.
    counter = frame([0.0, 1.0, 3.0, 4.0], [1000.0, 1100.0, 1700.0, 50.0], metric="accelerator_energy_j")
    both = pl.concat([counter, frame([0.0, 2.0], [1.0, 1.0]), frame([0.0], [7.0], "b")])
    found = rows(buckets.from_counters(both).filter(pl.col("metric") == POWER))
    assert found == [
        (0.0, "a", POWER, 100.0, 0),
        (0.0, "b", POWER, 7.0, 0),
        (1.0, "a", POWER, 300.0, 0),
        (3.0, "a", POWER, 50.0, 6),
        (4.0, "a", POWER, None, 3),
    ]
    energy = buckets.cells(buckets.from_counters(both), POWER, 15.0, 0.0).filter(pl.col("asset") == "a")
    assert rows(energy) == [(0.0, "a", 750.0, 4.0)]
    counted = pl.col("metric") == "accelerator_energy_j"
    assert rows(buckets.from_counters(both).filter(counted)) == rows(both.filter(counted))


def test_a_recorded_counter_gives_its_own_energy():
    """The H200 that comes with the project: 176.49 kJ by its counter over the recording, gains of 100 ms each."""
    reading = telemetry.read(resample.__file__.replace("resample.py", "samples/h200.parquet"))
    counter = reading.frame.filter(pl.col("metric") == "accelerator_energy_j").collect()["value"]
    cells = buckets.longer(buckets.cells(buckets.from_counters(reading.frame), POWER, 0.1, 0.0), 900.0).collect()
    assert cells["integral"].sum() == pytest.approx(counter[-1] - counter[0], rel=1e-9)
    assert counter[-1] - counter[0] == pytest.approx(176_487.921, abs=1e-3)


def plan(lazy):
    return lazy.show_graph(plan_stage="physical", engine="streaming", raw_output=True)


@pytest.mark.parametrize("what", ["cells", "counted", "counters"])
def test_the_plan_never_leaves_the_streaming_engine(tmp_path, what):
    """`in-memory-map` is what polars calls a node that takes all rows at once; a median shows that it is seen."""
    path = tmp_path / "a.parquet"
    frame([0.0, 1.0], [1.0, 2.0]).collect().write_parquet(path)
    scan = pl.scan_parquet(path)
    made = {
        "cells": lambda: buckets.longer(buckets.cells(scan, POWER, 0.1, 1.0), 15.0),
        "counted": lambda: buckets.device_means(scan, POWER, 15.0, 1.0),
        "counters": lambda: buckets.cells(buckets.from_counters(scan), POWER, 15.0, 1.0),
    }[what]()
    assert "in-memory-map" not in plan(buckets.grouped(made, MEMBERS, 15.0).sort("time", "asset"))
    assert "in-memory-map" in plan(scan.group_by("asset").agg(pl.col("value").median()))


def test_a_cell_has_a_length():
    with pytest.raises(ValueError, match="a cell of 0 s is shorter than a microsecond"):
        buckets.cells(frame([0.0], [1.0]), POWER, 0, 1.0)
