"""
Serving as a load: replicas of a language model that answer requests, of a trace or drawn, on any chip.

`twin.serving` is the replica, `telemetry.language_models` has models and chips; here stands what software reaches of a
chip, and who says so. What racks follow is the mean of several replicas; what they gave out is counted beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from telemetry.language_models import H200, MODEL, MODELS, Chip, LanguageModel
from telemetry.parameters import Parameter
from telemetry.synthetic import Trace
from twin.arrays import Floats, Integers

if TYPE_CHECKING:
    from twin.serving import Replica, Served


class Serving(NamedTuple):
    """Parameters of serving on any chip; shares and levels are of the chip's ratings."""

    accelerators: Parameter = Parameter(
        2.0, "1", "assumed", "of a replica: the weights of 70e9 parameters fit", 1.0, 8.0
    )
    number_bytes: Parameter = Parameter(2.0, "byte", "assumed", "bf16 weights and context; fp8 takes one", 1.0, 2.0)
    read_share: Parameter = Parameter(
        0.7, "1", "assumed", "0.79 of the H200's, 0.83 of the H100's bandwidth in bare products of few rows (measured, "
        "examples/measure_decoding.py); attention and small kernels reach less", 0.5, 0.83,
    )  # fmt: skip
    compute_share: Parameter = Parameter(
        0.5, "1", "assumed", "0.67 of the rated operations in bare products at the power limit (measured, "
        "examples/measure_decoding.py); attention and small kernels reach less", 0.3, 0.68,
    )  # fmt: skip
    overhead: Parameter = Parameter(
        0.006, "s", "derived", "fitted: 6 ms between steps put a saturated model of 0.5e9 parameters at the 190 to "
        "215 W that an H200 drew (power-traces-browser)", 0.003, 0.012,
    )  # fmt: skip
    read_level: Parameter = Parameter(
        0.985, "1", "measured", "117 pJ/byte on an H200 (128 on an H100) at its rated bandwidth, over what lies "
        "between loaded idle and rated power (examples/measure_decoding.py); other chips are taken to spend the same "
        "part, where an H100 spends 0.75", 0.75, 1.0,
    )  # fmt: skip
    compute_level: Parameter = Parameter(
        1.63, "1", "measured", "0.94 pJ/FLOP on an H200 and on an H100, likewise: the limit binds before the rated "
        "operations are reached (examples/measure_decoding.py)", 1.0, 1.7,
    )  # fmt: skip
    memory_share: Parameter = Parameter(
        0.9, "1", "reported", "vLLM's gpu_memory_utilization: memory given to weights and context", 0.8, 0.95
    )
    most_requests: Parameter = Parameter(256.0, "1", "reported", "vLLM's max_num_seqs, requests at once", 64.0, 1024.0)
    most_rows: Parameter = Parameter(
        8192.0, "1", "reported", "vLLM's max_num_batched_tokens, tokens of prompts in a step", 2048.0, 32768.0
    )
    request_rate: Parameter = Parameter(
        0.5,
        "1/s",
        "assumed",
        "of a replica, in the mean: a third of what 70e9 parameters on two H200 can answer",
        0.05,
        5.0,
    )
    input_median: Parameter = Parameter(
        1020.0, "1", "measured", "Azure 2023, conversation: median of the prompts' tokens", 200.0, 12000.0
    )
    input_spread: Parameter = Parameter(
        0.60,
        "1",
        "derived",
        "ln(4142 / 1020) / 2.326: percentile 99 over median of the same, read as log-normal",
        0.3,
        1.2,
    )
    output_median: Parameter = Parameter(
        129.0, "1", "measured", "Azure 2023, conversation: median of the answers' tokens", 13.0, 1000.0
    )
    output_spread: Parameter = Parameter(
        0.66,
        "1",
        "derived",
        "ln(601 / 129) / 2.326: percentile 99 over median of the same, read as log-normal",
        0.3,
        1.3,
    )
    daily_swing: Parameter = Parameter(
        0.4, "1", "assumed", "amplitude of the daily rhythm about its mean; small services swing far more", 0.0, 0.8
    )
    peak_time: Parameter = Parameter(
        54000.0, "s", "assumed", "most requests 15 h after the trace's start", 0.0, 86400.0
    )
    burst_spread: Parameter = Parameter(
        0.3, "1", "assumed", "sigma of the rate's logarithm from minute to minute; Azure 2023 peaks at 3.4 times its "
        "mean", 0.0, 0.8,
    )  # fmt: skip
    burst_period: Parameter = Parameter(60.0, "s", "assumed", "time between independent bursts", 10.0, 600.0)


