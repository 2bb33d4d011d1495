"""Dispatch of a long time, billing period by billing period."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from twin.arrays import Integers
from twin.economics import Months
from twin.site import Floats
from twin.supply.dispatch import Aim, Dispatch, dispatch
from twin.supply.parts import Supply

SUMS = 3
"""Last fields of a dispatch, which are of all its intervals together: cost, carbon, gap."""


def by_period(demand: Floats, step: float, supply: Supply, period: Months, billed: Floats, aim: Aim) -> Dispatch:
    """
    Find the cheapest, or the cleanest, supply of each billing period by itself.

    Parameters
    ----------
    demand : (interval,) [W]
        Load.
    step : [s]
        Length of an interval.
    supply : Supply
        What there is; its series are of all intervals.
    period : (interval,)
        Billing period of each, from 0, never falling; periods without intervals are left out.
    billed : (period,) [W]
        Import that is billed as demand in each even where less is taken.
    aim : text
        ``cost`` or ``carbon``.

    Returns
    -------
    Dispatch
        Of all intervals; cost and carbon are sums, the gap is the largest of a period.

    Raises
    ------
    FacilityError
        As of `twin.supply.dispatch.dispatch`.

    Notes
    -----
    Demand charges are of a period's highest import, so that periods are tied by storage and running units alone: each
    begins with units that had started before, and ends with the storage that it began with. A year of hours is solved
    in a twelfth of the time that one programme takes.
    """
    found = [
        dispatch(demand[part], step, _part(supply, part, float(billed[number])), aim) for number, part in _parts(period)
    ]
    series = (np.concatenate([getattr(each, name) for each in found], axis=-1) for name in Dispatch._fields[:-SUMS])
    columns: list[Any] = [
        *series,
        *(sum(getattr(each, name) for each in found) for name in ("cost", "carbon")),
        max(each.gap for each in found),
    ]
    return Dispatch(*columns)


def _parts(period: Months) -> Iterator[tuple[int, slice]]:
    edges = np.searchsorted(period, np.arange(int(period[-1]) + 2))
    for number, (begin, end) in enumerate(pairwise(edges.tolist())):
        if begin < end:
            yield number, slice(begin, end)


def _part(supply: Supply, part: slice, billed: float) -> Supply:
    own = taken(supply, part)
    return own._replace(grid=own.grid._replace(billed=billed))


def taken(supply: Supply, part: slice | Integers) -> Supply:
    """
    Give the supply of some intervals.

    Parameters
    ----------
    supply : Supply
        Of all.
    part : slice or (some,)
        Which.

    Returns
    -------
    Supply
        With the series of these.
    """
    grid = supply.grid
    return supply._replace(
        fleets=tuple(fleet._replace(rating=fleet.rating[part]) for fleet in supply.fleets),
        grid=grid._replace(price=grid.price[part], export_price=grid.export_price[part], carbon=grid.carbon[part]),
        sun=supply.sun[part],
    )
