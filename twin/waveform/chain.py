"""
A waveform from the chips to the point of connection, through the conversion laws of the replay.

Racks of one class in one group draw the same; halls with the same racks are walked once. Temperatures are held: chips
stand at their reference temperature, where leakage is part of the stated powers, and the cooling power is given.
Conversion stages are their loss curves; what their inductors and capacitors smooth within some milliseconds is not
modelled, so that swings above some 20 Hz are upper bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from twin import power
from twin.arrays import Floats, Integers
from twin.site import RackClasses, Site, Stage

Filter = Callable[[Floats, int], Floats]
"""From the power (group, sample) [W] of a package or rack of a class, and the class's row, to what it draws instead."""

BLOCK = 16384
"""Samples that are carried through halls at once: their arrays stay in the cache of a processor."""


class Fleet(NamedTuple):
    """
    Which racks draw what.

    Attributes
    ----------
    racks : (hall_kind, rack_class, group) [1]
        Racks of a class in a group, in a hall of each kind.
    halls : (hall_kind,) [1]
        Halls of the kind.
    row : (hall_kind,)
        Row of one of them in the site.
    """

    racks: Floats
    halls: Floats
    row: Integers


class Waveform(NamedTuple):
    """
    Power of a site over time.

    Attributes
    ----------
    step : [s]
        From one sample to the next.
    chips : (sample,) [W]
        Of all accelerator packages.
    racks : (sample,) [W]
        At all rack inlets.
    losses : (sample,) [W]
        Of all conversion stages, those in the racks included.
    connection : (sample,) [W]
        Drawn at the point of connection.
    """

    step: float
    chips: Floats
    racks: Floats
    losses: Floats
    connection: Floats


class Difference(NamedTuple):
    """
    What means of a second hide of the energy at the point of connection.

    Attributes
    ----------
    chips, connection : [J]
        Energy of the waveform less that of its means of a second.
    losses : [J]
        Losses of the waveform less the losses at its means.
    energy : [J]
        Of the waveform at the point of connection.
    """

    chips: float
    connection: float
    losses: float
    energy: float


def fleet(site: Site, groups: int) -> Fleet:
    """
    Deal a site's racks to groups, those of each class one after another.

    Parameters
    ----------
    site : Site
        The site.
    groups : [1]
        Of the job that runs on all of it.

    Returns
    -------
    Fleet
        Halls of equal racks and supplies counted once.
    """
    shape = (len(site.halls.name), len(site.rack_classes.name), groups)
    count = np.zeros(shape)
    np.add.at(count, (site.racks.hall, site.racks.rack_class, _turn(site.racks.rack_class) % groups), 1.0)
    units = [np.broadcast_to(stage.units, shape[:1]) for stage in site.chain.hall_path]
    kinds = np.column_stack([count.reshape(shape[0], -1), *units])
    _, row, many = np.unique(kinds, axis=0, return_index=True, return_counts=True)
    return Fleet(count[row], many.astype(float), row.astype(np.int64))


def waveform(
    site: Site,
    activity: Floats,
    step: float,
    cooling: Floats,
    voltage: float = 1.0,
    package: Filter | None = None,
    rack: Filter | None = None,
) -> Waveform:
    """
    Carry a job's activity to the point of connection.

    Parameters
    ----------
    site : Site
        All of its accelerators follow the job, all other racks rest.
    activity : (group, sample) [1]
        From loaded idle (0) to rated power (1).
    step : [s]
        From one sample to the next.
    cooling : (sample,) [W]
        Of the cooling plant, or one value for all.
    voltage : [1]
        At the point of connection, per unit, held.
    package, rack : Filter, optional
        What changes the power of a package, and of a rack at its inlet.

    Returns
    -------
    Waveform
        Means over each step of the activity; losses are those at these means.

    Notes
    -----
    Hosts follow the activity as in a replay. A filter of packages is given [W] of one package.
    """
    classes, groups = site.rack_classes, activity.shape[0]
    dealt = fleet(site, groups)
    packages = [_packages(classes, row, activity, package) for row in range(len(classes.name))]
    racks = [_rack(classes, row, activity, packages[row], rack) for row in range(len(classes.name))]
    whole = np.einsum("h,hcg->cg", dealt.halls, dealt.racks)
    chips = sum(whole[row] * classes.accelerators[row] @ packages[row] for row in range(len(classes.name)))
    inlets = sum(whole[row] @ racks[row] for row in range(len(classes.name)))
    inside = sum(
        whole[row] @ _inside(classes, row, activity, packages[row], racks[row]) for row in range(len(classes.name))
    )
    drawn, losses = _connection(site, dealt, np.array(racks), np.broadcast_to(cooling, activity.shape[1:]), voltage)
    return Waveform(step, np.asarray(chips), np.asarray(inlets), np.asarray(inside) + losses, drawn)


def shares(site: Site, groups: int) -> Floats:
    """
    Give the part of all power between loaded idle and rated that each group has.

    Parameters
    ----------
    site : Site
        The site.
    groups : [1]
        As in `fleet`.

    Returns
    -------
    (group,) [1]
        Sum one.
    """
    dealt, classes = fleet(site, groups), site.rack_classes
    span = classes.accelerators * (classes.accelerator_max - classes.accelerator_loaded)
    weight = np.einsum("h,hcg,c->g", dealt.halls, dealt.racks, span)
    return np.asarray(weight / weight.sum(), dtype=float)


