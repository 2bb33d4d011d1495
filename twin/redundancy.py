r"""
What is left of a stage of the power chain when units fail, and how often that is so.

Schemes: ``N``, each unit with its own load; ``N+1``, all units share the load; ``2N``, ``3N/2`` and ``4N/3``, groups of
two, three and four units in which every pair of units feeds an equal part of the load, half from each; ``block``, five
units with their own load and a sixth that takes over the load of one.

References
----------
.. [1] V. Avelar, Comparing data center power distribution architectures, Schneider Electric White Paper 75, revision 4
.. [2] R. Billinton and R. Allan, Reliability Evaluation of Engineering Systems, 2nd edition, 1992, chapters 4 and 9
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc

from twin.site import Floats

GROUPS = {"2N": 2, "3N/2": 3, "4N/3": 4}
"""Units of a group, each pair of which feeds a part of the load."""

BLOCK = 5
"""Units that share one spare."""

ROUNDING = 1e-9
"""Part of a load, or of a group [1], that is rounding, and needs no further unit."""


class Left(NamedTuple):
    """
    A stage with units out.

    Attributes
    ----------
    loading : [1]
        Load over rating of the unit that carries most; above 1 it is overloaded.
    lost : [1]
        Part of the stage's load that no unit is there to carry.
    """

    loading: float
    lost: float


def whole(scheme: str, units: Floats) -> Floats:
    """
    Round units up to whole groups: pairs, threes and fours, and blocks with their spare.

    Parameters
    ----------
    scheme : text
        One of the module's.
    units : (any,) [1]
        As many as a load needs, whole or not.

    Returns
    -------
    (any,) [1]
        One group at least; whole units for N and N+1.
    """
    size = BLOCK + 1 if scheme == "block" else GROUPS.get(scheme, 1)
    return np.asarray(size * np.maximum(np.ceil(units / size - ROUNDING), 1.0), dtype=float)


def usable(scheme: str, units: Floats) -> Floats:
    """
    Give the units of a stage whose rating may be used, so that what may fail may fail.

    Parameters
    ----------
    scheme : text
        One of the module's.
    units : (any,) [1]
        Installed, in whole groups.

    Returns
    -------
    (any,) [1]
        n for N; n - 1 for N+1; a half for 2N; two thirds for 3N/2; three quarters for 4N/3; five sixths for blocks.
    """
    if scheme == "N+1":
        return units - 1.0
    return units * {"N": 1.0, "2N": 0.5, "3N/2": 2.0 / 3.0, "4N/3": 0.75, "block": BLOCK / (BLOCK + 1.0)}[scheme]


def after_failure(scheme: str, units: float, loading: float, out: int) -> Left:
    """
    Take units out where it hurts most: in one group.

    Parameters
    ----------
    scheme : text
        One of the module's.
    units : [1]
        Installed, in whole groups.
    loading : [1]
        Load of the whole stage over the rating of all its units.
    out : int
        Units that fail, or are out for upkeep.

    Returns
    -------
    Left
        What the rest carries, before anything trips on overload.
    """
    load = loading * units
    if scheme == "N":
        return Left(loading, min(out / units, 1.0))
    if scheme == "N+1":
        left = units - out
        return Left(load / left, 0.0) if left > 0 else Left(0.0, 1.0)
    if scheme == "block":
        own = loading * (BLOCK + 1.0) / BLOCK
        return Left(own, min(max(out - 1, 0) * own / load, 1.0))
    size = GROUPS[scheme]
    hit = _in_group(size, loading, out, load)
    return hit if units <= size else hit._replace(loading=max(hit.loading, loading))


def _in_group(size: int, loading: float, out: int, load: float) -> Left:
    """Walk the pairs of a group: a load moves to the partner that is left, and is lost where none is."""
    pairs = list(combinations(range(size), 2))
    part = loading * size / len(pairs)
    carried, lost = np.zeros(size), 0.0
    for pair in pairs:
        alive = [unit for unit in pair if unit >= out]
        for unit in alive:
            carried[unit] += part / len(alive)
        lost += part if not alive else 0.0
    return Left(float(carried.max()), lost / load)


def autonomy(energy: float, load: float) -> float:
    """
    Give the time for which storage carries a load.

    Parameters
    ----------
    energy : [J]
        That it gives.
    load : [W]
        That it carries, not above its rating.

    Returns
    -------
    [s]
        Energy over load, at a constant load and whatever the rate.
    """
    return energy / load


def unit_availability(failure_rate: float, repair_time: float) -> float:
    r"""
    Part of the time for which a unit works.

    Parameters
    ----------
    failure_rate : [1/s]
        Failures of a unit that works.
    repair_time : [s]
        Mean time until it works again.

    Returns
    -------
    [1]
        :math:`1 / (1 + \lambda r)`.
    """
    return 1.0 / (1.0 + failure_rate * repair_time)


def at_least(needed: int, installed: int, availability: float) -> float:
    r"""
    Part of the time for which enough of some like units work, which fail and are mended each for itself.

    Parameters
    ----------
    needed, installed : int
        Units.
    availability : [1]
        Of one.

    Returns
    -------
    [1]
        :math:`\sum_{k \ge m} \binom{n}{k} A^k (1 - A)^{n - k}`.
    """
    return float(bdtrc(needed - 1, installed, availability))


def fed(scheme: str, units: int, availability: float, loading: float) -> float:
    r"""
    Part of the time for which a stage feeds a rack that hangs on it.

    Parameters
    ----------
    scheme : text
        One of the module's.
    units : int
        Installed, of those that share a load in ``N+1``.
    availability : [1]
        Of one unit.
    loading : [1]
        Highest load of the stage over the rating of all its units; read of ``N+1``.

    Returns
    -------
    [1]
        :math:`A` in ``N``; in ``N+1`` as many as carry the load, whatever the number that its name says are spare;
        :math:`1 - (1 - A)^2` on two units; in blocks :math:`A + (1 - A) A \cdot A^4`, the spare working and not taken.
    """
    if scheme == "N":
        return availability
    if scheme == "N+1":
        needed = math.ceil(loading * units * (1.0 - ROUNDING))
        return at_least(min(max(needed, 1), units), units, availability)
    if scheme == "block":
        return availability + (1.0 - availability) * availability * availability ** (BLOCK - 1)
    return 1.0 - (1.0 - availability) ** 2
