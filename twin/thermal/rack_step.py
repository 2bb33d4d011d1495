"""
One second of a run of racks: demand to power, power to heat, heat to temperature.

A run is racks of one hall and variant whose coolant flows alike; it is walked tile by tile (`twin.thermal.tiles`), of
each as much as belongs to it. What is rare, a limit or a rack that is off, is a plain loop before the one over the
lanes. Measured racks take a short way: their power has been parted when it was filled in, and has leakage in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from twin.thermal.cdu_step import BACK_HEAT, CDU_TILE, RAMP, SUPPLY
from twin.thermal.compiled import LANE_LOOP, PLAIN, njit
from twin.thermal.tiles import (
    ACCELERATOR,
    AIR,
    CHIP,
    COMPUTE,
    CONVERTED,
    DEMAND_ROWS,
    DRAWN_HIGH,
    DRAWN_LOW,
    DRAWN_SUM,
    HIGHEST,
    HOST,
    LANES,
    ON,
    OPPOSED,
    PLATE,
    RACK_TILE,
    STREAM,
    STREAM_HIGH,
    STREAM_LOW,
    STREAM_SUM,
    WEIGHT,
    WORST,
    WORST_HIGH,
    WORST_LOW,
    WORST_PLATE,
    WORST_STREAM,
    WORST_SUM,
    Place,
    alone_in_memory,
)


@njit(**PLAIN)
def blend(chain, v, level, fraction, out, u) -> None:
    """
    Interpolate one variant's step between two flow levels.

    Parameters
    ----------
    chain : (variant, level, row, column)
        As in `StepTable`.
    v : [1]
        Which variant.
    level : [1]
        Flow level at or below the flow.
    fraction : [1]
        Way from that level to the next.
    out : (run, row, column)
        Filled for one run.
    u : [1]
        Which run.
    """
    upper = min(level + 1, chain.shape[1] - 1)
    for i in range(chain.shape[2]):
        for j in range(chain.shape[3]):
            low = chain[v, level, i, j]
            out[u, i, j] = low + fraction * (chain[v, upper, i, j] - low)


@njit(inline="always")
def _highest(w):
    """Give the warmest chip of a run, and forget it; four lanes at a time, as the compiler does not by itself."""
    a, b, c, e = 0.0, 0.0, 0.0, 0.0
    for i in range(HIGHEST, HIGHEST + Place(LANES), Place(4)):
        a, b, c, e = max(a, w[i]), max(b, w[i + Place(1)]), max(c, w[i + Place(2)]), max(e, w[i + Place(3)])
    for i in range(Place(LANES)):
        w[HIGHEST + i] = 0.0
    return max(max(a, b), max(c, e))


@njit(inline="always")
def _note(limit, r, now, worst, racks, row):
    """Note a rack over its limits; tell by how much it is over that of throttling, and whether it first shuts down."""
    over = worst - racks.throttle_temp[row]
    if over <= 0.0:
        return over, False
    if worst > limit[0, r]:
        limit[0, r], limit[1, r] = worst, now
    limit[2, r] += 1.0
    if limit[3, r] < 0.0:
        limit[3, r] = now
    if worst <= racks.shutdown_temp[row]:
        return over, False
    limit[7, r] += 1.0
    first = limit[5, r] < 0.0
    if first:
        limit[5, r] = now
    return over, first


@njit(**PLAIN)
def _note_all(q, o, layout, part, limit, racks, row, now):
    """Note which racks of a part are over their limits; they go on as measured."""
    for r in range(layout.part_rack[part], layout.part_rack[part + 1]):
        _note(limit, r, now, q[o + Place(layout.lane[r]) + WORST], racks, row)


@njit(**PLAIN)
def _limits(q, asked, o, p, layout, part, limit, racks, row, now):
    """Hold the racks of a part to their limits; what is off draws nothing, and the leakage of its chips is opposed."""
    all_on, floor = 1.0, racks.idle_power[row]
    for r in range(layout.part_rack[part], layout.part_rack[part + 1]):
        lane = Place(layout.lane[r])
        t, power = o + lane, asked[p + lane + ACCELERATOR]
        over, shuts = _note(limit, r, now, q[t + WORST], racks, row)
        if shuts:
            q[t + ON] = 0.0
        q[t + OPPOSED] = 0.0
        if q[t + ON] == 0.0:
            if power > floor:
                limit[6, r] += 1.0
            power, asked[p + lane + HOST] = 0.0, 0.0
            q[t + OPPOSED] = racks.leakage[row] * (racks.leakage_reference[row] - q[t + CHIP])
        elif over > 0.0 and power > floor:
            lost = min(racks.throttle_gain[row] * over, 1.0)
            power -= lost * (power - floor)
            limit[4, r] += 1.0
            limit[6, r] += lost
        asked[p + lane + ACCELERATOR] = power
        all_on = min(all_on, q[t + ON])
    return all_on


@njit(inline="always")
def _lost(power, pace, table, row):
    """Interpolate the rack chain's loss: that of no load below the table, the last slope beyond it."""
    place = max(power, 0.0) * pace
    index = min(np.int64(place), np.int64(table.shape[1] - 2))
    j = Place(index)
    return table[row, j] + (place - index) * (table[row, j + Place(1)] - table[row, j])


