"""
What kinds of work ask of racks in each step of a year: the distribution of their load within the step.

Losses bend with load, so that a step is not known by its mean load: each has a few levels, and the part of the step
that is spent at each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.site import Site
from twin.workload import LoadTable
from twin.year.kinds import Asked, idle
from twin.year.lag import warmed

LEAST_SPREAD = 1e-9
"""Standard deviation of a group's samples [1] below which they are taken to be alike."""

AT_REST = -1
"""In `Works.row`: chips that do not leak, or that no load of theirs makes swing."""


class Work(NamedTuple):
    """
    One kind of work; one step where all are alike.

    Attributes
    ----------
    level, weight : (step or 1, node) [1]
        As in `Works`.
    synchronous : bool
        As in `Works`.
    lagged : row of a class of racks to (step or 1, node) [1]
        As in `Works`.
    """

    level: Floats
    weight: Floats
    synchronous: bool
    lagged: Mapping[int, Floats]


class Works(NamedTuple):
    """
    Kinds of work.

    Attributes
    ----------
    level : (work, step, node) [1]
        Sample of the work's trace: 0 is loaded idle and 1 full power, see `twin.workload.LoadTable`.
    weight : (work, step, node) [1]
        Part of the step that is spent there; adds up to one.
    synchronous : (work,) bool
        Whether all racks of the work do the same at the same time; else each is on its own.
    lagged : tuple of (step or 1, node) [1]
        The trace as the temperature of chips knows it there (`twin.year.lag.lagged`), of a class of racks each.
    row : (work, rack_class) [1]
        Which of these; `AT_REST` where there is none.
    """

    level: Floats
    weight: Floats
    synchronous: Flags
    lagged: tuple[Floats, ...]
    row: Integers


def taken(works: Works, steps: Integers | slice) -> Works:
    """
    Take some steps.

    Parameters
    ----------
    works : Works
        Kinds of work.
    steps : (any,)
        Which steps, as often as they are named.

    Returns
    -------
    Works
        In those steps.
    """
    return works._replace(
        level=works.level[:, steps],
        weight=works.weight[:, steps],
        lagged=tuple(part[steps] if len(part) > 1 else part for part in works.lagged),
    )


