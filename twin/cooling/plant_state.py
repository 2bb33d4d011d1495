"""State of the plant, what its controls hold and remember, what they and a step read, and what they add up."""

from __future__ import annotations

from typing import NamedTuple

from twin.arrays import Flags, Floats, Integers
from twin.cooling.cooler_tables import DryCoolers, TowerBanks
from twin.facility_water import Cells


class Memory(NamedTuple):
    """
    What the plant's controllers remember.

    Attributes
    ----------
    economising, chilling : (loop,) bool
        Whether coolers (or the economiser that they serve), and chillers, are in service.
    economiser_age, chiller_age : (loop,) [s]
        Time since that last changed.
    units : (loop,) [1]
        Chillers that run.
    started, stopped : (loop,) [s]
        Time since one last started, and since one last stopped.
    surplus : (loop,) [s]
        Time for which one less would have carried the heat.
    waiting : (loop,) [s]
        Time until chillers can start again after a trip.
    loaded : (loop,) [1]
        Heat of the chillers over the capacity in service.
    flow : (loop,) [1]
        Facility water over its nominal flow.
    wetted : (loop,) bool
        Whether water runs over the pads of dry coolers.
    basin : (loop,) [kg]
        What the basins of towers hold.
    used : (loop,) [kg/s]
        Water that was used last.
    """

    economising: Flags
    chilling: Flags
    economiser_age: Floats
    chiller_age: Floats
    units: Floats
    started: Floats
    stopped: Floats
    surplus: Floats
    waiting: Floats
    loaded: Floats
    flow: Floats
    wetted: Flags
    basin: Floats
    used: Floats


class PlantState(NamedTuple):
    """
    State of loops; a step writes the next state into the same arrays.

    Attributes
    ----------
    water : (cell,) [K]
        Facility water, in the order of `twin.facility_water.Cells`.
    hot, cold : (loop,) [K]
        Condenser water before and after the coolers.
    supply_ramp : (loop,) [K/s]
        Ramp of the water that reaches the halls, as its last step lets expect it of the next.
    memory : Memory
        Of the controllers.
    """

    water: Floats
    hot: Floats
    cold: Floats
    supply_ramp: Floats
    memory: Memory


class PlantControls(NamedTuple):
    """
    What the plant's controls hold during a step.

    Attributes
    ----------
    cooler : (loop,) [W/K]
        Heat the coolers move for each kelvin between their water and outdoors.
    economiser : (loop,) [W/K]
        Heat moved for each kelvin between facility water return and cold condenser water.
    chilled : (loop,) [W]
        Heat the chillers take from facility water.
    condensed : (loop,) [W]
        Heat that the chillers give to condenser water.
    reused : (loop,) [W]
        Heat that heat pumps take from facility water.
    flow : (loop,) [1]
        Facility water over its nominal flow.
    stream : (loop,) [W/K]
        The same, mass flow times specific heat.
    pump : (loop,) [W]
        Power of the circulating pumps.
    condenser_pump : (loop,) [W]
        Power of the condenser pumps.
    condenser_stream : (loop,) [W/K]
        Condenser water, mass flow times specific heat; it stands while its pumps have no power.
    shift : (loop,) [K]
        Fall of the water return in the heat pumps, ahead of coolers and economiser.
    served : (loop,) [1]
        Part of the flow that valves ask for that they get; exchangers and coils move that part of their heat.
    """

    cooler: Floats
    economiser: Floats
    chilled: Floats
    condensed: Floats
    reused: Floats
    flow: Floats
    stream: Floats
    pump: Floats
    condenser_pump: Floats
    condenser_stream: Floats
    shift: Floats
    served: Floats


