"""
What a recording of `record_training.py` tells of the chip and of its sensors, as a table of figures.

Levels, how often sensors are refreshed, the window of the averaged power, how it shows square waves, energy by the
counter against energy by power, leakage, and the thermal answer to a step of the load. Without arguments it reads the
H200 that comes with the project:

    python examples/recording_figures.py [RECORDING.parquet PHASES.jsonl]
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import least_squares
from scipy.signal import lfilter

Floats = npt.NDArray[np.float64]

SAMPLES = Path(__file__).parent.parent / "telemetry" / "samples"

STEP = 0.02
"""[s] of the grid on which heat is followed, a fifth of what the energy counter is refreshed in."""

SETTLED = 5.0
"""[s] after which a level is read, when sensors and clocks have followed."""

COOLING = (-5.0, 62.0)
"""[s] from the end of full load over which the thermal answer is fitted: later what cools the H200 changed."""

REPLICATES, BLOCK = 200, 20
"""Fits to resampled residuals for a confidence interval, and the samples (2 s) that stay together in them."""

SEED = 1

POWER_CAP = 4.0
"""The bit of the clock events that says so."""


class Series(NamedTuple):
    """Readings of a metric: time [s] from the start of the recording, and value [SI]."""

    time: Floats
    value: Floats

    def between(self, begin: float, end: float) -> Series:
        """Cut out a span [s]."""
        inside = (self.time >= begin) & (self.time < end)
        return Series(self.time[inside], self.value[inside])

    def refreshed(self) -> Series:
        """Keep the readings that differ from those before."""
        rows = np.r_[0, np.flatnonzero(np.diff(self.value)) + 1]
        return Series(self.time[rows], self.value[rows])


class Recording(NamedTuple):
    """Series by metric, and times [s] by phase and edge."""

    series: dict[str, Series]
    edges: dict[tuple[str, str], list[float]]

    def span(self, phase: str) -> tuple[float, float]:
        """Give begin and end [s] of a phase."""
        return self.edges[phase, "begin"][0], self.edges[phase, "end"][0]

    def power(self, begin: float, end: float) -> float:
        """Give the mean power [W] over a span, by the energy counter."""
        return self.energy(begin, end) / (end - begin)

    def energy(self, begin: float, end: float) -> float:
        """Give the energy [J] of a span, by the counter, which grows evenly from refresh to refresh."""
        return float(np.ptp(np.interp([begin, end], *self.series["energy_j"].refreshed())))

    def mean(self, metric: str, begin: float, end: float) -> float:
        """Give the mean of a metric over a span."""
        return float(self.series[metric].between(begin, end).value.mean())


def read(recording: Path, phases: Path) -> Recording:
    """Read a recording and the phases that were told meanwhile."""
    frame = pl.read_parquet(recording).filter(pl.col("value").is_not_null()).sort("time")
    start = frame["time"].dt.epoch("us")[0] / 1e6
    series = {
        str(metric).removeprefix("accelerator_"): Series(
            part["time"].dt.epoch("us").to_numpy() / 1e6 - start, part["value"].to_numpy()
        )
        for (metric,), part in frame.partition_by("metric", as_dict=True).items()
    }
    edges: dict[tuple[str, str], list[float]] = {}
    for line in phases.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        instant = datetime.fromisoformat(told["time"]).timestamp() - start
        edges.setdefault((told["phase"], told.get("edge", "")), []).append(instant)
    return Recording(series, edges)


class Window(NamedTuple):
    """The span [s] that the averaged power is a mean over, how late [s] it is told, and what the fit misses [W]."""

    length: float
    delay: float
    rms: float


def window(of: Recording, phase: str) -> Window:
    """
    Fit the averaged power to the energy counter.

    Notes
    -----
    average(t) = (E(t - d) - E(t - d - T)) / T, at the refreshes of the average, from a second after the first edge.
    """
    energy = of.series["energy_j"].refreshed()
    begin, end = of.span(phase)
    average = of.series["average_power_w"].refreshed().between(begin + 1.5, end)

    def missed(sought: Floats) -> Floats:
        length, delay = sought
        late = average.time - delay
        gained = np.interp(late, *energy) - np.interp(late - length, *energy)
        return np.asarray(gained / length - average.value)

    found = least_squares(missed, [1.0, 0.05], diff_step=1e-2)
    return Window(*map(float, found.x), float(np.sqrt(np.mean(found.fun**2))))


def gain(of: Recording, phase: str, metric: str) -> tuple[float, float]:
    """Give gain [1] and lag [s] of a power at the frequency of a wave, against the energy counter."""
    rises = of.edges[phase, "rise"]
    period = float(np.mean(np.diff(rises)))
    grid = np.arange(rises[1], rises[-1], STEP)
    turns = np.exp(-2j * np.pi * grid / period)
    energy, power = of.series["energy_j"].refreshed(), of.series[metric]
    truth = np.gradient(np.interp(grid, *energy), grid) @ turns
    shown = power.value[np.searchsorted(power.time, grid, side="right") - 1] @ turns
    ratio = shown / truth
    return float(abs(ratio)), float(-np.angle(ratio) * period / (2 * np.pi))


def refresh(of: Recording, metric: str) -> float:
    """Give the median time [s] between changes under full load."""
    begin, end = of.span("full_load")
    return float(np.median(np.diff(of.series[metric].between(begin + SETTLED, end).refreshed().time)))


def energy_gap(of: Recording, metric: str, begin: float, end: float) -> float:
    """Give the part [1] by which the integral of a power (trapezoids) is above the counter."""
    power = of.series[metric].between(begin, end)
    return float(np.trapezoid(power.value, power.time) / of.energy(power.time[0], power.time[-1]) - 1.0)


def steps(of: Recording) -> tuple[int, int]:
    """Count the edges of all waves, and the readings of instant power that stood between a fifth and four fifths."""
    told = sorted(time for (_, edge), times in of.edges.items() if edge in {"rise", "fall"} for time in times)
    idle, full = of.power(*_late(of, "idle_context")), of.power(*_late(of, "full_load"))
    power = of.series["power_w"].refreshed()
    low, high = idle + 0.2 * (full - idle), idle + 0.8 * (full - idle)
    near = np.concatenate([power.between(time, time + 0.3).value for time in told])
    return len(told), int(np.sum((near > low) & (near < high)))


def leakage(of: Recording) -> float:
    """
    Fit power to chip temperature [W/K] where a context is held and nothing runs.

    Notes
    -----
    By seconds, from `SETTLED` on, over the phases idle_context and cooling: the clocks stand still.
    """
    spans = [(begin + SETTLED, end) for begin, end in (of.span("idle_context"), of.span("cooling"))]
    seconds = [(at, at + 1.0) for begin, end in spans for at in np.arange(begin, end - 1.0)]
    warm = [of.mean("temp_k", *second) for second in seconds]
    return float(np.polyfit(warm, [of.mean("power_w", *second) for second in seconds], 1)[0])


class Answer(NamedTuple):
    """
    How the chip warms: base [K] + sum of R_i of the power behind a lag of tau_i.

    Attributes
    ----------
    resistance, constant : (term,) [K/W], [s]
        The quickest first.
    delay, base : [s], [K]
        Of the reading, and the temperature at no power.
    rms : [K]
        What the fit misses.
    """

    resistance: Floats
    constant: Floats
    delay: float
    base: float
    rms: float


class Thermal:
    """The thermal answer over a span, fitted to chip temperatures or to others in their place."""

    def __init__(self, of: Recording, begin: float, end: float, before: float = 60.0) -> None:
        energy = of.series["energy_j"].refreshed()
        self._grid = np.arange(begin - before, end, STEP)
        edges = np.append(self._grid - 0.5 * STEP, self._grid[-1] + 0.5 * STEP)
        self._power = np.diff(np.interp(edges, *energy)) / STEP
        self.read = of.series["temp_k"].between(begin, end)

    def columns(self, constants: Floats, delay: float) -> Floats:
        """Give the power behind each lag at the readings: (reading, term) [W]."""
        lagged = []
        for constant in constants:
            stay = np.exp(-STEP / constant)
            answer, _ = lfilter([1.0 - stay], [1.0, -stay], self._power, zi=[stay * self._power[0]])
            lagged.append(np.interp(self.read.time - delay, self._grid, answer))
        return np.stack(lagged, axis=1)

    def fit(self, terms: int, values: Floats | None = None, begin: Answer | None = None) -> Answer:
        """Fit a number of terms, from another answer if there is one; resistances and base are linear."""
        values = self.read.value if values is None else values

        def solved(sought: Floats) -> tuple[Floats, Floats]:
            columns = np.c_[self.columns(np.exp(sought[:-1]), sought[-1]), np.ones(len(values))]
            linear = np.linalg.lstsq(columns, values, rcond=None)[0]
            return linear, columns @ linear - values

        first = np.geomspace(0.2, 10.0, terms) if begin is None else begin.constant
        sought = np.append(np.log(first), 0.03 if begin is None else begin.delay)
        found = least_squares(lambda trial: solved(trial)[1], sought, diff_step=1e-3)
        linear, missed = solved(found.x)
        order = np.argsort(found.x[:-1])
        rms = float(np.sqrt(np.mean(missed**2)))
        return Answer(linear[:-1][order], np.exp(found.x[:-1])[order], float(found.x[-1]), float(linear[-1]), rms)

    def predicted(self, answer: Answer) -> Floats:
        """Give the temperatures [K] at the readings."""
        return np.asarray(self.columns(answer.constant, answer.delay) @ answer.resistance + answer.base)

    def scatter(self, answer: Answer) -> tuple[Floats, Floats]:
        """Give half of the 95 % intervals of resistances and constants, by refitting to residuals moved in blocks."""
        fitted, draw = self.predicted(answer), np.random.default_rng(SEED)
        missed = self.read.value - fitted
        found = []
        for _ in range(REPLICATES):
            starts = draw.integers(0, len(missed) - BLOCK, len(missed) // BLOCK + 1)
            moved = np.concatenate([missed[start : start + BLOCK] for start in starts])[: len(missed)]
            again = self.fit(len(answer.constant), fitted + moved, answer)
            found.append(np.r_[again.resistance, again.constant])
        low, high = np.percentile(found, [2.5, 97.5], axis=0)
        half = np.split(0.5 * (high - low), 2)
        return half[0], half[1]


def step_answer(of: Recording, terms: int) -> tuple[Thermal, Answer]:
    """Fit the thermal answer to the end of full load."""
    end = of.span("full_load")[1]
    thermal = Thermal(of, end + COOLING[0], end + COOLING[1])
    return thermal, thermal.fit(terms)


def _late(of: Recording, phase: str) -> tuple[float, float]:
    begin, end = of.span(phase)
    return begin + SETTLED, end


def rows(of: Recording) -> list[tuple[str, str]]:
    """Give all figures, each with what it is."""
    return [*_levels(of), *_sensors(of), *_thermal(of)]


def _levels(of: Recording) -> list[tuple[str, str]]:
    def level(phase: str) -> str:
        span = _late(of, phase)
        warm, store = (of.mean(name, *span) - 273.15 for name in ("temp_k", "memory_temp_k"))
        clock = of.mean("clock_hz", *span) / 1e6
        return f"{of.power(*span):.1f} W at {warm:.1f} °C, memory {store:.1f} °C, {clock:.0f} MHz"

    names = {
        "idle": "idle, no context",
        "idle_context": "idle with a context, before",
        "cooling": "idle with a context, after full load",
        "full_load": "full load, products of matrices",
        "decoding": "decode-like load",
    }
    capped = of.series["clock_events"].between(*_late(of, "full_load")).value
    begin, end = _late(of, "full_load")
    fast = of.series["power_w"].between(begin, end).value
    return [
        *((text, level(phase)) for phase, text in names.items()),
        ("clocks held back by the power cap alone, of full load", f"{np.mean(capped == POWER_CAP):.0%}"),
        (
            "instant power in full load, 98 % of its readings",
            "{:.0f} to {:.0f} W".format(*np.percentile(fast, [1, 99])),
        ),
        ("leakage at idle with a context", f"{leakage(of):.2f} W/K"),
    ]


def _sensors(of: Recording) -> list[tuple[str, str]]:
    start, stop = of.series["power_w"].time[[0, -1]]
    names = {"power_w": "instant power", "average_power_w": "averaged power", "energy_j": "energy counter"}
    found = [
        ("sweeps a second, of 50 asked", f"{(len(of.series['power_w'].time) - 1) / (stop - start):.2f}"),
        *((f"{text} refreshed every", f"{1e3 * refresh(of, name):.0f} ms") for name, text in names.items()),
        ("edges of waves, and instant readings between 20 and 80 %", "{} and {}".format(*steps(of))),
    ]
    for phase in ("wave_0.5_hz", "wave_0.1_hz"):
        hertz = phase.removeprefix("wave_").replace("_", " ").replace("hz", "Hz")
        fitted = window(of, phase)
        found.append(
            (
                f"window of the averaged power, wave of {hertz}",
                f"{fitted.length:.2f} s, told {1e3 * fitted.delay:.0f} ms after the counter, rms {fitted.rms:.1f} W",
            )
        )
        for name in ("average_power_w", "power_w"):
            size, lag = gain(of, phase, name)
            found.append((f"{names[name]} at {hertz}", f"gain {size:.3f}, {lag:.2f} s late"))
    spans = {
        "the whole": (start, stop),
        "full load": _late(of, "full_load"),
        "the wave of 0.5 Hz": of.span("wave_0.5_hz"),
    }
    return found + [
        (
            f"energy by power against the counter, {text}",
            ", ".join(f"{energy_gap(of, name, *span):+.2%} {names[name]}" for name in ("power_w", "average_power_w")),
        )
        for text, span in spans.items()
    ]


def _thermal(of: Recording) -> list[tuple[str, str]]:
    found = []
    for terms in (2, 3):
        thermal, answer = step_answer(of, terms)
        unsure = thermal.scatter(answer)
        parts = [
            f"{1e3 * r:.1f} ± {1e3 * r_half:.1f} mK/W in {tau:.2f} ± {tau_half:.2f} s"
            for r, r_half, tau, tau_half in zip(answer.resistance, unsure[0], answer.constant, unsure[1], strict=True)
        ]
        total = f"sum {1e3 * answer.resistance.sum():.1f} mK/W over {answer.base - 273.15:.1f} °C"
        found.append((f"chip, {terms} terms", f"{'; '.join(parts)}; {total}; rms {answer.rms:.2f} K"))
        found += [
            (f"the same in {phase}, which was not fitted", _missed(of, phase, answer))
            for phase in ("training", "decoding")
        ]
    return found


def _missed(of: Recording, phase: str, answer: Answer) -> str:
    other = Thermal(of, *of.span(phase))
    missed = other.predicted(answer) - other.read.value
    return f"{np.mean(missed):+.1f} K in the mean, rms {np.sqrt(np.mean(missed**2)):.1f} K"


def main() -> int:
    """Print the figures as a table."""
    given = [Path(argument) for argument in sys.argv[1:]] or [SAMPLES / "h200.parquet", SAMPLES / "h200_phases.jsonl"]
    print("| what | found |\n|---|---|")
    for what, found in rows(read(*given)):
        print(f"| {what} | {found} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
