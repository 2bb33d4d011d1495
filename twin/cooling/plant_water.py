"""The water that a plant uses: what towers and pads evaporate, and what their basins hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import dry_coolers, pads, towers, water
from twin.cooling.cooler_tables import cooler_stream
from twin.cooling.plant_tables import Outdoors, Settings
from twin.cooling.psychrometrics import WATER_HEAT
from twin.facility_water import Loops

FILL_TIME = 1800.0
"""Time [s] in which make-up fills an empty basin beside what is used; assumed."""


RESERVE = 1.5
"""Least content of a basin over the last use [1] with which towers go on: use may rise before it is asked again."""


class BasinFlows(NamedTuple):
    """
    What basins do over some time.

    Attributes
    ----------
    make_up : (loop,) [kg/s]
        Water fed in.
    content : (loop,) [kg]
        What they hold at its end.
    """

    make_up: Floats
    content: Floats


def water_flows(
    loops: Loops,
    settings: Settings,
    flow: Floats,
    rejected: Floats,
    fan_speed: Floats,
    wetted: Flags,
    outdoors: Outdoors,
    from_halls: Floats | float = 0.0,
) -> tuple[Floats, water.WaterUse]:
    """
    Give the water that towers and pads evaporate and use.

    Parameters
    ----------
    loops : Loops
        All loops.
    settings : Settings
        Units in service.
    flow : (any, loop) [1]
        Facility water over its nominal flow.
    rejected : (any, loop) [W]
        Mean heat through the coolers.
    fan_speed : (any, loop) [1]
        Mean fan speed.
    wetted : (any, loop) bool
        Whether water runs over the pads of dry coolers.
    outdoors : Outdoors
        Outdoor air.
    from_halls : (any, loop) [kg/s]
        What the pads of the halls' outdoor air evaporate, with the blowdown of the coolers' water.

    Returns
    -------
    tuple of (any, loop) [kg/s] and WaterUse
        Evaporation, and drift, blowdown and make-up; zero for dry coolers without pads.
    """
    wet = loops.evaporative.astype(float)
    evaporation = np.zeros(rejected.shape)
    if loops.evaporative.any():
        air_flow = settings.cooler_units * loops.cooler_air_flow * np.maximum(fan_speed, towers.FREE_CONVECTION)
        moisture = np.broadcast_to(outdoors.humidity_ratio, rejected.shape)
        dry_bulb = np.broadcast_to(outdoors.dry_bulb, rejected.shape)
        evaporation = towers.evaporation(wet * rejected, wet * air_flow, dry_bulb, moisture, outdoors.pressure)
    # Without heat the water goes round the towers, which stand dry.
    evaporation = np.where(rejected > 0.0, np.maximum(evaporation, 0.0), 0.0)
    if wetted.any():
        evaporation = evaporation + pad_evaporation(loops, settings, fan_speed, wetted, outdoors)
    evaporation = evaporation + from_halls
    circulation = np.where(rejected > 0.0, wet * cooler_stream(loops, flow) / WATER_HEAT, 0.0)
    return evaporation, water.water_use(evaporation, circulation, loops.cycles_of_concentration, loops.drift_fraction)


def pad_evaporation(loops: Loops, settings: Settings, fan_speed: Floats, wetted: Flags, outdoors: Outdoors) -> Floats:
    """
    Give the water that wetted pads evaporate.

    Parameters
    ----------
    loops : Loops
        All loops.
    settings : Settings
        Units in service.
    fan_speed : (any, loop) [1]
        Mean fan speed.
    wetted : (any, loop) bool
        Whether water runs over them.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    (any, loop) [kg/s]
        Air through the coolers times what it takes up.
    """
    dry, wet = (np.broadcast_to(part, wetted.shape) for part in (outdoors.dry_bulb, outdoors.wet_bulb))
    state = pads.pre_cooled(dry, wet, outdoors.pressure, loops.pads.saturation, wetted)
    air = settings.cooler_units * loops.cooler_air_flow * np.maximum(fan_speed, dry_coolers.STILL_AIR)
    return np.where(wetted, air * state.taken_up, 0.0)


def basins(loops: Loops, supplied: Floats, content: Floats, used: Floats, seconds: float) -> BasinFlows:
    """
    Carry basins through some time.

    Parameters
    ----------
    loops : Loops
        All loops.
    supplied : (loop,) [1]
        One where there is make-up water, else zero.
    content : (loop,) [kg]
        What they hold.
    used : (loop,) [kg/s]
        Evaporation, drift and blowdown.
    seconds : [s]
        For how long.

    Returns
    -------
    BasinFlows
        Make-up covers the use and fills what is missing within `FILL_TIME`; without it the use drains the basin.
    """
    missing = np.maximum(loops.basin - content, 0.0)
    filling = np.minimum(missing / seconds, loops.basin / FILL_TIME)
    make_up = np.where(supplied > 0.0, used + filling, 0.0)
    return BasinFlows(make_up, content + seconds * (make_up - used))


def standing_dry(loops: Loops, supplied: Floats, content: Floats, used: Floats, seconds: float) -> Flags:
    """
    Say which towers have no water left.

    Parameters
    ----------
    loops : Loops
        All loops.
    supplied : (loop,) [1]
        One where there is make-up water, else zero.
    content : (loop,) [kg]
        What their basins hold.
    used : (loop,) [kg/s]
        What they used last.
    seconds : [s]
        For how long they are to run.

    Returns
    -------
    (loop,) bool
        Towers without make-up whose basin would not last.
    """
    return loops.evaporative & (supplied <= 0.0) & (content <= RESERVE * used * seconds)
