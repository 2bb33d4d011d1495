"""How a study's page shows a table."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """
    A table as the page shows it.

    Attributes
    ----------
    caption : text
        Above it.
    heads : tuple of text
        Of columns.
    rows : tuple
        Texts.
    numeric : tuple of int
        Columns set to the right.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