def _second_of(measured: bool) -> Callable[..., Any]:
    """
    Compile `run_second` for measured racks, or for those that follow a load: one text, of which each leaves out lines.

    What a measured rack draws has conversion and leakage in it, and no limit moves it.
    """

    @njit(**LANE_LOOP)
    def second(racks, v, u, k, run, asked, offset, seconds, layout, on, limit, hall_air, highest, a, b, now, q, w, d):
        alone_in_memory()
        a00, a01, a02, a03, a04, a05 = a[u, 0, 0], a[u, 0, 1], a[u, 0, 2], a[u, 0, 3], a[u, 0, 4], a[u, 0, 5]
        a10, a11, a12, a13, a14, a15 = a[u, 1, 0], a[u, 1, 1], a[u, 1, 2], a[u, 1, 3], a[u, 1, 4], a[u, 1, 5]
        a20, a21, a22, a23, a24, a25 = a[u, 2, 0], a[u, 2, 1], a[u, 2, 2], a[u, 2, 3], a[u, 2, 4], a[u, 2, 5]
        a30, a31, a32, a33, a34, a35 = a[u, 3, 0], a[u, 3, 1], a[u, 3, 2], a[u, 3, 3], a[u, 3, 4], a[u, 3, 5]
        a40, a41, a42, a43, a44, a45 = a[u, 4, 0], a[u, 4, 1], a[u, 4, 2], a[u, 4, 3], a[u, 4, 4], a[u, 4, 5]
        b00, b01, b02, b03, b04, b05 = b[u, 0, 0], b[u, 0, 1], b[u, 0, 2], b[u, 0, 3], b[u, 0, 4], b[u, 0, 5]
        b10, b11, b12, b13, b14, b15 = b[u, 1, 0], b[u, 1, 1], b[u, 1, 2], b[u, 1, 3], b[u, 1, 4], b[u, 1, 5]
        b20, b21, b22, b23, b24, b25 = b[u, 2, 0], b[u, 2, 1], b[u, 2, 2], b[u, 2, 3], b[u, 2, 4], b[u, 2, 5]
        air00, air01, air10, air11 = racks.air[v, 0, 0], racks.air[v, 0, 1], racks.air[v, 1, 0], racks.air[v, 1, 1]
        row = v >> 1
        liquid, auxiliary, accelerators = racks.liquid[row], racks.auxiliary_power[row], racks.accelerator_part[row]
        leakage, reference = racks.leakage[row], racks.leakage_reference[row]
        fraction, throttle = racks.liquid_fraction[row] if liquid else 1.0, racks.throttle_temp[row]
        pace, table = racks.chain_pace[row], racks.chain_loss
        all_drawn, all_used, all_lost, all_blown, all_moved = 0.0, 0.0, 0.0, 0.0, 0.0
        block_air, first_part = Place(d.size - CDU_TILE), layout.run_part[run - u]
        for part in range(layout.run_part[run], layout.run_part[run + 1]):
            o, low, high = Place(layout.part_home[part] * RACK_TILE), layout.part_low[part], layout.part_high[part]
            p = Place(layout.part_home[part] * seconds + offset + k) * DEMAND_ROWS
            c = Place(layout.part_block[part] * CDU_TILE) if liquid else block_air
            if measured:
                if highest > throttle:
                    _note_all(q, o, layout, part, limit, racks, row, now)
            elif highest > throttle or on[part - first_part] == 0.0:
                on[part - first_part] = _limits(q, asked, o, p, layout, part, limit, racks, row, now)
            for i in range(low, high):
                t = o + i
                inlet, slope, weight = d[c + i + SUPPLY], d[c + i + RAMP], q[t + WEIGHT]
                if measured:
                    compute, loss = asked[p + i + COMPUTE], asked[p + i + CONVERTED]
                    power = max(compute, 0.0) * accelerators
                    drawn = compute + loss + auxiliary
                    heat = power
                else:
                    running, power = q[t + ON], asked[p + i + ACCELERATOR]
                    compute = power + asked[p + i + HOST]
                    leaked = leakage * (q[t + CHIP] - reference) + q[t + OPPOSED]
                    loss = running * _lost(compute + leaked, pace, table, row)
                    drawn = compute + loss + running * auxiliary
                    heat = leakage * (inlet - reference) + power + q[t + OPPOSED]
                given = fraction * drawn - power
                above, to_air = q[t + AIR] - hall_air, (1.0 - fraction) * drawn
                q[t + AIR] = hall_air + air00 * above + air01 * to_air
                all_blown += weight * (air10 * above + air11 * to_air)

                worst = q[t + WORST]
                q[t + WORST_LOW] = min(q[t + WORST_LOW], worst)
                q[t + WORST_HIGH] = max(q[t + WORST_HIGH], worst)
                q[t + WORST_SUM] += worst
                x, y, z = worst - inlet, q[t + WORST_PLATE] - inlet, q[t + WORST_STREAM] - inlet
                worst = inlet + b00 * x + b01 * y + b02 * z + b03 * heat + b04 * given + b05 * slope
                q[t + WORST] = worst
                w[i + HIGHEST] = max(w[i + HIGHEST], worst if weight > 0.0 else 0.0)
                q[t + WORST_PLATE] = inlet + b10 * x + b11 * y + b12 * z + b13 * heat + b14 * given + b15 * slope
                q[t + WORST_STREAM] = inlet + b20 * x + b21 * y + b22 * z + b23 * heat + b24 * given + b25 * slope

                x, y, z = q[t + CHIP] - inlet, q[t + PLATE] - inlet, q[t + STREAM] - inlet
                q[t + CHIP] = inlet + a00 * x + a01 * y + a02 * z + a03 * heat + a04 * given + a05 * slope
                q[t + PLATE] = inlet + a10 * x + a11 * y + a12 * z + a13 * heat + a14 * given + a15 * slope
                stream = inlet + a20 * x + a21 * y + a22 * z + a23 * heat + a24 * given + a25 * slope
                q[t + STREAM] = stream
                q[t + STREAM_LOW] = min(q[t + STREAM_LOW], stream)
                q[t + STREAM_HIGH] = max(q[t + STREAM_HIGH], stream)
                q[t + STREAM_SUM] += stream
                moved = weight * (a40 * x + a41 * y + a42 * z + a43 * heat + a44 * given + a45 * slope)
                d[c + i + BACK_HEAT] += moved  # Of the tile of air nobody reads it.
                all_moved += moved

                if not measured:
                    mean = inlet + a30 * x + a31 * y + a32 * z + a33 * heat + a34 * given + a35 * slope
                    leaked = leakage * (mean - reference) + q[t + OPPOSED]
                    power, drawn = power + leaked, drawn + leaked
                q[t + DRAWN_LOW] = min(q[t + DRAWN_LOW], drawn)
                q[t + DRAWN_HIGH] = max(q[t + DRAWN_HIGH], drawn)
                q[t + DRAWN_SUM] += drawn
                all_drawn += weight * drawn
                all_used += weight * power
                all_lost += weight * loss
        return all_drawn, all_used, all_lost, all_blown if liquid else all_moved, _highest(w)

    return cast("Callable[..., Any]", second)


