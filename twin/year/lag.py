"""How chips warm with the load that their racks follow: a chip leaks as warm as it is, not as its load asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from twin.arrays import Floats, Integers
from twin.site import RackClasses
from twin.thermal.coefficients import STEP, chain_capacity, rack_network


class Lag(NamedTuple):
    """
    How the mean chip of a class of racks warms with a load that its rack follows.

    Attributes
    ----------
    time : (mode,) [s]
        Time constants of the network.
    part : (mode,) [1]
        Part of the chip's rise that comes with each; adds up to one.
    pull : [1]
        Leakage that a chip at rest adds to a watt of its rack's load.
    """

    time: Floats
    part: Floats
    pull: float


class Warmed(NamedTuple):
    """
    A trace as the chips of some classes of racks know it.

    Attributes
    ----------
    rows : tuple
        Rows of the classes.
    lagged : sequence of (sample,) [1]
        From `lagged`, one a class.
    order : (sample,) [1]
        The trace, and the leakage that goes with it, mean of the classes: by which losses are told apart.
    """

    rows: tuple[int, ...]
    lagged: Sequence[Floats]
    order: Floats


def full_swing(classes: RackClasses, row: int) -> tuple[float, float, float]:
    """
    Give by how much a rack's power rises from jobs that wait to full load.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    row : [1]
        Which.

    Returns
    -------
    tuple of [W], [W] and [W]
        Power of accelerators, of these with the hosts, and the loss of converting that.
    """
    chips = float(classes.accelerators[row] * (classes.accelerator_max[row] - classes.accelerator_loaded[row]))
    load = chips + float(classes.host_max[row] - classes.host_idle[row])
    most = float(classes.accelerators[row] * classes.accelerator_max[row] + classes.host_max[row])
    loss = np.interp([most - load, most], classes.chain_power[row], classes.chain_loss[row].sum(axis=1))
    return chips, load, float(loss[1] - loss[0])


def lag(classes: RackClasses, row: int) -> Lag:
    """
    Give how a class of racks warms with its load.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    row : [1]
        Which.

    Returns
    -------
    Lag
        Of the network at nominal flow, leakage included.

    Notes
    -----
    T(t) - T_supply is the sum over modes of load through a first-order lag each. The load warms the chip by its own
    heat and, through the stream, by that of host and conversion, in the proportion that they have at full load.
    """
    network = rack_network(classes, row, 1.0, float(classes.leakage[row]))
    rates, shapes = np.linalg.eig(network)
    chips, load, loss = full_swing(classes, row)
    fraction = float(classes.liquid_fraction[row]) or 1.0
    given = fraction * (load + loss) - chips
    heated = np.linalg.solve(shapes, np.array([chips, 0.0, given]) / chain_capacity(classes)[row])
    rise = np.real(-shapes[0] * heated / rates)
    whole = float(rise.sum())
    return Lag(np.real(-1.0 / rates), rise / whole, float(classes.leakage[row]) * whole / load)


def lagged(law: Lag, samples: Floats, pace: float) -> Floats:
    """
    Give a trace as the temperature of chips knows it.

    Parameters
    ----------
    law : Lag
        Of a class of racks.
    samples : (sample,) [1]
        The trace; it is begun again where it ends.
    pace : [s]
        From one sample to the next.

    Returns
    -------
    (sample,) [1]
        The rise of a chip over its supply, over that at rest at a load of one: its mean at the starts of the replay's
        seconds, where the leakage is read that is lost in conversion together with the load.
    """
    found = np.zeros(samples.size)
    for time, part in zip(law.time, law.part, strict=True):
        left = float(np.exp(-pace / time))
        law_of = ([1.0 - left], [1.0, -left])
        # Once round to come to what the trace leaves at its end.
        _, last = lfilter(*law_of, samples, zi=[left * samples[0]])
        ends, _ = lfilter(*law_of, samples, zi=last)
        begin = np.roll(ends, 1)
        still = (1.0 - left) / (-np.expm1(-STEP / time) * pace / STEP)
        found += part * (samples + (begin - samples) * still)
    return found


def lags(classes: RackClasses, rows: Integers) -> Mapping[int, Lag]:
    """
    Give how those classes warm whose chips leak.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    rows : (any,)
        Of racks that follow a load.

    Returns
    -------
    row to Lag
        Each class once.
    """
    return {row: lag(classes, row) for row in np.unique(rows).tolist() if classes.leakage[row] > 0.0}


def warmed(laws: Mapping[int, Lag], samples: Floats, pace: float) -> Warmed:
    """
    Give a trace as chips know it.

    Parameters
    ----------
    laws : row of a class to Lag
        From `lags`.
    samples : (sample,) [1]
        The trace.
    pace : [s]
        From one sample to the next.

    Returns
    -------
    Warmed
        Of each class.
    """
    found = [lagged(law, samples, pace) for law in laws.values()]
    pulled = [law.pull * warm for law, warm in zip(laws.values(), found, strict=True)]
    return Warmed(tuple(laws), found, samples + np.mean(pulled, axis=0) if found else samples)
