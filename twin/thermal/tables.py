"""
The tables that the replay kernel reads and writes.

The kernel keeps racks in an order of its own: by hall, then variant (class, measured or not), then CDU. Racks of one
class on one CDU that are asked the same do the same, second by second, so that the kernel steps one of them and counts
it as many: "kernel rack" below. Kernel racks of one variant whose CDUs run at one flow are a run. Each has a tile and
a lane of its own, as `twin.thermal.tiles` tells, whatever the flows: its home.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats, Integers

VALVE_FREE, VALVE_STUCK = -1.0, -2.0
"""Marks in place of a valve's lift: under its controller, and wherever it stands."""


class Layout(NamedTuple):
    """
    The kernel's racks, their order and runs.

    Attributes
    ----------
    order : (kernel rack,)
        Site row of the rack that stands for each.
    member : (rack,)
        Kernel rack that stands for each rack of the site.
    weight : (kernel rack,) [1]
        Racks that each stands for.
    cdu : (kernel rack,)
        CDU of each.
    variant : (kernel rack,)
        Twice the class, plus one where the rack's power is measured.
    home, lane : (kernel rack,)
        Tile and lane in which each stands.
    hall_cdu : (hall + 1,)
        CDUs of each hall.
    hall_run : (hall + 1,)
        Runs of each hall.
    run_rack : (run + 1,)
        First rack of each run.
    run_part : (run + 1,)
        First part of each run; a part is as much of a tile as belongs to one run.
    part_rack : (part + 1,)
        First rack of each part.
    part_home : (part,)
        Tile of each part.
    part_block : (part,)
        Block of the hall's CDUs whose lanes it has.
    part_low, part_high : (part,)
        Lanes that are stepped.
    """

    order: Integers
    member: Integers
    weight: Floats
    cdu: Integers
    variant: Integers
    home: Integers
    lane: Integers
    hall_cdu: Integers
    hall_run: Integers
    run_rack: Integers
    run_part: Integers
    part_rack: Integers
    part_home: Integers
    part_block: Integers
    part_low: npt.NDArray[np.uint64]
    part_high: npt.NDArray[np.uint64]


class RackLaw(NamedTuple):
    """
    What the kernel reads of the classes of racks; shapes as in `RackClasses`, two variants a class as in `StepTable`.

    Attributes
    ----------
    liquid : (rack_class,) bool
        Whether the stream of the chain is coolant.
    liquid_fraction : (rack_class,) [1]
        Part of the rack's heat that the coolant takes.
    idle_power : (rack_class,) [W]
        Accelerators of a rack without a job.
    host_idle : (rack_class,) [W]
        Hosts of a rack without a job.
    auxiliary_power : (rack_class,) [W]
        Constant auxiliary power.
    accelerator_part : (rack_class,) [1]
        Accelerators' part of a measured rack's accelerator plus host power.
    chain_pace : (rack_class,) [1/W]
        Points for each watt of the powers at which the chain is tabulated.
    chain_loss : (rack_class, point) [W]
        Loss of the whole chain at those powers.
    chain_inlet : (rack_class, point) [W]
        Rack inlet power at those powers, auxiliaries included.
    inlet_pace : (rack_class,) [1/W]
        Cells for each watt of inlet power above that of no load, narrower than the ways between those powers.
    inlet_first : (rack_class, cell)
        Last point at or below each cell, or the one before the last.
    leakage : (rack_class,) [W/K]
        Rise of accelerator power with chip temperature.
    leakage_reference : (rack_class,) [K]
        Chip temperature at which stated powers hold.
    throttle_temp : (rack_class,) [K]
        Limit of the worst chip.
    throttle_gain : (rack_class,) [1/K]
        Part of the power above idle taken away a kelvin above the limit.
    shutdown_temp : (rack_class,) [K]
        Limit of the worst chip at which its rack switches off.
    air_stream, door : (rack_class,) [W/K]
        Air through the rack, and heat that its rear door moves for each kelvin between that air and water.
    chain : (variant, level, 5, 6)
        As in `StepTable`.
    worst : (variant, level, 3, 6)
        As in `StepTable`.
    air : (variant, 2, 2)
        As in `StepTable`.
    """

    liquid: npt.NDArray[np.bool_]
    liquid_fraction: Floats
    idle_power: Floats
    host_idle: Floats
    auxiliary_power: Floats
    accelerator_part: Floats
    chain_pace: Floats
    chain_loss: Floats
    chain_inlet: Floats
    inlet_pace: Floats
    inlet_first: Integers
    leakage: Floats
    leakage_reference: Floats
    throttle_temp: Floats
    throttle_gain: Floats
    shutdown_temp: Floats
    air_stream: Floats
    door: Floats
    chain: Floats
    worst: Floats
    air: Floats


