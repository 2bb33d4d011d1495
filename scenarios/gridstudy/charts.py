"""Charts of a study of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.page import drawing, lines
from scenarios.page.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, Chart

if TYPE_CHECKING:
    import polars as pl

    from scenarios.gridstudy.connection import Chapters
    from scenarios.gridstudy.system import Frequency
    from scenarios.page.drawing import Figure
    from twin.site import Floats

MEGA = 1e6


def steady(found: Chapters) -> Chart:
    """Draw voltages, loading, reactive power and losses over the load."""
    figure = drawing.stacked(620, (2.0, 1.0, 1.0))
    limits = found.site.connection
    for case, dash in zip(found.cases, ("solid", "dot"), strict=False):
        loads = case.sweep["load_w"].to_numpy() / MEGA
        more = "" if dash == "solid" else ", one transformer out"
        line(figure, loads, case.sweep["campus_voltage_pu"].to_numpy(), f"campus{more}", GREEN, dash)
        loading = 100.0 * case.sweep["transformer_loading"].to_numpy()
        line(figure, loads, loading, f"transformer loading{more}", ORANGE, dash, 2)
        if dash == "solid":
            line(figure, loads, case.sweep["pcc_voltage_pu"].to_numpy(), "point of connection", BLUE, dash)
            line(
                figure, loads, case.sweep["pcc_reactive_power_var"].to_numpy() / MEGA, "reactive power", PURPLE, dash, 3
            )
            line(
                figure,
                loads,
                case.sweep["host_loss_w"].to_numpy() / MEGA,
                "losses in the equivalent",
                VERMILION,
                dash,
                3,
            )
    highest = float(found.cases[0].sweep["load_w"].to_numpy().max()) / MEGA
    level(figure, 0.0, highest, limits.voltage_low)
    level(figure, 0.0, highest, limits.voltage_high)
    level(figure, 0.0, highest, 100.0, 2)
    capacity = min(case.hosting.load for case in found.cases)
    figure["layout"]["shapes"] = [
        _band(0.0, found.design_load / MEGA),
        *(mark(place / MEGA) for place in (limits.rating, capacity)),
    ]
    figure["layout"]["annotations"] = [
        label(limits.rating / MEGA, "rating", 0.03),
        label(capacity / MEGA, "hosting capacity", 0.09),
    ]
    lines.name_y(figure, "Voltage [per unit]", 1)
    lines.name_y(figure, "Loading [%]", 2, zero=True)
    lines.name_y(figure, "Mvar, MW", 3, zero=True)
    name_x(figure, "Load at the point of connection [MW]", 3)
    caption = (
        "Up to the nose, the highest load that any power flow has. Shaded: the operating range, up to the load of the "
        "design day. Grey lines across: the range of voltage, and the transformers' rating."
    )
    return lines.chart("Steady state over the load", caption, figure)


def reactive(found: Chapters) -> Chart:
    """Draw the QV curves."""
    figure = drawing.stacked(340)
    table = found.reactive
    columns = (("at_design_load_var", "at the design load", BLUE), ("at_rating_var", "at the rating", VERMILION))
    for column, label, colour in columns:
        shown = table.filter(table[column].is_not_null())
        line(figure, shown["voltage_pu"].to_numpy(), shown[column].to_numpy() / MEGA, label, colour, "solid")
    limits = found.site.connection
    figure["layout"]["shapes"] = [_band(limits.voltage_low, limits.voltage_high)]
    lines.name_y(figure, "Reactive power to be given [Mvar]", 1)
    name_x(figure, "Voltage [per unit]", 1)
    caption = (
        "What a source at the point of connection must give, all points together, to hold a voltage. Zero is where the "
        "voltage settles by itself; the lowest point is the reactive margin. Shaded: the range of voltage."
    )
    return lines.chart("Reactive power over voltage", caption, figure)


def frequency(found: Frequency) -> Chart:
    """Draw the deviation of frequency after each change of load."""
    figure = drawing.stacked(320)
    time = found.series["time_s"].to_numpy()
    names = [name for name in found.series.columns if name != "time_s"]
    for name, colour in zip(names, (BLUE, ORANGE, GREEN), strict=False):
        line(figure, time, 1e3 * found.series[name].to_numpy(), name, colour, "solid")
    lines.name_y(figure, "Deviation [mHz]", 1)
    name_x(figure, "Time [s]", 1)
    caption = f"{found.system.title} as one machine, in balance before; no deadband, no secondary control."
    return lines.chart("Frequency", caption, figure)


def spectrum(table: pl.DataFrame) -> Chart:
    """Draw the amplitudes of a run's power over frequency, the largest of each of 400 bands."""
    figure = drawing.stacked(320)
    hertz, size = table["frequency_hz"].to_numpy(), table["amplitude_w"].to_numpy()
    edges = np.geomspace(hertz[0], hertz[-1] * (1.0 + 1e-9), 401)
    starts = np.unique(np.searchsorted(hertz, edges[:-1]))
    starts = starts[starts < hertz.size]
    line(figure, hertz[starts], np.maximum.reduceat(size, starts) / MEGA, "amplitude", BLUE, "solid")
    drawing.set_axes(figure, "x", type="log")
    drawing.set_axes(figure, "y", type="log")
    lines.name_y(figure, "Amplitude [MW]", 1)
    name_x(figure, "Frequency [Hz]", 1)
    caption = "Through a Hann window over the whole run; a run of seconds tells nothing above 0.4 Hz."
    return lines.chart("Spectrum of the power", caption, figure)


def line(figure: Figure, x: Floats, y: Floats, label: str, colour: str, dash: str, panel: int = 1) -> None:
    """Draw a line in a panel."""
    look = {"mode": "lines", "line": {"color": colour, "width": 1.6, "dash": dash}}
    drawing.add(figure, {"type": "scatter", "x": x, "y": y, "name": label, **look}, panel)


def level(figure: Figure, first: float, last: float, value: float, panel: int = 1) -> None:
    """Draw a grey line across a panel at a value."""
    look = {"mode": "lines", "line": {"color": GREY, "width": 1.0}, "showlegend": False, "hoverinfo": "skip"}
    drawing.add(figure, {"type": "scatter", "x": [first, last], "y": [value, value], **look}, panel)


def mark(place: float) -> dict[str, Any]:
    """Give a dashed line across a chart at a place of its horizontal axis."""
    look = {"color": GREY, "width": 1.0, "dash": "dash"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": place, "x1": place, "y0": 0.0, "y1": 1.0, "line": look}


def label(place: float, text: str, height: float) -> dict[str, Any]:
    """Give a text beside a mark, a part of the chart's height below its top."""
    where = {"xref": "x", "yref": "paper", "x": place, "y": 1.0 - height, "xanchor": "left", "yanchor": "middle"}
    return {**where, "text": f" {text}", "showarrow": False, "font": {"size": 12}}


def _band(first: float, last: float) -> dict[str, Any]:
    look = {"fillcolor": GREY, "opacity": 0.12, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": 0.0, "y1": 1.0, **look}


def name_x(figure: Figure, title: str, panel: int) -> None:
    """Name the horizontal axis of a panel, and make room for the name."""
    drawing.set_axes(figure, "x", (panel,), title={"text": title}, hoverformat=".4~g")
    drawing.update(figure["layout"], {"margin": {"b": 58}})
