"""What a site can carry, as a chapter of a page and as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scenarios.capacity import charts
from scenarios.capacity.standing import AT_RATINGS, ONE_OUT, RARE, UP_TO_ALARMS
from scenarios.capacity.study import FIGURES, figures
from scenarios.capacity.words import binding, inside, label
from scenarios.page.quantities import MISSING, count, digits, quantity, share
from scenarios.page.shown import Shown
from twin.capacity import split, totals

if TYPE_CHECKING:
    from scenarios.capacity.standing import Standing
    from scenarios.capacity.study import Capacities, Held
    from scenarios.page.style import Chart

MEGA = 1e6

MINUS = "\N{MINUS SIGN}"

SAME = 1.0
"""Difference of powers [W] that is rounding."""

NAMES = {
    "capacity_it_usable": "Usable IT",
    "capacity_it_power_and_cooling": "Power and cooling alone",
    **{
        f"capacity_it_{FIGURES[condition]}": name
        for condition, name in {
            AT_RATINGS: "Power chain at its ratings",
            ONE_OUT: "With a unit of plant out",
            UP_TO_ALARMS: "IT up to alarms",
            RARE: "Once in 20 years",
        }.items()
    },
    "capacity_racks_fit": "More racks fit",
    "capacity_racks_too_many": "Racks too many",
    "capacity_connection_stranded": "Stranded at the connection",
}
"""Figures of what a site can carry, and what they are called."""

AT_SET_POINTS = NAMES.keys() - {f"capacity_it_{FIGURES[UP_TO_ALARMS]}"}
"""
Those that ask plants to hold their set points. A sample's water is drawn apart from the coolers that must hold it, so
that bands of these say what nobody would build; they stand in tables, with that said, and not beside the figures.
"""

RACKS = "capacity_racks_"
"""Before the names of figures that count racks."""


class Chapter(NamedTuple):
    """
    A chapter.

    Attributes
    ----------
    sentences : tuple of text
        What matters.
    tables : name to Shown
        ``limits``, ``conditions``, ``halls``, ``phases`` and ``caps``, those that the site has.
    drawn : name to Chart
        Its pictures.
    unsized : tuple of text
        Plants of which no chiller is taken out, since the site's file gives them no size.
    """

    sentences: tuple[str, ...]
    tables: dict[str, Shown]
    drawn: dict[str, Chart]
    unsized: tuple[str, ...]


def chapter(found: Capacities) -> Chapter:
    """
    Show what a site can carry.

    Parameters
    ----------
    found : Capacities
        Of the site.

    Returns
    -------
    Chapter
        For its page.
    """
    now = found.now
    tables = {"limits": _limits(now), "conditions": _conditions(found.held)}
    if np.unique(now.alike).size > 1:
        tables["halls"] = _halls(now)
    if found.phases:
        tables["phases"] = _phases(found.phases)
    drawn = {"capacity": charts.limits(now)}
    if found.more is not None:
        tables["caps"] = _caps(found)
        drawn["more_racks"] = charts.more_racks(found)
    unsized = tuple(inside(name) for name in now.unsized)
    return Chapter(sentences(found), tables, drawn, unsized)


def groups(found: Capacities) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """
    Give the figures of what a site can carry as texts.

    Parameters
    ----------
    found : Capacities
        Of the site.

    Returns
    -------
    list
        One group: label, text and name of each figure; no name of what is no number.
    """
    now, alone = found.now, _places_bind(found)
    values = {name: metric["value"] for name, metric in figures(found).items() if name in NAMES}
    shown = {"capacity_it_power_and_cooling": alone, "capacity_racks_too_many": bool(now.fit.too_many)}
    told = [name for name in NAMES if name in values and shown.get(name, True)]
    members = [(NAMES[name], text(name, values[name]), name) for name in told]
    members.insert(1, ("Bound by", binding(now.limits, now.usable), ""))
    if alone:
        members.insert(3, ("Their limit", _named(found.held[0]), ""))
    return [("Capacity", members)]


def text(name: str, value: float) -> str:
    """
    Write a figure of what a site can carry.

    Parameters
    ----------
    name
        Of `NAMES`.
    value : [W] or [1]
        Of the figure.

    Returns
    -------
    text
        Whole racks, or a power.
    """
    return count(round(value)) if name.startswith(RACKS) else quantity(value, "W")


def sentences(found: Capacities) -> tuple[str, ...]:
    """
    Say what a site can carry.

    Parameters
    ----------
    found : Capacities
        Of the site.

    Returns
    -------
    tuple of text
        Its load, its racks, its connection, and a cap.
    """
    now, (rating, drawn), room = found.now, found.now.connection, found.now.fit
    told = [
        f"The racks that stand draw {quantity(float(now.installed.sum()), 'W')} at full load. The site carries "
        f"{quantity(now.usable.total, 'W')} of IT on its design days, limited by {binding(now.limits, now.usable)}."
        + (
            f" Power and cooling alone would carry {quantity(found.budget, 'W')}, limited by {_named(found.held[0])}."
            if _places_bind(found)
            else ""
        ),
        f"{count(room.fit) if room.fit else 'No'} more racks fit, with their service racks: there are places for "
        f"{count(room.places)}, and power and cooling carry {count(room.carried)} more.",
        f"Of the connection's {quantity(rating, 'W')}, {quantity(drawn, 'W')} are drawn at the usable load on the "
        f"worse of the design days; {quantity(rating - drawn, 'W')} are stranded.",
    ]
    if room.too_many:
        told[1] = f"{count(room.too_many)} of the racks that stand are more than power and cooling carry."
    if found.more is not None:
        more, ratio = found.more, float(found.ratios[-1])
        gain = float(more.computing[-1] / more.computing[0])
        told.append(
            f"With every accelerator held to {share(float(more.cap[-1]))} of its full power, power and cooling carry "
            f"{count(round(ratio * found.racks))} racks in the place of {count(round(found.racks))}: each computes "
            f"{share(float(more.lost[-1]))} less and is at its cap for {share(float(more.throttled[-1]))} of the time, "
            f"the site computes {share(gain - 1.0)} more. That is for work which lacks power alone."
        )
    return tuple(told)


def _places_bind(found: Capacities) -> bool:
    """Say whether power and cooling alone would carry more."""
    return found.budget - found.now.usable.total > SAME


def _named(held: Held) -> str:
    return ", ".join(inside(name) for name in held.by.split(", "))


def _limits(now: Standing) -> Shown:
    names = (*now.limits.hall_names, *now.limits.site_names)
    carried, binds = totals(now.limits), set(now.usable.binding.tolist())
    parts = split(carried, float(now.installed.sum()), now.usable.total)
    rows = [
        (
            label(name),
            now.about.get(name, ""),
            "halls" if row < len(now.limits.hall_names) else "site",
            *(_watts(part[row]) for part in (carried, parts.used, parts.free, parts.stranded)),
            _watts(now.ratings.get(name, np.nan)),
            "binds" if row in binds else "",
        )
        for row, name in enumerate(names)
    ]
    heads = ("Limit", "What stands", "Of", "Carries", "Used", "Free", "Stranded", "At ratings", "")
    caption = "IT power under each limit on design days; used, free and stranded add up to what it carries"
    return Shown(caption, heads, tuple(rows), (3, 4, 5, 6, 7))


def _watts(value: float) -> str:
    return quantity(value, "W") if np.isfinite(value) else MISSING


def _conditions(found: tuple[Held, ...]) -> Shown:
    rows = [
        (
            held.name,
            quantity(held.usable, "W"),
            MISSING if held is found[0] else _against(held.usable - found[0].usable),
            _named(held),
            MISSING if held.cap is None else share(held.cap) if held.cap < 1.0 else "none needed",
            _lost(held),
        )
        for held in found
    ]
    heads = (
        "Condition",
        "Carried",
        "Against the first",
        "Bound by",
        "Cap of the racks that stand",
        "Computing lost meanwhile",
    )
    return Shown("Power and cooling in other conditions, places left aside", heads, tuple(rows), (1, 2, 4, 5))


def _against(power: float) -> str:
    if abs(power) < SAME:
        return "none"
    return f"{'+' if power > 0.0 else MINUS}{quantity(abs(power), 'W')}"


def _lost(held: Held) -> str:
    if held.lost is None or held.cap is None:
        return MISSING
    if not held.known:
        return "cap too low for the law"
    return share(held.lost) if held.cap < 1.0 else "none"


def _halls(now: Standing) -> Shown:
    kinds = [np.flatnonzero(now.alike == kind).tolist() for kind in np.unique(now.alike)]
    firsts, names = [rows[0] for rows in kinds], now.limits.hall_names
    every = (*names, *now.limits.site_names)
    rows = [
        ("Racks draw", *(_mega(now.installed[hall]) for hall in firsts)),
        ("Usable", *(_mega(now.usable.hall[hall]) for hall in firsts)),
        ("Bound by", *(inside(every[now.usable.binding[hall]]) for hall in firsts)),
        *((label(name), *map(_mega, now.limits.hall[row, firsts])) for row, name in enumerate(names)),
    ]
    heads = ("", *(_called(now, rows) for rows in kinds))
    return Shown("IT power of one hall of each kind [MW]", heads, tuple(rows), tuple(range(1, len(heads))))


def _called(now: Standing, rows: list[int]) -> str:
    name = now.halls[rows[0]].replace("_", " ")
    return name if len(rows) == 1 else f"{name} and {len(rows) - 1} more"


def _mega(value: float) -> str:
    return digits(value / MEGA) if np.isfinite(value) else MISSING


def _phases(phases: tuple[Standing, ...]) -> Shown:
    rows = [
        (
            now.name.replace("_", " "),
            count(len(now.halls)),
            quantity(float(now.installed.sum()), "W"),
            quantity(now.usable.total, "W"),
            binding(now.limits, now.usable),
            quantity(now.conditions[0].usable.total, "W"),
            binding(now.conditions[0].limits, now.conditions[0].usable),
            quantity(now.connection[0], "W"),
            quantity(now.connection[0] - now.connection[1], "W"),
            f"{MINUS}{count(now.fit.too_many)}" if now.fit.too_many else count(now.fit.fit),
        )
        for now in phases
    ]
    heads = (
        "Phase", "Halls", "Racks draw", "Usable", "Bound by", "Power and cooling", "Bound by", "Connection",
        "Stranded there", "More racks",
    )  # fmt: skip
    return Shown("Phases, each on its design days", heads, tuple(rows), (1, 2, 3, 5, 7, 8, 9))


def _caps(found: Capacities) -> Shown:
    more = found.more
    if more is None:
        return Shown("", (), ())
    computing = more.computing / more.computing[0]
    order = np.argsort(found.ratios, kind="stable").tolist()
    rows = [
        (
            share(float(found.ratios[row])),
            count(round(found.racks * float(found.ratios[row]))),
            share(float(more.cap[row])),
            share(float(more.throttled[row])),
            share(float(more.lost[row])),
            share(float(computing[row])),
            quantity(float(more.power[row]), "W"),
        )
        for row in order
        if more.known[row]
    ]
    heads = ("Racks", "Number", "Cap", "Time at the cap", "Lost by each", "Computing of the site", "Mean IT power")
    caption = "Racks under one power budget; 100 % is what it carries at full load"
    return Shown(caption, heads, tuple(rows), tuple(range(7)))
