"""More racks than a power budget carries at full load: the cap that keeps them in it, and the computing it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.flexibility import performance
from twin.power import rack_inlet_power
from twin.site import RackClasses

HALVINGS = 40
"""Of the bracket in which a cap is sought: to 1e-12 of the chip's full power."""

LOWEST = 0.5
"""Part of the power between rest and full [1] below which the law of `twin.flexibility.performance` is not known."""


LEAST_PACE = 1e-9
"""Performance [1] of a chip that is held at rest: it does not divide by nothing."""

LARGEST_REST = 1.0 - 1e-9
"""Power at rest over that of a level [1]: the same."""


class Population(NamedTuple):
    """
    Racks, and how their load is spread over time.

    Attributes
    ----------
    rack_class : (kind,)
        Row of `RackClasses`.
    racks : (kind,) [1]
        That stand.
    accelerator_base, accelerator_scale, host_base, host_scale : (kind,) [W]
        Of one rack at level zero, and for each one of level, as in `twin.year.kinds.Asked`.
    level : (kind, node) [1]
        Levels of load.
    weight : (kind, node) [1]
        Part of the time spent at each; adds up to one.
    """

    rack_class: Integers
    racks: Floats
    accelerator_base: Floats
    accelerator_scale: Floats
    host_base: Floats
    host_scale: Floats
    level: Floats
    weight: Floats


class Capped(NamedTuple):
    """
    A population that is made so many times as large, and held to a budget.

    Attributes
    ----------
    cap : (ratio,) [1]
        Of the full power of every accelerator; one where nothing is held.
    throttled : (ratio,) [1]
        Part of the time that accelerators would draw more than it.
    lost : (ratio,) [1]
        Part of an accelerator's computing that the cap costs.
    computing : (ratio,) [1]
        Of the whole, over that of the racks that stand without a cap.
    power : (ratio,) [W]
        Mean at the rack inlets.
    highest : (ratio,) [W]
        At the rack inlets, all at their cap: the budget, or what they draw without one.
    known : (ratio,) bool
        Whether the law of performance reaches so low.
    """

    cap: Floats
    throttled: Floats
    lost: Floats
    computing: Floats
    power: Floats
    highest: Floats
    known: Flags


def oversubscribe(classes: RackClasses, stand: Population, budget: float, ratio: Floats) -> Capped:
    r"""
    Hold populations of racks to a budget by one cap for all accelerators.

    Parameters
    ----------
    classes : RackClasses
        Of the racks.
    stand : Population
        Racks that stand; of some, accelerators have work.
    budget : [W]
        At the rack inlets.
    ratio : (ratio,) [1]
        Racks over those that stand.

    Returns
    -------
    Capped
        For each ratio.

    Notes
    -----
    The cap is static: with it, all racks at full load at once draw the budget. Work done at a level takes 1 / p of its
    time, p the performance under the cap of a chip that would draw the level's power, so that computing over that
    without a cap is :math:`1 / \sum_n w_n / p_n`; racks without work count for power alone. Leakage is that at the
    reference temperature.
    """
    own, idle, full = stand.rack_class, classes.accelerator_idle, classes.accelerator_max
    chips = classes.accelerators[own]
    cap = _caps(classes, stand, budget, ratio)
    asked = stand.accelerator_base[:, np.newaxis] + stand.accelerator_scale[:, np.newaxis] * stand.level
    hosts = stand.host_base[:, np.newaxis] + stand.host_scale[:, np.newaxis] * stand.level
    held = np.minimum(asked, (cap[:, np.newaxis] * (chips * full[own]))[..., np.newaxis])
    busy = chips * stand.accelerator_scale > 0.0
    weight = (stand.racks * chips)[busy] / (stand.racks * chips)[busy].sum()
    rest, asks = (chips * idle[own])[busy, np.newaxis], asked[busy]
    short = held[:, busy] < asks
    left = performance(np.where(short, held[:, busy], asks) / asks, np.minimum(rest / asks, LARGEST_REST))
    time = np.einsum("kn,rkn->rk", stand.weight[busy], 1.0 / np.where(short, np.maximum(left, LEAST_PACE), 1.0))
    throttled = np.einsum("kn,rkn->rk", stand.weight[busy], short)
    computing = (1.0 / time) @ weight
    inlet = _inlet(classes, stand, held + hosts)
    least = np.max((idle / np.maximum(full, 1e-9))[own][busy])
    return Capped(
        cap=cap,
        throttled=throttled @ weight,
        lost=np.maximum(1.0 - computing, 0.0),
        computing=ratio * computing,
        power=ratio * np.einsum("k,kn,rkn->r", stand.racks, stand.weight, inlet),
        highest=ratio * full_power(classes, stand, cap),
        known=np.asarray(cap >= least + LOWEST * (1.0 - least)),
    )


def full_power(classes: RackClasses, stand: Population, cap: Floats) -> Floats:
    """
    Give what all racks draw at full load under a cap.

    Parameters
    ----------
    classes : RackClasses
        Of the racks.
    stand : Population
        Racks that stand.
    cap : (cap,) [1]
        Of the full power of every accelerator.

    Returns
    -------
    (cap,) [W]
        At the rack inlets.
    """
    own = stand.rack_class
    chips = cap[:, np.newaxis] * (classes.accelerators * classes.accelerator_max)[own]
    return np.asarray(
        _inlet(classes, stand, (chips + classes.host_max[own])[..., np.newaxis])[..., 0] @ stand.racks, dtype=float
    )


def _caps(classes: RackClasses, stand: Population, budget: float, ratio: Floats) -> Floats:
    low, high = np.zeros(ratio.size), np.ones(ratio.size)
    if np.all(ratio * full_power(classes, stand, high) <= budget):
        return high
    fits = ratio * full_power(classes, stand, high) <= budget
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        over = ratio * full_power(classes, stand, middle) > budget
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.where(fits, 1.0, low)


def _inlet(classes: RackClasses, stand: Population, compute: Floats) -> Floats:
    """Give the power at the inlet of a rack of each kind, (..., kind, node) [W]."""
    found = np.empty(compute.shape)
    for kind, of in enumerate(stand.rack_class.tolist()):
        found[..., kind, :] = rack_inlet_power(
            compute[..., kind, :], classes.chain_power[of], classes.chain_loss[of], float(classes.auxiliary_power[of])
        )
    return found
