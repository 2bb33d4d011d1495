"""The part of a network whose limits a study holds: a cut's edges and its equivalent have none that mean anything."""

from __future__ import annotations

import numpy as np

from twin.grid.host import Flags, HostGrid


def watching(grid: HostGrid, buses: Flags, branches: Flags) -> HostGrid:
    """
    Take away the limits of what is not watched.

    Parameters
    ----------
    grid : HostGrid
        The network.
    buses : (bus,)
        Those whose voltages are held against their limits.
    branches : (branch,)
        Those whose loadings are held against their ratings.

    Returns
    -------
    HostGrid
        The same network in every flow; units keep their reactive limits everywhere.
    """
    nodes, lines = grid.buses, grid.branches
    return grid._replace(
        buses=nodes._replace(
            voltage_min=np.where(buses, nodes.voltage_min, 0.0),
            voltage_max=np.where(buses, nodes.voltage_max, np.inf),
        ),
        branches=lines._replace(
            rating=np.where(branches, lines.rating, np.inf),
            rating_emergency=np.where(branches, lines.rating_emergency, np.inf),
        ),
    )
