"""
How the replay kernel holds a hall's racks and CDUs while it walks it: in tiles of 32 lanes.

A tile has a row of 32 numbers for each quantity, row after row in one flat array. A CDU's lane is its place among the
hall's CDUs; a tile of racks holds one rack of each CDU of a block, in that CDU's lane, so that supply and heat pass
from row to row. One loop over the lanes is then a whole second of physics: the compiler sees that rows never overlap,
and keeps a rack's numbers in registers from demand to temperature. Places are unsigned, since a signed index might
count from the end and hide that. What lives for a second only has rows that all tiles share, since a hall's tiles are
to fit a core's first cache.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import PLAIN, VOID, intrinsic, njit

if TYPE_CHECKING:
    from twin.site import Floats
    from twin.thermal.tables import Layout

LANES = 32
"""Lanes of a tile: the CDUs of a hall, most often, and whole vector registers."""

VECTOR = 8
"""Lanes that are stepped together at least: those of a whole vector register, and of a cache line."""

Place = np.uint64

(
    CHIP, PLATE, STREAM, AIR, WORST, WORST_PLATE, WORST_STREAM,
    DRAWN_LOW, DRAWN_SUM, DRAWN_HIGH, WORST_LOW, WORST_SUM, WORST_HIGH, STREAM_LOW, STREAM_SUM, STREAM_HIGH,
    ON, WEIGHT, OPPOSED,
) = (Place(LANES * row) for row in range(19))  # fmt: skip
"""Rows of a tile of racks: temperatures; lowest, sum and highest of a minute; whether it runs, and its like."""

STATES, TALLIES = 7, 9
RACK_TILE = 19 * LANES

HIGHEST = Place(0)
"""Row that all tiles share: the warmest chips of a run."""

SHARED_ROWS = LANES

ACCELERATOR, HOST = Place(0), Place(LANES)
"""Rows of a second of a tile's demand, of racks that follow a load."""

COMPUTE, CONVERTED = ACCELERATOR, HOST
"""The same of measured racks: what accelerators and hosts draw together, and what the rack's chain loses for it."""

DEMAND_ROWS = Place(2 * LANES)


