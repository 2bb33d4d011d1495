"""Lines, marks and names that the charts of a study share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.page import drawing
from scenarios.page.style import GREY

if TYPE_CHECKING:
    from scenarios.page.drawing import Figure
    from twin.site import Floats


def line(figure: Figure, x: Floats, y: Floats, label: str, colour: str, dash: str = "solid", panel: int = 1) -> None:
    """Draw a line in a panel, with its name in the legend."""
    look = {"mode": "lines", "line": {"color": colour, "width": 1.6, "dash": dash}}
    drawing.add(figure, {"type": "scatter", "x": x, "y": y, "name": label, **look}, panel)


def mark(place: float) -> dict[str, Any]:
    """Give the shape of a dashed line upwards at a place."""
    look = {"color": GREY, "width": 1.0, "dash": "dash"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": place, "x1": place, "y0": 0.0, "y1": 1.0, "line": look}


def label(place: float, text: str, height: float) -> dict[str, Any]:
    """Give a text beside such a line, a part of the chart's height below its top."""
    where = {"xref": "x", "yref": "paper", "x": place, "y": 1.0 - height, "xanchor": "left", "yanchor": "middle"}
    return {**where, "text": f" {text}", "showarrow": False, "font": {"size": 12}}


def level(figure: Figure, first: float, last: float, value: float, panel: int = 1) -> None:
    """Draw a grey line across at a value, without a name."""
    look = {"mode": "lines", "line": {"color": GREY, "width": 1.0}, "showlegend": False, "hoverinfo": "skip"}
    drawing.add(figure, {"type": "scatter", "x": [first, last], "y": [value, value], **look}, panel)


def name_x(figure: Figure, title: str, panel: int = 1) -> None:
    """Name the horizontal axis of a panel."""
    drawing.set_axes(figure, "x", (panel,), title={"text": title}, hoverformat=".4~g")
    drawing.update(figure["layout"], {"margin": {"b": 58}})
