"""What a site can carry as it stands and in each of its phases, and what caps let it carry beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from facilities.phases import Phase, at_phase
from facilities.schema import Facility
from scenarios.capacity.standing import (
    AT_RATINGS,
    ONE_OUT,
    PLACES,
    RARE,
    RARE_ONE_OUT,
    UP_TO_ALARMS,
    USUAL,
    Standing,
    standing,
)
from twin.capacity import Limits, Usable
from twin.metrics import Metric
from twin.oversubscription import Capped, Population, full_power, oversubscribe
from twin.site import Floats, Site
from twin.year.work import pooled

if TYPE_CHECKING:
    from scenarios.yearstudy.workload import Year

RATIOS = np.linspace(1.0, 1.5, 11)
"""Racks over those that the power budget carries at full load [1] that are shown."""

CAP = 0.8
"""
Cap [1] of which the figures tell: 960 W of a GB200's 1,200 W, for which Meta provisions (Ardestani et al., arXiv
2605.24461, through secondary sources); near the one point to which the law of performance is fitted.
"""

FIGURES = {
    USUAL: "power_and_cooling",
    AT_RATINGS: "at_ratings",
    ONE_OUT: "one_out",
    UP_TO_ALARMS: "up_to_alarms",
    RARE: "rare",
    RARE_ONE_OUT: "rare_one_out",
}
"""Names of figures by condition."""

LEVELS = 64
"""Levels of load that are told apart."""

COLUMNS = {
    "phase": pl.String,
    "condition": pl.String,
    "place": pl.String,
    "limit": pl.String,
    "carries_w": pl.Float64,
    "installed_w": pl.Float64,
    "usable_w": pl.Float64,
    "binds": pl.Boolean,
}
"""Columns of the table of limits: place is a hall, or ``site``; a limit without end has no value."""


DEFINITIONS = {
    "capacity_it_usable": "IT power at rack inlets, at full load, that all limits carry on design days",
    "capacity_it_power_and_cooling": "the same, places for racks left aside",
    "capacity_it_at_ratings": "the same with the power chain up to its ratings, redundancy kept",
    "capacity_it_one_out": "that of power and cooling with a cooler or a chiller of each loop out of service",
    "capacity_it_up_to_alarms": "that of design days with alarms in the place of set points, while no chip throttles",
    "capacity_it_rare": "that of the day of once in 20 years, with alarms in the place of set points",
    "capacity_connection_stranded": "rating of the connection less the power drawn there at the usable IT power",
    "oversubscription_ratio": f"racks carried with accelerators held to {CAP:.0%}, over those carried at full load",
}
"""What the figures mean."""


class Held(NamedTuple):
    """
    The racks that stand, held to what a condition leaves.

    Attributes
    ----------
    name : text
        Of the condition.
    usable : [W]
        IT power.
    by : text
        The limit.
    cap : [1]
        Of the full power of every accelerator: one where nothing has to be held; none without accelerators.
    lost : [1]
        Part of the year's computing that it costs, if it lasted all year.
    known : bool
        Whether the law of performance reaches so low.
    """

    name: str
    usable: float
    by: str
    cap: float | None
    lost: float | None
    known: bool


class Capacities(NamedTuple):
    """
    What a site can carry.

    Attributes
    ----------
    now : Standing
        The site as it stands at the end of the year.
    phases : tuple of Standing
        As it stands in each phase, in order of time.
    held : tuple of Held
        The racks that stand, in each condition.
    budget : [W]
        IT power that power and cooling carry on design days.
    more : Capped or None
        Populations of `RATIOS` under that budget, and last one at `CAP`; none without accelerators or any budget.
    ratios : (population,) [1]
        Their racks over those that the budget carries at full load.
    racks : [1]
        Racks of the first kind that the budget carries at full load.
    """

    now: Standing
    phases: tuple[Standing, ...]
    held: tuple[Held, ...]
    budget: float
    more: Capped | None
    ratios: Floats
    racks: float


def capacities(facility: Facility, stands: Facility, site: Site, load: Year) -> Capacities:
    """
    Find what a site can carry.

    Parameters
    ----------
    facility : Facility
        The site as asked for, with its phases.
    stands : Facility
        As it stands at the end of the year.
    site : Site
        The same, built.
    load : Year
        What its racks are asked.

    Returns
    -------
    Capacities
        For its page and figures.
    """
    now = standing(stands)
    phases = tuple(_at(facility, phase, now if stands is facility else None) for phase in facility.phases)
    stand, whole = population(site, load), float(now.installed.sum())
    budget = now.conditions[0].usable.total
    held = tuple(_held(condition.name, condition.limits, condition.usable, site, stand) for condition in now.conditions)
    racks = budget / whole * float((now.installed / now.rack).sum())
    if stand is None or budget <= 0.0:
        return Capacities(now, phases, held, budget, None, RATIOS, racks)
    capped = budget / float(full_power(site.rack_classes, stand, np.array([CAP]))[0])
    ratios = np.append(RATIOS, capped * whole / budget)
    more = oversubscribe(site.rack_classes, stand, budget, ratios * (budget / whole))
    return Capacities(now, phases, held, budget, more, ratios, racks)


def _at(facility: Facility, phase: Phase, now: Standing | None) -> Standing:
    """Find the limits of a phase; where all stands that ever will, they are known."""
    rating, arrangement = facility.connection.rating, facility.arrangement
    whole = phase.halls.count == arrangement.halls.count and arrangement.standing is None and not phase.racks
    if now is not None and whole and (phase.rating is None or phase.rating == rating):
        return now._replace(name=phase.name)
    return standing(at_phase(facility, phase.name), phase.name)


def population(site: Site, load: Year) -> Population | None:
    """
    Give the racks of a site by what they are asked.

    Parameters
    ----------
    site : Site
        The site.
    load : Year
        What its racks are asked.

    Returns
    -------
    Population or None
        One of each kind; none where no accelerator has work.
    """
    asked, row = load.asked, site.racks.rack_class
    if not (site.rack_classes.accelerators[row] * asked.accelerator_scale).any():
        return None
    _, first, count = np.unique(np.column_stack([row, *asked]), axis=0, return_index=True, return_counts=True)
    level, weight = pooled(load.works, LEVELS)
    work = asked.work[first]
    base, scale, host_base, host_scale = (part[first] for part in asked[1:])
    many = count.astype(float)
    return Population(row[first], many, base, scale, host_base, host_scale, level[work], weight[work])


def _held(name: str, limits: Limits, usable: Usable, site: Site, stand: Population | None) -> Held:
    by = ", ".join(binding(limits, usable))
    if stand is None:
        return Held(name, usable.total, by, None, None, known=True)
    capped = oversubscribe(site.rack_classes, stand, usable.total, np.ones(1))
    return Held(name, usable.total, by, float(capped.cap[0]), float(capped.lost[0]), known=bool(capped.known[0]))


def binding(limits: Limits, usable: Usable) -> tuple[str, ...]:
    """
    Name the limits that bind.

    Parameters
    ----------
    limits : Limits
        All of them.
    usable : Usable
        Under them.

    Returns
    -------
    tuple of text
        That of most power first.
    """
    names = (*limits.hall_names, *limits.site_names)
    power = np.bincount(usable.binding, usable.hall, len(names))
    found = np.unique(usable.binding).tolist()
    return tuple(names[row] for row in sorted(found, key=lambda row: -power[row]))


def standing_figures(now: Standing) -> dict[str, Metric]:
    """
    Give the figures of what a site can carry as it stands.

    Parameters
    ----------
    now : Standing
        The site.

    Returns
    -------
    dict of text to Metric
        By name.
    """
    rating, drawn = now.connection
    watts = {
        "it_installed": float(now.installed.sum()),
        "it_usable": now.usable.total,
        **{f"it_{FIGURES[condition.name]}": condition.usable.total for condition in now.conditions},
        "connection_used": drawn,
        "connection_stranded": rating - drawn,
    }
    counts = {f"racks_{name}": float(value) for name, value in now.fit._asdict().items()}
    made = {f"capacity_{name}": (value, "W") for name, value in watts.items()}
    made |= {f"capacity_{name}": (value, "1") for name, value in counts.items()}
    return {name: {"value": value, "unit": unit} for name, (value, unit) in made.items()}


def figures(found: Capacities) -> dict[str, Metric]:
    """
    Give the figures of what a site can carry.

    Parameters
    ----------
    found : Capacities
        From `capacities`.

    Returns
    -------
    dict of text to Metric
        By name, of the site as it stands at the end of the year, and with more racks under caps.
    """
    if found.more is None:
        return standing_figures(found.now)
    parts = {"ratio": found.ratios, "lost": found.more.lost, "throttled": found.more.throttled}
    parts["computing"] = found.more.computing / found.more.computing[0]
    more: dict[str, Metric] = {
        f"oversubscription_{name}": {"value": float(part[-1]), "unit": "1"} for name, part in parts.items()
    }
    return standing_figures(found.now) | more


def table(found: Capacities) -> pl.DataFrame:
    """
    List every limit of every hall in every phase and condition.

    Parameters
    ----------
    found : Capacities
        From `capacities`.

    Returns
    -------
    frame
        Of `COLUMNS`.
    """
    every = (now for now in (found.now, *found.phases))
    return pl.DataFrame([row for now in every for row in _rows(now)], schema=COLUMNS, orient="row")


def _rows(now: Standing) -> Iterator[tuple[str | float | bool | None, ...]]:
    """List a site's limits, those with places first."""
    whole = float(now.installed.sum())
    asked = [(f"{now.conditions[0].name}, {PLACES}", now.limits, now.usable)]
    for name, limits, usable in (*asked, *now.conditions):
        for row, limit in enumerate(limits.hall_names):
            binds = usable.binding == row
            for hall, place in enumerate(now.halls):
                parts = (limits.hall[row, hall], now.installed[hall], usable.hall[hall])
                yield now.name, name, place, limit, *(_finite(part) for part in parts), bool(binds[hall])
        for row, limit in enumerate(limits.site_names):
            binding_row = bool((usable.binding == len(limits.hall_names) + row).any())
            yield now.name, name, "site", limit, _finite(limits.site[row]), whole, usable.total, binding_row


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
