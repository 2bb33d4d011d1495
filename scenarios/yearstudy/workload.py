"""
What racks are asked through a year: the jobs of a scenario, with campaigns, failures, and the rhythm of day and week.

A synthetic trace of a year at a second's step would be of no use to steps of an hour. Here each job is known by the
distribution of its load within each step: that of the same synthetic traces that a replay follows, run for an hour or
two under the conditions of the step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from facilities import Facility
from scenarios.asked.machines import Machines, machines
from scenarios.asked.parts import JOBS, steady
from scenarios.asked.placement import Clock, allocate, load_table
from scenarios.asked.synthetic import kind_of, service_of
from scenarios.workload_schema import Job, TrainingOptions
from telemetry import Reading, serving, training
from telemetry.parameters import Parameter
from telemetry.serving import Serving
from twin.arrays import Floats, Integers
from twin.errors import Fault, ScenarioError
from twin.site import Site
from twin.workload import LoadTable
from twin.year.kinds import Asked, idle
from twin.year.lag import warmed
from twin.year.work import Work, Works, joined, nodes

GROUPS = 16
"""Groups of samples that are told apart within a step, see `twin.year.work.nodes`."""

RATES = np.linspace(0.1, 2.2, 15)
"""Requests over their mean [1] at which a serving replica is sampled."""

SAMPLE = 4800
"""Seconds of each of these samples; a multiple of `GROUPS`, so that all groups weigh the same."""

RUNNING = 7200
"""Seconds of training without a failure that stand for all of them; a multiple of `GROUPS`."""

ALONE = 1e-6
"""Accelerators [1] of a job that is never interrupted: interruptions go with them."""

SETTLING = 600
"""Seconds [s] until a replica that begins without requests has as many as it keeps."""

HOUR, DAY = 3600.0, 86400.0
"""Seconds."""

WEEK, WORKING = 7.0, 5.0
"""Days of a week, and those of them that are worked, from Monday on."""


class Rhythm(NamedTuple):
    """Parameters of a year that a day's trace does not need."""

    campaign: Parameter = Parameter(
        54.0, "day", "reported", "Llama 3 405B: a snapshot of 54 days of pre-training (arXiv 2407.21783)", 14.0, 120.0
    )
    pause: Parameter = Parameter(
        3.0, "day", "assumed", "evaluation and set-up between campaigns, racks loaded and waiting", 0.0, 14.0
    )
    weekend: Parameter = Parameter(
        0.85, "1", "assumed", "requests on a Saturday or Sunday over those of a working day; consumer services hardly "
        "fall, business services far more", 0.5, 1.0
    )  # fmt: skip


RHYTHM = Rhythm()


class Span(NamedTuple):
    """
    Steps of a year.

    Attributes
    ----------
    start
        In local standard time, without a zone.
    step : [s]
        Length of each.
    steps : [1]
        How many.
    """

    start: datetime
    step: int
    steps: int


class Year(NamedTuple):
    """
    What racks are asked through a year, and what a reader must know of it.

    Attributes
    ----------
    asked : Asked
        Which work each rack has.
    works : Works
        Kinds of work.
    label : text
        Where the load comes from.
    notes : tuple of text
        How jobs drive racks.
    parameters : name to Parameter
        What the load was made from.
    """

    asked: Asked
    works: Works
    label: str
    notes: tuple[str, ...]
    parameters: Mapping[str, Parameter]


def year(
    facility: Facility,
    site: Site,
    jobs: Sequence[Job],
    readings: Mapping[str, Reading],
    span: Span,
    seed: int,
    rows: Integers | None = None,
) -> Year:
    """
    Ask the racks of a site for a year.

    Parameters
    ----------
    facility : Facility
        For the nodes of its racks.
    site : Site
        Whose racks.
    jobs : sequence of Job
        Of a scenario; each runs throughout, whatever its start and end.
    readings : name to Reading
        Telemetry of the jobs.
    span : Span
        Steps wanted.
    seed
        Of all random numbers.
    rows : (row,), optional
        Which steps are given; all without it.

    Returns
    -------
    Year
        As many kinds of work as there are jobs with racks.

    Raises
    ------
    ScenarioError
        For jobs that name what each rack did at a time: a year knows only what is usual.
    """
    wrong = [job.name for job in jobs if job.mode in {"measured", "job_log"}]
    if wrong:
        message = "follow measured racks or a log of jobs, which tell of their own days only; give jobs with a trace"
        raise ScenarioError(JOBS, [Fault(f"jobs.{name}", message) for name in wrong])
    throughout = [job.model_copy(update={"start": 0.0, "end": None}) for job in jobs]
    clock, parts = Clock(span.start, int(HOUR)), machines(facility, site)
    placed = load_table(site, throughout, readings, clock, seed, parts)
    given, _ = allocate(site, throughout, HOUR)
    own = [job for job in throughout if len(given[job.name].rows)]
    made: dict[int, Work] = {}
    for number, job in enumerate(own):
        mine = given[job.name].rows
        for trace in np.unique(placed.table.trace[placed.table.segment_start[mine]]).tolist():
            made[trace] = _work(site, job, mine, parts, placed.table, trace, span, [seed, number, trace])
    busy = np.flatnonzero(np.diff(placed.table.segment_start))
    asked = idle(site)
    table = placed.table
    powers = (table.accelerator_base, table.accelerator_scale, table.host_base, table.host_scale)
    for part, column in zip(asked, (table.trace, *powers), strict=True):
        part[busy] = column
    parameters = {f"year.{name}": value for name, value in RHYTHM._asdict().items()}
    return Year(
        asked,
        joined(
            [made[trace] for trace in sorted(made)],
            np.arange(span.steps) if rows is None else rows,
            len(site.rack_classes.name),
        ),
        placed.label,
        (*_notes(own),),
        {**placed.parameters, **parameters},
    )


