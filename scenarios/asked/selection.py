"""Names and selections of a scenario -> rows of the site's tables."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scenarios.workload_schema import Selection
from twin.errors import Fault
from twin.site import Integers, Site

_KNOWN_SHOWN = 5


class Rows(NamedTuple):
    """Rows that a selection means, and what is wrong with it."""

    rows: Integers
    faults: tuple[Fault, ...] = ()


def find(kind: str, wanted: Sequence[str], known: Sequence[str], where: str) -> Rows:
    """
    Find assets by name, or by the end of their name where only one has it.

    Parameters
    ----------
    kind
        What they are, for messages.
    wanted
        Names such as ``hall_1/cdu_1``, or ``cdu_1`` where only one hall has a CDU of that name.
    known
        All names, in order of rows.
    where
        Place of the names, for messages.

    Returns
    -------
    Rows
        Row of each name that is known.
    """
    index = ends(known)
    rows = [index[name] for name in wanted if name in index]
    unknown = [Fault(where, _unknown(kind, name, known)) for name in wanted if name not in index]
    return Rows(np.array(sorted(set(rows)), dtype=np.int64), tuple(unknown))


def ends(known: Sequence[str]) -> dict[str, int]:
    """Give the row of each name, and of each end of a name that no other has."""
    index: dict[str, int] = {}
    shared: set[str] = set()
    for row, name in enumerate(known):
        parts = name.split("/")
        for end in ("/".join(parts[start:]) for start in range(1, len(parts))):
            if end in index:
                shared.add(end)
            index[end] = row
    return {end: row for end, row in index.items() if end not in shared} | {name: row for row, name in enumerate(known)}


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    more = f" and {len(known) - _KNOWN_SHOWN:,} more" if len(known) > _KNOWN_SHOWN else ""
    return f"unknown {kind} {name!r}; the site has {', '.join(known[:_KNOWN_SHOWN])}{more}.{hint}"


def racks(site: Site, chosen: Selection, where: str, *, every: bool = False) -> Rows:
    """
    Give the racks that fit a selection, before its share or count.

    Parameters
    ----------
    site
        Whose racks.
    chosen
        The selection.
    where
        Its place, for messages.
    every
        Whether racks without accelerators are meant too where the selection names no rack.

    Returns
    -------
    Rows
        In order of the site.
    """
    classes, table = site.rack_classes, site.racks
    fits = np.ones(len(table.name), dtype=np.bool_)
    faults: list[Fault] = []
    if chosen.rack is not None:
        found = find("rack class", [chosen.rack], classes.name, f"{where}.rack")
        fits &= np.isin(table.rack_class, found.rows)
        faults += found.faults
    elif not chosen.names and not every:
        fits &= (classes.accelerators > 0)[table.rack_class]
    for key, kind, names, known, column in (
        ("halls", "hall", chosen.halls, site.halls.name, table.hall),
        ("cdus", "CDU", chosen.cdus, site.cdus.name, table.cdu),
        ("names", "rack", chosen.names, table.name, np.arange(len(table.name))),
    ):
        fits &= _among(kind, names, known, column, f"{where}.{key}", faults)
    if not faults and not fits.any():
        faults.append(Fault(where, "no rack of the site fits this selection; widen it"))
    return Rows(np.flatnonzero(fits), tuple(faults))


def cdus(site: Site, chosen: Selection, where: str) -> Rows:
    """Give the CDUs that a selection means; groups of racks without coolant have none."""
    table = site.cdus
    faults = _without(chosen, ("rack", "cdus"), where)
    fits = _among("hall", chosen.halls, site.halls.name, table.hall, f"{where}.halls", faults)
    fits &= _among("CDU", chosen.names, table.name, np.arange(len(table.name)), f"{where}.names", faults)
    fits &= table.rated_heat > 0.0
    if not faults and not fits.any():
        faults.append(lacking(where, "coolant distribution unit"))
    return Rows(first(np.flatnonzero(fits), chosen), tuple(faults))


def lacking(where: str, machine: str) -> Fault:
    """Refuse an event of machines that the site has not: nothing would happen, and that would read as an answer."""
    return Fault(where, f"the site has no {machine} here; take this event out, or ask it of another site")


def loops(site: Site, chosen: Selection, where: str) -> Rows:
    """Give the facility loops that a selection means."""
    table = site.loops
    faults = _without(chosen, ("rack", "halls", "cdus"), where)
    fits = _among("loop", chosen.names, table.name, np.arange(len(table.name)), f"{where}.names", faults)
    return Rows(first(np.flatnonzero(fits), chosen), tuple(faults))


def first(rows: Integers, chosen: Selection) -> Integers:
    """Take the share or count of rows that a selection asks for, from the first on; all if it asks for neither."""
    return rows[: wanted(len(rows), chosen)]


def wanted(fitting: int, chosen: Selection) -> int:
    """Give how many of the fitting rows a selection asks for."""
    if chosen.count is not None:
        return chosen.count
    return fitting if chosen.share is None else round(chosen.share * fitting)


def _among(
    kind: str, names: Sequence[str], known: Sequence[str], column: Integers, where: str, faults: list[Fault]
) -> npt.NDArray[np.bool_]:
    """Say which entries of a column are among the named rows; every one if none is named."""
    if not names:
        return np.ones(len(column), dtype=np.bool_)
    found = find(kind, names, known, where)
    faults += found.faults
    return np.isin(column, found.rows)


def _without(chosen: Selection, fields: Sequence[str], where: str) -> list[Fault]:
    return [Fault(f"{where}.{name}", "does not apply here; take it out") for name in fields if getattr(chosen, name)]
