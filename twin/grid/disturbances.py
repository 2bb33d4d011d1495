"""Events of the grid as traces, and whether equipment stays through those that a code asks it to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.grid import ride_through_machine as machine
from twin.grid.ride_through import Curve, time_at
from twin.grid.ride_through_machine import CONNECTED, VOLTAGE, Groups, Trips

BEFORE = 0.1
"""[s] Of rest before an event."""

FOR_GOOD = 20.0
"""[s] Held for a band in which equipment must stay without limit: longer than any voltage delay of known curves."""

AFTER = 30.0
"""[s] In which power must be back after an event, to be counted as back at all."""


class Stays(NamedTuple):
    """
    What groups do at each value of a quantity that a code names, held for as long as it asks and then gone.

    Attributes
    ----------
    value : (event,) [1]
        Voltage per unit, or frequency in hertz.
    low, high : (event,) [1]
        Ends of the band of equal behaviour around it.
    required : (event,) [s]
        Time for which a load must stay.
    left : (event, group) [s]
        After which it left, infinite where it stayed.
    back : (event, group) [s]
        From the end of the event until it draws the asked-for part of its power for good; infinite where it does not
        within `AFTER`.
    within : [s]
        Time in which it must; infinite where the code asks for none.
    """

    value: Floats
    low: Floats
    high: Floats
    required: Floats
    left: Floats
    back: Floats
    within: float

    @property
    def kept(self) -> Flags:
        """Where (event, group) the load stays for as long as it must, and is back in time."""
        return np.asarray(np.isinf(self.left) & (self.back <= self.within), dtype=np.bool_)


def sags(times: Floats, durations: Floats, depths: Floats, horizon: float, step: float) -> Floats:
    """
    Give a trace of voltage with rectangular sags, at least one.

    Parameters
    ----------
    times : (sag,) [s]
        When each begins.
    durations : (sag,) [s]
        How long each lasts.
    depths : (sag,) [1]
        Voltage that is left, per unit; above 1 it is a swell.
    horizon : [s]
        Length of the trace.
    step : [s]
        From one sample to the next.

    Returns
    -------
    (time,) [1]
        Per unit; nominal outside of sags, the furthest from it where they overlap.
    """
    now = step * np.arange(round(horizon / step))[:, np.newaxis]
    # A sample belongs to the sag in which its middle lies.
    inside = (now + 0.5 * step >= times) & (now + 0.5 * step < times + durations)
    away = np.where(inside, depths - 1.0, 0.0)
    furthest = np.abs(away).argmax(axis=1)
    return np.asarray(1.0 + np.take_along_axis(away, furthest[:, np.newaxis], axis=1)[:, 0], dtype=float)


def stays(
    groups: Groups,
    trips: Trips,
    curve: Curve,
    quantity: int,
    nominal: float,
    frequency: float,
    part: float,
    within: float,
    step: float,
) -> Stays:
    """
    Hold groups of equipment at every voltage, or frequency, that a code's curve tells apart.

    Parameters
    ----------
    groups : Groups
        Equipment.
    trips : Trips
        When it leaves.
    curve : Curve
        How long a load must stay.
    quantity : int
        `VOLTAGE` or `FREQUENCY`.
    nominal : [1]
        Of the quantity, per unit or in hertz.
    frequency : [Hz]
        Nominal.
    part : [1]
        Of the power that must be back after the event.
    within : [s]
        Time for that; infinite where nothing is asked.
    step : [s]
        Of the machine.

    Returns
    -------
    Stays
        At the middle of each band in which neither the code nor the equipment's settings change.
    """
    low, high, value, required = _bands(groups, trips, curve, quantity)
    left, back = np.empty((value.size, groups.power.size)), np.empty((value.size, groups.power.size))
    for event in range(value.size):
        lasting = required[event] if np.isfinite(required[event]) else FOR_GOOD
        start, end = round(BEFORE / step), round((BEFORE + lasting) / step)
        trace = np.full(end + round(AFTER / step), nominal)
        trace[start:end] = value[event]
        other = np.full(trace.size, frequency if quantity == VOLTAGE else 1.0)
        seen = (trace, other) if quantity == VOLTAGE else (other, trace)
        found = machine.passage(groups, trips, *seen, step)
        left[event] = _first(found.state[start:end] != CONNECTED, step)
        back[event] = _settled(found.drawn[end:] >= part * groups.power, step)
    return Stays(value, low, high, required, left, back, within)


def _bands(groups: Groups, trips: Trips, curve: Curve, quantity: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Find the bands, their middles and the times that are asked for."""
    ends = [curve.low, curve.high, trips.level[trips.quantity == quantity]]
    if quantity == VOLTAGE:
        ends += [groups.least_voltage, 1.0 / groups.current_limit]
    edges = np.unique(np.concatenate(ends))
    middle = 0.5 * (edges[1:] + edges[:-1])
    required = time_at(curve, middle)
    asked = required > 0.0
    return edges[:-1][asked], edges[1:][asked], middle[asked], required[asked]


def _first(away: Flags, step: float) -> Floats:
    """Give the time (group,) of the first sample that is true; infinite where none is."""
    place = away.argmax(axis=0)
    return np.asarray(np.where(away.any(axis=0), place * step, np.inf), dtype=float)


def _settled(back: Flags, step: float) -> Floats:
    """Give the time (group,) from which all samples are true; infinite where the last is not."""
    last = back.shape[0] - np.argmin(back[::-1], axis=0)
    after = np.where(back.all(axis=0), 0, last)
    return np.asarray(np.where(back[-1], after * step, np.inf), dtype=float)


def departures(state: machine.States, step: float) -> tuple[Integers, Floats, Integers]:
    """
    List every change of state of an event.

    Parameters
    ----------
    state : (time, group)
        Of a `Passage`.
    step : [s]
        From one sample to the next.

    Returns
    -------
    tuple
        Group (change,), time [s] (change,) and new state (change,), in order of time.
    """
    before = np.vstack([np.full((1, state.shape[1]), CONNECTED, dtype=state.dtype), state[:-1]])
    time, group = np.nonzero(state != before)
    return group.astype(np.int64), np.asarray(step * time, dtype=float), state[time, group].astype(np.int64)