def _work(
    site: Site,
    job: Job,
    rows: Integers,
    parts: Machines,
    table: LoadTable,
    trace: int,
    span: Span,
    seed: list[int],
) -> Work:
    """Give the work of one of a job's traces."""
    together = job.mode == "synchronous"
    if job.trace == "training":
        return _training(site, job, rows, span, seed, together)
    if job.trace == "inference":
        return _serving(site, job, rows, parts, span, seed, together)
    return _sampled(site, rows, table, trace, together)


def _training(site: Site, job: Job, rows: Integers, span: Span, seed: list[int], together: bool) -> Work:
    """Train in campaigns, with failures; all accelerators of a synchronous job wait together."""
    random = np.random.default_rng([*seed, 1])
    options = job.training or TrainingOptions()
    kind, accelerators = kind_of(options), site.rack_classes.accelerators[site.racks.rack_class[rows]]
    total = float(accelerators.sum())
    size = min(float(options.job_accelerators or total), total) if together else total / rows.size
    begin = round(kind.job.ramp_duration.value) + 2
    alone = training.trace(int(random.integers(2**31)), RUNNING + begin, ALONE, kind)
    running = alone.samples[begin:].astype(float)
    level, weight, known = _levels(site, rows, running, 1.0, together)
    mean, restart = training.interval(kind.failures, max(size, 1.0)), kind.failures.restart.value
    if together:
        waiting = _waiting(random, span, mean, restart)
    else:
        # The mean wait of lives of exponential length that hold their restart.
        failed = -np.expm1(-restart / mean)
        paused = RHYTHM.pause.value / (RHYTHM.campaign.value + RHYTHM.pause.value)
        waiting = np.full(span.steps, 1.0 - (1.0 - failed) * (1.0 - paused))
    return Work(
        level=np.append(level, 0.0)[np.newaxis],
        weight=np.column_stack([weight * (1.0 - waiting[:, np.newaxis]), waiting]),
        synchronous=together,
        # Waits are long beside the minutes in which chips cool.
        lagged={of: np.append(values, 0.0)[np.newaxis] for of, values in known.items()},
    )


def _levels(
    site: Site, rows: Integers, samples: Floats, pace: float, together: bool, even: bool = False
) -> tuple[Floats, Floats, dict[int, Floats]]:
    """Give the levels of a trace that racks follow, the weight of each, and as what the chips of each class know it."""
    warm = warmed(site, rows, samples, pace, together)
    level, weight, known = nodes(samples, np.ones(samples.size), GROUPS, warm.lagged, warm.order, even=even)
    return level, weight, dict(zip(warm.rows, known, strict=True))


def _waiting(random: np.random.Generator, span: Span, mean: float, restart: float) -> Floats:
    """Give the part of each step in which a job waits: restarts after failures, and pauses between campaigns."""
    length = span.step * span.steps
    cycle = DAY * (RHYTHM.campaign.value + RHYTHM.pause.value)
    first = -random.uniform(0.0, cycle)
    pauses = first + DAY * RHYTHM.campaign.value + cycle * np.arange(int(length / cycle) + 3)
    # A life lasts from a failure to the next, its restart included, as in the trace.
    failures = np.cumsum(random.exponential(mean, int(1.2 * length / mean) + 50))
    begin = np.concatenate([pauses, failures])
    end = np.concatenate([pauses + DAY * RHYTHM.pause.value, failures + restart])
    # Rounding of a year's seconds may pass a whole step.
    return np.clip(_covered(begin, end, span.step * np.arange(span.steps + 1.0)) / span.step, 0.0, 1.0)


