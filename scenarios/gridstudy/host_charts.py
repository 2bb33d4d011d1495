"""Charts of a campus on a transmission network: curves over its load, reactive needs, hours of curtailment, a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.gridstudy import host_network
from scenarios.gridstudy.charts import label, level, line, mark, name_x
from scenarios.gridstudy.host_names import bus_label, labels
from scenarios.page import drawing, lines
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILION, Chart

if TYPE_CHECKING:
    from scenarios.gridstudy.host_network import HostStudy
    from scenarios.page.drawing import Figure
    from twin.grid.host import Indices

MEGA = 1e6
COLOURS = (BLUE, GREEN, ORANGE, PURPLE, VERMILION, GREY)
"""Of points of connection; a seventh begins anew."""

CLASSES = (
    (0.0, 0.6, "below 60 %", GREY, 0.7),
    (0.6, 0.9, "60 to 90 %", GREEN, 1.2),
    (0.9, 1.0, "90 to 100 %", ORANGE, 2.2),
    (1.0, np.inf, "over the emergency rating", VERMILION, 3.2),
)
"""Of highest loadings after any outage: bounds, name, colour and width of their lines."""


def charts(found: HostStudy) -> dict[str, Chart]:
    """
    Draw every chart by name, in the order of the page.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    dict of text to Chart
        The map is left out where no bus has a place.
    """
    placed = np.isfinite(found.network.grid.buses.latitude[found.network.studied])
    around = {"network_map": chart_of_places(found)} if placed.any() else {}
    return {"network_pv": pv(found), **around, "network_qv": qv(found), "network_hours": hours(found)}


def pv(found: HostStudy) -> Chart:
    """Draw the voltage of each point of connection over the campus's load."""
    figure = drawing.stacked(340)
    load, voltage = host_network.voltage_over_load(found)
    nodes, rows = found.network.grid.buses, found.network.feeding.bus
    for place, row in enumerate(rows):
        name = f"bus {bus_label(found.network.grid, int(row))}"
        line(figure, load / MEGA, voltage[:, place], name, COLOURS[place % len(COLOURS)], "solid")
    shapes = [mark(value / MEGA) for value in (found.load, found.capacity.load, found.capacity.whole)]
    for limit in {float(nodes.voltage_min[rows].max()), float(nodes.voltage_max[rows].min())}:
        level(figure, 0.0, float(load[-1]) / MEGA, limit)
    figure["layout"]["shapes"] = shapes
    figure["layout"]["annotations"] = [
        label(found.load / MEGA, "studied", 0.03),
        label(found.capacity.load / MEGA, "carried after each outage", 0.1),
        label(found.capacity.whole / MEGA, "carried with all branches", 0.17),
    ]
    lines.name_y(figure, "Voltage [per unit]", 1)
    name_x(figure, "Load of the campus [MW]", 1)
    end = "the loadability limit" if found.curve.ended else f"{host_network.REACH:g} times the rating"
    caption = f"Up to {end}, all points together. Corners are units that meet a reactive limit. Grey: limits."
    return lines.chart("Voltage over the load", caption, figure)


def qv(found: HostStudy) -> Chart:
    """Draw what sources at the points must give together to hold a voltage."""
    figure = drawing.stacked(320)
    named = ((f"at {found.load / MEGA:.4g} MW", BLUE), (f"at the rating, {found.rating / MEGA:.4g} MW", VERMILION))
    for needed, (name, colour) in zip(found.needed, named, strict=True):
        known = np.isfinite(needed)
        line(figure, host_network.VOLTAGES[known], needed[known] / MEGA, name, colour, "solid")
    lines.name_y(figure, "Reactive power to be given [Mvar]", 1)
    name_x(figure, "Voltage [per unit]", 1)
    caption = (
        "Of all points together, beyond what units at their buses can give. Zero is where the voltage settles by "
        "itself; below zero is a margin."
    )
    return lines.chart("Reactive power over voltage", caption, figure)


