"""What a run's events amount to, for readers: limits crossed alike as one row, and how long chips rode through."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from scenarios.page import quantities
from scenarios.report import key_figures
from twin.alarms import TEMPERATURE_SCALE, VOLTAGE_SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.report.key_figures import Metrics


TOLD = 2
"""Changes at the moment of the disturbance that are told; the rest are counted."""

BY_THE_MINUTE = ("coolant_supply", "cdu_heat")
"""Kinds of events that are known by the minute alone: the CDUs are stored so."""

MARGIN = (
    f"Margin: limit less value; {TEMPERATURE_SCALE:g}{quantities.THIN}K, {VOLTAGE_SCALE:g}{quantities.THIN}pu of "
    f"voltage, or the rating count as 100{quantities.THIN}%."
)
"""What a margin in events.parquet is."""


def clock(moment: datetime, kind: str) -> str:
    """
    Write when a limit was crossed, no finer than it is known.

    Parameters
    ----------
    moment
        Start of the row of the first value over the limit.
    kind
        Of the event.

    Returns
    -------
    text
        Such as ``05:20:07``, or ``05:20 (minute)``.
    """
    return f"{moment:%H:%M} (minute)" if kind in BY_THE_MINUTE else f"{moment:%H:%M:%S}"


def scheduled(events: pl.DataFrame) -> pl.DataFrame:
    """
    Give what was scheduled.

    Parameters
    ----------
    events
        events.parquet.

    Returns
    -------
    frame
        Its rows, in order of time.
    """
    return events.filter(pl.col("kind") == "scheduled").sort("time", maintain_order=True)


def crossed(events: pl.DataFrame) -> pl.DataFrame:
    """
    Give the limits crossed, the worst first.

    Parameters
    ----------
    events
        events.parquet.

    Returns
    -------
    frame
        Its rows, with ``alike``: how many assets crossed the same limit at the same time in the same words; the first
        of them, and the worst value, stand for all.
    """
    same = ["kind", "time", "limit", "unit", "message"]
    worst = events.filter(pl.col("kind") != "scheduled").sort("margin", "time", maintain_order=True)
    together = worst.group_by(same, maintain_order=True).agg(
        pl.col("asset", "value", "margin").first(), pl.col("duration_s").max(), alike=pl.len()
    )
    more = pl.format("{} and {} more", "asset", pl.col("alike") - 1)
    return together.with_columns(asset=pl.when(pl.col("alike") > 1).then(more).otherwise("asset"))


def beyond_range(events: pl.DataFrame) -> list[str]:
    """
    Give what was computed with models outside the range they are valid for.

    Parameters
    ----------
    events
        events.parquet.

    Returns
    -------
    list of text
        A sentence each.
    """
    rows = events.filter(pl.col("kind") == "model_range")
    told = rows.select("time", "asset", "message").rows()
    return [f"{time:%H:%M:%S}, {asset}: {message}" for time, asset, message in told]


def answer(metrics: Metrics, manifest: Mapping[str, Any], events: pl.DataFrame) -> str:
    """
    Say in one line how long chips rode through what was scheduled.

    Parameters
    ----------
    metrics
        Of the run.
    manifest
        Of the run.
    events
        events.parquet.

    Returns
    -------
    text
        Empty if nothing was scheduled.
    """
    said = key_figures.ride_through(metrics, manifest)
    if not said:
        return ""
    disturbed = datetime.fromisoformat(manifest["disturbed"])
    at_once = scheduled(events).filter(pl.col("time") == disturbed).select("asset", "message").rows()
    what = "; ".join(f"{asset}: {message}" for asset, message in at_once[:TOLD])
    more = f" and {len(at_once) - TOLD} more" if len(at_once) > TOLD else ""
    lost = quantities.digits(metrics["compute_lost"]["value"], 3)
    chips = quantities.count(round(metrics["chips_shut_down"]["value"]))
    return (
        f"{what}{more} ({disturbed:%H:%M:%S}) → time to throttle: {said['throttle']}; time to shutdown: "
        f"{said['shutdown']}; {chips} chips shut down; {lost} chip-hours of computing lost"
    )
