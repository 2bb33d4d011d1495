"""Telemetry made in memory, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from telemetry import Reading
from telemetry.store import Provenance

START = datetime(2026, 7, 15, tzinfo=UTC)


def reading(*rows: tuple[float, str, str, float], source: str = "made.csv") -> Reading:
    """Give telemetry of rows (seconds from `START`, asset, metric, value)."""
    frame = pl.DataFrame(
        {
            "time": pl.Series([START + timedelta(seconds=row[0]) for row in rows], dtype=pl.Datetime("us", "UTC")),
            "asset": [row[1] for row in rows],
            "metric": [row[2] for row in rows],
            "value": [float(row[3]) for row in rows],
            "quality": pl.Series([0] * len(rows), dtype=pl.UInt8),
        }
    )
    return Reading(frame.lazy(), "canonical", (), Provenance(source, "", "canonical", {}, len(rows), {}, ""))


def jobs(*rows: tuple[float, float, int, float, float]) -> Reading:
    """Give a log of jobs (start, end [s], nodes, accelerator and host activity)."""
    return reading(
        *(
            (start, f"job/{number}", metric, value)
            for number, (start, end, nodes, accelerator, host) in enumerate(rows)
            for metric, value in (
                ("job_nodes", nodes),
                ("job_duration_s", end - start),
                ("job_accelerator_utilisation", accelerator),
                ("job_host_utilisation", host),
            )
        )
    )