def seconds(activity: Floats, step: float, share: Floats) -> Floats:
    """
    Give what a replay is asked: the mean of all groups over each second.

    Parameters
    ----------
    activity : (group, sample) [1]
        Of a waveform.
    step : [s]
        That divides a second.
    share : (group,) [1]
        From `shares`; on a site of many racks nearly equal, as in the synthetic trace of a job.

    Returns
    -------
    (second,) [1]
        A second that is not whole at the end is left out.

    Raises
    ------
    ValueError
        When the step does not divide a second.
    """
    length = round(1.0 / step)
    if abs(length * step - 1.0) > 1e-9:  # noqa: PLR2004 - rounding of a step given in decimals
        message = f"a step of {step:g} s does not divide a second"
        raise ValueError(message)
    whole = activity.shape[-1] // length * length
    return np.asarray(share @ activity[:, :whole].reshape(activity.shape[0], -1, length).mean(axis=2), dtype=float)


def hidden(site: Site, activity: Floats, step: float, cooling: float, voltage: float = 1.0) -> Difference:
    """
    Give what a replay of the means of a second misses at the point of connection.

    Parameters
    ----------
    site : Site
        The site.
    activity : (group, sample) [1]
        Of whole seconds.
    step : [s]
        That divides a second.
    cooling : [W]
        Of the cooling plant, held.
    voltage : [1]
        At the point of connection, per unit, held.

    Returns
    -------
    Difference
        Of energies; as losses are convex in power where a stage is well loaded, and concave where it is not, of any
        sign.

    Notes
    -----
    mean of loss(P) less loss(mean of P), over time and over groups of racks: the same chip energy passes, so that the
    energy at the point of connection differs by what the losses differ.
    """
    means = seconds(activity, step, shares(site, activity.shape[0]))
    fast = waveform(site, activity[:, : means.size * round(1.0 / step)], step, np.array(cooling), voltage)
    slow = waveform(site, means[np.newaxis], 1.0, np.array(cooling), voltage)
    return Difference(
        chips=float(fast.chips.sum() * step - slow.chips.sum()),
        connection=float(fast.connection.sum() * step - slow.connection.sum()),
        losses=float(fast.losses.sum() * step - slow.losses.sum()),
        energy=float(fast.connection.sum() * step),
    )


def rated(site: Site) -> float:
    """
    Give the rated power of all accelerator packages of a site [W].

    Parameters
    ----------
    site : Site
        The site.
    """
    classes = site.rack_classes
    return float((classes.accelerators * classes.accelerator_max)[site.racks.rack_class].sum())


def packages(site: Site) -> float:
    """
    Count the accelerator packages of a site [1].

    Parameters
    ----------
    site : Site
        The site.
    """
    return float(site.rack_classes.accelerators[site.racks.rack_class].sum())


def _turn(rack_class: Integers) -> Integers:
    """Give the place of each rack among those of its class."""
    order = np.argsort(rack_class, kind="stable")
    place = np.empty(rack_class.size, dtype=np.int64)
    place[order] = np.arange(rack_class.size) - np.searchsorted(rack_class[order], rack_class[order])
    return place


def _packages(classes: RackClasses, row: int, activity: Floats, change: Filter | None) -> Floats:
    """Give the power of one package (group, sample) [W]."""
    loaded, full = classes.accelerator_loaded[row], classes.accelerator_max[row]
    asked = loaded + (full - loaded) * activity
    return asked if change is None or not classes.accelerators[row] else change(asked, row)


def _compute(classes: RackClasses, row: int, activity: Floats, package: Floats) -> Floats:
    """Give accelerator plus host power of one rack (group, sample) [W]; racks without accelerators rest."""
    busy = activity if classes.accelerators[row] else np.zeros_like(activity)
    hosts = classes.host_idle[row] + (classes.host_max[row] - classes.host_idle[row]) * busy
    return np.asarray(classes.accelerators[row] * package + hosts, dtype=float)


def _rack(classes: RackClasses, row: int, activity: Floats, package: Floats, change: Filter | None) -> Floats:
    """Give the inlet power of one rack (group, sample) [W]."""
    compute = _compute(classes, row, activity, package)
    inlet = power.rack_inlet_power(
        compute, classes.chain_power[row], classes.chain_loss[row], float(classes.auxiliary_power[row])
    )
    return inlet if change is None or not classes.accelerators[row] else change(inlet, row)


def _inside(classes: RackClasses, row: int, activity: Floats, package: Floats, rack: Floats) -> Floats:
    """Give what one rack loses (group, sample) [W], what its storage takes and gives included."""
    return np.asarray(rack - _compute(classes, row, activity, package) - classes.auxiliary_power[row], dtype=float)


def _connection(site: Site, dealt: Fleet, racks: Floats, cooling: Floats, voltage: float) -> tuple[Floats, Floats]:
    """Give power at the point of connection and losses of the facility (sample,) [W], block by block."""
    chain, length = site.chain, cooling.size
    halls = tuple(_of_kinds(stage, dealt, len(site.halls.name)) for stage in chain.hall_path)
    drawn, lost = np.empty(length), np.empty(length)
    for first in range(0, length, BLOCK):
        here = slice(first, first + BLOCK)
        output = np.einsum("hcg,cgs->hs", dealt.racks, racks[:, :, here], optimize=True)
        hall_losses, heads = power.path_flows(halls, output, 1.0)
        mechanical_losses, mechanical = power.path_flows(
            chain.mechanical_path, cooling[np.newaxis, here] + chain.house, 1.0
        )
        feeders = dealt.halls @ heads
        common_losses, connection = power.path_flows(chain.common_path, feeders[np.newaxis] + mechanical, voltage)
        drawn[here] = connection[0]
        lost[here] = dealt.halls @ hall_losses.sum(axis=0) + mechanical_losses.sum(axis=(0, 1))
        lost[here] += common_losses.sum(axis=(0, 1))
    return drawn, lost


def _of_kinds(stage: Stage, dealt: Fleet, halls: int) -> Stage:
    return stage._replace(units=np.broadcast_to(stage.units, (halls,))[dealt.row])
