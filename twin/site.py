"""
The site as the kernels read it: frozen tables of SI arrays.

Racks stand in order of hall, then of CDU, so that the racks of one CDU, and the CDUs of one hall, are neighbours.
A CDU here is a group of racks that share one coolant supply; racks cooled by air only stand in the group of
their row and take no part in its coolant. Shapes are said once, here: ``(rack,)``, ``(rack_class,)``, ``(cdu,)``,
``(hall,)``, ``(loop,)``. Units are SI: W, K, J, kg, s.
"""

from __future__ import annotations

from typing import NamedTuple

from twin.arrays import Flags
from twin.arrays import Floats as Floats
from twin.arrays import Integers as Integers
from twin.facility_water import Loops as Loops


class LossCurve(NamedTuple):
    """
    Loss of one unit of a conversion stage against its output.

    Attributes
    ----------
    load : (point,) [1]
        Output as a fraction of the rating, rising from zero.
    loss : (point,) [1]
        Loss as a fraction of the rating, never negative. Linear between the points and beyond the last.
    """

    load: Floats
    loss: Floats


class RackClasses(NamedTuple):
    """
    What all racks of one class have in common; one row a class, values of a whole rack unless said.

    Attributes
    ----------
    name : tuple of text
        Catalog name of each class.
    rated_power : (rack_class,) [W]
        Nameplate at the rack inlet.
    accelerators : (rack_class,) [1]
        Accelerator packages in a rack.
    accelerator_idle, accelerator_loaded, accelerator_max : (rack_class,) [W]
        Power of one package without a job, with a job resident but waiting, and at full load.
    host_idle, host_max : (rack_class,) [W]
        Power of the rack's host processors.
    auxiliary_power : (rack_class,) [W]
        Constant direct-current power that is neither accelerator nor host (memory, network, switches, drives, fans).
    stage_names : tuple of text
        Names of the conversion stages inside a rack; shared by all classes, unused ones lose nothing.
    chain_power : (rack_class, point) [W]
        Accelerator plus host power at which the chain is tabulated, rising from zero.
    chain_loss : (rack_class, point, stage) [W]
        Loss of each stage at that power, auxiliary power included; linear between the points.
    leakage : (rack_class,) [W/K]
        Rise of accelerator power with chip temperature.
    leakage_reference : (rack_class,) [K]
        Chip temperature at which the stated powers hold.
    throttle_temp, shutdown_temp : (rack_class,) [K]
        Limits of the worst chip.
    throttle_gain : (rack_class,) [1/K]
        Part of the power above idle taken away a kelvin above the throttle limit.
    branch_flow : (rack_class,) [1]
        Flow past the worst chip over the mean flow past a chip: maldistribution among branches, or among fans.
    chip_spread : (rack_class,) [1]
        Resistance from the worst chip to its plate, over the mean, less one.
    liquid_fraction : (rack_class,) [1]
        Part of the rack's heat that the coolant takes; zero for a rack cooled by air only.
    chip_capacity, plate_capacity, coolant_capacity, air_capacity : (rack_class,) [J/K]
        Heat capacities of the four lumps.
    chip_conductance : (rack_class,) [W/K]
        Chip to cold plate (or heat sink), all packages in parallel.
    film_conductance : (rack_class,) [W/K]
        Plate to coolant (or sink to air) at nominal flow, all packages in parallel.
    film_exponent : (rack_class,) [1]
        Exponent of the film conductance over the flow ratio.
    coolant_stream : (rack_class,) [W/K]
        Nominal mass flow times specific heat of the coolant; zero for a rack cooled by air only.
    air_stream : (rack_class,) [W/K]
        Mass flow times specific heat of the air through the rack.
    door_conductance : (rack_class,) [W/K]
        Heat that a rear door moves, valve open, for each kelvin between the air that leaves the rack and the water of
        the hall's coils; zero without a door.
    """

    name: tuple[str, ...]
    rated_power: Floats
    accelerators: Floats
    accelerator_idle: Floats
    accelerator_loaded: Floats
    accelerator_max: Floats
    host_idle: Floats
    host_max: Floats
    auxiliary_power: Floats
    stage_names: tuple[str, ...]
    chain_power: Floats
    chain_loss: Floats
    leakage: Floats
    leakage_reference: Floats
    throttle_temp: Floats
    shutdown_temp: Floats
    throttle_gain: Floats
    branch_flow: Floats
    chip_spread: Floats
    liquid_fraction: Floats
    chip_capacity: Floats
    plate_capacity: Floats
    coolant_capacity: Floats
    air_capacity: Floats
    chip_conductance: Floats
    film_conductance: Floats
    film_exponent: Floats
    coolant_stream: Floats
    air_stream: Floats
    door_conductance: Floats


