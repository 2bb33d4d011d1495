"""Jobs that follow a load that is made: training by kind and size, serving by model, requests and chip."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios.asked.machines import Machines
from scenarios.asked.parts import Part, Segments, Trace, powered, refused
from scenarios.workload_schema import Job, ServingOptions, TrainingOptions
from telemetry import Reading, serving, training
from telemetry.language_models import H200, MODELS, Chip
from telemetry.parameters import Parameter, given
from telemetry.serving import SERVING, Requests, Serving
from telemetry.synchronous import NEVER
from telemetry.synthetic import Trace as Made
from telemetry.traces import TRACES
from telemetry.training import KINDS, Kind
from twin.arrays import Floats, Integers
from twin.serving import Replica
from twin.site import Site

SCENARIO = "given in the scenario"
"""Source of numbers that a job says itself."""

MOST_JOBS = 16
"""Different lives that are made for the jobs of one entry; more jobs begin somewhere in one of these."""

FOR_TOKEN = 6.0
"""Operations for each parameter and token of training: forwards 2, backwards 4 (arXiv 2001.08361, section 2.1)."""

_FP8_BYTES, _FP8 = 1.0, "fp8"


class _Racks(NamedTuple):
    """Racks of a job: its segments, and accelerators [1] and rated operations [FLOP/s] of each."""

    segments: Segments
    accelerators: Floats
    operations: Floats
    duration: int


def synthetic(site: Site, job: Job, segments: Segments, seed: int, machines: Machines) -> Part:
    """
    Let racks follow a synthetic trace.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        With the name of a trace, and what it says of it.
    segments : Segments
        The job's racks and times.
    seed
        Of the traces and of the offsets.
    machines : Machines
        What the racks are made of.

    Returns
    -------
    Part
        A trace for each job that is in step with itself, one segment a rack.
    """
    racks = _racks(site, segments, machines)
    if job.trace == "training":
        return _training(site, job, racks, seed)
    if job.trace == "inference":
        return _serving(site, job, racks, seed, machines, None)
    made = TRACES[str(job.trace)](seed, racks.duration)
    return _following(site, job, racks, seed, (made,), np.zeros(len(segments.rack), dtype=np.int64))


def requested(site: Site, job: Job, segments: Segments, reading: Reading, seed: int, machines: Machines) -> Part:
    """
    Let racks answer the requests of a trace.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        With what it says of the service.
    segments : Segments
        The job's racks and times.
    reading : Reading
        Of requests.
    seed
        Of the replicas' shares, and of the offsets.
    machines : Machines
        What the racks are made of.

    Returns
    -------
    Part
        One trace, one segment a rack.

    Raises
    ------
    ScenarioError
        If the trace holds no request with its tokens.
    """
    return _serving(site, job, _racks(site, segments, machines), seed, machines, reading)


def kind_of(options: TrainingOptions) -> Kind:
    """
    Give the training that a job says.

    Parameters
    ----------
    options : TrainingOptions
        Of the job.

    Returns
    -------
    Kind
        That of its name, with the numbers that the job says itself.
    """
    kind = KINDS[options.kind]
    says = options.model_dump()
    failures = given(kind.failures, says, SCENARIO)
    if not options.interruptions:
        failures = given(failures, {"interval": NEVER}, SCENARIO)
    utilisation = given(_Utilisation(kind.utilisation), says, SCENARIO).utilisation
    return kind._replace(job=given(kind.job, says, SCENARIO), utilisation=utilisation, failures=failures)


class _Utilisation(NamedTuple):
    utilisation: Parameter


def _racks(site: Site, segments: Segments, machines: Machines) -> _Racks:
    row = site.racks.rack_class[segments.rack]
    accelerators = site.rack_classes.accelerators[row] * segments.share
    duration = int(np.ceil(segments.end[0] - segments.start[0])) if len(segments.rack) else 1
    return _Racks(segments, accelerators, accelerators * machines.bf16[row], duration)


def _training(site: Site, job: Job, racks: _Racks, seed: int) -> Part:
    """Deal racks to jobs, and let each train."""
    options = job.training or TrainingOptions()
    kind = kind_of(options)
    total = float(racks.accelerators.sum())
    if job.mode == "independent":
        size = total / max(len(racks.accelerators), 1)
        jobs = np.zeros(len(racks.accelerators), dtype=np.int64)
    else:
        size = min(float(options.job_accelerators or total), total)
        before = np.cumsum(racks.accelerators) - racks.accelerators
        jobs = np.floor(before / max(size, 1.0)).astype(np.int64)
    count = int(jobs.max(initial=0)) + 1
    lives = tuple(
        training.trace(_own(seed, number), racks.duration, max(size, 1.0), kind)
        for number in range(min(count, MOST_JOBS))
    )
    part = _following(site, job, racks, seed, lives, jobs)
    iterating = np.array([made.work["iterating"] for made in lives])[jobs % len(lives)]
    operations = float(np.sum(racks.operations * iterating) * kind.utilisation.value)
    interruptions = np.array([made.work["interruptions"] for made in lives])
    each = len(racks.accelerators) if job.mode == "independent" else 1
    delivered = {
        "training_operations": operations,
        "interruptions": float(interruptions[np.arange(count) % len(lives)].sum()) * each,
    }
    if options.parameters is not None:
        delivered["training_tokens"] = operations / (FOR_TOKEN * options.parameters)
    notes = (*part.notes, *_training_notes(job, kind, size, count * each, racks))
    return part._replace(notes=notes, delivered=delivered)


def _training_notes(job: Job, kind: Kind, size: float, count: int, racks: _Racks) -> list[str]:
    failures = kind.failures
    interval = training.interval(failures, max(size, 1.0))
    rate = "never interrupted, as the scenario says"
    if interval < NEVER:
        rate = f"interrupted every {interval / 3600.0:.3g} h in the mean"
    notes = [f"job {job.name}: {count:,} jobs of {size:,.0f} accelerators, {rate}"]
    if interval < NEVER and size > failures.accelerators.value:
        notes.append(
            f"job {job.name}: more accelerators in step than the {failures.accelerators.value:,.0f} whose interruptions"
            f" were counted; their rate is carried on, up to {failures.most_accelerators.value:,.0f}"
        )
    if np.any((racks.operations == 0.0) & (racks.accelerators > 0.0)):
        notes.append(f"job {job.name}: no bf16 rate is known of some accelerators; their operations are not counted")
    return notes


def _serving(site: Site, job: Job, racks: _Racks, seed: int, machines: Machines, reading: Reading | None) -> Part:
    """Let replicas on a job's racks answer requests: of a trace, or drawn."""
    options = job.serving or ServingOptions()
    of, parameters, known = service_of(site, job, racks.segments, machines)
    random = np.random.default_rng([seed, 2])
    if reading is None:
        asked = serving.drawn(random, racks.duration, parameters)
    else:
        trace, length = _requests(job, reading)
        asked = serving.share_of(random, trace, length, racks.duration, parameters.request_rate.value)
    made = serving.trace(asked, of, racks.duration, seed, parameters, options.model)
    part = _following(site, job, racks, seed, (made,), np.zeros(len(racks.accelerators), dtype=np.int64))
    total = float(racks.accelerators.sum())
    delivered = {name: made.work[name] * total for name in ("requests", "input_tokens", "output_tokens")}
    origin = "drawn" if reading is None else f"of {reading.provenance.source}"
    count, rate = parameters.accelerators.value, parameters.request_rate.value
    notes = [
        f"job {job.name}: {total / count:,.0f} replicas of {options.model} on {count:g} accelerators, each asked "
        f"{rate:g} times a second, {origin}"
    ]
    if not known:
        notes.append(
            f"job {job.name}: rates or memory of its accelerators are not known; replicas are as quick as on H200"
        )
    return part._replace(notes=(*part.notes, *notes), delivered=delivered)


