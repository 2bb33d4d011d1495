"""Charts of the chapter of fast load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.gridstudy.charts import line, mark, name_x
from scenarios.page import drawing, lines
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, Chart, faint

if TYPE_CHECKING:
    from scenarios.fast_load.chapter import FastLoad
    from scenarios.page.drawing import Figure

MEGA = 1e6

BINS = 600
"""Bands of a spectrum of which the largest component is drawn."""

BOUNDS = (("ercot_oscillation", VERMILION), ("ieso_v3", ORANGE), ("lipa", PURPLE), ("atc", SKY), ("dominion", GREEN))
"""Codes that are drawn one by one."""


def waveform(found: FastLoad) -> Chart:
    """Draw the first seconds, without and with devices."""
    figure = drawing.stacked(420, (2.0, 1.0))
    table = found.waveform
    time = table["time_s"].to_numpy()
    line(figure, time, table["power_w"].to_numpy() / MEGA, "as it is", BLUE, "solid")
    if not table["power_w"].equals(table["power_with_devices_w"].rename("power_w")):
        line(figure, time, table["power_with_devices_w"].to_numpy() / MEGA, "with devices", GREEN, "solid")
    line(figure, time, table["voltage_pu"].to_numpy(), "voltage", ORANGE, "solid", 2)
    lines.name_y(figure, "Power [MW]", 1)
    lines.name_y(figure, "Per unit", 2)
    name_x(figure, "Time [s]", 2)
    caption = f"Means over {1e3 * found.load.step:g} ms at the point of connection; voltage without devices."
    return lines.chart("The load in milliseconds", caption, figure)


def spectrum(found: FastLoad) -> Chart:
    """Draw amplitudes over frequency, the largest of each band, and the network's modes."""
    figure = drawing.stacked(360)
    hertz, size = found.spectrum["frequency_hz"].to_numpy(), found.spectrum["amplitude_w"].to_numpy()
    edges = np.geomspace(hertz[0], hertz[-1] * (1.0 + 1e-9), BINS + 1)
    starts = np.unique(np.searchsorted(hertz, edges[:-1]))
    starts = starts[starts < hertz.size]
    line(figure, hertz[starts], np.maximum.reduceat(size, starts) / MEGA, "amplitude", BLUE, "solid")
    figure["layout"]["shapes"] = [mark(mode.frequency) for mode in found.modes]
    _logarithmic(figure, "x", "y")
    lines.name_y(figure, "Amplitude [MW]", 1)
    name_x(figure, "Frequency [Hz]", 1)
    caption = (
        f"Through a Hann window over {found.load.duration:.0f} s, up to 0.4 of the sampling rate; dashed: modes of the "
        "network."
    )
    return lines.chart("Spectrum in milliseconds", caption, figure)


def allowed(found: FastLoad) -> Chart:
    """Draw how large a swing may be over its period, and the load's own."""
    figure = drawing.stacked(460)
    table = found.allowed
    period = table["period_s"].to_numpy()
    for name, colour in BOUNDS:
        if f"{name}_w" in table.columns:
            values = table[f"{name}_w"].to_numpy()
            known = np.isfinite(values)
            line(figure, period[known], values[known] / MEGA, name, colour, "solid")
    line(figure, period, table["codes_w"].to_numpy() / MEGA, "all codes", GREY, "dash")
    line(figure, period, table["with_modes_w"].to_numpy() / MEGA, "and modes", INK, "solid")
    figure["data"][-1] |= {"fill": "tozeroy", "fillcolor": faint(GREEN, 0.15)}
    _own(figure, found)
    _logarithmic(figure, "x", "y")
    drawing.set_axes(figure, "y", range=[-1.0, 4.0])
    lines.name_y(figure, "Swing, peak to peak [MW]", 1)
    name_x(figure, "Period of the swing [s]", 1)
    caption = (
        "A sine may swing by what is shaded: under every code, and where a mode amplifies it by that much less. Dots: "
        "the load's own components. An iteration's period in a dip of the black line is in the danger band."
    )
    return lines.chart("How large a swing may be", caption, figure)


def impedance(found: FastLoad) -> Chart:
    """Draw the impedance at the point of connection over frequency."""
    figure = drawing.stacked(320)
    scan = found.harmonics.scan
    order = scan["order"].to_numpy()
    for column, label, colour in (
        ("point", "point of connection", BLUE),
        ("campus", "campus bus", GREEN),
        ("point_with_bank", "point, with a capacitor bank", SKY),
        ("campus_with_bank", "campus, with it", ORANGE),
    ):
        line(figure, order, scan[column].to_numpy(), label, colour, "solid")
    _logarithmic(figure, "y")
    lines.name_y(figure, "Per unit of 100 MVA", 1)
    name_x(figure, "Order (frequency over nominal)", 1)
    caption = "Host grid, main transformers and cables of one point; no load damps, so that peaks are upper bounds."
    return lines.chart("Impedance over frequency", caption, figure)


def _own(figure: Figure, found: FastLoad) -> None:
    """Draw the largest component of the load in each of a hundred bands as a dot."""
    hertz, size = found.spectrum["frequency_hz"].to_numpy(), found.spectrum["amplitude_w"].to_numpy()
    edges = np.geomspace(0.01, hertz[-1] * (1.0 + 1e-9), 101)
    places = [
        first + int(size[first:last].argmax())
        for first, last in zip(*(np.searchsorted(hertz, part) for part in (edges[:-1], edges[1:])), strict=True)
        if last > first
    ]
    dots = {"mode": "markers", "marker": {"color": BLUE, "size": 5}}
    own = {"type": "scatter", "x": 1.0 / hertz[places], "y": 2.0 * size[places] / MEGA, "name": "this load", **dots}
    drawing.add(figure, own)


def _logarithmic(figure: Figure, *sides: str) -> None:
    for side in sides:
        drawing.set_axes(figure, side, type="log")
