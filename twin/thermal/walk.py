"""
A macro step, group of halls by group of halls.

Halls share water: those that hang on the same loops are a group. Between groups nothing passes within a macro step, so
that one is walked to its end before the next begins, and its racks and their demand stay near to the processor. Within
a group racks, CDUs and air are walked second by second, and every ten seconds controls are sampled, and the loops take
the energy that the kernel hands over.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin import facility_water
from twin.cooling.hall_air import HallControls, HallLaw, HallState, HallSurroundings, HallTally
from twin.cooling.plant_state import PlantControls, PlantLaw, PlantState, PlantTally
from twin.site import Floats, Integers, Site
from twin.thermal import halls, kernel, loops, tiles
from twin.thermal.cdu_step import CDU_TILE
from twin.thermal.compiled import PLAIN, njit
from twin.thermal.tables import CduLaw, Forcing, Layout, Orders, RackLaw, Room, Tally, ThermalState
from twin.workload import LoadTable

COUPLING_STEP = 10
"""Longest time [s] between exchanges of racks and CDUs with loops and halls."""


class Groups(NamedTuple):
    """
    Loops and halls that hang together.

    Attributes
    ----------
    loop : (loop,)
        Loops, group by group.
    loop_start : (group + 1,)
        Where those of each group begin.
    hall : (hall,)
        Halls, group by group.
    hall_start : (group + 1,)
        Where those of each group begin.
    """

    loop: Integers
    loop_start: Integers
    hall: Integers
    hall_start: Integers


class Laws(NamedTuple):
    """What a macro step reads."""

    racks: RackLaw
    cdus: CduLaw
    halls: HallLaw
    plant: PlantLaw
    layout: Layout
    load: LoadTable
    groups: Groups


class Held(NamedTuple):
    """What a macro step, or a coupling step of it, holds."""

    orders: Orders
    forcing: Forcing
    around: HallSurroundings
    plant: PlantControls
    halls: HallControls


class States(NamedTuple):
    """What a macro step moves."""

    thermal: ThermalState
    plant: PlantState
    halls: HallState


class Sums(NamedTuple):
    """What a macro step adds up."""

    thermal: Tally
    plant: PlantTally
    halls: HallTally


def groups(site: Site) -> Groups:
    """
    Find which halls and loops hang together.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    Groups
        As many as can be; a loop without halls is one of its own.
    """
    size, pairs = len(site.loops.name), (site.halls.loop, site.halls.air_loop)
    count, of_loop = connected_components(coo_array((np.ones(len(site.halls.name)), pairs), shape=(size, size)))
    of_hall, bounds = of_loop[site.halls.loop], np.arange(count + 1)
    loop, hall = np.argsort(of_loop, kind="stable"), np.argsort(of_hall, kind="stable")
    return Groups(loop, np.searchsorted(of_loop[loop], bounds), hall, np.searchsorted(of_hall[hall], bounds))


def one_group(site: Site) -> Groups:
    """
    Take all halls and loops together.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    Groups
        One.
    """
    loop, hall = np.arange(len(site.loops.name)), np.arange(len(site.halls.name))
    return Groups(loop, np.array([0, loop.size]), hall, np.array([0, hall.size]))


def room(site: Site, layout: Layout, hanging: Groups, seconds: int) -> Room:
    """
    Make room to work in.

    Parameters
    ----------
    site : Site
        The site.
    layout : Layout
        The kernel's racks.
    hanging : Groups
        What is walked at a time.
    seconds : [s]
        Longest macro step.

    Returns
    -------
    Room
        As large as the largest group, hall and loop need.
    """
    count = np.array([tiles.of_hall(hall, layout)[1] for hall in hanging.hall])
    most_tiles = max(count[low:high].sum() for low, high in pairwise(hanging.hall_start))
    racks = np.bincount(site.cdus.hall[layout.cdu]).max()
    blocks = -(-np.diff(layout.hall_cdu).max() // tiles.LANES)
    cells = np.diff(facility_water.cells(site.loops).start).max()
    return Room(
        asked=tiles.room(most_tiles, seconds, 2, tiles.LANES),
        lanes=tiles.room(2, tiles.LANES, seconds),
        on=np.ones(racks),
        top=np.zeros(racks),
        mean=np.zeros((racks, 5, 6)),
        worst=np.zeros((racks, 3, 6)),
        shared=tiles.room(tiles.SHARED_ROWS),
        cdus=tiles.room((blocks + 1) * CDU_TILE),
        given=np.zeros(len(site.loops.name)),
        water=np.zeros((6, cells + loops.BESIDE)),
    )


@njit(cache=True, nogil=True, **PLAIN)
def offer(
    law: PlantLaw, state: PlantState, cdus: CduLaw, controls: PlantControls, held: Held, start: Integers, rows: Integers
) -> None:
    """
    Show halls and CDUs the water that reaches them.

    Parameters
    ----------
    law : PlantLaw
        Where it comes from.
    state : PlantState
        The water.
    cdus : CduLaw
        CDUs; sidecars need no water.
    controls : PlantControls
        Part of the water that valves ask for that they get.
    held : Held
        Its forcing and the halls' surroundings are overwritten.
    start : (hall + 1,)
        CDUs of each hall.
    rows : (any,)
        Rows of the halls.
    """
    forcing, around = held.forcing, held.around
    for h in rows:
        loop = law.air_loop[h]
        forcing.coil[h], forcing.coil_ramp[h] = state.water[law.air_cell[h]], state.supply_ramp[loop]
        around.served[h] = controls.served[loop]
        for c in range(start[h], start[h + 1]):
            loop = law.cdu_loop[c]
            forcing.facility[c], forcing.facility_ramp[c] = state.water[law.cdu_cell[c]], state.supply_ramp[loop]
            forcing.served[c] = 1.0 if cdus.sidecar[c] else controls.served[loop]


@njit(cache=True, nogil=True, **PLAIN)
def hand_over(
    law: PlantLaw, cdus: CduLaw, tally: Tally, sums: HallTally, given: Floats, start: Integers, rows: Integers
) -> None:
    """
    Hand the heat of a coupling step over to loops and sums, and begin the next.

    Parameters
    ----------
    law : PlantLaw
        Where it goes.
    cdus : CduLaw
        CDUs; the heat of sidecars went into the air.
    tally : Tally
        Of the step; cleared.
    sums : HallTally
        Of the macro step; added to.
    given : (loop,) [J]
        Added to.
    start : (hall + 1,)
        CDUs of each hall.
    rows : (any,)
        Rows of the halls.
    """
    for h in rows:
        for c in range(start[h], start[h + 1]):
            given[law.cdu_loop[c]] += 0.0 if cdus.sidecar[c] else tally.cdu_heat[c]
            sums.cdus[c] += tally.cdu_heat[c]
            tally.cdu_heat[c] = 0.0
    for h in rows:
        given[law.air_loop[h]] += tally.coil_heat[h] + tally.door[0, h]
        sums.coil[h] += tally.coil_heat[h]
        sums.door[h] += tally.door[0, h]
        sums.outdoor[h] += tally.outdoor_heat[h]
        tally.coil_heat[h], tally.outdoor_heat[h], tally.hot[h], tally.door[:, h] = 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True, **PLAIN)
def macro_step(laws: Laws, held: Held, states: States, sums: Sums, room: Room, seconds: int) -> None:
    """
    Walk racks, CDUs, loops and halls through a macro step.

    Parameters
    ----------
    laws : Laws
        What it reads.
    held : Held
        Forcing, surroundings and controls are overwritten, each coupling step.
    states : States
        Replaced by the states at its end.
    sums : Sums
        Added to.
    room : Room
        To work in.
    seconds : [s]
        Its length.
    """
    layout, hanging, begin, start = laws.layout, laws.groups, held.forcing.begin, laws.layout.hall_cdu
    for group in range(hanging.hall_start.size - 1):
        own = hanging.hall[hanging.hall_start[group] : hanging.hall_start[group + 1]]
        water = hanging.loop[hanging.loop_start[group] : hanging.loop_start[group + 1]]
        kernel.fill(laws.racks, layout, laws.load, held.orders, begin, seconds, room, own)
        for block in range((seconds + COUPLING_STEP - 1) // COUPLING_STEP):
            first = block * COUPLING_STEP
            count = min(COUPLING_STEP, seconds - first)
            length = float(count)
            loops.control(laws.plant, states.plant, held.plant, sums.plant, length, block, water)
            offer(laws.plant, states.plant, laws.cdus, held.plant, held, start, own)
            halls.control(laws.halls, states.halls, held.halls, sums.halls, held.around, length, block, own)
            kernel.advance(
                laws.racks, laws.cdus, layout, room, states.thermal, held.forcing, sums.thermal, own, first, count
            )
            halls.remember(states.halls, held.halls, sums.thermal.hot, sums.thermal.door, length, own)
            hand_over(laws.plant, laws.cdus, sums.thermal, sums.halls, room.given, start, own)
            loops.step(laws.plant, states.plant, held.plant, sums.plant, room, length, water)
