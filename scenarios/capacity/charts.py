"""What a site can carry, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.capacity.study import RATIOS
from scenarios.capacity.words import binding, label
from scenarios.page import drawing, lines, quantities
from scenarios.page.style import BLUE, GREEN, GREY, INK, VERMILION, Chart
from twin.capacity import split, totals

if TYPE_CHECKING:
    from scenarios.capacity.standing import Standing
    from scenarios.capacity.study import Capacities

UNBOUNDED = 2.0
"""Times the installed IT power at which bars of limits end that reach further; their texts do not."""


def limits(now: Standing) -> Chart:
    """
    Draw what each limit carries, beside what the racks that stand draw.

    Parameters
    ----------
    now : Standing
        The site as it stands.

    Returns
    -------
    Chart
        Bars of used, free and stranded capacity, least on top.
    """
    names = (*now.limits.hall_names, *now.limits.site_names)
    installed, carried = float(now.installed.sum()), totals(now.limits)
    order = np.argsort(-carried, kind="stable")
    most = UNBOUNDED * max(installed, now.usable.total)
    shown = np.minimum(carried, most)[order]
    parts = split(shown, installed, now.usable.total)
    scale = quantities.fitting(installed, "W")
    words = [label(names[row]) for row in order]
    texts = [quantities.quantity(carried[row], "W") if np.isfinite(carried[row]) else "none" for row in order]
    figure = drawing.stacked(110 + 28 * len(words))
    for name, colour, values in (
        ("Used by racks", BLUE, parts.used),
        ("Free", GREEN, parts.free),
        ("Stranded", GREY, parts.stranded),
    ):
        last = name == "Stranded"
        look = {"name": name, "marker": {"color": colour}, "textposition": "outside" if last else "none"}
        drawing.add_bars(figure, words, values / scale.factor, texts, look)
    line = {"color": VERMILION, "width": 1.6, "dash": "dash"}
    at = installed / scale.factor
    drawing.add(
        figure,
        {
            "type": "scatter",
            "mode": "lines",
            "x": [at, at],
            "y": [words[0], words[-1]],
            "name": "Racks that stand",
            "line": line,
            "hoverinfo": "skip",
        },
    )
    layout = {"barmode": "stack", "hovermode": "closest", "bargap": 0.3, "margin": {"r": 90, "b": 58}}
    drawing.update(figure["layout"], layout)
    drawing.set_axes(figure, "y", categoryorder="array", categoryarray=words, showgrid=False)
    drawing.set_axes(figure, "x", title={"text": f"IT power that it carries [{scale.unit}]"}, rangemode="tozero")
    caption = (
        "What each limit lets the racks draw on design days, least on top; limited by "
        f"{binding(now.limits, now.usable)}. Used, free and stranded add up to each; bars end at twice the racks' "
        "power."
    )
    return lines.chart("Every limit, as IT power", caption, figure)


def more_racks(found: Capacities) -> Chart:
    """
    Draw what caps let a budget carry.

    Parameters
    ----------
    found : Capacities
        Of a site with accelerators.

    Returns
    -------
    Chart
        Computing of the whole above; cap and computing lost of each accelerator below.
    """
    more, figure = found.more, drawing.stacked(420, (1.3, 1.0))
    if more is None:
        message = "a site without accelerators at work has no caps to draw"
        raise ValueError(message)
    ratio, known = 100.0 * RATIOS, more.known[: RATIOS.size]
    whole = 100.0 * (more.computing / more.computing[0])[: RATIOS.size]
    for values, name, colour, panel in (
        (whole, "Computing of the site", BLUE, 1),
        (100.0 * more.cap[: RATIOS.size], "Cap", INK, 2),
        (100.0 * more.lost[: RATIOS.size], "Computing lost by each accelerator", VERMILION, 2),
        (100.0 * more.throttled[: RATIOS.size], "Time at the cap", GREY, 2),
    ):
        look = {"mode": "lines+markers", "line": {"color": colour, "width": 1.8}}
        kept = {"x": ratio[known], "y": values[known], "name": name}
        drawing.add(figure, {"type": "scatter", **kept, **look}, panel)
    lines.name_y(figure, "Computing [%]", 1)
    lines.name_y(figure, "Part [%]", 2, zero=True)
    drawing.set_axes(figure, "x", (2,), title={"text": "Racks over those that the budget carries at full load [%]"})
    drawing.update(figure["layout"], {"margin": {"b": 58}})
    caption = (
        f"One cap for all accelerators keeps {quantities.quantity(found.budget, 'W')} of IT when all work at once. "
        "Computing for work that lacks power alone, by one published point; memory-bound work loses less."
    )
    return lines.chart("More racks under a power cap", caption, figure)
