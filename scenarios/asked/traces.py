"""Jobs that follow a sample: telemetry of some accelerators, scaled onto the racks of a job."""

from __future__ import annotations

import numpy as np
import polars as pl

from scenarios.asked.parts import Part, Segments, Trace, powered, refused
from scenarios.asked.synthetic import shifted
from scenarios.workload_schema import Job
from telemetry import Reading, buckets, resample
from twin.site import Floats, Site

POWER = "accelerator_power_w"
"""Metric that a sample gives."""

ACCELERATORS = (POWER, "accelerator_average_power_w")
"""Powers of accelerators: where one of them is a sample, none is an outcome."""

SAMPLE_STEP = 1.0
"""[s] onto which telemetry samples are brought, the step of the run."""

IDLE_PERCENTILE = 2.0
"""Percentile of a sample taken as its idle level where the scenario states none: above a sensor's lowest glitches."""

HIGHEST_SAMPLE = 1.5
"""Most that a sample may reach over its full level [1]; a package may exceed its rated power by a tenth for 50 ms."""

GUESSED = "The level of the load is a guess: the sample's idle and full power were not stated."
"""Why the level of a run is uncertain."""

LEAST_COVERAGE = 0.9
"""Least part of a sample that must hold values."""


def sampled(site: Site, job: Job, segments: Segments, reading: Reading, seed: int) -> Part:
    """
    Let racks follow telemetry of other accelerators, brought to this site's chips and begun again where it ends.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        With the sample's idle and full level, if they are known.
    segments : Segments
        The job's racks and times.
    reading : Reading
        With powers of single accelerators.
    seed
        Of the offsets.

    Returns
    -------
    Part
        One trace, one segment a rack.

    Raises
    ------
    ScenarioError
        If the telemetry holds no accelerator power, too little of it, or does not fit the stated levels.

    Notes
    -----
    sample = (mean of the file's accelerators - idle) / (full - idle), not below zero; a rack of this site draws its
    loaded idle at sample zero and its full power at sample one.
    """
    values = _accelerators(job, reading)
    idle, full = job.sample_idle, job.sample_full
    notes = [_sample_note(job, reading, values, len(segments.rack))]
    level_note = ""
    if idle is None or full is None:
        level_note = GUESSED
        idle, full = float(np.nanpercentile(values, IDLE_PERCENTILE)), float(np.nanmax(values))
        notes.append(_guessed_note(job, idle, full))
    if idle >= full:
        raise refused(
            job.name, "telemetry", f"the sample never changes ({full:.0f} W); state sample_idle and sample_full"
        )
    level = (np.nanmean(values, axis=0) - idle) / (full - idle)
    if level.max() > HIGHEST_SAMPLE:
        highest = float(np.nanmean(values, axis=0).max())
        raise refused(
            job.name,
            "sample_full",
            f"is {full:.0f} W, but the sample reaches {highest:.0f} W; state its true full level",
        )
    if np.any(level < 0):
        notes.append(
            f"job {job.name}: {np.mean(level < 0):.1%} of the sample lies below its idle level and was raised to it"
        )
    trace = Trace(np.maximum(level, 0.0).astype(np.float32), SAMPLE_STEP)
    return Part((trace,), shifted(job, powered(segments, site), trace, seed), tuple(notes), level=level_note)


def _accelerators(job: Job, reading: Reading) -> Floats:
    """Give (asset, sample) [W], counters first, on whole seconds; those in which none was measured are left out."""
    powers = buckets.from_counters(reading.frame).filter(pl.col("metric") == POWER)
    if powers.limit(1).collect().is_empty():
        raise refused(job.name, "telemetry", f"holds no {POWER}; a sample needs the power of single accelerators")
    begin, end = resample.window(powers)
    seconds = max(int((end - begin).total_seconds()), 1)
    series = resample.hold(powers, POWER, begin, seconds, SAMPLE_STEP)
    coverage = float(np.mean(series.coverage))
    if coverage < LEAST_COVERAGE:
        raise refused(
            job.name,
            "telemetry",
            f"only {coverage:.0%} of the sample holds values, wanted {LEAST_COVERAGE:.0%}; cut its gaps out",
        )
    return series.values[:, ~np.isnan(series.values).all(axis=0)]


def _sample_note(job: Job, reading: Reading, values: Floats, racks: int) -> str:
    accelerators, seconds = values.shape
    return (
        f"job {job.name}: {racks:,} racks follow the mean of the {accelerators} accelerators of "
        f"{reading.provenance.source} ({seconds:,} s, begun again where it ends), {job.mode}, each chip between "
        "its own loaded idle and full power"
    )


def _guessed_note(job: Job, idle: float, full: float) -> str:
    return (
        f"ATTENTION, job {job.name}: the sample's idle and full levels are guessed from the sample itself, as its "
        f"percentile {IDLE_PERCENTILE:g} ({idle:.0f} W) and its maximum ({full:.0f} W); state sample_idle and "
        "sample_full in a scenario if the chip is known"
    )
