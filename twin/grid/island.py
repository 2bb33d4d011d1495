"""
An island of generating sets under a load that swings: its frequency, and what it can stand.

One frequency; sets of one kind are one machine. Governors hold speed with a droop or bring it back to nominal together;
fuel follows with a lag, and only a part of a set's rating comes at once, the rest by its ramp. Voltage is held.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

from twin.arrays import Floats

TOLERANCE = 1e-7
"""Of the integrator, relative and absolute, per unit: a hundred-thousandth of a hertz."""

STEP = 0.02
"""[s] Between samples that are kept."""

TRIPPED = 0.15
"""Deviation per unit [1] at which sets trip and a course ends: beyond all bands of ISO 8528-5 for steps of load."""

STATES = 4
"""Of each fleet: integral of its governor, fuel, what its ramp has reached, power."""


class Fleet(NamedTuple):
    """
    Generating sets in service, kind by kind.

    Attributes
    ----------
    rating : (kind,) [W]
        Of all sets of the kind together.
    inertia : (kind,) [s]
        Energy that turns over rating, generator included.
    droop : (kind,) [1]
        Speed over power, of the proportional part of governors.
    reset : (kind,) [s]
        In which governors bring frequency back by as much as they answer at once; infinite for droop alone.
    fuel_time : (kind,) [s]
        Lag of valve and fuel system.
    power_time : (kind,) [s]
        Lag from fuel to power.
    step : (kind,) [1]
        Part of the rating that comes at once.
    ramp : (kind,) [1/s]
        With which the rest comes.
    """

    rating: Floats
    inertia: Floats
    droop: Floats
    reset: Floats
    fuel_time: Floats
    power_time: Floats
    step: Floats
    ramp: Floats


class Support(NamedTuple):
    """
    A battery that holds frequency.

    Attributes
    ----------
    rating : [W]
        Either way.
    droop : [1]
        Frequency per unit at which it gives its rating.
    time : [s]
        Lag of its answer.
    """

    rating: float
    droop: float
    time: float


class Load(NamedTuple):
    """
    Power asked for, constant or straight between times.

    Attributes
    ----------
    time : (point,) [s]
        Rising; two equal times make a jump.
    power : (point,) [W]
        At nominal frequency.
    damping : [1]
        Power over frequency, per unit of both.
    """

    time: Floats
    power: Floats
    damping: float


class Course(NamedTuple):
    """
    What an island does.

    Attributes
    ----------
    time : (time,) [s]
        Every `STEP`, and each point of the load.
    deviation : (time,) [Hz]
        From nominal.
    power : (time, kind) [W]
        Of sets.
    support : (time,) [W]
        Of the battery, positive into the island.
    load : (time,) [W]
        Drawn.
    """

    time: Floats
    deviation: Floats
    power: Floats
    support: Floats
    load: Floats


NO_SUPPORT = Support(0.0, 1.0, 1.0)
"""No battery."""


def square(low: float, high: float, period: float, duty: float, cycles: int, damping: float, rest: float) -> Load:
    """
    Give the load of a synchronous job: iterations of two levels, after a start from rest.

    Parameters
    ----------
    low, high : [W]
        Levels of the site's power in communication and in computing.
    period : [s]
        Of an iteration.
    duty : [1]
        Part of the period at the high level.
    cycles : int
        How many iterations.
    damping : [1]
        Of the load.
    rest : [s]
        At the low level, before the first.

    Returns
    -------
    Load
        With jumps; at the high level first.
    """
    begins = rest + period * np.arange(cycles)
    inner = np.stack([begins, begins, begins + duty * period, begins + duty * period], axis=1).ravel()
    levels = np.tile([low, high, high, low], cycles)
    time = np.concatenate([[0.0], inner, [rest + period * cycles]])
    return Load(time, np.concatenate([[low], levels, [low]]), damping)


def step(before: float, after: float, damping: float, until: float) -> Load:
    """
    Give a load that jumps at one second.

    Parameters
    ----------
    before, after : [W]
        Its power.
    damping : [1]
        Of the load.
    until : [s]
        End.

    Returns
    -------
    Load
        For `course`.
    """
    return Load(np.array([0.0, 1.0, 1.0, until]), np.array([before, before, after, after]), damping)


def course(fleet: Fleet, load: Load, frequency: float, support: Support = NO_SUPPORT) -> Course:
    """
    Follow an island through a load.

    Parameters
    ----------
    fleet : Fleet
        Sets in service, in balance with the load at first, each with the same part of its rating.
    load : Load
        Asked for.
    frequency : [Hz]
        Nominal.
    support : Support
        Battery.

    Returns
    -------
    Course
        From the load's first point to its last, or to a deviation of `TRIPPED`.

    Notes
    -----
    2 sum(H S) dw/dt = sum(P) + P_battery - P_load (1 + D w). Governors ask for u = x - w / R with dx/dt = -w / (R T_i),
    from nothing to the rating; fuel follows by its lag, at most `step` from what a ramp has reached, power by its own.
    Integrated from point to point of the load by LSODA, as limits are corners and lags differ by orders of magnitude.

    References
    ----------
    .. [1] W. I. Rowen, Simplified mathematical representations of heavy-duty gas turbines, Journal of Engineering for
       Power 105(4), 1983: governor, fuel system and compressor discharge as lags
    """
    kinds = fleet.rating.size
    at_first = load.power[0] / fleet.rating.sum()
    state = np.concatenate([[0.0], np.full(STATES * kinds, at_first), [0.0]])
    parts: list[tuple[Floats, Floats, Floats]] = []
    ending = partial(_left)
    ending.terminal = True  # type: ignore[attr-defined]  # solve_ivp ends where it is zero
    for point in range(load.time.size - 1):
        begin, end = float(load.time[point]), float(load.time[point + 1])
        if end <= begin:
            continue
        ends = float(load.power[point]), float(load.power[point + 1])
        asked = partial(_straight, begin=begin, end=end, first=ends[0], last=ends[1])
        when = np.append(np.arange(begin, end - 0.5 * STEP, STEP), end)
        rates = partial(_rates, fleet=fleet, damping=load.damping, support=support, asked=asked)
        # A step of the integrator may not stride over an answer: the slowest lag that matters is a second.
        found = solve_ivp(
            rates, (begin, end), state, "LSODA", when, events=ending, rtol=TOLERANCE, atol=TOLERANCE, max_step=0.5
        )
        times, states = _with_end(found.t, found.y, found.t_events, found.y_events)
        state = states[:, -1]
        parts.append((times, states.T, np.array([asked(float(now)) for now in times])))
        if found.status == 1:
            break
    time, course_, drawn = (np.concatenate(column) for column in zip(*parts, strict=True))
    speed = course_[:, 0]
    power = course_[:, 1 + 3 * kinds : 1 + 4 * kinds] * fleet.rating
    return Course(time, frequency * speed, power, support.rating * course_[:, -1], drawn * (1.0 + load.damping * speed))


def _left(_time: float, state: Floats) -> float:
    """Give what is left of deviation until sets trip."""
    return float(TRIPPED - abs(state[0]))


def _with_end(
    time: Floats, states: Floats, ends: list[Floats] | None, at_ends: list[Floats] | None
) -> tuple[Floats, Floats]:
    """Append the instant at which sets tripped, where they did."""
    if ends is None or at_ends is None or not ends[0].size:
        return time, states
    return np.append(time, ends[0][-1]), np.column_stack([states, at_ends[0][-1]])


def _straight(time: float, begin: float, end: float, first: float, last: float) -> float:
    return first + (last - first) * (time - begin) / (end - begin)


def _rates(
    time: float, state: Floats, fleet: Fleet, damping: float, support: Support, asked: Callable[[float], float]
) -> Floats:
    """Give the rates of speed, of each fleet's states, and of the battery."""
    speed, battery = state[0], state[-1]
    held, fuel, reached, power = state[1:-1].reshape(STATES, -1)
    wanted = held - speed / fleet.droop
    able = np.clip(wanted, 0.0, 1.0)
    fuel_rate = (able - fuel) / fleet.fuel_time
    burnt = np.clip(fuel, reached - fleet.step, reached + fleet.step)
    reached_rate = np.clip((fuel - reached) / fleet.fuel_time, -fleet.ramp, fleet.ramp)
    power_rate = (burnt - power) / fleet.power_time
    surplus = fleet.rating @ power + support.rating * battery - asked(time) * (1.0 + damping * speed)
    answer = (np.clip(-speed / support.droop, -1.0, 1.0) - battery) / support.time
    # What is asked beyond the limits unwinds the integral, smoothly: a switch would chatter.
    held_rate = (able - wanted - speed / fleet.droop) / fleet.reset
    return np.concatenate(
        [
            [surplus / (2.0 * (fleet.inertia @ fleet.rating))],
            held_rate,
            fuel_rate,
            reached_rate,
            power_rate,
            [answer],
        ]
    )


