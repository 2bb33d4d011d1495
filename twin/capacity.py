"""
How much IT power a site can carry: under each of its limits, under all of them, and what then stands unused.

Every limit is told as the IT power, at rack inlets, that it lets a hall or the whole site draw, so that limits of
unlike parts compare. Racks stand in the mix that stands: more of them bring their own service racks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.arrays import Floats, Integers
from twin.power import stage_loss
from twin.site import Stage

INVERSIONS = 24
"""Rounds in which a stage's output is found for its input; each leaves a tenth of the error, or less."""

ROUNDING = 1e-9
"""Part of a rack [1] that is rounding."""


class Limits(NamedTuple):
    """
    IT power that each limit allows; infinite where it allows any.

    Attributes
    ----------
    hall_names : tuple of text
        Of the limits of halls.
    hall : (hall limit, hall) [W]
        What each lets a hall draw.
    site_names : tuple of text
        Of the limits of the whole site.
    site : (site limit,) [W]
        What each lets all halls draw together.
    """

    hall_names: tuple[str, ...]
    hall: Floats
    site_names: tuple[str, ...]
    site: Floats


class Usable(NamedTuple):
    """
    What all limits together allow.

    Attributes
    ----------
    hall : (hall,) [W]
        IT power of each hall.
    binding : (hall,)
        The limit that binds it: a row of `Limits.hall_names`, or, counted on from these, of `Limits.site_names`.
    total : [W]
        Of the whole site.
    """

    hall: Floats
    binding: Integers
    total: float


class Split(NamedTuple):
    """
    Where the capacity of each limit goes; used, free and stranded add up to it.

    Attributes
    ----------
    used : (limit,) [W]
        By the racks that stand, as far as all limits let them.
    free : (limit,) [W]
        More racks could use it.
    stranded : (limit,) [W]
        It stands, and another limit keeps it from use.
    """

    used: Floats
    free: Floats
    stranded: Floats


class Fit(NamedTuple):
    """
    Racks for which there is room.

    Attributes
    ----------
    places : [1]
        Free places for them.
    carried : [1]
        That power and cooling would carry more, whatever places there are.
    fit : [1]
        Both.
    too_many : [1]
        That stand and cannot be carried.
    """

    places: int
    carried: int
    fit: int
    too_many: int


def largest(limits: Limits) -> Usable:
    """
    Give the largest IT power that all limits allow.

    Parameters
    ----------
    limits : Limits
        Each hall has one at least that is finite.

    Returns
    -------
    Usable
        Where a limit of the site binds, halls share it in the ratio of what they could draw alone.
    """
    alone, row = limits.hall.min(axis=0), limits.hall.argmin(axis=0)
    together, whole = float(alone.sum()), float(limits.site.min(initial=np.inf))
    if together <= whole:
        return Usable(alone, row.astype(np.int64), together)
    binding = np.full(alone.size, len(limits.hall_names) + int(limits.site.argmin()), dtype=np.int64)
    return Usable(alone * (whole / together), binding, whole)


def totals(limits: Limits) -> Floats:
    """
    Give what each limit alone would let the site draw.

    Parameters
    ----------
    limits : Limits
        Of halls and site.

    Returns
    -------
    (limit,) [W]
        Those of halls, added up over them, then those of the site.
    """
    return np.concatenate([limits.hall.sum(axis=1), limits.site])


def split(capacity: Floats, installed: float, usable: float) -> Split:
    """
    Say where the capacity of limits goes.

    Parameters
    ----------
    capacity : (limit,) [W]
        Of each.
    installed : [W]
        IT power of the racks that stand.
    usable : [W]
        That all limits together allow.

    Returns
    -------
    Split
        Parts that add up to the capacity.
    """
    used = np.full(capacity.shape, min(installed, usable))
    free = np.full(capacity.shape, max(usable - installed, 0.0))
    return Split(used, free, capacity - used - free)


def fit(limits: Limits, installed: Floats, rack: Floats, places: Floats) -> Fit:
    """
    Count the racks for which there is room.

    Parameters
    ----------
    limits : Limits
        Of power and cooling.
    installed : (hall,) [W]
        IT power of the racks that stand.
    rack : (hall,) [W]
        IT power of one more, with its part of the service racks.
    places : (hall,) [1]
        Free places for them.

    Returns
    -------
    Fit
        Whole racks: a hall's rest that is no rack is room for none. What the site lets all halls draw together is
        told by racks of mean power.
    """
    each = np.floor((limits.hall.min(axis=0) - installed) / rack + ROUNDING)
    # A limit that lets a hall draw without end counts as room for all that the site can feed.
    each = np.minimum(each, np.iinfo(np.int32).max)
    whole = (float(limits.site.min(initial=np.inf)) - float(installed.sum())) / float(rack.mean())
    site = np.floor(whole + ROUNDING) if np.isfinite(whole) else np.iinfo(np.int32).max
    room = np.maximum(each, 0.0)
    return Fit(
        places=int(places.sum()),
        carried=int(max(min(room.sum(), site), 0.0)),
        fit=int(max(min(np.minimum(room, places).sum(), site), 0.0)),
        too_many=int(max(-np.minimum(each, 0.0).sum(), -site, 0.0)),
    )


def output(stage: Stage, drawn: Floats) -> Floats:
    """
    Give what leaves a stage for what enters it.

    Parameters
    ----------
    stage : Stage
        Conversion stage.
    drawn : (row,) [W]
        Power that enters all its units.

    Returns
    -------
    (row,) [W]
        Power that leaves them; none where all of it is lost.

    Notes
    -----
    P = P_in - L(P), by rounds: losses rise by some hundredths of a watt for each one that leaves.
    """
    left = np.asarray(drawn, dtype=float)
    for _ in range(INVERSIONS):
        left = np.maximum(drawn - stage_loss(stage, left[:, np.newaxis])[:, 0], 0.0)
    return left


def path_limits(stages: Sequence[Stage], units: Sequence[Floats]) -> Floats:
    """
    Give what may leave the low end of a path under the limit of each of its stages.

    Parameters
    ----------
    stages : sequence of Stage
        From the load upwards.
    units : sequence of (row,) [1]
        Of each stage, those whose rating may be used: see `twin.redundancy.usable`.

    Returns
    -------
    (stage, row) [W]
        The stage's own rating, less the losses between it and the load.
    """
    found = []
    for number, (stage, may) in enumerate(zip(stages, units, strict=True)):
        left = np.broadcast_to(may, stage.units.shape) * stage.rating
        for below in reversed(stages[:number]):
            left = output(below, left)
        found.append(left)
    return np.array(found)


def scale_at_limit(loading: Floats, scale: Floats) -> Floats:
    """
    Give the scale of load at which limits are reached.

    Parameters
    ----------
    loading : (limit, point) [1]
        Over the limit, at rising scales.
    scale : (point,) [1]
        Load over that installed.

    Returns
    -------
    (limit,) [1]
        Between the points along straight lines; below the first and beyond the last in proportion.
    """
    found = np.array([np.interp(1.0, row, scale) for row in loading])
    found = np.where(loading[:, 0] > 1.0, scale[0] / loading[:, 0], found)
    return np.asarray(np.where(loading[:, -1] < 1.0, scale[-1] / loading[:, -1], found), dtype=float)
