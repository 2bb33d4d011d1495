"""
What instruments show of a power, and how much of it can be brought back.

Forwards: a true power is averaged over the sensor's window, told late, refreshed and polled at the sensor's and the
reader's own beat, rounded, and sometimes lost (`readings`), so that a model is compared with a meter by what the meter
would have shown. Backwards: readings of an average become the likeliest power behind them (`deconvolved`), an estimate
that says up to which frequency it can be believed; its energy needs no estimate.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from telemetry.parameters import Parameter
from twin.arrays import Floats


class Sensor(NamedTuple):
    """
    A power sensor, its averaging and telling, and the program that reads it.

    Attributes
    ----------
    window : [s]
        Over which it averages, up to the instant that it tells of; zero for that instant alone.
    refresh : [s]
        Between new values; the last one is shown until the next.
    delay : [s]
        From the instant of which it tells to the one in which it is shown.
    quantum : [W]
        Of its last digit; zero where it rounds nothing.
    period : [s]
        Between polls.
    jitter : [s]
        Standard deviation of the polls' instants, up to half a period to either side.
    missing : [1]
        Part of the polls that gives nothing.
    """

    window: Parameter
    refresh: Parameter
    delay: Parameter
    quantum: Parameter
    period: Parameter
    jitter: Parameter
    missing: Parameter


class Readings(NamedTuple):
    """
    What was read.

    Attributes
    ----------
    time : (reading,) [s]
        Of the polls, on the clock of the power.
    value : (reading,) [W]
        What was shown.
    """

    time: Floats
    value: Floats


class Estimate(NamedTuple):
    """
    A power brought back from averages.

    Attributes
    ----------
    start : [s]
        Of the first step.
    step : [s]
        Length of a step.
    power : (step,) [W]
        Likeliest mean of each step.
    band : [Hz]
        Up to here at least half of a swing's amplitude is brought back.
    misfit : [W]
        Root mean square of readings less what the estimate would have shown.
    """

    start: float
    step: float
    power: Floats
    band: float
    misfit: float


_H200 = "the recorded H200, driver 580.159.04 (docs/recording.md)"
_WINDOW = Parameter(1.0, "s", "measured", f"{_H200}: 1.00 and 1.01 s; NVML's manual says one second", 0.99, 1.02)
_REFRESH = Parameter(0.1, "s", "measured", f"{_H200}: a new value ten times a second", 0.1, 0.1)
_NO_DELAY = Parameter(0.0, "s", "measured", f"{_H200}: told within 5 ms of the energy counter", 0.0, 0.005)
_MILLIWATT = Parameter(
    1e-3, "W", "primary", "NVML tells milliwatts; nvidia-smi prints hundredths of a watt", 1e-3, 1e-2
)
_POLL = Parameter(0.1, "s", "assumed", "nvidia-smi -lms 100, as the public training traces were read", 0.02, 1.0)
_SKEW = Parameter(
    0.01, "s", "derived", "8 x H100 (training_profile): 18 ms from the first to the last GPU of a poll", 0.0, 0.05
)
_LOST = Parameter(0.0, "1", "assumed", "1.4 to 3.5 % of polls of training_profile were split or lost", 0.0, 0.035)

SENSORS: dict[str, Sensor] = {
    "nvml_average": Sensor(_WINDOW, _REFRESH, _NO_DELAY, _MILLIWATT, _POLL, _SKEW, _LOST),
    "nvml_instant": Sensor(
        _WINDOW._replace(
            value=0.025,
            basis="reported",
            source=f"a quarter of its refresh (arXiv 2312.02741); {_H200}: 0.025 to 0.05 s miss its counter the least",
            low=0.0,
            high=0.1,
        ),
        _REFRESH,
        _NO_DELAY._replace(source=f"{_H200}: -0.01 to 0.02 s miss its counter the least", high=0.02),
        _MILLIWATT,
        _POLL,
        _SKEW,
        _LOST,
    ),
    "scrape_15s": Sensor(
        _WINDOW,
        _REFRESH,
        _NO_DELAY,
        _MILLIWATT,
        _POLL._replace(
            value=15.0,
            basis="reported",
            source="Acme's monitoring, 15 s; dcgm-exporter asks every 30 s unless told otherwise",
            low=10.0,
            high=30.0,
        ),
        _SKEW._replace(value=0.1, basis="assumed", source="a scrape takes parts of a second", low=0.0, high=1.0),
        _LOST,
    ),
}
"""
Sensors by name: the averaged and the instant power of an NVIDIA GPU as nvidia-smi reads them, and the averaged one as a
monitoring system scrapes it.
"""


def gain(frequency: Floats | float, window: float) -> Floats:
    """
    Give how much of a swing an average over a window keeps.

    Parameters
    ----------
    frequency : (any,) [Hz]
        Of the swing.
    window : [s]
        Of the average.

    Returns
    -------
    (any,) [1]
        |sin(pi f T) / (pi f T)|; zero at every whole multiple of 1/T.
    """
    return np.asarray(np.abs(np.sinc(np.asarray(frequency) * window)))


def readings(sensor: Sensor, step: float, power: Floats, seed: int) -> Readings:
    """
    Give what a sensor shows of a power.

    Parameters
    ----------
    sensor : Sensor
        How it averages, and how it is read.
    step : [s]
        From one sample of the power to the next.
    power : (sample,) [W]
        Mean of each step from time zero on; before, it was what it was in the first.
    seed
        Of the sensor's beat, the jitter and the losses.

    Returns
    -------
    Readings
        One a poll that gave something, in order of time.

    Notes
    -----
    shown(t) = (E(r - d) - E(r - d - T)) / T at the last refresh r <= t, with the energy E of steady steps, the window T
    and the delay d: exact, whatever the step.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    refresh, period = sensor.refresh.value, sensor.period.value
    length = step * len(power)
    beat = random.uniform(0.0, refresh)
    due = np.arange(random.uniform(0.0, period), length, period)
    moved = np.clip(random.normal(0.0, sensor.jitter.value, len(due)), -period / 2.0, period / 2.0)
    polls = np.sort(np.clip(due + moved, 0.0, length))
    polls = polls[random.random(len(polls)) >= sensor.missing.value]
    told = beat + np.floor((polls - beat) / refresh) * refresh - sensor.delay.value
    shown = averaged(step, power, told, sensor.window.value)
    quantum = sensor.quantum.value
    return Readings(polls, np.round(shown / quantum) * quantum if quantum else shown)


