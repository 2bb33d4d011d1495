"""What supplies a year's load: the site's own sets, storage and sun, on islands or beside the grid, and their use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np

from facilities import Facility, catalog
from facilities.economics import FILE, Economics
from facilities.phases import Supply as Stated
from facilities.sun import panels
from facilities.supplies import USUAL, Generator
from twin.arrays import Integers
from twin.economics import Months
from twin.errors import FacilityError, Fault
from twin.site import Floats
from twin.supply.dispatch import Aim, Dispatch
from twin.supply.parts import Fleet, Grid, Storage, Supply, firm_capacity, straight_fuel
from twin.supply.periods import by_period, taken
from twin.supply.site_rating import site_rating

Used = Literal["none", "own", "all"]
"""Which supply a year uses: none; of islands and behind the meter; also what was built for the site on the grid."""

HOUR = 3600.0

ALL = slice(None)
"""Every hour."""

ISLAND, BESIDE, ON_GRID = "islanded", "behind the meter", "on the grid"
"""Roles of a facility file."""

NOTHING = Storage(0.0, 0.0, 1.0, 1.0)

TOGETHER = " and "
"""Between the names of fleets that are taken together."""

STORAGE = "grid_battery_4h"
"""Of the catalog, whose round trip a battery has that states none."""


class Sets(NamedTuple):
    """
    A fleet as the site states it.

    Attributes
    ----------
    name, kind, role, fuel
        As stated, and what it burns.
    units, spare : [1]
        That stand, and those beyond the need.
    rating : [W]
        Of one, on its plate.
    part : (hour,) [1]
        Of the plate's rating that heat and height leave; none before it stands.
    line : tuple of [W] and [1]
        Fuel of a unit for running, and over its power.
    least_load : [1]
        Over the rating.
    generator : text
        Of the catalog.
    counted : bool
        Whether the number of units is stated, or follows from the need.
    """

    name: str
    kind: str
    role: str
    fuel: str
    units: int
    spare: int
    rating: float
    part: Floats
    line: tuple[float, float]
    least_load: float
    generator: str
    counted: bool

    @property
    def label(self) -> str:
        """Name in words; of several fleets taken together, their kind."""
        return f"{self.kind}s".replace("_", " ") if TOGETHER in self.name else self.name.replace("_", " ")

    @property
    def firm(self) -> float:
        """Power [W] with the spare units out, in the worst hour."""
        standing = self.part[self.part > 0.0]
        worst = float(standing.min()) if standing.size else 0.0
        return firm_capacity(self.units, self.rating * worst, self.spare)


class Area(NamedTuple):
    """
    A part of the site that is supplied by itself.

    Attributes
    ----------
    role : text
        ``islanded`` or ``behind the meter``.
    share : [1]
        Of the site's load.
    sets : tuple of Sets
        On it.
    supply : Supply
        All of it.
    panels : [W]
        Rating of its inverters.
    used : Dispatch
        In each hour.
    """

    role: str
    share: float
    sets: tuple[Sets, ...]
    supply: Supply
    panels: float
    used: Dispatch


class Others(NamedTuple):
    """
    Supply that burns nothing.

    Attributes
    ----------
    storage : Storage
        All batteries together.
    sun : (hour,) [W]
        That panels could give.
    panels : [W]
        Rating of their inverters.
    notes : list of text
        What is left out.
    """

    storage: Storage
    sun: Floats
    panels: float
    notes: list[str]


class Supplied(NamedTuple):
    """
    How a year's load is supplied.

    Attributes
    ----------
    demand, imported : (hour,) [W]
        Of the whole site; from the grid.
    areas : tuple of Area
        With supply of their own.
    standby : tuple of Sets
        Sets that only stand by.
    notes : tuple of text
        What a reader must know.
    """

    demand: Floats
    imported: Floats
    areas: tuple[Area, ...]
    standby: tuple[Sets, ...]
    notes: tuple[str, ...]

    @property
    def islanded(self) -> float:
        """Part of the load [1] that has no connection."""
        return sum(area.share for area in self.areas if area.role == ISLAND)

    @property
    def on_grid(self) -> float:
        """Firm power [W] of plants on the grid that are used as the site's own."""
        return sum(each.firm for area in self.areas for each in area.sets if each.role == ON_GRID)


