"""
Seeded traces of what chips are asked to do, where no measured one is at hand.

A trace is a fraction of the way from loaded idle (0: a job is resident and waits) to full power (1), one sample a
second, so that it fits any chip. Levels are published as fractions of the chip's rated power and are mapped with the
loaded idle of the chip they were measured on. Every parameter carries its unit, basis and source; a report lists them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from telemetry.parameters import Parameter
from telemetry.resample import held_means
from twin.site import Floats


class Trace(NamedTuple):
    """
    A sample of a load.

    Attributes
    ----------
    name, description
        What it is.
    samples : (sample,) float32
        Fraction of the way from loaded idle (0) to full power (1); means over each step.
    step : [s]
        From one sample to the next.
    parameters : name to parameter
        What it was made from.
    """

    name: str
    samples: npt.NDArray[np.float32]
    step: float
    description: str
    parameters: dict[str, Parameter]


class Training(NamedTuple):
    """
    Parameters of synchronous training: all accelerators of a job compute and communicate together.

    Levels are fractions of the accelerator's rated power.
    """

    loaded_idle: Parameter = Parameter(
        0.16,
        "1",
        "measured",
        "H100 with a model loaded: 112 W of 700 W, median of vLLM traces (power-traces-browser)",
        0.10,
        0.20,
    )
    iteration_period: Parameter = Parameter(
        6.0,
        "s",
        "derived",
        "16 M tokens x 6 x 405e9 operations over 16,384 H100 at 400 TFLOP/s (Llama 3, arXiv 2407.21783); "
        "production jobs 1 to 10 s (arXiv 2606.22096)",
        1.0,
        10.0,
    )
    period_jitter: Parameter = Parameter(
        0.1, "1", "reported", "Ko and Zhu, arXiv 2508.16457: sigma of the period", 0.01, 0.1
    )
    compute_share: Parameter = Parameter(0.7, "1", "reported", "Ko and Zhu, arXiv 2508.16457: 0.55 to 0.8", 0.55, 0.8)
    compute_level: Parameter = Parameter(
        0.95,
        "1",
        "assumed",
        "near rated power in large jobs (arXiv 2508.14318); 0.78 to 0.80 measured on a small model",
        0.78,
        1.1,
    )
    communication_level: Parameter = Parameter(
        0.6, "1", "assumed", "exposed communication is not idle; arXiv 2508.14318 says near idle at worst", 0.5, 0.7
    )
    level_noise: Parameter = Parameter(
        0.02, "1", "measured", "8 x H100 training: plateau of the node 86 W of 4.5 kW", 0.01, 0.05
    )
    checkpoint_level: Parameter = Parameter(
        0.195, "1", "measured", "8 x H100 training: 119 to 153 W of 700 W while a checkpoint is written", 0.17, 0.22
    )
    checkpoint_period: Parameter = Parameter(
        1800.0, "s", "assumed", "time of computing between checkpoints", 300.0, 3600.0
    )
    checkpoint_duration: Parameter = Parameter(
        20.0, "s", "measured", "8 x H100 training: median low time 11.6 to 28.8 s", 11.6, 28.8
    )
    ramp_duration: Parameter = Parameter(
        18.0, "s", "reported", "openg2g 0.2.0: ramp to full load at a job's start", 1.0, 60.0
    )
    interruption_interval: Parameter = Parameter(
        11135.0,
        "s",
        "derived",
        "419 unexpected interruptions in 54 days on 16,384 H100 (Llama 3, arXiv 2407.21783); scales as 1/accelerators",
        2000.0,
        180000.0,
    )
    restart_duration: Parameter = Parameter(
        600.0,
        "s",
        "assumed",
        "more than 90 % effective time leaves at most 1,030 s an interruption (arXiv 2407.21783)",
        180.0,
        1030.0,
    )


class Inference(NamedTuple):
    """
    Parameters of serving: one replica (the accelerators that hold one copy of a model) answers requests.

    Powers are those of one accelerator of the replica.
    """

    rated_power: Parameter = Parameter(700.0, "W", "primary", "NVIDIA H200 SXM data sheet", 700.0, 700.0)
    loaded_idle: Parameter = Parameter(
        117.0, "W", "measured", "H200 with a model loaded, median of vLLM traces (power-traces-browser)", 108.0, 125.0
    )
    prefill_power: Parameter = Parameter(
        697.0,
        "W",
        "measured",
        "H200, highest of vLLM traces (power-traces-browser); near rated (POLCA, arXiv 2308.12908)",
        600.0,
        700.0,
    )
    decode_least: Parameter = Parameter(
        137.0,
        "W",
        "reported",
        "arXiv 2605.11999: decode draws 137 to 300 W on an H200; read as one request",
        130.0,
        150.0,
    )
    decode_most: Parameter = Parameter(
        300.0,
        "W",
        "reported",
        "arXiv 2605.11999: decode draws 137 to 300 W on an H200; read as a full batch",
        280.0,
        340.0,
    )
    request_rate: Parameter = Parameter(
        5.53, "1/s", "assumed", "mean of the Azure 2023 conversation trace, read as the share of one replica", 0.5, 20.0
    )
    prefill_time: Parameter = Parameter(
        0.04,
        "s",
        "assumed",
        "median prompt of 1,020 tokens (Azure 2023, conversation) at some 25,000 tokens/s a replica",
        0.01,
        0.2,
    )
    decode_time: Parameter = Parameter(
        4.3, "s", "assumed", "median answer of 129 tokens (Azure 2023, conversation) at some 30 tokens/s", 2.0, 20.0
    )
    full_batch: Parameter = Parameter(
        64.0, "1", "assumed", "requests in flight at which decode draws its most", 16.0, 256.0
    )
    daily_swing: Parameter = Parameter(
        0.4, "1", "assumed", "amplitude of the daily rhythm about its mean; small services swing far more", 0.0, 0.8
    )
    peak_time: Parameter = Parameter(
        54000.0, "s", "assumed", "most requests 15 h after the trace's start", 0.0, 86400.0
    )
    burst_spread: Parameter = Parameter(
        0.3,
        "1",
        "assumed",
        "sigma of the rate's logarithm from minute to minute; Azure 2023 peaks at 3.4 times its mean",
        0.0,
        0.8,
    )
    burst_period: Parameter = Parameter(60.0, "s", "assumed", "time between independent bursts", 10.0, 600.0)


TRAINING = Training()
INFERENCE = Inference()

_DAY = 86400.0
_MICROSECONDS = 1e6
_LONGEST_KERNEL_S = 300
_BUSY = 0.5
"""Expected requests in flight above which the replica decodes."""


class _Signal(NamedTuple):
    """Pieces of constant level: lengths [s] and fractions."""

    lengths: Floats
    levels: Floats


def training(seed: int, duration_s: int, parameters: Training = TRAINING) -> Trace:
    """
    Make the trace of a synchronous training job, from its start on.

    Parameters
    ----------
    seed
        Of the random numbers.
    duration_s : [s]
        Length of the trace.
    parameters
        What it is made from.

    Returns
    -------
    Trace
        One sample a second.

    Notes
    -----
    A job is a row of lives, each as long as an exponential draw of mean `interruption_interval`. A life begins with
    loaded idle (at a restart) and a ramp, then iterates: computing for `compute_share` of a period, communicating for
    the rest, and a checkpoint each `checkpoint_period`. Pieces are averaged over whole seconds, energy kept: a period
    below two seconds is therefore not resolved.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    pieces: list[_Signal] = []
    covered = 0.0
    while covered < duration_s:
        length = min(random.exponential(parameters.interruption_interval.value), duration_s - covered)
        pieces.append(_life(random, parameters, length, restarted=covered > 0.0))
        covered += length
    samples = _sampled(
        np.concatenate([part.lengths for part in pieces]), np.concatenate([part.levels for part in pieces]), duration_s
    )
    description = (
        "synthetic training: all accelerators of the job in step, with checkpoints, interruptions and restarts"
    )
    return Trace("training", samples, 1.0, description, parameters._asdict())


