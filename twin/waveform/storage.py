"""Storage beside a swinging load: what is drawn from upstream, what it must hold, and closed forms to check that by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats
from twin.thermal.compiled import njit


class Storage(NamedTuple):
    """
    A store with its converter.

    Attributes
    ----------
    power : [W]
        Most that it gives or takes at its terminals.
    energy : [J]
        From empty to full; it begins half full.
    round_trip : [1]
        Energy out over energy in.
    time_constant : [s]
        Of the running mean of the load that is drawn from upstream.
    response : [s]
        Delay of what it gives behind what is asked of it.
    """

    power: float
    energy: float
    round_trip: float
    time_constant: float
    response: float = 0.0


class Stored(NamedTuple):
    """
    What storage did.

    Attributes
    ----------
    drawn : (..., sample) [W]
        From upstream.
    content : (..., sample) [J]
        At the end of each step.
    lost : [J]
        In storage and its converter, of one row, all rows' mean.
    """

    drawn: Floats
    content: Floats
    lost: float


def levelled(load: Floats, step: float, device: Storage) -> Stored:
    """
    Give what is drawn from upstream of a store that levels a load.

    Parameters
    ----------
    load : (row, sample) [W]
        Means over each step; each row has a store of its own.
    step : [s]
        From one sample to the next.
    device : Storage
        The store.

    Returns
    -------
    Stored
        What upstream sees.

    Notes
    -----
    Upstream is to give a running mean of the load, m' = (P - m) / T, which begins at the series' mean, one of the
    store's own losses, which begins at what it would lose by levelling all of the series, and what brings it back to
    half full in ten time constants; the store gives the rest, within its power and content. Within
    limits and without losses drawn over load is 1 - sT / (1 + sT) 10 sT / (1 + 10 sT), which raises swings of some
    tens of time constants by up to 3 %. Half of the losses are taken on the way in, half on the way out: sqrt(round
    trip) each. A store that is full or empty lets the load through; a late one sees the load between two samples.
    """
    rows = np.ascontiguousarray(np.atleast_2d(load), dtype=float)
    drawn, content = np.empty_like(rows), np.empty_like(rows)
    one_way = float(np.sqrt(device.round_trip))
    # The exact decay of the running mean over a step.
    decay = float(-np.expm1(-step / device.time_constant)) if device.time_constant > 0.0 else 1.0
    back = step / max(10.0 * device.time_constant, step)
    late = device.response / step
    _level(rows, drawn, content, step, device.power, device.energy, one_way, decay, back, late)
    flows = drawn - rows
    lost = float(np.mean((flows * step).sum(axis=1) - (content[:, -1] - 0.5 * device.energy)))
    shape = np.shape(load)
    return Stored(drawn.reshape(shape), content.reshape(shape), lost)


@njit(cache=True, nogil=True)
def _level(
    load: Floats,
    drawn: Floats,
    content: Floats,
    step: float,
    power: float,
    energy: float,
    one_way: float,
    decay: float,
    back: float,
    late: float,
) -> None:
    """Walk each row through time."""
    for row in range(load.shape[0]):
        mean, held, whole = load[row].mean(), 0.5 * energy, int(late)
        waste = 0.5 * np.abs(load[row] - mean).mean() * (1.0 / one_way - one_way)
        for k in range(load.shape[1]):
            newer, older = load[row, max(k - whole, 0)], load[row, max(k - whole - 1, 0)]
            seen = newer + (late - whole) * (older - newer)
            mean += decay * (seen - mean)
            # Positive where the store gives; its own losses are drawn, and it is brought back towards half full.
            wanted = seen - mean - waste + (held - 0.5 * energy) * back / step
            flow = min(max(wanted, -power), power)
            flow = min(flow, held * one_way / step)
            flow = max(flow, -(energy - held) / one_way / step)
            inside = flow / one_way if flow > 0.0 else flow * one_way
            held -= inside * step
            waste += decay * (inside - flow - waste)
            drawn[row, k], content[row, k] = load[row, k] - flow, held


def size_of_step(step: float, ramp: float) -> tuple[float, float]:
    """
    Give what brings a step of load onto a ramp.

    Parameters
    ----------
    step : [W]
        Change of the load at once.
    ramp : [W/s]
        That upstream is allowed.

    Returns
    -------
    tuple
        Content [J], step^2 / (2 ramp), and time [s], step / ramp.
    """
    return step**2 / (2.0 * ramp), step / ramp
