"""How much plant a site needs: the rules by which counts and capacities follow from racks and margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from facilities.chillers import ElectricChiller, electric_chillers
from facilities.coolants import mean_temperature, volumetric_heat
from facilities.layout import Layout, sums
from facilities.parts import PathStage, Pump
from facilities.quantity import Difference
from facilities.racks import Model, Unit, unit
from facilities.schema import Facility, WaterLoop
from twin import power
from twin.cooling.chillers import FullLoad, carnot, full_load, thin_air_rise
from twin.cooling.psychrometrics import WATER_HEAT
from twin.redundancy import whole
from twin.site import Floats, LossCurve, Stage
from twin.supply.site_rating import SEA_LEVEL, height_rating

WATER_DENSITY = 995.0
"""Of condenser water [kg/m^3], at some 30 degrees Celsius."""


class Heat(NamedTuple):
    """
    Power and heat at full load, for which supply and plant are sized.

    Attributes
    ----------
    power : (hall,) [W]
        At the rack inlets.
    feeders : (hall,) [W]
        At the head of each hall's path.
    liquid : (cdu,) [W]
        From racks to coolant.
    air : (hall,) [W]
        From racks and from losses in the hall to its air; without the coils' own fans.
    """

    power: Floats
    feeders: Floats
    liquid: Floats
    air: Floats


def thin_air(facility: Facility) -> float:
    """
    Give how thin the air of a site is.

    Parameters
    ----------
    facility : Facility
        For its mean pressure.

    Returns
    -------
    [1]
        Its density over that at sea level, where coolers and fans are rated, at the same temperature. Fans of coolers
        move the same volume of it, so that their mass flow and power go down with it.
    """
    return facility.location.pressure.si / SEA_LEVEL


def hall_fans(facility: Facility, share: float, heat: Floats) -> Floats:
    """
    Give the power of fans that carry heat through halls.

    Parameters
    ----------
    facility : Facility
        For its air.
    share : [1]
        Of the heat, at sea level.
    heat : (hall,) [W]
        That they carry.

    Returns
    -------
    (hall,) [W]
        Share times heat, over the square of the air's density: they hold the mass flow that racks draw, so that volume
        goes as 1 / density, and pressure as density times volume squared.
    """
    return share * heat / thin_air(facility) ** 2


def heat(facility: Facility, models: dict[str, Model], places: Layout) -> tuple[Heat, tuple[Stage, ...]]:
    """
    Add up power and heat at full load, and size the halls' supply.

    Parameters
    ----------
    facility : Facility
        For its power path.
    models : name to Model
        Classes of racks.
    places : Layout
        Where racks stand.

    Returns
    -------
    tuple of Heat and tuple of Stage
        Heat, and the stages that feed each hall.
    """
    design = np.array([model.design_power for model in models.values()])[places.rack_class]
    fraction = np.array([model.liquid_fraction for model in models.values()])[places.rack_class]
    halls, cdus = len(places.halls), len(places.cdus)
    rack_hall = places.cdu_hall[places.rack_cdu]
    rack_power = sums(rack_hall, design, halls)
    liquid = sums(places.rack_cdu, design * fraction, cdus)
    air = sums(rack_hall, design * (1.0 - fraction), halls)
    stages, feeders = path(facility, facility.power.hall, rack_power)
    carried = rack_power
    for stage in stages:
        loss = stage_loss(stage, carried)
        carried = carried + loss
        air = air + stage.heats_hall * loss
    return Heat(rack_power, feeders, liquid, air), stages


def at_height(facility: Facility, name: str) -> Unit:
    """
    Give the rating and the loss curve of a converter between racks and grid, in the air of a site.

    Parameters
    ----------
    facility : Facility
        For its catalog, air and power factor.
    name
        Of the converter.

    Returns
    -------
    Unit
        Rated for what `twin.supply.site_rating.height_rating` leaves, and with the losses that it has at each load.
    """
    converter = facility.catalog.converters[name]
    rated = unit(converter, facility.connection.power_factor.si)
    cooled = getattr(converter, "cooled", None)
    if cooled is None:
        return rated
    part = height_rating(facility.location.pressure.si, cooled)
    return Unit(part * rated.rating, LossCurve(rated.curve.load / part, rated.curve.loss / part))


def path(facility: Facility, wanted: Sequence[PathStage], output: Floats) -> tuple[tuple[Stage, ...], Floats]:
    """
    Size the stages of a path for the power that leaves it.

    Parameters
    ----------
    facility : Facility
        For its catalog and power factor.
    wanted : sequence of PathStage
        From the load upwards.
    output : (hall,) or (1,) [W]
        At full load.

    Returns
    -------
    tuple of tuple of Stage and (hall,) or (1,) [W]
        Stages with as many units as keep each at or below its design loading, in whole groups of its redundancy, and
        the power at the path's head.
    """
    stages = []
    carried = np.asarray(output, dtype=float)
    for stage in wanted:
        part = at_height(facility, stage.converter)
        units = whole(stage.redundancy, carried / (stage.design_loading.si * part.rating))
        stages.append(Stage(stage.name, units, part.rating, part.curve, stage.heats_hall))
        carried = carried + stage_loss(stages[-1], carried)
    return tuple(stages), carried


def stage_loss(stage: Stage, output: Floats) -> Floats:
    """
    Give the loss of a stage at full load.

    Parameters
    ----------
    stage : Stage
        Sized.
    output : (hall,) or (1,) [W]
        Power that leaves it.

    Returns
    -------
    (hall,) or (1,) [W]
        Loss of all units.
    """
    return np.asarray(power.stage_loss(stage, output[:, np.newaxis])[:, 0], dtype=float)


class Plant(NamedTuple):
    """
    Plant of loops of one kind.

    Attributes
    ----------
    heat : (hall,) [W]
        At full load, circulating pumps included.
    stream : (hall,) [W/K]
        Circulating water.
    pump_power : (hall,) [W]
        Circulating pumps.
    units : (hall,) [1]
        Coolers.
    chiller_capacity : (hall,) [W]
        Heat that the chillers take on the design day; whole units where they have a size.
    condenser_stream : (hall,) [W/K]
        Condenser water; zero where there is none.
    condenser_pump_power : (hall,) [W]
        Its pumps.
    peak_power : (hall,) [W]
        Electric power with all fans at full speed and chillers at full load on the design day.
    """

    heat: Floats
    stream: Floats
    pump_power: Floats
    units: Floats
    chiller_capacity: Floats
    condenser_stream: Floats
    condenser_pump_power: Floats
    peak_power: Floats


def plant(facility: Facility, loop: WaterLoop, load: Floats, stream: Floats, rise: Difference) -> Plant:
    """
    Size pumps, coolers and chillers of loops.

    Parameters
    ----------
    facility : Facility
        For its catalog and design day.
    loop : WaterLoop
        Set points and margins.
    load : (hall,) [W]
        Heat at full load.
    stream : (hall,) [W/K]
        Circulating water.
    rise : Difference
        Of the water at rated heat; half of it sets the temperature of the liquid's properties.

    Returns
    -------
    Plant
        One loop a hall.
    """
    catalog = facility.catalog
    coolant, cooler = catalog.coolants[loop.coolant], catalog.coolers[loop.cooler]
    heat = volumetric_heat(coolant, mean_temperature(loop.supply_temperature, rise))
    pump_power = _pump_power(catalog.pumps[loop.pump], stream, heat)
    total = load + pump_power
    machine = design_chiller(facility, loop)
    capacity = loop.chiller_share.si * total
    if machine.capacity[0] > 1.0:
        capacity = np.ceil(capacity / machine.capacity[0] - 1e-9) * machine.capacity[0]
    chillers = capacity / machine.performance[0]
    rejected, condenser, condenser_pumps = total, np.zeros_like(total), np.zeros_like(total)
    if loop.condenser is not None:
        rejected = total + np.minimum(capacity, total) * chillers / np.maximum(capacity, 1.0)
        condenser = rejected / (cooler.water_inlet.si - cooler.water_outlet.si)
        condenser_pumps = _pump_power(catalog.pumps[loop.condenser.pump], condenser, WATER_DENSITY * WATER_HEAT)
    units = np.maximum(np.ceil(loop.cooler_margin.si * (rejected + condenser_pumps) / cooler.heat.si), 1.0)
    peak = pump_power + condenser_pumps + units * cooler.fan_power.si * thin_air(facility) + chillers
    return Plant(total, stream, pump_power, units, capacity, condenser, condenser_pumps, peak)


def _pump_power(pump: Pump, stream: Floats, heat: float) -> Floats:
    """Give the power [W] that moves a stream [W/K] of a liquid of some heat [J/m^3/K]."""
    return np.asarray(stream / heat * pump.head.si / pump.efficiency.si, dtype=float)


def air_rise(facility: Facility, loop: WaterLoop) -> float:
    """
    Give how much warmer thin air makes the condensers of a loop's chillers.

    Parameters
    ----------
    facility : Facility
        For its air and catalog.
    loop : WaterLoop
        Which chillers.

    Returns
    -------
    [K]
        By `twin.cooling.chillers.thin_air_rise`; zero with condenser water.
    """
    if loop.condenser is not None:
        return 0.0
    approach = facility.catalog.chillers[loop.chiller].condenser_approach.si
    return float(thin_air_rise(np.asarray(thin_air(facility)), np.asarray(approach)))


def design_chiller(facility: Facility, loop: WaterLoop) -> FullLoad:
    """
    Give one chiller of a loop on the design day.

    Parameters
    ----------
    facility : Facility
        For its catalog and design day.
    loop : WaterLoop
        Which chillers.

    Returns
    -------
    FullLoad
        One row; of a chiller by its Carnot fraction without a unit's heat, the capacity is one watt.
    """
    machine, climate = facility.catalog.chillers[loop.chiller], facility.climate
    entering = climate.design_dry_bulb.si
    if loop.condenser is not None:
        entering = climate.design_wet_bulb.si + loop.condenser.tower_approach.si
    leaving, given = np.array([loop.supply_temperature.si]), np.array([entering + air_rise(facility, loop)])
    if isinstance(machine, ElectricChiller):
        return full_load(electric_chillers([machine]), leaving, given)
    numbers = machine.carnot_fraction, machine.evaporator_approach, machine.condenser_approach
    fraction, evaporator, condenser = (np.array([number.si]) for number in numbers)
    state = carnot(fraction, leaving, given, evaporator, condenser)
    unit_heat = None if loop.staging is None else loop.staging.unit_heat
    return FullLoad(np.array([1.0 if unit_heat is None else unit_heat.si]), state.performance, state.inside)
