"""
The same site through `scipy.integrate.solve_ivp`: slow, general, and the judge of the replay kernel.

All temperatures are integrated together, continuously: racks see their coolant as it moves, halls their racks, and the
racks' conversion loss their chips; pumps coast. What digital controllers sample stays sampled, at the same instants and
by the same functions as in the replay: throttles and valves each second, the plant's controls every ten, its laws and
the conversion heat on its way to the halls once a macro step. Flow and exchanger laws are exact, not tabulated. For
small sites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.integrate import solve_ivp

from twin import changes, power
from twin.changes import Change, Setting
from twin.cooling import air_intake, hall_air, plant, plant_tables
from twin.facility_water import cells
from twin.site import Floats, Integers, LossCurve, Site
from twin.thermal import halls, kernel, laws, loops, network, tiles, walk
from twin.thermal.cdu_step import valve_second
from twin.thermal.tables import CduLaw, Layout, RackLaw, Room, ThermalState
from twin.workload import LoadTable

MACRO_STEP = 60
"""Time [s] between laws of the plant, as in `twin.simulate`."""

CONTROL_STEP = 10
"""Time [s] between the plant's controls, as in `twin.simulate`."""


class Case(NamedTuple):
    """
    What the oracle solves.

    Attributes
    ----------
    site : Site
        A small site.
    load : LoadTable
        Its load.
    changes : tuple of Change
        Scheduled changes from `begin` on, in order of time.
    outdoors : Callable
        Outdoor air at a setting and a time [s].
    begin : [s]
        Where it starts, from the start of the run.
    seconds : [s]
        Its length.
    held_flow : bool
        Whether a coasting pump's flow is held for each second at that of its middle, as in the replay, or moves.
    """

    site: Site
    load: LoadTable
    changes: tuple[Change, ...]
    outdoors: Callable[[Setting, float], plant_tables.Outdoors]
    begin: int
    seconds: int
    held_flow: bool


class Start(NamedTuple):
    """
    State from which the oracle starts.

    Attributes
    ----------
    layout : Layout
        Where the racks of the replay stand.
    setting : Setting
        What scheduled changes have set before.
    thermal : ThermalState
        Racks, CDUs and halls of a replay.
    plant : PlantState
        Loops.
    halls : HallState
        What the halls' controls remember.
    warming : (hall,) [J]
        Conversion heat on its way to the halls' air.
    """

    layout: Layout
    setting: Setting
    thermal: ThermalState
    plant: plant.PlantState
    halls: hall_air.HallState
    warming: Floats


class Trajectory(NamedTuple):
    """
    Temperatures at the start and at the end of every second.

    Attributes
    ----------
    chip, plate, stream, worst : (instant, rack) [K]
        Racks, in the site's order; the mean chip and the worst one.
    supply, back : (instant, cdu) [K]
        Coolant before and after the racks.
    water : (instant, cell) [K]
        Facility water.
    hot, cold : (instant, loop) [K]
        Condenser water before and after the coolers.
    hall : (instant, hall) [K]
        Air at the rack inlets.
    """

    chip: Floats
    plate: Floats
    stream: Floats
    worst: Floats
    supply: Floats
    back: Floats
    water: Floats
    hot: Floats
    cold: Floats
    hall: Floats


class _Racks(NamedTuple):
    """Each rack's share of its class's numbers, in the site's order; see `RackLaw`."""

    row: Integers
    liquid: npt.NDArray[np.bool_]
    air_part: Floats
    stream_part: Floats
    leakage: Floats
    reference: Floats
    auxiliary: Floats
    air_stream: Floats


class _Tables(NamedTuple):
    """What a run never changes; the kernel's racks here are the site's, each on its own."""

    law: RackLaw
    cdus: CduLaw
    layout: Layout
    racks: _Racks
    curves: tuple[LossCurve, ...]
    halls: hall_air.HallLaw
    at: network.Places
    capacity: Floats
    room: Room


