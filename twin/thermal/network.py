"""
The whole thermal network as one sparse linear system, built from the site's graph.

State, in this order: chip, plate, stream and air of every rack, supply and return of every CDU, supply and return of
every loop, air of every hall. At given flows, valves and speeds it is linear: dT/dt = A T + b. The replay kernel
integrates the same equations piece by piece; this form serves the direct steady state and the oracle.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from twin.site import Floats, Integers, Site
from twin.thermal.coefficients import film_ratio
from twin.thermal.laws import coolant_stream

Entry = tuple[Integers, Integers, Floats]
"""Rows, columns and values [W/K] of the conductance matrix."""


class Rates(NamedTuple):
    """
    Conductances that controls set.

    Attributes
    ----------
    flow : (cdu,) [1]
        Coolant flow over nominal flow.
    exchange : (cdu,) [W/K]
        Heat moved for each kelvin between coolant return and facility supply.
    cooler : (loop,) [W/K]
        Heat moved for each kelvin between water return and outdoors.
    coil : (hall,) [W/K]
        Heat moved for each kelvin between hall air and water supply.
    coil_share : (hall,) [1]
        Part of the hot air's heat that the coils move beyond that.
    leakage : (rack,) [W/K]
        Rise of chip power with temperature.
    """

    flow: Floats
    exchange: Floats
    cooler: Floats
    coil: Floats
    coil_share: Floats
    leakage: Floats


class Heats(NamedTuple):
    """
    Heat and temperatures that enter from outside.

    Attributes
    ----------
    chip, stream, air : (rack,) [W]
        Heat into the lumps of each rack; `chip` without leakage.
    cdu_pump : (cdu,) [W]
        Pump heat.
    loop_pump : (loop,) [W]
        Pump heat.
    chiller : (loop,) [W]
        Heat taken from the water by chillers.
    hall_losses : (hall,) [W]
        Conversion losses into the hot air.
    hall_fans : (hall,) [W]
        Heat of fans into the air.
    outdoor : (loop,) [K]
        Outdoor temperature at the coolers.
    """

    chip: Floats
    stream: Floats
    air: Floats
    cdu_pump: Floats
    loop_pump: Floats
    chiller: Floats
    hall_losses: Floats
    hall_fans: Floats
    outdoor: Floats


class Places(NamedTuple):
    """
    Where each part stands in the state.

    Attributes
    ----------
    chip, plate, stream, air : slice
        Racks.
    supply, back : slice
        CDUs.
    loop_supply, loop_back : slice
        Loops.
    hall : slice
        Hall air.
    size : int
        Length of the state.
    """

    chip: slice
    plate: slice
    stream: slice
    air: slice
    supply: slice
    back: slice
    loop_supply: slice
    loop_back: slice
    hall: slice
    size: int


def places(site: Site) -> Places:
    """
    Give the order of the state.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    Places
        Slices of the state.
    """
    racks, cdus, loops, halls = (
        site.racks.cdu.size,
        len(site.cdus.name),
        len(site.loops.name),
        len(site.halls.name),
    )
    edges = np.cumsum([0, racks, racks, racks, racks, cdus, cdus, loops, loops, halls])
    parts = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    chip, plate, stream, air, supply, back, loop_supply, loop_back, hall = parts
    return Places(chip, plate, stream, air, supply, back, loop_supply, loop_back, hall, int(edges[-1]))


def capacities(site: Site) -> Floats:
    """
    Give the heat capacity of every state.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    (state,) [J/K]
        A rack cooled by air only has its air in the stream's place; its fourth lump counts nothing but must not be
        zero.
    """
    classes, rows = site.rack_classes, site.racks.rack_class
    liquid = classes.liquid_fraction[rows] > 0
    stream = np.where(liquid, classes.coolant_capacity[rows], classes.air_capacity[rows])
    air = np.where(liquid, classes.air_capacity[rows], 1.0)
    cdus, loops = site.cdus, site.loops
    return np.concatenate(
        [
            classes.chip_capacity[rows],
            classes.plate_capacity[rows],
            stream,
            air,
            cdus.supply_capacity,
            cdus.return_capacity,
            loops.supply_capacity,
            loops.return_capacity,
            site.halls.air_capacity,
        ]
    )


def conductances(site: Site, rates: Rates) -> sp.csr_array:
    """
    Give the conductance matrix of the network.

    Parameters
    ----------
    site : Site
        The site.
    rates : Rates
        What the controls have set.

    Returns
    -------
    (state, state) [W/K]
        Heat into each state for each kelvin of each state; divide rows by `capacities` for dT/dt.
    """
    at, classes, rows = places(site), site.rack_classes, site.racks.rack_class
    index = np.arange(at.size)
    liquid = classes.liquid_fraction[rows] > 0
    flow = np.where(liquid, rates.flow[site.racks.cdu], 1.0)
    film = classes.film_conductance[rows] * film_ratio(flow, classes.film_exponent[rows])
    coolant = np.where(liquid, flow * classes.coolant_stream[rows], 0.0)
    blown = classes.air_stream[rows]
    hall_of_rack = index[at.hall][site.racks.hall]
    chip, plate, stream, air = index[at.chip], index[at.plate], index[at.stream], index[at.air]
    supply, back = index[at.supply], index[at.back]
    loop_supply, loop_back = index[at.loop_supply], index[at.loop_back]
    facility = loop_supply[site.halls.loop[site.cdus.hall]]
    around = rates.flow * coolant_stream(site)
    water = site.loops.water_stream
    entries: list[Entry] = []

    def conduct(first: np.ndarray, second: np.ndarray, value: Floats) -> None:
        """Add a conductance that acts both ways."""
        carry(first, second, value)
        carry(second, first, value)

    def carry(into: np.ndarray, source: np.ndarray, value: Floats) -> None:
        """Add heat into a state in proportion to its distance from another."""
        entries.append((into, source, value))
        entries.append((into, into, -value))

    entries.append((chip, chip, rates.leakage))
    conduct(chip, plate, classes.chip_conductance[rows])
    conduct(plate, stream, film)
    carry(stream, supply[site.racks.cdu], coolant)
    entries.append((back[site.racks.cdu], stream, coolant))
    entries.append((back[site.racks.cdu], supply[site.racks.cdu], -coolant))
    carry(stream, hall_of_rack, np.where(liquid, 0.0, blown))
    entries.append((hall_of_rack, stream, np.where(liquid, 0.0, blown)))
    entries.append((hall_of_rack, hall_of_rack, -np.where(liquid, 0.0, blown)))
    conduct(air, hall_of_rack, np.where(liquid, blown, 0.0))
    carry(air, stream, np.where(liquid, 0.0, 1.0))
    carry(back, supply, around)
    carry(supply, back, around)
    for into, sign in ((supply, -1.0), (index[at.loop_back][site.halls.loop[site.cdus.hall]], 1.0)):
        entries.append((into, back, sign * rates.exchange))
        entries.append((into, facility, -sign * rates.exchange))
    carry(loop_supply, loop_back, water)
    carry(loop_back, loop_supply, water)
    entries.append((loop_supply, loop_back, -rates.cooler))
    entries += _coils(site, rates)
    row = np.concatenate([entry[0] for entry in entries])
    column = np.concatenate([entry[1] for entry in entries])
    value = np.concatenate([np.broadcast_to(entry[2], entry[0].shape) for entry in entries])
    return sp.csr_array((value, (row, column)), shape=(at.size, at.size))


def _coils(site: Site, rates: Rates) -> list[Entry]:
    """Take heat from the halls' air to their loops: by the air at the racks, and of what the racks blow."""
    at, index = places(site), np.arange(places(site).size)
    of_rack, halls = site.racks.hall, site.halls
    liquid = site.rack_classes.liquid_fraction[site.racks.rack_class] > 0
    warm = np.where(liquid, index[at.air], index[at.stream])
    returned = rates.coil_share[of_rack] * site.rack_classes.air_stream[site.racks.rack_class]
    air, supply = index[at.hall], index[at.loop_supply][halls.air_loop]
    entries: list[Entry] = []
    for into, sign in ((air, -1.0), (index[at.loop_back][halls.air_loop], 1.0)):
        entries.append((into, air, sign * rates.coil))
        entries.append((into, supply, -sign * rates.coil))
        entries.append((into[of_rack], warm, sign * returned))
        entries.append((into[of_rack], air[of_rack], -sign * returned))
    return entries


