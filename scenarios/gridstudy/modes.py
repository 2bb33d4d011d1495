"""Electromechanical modes of the network around a site, and what work in step does at them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, machines
from facilities.hosts import areas, files
from twin.grid import eigenmodes, power_flow
from twin.grid.host import HostGrid

FREQUENCIES = np.geomspace(0.1, 3.0, 49)
"""[Hz] Of a load that oscillates: iterations of 10 s to a third of a second."""

LARGE = 0.1
"""Of the largest swing of a mode, from which a machine is counted on a side."""

SHOWN = 12
"""Modes that the page lists, the slowest."""

NEAR = 30e3
"""[m] Within which a site is the one that an area was cut for."""

EARTH = 6371e3
"""Radius of the earth [m]."""


class Chapter(NamedTuple):
    """
    The chapter of modes.

    Attributes
    ----------
    title : text
        Of the network.
    machines : int
        In it.
    modes : frame
        A row a mode, slowest first: frequency, ratio of damping, machines on either side, and the bus that swings most.
    forced : frame
        Over frequency: the sum of all machines' swings over the load's, the largest of one machine, and its bus.
    """

    title: str
    machines: int
    modes: pl.DataFrame
    forced: pl.DataFrame


def host_of(facility: Facility) -> tuple[HostGrid, str, tuple[int, ...]] | None:
    """
    Find the network that was cut around a site, and the buses at which it connects.

    Parameters
    ----------
    facility
        From `facilities.load`.

    Returns
    -------
    tuple
        Network, its title, and numbers of buses; None where no area is near.
    """
    place = facility.location
    for name, area in areas.AREAS.items():
        turn = np.radians([area.latitude, place.latitude.si, area.longitude - place.longitude.si])
        cosine = np.sin(turn[0]) * np.sin(turn[1]) + np.cos(turn[0]) * np.cos(turn[1]) * np.cos(turn[2])
        if EARTH * np.arccos(min(float(cosine), 1.0)) <= NEAR:
            return files.load(name).grid, area.title, area.points
    return None


def study(grid: HostGrid, title: str, points: tuple[int, ...]) -> Chapter:
    """
    Study a network's modes, and a load that oscillates at a site's first bus.

    Parameters
    ----------
    grid
        The network.
    title
        Its name.
    points
        Numbers of the site's buses.

    Returns
    -------
    Chapter
        Machines are typical ones, by the classical model.
    """
    solved = power_flow.solve(grid)
    units = machines.of(grid, solved)
    at = np.flatnonzero(grid.buses.number == points[0])
    system = eigenmodes.linear(grid, solved, units, at, "classical")
    found = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    answer = np.abs(eigenmodes.forced(system, FREQUENCIES))
    shape = found.shape
    return Chapter(
        title=title,
        machines=int(units.bus.size),
        modes=pl.DataFrame(
            {
                "frequency_hz": found.frequency,
                "damping": found.damping,
                "one_side": np.sum((shape.real > 0.0) & (np.abs(shape) > LARGE), axis=1),
                "other_side": np.sum((shape.real < 0.0) & (np.abs(shape) > LARGE), axis=1),
                "largest_bus": grid.buses.number[units.bus[np.abs(shape).argmax(axis=1)]],
            }
        ),
        forced=pl.DataFrame(
            {
                "frequency_hz": FREQUENCIES,
                "amplification": answer.sum(axis=1),
                "largest": answer.max(axis=1),
                "largest_bus": grid.buses.number[units.bus[answer.argmax(axis=1)]],
            }
        ),
    )
