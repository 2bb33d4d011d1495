"""How a fast load swings: figures, spectrum and bands, what modes make of it, and how large a swing may be."""

from __future__ import annotations

import numpy as np
import polars as pl

from facilities import codes
from facilities.codes import FlickerLimit, RampLimit, RangeLimit, VoltageLimit
from scenarios.fast_load.devices import Outcome
from scenarios.fast_load.load import Load
from twin.grid import flicker, modes, swings, thevenin
from twin.grid.modes import Mode
from twin.site import Connection, Floats
from twin.waveform import chain

RANGE_WINDOWS, RAMP_WINDOWS = (1.0, 5.0, 15.0, 60.0), (0.1, 1.0, 60.0)
"""[s] Of the tables."""

BANDS = ((0.1, 1.0), (1.0, 2.5), (2.5, 7.0), (7.0, 55.0))
"""[Hz] Between areas; plants close by; between; shafts (arXiv 2508.14318), up to where codes end."""

PERIODS = np.geomspace(0.02, 100.0, 241)
"""[s] Of the chart of allowed swings."""

AT_ONCE = 3.0
"""[s] In which a change of voltage counts as one."""


def figures(load: Load, found: Outcome) -> pl.DataFrame:
    """
    Give the figures of a load that a reader asks for first.

    Parameters
    ----------
    load
        The load.
    found
        Without devices.

    Returns
    -------
    frame
        Name, value and unit of each.
    """
    power, voltage, step = found.trace.power, found.trace.voltage, found.trace.step
    rows = [
        ("mean power", float(power.mean()), "W"),
        ("highest power", float(power.max()), "W"),
        ("lowest power", float(power.min()), "W"),
        *(
            (f"highest less lowest in any {window:g} s", swings.largest_range(power, step, window).size, "W")
            for window in RANGE_WINDOWS
        ),
        *(
            (f"steepest {way} over {window:g} s", swing.size, "W/s")
            for window in RAMP_WINDOWS
            if window >= step
            for way, swing in zip(("rise", "fall"), swings.ramps(power, step, window), strict=True)
        ),
        ("change of voltage within 3 s", swings.largest_range(voltage, step, AT_ONCE).size, "1"),
        ("highest frequency told", swings.highest_readable(step), "Hz"),
    ]
    if abs(round(1.0 / step) * step - 1.0) < 1e-9:  # noqa: PLR2004 - rounding
        lost = chain.hidden(load.site, load.activity, step, load.cooling)
        rows += [
            ("part of the energy that means of a second hide", lost.connection / lost.energy, "1"),
            ("mean loss less loss at the mean, over that energy", lost.losses / lost.energy, "1"),
        ]
    return pl.DataFrame(rows, schema=["figure", "value", "unit"], orient="row")


def spectrum(power: Floats, step: float) -> pl.DataFrame:
    """
    Give amplitudes through a Hann window, up to the highest frequency that a series tells of.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.

    Returns
    -------
    frame
        Frequency and amplitude.
    """
    hertz, size = swings.amplitudes(power, step)
    shown = (hertz > 0.0) & (hertz <= swings.highest_readable(step))
    return pl.DataFrame({"frequency_hz": hertz[shown], "amplitude_w": size[shown]})


def bands(power: Floats, step: float) -> pl.DataFrame:
    """
    Give what bands of frequency hold of a load.

    Parameters
    ----------
    power : (sample,) [W]
        Equally spaced.
    step : [s]
        From one sample to the next.

    Returns
    -------
    frame
        A row a band that the series tells of whole or in part: shares of what swings, largest swing in 5 s.
    """
    rows = []
    for low, high in BANDS:
        top = min(high, swings.highest_readable(step))
        if low >= top:
            continue
        found = swings.spectrum(power, step, low, top)
        largest = swings.range_in_band(power, step, low, top, 5.0)[0].size
        rows.append((low, top, found.magnitude, found.energy, largest, found.peak, found.amplitude))
    columns = ["low_hz", "high_hz", "share_of_magnitudes", "share_of_energy", "swing_5s_w", "largest_at_hz"]
    return pl.DataFrame(rows, schema=[*columns, "amplitude_w"], orient="row")