class CduLaw(NamedTuple):
    """
    What the kernel reads of the CDUs.

    Attributes
    ----------
    stream : (cdu,) [W/K]
        Coolant through the CDU at nominal flow; zero where no rack takes coolant.
    supply_capacity, return_capacity : (cdu,) [J/K]
        Heat capacities on both sides of the racks.
    sidecar : (cdu,) bool
        Whether the hall's air is in the facility water's place.
    kind : (state, cdu)
        Row of `exchanger` at each state of the deposits in it.
    exchanger : (kind, level, valve) [W/K]
        Heat moved for each kelvin between coolant return and facility supply, over flow level and valve lift.
    gain : (cdu,) [1/K]
        Proportional gain of the valve.
    integral_time : (cdu,) [s]
        Integral time of the valve.
    stroke_time : (cdu,) [s]
        Time of the valve from shut to open.
    terms : [1]
        Terms of the Taylor series of the CDU's exact step.
    """

    stream: Floats
    supply_capacity: Floats
    return_capacity: Floats
    sidecar: npt.NDArray[np.bool_]
    kind: Integers
    exchanger: Floats
    gain: Floats
    integral_time: Floats
    stroke_time: Floats
    terms: int


class ThermalState(NamedTuple):
    """
    State of all racks and CDUs; the kernel writes the next state into the same arrays.

    Attributes
    ----------
    rack : (tile, row, lane)
        Racks: their temperatures [K], what the minute's tally holds of them, and whether they run; read it by
        `twin.thermal.tiles`.
    supply, back : (cdu,) [K]
        Coolant before and after the racks.
    ramp : (cdu,) [K/s]
        Ramp along which the racks saw the supply in the last second.
    valve : (cdu,) [1]
        Valve lift.
    integral : (cdu,) [1]
        Integral part of the valve's controller.
    air : (hall,) [K]
        Air at the rack inlets of each hall.
    air_ramp : (hall,) [K/s]
        Its last ramp.
    """

    rack: Floats
    supply: Floats
    back: Floats
    ramp: Floats
    valve: Floats
    integral: Floats
    air: Floats
    air_ramp: Floats


class Orders(NamedTuple):
    """
    What is ordered in place of the load table.

    Attributes
    ----------
    accelerator, host : (kernel rack,) [W]
        At which the rack is held; negative where it follows its load.
    cap : (kernel rack,) [W]
        Highest power of its accelerators.
    still : bool
        Whether all racks stay at the load of the macro step's first second.
    """

    accelerator: Floats
    host: Floats
    cap: Floats
    still: bool


