"""Symbols of electrical one-lines, each on a wire that runs downwards."""

from __future__ import annotations

from scenarios.page import svg
from scenarios.page.svg import LINE

STEP = 78
"""[px] from one symbol to the next."""

TEXT = 30
"""[px] from a wire to the words beside it."""


def host_grid(x: float, words: list[str] | tuple[str, ...]) -> str:
    """Draw the host grid on top of a wire, which ends [px] `STEP` below the top of the sheet."""
    return (
        svg.circle(x, 22, 14)
        + svg.path([(x - 8, 22), (x - 4, 16), (x, 22), (x + 4, 28), (x + 8, 22)])
        + svg.lines(x + TEXT, 18, words)
        + svg.path([(x, 36), (x, STEP)])
    )


def breaker(x: float, y: float, end: float) -> str:
    """Draw a breaker, and the wire from it to an end [px]."""
    return svg.box(x - 7, y, 14, 14, "breaker") + svg.path([(x, y + 14), (x, end)])


def transformer(x: float, y: float) -> str:
    """Draw a transformer of two windings."""
    ends = svg.path([(x, y), (x, y + 14)]) + svg.path([(x, y + 50), (x, y + STEP)])
    return ends + svg.circle(x, y + 25, 11) + svg.circle(x, y + 39, 11, "ring")


def conductor(x: float, y: float) -> str:
    """Draw a cable or busway."""
    return svg.path([(x, y), (x, y + STEP)]) + svg.path([(x, y + 12), (x, y + 54)], "conductor")


def converter(x: float, y: float) -> str:
    """Draw a converter of power electronics."""
    ends = svg.path([(x, y), (x, y + 18)]) + svg.path([(x, y + 48), (x, y + STEP)])
    return ends + svg.box(x - 15, y + 18, 30, 30) + svg.path([(x - 15, y + 48), (x + 15, y + 18)])


def beside(x: float, y: float, words: tuple[str, ...], loading: float) -> str:
    """Write words beside a symbol, and how much it is loaded as a bar below them."""
    return svg.lines(x + TEXT, y + 18, words) + svg.bar(x + TEXT, y + 10 + LINE * len(words), loading)
