"""
Frequency of an interconnection after its load changes: two states, one inertia and one reheat turbine behind a droop.

One frequency for the whole interconnection: no swings between its parts, no deadband of governors, no secondary
control, so that nothing here holds beyond half a minute or so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import expm
from scipy.optimize import brentq

from twin.site import Floats

STEP, HORIZON = 0.01, 60.0
"""[s] Step and length of the series in which an extreme is looked for."""

GAINS = (0.01, 1.0)
"""Gains [1] among which one is fitted: hardly any generation under droop control, and all of it."""


class Interconnection(NamedTuple):
    """
    An interconnection as one machine.

    Attributes
    ----------
    base : [W]
        Power of the generation in service; parameters are per unit of it.
    frequency : [Hz]
        Nominal.
    inertia : [s]
        Energy that turns over the base power, H.
    damping : [1]
        Of loads: power per unit over frequency per unit, D.
    droop : [1]
        Of governors that act, R.
    gain : [1]
        Part of the generation whose governors act, K_m.
    fast_part : [1]
        Of turbine power that comes at once, F_H.
    reheat_time : [s]
        Of the rest, T_R.
    """

    base: float
    frequency: float
    inertia: float
    damping: float
    droop: float
    gain: float
    fast_part: float
    reheat_time: float


class Excursion(NamedTuple):
    """
    What a step of load does to frequency.

    Attributes
    ----------
    extreme : [Hz]
        Largest deviation, with its sign.
    time : [s]
        When.
    rate : [Hz/s]
        Of change, at first.
    settled : [Hz]
        Deviation that droop leaves.
    """

    extreme: float
    time: float
    rate: float
    settled: float


def response(system: Interconnection, change: Floats, step: float) -> Floats:
    """
    Give the deviation of frequency for a change of load over time.

    Parameters
    ----------
    system : Interconnection
        As one machine, in balance at first.
    change : (time,) [W]
        Of load, positive where more is drawn; straight between samples, and there from the first on.
    step : [s]
        From one sample to the next.

    Returns
    -------
    (time,) [Hz]
        Deviation from nominal; zero at the first sample.

    Notes
    -----
    2 H dw/dt = p_m - p_e - D w and p_m = -(K_m / R) (1 + F_H T_R s) / (1 + T_R s) w, per unit, stepped by the matrix
    exponential of a straight input: exact for such an input, whatever the step.

    References
    ----------
    .. [1] P. M. Anderson and M. Mirheydar, A low-order system frequency response model, IEEE Transactions on Power
       Systems 5(3), 1990
    """
    from scipy.signal import lfilter  # loads statistics too, 0.3 s that every command would spend to read a site

    gain = system.gain / system.droop
    mass = 2.0 * system.inertia
    whole = np.zeros((4, 4))
    whole[0, :3] = np.array([-(system.damping + gain * system.fast_part), -1.0, -1.0]) / mass
    whole[1, :2] = gain * (1.0 - system.fast_part) / system.reheat_time, -1.0 / system.reheat_time
    whole[2, 3] = 1.0
    exact = expm(whole * step)
    states, held, rising = exact[:2, :2], exact[:2, 2], exact[:2, 3]
    load = np.asarray(change, dtype=float) / system.base
    slope = np.diff(load, append=load[-1:]) / step
    forced = np.outer(held, load) + np.outer(rising, slope)
    # The two states as one difference equation of the first: no loop over time.
    denominator = [1.0, -np.trace(states), np.linalg.det(states)]
    own = lfilter([0.0, 1.0, -states[1, 1]], denominator, forced[0])
    other = lfilter([0.0, 0.0, states[0, 1]], denominator, forced[1])
    return np.asarray(system.frequency * (own + other), dtype=float)


def after_step(system: Interconnection, change: float) -> Excursion:
    """
    Give what a sudden change of load does.

    Parameters
    ----------
    system : Interconnection
        As one machine.
    change : [W]
        Of load, positive where more is drawn.

    Returns
    -------
    Excursion
        Its extreme among samples of `STEP` within `HORIZON`.

    Notes
    -----
    At first -dp f_0 / (2 H), at last -dp f_0 / (D + K_m / R).
    """
    deviation = response(system, np.full(round(HORIZON / STEP) + 1, change), STEP)
    place = int(np.abs(deviation).argmax())
    scale = -change / system.base * system.frequency
    return Excursion(
        extreme=float(deviation[place]),
        time=place * STEP,
        rate=scale / (2.0 * system.inertia),
        settled=scale / (system.damping + system.gain / system.droop),
    )


def with_shedding(
    system: Interconnection, change: Floats, step: float, levels: Floats, parts: Floats, delay: float
) -> tuple[Floats, Floats]:
    """
    Give the deviation of frequency where relays take load off on its way down.

    Parameters
    ----------
    system : Interconnection
        As one machine, in balance at first.
    change : (time,) [W]
        Of load, positive where more is drawn, as in `response`.
    step : [s]
        From one sample to the next; crossings of levels are found to within it.
    levels : (stage,) [Hz]
        Frequencies at which load goes, falling.
    parts : (stage,) [1]
        Of the base power, that go at each.
    delay : [s]
        From the crossing until the load has gone.

    Returns
    -------
    tuple
        Deviation (time,) [Hz], and load that has gone (time,) [W].

    Notes
    -----
    The model is linear, so that each stage is one more step of load; the first stage that is crossed decides on the
    next. A stage that has begun to act acts, even where frequency turns within its delay.
    """
    load, gone = np.array(change, dtype=float), np.zeros(len(change))
    deviation = response(system, load, step)
    for level, part in zip(levels, parts, strict=True):
        below = np.flatnonzero(deviation <= level - system.frequency)
        if below.size == 0:
            break
        first = below[0] + round(delay / step)
        gone[first:] += part * system.base
        deviation = response(system, load - gone, step)
    return deviation, gone


def fitted_gain(system: Interconnection, change: float, extreme: float) -> float:
    """
    Find the part of generation under droop control with which a step of load has the extreme that was recorded.

    Parameters
    ----------
    system : Interconnection
        All but its gain is kept.
    change : [W]
        Of load, positive where more is drawn.
    extreme : [Hz]
        Largest deviation, with its sign.

    Returns
    -------
    [1]
        Gain.

    Raises
    ------
    ValueError
        When no gain among `GAINS` has it.
    """

    def missed(gain: float) -> float:
        return after_step(system._replace(gain=gain), change).extreme - extreme

    ends = [missed(gain) for gain in GAINS]
    if ends[0] * ends[1] > 0.0:
        reached = sorted(extreme + end for end in ends)
        message = (
            f"gains of {GAINS[0]:g} to {GAINS[1]:g} give {reached[0]:.4g} to {reached[1]:.4g} Hz, not {extreme:g} Hz"
        )
        raise ValueError(message)
    return float(brentq(missed, *GAINS, xtol=1e-6))
