"""
The one loop of a replay.

A macro step is a minute, shorter where a scheduled change falls inside it. Within it, every ten seconds, the kernel
walks racks and CDUs second by second, and the loops and halls take the energy that it hands over. At its end the power
chain gives feeders, losses and the power at the point of connection for each of its seconds, and the grid's response
curve the voltage, which the next step's losses see. Conversion losses that warm a hall reach its air over the minute
after: until then the equipment holds them, and they count as stored.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from functools import partial, reduce
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin import changes, power, record
from twin.changes import Setting
from twin.cooling import air_intake, hall_air, plant, plant_tables, plant_water, ranges
from twin.grid.response import ResponseCurve, evaluate
from twin.inputs import Inputs as Inputs
from twin.inputs import outdoor_air as outdoor_air
from twin.record import Energies, Record, Stored
from twin.site import Floats, Integers, Site
from twin.thermal import laws, tiles, walk
from twin.thermal.coefficients import chain_capacity
from twin.thermal.tables import CduLaw, Forcing, Layout, Orders, RackLaw, Room, Tally, ThermalState
from twin.workload import LoadTable

MACRO_STEP = 60
"""Longest macro step [s]."""

SETTLING_TIME = 3600
"""Time [s] for which the site runs at its first load before the run begins, so that it starts in balance."""

OWN_RUN = 10.0
"""Above any flow ratio: marks a coasting CDU, which is a run of its own."""

Progress = Callable[[float], None]

NOTHING = range(0)
"""No seconds to be watched."""


class _Fixed(NamedTuple):
    """What a run never changes; and room for it to work in."""

    site: Site
    racks: RackLaw
    cdus: CduLaw
    halls: hall_air.HallLaw
    levels: Floats
    layout: Layout
    groups: walk.Groups
    load: LoadTable
    inputs: Inputs
    voltage: ResponseCurve
    room: Room


class _State(NamedTuple):
    """State of the whole site between two macro steps; `warming` (hall,) [J] is on its way to the air."""

    thermal: ThermalState
    plant: plant.PlantState
    halls: hall_air.HallState
    warming: Floats
    voltage: float


class _Step(NamedTuple):
    """
    What a macro step gave: powers (second, hall, 5) [W], sums of plant and halls, and their conditions.

    `extremes` (second, hall, 2) [K] are the warmest chip and coolant supply. Both are the tally's own, which the next
    macro step overwrites.
    """

    begin: int
    powers: Floats
    extremes: Floats
    plant: plant.PlantTally
    halls: hall_air.HallTally
    cooling: Floats
    cdu_pumps: Floats
    supply: Floats
    back: Floats
    cold: Floats
    air: Floats
    mode: Floats
    outdoors: plant_tables.Outdoors
    inside: ranges.Inside


class _Flows(NamedTuple):
    """What a macro step drew from the grid and gave the outdoors; voltage and whether it is on the curve, by second."""

    energies: Energies
    chain: power.ChainFlows
    make_up: Floats
    basin: Floats
    voltage: Floats
    on_curve: npt.NDArray[np.bool_]


def run(
    site: Site,
    load: LoadTable,
    inputs: Inputs,
    curve: ResponseCurve,
    progress: Progress | None = None,
    watch: range = NOTHING,
) -> Record:
    """
    Replay a load through a site.

    Parameters
    ----------
    site : Site
        The site.
    load : LoadTable
        What its racks are asked to do.
    inputs : Inputs
        Times, weather and scheduled changes.
    curve : ResponseCurve
        The host grid's response to the load at the point of connection.
    progress : Callable, optional
        Called once a macro step with the part of the run that is done [1].
    watch : range
        Seconds of which the states at the starts of macro steps are kept, see `twin.verification`.

    Returns
    -------
    Record
        Everything the run keeps.

    Raises
    ------
    StateError
        When a liquid boils.

    Notes
    -----
    The site first settles at the load and weather of its first second and its own settings, which is not recorded; a
    load held from time zero is part of that. Other changes at time zero then take place.
    """
    fixed = _fixed(site, load, inputs, curve)
    waiting = list(inputs.changes)
    setting = changes.first_setting(site)
    bounds = _bounds(inputs)
    kept = record.empty(site, fixed.layout, inputs.duration, len(bounds) - 1)
    tally = record.tally(fixed.layout, len(site.cdus.name), len(site.halls.name), MACRO_STEP)
    held = [change for change in waiting if change.time <= 0 and change.what == "load"]
    state = _settle(fixed, reduce(partial(changes.apply, site), held, setting), tally)
    energies, before, watched = kept.energies, _stored(fixed, state), list[record.Snapshot]()
    for number, (begin, end) in enumerate(pairwise(bounds)):
        while waiting and waiting[0].time <= begin:
            setting = changes.apply(site, setting, waiting.pop(0))
        if begin in watch:
            watched.append(_snapshot(begin, setting, state))
        setting, step = _advance(fixed, setting, state, tally, begin, end - begin)
        _refuse_boiling(fixed, state, end)
        state, flows = _connect(fixed, setting, state, step)
        energies = record.add(energies, flows.energies)
        _keep(fixed, kept, step, flows, number)
        if end % 60 == 0 or end == inputs.duration:
            record.keep_minute(kept, tally, state.thermal.rack, (end - 1) // 60, end - (end - 1) // 60 * 60)
        if progress is not None:
            progress(end / inputs.duration)
    if inputs.duration in watch:
        watched.append(_snapshot(inputs.duration, setting, state))
    kept.limits[:] = tally.limit
    return kept._replace(energies=energies, before=before, after=_stored(fixed, state), watched=tuple(watched))


def _snapshot(time: int, setting: Setting, state: _State) -> record.Snapshot:
    return record.Snapshot(time, *deepcopy((setting, *state[:4])))


def _fixed(site: Site, load: LoadTable, inputs: Inputs, curve: ResponseCurve) -> _Fixed:
    speeds = [change.value for change in inputs.changes if change.what == "pump_speed"]
    racks, cdus, levels = laws.tables(site, np.array([1.0, *speeds]), changes.foulings(site, inputs.changes))
    caps = [change.rows for change in inputs.changes if change.what in {"power_cap", "load"}]
    marks = np.zeros((site.racks.cdu.size, len(caps)), dtype=np.int64)
    for column, rows in enumerate(caps):
        marks[rows, column] = 1
    layout = laws.layout(site, load, marks)
    groups = walk.groups(site)
    room = walk.room(site, layout, groups, MACRO_STEP)
    voltage = curve._replace(names=curve.names[:1], values=np.ascontiguousarray(curve.values[:, :1]))
    return _Fixed(site, racks, cdus, hall_air.law(site), levels, layout, groups, load, inputs, voltage, room)


def _bounds(inputs: Inputs) -> list[int]:
    """Give the whole seconds at which macro steps begin and end."""
    regular = range(0, inputs.duration, MACRO_STEP)
    between = (change.time for change in inputs.changes if 0 < change.time < inputs.duration)
    return sorted({*regular, *between, inputs.duration})


def _advance(
    fixed: _Fixed, setting: Setting, state: _State, tally: Tally, begin: int, seconds: int, held: bool = False
) -> tuple[Setting, _Step]:
    """Walk racks, CDUs, loops and halls through a macro step; where `held`, at the load of its first second."""
    site = fixed.site
    outdoors = outdoor_air(site, fixed.inputs, setting, begin)
    demand = _demand(site, setting, state.plant, state.thermal.valve, state.halls)
    law, inside = plant.law(site, setting.plant, setting.tables, demand, state.plant, outdoors)
    inside = inside._replace(
        coolant=ranges.coolant(site, state.thermal.supply, state.thermal.back),
        cdu_pumps=ranges.of_loops(site, setting.pumps_inside),
    )
    ends = law.start[1:] - 1, law.last_return
    supply, back = (state.plant.water[end] for end in ends)
    at_start = supply, back, state.plant.cold.copy(), state.thermal.air.copy()
    layout, flows = _flows(fixed, setting, seconds)
    laws = walk.Laws(fixed.racks, fixed.cdus, fixed.halls, law, layout, fixed.load, fixed.groups)
    orders = changes.orders(site, fixed.load, setting, layout, still=held)
    holds = _held(fixed, setting, state, orders, flows, outdoors, begin)
    blocks, loops, halls = -(-seconds // walk.COUPLING_STEP), len(site.loops.name), len(site.halls.name)
    sums = walk.Sums(tally, plant.tally(blocks, loops), hall_air.tally(blocks, halls, len(site.cdus.name)))
    walk.macro_step(laws, holds, walk.States(*state[:3]), sums, fixed.room, seconds)
    powers, extremes, pumps = tally.hall_power[:seconds], tally.hall_extreme[:seconds], setting.pump_power
    cooling = (sums.plant.power + sums.halls.power + pumps.sum()).repeat(walk.COUPLING_STEP)[:seconds]
    setting = setting._replace(pumps=changes.coast(setting.pumps, seconds)[1])
    mode = plant.mode(state.plant.memory)
    return setting, _Step(
        begin, powers, extremes, sums.plant, sums.halls, cooling, pumps, *at_start, mode, outdoors, inside
    )


def _held(
    fixed: _Fixed,
    setting: Setting,
    state: _State,
    orders: Orders,
    flows: tuple[Integers, Floats, Floats],
    outdoors: plant_tables.Outdoors,
    begin: int,
) -> walk.Held:
    """Collect what a macro step holds; the water that halls and CDUs see is shown to them in each coupling step."""
    site, controls = fixed.site, hall_air.no_controls(len(fixed.site.halls.name))
    offered = air_intake.intake(site.halls, outdoors).dry_bulb
    coil, coil_ramp, hall_served = np.empty((3, len(site.halls.name)))
    facility, facility_ramp, served = np.empty((3, len(site.cdus.name)))
    forcing = Forcing(
        float(begin),
        *flows,
        kind=fixed.cdus.kind[setting.fouled],
        valve=setting.valve,
        pump_heat=setting.pump_power,
        set_point=setting.cdu_set_point,
        facility=facility,
        facility_ramp=facility_ramp,
        served=served,
        coil=coil,
        coil_ramp=coil_ramp,
        coil_conductance=controls.coil,
        coil_share=controls.coil_share,
        coil_mixing=controls.coil_mixing,
        door=controls.door,
        outdoor_rate=controls.outdoor,
        outdoor_share=controls.outdoor_share,
        outdoor=offered,
        hall_losses=controls.losses,
        hall_fans=controls.fans,
        air_capacity=fixed.halls.air_capacity,
    )
    around = hall_air.HallSurroundings(
        air=state.thermal.air,
        water=coil,
        warming=state.warming / MACRO_STEP,
        lift=state.thermal.valve,
        served=hall_served,
        dry_bulb=offered,
        dew_point=hall_air.outdoor_dew_point(site, outdoors),
    )
    return walk.Held(orders, forcing, around, plant.no_controls(len(site.loops.name)), controls)


def _refuse_boiling(fixed: _Fixed, state: _State, time: int | None = None) -> None:
    """End a run whose liquids boil, at a time from its start; while it settles if none is given."""
    when = "while the site settles at the load and weather of its first second"
    if time is not None:
        moment = fixed.inputs.start + timedelta(seconds=time)
        when = f"at {moment.isoformat(timespec='seconds')}, {time:,} s into the run"
    ranges.refuse_boiling(fixed.site, state.plant, state.thermal.supply, state.thermal.back, when)


def _demand(site: Site, setting: Setting, water: plant.PlantState, lift: Floats, air: hall_air.HallState) -> Floats:
    """Give the flow that valves ask of each loop; all of it where pumps hold theirs, whatever valves do."""
    flow = water.memory.flow
    if not site.loops.pumps.variable.any() and flow.min() >= 1.0 and setting.plant.pump_share.min() >= 1.0:
        return np.ones_like(flow)
    return laws.flow_demand(site, lift, air.position, air.door)


def _flows(fixed: _Fixed, setting: Setting, seconds: int) -> tuple[Layout, tuple[Integers, Floats, Floats]]:
    """Give the runs, and each CDU's flow level, fraction and ratio in the middle of each second; once if none moves."""
    pumps, layout, levels = setting.pumps, fixed.layout, fixed.levels
    moving = changes.coasting(pumps)
    flow, _ = changes.coast(pumps, seconds if moving.any() else 1)
    if moving.any() or np.any(pumps.target != pumps.target[0]):
        mark = np.where(moving, np.arange(moving.size) + OWN_RUN, pumps.target)
        layout = laws.split_runs(layout, fixed.site, mark)
    level = np.minimum(np.maximum(np.searchsorted(levels, flow, side="right") - 1, 0), levels.size - 2)
    fraction = (flow - levels[level]) / (levels[level + 1] - levels[level])
    return layout, (level, fraction, flow)


