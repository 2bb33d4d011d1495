"""Devices at the accelerator that keep its power up: smoothing by its firmware, dummy work by software."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats
from twin.thermal.compiled import njit


class Smoothing(NamedTuple):
    """
    Power smoothing of one package, as NVML names its parameters.

    Attributes
    ----------
    percent_tmp_floor : [1]
        Floor of power while a job runs, over the rated power.
    ramp_up_rate, ramp_down_rate : [W/s]
        Below the floor, at a job's start and end.
    ramp_down_hysteresis : [s]
        For how long the floor is held after the job asks for less.
    ceiling : [1]
        Highest power that is let through, over the rated power.
    """

    percent_tmp_floor: float
    ramp_up_rate: float
    ramp_down_rate: float
    ramp_down_hysteresis: float
    ceiling: float


class Dummy(NamedTuple):
    """
    Work that a program adds when the job's own falls off.

    Attributes
    ----------
    level : [1]
        Power that it brings a package to, over the rated power.
    latency : [s]
        From the fall of the job's power until the work is there.
    slowdown : [1]
        Part of the job's speed that watching and backing off cost.
    """

    level: float
    latency: float
    slowdown: float


class Cost(NamedTuple):
    """
    What a device costs.

    Attributes
    ----------
    energy : [1]
        Energy drawn beyond what was asked, over what was asked.
    performance : [1]
        Part of the work asked for that was not done in its time.
    """

    energy: float
    performance: float


def smoothed(power: Floats, step: float, rated: float, device: Smoothing, running: bool = False) -> Floats:
    """
    Give what packages draw under power smoothing.

    Parameters
    ----------
    power : (group, sample) [W]
        What a job asks of a package, means over each step.
    step : [s]
        From one sample to the next.
    rated : [W]
        Of the package.
    device : Smoothing
        Its settings.
    running : bool
        Whether the job runs before the series, so that its floor holds from the first sample on; else packages begin at
        what is asked first.

    Returns
    -------
    (group, sample) [W]
        What is drawn.

    Notes
    -----
    A package that a job brings above the floor is engaged, and draws min(max(P, floor), ceiling). Asked for less, it
    holds the floor for the hysteresis and then falls at the ramp rate; below the floor it also rises at its rate only,
    so that a job's start waits. A start or an end is thus two ramps; between floor and ceiling power is free: what
    remains is their difference.

    References
    ----------
    .. [1] NVIDIA, NVML API reference, power smoothing profiles (names of the parameters)
    .. [2] E. Choukse et al., Power stabilization for AI training datacenters, arXiv 2508.14318 (2025), GB200
    """
    asked = np.ascontiguousarray(power, dtype=float)
    drawn = np.empty_like(asked)
    _smooth(
        asked,
        drawn,
        step,
        device.percent_tmp_floor * rated,
        device.ceiling * rated,
        device.ramp_up_rate * step,
        device.ramp_down_rate * step,
        device.ramp_down_hysteresis,
        running,
    )
    return drawn


@njit(cache=True, nogil=True)
def _smooth(
    asked: Floats,
    drawn: Floats,
    step: float,
    floor: float,
    ceiling: float,
    rise: float,
    fall: float,
    hysteresis: float,
    running: bool,
) -> None:
    """Walk each group through time."""
    for group in range(asked.shape[0]):
        first = max(asked[group, 0], floor) if running else asked[group, 0]
        now, waited, engaged = min(first, ceiling), 0.0, first >= floor
        for k in range(asked.shape[1]):
            wanted = min(asked[group, k], ceiling)
            if wanted >= floor:
                waited = 0.0
                target = wanted
            else:
                waited += step
                engaged = engaged and waited <= hysteresis * (1.0 + 1e-9)
                target = floor if engaged else wanted
            if target > now:
                now = target if now >= floor else min(target, now + rise)
            elif target < floor:
                now = max(target, min(now, floor) - fall)
            else:
                now = target
            engaged = engaged or now >= floor
            drawn[group, k] = now


def with_dummy_work(power: Floats, step: float, rated: float, device: Dummy) -> Floats:
    """
    Give what packages draw with dummy work.

    Parameters
    ----------
    power : (group, sample) [W]
        What a job asks of a package, means over each step.
    step : [s]
        From one sample to the next.
    rated : [W]
        Of the package.
    device : Dummy
        Its settings.

    Returns
    -------
    (group, sample) [W]
        max(P, level) wherever P has been below the level for the latency; a dip that is shorter stays.

    References
    ----------
    .. [1] E. Choukse et al., arXiv 2508.14318 (2025): software that adds matrix products when activity drops
    """
    low = power < device.level * rated
    count = np.arange(power.shape[-1])
    # The last sample, up to each, at which the job still filled the level.
    filled = np.maximum.accumulate(np.where(low, -1, count), axis=-1)
    late = (count - filled) * step > device.latency * (1.0 + 1e-9)
    return np.where(low & late, device.level * rated, power)


def cost(asked: Floats, drawn: Floats, rest: float, slowdown: float = 0.0) -> Cost:
    """
    Give what a device at the package costs.

    Parameters
    ----------
    asked, drawn : (group, sample) [W]
        Power of a package without and with the device.
    rest : [W]
        Power at which no work is done.
    slowdown : [1]
        Part of the speed that is lost besides.

    Returns
    -------
    Cost
        Energy beyond what was asked, and work withheld over work asked. The series is not made longer by it.
    """
    wanted = float((asked - rest).clip(0.0).sum())
    withheld = float((asked - drawn).clip(0.0).sum())
    extra = float((drawn - asked).clip(0.0).sum()) / float(asked.sum())
    return Cost(extra, slowdown + (withheld / wanted if wanted else 0.0))


def overhead(power: Floats, floor: float) -> float:
    """
    Give what a floor costs in energy, in closed form.

    Parameters
    ----------
    power : (any,) [W]
        What is asked.
    floor : [W]
        Held whenever less is asked.

    Returns
    -------
    [1]
        mean(max(P, floor) - P) / mean(P).
    """
    return float(np.mean(np.maximum(power, floor) - power) / np.mean(power))
