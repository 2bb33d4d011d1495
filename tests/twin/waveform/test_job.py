"""The signal of a synchronous job: exact means, levels and times by hand, chance that a seed decides."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.grid import swings
from twin.waveform import job as jobs
from twin.waveform.job import Job

PLAIN = Job(
    begin=0.0,
    end=math.inf,
    ramp_up=1.0,
    ramp_down=0.5,
    start_level=0.5,
    stagger=0.0,
    groups=1,
    period=2.0,
    period_spread=0.0,
    compute_share=0.5,
    compute_level=1.0,
    communication_level=0.5,
    level_spread=0.0,
    edge=0.01,
    peak_level=1.0,
    peak_time=0.0,
    straggle=0.0,
    checkpoint_period=1e9,
    checkpoint_time=20.0,
    checkpoint_level=0.1,
)
"""Without chance, peaks and checkpoints: a trapezoid of 2 s between 0.5 and 1."""

REAL = PLAIN._replace(
    groups=8, period_spread=0.02, level_spread=0.02, straggle=0.02, peak_level=1.12, peak_time=0.05,
    checkpoint_period=40.0,
)  # fmt: skip


def test_means_of_a_line_are_its_areas() -> None:
    """A ramp from 0 to 2 over two seconds, then level: 0.5, 1.5, 2; a jump at a border belongs to the later cell."""
    edges = np.arange(4.0)
    np.testing.assert_allclose(jobs.means(np.array([0.0, 2.0]), np.array([0.0, 2.0]), edges), [0.5, 1.5, 2.0])
    jump = jobs.means(np.array([0.0, 1.0, 1.0, 3.0]), np.array([1.0, 1.0, 5.0, 5.0]), edges)
    np.testing.assert_allclose(jump, [1.0, 5.0, 5.0])


def test_a_trapezoid_by_hand() -> None:
    """
    From the first iteration at 1 s on: an edge of 10 ms has the mean of its ends, 0.75, and then levels follow.

    Mean of a period: computing is high for 1 s from the end of its edge to the begin of the next: 0.5 + 0.5/2.
    """
    asked = jobs.activity(PLAIN, 1, 11.0, 0.01)[0]
    assert asked[100] == pytest.approx(0.75)
    assert asked[150] == pytest.approx(1.0)
    assert asked[250] == pytest.approx(0.5)
    assert asked[100:1100].mean() == pytest.approx(0.75, abs=1e-12)
    assert asked[50] == pytest.approx(0.5 * 0.505)


def test_the_signal_does_not_depend_on_its_step_or_length() -> None:
    fine = jobs.activity(REAL, 5, 120.0, 0.005)
    seconds = jobs.activity(REAL, 5, 120.0, 1.0)
    np.testing.assert_allclose(fine.reshape(8, 120, 200).mean(axis=2), seconds, rtol=0.0, atol=1e-12)
    np.testing.assert_array_equal(jobs.activity(REAL, 5, 60.0, 0.005)[:, :11_000], fine[:, :11_000])


def test_a_seed_is_a_signal() -> None:
    first, again, other = (jobs.activity(REAL, seed, 30.0, 0.01) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_a_square_wave_has_odd_harmonics() -> None:
    """
    Half the swing times 4 / (pi n): 0.318 of 1 Hz, a third of that at 3 Hz; none at 2 Hz.

    Edges of 10 ms and means over 5 ms take less than 0.2 % at 3 Hz.
    """
    wave = jobs.activity(PLAIN._replace(period=1.0), 1, 121.0, 0.005)[0][200 : -0 or None]
    size = np.abs(np.fft.rfft(wave[:24_000] - wave[:24_000].mean())) * 2.0 / 24_000
    for order, part in ((1, 1.0), (2, 0.0), (3, 1.0 / 3.0)):
        assert size[order * 120] == pytest.approx(0.5 * 0.5 * 4.0 / np.pi * part, rel=2e-3, abs=1e-9)
    # Parseval: the mean square is the sum over components.
    assert np.sum(size[1:-1] ** 2) / 2.0 + (size[-1] / 2.0) ** 2 == pytest.approx(np.var(wave[:24_000]), rel=1e-12)


def test_peaks_last_as_long_as_said() -> None:
    """At 10 ms a peak of 50 ms between edges of 10 ms fills five samples, and no more than five."""
    asked = jobs.activity(PLAIN._replace(peak_level=1.12, peak_time=0.05), 1, 21.0, 0.01)[0]
    assert (asked > 1.1199).sum() == 5 * 10
    assert asked.max() == pytest.approx(1.12)


def test_the_slowest_group_holds_all_up() -> None:
    """Iterations are as long as the slowest group computes, so that stragglers slow the job."""
    late = jobs.activity(PLAIN._replace(straggle=0.05, groups=8), 3, 100.0, 0.01)
    together = np.diff((late > 0.9).sum(axis=0))
    # All begin in the same sample, but end in many.
    assert (together == 8).sum() > 35
    assert (together == -8).sum() < 3
    falls = [
        (np.diff((row > 0.9).astype(int)) == 1).sum() for row in (late[0], jobs.activity(PLAIN, 3, 100.0, 0.01)[0])
    ]
    assert falls[0] < falls[1]


def test_start_checkpoint_and_stop() -> None:
    """Groups start 2 s apart and wait; every 20th iteration (40 s) pauses 20 s; at 90 s all stop within 0.5 s."""
    job = PLAIN._replace(begin=3.0, end=90.0, stagger=2.0, groups=3, checkpoint_period=40.0)
    asked = jobs.activity(job, 1, 100.0, 0.1)
    assert [int(np.flatnonzero(row)[0]) for row in asked] == [30, 50, 70]
    assert jobs.first_iteration(job) == 8.0
    assert asked[0, 60] == pytest.approx(0.5)
    np.testing.assert_allclose(asked[:, 482:679], 0.1)
    np.testing.assert_allclose(asked[:, 906:], 0.0, atol=1e-12)
    before, after = asked[0, 899], asked[0, 902]
    assert 0.0 < after < before


def test_only_the_fundamental_of_a_period_is_large() -> None:
    """A job without chance swings at 1/period, by 4/pi of half its swing less what the shares take."""
    wave = jobs.activity(PLAIN, 1, 201.0, 0.01)[0][100:]
    found = swings.spectrum(wave, 0.01, 0.1, 20.0)
    assert found.peak == pytest.approx(0.5, abs=0.01)
    assert found.amplitude == pytest.approx(0.25 * 4.0 / np.pi, rel=5e-3)


@pytest.mark.parametrize(
    ("change", "text"),
    [({"period": 0.0}, "positive period"), ({"edge": 0.5}, "edges of 0.5 s do not fit"),
     ({"period": 0.2, "peak_time": 0.05, "peak_level": 1.2}, "peaks of 0.05 s")],
)  # fmt: skip
def test_times_that_do_not_fit_are_refused(change: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        jobs.activity(PLAIN._replace(**change), 1, 10.0, 0.01)