def service_of(site: Site, job: Job, segments: Segments, machines: Machines) -> tuple[Replica, Serving, bool]:
    """
    Give the service that a job says.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        That serves.
    segments : Segments
        Its racks.
    machines : Machines
        What they are made of.

    Returns
    -------
    tuple of Replica, Serving and bool
        A replica, what it is made from, and whether the ratings of its accelerators are known.

    Raises
    ------
    ScenarioError
        If the model does not fit its accelerators.
    """
    options = job.serving or ServingOptions()
    says = {**options.model_dump(), "number_bytes": _FP8_BYTES if options.number == _FP8 else None}
    parameters = given(SERVING, says, SCENARIO)
    chip, known = _chip(site, segments, machines, options.number)
    try:
        return serving.replica(MODELS[options.model], chip, parameters), parameters, known
    except ValueError as error:
        raise refused(job.name, "serving.accelerators", str(error)) from error


def _chip(site: Site, segments: Segments, machines: Machines, number: str) -> tuple[Chip, bool]:
    """Give the accelerator that most of a job's racks have; an H200 where it is not known."""
    row = site.racks.rack_class[segments.rack]
    accelerators = site.rack_classes.accelerators[row] * segments.share
    counts = np.bincount(row, accelerators, minlength=len(machines.bf16))
    chosen = int(counts.argmax())
    rate = machines.fp8[chosen] if number == _FP8 else machines.bf16[chosen]
    found = Chip(float(rate), float(machines.bandwidth[chosen]), float(machines.memory[chosen]))
    return (found, True) if min(found) > 0.0 else (H200, False)