def _connect(fixed: _Fixed, setting: Setting, state: _State, step: _Step) -> tuple[_State, _Flows]:
    """Carry a macro step's powers up to the point of connection; give what flowed."""
    site, seconds = fixed.site, step.cooling.size
    flows = power.facility_flows(site.chain, step.powers[:, :, 0].T, step.cooling, state.voltage)
    hall_losses = flows.hall_losses.sum(axis=2)
    warms = np.array([stage.heats_hall for stage in site.chain.hall_path], dtype=float)
    values, inside = evaluate(fixed.voltage, flows.connection)
    sums, mean_speed, condenser = step.plant, step.plant.speed / seconds, site.loops.condenser.fitted
    memory = state.plant.memory
    evaporation, use = plant_water.water_flows(
        site.loops,
        setting.plant,
        sums.flow / seconds,
        sums.rejected / seconds,
        mean_speed,
        memory.wetted,
        step.outdoors,
        air_intake.evaporation(
            site, step.halls.passed / seconds, air_intake.intake(site.halls, step.outdoors).taken_up
        ),
    )
    basins = plant_water.basins(site.loops, setting.plant.make_up, memory.basin, use.make_up, float(seconds))
    # Towers that stand dry use nothing, and remember what they used.
    memory.used[:] = np.where(use.make_up > 0.0, use.make_up, memory.used)
    memory.basin[:] = basins.content
    racks, accelerators, rack_losses, rack_coolant, rack_air = step.powers.sum(axis=(0, 1)).tolist()
    of_plant = dict(zip(sums._fields[1:], np.array(sums[1:]).sum(axis=1).tolist(), strict=True))
    energies = Energies(
        connection=float(flows.connection.sum()),
        racks=racks,
        accelerators=accelerators,
        rack_losses=rack_losses,
        hall_losses=hall_losses,
        mechanical_losses=flows.mechanical_losses.sum(axis=1),
        common_losses=flows.common_losses.sum(axis=1),
        rack_coolant=rack_coolant,
        rack_air=rack_air,
        cdu_facility=float(step.halls.cdus[~site.cdus.sidecar].sum()),
        cdu_air=float(step.halls.cdus[site.cdus.sidecar].sum()),
        cdu_pumps=float(step.cdu_pumps.sum()) * seconds,
        hall_fans=float(step.halls.fans.sum()),
        outdoor_fans=float(step.halls.outdoor_fans.sum()),
        pumps=of_plant["pumps"],
        condenser_pumps=of_plant["condenser_pumps"],
        cooler_fans=of_plant["fans"],
        chillers=of_plant["chillers"],
        coils=float(step.halls.coil.sum()),
        doors=float(step.halls.door.sum()),
        outdoor_air=float(step.halls.outdoor.sum()),
        rejected=float(sums.rejected.sum(where=~condenser)),
        condenser_rejected=float(sums.rejected.sum(where=condenser)),
        chilled=of_plant["chilled"],
        reused=of_plant["reused"],
        delivered=of_plant["delivered"],
        heat_pumps=of_plant["heat_pumps"],
        economised=of_plant["economised"],
        condensed=of_plant["condensed"],
        evaporation=float(evaporation.sum()) * seconds,
        blowdown=float(use.blowdown.sum()) * seconds,
        drift=float(use.drift.sum()) * seconds,
        make_up=float(basins.make_up.sum()) * seconds,
        house=site.chain.house * seconds,
    )
    warming = state.warming * (1.0 - seconds / MACRO_STEP) + warms @ hall_losses
    after = state._replace(warming=warming, voltage=float(values[-1, 0]))
    return after, _Flows(energies, flows, basins.make_up, basins.content, values[:, 0], inside)


