"""
How many racks the cooling of a site carries: where CDUs, the halls' air and the plant of its loops no longer hold.

The laws are those of the year at rest, with racks at full load. Each part is asked for itself, with those before it at
the temperatures that `Bounds` gives them, so that limits tell parts apart. On design days CDUs and coils get water at
its set point and hold theirs, and a plant holds while its water is no more than a control band above its set point. On
rarer days air and the water of coils may go up to their alarms, and the water of CDUs as far as leaves the racks'
coolant below its alarm; neither further than leaves chips below their throttle limits. All circulating pumps are at
full flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.closure import cooling_energy
from twin.cooling import cooler_tables
from twin.cooling.air_side import matching_stream
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb
from twin.facility_water import Loops
from twin.power import path_flows
from twin.site import Site
from twin.year import coolers, passes, racks
from twin.year.chain import NOMINAL
from twin.year.condenser import condenser
from twin.year.coolers import Table
from twin.year.direct import direct
from twin.year.kinds import Asked
from twin.year.loops import Water
from twin.year.passes import Outside
from twin.year.plan import Plan, plan
from twin.year.racks import RackState
from twin.year.steady import steady
from twin.year.work import AT_REST, Works

MOST = 4.0
"""Racks over those that stand [1] up to which a limit is sought; what holds so many is no limit."""

TRIED, NARROWED = 32, 4
"""Parts of that bracket that are told apart at a time, and how often: to 4e-6."""

WARMEST_RISE = 60.0
"""Rise of facility water [K] that no plant is asked for."""

POINTS = 65
"""Heats [1] of a plant that are tried at a time."""

REFINED = 3
"""Times that the bracket between two of them is tried again: to 2e-4 K of the water's rise."""

HELD = 1e-6
"""Excess of a temperature [K] that is rounding."""

ALL_AT_WORK = ("none",)
OUT = (*ALL_AT_WORK, "cooler", "chiller")
"""Units of each loop's plant that are out of service: none, one cooler, one chiller."""


_Plants = tuple[tuple[Loops, Table], ...]
"""Of each kind of loop, with what is at work."""


class Crowd(NamedTuple):
    """
    Racks over those that stand [1], of every kind, up to which each part of a hall's cooling holds.

    Infinite where a part holds `MOST`, or takes no heat.

    Attributes
    ----------
    coolant : (weather, hall kind)
        CDUs, or sidecars, of a hall together.
    air : (weather, hall kind)
        Coils, rear doors and outdoor air.
    liquid_plant, air_plant : (out, weather, hall kind)
        Plant of the loops of its CDUs and of its coils, with the units out of service that were asked for.
    """

    coolant: Floats
    air: Floats
    liquid_plant: Floats
    air_plant: Floats


class Bounds(NamedTuple):
    """
    Temperatures that count as held.

    Attributes
    ----------
    water : (weather, loop kind) [K]
        That CDUs and coils get, while parts are asked for themselves.
    plant : (weather, loop kind) [K]
        Water that may leave the plant.
    coolant : (weather, cdu kind) [K]
        Supply that racks may get of CDUs or sidecars.
    air : (weather, hall kind) [K]
        That racks may get.
    beside : (weather, hall kind) [K]
        That sidecars get, while they are asked for themselves.
    """

    water: Floats
    plant: Floats
    coolant: Floats
    air: Floats
    beside: Floats


class Powers(NamedTuple):
    """
    Power of the whole site at full load.

    Attributes
    ----------
    mechanical : (mechanical stage, weather, crowd) [W]
        That leaves each stage of the plant's feeders.
    common : (common stage, weather, crowd) [W]
        That leaves each stage that all share.
    connection : (weather, crowd) [W]
        Drawn at the point of connection.
    """

    mechanical: Floats
    common: Floats
    connection: Floats


class Full(NamedTuple):
    """
    A site with all racks at full load.

    Attributes
    ----------
    plan : Plan
        In which a rack that is meant to draw more, or less, than its parts do counts as so much more of a rack.
    works : Works
        One work of one level.
    drawn : RackState
        One rack of each kind at the set point of its supply, (1, rack kind).
    warmest : (rack kind,) [K]
        Supply at which its worst chip is at its throttle limit; infinite without chips.
    """

    plan: Plan
    works: Works
    drawn: RackState
    warmest: Floats


