"""
The whole thermal network as one sparse linear system, built from the site's graph.

State, in this order: chip, plate, stream and air of every rack; chip, plate and stream of its worst branch, which gives
no heat to anything; supply and return of every CDU; the cells of every loop, and its hot and cold condenser
water; air of every hall. At given flows, valves and speeds it is linear: dT/dt = A T + b. The replay kernel integrates
the same equations piece by piece; this form serves the direct steady state and the oracle.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from twin.facility_water import cells
from twin.site import Floats, Integers, Site
from twin.thermal.coefficients import film_ratio, worst_branch
from twin.thermal.laws import coolant_stream


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
        Heat moved for each kelvin between the coolers' water and outdoors.
    economiser : (loop,) [W/K]
        Heat moved for each kelvin between water return and cold condenser water.
    water : (loop,) [W/K]
        Facility water, mass flow times specific heat.
    condenser : (loop,) [W/K]
        Condenser water, mass flow times specific heat; read where there is any.
    coil : (hall,) [W/K]
        Heat moved for each kelvin between hall air and water supply.
    coil_share : (hall,) [1]
        Part of the hot air's heat that the coils move beyond that.
    coil_mixing : (hall,) [W/K]
        By how much less for each kelvin between hall air and the outdoors, whose air is mixed into theirs.
    door : (hall,) [1]
        Opening of the rear doors' valves.
    outdoor : (hall,) [W/K]
        Heat moved for each kelvin between hall air and the outdoors.
    outdoor_share : (hall,) [1]
        Part of the hot air's heat that goes to the outdoors beyond that.
    leakage : (rack,) [W/K]
        Rise of chip power with temperature.
    """

    flow: Floats
    exchange: Floats
    cooler: Floats
    economiser: Floats
    water: Floats
    condenser: Floats
    coil: Floats
    coil_share: Floats
    coil_mixing: Floats
    door: Floats
    outdoor: Floats
    outdoor_share: Floats
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
    loop_pump, condenser_pump : (loop,) [W]
        Pump heat.
    chiller : (loop,) [W]
        Heat taken from the water by chillers and heat pumps.
    condenser : (loop,) [W]
        Heat given to condenser water by chillers.
    hall_losses : (hall,) [W]
        Conversion losses into the hot air.
    hall_fans : (hall,) [W]
        Heat of fans into the air.
    outdoor : (loop,) [K]
        Outdoor temperature at the coolers.
    shift : (loop,) [K]
        Fall of the water return ahead of coolers and economiser.
    dry_bulb : (hall,) [K]
        Outdoor air that economisers let into halls.
    """

    chip: Floats
    stream: Floats
    air: Floats
    cdu_pump: Floats
    loop_pump: Floats
    condenser_pump: Floats
    chiller: Floats
    condenser: Floats
    hall_losses: Floats
    hall_fans: Floats
    outdoor: Floats
    shift: Floats
    dry_bulb: Floats


class Places(NamedTuple):
    """
    Where each part stands in the state.

    Attributes
    ----------
    chip, plate, stream, air, worst, worst_plate, worst_stream : slice
        Racks.
    supply, back : slice
        CDUs.
    water : slice
        Cells of the loops.
    hot, cold : slice
        Condenser water of the loops.
    hall : slice
        Hall air.
    size : int
        Length of the state.
    """

    chip: slice
    plate: slice
    stream: slice
    air: slice
    worst: slice
    worst_plate: slice
    worst_stream: slice
    supply: slice
    back: slice
    water: slice
    hot: slice
    cold: slice
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
    water = cells(site.loops).capacity.size
    edges = np.cumsum([0, *7 * [racks], cdus, cdus, water, loops, loops, halls])
    parts: dict[str, Any] = {
        name: slice(int(begin), int(end)) for name, (begin, end) in zip(Places._fields, pairwise(edges), strict=False)
    }
    return Places(**parts, size=int(edges[-1]))


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
        zero. Nor must that of condenser water where there is none.
    """
    classes, rows = site.rack_classes, site.racks.rack_class
    liquid = classes.liquid_fraction[rows] > 0
    stream = np.where(liquid, classes.coolant_capacity[rows], classes.air_capacity[rows])
    air = np.where(liquid, classes.air_capacity[rows], 1.0)
    cdus, condenser = site.cdus, site.loops.condenser
    held = np.where(condenser.fitted, condenser.capacity, 1.0)
    return np.concatenate(
        [
            classes.chip_capacity[rows],
            classes.plate_capacity[rows],
            stream,
            air,
            classes.chip_capacity[rows],
            classes.plate_capacity[rows],
            stream,
            cdus.supply_capacity,
            cdus.return_capacity,
            cells(site.loops).capacity,
            held,
            held,
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
    at = places(site)
    entries = _Entries([])
    _racks(site, rates, at, entries)
    _cdus(site, rates, at, entries)
    _loops(site, rates, at, entries)
    _halls(site, rates, at, entries)
    row, column, value = (np.concatenate(part) for part in zip(*entries.heat, strict=True))
    return sp.csr_array((value, (row, column)), shape=(at.size, at.size))


class _Entries(NamedTuple):
    """Heat into some states for each kelvin of others: rows, columns and values [W/K] of the conductance matrix."""

    heat: list[tuple[Integers, Integers, Floats]]

    def add(self, into: Integers, source: Integers, value: Floats) -> None:
        """Add heat into states for each kelvin of others."""
        self.heat.append((into, source, np.broadcast_to(value, into.shape)))

    def carry(self, into: Integers, source: Integers, value: Floats) -> None:
        """Add heat into states in proportion to their distance from others."""
        self.add(into, source, value)
        self.add(into, into, -value)

    def conduct(self, first: Integers, second: Integers, value: Floats) -> None:
        """Add a conductance that acts both ways."""
        self.carry(first, second, value)
        self.carry(second, first, value)

    def move(self, into: Integers, hot: Integers, cold: Integers, value: Floats) -> None:
        """Add heat into states in proportion to the distance of hot from cold ones."""
        self.add(into, hot, value)
        self.add(into, cold, -value)

    def exchange(self, first: Integers, second: Integers, hot: Integers, cold: Integers, value: Floats) -> None:
        """Move heat from first to second states in proportion to the distance of hot from cold ones."""
        self.move(first, hot, cold, -value)
        self.move(second, hot, cold, value)


def _rows(part: slice) -> Integers:
    return np.arange(part.start, part.stop, dtype=np.int64)


def _racks(site: Site, rates: Rates, at: Places, entries: _Entries) -> None:
    classes, rows = site.rack_classes, site.racks.rack_class
    liquid = classes.liquid_fraction[rows] > 0
    supply, back = (_rows(part)[site.racks.cdu] for part in (at.supply, at.back))
    hall, chip, stream, air = _rows(at.hall)[site.racks.hall], _rows(at.chip), _rows(at.stream), _rows(at.air)
    flow = np.where(liquid, rates.flow[site.racks.cdu], 1.0)
    film = film_ratio(flow, classes.film_exponent[rows])
    mean, worst = (chip, _rows(at.plate), stream), tuple(map(_rows, (at.worst, at.worst_plate, at.worst_stream)))
    for (first, second, third), of in ((mean, classes), (worst, worst_branch(classes))):
        entries.add(first, first, rates.leakage)
        entries.conduct(first, second, of.chip_conductance[rows])
        entries.conduct(second, third, of.film_conductance[rows] * film)
        entries.carry(third, supply, np.where(liquid, flow * of.coolant_stream[rows], 0.0))
        entries.carry(third, hall, np.where(liquid, 0.0, of.air_stream[rows]))
    coolant, blown = np.where(liquid, flow * classes.coolant_stream[rows], 0.0), classes.air_stream[rows]
    entries.add(back, stream, coolant)
    entries.add(back, supply, -coolant)
    entries.carry(hall, stream, np.where(liquid, 0.0, blown))
    entries.conduct(air, hall, np.where(liquid, blown, 0.0))
    # The fourth lump of a rack cooled by air only stands beside its stream.
    entries.carry(air, stream, np.where(liquid, 0.0, 1.0))


def _cdus(site: Site, rates: Rates, at: Places, entries: _Entries) -> None:
    supply, back, loop = _rows(at.supply), _rows(at.back), site.halls.loop[site.cdus.hall]
    entries.conduct(supply, back, rates.flow * coolant_stream(site))
    facility, return_water = _ends(site, at, loop)
    entries.exchange(supply, return_water, back, facility, np.where(site.cdus.sidecar, 0.0, rates.exchange))


def _loops(site: Site, rates: Rates, at: Places, entries: _Entries) -> None:
    own, condenser, water = cells(site.loops), site.loops.condenser, _rows(at.water)
    hot, cold, back, plant = _rows(at.hot), _rows(at.cold), water[own.last_return], water[own.last_return + 1]
    before = np.roll(water, 1)
    before[own.start[:-1]] = water[own.start[1:] - 1]
    entries.carry(water, before, np.repeat(rates.water, np.diff(own.start)))
    entries.add(plant, back, -np.where(condenser.fitted, 0.0, rates.cooler))
    entries.conduct(hot, cold, np.where(condenser.fitted, rates.condenser, 1.0))
    entries.add(cold, hot, -np.where(condenser.fitted, rates.cooler, 0.0))
    entries.exchange(plant, hot, back, cold, rates.economiser)
    # Condenser water that is not there is tied to the plant's, so that it has a steady state.
    entries.carry(cold, plant, np.where(condenser.fitted, 0.0, 1.0))


def _ends(site: Site, at: Places, loop: Integers) -> tuple[Integers, Integers]:
    """Give the cells from which loops' halls get their water and into which they give it back."""
    own, water = cells(site.loops), _rows(at.water)
    return water[own.start[1:] - 1][loop], water[own.start[:-1]][loop]


def _halls(site: Site, rates: Rates, at: Places, entries: _Entries) -> None:
    """Take heat from the halls' air: by the air at the racks, of what is hot a part to each sink, and by doors."""
    hall, loop, of_rack, of_cdu = _rows(at.hall), site.halls.air_loop, site.racks.hall, site.cdus.hall
    water, return_water = _ends(site, at, loop)
    entries.exchange(hall, return_water, hall, water, rates.coil)
    entries.add(hall, hall, rates.coil_mixing - rates.outdoor)
    entries.add(return_water, hall, -rates.coil_mixing)
    classes, rows = site.rack_classes, site.racks.rack_class
    warm = np.where(classes.liquid_fraction[rows] > 0, _rows(at.air), _rows(at.stream))
    by_coil, by_outdoors = rates.coil_share[of_rack], rates.outdoor_share[of_rack]
    place, back_place, blown = hall[of_rack], return_water[of_rack], classes.air_stream[rows]
    entries.exchange(place, back_place, warm, place, by_coil * blown)
    entries.move(place, warm, place, -by_outdoors * blown)
    door = rates.door[of_rack] * classes.door_conductance[rows]
    entries.exchange(place, back_place, warm, water[of_rack], (1.0 - by_coil) * door)
    entries.move(place, warm, water[of_rack], by_outdoors * door)
    supply, back, air = _rows(at.supply), _rows(at.back), hall[of_cdu]
    beside = np.where(site.cdus.sidecar, rates.exchange, 0.0)
    entries.exchange(supply, air, back, air, beside)
    entries.exchange(air, return_water[of_cdu], back, air, rates.coil_share[of_cdu] * beside)
    entries.move(air, back, air, -rates.outdoor_share[of_cdu] * beside)


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
    heat[at.worst], heat[at.worst_stream] = heat[at.chip], heats.stream
    heat[at.air] = heats.air
    heat[at.back] = heats.cdu_pump
    own, condenser = cells(site.loops), site.loops.condenser
    given_off, unmoved = rates.cooler * heats.outdoor, rates.economiser * heats.shift
    direct = np.where(condenser.fitted, 0.0, given_off + rates.cooler * heats.shift)
    heat[at.water][own.last_return + 1] = direct + unmoved - heats.chiller
    heat[at.water][own.start[:-1]] += heats.loop_pump
    heat[at.hot] = np.where(condenser.fitted, heats.condenser + heats.condenser_pump - unmoved, 0.0)
    heat[at.cold] = np.where(condenser.fitted, given_off, 0.0)
    returned = rates.coil_share * heats.hall_losses
    blown_out = rates.outdoor_share * heats.hall_losses - rates.outdoor * heats.dry_bulb
    returned += rates.coil_mixing * heats.dry_bulb
    heat[at.hall] = heats.hall_losses - returned - blown_out + heats.hall_fans
    np.add.at(heat[at.water], own.start[site.halls.air_loop], returned)
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
