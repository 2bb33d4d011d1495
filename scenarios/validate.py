"""
Published cases: what a source says, what the twin says, and how far they may be apart.

A case is a folder of data in ``validation/``; its `kind` names the function here that runs it. A case whose public data
is not at hand is not run, and never passes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import facilities
import telemetry
from facilities import build
from scenarios.demand import Demand, demand
from scenarios.placement import Clock, load_table, nodes_of
from scenarios.schema import Job
from telemetry.store import Provenance
from twin import units
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers, Site

_CASES = Path(__file__).parent / "validation"


class Status(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run: data absent"


class Check(NamedTuple):
    """
    One quantity of a case.

    Attributes
    ----------
    case, title, source
        Of the case.
    quantity, unit
        What is compared.
    expected, got, error, tolerance
        In `unit`; none where it was not run.
    status
        How it ended.
    """

    case: str
    title: str
    source: str
    quantity: str
    unit: str
    expected: float | None
    got: float | None
    error: float | None
    tolerance: float | None
    status: Status

    def as_dict(self) -> dict[str, Any]:
        """Give the check as JSON has it."""
        return self._asdict() | {"status": self.status.value}


class _Case(NamedTuple):
    name: str
    content: dict[str, Any]

    def check(self, quantity: str, unit: str, expected: float, got: float, tolerance: float) -> Check:
        """Compare two numbers."""
        error = abs(got - expected)
        status = Status.PASSED if error <= tolerance else Status.FAILED
        return self._check(quantity, unit, status, expected, got, error, tolerance)

    def not_run(self, quantity: str) -> Check:
        """Say that a quantity's data is not at hand."""
        return self._check(quantity, "", Status.NOT_RUN)

    def _check(
        self,
        quantity: str,
        unit: str,
        status: Status,
        expected: float | None = None,
        got: float | None = None,
        error: float | None = None,
        tolerance: float | None = None,
    ) -> Check:
        title, source = self.content["title"], self.content["source"]
        return Check(self.name, title, source, quantity, unit, expected, got, error, tolerance, status)


def validate(data: Path | None = None) -> list[Check]:
    """
    Run every published case.

    Parameters
    ----------
    data
        Folder with public data, at any depth, for the cases that need it.

    Returns
    -------
    list of Check
        In order of the cases.

    Raises
    ------
    ScenarioError
        If the folder is not there, or a file in it is not the one that a case means.
    """
    if data is not None and not data.is_dir():
        raise ScenarioError(str(data), [Fault("", "is no folder; give --data the folder of the public data")])
    cases = [_Case(path.parent.name, tomllib.loads(path.read_text())) for path in sorted(_CASES.glob("*/case.toml"))]
    return [check for case in cases for check in _KINDS[case.content["kind"]](case, data)]


def _rack_power(case: _Case, data: Path | None) -> list[Check]:
    """Compare the power and conversion losses of a site's racks, cold, with what a source computes."""
    facility = facilities.load(case.content["site"])
    site = build.site(facility)
    nodes = nodes_of(facility, site)
    checks = [check for steady in case.content["steady"] for check in _steady(case, site, nodes, steady)]
    return checks + _log(case, site, nodes, data)


def _steady(case: _Case, site: Site, nodes: Floats, steady: dict[str, Any]) -> list[Check]:
    got = _demand(site, nodes, _one_job(steady), Clock(_EPOCH, 1), np.zeros(1, dtype=np.int64))
    tolerance = _si(steady["tolerance"])
    power = case.check(
        f"{steady['name']}: power", "W", _si(steady["power"]), float(got.inlet[0]) + _auxiliary(case), tolerance
    )
    losses = [
        case.check(
            f"{steady['name']}: {stage} loss",
            "W",
            _si(expected),
            float(got.losses[site.rack_classes.stage_names.index(stage)][0]),
            tolerance,
        )
        for stage, expected in steady["losses"].items()
    ]
    return [power, *losses]


def _log(case: _Case, site: Site, nodes: Floats, data: Path | None) -> list[Check]:
    log = case.content["log"]
    jobs, expected = (_file(data, log[key]) for key in ("jobs", "expected"))
    names = [f"{log['name']}: {what}, worst sample" for what in ("power", "losses")]
    if jobs is None or expected is None:
        return [case.not_run(name) for name in names]
    clock = Clock(datetime.fromisoformat(log["start"]), round(units.si(units.read(log["duration"]), "s")))
    table = pl.read_csv(expected)
    seconds = table[log["time"]].to_numpy()
    got = _demand(site, nodes, telemetry.read(jobs, start=clock.start), clock, seconds)
    pairs = (
        (_column(table, log["power"]), got.inlet + _auxiliary(case)),
        (_column(table, log["losses"]) - _si(log["extra_loss"]), got.losses.sum(axis=0)),
    )
    return [
        case.check(
            f"{name} of {len(seconds):,}", "1", 0.0, float(np.max(np.abs(model / source - 1.0))), log["tolerance"]
        )
        for name, (source, model) in zip(names, pairs, strict=True)
    ]


def _demand(site: Site, nodes: Floats, reading: telemetry.Reading, clock: Clock, seconds: Integers) -> Demand:
    """Walk the way of a replay: job log, placement, load table, and the power of the racks."""
    job = Job(name="log", mode="job_log", telemetry="log")
    placed = load_table(site, (job,), {"log": reading}, clock, seed=0, nodes=nodes)
    return demand(site, placed.table, seconds)


def _one_job(steady: dict[str, Any]) -> telemetry.Reading:
    """Give a log of one job."""
    metrics = {
        "job_nodes": steady["nodes"],
        "job_duration_s": 1.0,
        "job_accelerator_utilisation": steady["accelerator"],
        "job_host_utilisation": steady["host"],
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
    return telemetry.Reading(frame.lazy(), "canonical", (), Provenance(steady["name"], "", "canonical", {}, 1, {}, ""))


def _file(data: Path | None, wanted: dict[str, str]) -> Path | None:
    """Find a file of public data below a folder; a file of that name with another content is a fault."""
    path = next(iter(sorted(data.rglob(wanted["file"]))), None) if data is not None else None
    if path is not None and hashlib.sha256(path.read_bytes()).hexdigest() != wanted["sha256"]:
        message = f"is not the public file of that name: its sha256 should be {wanted['sha256']}"
        raise ScenarioError(str(path), [Fault("", message)])
    return path


def _column(table: pl.DataFrame, wanted: dict[str, str]) -> Floats:
    factor = units.si(units.read(f"1 {wanted['unit']}"), "W")
    return np.asarray(table[wanted["column"]].to_numpy() * factor, dtype=float)


def _auxiliary(case: _Case) -> float:
    each, count = case.content["fixed_auxiliary"]
    return _si(each) * float(count)


def _si(text: str) -> float:
    return float(units.si(units.read(text), "W"))


_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)

_KINDS: dict[str, Callable[[_Case, Path | None], list[Check]]] = {"rack_power": _rack_power}
"""Kinds of cases by name."""