def full(site: Site, power: Floats) -> Full:
    """
    Set all racks of a site to full load.

    Parameters
    ----------
    site : Site
        The site.
    power : (rack_class,) [W]
        That a rack is planned for, at its inlet.

    Returns
    -------
    Full
        For the other functions here.
    """
    classes, row = site.rack_classes, site.racks.rack_class
    none, chips = np.zeros(row.size), classes.accelerators * classes.accelerator_max
    asked = Asked(np.zeros(row.size, np.int64), chips[row], none, classes.host_max[row].astype(float), none)
    made = plan(site, asked)
    works = _works(made, 1)
    loads = racks.loads(made.kinds, made.rise, works)
    supply = loads.base[np.newaxis, loads.row]
    state = racks.racks(made.kinds, made.rise, works, loads, supply)
    share = power[made.kinds.racks.rack_class] / state.inlet[0]
    own = made.kinds.racks
    counted = own._replace(on_cdu=own.on_cdu * share, in_hall=own.in_hall * share, on_site=own.on_site * share)
    made = made._replace(
        kinds=made.kinds._replace(racks=counted),
        racks_cdu=made.racks_cdu * share[:, np.newaxis],
        racks_hall=made.racks_hall * share[:, np.newaxis],
    )
    throttle = classes.throttle_temp[own.rack_class]
    warmest = supply[0] + (throttle - state.worst[0]) / loads.slope[5][0, loads.row]
    return Full(made, works, state, np.where(classes.accelerators[own.rack_class] > 0.0, warmest, np.inf))


def _works(made: Plan, steps: int) -> Works:
    one = np.ones((1, steps, 1))
    return Works(one, one, np.ones(1, dtype=bool), (), np.full((1, len(made.kinds.classes.name)), AT_REST))


def outdoors(dry_bulb: Floats, wet_bulb: Floats, pressure: float) -> Outdoors:
    """
    Give outdoor air as limits read it.

    Parameters
    ----------
    dry_bulb, wet_bulb : (weather,) [K]
        Of each weather.
    pressure : [Pa]
        Of all.

    Returns
    -------
    Outdoors
        (weather, 1).
    """
    dry, wet = (np.asarray(values, dtype=float)[:, np.newaxis] for values in (dry_bulb, wet_bulb))
    return Outdoors(dry, wet, humidity_ratio_from_wet_bulb(dry, wet, pressure), pressure)  # type: ignore[arg-type]


def bounds(of: Full, air: Outdoors, rare: Flags) -> Bounds:
    """
    Give the temperatures that count as held.

    Parameters
    ----------
    of : Full
        From `full`.
    air : Outdoors
        From `outdoors`.
    rare : (weather,) bool
        Whether a weather is so rare that set points need not be held.

    Returns
    -------
    Bounds
        Set points, and a control band above them for plants; on rare days alarms, or where chips begin to throttle.
        Air on which outdoor air is let in may reach its alarm on all days: the weather makes it.
    """
    own, seldom = of.plan.kinds, rare[:, np.newaxis]
    set_point, liquid = passes.outside(of.plan, air).set_point, own.classes.liquid_fraction[own.racks.rack_class] > 0.0
    coolant, inside = own.cdus.supply_alarm.copy(), own.halls.air_alarm.copy()
    np.minimum.at(coolant, own.racks.cdu[liquid], of.warmest[liquid])
    np.minimum.at(inside, own.racks.hall[~liquid], of.warmest[~liquid])
    usual = np.where(own.halls.outdoor_stream > 0.0, inside, own.halls.air_set_point)
    return Bounds(
        water=np.where(seldom & ~_of_cdus(of), own.loops.supply_alarm, set_point),
        plant=np.where(seldom, own.loops.supply_alarm, set_point + own.loops.control_band),
        coolant=np.where(seldom, coolant, own.cdus.supply_set_point),
        air=np.where(seldom, inside, usual),
        beside=np.where(seldom, inside, own.halls.air_set_point),
    )


def _of_cdus(of: Full) -> Flags:
    """Say which kinds of loops cool CDUs and no coils, (loop kind,)."""
    made, cdus = of.plan, of.plan.kinds.cdus
    wet = np.asarray((made.kinds.cdu_stream > 0.0) & ~cdus.sidecar, dtype=float)
    cooled, coils = wet @ made.cdus_hall @ made.halls_loop, made.halls_air_loop.sum(axis=0)
    return np.asarray((cooled > 0.0) & (coils == 0.0))