class _Second(NamedTuple):
    """
    What a second holds: powers (rack,) [W], pumps and their power (cdu,) [W], valves (cdu,), outdoors (loop,).

    `on` (rack,) says which racks run; `opposed` (rack,) [W] is what cancels the leakage of racks that are off.
    """

    accelerator: Floats
    host: Floats
    pumps: changes.Pumps
    pump_power: Floats
    valve: Floats
    fouling: Floats
    controls: plant.PlantControls
    air: hall_air.HallControls
    outdoor: Floats
    dry_bulb: Floats
    held_flow: bool
    on: npt.NDArray[np.bool_]
    opposed: Floats


class Integrator(NamedTuple):
    """
    How a second is integrated.

    Attributes
    ----------
    method : text
        A method of `scipy.integrate.solve_ivp`; implicit ones are given the network as their sparse Jacobian.
    tolerance : [1]
        Relative tolerance; the absolute one is as many kelvin.
    """

    method: str = "DOP853"
    tolerance: float = 1e-9


IMPLICIT = ("Radau", "BDF")
"""Methods that ask for a Jacobian."""

EXPLICIT = Integrator()
"""The network is not stiff over a second: an explicit method of high order is the cheapest."""


def solve(case: Case, start: Start, integrator: Integrator = EXPLICIT) -> Trajectory:
    """
    Integrate a case.

    Parameters
    ----------
    case : Case
        What to solve.
    start : Start
        State at its start.
    integrator : Integrator
        Method and tolerance.

    Returns
    -------
    Trajectory
        Temperatures, second by second.

    References
    ----------
    .. [1] E. Hairer, S. P. Norsett and G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., II.5 (DOP853)
    """
    site = case.site
    at = network.places(site)
    thermal, water = start.thermal, start.plant
    rack = tiles.temperatures(start.layout, thermal.rack)[:, start.layout.member]
    rows = (*rack, thermal.supply, thermal.back, water.water, water.hot, water.cold, thermal.air)
    first = np.concatenate(rows)
    track = np.array([first, *_walk(case, start, first, integrator)])
    parts = (at.chip, at.plate, at.stream, at.worst, at.supply, at.back, at.water, at.hot, at.cold, at.hall)
    return Trajectory(*(track[:, part] for part in parts))


def _walk(case: Case, start: Start, state: Floats, integrator: Integrator) -> Iterator[Floats]:
    """Give the state after each second."""
    site, tables = case.site, _tables(case)
    setting, waiting = start.setting, list(case.changes)
    on = tiles.running(start.layout, start.thermal.rack)[start.layout.member] > 0.0
    valves, warming, remembered = start.thermal, start.warming, hall_air.HallState(*map(np.copy, start.halls))
    memory = plant.remembered(start.plant.memory)
    last = case.begin + case.seconds
    times = (change.time for change in case.changes if case.begin < change.time < last)
    for begin, end in pairwise(sorted({*range(case.begin, last, MACRO_STEP), *times, last})):
        while waiting and waiting[0].time <= begin:
            setting = changes.apply(site, setting, waiting.pop(0))
        outdoors = case.outdoors(setting, float(begin))
        now = _plant_state(tables.at, state, memory)
        demand = laws.flow_demand(site, valves.valve, remembered.position, remembered.door)
        law = plant.law(site, setting.plant, setting.tables, demand, now, outdoors)[0]
        offered = air_intake.intake(site.halls, outdoors).dry_bulb
        drawn = []
        for block in range(begin, end, CONTROL_STEP):
            seconds = range(block, min(block + CONTROL_STEP, end))
            controls = _control(law, _plant_state(tables.at, state, memory), len(seconds))
            around = hall_air.HallSurroundings(
                state[tables.at.hall].copy(),
                state[tables.at.water][law.air_cell],
                warming / MACRO_STEP,
                valves.valve,
                controls.served[law.air_loop],
                offered,
                hall_air.outdoor_dew_point(site, outdoors),
            )
            air = _control_halls(tables, remembered, around, len(seconds))
            hot, through_doors = np.zeros(len(site.halls.name)), np.zeros((3, len(site.halls.name)))
            for second in seconds:
                valves = _move_valves(tables, setting, valves, state)
                on &= case.load.measured | (state[tables.at.worst] <= tables.law.shutdown_temp[tables.racks.row])
                held = _hold(
                    case,
                    tables,
                    setting,
                    valves.valve,
                    on,
                    state,
                    second,
                    (controls, air),
                    (law.outdoor, offered),
                )
                state, moved = _integrate(case.site, tables, held, state, integrator)
                setting = setting._replace(pumps=changes.coast(setting.pumps, 1)[1])
                hot += moved[0]
                through_doors += moved[2:]
                drawn.append(moved[1])
                yield state
            halls.remember(remembered, air, hot, through_doors, float(len(seconds)), np.arange(hot.size))
        warming = warming * (1.0 - (end - begin) / MACRO_STEP) + _warming(site, np.array(drawn).T)


