"""How chips warm with the load that their racks follow: a chip leaks as warm as it is, not as its load asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from twin.arrays import Complexes, Floats, Integers
from twin.site import RackClasses, Site
from twin.thermal.coefficients import STEP, chain_capacity, rack_network
from twin.year.coolant import beside


class Lag(NamedTuple):
    """
    How the mean chip of a class of racks warms with a load that its rack follows.

    Attributes
    ----------
    time : (mode,) complex [s]
        Time constants of the network; complex ones, in pairs, swing.
    part : (mode,) complex [1]
        Part of the chip's rise that comes with each; adds up to one.
    pull : [1]
        Leakage that a chip at rest adds to a watt of its rack's load.
    """

    time: Complexes
    part: Complexes
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
    return chips, load, _inlet(classes, row, 0.0) - _inlet(classes, row, load) - load


def lag(site: Site, row: int, cdu: int | None, level: float) -> Lag:
    """
    Give how a class of racks warms with its load.

    Parameters
    ----------
    site : Site
        The site.
    row : [1]
        The class.
    cdu : [1], or None
        On which its racks stand, and do the same; None where their coolant is held.
    level : [1]
        Mean load, between jobs that wait and full load.

    Returns
    -------
    Lag
        Of the network at nominal flow, leakage and coolant included.

    Notes
    -----
    T(t) - T_supply is the sum over modes of load through a first-order lag each, with the supply at rest. The load
    warms the chip by its own heat and, through the stream, by that of host and conversion, in the proportion that they
    have at full load. The coolant moves meanwhile (`twin.year.coolant`), and is at rest in the mean; the air that racks
    draw is held.
    """
    classes = site.rack_classes
    network = rack_network(classes, row, 1.0, float(classes.leakage[row]))
    chips, load, loss = full_swing(classes, row)
    fraction = float(classes.liquid_fraction[row])
    given = (fraction or 1.0) * (load + loss) - chips
    heated = np.array([chips, 0.0, given]) / chain_capacity(classes)[row]
    if fraction > 0.0 and cdu is not None:
        network = beside(site, row, cdu, fraction * _inlet(classes, row, (1.0 - level) * load), network)
    rates, shapes = np.linalg.eig(network)
    pushed = np.linalg.solve(shapes, np.pad(heated, (0, len(network) - heated.size)))
    rise = -shapes[0] * pushed / rates
    whole = float(rise.sum().real)
    time, part = np.asarray(-1.0 / rates, dtype=complex), np.asarray(rise / whole, dtype=complex)
    return Lag(time, part, float(classes.leakage[row]) * whole / load)


def _inlet(classes: RackClasses, row: int, less: float) -> float:
    """Give the power at a rack's inlet, without leakage, at so many watts less than full load."""
    asked = float(classes.accelerators[row] * classes.accelerator_max[row] + classes.host_max[row]) - less
    loss = np.interp(asked, classes.chain_power[row], classes.chain_loss[row].sum(axis=1))
    return asked + float(loss + classes.auxiliary_power[row])


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
    found, own = np.zeros(samples.size), samples.astype(complex)
    for time, part in zip(law.time, law.part, strict=True):
        left = np.exp(-pace / time)
        law_of = ([1.0 - left], [1.0, -left])
        # From where the trace leaves it at its end: the end of a first round from nothing, over what a round forgets.
        end = lfilter(*law_of, own)[-1] / -np.expm1(-samples.size * pace / time)
        ends, _ = lfilter(*law_of, own, zi=[left * end])
        begin = np.roll(ends, 1)
        still = (1.0 - left) / (-np.expm1(-STEP / time) * pace / STEP)
        found += np.real(part * (samples + (begin - samples) * still))
    return found


def warmed(site: Site, racks: Integers, samples: Floats, pace: float, together: bool) -> Warmed:
    """
    Give a trace as the chips of the racks that follow it know it.

    Parameters
    ----------
    site : Site
        The site.
    racks : (any,)
        Rows of those racks.
    samples : (sample,) [1]
        The trace.
    pace : [s]
        From one sample to the next.
    together : bool
        Whether all racks do the same at the same time; else their coolant hardly moves.

    Returns
    -------
    Warmed
        Of each class whose chips leak and whose load can swing, as it is on the first CDU that has racks of it; other
        racks on that CDU are taken to do the same.
    """
    classes, mean = site.rack_classes, float(samples.mean())
    laws = {
        row: lag(site, row, int(site.racks.cdu[rack]) if together else None, mean)
        for row, rack in _first(site.racks.rack_class, racks).items()
        if classes.leakage[row] > 0.0 and full_swing(classes, row)[1] > 0.0
    }
    found = [lagged(law, samples, pace) for law in laws.values()]
    pulled = [law.pull * warm for law, warm in zip(laws.values(), found, strict=True)]
    return Warmed(tuple(laws), found, samples + np.mean(pulled, axis=0) if found else samples)


def _first(of: Integers, racks: Integers) -> dict[int, int]:
    """Give the first of some racks of each class that they are of."""
    found, first = np.unique(of[racks], return_index=True)
    return dict(zip(found.tolist(), racks[first].tolist(), strict=True))
