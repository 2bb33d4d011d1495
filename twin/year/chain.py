"""The power chain over the swing of its load within a step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin import power
from twin.site import Floats, Stage
from twin.year.kinds import Kinds

NOMINAL = 1.0
"""Voltage at the point of connection [1], per unit: the losses of common stages move by its square, some per mille."""


class HallPath(NamedTuple):
    """
    The halls' feeders.

    Attributes
    ----------
    losses : (stage, hall kind, step) [W]
        Of one hall of each kind.
    warming : (step, hall kind) [W]
        Of these into the air of the hall.
    head : (step, hall kind) [W]
        Power that the hall draws from what all share.
    """

    losses: Floats
    warming: Floats
    head: Floats


class Common(NamedTuple):
    """
    What cooling and all halls draw through.

    Attributes
    ----------
    mechanical_losses, common_losses : (stage, step) [W]
        Of each path.
    connection : (step,) [W]
        Power at the point of connection.
    """

    mechanical_losses: Floats
    common_losses: Floats
    connection: Floats


def mean_path(stages: tuple[Stage, ...], output: Floats, swing: Floats) -> tuple[Floats, Floats]:
    """
    Give the mean losses of a path whose load swings.

    Parameters
    ----------
    stages : tuple of Stage
        In order from the load.
    output : (row, step) [W]
        Mean of what the path feeds.
    swing : (row, step) [W]
        Its standard deviation within the step.

    Returns
    -------
    tuple of (stage, row, step) [W] and (row, step) [W]
        Mean losses, and mean power at the path's head.

    Notes
    -----
    Gauss's rule of two points: half of the time a standard deviation above the mean, half below. Exact for losses of up
    to the third power of load, whatever the distribution is, but for its skewness.
    """
    low, high = (power.path_flows(stages, np.maximum(output + side * swing, 0.0), NOMINAL) for side in (-1.0, 1.0))
    return 0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])


def halls(kinds: Kinds, racks: Floats, swing: Floats) -> HallPath:
    """
    Walk from the racks to what all halls share.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    racks : (step, hall kind) [W]
        Mean power at the rack inlets of a hall.
    swing : (step, hall kind) [W]
        Its standard deviation within the step.

    Returns
    -------
    HallPath
        Of one hall of each kind.
    """
    losses, head = mean_path(kinds.chain.hall_path, racks.T, swing.T)
    warms = np.array([stage.heats_hall for stage in kinds.chain.hall_path], dtype=float)
    return HallPath(losses, np.einsum("s,sht->th", warms, losses), head.T)


def common(kinds: Kinds, heads: Floats, swing: Floats, cooling: Floats) -> Common:
    """
    Walk from there to the point of connection.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    heads : (step,) [W]
        Mean power of all halls' feeders.
    swing : (step,) [W]
        Its standard deviation within the step.
    cooling : (step,) [W]
        Power of all cooling, and the house load.

    Returns
    -------
    Common
        Means of the step, at nominal voltage.
    """
    still = np.zeros((1, cooling.size))
    mechanical, plant = mean_path(kinds.chain.mechanical_path, cooling[np.newaxis], still)
    losses, connection = mean_path(kinds.chain.common_path, heads[np.newaxis] + plant, swing[np.newaxis])
    return Common(mechanical[:, 0], losses[:, 0], connection[0])