class Racks(NamedTuple):
    """
    The racks, in order of hall and CDU.

    Attributes
    ----------
    name : tuple of text
        ``hall/cdu/rack``.
    rack_class : (rack,)
        Row of `RackClasses`.
    cdu : (rack,)
        Row of `Cdus`.
    hall : (rack,)
        Row of `Halls`.
    """

    name: tuple[str, ...]
    rack_class: Integers
    cdu: Integers
    hall: Integers


class Cdus(NamedTuple):
    """
    Coolant distribution units and their technology loops (TCS).

    Attributes
    ----------
    name : tuple of text
        ``hall/cdu``.
    hall : (cdu,)
        Row of `Halls`.
    rack_start : (cdu + 1,)
        Racks ``rack_start[i]:rack_start[i + 1]`` stand on CDU ``i``.
    supply_set_point : (cdu,) [K]
        Wanted coolant supply temperature.
    supply_alarm : (cdu,) [K]
        Coolant supply temperature above which an alarm is listed.
    supply_capacity, return_capacity : (cdu,) [J/K]
        Heat capacity of the coolant before and after the racks.
    sidecar : (cdu,) bool
        Whether the unit gives its heat to the hall's air by a coil and fans, whose speed then stands in the valve's
        place, and not to facility water.
    sidecar_fan_power : (cdu,) [W]
        Those fans at full speed; all of it becomes heat of the air.
    primary_stream : (cdu,) [W/K]
        Facility water through the exchanger with the valve open, or air at full speed, mass flow times specific heat.
    exchanger_conductance : (cdu,) [W/K]
        UA of the clean exchanger at the unit's own flows.
    coolant_part : (cdu,) [1]
        Coolant at nominal flow over the unit's own: less than one on a unit with fewer racks.
    fouling : (cdu,) [K/W]
        Resistance of the deposits in the exchanger.
    rated_heat : (cdu,) [W]
        Heat the unit is rated for.
    coolant_range : (cdu, 2) [K]
        As `Loops.liquid_range`.
    pump_power : (cdu,) [W]
        Electric power of the pumps at nominal flow; all of it becomes heat of the coolant.
    pump_fixed_head : (cdu,) [1]
        Part of the pumps' head at nominal flow that does not change with flow.
    valve_rangeability : (cdu,) [1]
        Of the equal-percentage valve in the facility water.
    valve_authority : (cdu,) [1]
        Pressure difference over the open valve over that of valve, exchanger and branch.
    valve_gain : (cdu,) [1/K]
        Proportional gain of the supply temperature controller.
    valve_integral_time : (cdu,) [s]
        Integral time of that controller.
    valve_stroke_time : (cdu,) [s]
        Time of the valve from shut to open.
    """

    name: tuple[str, ...]
    hall: Integers
    rack_start: Integers
    supply_set_point: Floats
    supply_alarm: Floats
    supply_capacity: Floats
    return_capacity: Floats
    sidecar: Flags
    sidecar_fan_power: Floats
    primary_stream: Floats
    exchanger_conductance: Floats
    coolant_part: Floats
    fouling: Floats
    rated_heat: Floats
    coolant_range: Floats
    pump_power: Floats
    pump_fixed_head: Floats
    valve_rangeability: Floats
    valve_authority: Floats
    valve_gain: Floats
    valve_integral_time: Floats
    valve_stroke_time: Floats


class Halls(NamedTuple):
    """
    Data halls: their air, and the loops that cool them.

    Attributes
    ----------
    name : tuple of text
        Name of each hall.
    loop : (hall,)
        Row of `Loops` whose water cools the hall's CDUs.
    air_loop : (hall,)
        Row of `Loops` whose water cools the hall's fan coils; the same row where one loop serves both.
    cdu_start : (hall + 1,)
        CDUs ``cdu_start[i]:cdu_start[i + 1]`` stand in hall ``i``.
    air_capacity : (hall,) [J/K]
        Heat capacity of the hall's air and of what it touches.
    air_set_point : (hall,) [K]
        Wanted temperature of the air at the rack inlets.
    air_alarm : (hall,) [K]
        Temperature of that air above which an alarm is listed.
    recirculation : (hall,) [1]
        Part of the air at the rack inlets that is the racks' own hot air.
    bypass : (hall,) [1]
        Part of the coils' air that returns to them unused, where they blow no more than the racks need.
    coil_conductance : (hall,) [W/K]
        UA of the fan coils, fans at full speed and valves open.
    coil_air_stream : (hall,) [W/K]
        Air through the fan coils at full speed, mass flow times specific heat.
    coil_water_stream : (hall,) [W/K]
        Water of `air_loop` through them, valves open.
    door_water_stream : (hall,) [W/K]
        Water of `air_loop` through the rear doors of the hall's racks, valves open.
    coil_fan_power : (hall,) [W]
        Electric power of the coil fans at full speed; all of it becomes heat of the air.
    coil_least_speed : (hall,) [1]
        Of those fans, over full speed.
    outdoor_stream : (hall,) [W/K]
        Outdoor air that dampers let in at most, mass flow times specific heat; zero without an air-side economiser.
    outdoor_fan_power : (hall,) [W]
        Electric power of its fans at full speed, which leaves with the air that they blow out.
    outdoor_lowest, outdoor_highest : (hall,) [K]
        Dew points of outdoor air between which it is let in.
    outdoor_saturation : (hall,) [1]
        Saturation efficiency of the wetted pads that it passes; zero without.
    outdoor_pad_set_point : (hall,) [K]
        Dry bulb to which they cool it, and no further.
    outdoor_stages : (hall,) [1]
        Stages of the pads, which are wet or dry as a whole; zero for as many as one likes.
    feeder_rating : (hall,) [W]
        Rating of the hall's supply.
    """

    name: tuple[str, ...]
    loop: Integers
    air_loop: Integers
    cdu_start: Integers
    air_capacity: Floats
    air_set_point: Floats
    air_alarm: Floats
    recirculation: Floats
    bypass: Floats
    coil_conductance: Floats
    coil_air_stream: Floats
    coil_water_stream: Floats
    door_water_stream: Floats
    coil_fan_power: Floats
    coil_least_speed: Floats
    outdoor_stream: Floats
    outdoor_fan_power: Floats
    outdoor_lowest: Floats
    outdoor_highest: Floats
    outdoor_saturation: Floats
    outdoor_pad_set_point: Floats
    outdoor_stages: Floats
    feeder_rating: Floats


