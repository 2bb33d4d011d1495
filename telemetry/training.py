"""
Training as a load: synchronous jobs by kind, that are interrupted at a rate and begin again.

Iterations are those of `telemetry.synchronous`, so that a replay and a waveform know one job; here stand the kinds of
training, the failures, and a job's lives between them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from telemetry import synchronous
from telemetry.parameters import Parameter
from telemetry.synchronous import SYNCHRONOUS, Synchronous
from telemetry.synthetic import Trace
from twin.arrays import Floats
from twin.waveform import job as jobs
from twin.waveform.job import Job


class Failures(NamedTuple):
    """What interrupts a job of many accelerators, and how long it takes to go on."""

    interval: Parameter = Parameter(
        11135.0, "s", "derived",
        "419 unexpected interruptions in 54 days on 16,384 H100 (Llama 3, arXiv 2407.21783)", 5000.0, 100000.0,
    )  # fmt: skip
    accelerators: Parameter = Parameter(
        16384.0, "1", "primary", "of the job of that interval, which goes as one over them", 16384.0, 16384.0
    )
    most_accelerators: Parameter = Parameter(
        100000.0, "1", "assumed", "no larger job is described; beyond, its interval is kept, and a run says so",
        16384.0, 1e6,
    )  # fmt: skip
    restart: Parameter = Parameter(
        360.0, "s", "derived", "fitted: leaves 97 % of the time to a job of 9,600 accelerators (ByteRobust, arXiv "
        "2509.16293), at this rate and with this many checkpoints", 60.0, 1030.0,
    )  # fmt: skip


class Kind(NamedTuple):
    """
    A kind of training.

    Attributes
    ----------
    about
        What it is.
    job : Synchronous
        Its iterations and checkpoints.
    utilisation : Parameter
        Of the rated operations, while it iterates.
    failures : Failures
        What interrupts it.
    """

    about: str
    job: Synchronous
    utilisation: Parameter
    failures: Failures = Failures()


def _measured(value: float, unit: str, source: str, low: float, high: float) -> Parameter:
    return Parameter(value, unit, "measured", f"8 x H100 training GPT-350M (training_profile): {source}", low, high)


_HALF_HOURLY = Parameter(1800.0, "s", "assumed", "time of computing between checkpoints", 300.0, 3600.0)
_LARGE = Parameter(
    0.41,
    "1",
    "reported",
    "400 TFLOP/s of 989 on 16,384 H100 (Llama 3, arXiv 2407.21783, table 4: 38 to 43 %)",
    0.35,
    0.45,
)
_SMALL_PEAK = SYNCHRONOUS.peak_level._replace(value=0.80, low=0.78, basis="assumed", source="no peak was seen")

KINDS: dict[str, Kind] = {
    "pretraining": Kind(
        "a large language model on thousands of accelerators: near rated power, a swing each iteration of seconds",
        SYNCHRONOUS._replace(checkpoint_period=_HALF_HOURLY),
        _LARGE,
    ),
    "fine_tuning": Kind(
        "a tuned model: slower and deeper swings, with a tail in each iteration that hardly computes",
        SYNCHRONOUS._replace(
            iteration_period=SYNCHRONOUS.iteration_period._replace(
                value=2.0, basis="reported", source="Ko and Zhu, arXiv 2508.16457: 0.3 to 0.7 Hz", low=1.4, high=3.3
            ),
            period_jitter=SYNCHRONOUS.period_jitter._replace(
                value=0.1, basis="reported", source="Ko and Zhu, arXiv 2508.16457: sigma of the period"
            ),
            compute_share=SYNCHRONOUS.compute_share._replace(
                value=0.8, source="Ko and Zhu, arXiv 2508.16457: 0.7 to 0.9 before the tail", low=0.7, high=0.9
            ),
            communication_level=SYNCHRONOUS.communication_level._replace(
                value=0.19,
                basis="reported",
                source="Ko and Zhu, arXiv 2508.16457: a drop by 0.8 of the level",
                low=0.16,
                high=0.3,
            ),
            checkpoint_period=_HALF_HOURLY,
        ),
        _LARGE._replace(value=0.35, basis="assumed", source="as of large jobs, or less", low=0.2, high=0.45),
    ),
    "small_model": Kind(
        "a model of 0.35e9 parameters on one node, as it was measured: four iterations a second, a checkpoint each 100",
        SYNCHRONOUS._replace(
            iteration_period=_measured(0.234, "s", "234 s between checkpoints each 1,000 steps", 0.22, 0.25),
            compute_share=SYNCHRONOUS.compute_share._replace(
                value=0.8, basis="assumed", source="a node communicates within itself", low=0.7, high=0.9
            ),
            compute_level=_measured(0.80, "1", "fitted to its plateau, 547 to 559 W of 700 W", 0.78, 0.82),
            communication_level=_measured(0.75, "1", "likewise", 0.7, 0.8),
            level_noise=_measured(0.054, "1", "fitted to 86 W on 4.5 kW of the node, means of a second", 0.04, 0.07),
            edge=SYNCHRONOUS.edge._replace(value=0.002),
            peak_level=_SMALL_PEAK,
            peak_time=SYNCHRONOUS.peak_time._replace(value=0.001),
            straggle=SYNCHRONOUS.straggle._replace(value=0.0, source="one node"),
            groups=SYNCHRONOUS.groups._replace(value=1.0, source="one node"),
            checkpoint_period=_measured(23.4, "s", "high for 23.4 s where each 100 steps are saved", 2.3, 234.0),
            checkpoint_duration=_measured(28.8, "s", "low for 28.8 s likewise; 16.4 to 28.8 s", 11.6, 28.8),
            checkpoint_level=_measured(0.195, "1", "119 to 153 W of 700 W", 0.17, 0.22),
            ramp_duration=SYNCHRONOUS.ramp_duration._replace(value=1.0),
        ),
        _LARGE._replace(value=0.25, basis="assumed", source="small products of matrices reach less", low=0.1, high=0.4),
    ),
}
"""Kinds of training by name."""

REMEMBERED = 16
"""Traces that are remembered: of the same job a year is asked many times, with other parts of its site."""

USUAL = "pretraining"
"""The kind that trains unless told otherwise."""


class Life(NamedTuple):
    """
    A job from a start to the interruption that ends it.

    Attributes
    ----------
    begin, end : [s]
        Whole seconds.
    restarted : bool
        Whether another life came before.
    """

    begin: int
    end: int
    restarted: bool


def interval(failures: Failures, accelerators: float) -> float:
    """
    Give the mean time between interruptions of a job.

    Parameters
    ----------
    failures : Failures
        Of a job of a published size.
    accelerators : [1]
        Of this job.

    Returns
    -------
    [s]
        As one over the accelerators, for as many as the most of which there is an account.

    Notes
    -----
    Each part of a synchronous job stops all of it, so that rates add up. Measured on jobs of up to some thousand A100
    (arXiv 2410.21680) and of 16,384 H100; beyond, it is an extrapolation.
    """
    counted = min(accelerators, failures.most_accelerators.value)
    return failures.interval.value * failures.accelerators.value / counted


def lives(random: np.random.Generator, duration: int, mean: float) -> list[Life]:
    """
    Draw when a job is interrupted.

    Parameters
    ----------
    random
        Random numbers.
    duration : [s]
        For how long.
    mean : [s]
        Between interruptions, exponentially distributed.

    Returns
    -------
    list of Life
        One after another, from zero to the end.
    """
    ends: list[int] = []
    time = random.exponential(mean)
    while time < duration:
        ends.append(max(round(time), 1))
        time += random.exponential(mean)
    marks = sorted({0, *ends, duration})
    return [Life(begin, end, begin > 0) for begin, end in pairwise(marks)]


class _Running(NamedTuple):
    """A life that comes to iterate: its begin and length [s], its job, and the seed of its own."""

    begin: int
    length: int
    job: Job
    seed: int


@lru_cache(maxsize=REMEMBERED)
def trace(seed: int, duration: int, accelerators: float, kind: Kind) -> Trace:
    """
    Make the trace of a training job, from its start on.

    Parameters
    ----------
    seed
        Of the random numbers.
    duration : [s]
        Length of the trace.
    accelerators : [1]
        Of the job, which set how often it is interrupted.
    kind : Kind
        What is trained.

    Returns
    -------
    Trace
        One sample a second, the mean over the job's accelerators; its work is that of `work`.

    Notes
    -----
    A life that begins again waits at loaded idle, as long as a restart takes, and ramps up as the first one did.
    """
    samples: Floats = np.zeros(duration)
    for run in _running(seed, duration, accelerators, kind)[0]:
        means = jobs.activity(run.job, run.seed, float(run.length), 1.0).mean(axis=0)
        samples[run.begin : run.begin + run.length] = means
    failures = kind.failures._asdict() if kind.failures.interval.value < synchronous.NEVER else {}
    parameters = {**kind.job._asdict(), "utilisation": kind.utilisation, **failures}
    done = work(seed, duration, accelerators, kind)
    kept = samples.astype(np.float32)
    kept.flags.writeable = False
    return Trace("training", kept, 1.0, kind.about, parameters, done)


def work(seed: int, duration: int, accelerators: float, kind: Kind) -> dict[str, float]:
    """
    Give what a training job does.

    Parameters
    ----------
    seed
        Of the random numbers, as of `trace`.
    duration : [s]
        Of the job.
    accelerators : [1]
        Of the job.
    kind : Kind
        What is trained.

    Returns
    -------
    dict
        ``iterating`` [s], without waits, ramps and checkpoints; ``interruptions`` [1].
    """
    runs, interruptions = _running(seed, duration, accelerators, kind)
    iterating = sum(jobs.iterated(run.job, run.seed, float(run.length))[0] for run in runs)
    return {"iterating": iterating, "interruptions": float(interruptions)}


def _running(seed: int, duration: int, accelerators: float, kind: Kind) -> tuple[list[_Running], int]:
    """Draw the lives of a job that come to iterate, and how often it is interrupted."""
    random = np.random.Generator(np.random.PCG64(seed))
    found = lives(random, duration, interval(kind.failures, accelerators))
    runs = []
    for life in found:
        waits = kind.failures.restart.value if life.restarted else 0.0
        own = int(random.integers(2**31))
        if waits < life.end - life.begin:
            job = synchronous.job(waits, parameters=kind.job)
            runs.append(_Running(life.begin, life.end - life.begin, job, own))
    return runs, len(found) - 1


def training(seed: int, duration: int) -> Trace:
    """
    Make the trace of the usual training on as many accelerators as its failures were counted on.

    Parameters
    ----------
    seed
        Of the random numbers.
    duration : [s]
        Length of the trace.

    Returns
    -------
    Trace
        See `trace`.
    """
    kind = KINDS[USUAL]
    return trace(seed, duration, kind.failures.accelerators.value, kind)
