"""Charts of a study's dynamics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.gridstudy.strokes import label, level, line, mark, name_x
from scenarios.page import drawing, lines
from scenarios.page.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, Chart

if TYPE_CHECKING:
    import polars as pl

    from scenarios.gridstudy import cascade, island, modes, ride_through
    from scenarios.gridstudy.dynamics import Dynamics
    from scenarios.page.drawing import Figure

MEGA, KELVIN = 1e6, 273.15

SOURCES = (
    ("drawn_w", "from the grid", BLUE),
    ("battery_w", "from batteries", ORANGE),
    ("standby_w", "from standby sets", GREEN),
    ("missing_w", "missing", VERMILION),
)
"""Columns of power, their names and colours."""


def charts(found: Dynamics) -> dict[str, Chart]:
    """
    Draw the chapters.

    Parameters
    ----------
    found
        From `scenarios.gridstudy.dynamics.study`.

    Returns
    -------
    dict of text to Chart
        By the names that the template has.
    """
    drawn = {"sag": sag(found.ride_through)}
    if found.cascade is not None:
        drawn["lost"] = lost(found.cascade)
    if found.modes is not None:
        drawn["modes"] = swings(found.modes)
    if found.island is not None:
        drawn |= {"island": island_swing(found.island), "island_series": island_series(found.island)}
    return drawn


def sag(found: ride_through.Chapter) -> Chart:
    """Draw voltage and power of a sag over time."""
    figure = drawing.stacked(420, (1.0, 2.0))
    _electric(figure, found.series, 2)
    name_x(figure, "Time from the sag [s]", 2)
    caption = "Power at the inputs of the whole site, and what carries the load in its place; means of 20 ms."
    return lines.chart("A sag", caption, figure)


def lost(found: cascade.Chapter) -> Chart:
    """Draw a minute without grid: voltage, power, racks and temperatures on one axis of time."""
    figure = drawing.stacked(760, (1.0, 2.0, 1.4, 2.0))
    _electric(figure, found.electric, 2)
    table = found.thermal
    time = table["time_s"].to_numpy()
    line(figure, time, table["it_power_w"].to_numpy() / MEGA, "racks", PURPLE, "solid", 3)
    line(figure, time, table["cooling_power_w"].to_numpy() / MEGA, "cooling", GREY, "solid", 3)
    line(figure, time, table["chip_k"].to_numpy() - KELVIN, "warmest chip", VERMILION, "solid", 4)
    if (table["coolant_k"].fill_null(0.0) > KELVIN).all():
        line(figure, time, table["coolant_k"].to_numpy() - KELVIN, "warmest coolant at racks", BLUE, "solid", 4)
    figure["layout"]["shapes"] = [mark(0.0), mark(found.back)]
    figure["layout"]["annotations"] = [label(0.0, "grid lost", 0.02), label(found.back, "grid back", 0.05)]
    lines.name_y(figure, "Replay [MW]", 3, zero=True)
    lines.name_y(figure, "Temperature [°C]", 4)
    name_x(figure, "Time from the sag [s]", 4)
    caption = (
        "Above: the state machine of inputs, all racks at full load. Below: a replay of the same minutes, in which "
        "plant and pumps stand for as long as the machine says."
    )
    return lines.chart("A minute without grid", caption, figure)


def swings(found: modes.Chapter) -> Chart:
    """Draw the sum of all machines' swings over that of the load, over frequency."""
    figure = drawing.stacked(340)
    table = found.forced
    hertz = table["frequency_hz"].to_numpy()
    line(figure, hertz, table["amplification"].to_numpy(), "all machines", BLUE)
    line(figure, hertz, table["largest"].to_numpy(), "the largest one", ORANGE)
    level(figure, float(hertz[0]), float(hertz[-1]), 1.0)
    for side in ("x", "y"):
        drawing.set_axes(figure, side, type="log")
    lines.name_y(figure, "Swing over that of the load", 1)
    name_x(figure, "Frequency of the load [Hz]")
    caption = (
        "A small load that oscillates at the site's bus: above 1 machines swing against each other besides carrying "
        "it. Typical machines without controls: trust where peaks stand, not how high they are."
    )
    return lines.chart("What swings with the load", caption, figure)


def island_swing(found: island.Chapter) -> Chart:
    """Draw the swing that an island's sets allow over the period of iterations."""
    figure = drawing.stacked(340)
    table = found.sweep
    period = table["period_s"].to_numpy()
    line(figure, period, table["allowed_w"].to_numpy() / MEGA, "allowed, in closed form", BLUE)
    followed = found.swings["period_s"].to_numpy(), found.swings["allowed_w"].to_numpy() / MEGA
    look = {"mode": "markers", "marker": {"color": BLUE, "size": 8}, "name": "allowed, followed over time"}
    drawing.add(figure, {"type": "scatter", "x": followed[0], "y": followed[1], **look})
    level(figure, float(period[0]), float(period[-1]), float(table["swing_w"][0]) / MEGA)
    for side in ("x", "y"):
        drawing.set_axes(figure, side, type="log")
    lines.name_y(figure, "Swing, peak to peak [MW]", 1)
    name_x(figure, "Period of an iteration [s]")
    caption = (
        f"{found.band}. Grey: synchronous work as it is. In closed form sets stay within their limits, and the first "
        "harmonic alone counts; followed over time they meet their limits, and each iteration's edges."
    )
    return lines.chart("What an island allows", caption, figure)


def island_series(found: island.Chapter) -> Chart:
    """Draw frequency and load of an island under iterations."""
    figure = drawing.stacked(460, (1.4, 1.0))
    colours = (VERMILION, BLUE, GREEN)
    for (name,), colour in zip(
        found.series.select("case").unique(maintain_order=True).iter_rows(), colours, strict=True
    ):
        table = found.series.filter(found.series["case"] == name)
        time = table["time_s"].to_numpy()
        line(figure, time, table["frequency_hz"].to_numpy(), name, colour)
        line(figure, time, table["load_w"].to_numpy() / MEGA, f"load {name}", colour, "dot", 2)
    lines.name_y(figure, "Frequency [Hz]", 1)
    lines.name_y(figure, "Load [MW]", 2)
    name_x(figure, "Time [s]", 2)
    caption = "Iterations of the period that allows least, from the load at rest."
    return lines.chart("The island under synchronous work", caption, figure)


def _electric(figure: Figure, table: pl.DataFrame, panel: int) -> None:
    """Draw voltage in the first panel, and power by its source in another."""
    time = table["time_s"].to_numpy()
    line(figure, time, table["voltage_pu"].to_numpy(), "voltage", GREY)
    for column, name, colour in SOURCES:
        values = table[column].to_numpy() / MEGA
        if abs(values).max() > 0.0:
            line(figure, time, values, name, colour, "solid", panel)
    lines.name_y(figure, "Per unit", 1, zero=True)
    lines.name_y(figure, "Power [MW]", panel)
