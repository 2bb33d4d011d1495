"""Line drawings as SVG that stands in a page: a handful of shapes, styled by the page's classes."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LETTER = 6.4
"""[px] of a letter of 12 px, on average of plain text; of headings it is more."""

LINE = 16
"""[px] from line to line."""

BAR = 96
"""[px] of a bar that is full."""


class Drawing(NamedTuple):
    """
    A drawing as the page shows it.

    Attributes
    ----------
    title, caption : text
        Above and below it.
    svg : text
        The drawing.
    """

    title: str
    caption: str
    svg: str


def drawing(title: str, width: float, height: float, parts: Iterable[str]) -> str:
    """Put shapes on a sheet of a size [px]; the title is what a screen reader says."""
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="drawn" {size} role="img" aria-label={quoteattr(title)}>'
    return f"{head}{''.join(parts)}</svg>"


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Write words on a base line; kind is a class of the page."""
    classes = f' class="{kind}"' if kind else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:g}" y="{y:g}"{classes}{side}>{escape(words)}</text>'


def lines(x: float, y: float, rows: Sequence[str]) -> str:
    """Write rows below one another, the first one as a heading."""
    return "".join(text(x, y + LINE * row, words, "" if row else "head") for row, words in enumerate(rows) if words)


def wrapped(rows: Sequence[str], room: float) -> list[str]:
    """Break rows that are longer than the room there is [px]."""
    return [part for row in rows for part in textwrap.wrap(row, int(room / LETTER)) or [""]]


def box(x: float, y: float, width: float, height: float, kind: str = "box") -> str:
    """Draw a rectangle from its upper left corner."""
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'


def path(points: Sequence[tuple[float, float]], kind: str = "wire") -> str:
    """Draw a line through points."""
    way = "L".join(f"{x:g} {y:g}" for x, y in points)
    return f'<path class="{kind}" d="M{way}"/>'


def circle(x: float, y: float, radius: float, kind: str = "box") -> str:
    """Draw a circle."""
    return f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def bar(x: float, y: float, part: float) -> str:
    """Draw a load beside a rating, full at the rating; what is over it stands out."""
    filled = min(max(part, 0.0), 1.0) * BAR
    kind = "load" if part <= 1.0 else "load over"
    return box(x, y, BAR, 8, "rail") + box(x, y, filled, 8, kind)
