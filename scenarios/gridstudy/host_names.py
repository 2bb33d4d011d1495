"""How tables of a network name its parts, and leave out what is not stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from twin.grid.host import HostGrid, Indices

Texts = np.ndarray[Any, np.dtype[Any]]


def labels(grid: HostGrid) -> Texts:
    """
    Name each branch by the buses at its ends, parallel ones numbered.

    Parameters
    ----------
    grid
        The network.

    Returns
    -------
    (branch,)
        Texts.
    """
    numbers = grid.buses.number
    seen: dict[tuple[int, int], int] = {}
    named = []
    for start, end in zip(numbers[grid.branches.start].tolist(), numbers[grid.branches.end].tolist(), strict=True):
        count = seen[start, end] = seen.get((start, end), 0) + 1
        named.append(f"{start}-{end}" if count == 1 else f"{start}-{end} ({count})")
    return np.array(named, dtype=object)


def bus_label(grid: HostGrid, row: int) -> str:
    """
    Name a bus by number and name.

    Parameters
    ----------
    grid
        The network.
    row
        Of the bus.

    Returns
    -------
    text
        The number alone where it has no name.
    """
    return f"{grid.buses.number[row]} {grid.buses.name[row]}".strip()


def labels_of(grid: HostGrid, rows: Indices) -> list[str | None]:
    """
    Name some branches.

    Parameters
    ----------
    grid
        The network.
    rows
        Of branches; -1 for none.

    Returns
    -------
    list of text
        None for none.
    """
    named = labels(grid)
    return [None if row < 0 else str(named[row]) for row in rows]


def stated(table: pl.DataFrame) -> pl.DataFrame:
    """
    Leave empty what is not stated or not known.

    Parameters
    ----------
    table
        With infinite values, or NaN, in their place.

    Returns
    -------
    frame
        The same otherwise.
    """
    numbers = pl.selectors.float()
    return table.with_columns(pl.when(numbers.is_finite()).then(numbers))
