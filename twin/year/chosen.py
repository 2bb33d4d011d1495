"""
Some steps of a year that stand for all of them, and the year made again from these.

A site that differs a little from one whose year is known needs no whole year: its difference from the known one is
solved at a few steps, and carried to the others that are like them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.arrays import Floats, Integers
from twin.record import Energies
from twin.year.series import Series

SHARES = frozenset({"short", "free", "mechanical"})
"""Fields of a series that are parts of one."""


class Chosen(NamedTuple):
    """
    Steps that stand for others.

    Attributes
    ----------
    rows : (chosen,)
        Steps that are solved, in order of time.
    owner : (step,)
        Row of `rows` that stands for each step; a chosen step's is its own.
    """

    rows: Integers
    owner: Integers


def choose(features: Floats, count: int, kept: Integers) -> Chosen:
    """
    Choose steps that stand for others.

    Parameters
    ----------
    features : (step, feature) [1]
        What makes steps alike, each on a scale on which one counts as much as another.
    count : [1]
        How many to choose besides those that are kept; fewer where fewer steps differ.
    kept : (kept,)
        Steps that are chosen in any case, and stand for themselves alone.

    Returns
    -------
    Chosen
        The same for the same arguments.

    Notes
    -----
    Divisive clustering: the cell with the largest sum of squares along one feature is cut at its mean, until there are
    enough; of each cell the step nearest to its mean is chosen.
    """
    alone = np.unique(kept)
    cells = [np.setdiff1d(np.arange(len(features)), alone)]
    squares = [_spread(features[cells[0]])]
    while len(cells) < count and max(error for error, _ in squares) > 0.0:
        widest = int(np.argmax([error for error, _ in squares]))
        cell, feature = cells[widest], squares[widest][1]
        values = features[cell, feature]
        above = values > values.mean()
        cells[widest], squares[widest] = cell[~above], _spread(features[cell[~above]])
        cells.append(cell[above])
        squares.append(_spread(features[cell[above]]))
    cells = [cell for cell in cells if cell.size]
    first = [cell[np.argmin(np.square(features[cell] - features[cell].mean(axis=0)).sum(axis=1))] for cell in cells]
    rows = np.concatenate([np.array(first, dtype=np.int64), alone])
    owner = np.empty(len(features), dtype=np.int64)
    for number, cell in enumerate(cells):
        owner[cell] = number
    owner[alone] = len(cells) + np.arange(alone.size)
    order = np.argsort(rows)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return Chosen(rows[order], place[owner])


def _spread(features: Floats) -> tuple[float, int]:
    """Give the largest sum of squares of a cell along a feature, and which feature."""
    if len(features) < 2:  # noqa: PLR2004 (one step has no spread)
        return 0.0, 0
    squares = np.square(features - features.mean(axis=0)).sum(axis=0)
    widest = int(np.argmax(squares))
    return float(squares[widest]), widest


def take(series: Series, rows: Integers) -> Series:
    """
    Take some steps of a series.

    Parameters
    ----------
    series : Series
        Of all steps.
    rows : (chosen,)
        Which.

    Returns
    -------
    Series
        Of these.
    """
    powers: list[Any] = [np.asarray(part)[..., rows] for part in series.powers]
    parts: list[Any] = [part[rows] for part in series[1:]]
    return Series(Energies(*powers), *parts)


def carried(known: Series, chosen: Chosen, found: Series) -> Series:
    """
    Carry to all steps by how much a site differs from a known one at the chosen steps.

    Parameters
    ----------
    known : Series
        Of the known site, all steps.
    chosen : Chosen
        From `choose`.
    found : Series
        Of the other site, at the chosen steps.

    Returns
    -------
    Series
        x(t) = k(t) + x(c) - k(c), with k the known site, x the other, and c the step that stands for t. Exact at the
        chosen steps. Balances that close at each step of `known` and `found` close at each step of it. Parts of one
        are kept within zero and one, and are none or all where they come to that at c; what is yes or no is that of
        `known` unless it differs at c.

    Notes
    -----
    A control variate: the error is that of the difference alone, and none for a site that is the known one.
    """
    at, owner = take(known, chosen.rows), chosen.owner
    powers: list[Any] = [
        np.asarray(own) + (np.asarray(new) - np.asarray(old))[..., owner]
        for own, new, old in zip(known.powers, found.powers, at.powers, strict=True)
    ]
    columns = zip(Series._fields[1:], known[1:], found[1:], at[1:], strict=True)
    parts: list[Any] = [_moved(name, own, new, old, owner) for name, own, new, old in columns]
    return Series(Energies(*powers), *parts)


def _moved(name: str, own: Any, new: Any, old: Any, owner: Integers) -> Any:  # noqa: ANN401 (numbers, or yes and no)
    """Move one field of the known series."""
    if own.dtype == np.bool_:
        return np.where((new != old)[owner], new[owner], own)
    moved = own + (new - old)[owner]
    if name not in SHARES:
        return moved
    ends = (new != old) & ((new == 0.0) | (new == 1.0))
    return np.where(ends[owner], new[owner], np.clip(moved, 0.0, 1.0))
