"""Charts of the cooling plant over the run: temperatures, speeds and modes of its loops, its power and its water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.page import drawing, lines
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, Chart, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from scenarios.page.drawing import Figure

    Kinds = Mapping[str, pl.DataFrame]

MODES = {"Coolers alone": BLUE, "Coolers and chillers": SKY, "Chillers alone": PURPLE}
"""Values 0, 1 and 2 of ``cooling_mode``, and their colours."""

_COLOURS = (GREEN, ORANGE, VERMILION)
"""Of the kinds of loops, in order."""


def plant(kinds: Kinds, outdoors: pl.DataFrame, every: str) -> Chart:
    """Draw what each kind of loop does: its water, its fans and chillers, and which of the two carry the heat."""
    figure = lines.over_time(560, (0.5, 0.34, 0.16))
    for (kind, frame), colour in zip(kinds.items(), _COLOURS, strict=False):
        for line, scale, row in (
            (Line("return_temp_k", f"Water for {kind}, return", colour, dash="dash"), lines.CELSIUS, 1),
            (Line("supply_temp_k", f"Water for {kind}, supply", colour, band=True), lines.CELSIUS, 1),
            (Line("fan_speed", f"Cooler fans, {kind}", colour, band=True), lines.PERCENT, 2),
            (Line("chiller_load", f"Chillers, {kind}", colour, dash="dot"), lines.PERCENT, 2),
        ):
            if _worth_drawing(frame, line.column):
                lines.add_line(figure, frame, line, scale, row)
    for line in (
        Line("dry_bulb_temp_k", "Outdoors, dry bulb", GREY),
        Line("wet_bulb_temp_k", "Outdoors, wet bulb", GREY, dash="dot"),
    ):
        lines.add_line(figure, outdoors, line, lines.CELSIUS)
    _add_modes(figure, kinds)
    lines.name_y(figure, "Water, outdoors [°C]", row=1)
    lines.name_y(figure, "Fans, chillers [%]", row=2, zero=True)
    caption = (
        f"Means of {every} over the loops of a kind; bands span the lowest and the highest of them. Fans: speed over "
        "full speed; chillers: heat over capacity. The strip says which carried the heat in most of the loops."
    )
    return lines.chart("Cooling plant", caption, figure)


def power_and_water(cooling: pl.DataFrame, every: str) -> Chart:
    """Stack the power of the cooling plant by machine, with its make-up water below if it takes any."""
    stacked = (
        Line("cdu_pump_power_w", "CDU pumps", BLUE),
        Line("pump_power_w", "Facility water pumps", SKY),
        Line("coil_fan_power_w", "Hall fans", ORANGE),
        Line("fan_power_w", "Cooler fans", GREEN),
        Line("chiller_power_w", "Chillers", VERMILION),
    )
    wet = bool(cooling["water_use_kg_s"].max())
    scale = lines.scale_for("W", cooling.select([line.column for line in stacked]).sum_horizontal())
    figure = lines.over_time(440 if wet else 320, (0.66, 0.34) if wet else (1.0,))
    for line in stacked:
        lines.add_layer(figure, cooling, line, scale)
    lines.name_y(figure, f"Power [{scale.unit}]", row=1, zero=True)
    caption = f"Means of {every}, summed over the loops."
    if not wet:
        caption = f"{caption} The plant takes no water."
        return lines.chart("Power of the cooling plant", caption, figure)
    water = Line("water_use_kg_s", "Make-up water", PURPLE)
    lines.add_line(figure, cooling, water, lines.CUBIC_METRES_AN_HOUR, row=2)
    lines.name_y(figure, "Water [m³/h]", row=2, zero=True)
    return lines.chart("Power and water of the cooling plant", f"{caption} Water at one kilogram a litre.", figure)


def _worth_drawing(frame: pl.DataFrame, column: str) -> bool:
    """Leave out chillers and fans of loops that have none."""
    highest = frame[column].max()
    return isinstance(highest, int | float) and highest > 0.0


def _add_modes(figure: Figure, kinds: Kinds) -> None:
    edges = [(part + side) / len(MODES) for part in range(len(MODES)) for side in (0, 1)]
    colours = [colour for colour in MODES.values() for _ in (0, 1)]
    strip = {
        "type": "heatmap",
        "zmin": 0,
        "zmax": len(MODES) - 1,
        "colorscale": [list(stop) for stop in zip(edges, colours, strict=True)],
        "showscale": False,
        "hoverinfo": "skip",
        "ygap": 3,
    }
    # All loops have a row at each time of the table, so that the kinds share their columns.
    cells = np.array([frame["cooling_mode"].cast(float).to_numpy() for frame in kinds.values()], dtype=np.float32)
    times = lines.milliseconds(next(iter(kinds.values()))["time"])
    drawing.add(figure, strip | {"x": times, "y": list(kinds), "z": cells}, 3)
    used = {round(mode) for frame in kinds.values() for mode in frame["cooling_mode"].drop_nulls().unique()}
    for mode, (label, colour) in enumerate(MODES.items()):
        if mode in used:
            # A heat map has no entries in a legend: points that are nowhere have.
            key = {"type": "scatter", "x": [None], "y": [None], "mode": "markers", "name": label}
            drawing.add(figure, key | {"marker": {"symbol": "square", "size": 11, "color": colour}})
    drawing.set_axes(figure, "y", (3,), showgrid=False, ticks="", tickfont={"color": INK})