def _covered(begin: Floats, end: Floats, edges: Floats) -> Floats:
    """Give the time between edges that is covered by any of some intervals."""
    order = np.argsort(begin)
    begin, end = begin[order], np.maximum.accumulate(end[order])
    fresh = np.append(True, begin[1:] > end[:-1])
    start = begin[fresh]
    stop = end[np.append(np.flatnonzero(fresh)[1:] - 1, end.size - 1)]
    times = np.stack([start, stop], axis=1).reshape(-1)
    gone = np.cumsum(np.stack([np.zeros(start.size), stop - start], axis=1).reshape(-1))
    return np.diff(np.interp(edges, times, gone))


def _serving(
    site: Site, job: Job, rows: Integers, parts: Machines, span: Span, seed: list[int], together: bool
) -> Work:
    """Serve requests with a rhythm of day and week; each replica has its own."""
    # One seed for all rates: their bursts are the same, so that more requests are more load.
    drawn = int(np.random.default_rng([*seed, 2]).integers(2**31))
    replica, parameters, _ = service_of(site, job, steady(rows, 0.0, HOUR), parts)
    at = np.clip(_rates(span, parameters), RATES[0], RATES[-1])
    low = np.clip(np.searchsorted(RATES, at) - 1, 0, RATES.size - 2)
    part = ((at - RATES[low]) / (RATES[low + 1] - RATES[low]))[:, np.newaxis]
    # Rates that no step lies beside are not sampled.
    first, last = int(low.min()), int(low.max()) + 1
    table, warm = list[Floats](), list[dict[int, Floats]]()
    for rate in RATES[first : last + 1]:
        still = parameters._replace(
            daily_swing=parameters.daily_swing._replace(value=0.0),
            request_rate=parameters.request_rate._replace(value=parameters.request_rate.value * rate),
        )
        length = SAMPLE + SETTLING
        asked = serving.drawn(np.random.Generator(np.random.PCG64(drawn)), length, still)
        samples = serving.trace(asked, replica, length, drawn, still, "").samples[-SAMPLE:]
        level, _, known = _levels(site, rows, samples.astype(float), 1.0, together, even=True)
        table.append(level)
        warm.append(known)
    low = low - first

    def between(values: Sequence[Floats]) -> Floats:
        every = np.array(values)
        return np.asarray(every[low] + part * (every[low + 1] - every[low]), dtype=float)

    return Work(
        level=between(table),
        weight=np.full((1, 2 * GROUPS), 0.5 / GROUPS),
        synchronous=together,
        lagged={of: between([known[of] for known in warm]) for of in warm[0]},
    )


def _rates(span: Span, parameters: Serving) -> Floats:
    """Give requests over their mean in each step."""
    weekday = span.start.weekday()
    seconds = DAY * weekday + _since_midnight(span.start) + span.step * (np.arange(span.steps) + 0.5)
    # The trace's hours are taken from local midnight.
    phase = np.mod(seconds, DAY) / DAY - parameters.peak_time.value / DAY
    daily = 1.0 + parameters.daily_swing.value * np.cos(2.0 * np.pi * phase)
    fall = RHYTHM.weekend.value
    weekly = np.where(np.mod(seconds // DAY, WEEK) >= WORKING, fall, 1.0) * WEEK / (WORKING + (WEEK - WORKING) * fall)
    return np.asarray(daily * weekly, dtype=float)


def _since_midnight(start: datetime) -> float:
    return HOUR * start.hour + 60.0 * start.minute + start.second


def _sampled(site: Site, rows: Integers, table: LoadTable, number: int, together: bool) -> Work:
    """Telemetry of some accelerators: its own distribution in every step, since nothing says of more than it covers."""
    samples = table.samples[table.trace_start[number] : table.trace_start[number + 1]].astype(float)
    level, weight, known = _levels(site, rows, samples, float(table.trace_step[number]), together)
    lagged = {of: values[np.newaxis] for of, values in known.items()}
    return Work(level[np.newaxis], weight[np.newaxis], together, lagged)


def _notes(jobs: Sequence[Job]) -> list[str]:
    told = {
        "training": (
            f"campaigns of {RHYTHM.campaign.value:g} days with {RHYTHM.pause.value:g} days between, interrupted as in "
            "its trace"
        ),
        "inference": (
            "requests with the rhythm of day that its trace has, from local midnight on, which fall to "
            f"{100.0 * RHYTHM.weekend.value:g} % on weekends"
        ),
    }
    usual = "the distribution of its load in every step"
    return [f"job {job.name}: {told.get(str(job.trace), usual)}" for job in jobs]
