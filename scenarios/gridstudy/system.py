"""Frequency of the interconnection after a site's load changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import interconnections
from facilities.interconnections import Interconnection
from twin.grid import frequency
from twin.site import Floats

STEP, HORIZON = 0.1, 60.0
"""[s] Of the series that is kept and drawn."""


class Change(NamedTuple):
    """
    A change of load from rest.

    Attributes
    ----------
    name : text
        In words.
    size : [W]
        Positive where more is drawn.
    time : [s]
        Within which it comes, evenly; zero for a step.
    """

    name: str
    size: float
    time: float


class Frequency(NamedTuple):
    """
    The chapter of frequency.

    Attributes
    ----------
    system : Interconnection
        As data.
    table, series : frame
        A row a change, and deviation over time of each.
    """

    system: Interconnection
    table: pl.DataFrame
    series: pl.DataFrame


def study(name: str, changes: Sequence[Change]) -> Frequency:
    """
    Say what changes of load do to an interconnection's frequency.

    Parameters
    ----------
    name
        Of the interconnection.
    changes
        Of load, each alone.

    Returns
    -------
    Frequency
        Exact for the model.
    """
    system = interconnections.load(name)
    time = np.asarray(STEP * np.arange(round(HORIZON / STEP) + 1), dtype=float)
    rows, series = [], {"time_s": time}
    for change in changes:
        deviation = _deviation(system, _load(change, time))
        place = int(np.abs(deviation).argmax())
        series[change.name] = deviation
        rows.append(
            {
                "what": change.name,
                "change_w": change.size,
                "within_s": change.time,
                "extreme_hz": system.machine.frequency + float(deviation[place]),
                "extreme_at_s": float(time[place]),
                "steepest_hz_s": _steepest(system, change, deviation),
                "after_60_s_hz": system.machine.frequency + float(deviation[-1]),
            }
        )
    return Frequency(system, pl.DataFrame(rows), pl.DataFrame(series))


def _deviation(system: Interconnection, load: Floats) -> Floats:
    """Give the deviation [Hz], with what relays take off where they are known."""
    if system.shedding is None:
        return frequency.response(system.machine, load, STEP)
    levels, parts = system.shedding.stages_si
    return frequency.with_shedding(system.machine, load, STEP, levels, parts, system.shedding.delay_si)[0]


def _load(change: Change, time: Floats) -> Floats:
    return change.size * (np.minimum(time / change.time, 1.0) if change.time else np.ones(time.size))


def _steepest(system: Interconnection, change: Change, deviation: Floats) -> float:
    """Give the steepest rate [Hz/s]: of a step the first, in closed form; of a ramp among differences."""
    if not change.time:
        return frequency.after_step(system.machine, change.size).rate
    rates = np.diff(deviation) / STEP
    return float(rates[np.abs(rates).argmax()])