SERVING = Serving()


class Requests(NamedTuple):
    """
    Requests in order of time.

    Attributes
    ----------
    arrival : (request,) [s]
        Rising.
    inputs, outputs : (request,) [1]
        Tokens of prompt and answer, at least one of each.
    """

    arrival: Floats
    inputs: Integers
    outputs: Integers


def replica(model: LanguageModel, chip: Chip, parameters: Serving = SERVING) -> Replica:
    """
    Put a model on accelerators.

    Parameters
    ----------
    model : LanguageModel
        What is served.
    chip : Chip
        On what.
    parameters : Serving
        How many of them, and what they reach.

    Returns
    -------
    Replica
        As `twin.serving` walks through it.

    Raises
    ------
    ValueError
        Where the weights leave no memory for context.
    """
    from twin.serving import Replica  # brings the compiler, which names of models alone do not need

    count, number = parameters.accelerators.value, parameters.number_bytes.value
    weights = model.parameters * number
    context = model.context_bytes(number)
    room = count * chip.memory * parameters.memory_share.value - weights
    if room < context * _LEAST_CONTEXT:
        message = (
            f"{model.parameters / 1e9:g}e9 parameters take {weights / 1e9:.0f} GB, and {count:g} accelerators have "
            f"{count * chip.memory / 1e9:.0f} GB: nothing is left for context; give a replica more accelerators"
        )
        raise ValueError(message)
    bandwidth, operations = count * chip.bandwidth, count * chip.operations
    return Replica(
        weights=weights,
        active=model.active / model.parameters,
        context_bytes=context,
        operations=2.0 * model.active,
        read_rate=bandwidth * parameters.read_share.value,
        compute_rate=operations * parameters.compute_share.value,
        overhead=parameters.overhead.value,
        read_level=parameters.read_level.value / bandwidth,
        compute_level=parameters.compute_level.value / operations,
        most_requests=round(parameters.most_requests.value),
        most_context=room / context,
        most_rows=round(parameters.most_rows.value),
    )


def drawn(random: np.random.Generator, duration: int, parameters: Serving = SERVING) -> Requests:
    """
    Draw requests of one replica.

    Parameters
    ----------
    random
        Random numbers.
    duration : [s]
        For how long.
    parameters : Serving
        Rate, rhythm and lengths.

    Returns
    -------
    Requests
        A Poisson process whose rate has a daily rhythm and bursts from minute to minute, with log-normal lengths.
    """
    counts = random.poisson(rates(random, duration, parameters))
    arrival = np.sort(np.repeat(np.arange(float(duration)), counts) + random.random(counts.sum()))
    return Requests(
        arrival,
        _lengths(random, len(arrival), parameters.input_median, parameters.input_spread),
        _lengths(random, len(arrival), parameters.output_median, parameters.output_spread),
    )


def rates(random: np.random.Generator, duration: int, parameters: Serving = SERVING) -> Floats:
    """
    Give the rate of requests of each second.

    Parameters
    ----------
    random
        Random numbers.
    duration : [s]
        For how long.
    parameters : Serving
        Rate and rhythm.

    Returns
    -------
    (second,) [1/s]
        With the mean asked for over whole days.
    """
    time = np.arange(duration, dtype=np.float64)
    rhythm = 1.0 + parameters.daily_swing.value * np.cos(2.0 * np.pi * (time - parameters.peak_time.value) / _DAY)
    knots = np.arange(0.0, duration + 2.0 * parameters.burst_period.value, parameters.burst_period.value)
    spread = parameters.burst_spread.value
    # The mean of a log-normal variable is kept at one.
    burst = np.exp(np.interp(time, knots, random.normal(-0.5 * spread**2, spread, len(knots))))
    rate: Floats = parameters.request_rate.value * rhythm * burst
    return rate


