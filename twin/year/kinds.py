"""
Which parts of a site stand for how many: racks, CDUs, halls and loops that are alike and do the same.

At rest, what is alike behaves alike, so that a year is solved for one of each kind and counted as many. Halls that hang
on the same loops are a group; groups that are alike are one kind.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.cooling import hall_air
from twin.cooling.hall_air import HallLaw
from twin.site import Cdus, Floats, Halls, Integers, Loops, PowerChain, RackClasses, Site
from twin.thermal.laws import coolant_stream

_OF_NEIGHBOURS = frozenset({"name", "rack_start", "cdu_start", "hall", "loop", "air_loop"})
"""Fields that say where a part stands, not what it is."""


Table = TypeVar("Table", bound=tuple[Any, ...])


class Asked(NamedTuple):
    """
    What each rack is asked: the work that it follows, and its power at sample zero and for each one of sample.

    Attributes
    ----------
    work : (rack,)
        Row of `twin.year.work.Works`; of a rack without work its base is that of an idle rack, and its scale zero.
    accelerator_base, accelerator_scale, host_base, host_scale : (rack,) [W]
        As in `twin.workload.LoadTable`.
    """

    work: Integers
    accelerator_base: Floats
    accelerator_scale: Floats
    host_base: Floats
    host_scale: Floats


class RackKinds(NamedTuple):
    """
    Kinds of racks, each on one kind of CDU.

    Attributes
    ----------
    rack_class : (rack kind,)
        Row of `RackClasses`.
    cdu : (rack kind,)
        Row of `Kinds.cdus`.
    hall : (rack kind,)
        Row of `Kinds.halls`.
    on_cdu, in_hall, on_site : (rack kind,) [1]
        How many there are on one CDU of the kind, in one hall of the kind, and on the site.
    asked : Asked
        What each is asked.
    """

    rack_class: Integers
    cdu: Integers
    hall: Integers
    on_cdu: Floats
    in_hall: Floats
    on_site: Floats
    asked: Asked


class Kinds(NamedTuple):
    """
    A site as one of each kind.

    Attributes
    ----------
    classes : RackClasses
        As the site has them.
    racks : RackKinds
        Kinds of racks.
    cdus : Cdus
        One of each kind; `hall` is a row of `halls`, and `rack_start` is not read.
    cdu_stream : (cdu kind,) [W/K]
        Coolant of each.
    cdu_count : (cdu kind,) [1]
        How many of it are in a hall of its kind.
    halls : Halls
        One of each kind; `loop` and `air_loop` are rows of `loops`, and `cdu_start` is not read.
    air : HallLaw
        Their air.
    hall_count : (hall kind,) [1]
        How many halls the site has of each.
    hall_of : (hall,)
        Row of `halls` that each hall of the site is like.
    loops : Loops
        One of each kind.
    loop_count : (loop kind,) [1]
        How many loops the site has of each.
    chain : PowerChain
        From the racks upwards; stages of the hall path have their units in one hall of each kind.
    pressure : [Pa]
        Air pressure of the site.
    """

    classes: RackClasses
    racks: RackKinds
    cdus: Cdus
    cdu_stream: Floats
    cdu_count: Floats
    halls: Halls
    air: HallLaw
    hall_count: Floats
    hall_of: Integers
    loops: Loops
    loop_count: Floats
    chain: PowerChain
    pressure: float


def idle(site: Site) -> Asked:
    """
    Ask nothing of any rack.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    Asked
        Idle powers of their classes, and no work.
    """
    classes, row = site.rack_classes, site.racks.rack_class
    return Asked(
        np.zeros(row.size, np.int64),
        (classes.accelerators * classes.accelerator_idle)[row],
        np.zeros(row.size),
        classes.host_idle[row].astype(float),
        np.zeros(row.size),
    )


def kinds(site: Site, asked: Asked) -> Kinds:
    """
    Find one of each kind of a site's parts.

    Parameters
    ----------
    site : Site
        The site.
    asked : Asked
        What each rack is asked.

    Returns
    -------
    Kinds
        Halls and loops in the order in which their kinds first appear on the site.
    """
    racks, cdus, halls = site.racks, site.cdus, site.halls
    rack_kind = _numbers(np.column_stack([racks.rack_class, *asked]))
    on_cdu = _counts(racks.cdu, rack_kind, len(cdus.name))
    cdu_kind = _numbers(np.hstack([_columns(cdus, coolant_stream(site)), on_cdu]))
    in_hall = _counts(cdus.hall, cdu_kind, len(halls.name))
    units = np.stack([np.broadcast_to(stage.units, len(halls.name)) for stage in site.chain.hall_path], axis=1)
    hall_kind = _numbers(np.hstack([_columns(halls), in_hall, units]))
    loop_kind = alike(site.loops)
    halls_kept, loops_kept, hall_count, loop_count, hall_like = _groups(site, hall_kind, loop_kind)
    cdus_kept, cdu_count = _kept_cdus(site, cdu_kind, halls_kept)
    racks_kept, rack_count = _kept_racks(site, rack_kind, cdus_kept)
    cdu_row = _places(cdus_kept, len(cdus.name))[racks.cdu[racks_kept]]
    hall_row = _places(halls_kept, len(halls.name))
    loop_row = _places(loops_kept, len(site.loops.name))
    of_cdu = hall_row[cdus.hall[cdus_kept]]
    many = cdu_count[cdu_row] * rack_count
    return Kinds(
        classes=site.rack_classes,
        racks=RackKinds(
            rack_class=racks.rack_class[racks_kept],
            cdu=cdu_row,
            hall=of_cdu[cdu_row],
            on_cdu=rack_count,
            in_hall=many,
            on_site=many * hall_count[of_cdu[cdu_row]],
            asked=taken(asked, racks_kept),
        ),
        cdus=taken(cdus, cdus_kept)._replace(hall=of_cdu),
        cdu_stream=coolant_stream(site)[cdus_kept],
        cdu_count=cdu_count,
        halls=taken(halls, halls_kept)._replace(
            loop=loop_row[halls.loop[halls_kept]], air_loop=loop_row[halls.air_loop[halls_kept]]
        ),
        air=_rows_of_air(hall_air.law(site), halls_kept, len(halls.name)),
        hall_count=hall_count,
        hall_of=hall_row[hall_like],
        loops=taken(site.loops, loops_kept),
        loop_count=loop_count,
        chain=_chain(site.chain, halls_kept, len(halls.name)),
        pressure=site.altitude_pressure,
    )


def taken(table: Table, rows: Integers) -> Table:
    """
    Take rows of a table of arrays, those of the tables in it as well.

    Parameters
    ----------
    table : NamedTuple
        Of arrays, names and such tables, each with a row a part along its first axis.
    rows : (row,)
        Which.

    Returns
    -------
    NamedTuple
        Of the same type.
    """
    parts = (_part_taken(part, rows) for part in table)
    return type(table)._make(parts)  # type: ignore[attr-defined,no-any-return]


def _part_taken(part: Any, rows: Integers) -> Any:  # noqa: ANN401 (a field of any table)
    if hasattr(part, "_fields"):
        return taken(part, rows)
    return tuple(part[row] for row in rows) if isinstance(part, tuple) else part[rows]


def alike(table: Any, *more: Floats) -> Integers:  # noqa: ANN401 (any table of arrays)
    """
    Give parts of a table numbers: those with the same one differ in their names and neighbours alone.

    Parameters
    ----------
    table : NamedTuple
        Of arrays, names and such tables, each with a row a part along its first axis.
    more : (part,) [W/K]
        Streams that tell parts from one another as well.

    Returns
    -------
    (part,)
        From zero on.
    """
    return _numbers(_columns(table, *more))


def _columns(table: Any, *more: Floats) -> Floats:  # noqa: ANN401 (any table of arrays)
    """Give what tells one part of a table from another, (part, column)."""
    parts = [
        _columns(part) if hasattr(part, "_fields") else part.reshape(len(part), -1).astype(float)
        for name, part in table._asdict().items()
        if name not in _OF_NEIGHBOURS and not (isinstance(part, tuple) and not hasattr(part, "_fields"))
    ]
    return np.hstack([*parts, *(each[:, np.newaxis] for each in more)])


def _numbers(columns: npt.NDArray[Any]) -> Integers:
    """Give equal rows the same number; neighbours are mostly alike, and only the first of each run is sorted."""
    first = np.append(True, (columns[1:] != columns[:-1]).any(axis=1))[: len(columns)]
    numbers = np.unique(columns[first], axis=0, return_inverse=True)[1].reshape(-1)
    return np.asarray(numbers[np.cumsum(first) - 1], dtype=np.int64)


def _counts(holder: Integers, kind: Integers, holders: int) -> Floats:
    """Count the members of each kind that each holder has, (holder, kind)."""
    width = int(kind.max(initial=-1)) + 1
    return np.bincount(holder * width + kind, minlength=holders * width).reshape(holders, width).astype(float)


def _places(kept: Integers, size: int) -> Integers:
    """Give the new row of each old one that is kept."""
    places = np.full(size, -1, dtype=np.int64)
    places[kept] = np.arange(kept.size)
    return places


def _groups(
    site: Site, hall_kind: Integers, loop_kind: Integers
) -> tuple[Integers, Integers, Floats, Floats, Integers]:
    """Keep one of each kind of group: its halls, its loops, how many groups each stands for, and like which each is."""
    halls, size = site.halls, loop_kind.size
    _, of_loop = connected_components(coo_array((np.ones(hall_kind.size), (halls.loop, halls.air_loop)), (size, size)))
    of_hall, first, times = of_loop[halls.loop], dict[tuple[Any, ...], int](), dict[int, int]()
    like = np.zeros(hall_kind.size, dtype=np.int64)
    for group in dict.fromkeys(of_loop.tolist()):
        own, water = np.flatnonzero(of_hall == group), np.flatnonzero(of_loop == group)
        inside = _places(water, size)
        signature = (
            *(tuple(part.tolist()) for part in (loop_kind[water], hall_kind[own])),
            *(tuple(inside[part[own]].tolist()) for part in (halls.loop, halls.air_loop)),
        )
        kept = first.setdefault(signature, group)
        times[kept] = times.get(kept, 0) + 1
        like[own] = np.flatnonzero(of_hall == kept)
    keep = np.array(list(times))
    halls_kept, loops_kept = (np.flatnonzero(np.isin(each, keep)) for each in (of_hall, of_loop))
    hall_count = np.array([times[group] for group in of_hall[halls_kept].tolist()], dtype=float)
    loop_count = np.array([times[group] for group in of_loop[loops_kept].tolist()], dtype=float)
    return halls_kept, loops_kept, hall_count, loop_count, like


def _kept_cdus(site: Site, cdu_kind: Integers, halls_kept: Integers) -> tuple[Integers, Floats]:
    """Keep one CDU of each kind in each hall that is kept, and count them."""
    mine = np.flatnonzero(np.isin(site.cdus.hall, halls_kept))
    keys = np.column_stack([site.cdus.hall[mine], cdu_kind[mine]])
    _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    return mine[first], count.astype(float)


def _kept_racks(site: Site, rack_kind: Integers, cdus_kept: Integers) -> tuple[Integers, Floats]:
    """Keep one rack of each kind on each CDU that is kept, and count them."""
    mine = np.flatnonzero(np.isin(site.racks.cdu, cdus_kept))
    keys = np.column_stack([site.racks.cdu[mine], rack_kind[mine]])
    _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    return mine[first], count.astype(float)


def _rows_of_air(law: HallLaw, rows: Integers, halls: int) -> HallLaw:
    """Take the halls that are kept; what is by CDU or by fan is not read."""
    parts = {
        name: part[..., rows]
        for name, part in law._asdict().items()
        if name not in {"cdu_start", "sidecar_power", "fan_curve"} and part.shape[-1] == halls
    }
    return law._replace(**parts)


def _chain(chain: PowerChain, rows: Integers, halls: int) -> PowerChain:
    """Take the units of the halls that are kept."""
    units = (np.broadcast_to(stage.units, halls)[rows] for stage in chain.hall_path)
    stages = (stage._replace(units=own) for stage, own in zip(chain.hall_path, units, strict=True))
    return chain._replace(hall_path=tuple(stages))