def _tables(case: Case) -> _Tables:
    site, classes, row = case.site, case.site.rack_classes, case.site.racks.rack_class
    law, cdus, _ = laws.tables(site, np.ones(1), site.cdus.fouling[np.newaxis])
    layout = laws.layout(site, case.load, np.arange(row.size)[:, np.newaxis])
    racks = _Racks(
        row=row,
        liquid=law.liquid[row],
        air_part=np.where(law.liquid[row], 1.0 - law.liquid_fraction[row], 0.0),
        stream_part=np.where(law.liquid[row], law.liquid_fraction[row], 1.0),
        leakage=np.where(case.load.measured, 0.0, classes.leakage[row]),
        reference=classes.leakage_reference[row],
        auxiliary=classes.auxiliary_power[row],
        air_stream=classes.air_stream[row],
    )
    curves = tuple(
        LossCurve(powers, losses) for powers, losses in zip(classes.chain_power, law.chain_loss, strict=True)
    )
    places, capacity = network.places(site), network.capacities(site)
    room = walk.room(site, layout, walk.one_group(site), 1)
    return _Tables(law, cdus, layout, racks, curves, hall_air.law(site), places, capacity, room)


def _plant_state(at: network.Places, state: Floats, memory: plant.Memory) -> plant.PlantState:
    water, hot, cold = state[at.water].copy(), state[at.hot].copy(), state[at.cold].copy()
    return plant.PlantState(water, hot, cold, np.zeros(hot.size), memory)


def _control(law: plant.PlantLaw, state: plant.PlantState, seconds: float) -> plant.PlantControls:
    """Sample the plant's controls; the replay's own function does it."""
    controls, unused = plant.no_controls(law.outdoor.size), plant.tally(1, law.outdoor.size)
    loops.control(law, state, controls, unused, float(seconds), 0, np.arange(law.outdoor.size))
    return controls


def _control_halls(
    tables: _Tables, remembered: hall_air.HallState, around: hall_air.HallSurroundings, seconds: int
) -> hall_air.HallControls:
    """Sample the halls' controls; the replay's own function does it."""
    count = around.air.size
    controls, unused = hall_air.no_controls(count), hall_air.tally(1, count, 0)
    halls.control(tables.halls, remembered, controls, unused, around, float(seconds), 0, np.arange(count))
    return controls


def _move_valves(tables: _Tables, setting: Setting, before: ThermalState, state: Floats) -> ThermalState:
    """Sample the CDUs' valves; the replay's own function does it."""
    supply, cdus = state[tables.at.supply], tables.cdus
    by_error = cdus.gain * (supply - setting.cdu_set_point)
    reach, pace = 1.0 / cdus.stroke_time, 1.0 / cdus.integral_time
    moved = zip(before.valve, before.integral, by_error, setting.valve, reach, pace, strict=True)
    valve, integral = np.array([valve_second(*cdu) for cdu in moved]).T
    return before._replace(supply=supply, valve=valve, integral=integral)


