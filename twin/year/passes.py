"""One pass through a site at rest: from the racks to the outdoors, with the temperatures of the pass before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import air_intake, cooler_tables, hydraulics, plant_tables
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import dew_point
from twin.year import air, cdus, chain, racks
from twin.year.air import AirState
from twin.year.cdus import CduState
from twin.year.chain import HallPath
from twin.year.condenser import condenser
from twin.year.direct import direct
from twin.year.loops import LoopState, Water
from twin.year.plan import Plan
from twin.year.racks import Loads, RackState
from twin.year.work import Works


class Outside(NamedTuple):
    """
    Outdoor air as each part meets it.

    Attributes
    ----------
    air : Outdoors
        Of each step, (step, 1).
    seen : (step, loop kind) [K]
        Temperature that coolers see.
    wetted : (step, loop kind) bool
        Whether water runs over the pads of dry coolers.
    set_point : (step, loop kind) [K]
        Water wanted.
    intake : Intake
        Behind the halls' pads, (step, hall kind).
    dew_point : (step, 1) [K]
        Ahead of them.
    """

    air: Outdoors
    seen: Floats
    wetted: Flags
    set_point: Floats
    intake: air_intake.Intake
    dew_point: Floats


class Task(NamedTuple):
    """
    Steps that are to be solved.

    Attributes
    ----------
    works : Works
        What racks are asked.
    loads : Loads
        What they draw.
    outside : Outside
        Outdoor air.
    crowd : (step, 1) [1]
        Racks over those that stand, of every kind.
    """

    works: Works
    loads: Loads
    outside: Outside
    crowd: Floats


class Guess(NamedTuple):
    """
    What a pass begins with.

    Attributes
    ----------
    water : (step, loop kind) [K]
        Facility water that leaves the plant.
    coolant : (step, cdu kind) [K]
        Supply of the racks.
    air : (step, hall kind) [K]
        At the rack inlets.
    served : (step, loop kind) [1]
        Part of the water asked for that valves get.
    mode : (step, loop kind) [1], optional
        Ways of cooling, where they are held.
    """

    water: Floats
    coolant: Floats
    air: Floats
    served: Floats
    mode: Floats | None


class Within(NamedTuple):
    """
    What halls make of the heat of their racks.

    Attributes
    ----------
    halls, cdus, sidecar_fans, air
        As in `Pass`.
    to_loops : (step, loop kind) [W]
        Heat into the water of one loop.
    asked : (step, loop kind) [W/K]
        Water that its valves ask for.
    """

    halls: HallPath
    cdus: CduState
    sidecar_fans: Floats
    air: AirState
    to_loops: Floats
    asked: Floats


class Pass(NamedTuple):
    """
    What a pass finds.

    Attributes
    ----------
    racks : RackState
        Of one rack of each kind.
    halls : HallPath
        Feeders of one hall of each kind.
    cdus : CduState
        Of one CDU of each kind.
    sidecar_fans : (step, hall kind) [W]
        Power of the fans of one hall's sidecars.
    air : AirState
        Of one hall of each kind.
    loops : LoopState
        Of one loop of each kind, (step, loop kind).
    flow : (step, loop kind) [1]
        Facility water over nominal.
    pumps : (step, loop kind) [W]
        Power of the circulating pumps.
    served : (step, loop kind) [1]
        Part of the water asked for that valves get.
    """

    racks: RackState
    halls: HallPath
    cdus: CduState
    sidecar_fans: Floats
    air: AirState
    loops: LoopState
    flow: Floats
    pumps: Floats
    served: Floats


def outside(made: Plan, outdoors: Outdoors) -> Outside:
    """
    Show the outdoor air to each part.

    Parameters
    ----------
    made : Plan
        Of the site.
    outdoors : Outdoors
        Of each step, (step, 1).

    Returns
    -------
    Outside
        As each part meets it.
    """
    loops, size = made.kinds.loops, np.asarray(outdoors.dry_bulb).shape[0]
    wetted = np.zeros((size, len(loops.name)), dtype=bool)
    seen = np.asarray(cooler_tables.outdoor(loops, outdoors, wetted), dtype=float)
    warm = np.clip((loops.reset.high - seen) / (loops.reset.high - loops.reset.low), 0.0, 1.0)
    dew = np.asarray(outdoors.wet_bulb)
    if made.kinds.halls.outdoor_stream.any():
        dew = dew_point(np.asarray(outdoors.humidity_ratio), outdoors.pressure)
    set_point = loops.supply_set_point + loops.reset.rise * warm
    return Outside(outdoors, seen, wetted, set_point, air_intake.intake(made.kinds.halls, outdoors), dew)


def go(made: Plan, task: Task, guess: Guess) -> Pass:
    """
    Go once from the racks to the outdoors.

    Parameters
    ----------
    made : Plan
        Of the site.
    task : Task
        Steps that are solved.
    guess : Guess
        What the pass begins with.

    Returns
    -------
    Pass
        What it finds; each part gives on exactly the heat that it got.
    """
    water, coolant, inside, served, _ = guess
    own = made.kinds
    liquid = own.classes.liquid_fraction[own.racks.rack_class] > 0.0
    supply = np.where(liquid, coolant[:, own.racks.cdu], inside[:, own.racks.hall])
    drawn = crowded(racks.racks(own, made.rise, task.works, task.loads, supply), task.crowd)
    found = within(made, task.outside, drawn, water, inside, served)
    demand = found.asked / own.loops.water_stream
    loops, flow, pumps, new_served = _loops(made, task.outside, found.to_loops, demand, guess)
    return Pass(drawn, found.halls, found.cdus, found.sidecar_fans, found.air, loops, flow, pumps, new_served)


def crowded(drawn: RackState, crowd: Floats) -> RackState:
    """
    Let more racks, or fewer, stand in the place of those of each kind.

    Parameters
    ----------
    drawn : RackState
        Of one rack each.
    crowd : (step, 1) [1]
        Racks over those that stand.

    Returns
    -------
    RackState
        What each kind draws and gives is that of so many racks; temperatures and parts given up are of each.
    """
    parts = ("inlet", "accelerators", "losses", "to_coolant", "to_air", "hall_swing")
    more = {name: getattr(drawn, name) * crowd for name in parts}
    return drawn._replace(**more, site_swing=drawn.site_swing * crowd[:, 0])


def within(made: Plan, outdoors: Outside, drawn: RackState, water: Floats, inside: Floats, served: Floats) -> Within:
    """
    Follow the heat of racks through their halls into the loops.

    Parameters
    ----------
    made : Plan
        Of the site.
    outdoors : Outside
        Outdoor air.
    drawn : RackState
        What racks draw and give.
    water : (step, loop kind) [K]
        Facility water that leaves the plant.
    inside : (step, hall kind) [K]
        Air at the rack inlets.
    served : (step, loop kind) [1]
        Part of the water asked for that valves get.

    Returns
    -------
    Within
        Each part gives on exactly the heat that it got.
    """
    own, halls, units = made.kinds, made.kinds.halls, made.kinds.cdus
    path = chain.halls(own, drawn.inlet @ made.racks_hall, drawn.hall_swing)
    facility = np.where(units.sidecar, inside[:, units.hall], water[:, halls.loop[units.hall]])
    get = np.where(units.sidecar, 1.0, served[:, halls.loop[units.hall]])
    cooled = cdus.cdus(own, made.exchangers, drawn.to_coolant @ made.racks_cdu, facility, get)
    fan_points = np.linspace(0.0, 1.0, hydraulics.FAN_TABLE.size)
    speed = np.interp(cooled.lift, fan_points, hydraulics.FAN_TABLE)
    beside = (units.sidecar * units.sidecar_fan_power * speed) @ made.cdus_hall
    doors = own.classes.door_conductance[own.racks.rack_class] > 0.0
    into = air.Into(
        open=(drawn.to_air * ~doors) @ made.racks_hall
        + (units.sidecar * cooled.heat) @ made.cdus_hall
        + path.warming
        + beside,
        door=(drawn.to_air * doors) @ made.racks_hall,
    )
    around = air.Surroundings(
        water[:, halls.air_loop], served[:, halls.air_loop], outdoors.intake.dry_bulb, outdoors.dew_point
    )
    inner = air.air(own, into, around, inside)
    to_loops = ((~units.sidecar * cooled.heat) @ made.cdus_hall) @ made.halls_loop
    to_loops = to_loops + (inner.coil + inner.door) @ made.halls_air_loop
    asked = (cooled.asked @ made.cdus_hall) @ made.halls_loop + inner.asked @ made.halls_air_loop
    return Within(path, cooled, beside, inner, to_loops, asked)


def _loops(
    made: Plan, outdoors: Outside, heat: Floats, demand: Floats, guess: Guess
) -> tuple[LoopState, Floats, Floats, Floats]:
    """Give the loops, their flow and pump power, and the part of the water asked for that is served."""
    loops = made.kinds.loops
    flow = np.where(loops.pumps.variable, np.clip(demand, loops.pumps.least_flow, 1.0), 1.0)
    served = np.minimum(1.0, flow / np.maximum(demand, 1e-9))
    states, pumps = [], np.empty(heat.shape)
    dry_bulb = np.asarray(outdoors.air.dry_bulb)[:, 0]
    for rows in made.loops_alike:
        own, table = made.each_loop[rows[0]], made.coolers[rows[0]]
        pumps[:, rows] = np.interp(flow[:, rows], plant_tables.FLOWS, made.pump_power[:, rows[0]])
        meets = Water(
            heat=(heat[:, rows] + pumps[:, rows]).T,
            flow=np.maximum(flow[:, rows], plant_tables.LEAST_FLOW).T,
            outdoor=outdoors.seen[:, rows].T,
            dry_bulb=np.broadcast_to(dry_bulb, (rows.size, dry_bulb.size)),
            set_point=outdoors.set_point[:, rows].T,
            supply=guess.water[:, rows].T,
            mode=None if guess.mode is None else guess.mode[:, rows].T,
        )
        states.append((condenser if own.condenser.fitted[0] else direct)(own, table, meets))
    order = np.argsort(np.concatenate(made.loops_alike))
    parts = (np.concatenate(columns)[order] for columns in zip(*states, strict=True))
    return LoopState(*(np.ascontiguousarray(part.T) for part in parts)), flow, pumps, served