def room(*shape: int) -> Floats:
    """
    Make room for tiles.

    Parameters
    ----------
    shape : tuple of int
        Its shape.

    Returns
    -------
    shape
        Zeros that begin at a cache line. NumPy promises a quarter of one, from where every whole vector crosses two.
    """
    size = math.prod(shape)
    raw = np.zeros(size + VECTOR)
    first = -(raw.ctypes.data // raw.itemsize) % VECTOR
    return raw[first : first + size].reshape(shape)


@intrinsic
def alone_in_memory(_):
    """
    Say that no array which the calling function writes to overlaps another one, and begin its stack at a cache line.

    Without the first its loops look for overlaps each time, and do not read tables by whole vectors; the second is for
    the vectors that registers do not hold.
    """

    def stand(context, builder, _signature, _arguments):
        # An attribute beside it: the compiler's writer looks for an alignment only where there is another.
        builder.function.attributes.add("nounwind")
        builder.function.attributes.alignstack = VECTOR * np.dtype(float).itemsize
        for argument in builder.function.args:
            if argument.type.is_pointer and "noalias" not in argument.attributes:
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return VOID(), stand


def build(layout: Layout, states: Floats) -> Floats:
    """
    Stand racks in their tiles.

    Parameters
    ----------
    layout : Layout
        The kernel's racks.
    states : (7, kernel rack) [K]
        Their temperatures, as `temperatures` gives them.

    Returns
    -------
    (tile, row, lane)
        All of them run, and nothing is tallied. A lane without a rack has the temperatures of its tile's first, and
        weighs nothing.
    """
    tiles = int(layout.home[-1]) + 1
    rack = room(tiles, RACK_TILE // LANES, LANES)
    firsts = np.searchsorted(layout.home, np.arange(tiles))
    rack[:, :STATES] = states[:, firsts].T[:, :, np.newaxis]
    rack[layout.home, :STATES, layout.lane] = states.T
    rack[:, _row(ON)] = 1.0
    rack[layout.home, _row(WEIGHT), layout.lane] = layout.weight
    forget(rack)
    return rack


def forget(rack: Floats) -> None:
    """
    Forget what racks have tallied.

    Parameters
    ----------
    rack : (tile, row, lane) [K], [W] and [1]
        Its tallies are cleared.
    """
    rack[:, STATES : STATES + TALLIES : 3] = np.inf
    rack[:, STATES + 1 : STATES + TALLIES : 3] = 0.0
    rack[:, STATES + 2 : STATES + TALLIES : 3] = -np.inf


def temperatures(layout: Layout, rack: Floats) -> Floats:
    """
    Read the temperatures of racks.

    Parameters
    ----------
    layout : Layout
        The kernel's racks.
    rack : (tile, row, lane) [K], [W] and [1]
        Their tiles.

    Returns
    -------
    (7, kernel rack) [K]
        Chip, plate, stream and air of each; then chip, plate and stream of its worst branch.
    """
    return rack[layout.home, :STATES, layout.lane].T


def tallies(layout: Layout, rack: Floats) -> Floats:
    """
    Read what racks have tallied.

    Parameters
    ----------
    layout : Layout
        The kernel's racks.
    rack : (tile, row, lane) [K], [W] and [1]
        Their tiles.

    Returns
    -------
    (9, kernel rack)
        Lowest, sum and highest over seconds of inlet power [W], of the worst chip [K], and of the stream's outlet [K].
    """
    return rack[layout.home, STATES : STATES + TALLIES, layout.lane].T


def running(layout: Layout, rack: Floats) -> Floats:
    """
    Read which racks run.

    Parameters
    ----------
    layout : Layout
        The kernel's racks.
    rack : (tile, row, lane) [K], [W] and [1]
        Their tiles.

    Returns
    -------
    (kernel rack,) [1]
        One while its chips run, zero from the second in which the worst of them passed its shutdown limit.
    """
    on: Floats = rack[layout.home, _row(ON), layout.lane]
    return on


def restart(rack: Floats) -> None:
    """
    Let all racks run.

    Parameters
    ----------
    rack : (tile, row, lane) [K], [W] and [1]
        Their tiles, changed.
    """
    rack[:, _row(ON)] = 1.0
    rack[:, _row(OPPOSED)] = 0.0


def _row(place: np.uint64) -> int:
    return int(place) // LANES


@njit(**PLAIN)
def of_hall(hall, layout) -> tuple[int, int]:
    """
    Tell which tiles a hall's racks stand in.

    Parameters
    ----------
    hall : [1]
        Which hall.
    layout : Layout
        The kernel's racks.

    Returns
    -------
    tuple of int
        The first, and how many.
    """
    low, high = layout.run_part[layout.hall_run[hall]], layout.run_part[layout.hall_run[hall + 1]]
    if low == high:
        return 0, 0
    return layout.part_home[low], layout.part_home[high - 1] + 1 - layout.part_home[low]


@njit(**PLAIN)
def look(part, layout, q) -> tuple[float, float]:
    """
    See whether all racks of a part run, and how warm they are.

    Parameters
    ----------
    part : [1]
        Which part.
    layout : Layout
        The kernel's racks.
    q : (any,)
        All tiles.

    Returns
    -------
    tuple of float
        Zero where a rack is off; and the warmest of their worst chips [K].
    """
    o, all_on, warmest = Place(layout.part_home[part] * RACK_TILE), 1.0, 0.0
    for r in range(layout.part_rack[part], layout.part_rack[part + 1]):
        t = o + Place(layout.lane[r])
        all_on, warmest = min(all_on, q[t + ON]), max(warmest, q[t + WORST])
    return all_on, warmest


@njit(**PLAIN)
def air_is_stream(run, layout, q) -> None:
    """
    Note that the air of a run's racks is their stream, as it is where air cools them.

    Parameters
    ----------
    run : [1]
        Which run.
    layout : Layout
        The kernel's racks.
    q : (any,)
        All tiles, changed.
    """
    for part in range(layout.run_part[run], layout.run_part[run + 1]):
        o = Place(layout.part_home[part] * RACK_TILE)
        for i in range(layout.part_low[part], layout.part_high[part]):
            q[o + i + AIR] = q[o + i + STREAM]