def crowd(of: Full, air: Outdoors, held: Bounds, out: Sequence[str] = OUT) -> Crowd:
    """
    Give how far each part of the halls' cooling holds.

    Parameters
    ----------
    of : Full
        From `full`.
    air : Outdoors
        From `outdoors`.
    held : Bounds
        Of these weathers.
    out : sequence of text
        Units out of service, of `OUT`.

    Returns
    -------
    Crowd
        Of each kind of hall.
    """
    made = of.plan
    once = passes.outside(made, air)
    plants = tuple(_plants(made, unit) for unit in out)
    able = np.stack([_most_heats(made, own, once, held.plant) for own in plants])
    weathers, blocks = once.seen.shape[0], 1 + 2 * len(out)
    times = blocks * (TRIED - 1)
    outside = passes.outside(made, _repeated(air, times))
    every = Bounds(*(np.tile(part, (times, 1)) for part in held))
    shape = (blocks, weathers, made.kinds.hall_count.size)
    low = _up_to(lambda tried: _hold(of, outside, every, tried, able), shape)
    liquid, air_plant = low[1:].reshape(2, len(out), *low.shape[1:])
    rare = held.plant > once.set_point + made.kinds.loops.control_band
    risen = np.stack([_up_to_coolant(of, own, once, held) for own in plants])[..., made.kinds.halls.loop]
    liquid = np.where((rare & _of_cdus(of))[:, made.kinds.halls.loop], risen, liquid)
    return Crowd(_coolant(of, held), np.minimum(low[0], _blown(of)), liquid, air_plant)


def _up_to(holds: Callable[[Floats], Flags], shape: tuple[int, ...]) -> Floats:
    """Give the crowd (shape) [1] up to which something holds, asked of (tried, *shape); infinite where `MOST` does."""
    low, high = np.zeros(shape), np.full(shape, MOST)
    part = (np.arange(TRIED + 1) / TRIED).reshape(-1, *np.ones(len(shape), dtype=int))
    for _ in range(NARROWED):
        tried = low + part * (high - low)
        held = np.cumprod(holds(tried[1:-1]), axis=0).sum(axis=0)[np.newaxis]
        low, high = (np.take_along_axis(tried, held + more, axis=0)[0] for more in (0, 1))
    return np.where(low > MOST * (1.0 - 1e-5), np.inf, low)


def _repeated(air: Outdoors, times: int) -> Outdoors:
    dry, wet, moist = (np.tile(part, (times, 1)) for part in air[:3])
    return Outdoors(dry, wet, moist, air.pressure)  # type: ignore[arg-type]


def _hold(of: Full, outside: Outside, held: Bounds, crowded: Floats, able: Floats) -> Flags:
    """Say which parts hold, (tried, block, weather, hall kind): air, plants of CDUs' loops, plants of coils'."""
    made, halls = of.plan, of.plan.kinds.halls
    tried, blocks, weathers, kinds = crowded.shape
    out = able.shape[0]
    drawn = _crowded(of, crowded.reshape(-1, kinds))
    found = passes.within(made, outside, drawn, held.water, held.air, np.ones(held.water.shape))
    cool = (found.air.air <= held.air + HELD).reshape(crowded.shape)
    heat = (found.to_loops + made.kinds.loops.pump_power).reshape(tried, blocks, weathers, -1)
    liquid, air = (heat[:, 1 + part * out : 1 + (part + 1) * out] <= able for part in (0, 1))
    return np.concatenate([cool[:, :1], liquid[..., halls.loop], air[..., halls.air_loop]], axis=1)


def _crowded(of: Full, crowded: Floats) -> RackState:
    """Give racks so many times as many, by hall (step, hall kind)."""
    own, drawn = of.plan.kinds.racks, of.drawn
    more = crowded[:, own.hall]
    parts = {name: getattr(drawn, name) * more for name in ("inlet", "to_coolant", "to_air")}
    return drawn._replace(**parts, hall_swing=np.zeros(crowded.shape))


