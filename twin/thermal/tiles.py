"""
How the replay kernel holds a hall's racks and CDUs while it walks it: in tiles of 32 lanes.

A tile has a row of 32 numbers for each quantity, row after row in one flat array. A CDU's lane is its place among the
hall's CDUs; a tile of racks holds one rack of each CDU of a block, in that CDU's lane, so that supply and heat pass
from row to row. One loop over the lanes is then a whole second of physics: the compiler sees that rows never overlap,
and keeps a rack's numbers in registers from demand to temperature. Places are unsigned, since a signed index might
count from the end and hide that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats, Integers
from twin.thermal.compiled import PLAIN, njit

LANES = 32
"""Lanes of a tile: the CDUs of a hall, most often, and whole vector registers."""

VECTOR = 8
"""Lanes that are stepped together at least."""

Place = np.uint64

(
    CHIP, PLATE, STREAM, AIR, WORST, WORST_PLATE, WORST_STREAM,
    DRAWN_LOW, DRAWN_SUM, DRAWN_HIGH, WORST_LOW, WORST_SUM, WORST_HIGH, STREAM_LOW, STREAM_SUM, STREAM_HIGH,
    ON, WEIGHT, CAP, POWER, HOST, OPPOSED, LOSS, INLET, SLOPE, MOVED,
) = (Place(LANES * row) for row in range(26))  # fmt: skip
"""Rows of a tile of racks: `ThermalState.rack`, `Tally.rack`, and what a second works with."""

STATES, TALLIES = 7, 9
RACK_TILE = 26 * LANES


class Tiles(NamedTuple):
    """
    A hall's racks in tiles.

    Attributes
    ----------
    run : (run + 1,)
        First tile of each run.
    rack : (tile + 1,)
        First kernel rack of each.
    block : (tile,)
        Block of the hall's CDUs whose lanes it has.
    lane : (kernel rack,)
        Lane of each.
    low, high : (tile,)
        Lanes that are stepped.
    on : (tile,) [1]
        Zero where a rack is off.
    """

    run: Integers
    rack: Integers
    block: Integers
    lane: Integers
    low: npt.NDArray[np.uint64]
    high: npt.NDArray[np.uint64]
    on: Floats


@njit(inline="always")
def _end(layout, liquid, r, last, base):
    """Give the end of the tile that begins with rack `r`: each CDU once, of one block; any racks where air cools."""
    end = r + 1
    while end < last and end - r < LANES:
        if liquid:
            here, before = layout.cdu[end] - base, layout.cdu[end - 1] - base
            if here <= before or here // LANES != before // LANES:
                break
        end += 1
    return end


@njit(error_model="numpy")
def cut(layout, liquid) -> Tiles:
    """
    Cut runs into tiles.

    Parameters
    ----------
    layout : Layout
        The kernel's racks and runs.
    liquid : (rack_class,) bool
        Whether coolant cools it.

    Returns
    -------
    Tiles
        In the order of the racks.
    """
    racks, runs = layout.cdu.size, layout.run_rack.size - 1
    run, rack, block = np.zeros(runs + 1, np.int64), np.zeros(racks + 1, np.int64), np.zeros(racks, np.int64)
    lane, low, high = np.zeros(racks, np.int64), np.zeros(racks, np.uint64), np.zeros(racks, np.uint64)
    count = 0
    for hall in range(layout.hall_run.size - 1):
        base = layout.hall_cdu[hall]
        for u in range(layout.hall_run[hall], layout.hall_run[hall + 1]):
            run[u] = count
            first, last = layout.run_rack[u], layout.run_rack[u + 1]
            wet = liquid[layout.variant[first] >> 1]
            while first < last:
                end = _end(layout, wet, first, last, base)
                for r in range(first, end):
                    lane[r] = (layout.cdu[r] - base) % LANES if wet else r - first
                block[count] = (layout.cdu[first] - base) // LANES if wet else 0
                low[count] = lane[first] // VECTOR * VECTOR
                high[count] = (lane[end - 1] // VECTOR + 1) * VECTOR
                count += 1
                rack[count] = end
                first = end
    run[runs] = count
    return Tiles(run, rack, block, lane, low, high, np.ones(count))


@njit(**PLAIN)
def pack(tile, begun, layout, tiles, cap, state, tally, q) -> None:
    """
    Put the racks of a tile into its rows.

    Parameters
    ----------
    tile : [1]
        Which tile.
    begun : [1]
        First tile of its hall.
    layout : Layout
        The kernel's racks.
    tiles : Tiles
        All tiles; whether a rack is off is noted.
    cap : (kernel rack,) [W]
        Highest accelerator power.
    state : ThermalState
        Read.
    tally : Tally
        Read.
    q : (any,)
        Tiles of the hall; rows are filled. A lane without a rack does as its neighbour, and weighs nothing.
    """
    r, last = tiles.rack[tile], tiles.rack[tile + 1]
    v, o = layout.variant[r], Place((tile - begun) * RACK_TILE)
    on = 1.0
    for i in range(tiles.low[tile], tiles.high[tile]):
        while r + 1 < last and tiles.lane[r + 1] <= i:
            r += 1
        t = o + Place(i)
        for row in range(STATES):
            q[t + CHIP + Place(row * LANES)] = state.rack[row, r]
        for row in range(TALLIES):
            q[t + DRAWN_LOW + Place(row * LANES)] = tally.rack[row, r]
        q[t + ON], q[t + OPPOSED], q[t + POWER], q[t + HOST] = state.on[r], 0.0, 0.0, 0.0
        q[t + WEIGHT] = layout.weight[r] if tiles.lane[r] == i else 0.0
        q[t + CAP] = np.inf if v & 1 else cap[r]
        on = min(on, state.on[r])
    tiles.on[tile] = on


@njit(**PLAIN)
def unpack(tile, begun, liquid, tiles, state, tally, q) -> None:
    """
    Put the rows of a tile back.

    Parameters
    ----------
    tile : [1]
        Which tile.
    begun : [1]
        First tile of its hall.
    liquid : [1]
        Whether coolant cools it; the air of racks that air cools is their stream.
    tiles : Tiles
        All tiles.
    state : ThermalState
        Written.
    tally : Tally
        Written.
    q : (any,)
        Tiles of the hall.
    """
    o = Place((tile - begun) * RACK_TILE)
    for r in range(tiles.rack[tile], tiles.rack[tile + 1]):
        t = o + Place(tiles.lane[r])
        for row in range(STATES):
            state.rack[row, r] = q[t + CHIP + Place(row * LANES)]
        for row in range(TALLIES):
            tally.rack[row, r] = q[t + DRAWN_LOW + Place(row * LANES)]
        state.on[r] = q[t + ON]
        if not liquid:
            state.rack[3, r] = q[t + STREAM]
