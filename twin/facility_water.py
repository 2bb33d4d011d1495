"""Facility water loops (FWS), the plant that cools them, and the cells that their water is divided into."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.cooling.chillers import ElectricChillers, LoadCurve, proportional
from twin.cooling.coolants import WATER

PUMP_COAST = 10.0
"""Time constant [s] with which facility water follows its pumps: impeller and water go on. Assumed."""

TOWER_LAWS = ("merkel", "york_calc", "cool_tools")
"""Laws of towers, by the names of `twin.cooling.tower_banks`."""


class Condenser(NamedTuple):
    """
    Condenser water between cooling towers and the facility's exchangers and chillers.

    Attributes
    ----------
    fitted : (loop,) bool
        Whether the loop has condenser water: its coolers then cool that, an economiser moves heat from facility water
        to it, and chillers reject into it. Else facility water goes over the coolers, and chillers reject outdoors.
    stream : (loop,) [W/K]
        Circulating mass flow times specific heat.
    capacity : (loop,) [J/K]
        Heat capacity of the water on either side of the coolers.
    pump_power : (loop,) [W]
        Electric power of its pumps; all of it becomes heat of the water.
    economiser_conductance : (loop,) [W/K]
        UA of the exchanger between facility and condenser water; zero where there is none.
    approach : (loop,) [K]
        Rise of the cold water above the outdoors that coolers are asked for while chillers carry the heat alone.
    least_temperature : (loop,) [K]
        Coldest water that coolers are asked for, and that enters the chillers' condensers.
    """

    fitted: Flags
    stream: Floats
    capacity: Floats
    pump_power: Floats
    economiser_conductance: Floats
    approach: Floats
    least_temperature: Floats


class Chillers(NamedTuple):
    """
    Chillers, all of a loop alike, and how they start.

    Attributes
    ----------
    electric : (loop,) bool
        Whether a published fit gives their performance; else a fraction of Carnot's does.
    machines : ElectricChillers
        Fits, a row a loop; read only where `electric`.
    load : LoadCurve
        Power at part load, a row a loop.
    unit_capacity : (loop,) [W]
        Rated heat of one.
    air_rise : (loop,) [K]
        By which the thin air of the site warms their condensers; zero with condenser water.
    restart_time : (loop,) [s]
        From the end of a trip until they take heat again.
    ramp : (loop,) [1/s]
        Fastest rise of their heat over the capacity in service.
    least_run, least_off : (loop,) [s]
        Least time for which a unit runs, and for which none starts after one has stopped.
    stop_delay : (loop,) [s]
        Time for which one unit less has to have carried the heat before one stops.
    """

    electric: Flags
    machines: ElectricChillers
    load: LoadCurve
    unit_capacity: Floats
    air_rise: Floats
    restart_time: Floats
    ramp: Floats
    least_run: Floats
    least_off: Floats
    stop_delay: Floats


class Pumps(NamedTuple):
    """
    Circulating pumps of facility water.

    Attributes
    ----------
    variable : (loop,) bool
        Whether they follow the flow that valves ask for; else they hold the nominal one.
    least_flow : (loop,) [1]
        Flow over nominal below which they do not go.
    time_constant : (loop,) [s]
        With which the flow follows their speed.
    static_head : (loop,) [1]
        Part of the nominal head that does not fall with the flow: the difference that they hold at the valves.
    """

    variable: Flags
    least_flow: Floats
    time_constant: Floats
    static_head: Floats


class Reuse(NamedTuple):
    """
    Heat pumps that give heat of the water return to a buyer.

    Attributes
    ----------
    heat : (loop,) [W]
        Most heat delivered; zero where there is none.
    hot : (loop,) [K]
        Condensing temperature.
    approach : (loop,) [K]
        Water return less evaporating temperature.
    fraction : (loop,) [1]
        Performance over Carnot's.
    """

    heat: Floats
    hot: Floats
    approach: Floats
    fraction: Floats


class Pads(NamedTuple):
    """
    Wetted pads ahead of dry coolers.

    Attributes
    ----------
    saturation : (loop,) [1]
        Saturation efficiency; zero where there are none.
    set_point : (loop,) [K]
        Dry bulb at which water starts.
    band : (loop,) [K]
        Fall below it at which water stops.
    """

    saturation: Floats
    set_point: Floats
    band: Floats


class Reset(NamedTuple):
    """
    Rise of the set point in cool weather, in a straight line between two temperatures that the coolers see.

    Attributes
    ----------
    rise : (loop,) [K]
        At and below `low`; none at and above `high`.
    low, high : (loop,) [K]
        Outdoor temperatures.
    """

    rise: Floats
    low: Floats
    high: Floats


class Loops(NamedTuple):
    """
    Facility water loops (FWS) and the plant that cools each of them.

    Attributes
    ----------
    name : tuple of text
        Name of each loop.
    supply_set_point : (loop,) [K]
        Wanted temperature of the water that leaves the plant.
    supply_alarm : (loop,) [K]
        Supply temperature above which an alarm is listed.
    control_band : (loop,) [K]
        Rise above the set point at which chillers start to help coolers that cannot hold it.
    supply_capacity, return_capacity : (loop,) [J/K]
        Heat capacity of the water in the pipes of each side.
    tank_capacity : (loop,) [J/K]
        Heat capacity of the buffer tank between plant and supply pipe; zero where there is none.
    supply_cells, return_cells, tank_cells : (loop,)
        Mixed cells in series that each of them is divided into; at least one a pipe, none where there is no tank.
    water_stream : (loop,) [W/K]
        Circulating mass flow times specific heat.
    pump_power : (loop,) [W]
        Electric power of the circulating pumps; all of it becomes heat of the water.
    evaporative : (loop,) bool
        Whether the heat goes to cooling towers; else to dry coolers.
    cooler_units : (loop,) [1]
        Towers or dry coolers in service.
    cooler_water_stream : (loop,) [W/K]
        Water through one unit, mass flow times specific heat.
    cooler_air_flow : (loop,) [kg/s]
        Dry air through one unit at full fan speed.
    cooler_conductance : (loop,) [W/K]
        UA of one unit at its design point.
    cooler_design_wet_bulb : (loop,) [K]
        Wet bulb of a tower's design point; unused for dry coolers.
    cooler_fan_power : (loop,) [W]
        Fan power of one unit at full speed.
    chiller_capacity : (loop,) [W]
        Rated heat that all chillers can take from the water; may be zero.
    chiller_carnot_fraction : (loop,) [1]
        Chiller COP over the Carnot COP between its two fluids.
    chiller_evaporator_approach, chiller_condenser_approach : (loop,) [K]
        Refrigerant to leaving water, and refrigerant to what it rejects into.
    cycles_of_concentration : (loop,) [1]
        Of the tower water.
    drift_fraction : (loop,) [1]
        Drift over circulating tower water.
    economy : (loop,) [K]
        Least difference of water return and outdoors for which coolers run where chillers can carry the heat.
    hysteresis : (loop,) [K]
        Difference above it at which they start again.
    dwell : (loop,) [s]
        Least time between two changes of the coolers, and between two of the chillers, in and out of service.
    condenser : Condenser
        Condenser water.
    chillers : Chillers
        Chillers.
    pumps : Pumps
        Circulating pumps.
    reuse : Reuse
        Heat pumps for a buyer of heat.
    pads : Pads
        Of dry coolers.
    reset : Reset
        Of the set point.
    tower_law : (loop,)
        Row of `TOWER_LAWS` that towers follow; not read for dry coolers.
    tower_reference_ratio : (loop,) [1]
        As in `twin.cooling.tower_banks.Cell`.
    basin : (loop,) [kg]
        Usable water in the basins of towers.
    liquid_range : (loop, 2) [K]
        Temperatures for which the properties of the loop's liquid are known; without end where they are constants.
    """

    name: tuple[str, ...]
    supply_set_point: Floats
    supply_alarm: Floats
    control_band: Floats
    supply_capacity: Floats
    return_capacity: Floats
    tank_capacity: Floats
    supply_cells: Integers
    return_cells: Integers
    tank_cells: Integers
    water_stream: Floats
    pump_power: Floats
    evaporative: Flags
    cooler_units: Floats
    cooler_water_stream: Floats
    cooler_air_flow: Floats
    cooler_conductance: Floats
    cooler_design_wet_bulb: Floats
    cooler_fan_power: Floats
    chiller_capacity: Floats
    chiller_carnot_fraction: Floats
    chiller_evaporator_approach: Floats
    chiller_condenser_approach: Floats
    cycles_of_concentration: Floats
    drift_fraction: Floats
    economy: Floats
    hysteresis: Floats
    dwell: Floats
    condenser: Condenser
    chillers: Chillers
    pumps: Pumps
    reuse: Reuse
    pads: Pads
    reset: Reset
    tower_law: Integers
    tower_reference_ratio: Floats
    basin: Floats
    liquid_range: Floats


def no_condenser(loops: int) -> Condenser:
    """
    Leave condenser water out.

    Parameters
    ----------
    loops : [1]
        Loops.

    Returns
    -------
    Condenser
        Fitted nowhere.
    """
    none = {name: np.zeros(loops) for name in Condenser._fields if name != "fitted"}
    return Condenser(fitted=np.zeros(loops, dtype=bool), **none)


def carnot_chillers(capacity: Floats) -> Chillers:
    """
    Make chillers of one unit a loop that follow Carnot's performance, start at once and stop at once.

    Parameters
    ----------
    capacity : (loop,) [W]
        Rated heat.

    Returns
    -------
    Chillers
        Their fits are never read.
    """
    count = capacity.size
    one, none, anything = np.ones(count), np.zeros(count), np.tile((0.0, np.inf), (count, 1))
    load = proportional(count)
    flat = np.tile((1.0, 0.0, 0.0, 0.0, 0.0, 0.0), (count, 1))
    machines = ElectricChillers(one, one, one, one, flat, flat, load, anything, anything, none, none)
    unit = np.maximum(capacity, 1.0)
    return Chillers(np.zeros(count, bool), machines, load, unit, none, none, one, none, none, none)


def plain(loops: int) -> dict[str, Any]:
    """
    Leave everything out that a loop may do without.

    Parameters
    ----------
    loops : [1]
        Loops.

    Returns
    -------
    dict of text to table
        Fields of `Loops`: pumps at constant flow, no heat reuse, pads or reset, Merkel's towers, no basin, water.
    """
    none, one = np.zeros(loops), np.ones(loops)
    return {
        "pumps": Pumps(np.zeros(loops, dtype=bool), one, PUMP_COAST * one, none),
        "reuse": Reuse(none, 330.0 * one, 5.0 * one, 0.5 * one),
        "pads": Pads(none, 300.0 * one, one),
        "reset": Reset(none, none, one),
        "tower_law": np.zeros(loops, dtype=np.int64),
        "tower_reference_ratio": one,
        "basin": none,
        "liquid_range": np.tile(WATER.range, (loops, 1)),
    }


class Cells(NamedTuple):
    """
    The cells of all loops in one row, each loop's in the direction of flow from where the halls' heat enters.

    Attributes
    ----------
    start : (loop + 1,)
        First cell of each loop's return pipe; the end of the row.
    last_return : (loop,)
        Last cell of the return pipe; the plant cools the water of the next.
    capacity : (cell,) [J/K]
        Heat capacity of each.
    """

    start: Integers
    last_return: Integers
    capacity: Floats


def cells(loops: Loops) -> Cells:
    """
    Divide the water of all loops into cells.

    Parameters
    ----------
    loops : Loops
        The loops.

    Returns
    -------
    Cells
        Of each loop those of the return pipe, of the tank and of the supply pipe, in this order.

    Notes
    -----
    n cells in series pass a change on with the transport time of the pipe and a spread of its nth root.
    """
    parts = (
        (loops.return_cells, loops.return_capacity),
        (loops.tank_cells, loops.tank_capacity),
        (loops.supply_cells, loops.supply_capacity),
    )
    counts = np.stack([count for count, _ in parts], axis=1)
    each = np.stack([capacity / np.maximum(count, 1) for count, capacity in parts], axis=1)
    start = np.concatenate([[0], np.cumsum(counts.sum(axis=1))]).astype(np.int64)
    return Cells(start, start[:-1] + counts[:, 0] - 1, np.repeat(each.reshape(-1), counts.reshape(-1)))