def inference(seed: int, duration_s: int, parameters: Inference = INFERENCE) -> Trace:
    """
    Make the trace of one serving replica.

    Parameters
    ----------
    seed
        Of the random numbers.
    duration_s : [s]
        Length of the trace.
    parameters
        What it is made from.

    Returns
    -------
    Trace
        One sample a second.

    Notes
    -----
    Requests come as a Poisson process whose rate has a daily rhythm and bursts from minute to minute. A request draws
    prefill power for `prefill_time`, then decodes for an exponential time of mean `decode_time`; decode power rises
    with the requests in flight. A second's power is the mean of prefill and decode by their time.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    arrivals = random.poisson(_request_rate(random, duration_s, parameters))
    left = np.exp(-np.arange(min(_LONGEST_KERNEL_S, duration_s)) / parameters.decode_time.value)
    in_flight = np.convolve(arrivals, left)[:duration_s]
    filled = np.minimum(in_flight / parameters.full_batch.value, 1.0)
    span = parameters.decode_most.value - parameters.decode_least.value
    decode = np.where(in_flight > _BUSY, parameters.decode_least.value + span * filled, parameters.loaded_idle.value)
    prefill = np.minimum(arrivals * parameters.prefill_time.value, 1.0)
    power = prefill * parameters.prefill_power.value + (1.0 - prefill) * decode
    idle = parameters.loaded_idle.value
    samples = ((power - idle) / (parameters.rated_power.value - idle)).astype(np.float32)
    description = (
        "synthetic serving: requests with a daily rhythm and bursts, prefill near full power, decode well below"
    )
    return Trace("inference", samples, 1.0, description, parameters._asdict())


def _request_rate(random: np.random.Generator, duration_s: int, parameters: Inference) -> Floats:
    """Give the rate of requests [1/s] of each second."""
    time = np.arange(duration_s, dtype=np.float64)
    rhythm = 1.0 + parameters.daily_swing.value * np.cos(2.0 * np.pi * (time - parameters.peak_time.value) / _DAY)
    knots = np.arange(0.0, duration_s + 2.0 * parameters.burst_period.value, parameters.burst_period.value)
    spread = parameters.burst_spread.value
    # The mean of a log-normal variable is kept at one.
    burst = np.exp(np.interp(time, knots, random.normal(-0.5 * spread**2, spread, len(knots))))
    rate: Floats = parameters.request_rate.value * rhythm * burst
    return rate


def _life(random: np.random.Generator, parameters: Training, length: float, *, restarted: bool) -> _Signal:
    """Make the pieces of one life of a job: waiting, ramp, iterations with checkpoints."""
    start = _start(parameters, restarted=restarted)
    rest = max(length - float(start.lengths.sum()), 0.0)
    body = _iterations(random, parameters, rest)
    return _cut(np.concatenate((start.lengths, body.lengths)), np.concatenate((start.levels, body.levels)), length)


def _start(parameters: Training, *, restarted: bool) -> _Signal:
    idle = parameters.loaded_idle.value
    steps = max(round(parameters.ramp_duration.value), 1)
    ramp = (np.arange(steps) + 0.5) / steps * fraction(idle, parameters.compute_level.value)
    lengths = np.full(steps, parameters.ramp_duration.value / steps)
    if not restarted:
        return _Signal(lengths, ramp)
    return _Signal(np.concatenate(([parameters.restart_duration.value], lengths)), np.concatenate(([0.0], ramp)))


def fraction(idle: float, level: float) -> float:
    """
    Map a fraction of rated power to one of the way from loaded idle to rated power.

    Parameters
    ----------
    idle, level : [1]
        Loaded idle, and the level, over rated power.

    Returns
    -------
    [1]
        (level - idle) / (1 - idle).
    """
    return (level - idle) / (1.0 - idle)


def _iterations(random: np.random.Generator, parameters: Training, length: float) -> _Signal:
    """Make iterations for at least `length` seconds: computing, communicating and, in some, a checkpoint."""
    period = parameters.iteration_period.value
    count = int(length / period * (1.0 + parameters.period_jitter.value)) + 10
    periods = period * np.maximum(random.normal(1.0, parameters.period_jitter.value, count), 0.1)
    share, idle = parameters.compute_share.value, parameters.loaded_idle.value
    spread = parameters.level_noise.value
    shape = (count, 3)
    lengths, levels = np.zeros(shape), np.zeros(shape)
    lengths[:, 0], lengths[:, 1] = share * periods, (1.0 - share) * periods
    levels[:, 0] = fraction(idle, parameters.compute_level.value) * random.normal(1.0, spread, count)
    levels[:, 1] = fraction(idle, parameters.communication_level.value) * random.normal(1.0, spread, count)
    every = max(round(parameters.checkpoint_period.value / period), 1)
    lengths[every - 1 :: every, 2] = parameters.checkpoint_duration.value
    levels[:, 2] = fraction(idle, parameters.checkpoint_level.value)
    return _Signal(lengths.ravel(), levels.ravel())


def _cut(lengths: Floats, levels: Floats, length: float) -> _Signal:
    """End a signal at a length."""
    ends = np.minimum(np.cumsum(lengths), length)
    kept = np.diff(ends, prepend=0.0)
    return _Signal(kept[kept > 0.0], levels[kept > 0.0])


def _sampled(lengths: Floats, levels: Floats, duration_s: int) -> npt.NDArray[np.float32]:
    """Average pieces over whole seconds."""
    ends = np.rint(np.cumsum(lengths) * _MICROSECONDS).astype(np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    lasting = ends > starts
    edges = np.arange(duration_s + 1, dtype=np.int64) * int(_MICROSECONDS)
    samples = held_means(starts[lasting], levels[lasting], edges)
    return np.clip(samples, 0.0, None).astype(np.float32)
