"""What sampled sites can carry: power of each limit, which one binds, and whether the racks that stand are carried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility
from scenarios.capacity import study as capacity
from scenarios.capacity.standing import UP_TO_ALARMS, Condition, Standing, standing
from scenarios.capacity.words import inside, label
from scenarios.page.quantities import MISSING, share
from scenarios.page.shown import Shown
from twin.arrays import Flags, Floats
from twin.capacity import Limits, totals
from twin.metrics import Metric
from twin.site import Site

SHARES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""Part of the samples that lies below each quantile."""

SITE = "site"
"""Where a limit is told of all halls together."""

USABLE, USABLE_TO_ALARMS = "usable", "usable_up_to_alarms"
"""All limits together, with set points held, and up to alarms with places left aside."""

TOGETHER = {USABLE: "All, set points held", USABLE_TO_ALARMS: "All but places, up to alarms"}
"""How these are called."""

ENDLESS = 1e18
"""Power [W] that stands for one without end while quantiles are taken; what lies between has no end either."""

ENOUGH = 1.0 - 1e-9
"""Part of the racks that stand [1] that counts as all of them: the rest is rounding."""

HELD, ALARMS = "capacity", "capacity_up_to_alarms"
"""Before the names of figures: with set points held, and up to alarms."""

COLUMNS = {
    "place": pl.String,
    "limit": pl.String,
    "as_given_w": pl.Float64,
    **{f"{mark}_w": pl.Float64 for mark in SHARES},
    "too_small": pl.Float64,
    "binds_up_to_alarms": pl.Float64,
    "binds": pl.Float64,
}
"""
Columns of the table: quantiles of what a limit carries up to alarms, and in which part of the samples it carries less
than the racks, and binds, up to alarms and with set points held.
"""


class Carried(NamedTuple):
    """
    What one site can carry.

    Attributes
    ----------
    figures : dict of text to float
        As of a year.
    installed : [W]
        IT power of its racks.
    limits : (limit,) [W]
        What each lets the site draw on design days, up to alarms; places for racks first.
    halls : (hall,) [W]
        Usable IT power of each hall.
    bound, alarmed : text
        The limit that binds, with set points held and up to alarms; that of most power where halls have unlike ones.
    usable : tuple of two [W]
        With set points held, and up to alarms.
    """

    figures: dict[str, float]
    installed: float
    limits: Floats
    halls: Floats
    bound: str
    alarmed: str
    usable: tuple[float, float]


class Carrying(NamedTuple):
    """
    What many sites that could be can carry.

    Attributes
    ----------
    known : Standing
        The site as its file has it.
    samples : tuple of Carried
        Of each that was solved.
    """

    known: Standing
    samples: tuple[Carried, ...]


def carried(facility: Facility, site: Site | None = None) -> Carried:
    """
    Find what a site can carry.

    Parameters
    ----------
    facility : Facility
        As it stands at the end of a year.
    site : Site or None
        The same, built; it is without.

    Returns
    -------
    Carried
        On design days, all plant at work.
    """
    now = standing(facility, brief=True, built=site)
    alarmed = _alarmed(now)
    found = capacity.standing_figures(now)
    return Carried(
        figures={name: metric["value"] for name, metric in found.items()},
        installed=float(now.installed.sum()),
        limits=_limits(now),
        halls=now.usable.hall,
        bound=capacity.binding(now.limits, now.usable)[0],
        alarmed=capacity.binding(alarmed.limits, alarmed.usable)[0],
        usable=(now.usable.total, alarmed.usable.total),
    )


def _alarmed(now: Standing) -> Condition:
    (found,) = (each for each in now.conditions if each.name == UP_TO_ALARMS)
    return found


def _limits(now: Standing) -> Floats:
    """
    Give what each limit lets a site draw, up to alarms.

    Where a plant cannot hold a set point with hardly any rack, what stages and connection carry would be told by the
    power that it draws then, which says little of them.
    """
    return np.concatenate([totals(now.limits)[:1], totals(_alarmed(now).limits)])


def metrics(found: Carrying) -> dict[str, Metric]:
    """
    Give how often the racks that stand are carried, and how often each limit binds, as figures.

    Parameters
    ----------
    found : Carrying
        Of the samples.

    Returns
    -------
    dict of text to Metric
        Parts of the samples; of limits that never bind none.
    """
    every = {f"{mark}_carries_all_racks": _enough(found, row) for row, mark in enumerate((HELD, ALARMS))}
    parts = {name: float(values.mean()) for name, values in every.items()}
    for name in _names(found.known.limits):
        both = {HELD: binds(found, name), ALARMS: binds(found, name, alarms=True)}
        parts |= {f"{mark}_bound_by_{name}": part for mark, part in both.items() if part > 0.0}
    return {name: {"value": part, "unit": "1"} for name, part in parts.items()}