def _keep(fixed: _Fixed, kept: Record, step: _Step, flows: _Flows, number: int) -> None:
    """Write a macro step into the record."""
    site, seconds = fixed.site, step.cooling.size
    span = slice(step.begin, step.begin + seconds)
    chain = flows.chain
    losses = chain.hall_losses.sum(axis=(0, 1)) + chain.mechanical_losses.sum(axis=0) + chain.common_losses.sum(axis=0)
    kept.site[0:3, span] = step.powers[:, :, 0:3].sum(axis=1).T
    kept.site[3, span], kept.site[4, span], kept.site[5, span] = step.cooling, losses, chain.connection
    kept.site[6, span] = site.chain.house
    kept.voltage[span] = flows.voltage
    kept.on_curve[span], kept.inside[number] = flows.on_curve, step.inside
    kept.halls[:4, span] = step.powers[:, :, [0, 1, 3, 4]].transpose(2, 0, 1)
    kept.halls[4:, span] = step.extremes.transpose(2, 0, 1)
    rows_of, count, sums = site.halls, len(site.loops.name), step.plant
    warmest = np.full(count, -np.inf)
    np.maximum.at(warmest, np.concatenate([rows_of.air_loop, rows_of.loop]), np.concatenate([step.air, step.air]))
    away = step.halls.outdoor + step.halls.outdoor_fans
    outdoors = np.bincount(rows_of.air_loop, weights=away, minlength=count)
    rows = (
        step.supply,
        step.back,
        warmest,
        sums.fans / seconds,
        (sums.pumps + sums.condenser_pumps) / seconds,
        (sums.chillers + sums.heat_pumps) / seconds,
        np.bincount(rows_of.air_loop, weights=step.halls.fans + step.halls.outdoor_fans, minlength=count) / seconds,
        np.bincount(rows_of.loop[site.cdus.hall], weights=step.cdu_pumps, minlength=count),
        (sums.rejected + sums.chilled + sums.chillers - sums.condensed + sums.fans + outdoors) / seconds,
        flows.make_up,
        sums.speed / seconds,
        sums.load / seconds,
        np.full(count, step.outdoors.dry_bulb),
        np.full(count, step.outdoors.wet_bulb),
        np.where(site.loops.condenser.fitted, step.cold, step.supply),
        step.mode,
        sums.flow / seconds,
        sums.delivered / seconds,
        flows.basin,
    )
    kept.cooling_time[number] = step.begin
    kept.cooling[:, number] = np.stack(rows)


