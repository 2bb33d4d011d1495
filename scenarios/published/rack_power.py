"""Cases of a site's racks: their power and conversion losses, cold, against what a source computes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import polars as pl
from pydantic import Field

import facilities
import telemetry
from facilities import build
from scenarios.asked.demand import Demand, demand
from scenarios.asked.machines import Machines, machines
from scenarios.asked.placement import Clock, load_table
from scenarios.fields import Duration, Instant, Model, Power, Share
from scenarios.published import tables
from scenarios.published.checks import Case, CaseFile, Check
from scenarios.published.tables import Column, PublicFile
from scenarios.workload_schema import Job
from telemetry.store import Provenance
from twin.site import Floats, Integers, Site

KILO = 1e3
"""Watts in the unit that the error table shows."""

_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


class Steady(Model):
    """All nodes at one activity, and what the source says of it."""

    name: str
    nodes: int
    accelerator: Share
    host: Share
    power: Power
    losses: dict[str, Power]
    tolerance: Power


class Log(Model):
    """A job log, and the power that the source gives for it."""

    name: str
    jobs: PublicFile
    expected: PublicFile
    start: Instant
    duration: Duration
    time: str
    power: Column
    losses: Column
    extra_loss: Power
    tolerance: Annotated[float, Field(gt=0)]


class RackPowerCase(CaseFile):
    """A folder's case.toml whose kind is ``rack_power``."""

    kind: Literal["rack_power"]
    site: str
    fixed_auxiliary: Power
    units: int
    reason: str
    steady: tuple[Steady, ...]
    log: Log


def run(case: RackPowerCase, name: str, folder: Path, public: Path | None) -> list[Check]:
    """Run a case; `folder` is of the case, `public` of the public data."""
    del folder
    about = case.named(name)
    facility = facilities.load(case.site)
    site = build.site(facility)
    racks = machines(facility, site)
    checks = [check for steady in case.steady for check in _steady(about, case, site, racks, steady)]
    return checks + _log(about, case, site, racks, public)


def _steady(about: Case, case: RackPowerCase, site: Site, racks: Machines, steady: Steady) -> list[Check]:
    got = _demand(site, racks, _one_job(steady), Clock(_EPOCH, 1), np.zeros(1, dtype=np.int64))

    def check(quantity: str, expected: float, found: float) -> Check:
        error, tolerance = abs(found - expected) / KILO, steady.tolerance / KILO
        return about.check(quantity, "kW", expected / KILO, found / KILO, error, tolerance, reason=case.reason)

    stages = site.rack_classes.stage_names
    return [
        check(f"{steady.name}: power", steady.power, float(got.inlet[0]) + _auxiliary(case)),
        *(
            check(f"{steady.name}: {stage} loss", expected, float(got.losses[stages.index(stage)][0]))
            for stage, expected in steady.losses.items()
        ),
    ]


def _log(about: Case, case: RackPowerCase, site: Site, racks: Machines, public: Path | None) -> list[Check]:
    log = case.log
    jobs, expected = log.jobs.find(public), log.expected.find(public)
    names = [f"{log.name}: {what}" for what in ("power", "losses")]
    if jobs is None or expected is None:
        return [about.not_run(name) for name in names]
    table = pl.read_csv(expected)
    seconds = table[log.time].to_numpy()
    got = _demand(site, racks, telemetry.read(jobs, start=log.start), Clock(log.start, round(log.duration)), seconds)
    pairs = (
        (tables.values(table, log.power, "W"), got.inlet + _auxiliary(case)),
        (tables.values(table, log.losses, "W") - log.extra_loss, got.losses.sum(axis=0)),
    )
    return [_worst(about, log, name, source, model) for name, (source, model) in zip(names, pairs, strict=True)]


def _worst(about: Case, log: Log, name: str, source: Floats, model: Floats) -> Check:
    relative = np.abs(model / source - 1.0)
    worst = int(np.argmax(relative))
    return about.check(
        f"{name}, largest of {relative.size}",
        "kW",
        float(source[worst]) / KILO,
        float(model[worst]) / KILO,
        100.0 * float(relative[worst]),
        100.0 * log.tolerance,
        "%",
        "both are arithmetic in float64",
    )


def _demand(site: Site, racks: Machines, reading: telemetry.Reading, clock: Clock, seconds: Integers) -> Demand:
    """Walk the way of a replay: job log, placement, load table, and the power of the racks."""
    job = Job(name="log", mode="job_log", telemetry="log")
    placed = load_table(site, (job,), {"log": reading}, clock, seed=0, machines=racks)
    return demand(site, placed.table, seconds)


def _one_job(steady: Steady) -> telemetry.Reading:
    """Give a log of one job."""
    metrics = {
        "job_nodes": steady.nodes,
        "job_duration_s": 1.0,
        "job_accelerator_utilisation": steady.accelerator,
        "job_host_utilisation": steady.host,
    }
    frame = pl.DataFrame(
        {
            "time": [_EPOCH] * len(metrics),
            "asset": "job/0",
            "metric": list(metrics),
            "value": [float(value) for value in metrics.values()],
            "quality": pl.Series([0] * len(metrics), dtype=pl.UInt8),
        }
    )
    return telemetry.Reading(frame.lazy(), "canonical", (), Provenance(steady.name, "", "canonical", {}, 1, {}, ""))


def _auxiliary(case: RackPowerCase) -> float:
    return case.fixed_auxiliary * case.units