def binds(found: Carrying, name: str, *, alarms: bool = False) -> float:
    """
    Give the part of the samples in which a limit binds.

    Parameters
    ----------
    found : Carrying
        Of the samples.
    name
        Of the limit.
    alarms
        Whether alarms take the place of set points.

    Returns
    -------
    [1]
        From zero to one.
    """
    return float(np.mean([(each.alarmed if alarms else each.bound) == name for each in found.samples]))


def _enough(found: Carrying, row: int) -> Flags:
    """Say which samples carry all racks that stand: with set points held (0), or up to alarms (1)."""
    return np.array([each.usable[row] >= ENOUGH * each.installed for each in found.samples], dtype=bool)


def _names(limits: Limits) -> tuple[str, ...]:
    return (*limits.hall_names, *limits.site_names)


def _spread(values: Floats) -> tuple[float | None, ...]:
    """Give the quantiles of powers [W]; none where a limit lets a site draw without end."""
    found = np.quantile(np.minimum(values, ENDLESS), list(SHARES.values())).tolist()
    return tuple(each if each < ENDLESS * 1e-3 else None for each in found)


def _rows(found: Carrying) -> Iterator[tuple[str | float | None, ...]]:
    now = found.known
    installed = np.array([each.installed for each in found.samples])
    limits = np.array([each.limits for each in found.samples])
    given = _limits(now)
    for row, name in enumerate(_names(now.limits)):
        own = limits[:, row]
        known = float(given[row]) if np.isfinite(given[row]) else None
        ends = float(np.mean(own < ENOUGH * installed)), binds(found, name, alarms=True), binds(found, name)
        yield SITE, name, known, *_spread(own), *ends
    for row, (name, known) in enumerate(((USABLE, now.usable.total), (USABLE_TO_ALARMS, _alarmed(now).usable.total))):
        usable = np.array([each.usable[row] for each in found.samples])
        yield SITE, name, known, *_spread(usable), float(np.mean(~_enough(found, row))), None, None
    halls = [each.halls for each in found.samples]
    # Where the number of halls is drawn, no hall of one sample is that of another.
    if all(own.size == now.usable.hall.size for own in halls):
        for place, known, own in zip(now.halls, now.usable.hall.tolist(), np.array(halls).T, strict=True):
            yield place, USABLE, known, *_spread(own), None, None, None


def table(found: Carrying) -> pl.DataFrame:
    """
    List each limit of the site, and what is usable of the site and of each hall.

    Parameters
    ----------
    found : Carrying
        Of the samples.

    Returns
    -------
    frame
        Of `COLUMNS`.
    """
    return pl.DataFrame(list(_rows(found)), schema=COLUMNS, orient="row")


def shown(found: Carrying, write: Callable[[float], str]) -> Shown:
    """
    Give the table of limits.

    Parameters
    ----------
    found : Carrying
        Of the samples.
    write
        Writes a power.

    Returns
    -------
    Shown
        Each limit, and one hall of each kind.
    """
    now = found.known
    firsts = {now.halls[int(np.flatnonzero(now.alike == kind)[0])] for kind in np.unique(now.alike)}
    rows = []
    for place, limit, *powers, small, alarmed, bound in _rows(found):
        if place != SITE and place not in firsts:
            continue
        named = TOGETHER.get(str(limit), label(str(limit)))
        hall = f"{str(place).replace('_', ' ').capitalize()}, set points held"
        parts = (MISSING if part is None else share(float(part)) for part in (small, alarmed, bound))
        texts = (MISSING if power is None else write(float(power)) for power in powers)
        rows.append((named if place == SITE else hall, *texts, *parts))
    heads = ("Limit", "As given", "P10", "P50", "P90", "Less than the racks", "Binds", "Binds, set points held")
    caption = (
        f"IT power that each limit carries up to alarms on the design days of {len(found.samples)} sites, and in what "
        "part of them it is less than their racks draw, and binds"
    )
    return Shown(caption, heads, tuple(rows), tuple(range(1, len(heads))))


def sentence(found: Carrying) -> str:
    """
    Say how sure it is that the site carries its racks.

    Parameters
    ----------
    found : Carrying
        Of the samples.

    Returns
    -------
    text
        With the limits that bind most often.
    """
    held, alarmed = (share(float(_enough(found, row).mean())) for row in (0, 1))
    return (
        f"Capacity: {alarmed} of these sites carry all their racks at full load on design days without an alarm or a "
        f"chip that throttles (bound by {_most(found)}); with every set point held {held} do, as water is drawn apart "
        "from the coolers that must hold it."
    )


def _most(found: Carrying, shown: int = 3) -> str:
    """Name the limits that bind most often, up to alarms."""
    parts = {name: binds(found, name, alarms=True) for name in _names(found.known.limits)}
    order: Sequence[str] = sorted((name for name in parts if parts[name] > 0.0), key=lambda name: -parts[name])
    return ", ".join(f"{inside(name)} {share(parts[name])}" for name in order[:shown])
