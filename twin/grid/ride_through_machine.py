"""
What equipment does through an event of the grid, a millisecond at a time: hold-up, transfer, counting, return.

Each group of equipment is one state machine behind one kind of input: power supplies with what their capacitors hold,
UPS and rack batteries that take the load over, drives of pumps and fans that drop out and start again. Voltage and
frequency are given; what the load does to them in turn is not followed here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.arrays import Floats, Integers
from twin.grid.ride_through import Curve
from twin.thermal.compiled import njit

CONNECTED, AWAY, RETURNING, STANDBY, KEPT_AWAY, LOST = range(6)
"""
What a group is: on the grid; off it, on its battery or stopped; ramping back; off it and on its standby sets; off it
until somebody acts, as it counted too many sags; stopped and not able to start by itself.
"""

STATES = ("connected", "away", "returning", "on standby sets", "kept away", "lost")
"""In words, in the order of the numbers."""

MOST_COUNTED = 8
"""Sags that a group may count before it stays away; more would need a longer memory."""

VOLTAGE, FREQUENCY = 0, 1
"""What a trip looks at."""

ROUNDING = 1e-6
"""Part of a step, or of power [1], that sums of steps lose."""

States = npt.NDArray[np.int8]


class Trips(NamedTuple):
    """
    Conditions under which groups leave: one row each.

    Attributes
    ----------
    group : (trip,)
        Row of `Groups`.
    quantity : (trip,)
        `VOLTAGE` or `FREQUENCY`.
    above : (trip,)
        Whether it is left for being above the level, rather than below.
    level : (trip,) [1]
        Per unit of nominal voltage, or in hertz.
    delay : (trip,) [s]
        Time for which it may be beyond; longer and it leaves.
    """

    group: Integers
    quantity: Integers
    above: npt.NDArray[np.bool_]
    level: Floats
    delay: Floats


class Groups(NamedTuple):
    """
    Groups of equipment, each behind one kind of input.

    Attributes
    ----------
    power : (group,) [W]
        Drawn at nominal voltage.
    current_limit : (group,) [1]
        Largest current over that at nominal voltage: below its reciprocal a supply draws less power than it gives.
    least_voltage : (group,) [1]
        Below it the input draws nothing.
    hold_up : (group,) [s]
        For which capacitors give the whole power.
    battery : (group,) [J]
        Energy of battery behind the input, full at first; zero where there is none.
    assists : (group,)
        Whether the battery gives what the input cannot while that stays connected, as on the link of a UPS of double
        conversion; else it takes the whole load over once capacitors are empty.
    charge : (group,) [W]
        With which a battery is charged again.
    return_low, return_high : (group,) [1]
        Range of voltage in which it comes back.
    return_delay : (group,) [s]
        For which the grid must be within that range, and within all trips, before it does.
    ramp : (group,) [s]
        From nothing to full power as it comes back.
    restarts : (group,)
        Whether equipment that stopped starts by itself.
    count_level : (group,) [1]
        Voltage below which a sag is counted.
    last_sag : (group,)
        The sag at which it stays away; zero where none are counted.
    count_window : (group,) [s]
        In which they are counted.
    standby_delay : (group,) [s]
        Time away after which standby sets carry it; infinite where there are none.
    standby_return : (group,) [s]
        In the place of `return_delay` once standby sets carry it.
    """

    power: Floats
    current_limit: Floats
    least_voltage: Floats
    hold_up: Floats
    battery: Floats
    assists: npt.NDArray[np.bool_]
    charge: Floats
    return_low: Floats
    return_high: Floats
    return_delay: Floats
    ramp: Floats
    restarts: npt.NDArray[np.bool_]
    count_level: Floats
    last_sag: Integers
    count_window: Floats
    standby_delay: Floats
    standby_return: Floats


class Passage(NamedTuple):
    """
    What groups did through an event; every sample holds for its step.

    Attributes
    ----------
    step : [s]
        From one sample to the next.
    state : (time, group)
        `CONNECTED` and so on.
    drawn : (time, group) [W]
        From the grid, charging included.
    held : (time, group) [W]
        From capacitors; negative while they charge.
    battery : (time, group) [W]
        From batteries; negative while they charge.
    standby : (time, group) [W]
        From standby sets.
    missing : (time, group) [W]
        Asked for and given by nothing.
    energy : (time, group) [J]
        Left in batteries after each sample.
    sags : (group,)
        Counted over the whole event, within whatever window.
    """

    step: float
    state: States
    drawn: Floats
    held: Floats
    battery: Floats
    standby: Floats
    missing: Floats
    energy: Floats
    sags: Integers


def trips_of(curve: Curve, group: int, quantity: int, nominal: float) -> Trips:
    """
    Turn a curve of how long equipment stays into the relays that would make it so.

    Parameters
    ----------
    curve : Curve
        Of voltage per unit, or of frequency in hertz; the nominal value lies in one of its bands, and times do not grow
        away from it.
    group : int
        Row of `Groups`.
    quantity : int
        `VOLTAGE` or `FREQUENCY`.
    nominal : [1]
        Value about which the curve has its two sides: 1 per unit, or in hertz.

    Returns
    -------
    Trips
        One for each band of finite time, at its end towards the nominal value, and one without delay at either end of
        the curve. A voltage that is low for longer than a band's time leaves by that band, however it moved below it.
    """
    below, over = curve.high <= nominal, curve.low >= nominal
    finite = np.isfinite(curve.time)
    low, high = float(curve.low.min()), float(curve.high.max())
    levels = [*curve.high[below & finite], *([low] if low > 0.0 else []), *curve.low[over & finite], high]
    delays = [*curve.time[below & finite], *([0.0] if low > 0.0 else []), *curve.time[over & finite], 0.0]
    side = np.array(levels) > nominal
    size = len(levels)
    return Trips(np.full(size, group), np.full(size, quantity), side, np.array(levels), np.array(delays))


def joined(parts: tuple[Trips, ...]) -> Trips:
    """
    Put conditions together.

    Parameters
    ----------
    parts : tuple of Trips
        In any order; at least one.

    Returns
    -------
    Trips
        All of them.
    """
    return Trips(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def passage(groups: Groups, trips: Trips, voltage: Floats, frequency: Floats, step: float) -> Passage:
    """
    Follow groups of equipment through an event.

    Parameters
    ----------
    groups : Groups
        At rest and connected, batteries full.
    trips : Trips
        When each leaves.
    voltage : (time,) [1]
        Positive-sequence voltage at the inputs, per unit.
    frequency : (time,) [Hz]
        Of the grid.
    step : [s]
        From one sample to the next; a millisecond, and at most the shortest hold-up.

    Returns
    -------
    Passage
        Time by time and group by group.

    Notes
    -----
    An input gives at most its limit of current times voltage. What is missing comes from capacitors until they are
    empty, then from a battery that assists; else the group leaves, onto its battery or to a stop. It also leaves when
    it has been beyond the level of a trip for longer than its delay, or has counted its number of sags. Once the grid
    has been within the range of return for the delay it ramps back. Batteries are charged again by the grid alone. In
    every sample drawn + held + battery + standby + missing = power.
    """
    size = (voltage.size, groups.power.size)
    memory = _at_rest(groups, trips)
    drawn, held, battery, standby, missing, energy = (np.zeros(size) for _ in range(6))
    state = np.full(size, CONNECTED, dtype=np.int8)
    kept = Passage(step, state, drawn, held, battery, standby, missing, energy, memory.sags)
    _walk(groups, trips, np.asarray(voltage, float), np.asarray(frequency, float), step, memory, kept)
    return kept


class _Memory(NamedTuple):
    """What a step knows of those before it, group by group; `beyond` and `called` are of trips and of groups."""

    beyond: Floats
    called: npt.NDArray[np.bool_]
    mode: States
    held: Floats
    stored: Floats
    away: Floats
    good: Floats
    ramped: Floats
    low: npt.NDArray[np.bool_]
    counted: Floats
    sags: Integers


def _at_rest(groups: Groups, trips: Trips) -> _Memory:
    size = groups.power.size
    return _Memory(
        beyond=np.zeros(trips.level.size),
        called=np.zeros(size, dtype=np.bool_),
        mode=np.full(size, CONNECTED, dtype=np.int8),
        held=groups.power * groups.hold_up,
        stored=groups.battery.copy(),
        away=np.zeros(size),
        good=np.zeros(size),
        ramped=np.zeros(size),
        low=np.zeros(size, dtype=np.bool_),
        counted=np.full((size, MOST_COUNTED), -np.inf),
        sags=np.zeros(size, dtype=np.int64),
    )


@njit(cache=True)
def _walk(
    groups: Groups, trips: Trips, voltage: Floats, frequency: Floats, step: float, memory: _Memory, kept: Passage
) -> None:
    """Fill the buffers, time by time."""
    for time in range(voltage.size):
        _look(trips, voltage[time], frequency[time], step, memory)
        for group in range(groups.power.size):
            _decide(groups, group, voltage[time], time * step, step, memory)
            _feed(groups, group, voltage[time], time, step, memory, kept)
            kept.state[time, group] = memory.mode[group]
            kept.energy[time, group] = memory.stored[group]


@njit(inline="always")
def _look(trips: Trips, voltage: float, frequency: float, step: float, memory: _Memory) -> None:
    """Find which groups are called away by a trip."""
    memory.called[:] = False
    for trip in range(trips.level.size):
        value = voltage if trips.quantity[trip] == VOLTAGE else frequency
        outside = value > trips.level[trip] if trips.above[trip] else value < trips.level[trip]
        memory.beyond[trip] = memory.beyond[trip] + step if outside else 0.0
        if outside and memory.beyond[trip] > trips.delay[trip] + ROUNDING * step:
            memory.called[trips.group[trip]] = True


@njit(inline="always")
def _full_count(groups: Groups, group: int, voltage: float, now: float, memory: _Memory) -> bool:
    """Count a sag that begins, and tell whether there were too many."""
    if groups.last_sag[group] == 0:
        return False
    low = voltage < groups.count_level[group]
    if low and not memory.low[group]:
        memory.counted[group, memory.sags[group] % MOST_COUNTED] = now
        memory.sags[group] += 1
    memory.low[group] = low
    recent = 0
    for sag in range(MOST_COUNTED):
        recent += now - memory.counted[group, sag] <= groups.count_window[group]
    return bool(recent >= groups.last_sag[group])


@njit(inline="always")
def _decide(groups: Groups, group: int, voltage: float, now: float, step: float, memory: _Memory) -> None:
    """Move a group to its next mode, but for what its power supply then finds."""
    full = _full_count(groups, group, voltage, now, memory)
    mode = memory.mode[group]
    inside = groups.return_low[group] <= voltage <= groups.return_high[group] and not memory.called[group]
    memory.good[group] = memory.good[group] + step if inside else 0.0
    if mode in (CONNECTED, RETURNING) and (memory.called[group] or full):
        mode, memory.away[group] = AWAY, 0.0
    if full and mode == AWAY:
        mode = KEPT_AWAY
    if mode in (AWAY, STANDBY):
        wait = groups.standby_return[group] if mode == STANDBY else groups.return_delay[group]
        memory.away[group] += step
        if memory.good[group] > wait + ROUNDING * step:
            mode, memory.ramped[group] = RETURNING, 0.0
        elif memory.away[group] > groups.standby_delay[group]:
            mode = STANDBY
    elif mode == KEPT_AWAY:
        memory.away[group] += step
    elif mode == RETURNING:
        memory.ramped[group] += step
        if memory.ramped[group] >= groups.ramp[group] - ROUNDING * step:
            mode = CONNECTED
    memory.mode[group] = mode


@njit(inline="always")
def _feed(groups: Groups, group: int, voltage: float, time: int, step: float, memory: _Memory, kept: Passage) -> None:
    """Share a group's power among what can give it."""
    power, mode = groups.power[group], memory.mode[group]
    given = 0.0
    if mode in (CONNECTED, RETURNING) and voltage >= groups.least_voltage[group]:
        share = min(1.0, memory.ramped[group] / groups.ramp[group]) if mode == RETURNING else 1.0
        given = min(share, groups.current_limit[group] * voltage)
    short = (1.0 - given) * power
    kept.drawn[time, group] = given * power
    if mode == CONNECTED and short > 0.0:
        from_store = min(short, memory.held[group] / step)
        memory.held[group] -= from_store * step
        kept.held[time, group] = from_store
        short -= from_store
        if short > ROUNDING * power and not groups.assists[group]:
            # From the next step on nothing is drawn: the battery has the load, or it stops.
            mode, memory.away[group] = AWAY, 0.0
    elif mode == CONNECTED:
        _refill(groups, group, voltage, time, step, memory, kept)
    elif mode == STANDBY or (mode in (KEPT_AWAY, RETURNING) and memory.away[group] > groups.standby_delay[group]):
        # Sets that carried it hold what the grid does not yet.
        kept.standby[time, group], short = short, 0.0
    if short > 0.0:
        from_battery = min(short, memory.stored[group] / step)
        memory.stored[group] -= from_battery * step
        kept.battery[time, group] = from_battery
        kept.missing[time, group] = short - from_battery
        if short - from_battery > ROUNDING * power:
            mode = AWAY if groups.restarts[group] and mode == CONNECTED else mode if groups.restarts[group] else LOST
    memory.mode[group] = mode


@njit(inline="always")
def _refill(groups: Groups, group: int, voltage: float, time: int, step: float, memory: _Memory, kept: Passage) -> None:
    """Charge capacitors, within the limit of current, and the battery."""
    power = groups.power[group]
    room = max(groups.current_limit[group] * voltage - 1.0, 0.0) * power
    refill = min(room, (power * groups.hold_up[group] - memory.held[group]) / step)
    charge = min(groups.charge[group], room - refill, (groups.battery[group] - memory.stored[group]) / step)
    memory.held[group] += refill * step
    memory.stored[group] += charge * step
    kept.held[time, group] = -refill
    kept.battery[time, group] = -charge
    kept.drawn[time, group] += refill + charge