def of_modes(load: Load, found: Outcome, given: tuple[Mode, ...]) -> pl.DataFrame:
    """
    Give what a network's modes make of a load.

    Parameters
    ----------
    load
        The load.
    found
        Without devices.
    given
        Modes of the network.

    Returns
    -------
    frame
        A row a mode that the load tells of: amplification at the iteration's frequency, the load's own swing in 5 s and
        the swing of the mode's answer, over the same time, after it has built up.
    """
    power, step = found.trace.power, found.trace.step
    rows = []
    for mode in given:
        if mode.frequency > swings.highest_readable(step):
            continue
        answer = modes.forced(power, step, mode)
        settled = min(round(3.0 / (2.0 * np.pi * mode.damping * mode.frequency) / step), answer.size // 2)
        at_iteration = None if load.period is None else float(modes.amplification(mode, np.array(1.0 / load.period)))
        rows.append(
            {
                "mode": mode.name,
                "basis": mode.basis,
                "frequency_hz": mode.frequency,
                "damping": mode.damping,
                "highest_amplification": 1.0 / (2.0 * mode.damping),
                "amplification_at_iteration": at_iteration,
                "load_swing_5s_w": swings.largest_range(power[settled:], step, 5.0).size,
                "answer_swing_5s_w": swings.largest_range(answer[settled:], step, 5.0).size,
            }
        )
    return pl.DataFrame(rows)


def allowed(connection: Connection, peak: float, given: tuple[Mode, ...]) -> pl.DataFrame:
    """
    Give how large a sinusoidal swing may be, period by period.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    peak : [W]
        Highest power of the load, for limits that are a part of it.
    given
        Modes of the network.

    Returns
    -------
    frame
        Period, frequency, the peak-to-peak swing [W] that each code allows (infinite where it allows all), the smallest
        of them, and the same with the modes: what they make of a swing is to be no more than what the codes allow.

    Notes
    -----
    Limits of ramps, ranges, voltage and flicker; of a code the smallest. Shares of what swings say nothing of size.
    """
    hertz = 1.0 / PERIODS
    found: dict[str, Floats] = {}
    for name in codes.names():
        limits = [_limit(limit, hertz, connection, peak) for limit in codes.load(name).limits]
        known = [limit for limit in limits if limit is not None]
        if known:
            found[name] = np.min(known, axis=0)
    smallest = np.min(list(found.values()), axis=0)
    columns = {f"{name}_w": values for name, values in found.items()}
    with_modes = modes.allowed_by_modes(smallest, hertz, given)
    return pl.DataFrame(
        {"period_s": PERIODS, "frequency_hz": hertz, **columns, "codes_w": smallest, "with_modes_w": with_modes}
    )


def _limit(limit: codes.Limit, hertz: Floats, connection: Connection, peak: float) -> Floats | None:
    """Give the swing [W] that a limit allows at each frequency; none where it says nothing of a swing's size."""
    if isinstance(limit, RangeLimit):
        most = min(limit.most, (limit.most_part or np.inf) * peak)
        inside = np.ones(hertz.size, dtype=bool)
        if limit.low is not None and limit.high is not None:
            inside = (hertz >= limit.low * (1.0 - 1e-9)) & (hertz <= limit.high)
        return np.where(inside, most / modes.swing_in_window(hertz, limit.window), np.inf)
    if isinstance(limit, RampLimit) and limit.quantile is None:
        steepest = min(
            limit.up or np.inf,
            limit.down or np.inf,
            (limit.up_part or np.inf) * peak / 60.0,
            (limit.down_part or np.inf) * peak / 60.0,
        )
        return modes.swing_under_ramp(hertz, steepest, limit.window)
    if isinstance(limit, VoltageLimit):
        return limit.most / thevenin.sensitivity(connection) / modes.swing_in_window(hertz, AT_ONCE)
    if isinstance(limit, FlickerLimit) and limit.above < connection.voltage <= limit.up_to:
        lamp, slope = flicker.lamp(connection.frequency), thevenin.sensitivity(connection)
        of_one = np.array([flicker.of_sine(float(one), 1.0, lamp) for one in hertz])
        return limit.short / of_one / slope
    return None
