"""
Facility water loops and the plant that carries their heat outdoors: what the controls and steps read.

Controllers are sampled every ten seconds, as a building controller does: coolers and chillers take the heat that
arrives and correct the temperature they hold. Between samples the loops are linear and are integrated by the classical
Runge-Kutta method, with the heat that crosses each boundary as further states, which closes the balance to rounding at
any step. The laws of coolers and chillers are
tabulated once a minute, at the temperatures of that minute's start; see `twin.cooling.plant_tables`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Floats, Integers
from twin.cooling import cooler_tables, hydraulics, plant_tables, plant_water, ranges
from twin.cooling.cooler_tables import SPEEDS
from twin.cooling.plant_state import Memory as Memory
from twin.cooling.plant_state import PlantControls as PlantControls
from twin.cooling.plant_state import PlantLaw as PlantLaw
from twin.cooling.plant_state import PlantState as PlantState
from twin.cooling.plant_state import PlantTally as PlantTally
from twin.cooling.plant_state import Tables as Tables
from twin.cooling.plant_tables import Outdoors, Settings
from twin.cooling.ranges import Inside
from twin.facility_water import Loops, cells
from twin.site import Site

LAW_TIME = 60.0
"""Time [s] for which laws are tabulated at most."""

LONG_AGO = 1e9
"""Time [s] since the last change of a service that never changed."""


def first_memory(basin: Floats) -> Memory:
    """
    Give controllers that have seen nothing yet.

    Parameters
    ----------
    basin : (loop,) [kg]
        What the basins hold.

    Returns
    -------
    Memory
        Coolers in service, chillers not, both free to change.
    """
    loops = basin.size
    never = (np.full(loops, LONG_AGO) for _ in range(4))
    none = (np.zeros(loops) for _ in range(5))
    return Memory(
        economising=np.ones(loops, bool),
        chilling=np.zeros(loops, bool),
        **dict(zip(("economiser_age", "chiller_age", "started", "stopped"), never, strict=True)),
        **dict(zip(("units", "surplus", "waiting", "loaded", "used"), none, strict=True)),
        flow=np.ones(loops),
        wetted=np.zeros(loops, bool),
        basin=basin.copy(),
    )


def remembered(memory: Memory) -> Memory:
    """
    Copy what controllers remember.

    Parameters
    ----------
    memory : Memory
        Of the controllers.

    Returns
    -------
    Memory
        In arrays of its own.
    """
    parts: dict[str, Any] = {name: part.copy() for name, part in memory._asdict().items()}
    return Memory(**parts)


def first_state(loops: Loops) -> PlantState:
    """
    Give a state near the set points.

    Parameters
    ----------
    loops : Loops
        The loops.

    Returns
    -------
    PlantState
        Returns 5 K above supplies, condenser water a kelvin below.
    """
    own, count = cells(loops), len(loops.name)
    supply = np.repeat(loops.supply_set_point, np.diff(own.start))
    returned = np.arange(own.capacity.size) <= np.repeat(own.last_return, np.diff(own.start))
    cold = loops.supply_set_point - 1.0
    return PlantState(supply + 5.0 * returned, cold + 5.0, cold, np.zeros(count), first_memory(loops.basin))


def no_controls(loops: int) -> PlantControls:
    """
    Make controls that hold nothing.

    Parameters
    ----------
    loops : [1]
        Loops.

    Returns
    -------
    PlantControls
        All zero.
    """
    return PlantControls(*(np.zeros(loops) for _ in PlantControls._fields))


def tally(blocks: int, loops: int) -> PlantTally:
    """
    Make an empty tally.

    Parameters
    ----------
    blocks, loops : [1]
        Steps in a minute, and loops.

    Returns
    -------
    PlantTally
        All zero.
    """
    return PlantTally(np.zeros(blocks), *(np.zeros(loops) for _ in PlantTally._fields[1:]))


def stored(loops: Loops, state: PlantState) -> tuple[float, float]:
    """
    Give the heat that the water holds.

    Parameters
    ----------
    loops : Loops
        The loops.
    state : PlantState
        Their state.

    Returns
    -------
    tuple of [J] and [J]
        Heat capacity times temperature above 0 K, of facility and of condenser water.
    """
    condenser = loops.condenser
    facility = np.sum(cells(loops).capacity * state.water)
    return float(facility), float(np.sum(condenser.capacity * (state.hot + state.cold), where=condenser.fitted))


def mode(memory: Memory) -> Floats:
    """
    Give the way in which loops are cooled.

    Parameters
    ----------
    memory : Memory
        Of the controllers.

    Returns
    -------
    (loop,) [1]
        0 by coolers alone (free cooling), 1 by coolers and chillers (partial), 2 by chillers alone (mechanical).
    """
    return np.where(memory.economising, memory.chilling.astype(float), 2.0)


def served_cdus(site: Site, loop: Integers, served: Floats) -> Floats:
    """
    Give the part of the facility water that CDUs ask for that they get.

    Parameters
    ----------
    site : Site
        CDUs.
    loop : (cdu,)
        Loop of each CDU.
    served : (loop,) [1]
        From the controls.

    Returns
    -------
    (cdu,) [1]
        That of their loop; one for sidecars, which need none. What their exchangers move falls alike: exact for little
        water, on the safe side in between.
    """
    return np.where(site.cdus.sidecar, 1.0, served[loop])


def law(
    site: Site, settings: Settings, fixed: Tables, demand: Floats, state: PlantState, outdoors: Outdoors
) -> tuple[PlantLaw, Inside]:
    """
    Tabulate the plant for a minute.

    Parameters
    ----------
    site : Site
        Loops and halls.
    settings : Settings
        Set points and units in service.
    fixed : Tables
        From `tables` for these settings.
    demand : (loop,) [1]
        Flow over nominal that valves ask for.
    state : PlantState
        State at the start of the minute; what is remembered of pads is brought up to date.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    tuple of PlantLaw and Inside
        Tables, and whether each of the plant's models is inside its range of validity; of CDUs nothing is asked here.
    """
    loops, halls, own, memory = site.loops, site.halls, fixed.cells, state.memory
    condenser, machines, pumps = loops.condenser, loops.chillers, loops.pumps
    outdoor = cooler_tables.outdoor(loops, outdoors, memory.wetted)
    back, leaving = state.water[own.last_return], state.water[own.last_return + 1]
    aim = settings.pump_share * np.where(pumps.variable, np.clip(demand, pumps.least_flow, 1.0), 1.0)
    # Of the flows that the minute sees the greater: what coolers take is held below the flow itself.
    flow = np.maximum(np.maximum(memory.flow, aim), plant_tables.LEAST_FLOW)
    dry_rates = cooler_tables.dry_cooler_rates(fixed.dry_coolers, loops, settings, flow)
    inlet = np.where(condenser.fitted, state.hot, back)
    wet_rates, towers_inside = cooler_tables.tower_rates(fixed.towers, loops, settings, flow, inlet, outdoors)
    without = plant_water.standing_dry(loops, settings.make_up, memory.basin, memory.used, LAW_TIME)
    wet_rates[:, without] = 0.0
    cooler_rate = np.where(condenser.fitted & (settings.powered <= 0.0), 0.0, dry_rates + wet_rates)
    entering = np.where(condenser.fitted, np.maximum(state.cold, condenser.least_temperature), outdoors.dry_bulb)
    chiller, reuse = plant_tables.chillers(loops, leaving, entering), plant_tables.reuse(loops, back)
    last, cdu_loop = own.start[1:] - 1, halls.loop[site.cdus.hall]
    warm = np.clip((loops.reset.high - outdoor) / (loops.reset.high - loops.reset.low), 0.0, 1.0)
    tables = PlantLaw(
        set_point=settings.set_point + loops.reset.rise * warm,
        band=loops.control_band,
        start=own.start,
        last_return=own.last_return,
        capacity=own.capacity,
        stream=loops.water_stream,
        demand=demand,
        flow_aim=aim,
        pump_time=settings.pump_time,
        pump_power=_at_flow(fixed.pump_power, aim),
        powered=settings.powered,
        reuse=reuse.taken * settings.powered,
        reuse_power=reuse.power_share,
        outdoor=outdoor,
        cooler_rate=cooler_rate,
        fan_power=fixed.fan_power,
        chiller_units=settings.chiller_capacity * settings.powered / machines.unit_capacity,
        chiller_capacity=chiller.capacity,
        chiller_power=chiller.power,
        motor_share=machines.load.motor_share,
        restart_time=machines.restart_time,
        ramp=machines.ramp,
        least_run=machines.least_run,
        least_off=machines.least_off,
        stop_delay=machines.stop_delay,
        economy=loops.economy,
        hysteresis=loops.hysteresis,
        dwell=loops.dwell,
        condenser=condenser.fitted,
        condenser_stream=condenser.stream * settings.powered,
        condenser_capacity=condenser.capacity,
        condenser_pump=condenser.pump_power * settings.powered,
        economiser=plant_tables.economiser(loops, flow) * settings.powered,
        cold_aim=np.maximum(outdoor + condenser.approach, condenser.least_temperature),
        cold_least=condenser.least_temperature,
        air_loop=halls.air_loop,
        air_cell=last[halls.air_loop],
        cdu_loop=cdu_loop,
        cdu_cell=last[cdu_loop],
    )
    unasked = np.ones(len(loops.name), dtype=bool)
    inside = Inside(
        towers=towers_inside,
        chillers=chiller.inside | ~memory.chilling | (settings.chiller_capacity <= 0.0),
        heat_pumps=reuse.inside | (loops.reuse.heat <= 0.0),
        facility_water=ranges.facility_water(loops, own, state.water),
        condenser_water=ranges.condenser_water(loops, state.hot, state.cold),
        coolant=unasked,
        outdoor_air=np.full(len(loops.name), outdoors.real),
        loop_pumps=plant_tables.pumps_inside(loops, aim),
        cdu_pumps=unasked,
    )
    return tables, inside


def tables(loops: Loops, settings: Settings) -> Tables:
    """
    Tabulate what holds until settings change.

    Parameters
    ----------
    loops : Loops
        All loops.
    settings : Settings
        Units in service.

    Returns
    -------
    Tables
        Coolers and pumps.
    """
    return Tables(
        cells(loops),
        cooler_tables.dry_coolers_of(loops),
        cooler_tables.towers_of(loops),
        _fan_power(loops, settings),
        plant_tables.pump_power(loops),
    )


def tables_at(before: Tables, loops: Loops, settings: Settings) -> Tables:
    """
    Bring tables up to date with other settings.

    Parameters
    ----------
    before : Tables
        Of the same loops.
    loops : Loops
        All loops.
    settings : Settings
        Units in service.

    Returns
    -------
    Tables
        What `tables` gives, without tabulating anew what no setting changes.
    """
    return before._replace(fan_power=_fan_power(loops, settings))


def _fan_power(loops: Loops, settings: Settings) -> Floats:
    return hydraulics.fan_power(SPEEDS)[:, np.newaxis] * settings.cooler_units * loops.cooler_fan_power


def _at_flow(table: Floats, flow: Floats) -> Floats:
    """Interpolate each column over flow."""
    place = flow * (table.shape[0] - 1)
    index = np.minimum(place.astype(np.int64), table.shape[0] - 2)
    column = np.arange(flow.size)
    low = table[index, column]
    return np.asarray(low + (place - index) * (table[index + 1, column] - low), dtype=float)