def largest(holds: Callable[[float], bool], low: float, high: float, sure: float = 1e-3) -> float:
    """
    Find the largest value at which something holds, that holds below it and not above.

    Parameters
    ----------
    holds : function of [1]
        Asked at values; taken to hold at `low`.
    low, high : [1]
        Between which it is looked for, in the unit of the value.
    sure : [1]
        Part of the range to which it is found.

    Returns
    -------
    [1]
        Not above what is looked for; `high` where it holds there, `low` where it holds nowhere.
    """
    if holds(high):
        return high
    first, last = low, high
    while last - first > sure * (high - low):
        middle = 0.5 * (first + last)
        first, last = (middle, last) if holds(middle) else (first, middle)
    return first


def acceptance(fleet: Fleet, before: float, within: float, frequency: float, damping: float) -> float:
    """
    Find the largest step of load that sets take with frequency in a band.

    Parameters
    ----------
    fleet : Fleet
        Sets in service.
    before : [W]
        Load from which it comes.
    within : [Hz]
        Largest deviation.
    frequency : [Hz]
        Nominal.
    damping : [1]
        Of the load.

    Returns
    -------
    [W]
        Up to what rating is left.
    """

    def holds(size: float) -> bool:
        found = course(fleet, step(before, before + size, damping, 16.0), frequency)
        return bool(np.abs(found.deviation).max() <= within)

    return largest(holds, 0.0, float(fleet.rating.sum()) - before)


