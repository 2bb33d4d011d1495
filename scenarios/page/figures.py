"""The charts of a report, and the only place that knows the library that draws them."""

from __future__ import annotations

import textwrap
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly

from scenarios.page import drawing, envelope, lines, quantities
from scenarios.page.style import (
    BLUE,
    CLEAR,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Chart,
    Line,
    faint,
    flow_colour,
)
from twin.outline import CDUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from twin.site import Floats

_LABEL_WIDTH = 16
"""Letters of a flow's label in a line."""

_LEAST_FLOW = 1e-6
"""Of the largest flow: what is smaller is not drawn."""


def library() -> str:
    """Give the source of plotly.js, for a page that works without a network."""
    return resources.files(plotly).joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")


def power_stack(site: pl.DataFrame, every: str) -> Chart:
    """Stack the site's power by use, and bound the power drawn by its lowest and highest."""
    scale = lines.scale_for("W", site["facility_power_w_high"])
    other = site["it_power_w"] - site["accelerator_power_w"] - site["rack_loss_power_w"]
    figure = lines.over_time(380)
    for line in (
        Line("accelerator_power_w", "Accelerators", BLUE),
        Line("other_power_w", "Other IT", SKY),
        Line("rack_loss_power_w", "Losses in racks", ORANGE),
        Line("loss_power_w", "Losses in distribution", VERMILION),
        Line("cooling_power_w", "Cooling", GREEN),
        *([Line("house_power_w", "House load", GREY)] if site["house_power_w"].max() else []),
    ):
        lines.add_layer(figure, site.with_columns(other_power_w=other), line, scale)
    for side, word, dash in (("high", "highest", "solid"), ("low", "lowest", "dot")):
        label = f"Drawn at the PCC, {word} second"
        lines.add_line(figure, site, Line(f"facility_power_w_{side}", label, INK, dash=dash, width=0.8), scale)
    lines.name_y(figure, f"Power [{scale.unit}]", zero=True)
    caption = (
        f"Each layer is the mean of {every}; together they are the power drawn at the point of connection (PCC). "
        "The thin lines are the highest and the lowest second within it."
    )
    return lines.chart("Power by use", caption, figure)


