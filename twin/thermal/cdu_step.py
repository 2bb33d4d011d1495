"""
One second of a hall's CDUs: valve, exchanger, and both sides of the racks; a block of CDUs is a tile.

See `twin.thermal.tiles` for what a tile is.
"""

from __future__ import annotations

import numpy as np

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
    FACILITY_BEGIN, FACILITY_RAMP, SIDECAR, SERVED, TABLE, FRACTION,
) = (Place(LANES * row) for row in range(36))  # fmt: skip
"""Rows of a tile of CDUs: state, what a second works with, sums of `Tally`, and what a macro step holds."""

SUMS = 5

CDU_TILE = 36 * LANES


@njit(inline="always")
def _put(d, o, source, first, count):
    """Copy numbers of neighbouring CDUs into a row; a loop for each row, which the compiler turns into vectors."""
    for i in range(count):
        d[o + i] = source[first + i]


@njit(inline="always")
def _take(target, first, count, d, o):
    """Copy a row back."""
    for i in range(count):
        target[first + i] = d[o + i]


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
    for block in range((last - first + LANES - 1) // LANES):
        c, o = Place(first + block * LANES), Place(block * CDU_TILE)
        n = min(Place(last) - c, Place(LANES))
        for i in range(Place(LANES)):
            d[o + i + SUPPLY_CAPACITY], d[o + i + RETURN_CAPACITY] = 1.0, 1.0
            d[o + i + INTEGRAL_PACE], d[o + i + REACH] = 1.0, 1.0
        _put(d, o + SUPPLY, state.supply, c, n)
        _put(d, o + BACK, state.back, c, n)
        _put(d, o + VALVE, state.valve, c, n)
        _put(d, o + INTEGRAL, state.integral, c, n)
        _put(d, o + SET_POINT, forcing.set_point, c, n)
        _put(d, o + SENT, forcing.valve, c, n)
        _put(d, o + PUMP_HEAT, forcing.pump_heat, c, n)
        _put(d, o + FACILITY_BEGIN, forcing.facility, c, n)
        _put(d, o + FACILITY_RAMP, forcing.facility_ramp, c, n)
        _put(d, o + SERVED, forcing.served, c, n)
        _put(d, o + GAIN, cdus.gain, c, n)
        _put(d, o + INTEGRAL_PACE, cdus.integral_time, c, n)
        _put(d, o + REACH, cdus.stroke_time, c, n)
        _put(d, o + STREAM, cdus.stream, c, n)
        _put(d, o + SUPPLY_CAPACITY, cdus.supply_capacity, c, n)
        _put(d, o + RETURN_CAPACITY, cdus.return_capacity, c, n)
        _put(d, o + SIDECAR, cdus.sidecar, c, n)
        _put(d, o + STEP_HEAT, tally.cdu_heat, c, n)
        for row in range(SUMS):
            _put(d, o + SUM_SUPPLY + Place(row * LANES), tally.cdu_sum[row], c, n)
        for i in range(Place(LANES)):
            d[o + i + INTEGRAL_PACE], d[o + i + REACH] = 1.0 / d[o + i + INTEGRAL_PACE], 1.0 / d[o + i + REACH]


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
    for block in range((last - first + LANES - 1) // LANES):
        c, o = Place(first + block * LANES), Place(block * CDU_TILE)
        n = min(Place(last) - c, Place(LANES))
        _take(state.supply, c, n, d, o + SUPPLY)
        _take(state.back, c, n, d, o + BACK)
        _take(state.ramp, c, n, d, o + RAMP)
        _take(state.valve, c, n, d, o + VALVE)
        _take(state.integral, c, n, d, o + INTEGRAL)
        _take(tally.cdu_heat, c, n, d, o + STEP_HEAT)
        for row in range(SUMS):
            _take(tally.cdu_sum[row], c, n, d, o + SUM_SUPPLY + Place(row * LANES))


@njit(**PLAIN)
def _flow(cdus, forcing, first, last, f, d) -> None:
    """Show a hall's CDUs their flow of a row, and where the exchanger is tabulated for it."""
    levels = cdus.exchanger.shape[1]
    for c in range(first, last):
        t = Place((c - first) // LANES * CDU_TILE + (c - first) % LANES)
        d[t + FLOW] = forcing.flow[f, c] * d[t + STREAM]
        d[t + FRACTION] = forcing.fraction[f, c]
        d[t + TABLE] = (forcing.kind[c] * levels + forcing.level[f, c]) * VALVE_POINTS


@njit(inline="always")
def _flows_differ(forcing, first, last, f):
    """Tell whether a CDU of a hall flows otherwise than in the row before, if there is one."""
    differ = 0.0
    for c in range(first, last):
        differ += abs(forcing.flow[f, c] - forcing.flow[f - 1, c])
    return differ > 0.0


@njit(inline="always")
def _exchange(table, d, o):
    """Interpolate the exchangers [W/K] of a block over flow level and valve lift."""
    points, last = Place(VALVE_POINTS), np.int64(VALVE_POINTS - 2)
    for i in range(Place(LANES)):
        t = o + i
        place = d[t + VALVE] * (VALVE_POINTS - 1)
        index = min(np.int64(place), last)
        part, j = place - index, Place(np.int64(d[t + TABLE]) + index)
        low, high = table[j], table[j + Place(1)]
        above_low, above_high = table[j + points], table[j + points + Place(1)]
        value = low + part * (high - low)
        value += d[t + FRACTION] * (above_low + part * (above_high - above_low) - value)
        d[t + EXCHANGE] = d[t + SERVED] * value


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
def valves_second(cdus, table, forcing, first, last, k, f, hall_air, d) -> float:
    """
    Move the valves of a hall's CDUs; give the ramp of their supply by the trapezoidal rule, returns held.

    Parameters
    ----------
    cdus : CduLaw
        CDUs.
    table : (any,) [W/K]
        Their exchangers, one after the other.
    forcing : Forcing
        What the macro step holds.
    first, last : [1]
        The hall's CDUs.
    k : [1]
        Second of the coupling step.
    f : [1]
        Row of the flows in that second.
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
    if k == 0 or _flows_differ(forcing, first, last, f):
        _flow(cdus, forcing, first, last, f, d)
    for block in range(blocks):
        for i in range(Place(LANES)):
            t = Place(block * CDU_TILE) + i
            by_error = d[t + GAIN] * (d[t + SUPPLY] - d[t + SET_POINT])
            valve, integral = d[t + VALVE], d[t + INTEGRAL]
            valve, integral = valve_second(valve, integral, by_error, d[t + SENT], d[t + REACH], d[t + INTEGRAL_PACE])
            d[t + VALVE], d[t + INTEGRAL], d[t + BACK_HEAT] = valve, integral, 0.0
        _exchange(table, d, Place(block * CDU_TILE))
    for c in range(first, last):
        t = Place((c - first) // LANES * CDU_TILE + (c - first) % LANES)
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