def nodes(
    samples: Floats,
    weights: Floats,
    count: int,
    others: Sequence[Floats] = (),
    order: Floats | None = None,
    even: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """
    Give a few levels in the place of many samples.

    Parameters
    ----------
    samples : (..., sample) [1]
        Samples.
    weights : (..., sample) [1]
        How much each counts; not all zero.
    count : [1]
        Groups of neighbouring samples; each is given two levels.
    others : sequence of (..., sample) [1], optional
        What goes with the samples, and is given at the same levels.
    order : (..., sample) [1], optional
        By which samples are neighbours; they themselves without it.
    even : bool, optional
        Whether groups hold equal weights. Else bounds move halfway towards those of equal width, so that no group is
        wider than twice the mean: a few samples far from the others, which a loss may bend between, are their own.

    Returns
    -------
    tuple of (..., 2 * count) [1], (..., 2 * count) [1] and (other, ..., 2 * count) [1]
        Levels a standard deviation of a group's order below and above its mean, the weight of each, of one in all, and
        the others there.

    Notes
    -----
    Gauss's rule of two points in each group: it keeps mean and variance of the order of all samples, and so the mean of
    any loss that bends as a parabola over it within the groups; samples and others lie on their regression over it.
    Where fewer unlike samples are than groups, some have no weight.
    """
    by = samples if order is None else order
    place = np.argsort(by, axis=-1)
    weight = np.take_along_axis(np.broadcast_to(weights, samples.shape), place, axis=-1)
    total = weight.sum(axis=-1, keepdims=True)
    middle = (np.cumsum(weight, axis=-1) - 0.5 * weight) / total
    if not even:
        ordered = np.take_along_axis(by, place, axis=-1)
        low, wide = ordered[..., :1], np.maximum(np.ptp(ordered, axis=-1, keepdims=True), LEAST_SPREAD)
        middle = 0.5 * (middle + (ordered - low) / wide)
    part = np.minimum((middle * count).astype(np.int64), count - 1)
    rows = int(np.prod(samples.shape[:-1], dtype=np.int64))
    group = (part.reshape(rows, -1) + count * np.arange(rows)[:, np.newaxis]).reshape(-1)
    weight = weight.reshape(-1)
    held = np.bincount(group, weight, rows * count)
    some = np.where(held > 0.0, held, 1.0)

    def around(values: Floats) -> tuple[Floats, Floats]:
        own = np.take_along_axis(values, place, axis=-1).reshape(-1)
        mean = np.bincount(group, weight * own, rows * count) / some
        return mean, own - mean[group]

    away = around(by)[1]
    spread = np.sqrt(np.bincount(group, weight * np.square(away), rows * count) / some)

    def levels(values: Floats) -> Floats:
        mean, own = around(values)
        shared = np.bincount(group, weight * away * own, rows * count) / some
        step = np.where(spread > LEAST_SPREAD, shared / np.maximum(spread, LEAST_SPREAD), 0.0)
        return np.stack([mean - step, mean + step], axis=-1).reshape(*samples.shape[:-1], 2 * count)

    each = np.repeat(0.5 * held.reshape(*samples.shape[:-1], count) / total, 2, axis=-1)
    beside = [levels(values) for values in others]
    return levels(samples), each, np.reshape(beside, (len(others), *each.shape))


def joined(made: Sequence[Work], rows: Integers, classes: int) -> Works:
    """
    Put some steps of kinds of work together.

    Parameters
    ----------
    made : sequence of Work
        Kinds of work; with none of them, racks have one that asks nothing.
    rows : (row,)
        Steps wanted.
    classes : [1]
        Classes of racks.

    Returns
    -------
    Works
        Those with fewer levels than others get some without weight.
    """
    if not made:
        one = np.ones((1, rows.size, 1))
        return Works(0.0 * one, one, np.zeros(1, bool), (), np.full((1, classes), AT_REST))
    width = max(work.level.shape[1] for work in made)

    def some(values: Floats) -> Floats:
        own = values[rows] if len(values) > 1 else values
        return np.pad(own, ((0, 0), (0, width - values.shape[1])))

    def every(values: Floats) -> Floats:
        return np.broadcast_to(some(values), (rows.size, width))

    row, warm = np.full((len(made), classes), AT_REST), list[Floats]()
    for number, work in enumerate(made):
        for of, values in work.lagged.items():
            row[number, of] = len(warm)
            warm.append(some(values))
    return Works(
        np.stack([every(work.level) for work in made]),
        np.stack([every(work.weight) for work in made]),
        np.array([work.synchronous for work in made]),
        tuple(warm),
        row,
    )


def pooled(works: Works, count: int) -> tuple[Floats, Floats]:
    """
    Give the levels of all steps together.

    Parameters
    ----------
    works : Works
        Kinds of work.
    count : [1]
        Evenly wide classes of levels that are told apart.

    Returns
    -------
    tuple of (work, class) [1] and (work, class) [1]
        Mean level of each class, and the part of all time that is spent in it.
    """
    levels, weights = np.zeros((2, works.level.shape[0], count))
    for work, (level, weight) in enumerate(zip(works.level, works.weight, strict=True)):
        low, width = float(level.min()), max(float(np.ptp(level)), 1e-12)
        row = np.minimum(((level - low) * (count / width)).astype(np.int64), count - 1).reshape(-1)
        held = np.bincount(row, weight.reshape(-1), count)
        levels[work] = np.bincount(row, (weight * level).reshape(-1), count) / np.maximum(held, 1e-300)
        weights[work] = held / held.sum()
    return levels, weights


def of_table(site: Site, load: LoadTable, step: int, steps: int, count: int) -> tuple[Asked, Works]:
    """
    Read the work of a replay's load table.

    Parameters
    ----------
    site : Site
        Whose racks.
    load : LoadTable
        With traces of whole samples a step, and at most one segment a rack, which lasts throughout.
    step : [s]
        Length of a step.
    steps : [1]
        How many.
    count : [1]
        Groups of levels a step, see `nodes`.

    Returns
    -------
    tuple of Asked and Works
        A kind of work for each trace; racks that follow it at different times share it.

    Raises
    ------
    ValueError
        When a rack has work for part of the time, several works, or a measured power.
    """
    asked, last = idle(site), float(step * steps)
    segments = np.diff(load.segment_start)
    if segments.max(initial=0) > 1 or load.measured.any() or np.any((load.start > 0.0) | (load.end < last)):
        message = "a year knows racks with one work throughout; got part of the time, several works, or measured power"
        raise ValueError(message)
    busy = np.flatnonzero(segments)
    for part, column in zip(asked, (load.trace, *_powers(load)), strict=True):
        part[busy] = column
    span, traces = (step, steps, count), range(load.trace_step.size)
    made = [_work(site, busy[load.trace == trace], load, trace, span) for trace in traces]
    return asked, joined(made, np.arange(steps), len(site.rack_classes.name))


def _powers(load: LoadTable) -> tuple[Floats, Floats, Floats, Floats]:
    return load.accelerator_base, load.accelerator_scale, load.host_base, load.host_scale


def _work(site: Site, racks: Integers, load: LoadTable, trace: int, span: tuple[int, int, int]) -> Work:
    """Give the levels of a trace in each step, whatever the offsets at which racks follow it."""
    length, pace = int(np.diff(load.trace_start)[trace]), float(load.trace_step[trace])
    own = load.samples[load.trace_start[trace] : load.trace_start[trace + 1]].astype(float)
    offsets = np.rint(load.offset[load.trace == trace] / pace).astype(np.int64)
    together = bool(np.ptp(load.offset[load.trace == trace]) == 0.0)
    (step, steps, count), warm = span, warmed(site, racks, own, pace, together)
    many = round(step / pace)
    levels, weights = np.empty((2, steps, 2 * count))
    others = np.empty((len(warm.rows), steps, 2 * count))
    for number in range(steps):
        covered = _covered(offsets + number * many, many, length)
        seen = np.flatnonzero(covered)
        levels[number], weights[number], others[:, number] = nodes(
            own[seen], covered[seen], count, [values[seen] for values in warm.lagged], warm.order[seen]
        )
    return Work(levels, weights, together, dict(zip(warm.rows, others, strict=True)))


def _covered(begin: Integers, many: int, length: int) -> Floats:
    """Count how often each sample of a trace that begins again is followed, by racks that begin at some sample."""
    whole, rest = divmod(many, length)
    low = begin % length
    edges = np.bincount(low, minlength=2 * length + 1) - np.bincount(low + rest, minlength=2 * length + 1)
    twice = np.cumsum(edges)[: 2 * length]
    return np.asarray(twice[:length] + twice[length:] + whole * begin.size, dtype=float)
