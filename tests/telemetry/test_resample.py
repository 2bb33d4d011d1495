"""Resampling keeps the energy of the held signal, whatever the spacing."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import telemetry
from telemetry import resample
from twin.errors import UnknownNameError

START = datetime(2024, 1, 1, tzinfo=UTC)


def frame(seconds, values, asset="a", quality=0):
    return pl.LazyFrame(
        {
            "time": [START + timedelta(seconds=second) for second in seconds],
            "asset": [asset] * len(seconds),
            "metric": ["it_power_w"] * len(seconds),
            "value": values,
            "quality": [quality] * len(seconds) if isinstance(quality, int) else quality,
        },
        schema_overrides={"value": pl.Float64, "quality": pl.UInt8, "time": pl.Datetime("us", "UTC")},
    )


def test_hand_worked_cells():
    # 100 W from 0 s, 400 W from 0.25 s, 200 W from 2 s: cells (0.25*100 + 0.75*400), 400, 200, 200; the usual spacing
    # (median of 0.25 and 1.75) is 1 s, so the last value holds to 3 s and the fourth cell is not covered.
    found = resample.hold(frame([0.0, 0.25, 2.0], [100.0, 400.0, 200.0]), "it_power_w", START, 4, 1.0)
    np.testing.assert_array_equal(found.values, [[325.0, 400.0, 200.0, np.nan]])
    assert found.coverage.tolist() == [0.75]


def test_values_that_fill_a_cell_pass_to_their_last_digit():
    value = 1013384.9879999999
    found = resample.hold(frame([0.0, 15.0], [value, value]), "it_power_w", START, 30, 1.0)
    assert set(found.values.ravel().tolist()) == {value}


def test_unknown_before_the_first_value_and_when_stale():
    series = frame([2.0, 3.0, 4.0, 7.0, 8.0], [10.0, None, None, 30.0, 30.0], quality=[0, 5, 3, 0, 0])
    found = resample.hold(series, "it_power_w", START, 9, 1.0)
    # A missing value (quality 5) is passed over; a stale one (quality 3) ends the hold until the next value.
    np.testing.assert_array_equal(found.values, [[np.nan, np.nan, 10, 10, np.nan, np.nan, np.nan, 30, 30]])


def test_assets_in_natural_order():
    both = pl.concat([frame([0.0, 1.0], [1.0, 1.0], asset) for asset in ("cdu_10", "cdu_2", "cdu_1")])
    assert resample.hold(both, "it_power_w", START, 2, 1.0).assets == ("cdu_1", "cdu_2", "cdu_10")


def test_metrics():
    nothing = resample.hold(frame([0.0], [1.0]), "heat_w", START, 2, 1.0)
    assert nothing.assets == ()
    assert nothing.values.shape == (0, 2)
    with pytest.raises(UnknownNameError, match=r"unknown metric 'it_power'; known: .* Did you mean 'it_power_w'"):
        resample.hold(frame([0.0], [1.0]), "it_power", START, 2, 1.0)
    with pytest.raises(ValueError, match=r"a step of 0\.7 s does not divide 2 s"):
        resample.hold(frame([0.0], [1.0]), "it_power_w", START, 2, 0.7)


@given(
    spacings=st.lists(st.integers(1, 40_000_000), min_size=2, max_size=60),
    step=st.sampled_from([0.1, 1.0, 15.0, 60.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_energy_is_kept(spacings, step, seed):
    """The sum of samples times step is the integral of the held signal, within the rounding of a float64 sum."""
    times = np.concatenate(([0], np.cumsum(spacings)))
    values = np.random.default_rng(seed).uniform(0.0, 1e6, len(times))
    width = round(step * 1e6)
    cells = -(-int(times[-1]) // width)
    edges = width * np.arange(cells + 1)
    integral = float((values[:-1] * np.diff(times)).sum() + values[-1] * (edges[-1] - times[-1])) / 1e6
    found = resample.held_means(times, values, edges)
    assert found.sum() * step == pytest.approx(integral, rel=1e-12)


def test_energy_is_kept_from_step_to_step():
    """0.1 -> 1 -> 15 -> 900 s gives the energy of the finest, and each coarse cell is the mean of its fine ones."""
    random = np.random.default_rng(5)
    seconds = np.sort(random.choice(9_000_000, 4000, replace=False)) / 1e4  # irregular, 0.1 ms raster, within 900 s
    seconds[0] = 0.0
    series = frame([*seconds.tolist(), 900.0], random.uniform(0, 1e5, 4001).tolist())
    fine = resample.hold(series, "it_power_w", START, 900, 0.1).values
    for step in (1.0, 15.0, 900.0):
        coarse = resample.hold(series, "it_power_w", START, 900, step).values
        means = fine.reshape(1, round(900 / step), -1).mean(axis=2)
        np.testing.assert_allclose(coarse, means, rtol=1e-12)  # rounding of sums of up to 9,000 terms


def test_window():
    # One usual spacing (1 s) after the last value.
    assert resample.window(frame([0.5, 1.5, 2.5, 9.5], [1.0, 1.0, 1.0, 1.0])) == (
        START + timedelta(seconds=0.5),
        START + timedelta(seconds=10.5),
    )
    jobs = frame([10.0], [25.0], "job/1").with_columns(metric=pl.lit("job_duration_s"))
    assert resample.window(jobs) == (START + timedelta(seconds=10), START + timedelta(seconds=35))


def test_frontier_day(shared):
    """The left-held integral over the day is 386.9791 MWh: the first 5,760 rows of the 25 columns, times 15 s."""
    path = shared("frontier/frontier_cdu_power_2024-04-07.csv")
    reading = telemetry.read(path, start="2024-04-07T00:00Z")
    raw = pl.read_csv(path).head(5760).select(pl.col("^power.*$")).to_numpy().sum() * 15.0
    for step in (1.0, 60.0):
        found = resample.hold(reading.frame, "heat_w", datetime(2024, 4, 7, tzinfo=UTC), 86_400, step)
        assert len(found.assets) == 25
        assert found.coverage.min() == 1.0
        assert found.values.sum() * step == pytest.approx(raw, rel=1e-12)
    assert raw / 3.6e9 == pytest.approx(386.9791, abs=5e-5)
