"""
One second of a hall's CDUs: valve, exchanger, and both sides of the racks; a block of CDUs is a tile.

See `twin.thermal.tiles` for what a tile is.
"""

from __future__ import annotations

from twin.thermal.compiled import LANE_LOOP, PLAIN, njit
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK
from twin.thermal.tiles import LANES, Place

VALVE_POINTS = 257
"""Valve positions at which the exchanger is tabulated."""

(
    SUPPLY, BACK, RAMP, VALVE, INTEGRAL, BACK_HEAT, FLOW, EXCHANGE, FACILITY, GIVEN,
    TERM_BACK, TERM_SUPPLY, RATE_BACK, RATE_SUPPLY, TAKE,
    SUM_SUPPLY, SUM_BACK, SUM_HEAT, SUM_VALVE, SUPPLY_HIGH, STEP_HEAT,
    SET_POINT, GAIN, INTEGRAL_PACE, REACH, SENT, STREAM, SUPPLY_CAPACITY, RETURN_CAPACITY, PUMP_HEAT,
    FACILITY_BEGIN, FACILITY_RAMP, SIDECAR,
) = (Place(LANES * row) for row in range(33))  # fmt: skip
"""Rows of a tile of CDUs: state, what a second works with, sums of `Tally`, and what a macro step holds."""

CDU_TILE = 33 * LANES