def _blown(of: Full) -> Floats:
    """Give how far the coils of each kind of hall blow what its racks and sidecars draw."""
    own, halls = of.plan.kinds, of.plan.kinds.halls
    open_ = np.where(own.classes.door_conductance > 0.0, 0.0, own.classes.air_stream)[own.racks.rack_class]
    beside = np.where(own.cdus.sidecar, own.cdus.primary_stream, 0.0) @ of.plan.cdus_hall
    needed = matching_stream(open_ @ of.plan.racks_hall + beside, halls.recirculation, halls.bypass)
    return np.where(needed > 0.0, halls.coil_air_stream / np.maximum(needed, 1e-9), np.inf)


def _coolant(of: Full, held: Bounds) -> Floats:
    """
    Give how far the CDUs of each kind of hall hold together.

    With its valve open a CDU moves X (T_back - T_water) from a coolant that comes back at T_supply + Q / M: with
    the supply as warm as it may be, Q = X (T_supply - T_water) / (1 - X / M), and no more than it is rated for.
    """
    made, cdus = of.plan, of.plan.kinds.cdus
    stream, rate = made.kinds.cdu_stream, made.exchangers[-1]
    wet = stream > 0.0
    water = np.where(cdus.sidecar, held.beside[:, cdus.hall], held.water[:, made.kinds.halls.loop[cdus.hall]])
    part = np.minimum(rate / np.maximum(stream, 1e-9), 1.0 - 1e-9)
    moved = rate * np.maximum(held.coolant - water, 0.0) / (1.0 - part)
    most = np.where(wet, np.minimum(moved, cdus.rated_heat) - cdus.pump_power, 0.0)
    heat = (of.drawn.to_coolant @ made.racks_cdu)[0]
    hall, hall_able = (values @ made.cdus_hall for values in (heat * wet, np.maximum(most, 0.0)))
    return np.where(hall > 0.0, hall_able / np.maximum(hall, 1e-9), np.inf)


def _up_to_coolant(of: Full, plants: _Plants, outside: Outside, held: Bounds) -> Floats:
    """Give how far plants of CDUs hold the racks' coolant, (weather, loop kind): infinite where none is cooled."""
    own, cdus = of.plan.kinds, of.plan.kinds.cdus
    loop = own.halls.loop[cdus.hall]
    mine = (own.cdu_stream > 0.0) & ~cdus.sidecar & _of_cdus(of)[loop]
    found = np.full((outside.set_point.shape[0], own.loop_count.size), np.inf)
    for row in np.unique(loop[mine]).tolist():
        found[:, row] = _one_up_to_coolant(of, plants[row], outside, held.coolant, mine & (loop == row), row)
    return found


def _one_up_to_coolant(
    of: Full, plant: tuple[Loops, Table], outside: Outside, coolant: Floats, mine: Flags, row: int
) -> Floats:
    """
    Give how far the plant of one kind of loop holds the coolant of its CDUs, (weather,).

    At a crowd x, CDUs with their valves open leave coolant x r warmer than water, so that water may be that much colder
    than coolant may be.
    """
    made, pumps, stream = of.plan, of.plan.kinds.cdus.pump_power, of.plan.kinds.cdu_stream
    heat, rate = (of.drawn.to_coolant @ made.racks_cdu)[0], np.maximum(made.exchangers[-1], 1e-9)
    apart = (1.0 / rate - 1.0 / np.maximum(stream, 1e-9))[mine]
    racks_heat, pump_heat = (float(((part * mine) @ made.cdus_hall @ made.halls_loop)[row]) for part in (heat, pumps))
    pump_heat += float(made.kinds.loops.pump_power[row])
    one, table = plant
    law = condenser if one.condenser.fitted[0] else direct

    def holds(many: Floats) -> Flags:
        warmer = (many.T[..., np.newaxis] * heat[mine] + pumps[mine]) * apart
        water = (coolant[:, np.newaxis, mine] - warmer).min(axis=-1)
        supply = law(one, table, _water(outside, row, many.T * racks_heat + pump_heat, water)).supply
        return np.asarray(supply.reshape(water.shape) <= water + HELD).T

    return _up_to(holds, (coolant.shape[0],))


def _most_heats(made: Plan, plants: _Plants, outside: Outside, warmest: Floats) -> Floats:
    """Give the most heat (weather, loop kind) [W], circulating pumps included, at which each kind of loop holds."""
    found = np.empty(warmest.shape)
    for rows in made.loops_alike:
        first = int(rows[0])
        found[:, rows] = _repeat(_most_heat(*plants[first], outside, warmest[:, first], first))
    return found


