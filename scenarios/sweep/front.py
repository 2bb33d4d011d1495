"""Which designs keep the limits, and which of these no other betters in every objective."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Flags, Floats


def holds(values: Floats, low: Floats, high: Floats) -> Flags:
    """
    Say which designs keep all limits.

    Parameters
    ----------
    values : (design, limit)
        Figures that are limited; NaN, where there is none, keeps no limit.
    low, high : (limit,)
        What they must hold.

    Returns
    -------
    (design,) bool
        All of them where there are no limits.
    """
    return np.asarray(((values >= low) & (values <= high)).all(axis=1), dtype=bool)


def front(costs: Floats, candidate: Flags) -> Flags:
    """
    Find the designs that no other betters.

    Parameters
    ----------
    costs : (design, objective)
        All to be small.
    candidate : (design,) bool
        Which may be found.

    Returns
    -------
    (design,) bool
        Candidates of which no other candidate is as good in all objectives and better in one (Pareto).
    """
    found, rows = np.zeros(len(costs), dtype=bool), np.flatnonzero(candidate & np.isfinite(costs).all(axis=1))
    for row in rows.tolist():
        no_worse = (costs[rows] <= costs[row]).all(axis=1)
        found[row] = not np.any(no_worse & (costs[rows] < costs[row]).any(axis=1))
    return found


def best(costs: Floats, candidate: Flags) -> Sequence[int]:
    """
    Give the best design by each objective.

    Parameters
    ----------
    costs : (design, objective)
        All to be small.
    candidate : (design,) bool
        Which may be found.

    Returns
    -------
    sequence of int
        A row an objective, the others deciding between equals; none where no design is a candidate.
    """
    rows = np.flatnonzero(candidate & np.isfinite(costs).all(axis=1))
    if not rows.size:
        return []
    count = costs.shape[1]
    orders = [[(first + turn) % count for turn in range(count)] for first in range(count)]
    return [int(rows[np.lexsort(costs[rows][:, order[::-1]].T)[0]]) for order in orders]