def sankey(flows: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw energy on its way from the grid to the chips, and heat on its way from them to the outdoors."""
    links = _links(flows)
    names = list(dict.fromkeys(name for source, target, _ in links for name in (source, target)))
    through = {name: _through(name, links) for name in names}
    scale = quantities.fitting(max(through.values(), default=0.0), "J")
    # plotly writes the last column's labels over the column before it: an unseen one after it keeps them apart.
    ends = [name for name in names if all(source != name for source, _, _ in links)]
    unseen = [(name, "", through[name] * _LEAST_FLOW) for name in ends]
    colours = {name: flow_colour(name) for name in names} | {"": CLEAR}
    rows = {name: row for row, name in enumerate(colours)}
    node = {
        "label": [f"{_wrapped(name)}<br>{quantities.quantity(through[name], 'J')}" for name in names] + [""],
        "color": list(colours.values()),
        "pad": 44,
        "thickness": 12,
        "line": {"width": 0},
        "hovertemplate": "%{label}<extra></extra>",
    }
    link = {
        "source": [rows[source] for source, _, _ in links + unseen],
        "target": [rows[target] for _, target, _ in links + unseen],
        "value": [energy / scale.factor for _, _, energy in links + unseen],
        "color": [faint(colours[source], 0.35) for source, _, _ in links] + [CLEAR] * len(unseen),
        "hovertemplate": f"%{{source.label}} → %{{target.label}}: %{{value:.4g}} {scale.unit}<extra></extra>",
    }
    figure = drawing.sheet(600)
    figure["data"].append({"type": "sankey", "node": node, "link": link, "textfont": {"size": 12}})
    figure["layout"]["margin"] = {"l": 8, "r": 0, "t": 32, "b": 32}
    caption = "Widths are energies over the whole run. The same numbers stand in the table under the chart."
    return lines.chart("Energy from the grid to the chips, and heat from the chips to the outdoors", caption, figure)


def temperatures(
    warmest: pl.DataFrame,
    chips: pl.DataFrame,
    cdus: pl.DataFrame,
    kinds: Mapping[str, pl.DataFrame],
    cooling: pl.DataFrame,
    every: str,
) -> Chart:
    """Draw temperatures from the chips, the warmest of which may be told more often, to the outdoors."""
    figure = lines.over_time(520, (0.36, 0.64))
    liquid = [
        (2, frame, line)
        for kind, frame in kinds.items()
        if CDUS in kind
        for line in (
            Line("return_temp_k", f"Water for {kind}, return", GREEN, dash="dash"),
            Line("supply_temp_k", f"Water for {kind}, supply", GREEN),
        )
    ]
    for row, frame, line in (
        (1, warmest, Line("chip_temp_k_high", "Worst chip of the site", VERMILION)),
        (1, chips, Line("chip_temp_k", "Worst chip of each rack, mean", ORANGE)),
        (2, cdus, Line("return_temp_k", "Coolant return", PURPLE, band=True)),
        (2, cdus, Line("supply_temp_k", "Coolant supply", BLUE, band=True)),
        *liquid,
        (2, cooling, Line("air_temp_k", "Hall air", ORANGE)),
        (2, cooling, Line("dry_bulb_temp_k", "Outdoors, dry bulb", GREY)),
        (2, cooling, Line("wet_bulb_temp_k", "Outdoors, wet bulb", GREY, dash="dot")),
    ):
        lines.add_line(figure, frame, line, lines.CELSIUS, row)
    lines.name_y(figure, "Chips [°C]", row=1)
    lines.name_y(figure, "Fluids and air [°C]", row=2)
    caption = (
        f"Means of {every}. Bands span the lowest and the highest of the site's coolant distribution units (CDUs); "
        "facility water and hall air are means over the loops; the worst chip of the site is the highest of all racks "
        "at each point of its line."
    )
    return lines.chart("Temperatures from the chips to the outdoors", caption, figure)


def pue(site: pl.DataFrame, every: str, definition: str, level: str) -> Chart:
    """Draw power usage effectiveness over the run, with its definition and what is to be said of its level."""
    figure = lines.over_time(260)
    lines.add_line(figure, site, Line("pue", "PUE", BLUE), lines.RATIO)
    figure["layout"]["showlegend"] = False
    lines.name_y(figure, "PUE")
    sentence = f"{definition[:1].upper()}{definition[1:]}."
    caption = f"{sentence} Each point is the ratio of {every}. The axis does not start at zero. {level}"
    return lines.chart("Power usage effectiveness", caption.strip(), figure)


def connection(grid: pl.DataFrame, every: str) -> Chart:
    """Draw voltages at the point of connection and the loading of its transformers."""
    figure = lines.over_time(440, (0.6, 0.4))
    lines.add_line(figure, grid, Line("pcc_voltage_pu", "PCC voltage", BLUE, band=True), lines.RATIO, row=1)
    lines.add_line(figure, grid, Line("campus_voltage_pu", "Campus voltage", ORANGE, band=True), lines.RATIO, row=1)
    loading = Line("transformer_loading", "Loading of main transformers", GREEN, band=True)
    lines.add_line(figure, grid, loading, lines.PERCENT, row=2)
    lines.name_y(figure, "Voltage [pu]", row=1)
    lines.name_y(figure, "Loading [%]", row=2, zero=True)
    caption = (
        f"Means of {every}; bands span the lowest and the highest second within it. "
        "Loading is apparent power over rating."
    )
    return lines.chart("Voltage and loading at the point of connection", caption, figure)


def load_and_ramps(duration: tuple[Floats, Floats], ramps: Mapping[str, tuple[Floats, Floats]]) -> Chart:
    """Draw the load duration curve, and how often power changes by how much within each of some times."""
    figure = drawing.side_by_side(320, 2 if ramps else 1)
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"b": 58}})
    power = quantities.fitting(float(duration[1][0]), "W")
    drawing.add(figure, lines.curve(duration, power, "Power drawn", INK))
    drawing.set_axes(figure, "x", (1,), title={"text": "Share of time [%]"})
    lines.name_y(figure, f"Power at least [{power.unit}]", zero=True)
    caption = "Power drawn at the PCC, from the highest to the lowest."
    if ramps:
        change = quantities.fitting(max(float(curve[1][0]) for curve in ramps.values()), "W")
        for (label, points), colour in zip(ramps.items(), (BLUE, ORANGE, VERMILION), strict=False):
            drawing.add(figure, lines.curve(points, change, f"Change within {label}", colour), 2)
        title = {"text": "Share of time [%], logarithmic"}
        drawing.set_axes(figure, "x", (2,), title=title, type="log", dtick=1, exponentformat="none")
        lines.name_y(figure, f"Change at least [{change.unit}]", 2, zero=True)
        caption = (
            "Left: power drawn at the PCC, second by second, from the highest to the lowest. Right: how much it "
            f"differs, up or down, from what it was {', '.join(ramps)} earlier, from the largest difference down."
        )
    return lines.chart("Load duration and ramps" if ramps else "Load duration", caption, figure)


def steepest(window: pl.DataFrame) -> Chart:
    """Draw the seconds around the steepest change of power, as stored."""
    scale = lines.scale_for("W", window["facility_power_w"])
    figure = lines.over_time(380, (0.62, 0.38))
    lines.add_line(figure, window, Line("facility_power_w", "Drawn at the PCC", INK), scale, row=1)
    lines.add_line(figure, window, Line("it_power_w", "IT", BLUE), scale, row=1)
    lines.add_line(figure, window, Line("pcc_voltage_pu", "PCC voltage", VERMILION), lines.RATIO, row=2)
    for trace in figure["data"]:
        trace["line"]["shape"] = "hv"
    lines.name_y(figure, f"Power [{scale.unit}]", row=1)
    lines.name_y(figure, "Voltage [pu]", row=2)
    caption = (
        "Every stored second of the minutes around the largest change of power from one second to the next. "
        "The axes do not start at zero."
    )
    return lines.chart("Around the steepest second", caption, figure)


def losses(stages: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw the energy lost in each conversion stage, and what it warms."""
    ordered = sorted(stages, key=lambda stage: float(stage["energy_j"]))
    scale = quantities.fitting(max((float(stage["energy_j"]) for stage in ordered), default=0.0), "J")
    figure = drawing.stacked(90 + 30 * max(len(ordered), 2))
    receivers = sorted({str(stage["heats"]) for stage in ordered})
    for receiver, colour in zip(receivers, (ORANGE, SKY, GREEN, PURPLE, GREY), strict=False):
        mine = [stage for stage in ordered if stage["heats"] == receiver]
        energies = np.array([float(stage["energy_j"]) for stage in mine])
        words = [_words(stage["stage"]) for stage in mine]
        texts = [quantities.quantity(energy, "J") for energy in energies]
        look = {"name": f"heats {_words(receiver)}", "marker": {"color": colour}}
        drawing.add_bars(figure, words, energies / scale.factor, texts, look)
    names = [_words(stage["stage"]) for stage in ordered]
    layout = {"hovermode": "closest", "bargap": 0.35, "showlegend": True, "margin": {"r": 90, "b": 58}}
    drawing.update(figure["layout"], layout)
    drawing.set_axes(figure, "y", categoryorder="array", categoryarray=names, showgrid=False)
    drawing.set_axes(figure, "x", title={"text": f"Energy lost in the run [{scale.unit}]"}, rangemode="tozero")
    caption = "Energy lost over the whole run; the colour says where the heat goes."
    return lines.chart("Conversion losses by stage", caption, figure)


def heat_map(labels: Sequence[str], times: pl.Series, cells: Floats, step: int) -> Chart:
    """Map the highest chip temperature over racks and time; columns of a step [s] begin at the times."""
    figure = lines.over_time(max(260, 130 + 16 * len(labels)))
    cell_map = {
        "type": "heatmap",
        "x": lines.milliseconds(envelope.at_middle(times, step)),
        "y": list(labels),
        "z": (cells - quantities.ZERO_CELSIUS).astype(np.float32),
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "°C"}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": "%{y}<br>%{x|%d %b %H:%M}: %{z:.1f} °C<extra></extra>",
    }
    drawing.add(figure, cell_map)
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"t": 32}})
    drawing.set_axes(figure, "x", showgrid=False)
    drawing.set_axes(figure, "y", autorange="reversed", showgrid=False)
    caption = (
        f"The highest chip temperature in each {quantities.duration(step)} among the racks of each row; "
        "racks stand in the order of the site."
    )
    return lines.chart("Highest chip temperature by hall", caption, figure)


def _links(flows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, float]]:
    """Give source, target and energy; a flow against its usual direction (air that cools coolant) is turned."""
    least = _LEAST_FLOW * max((abs(flow["energy_j"]) for flow in flows), default=0.0)
    links = [(flow["from"], flow["to"], flow["energy_j"]) for flow in flows if abs(flow["energy_j"]) > least]
    return [link if link[2] > 0.0 else (link[1], link[0], -link[2]) for link in links]


def _through(name: str, links: Sequence[tuple[str, str, float]]) -> float:
    arriving = sum(energy for _, target, energy in links if target == name)
    leaving = sum(energy for source, _, energy in links if source == name)
    return max(arriving, leaving)


def _wrapped(name: str) -> str:
    return "<br>".join(textwrap.wrap(name, _LABEL_WIDTH))


def _words(name: str) -> str:
    return name.replace("_", " ")
