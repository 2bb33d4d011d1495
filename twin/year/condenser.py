"""A loop at rest with condenser water between its towers and its economiser and chillers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import plant_tables
from twin.cooling.ranges import BOILING
from twin.facility_water import Loops
from twin.thermal.loop_control import ECONOMISER_OPENING
from twin.year import coolers
from twin.year.coolers import Place, Table
from twin.year.loops import FREE, MECHANICAL, MIXED, LoopState, Machines, Water, chiller_power, machines, reuse

ROUNDS = 4
"""Times that chillers and towers are set against each other; each takes some hundredths of the change before."""


ROUNDING = 1e-9
"""Part of a heat [1] by which chillers may fall short of it."""


class _Towers(NamedTuple):
    """Condenser water and its towers: cold [K], heat taken [W], fan speed [1], and the place in their table."""

    cold: Floats
    rejected: Floats
    speed: Floats
    place: Place


class _Chilled(NamedTuple):
    """What chillers do: supply [K], heat economised and chilled [W], power [W], towers, and the machines."""

    supply: Floats
    economised: Floats
    chilled: Floats
    power: Floats
    towers: _Towers
    full: Machines


def condenser(own: Loops, table: Table, water: Water) -> LoopState:
    """
    Give a loop with condenser water.

    Parameters
    ----------
    own : Loops
        One loop.
    table : Table
        Its towers.
    water : Water
        What it meets.

    Returns
    -------
    LoopState
        At rest.

    Notes
    -----
    As `twin.year.direct.direct`, with the economiser in the place of the coolers. Towers hold the condenser water: by
    the economiser as cold as gives it `ECONOMISER_OPENING`, by chillers alone at an approach to the outdoors; where
    they cannot, it is as warm as makes them take all heat, T_hot = T_outdoor + Q / K.
    """
    stream = water.flow * own.water_stream
    exchanger = plant_tables.economiser(own, water.flow[..., np.newaxis])[..., 0]
    rate = np.minimum(np.broadcast_to(exchanger, stream.shape), stream)
    back = water.set_point + water.heat / stream
    pumped = reuse(own, back, water.heat, stream)
    wanted, met = water.heat - pumped.taken, back - pumped.shift
    fall = water.heat / stream - pumped.shift
    pump = float(own.condenser.pump_power[0])
    aim = met - wanted / (ECONOMISER_OPENING * np.maximum(exchanger, 1e-9))
    free = _towers(own, table, water, wanted + pump, np.maximum(aim, own.condenser.least_temperature))
    short = rate * (met - free.cold) < wanted
    warm = np.where(short, free.cold + wanted / np.maximum(rate, 1e-9) - fall, water.set_point)
    one = machines(own, water.set_point, np.maximum(free.cold, own.condenser.least_temperature))
    able = (one.able > 0.0) & (wanted <= one.able)
    mechanical = able & ((met - water.outdoor <= own.economy + 0.5 * own.hysteresis) | (rate <= 0.0))
    mixed = ~mechanical & (one.able > 0.0) & (warm - water.set_point > own.control_band)
    if water.mode is not None:
        mechanical, mixed = water.mode == MECHANICAL, water.mode == MIXED
    helped = _with_chillers(own, table, water, (rate, wanted, fall), mechanical)
    chilling = mechanical | mixed
    supply = np.where(chilling, helped.supply, warm)
    cold, rejected, speed = (
        np.where(chilling, one, other) for one, other in zip(helped.towers[:3], free[:3], strict=True)
    )
    chilled = np.where(chilling, helped.chilled, 0.0)
    power = np.where(chilling, helped.power, 0.0)
    towers_inside = np.where(chilling, coolers.inside(helped.towers.place), coolers.inside(free.place))
    return LoopState(
        supply=supply,
        back=supply + water.heat / stream,
        cold=cold,
        rejected=rejected,
        economised=np.where(chilling, helped.economised, rate * (supply + fall - cold) * short + wanted * ~short),
        chilled=chilled,
        condensed=chilled + own.chillers.load.motor_share * power,
        reused=pumped.taken,
        delivered=pumped.taken + pumped.power,
        chillers=power,
        heat_pumps=pumped.power,
        fans=coolers.fan_power(own, speed),
        speed=speed,
        mode=np.where(mechanical, MECHANICAL, np.where(mixed, MIXED, FREE)),
        inside=towers_inside & (helped.full.full.inside | ~chilling) & pumped.inside,
    )


def _with_chillers(
    own: Loops, table: Table, water: Water, carried: tuple[Floats, Floats, Floats], mechanical: Flags
) -> _Chilled:
    """Set chillers and towers against each other; by chillers alone where `mechanical`."""
    rate, wanted, fall = carried
    pump, least = float(own.condenser.pump_power[0]), own.condenser.least_temperature
    aim = np.maximum(np.where(mechanical, water.outdoor + own.condenser.approach, least), least)
    chilled, power, supply = wanted, 0.1 * wanted, water.supply
    for _ in range(ROUNDS):
        given = wanted + own.chillers.load.motor_share * power + pump
        towers = _towers(own, table, water, given, aim)
        full = machines(own, supply, np.maximum(towers.cold, least))
        reached = np.where(mechanical, 0.0, rate)
        open_ = towers.cold + (wanted - full.able) / np.maximum(reached, 1e-9) - fall
        # Chillers alone that cannot carry the heat: water that is refused, not a set point that is not held.
        lost = (rate <= 0.0) & (full.able < wanted * (1.0 - ROUNDING))
        supply = np.where(lost, BOILING + 1.0, np.where(mechanical | (rate <= 0.0), water.set_point, open_))
        supply = np.maximum(supply, water.set_point)
        economised = np.clip(reached * (supply + fall - towers.cold), 0.0, wanted)
        chilled = wanted - economised
        power = chiller_power(own, full, chilled)
    given = economised + chilled + own.chillers.load.motor_share * power + pump
    return _Chilled(supply, economised, chilled, power, _towers(own, table, water, given, aim), full)


def _towers(own: Loops, table: Table, water: Water, heat: Floats, aim: Floats) -> _Towers:
    """Hold the cold condenser water where towers can; else give it as they leave it at full speed."""
    rise = heat / own.condenser.stream
    hot = aim + rise
    where = coolers.place(table, hot, water.outdoor, water.flow)
    most = coolers.rate_at(where, coolers.TOP)
    able = most * (hot - water.outdoor) >= heat
    if not able.all():
        for _ in range(ROUNDS):
            reached = water.outdoor + heat / coolers.rate_at(where, coolers.TOP)
            where = coolers.place(table, np.where(able, hot, reached), water.outdoor, water.flow)
        most = coolers.rate_at(where, coolers.TOP)
        hot = np.where(able, hot, water.outdoor + heat / most)
    difference = hot - water.outdoor
    asked = heat / np.maximum(difference, 1e-9)
    speed = np.where(able, coolers.speed_for(where, asked), 1.0)
    return _Towers(hot - rise, np.where(able, asked, most) * difference, speed, where)