@njit(**PLAIN)
def pack(cdus, forcing, state, tally, d, first, last) -> None:
    """
    Put the CDUs of a hall into tiles.

    Parameters
    ----------
    cdus : CduLaw
        CDUs.
    forcing : Forcing
        What the macro step holds.
    state : ThermalState
        Read.
    tally : Tally
        Read.
    d : (any,)
        Tiles, filled; a lane without a CDU has no flow.
    first, last : [1]
        The hall's CDUs.
    """
    for i in range(d.size):
        d[i] = 0.0
    for n in range(d.size // CDU_TILE):
        for i in range(LANES):
            d[Place(n * CDU_TILE + i) + SUPPLY_CAPACITY] = 1.0
            d[Place(n * CDU_TILE + i) + RETURN_CAPACITY] = 1.0
    for c in range(first, last):
        t = Place((c - first) // LANES * CDU_TILE + (c - first) % LANES)
        d[t + SUPPLY], d[t + BACK] = state.supply[c], state.back[c]
        d[t + VALVE], d[t + INTEGRAL] = state.valve[c], state.integral[c]
        d[t + SET_POINT], d[t + SENT], d[t + GAIN] = forcing.set_point[c], forcing.valve[c], cdus.gain[c]
        d[t + INTEGRAL_PACE], d[t + REACH] = 1.0 / cdus.integral_time[c], 1.0 / cdus.stroke_time[c]
        d[t + STREAM], d[t + PUMP_HEAT] = cdus.stream[c], forcing.pump_heat[c]
        d[t + SUPPLY_CAPACITY], d[t + RETURN_CAPACITY] = cdus.supply_capacity[c], cdus.return_capacity[c]
        d[t + FACILITY_BEGIN], d[t + FACILITY_RAMP] = forcing.facility[c], forcing.facility_ramp[c]
        d[t + SIDECAR] = 1.0 if cdus.sidecar[c] else 0.0
        for row in range(5):
            d[t + SUM_SUPPLY + Place(row * LANES)] = tally.cdu_sum[c, row]
        d[t + STEP_HEAT] = tally.cdu_heat[c]


@njit(**PLAIN)
def unpack(state, tally, d, first, last) -> None:
    """
    Put the tiles of a hall's CDUs back.

    Parameters
    ----------
    state : ThermalState
        Written.
    tally : Tally
        Written.
    d : (any,)
        Tiles.
    first, last : [1]
        The hall's CDUs.
    """
    for c in range(first, last):
        t = Place((c - first) // LANES * CDU_TILE + (c - first) % LANES)
        state.supply[c], state.back[c], state.ramp[c] = d[t + SUPPLY], d[t + BACK], d[t + RAMP]
        state.valve[c], state.integral[c] = d[t + VALVE], d[t + INTEGRAL]
        for row in range(5):
            tally.cdu_sum[c, row] = d[t + SUM_SUPPLY + Place(row * LANES)]
        tally.cdu_heat[c] = d[t + STEP_HEAT]


@njit(inline="always")
def exchange(cdus, kind, level, fraction, valve) -> float:
    """
    Interpolate the exchanger over flow level and valve lift.

    Parameters
    ----------
    cdus : CduLaw
        CDUs.
    kind : [1]
        Row of their exchangers.
    level : [1]
        Flow level at or below the flow.
    fraction : [1]
        Way from that level to the next.
    valve : [1]
        Valve lift.

    Returns
    -------
    [W/K]
        Heat moved for each kelvin between coolant return and facility supply.
    """
    place = valve * (VALVE_POINTS - 1)
    index = min(int(place), VALVE_POINTS - 2)
    part = place - index
    low = cdus.exchanger[kind, level, index]
    value = low + part * (cdus.exchanger[kind, level, index + 1] - low)
    if fraction > 0.0:
        low = cdus.exchanger[kind, level + 1, index]
        value += fraction * (low + part * (cdus.exchanger[kind, level + 1, index + 1] - low) - value)
    return float(value)


@njit(inline="always")
def valve_second(valve, integral, by_error, sent, reach, pace):
    """
    Move a valve for a second: PI with back-calculation, limited by its stroke; or send it, or leave it.

    Parameters
    ----------
    valve : [1]
        Its lift.
    integral : [1]
        Integral part of its controller.
    by_error : [1]
        Proportional part.
    sent : [1]
        Lift that it is sent to; `VALVE_FREE` where its controller has it, `VALVE_STUCK` where it stays.
    reach : [1]
        How far it moves in a second.
    pace : [1/s]
        One over the controller's integral time.

    Returns
    -------
    tuple of float
        Its lift and integral part after the second.
    """
    free = sent == VALVE_FREE
    wanted = by_error + integral if free else sent
    moved = min(max(min(max(wanted, valve - reach), valve + reach), 0.0), 1.0)
    follows = integral + (by_error + moved - wanted) * pace if free else moved - by_error
    stuck = sent == VALVE_STUCK
    return valve if stuck else moved, integral if stuck else follows


@njit(**LANE_LOOP)
def valves_second(cdus, forcing, first, last, k, hall_air, d) -> float:
    """
    Move the valves of a hall's CDUs; give the ramp of their supply by the trapezoidal rule, returns held.

    Parameters
    ----------
    cdus : CduLaw
        CDUs.
    forcing : Forcing
        What the macro step holds.
    first, last : [1]
        The hall's CDUs.
    k : [1]
        Second of the macro step.
    hall_air : [K]
        Air in the middle of the second, which sidecars give their heat to.
    d : (any,)
        Their tiles.

    Returns
    -------
    [K]
        Warmest supply of those that have coolant, at the second's start.
    """
    blocks, warmest = (last - first + LANES - 1) // LANES, 0.0
    for block in range(blocks):
        for i in range(Place(LANES)):
            t = Place(block * CDU_TILE) + i
            by_error = d[t + GAIN] * (d[t + SUPPLY] - d[t + SET_POINT])
            valve, integral = d[t + VALVE], d[t + INTEGRAL]
            valve, integral = valve_second(valve, integral, by_error, d[t + SENT], d[t + REACH], d[t + INTEGRAL_PACE])
            d[t + VALVE], d[t + INTEGRAL], d[t + BACK_HEAT] = valve, integral, 0.0
    for c in range(first, last):
        t = Place((c - first) // LANES * CDU_TILE + (c - first) % LANES)
        moves = exchange(cdus, forcing.kind[c], forcing.level[k, c], forcing.fraction[k, c], d[t + VALVE])
        d[t + EXCHANGE] = forcing.served[c] * moves
        d[t + FLOW] = forcing.flow[k, c] * d[t + STREAM]
        if d[t + STREAM] > 0.0:
            warmest = max(warmest, d[t + SUPPLY])
    for block in range(blocks):
        for i in range(Place(LANES)):
            t = Place(block * CDU_TILE) + i
            water = d[t + FACILITY_BEGIN] + d[t + FACILITY_RAMP] * (k + 0.5)
            facility = hall_air if d[t + SIDECAR] > 0.0 else water
            d[t + FACILITY] = facility
            rise = d[t + FLOW] * (d[t + BACK] - d[t + SUPPLY]) - d[t + EXCHANGE] * (d[t + BACK] - facility)
            d[t + RAMP] = rise / (d[t + SUPPLY_CAPACITY] + 0.5 * d[t + FLOW])
    return warmest


@njit(**LANE_LOOP)
def cdus_second(d, o, terms):
    """
    Step both sides of a block of CDUs exactly for a second, relative to their facility water.

    Parameters
    ----------
    d : (any,)
        Tiles.
    o : [1]
        Place of the block.
    terms : [1]
        Terms of the series.

    Returns
    -------
    tuple of float
        Heat from the racks, and from sidecars to the hall's air, both [J].

    Notes
    -----
    A Taylor series whose every term keeps energy; the heat to facility water is a state of it.
    """
    heat, beside = 0.0, 0.0
    for i in range(Place(LANES)):
        t = o + i
        heat += d[t + BACK_HEAT]
        supply_pace, back_pace = 1.0 / d[t + SUPPLY_CAPACITY], 1.0 / d[t + RETURN_CAPACITY]
        d[t + RATE_BACK], d[t + RATE_SUPPLY] = d[t + FLOW] * back_pace, d[t + FLOW] * supply_pace
        d[t + TAKE] = d[t + EXCHANGE] * supply_pace
        back, supply = d[t + BACK] - d[t + FACILITY], d[t + SUPPLY] - d[t + FACILITY]
        d[t + GIVEN] = d[t + EXCHANGE] * back
        rise = (d[t + BACK_HEAT] + d[t + PUMP_HEAT]) * back_pace
        d[t + TERM_BACK] = d[t + RATE_BACK] * (supply - back) + rise
        d[t + TERM_SUPPLY] = d[t + RATE_SUPPLY] * (back - supply) - d[t + TAKE] * back
    for n in range(2, terms + 1):
        weight = 1.0 / n
        for i in range(Place(LANES)):
            t = o + i
            back, supply = d[t + TERM_BACK], d[t + TERM_SUPPLY]
            d[t + BACK] += back
            d[t + SUPPLY] += supply
            d[t + GIVEN] += weight * d[t + EXCHANGE] * back
            d[t + TERM_BACK] = weight * d[t + RATE_BACK] * (supply - back)
            d[t + TERM_SUPPLY] = weight * (d[t + RATE_SUPPLY] * (back - supply) - d[t + TAKE] * back)
    for i in range(Place(LANES)):
        t = o + i
        d[t + BACK] += d[t + TERM_BACK]
        d[t + SUPPLY] += d[t + TERM_SUPPLY]
        d[t + STEP_HEAT] += d[t + GIVEN]
        d[t + SUM_SUPPLY] += d[t + SUPPLY]
        d[t + SUM_BACK] += d[t + BACK]
        d[t + SUM_HEAT] += d[t + GIVEN]
        beside += d[t + SIDECAR] * d[t + GIVEN]
        d[t + SUM_VALVE] += d[t + VALVE]
        d[t + SUPPLY_HIGH] = max(d[t + SUPPLY_HIGH], d[t + SUPPLY])
    return heat, beside
