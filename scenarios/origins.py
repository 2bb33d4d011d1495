"""What a run is made from, as its manifest says it: files, the site as built, and numbers of synthetic loads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from facilities import Facility
from facilities.quantity import Provenance
from telemetry.parameters import Parameter


def traced(parameters: Mapping[str, Parameter]) -> Iterator[Provenance]:
    """Say where the numbers of synthetic traces come from, as facilities say it of theirs."""
    for path, number in parameters.items():
        value, low, high = (_text(part, number.unit) for part in (number.value, number.low, number.high))
        yield Provenance(path, value, number.basis, number.source, low, high, "")


def _text(value: float, unit: str) -> str:
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def resolved(facility: Facility) -> dict[str, str]:
    """Say what the site was with its designs, the catalog's parts and its phase, which the facility file only names."""
    digest = hashlib.sha256(facility.model_dump_json().encode()).hexdigest()
    return {"kind": "site as built", "name": facility.name, "sha256": digest}


def hashed(kind: str, path: Path) -> dict[str, str]:
    """Name a file that a run is made from, by what it is."""
    return {"kind": kind, "name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
