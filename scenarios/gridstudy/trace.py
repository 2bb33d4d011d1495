"""What a run shows of a site's load at its point of connection."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios import compliance
from scenarios.compliance import Trace
from twin.errors import Fault, InputError
from twin.grid import swings
from twin.run import Run
from twin.site import Floats

STEP = 1.0
"""[s] Of a run's site table."""

RAMP_WINDOWS, RANGE_WINDOWS = (1.0, 15.0, 60.0, 600.0), (3.0, 5.0, 15.0, 60.0)
"""[s] Of the tables."""

RAMP = 60.0
"""[s] In which the largest ramp is taken for frequency."""

BANDS = ((0.001, 0.01), (0.01, 0.1), (0.1, 0.4))
"""[Hz] Of the table of the spectrum."""

LEAST = 2 * round(RAMP)
"""Samples that a run must have."""

EQUIPMENT = ("itic", "ieee_1668")
"""Curves that power supplies are bought by."""


class Load(NamedTuple):
    """
    A run's load.

    Attributes
    ----------
    run : Run
        As given.
    power : (second,) [W]
        At the point of connection.
    figures, ramps, spectrum, bands, compliance : frame
        Tables.
    """

    run: Run
    power: Floats
    figures: pl.DataFrame
    ramps: pl.DataFrame
    spectrum: pl.DataFrame
    bands: pl.DataFrame
    compliance: pl.DataFrame


def read(folder: Path, site: str) -> Load:
    """
    Read the load of a run.

    Parameters
    ----------
    folder
        Of a run.
    site
        Name of the site that is studied.

    Returns
    -------
    Load
        With its tables.

    Raises
    ------
    InputError
        When the folder is no whole run, is damaged, is of another site or too short.
    """
    run = Run.load(folder)
    if run.manifest["site"] != site:
        message = f"is a run of {run.manifest['site']}, and the study is of {site}; give a run of {site}"
        raise InputError(str(folder), [Fault("", message)])
    try:
        stored = run.site
    except pl.exceptions.PolarsError as error:
        message = f"site.parquet is damaged ({error}); replay the run again"
        raise InputError(str(folder), [Fault("", message)]) from error
    power = stored["facility_power_w"].cast(float).to_numpy()
    if power.size < LEAST:
        message = f"has {power.size} s; a study takes {LEAST} s at least, replay for longer"
        raise InputError(str(folder), [Fault("", message)])
    trace = Trace(power, stored["pcc_voltage_pu"].cast(float).to_numpy(), STEP)
    return Load(run, power, _figures(trace), _ramps(power), _spectrum(power), _bands(power), _compliance(trace))


def largest_change(load: Load, window: float) -> tuple[float, float]:
    """
    Find the largest change of power within a window.

    Parameters
    ----------
    load
        From `read`.
    window : [s]
        Its length.

    Returns
    -------
    tuple
        Power before and after [W].
    """
    worst = swings.largest_range(load.power, STEP, window)
    first = round(worst.time / STEP)
    inside = load.power[first : first + round(window / STEP) + 1]
    low, high = int(inside.argmin()), int(inside.argmax())
    return float(inside[min(low, high)]), float(inside[max(low, high)])


def largest_ramp(load: Load) -> float:
    """
    Give the largest change of power [W] from one instant to that `RAMP` later, with its sign.

    Parameters
    ----------
    load
        From `read`.
    """
    rise, fall = swings.ramps(load.power, STEP, RAMP)
    return RAMP * rise.size if rise.size >= fall.size else -RAMP * fall.size


def gaps() -> pl.DataFrame:
    """
    Find where supplies of `EQUIPMENT` may leave before codes allow it.

    Returns
    -------
    frame
        A row a band of voltage; times are infinite where it must stay for good.
    """
    rows = [
        {"equipment": name, "code": code, **gap._asdict()}
        for name in EQUIPMENT
        for code, found in compliance.gaps(name).items()
        for gap in found
    ]
    return pl.DataFrame(rows)


def _figures(trace: Trace) -> pl.DataFrame:
    power, voltage = trace.power, trace.voltage
    rows = [
        ("mean power", float(power.mean()), "W"),
        ("highest power", float(power.max()), "W"),
        ("lowest power", float(power.min()), "W"),
        ("lowest voltage at the point of connection", float(voltage.min()), "1"),
        ("highest voltage at the point of connection", float(voltage.max()), "1"),
    ]
    return pl.DataFrame(rows, schema=["figure", "value", "unit"], orient="row")


def _ramps(power: Floats) -> pl.DataFrame:
    rows: list[tuple[str, float, float, float | None, float]] = []
    for window in RAMP_WINDOWS:
        rise, fall = swings.ramps(power, STEP, window)
        rows.append(("rise", window, rise.size * window, rise.size, rise.time))
        rows.append(("fall", window, fall.size * window, fall.size, fall.time))
    for window in RANGE_WINDOWS:
        worst = swings.largest_range(power, STEP, window)
        rows.append(("highest less lowest", window, worst.size, None, worst.time))
    return pl.DataFrame(rows, schema=["what", "window_s", "change_w", "slope_w_s", "at_s"], orient="row")


def _spectrum(power: Floats) -> pl.DataFrame:
    """Give amplitudes through a Hann window up to the highest frequency that the run tells of."""
    window = np.hanning(power.size)
    size = 2.0 * np.abs(np.fft.rfft((power - power.mean()) * window)) / window.sum()
    hertz = np.fft.rfftfreq(power.size, STEP)
    shown = (hertz > 0.0) & (hertz <= swings.highest_readable(STEP))
    return pl.DataFrame({"frequency_hz": hertz[shown], "amplitude_w": size[shown]})


def _bands(power: Floats) -> pl.DataFrame:
    rows = []
    for low, high in BANDS:
        found = swings.spectrum(power, STEP, low, high)
        rows.append((low, high, found.magnitude, found.energy, found.peak, found.amplitude))
    columns = ["low_hz", "high_hz", "share_of_magnitudes", "share_of_energy", "largest_at_hz", "amplitude_w"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _compliance(trace: Trace) -> pl.DataFrame:
    found = compliance.check(trace)
    return pl.DataFrame([row._asdict() for row in found]).with_columns(pl.col("margin").fill_nan(None))
