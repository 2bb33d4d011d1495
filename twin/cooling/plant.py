"""
Facility water loops and the plant that carries their heat outdoors.

Controllers are sampled every ten seconds, as a building controller does: coolers and chillers take the heat that
arrives and correct the temperature they hold. Between samples the loops are linear and are integrated by the classical
Runge-Kutta method, with the heat that crosses each boundary as further states, which closes the balance to rounding at
any step. The laws of the coolers are tabulated over fan speed: those of dry coolers once, those of towers once a
minute, at the temperatures of that minute's start.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling import chillers, dry_coolers, hydraulics, towers, water
from twin.cooling.psychrometrics import WATER_HEAT
from twin.site import Floats, Integers, Loops, Site

SPEEDS = np.linspace(0.0, 1.0, 17)
"""Fan speeds [1] at which the coolers' laws are tabulated."""

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
        Chillers in service.
    """

    set_point: Floats
    cooler_units: Floats
    chiller_capacity: Floats


class PlantState(NamedTuple):
    """
    State of loops; a step writes the next state into the same arrays.

    Attributes
    ----------
    supply, back : (loop,) [K]
        Facility water before and after the halls.
    supply_ramp : (loop,) [K/s]
        Last ramp of the supply.
    """

    supply: Floats
    back: Floats
    supply_ramp: Floats


class PlantControls(NamedTuple):
    """
    What the plant's controls hold during a step.

    Attributes
    ----------
    cooler : (loop,) [W/K]
        Heat the coolers move for each kelvin between water return and outdoors.
    chilled : (loop,) [W]
        Heat the chillers take.
    """

    cooler: Floats
    chilled: Floats


class PlantLaw(NamedTuple):
    """
    What a step reads of loops and coolers.

    Attributes
    ----------
    set_point, band : (loop,) [K]
        Wanted supply temperature and proportional band.
    supply_capacity, return_capacity : (loop,) [J/K]
        Heat capacities of the water.
    stream : (loop,) [W/K]
        Circulating water.
    pump_power : (loop,) [W]
        Circulating pumps.
    outdoor : (loop,) [K]
        Outdoor temperature that the coolers see: wet bulb for towers, dry bulb for dry coolers.
    cooler_rate : (speed, loop) [W/K]
        Heat the coolers move for each kelvin between water return and outdoors.
    fan_power : (speed, loop) [W]
        Power of their fans.
    chiller_capacity : (loop,) [W]
        Heat the chillers can take.
    performance : (loop,) [1]
        Their coefficient of performance.
    air_loop : (hall,)
        Loop of each hall's coils.
    cdu_loop : (cdu,)
        Loop of each CDU.
    """

    set_point: Floats
    band: Floats
    supply_capacity: Floats
    return_capacity: Floats
    stream: Floats
    pump_power: Floats
    outdoor: Floats
    cooler_rate: Floats
    fan_power: Floats
    chiller_capacity: Floats
    performance: Floats
    air_loop: Integers
    cdu_loop: Integers


class PlantTally(NamedTuple):
    """
    What steps add up over a minute.

    Attributes
    ----------
    power : (block,) [W]
        Electric power of fans, pumps and chillers in each step.
    rejected, chilled : (loop,) [J]
        Heat through the coolers, and to the chillers.
    fans, chillers, pumps : (loop,) [J]
        Electric energy.
    speed, load : (loop,) [s]
        Fan speed, and chiller heat over capacity, times time.
    """

    power: Floats
    rejected: Floats
    chilled: Floats
    fans: Floats
    chillers: Floats
    pumps: Floats
    speed: Floats
    load: Floats


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
    return PlantControls(np.zeros(loops), np.zeros(loops))


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
    return PlantTally(np.zeros(blocks), *(np.zeros(loops) for _ in range(7)))


def law(
    site: Site, settings: Settings, dry_rates: Floats, state: PlantState, outdoors: Outdoors
) -> tuple[PlantLaw, bool]:
    """
    Tabulate the plant for a minute.

    Parameters
    ----------
    site : Site
        Loops and halls.
    settings : Settings
        Set points and units in service.
    dry_rates : (speed, loop) [W/K]
        From `dry_cooler_rates` for these settings.
    state : PlantState
        State at the start of the minute.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    tuple of PlantLaw and bool
        Tables, and whether every model is inside its range of validity.
    """
    loops, halls = site.loops, site.halls
    outdoor = np.where(loops.evaporative, outdoors.wet_bulb, outdoors.dry_bulb)
    inlet = np.maximum(state.back, outdoor + LEAST_DIFFERENCE)
    wet_rates, coolers_in_range = _tower_rates(loops, settings, inlet, outdoors)
    chiller = chillers.carnot(
        loops.chiller_carnot_fraction,
        state.supply,
        np.full(outdoor.size, outdoors.dry_bulb),
        loops.chiller_evaporator_approach,
        loops.chiller_condenser_approach,
    )
    used = (settings.chiller_capacity > 0.0) & (state.supply > settings.set_point + 0.5 * loops.control_band)
    tables = PlantLaw(
        set_point=settings.set_point,
        band=loops.control_band,
        supply_capacity=loops.supply_capacity,
        return_capacity=loops.return_capacity,
        stream=loops.water_stream,
        pump_power=loops.pump_power,
        outdoor=outdoor,
        cooler_rate=dry_rates + wet_rates,
        fan_power=hydraulics.fan_power(SPEEDS)[:, np.newaxis] * settings.cooler_units * loops.cooler_fan_power,
        chiller_capacity=settings.chiller_capacity,
        performance=chiller.performance,
        air_loop=halls.air_loop,
        cdu_loop=halls.loop[site.cdus.hall],
    )
    return tables, bool(coolers_in_range and np.all(chiller.inside | ~used))


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
    stream = loops.water_stream[dry] / np.maximum(units, 1.0)
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


def _tower_rates(loops: Loops, settings: Settings, inlet: Floats, outdoors: Outdoors) -> tuple[Floats, bool]:
    """Give the towers' heat a kelvin over fan speed, (speed, loop) [W/K], and whether their laws are in range."""
    rates = np.zeros((SPEEDS.size, inlet.size))
    wet = loops.evaporative
    if not wet.any():
        return rates, True
    units = settings.cooler_units[wet]
    stream = loops.water_stream[wet] / np.maximum(units, 1.0)
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
    circulation = np.where(rejected > 0.0, wet * loops.water_stream / WATER_HEAT, 0.0)
    return evaporation, water.water_use(evaporation, circulation, loops.cycles_of_concentration, loops.drift_fraction)
