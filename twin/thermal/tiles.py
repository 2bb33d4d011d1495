"""
How the replay kernel holds a hall's racks and CDUs while it walks it: in tiles of 32 lanes.

A tile has a row of 32 numbers for each quantity, row after row in one flat array. A CDU's lane is its place among the
hall's CDUs; a tile of racks holds one rack of each CDU of a block, in that CDU's lane, so that supply and heat pass
from row to row. One loop over the lanes is then a whole second of physics: the compiler sees that rows never overlap,
and keeps a rack's numbers in registers from demand to temperature. Places are unsigned, since a signed index might
count from the end and hide that.
"""

from __future__ import annotations

import numpy as np

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


@njit(**PLAIN)
def pack(tile, begun, layout, cap, state, tally, q) -> float:
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
    cap : (kernel rack,) [W]
        Highest accelerator power.
    state : ThermalState
        Read.
    tally : Tally
        Read.
    q : (any,)
        Tiles of the hall; rows are filled. A lane without a rack does as its neighbour, and weighs nothing.

    Returns
    -------
    [1]
        Zero where a rack is off.
    """
    r, last = layout.tile_rack[tile], layout.tile_rack[tile + 1]
    v, o = layout.variant[r], Place((tile - begun) * RACK_TILE)
    all_on = 1.0
    for i in range(layout.tile_low[tile], layout.tile_high[tile]):
        while r + 1 < last and layout.lane[r + 1] <= i:
            r += 1
        t = o + Place(i)
        for row in range(STATES):
            q[t + CHIP + Place(row * LANES)] = state.rack[row, r]
        for row in range(TALLIES):
            q[t + DRAWN_LOW + Place(row * LANES)] = tally.rack[row, r]
        q[t + ON], q[t + OPPOSED], q[t + POWER], q[t + HOST] = state.on[r], 0.0, 0.0, 0.0
        q[t + WEIGHT] = layout.weight[r] if layout.lane[r] == i else 0.0
        q[t + CAP] = np.inf if v & 1 else cap[r]
        all_on = min(all_on, state.on[r])
    return all_on


@njit(**PLAIN)
def ask(tile, begun, layout, accelerator, host, asked) -> None:
    """
    Turn the demand of a tile's racks into rows, two for each second: accelerators, and hosts.

    Parameters
    ----------
    tile : [1]
        Which tile.
    begun : [1]
        First tile of its hall.
    layout : Layout
        The kernel's racks.
    accelerator, host : (kernel rack, second) [W]
        Demand.
    asked : (any,) [W]
        Rows of the hall's tiles, filled.
    """
    seconds = accelerator.shape[1]
    o = Place((tile - begun) * 2 * seconds * LANES)
    for r in range(layout.tile_rack[tile], layout.tile_rack[tile + 1]):
        t = o + Place(layout.lane[r])
        for k in range(seconds):
            asked[t + Place(2 * k * LANES)] = accelerator[r, k]
        for k in range(seconds):
            asked[t + Place((2 * k + 1) * LANES)] = host[r, k]


@njit(**PLAIN)
def unpack(tile, begun, liquid, layout, state, tally, q) -> None:
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
    layout : Layout
        The kernel's racks.
    state : ThermalState
        Written.
    tally : Tally
        Written.
    q : (any,)
        Tiles of the hall.
    """
    o = Place((tile - begun) * RACK_TILE)
    for r in range(layout.tile_rack[tile], layout.tile_rack[tile + 1]):
        t = o + Place(layout.lane[r])
        for row in range(STATES):
            state.rack[row, r] = q[t + CHIP + Place(row * LANES)]
        for row in range(TALLIES):
            tally.rack[row, r] = q[t + DRAWN_LOW + Place(row * LANES)]
        state.on[r] = q[t + ON]
        if not liquid:
            state.rack[3, r] = q[t + STREAM]
