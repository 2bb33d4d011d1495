"""What a year's accounts count: its hours and months, its contract, and what stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from facilities.layout import layout
from facilities.nameplate import nameplate
from scenarios.yearstudy.money import Stands, Times
from twin.site import Floats

if TYPE_CHECKING:
    from scenarios.yearstudy.study import Found, Stretch

HOUR = 3600
"""Seconds of a dispatched interval."""

WORKING = 5
"""Days of a week before the weekend, from Monday on."""


def mean(values: Floats, many: int) -> Floats:
    """
    Give means of steps that follow one another.

    Parameters
    ----------
    values : (step,)
        In any unit.
    many
        Steps that are taken together.

    Returns
    -------
    (interval,)
        In the same unit.
    """
    return np.asarray(values.reshape(-1, many).mean(axis=1), dtype=float)


def times(found: Found, step: int) -> Times:
    """
    Give hour of day, month and weekday of each interval.

    Parameters
    ----------
    found : Found
        The year.
    step : [s]
        Length of an interval.

    Returns
    -------
    Times
        In local standard time.
    """
    start = np.datetime64(found.span.start, "s")
    at = start + (np.arange(found.span.step * found.span.steps // step) * step).astype("m8[s]")
    month = at.astype("M8[M]").astype(int) % 12 + 1
    # The first of January 1970 was a Thursday, the fourth day of its week.
    weekday = (at.astype("M8[D]").astype(int) + 3) % 7
    hour = (at - at.astype("M8[D]")).astype(float) / HOUR
    return Times(hour, month, weekday >= WORKING, month - 1)


def contract(found: Found, at: Times) -> Floats:
    """
    Give the contracted demand of each month.

    Parameters
    ----------
    found : Found
        The year.
    at : Times
        Of its hours.

    Returns
    -------
    (month,) [W]
        As stated, else the rating of the connection of what stands as the month begins.
    """
    stated = found.facility.connection.contract
    if stated is not None:
        return np.full(12, stated.si)
    begins = np.searchsorted(at.period, np.arange(12)) * (HOUR // found.span.step)
    standing = [[part for part in found.stretches if part.steps.start <= begin][-1] for begin in begins]
    return np.array([part.facility.connection.rating.si for part in standing])


def standing(found: Found) -> tuple[Stands, Stands]:
    """
    Give what stands through a year in the mean, and at its end.

    Parameters
    ----------
    found : Found
        The year.

    Returns
    -------
    tuple of Stands
        The same twice where nothing is built in the year.
    """
    weights = np.array([part.steps.stop - part.steps.start for part in found.stretches], dtype=float)
    each = [_stands(part) for part in found.stretches]
    return _mean_of(weights / weights.sum(), each), each[-1]


def _stands(part: Stretch) -> Stands:
    facility, places = part.facility, layout(part.facility)
    counts: Counter[str] = Counter()
    for name, many in zip(places.classes, np.bincount(places.rack_class, minlength=len(places.classes)), strict=True):
        rack = facility.catalog.racks[name]
        if rack.node is not None and rack.nodes is not None:
            node = facility.catalog.nodes[rack.node]
            counts[node.accelerator] += float(many) * rack.nodes.si * node.accelerators.si  # type: ignore[assignment]
    # Titles go on to say how a package is made and cooled.
    titles = {name: re.split(r"[,(]", facility.catalog.accelerators[name].title)[0].strip() for name in counts}
    return Stands(dict(counts), titles, nameplate(facility).it_power_w, facility.connection.rating.si)


def _mean_of(weights: Floats, each: list[Stands]) -> Stands:
    chips = {name: 0.0 for part in each for name in part.accelerators}
    for weight, part in zip(weights, each, strict=True):
        for name, count in part.accelerators.items():
            chips[name] += float(weight) * count
    return Stands(
        chips,
        {name: title for part in each for name, title in part.titles.items()},
        float(weights @ np.array([part.it_power for part in each])),
        float(weights @ np.array([part.connection for part in each])),
    )
