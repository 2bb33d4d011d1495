"""Laws of exchangers, chillers, heat pumps and pumps, tabulated for the plant's controls and steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import hydraulics
from twin.cooling.chillers import FullLoad, at_load, carnot, full_load
from twin.cooling.exchangers import counterflow, film_conductance, heat_rate
from twin.cooling.heat_pumps import heat_pump
from twin.facility_water import Loops

LOADS = np.linspace(0.0, 1.0, 17)
"""Heat over capacity [1] at which a chiller's power is tabulated."""

FLOWS = np.linspace(0.0, 1.0, 17)
"""Flow over nominal [1] at which a pump's power is tabulated."""

LEAST_FLOW = 0.01
"""Least flow over nominal [1] at which exchangers are tabulated."""

SHUT_OFF_RATIO = 1.25
"""Head of pumps without flow over that at nominal flow [1]: centrifugal pumps, 1.1 to 1.4. Assumed."""

DRIVE_LOSSES = (0.02, 0.035, 0.032)
"""Losses of motor and drive over the rating [1]: fixed, linear, square; for `hydraulics.drive_power`. Assumed."""


class Outdoors(NamedTuple):
    """
    Outdoor air, of an instant, or of the steps of a year, (step, 1).

    Attributes
    ----------
    dry_bulb, wet_bulb : [K]
        Temperatures.
    humidity_ratio : [kg/kg]
        Water over dry air.
    pressure : [Pa]
        Air pressure.
    real : bool
        False where a wet bulb was asked for that no air has, and that of dry air stands in its place.
    """

    dry_bulb: float
    wet_bulb: float
    humidity_ratio: float
    pressure: float
    real: bool = True


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
    pump_share : (loop,) [1]
        Circulating pumps that run.
    pump_time : (loop,) [s]
        With which the flow follows them.
    powered : (loop,) [1]
        One where fans, chillers and condenser pumps have power, else zero.
    make_up : (loop,) [1]
        One where basins get make-up water, else zero.
    """

    set_point: Floats
    cooler_units: Floats
    chiller_capacity: Floats
    pump_share: Floats
    pump_time: Floats
    powered: Floats
    make_up: Floats


def own_settings(loops: Loops) -> Settings:
    """
    Give what a site has by itself.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    Settings
        Design set points, everything in service.
    """
    one = np.ones(len(loops.name))
    return Settings(
        set_point=loops.supply_set_point.copy(),
        cooler_units=loops.cooler_units.copy(),
        chiller_capacity=loops.chiller_capacity.copy(),
        pump_share=one.copy(),
        pump_time=loops.pumps.time_constant.copy(),
        powered=one.copy(),
        make_up=one,
    )


def economiser(loops: Loops, flow: Floats) -> Floats:
    """
    Give what the exchangers between facility and condenser water move.

    Parameters
    ----------
    loops : Loops
        All loops.
    flow : (loop,) [1]
        Facility water over its nominal flow.

    Returns
    -------
    (loop,) [W/K]
        Heat for each kelvin between facility water return and cold condenser water; zero where there is no exchanger.
    """
    fitted, condenser = loops.condenser.fitted, loops.condenser
    if not fitted.any():
        return np.zeros(fitted.size)
    rates = heat_rate(
        counterflow,
        film_conductance(condenser.economiser_conductance, np.maximum(flow, LEAST_FLOW), np.ones_like(flow)),
        np.where(fitted, flow * loops.water_stream, 1.0),
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
    full = full_chillers(loops, leaving, entering)
    load = loops.chillers.load
    return ChillerTable(full.capacity, at_load(load, full, LOADS[:, np.newaxis] * full.capacity).power, full.inside)


def full_chillers(loops: Loops, leaving: Floats, entering: Floats) -> FullLoad:
    """
    Give one chiller of each loop at full load.

    Parameters
    ----------
    loops : Loops
        All loops.
    leaving : (any, loop) [K]
        Water that they deliver.
    entering : (any, loop) [K]
        What they reject into.

    Returns
    -------
    FullLoad
        By the fit of those that have one, else by Carnot; in thin air as at sea level in air that is warmer by
        `air_rise`.
    """
    own = loops.chillers
    entering = entering + own.air_rise
    state = carnot(
        loops.chiller_carnot_fraction,
        leaving,
        entering,
        loops.chiller_evaporator_approach,
        loops.chiller_condenser_approach,
    )
    full = FullLoad(np.broadcast_to(own.unit_capacity, state.performance.shape), state.performance, state.inside)
    if own.electric.any():
        fitted = full_load(own.machines, leaving, entering)
        full = FullLoad(*(np.where(own.electric, one, other) for one, other in zip(fitted, full, strict=True)))
    return full


class ReuseTable(NamedTuple):
    """
    Heat pumps of each loop.

    Attributes
    ----------
    taken : (loop,) [W]
        Most heat that they take from the water.
    power_share : (loop,) [1]
        Electric power over heat taken.
    inside : (loop,) bool
        Whether their law is within its range.
    """

    taken: Floats
    power_share: Floats
    inside: Flags


def reuse(loops: Loops, back: Floats) -> ReuseTable:
    """
    Give what heat pumps can take.

    Parameters
    ----------
    loops : Loops
        All loops.
    back : (loop,) [K]
        Water return.

    Returns
    -------
    ReuseTable
        Nothing where there is none.
    """
    own = loops.reuse
    state = heat_pump(own.fraction, own.hot, back - own.approach)
    return ReuseTable(
        own.heat * (1.0 - 1.0 / state.performance), 1.0 / np.maximum(state.performance - 1.0, 1e-9), state.inside
    )


def pump_power(loops: Loops) -> Floats:
    """
    Tabulate the circulating pumps over flow.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    (flow, loop) [W]
        Electric power over `FLOWS`, the losses of motor and drive in it: the point of their curve on that of their
        circuit, of which a part holds a difference. None without flow.
    """
    flow, one = FLOWS[1:, np.newaxis], np.ones(1)
    fixed, linear, square = (np.array([loss]) for loss in DRIVE_LOSSES)
    drive = hydraulics.Drive(one, fixed, linear, square)
    speed = _pump_speed(loops, flow)
    # Head and efficiency from the curve: the shaft power of a flow and a speed.
    head = np.square(speed) * SHUT_OFF_RATIO + (1.0 - SHUT_OFF_RATIO) * np.square(flow)
    shaft = head * speed / (2.0 - np.minimum(flow / speed, hydraulics.FLOW_RANGE[1]))
    part = hydraulics.drive_power(drive, shaft) / (1.0 + sum(DRIVE_LOSSES))
    return np.concatenate([np.zeros((1, loops.pump_power.size)), part * loops.pump_power])


def pumps_inside(loops: Loops, flow: Floats) -> Flags:
    """
    Say which circulating pumps work near enough to their best point.

    Parameters
    ----------
    loops : Loops
        All loops.
    flow : (loop,) [1]
        Flow over nominal.

    Returns
    -------
    (loop,) bool
        Flow over speed within `hydraulics.FLOW_RANGE` of that at nominal flow; true without flow.
    """
    least, most = hydraulics.FLOW_RANGE
    ratio = flow / _pump_speed(loops, np.maximum(flow, LEAST_FLOW))
    return np.asarray((flow <= 0.0) | ((ratio >= least) & (ratio <= most)))


def _pump_speed(loops: Loops, flow: Floats) -> Floats:
    """Give the speed [1] at which circulating pumps move a flow over nominal; their best point is the nominal one."""
    one, static = np.ones(1), loops.pumps.static_head
    pump = hydraulics.rated_pump(one, one, SHUT_OFF_RATIO * one, one)
    return hydraulics.speed_for_flow(pump, hydraulics.Circuit(static, 1.0 - static), flow)
