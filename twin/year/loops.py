"""What a loop of facility water does at rest, and the machines of its plant."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats
from twin.cooling import chillers as laws
from twin.cooling import plant_tables
from twin.cooling.chillers import FullLoad
from twin.facility_water import Loops
from twin.thermal.loop_control import REUSE_FALL, START_LOAD

FREE, MIXED, MECHANICAL = 0.0, 1.0, 2.0
"""Ways of cooling [1]: by coolers alone, by coolers and chillers, by chillers alone; as `twin.cooling.plant.mode`."""


class Water(NamedTuple):
    """
    What a kind of loop meets.

    Attributes
    ----------
    heat : (..., step) [W]
        Into the water, from halls and its own pumps.
    flow : (..., step) [1]
        Over nominal.
    outdoor : (..., step) [K]
        Temperature that coolers see.
    dry_bulb : (..., step) [K]
        Outdoor air.
    set_point : (..., step) [K]
        Water wanted.
    supply : (..., step) [K]
        Water that leaves the plant: the last estimate.
    mode : (..., step) [1], optional
        As in `LoopState`, where the way of cooling is no longer chosen but held.
    """

    heat: Floats
    flow: Floats
    outdoor: Floats
    dry_bulb: Floats
    set_point: Floats
    supply: Floats
    mode: Floats | None = None


class LoopState(NamedTuple):
    """
    One kind of loop; all of shape (..., step).

    Attributes
    ----------
    supply, back : [K]
        Water that leaves the plant, and that returns to it.
    cold : [K]
        Condenser water behind the towers; the supply where there is none.
    rejected : [W]
        Heat through the coolers.
    economised, chilled, condensed : [W]
        Heat to condenser water, to chillers, and from them to condenser water.
    reused, delivered : [W]
        Heat to heat pumps, and from them to the buyer.
    chillers, heat_pumps, fans : [W]
        Electric power.
    speed : [1]
        Of the fans.
    mode : [1]
        One of `FREE`, `MIXED` and `MECHANICAL`.
    inside : bool
        Whether the laws of the machines at work hold.
    """

    supply: Floats
    back: Floats
    cold: Floats
    rejected: Floats
    economised: Floats
    chilled: Floats
    condensed: Floats
    reused: Floats
    delivered: Floats
    chillers: Floats
    heat_pumps: Floats
    fans: Floats
    speed: Floats
    mode: Floats
    inside: Flags


class Machines(NamedTuple):
    """
    All chillers of a loop; all of shape (..., step).

    Attributes
    ----------
    able : [W]
        Heat that those in service can take.
    full : FullLoad
        One of them.
    """

    able: Floats
    full: FullLoad


def machines(own: Loops, leaving: Floats, entering: Floats) -> Machines:
    """
    Give the chillers of a loop at full load.

    Parameters
    ----------
    own : Loops
        One loop.
    leaving : (..., step) [K]
        Water that they deliver.
    entering : (..., step) [K]
        What they reject into.

    Returns
    -------
    Machines
        None of them able where there is none.
    """
    if own.chiller_capacity[0] <= 0.0:
        none = np.zeros(leaving.shape)
        return Machines(none, FullLoad(none, none + 1.0, none == 0.0))
    full = plant_tables.full_chillers(own, leaving[..., np.newaxis], entering[..., np.newaxis])
    one = FullLoad(full.capacity[..., 0], full.performance[..., 0], full.inside[..., 0])
    return Machines(own.chiller_capacity[0] / own.chillers.unit_capacity[0] * one.capacity, one)


def chiller_power(own: Loops, chillers: Machines, heat: Floats) -> Floats:
    """
    Give the power of a loop's chillers.

    Parameters
    ----------
    own : Loops
        One loop.
    chillers : Machines
        From `machines`.
    heat : (..., step) [W]
        That they take.

    Returns
    -------
    (..., step) [W]
        Of the fewest units that take it at `START_LOAD` at most: one more starts above it.
    """
    if own.chiller_capacity[0] <= 0.0:
        return np.zeros(heat.shape)
    service, capacity = own.chiller_capacity[0] / own.chillers.unit_capacity[0], chillers.full.capacity
    units = np.clip(np.ceil(heat / (START_LOAD * np.maximum(capacity, 1e-9))), 1.0, service)
    one = chillers.full
    full = FullLoad(one.capacity[..., np.newaxis], one.performance[..., np.newaxis], one.inside[..., np.newaxis])
    part = laws.at_load(own.chillers.load, full, (heat / units)[..., np.newaxis])
    return np.asarray(np.where(heat > 0.0, units * part.power[..., 0], 0.0), dtype=float)


class Reused(NamedTuple):
    """
    Heat pumps of a loop; all of shape (..., step).

    Attributes
    ----------
    taken : [W]
        Heat from the water return.
    power : [W]
        Electric power.
    shift : [K]
        Fall of the return.
    inside : bool
        Whether their law holds.
    """

    taken: Floats
    power: Floats
    shift: Floats
    inside: Flags


def reuse(own: Loops, back: Floats, heat: Floats, stream: Floats) -> Reused:
    """
    Give what heat pumps take.

    Parameters
    ----------
    own : Loops
        One loop.
    back : (..., step) [K]
        Water return.
    heat : (..., step) [W]
        That the water brings.
    stream : (..., step) [W/K]
        Water.

    Returns
    -------
    Reused
        No more than the water brings, and no more than `REUSE_FALL` of it.
    """
    if own.reuse.heat[0] <= 0.0:
        none = np.zeros(heat.shape)
        return Reused(none, none, none, none == 0.0)
    able = plant_tables.reuse(own, back[..., np.newaxis])
    drawn = np.minimum(np.minimum(able.taken[..., 0], np.maximum(heat, 0.0)), REUSE_FALL * stream)
    return Reused(drawn, drawn * able.power_share[..., 0], drawn / stream, able.inside[..., 0])