def _requests(job: Job, reading: Reading) -> tuple[Requests, float]:
    """Give the requests of a trace from its first on, and its length [s]."""
    told = pl.col("input_tokens").is_not_null() & pl.col("output_tokens").is_not_null()
    rows = reading.frame.filter(told).sort("time").collect()
    if rows.height < _LEAST_REQUESTS:
        raise refused(job.name, "telemetry", f"holds {rows.height} requests with their tokens; two are the least")
    seconds = (
        rows.select((pl.col("time") - pl.col("time").first()).dt.total_microseconds() / 1e6).to_series().to_numpy()
    )
    inputs, outputs = (
        np.maximum(rows[name].to_numpy().astype(np.int64), 1) for name in ("input_tokens", "output_tokens")
    )
    # One usual spacing after the last, where the trace begins again.
    length = float(seconds[-1]) * rows.height / (rows.height - 1)
    if length <= 0.0:
        raise refused(job.name, "telemetry", "has all requests at one instant; a trace lasts")
    return Requests(seconds, inputs, outputs), length


_LEAST_REQUESTS = 2


def _following(site: Site, job: Job, racks: _Racks, seed: int, made: tuple[Made, ...], which: Integers) -> Part:
    """Let each rack follow the trace of its job; jobs beyond those that were made begin somewhere in one of them."""
    traces = tuple(Trace(one.samples.astype(np.float32), float(one.step)) for one in made)
    segments = powered(racks.segments, site)._replace(trace=which % len(made))
    later = np.random.default_rng([seed, 3]).integers(0, racks.duration, int(which.max(initial=0)) + 1).astype(float)
    segments = segments._replace(offset=np.where(which < len(made), 0.0, later[which]))
    name = made[0].name
    note = f"job {job.name}: synthetic trace {name!r} of seed {seed} on {len(which):,} racks, {job.mode}"
    parameters = {f"traces.{name}.{key}": parameter for key, parameter in made[0].parameters.items()}
    return Part(traces, shifted(job, segments, traces[0], seed), (note,), parameters=parameters)


def shifted(job: Job, segments: Segments, trace: Trace, seed: int) -> Segments:
    """
    Draw a whole number of samples for each rack of an independent job.

    Parameters
    ----------
    job : Job
        Of the scenario.
    segments : Segments
        Its racks.
    trace : Trace
        That they follow.
    seed
        Of the offsets.

    Returns
    -------
    Segments
        As they are where the job is in step.
    """
    if job.mode != "independent":
        return segments
    length = len(trace.samples)
    most = length if job.spread is None else min(max(round(job.spread / trace.step), 1), length)
    drawn = np.random.default_rng([seed, 1]).integers(0, most, len(segments.rack))
    return segments._replace(offset=np.asarray(drawn * trace.step, dtype=float))


def _own(seed: int, number: int) -> int:
    """Give the seed of one of several jobs; the first has that of the entry."""
    return seed if number == 0 else int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
