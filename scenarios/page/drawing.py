"""
A chart as the plain data that plotly.js reads: traces, and axes in panels.

The library's own classes look every property up in its schema as it is set, which costs more than all else on the page;
here the tests do that, once.
"""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.page.style import AXIS, LAYOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twin.site import Floats

VERTICAL_SPACING, HORIZONTAL_SPACING = 0.06, 0.13
"""Between panels, as parts of the chart."""

X_AXIS: dict[str, Any] = {**AXIS, "showline": True}
Y_AXIS: dict[str, Any] = {
    **AXIS,
    "showline": False,
    "hoverformat": ".5~g",
    "title": {"standoff": 8},
    "automargin": True,
}

Figure = dict[str, Any]
"""``data`` and ``layout``, as plotly.js takes them."""


def sheet(height: int) -> Figure:
    """Give a chart without axes; height in pixels."""
    return {"data": [], "layout": {**copy.deepcopy(LAYOUT), "height": height}}


def stacked(height: int, heights: tuple[float, ...] = (1.0,)) -> Figure:
    """Give a chart of panels below one another that share their horizontal axis; heights are parts of the whole."""
    figure = sheet(height)
    room = 1.0 - VERTICAL_SPACING * (len(heights) - 1)
    top = 1.0
    for panel, part in enumerate(heights, start=1):
        bottom = top - room * part / sum(heights)
        shared = {} if panel == len(heights) else {"matches": _axis("x", len(heights)), "showticklabels": False}
        _add_axes(figure, panel, (0.0, 1.0), (max(bottom, 0.0), top))
        update(figure["layout"][_key("x", panel)], shared)
        top = bottom - VERTICAL_SPACING
    return figure


def side_by_side(height: int, panels: int) -> Figure:
    """Give a chart of panels beside one another, each with axes of its own."""
    figure = sheet(height)
    width = (1.0 - HORIZONTAL_SPACING * (panels - 1)) / panels
    for panel in range(1, panels + 1):
        left = (panel - 1) * (width + HORIZONTAL_SPACING)
        _add_axes(figure, panel, (left, left + width), (0.0, 1.0))
    return figure


def add(figure: Figure, trace: Mapping[str, Any], panel: int = 1) -> None:
    """Draw a trace in a panel."""
    figure["data"].append({**trace, "xaxis": _axis("x", panel), "yaxis": _axis("y", panel)})


def add_bars(
    figure: Figure,
    names: Sequence[str],
    values: Floats,
    texts: Sequence[str],
    look: Mapping[str, object],
    panel: int = 1,
) -> None:
    """Draw bars from left to right, each with its text at its end, in a panel."""
    bars = {
        "type": "bar",
        "y": list(names),
        "x": values,
        "orientation": "h",
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    add(figure, bars | dict(look), panel)


def set_axes(figure: Figure, side: str, panels: Iterable[int] | None = None, **properties: object) -> None:
    """Set properties of the ``x`` or ``y`` axes of panels, of all if none is named."""
    keys = [key for key in figure["layout"] if key.startswith(f"{side}axis")]
    for key in keys if panels is None else [_key(side, panel) for panel in panels]:
        update(figure["layout"][key], properties)


def update(target: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put properties into others, level by level."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            update(target[name], value)
        else:
            target[name] = value


def text(figure: Figure) -> str:
    """Write a chart as JSON; arrays as plotly.js reads them fastest, their bytes in base64."""
    return json.dumps(figure, default=_packed, allow_nan=False, separators=(",", ":"))


def _packed(value: object) -> dict[str, str]:
    if not isinstance(value, np.ndarray):
        message = f"{type(value).__name__} has no place in a chart"
        raise TypeError(message)
    plain = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    packed = {"dtype": plain.dtype.str[1:], "bdata": base64.b64encode(plain.tobytes()).decode("ascii")}
    return packed if plain.ndim == 1 else packed | {"shape": ", ".join(str(length) for length in plain.shape)}


def _add_axes(figure: Figure, panel: int, across: tuple[float, float], upwards: tuple[float, float]) -> None:
    x_axis, y_axis = copy.deepcopy(X_AXIS), copy.deepcopy(Y_AXIS)
    figure["layout"][_key("x", panel)] = {**x_axis, "anchor": _axis("y", panel), "domain": list(across)}
    figure["layout"][_key("y", panel)] = {**y_axis, "anchor": _axis("x", panel), "domain": list(upwards)}


def _axis(side: str, panel: int) -> str:
    return side if panel == 1 else f"{side}{panel}"


def _key(side: str, panel: int) -> str:
    return f"{side}axis" if panel == 1 else f"{side}axis{panel}"