class Hours(NamedTuple):
    """
    What dispatch reads of each hour.

    Attributes
    ----------
    demand : (hour,) [W]
        At the point of connection.
    dry_bulb : (hour,) [K]
        Outdoor air.
    price : (hour,) [USD/J]
        Of energy from the grid.
    carbon : (hour,) [kg/J]
        Likewise.
    month : (hour,)
        From 0.
    start
        Of the first, in local standard time.
    """

    demand: Floats
    dry_bulb: Floats
    price: Floats
    carbon: Floats
    month: Months
    start: datetime


class Connection(NamedTuple):
    """
    What the grid gives.

    Attributes
    ----------
    limit : [W]
        Of import.
    demand_charge : [USD/W]
        Of a month's highest import.
    billed : (month,) [W]
        Billed even where less is drawn.
    stated : bool
        Whether the site states its contract; else its rating stands for one, of which own supply takes a part.
    """

    limit: float
    demand_charge: float
    billed: Floats
    stated: bool = False

    def left(self, islanded: float, on_grid: float) -> float:
        """Give what is left of the contract [1] beside an island's share [1] and firm plants on the grid [W]."""
        return 1.0 if self.stated else (1.0 - islanded) * max(1.0 - on_grid / self.limit, 0.0)


def solve(
    facility: Facility,
    economics: Economics,
    hours: Hours,
    connection: Connection,
    used: Used,
    aim: Aim,
    *,
    growth: bool,
    only: slice | Integers = ALL,
) -> Supplied:
    """
    Supply a year.

    Parameters
    ----------
    facility : Facility
        For its supply, place and pressure.
    economics : Economics
        Prices, fuels, sets.
    hours : Hours
        Of the year.
    connection : Connection
        To the grid.
    used
        Which supply.
    aim
        ``cost`` or ``carbon``.
    growth : bool
        Whether supply stands from its date on only; else all of it.
    only : slice or (some,)
        Hours that are dispatched, in their order; sizes follow from all.

    Returns
    -------
    Supplied
        Each area at its optimum in these hours.

    Raises
    ------
    FacilityError
        Where a supply cannot serve its reserve.
    """
    roles = {"none": (), "own": (ISLAND, BESIDE), "all": (ISLAND, BESIDE, ON_GRID)}[used]
    notes: list[str] = []
    stated = {name: each for name, each in facility.supply.items() if each.role in roles}
    utilitys = [name for name, each in facility.supply.items() if each.role == ON_GRID]
    if utilitys and used == "own":
        named = ", ".join(utilitys).replace("_", " ")
        notes.append(f"on the grid, and a utility's: {named}; --supply all takes them as the site's own")
    sets = {name: _sets(facility, economics, name, each, hours, growth) for name, each in stated.items()}
    left = [name for name, each in stated.items() if sets[name] is None and each.kind not in {"solar", "battery"}]
    if left:
        notes.append(f"no set of the catalog stands for {', '.join(left)}: left out")
    areas = []
    known = tuple(_alike(each for each in sets.values() if each is not None))
    own = tuple(each for each in known if each.role == ISLAND)
    share = min(1.0, sum(each.firm for each in own) / float(hours.demand.max()))
    if own and share > 0.0:
        areas.append(_island(economics, hours, own, share, aim, only))
        notes.append(_islanded(share, own))
    rest = 1.0 - sum(area.share for area in areas)
    beside = tuple(each for each in known if each.role != ISLAND)
    others = _others(facility, economics, stated, hours, growth)
    notes += others.notes
    if own and share == 0.0:
        notes.append("sets of the island give nothing firm with their spare units out: they are left out")
    if rest > 0.0 and (beside or others.storage.power > 0.0 or others.panels > 0.0):
        on_grid = sum(each.firm for each in beside if each.role == ON_GRID)
        less = connection._replace(billed=connection.billed * connection.left(1.0 - rest, on_grid))
        areas.append(_beside(economics, hours, less, beside, others, rest, aim, only))
        if on_grid:
            notes.append(
                "plants on the grid are used as if they stood behind the meter and were the site's own; the contract "
                f"is {'as stated' if connection.stated else 'the rating of the connection less what they firmly give'}"
            )
    imported = rest * hours.demand[only]
    if areas and areas[-1].role == BESIDE:
        imported = areas[-1].used.imported
    return Supplied(
        hours.demand[only], imported, tuple(areas), _standby(facility, economics, hours, growth), tuple(notes)
    )


