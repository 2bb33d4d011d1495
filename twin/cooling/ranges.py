"""Whether the models of a loop are inside the ranges for which they hold, and whether its liquids stay liquid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling.coolants import CELSIUS, WATER
from twin.cooling.plant_state import PlantState
from twin.errors import StateError
from twin.facility_water import Cells, Loops, cells
from twin.site import Site

BOILING = CELSIUS + 100.0
"""
Temperature [K] at which water boils at 1 bar, to half a kelvin; PG25 a kelvin or two later. Loops under pressure boil
later still, at 133 degrees Celsius at 3 bar, but no part of one is made for that.
"""


class Inside(NamedTuple):
    """
    Whether the laws of each loop are inside their ranges; true where a loop has none.

    Attributes
    ----------
    towers, chillers, heat_pumps : (loop,) bool
        Of those that are at work.
    facility_water, condenser_water : (loop,) bool
        Whether its temperatures are those for which its properties are known.
    coolant : (loop,) bool
        The same of the coolant of its halls' CDUs.
    outdoor_air : (loop,) bool
        Whether the outdoors is air that there is.
    loop_pumps, cdu_pumps : (loop,) bool
        Circulating pumps, and those of its halls' CDUs: whether they are near enough to their best point.
    """

    towers: Flags
    chillers: Flags
    heat_pumps: Flags
    facility_water: Flags
    condenser_water: Flags
    coolant: Flags
    outdoor_air: Flags
    loop_pumps: Flags
    cdu_pumps: Flags


LAWS = tuple(name.replace("_", " ").replace("cdu", "CDU") for name in Inside._fields)
"""The laws in words."""


def facility_water(loops: Loops, parts: Cells, water: Floats) -> Flags:
    """
    Say which loops' liquids are inside the ranges of their properties.

    Parameters
    ----------
    loops : Loops
        All loops.
    parts : Cells
        Their cells.
    water : (cell,) [K]
        Their liquids.

    Returns
    -------
    (loop,) bool
        Where all of a loop is.
    """
    first, (low, high) = parts.start[:-1], loops.liquid_range.T
    return np.asarray((np.minimum.reduceat(water, first) >= low) & (np.maximum.reduceat(water, first) <= high))


def condenser_water(loops: Loops, hot: Floats, cold: Floats) -> Flags:
    """
    Say which loops' condenser water is inside the range of water's properties.

    Parameters
    ----------
    loops : Loops
        All loops.
    hot, cold : (loop,) [K]
        Before and after the coolers.

    Returns
    -------
    (loop,) bool
        True where there is none.
    """
    low, high = WATER.range
    return np.asarray(~loops.condenser.fitted | ((np.minimum(hot, cold) >= low) & (np.maximum(hot, cold) <= high)))


def coolant(site: Site, supply: Floats, back: Floats) -> Flags:
    """
    Say at which loops the coolant of all CDUs is inside the range of its properties.

    Parameters
    ----------
    site : Site
        CDUs.
    supply, back : (cdu,) [K]
        Coolant before and after the racks.

    Returns
    -------
    (loop,) bool
        Of the loop that the CDUs' halls are on; groups of racks without coolant are left out.
    """
    low, high = site.cdus.coolant_range.T
    known = (np.minimum(supply, back) >= low) & (np.maximum(supply, back) <= high)
    return of_loops(site, known | (site.cdus.exchanger_conductance <= 0.0))


def of_loops(site: Site, cdus: Flags) -> Flags:
    """
    Turn flags of CDUs into flags of loops.

    Parameters
    ----------
    site : Site
        CDUs.
    cdus : (cdu,) bool
        Whether something of each is inside its range.

    Returns
    -------
    (loop,) bool
        Whether it is of all CDUs in the halls on a loop.
    """
    flags = np.ones(len(site.loops.name), dtype=bool)
    flags[site.halls.loop[site.cdus.hall[~cdus]]] = False
    return flags


def refuse_boiling(site: Site, plant: PlantState, supply: Floats, back: Floats, when: str) -> None:
    """
    End a run in which a liquid boils.

    Parameters
    ----------
    site : Site
        Loops and CDUs.
    plant : PlantState
        Water of the loops.
    supply, back : (cdu,) [K]
        Coolant before and after the racks.
    when : text
        For the message.

    Raises
    ------
    StateError
        Naming the warmest place, when it is above `BOILING`; liquids known by two constants have no such end.
    """
    if max(float(part.max(initial=0.0)) for part in (plant.water, plant.hot, plant.cold, supply, back)) <= BOILING:
        return
    loops, condenser = site.loops, site.loops.condenser.fitted
    water = np.maximum.reduceat(plant.water, cells(loops).start[:-1])
    places = (
        ("facility water", loops.name, np.where(loops.liquid_range[:, 1] < BOILING, water, 0.0)),
        ("condenser water", loops.name, np.where(condenser, np.maximum(plant.hot, plant.cold), 0.0)),
        ("coolant", site.cdus.name, np.where(site.cdus.coolant_range[:, 1] < BOILING, np.maximum(supply, back), 0.0)),
    )
    what, names, temperatures = max(places, key=lambda place: float(place[2].max(initial=0.0)))
    if temperatures.max(initial=0.0) <= BOILING:
        return
    worst = int(np.argmax(temperatures))
    message = (
        f"the {what} of {names[worst]} reaches {temperatures[worst] - CELSIUS:.1f} degC {when}: it boils at 1 bar from "
        f"{BOILING - CELSIUS:g} degC, and steam is not modelled, so that the run ends and nothing of it is written. "
        "What cools it takes less heat than arrives: keep more coolers, chillers or pumps in service, restore them "
        "sooner, lower the load, or end the run before"
    )
    raise StateError(message)