class Forcing(NamedTuple):
    """
    What a macro step holds, and what its coupling steps do, or move along a ramp.

    Attributes
    ----------
    begin : [s]
        Start of the macro step.
    level : (second, cdu)
        Flow level at or below each CDU's flow at the middle of each second; one row where flows do not change.
    fraction : (second, cdu) [1]
        Way from that level to the next.
    flow : (second, cdu) [1]
        Flow ratio itself.
    kind : (cdu,)
        Which exchanger table each CDU has now.
    valve : (cdu,) [1]
        Lift that each valve is sent to; `VALVE_FREE` where its controller has it, `VALVE_STUCK` where it stays.
    pump_heat : (cdu,) [W]
        Pump power, all of it heat of the coolant return.
    set_point : (cdu,) [K]
        Wanted coolant supply temperature.
    facility : (cdu,) [K]
        Facility water supply at the start of the coupling step.
    facility_ramp : (cdu,) [K/s]
        Its ramp.
    served : (cdu,) [1]
        Part of the facility water that valves ask for that they get.
    coil : (hall,) [K]
        Water supply of each hall's coils at the start of the coupling step.
    coil_ramp : (hall,) [K/s]
        Its ramp.
    coil_conductance : (hall,) [W/K]
        Heat moved for each kelvin between hall air and that water.
    coil_share : (hall,) [1]
        Part of the hot air's heat that the coils move beyond that.
    coil_mixing : (hall,) [W/K]
        By how much less for each kelvin between hall air and the outdoors, whose air is mixed into theirs.
    door : (hall,) [1]
        Opening of the rear doors' valves.
    outdoor_rate : (hall,) [W/K]
        Heat that outdoor air moves for each kelvin between hall air and the outdoors.
    outdoor_share : (hall,) [1]
        Part of the hot air's heat that it moves beyond that.
    outdoor : (hall,) [K]
        Dry bulb of the outdoor air behind the pads.
    hall_losses : (hall,) [W]
        Conversion losses into the hall's hot air.
    hall_fans : (hall,) [W]
        Heat of fans into the hall's air.
    air_capacity : (hall,) [J/K]
        Heat capacity of the hall's air.
    """

    begin: float
    level: Integers
    fraction: Floats
    flow: Floats
    kind: Integers
    valve: Floats
    pump_heat: Floats
    set_point: Floats
    facility: Floats
    facility_ramp: Floats
    served: Floats
    coil: Floats
    coil_ramp: Floats
    coil_conductance: Floats
    coil_share: Floats
    coil_mixing: Floats
    door: Floats
    outdoor_rate: Floats
    outdoor_share: Floats
    outdoor: Floats
    hall_losses: Floats
    hall_fans: Floats
    air_capacity: Floats


class Room(NamedTuple):
    """
    Room for what the kernels work with, since they allocate nothing.

    Attributes
    ----------
    asked : (tile, second, 2, lane) [W]
        Demand of a group of halls for a macro step.
    lanes : (2, lane, second) [W]
        That of a tile, one of its two rows after the other, rack by rack.
    on, top : (kernel rack,) [1] and [K]
        Of the parts of a hall, zero where a rack is off; of its runs, the warmest chip.
    mean, worst : (kernel rack, 5, 6) and (kernel rack, 3, 6)
        Steps of the runs of a hall, at their flows.
    shared : (row * lane,)
        Rows that all tiles share.
    cdus : (tile * row * lane,)
        CDUs of a hall, and a tile more, which stands for its air in place of a CDU's supply, for racks without coolant.
    given : (loop,) [J]
        Heat into loops.
    water : (6, state)
        States and slopes of a loop.
    """

    asked: Floats
    lanes: Floats
    on: Floats
    top: Floats
    mean: Floats
    worst: Floats
    shared: Floats
    cdus: Floats
    given: Floats
    water: Floats


class Tally(NamedTuple):
    """
    What the kernel adds up; what it says by second of a macro step is overwritten, the rest is added to.

    Attributes
    ----------
    hall_power : (second, hall, 5) [W]
        Rack inlet power, accelerator power, rack losses, heat to coolant, heat to air.
    hall_extreme : (second, hall, 2) [K]
        Warmest chip, and warmest coolant supply, at the start of each second.
    cdu_heat : (cdu,) [J]
        Heat to facility water, or of sidecars to the hall's air, in this coupling step.
    coil_heat : (hall,) [J]
        Heat from the hall's air to its coils in this coupling step, as are the three that follow.
    outdoor_heat : (hall,) [J]
        Heat from it to the outdoors.
    door : (3, hall) [J]
        Heat through the rear doors, heat through them were their valves open, and heat from racks that have them.
    hot : (hall,) [J]
        Heat into the hall's hot air: from racks and sidecars, less what doors take, and losses.
    cdu_sum : (5, cdu)
        Sums over seconds of supply [K], return [K], heat [W] and valve opening [1], and the highest supply [K].
    limit : (8, kernel rack)
        While the worst chip is over its throttle limit: highest temperature [K] and when [s]; time over the limit [s]
        and when it began [s], negative if never; time for which the rack gave up power to the limit [s]. When it
        switched off [s], negative if never; and the computing it lost to either limit, as time at the power asked [s].
        Time over the shutdown limit [s].
    """

    hall_power: Floats
    hall_extreme: Floats
    cdu_heat: Floats
    coil_heat: Floats
    outdoor_heat: Floats
    door: Floats
    hot: Floats
    cdu_sum: Floats
    limit: Floats