def averaged(step: float, power: Floats, instants: Floats, window: float) -> Floats:
    """
    Average a power over the window before each instant.

    Parameters
    ----------
    step : [s]
        From one sample of the power to the next.
    power : (sample,) [W]
        Mean of each step from time zero on; before and after, it is what it was in the first and in the last.
    instants : (instant,) [s]
        Ends of the windows.
    window : [s]
        Zero for the power of the instant.

    Returns
    -------
    (instant,) [W]
        Means.
    """
    if window <= 0.0:
        return power[np.clip(np.floor(instants / step).astype(np.int64), 0, len(power) - 1)]
    return (_energy(step, power, instants) - _energy(step, power, instants - window)) / window


def deconvolved(shown: Readings, window: float, delay: float = 0.0, noise: float = 0.0) -> Estimate:
    """
    Bring back the power behind the readings of an average.

    Parameters
    ----------
    shown : Readings
        Without repeats of a value that the sensor merely went on to show: one for each refresh, as `refreshed` gives.
    window : [s]
        Over which the sensor averages.
    delay : [s]
        By which it is late.
    noise : [W]
        Standard deviation by which readings are off.

    Returns
    -------
    Estimate
        Steps as long as readings are apart, from the start of the first window to the end of the last: an estimate, to
        be told as such (quality 1).

    Raises
    ------
    ValueError
        Where readings are further apart than half the window: what swings faster than they follow is lost, and only
        their energy is left.

    Notes
    -----
    The power p minimises |B p - shown|^2 + w |D p|^2, B the means over the windows and D the differences of neighbours,
    with the largest weight w whose misfit is no more than the noise (discrepancy principle). A swing at a multiple of
    1/T leaves no trace in an average over T, and near them noise is all there is. There the estimate stays smooth;
    `band` tells where that begins. Sums over whole windows are those of the readings.
    """
    step = float(np.median(np.diff(shown.time)))
    if step > window / 2.0:
        message = (
            f"readings {step:g} s apart of an average over {window:g} s cannot be brought back: they may be at most "
            f"{window / 2.0:g} s apart; use their energy, or the energy counter"
        )
        raise ValueError(message)
    ends = shown.time - delay
    start = float(ends[0] - window)
    means = _windows((ends - start) / step, window / step)
    count = means.shape[1]
    whole = sparse.eye_array(count, format="csr")
    rough = whole[1:] - whole[:-1]
    normal, penalty = sparse.csc_array(means.T @ means), sparse.csc_array(rough.T @ rough)
    wanted = means.T @ shown.value

    def solved(weight: float) -> tuple[Floats, float]:
        power = splu(normal + weight * penalty).solve(wanted)
        return power, float(np.sqrt(np.mean((means @ power - shown.value) ** 2)))

    fits = bisect_left(_WEIGHTS, x=True, lo=1, key=lambda weight: solved(weight)[1] > noise)
    power, misfit = solved(_WEIGHTS[fits - 1])
    return Estimate(start, step, power, _band(_WEIGHTS[fits - 1], window, step), misfit)