def hours(found: HostStudy) -> Chart:
    """Draw the hours of curtailment over the size of the campus."""
    figure = drawing.stacked(300)
    size = host_network.SIZES * found.rating / MEGA
    line(figure, size, found.curtailment.hours, "hours a year", BLUE, "solid")
    figure["layout"]["shapes"] = [mark(found.rating / MEGA)]
    figure["layout"]["annotations"] = [label(found.rating / MEGA, "rating", 0.03)]
    lines.name_y(figure, "Hours a year above it", 1, zero=True)
    name_x(figure, "Constant load of the campus [MW]", 1)
    caption = (
        "Hours in which the network carries less than this load, on an assumed year of its own; each hour bound by the "
        "outages that bind first at its peak."
    )
    return lines.chart("Size over hours of curtailment", caption, figure)


def chart_of_places(found: HostStudy) -> Chart:
    """Draw the studied part of the network where it stands, with loadings after outages and voltages before."""
    figure = drawing.stacked(620)
    grid, network = found.network.grid, found.network
    loading = found.loaded.worst.loading
    for low, high, name, colour, width in CLASSES:
        chosen = np.flatnonzero(network.branches & (loading >= low) & (loading < high))
        if chosen.size:
            _branches(figure, found, chosen, {"name": name, "line": {"color": colour, "width": width}})
    rows = np.flatnonzero(network.studied & np.isfinite(grid.buses.latitude))
    size = np.abs(found.with_campus.voltage)[rows]
    names = [
        f"{bus_label(grid, int(row))}, {grid.buses.nominal_voltage[row] / 1e3:g} kV: {value:.4f} per unit"
        for row, value in zip(rows, size, strict=True)
    ]
    colours = {
        "color": size,
        "colorscale": "Viridis",
        "size": 5,
        "colorbar": {"title": {"text": "per unit"}, "len": 0.6},
    }
    look = {"mode": "markers", "marker": colours, "text": names, "hovertemplate": "%{text}<extra></extra>"}
    _scatter(figure, rows, found, look | {"name": "buses", "showlegend": False})
    points = network.feeding.bus[np.isfinite(grid.buses.latitude[network.feeding.bus])]
    star = {"symbol": "star", "size": 16, "color": INK}
    _scatter(figure, points, found, {"mode": "markers", "marker": star, "name": "points of connection"})
    middle = np.nanmean(grid.buses.latitude[network.studied])
    wide = float(np.cos(np.radians(middle)))
    drawing.set_axes(figure, "y", scaleanchor="x", scaleratio=1.0 / wide, hoverformat=".3f")
    drawing.update(figure["layout"], {"hovermode": "closest"})
    lines.name_y(figure, "Latitude [°]", 1)
    name_x(figure, "Longitude [°]", 1)
    caption = (
        f"With {found.load / MEGA:.4g} MW. Lines: highest loading after any outage of one branch, over the emergency "
        "rating. Dots: voltages before an outage."
    )
    return lines.chart("The network around", caption, figure)


def _branches(figure: Figure, found: HostStudy, chosen: Indices, look: dict[str, Any]) -> None:
    """Draw branches as one trace, broken between them; each tells itself at its middle."""
    grid = found.network.grid
    ends = np.stack([grid.branches.start[chosen], grid.branches.end[chosen]])
    across, upwards = grid.buses.longitude[ends], grid.buses.latitude[ends]
    gap = np.full((1, chosen.size), np.nan)
    x, y = (np.concatenate([part, gap]).T.ravel() for part in (across, upwards))
    whole: dict[str, Any] = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "x": x, "y": y, **look}
    drawing.add(figure, whole)
    named, loading = labels(grid), found.loaded.worst.loading
    texts = [f"{named[row]}: {100.0 * loading[row]:.1f} %" for row in chosen]
    unseen = {"mode": "markers", "marker": {"size": 6, "opacity": 0.0}, "showlegend": False}
    told = {"text": texts, "hovertemplate": "%{text}<extra></extra>"}
    middle = {"x": across.mean(axis=0), "y": upwards.mean(axis=0)}
    drawing.add(figure, {"type": "scatter", **middle, **unseen, **told})


def _scatter(figure: Figure, rows: Indices, found: HostStudy, look: dict[str, Any]) -> None:
    nodes = found.network.grid.buses
    drawing.add(figure, {"type": "scatter", "x": nodes.longitude[rows], "y": nodes.latitude[rows], **look})
