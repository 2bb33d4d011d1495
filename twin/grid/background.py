"""The largest load of a campus over what else the network carries, and the hours in which it must give way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.grid import host_capacity
from twin.grid.feeding import Feeding
from twin.grid.host import HostGrid, Indices
from twin.site import Floats

HOUR = 3600.0
"""Seconds."""

WIDTH = 1e-3
"""To which loads are bisected, over the highest [1]."""


class Curtailment(NamedTuple):
    """
    What a campus of some size gives up in a year.

    Attributes
    ----------
    hours : (size,) [1]
        In which it is above what the network carries.
    energy : (size,) [J]
        Above that.
    """

    hours: Floats
    energy: Floats


def scaled(grid: HostGrid, level: float) -> HostGrid:
    """
    Scale what a network carries besides a campus.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    level : [1]
        Of its loads.

    Returns
    -------
    HostGrid
        Loads and the schedule of all units at that level; which units run, and what voltages they hold, is as it was.

    Notes
    -----
    Capacitors are switched with the load. Below a level of 1 units absorb without limit, in the place of the reactors
    and taps that hold voltages down at light load and that network files do not carry; what units give keeps its upper
    limit.
    """
    buses, units = grid.buses, grid.units
    shunts = np.where(buses.shunt_susceptance > 0.0, level, 1.0) * buses.shunt_susceptance
    return grid._replace(
        buses=buses._replace(
            load_active=level * buses.load_active,
            load_reactive=level * buses.load_reactive,
            shunt_susceptance=shunts,
        ),
        units=units._replace(
            active=level * units.active,
            reactive_min=np.full(units.bus.size, -np.inf) if level < 1.0 else units.reactive_min,
        ),
    )


def capacities(
    grid: HostGrid, feeding: Feeding, highest: float, level: Floats, outages: Indices, *, limits: bool = True
) -> Floats:
    """
    Find the largest load of a campus at several levels of what else the network carries.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    highest : [W]
        Load up to which limits are sought.
    level : (level,) [1]
        Of the network's own loads and schedule.
    outages : (any,)
        Rows of branches whose outages bound the load, as `host_capacity.capacity` finds them at the file's own level.
    limits
        Whether units keep within their reactive limits.

    Returns
    -------
    (level,) [W]
        With all branches and after each of these outages; zero where the network has no power flow by itself.

    Notes
    -----
    Bisected to `WIDTH` of `highest`. Other outages may bind at
    other levels; those are not sought. Limits that are passed without the campus do not bound its load
    (`host_capacity.first_limits`), so that levels above a file's own, its peak, would be told too well.
    """
    found = np.full(level.size, highest)
    for row, part in enumerate(level):
        there = scaled(grid, float(part))
        for outage in (-1, *outages):
            limit = host_capacity.largest(there, feeding, float(found[row]), int(outage), WIDTH, limits=limits)
            if outage < 0 or host_capacity.bounds(limit):
                found[row] = limit.load
    return found


def curtailment(size: Floats, level: Floats, capacity: Floats, hourly: Floats) -> Curtailment:
    """
    Find the hours of a year in which a campus must give way.

    Parameters
    ----------
    size : (size,) [W]
        Constant loads of the campus.
    level, capacity : (level,) [1], [W]
        From `capacities`, levels rising.
    hourly : (hour,) [1]
        Level of each hour of the year.

    Returns
    -------
    Curtailment
        Of each size.

    Notes
    -----
    Capacity between two levels is on the straight line between theirs; outside of them it is that of the nearer.
    """
    carried = np.interp(hourly, level, capacity)
    short = np.maximum(size[:, np.newaxis] - carried, 0.0)
    return Curtailment((short > 0.0).sum(axis=1).astype(float), short.sum(axis=1) * HOUR)
