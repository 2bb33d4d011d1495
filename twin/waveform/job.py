"""
The power that a synchronous job asks of its accelerators, as a continuous signal and as means over any step.

All accelerators compute and communicate together. The signal is a line of straight pieces, integrated exactly, so that
means over milliseconds and means over seconds are of one signal: a replay that takes the latter has the same energy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats

SHORTEST = 0.5
"""Shortest iteration, and earliest end of its computing, over the mean [1]: draws below are raised to it."""


class Job(NamedTuple):
    """
    A synchronous job.

    Levels are fractions of the way from loaded idle (0: resident and waiting) to rated power (1).

    Attributes
    ----------
    begin, end : [s]
        When the first group of racks starts, and when all stop; a job that ends after the series does not stop in it.
    ramp_up, ramp_down : [s]
        From loaded idle to `start_level`, and back; from where the job is, if that is lower and the fall is quick.
    start_level : [1]
        At which racks wait for the first iteration.
    stagger : [s]
        From one group's start to the next one's; iterations begin when all are up.
    groups : [1]
        Groups of racks whose parts of an iteration end together.
    period : [s]
        Mean of an iteration without stragglers.
    period_spread : [1]
        Standard deviation of an iteration over its mean.
    compute_share : [1]
        Of computing in an iteration; the rest communicates.
    compute_level, communication_level : [1]
        Of the two.
    level_spread : [1]
        Standard deviation of an iteration's levels over their mean.
    edge : [s]
        Of every change of level; a straight line.
    peak_level, peak_time : [1], [s]
        Of the peak with which computing begins.
    straggle : [1]
        Standard deviation of a group's time of computing over the mean; all wait for the slowest, communicating.
    checkpoint_period, checkpoint_time, checkpoint_level : [s], [s], [1]
        Time of iterating between checkpoints, length of one and its level.
    """

    begin: float
    end: float
    ramp_up: float
    ramp_down: float
    start_level: float
    stagger: float
    groups: int
    period: float
    period_spread: float
    compute_share: float
    compute_level: float
    communication_level: float
    level_spread: float
    edge: float
    peak_level: float
    peak_time: float
    straggle: float
    checkpoint_period: float
    checkpoint_time: float
    checkpoint_level: float


class _Draws(NamedTuple):
    """Of each iteration: computing (group, iteration) and communicating [s], factor of levels, pauses [s]."""

    computing: Floats
    communicating: Floats
    level: Floats
    pause: Floats


def activity(job: Job, seed: int, duration: float, step: float) -> Floats:
    """
    Give what a job asks, as means over each step.

    Parameters
    ----------
    job : Job
        Its parameters.
    seed
        Of the random numbers; the signal does not depend on the step.
    duration : [s]
        Of the series.
    step : [s]
        Its step; a whole number of them is given.

    Returns
    -------
    (group, sample) [1]
        From loaded idle (0) to rated power (1), and above in peaks.

    Raises
    ------
    ValueError
        When a time of the job is not positive, or edges do not fit into an iteration.

    Notes
    -----
    A mean of means over a second is the mean over that second: the integral of the signal is known in closed form.
    """
    _refuse(job)
    draws = _drawn(job, seed, duration)
    edges = step * np.arange(round(duration / step) + 1, dtype=float)
    return np.array([means(*_group(job, draws, group, duration), edges) for group in range(job.groups)])


def means(times: Floats, levels: Floats, edges: Floats) -> Floats:
    """
    Average a line of straight pieces over cells.

    Parameters
    ----------
    times : (point,) [s]
        Never falling; equal ones are a jump.
    levels : (point,) [1]
        The line's values; it goes on level before the first and after the last.
    edges : (cell + 1,) [s]
        Borders of the cells, rising.

    Returns
    -------
    (cell,) [1]
        Integral of the line over each cell, over its width.
    """
    times = np.concatenate([[min(times[0], edges[0])], times, [max(times[-1], edges[-1])]])
    levels = np.concatenate([levels[:1], levels, levels[-1:]])
    widths = np.diff(times)
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (levels[1:] + levels[:-1]) * widths)])
    place = np.minimum(np.searchsorted(times, edges, side="right") - 1, times.size - 2)
    inside = edges - times[place]
    slope = np.divide(np.diff(levels), widths, out=np.zeros(widths.size), where=widths > 0.0)[place]
    integral = passed[place] + inside * (levels[place] + 0.5 * slope * inside)
    return np.asarray(np.diff(integral) / np.diff(edges), dtype=float)


def first_iteration(job: Job) -> float:
    """
    Give when iterations begin.

    Parameters
    ----------
    job : Job
        Its parameters.

    Returns
    -------
    [s]
        When the last group is up.
    """
    return job.begin + job.stagger * (job.groups - 1) + job.ramp_up


def iterated(job: Job, seed: int, duration: float) -> tuple[float, int]:
    """
    Give how long a job iterates, and how often.

    Parameters
    ----------
    job : Job
        Its parameters.
    seed
        Of the random numbers, as of `activity`.
    duration : [s]
        Of the series.

    Returns
    -------
    tuple of [s] and [1]
        Time of computing and communicating up to the end of the job or of the series, and iterations that were whole.
    """
    _refuse(job)
    draws = _drawn(job, seed, duration)
    worked = draws.computing.max(axis=0) + draws.communicating
    begins = first_iteration(job) + np.cumsum(worked + draws.pause) - worked - draws.pause
    inside = np.clip(min(job.end, duration) - begins, 0.0, worked)
    return float(inside.sum()), int((inside == worked).sum())


def _refuse(job: Job) -> None:
    positive = ("period", "edge", "ramp_up", "ramp_down", "checkpoint_period", "compute_share", "groups")
    wrong = [name for name in positive if not getattr(job, name) > 0.0]
    if wrong:
        message = f"a job needs positive {', '.join(wrong)}"
        raise ValueError(message)
    shortest = SHORTEST**2 * job.period * min(job.compute_share, 1.0 - job.compute_share)
    if 2.0 * job.edge + job.peak_time > shortest and job.peak_level != job.compute_level:
        message = (
            f"peaks of {job.peak_time:g} s with edges of {job.edge:g} s do not fit into the shortest computing or "
            f"communicating of {shortest:g} s; give a longer period, shorter edges or peaks"
        )
        raise ValueError(message)
    if 2.0 * job.edge > shortest:
        message = f"edges of {job.edge:g} s do not fit into the shortest half of an iteration, {shortest:g} s"
        raise ValueError(message)


def _drawn(job: Job, seed: int, duration: float) -> _Draws:
    """Draw iterations that fill the series; longer ones begin the same, as each quantity has a stream of its own."""
    time = max(min(job.end, duration) - first_iteration(job), 0.0)
    for shortest in (1.0 - job.period_spread, SHORTEST):
        count = int(time / (max(shortest, SHORTEST) * job.period)) + 10
        draws = _drawn_iterations(job, seed, count)
        if draws.computing.max(axis=0).sum() + draws.communicating.sum() >= time:
            break
    return draws


def _drawn_iterations(job: Job, seed: int, count: int) -> _Draws:
    streams = [np.random.Generator(np.random.PCG64(one)) for one in np.random.SeedSequence(seed).spawn(3)]
    factor = np.maximum(1.0 + job.period_spread * streams[0].standard_normal(count), SHORTEST)
    late = np.maximum(1.0 + job.straggle * streams[1].standard_normal((count, job.groups)), SHORTEST).T
    level = 1.0 + job.level_spread * streams[2].standard_normal(count)
    every = max(round(job.checkpoint_period / job.period), 1)
    pause = np.where(np.arange(1, count + 1) % every == 0, job.checkpoint_time, 0.0)
    return _Draws(
        job.compute_share * job.period * factor * late, (1.0 - job.compute_share) * job.period * factor, level, pause
    )


def _group(job: Job, draws: _Draws, group: int, duration: float) -> tuple[Floats, Floats]:
    """Give the line of one group: its start, its iterations, its stop."""
    barrier = draws.computing.max(axis=0)
    length = barrier + draws.communicating + draws.pause
    start = first_iteration(job) + np.concatenate([[0.0], np.cumsum(length)[:-1]])
    done, told = start + draws.computing[group], start + barrier + draws.communicating
    high, low = job.compute_level * draws.level, job.communication_level * draws.level
    peak = np.maximum(job.peak_level, high)
    paused = np.where(draws.pause > 0.0, job.checkpoint_level, low)
    before = np.concatenate([[job.start_level], paused[:-1]])
    times = [start, start + job.edge, start + job.edge + job.peak_time, start + 2.0 * job.edge + job.peak_time]
    times += [done, done + job.edge, told, told + np.minimum(job.edge, draws.pause)]
    levels = [before, peak, peak, high, high, low, low, paused]
    own = job.begin + group * job.stagger
    line = np.concatenate([[own, own + job.ramp_up], np.stack(times, axis=1).ravel()])
    values = np.concatenate([[0.0, job.start_level], np.stack(levels, axis=1).ravel()])
    return _stopped(job, line, values, duration)


def _stopped(job: Job, times: Floats, levels: Floats, duration: float) -> tuple[Floats, Floats]:
    """Cut a line where its job ends and bring it to loaded idle; one that ends beyond the series goes on."""
    last = min(job.end, duration)
    kept = times < last
    # The line's value where it is cut; a stop before the start leaves nothing.
    level = float(np.interp(last, times, levels))
    if job.end >= duration:
        return np.append(times[kept], last), np.append(levels[kept], level)
    # A fall longer than an iteration takes work that stands in for the job's, from its mean on.
    high = job.start_level if job.ramp_down > job.period else min(job.start_level, level)
    fall = [last, last + job.edge, last + job.edge + job.ramp_down]
    return np.append(times[kept], fall), np.append(levels[kept], [level, high, 0.0])
