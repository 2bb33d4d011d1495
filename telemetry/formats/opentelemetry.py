"""
Metrics of OpenTelemetry as JSON: one export, or one a line as the collector's file exporter writes them.

Gauges are read, and sums: those that tell the change since the last export are added up to a counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from telemetry import series
from telemetry.draft import Draft, Format, Options, no_rows
from telemetry.series import Labelled
from telemetry.source import Source
from twin.errors import Fault

_UCUM = {"Cel": "degC", "[degF]": "degF", "1": "", "W": "W", "J": "J", "kW.h": "kWh"}
"""Units as the convention writes them, where the project's differ; a ratio is as the mapping says."""

_DELTA = (1, "1", "AGGREGATION_TEMPORALITY_DELTA")


class _Point(NamedTuple):
    key: tuple[str, tuple[tuple[str, str], ...], str]
    nanoseconds: object
    value: object
    delta: bool


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no export of OpenTelemetry; empty when it is."""
    del options
    if not source.kind.startswith("json"):
        return "it is no JSON"
    exports = _exports(source)
    if not exports or not all(isinstance(export, dict) and "resourceMetrics" in export for export in exports):
        return "no key resourceMetrics"
    return ""


def _exports(source: Source) -> list[Any]:
    return source.document if isinstance(source.document, list) else [source.document]


def read(source: Source, options: Options) -> Draft:
    """Read exports of metrics."""
    points, other = [], 0
    for export in _exports(source):
        for point in _points(export):
            if point is None:
                other += 1
            else:
                points.append(point)
    notes = [f"metrics that are neither gauge nor sum, not read: {other:,}"] if other else []
    if not points:
        return Draft(no_rows(), (Fault("", "holds no gauge and no sum"),), tuple(notes), rows_in=0)
    keys = {key: place for place, key in enumerate(dict.fromkeys(point.key for point in points))}
    names = [Labelled(name, dict(labels), unit) for name, labels, unit in keys]
    lines = pl.Series("line", range(1, len(points) + 1), pl.UInt32)
    located = source._replace(lines=lines)
    frame = pl.DataFrame(
        {
            "line": lines,
            "series": pl.Series([keys[point.key] for point in points], dtype=pl.UInt32),
            "stamp": pl.Series([_number(point.nanoseconds) for point in points], dtype=pl.Float64),
            "value": pl.Series([_number(point.value) for point in points], dtype=pl.Float64),
            "delta": pl.Series([point.delta for point in points], dtype=pl.Boolean),
        }
    )
    instants, faults = series.timed(located, frame["stamp"], "unix_ns", options)
    faults += [
        Fault(located.place(line), "the value is no number")
        for line in frame.filter(pl.col("value").is_null())["line"][:20]
    ]
    frame = _summed(frame.with_columns(time=instants))
    if frame["delta"].any():
        notes.append("sums that tell the change since the last export were added up to counters")
    found = series.samples(names, frame["series"].to_list(), frame["line"], frame["time"], frame["value"])
    return series.draft(found, options, faults, notes)


def _points(export: dict[str, Any]) -> Iterator[_Point | None]:
    for resource in _list(export, "resourceMetrics"):
        outer = _attributes(_list(_table(resource, "resource"), "attributes"))
        for scope in _list(resource, "scopeMetrics"):
            for metric in _list(scope, "metrics"):
                yield from _of_metric(metric, outer)


def _of_metric(metric: dict[str, Any], outer: dict[str, str]) -> Iterator[_Point | None]:
    found = next((kind for kind in ("gauge", "sum") if kind in metric), None)
    if found is None:
        yield None
        return
    kind = _table(metric, found)
    delta = found == "sum" and kind.get("aggregationTemporality") in _DELTA
    unit = str(metric.get("unit", ""))
    for point in _list(kind, "dataPoints"):
        labels = outer | _attributes(_list(point, "attributes"))
        key = (str(metric.get("name", "")), tuple(sorted(labels.items())), _UCUM.get(unit, unit))
        yield _Point(key, point.get("timeUnixNano"), point.get("asDouble", point.get("asInt")), delta)


def _list(table: object, key: str) -> list[dict[str, Any]]:
    found = table.get(key) if isinstance(table, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _attributes(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {
        str(entry.get("key", "")): str(value)
        for entry in entries
        for value in list(_table(entry, "value").values())[:1]
    }


def _number(value: object) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add up changes in order of time."""
    total = pl.col("value").cum_sum().over("series", order_by="time")
    return frame.with_columns(value=pl.when("delta").then(total).otherwise("value"))


FORMAT = Format(
    "opentelemetry",
    "JSON metrics of OpenTelemetry, one export or one a line",
    "a key resourceMetrics",
    sniff,
    read,
    whole=True,
)