def _islanded(share: float, own: tuple[Sets, ...]) -> str:
    firm = sum(each.firm for each in own) / 1e6
    return (
        f"{100.0 * share:.0f} % of the load stands on an island: what its sets carry with their spare units out in the "
        f"warmest hour, {firm:.0f} MW, over the year's highest load; one further unit runs as spinning reserve"
    )


def _alike(found: Iterable[Sets]) -> Iterator[Sets]:
    """Take fleets of the same sets together: which of them runs is nobody's choice."""
    groups: dict[tuple[object, ...], list[Sets]] = {}
    for each in found:
        same = (each.kind, each.role, each.generator, each.rating, each.counted, each.part.tobytes())
        groups.setdefault(same, []).append(each)
    for group in groups.values():
        yield group[0]._replace(
            name=TOGETHER.join(each.name for each in group),
            units=sum(each.units for each in group),
            spare=sum(each.spare for each in group),
        )


def _stands(stated: Stated, hours: Hours, growth: bool) -> Floats:
    """Give whether it stands, hour by hour."""
    if not growth or stated.from_date is None:
        return np.ones(hours.demand.size)
    begin = (stated.from_date - hours.start.date()).days * 24
    return (np.arange(hours.demand.size) >= begin).astype(float)


def _sets(
    facility: Facility, economics: Economics, name: str, stated: Stated, hours: Hours, growth: bool
) -> Sets | None:
    """Give a fleet; none where nothing is known of its kind, or it does not stand in this year."""
    chosen = stated.generator or USUAL.get(stated.kind)
    if chosen is None or stated.kind not in economics.generation:
        return None
    parts = {**catalog.builtin().generators, **facility.catalog.generators}
    made, terms = parts[chosen], economics.generation[stated.kind]
    rating = _rating(stated, made)
    units = _units(stated, rating)
    standing = _stands(stated, hours, growth)
    if stated.role == ISLAND:
        standing = np.full(standing.size, standing.min())
    part = standing * site_rating(
        hours.dry_bulb,
        facility.location.pressure.si,
        terms.free_temperature.si,
        terms.slope.si,
        terms.free_pressure.si,
    )
    needed = math.ceil(float(hours.demand.max()) / rating)
    spare = stated.spare.count if stated.spare is not None else 1
    efficiency = _efficiency(made, economics, terms.fuel)
    return Sets(
        name=name,
        kind=stated.kind,
        role=stated.role,
        fuel=terms.fuel,
        units=needed + spare if units is None else units,
        spare=spare,
        rating=rating,
        part=part,
        line=straight_fuel(rating, efficiency, efficiency * terms.half_load.si),
        least_load=made.least_load.si,
        generator=chosen,
        counted=units is not None,
    )


def _rating(stated: Stated, made: Generator) -> float:
    """Give the rating of a unit: as stated, or what the power of all says of the stated number, or the catalog's."""
    if stated.unit_power is not None:
        return stated.unit_power.si
    if stated.power is not None and stated.units is not None:
        return stated.power.si / stated.units.count
    return made.rating.si


def _units(stated: Stated, rating: float) -> int | None:
    if stated.units is not None:
        return stated.units.count
    return None if stated.power is None else max(round(stated.power.si / rating), 1)