def refreshed(shown: Readings, refresh: float) -> Readings:
    """
    Keep one reading of each refresh.

    Parameters
    ----------
    shown : Readings
        Polled at least as often as the sensor is refreshed.
    refresh : [s]
        Between new values.

    Returns
    -------
    Readings
        The first of each new value, late by up to the time between two polls, and one more for each refresh that told
        the same again.
    """
    first = np.flatnonzero(np.diff(shown.value, prepend=np.nan) != 0.0)
    lasting = np.diff(np.append(shown.time[first], shown.time[-1]))
    told = np.maximum(np.rint(lasting / refresh).astype(np.int64), 1)
    number = np.arange(told.sum()) - np.repeat(np.cumsum(told) - told, told)
    time = np.repeat(shown.time[first], told) + number * np.repeat(lasting / told, told)
    return Readings(time, np.repeat(shown.value[first], told))


_ROUNDING = 1e-6
"""Part of a step that is rounding of times."""

_WEIGHTS = tuple(2.0**power for power in range(-30, 14))
"""Weights of smoothness [1] that are tried: with the least, rounding alone is smoothed."""


def _energy(step: float, power: Floats, instants: Floats) -> Floats:
    """Give the energy [J] from time zero up to each instant, negative before."""
    whole = np.concatenate(([0.0], np.cumsum(power * step)))
    place = np.clip(np.floor(instants / step).astype(np.int64), 0, len(power) - 1)
    energy: Floats = whole[place] + (instants - place * step) * power[place]
    return energy


def _windows(ends: Floats, length: float) -> sparse.csr_array:
    """Give the matrix of means over windows [steps] of equal length: the part of each step in each window."""
    first = np.floor(ends - length).astype(np.int64)
    reached = np.arange(int(np.ceil(length)) + 2)
    steps = first[:, np.newaxis] + reached
    inside = np.minimum(ends[:, np.newaxis], steps + 1.0) - np.maximum(ends[:, np.newaxis] - length, steps)
    parts = np.clip(inside, 0.0, 1.0)
    # A window that ends on a border by rounding reaches no step beyond it.
    kept = parts > _ROUNDING
    rows = np.broadcast_to(np.arange(len(ends))[:, np.newaxis], steps.shape)[kept]
    shape = (len(ends), int(steps[kept].max()) + 1)
    return sparse.csr_array((parts[kept] / length, (rows, steps[kept])), shape=shape)


def _band(weight: float, window: float, step: float) -> float:
    """Give the frequency [Hz] above which the estimate keeps less than half of a swing."""
    frequency = np.linspace(0.0, 1.0 / window, 1001)
    kept = gain(frequency, window) ** 2
    rough = (2.0 * np.sin(np.pi * frequency * step)) ** 2
    lost = np.flatnonzero(kept < weight * rough)
    return float(frequency[lost[0]]) if len(lost) else float(frequency[-1])
