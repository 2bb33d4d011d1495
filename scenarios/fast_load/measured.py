"""A measured waveform: which sensors are fast enough, and what is left of those that average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, build
from scenarios.fast_load.load import Load, cooling_of
from scenarios.page.quantities import duration as in_words
from telemetry import Reading, resample, sensors
from telemetry.sensors import Readings
from twin.errors import Fault, TelemetryError
from twin.grid import swings
from twin.site import Floats

POWER, AVERAGED = "accelerator_power_w", "accelerator_average_power_w"

SLOWEST = 0.1
"""[s] Longest time between new values of a sensor of a waveform: it tells of swings up to 4 Hz, most of the band."""

FINEST = 0.001
"""[s] Shortest step that is kept."""

LEAST_CHANGES = 50
"""New values from which the time between them is known."""

IDLE_PERCENTILE, FULL_PERCENTILE = 2.0, 99.9
"""Of the samples, taken as loaded idle and full power where these are not stated."""


class Sensor(NamedTuple):
    """
    How a waveform was measured.

    Attributes
    ----------
    average : [s]
        Over which the sensor averages; none for instant power. It must be stated to use the sensor.
    idle, full : [W]
        Loaded idle and full power of the chip that was measured; guessed from the samples where not given.
    """

    average: float | None = None
    idle: float | None = None
    full: float | None = None


class _Series(NamedTuple):
    """Power of one accelerator: its steps [s], values [W], and what is to be said."""

    step: float
    power: Floats
    notes: tuple[str, ...]


def measured(facility: Facility, reading: Reading, sensor: Sensor) -> Load:
    """
    Let all accelerators of a site follow what a fast sensor measured, in step.

    Parameters
    ----------
    facility
        From `facilities.load`.
    reading
        Canonical telemetry with the power of an accelerator.
    sensor : Sensor
        How it was measured.

    Returns
    -------
    Load
        In steps of the sensor's new values: nothing is told above 0.4 of their rate.

    Raises
    ------
    TelemetryError
        When the sensor averages and that is not stated, is too slow, or holds too little.
    """
    where = reading.provenance.source
    series = _instant(reading, where) if sensor.average is None else _averaged(reading, where, sensor.average)
    idle, full, guess = _levels(series.power, sensor)
    if idle >= full:
        raise _refused(where, f"its power never rises above {idle:.0f} W; state the chip's idle and full power")
    site = build.site(facility)
    return Load(
        site=site,
        step=series.step,
        activity=np.maximum((series.power - idle) / (full - idle), 0.0)[np.newaxis],
        cooling=cooling_of(site, build.sized(facility).peak_power),
        period=None,
        label=f"measured, from {where}: all accelerators in step with the first of it",
        notes=(*series.notes, *guess),
    )


def _instant(reading: Reading, where: str) -> _Series:
    """Take instant power, in steps of its new values."""
    if _is_averaged(reading):
        message = (
            "holds an averaged power alone (NVML's average, or power.draw, of the last second): swings faster than "
            "0.4 Hz are not in it. Give an instant power, or say over how long it averages (--average '1 s') to have "
            "what can be brought back"
        )
        raise _refused(where, message)
    time, power = _values(reading, POWER, where)
    # Whole milliseconds, as jitter of polls and of the sensor's beat is of microseconds.
    step = max(round(_spacing(time, power, where) / FINEST), 1) * FINEST
    if step > SLOWEST * (1.0 + 1e-9):
        message = (
            f"its sensor gives a new value every {in_words(step)}, which tells nothing above "
            f"{swings.highest_readable(step):.2g} Hz; a waveform takes {in_words(SLOWEST)} at most"
        )
        raise _refused(where, message)
    note = f"a new value every {in_words(step)}: nothing is told above {swings.highest_readable(step):.3g} Hz"
    return _Series(step, _held(time, power, step), (note,))


def _averaged(reading: Reading, where: str, average: float) -> _Series:
    """Bring back what an average took away, in steps that tell of no more than its band."""
    metric = AVERAGED if _has(reading, AVERAGED) else POWER
    time, power = _values(reading, metric, where)
    step = _spacing(time, power, where)
    try:
        found = sensors.deconvolved(sensors.refreshed(Readings(time, power), step), average)
    except ValueError as error:
        raise _refused(where, str(error)) from error
    coarse = swings.READABLE / found.band
    length = max(round(coarse / found.step), 1)
    whole = found.power.size // length * length
    note = (
        f"DECONVOLVED from an average over {in_words(average)}: an estimate, of swings up to {found.band:.2g} Hz; "
        "faster ones are lost and not in it"
    )
    return _Series(found.step * length, found.power[:whole].reshape(-1, length).mean(axis=1), (note,))


def _has(reading: Reading, metric: str) -> bool:
    return not reading.frame.filter(pl.col("metric") == metric).limit(1).collect().is_empty()


def _is_averaged(reading: Reading) -> bool:
    """Say whether a reading has no instant power; nvidia-smi's power.draw stands under the name of one."""
    if not _has(reading, POWER):
        return _has(reading, AVERAGED)
    columns = [name for name in reading.provenance.units if name.strip().lower().startswith("power.draw")]
    return bool(columns) and not any("instant" in name.lower() for name in columns)


def _values(reading: Reading, metric: str, where: str) -> tuple[Floats, Floats]:
    """Give instants from the first [s] and values [W] of the file's first accelerator."""
    rows = reading.frame.filter((pl.col("metric") == metric) & pl.col("value").is_not_null()).collect()
    if rows.is_empty():
        raise _refused(where, f"holds no {metric}; a waveform needs the power of single accelerators")
    one = rows.filter(pl.col("asset") == rows["asset"].min()).sort("time")
    passed = (one["time"] - one["time"][0]).dt.total_microseconds().cast(pl.Float64).to_numpy() * 1e-6
    return passed, one["value"].cast(pl.Float64).to_numpy()


def _spacing(time: Floats, power: Floats, where: str) -> float:
    """Give the usual time between new values: a sensor that is polled faster than it is refreshed repeats itself."""
    changed = np.flatnonzero(np.diff(power) != 0.0) + 1
    if changed.size < LEAST_CHANGES:
        raise _refused(where, f"its power changes {changed.size} times; a waveform takes {LEAST_CHANGES} at least")
    return float(np.median(np.diff(time[changed])))


def _held(time: Floats, power: Floats, step: float) -> Floats:
    """Bring a series to equal steps, each value held until the next, energy kept."""
    edges = np.arange(int(np.floor(time[-1] / step)) + 1) * round(step * 1e6)
    return resample.held_means(np.rint(time * 1e6).astype(np.int64), power, edges.astype(np.int64))


def _levels(power: Floats, sensor: Sensor) -> tuple[float, float, tuple[str, ...]]:
    idle = float(np.percentile(power, IDLE_PERCENTILE)) if sensor.idle is None else sensor.idle
    full = float(np.percentile(power, FULL_PERCENTILE)) if sensor.full is None else sensor.full
    if sensor.idle is not None and sensor.full is not None:
        return idle, full, ()
    note = (
        f"ATTENTION: loaded idle ({idle:.0f} W) and full power ({full:.0f} W) of the chip that was measured are "
        "guessed from the samples where they were not stated"
    )
    return idle, full, (note,)


def _refused(where: str, message: str) -> TelemetryError:
    return TelemetryError(where, [Fault("", message)])
