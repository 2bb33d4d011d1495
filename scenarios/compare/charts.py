"""What people look at when they set runs side by side: power, its duration, PUE, chip margin, water."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from scenarios.compare.figures import flop_s_per_watt
from scenarios.compare.table import FLOP_S_PER_MW
from scenarios.page import curves, drawing, envelope, lines, quantities
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, Chart, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facilities.nameplate import Nameplate
    from scenarios.compare.subjects import Subject
    from scenarios.page.drawing import Figure
    from scenarios.page.quantities import Scale
    from twin.run import Run
    from twin.site import Floats

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, GREY, INK)
"""Of the columns; from the ninth on again."""

LITRES_A_KWH = quantities.fitting(1.0, "kg/J")

_POWERS = (
    ("Connection rating", GREY, "connection_w"),
    ("Facility, full load", BLUE, "facility_power_w"),
    ("IT, full load", SKY, "it_power_w"),
)

_NO_ZERO = "The axis does not start at zero."


class _Drawn(NamedTuple):
    """A run as it is drawn: its thinned tables count from its start."""

    label: str
    colour: str
    run: Run
    connection: float | None
    site: pl.DataFrame


def charts(subjects: Sequence[Subject]) -> dict[str, Chart]:
    """
    Draw subjects side by side.

    Parameters
    ----------
    subjects
        Runs and sites.

    Returns
    -------
    dict of text to Chart
        In reading order; without the charts that need a run where there is none.
    """
    designs = [(subject.label, subject.design) for subject in subjects if subject.design is not None]
    drawn = {"design": _design(designs)} if len({design for _, design in designs}) > 1 else {}
    coloured = [(subject, COLOURS[place % len(COLOURS)]) for place, subject in enumerate(subjects)]
    runs = [(subject, colour, subject.run) for subject, colour in coloured if subject.run is not None]
    if not runs:
        return drawn
    step = envelope.step_for(max(run.manifest["duration_s"] for _, _, run in runs))
    every = quantities.duration(step)
    shown = [
        _Drawn(
            subject.label,
            colour,
            run,
            None if subject.design is None else subject.design.connection_w,
            _since_start(run, envelope.site(run, step), step),
        )
        for subject, colour, run in runs
    ]
    drawn |= {
        "power": _power(shown, every),
        "load": _durations(shown),
        "pue": _pue(shown, every),
    }
    margin, water = _margin(shown, step), _water(shown, max(step, envelope.MINUTE))
    return drawn | {name: chart for name, chart in (("margin", margin), ("water", water)) if chart is not None}


def _since_start(run: Run, frame: pl.DataFrame, step: int) -> pl.DataFrame:
    """Count time from the start of the run; each point stands at the middle of its interval."""
    start = datetime.fromisoformat(run.manifest["start"])
    return frame.with_columns(time=envelope.at_middle(frame["time"], step) - start)


def _by_connection(shown: Sequence[_Drawn]) -> list[tuple[_Drawn, float]]:
    """Give runs with the ratings of their connections, if these differ: else one axis in watts says it all."""
    rated = [(one, one.connection) for one in shown if one.connection]
    return rated if len({connection for _, connection in rated}) > 1 else []


def _design(designs: Sequence[tuple[str, Nameplate]]) -> Chart:
    """Draw bars of power at design, and of rated computing per MW where that is known."""
    rates = [flop_s_per_watt(design) for _, design in designs]
    known = any(rate is not None for rate in rates)
    figure = drawing.side_by_side(110 + 66 * len(designs), 2 if known else 1)
    labels = [label for label, _ in designs]
    scale = quantities.fitting(max(design.connection_w for _, design in designs), "W")
    for name, colour, column in _POWERS:
        powers = np.array([getattr(design, column) for _, design in designs])
        texts = [quantities.quantity(power, "W", 3) for power in powers.tolist()]
        drawing.add_bars(figure, labels, powers / scale.factor, texts, {"name": name, "marker": {"color": colour}})
    drawing.set_axes(figure, "x", (1,), title={"text": f"Power [{scale.unit}]"})
    caption = "Power for which each site is built; that of the facility at full load is of its design day."
    if known:
        parts = np.array([math.nan if rate is None else rate / FLOP_S_PER_MW.factor for rate in rates])
        texts = [quantities.digits(part, 3) for part in parts.tolist()]
        look = {"showlegend": False, "marker": {"color": GREEN}, "width": 0.3}
        drawing.add_bars(figure, labels, parts, texts, look, 2)
        drawing.set_axes(figure, "y", (2,), showticklabels=False)
        drawing.set_axes(figure, "x", (2,), title={"text": f"Rated computing [{FLOP_S_PER_MW.unit}]"})
        caption = f"{caption} Right: dense BF16 of all accelerators, as rated, over that power."
    drawing.set_axes(figure, "x", rangemode="tozero")
    drawing.set_axes(figure, "y", showgrid=False, autorange="reversed")
    drawing.update(figure["layout"], {"hovermode": "closest", "barmode": "group", "margin": {"r": 72, "b": 58}})
    return lines.chart("Design", caption, figure)


def _panels(shown: Sequence[_Drawn], height: int) -> tuple[Figure, list[tuple[_Drawn, float]]]:
    rated = _by_connection(shown)
    figure = lines.since_start(2 * height - 60, (0.5, 0.5)) if rated else lines.since_start(height)
    return figure, rated


def _power(shown: Sequence[_Drawn], every: str) -> Chart:
    figure, rated = _panels(shown, 360)
    highest = max(float(one.site["facility_power_w"].to_numpy().max()) for one in shown)
    scale = quantities.fitting(highest, "W")
    for one in shown:
        _add_powers(figure, one, one.site, scale, 1)
    lines.name_y(figure, f"Power [{scale.unit}]", 1, zero=True)
    caption = f"Means of {every}. Full lines: drawn at the PCC; dotted: IT, at the rack inlets."
    if rated:
        for one, connection in rated:
            parts = one.site.with_columns(pl.col("facility_power_w", "it_power_w") / connection)
            _add_powers(figure, one, parts, lines.PERCENT, 2)
        lines.name_y(figure, "Of the connection [%]", 2, zero=True)
        caption = f"{caption} Below, the same over the rating of each site's connection."
    return lines.chart("Power", caption, figure)


def _add_powers(figure: Figure, one: _Drawn, frame: pl.DataFrame, scale: Scale, row: int) -> None:
    """Draw both powers of a run under one entry of the legend, which shows and hides all of its lines."""
    for column, dash in (("facility_power_w", "solid"), ("it_power_w", "dot")):
        lines.add_line(figure, frame, Line(column, one.label, one.colour, dash=dash), scale, row)
        if row > 1 or dash != "solid":
            _unlist(figure)
    figure["data"][-1]["name"] = f"{one.label}, IT"


def _unlist(figure: Figure) -> None:
    """Leave the last line out of the legend; it belongs to an entry that is there."""
    figure["data"][-1]["showlegend"] = False


def _durations(shown: Sequence[_Drawn]) -> Chart:
    rated = _by_connection(shown)
    figure = drawing.side_by_side(320, 2 if rated else 1)
    drawing.update(figure["layout"], {"hovermode": "closest", "margin": {"b": 58}})
    powers = {one.label: _curve(one) for one in shown}
    scale = quantities.fitting(max(float(points[1][0]) for points in powers.values()), "W")
    for one in shown:
        drawing.add(figure, lines.curve(powers[one.label], scale, one.label, one.colour))
    lines.name_y(figure, f"Power at least [{scale.unit}]", zero=True)
    caption = "Power drawn at the PCC as stored, from the highest to the lowest."
    for one, connection in rated:
        shares, power = powers[one.label]
        trace = lines.curve((shares, power / connection), lines.PERCENT, one.label, one.colour)
        drawing.add(figure, trace | {"showlegend": False}, 2)
    if rated:
        lines.name_y(figure, "Of the connection [%]", 2, zero=True)
        caption = f"{caption} Right: over the rating of each site's connection."
    drawing.set_axes(figure, "x", title={"text": "Share of time [%]"})
    return lines.chart("Load duration", caption, figure)


def _curve(one: _Drawn) -> tuple[Floats, Floats]:
    return curves.duration_curve(one.run.scan("site").select("facility_power_w").collect().to_series().to_numpy())


def _pue(shown: Sequence[_Drawn], every: str) -> Chart:
    figure = lines.since_start(280)
    for one in shown:
        lines.add_line(figure, one.site, Line("pue", one.label, one.colour), lines.RATIO)
    lines.name_y(figure, "PUE")
    return lines.chart("Power usage effectiveness", f"Each point is the ratio of {every}. {_NO_ZERO}", figure)


def _margin(shown: Sequence[_Drawn], step: int) -> Chart | None:
    figure = lines.since_start(280)
    for one in shown:
        limit = one.run.manifest["limits"]["throttle_temp_k"]
        if limit is None:
            continue
        warmest = _since_start(one.run, envelope.warmest_chip(one.run, step), step)
        margin = warmest.with_columns(margin=limit - pl.col("chip_temp_k_high"))
        lines.add_line(figure, margin, Line("margin", one.label, one.colour), lines.RATIO)
    if not figure["data"]:
        return None
    lines.name_y(figure, "Margin [K]")
    caption = (
        f"Lowest throttle limit of the site's chips less its warmest chip, the highest of {quantities.duration(step)}; "
        f"below zero chips throttle. {_NO_ZERO}"
    )
    return lines.chart("Chip temperature margin", caption, figure)


def _water(shown: Sequence[_Drawn], step: int) -> Chart | None:
    """Draw make-up water, and where sites differ in size also over the IT energy of the interval."""
    plants = [(one, _with_water(one.run, step)) for one in shown]
    wet = [(one, frame) for one, frame in plants if frame["water_use_kg_s"].max()]
    if not wet:
        return None
    figure, rated = _panels(shown, 280)
    for one, frame in wet:
        line = Line("water_use_kg_s", one.label, one.colour)
        lines.add_line(figure, frame, line, lines.CUBIC_METRES_AN_HOUR, 1)
        if rated:
            lines.add_line(figure, frame, line._replace(column="wue"), LITRES_A_KWH, 2)
            _unlist(figure)
    lines.name_y(figure, "Water [m³/h]", 1, zero=True)
    caption = f"Means of {quantities.duration(step)}, at one kilogram a litre."
    if rated:
        lines.name_y(figure, "Of IT energy [L/kWh]", 2, zero=True)
        caption = f"{caption} Below, over the IT energy of the same time."
    dry = [one.label for one, frame in plants if not frame["water_use_kg_s"].max()]
    if dry:
        caption = f"{caption} No water: {'; '.join(dry)}."
    return lines.chart("Make-up water", caption, figure)


def _with_water(run: Run, step: int) -> pl.DataFrame:
    cooling, site = envelope.cooling(run, step), envelope.site(run, step)
    joined = cooling.join(site.select("time", "it_power_w"), on="time")
    return _since_start(run, joined.with_columns(wue=pl.col("water_use_kg_s") / pl.col("it_power_w")), step)