_MEASURED, _FOLLOWING = _second_of(True), _second_of(False)


@njit(inline="always")
def run_second(racks, v, u, k, run, asked, offset, seconds, layout, on, limit, hall_air, highest, a, b, now, q, w, d):
    """
    Step one run for a second.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    v : [1]
        Variant of the run.
    u : [1]
        Run, among those of its hall.
    k : [1]
        Second of the macro step.
    run : [1]
        Run, among all.
    asked : (any,) [W]
        What racks of some halls are asked for, as `kernel.fill` lays it; overwritten where one is over its limits.
    offset, seconds : [s]
        Seconds of demand that lie before a tile's in it, beyond those of all tiles before it; and how many a tile has.
    layout : Layout
        The kernel's racks.
    on : (part,) [1]
        Of the hall's parts, zero where a rack is off; kept so.
    limit : (8, kernel rack)
        As in `Tally`, added to.
    hall_air : [K]
        Air of the hall in the middle of the second.
    highest : [K]
        Warmest chip at the second's start.
    a : (run, 5, 6)
        Exact step of the mean chip's chain, at the flow of each run of the hall.
    b : (run, 3, 6)
        Exact step of the worst chip's.
    now : [s]
        The second, from the start of the run.
    q : (any,)
        All racks, replaced by their state at the end of the second.
    w : (any,)
        Rows that all tiles share.
    d : (any,)
        The hall's CDUs: their supply is read, and takes what the racks give it; then a tile that stands for its air.

    Returns
    -------
    tuple of float
        Inlet energy, accelerator energy, rack loss, heat blown into the hall [J]; and the warmest chip at the second's
        end [K].
    """
    if v & 1:
        return _MEASURED(
            racks, v, u, k, run, asked, offset, seconds, layout, on, limit, hall_air, highest, a, b, now, q, w, d
        )
    return _FOLLOWING(
        racks, v, u, k, run, asked, offset, seconds, layout, on, limit, hall_air, highest, a, b, now, q, w, d
    )
