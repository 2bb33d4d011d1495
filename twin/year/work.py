"""
What kinds of work ask of racks in each step of a year: the distribution of their load within the step.

Losses bend with load, so that a step is not known by its mean load: each has a few levels, and the part of the step
that is spent at each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from twin.arrays import Flags, Floats, Integers
from twin.site import RackClasses, Site
from twin.thermal.coefficients import chain_capacity, rack_network
from twin.workload import LoadTable
from twin.year.kinds import Asked, idle

LEAST_VARIANCE = 1e-9
"""Variance of samples [1] below which a load is taken not to swing."""


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
    follow : (work, rack_class) [1]
        How far the chips of each class follow the swings of load within a step, from `follows`.
    """

    level: Floats
    weight: Floats
    synchronous: Flags
    follow: Floats


def nodes(samples: Floats, weights: Floats, count: int) -> tuple[Floats, Floats]:
    """
    Give a few levels in the place of many samples.

    Parameters
    ----------
    samples : (..., sample) [1]
        Samples.
    weights : (..., sample) [1]
        How much each counts; not all zero.
    count : [1]
        Groups of neighbouring samples, as many by weight in each as can be; each is given two levels.

    Returns
    -------
    tuple of (..., 2 * count) [1] and (..., 2 * count) [1]
        Levels a standard deviation of a group below and above its mean, and the weight of each, of one in all.

    Notes
    -----
    Gauss's rule of two points in each group: it keeps mean and variance of all samples, and so the mean of any loss
    that bends as a parabola within the groups. Where fewer unlike samples are than groups, some have no weight.
    """
    order = np.argsort(samples, axis=-1)
    ordered = np.take_along_axis(samples, order, axis=-1)
    weight = np.take_along_axis(np.broadcast_to(weights, samples.shape), order, axis=-1)
    total = weight.sum(axis=-1, keepdims=True)
    middle = (np.cumsum(weight, axis=-1) - 0.5 * weight) / total
    part = np.minimum((middle * count).astype(np.int64), count - 1)
    rows = int(np.prod(samples.shape[:-1], dtype=np.int64))
    group = (part.reshape(rows, -1) + count * np.arange(rows)[:, np.newaxis]).reshape(-1)
    held = np.bincount(group, weight.reshape(-1), rows * count)
    some = np.where(held > 0.0, held, 1.0)
    mean = np.bincount(group, (weight * ordered).reshape(-1), rows * count) / some
    away = np.square(ordered.reshape(-1) - mean[group])
    spread = np.sqrt(np.bincount(group, weight.reshape(-1) * away, rows * count) / some)
    levels = np.stack([mean - spread, mean + spread], axis=-1)
    each = np.repeat(0.5 * held.reshape(*samples.shape[:-1], count) / total, 2, axis=-1)
    return levels.reshape(*samples.shape[:-1], 2 * count), each


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


def follows(classes: RackClasses, samples: Floats, pace: float, window: int) -> Floats:
    """
    Give how far chips follow the swings of a trace.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    samples : (sample,) [1]
        The trace.
    pace : [s]
        From one sample to the next.
    window : [1]
        Samples within which swings are meant: those of a step, or, for racks that each follow the trace from another
        instant, of the whole trace.

    Returns
    -------
    (rack_class,) [1]
        cov(s, y) / var(s) within windows, with y the rise of a chip for one of heat, over that at rest: 0 where
        swings are too fast for chips, 1 where they settle at each level. Zero for a load that does not swing.

    Notes
    -----
    Leakage that follows load is lost in conversion together with it. y is the trace through the modes of the network at
    nominal flow, each a first-order lag of its own.
    """
    whole = samples.size // window * window
    own = _swings(samples[:whole], window)
    variance = float(np.mean(np.square(own)))
    if variance <= LEAST_VARIANCE:
        return np.zeros(len(classes.name))
    found = np.zeros(len(classes.name))
    for row in np.flatnonzero(classes.leakage).tolist():
        times, parts = _modes(classes, row)
        risen = np.zeros(samples.size)
        for time, part in zip(times, parts, strict=True):
            left = np.exp(-pace / time)
            risen += part * lfilter([1.0 - left], [1.0, -left], samples, zi=[left * samples[0]])[0]
        found[row] = np.mean(own * _swings(risen[:whole], window)) / variance
    return found


def _swings(values: Floats, window: int) -> Floats:
    """Give deviations from the mean of each window, one after another."""
    rows = values.reshape(-1, window)
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)).reshape(-1), dtype=float)


def _modes(classes: RackClasses, row: int) -> tuple[Floats, Floats]:
    """Give the time constants [s] of the chip's answer to its own heat, and the part [1] of it that each has."""
    network = rack_network(classes, row, 1.0, float(classes.leakage[row]))
    rates, shapes = np.linalg.eig(network)
    heated = np.linalg.solve(shapes, np.array([1.0 / chain_capacity(classes)[row, 0], 0.0, 0.0]))
    answer = -shapes[0] * heated / rates
    return np.real(-1.0 / rates), np.real(answer / answer.sum())


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
    levels, weights = zip(
        *(_steps(load, trace, step, steps, count) for trace in range(load.trace_step.size)), strict=True
    )
    together = [np.ptp(load.offset[load.trace == trace]) == 0.0 for trace in range(load.trace_step.size)]
    follow = [_follow(site, load, trace, step if same else 0) for trace, same in enumerate(together)]
    return asked, Works(np.stack(levels), np.stack(weights), np.array(together), np.stack(follow))


def _follow(site: Site, load: LoadTable, trace: int, step: int) -> Floats:
    """Give what `follows` says of a trace, within steps of so many seconds, or, with none, of the whole of it."""
    own, pace = (
        load.samples[load.trace_start[trace] : load.trace_start[trace + 1]].astype(float),
        load.trace_step[trace],
    )
    return follows(site.rack_classes, own, float(pace), min(round(step / pace) or own.size, own.size))


def _powers(load: LoadTable) -> tuple[Floats, Floats, Floats, Floats]:
    return load.accelerator_base, load.accelerator_scale, load.host_base, load.host_scale


def _steps(load: LoadTable, trace: int, step: int, steps: int, count: int) -> tuple[Floats, Floats]:
    """Give the levels of a trace in each step, whatever the offsets at which racks follow it."""
    length, pace = int(np.diff(load.trace_start)[trace]), float(load.trace_step[trace])
    own = load.samples[load.trace_start[trace] : load.trace_start[trace + 1]].astype(float)
    offsets = np.rint(load.offset[load.trace == trace] / pace).astype(np.int64)
    many = round(step / pace)
    levels, weights = np.empty((2, steps, 2 * count))
    for number in range(steps):
        covered = _covered(offsets + number * many, many, length)
        seen = np.flatnonzero(covered)
        levels[number], weights[number] = nodes(own[seen], covered[seen], count)
    return levels, weights


def _covered(begin: Integers, many: int, length: int) -> Floats:
    """Count how often each sample of a trace that begins again is followed, by racks that begin at some sample."""
    whole, rest = divmod(many, length)
    low = begin % length
    edges = np.bincount(low, minlength=2 * length + 1) - np.bincount(low + rest, minlength=2 * length + 1)
    twice = np.cumsum(edges)[: 2 * length]
    return np.asarray(twice[:length] + twice[length:] + whole * begin.size, dtype=float)