class PlantLaw(NamedTuple):
    """
    What a step reads of loops and coolers.

    Attributes
    ----------
    set_point, band : (loop,) [K]
        Wanted temperature of the water that leaves the plant, and its rise above at which chillers start.
    start, last_return, capacity
        As in `twin.facility_water.Cells`.
    stream : (loop,) [W/K]
        Circulating water at nominal flow.
    demand : (loop,) [1]
        Flow over nominal that valves ask for.
    flow_aim : (loop,) [1]
        Flow over nominal that the pumps' speed gives.
    pump_time : (loop,) [s]
        With which the flow follows.
    pump_power : (loop,) [W]
        Circulating pumps at that speed.
    powered : (loop,) [1]
        One where fans, chillers and condenser pumps have power, else zero.
    reuse : (loop,) [W]
        Most heat that heat pumps take.
    reuse_power : (loop,) [1]
        Their power over that heat.
    outdoor : (loop,) [K]
        Outdoor temperature that the coolers see: wet bulb for towers, dry bulb for dry coolers.
    cooler_rate : (speed, loop) [W/K]
        Heat the coolers move for each kelvin between their water and outdoors.
    fan_power : (speed, loop) [W]
        Power of their fans.
    chiller_units : (loop,) [1]
        Chillers in service.
    chiller_capacity : (loop,) [W]
        Heat that one can take.
    chiller_power : (load, loop) [W]
        Electric power of one, over its heat over that.
    motor_share : (loop,) [1]
        Part of it that reaches the condenser.
    restart_time, ramp, least_run, least_off, stop_delay : (loop,) [s, 1/s, s, s, s]
        As in `twin.facility_water.Chillers`.
    economy, hysteresis : (loop,) [K]
        As in `Loops`.
    dwell : (loop,) [s]
        As in `Loops`.
    condenser : (loop,) bool
        Whether coolers cool condenser water.
    condenser_stream, condenser_capacity, condenser_pump : (loop,) [W/K, J/K, W]
        As in `twin.facility_water.Condenser`.
    economiser : (loop,) [W/K]
        Most heat moved for each kelvin between facility water return and cold condenser water.
    cold_aim : (loop,) [K]
        Cold condenser water wanted while chillers carry the heat alone.
    cold_least : (loop,) [K]
        Coldest condenser water that is asked for.
    air_loop, air_cell : (hall,)
        Loop of each hall's coils, and cell of the water that reaches them.
    cdu_loop, cdu_cell : (cdu,)
        Loop of each CDU, and cell of the water that reaches it.
    """

    set_point: Floats
    band: Floats
    start: Integers
    last_return: Integers
    capacity: Floats
    stream: Floats
    demand: Floats
    flow_aim: Floats
    pump_time: Floats
    pump_power: Floats
    powered: Floats
    reuse: Floats
    reuse_power: Floats
    outdoor: Floats
    cooler_rate: Floats
    fan_power: Floats
    chiller_units: Floats
    chiller_capacity: Floats
    chiller_power: Floats
    motor_share: Floats
    restart_time: Floats
    ramp: Floats
    least_run: Floats
    least_off: Floats
    stop_delay: Floats
    economy: Floats
    hysteresis: Floats
    dwell: Floats
    condenser: Flags
    condenser_stream: Floats
    condenser_capacity: Floats
    condenser_pump: Floats
    economiser: Floats
    cold_aim: Floats
    cold_least: Floats
    air_loop: Integers
    air_cell: Integers
    cdu_loop: Integers
    cdu_cell: Integers


class PlantTally(NamedTuple):
    """
    What steps add up over a minute.

    Attributes
    ----------
    power : (block,) [W]
        Electric power of fans, pumps and chillers in each step.
    rejected : (loop,) [J]
        Heat through the coolers.
    economised : (loop,) [J]
        Heat from facility to condenser water through the economiser.
    chilled, condensed : (loop,) [J]
        Heat to the chillers, and from them to condenser water.
    reused, delivered : (loop,) [J]
        Heat to the heat pumps, and from them to the buyer.
    fans, chillers, pumps, condenser_pumps, heat_pumps : (loop,) [J]
        Electric energy.
    flow : (loop,) [s]
        Facility water over its nominal flow, times time.
    speed, load : (loop,) [s]
        Fan speed, and chiller heat over capacity, times time.
    """

    power: Floats
    rejected: Floats
    economised: Floats
    chilled: Floats
    condensed: Floats
    reused: Floats
    delivered: Floats
    fans: Floats
    chillers: Floats
    pumps: Floats
    condenser_pumps: Floats
    heat_pumps: Floats
    flow: Floats
    speed: Floats
    load: Floats


class Tables(NamedTuple):
    """
    Tables that hold until settings change.

    Attributes
    ----------
    cells : Cells
        The loops' water.
    dry_coolers : DryCoolers
        Dry coolers.
    towers : tuple of TowerBanks
        Towers.
    fan_power : (speed, loop) [W]
        Fans of all coolers in service.
    pump_power : (flow, loop) [W]
        Circulating pumps.
    """

    cells: Cells
    dry_coolers: DryCoolers
    towers: tuple[TowerBanks, ...]
    fan_power: Floats
    pump_power: Floats
