"""
Canonical measurements in the forms that other programs read.

What is written is read again as the same frame: times to the microsecond, values to their last digit, qualities.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from telemetry.formats import exposition
from telemetry.series import OWN
from twin.columns import METRICS
from twin.errors import OutputError, UnknownNameError


def _csv(frame: pl.DataFrame) -> str:
    times = pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return frame.with_columns(times).write_csv()


def _answer(frame: pl.DataFrame) -> str:
    """Write an answer of Prometheus' to a query over a range; values are text there, and a missing one is NaN."""
    results = []
    keys = ["asset", "metric", "quality"]
    for (asset, metric, quality), rows in frame.partition_by(keys, as_dict=True, maintain_order=True).items():
        labels = {"__name__": f"{OWN}{metric}", "asset": asset, **({"quality": str(quality)} if quality else {})}
        stamps = (rows["time"].dt.epoch("us") / 1e6).to_list()
        texts = ["NaN" if value is None else repr(value) for value in rows["value"]]
        results.append({"metric": labels, "values": [list(pair) for pair in zip(stamps, texts, strict=True)]})
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": results}})


def _export(frame: pl.DataFrame) -> str:
    """Write an export of OpenTelemetry's; a missing value is a point without one."""
    metrics = []
    for (metric,), rows in frame.partition_by("metric", as_dict=True, maintain_order=True).items():
        points = [_point(row) for row in rows.iter_rows(named=True)]
        metrics.append({"name": f"{OWN}{metric}", "unit": METRICS[str(metric)].unit, "gauge": {"dataPoints": points}})
    return json.dumps({"resourceMetrics": [{"resource": {}, "scopeMetrics": [{"metrics": metrics}]}]})


def _point(row: dict[str, object]) -> dict[str, object]:
    labels = {"asset": row["asset"], **({"quality": row["quality"]} if row["quality"] else {})}
    attributes = [{"key": key, "value": {"stringValue": str(text)}} for key, text in labels.items()]
    stamp = str(int(row["stamp"]) * 1000)  # type: ignore[call-overload]
    value = "NaN" if row["value"] is None else row["value"]
    return {"attributes": attributes, "timeUnixNano": stamp, "asDouble": value}


def _stamped(frame: pl.DataFrame) -> str:
    return _export(frame.with_columns(stamp=pl.col("time").dt.epoch("us")))


WRITERS: dict[str, Callable[[pl.DataFrame], str]] = {
    "csv": _csv,
    "openmetrics": exposition.write,
    "prometheus": _answer,
    "opentelemetry": _stamped,
}
"""Texts that canonical measurements can be written as, by name; parquet is `telemetry.write`."""

SUFFIXES = {"csv": ".csv", "openmetrics": ".om.txt", "prometheus": ".prom.json", "opentelemetry": ".otlp.json"}
"""Ends of the names that files of each are given."""


def export(frame: pl.DataFrame, name: str, path: Path) -> None:
    """
    Write canonical measurements as text, whole or not at all.

    Parameters
    ----------
    frame
        Of the columns of `twin.columns.TELEMETRY`.
    name
        One of `WRITERS`.
    path
        Of the file.

    Raises
    ------
    UnknownNameError
        Where there is no such text.
    OutputError
        Where it cannot be written.
    """
    if name not in WRITERS:
        raise UnknownNameError(kind="format to write", name=name, known=["parquet", *WRITERS])
    text = WRITERS[name](frame)
    try:
        with tempfile.TemporaryDirectory(prefix=".telemetry-", dir=path.parent) as folder:
            part = Path(folder) / path.name
            part.write_text(text, encoding="utf-8")
            part.replace(path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}; give a folder with room that you may write to"
        raise OutputError(message) from error