def share_of(random: np.random.Generator, trace: Requests, length: float, duration: int, rate: float) -> Requests:
    """
    Give one replica its share of a trace of a whole service.

    Parameters
    ----------
    random
        Random numbers.
    trace : Requests
        Of the service, from time zero on.
    length : [s]
        Of the trace, which begins again where it ends.
    duration : [s]
        For how long.
    rate : [1/s]
        Of the replica, in the mean of the trace.

    Returns
    -------
    Requests
        Each of the trace's requests as often as a Poisson draw says, within a second of its instant: its rhythm, bursts
        and lengths, at another rate.
    """
    laps = int(np.ceil(duration / length))
    arrival = np.concatenate([trace.arrival + lap * length for lap in range(laps)])
    times = random.poisson(rate * length / len(trace.arrival), len(arrival))
    chosen = np.repeat(np.arange(len(arrival)), times)
    moved = arrival[chosen] + random.random(len(chosen))
    order = np.argsort(moved, kind="stable")
    order = order[moved[order] < duration]
    which = chosen[order] % len(trace.arrival)
    return Requests(moved[order], trace.inputs[which], trace.outputs[which])


def served(asked: Requests, of: Replica, duration: int, replicas: int, random: np.random.Generator) -> Served:
    """
    Give the mean of several replicas.

    Parameters
    ----------
    asked : Requests
        Of one of them.
    of : Replica
        What answers.
    duration : [s]
        Whole seconds.
    replicas : [1]
        That share a rack.
    random
        Random numbers.

    Returns
    -------
    Served
        Means; instants are those of one replica's requests.

    Notes
    -----
    Replicas of a rack see the same rhythm and different requests. One is walked through; the others are taken to be it,
    moved by up to half a minute either way: far longer than a request lasts, and within the bursts that all see.
    """
    from twin.serving import Served, serve  # as above

    one = serve(of, asked.arrival, asked.inputs, asked.outputs, duration)
    moves = random.integers(-_MOVED, _MOVED + 1, replicas - 1)
    level, inputs, outputs = (_mean(row, moves) for row in one[:3])
    return Served(level, inputs, outputs, one.first_token, one.done)


def trace(asked: Requests, of: Replica, duration: int, seed: int, parameters: Serving, about: str) -> Trace:
    """
    Make the trace of racks that serve.

    Parameters
    ----------
    asked : Requests
        Of one replica.
    of : Replica
        What answers.
    duration : [s]
        Length of the trace.
    seed
        Of the random numbers.
    parameters : Serving
        What it is made from.
    about
        What is served, in words.

    Returns
    -------
    Trace
        One sample a second; its work is what each accelerator took in and gave out.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    found = served(asked, of, duration, REPLICAS, random)
    each = 1.0 / parameters.accelerators.value
    work = {
        "requests": float(np.isfinite(found.first_token).sum()) * each,
        "input_tokens": float(found.input_tokens.sum()) * each,
        "output_tokens": float(found.output_tokens.sum()) * each,
    }
    return Trace("inference", found.level.astype(np.float32), 1.0, about, parameters._asdict(), work)


def inference(seed: int, duration: int) -> Trace:
    """
    Make the trace of the usual serving: drawn requests to the usual model on H200.

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
    asked = drawn(np.random.Generator(np.random.PCG64(seed)), duration)
    return trace(asked, replica(MODELS[MODEL], H200), duration, seed, SERVING, f"{MODEL} on {_USUAL}")


REPLICAS = 8
"""Replicas of which a rack's load is the mean: those of a node of sixteen accelerators, or of a quarter of a rack."""

_USUAL = "two accelerators, requests drawn with a daily rhythm and bursts"
_DAY = 86400.0
_MOVED = 30
"""[s] by which replicas of a rack are moved against each other, at most."""

_LEAST_CONTEXT = 1000.0
"""Tokens that memory must hold beside the weights."""


def _lengths(random: np.random.Generator, count: int, median: Parameter, spread: Parameter) -> Integers:
    drawn_lengths = np.exp(random.normal(np.log(median.value), spread.value, count))
    return np.maximum(np.rint(drawn_lengths), 1.0).astype(np.int64)


def _mean(row: Floats, moves: Integers) -> Floats:
    total = row.copy()
    for move in moves:
        total += np.roll(row, move)
    return total / (len(moves) + 1)
