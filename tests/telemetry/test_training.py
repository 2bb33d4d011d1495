"""Training: kinds with sourced numbers, lives between interruptions, and the work that is done meanwhile."""

from itertools import pairwise

import numpy as np
import pytest

from telemetry import training
from telemetry.synchronous import SYNCHRONOUS
from telemetry.training import KINDS, Failures

DAY = 86_400
PRETRAINING = KINDS["pretraining"]


def given(parameters, **values):
    return parameters._replace(
        **{name: getattr(parameters, name)._replace(value=value) for name, value in values.items()}
    )


QUIET = PRETRAINING._replace(
    job=given(SYNCHRONOUS, period_jitter=0.0, level_noise=0.0, straggle=0.0, checkpoint_period=1800.0),
    failures=given(Failures(), interval=1e15),
)
"""Training without chance."""


@pytest.mark.parametrize("name", KINDS)
def test_every_parameter_says_its_range_and_source(name):
    kind = KINDS[name]
    for key, number in {**kind.job._asdict(), **kind.failures._asdict(), "utilisation": kind.utilisation}.items():
        assert number.low <= number.value <= number.high, key
        assert number.basis in {"primary", "reported", "derived", "measured", "assumed"}, key
        assert number.source, key


def test_levels_of_pretraining():
    samples = training.trace(1, 1800, 8, QUIET).samples
    # (0.95 - 0.16) / 0.84 = 0.940476 while computing, (0.6 - 0.16) / 0.84 = 0.523810 while communicating.
    assert np.quantile(samples[30:1700], 0.5) == pytest.approx(0.940476, abs=1e-6)
    assert samples[30:1700].min() == pytest.approx(0.523810, abs=1e-6)
    # 0.7 of the time at the one, 0.3 at the other. Computing begins with an edge of 20 ms to a peak of 1.119048, 50 ms
    # of it and an edge down, and ends with an edge to communication: against levels alone they add, in level times
    # seconds, 0.02 * (0.821429 - 0.940476) + 0.05 * 0.178571 + 0.02 * 0.089286 + 0.02 * 0.208333 = 0.012500.
    steady = 0.7 * 0.940476 + 0.3 * 0.523810
    assert samples[18:1698].astype(float).mean() == pytest.approx(steady + 0.0125 / 6.0, abs=2e-6)


def test_a_checkpoint_lowers_the_power():
    samples = training.trace(1, 4000, 8, QUIET).samples
    # 300 iterations of 6 s after the ramp of 18 s: from 1818 s for 20 s at (0.195 - 0.16) / 0.84 = 0.041667.
    np.testing.assert_allclose(samples[1819:1838], 0.041667, atol=1e-6)
    assert samples[1817] > 0.5
    assert samples[1838] > 0.9
    assert (samples[30:] < 0.1).sum() == 40  # the second begins at 1838 + 1800 = 3638 s


def test_time_of_iterating():
    work = training.trace(1, 4000, 8, QUIET).work
    # 4000 s less the ramp of 18 s and two checkpoints of 20 s.
    assert work["iterating"] == pytest.approx(3942.0, abs=1e-6)
    assert work["interruptions"] == 0.0


def test_interruptions_go_with_the_accelerators():
    failures = PRETRAINING.failures
    assert training.interval(failures, 16_384) == 11_135.0
    assert training.interval(failures, 4_096) == 44_540.0
    # No account of larger jobs than 100,000: 11135 * 16384 / 1e5 = 1824.4 s is the shortest.
    assert training.interval(failures, 1e6) == training.interval(failures, 1e5) == pytest.approx(1824.36, abs=0.01)


def test_lives_fill_the_time():
    found = training.lives(np.random.default_rng(1), 54 * DAY, 11_135.0)
    assert found[0].begin == 0
    assert found[-1].end == 54 * DAY
    assert all(one.end == other.begin for one, other in pairwise(found))
    assert [life.restarted for life in found] == [False] + [True] * (len(found) - 1)
    # 419 interruptions are expected, give or take sqrt(419) = 20.
    assert len(found) - 1 == pytest.approx(419, abs=60)


def test_a_life_that_begins_again_waits():
    often = QUIET._replace(failures=given(Failures(), interval=2000.0, restart=100.0))
    made = training.trace(3, 20_000, 16_384, often)
    samples = made.samples
    waits = (samples == 0.0).sum()
    assert made.work["interruptions"] > 3
    assert waits == pytest.approx(100 * made.work["interruptions"], abs=110)  # the last may be cut, or a life be short
    low = (samples < 0.1).mean()
    assert made.work["iterating"] / 20_000 == pytest.approx(1.0 - low, abs=0.03)  # ramps, and checkpoints, besides


def test_energy_of_fast_iterations():
    """A period of 0.3 s is averaged within each second, energy kept."""
    fast = given(
        QUIET.job, iteration_period=0.3, checkpoint_period=1e9, peak_level=0.95, peak_time=0.001, edge=0.002, groups=1
    )
    samples = training.trace(1, 618, 8, QUIET._replace(job=fast)).samples[18:]
    # 0.7 of the time at the one level, 0.3 at the other; an edge up and one down, alike, take nothing.
    assert samples.astype(float).mean() == pytest.approx(0.7 * 0.940476 + 0.3 * 0.523810, abs=2e-3)