class Stage(NamedTuple):
    """
    One conversion stage of the facility's power chain.

    Attributes
    ----------
    name : text
        Such as ``unit_substation``.
    units : (hall,) or (1,) [1]
        Units that share the load in normal operation.
    rating : [W]
        Rated output of one unit.
    curve : LossCurve
        Loss of one unit.
    heats_hall : bool
        Whether the loss warms the hall's air; else it goes outdoors.
    """

    name: str
    units: Floats
    rating: float
    curve: LossCurve
    heats_hall: bool


class PowerChain(NamedTuple):
    """
    Stages from the racks up to the point of connection (PCC), each path in order from the load upwards.

    Attributes
    ----------
    hall_path : tuple of Stage
        Carries each hall's racks; units of shape (hall,).
    mechanical_path : tuple of Stage
        Carries all cooling power, and the house load; units of shape (1,).
    common_path : tuple of Stage
        Carries both up to the PCC; units of shape (1,).
    house : [W]
        What the buildings draw besides racks and cooling (light, offices, humidifiers, auxiliaries), day and night;
        the mechanical path carries it, and its heat goes outdoors.
    """

    hall_path: tuple[Stage, ...]
    mechanical_path: tuple[Stage, ...]
    common_path: tuple[Stage, ...]
    house: float = 0.0


class Connection(NamedTuple):
    """
    The point of connection and the host grid behind it.

    Attributes
    ----------
    rating : [W]
        Active power the connection is made for.
    voltage : [V]
        Nominal voltage of the host grid, line to line.
    campus_voltage : [V]
        Medium voltage of the campus, line to line.
    frequency : [Hz]
        Nominal frequency.
    points : [1]
        Connection points that share the load equally.
    power_factor : [1]
        At the PCC, lagging.
    short_circuit_power : [V*A]
        Of the host grid at each point.
    reactance_ratio : [1]
        X over R of the host grid.
    source_voltage : [1]
        Voltage behind the host grid's impedance, per unit.
    voltage_low, voltage_high : [1]
        Normal range of the PCC voltage, per unit; outside it an alarm is listed.
    transformers : [1]
        Main transformers in service at all points together.
    transformer_rating : [V*A]
        Rating of one main transformer.
    transformer_impedance : [1]
        Short-circuit impedance of one, per unit of its rating.
    transformer_reactance_ratio : [1]
        Its X over R.
    transformer_no_load_loss, transformer_load_loss : [W]
        Of one main transformer, the second at rating.
    """

    rating: float
    voltage: float
    campus_voltage: float
    frequency: float
    points: int
    power_factor: float
    short_circuit_power: float
    reactance_ratio: float
    source_voltage: float
    voltage_low: float
    voltage_high: float
    transformers: int
    transformer_rating: float
    transformer_impedance: float
    transformer_reactance_ratio: float
    transformer_no_load_loss: float
    transformer_load_loss: float


class Site(NamedTuple):
    """
    A whole site in SI units.

    Attributes
    ----------
    name : text
        Site key, for labels only; no physics reads it.
    altitude_pressure : [Pa]
        Standard air pressure at the site.
    rack_classes : RackClasses
        What racks have in common.
    racks : Racks
        Every rack.
    cdus : Cdus
        Every CDU.
    halls : Halls
        Every hall.
    loops : Loops
        Every facility water loop.
    chain : PowerChain
        From the racks to the point of connection.
    connection : Connection
        Point of connection and host grid.
    """

    name: str
    altitude_pressure: float
    rack_classes: RackClasses
    racks: Racks
    cdus: Cdus
    halls: Halls
    loops: Loops
    chain: PowerChain
    connection: Connection
