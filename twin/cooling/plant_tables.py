"""Laws of coolers, exchangers and chillers, tabulated for the plant's controls and steps; and the towers' water."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import dry_coolers, towers, water
from twin.cooling.chillers import FullLoad, at_load, carnot, full_load
from twin.cooling.exchangers import counterflow, heat_rate
from twin.cooling.psychrometrics import WATER_HEAT
from twin.facility_water import Loops
from twin.site import Site

SPEEDS = np.linspace(0.0, 1.0, 17)
"""Fan speeds [1] at which the coolers' laws are tabulated."""

LOADS = np.linspace(0.0, 1.0, 17)
"""Heat over capacity [1] at which a chiller's power is tabulated."""

LEAST_DIFFERENCE = 1.0
"""Least difference of water and outdoors [K] at which a cooler's heat is taken for its rate."""


class Outdoors(NamedTuple):
    """
    Outdoor air.

    Attributes
    ----------
    dry_bulb, wet_bulb : [K]
        Temperatures.
    humidity_ratio : [kg/kg]
        Water over dry air.
    pressure : [Pa]
        Air pressure.
    """

    dry_bulb: float
    wet_bulb: float
    humidity_ratio: float
    pressure: float


class Settings(NamedTuple):
    """
    What scheduled changes may alter.

    Attributes
    ----------
    set_point : (loop,) [K]
        Wanted supply temperature.
    cooler_units : (loop,) [1]
        Coolers in service.
    chiller_capacity : (loop,) [W]
        Rated heat of the chillers in service.
    """

    set_point: Floats
    cooler_units: Floats
    chiller_capacity: Floats


def cooler_stream(loops: Loops) -> Floats:
    """
    Give the water that goes over each loop's coolers.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    (loop,) [W/K]
        Condenser water where there is any, else facility water.
    """
    return np.where(loops.condenser.fitted, loops.condenser.stream, loops.water_stream)


def economiser(loops: Loops) -> Floats:
    """
    Give what the exchangers between facility and condenser water move.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    (loop,) [W/K]
        Heat for each kelvin between facility water return and cold condenser water; zero where there is no exchanger.
    """
    fitted, condenser = loops.condenser.fitted, loops.condenser
    rates = heat_rate(
        counterflow,
        condenser.economiser_conductance,
        np.where(fitted, loops.water_stream, 1.0),
        np.where(fitted, condenser.stream, 1.0),
    )
    return np.where(fitted, rates, 0.0)


class ChillerTable(NamedTuple):
    """
    One chiller of each loop.

    Attributes
    ----------
    capacity : (loop,) [W]
        Heat that it can take.
    power : (load, loop) [W]
        Electric power, over `LOADS`.
    inside : (loop,) bool
        Whether its law is within its range.
    """

    capacity: Floats
    power: Floats
    inside: Flags


def chillers(loops: Loops, leaving: Floats, entering: Floats) -> ChillerTable:
    """
    Tabulate the chillers over their load.

    Parameters
    ----------
    loops : Loops
        All loops.
    leaving : (loop,) [K]
        Water that they deliver.
    entering : (loop,) [K]
        What they reject into: condenser water or outdoor air.

    Returns
    -------
    ChillerTable
        Capacity, power, and whether they are within the range of their law.
    """
    own = loops.chillers
    state = carnot(
        loops.chiller_carnot_fraction,
        leaving,
        entering,
        loops.chiller_evaporator_approach,
        loops.chiller_condenser_approach,
    )
    full = FullLoad(own.unit_capacity, state.performance, state.inside)
    if own.electric.any():
        fitted = full_load(own.machines, leaving, entering)
        full = FullLoad(*(np.where(own.electric, one, other) for one, other in zip(fitted, full, strict=True)))
    return ChillerTable(full.capacity, at_load(own.load, full, LOADS[:, np.newaxis] * full.capacity).power, full.inside)


