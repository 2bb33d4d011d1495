"""Lines over time: the one way in which the charts of a report draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scenarios.page import drawing, quantities
from scenarios.page.quantities import Scale
from scenarios.page.style import Chart, Line, faint

if TYPE_CHECKING:
    import numpy.typing as npt

    from scenarios.page.drawing import Figure
    from twin.site import Floats

RATIO, PERCENT, CELSIUS = Scale(1.0, ""), Scale(0.01, "%"), Scale(1.0, "°C")
CUBIC_METRES_AN_HOUR = Scale(1000.0 / 3600.0, "m³/h")
"""In kilograms a second, at one kilogram a litre."""

MILLISECONDS_AN_HOUR = 3.6e6


def over_time(height: int, heights: tuple[float, ...] = (1.0,)) -> Figure:
    """Give a chart of panels below one another over time; heights are parts of the whole."""
    figure = drawing.stacked(height, heights)
    drawing.set_axes(figure, "x", type="date", hoverformat="%d %b %H:%M:%S")
    return figure


def since_start(height: int, heights: tuple[float, ...] = (1.0,)) -> Figure:
    """Give a chart of panels below one another over the hours of a run."""
    figure = drawing.stacked(height, heights)
    drawing.set_axes(figure, "x", ticksuffix=" h", hoverformat=".3~f")
    drawing.set_axes(figure, "x", (len(heights),), title={"text": "Time from the start"})
    drawing.update(figure["layout"], {"margin": {"b": 58}})
    return figure


def chart(title: str, caption: str, figure: Figure) -> Chart:
    """Make a chart of what was drawn."""
    return Chart(title, caption, figure["layout"]["height"], drawing.text(figure))


def name_y(figure: Figure, title: str, row: int = 1, *, zero: bool = False) -> None:
    """Name the vertical axis of a panel, and say whether it shows zero."""
    drawing.set_axes(figure, "y", (row,), title={"text": title}, rangemode="tozero" if zero else "normal")


def scale_for(unit: str, values: pl.Series) -> Scale:
    """Choose the unit to show values in."""
    highest = values.abs().max()
    return quantities.fitting(float(highest) if isinstance(highest, int | float) else 0.0, unit)


def milliseconds(times: pl.Series) -> Floats:
    """Give instants as plotly.js takes them: milliseconds since 1970."""
    return times.dt.epoch("ms").cast(float).to_numpy()


def hours(passed: pl.Series) -> Floats:
    """Give times since a start in hours."""
    return passed.dt.total_milliseconds().cast(float).to_numpy() / MILLISECONDS_AN_HOUR


def shown(values: Floats, scale: Scale) -> npt.NDArray[np.float32]:
    """Give values in the unit they are shown in."""
    offset = quantities.ZERO_CELSIUS if scale is CELSIUS else 0.0
    return ((values - offset) / scale.factor).astype(np.float32)


def add_line(figure: Figure, frame: pl.DataFrame, line: Line, scale: Scale, row: int = 1) -> None:
    """Draw a line, and its band if it has one, in a panel."""
    if line.band:
        unseen = {"showlegend": False, "hoverinfo": "skip"}
        for side, filled in (("low", {}), ("high", {"fill": "tonexty", "fillcolor": faint(line.colour, 0.22)})):
            edge = line._replace(column=f"{line.column}_{side}", width=0.0)
            drawing.add(figure, _trace(frame, edge, scale) | unseen | filled, row)
    drawing.add(figure, _trace(frame, line, scale), row)


def add_layer(figure: Figure, frame: pl.DataFrame, line: Line, scale: Scale) -> None:
    """Draw a layer of a stack in the first panel."""
    layer = {"stackgroup": "power", "fillcolor": faint(line.colour, 0.85)}
    drawing.add(figure, _trace(frame, line._replace(width=0.0), scale) | layer)


def curve(points: tuple[Floats, Floats], scale: Scale, label: str, colour: str) -> dict[str, Any]:
    """Give a line over the share of time in which it is reached or exceeded."""
    return {
        "type": "scatter",
        "x": points[0] * 100.0,
        "y": (points[1] / scale.factor).astype(np.float32),
        "name": label,
        "mode": "lines",
        "line": {"color": colour, "width": 1.6},
        "hovertemplate": f"{label}: %{{y:.4~g}} {scale.unit} in %{{x:.3~g}} % of the time<extra></extra>",
    }


def _trace(frame: pl.DataFrame, line: Line, scale: Scale) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": (hours if frame.schema["time"] == pl.Duration else milliseconds)(frame["time"]),
        "y": shown(frame[line.column].cast(float).to_numpy(), scale),
        "name": line.label,
        "legendgroup": line.label,
        "mode": "lines",
        "line": {"color": line.colour, "width": line.width, "dash": line.dash},
    }
