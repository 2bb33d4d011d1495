"""Loads of `telemetry.training` and `telemetry.serving`, as meters and papers describe them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from scenarios.published.laws.law import Law, Outputs
from telemetry import sensors, serving, synchronous, training
from telemetry.language_models import Chip, LanguageModel
from telemetry.parameters import given
from telemetry.sensors import SENSORS, Readings
from telemetry.serving import SERVING
from telemetry.synchronous import SYNCHRONOUS
from telemetry.training import KINDS
from twin.arrays import Floats, Integers
from twin.grid import swings
from twin.serving import package_power, serve, step_of
from twin.waveform import job as jobs

_SEED = 1

_CASE = "the case"
"""Who says what a case says."""

_FINE = 0.01
"""[s] in which loads are made before a sensor sees them, or a spectrum is taken: 50 Hz are told of."""

_CYCLES = 12
"""Checkpoints that a node is watched for."""

_WATCHED = 400.0
"""[s] for which a spectrum is taken."""

_SETTLED = 0.6
"""[s] on either side of the middle of an edge in which a mean over a second is of both levels."""

_LAGS = {"autocorrelation_0_1_s": 1, "autocorrelation_0_5_s": 5, "autocorrelation_1_s": 10}
"""Lags [readings] of a tenth of a second."""

_SERVED = 300
"""[s] for which a replica is kept full."""


def _package_power(**values: Floats) -> Outputs:
    limits = {name: values[name] for name in ("at_rest", "most", "read_energy", "operation_energy")}
    return {"power": package_power(values["read"], values["operations"], **limits)}  # type: ignore[arg-type]


def _training_node(
    accelerators: Floats,
    rated_power: Floats,
    steps: Floats,
    checkpoint_time: Floats,
) -> Outputs:
    """Watch a node with the averaged power of NVML, that trains a small model and saves it each so many steps."""
    rows = [_watched(*row) for row in zip(accelerators, rated_power, steps, checkpoint_time, strict=True)]
    return _columns(rows)


def _watched(accelerators: float, rated: float, steps: float, checkpoint: float) -> Mapping[str, float]:
    kind = KINDS["small_model"].job
    period = kind.iteration_period.value
    asked = given(kind, {"checkpoint_period": steps * period, "checkpoint_duration": checkpoint}, _CASE)
    job = synchronous.job(parameters=asked)
    activity = jobs.activity(job, _SEED, _CYCLES * (steps * period + checkpoint), _FINE)[0]
    idle = kind.loaded_idle.value
    shown = sensors.readings(SENSORS["nvml_average"], _FINE, rated * (idle + (1.0 - idle) * activity), _SEED)
    middle = 0.5 * rated * (kind.compute_level.value + kind.checkpoint_level.value)
    high = shown.value > middle
    edges = np.flatnonzero(np.diff(high.astype(np.int64)))
    spans = np.diff(shown.time[edges])
    # The first whole span after a rise is a low one or a high one, as what came before it says.
    first = high[edges[0] + 1]
    inside = _inside(shown, edges)
    plateau = shown.value[high & inside]
    found = {
        "plateau": float(plateau.mean()),
        "floor": float(shown.value[~high & inside].mean()),
        "high_time": float(np.median(spans[0 if first else 1 :: 2])),
        "low_time": float(np.median(spans[1 if first else 0 :: 2])),
        "node_power": float(accelerators * plateau.mean()),
        "node_deviation": float(accelerators * plateau.std()),
    }
    found["period"] = found["high_time"] + found["low_time"]
    found["duty"] = found["high_time"] / found["period"]
    steady = plateau - plateau.mean()
    together = np.diff(np.flatnonzero(high & inside)) == 1
    for name, lag in _LAGS.items():
        pairs = np.convolve(together, np.ones(lag), "valid") == lag
        found[name] = float(np.mean((steady[:-lag] * steady[lag:])[pairs]) / np.mean(steady**2))
    return found


def _inside(shown: Readings, edges: Integers) -> npt.NDArray[np.bool_]:
    """Say which readings are far from every edge, and from both ends."""
    marks = np.concatenate(([shown.time[0]], shown.time[edges], [shown.time[-1]]))
    after = shown.time - marks[np.searchsorted(marks, shown.time, side="right") - 1]
    before = marks[np.minimum(np.searchsorted(marks, shown.time), len(marks) - 1)] - shown.time
    return (after > _SETTLED) & (before > _SETTLED)


def _training_spectrum(
    period: Floats, period_jitter: Floats, compute_share: Floats, communication_level: Floats, low: Floats, high: Floats
) -> Outputs:
    """Give where the swings of a synchronous job lie, checkpoints and starts left out."""

    def share(row: int) -> Mapping[str, float]:
        values = {
            "iteration_period": period[row],
            "period_jitter": period_jitter[row],
            "compute_share": compute_share[row],
            "communication_level": communication_level[row],
            "checkpoint_period": 1e9,
            "peak_level": SYNCHRONOUS.compute_level.value,
            "peak_time": 0.0,
        }
        asked = given(SYNCHRONOUS, values, _CASE)
        job = synchronous.job(parameters=asked)
        begin = round(jobs.first_iteration(job) / _FINE)
        power = jobs.activity(job, _SEED, jobs.first_iteration(job) + _WATCHED, _FINE).mean(axis=0)[begin:]
        found = swings.spectrum(power, _FINE, low[row], high[row])
        return {"share": found.energy, "strongest": found.peak}

    return _columns([share(row) for row in range(period.size)])


def _interruptions(accelerators: Floats, duration: Floats) -> Outputs:
    """Count the interruptions of a job of the usual training, and what they and its checkpoints leave of the time."""
    kind = KINDS[training.USUAL]
    pairs = zip(accelerators, duration, strict=True)
    done = [training.work(_SEED, round(length), count, kind) for count, length in pairs]
    means = np.array([training.interval(kind.failures, count) for count in accelerators])
    return {
        "expected": duration / means,
        "interval": means,
        "counted": np.array([work["interruptions"] for work in done]),
        "effective": np.array([work["iterating"] for work in done]) / duration,
    }


def _serving_level(
    parameters: Floats,
    active: Floats,
    layers: Floats,
    heads: Floats,
    width: Floats,
    accelerators: Floats,
    input_tokens: Floats,
    output_tokens: Floats,
    operations: Floats,
    bandwidth: Floats,
    memory: Floats,
    loaded_power: Floats,
    rated_power: Floats,
) -> Outputs:
    """Keep a replica full of requests, whose lengths are drawn; and let one decode alone."""

    def level(row: int) -> Mapping[str, float]:
        model = LanguageModel(
            parameters[row], active[row], round(layers[row]), round(heads[row]), round(width[row]), _CASE
        )
        values = {
            "accelerators": accelerators[row],
            "input_median": input_tokens[row],
            "output_median": output_tokens[row],
            "request_rate": _MANY,
            "daily_swing": 0.0,
            "burst_spread": 0.0,
        }
        asked = given(SERVING, values, _CASE)
        of = serving.replica(model, Chip(operations[row], bandwidth[row], memory[row]), asked)
        requests = serving.drawn(np.random.default_rng(_SEED), _SERVED, asked)
        full = serve(of, requests.arrival, requests.inputs, requests.outputs, _SERVED)
        _, alone = step_of(of, np.ones(1), np.array([input_tokens[row]]))
        span = rated_power[row] - loaded_power[row]
        steady = loaded_power[row] + span * full.level[_SERVED // 10 :]
        return {
            "mean": float(steady.mean()),
            "high": float(np.quantile(steady, 0.95)),
            "decoding": float(loaded_power[row] + span * alone[0]),
            "prefill": float(loaded_power[row] + span * step_of(of, np.array([of.most_rows]), np.zeros(1))[1][0]),
        }

    return _columns([level(row) for row in range(parameters.size)])


_MANY = 200.0
"""[1/s] Requests that no replica answers as fast as they come."""


def _columns(rows: list[Mapping[str, float]]) -> Outputs:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


PACKAGE_POWER = Law(
    _package_power,
    {
        "read": "byte/s",
        "operations": "FLOP/s",
        "at_rest": "W",
        "most": "W",
        "read_energy": "J/byte",
        "operation_energy": "J/FLOP",
    },
    {"power": "W"},
)
TRAINING_NODE = Law(
    _training_node,
    {"accelerators": "1", "rated_power": "W", "steps": "1", "checkpoint_time": "s"},
    {
        "plateau": "W",
        "floor": "W",
        "high_time": "s",
        "low_time": "s",
        "period": "s",
        "duty": "1",
        "node_power": "W",
        "node_deviation": "W",
        **dict.fromkeys(_LAGS, "1"),
    },
)
TRAINING_SPECTRUM = Law(
    _training_spectrum,
    {
        "period": "s",
        "period_jitter": "1",
        "compute_share": "1",
        "communication_level": "1",
        "low": "Hz",
        "high": "Hz",
    },
    {"share": "1", "strongest": "Hz"},
)
INTERRUPTIONS = Law(
    _interruptions,
    {"accelerators": "1", "duration": "s"},
    {"expected": "1", "interval": "s", "counted": "1", "effective": "1"},
)
SERVING_LEVEL = Law(
    _serving_level,
    {
        **dict.fromkeys(("parameters", "active", "layers", "heads", "width", "accelerators"), "1"),
        "input_tokens": "1",
        "output_tokens": "1",
        "operations": "FLOP/s",
        "bandwidth": "byte/s",
        "memory": "byte",
        "loaded_power": "W",
        "rated_power": "W",
    },
    {"mean": "W", "high": "W", "decoding": "W", "prefill": "W"},
)
