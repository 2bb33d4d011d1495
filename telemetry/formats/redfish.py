"""Metric reports of Redfish' telemetry service, one, or one a line or in a list."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from telemetry import series
from telemetry.draft import Draft, Format, Options, no_rows
from telemetry.series import Labelled
from telemetry.source import Source
from twin.errors import Fault

_OWNER = re.compile(r"/(?:Chassis|Systems|Managers|CDUs|PowerEquipment/[A-Za-z]+)/([^/#]+)")
_INDEX = re.compile(r"/([0-9]+)(?=/|$)")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no metric report; empty when it is."""
    del options
    if not source.kind.startswith("json"):
        return "it is no JSON"
    reports = _reports(source)
    if not reports or not all(isinstance(report, dict) and "MetricValues" in report for report in reports):
        return "no key MetricValues"
    return ""


def _reports(source: Source) -> list[Any]:
    return source.document if isinstance(source.document, list) else [source.document]


def read(source: Source, options: Options) -> Draft:
    """Read metric reports; one that is told twice adds nothing."""
    names: list[Labelled] = []
    stamps: list[str | None] = []
    texts: list[str | None] = []
    for report in _reports(source):
        values = report["MetricValues"]
        for value in values if isinstance(values, list) else []:
            if not isinstance(value, dict):
                continue
            names.append(_labelled(value))
            stamps.append(_text(value.get("Timestamp", report.get("Timestamp"))))
            texts.append(_text(value.get("MetricValue")))
    if not names:
        return Draft(no_rows(), (Fault("", "the report holds no metric value"),), rows_in=0)
    lines = pl.Series("line", range(1, len(names) + 1), pl.UInt32)
    located = source._replace(lines=lines)
    instants, faults = series.timed(located, pl.Series(stamps, dtype=pl.String), "iso", options)
    numbers = pl.Series(texts, dtype=pl.String).cast(pl.Float64, strict=False)
    # A word in the place of a number is a state, or a value that could not be read.
    words = sum(number is None for number in numbers)
    notes = [f"values that are no numbers, read as missing: {words:,}"] if words else []
    found = series.samples(names, range(len(names)), lines, instants, numbers)
    return series.draft(found, options, faults, notes)


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _labelled(value: dict[str, Any]) -> Labelled:
    """Name a series by the end of its property; whose it is, and the how manieth of its kind, stands in the path."""
    path = str(value.get("MetricProperty", ""))
    place, _, inner = path.partition("#")
    inner = inner or place
    last = "/".join(part for part in inner.strip("/").split("/")[-2:] if not part.isdigit())
    owner, index = _OWNER.search(place), _INDEX.findall(inner)
    labels = {
        "owner": owner[1] if owner else "",
        "index": index[-1] if index else "",
        "id": str(value.get("MetricId", "")),
    }
    return Labelled(last or labels["id"], labels)


FORMAT = Format(
    "redfish",
    "JSON metric reports of Redfish' telemetry service",
    "a key MetricValues",
    sniff,
    read,
    whole=True,
)