def without(fleet: Fleet, lost: Floats) -> Fleet:
    """
    Take sets out of service.

    Parameters
    ----------
    fleet : Fleet
        Sets in service.
    lost : (kind,) [W]
        Rating that goes of each kind.

    Returns
    -------
    Fleet
        What is left.
    """
    return fleet._replace(rating=fleet.rating - lost)


def loss_of_a_set(fleet: Fleet, lost: Floats, load: float, frequency: float, damping: float) -> Course:
    """
    Follow an island that loses sets and keeps its load.

    Parameters
    ----------
    fleet : Fleet
        Sets in service, all with the same part of their ratings.
    lost : (kind,) [W]
        Rating that goes of each kind.
    load : [W]
        Of the island.
    frequency : [Hz]
        Nominal.
    damping : [1]
        Of the load.

    Returns
    -------
    Course
        Of what is left, which meets the lost sets' power as a step.
    """
    left = without(fleet, lost)
    before = load * left.rating.sum() / fleet.rating.sum()
    return course(left, step(before, load, damping, 31.0), frequency)


def swing_amplitude(fleet: Fleet, swing: float, period: float, frequency: float, load: float, damping: float) -> float:
    """
    Give the deviation that a small sine of load causes, in closed form.

    Parameters
    ----------
    fleet : Fleet
        Sets in service, within their limits throughout.
    swing : [W]
        Of the load, peak to peak.
    period : [s]
        Of it.
    frequency : [Hz]
        Nominal.
    load : [W]
        Its mean.
    damping : [1]
        Of the load.

    Returns
    -------
    [Hz]
        Peak, either way.

    Notes
    -----
    |w / P| = 1 / |2 H S s + D P + sum(S / R (1 + 1 / (T_i s)) / ((1 + T_f s) (1 + T_p s)))| at s = 2 pi j / T; the ramp
    is taken to be out of the way.
    """
    pole = 2j * np.pi / period
    governor = (1.0 + 1.0 / fleet.reset / pole) / fleet.droop
    answer = fleet.rating * governor / ((1.0 + fleet.fuel_time * pole) * (1.0 + fleet.power_time * pole))
    whole = 2.0 * (fleet.inertia @ fleet.rating) * pole + damping * load + answer.sum()
    return float(0.5 * swing * frequency / abs(whole))