def dry_cooler_rates(loops: Loops, settings: Settings) -> Floats:
    """
    Tabulate the dry coolers over fan speed; they see temperatures only through their difference.

    Parameters
    ----------
    loops : Loops
        All loops.
    settings : Settings
        Units in service.

    Returns
    -------
    (speed, loop) [W/K]
        Heat for each kelvin between water return and dry bulb; zero for loops with towers.
    """
    rates = np.zeros((SPEEDS.size, settings.cooler_units.size))
    dry = ~loops.evaporative
    if not dry.any():
        return rates
    units = settings.cooler_units[dry]
    stream = cooler_stream(loops)[dry] / np.maximum(units, 1.0)
    water_ratio = stream / loops.cooler_water_stream[dry]
    air_ratio, ratio = np.meshgrid(np.maximum(SPEEDS, dry_coolers.STILL_AIR), water_ratio, indexing="ij")
    a_kelvin = dry_coolers.dry_cooler(
        np.ones(ratio.shape),
        np.broadcast_to(stream, ratio.shape),
        air_ratio * loops.cooler_air_flow[dry],
        loops.cooler_conductance[dry] * dry_coolers.conductance_factor(air_ratio, ratio),
        np.zeros(ratio.shape),
    )
    rates[:, dry] = units * a_kelvin
    return rates


def tower_rates(loops: Loops, settings: Settings, inlet: Floats, outdoors: Outdoors) -> tuple[Floats, bool]:
    """
    Tabulate the towers over fan speed.

    Parameters
    ----------
    loops : Loops
        All loops.
    settings : Settings
        Units in service.
    inlet : (loop,) [K]
        Water that enters the towers.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    tuple of (speed, loop) [W/K] and bool
        Heat for each kelvin between that water and the wet bulb, zero for loops with dry coolers; and whether the
        towers' laws are in range.
    """
    rates = np.zeros((SPEEDS.size, inlet.size))
    wet = loops.evaporative
    if not wet.any():
        return rates, True
    units = settings.cooler_units[wet]
    inlet = np.maximum(inlet, outdoors.wet_bulb + LEAST_DIFFERENCE)
    stream = cooler_stream(loops)[wet] / np.maximum(units, 1.0)
    water_ratio = stream / loops.cooler_water_stream[wet]
    air_ratio, ratio = np.meshgrid(np.maximum(SPEEDS, towers.FREE_CONVECTION), water_ratio, indexing="ij")
    shortfall = loops.cooler_design_wet_bulb[wet] - outdoors.wet_bulb
    factor = towers.conductance_correction(air_ratio, ratio, np.broadcast_to(shortfall, ratio.shape))
    heat = towers.merkel(
        np.broadcast_to(inlet[wet], ratio.shape),
        np.broadcast_to(stream, ratio.shape),
        air_ratio * loops.cooler_air_flow[wet],
        factor.factor * loops.cooler_conductance[wet],
        np.full(ratio.shape, outdoors.wet_bulb),
        outdoors.pressure,
    ).heat
    rates[:, wet] = units * heat / (inlet[wet] - outdoors.wet_bulb)
    return rates, bool(factor.inside.all())


def water_flows(
    site: Site, settings: Settings, rejected: Floats, fan_speed: Floats, outdoors: Outdoors
) -> tuple[Floats, water.WaterUse]:
    """
    Give the water that the towers evaporate and use.

    Parameters
    ----------
    site : Site
        Loops.
    settings : Settings
        Units in service.
    rejected : (loop,) [W]
        Mean heat through the coolers.
    fan_speed : (loop,) [1]
        Mean fan speed.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    tuple of (loop,) [kg/s] and WaterUse
        Evaporation, and drift, blowdown and make-up; zero for dry coolers.
    """
    loops = site.loops
    wet = loops.evaporative.astype(float)
    evaporation = np.zeros(wet.size)
    if loops.evaporative.any():
        air_flow = settings.cooler_units * loops.cooler_air_flow * np.maximum(fan_speed, towers.FREE_CONVECTION)
        moisture = np.full(wet.size, outdoors.humidity_ratio)
        dry_bulb = np.full(wet.size, outdoors.dry_bulb)
        evaporation = towers.evaporation(wet * rejected, wet * air_flow, dry_bulb, moisture, outdoors.pressure)
    # Without heat the water goes round the towers, which stand dry.
    evaporation = np.where(rejected > 0.0, np.maximum(evaporation, 0.0), 0.0)
    circulation = np.where(rejected > 0.0, wet * cooler_stream(loops) / WATER_HEAT, 0.0)
    return evaporation, water.water_use(evaporation, circulation, loops.cycles_of_concentration, loops.drift_fraction)
