"""What power sensors show of a power, and how much can be brought back; against a recording of all three at once."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import telemetry
from telemetry import sensors
from telemetry.sensors import SENSORS, Readings

STEP = 0.02
LOW, HIGH = 120.0, 560.0
RECORDED = Path(telemetry.__file__).parent / "samples" / "h200.parquet"


def square(seconds, hertz, quiet=5.0):
    """Give a square wave between the floor and the plateau of 8 x H100 in training, steady at both ends."""
    time = np.arange(round(seconds / STEP)) * STEP
    wave = np.where((time * hertz) % 1.0 < 0.6, HIGH, LOW)
    wave[(time < quiet) | (time >= seconds - quiet)] = LOW
    return wave


def without(sensor, **names):
    """Take chance out of a sensor."""
    return sensor._replace(**{name: getattr(sensor, name)._replace(value=value) for name, value in names.items()})


CALM = without(SENSORS["nvml_average"], jitter=0.0, quantum=0.0)


@pytest.mark.parametrize("name", SENSORS)
def test_every_parameter_says_its_unit_range_and_source(name):
    for key, number in SENSORS[name]._asdict().items():
        assert number.low <= number.value <= number.high, key
        assert number.basis in {"primary", "reported", "derived", "measured", "assumed"}
        assert number.unit == {"quantum": "W", "missing": "1"}.get(key, "s")
        assert number.source


def test_gain_of_an_average():
    # sin(pi f T) / (pi f T): 2 / pi = 0.6366 at half a turn, zero at a whole one; 0.90 at a quarter.
    np.testing.assert_allclose(sensors.gain(np.array([0.0, 0.25, 0.5, 1.0]), 1.0), [1, 0.9003, 0.6366, 0], atol=5e-5)


def test_a_step_is_shown_as_a_ramp_of_a_second():
    power = np.where(np.arange(500) * STEP < 5.0, LOW, HIGH)
    shown = sensors.readings(CALM, STEP, power, seed=3)
    rising = (shown.value > LOW + 1e-6) & (shown.value < HIGH - 1e-6)
    # A window of 1 s, and a refresh each 0.1 s: nine or ten values lie on the ramp, each a tenth higher than the last.
    assert rising.sum() in {9, 10}
    np.testing.assert_allclose(np.diff(shown.value[rising]), (HIGH - LOW) * 0.1, rtol=1e-9)
    assert 0.9 <= np.ptp(shown.time[rising]) + 0.1 <= 1.1


def test_a_wave_is_shown_as_its_gain_says():
    """A sine of half a hertz keeps 0.637 of its amplitude, and less by the hold of a refresh: 0.996."""
    time = np.arange(round(200 / STEP)) * STEP
    power = 300.0 + 100.0 * np.sin(np.pi * (time + STEP / 2))
    shown = sensors.readings(CALM, STEP, power, seed=1)
    kept = 2.0 * abs(np.mean((shown.value - 300.0) * np.exp(-1j * np.pi * shown.time))) / 100.0
    assert kept == pytest.approx(0.6366, abs=0.01)  # ends of the series: half a wave in a hundred


def test_what_a_scrape_leaves():
    """A reading each 15 s, some lost, rounded to whole watts."""
    sensor = without(SENSORS["scrape_15s"], missing=0.2, quantum=1.0)
    shown = sensors.readings(sensor, STEP, square(3600, 0.1), seed=5)
    # 240 polls, of which a fifth is lost: 192 with a standard deviation of sqrt(240 * 0.16) = 6.2.
    assert len(shown.time) == pytest.approx(192, abs=25)
    assert (shown.value == np.round(shown.value)).all()
    spaced = np.diff(shown.time)
    assert np.median(spaced) == pytest.approx(15.0, abs=0.2)
    assert spaced.min() > 14.0


def test_the_same_seed_shows_the_same():
    sensor = SENSORS["nvml_instant"]
    first, again, other = (sensors.readings(sensor, STEP, square(60, 0.3), seed) for seed in (1, 1, 2))
    assert first.value.tobytes() == again.value.tobytes()
    assert first.time.tobytes() != other.time.tobytes()


def test_energy_comes_back_whole():
    """A square wave behind the averaged power of NVML, every refresh read: energy to 1e-6, edges within a step."""
    power = square(120, 0.3)
    ends = 1.0 + 0.1 * np.arange(1191)
    found = sensors.deconvolved(Readings(ends, sensors.averaged(STEP, power, ends, 1.0)), 1.0)
    assert (found.start, found.step, len(found.power)) == (0.0, pytest.approx(0.1), 1200)
    assert found.power.sum() * found.step == pytest.approx(power.sum() * STEP, rel=1e-6)
    # Steps of 0.1 s that an edge divides aside, each step comes back to a hundredth of the wave's height.
    true = power.reshape(-1, 5).mean(axis=1)
    assert np.abs(found.power - true).max() < 0.06 * (HIGH - LOW)
    assert np.sqrt(np.mean((found.power - true) ** 2)) < 0.01 * (HIGH - LOW)
    assert found.band > 0.99


def test_energy_comes_back_from_readings_as_they_come():
    """Polled at 50 Hz, with jitter and in milliwatts: the energy of all windows is kept."""
    power = square(120, 0.3)
    quick = without(SENSORS["nvml_average"], period=0.02)
    shown = sensors.refreshed(sensors.readings(quick, STEP, power, seed=2), 0.1)
    found = sensors.deconvolved(shown, 1.0, noise=3.0)
    span = found.start + np.arange(len(found.power) + 1) * found.step
    whole = np.concatenate(([0.0], np.cumsum(power * STEP)))
    last = np.interp(span[-1], np.arange(len(whole)) * STEP, whole)
    # Before time zero the power was what it was in the first step. A reading is late by up to a poll and its jitter, by
    # some 0.03 s, which the ends, steady at 120 W, turn into 3.6 J of 43 kJ.
    assert found.power.sum() * found.step == pytest.approx(last - min(span[0], 0.0) * power[0], rel=1e-4)


def test_one_reading_of_each_refresh():
    """Polled three times a refresh of 0.1 s: 5 W in two refreshes, 7 W in one, 9 W in one and its beginning again."""
    times = np.arange(13) / 30
    values = np.repeat([5.0, 7.0, 9.0], [6, 3, 4])
    found = sensors.refreshed(Readings(times, values), 0.1)
    np.testing.assert_allclose(found.time, [0.0, 0.1, 0.2, 0.3], atol=1e-12)
    assert found.value.tolist() == [5.0, 5.0, 7.0, 9.0]


def test_noise_narrows_the_band():
    power = square(120, 0.3)
    ends = 1.0 + 0.1 * np.arange(1191)
    noise = np.random.default_rng(1).normal(0.0, 5.0, 1191)
    shown = Readings(ends, sensors.averaged(STEP, power, ends, 1.0) + noise)
    found = sensors.deconvolved(shown, 1.0, noise=5.0)
    assert found.misfit == pytest.approx(5.0, rel=0.3)
    bands = [sensors.deconvolved(shown, 1.0, noise=level).band for level in (20.0, 10.0, 5.0, 0.0)]
    assert bands == sorted(bands)
    assert 0.44 < bands[0] < 0.9 < bands[-1]  # the average itself halves the power of a swing of 0.44 Hz
    # Taken for exact, the same readings come back as noise: several hundred watts beside 60.
    blind, told = (sensors.deconvolved(shown, 1.0, noise=level).power for level in (0.0, 5.0))
    true = power.reshape(-1, 5).mean(axis=1)
    assert np.std(blind - true) > 3.0 * np.std(told - true)


def test_readings_too_far_apart_are_refused():
    sparse = Readings(np.arange(10.0) * 15.0, np.full(10, 300.0))
    with pytest.raises(
        ValueError, match=r"readings 15 s apart of an average over 1 s cannot be brought back: .* 0\.5 s"
    ):
        sensors.deconvolved(sparse, 1.0)


class Recorded:
    """The H200 that comes with the project: its counter as a power of 20 ms, and its refreshes of both powers."""

    def __init__(self):
        frame = pl.read_parquet(RECORDED).filter(pl.col("value").is_not_null()).sort("time")
        self.frame = frame.with_columns(at=(pl.col("time") - frame["time"][0]).dt.total_microseconds() / 1e6)
        time, energy = self.refreshes("accelerator_energy_j")
        self.start = time[0]
        self.energy = time, energy
        self.power = np.diff(np.interp(np.arange(time[0], time[-1], STEP), time, energy)) / STEP

    def refreshes(self, metric):
        rows = self.frame.filter(pl.col("metric") == metric)
        return sensors.refreshed(Readings(rows["at"].to_numpy(), rows["value"].to_numpy()), 0.1)

    def told(self, metric):
        """Give the readings of which the counter knows the whole window."""
        time, value = self.refreshes(metric)
        known = (time > self.start + 1.1) & (time < self.energy[0][-1] - 0.2)
        return Readings(time[known], value[known])


@pytest.fixture(scope="module")
def recorded():
    return Recorded()


@pytest.mark.parametrize(("name", "metric", "most"), [
    # Misses of the average: its own 5 ms and 20 ms of polling at edges of 570 W a second. Of the instant power: what it
    # sees in a quarter of the time, 30 W of noise at full load.
    ("nvml_average", "accelerator_average_power_w", 3.0),
    ("nvml_instant", "accelerator_power_w", 30.0),
])  # fmt: skip
def test_a_recorded_sensor_shows_what_the_model_predicts(recorded, name, metric, most):
    sensor, told = SENSORS[name], recorded.told(metric)
    instants = told.time - recorded.start - sensor.delay.value
    predicted = sensors.averaged(STEP, recorded.power, instants, sensor.window.value)
    assert np.sqrt(np.mean((predicted - told.value) ** 2)) < most
    assert predicted.mean() == pytest.approx(told.value.mean(), rel=5e-3)


def test_a_recorded_average_brings_its_power_back(recorded):
    told = recorded.told("accelerator_average_power_w")
    found = sensors.deconvolved(told, 1.0, noise=2.0)
    span = found.start + np.arange(len(found.power) + 1) * found.step
    true = np.diff(np.interp(span, *recorded.energy)) / found.step
    assert found.power.mean() == pytest.approx(true.mean(), rel=1e-3)  # counter and average part by 0.06 %
    wave = (span[:-1] > 45.0) & (span[:-1] < 71.0)  # half a hertz, of which the average keeps 0.632
    turns = np.exp(-1j * np.pi * span[:-1][wave])
    assert abs(found.power[wave] @ turns) / abs(true[wave] @ turns) == pytest.approx(1.0, abs=0.03)
    assert found.band > 0.9
