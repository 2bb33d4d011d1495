"""Synthetic traces: seeded, bounded, with the levels and times of their parameters."""

import time

import numpy as np
import pytest

from telemetry import synthetic
from telemetry.synthetic import INFERENCE, TRAINING, inference, training
from telemetry.traces import TRACES

DAY = 86_400
BASES = {"primary", "reported", "derived", "measured", "assumed"}


def given(parameters, **values):
    return parameters._replace(
        **{name: getattr(parameters, name)._replace(value=value) for name, value in values.items()}
    )


QUIET = given(TRAINING, period_jitter=0.0, level_noise=0.0, interruption_interval=1e12)
"""Training without chance."""


@pytest.mark.parametrize("name", TRACES)
def test_a_seed_is_a_trace(name):
    first, again, other = TRACES[name](7, 3600), TRACES[name](7, 3600), TRACES[name](8, 3600)
    assert first.samples.tobytes() == again.samples.tobytes()
    assert first.samples.tobytes() != other.samples.tobytes()
    assert first.samples.dtype == np.float32
    assert (first.name, first.step, len(first.samples)) == (name, 1.0, 3600)


@pytest.mark.parametrize("name", TRACES)
def test_samples_stay_between_loaded_idle_and_full_power(name):
    samples = TRACES[name](3, DAY).samples
    assert np.isfinite(samples).all()
    assert samples.min() >= 0.0
    # Training: 0.95 of rated is 0.940; its noise of 2 % stays within five sigma. Serving: 697 of 700 W is the most.
    # Synchronous: besides, a peak of 1.119 and its edges fill 90 ms of a second at most: 0.09 x 0.18 more.
    assert samples.max() <= {"training": 0.940 * 1.10, "synchronous": 0.940 * 1.10 + 0.017, "inference": 1.0}[name]


@pytest.mark.parametrize("name", TRACES)
def test_a_day_is_quick(name):
    TRACES[name](1, 600)
    spent = []
    for _ in range(3):
        start = time.process_time()
        TRACES[name](1, DAY)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.4  # 0.05 to 0.2 CPU s on the machine it was written on


@pytest.mark.parametrize("parameters", [TRAINING, INFERENCE])
def test_every_parameter_says_its_unit_range_and_source(parameters):
    for name, parameter in parameters._asdict().items():
        assert parameter.low <= parameter.value <= parameter.high, name
        assert parameter.basis in BASES, name
        assert parameter.source, name
        assert parameter.unit in {"1", "s", "W", "1/s"}, name


def test_levels_of_training():
    samples = training(1, 1800, QUIET).samples
    # (0.95 - 0.16) / 0.84 = 0.940476 while computing, (0.6 - 0.16) / 0.84 = 0.523810 while communicating.
    steady = samples[30:1700]
    assert steady.max() == pytest.approx(0.940476, abs=1e-6)
    assert steady.min() == pytest.approx(0.523810, abs=1e-6)
    # 0.7 of the time at the one, 0.3 at the other; 278 whole periods of 6 s.
    assert steady[:1668].mean() == pytest.approx(0.7 * 0.940476 + 0.3 * 0.523810, abs=1e-5)


def test_training_begins_with_a_ramp():
    samples = training(1, 60, QUIET).samples
    # 18 steps of a second, the first at half a step: (0.5 / 18) * 0.940476.
    assert samples[0] == pytest.approx(0.026124, abs=1e-6)
    np.testing.assert_allclose(np.diff(samples[:18]), 0.940476 / 18, atol=1e-6)  # float32


def test_a_checkpoint_lowers_the_power():
    samples = training(1, 4000, QUIET).samples
    # 300 iterations of 6 s after the ramp of 18 s: from 1818 s for 20 s at (0.195 - 0.16) / 0.84 = 0.041667.
    np.testing.assert_allclose(samples[1818:1838], 0.041667, atol=1e-6)
    assert samples[1817] > 0.5
    assert samples[1838] > 0.9
    assert (samples[30:] < 0.1).sum() == 40  # the second begins at 1838 + 1800 = 3638 s


def test_interruptions():
    quiet = given(TRAINING, checkpoint_period=1e9)
    waits = [int((training(seed, DAY, quiet).samples[20:] == 0.0).sum()) for seed in range(20)]
    # A day has 86400 / 11135 = 7.76 interruptions on average, each with 600 s of restart (fewer when another follows
    # within, or at the day's end): a mean near 7.76 * 580 = 4,500 s, give or take 10 % in the mean of 20 days.
    assert np.mean(waits) == pytest.approx(4500, rel=0.25)


def test_energy_of_training_is_that_of_its_pieces():
    """A period of 0.3 s is averaged within each second, energy kept."""
    fast = given(QUIET, iteration_period=0.3, checkpoint_period=1e9)
    samples = training(1, 618, fast).samples[18:]
    assert samples.astype(float).mean() == pytest.approx(0.7 * 0.940476 + 0.3 * 0.523810, abs=1e-6)


def test_serving_follows_the_day():
    samples = inference(5, DAY).samples.astype(float)
    peak, trough = samples[14 * 3600 : 16 * 3600].mean(), samples[2 * 3600 : 4 * 3600].mean()
    assert peak > 1.5 * trough


def test_serving_without_requests_is_loaded_idle():
    assert inference(5, 100, given(INFERENCE, request_rate=0.0)).samples.tolist() == [0.0] * 100


def test_mean_power_of_serving():
    steady = given(INFERENCE, daily_swing=0.0, burst_spread=0.0, request_rate=4.0)
    watts = inference(5, DAY, steady).samples.astype(float) * (700 - 117) + 117
    # Requests in flight, counted at the end of a second: 4 / (1 - exp(-1 / 4.3)) = 19.3, decoding at
    # 137 + 163 * 19.3 / 64 = 186 W; prefill 4 * 0.04 = 0.16 of the time at 697 W: 0.84 * 186 + 0.16 * 697 = 268 W.
    assert watts.mean() == pytest.approx(268.0, abs=2.0)  # arrivals and batch go together a little


def test_rates_have_the_mean_asked_for():
    random = np.random.Generator(np.random.PCG64(2))
    rate = synthetic._request_rate(random, 10 * DAY, given(INFERENCE, burst_spread=0.0))
    assert rate.mean() == pytest.approx(5.53, rel=1e-9)  # the cosine has no mean over whole days
