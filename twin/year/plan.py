"""What a year reads of a site, made once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats, Integers
from twin.cooling import cooler_tables, plant_tables
from twin.site import Loops, Site
from twin.year import cdus, coolers, racks
from twin.year.coolers import Table
from twin.year.kinds import Asked, Kinds, alike, kinds, taken
from twin.year.racks import Response


class Plan(NamedTuple):
    """
    A site, ready to be solved.

    Attributes
    ----------
    kinds : Kinds
        One of each kind.
    rise : Response
        Chips of each class.
    exchangers : (lift, cdu kind) [W/K]
        See `twin.year.cdus.exchangers`.
    each_loop : tuple of Loops
        One kind of loop each.
    coolers : tuple of Table
        One a kind of loop.
    loops_alike : tuple of (row,)
        Kinds of loops that differ in what hangs on them alone: their plants follow one law, and are solved together.
    pump_power : (flow, loop kind) [W]
        Circulating pumps, over `plant_tables.FLOWS`.
    racks_cdu, racks_hall : (rack kind, cdu kind) and (rack kind, hall kind) [1]
        Racks of each kind on one CDU, and in one hall.
    cdus_hall : (cdu kind, hall kind) [1]
        CDUs of each kind in one hall.
    halls_loop, halls_air_loop : (hall kind, loop kind) [1]
        One where a hall's CDUs, and its coils, hang on a loop.
    pressure : [Pa]
        For which towers are tabulated.
    """

    kinds: Kinds
    rise: Response
    exchangers: Floats
    each_loop: tuple[Loops, ...]
    coolers: tuple[Table, ...]
    loops_alike: tuple[Integers, ...]
    pump_power: Floats
    racks_cdu: Floats
    racks_hall: Floats
    cdus_hall: Floats
    halls_loop: Floats
    halls_air_loop: Floats
    pressure: float


def plan(site: Site, asked: Asked, pressure: float | None = None) -> Plan:
    """
    Prepare a site for a year.

    Parameters
    ----------
    site : Site
        The site.
    asked : Asked
        What each rack is asked.
    pressure : [Pa], optional
        Mean air pressure of the weather; the site's without it.

    Returns
    -------
    Plan
        For `twin.year.steady.steady`.
    """
    found = kinds(site, asked)
    mean = found.pressure if pressure is None else pressure
    count = len(found.loops.name)
    each = tuple(taken(found.loops, np.array([row])) for row in range(count))
    like = alike(found.loops)
    groups = tuple(np.flatnonzero(like == number) for number in np.unique(like))
    unlike = taken(found.loops, np.array([group[0] for group in groups], dtype=np.int64))
    tables = coolers.tables([each[group[0]] for group in groups], cooler_tables.dry_coolers_of(unlike), mean)
    return Plan(
        kinds=found,
        rise=racks.response(found.classes),
        exchangers=cdus.exchangers(found),
        each_loop=each,
        coolers=tuple(tables[number] for number in like.tolist()),
        loops_alike=groups,
        pump_power=plant_tables.pump_power(found.loops),
        racks_cdu=_incidence(found.racks.cdu, found.racks.on_cdu, found.cdu_count.size),
        racks_hall=_incidence(found.racks.hall, found.racks.in_hall, found.hall_count.size),
        cdus_hall=_incidence(found.cdus.hall, found.cdu_count, found.hall_count.size),
        halls_loop=_incidence(found.halls.loop, np.ones(found.hall_count.size), count),
        halls_air_loop=_incidence(found.halls.air_loop, np.ones(found.hall_count.size), count),
        pressure=mean,
    )


def _incidence(owner: Integers, weight: Floats, owners: int) -> Floats:
    matrix = np.zeros((owner.size, owners))
    matrix[np.arange(owner.size), owner] = weight
    return matrix