def _settle(fixed: _Fixed, setting: Setting, tally: Tally) -> _State:
    """Run at the first second's load until the site is in balance."""
    state = _first_state(fixed)
    for _ in range(SETTLING_TIME // MACRO_STEP):
        setting, step = _advance(fixed, setting, state, tally, 0, MACRO_STEP, held=True)
        _refuse_boiling(fixed, state)
        state = _connect(fixed, setting, state, step)[0]
    record.clear(tally)
    tiles.restart(state.thermal.rack)
    tiles.forget(state.thermal.rack)
    return state


def _first_state(fixed: _Fixed) -> _State:
    """Give a state near the set points, from which the site settles."""
    site, layout = fixed.site, fixed.layout
    inlet = np.where(
        fixed.racks.liquid[layout.variant >> 1],
        site.cdus.supply_set_point[layout.cdu],
        site.halls.air_set_point[site.cdus.hall[layout.cdu]],
    )
    air = site.halls.air_set_point[site.cdus.hall[layout.cdu]]
    chain = [inlet + rise for rise in (15.0, 10.0, 5.0)]
    cdus = len(site.cdus.name)
    thermal = ThermalState(
        rack=tiles.build(layout, np.stack([*chain, air + 5.0, *chain])),
        supply=site.cdus.supply_set_point.copy(),
        back=site.cdus.supply_set_point + 5.0,
        ramp=np.zeros(cdus),
        valve=np.full(cdus, 0.5),
        integral=np.full(cdus, 0.5),
        air=site.halls.air_set_point.copy(),
        air_ramp=np.zeros(len(site.halls.name)),
    )
    water = plant.first_state(site.loops)
    return _State(thermal, water, hall_air.state(len(site.halls.name)), np.zeros(len(site.halls.name)), 1.0)


def _stored(fixed: _Fixed, state: _State) -> Stored:
    """Add up heat capacity times temperature."""
    site, layout, thermal = fixed.site, fixed.layout, state.thermal
    rows = layout.variant >> 1
    chain = chain_capacity(site.rack_classes)[rows].T
    air = np.where(fixed.racks.liquid[rows], site.rack_classes.air_capacity[rows], 0.0)
    rack = tiles.temperatures(layout, thermal.rack)
    racks = np.sum(layout.weight * (np.sum(chain * rack[:3], axis=0) + air * rack[3]))
    wet = fixed.cdus.stream > 0
    cdus = np.sum(site.cdus.supply_capacity * thermal.supply + site.cdus.return_capacity * thermal.back, where=wet)
    water, condenser = plant.stored(site.loops, state.plant)
    air_held = np.sum(site.halls.air_capacity * thermal.air) + state.warming.sum()
    return Stored(float(racks), float(cdus), float(water + air_held), condenser, float(state.plant.memory.basin.sum()))
