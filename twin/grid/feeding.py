"""How a campus hangs on a transmission network: at which buses, in which shares, at which power factor."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from twin.grid.host import HostGrid, Indices
from twin.site import Floats


class Feeding(NamedTuple):
    """
    Points of connection of one campus.

    Attributes
    ----------
    bus : (point,)
        Rows of `Buses`, each at most once.
    share : (point,) [1]
        Of the campus's load; they sum to 1.
    power_factor : [1]
        Lagging, the same at each point.
    """

    bus: Indices
    share: Floats
    power_factor: float


def drawn(feeding: Feeding, load: float) -> tuple[Floats, Floats]:
    """
    Give what a campus draws at each point.

    Parameters
    ----------
    feeding : Feeding
        Its points of connection.
    load : [W]
        Active power at all points together.

    Returns
    -------
    tuple of (point,) [W], [var]
        Active and reactive power.
    """
    active = feeding.share * load
    return active, active * math.tan(math.acos(feeding.power_factor))


def loaded(grid: HostGrid, feeding: Feeding, load: float) -> HostGrid:
    """
    Put a campus on a network.

    Parameters
    ----------
    grid : HostGrid
        The network without it.
    feeding : Feeding
        Its points of connection.
    load : [W]
        Active power at all points together.

    Returns
    -------
    HostGrid
        With its load added to those of the buses.
    """
    buses = grid.buses
    active, reactive = drawn(feeding, load)
    total_active, total_reactive = buses.load_active.copy(), buses.load_reactive.copy()
    total_active[feeding.bus] += active
    total_reactive[feeding.bus] += reactive
    return grid._replace(buses=buses._replace(load_active=total_active, load_reactive=total_reactive))


def shared_by_headroom(grid: HostGrid) -> HostGrid:
    """
    Let every unit take up changes of load in proportion to what it has left.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    HostGrid
        With shares by active power left up to each unit's highest, so that all reach it together; those of `grid` where
        none has any left.

    Notes
    -----
    A rule for studies, not a market's answer: one slack bus would draw the whole load along its own paths, and end the
    curve where those do.
    """
    units = grid.units
    left = np.maximum(units.active_max - units.active, 0.0)
    return grid._replace(units=units._replace(share=left / left.sum())) if left.any() else grid


def without_lone_slack(grid: HostGrid) -> HostGrid:
    """
    Let all units take up a campus where a network's data leave it to one.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    HostGrid
        Itself where several units share; else by `shared_by_headroom`.
    """
    return shared_by_headroom(grid) if (grid.units.share > 0.0).sum() == 1 else grid
