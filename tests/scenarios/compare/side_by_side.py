"""Two fake runs with round numbers, one of half the size of the other, and the columns that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facilities.nameplate import Nameplate
from scenarios.compare.subjects import Subject
from tests.scenarios import fake_run

if TYPE_CHECKING:
    from pathlib import Path

FILE = "9f86d081" * 8


def design(halls: int = 2, **changed: Any) -> Nameplate:
    kept = fake_run.nameplate(halls, 24) | changed
    return Nameplate(**{**kept, "unrated": tuple(kept["unrated"])})


def subject(label: str, run: fake_run.FakeRun | None, plate: Nameplate | None, site: str = "example") -> Subject:
    return Subject(label, label, site, "Example campus", FILE, plate, run)


def large(folder: Path) -> Subject:
    """Give a run of 48 racks."""
    return subject("large", fake_run.write(folder / "large"), design())


def small(folder: Path, **figures: float) -> Subject:
    """Give a run of 24 racks with other figures."""
    run = fake_run.write(folder / "small", halls=1)
    metrics = {name: figure | {"value": figures.get(name, figure["value"])} for name, figure in run.metrics.items()}
    return subject("small", run._replace(metrics=metrics), design(1))


def with_manifest(one: Subject, **changed: Any) -> Subject:
    return one._replace(run=one.run._replace(manifest=one.run.manifest | changed))
