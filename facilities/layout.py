"""Where racks stand: the rule that lays them out in halls and around CDUs."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from facilities.schema import Facility
from twin.site import Floats, Integers

KEPT = 4
"""Layouts whose names are kept."""


class Layout(NamedTuple):
    """
    Racks, CDUs and halls of a site.

    Attributes
    ----------
    halls, cdus, racks : tuple of text
        Names, ``hall_1``, ``hall_1/cdu_1``, ``hall_1/cdu_1/rack_1``.
    rack_class : (rack,)
        Row of each rack's class in `classes`.
    rack_cdu : (rack,)
        Row of each rack's CDU.
    cdu_hall : (cdu,)
        Row of each CDU's hall.
    classes : tuple of text
        Catalog names of the racks.
    """

    halls: tuple[str, ...]
    cdus: tuple[str, ...]
    racks: tuple[str, ...]
    rack_class: Integers
    rack_cdu: Integers
    cdu_hall: Integers
    classes: tuple[str, ...]


def layout(facility: Facility) -> Layout:
    """
    Lay out a site's racks.

    Parameters
    ----------
    facility : Facility
        Numbers of halls and racks.

    Returns
    -------
    Layout
        In order of hall, CDU and kind of rack.

    Notes
    -----
    Places of the first kind are dealt to the halls in equal blocks, and in each hall to CDUs one after another, so that
    a hall's last CDU may have fewer; empty places are then left out. Racks of other kinds are spread evenly over the
    halls, and in each hall over its CDUs. Of a site in part built, the halls that stand are then kept.
    """
    halls = facility.arrangement.halls.count
    first, *others = facility.racks.values()
    empty = np.array(facility.arrangement.empty_places, dtype=np.int64) - 1
    places = first.count.count + empty.size
    per_cdu = facility.arrangement.racks_per_cdu.count
    blocks = np.diff(np.arange(halls + 1) * places // halls)
    hall_cdus = -(-blocks // per_cdu)
    cdu_start = np.concatenate([[0], np.cumsum(hall_cdus)])
    place_hall = np.repeat(np.arange(halls), blocks)
    in_hall = np.arange(places) - np.repeat(np.cumsum(blocks) - blocks, blocks)
    cdus = [np.delete(cdu_start[place_hall] + in_hall // per_cdu, empty)]
    cdus += [_spread(kind.count.count, hall_cdus, cdu_start) for kind in others]
    kinds = np.repeat(np.arange(len(cdus)), [rows.size for rows in cdus])
    rack_cdu = np.concatenate(cdus).astype(np.int64)
    order = np.lexsort((kinds, rack_cdu))
    if (standing := facility.arrangement.standing) is not None:
        hall_cdus = hall_cdus[: standing.count]
        order = order[: np.searchsorted(rack_cdu[order], hall_cdus.sum())]
    return _named(facility, rack_cdu[order], kinds[order], hall_cdus)


def sums(rows: Integers, values: Floats, count: int) -> Floats:
    """
    Add values up by row.

    Parameters
    ----------
    rows : (any,)
        Row of each value.
    values : (any,)
        In any unit.
    count
        Number of rows.

    Returns
    -------
    (count,)
        Sums, in the unit of the values.
    """
    return np.asarray(np.bincount(rows, weights=values, minlength=count), dtype=float)


def _spread(count: int, hall_cdus: Integers, cdu_start: Integers) -> Integers:
    """Give the CDU beside which each of `count` racks stands."""
    halls = hall_cdus.size
    hall = np.arange(count) * halls // max(count, 1)
    number = np.bincount(hall, minlength=halls)
    in_hall = np.arange(count) - np.repeat(np.cumsum(number) - number, number)
    return np.asarray(cdu_start[hall] + in_hall * hall_cdus[hall] // number[hall], dtype=np.int64)


def _named(facility: Facility, rack_cdu: Integers, kinds: Integers, hall_cdus: Integers) -> Layout:
    names = [kind.rack for kind in facility.racks.values()]
    classes = tuple(dict.fromkeys(names))
    class_of_kind = np.array([classes.index(name) for name in names], dtype=np.int64)
    many = np.bincount(rack_cdu, minlength=int(hall_cdus.sum()))
    halls, cdus, racks = _names(tuple(hall_cdus.tolist()), tuple(many.tolist()))
    cdu_hall = np.repeat(np.arange(hall_cdus.size), hall_cdus).astype(np.int64)
    return Layout(halls, cdus, racks, class_of_kind[kinds], rack_cdu, cdu_hall, classes)


@lru_cache(maxsize=KEPT)
def _names(hall_cdus: tuple[int, ...], cdu_racks: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """Name halls, CDUs and racks, by CDUs in each hall and racks on each CDU; a site is built many times as it is."""
    halls = tuple(f"hall_{number}" for number in range(1, len(hall_cdus) + 1))
    cdus = tuple(
        f"{hall}/cdu_{number}" for hall, count in zip(halls, hall_cdus, strict=True) for number in range(1, count + 1)
    )
    racks = (
        f"{cdu}/rack_{number}" for cdu, count in zip(cdus, cdu_racks, strict=True) for number in range(1, count + 1)
    )
    return halls, cdus, tuple(racks)
