"""How the charts of a report look: colours, axes, and what a chart and a line of it are."""

from __future__ import annotations

from typing import Any, NamedTuple

BLUE, SKY, GREEN, ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
VERMILION, PURPLE, GREY, INK = "#D55E00", "#CC79A7", "#8A94A0", "#1B2530"
"""Okabe and Ito, Color Universal Design (2008): told apart with every kind of colour vision; GREY and INK are ours."""

CLEAR = "rgba(0,0,0,0)"

_FLOW_COLOURS = (
    ("grid", GREY),
    ("loss", VERMILION),
    ("accelerator", BLUE),
    ("host", SKY),
    ("auxiliary", SKY),
    ("liquid", GREEN),
    ("water", GREEN),
    ("coolant", GREEN),
    ("air", ORANGE),
    ("cooling", PURPLE),
    ("plant", PURPLE),
)
"""Colour of a flow's node, by the first of these words in its name; grey otherwise."""

_RULE = "#9AA4AE"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

AXIS: dict[str, Any] = {
    "gridcolor": "#E8EBEE",
    "linecolor": _RULE,
    "ticks": "outside",
    "tickcolor": _RULE,
    "ticklen": 4,
    "zeroline": False,
}
"""Of every axis."""

LAYOUT: dict[str, Any] = {
    "font": {"family": _FONT, "size": 13, "color": INK},
    "margin": {"l": 72, "r": 18, "t": 12, "b": 44},
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "hovermode": "x unified",
    "modebar": {"bgcolor": CLEAR, "color": "#B4BCC4", "activecolor": INK},
    "legend": {"orientation": "h", "x": 0.0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
}
"""Of every chart."""


class Chart(NamedTuple):
    """
    A chart as the page shows it.

    Attributes
    ----------
    title, caption : text
        Above and below it.
    height : int
        In pixels.
    figure : text
        JSON that plotly.js reads.
    """

    title: str
    caption: str
    height: int
    figure: str


class Line(NamedTuple):
    """
    One line of a chart over time.

    Attributes
    ----------
    column : text
        Of the frame; ``<column>_low`` and ``<column>_high`` are its band.
    label : text
        In the legend.
    colour : text
        As ``#RRGGBB``.
    band : bool
        Whether the room from lowest to highest is shaded.
    dash : text
        As plotly names it.
    width : float
        In pixels.
    """

    column: str
    label: str
    colour: str
    band: bool = False
    dash: str = "solid"
    width: float = 1.6


def flow_colour(name: str) -> str:
    """Give the colour of a node of the energy flows."""
    return next((colour for word, colour in _FLOW_COLOURS if word in name.lower()), GREY)


def faint(colour: str, opacity: float) -> str:
    """Make a colour of the form ``#RRGGBB`` see-through; an opacity of one leaves it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