def sources(site: Site, rates: Rates, heats: Heats) -> Floats:
    """
    Give the heat that enters each state from outside.

    Parameters
    ----------
    site : Site
        The site.
    rates : Rates
        What the controls have set.
    heats : Heats
        Heat and outdoor temperatures.

    Returns
    -------
    (state,) [W]
        Right-hand side of the network.
    """
    at, heat = places(site), np.zeros(places(site).size)
    reference = site.rack_classes.leakage_reference[site.racks.rack_class]
    heat[at.chip] = heats.chip - rates.leakage * reference
    heat[at.stream] = heats.stream
    heat[at.air] = heats.air
    heat[at.back] = heats.cdu_pump
    heat[at.loop_supply] = rates.cooler * heats.outdoor - heats.chiller
    heat[at.loop_back] = heats.loop_pump
    returned = rates.coil_share * heats.hall_losses
    heat[at.hall] = heats.hall_losses - returned + heats.hall_fans
    np.add.at(heat[at.loop_back], site.halls.air_loop, returned)
    return heat


def steady(site: Site, rates: Rates, heats: Heats) -> Floats:
    """
    Give the steady state by one direct sparse solve.

    Parameters
    ----------
    site : Site
        The site.
    rates : Rates
        What the controls have set.
    heats : Heats
        Heat and outdoor temperatures.

    Returns
    -------
    (state,) [K]
        Temperatures at which nothing changes.
    """
    matrix = sp.csc_array(conductances(site, rates))
    return np.asarray(splu(matrix).solve(-sources(site, rates, heats)), dtype=float)
