"""Charts of a year: hour by day, month by month, and ordered by size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.page import curves, drawing, lines, quantities
from scenarios.page.quantities import Scale
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, Chart

if TYPE_CHECKING:
    import polars as pl

    from scenarios.page.drawing import Figure
    from twin.site import Floats

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOURS_A_DAY = 24
TONNES_AN_HOUR, GRAMS_A_KWH = Scale(1000.0 / 3600.0, "t/h"), Scale(1e-3 / 3.6e6, "g/kWh")

MAPS = (
    ("pue", "PUE", "1", "Facility power over IT power of each hour."),
    ("facility_power_w", "Facility power", "W", "Drawn at the point of connection, mean of each hour."),
    ("water_use_kg_s", "Make-up water", "kg/s", "Of towers and pads, mean of each hour."),
    ("mechanical_share", "Chillers", "%", "Part of the heat of the water loops that chillers take."),
    ("dry_bulb_temp_k", "Outdoor air", "K", "Dry bulb, mean of each hour."),
)
"""Maps of hour by day: column, title, unit, and what is shown."""


def maps(table: pl.DataFrame) -> dict[str, Chart]:
    """
    Draw each of `MAPS` that has something to show.

    Parameters
    ----------
    table
        Hours of the year.

    Returns
    -------
    dict of text to chart
        By name.
    """
    shown = ((column, title, unit, about) for column, title, unit, about in MAPS if table[column].max() != 0.0)
    return {f"map_{column}": hour_map(table, column, title, unit, about) for column, title, unit, about in shown}


def hour_map(table: pl.DataFrame, column: str, title: str, unit: str, about: str) -> Chart:
    """
    Draw a column by hour of the day and day of the year.

    Parameters
    ----------
    table
        Hours of the year.
    column
        Of it.
    title
        Above the picture.
    unit
        As `MAPS` has it.
    about
        Below the picture.

    Returns
    -------
    Chart
        A map of colours.
    """
    values = table[column].to_numpy()
    scale = _scale(unit, values)
    days = table["time"].to_numpy()[::HOURS_A_DAY].astype("datetime64[ms]").astype(float)
    figure = lines.over_time(250)
    cells = {
        "type": "heatmap",
        "x": days,
        "y": np.arange(HOURS_A_DAY, dtype=np.float32),
        "z": lines.shown(values, scale).reshape(-1, HOURS_A_DAY).T,
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": scale.unit}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": f"%{{x|%d %b}}, %{{y}} h: %{{z:.4~g}} {scale.unit}<extra></extra>",
    }
    drawing.add(figure, cells)
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"t": 32}})
    drawing.set_axes(figure, "x", showgrid=False, tickformat="%b")
    drawing.set_axes(figure, "y", showgrid=False, tickvals=[0, 6, 12, 18], title={"text": "Hour"})
    return lines.chart(title, f"{about} Local standard time.", figure)


def _scale(unit: str, values: Floats) -> Scale:
    fixed = {
        "1": lines.RATIO,
        "t/h": TONNES_AN_HOUR,
        "g/kWh": GRAMS_A_KWH,
        "K": lines.CELSIUS,
        "kg/s": lines.CUBIC_METRES_AN_HOUR,
        "%": lines.PERCENT,
    }
    return fixed[unit] if unit in fixed else quantities.fitting(float(np.abs(values).max()), unit)


def monthly(table: pl.DataFrame) -> Chart:
    """
    Draw energy by use, PUE and water of each month.

    Parameters
    ----------
    table
        Months of the year.

    Returns
    -------
    Chart
        Stacked bars over lines.
    """
    wet = float(table["water_use_kg"].sum()) > 0.0
    figure = drawing.stacked(520 if wet else 400, (2.0, 1.0, 1.0) if wet else (2.0, 1.0))
    scale = quantities.fitting(float(table["facility_energy_j"].to_numpy().max()), "J")
    other = table["it_energy_j"] - table["accelerator_energy_j"] - table["rack_loss_energy_j"]
    for label, colour, values in (
        ("Accelerators", BLUE, table["accelerator_energy_j"]),
        ("Other IT", SKY, other),
        ("Losses in racks", ORANGE, table["rack_loss_energy_j"]),
        ("Losses in distribution", VERMILION, table["loss_energy_j"]),
        ("Cooling", GREEN, table["cooling_energy_j"]),
        *([("House load", GREY, table["house_energy_j"])] if table["house_energy_j"].max() else []),
    ):
        add_bars(figure, values.to_numpy() / scale.factor, label, colour)
    _points(figure, table["pue"].to_numpy(), "PUE", INK, 2)
    lines.name_y(figure, f"Energy [{scale.unit}]", 1, zero=True)
    lines.name_y(figure, "PUE", 2)
    if wet:
        _points(figure, table["wue_l_kwh"].to_numpy(), "WUE", PURPLE, 3)
        lines.name_y(figure, "WUE [L/kWh]", 3, zero=True)
    drawing.update(figure["layout"], {"barmode": "stack", "bargap": 0.25})
    caption = (
        "Energy of each month by use; they add to that drawn at the point of connection. "
        f"{'PUE and WUE are ratios' if wet else 'PUE is a ratio'} of the month's sums."
    )
    return lines.chart("Energy by use, PUE and water" if wet else "Energy by use, and PUE", caption, figure)


def add_bars(figure: Figure, values: Floats, label: str, colour: str) -> None:
    """Draw a bar a month in the first panel."""
    bars: dict[str, Any] = {"type": "bar", "x": list(MONTHS), "y": values, "name": label, "marker": {"color": colour}}
    drawing.add(figure, bars)


def _points(figure: Figure, values: Floats, label: str, colour: str, panel: int) -> None:
    look = {"mode": "lines+markers", "line": {"color": colour, "width": 1.6}, "showlegend": False}
    drawing.add(figure, {"type": "scatter", "x": list(MONTHS), "y": values, "name": label, **look}, panel)


def durations(table: pl.DataFrame) -> Chart:
    """
    Draw the hours of the year ordered by size.

    Parameters
    ----------
    table
        Hours of the year.

    Returns
    -------
    Chart
        Powers above, PUE below.
    """
    figure = drawing.stacked(460, (1.6, 1.0))
    scale = lines.scale_for("W", table["facility_power_w"])
    for column, label, colour in (
        ("facility_power_w", "Facility", INK),
        ("it_power_w", "IT", BLUE),
        ("cooling_power_w", "Cooling", GREEN),
    ):
        curve = curves.duration_curve(table[column].to_numpy())
        drawing.add(figure, lines.curve(curve, scale, label, colour))
    pue = lines.curve(curves.duration_curve(table["pue"].to_numpy()), lines.RATIO, "PUE", VERMILION)
    drawing.add(figure, pue, 2)
    lines.name_y(figure, f"Power [{scale.unit}]", 1, zero=True)
    lines.name_y(figure, "PUE", 2)
    drawing.set_axes(figure, "x", (2,), title={"text": "Part of the year in which it is reached or exceeded [%]"})
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"b": 58}})
    return lines.chart("Duration curves", "Hours of the year, each curve ordered by itself.", figure)