def _efficiency(made: Generator, economics: Economics, fuel: str) -> float:
    """Give electricity over the lower heating value of the fuel, at rating."""
    if made.efficiency is not None:
        return made.efficiency.si
    heat = economics.fuels[fuel].heating_value
    if made.fuel_rate is None or heat is None:
        message = f"is missing; {made.title} is rated by the volume of its fuel. Add it, such as '35.9 MJ/L'"
        raise FacilityError(FILE.name, [Fault(f"fuels.{fuel}.heating_value", message)])
    return 1.0 / (made.fuel_rate.si * heat.si)


def _fleet(economics: Economics, sets: Sets) -> Fleet:
    terms, fuel = economics.generation[sets.kind], economics.fuels[sets.fuel]
    at_rating = sets.line[0] + sets.line[1] * sets.rating
    return Fleet(
        name=sets.name,
        units=sets.units,
        rating=sets.rating * sets.part,
        least_load=sets.least_load,
        fuel_running=sets.line[0],
        fuel_slope=sets.line[1],
        ramp=terms.ramp.si,
        start=at_rating * terms.start.si,
        fuel_price=fuel.price.si,
        fuel_carbon=fuel.carbon.si,
        upkeep=terms.upkeep.si,
    )


def _island(
    economics: Economics, hours: Hours, sets: tuple[Sets, ...], share: float, aim: Aim, only: slice | Integers
) -> Area:
    """Supply an island: no grid, one unit's rating in reserve."""
    nothing = np.zeros(hours.demand.size)
    supply = Supply(
        tuple(_fleet(economics, each) for each in sets),
        NOTHING,
        Grid(0.0, 0.0, nothing, nothing, 0.0, nothing),
        nothing,
        max(float((each.rating * each.part).min()) for each in sets),
        economics.dispatch.unserved.si,
    )
    billed = np.zeros(int(hours.month[-1]) + 1)
    found = by_period(share * hours.demand[only], HOUR, taken(supply, only), hours.month[only], billed, aim)
    return Area(ISLAND, share, sets, supply, 0.0, found)


def _beside(
    economics: Economics,
    hours: Hours,
    connection: Connection,
    sets: tuple[Sets, ...],
    others: Others,
    share: float,
    aim: Aim,
    only: slice | Integers,
) -> Area:
    """Supply what has both: sets, storage and sun beside the grid, which is the reserve."""
    grid = Grid(connection.limit, 0.0, hours.price, np.zeros(hours.demand.size), connection.demand_charge, hours.carbon)
    fleets = tuple(_fleet(economics, each) for each in sets)
    supply = Supply(fleets, others.storage, grid, others.sun, 0.0, economics.dispatch.unserved.si)
    load, own = share * hours.demand[only], taken(supply, only)
    found = by_period(load, HOUR, own, hours.month[only], connection.billed, aim)
    return Area(BESIDE, share, sets, supply, others.panels, found)


def _others(facility: Facility, economics: Economics, stated: dict[str, Stated], hours: Hours, growth: bool) -> Others:
    """Give storage and sun, and what is left out since its size is not known."""
    notes, power, energy, rating = list[str](), 0.0, 0.0, 0.0
    sun = np.zeros(hours.demand.size)
    trip = math.sqrt(catalog.builtin().batteries[STORAGE].round_trip.si)
    for name, each in stated.items():
        size = each.power.si if each.power is not None else 0.0
        standing = _stands(each, hours, growth)
        if each.kind == "battery" and (size == 0.0 or each.energy is None):
            notes.append(f"{name}: power or energy is not stated; left out")
        elif each.kind == "battery" and each.energy is not None and standing.min() > 0.0:
            power, energy = power + size, energy + each.energy.si
        elif each.kind == "solar" and size > 0.0:
            rating += size
            sun = sun + standing * panels(facility.location, hours.start, hours.dry_bulb, size, economics.solar)
    return Others(Storage(power, energy, trip, trip), sun, rating, notes)


def _standby(facility: Facility, economics: Economics, hours: Hours, growth: bool) -> tuple[Sets, ...]:
    stated = {name: each for name, each in facility.supply.items() if each.role == "backup"}
    found = (_sets(facility, economics, name, each, hours, growth) for name, each in stated.items())
    return tuple(each for each in found if each is not None)