def _hold(
    case: Case,
    tables: _Tables,
    setting: Setting,
    valve: Floats,
    on: npt.NDArray[np.bool_],
    state: Floats,
    second: int,
    controls: tuple[plant.PlantControls, hall_air.HallControls],
    outdoor: tuple[Floats, Floats],
) -> _Second:
    """Collect what a second holds; powers are capped, and throttled as the second's start asks."""
    site, law, racks, order = case.site, tables.law, tables.racks, tables.layout.order
    layout, measured = tables.layout, case.load.measured
    orders = changes.orders(site, case.load, setting, layout, still=False)
    kernel.fill(law, layout, case.load, orders, float(second), 1, tables.room, np.arange(len(site.halls.name)))
    accelerator, host = np.empty((2, order.size))
    accelerator[order], host[order] = tables.room.asked[layout.home, 0, :, layout.lane].T
    split = law.accelerator_part[racks.row] * np.maximum(accelerator, 0.0)
    accelerator, host = np.where(measured, (split, accelerator - split), (accelerator, host))
    over = np.maximum(state[tables.at.worst] - law.throttle_temp[racks.row], 0.0)
    idle, kept = law.idle_power[racks.row], np.maximum(1.0 - law.throttle_gain[racks.row] * over, 0.0)
    limited = ~measured & (accelerator > idle)
    accelerator = np.where(limited, idle + kept * (accelerator - idle), accelerator)
    accelerator = np.where(on, accelerator, 0.0)
    host = np.where(on, host, 0.0)
    opposed = np.where(on, 0.0, racks.leakage * (racks.reference - state[tables.at.chip]))
    return _Second(
        accelerator,
        host,
        setting.pumps,
        setting.pump_power,
        valve,
        setting.fouling,
        *controls,
        *outdoor,
        case.held_flow,
        on.copy(),
        opposed,
    )


def _integrate(
    site: Site, tables: _Tables, held: _Second, state: Floats, integrator: Integrator
) -> tuple[Floats, Floats]:
    """Integrate one second; give the state; and each hall's hot heat, what it drew and its doors (5, hall) [J]."""
    hall, size, count = site.racks.hall, tables.at.size, len(site.halls.name)
    moving = bool(changes.coasting(held.pumps).any()) and not held.held_flow
    rates = _rates(site, tables, held, 0.5)
    matrix = network.conductances(site, rates)

    def slopes(time: float, y: Floats) -> Floats:
        temperature = y[:size]
        now = _rates(site, tables, held, time) if moving else rates
        conductance = network.conductances(site, now) if moving else matrix
        heats, blown, drawn = _heats(site, tables, held, temperature)
        slope = (conductance @ temperature + network.sources(site, now, heats)) / tables.capacity
        moved = _hall_heats(site, tables, held, now, temperature, blown)
        return np.concatenate([slope, moved[0], np.bincount(hall, drawn, count), *moved[1:]])

    begin = np.concatenate([state, np.zeros(5 * count)])
    method, tolerance = integrator
    options: dict[str, Any] = {"method": method, "rtol": tolerance, "atol": tolerance, "t_eval": [1.0]}
    if method in IMPLICIT:
        # Conversion losses and what is added up per hall are left out: they cost an iteration, no accuracy.
        network_part = sp.diags_array(1.0 / tables.capacity) @ matrix
        options["jac"] = sp.block_diag([network_part, sp.csr_array((5 * count, 5 * count))], format="csc")
    end = solve_ivp(slopes, (0.0, 1.0), begin, **options).y[:, -1]
    return end[:size], end[size:].reshape(5, count)


