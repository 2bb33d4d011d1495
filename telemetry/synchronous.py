"""
The synchronous job of a waveform, with who says each number, and its means of a second for a replay.

One generator, `twin.waveform.job`, serves both: the trace named ``synchronous`` is what a waveform of the same seed
averages to, so that a replay and a waveform have the same energy in their chips.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from telemetry.parameters import Parameter
from telemetry.synthetic import Trace, fraction
from twin.waveform import job as jobs
from twin.waveform.job import Job

NEVER = float("inf")
"""[s] End of a job that goes on, and the time between interruptions of one that has none."""


class Synchronous(NamedTuple):
    """
    Parameters of a synchronous job, from milliseconds on.

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
        0.01,
        "1",
        "assumed",
        "a job in step with itself repeats its iterations closely; 0.1 is reported of single small jobs (Ko and Zhu, "
        "arXiv 2508.16457), and would smear the line that a network's mode answers",
        0.001,
        0.1,
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
    edge: Parameter = Parameter(
        0.02, "s", "assumed", "at most 50 ms; a sensor's second hides it (measured ramps of 0.9 s are the sensor's)",
        0.002, 0.05,
    )  # fmt: skip
    peak_level: Parameter = Parameter(
        1.1,
        "1",
        "primary",
        "electrical design peaks: lowest setting 1.1 TDP (Choukse et al., arXiv 2508.14318)",
        1.0,
        1.3,
    )
    peak_time: Parameter = Parameter(
        0.05, "s", "primary", "such peaks last up to about 50 ms (Choukse et al., arXiv 2508.14318)", 0.001, 0.05
    )
    straggle: Parameter = Parameter(
        0.01, "1", "assumed", "groups of racks end computing within some per cent of each other; all wait for the last",
        0.0, 0.05,
    )  # fmt: skip
    checkpoint_level: Parameter = Parameter(
        0.195, "1", "measured", "8 x H100 training: 119 to 153 W of 700 W while a checkpoint is written", 0.17, 0.22
    )
    checkpoint_period: Parameter = Parameter(
        300.0, "s", "assumed", "time of computing between checkpoints: one or two in the ten minutes of a waveform",
        60.0, 3600.0,
    )  # fmt: skip
    checkpoint_duration: Parameter = Parameter(
        20.0, "s", "measured", "8 x H100 training: median low time 11.6 to 28.8 s", 11.6, 28.8
    )
    ramp_duration: Parameter = Parameter(
        18.0, "s", "reported", "openg2g 0.2.0: ramp to full load at a job's start", 1.0, 60.0
    )
    stop_duration: Parameter = Parameter(
        0.1, "s", "assumed", "a job that fails stops at once; one that ends stops with its last kernel", 0.02, 60.0
    )
    stagger: Parameter = Parameter(
        0.0, "s", "assumed", "all racks start together unless a scheduler says otherwise", 0.0, 60.0
    )
    groups: Parameter = Parameter(
        16.0,
        "1",
        "assumed",
        "groups of racks that straggle together; more of them smear the edges of the sum",
        1.0,
        64.0,
    )


SYNCHRONOUS = Synchronous()


def job(begin: float = 0.0, end: float = NEVER, parameters: Synchronous = SYNCHRONOUS) -> Job:
    """
    Give a job to the generator of waveforms.

    Parameters
    ----------
    begin, end : [s]
        When it starts and stops.
    parameters
        What it is made from.

    Returns
    -------
    Job
        Levels as fractions of the way from loaded idle to rated power.
    """
    idle, share = parameters.loaded_idle.value, parameters.compute_share.value
    # A start ramps to the mean of an iteration, so that the mean does not jump as iterations begin.
    mean = share * parameters.compute_level.value + (1.0 - share) * parameters.communication_level.value
    return Job(
        begin=begin,
        end=end,
        ramp_up=parameters.ramp_duration.value,
        ramp_down=parameters.stop_duration.value,
        start_level=fraction(idle, mean),
        stagger=parameters.stagger.value,
        groups=round(parameters.groups.value),
        period=parameters.iteration_period.value,
        period_spread=parameters.period_jitter.value,
        compute_share=share,
        compute_level=fraction(idle, parameters.compute_level.value),
        communication_level=fraction(idle, parameters.communication_level.value),
        level_spread=parameters.level_noise.value,
        edge=parameters.edge.value,
        peak_level=fraction(idle, parameters.peak_level.value),
        peak_time=parameters.peak_time.value,
        straggle=parameters.straggle.value,
        checkpoint_period=parameters.checkpoint_period.value,
        checkpoint_time=parameters.checkpoint_duration.value,
        checkpoint_level=fraction(idle, parameters.checkpoint_level.value),
    )


def synchronous(seed: int, duration_s: int, parameters: Synchronous = SYNCHRONOUS) -> Trace:
    """
    Make the trace of a synchronous job, from its start on, as a replay takes it.

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
        One sample a second: means of what a waveform of the same seed shows in milliseconds, over time and racks.
    """
    samples = jobs.activity(job(parameters=parameters), seed, float(duration_s), 1.0).mean(axis=0)
    description = "synthetic synchronous job: means of a second of its waveform"
    return Trace("synchronous", samples.astype(np.float32), 1.0, description, parameters._asdict())
