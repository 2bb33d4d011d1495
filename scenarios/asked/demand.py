"""Read a load table at given seconds: what racks are asked for, draw and lose, without heat or limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.power import curve_loss, rack_inlet_power
from twin.site import Floats, Integers, LossCurve, Site
from twin.workload import LoadTable


class Demand(NamedTuple):
    """
    Power of all racks together, chips at the temperature for which their power is stated.

    Attributes
    ----------
    inlet : (second,) [W]
        At the rack inlets.
    losses : (stage, second) [W]
        Of each conversion stage inside the racks.
    """

    inlet: Floats
    losses: Floats


def demand(site: Site, load: LoadTable, seconds: Integers) -> Demand:
    """
    Give the power of a load table at given seconds.

    Parameters
    ----------
    site : Site
        Whose racks; racks with measured inlet power are not meant.
    load : LoadTable
        Who runs where.
    seconds : (second,) [s]
        From the start of the run.

    Returns
    -------
    Demand
        Sums over all racks.

    Notes
    -----
    The law of `LoadTable`, then the conversion chain of each rack's class; leakage, caps and throttling take no part.
    It reads the table independently of the replay kernel, which is tested against it.
    """
    classes = site.rack_classes
    compute = _compute_power(site, load, seconds)
    inlet = np.zeros(len(seconds))
    losses = np.zeros((len(classes.stage_names), len(seconds)))
    for row in range(len(classes.name)):
        power = compute[site.racks.rack_class == row]
        points, table = classes.chain_power[row], classes.chain_loss[row]
        inlet += rack_inlet_power(power, points, table, float(classes.auxiliary_power[row])).sum(axis=0)
        for stage in range(len(losses)):
            losses[stage] += curve_loss(LossCurve(points, table[:, stage]), power).sum(axis=0)
    return Demand(inlet, losses)


def _compute_power(site: Site, load: LoadTable, seconds: Integers) -> Floats:
    """Give accelerator plus host power (rack, second) [W]."""
    classes, rack_class = site.rack_classes, site.racks.rack_class
    idle = (classes.accelerator_idle * classes.accelerators + classes.host_idle)[rack_class]
    owner = np.repeat(np.arange(len(rack_class)), np.diff(load.segment_start))
    lengths = np.diff(load.trace_start)
    power = np.repeat(idle[:, np.newaxis], len(seconds), axis=1)
    for column, second in enumerate(seconds):
        covered = np.clip(np.minimum(load.end, second + 1) - np.maximum(load.start, second), 0.0, 1.0)
        live = np.flatnonzero(covered)
        trace = load.trace[live]
        place = np.maximum(second - load.start[live], 0.0) + load.offset[live]
        index = np.floor(place / load.trace_step[trace] + _ROUNDING).astype(np.int64) % lengths[trace]
        sample = load.samples[load.trace_start[trace] + index].astype(float)
        asked = (
            load.accelerator_base[live]
            + load.host_base[live]
            + (load.accelerator_scale[live] + load.host_scale[live]) * sample
            - load.share[live] * idle[owner[live]]
        )
        np.add.at(power[:, column], owner[live], covered[live] * asked)
    return power


_ROUNDING = 1e-9
"""Part of a sample by which an instant that should be whole may fall short."""