def _hall_heats(
    site: Site, tables: _Tables, held: _Second, rates: network.Rates, temperature: Floats, blown: Floats
) -> Floats:
    """Give the heat into each hall's hot air, and what `Tally` holds of its doors (4, hall) [W]."""
    at, racks, count = tables.at, site.racks, len(site.halls.name)
    door = site.rack_classes.door_conductance[racks.rack_class]
    ends = cells(site.loops).start[1:] - 1
    air, water = temperature[at.hall], temperature[at.water][ends[site.halls.air_loop]]
    rise = np.divide(blown, tables.racks.air_stream, out=np.zeros(blown.size), where=door > 0.0)
    able = door * (air[racks.hall] - water[racks.hall] + rise)
    taken = held.air.door[racks.hall] * able
    beside = np.where(site.cdus.sidecar, rates.exchange * (temperature[at.back] - air[site.cdus.hall]), 0.0)
    hot = np.bincount(racks.hall, blown - taken, count) + np.bincount(site.cdus.hall, beside, count) + held.air.losses
    doors = [np.bincount(racks.hall, part, count) for part in (taken, able, np.where(door > 0.0, blown, 0.0))]
    return np.stack([hot, *doors])


def _rates(site: Site, tables: _Tables, held: _Second, time: float) -> network.Rates:
    """Give the network's conductances at a time [s] of the second."""
    flow = _flow(held.pumps, time)
    exchange = laws.exchange(site.cdus, tables.cdus.stream, held.fouling, flow, held.valve)
    controls, air = held.controls, held.air
    return network.Rates(
        flow,
        exchange * plant.served_cdus(site, site.halls.loop[site.cdus.hall], controls.served),
        controls.cooler,
        controls.economiser,
        controls.stream,
        controls.condenser_stream,
        air.coil,
        air.coil_share,
        air.coil_mixing,
        air.door,
        air.outdoor,
        air.outdoor_share,
        tables.racks.leakage,
    )


def _flow(pumps: changes.Pumps, time: float) -> Floats:
    """Give each CDU's flow ratio at a time [s] of its coast."""
    moving = changes.coasting(pumps)
    constant = np.where(moving, pumps.time_constant, 1.0)
    away = np.where(moving, pumps.flow - pumps.target, 0.0)
    return np.asarray(pumps.target + away * np.exp(-time / constant), dtype=float)


def _heats(site: Site, tables: _Tables, held: _Second, temperature: Floats) -> tuple[network.Heats, Floats, Floats]:
    """Give the heats into the network, and what each rack blows into its hall and draws (rack,) [W]."""
    racks, at = tables.racks, tables.at
    leak = racks.leakage * (temperature[at.chip] - racks.reference) + held.opposed
    compute = held.accelerator + held.host
    inlet = compute + np.where(held.on, racks.auxiliary + _losses(tables, compute + leak), 0.0)
    heats = network.Heats(
        chip=held.accelerator + held.opposed,
        stream=racks.stream_part * inlet - held.accelerator,
        air=racks.air_part * inlet,
        cdu_pump=held.pump_power,
        loop_pump=held.controls.pump,
        condenser_pump=held.controls.condenser_pump,
        chiller=held.controls.chilled + held.controls.reused,
        condenser=held.controls.condensed,
        hall_losses=held.air.losses,
        hall_fans=held.air.fans,
        outdoor=held.outdoor,
        shift=held.controls.shift,
        dry_bulb=held.dry_bulb,
    )
    warm = np.where(racks.liquid, temperature[at.air], temperature[at.stream])
    return heats, racks.air_stream * (warm - temperature[at.hall][site.racks.hall]), inlet + leak


def _losses(tables: _Tables, compute: Floats) -> Floats:
    """Give each rack's conversion loss (rack,) [W]; no load's below zero, as in the replay."""
    loss = np.empty_like(compute)
    for row, curve in enumerate(tables.curves):
        mine = tables.racks.row == row
        loss[mine] = power.curve_loss(curve, np.maximum(compute[mine], 0.0))
    return loss


def _warming(site: Site, drawn: Floats) -> Floats:
    """Give the conversion heat (hall,) [J] on its way to the halls; `drawn` is (hall, second) [W]."""
    losses = power.facility_flows(site.chain, drawn, np.zeros(drawn.shape[1]), 1.0).hall_losses.sum(axis=2)
    return np.asarray(np.array([stage.heats_hall for stage in site.chain.hall_path], dtype=float) @ losses)
