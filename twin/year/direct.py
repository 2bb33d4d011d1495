"""A loop at rest whose facility water goes over its coolers: dry coolers, or towers."""

from __future__ import annotations

import numpy as np

from twin.facility_water import Loops
from twin.year import coolers
from twin.year.coolers import Table
from twin.year.loops import FREE, MECHANICAL, MIXED, LoopState, Water, chiller_power, machines, reuse

LEAST_RATE = 1e-3
"""Rate of coolers [W/K] at least, so that one without any gives a temperature that is refused, not none."""


def direct(own: Loops, table: Table, water: Water) -> LoopState:
    """
    Give a loop without condenser water.

    Parameters
    ----------
    own : Loops
        One loop.
    table : Table
        Its coolers.
    water : Water
        What it meets.

    Returns
    -------
    LoopState
        At rest.

    Notes
    -----
    The controls are those of `twin.thermal.loop_control`, each switch at its threshold in the place of its hysteresis:
    coolers are in service where the return is warmer than the outdoors by `economy` and half its hysteresis, or where
    chillers cannot carry the heat alone; chillers help where the coolers alone would leave the water more than a band
    above its set point, and then take what the coolers leave. Where both do not suffice the supply is as warm as makes
    them: T_supply = T_outdoor + Q_coolers / K - (T_return - T_supply).
    """
    stream = water.flow * own.water_stream
    back = water.supply + water.heat / stream
    pumped = reuse(own, back, water.heat, stream)
    wanted, fall = water.heat - pumped.taken, water.heat / stream - pumped.shift
    where = coolers.place(table, back, water.outdoor, water.flow)
    rate = np.maximum(np.minimum(coolers.rate_at(where, coolers.TOP), stream), LEAST_RATE)
    full = machines(own, water.supply, water.dry_bulb)
    alone = np.maximum(water.outdoor + wanted / rate - fall, water.set_point)
    if water.mode is None:
        able = (full.able > 0.0) & (wanted <= full.able)
        mechanical = able & (water.set_point + fall - water.outdoor <= own.economy + 0.5 * own.hysteresis)
        mixed = ~mechanical & (full.able > 0.0) & (alone - water.set_point > own.control_band)
    else:
        mechanical, mixed = water.mode == MECHANICAL, water.mode == MIXED
    both = np.maximum(water.outdoor + (wanted - full.able) / rate - fall, water.set_point)
    supply = np.where(mechanical, water.set_point, np.where(mixed, both, alone))
    difference = supply + fall - water.outdoor
    cooled = np.where(mixed, np.clip(rate * difference, 0.0, wanted), np.where(mechanical, 0.0, rate * difference))
    # Free cooling within what coolers can: their bypass and fans take what is wanted, and no more.
    held = ~mixed & ~mechanical & (supply <= water.set_point)
    asked = np.where(held, wanted / np.maximum(difference, 1e-9), 0.0)
    cooled = np.where(held, asked * difference, cooled)
    chilled = np.where(mechanical | mixed, wanted - cooled, 0.0)
    speed = np.where(held, coolers.speed_for(where, asked), np.where(mechanical, 0.0, 1.0))
    power = chiller_power(own, full, chilled)
    none = np.zeros(supply.shape)
    at_work = np.asarray(full.full.inside | (chilled <= 0.0)) & (coolers.inside(where) | (cooled <= 0.0))
    return LoopState(
        supply=supply,
        back=supply + water.heat / stream,
        cold=supply,
        rejected=cooled,
        economised=none,
        chilled=chilled,
        condensed=none,
        reused=pumped.taken,
        delivered=pumped.taken + pumped.power,
        chillers=power,
        heat_pumps=pumped.power,
        fans=coolers.fan_power(own, speed),
        speed=speed,
        mode=np.where(mechanical, MECHANICAL, np.where(mixed, MIXED, FREE)),
        inside=at_work & pumped.inside,
    )