def _plants(made: Plan, out: str) -> _Plants:
    found = {int(rows[0]): rows for rows in made.loops_alike}
    every = {row: _without(made.each_loop[row], made.coolers[row], made.pressure, out) for row in found}
    of = {row: every[first] for first, rows in found.items() for row in rows.tolist()}
    return tuple(of[row] for row in range(len(made.each_loop)))


def _without(own: Loops, table: Table, pressure: float, out: str) -> tuple[Loops, Table]:
    """Take a unit of a loop's plant out of service."""
    if out == "cooler":
        left = own.cooler_units - 1.0
        fewer = own._replace(cooler_units=np.maximum(left, 1.0))
        (made,) = coolers.tables((fewer,), cooler_tables.dry_coolers_of(fewer), pressure)
        return fewer, made if left[0] >= 1.0 else made._replace(rate=np.zeros(made.rate.shape))
    if out == "chiller":
        left = np.maximum(own.chiller_capacity - own.chillers.unit_capacity, 0.0)
        return own._replace(chiller_capacity=left), table
    return own, table


def _most_heat(own: Loops, table: Table, outside: Outside, warmest: Floats, row: int) -> Floats:
    """Give the most heat (weather,) [W] at which the water that leaves one loop's plant is no warmer than it may be."""
    law = condenser if own.condenser.fitted[0] else direct
    weathers = outside.seen.shape[0]
    low = np.zeros(weathers)
    high = np.full(weathers, WARMEST_RISE * float(own.water_stream[0]))
    part = np.linspace(0.0, 1.0, POINTS)
    for _ in range(REFINED):
        heat = low[:, np.newaxis] + part * (high - low)[:, np.newaxis]
        meets = _water(outside, row, heat, _repeat(warmest))
        over = law(own, table, meets).supply.reshape(heat.shape) > _repeat(warmest) + HELD
        first = np.where(over.any(axis=1), np.argmax(over, axis=1), POINTS - 1)
        at = np.arange(weathers)
        low, high = heat[at, np.maximum(first - 1, 0)], heat[at, first]
    return low


def _water(outside: Outside, row: int, heat: Floats, supply: Floats) -> Water:
    """Meet a loop with (weather, any) heats, its water as warm as it may be, and all of it in motion."""
    set_point = _repeat(outside.set_point[:, row])
    dry = _repeat(np.asarray(outside.air.dry_bulb)[:, 0])
    columns: tuple[Any, ...] = (np.ones((1, 1)), _repeat(outside.seen[:, row]), dry, set_point, supply)
    return Water(heat.reshape(-1), *(np.broadcast_to(column, heat.shape).reshape(-1) for column in columns))


def _repeat(values: Floats) -> Floats:
    return values[:, np.newaxis]


def powers(of: Full, air: Outdoors, crowds: Floats) -> Powers:
    """
    Give the power of a site in some weathers with some crowds of racks, at rest and at full load.

    Parameters
    ----------
    of : Full
        From `full`.
    air : Outdoors
        From `outdoors`.
    crowds : (weather, crowd) [1]
        Racks over those that stand, which the plant holds.

    Returns
    -------
    Powers
        At nominal voltage.
    """
    made, shape = of.plan, crowds.shape
    dry, wet, moist = (np.repeat(part, shape[1], axis=0) for part in air[:3])
    every = Outdoors(dry, wet, moist, air.pressure)  # type: ignore[arg-type]
    found = steady(made, _works(made, crowds.size), every, crowds.reshape(-1, 1)).powers
    chain = made.kinds.chain
    plant = np.asarray(cooling_energy(found)) + chain.house
    feeders = np.asarray(found.racks) + found.hall_losses.sum(axis=(0, 1))
    _, head = path_flows(chain.mechanical_path, plant[np.newaxis], NOMINAL)
    mechanical = _outputs(plant, found.mechanical_losses)
    common = _outputs(feeders + head[0], found.common_losses)
    return Powers(
        mechanical.reshape(-1, *shape), common.reshape(-1, *shape), np.asarray(found.connection).reshape(shape)
    )


def _outputs(first: Floats, losses: Floats) -> Floats:
    """Give what leaves each stage (stage, step) [W], from what leaves the first and the losses of all."""
    return first + np.vstack([np.zeros((1, first.size)), np.cumsum(losses, axis=0)[:-1]])
