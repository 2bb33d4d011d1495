"""Measured against modelled, where telemetry holds what the twin computes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios.asked.measured import Asset, Assets
from telemetry import Reading, resample
from twin.columns import METRICS
from twin.site import Floats, Site

STEP = 60.0
"""[s] over which both sides are averaged: that of the CDU table."""

OFFSET_UNITS = {"K"}
"""Units without a natural zero in the range of interest; relative errors are not given for them."""


class Outcome(NamedTuple):
    """
    Where the run keeps what a metric measures.

    Attributes
    ----------
    level
        Assets that the metric is compared for; ``site`` takes any asset that is none of the others.
    table, column
        In the run.
    """

    level: str
    table: str
    column: str


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "it_power_w": (Outcome("site", "site", "it_power_w"), Outcome("hall", "halls", "it_power_w")),
    "facility_power_w": (Outcome("site", "site", "facility_power_w"),),
    "cooling_power_w": (Outcome("site", "site", "cooling_power_w"),),
    "pcc_voltage_pu": (Outcome("site", "site", "pcc_voltage_pu"),),
    "heat_w": (Outcome("CDU", "cdus", "heat_w"),),
    "coolant_supply_temp_k": (Outcome("CDU", "cdus", "supply_temp_k"),),
    "coolant_return_temp_k": (Outcome("CDU", "cdus", "return_temp_k"),),
}
"""Metrics that a run answers."""

_KEYS = {"halls": "hall", "cdus": "cdu"}


def errors(measured: Floats, modelled: Floats) -> dict[str, float | None]:
    """
    Give the usual figures of how far a model is off.

    Parameters
    ----------
    measured, modelled : (sample,) [1]
        In one unit, none missing.

    Returns
    -------
    dict
        ``bias`` (modelled less measured, in that unit), ``mape`` and ``cv_rmse`` (ratios; none where all is zero).

    References
    ----------
    .. [1] ASHRAE Guideline 14-2014, 5.2.11.3 (CV of the RMSE; here over the number of samples)
    """
    error = modelled - measured
    nonzero = measured != 0
    mean = float(measured.mean())
    mape = float(np.mean(np.abs(error[nonzero] / measured[nonzero]))) if nonzero.any() else None
    return {
        "bias": float(error.mean()),
        "mape": mape,
        "cv_rmse": float(np.sqrt(np.mean(error**2))) / abs(mean) if mean else None,
    }


def compare(
    site: Site, tables: Mapping[str, pl.LazyFrame], reading: Reading, start: datetime, duration: int, drivers: set[str]
) -> list[dict[str, object]]:
    """
    Compare a run with telemetry.

    Parameters
    ----------
    site : Site
        Whose run.
    tables : name to frame
        Of the run.
    reading
        Telemetry.
    start
        Of the run.
    duration : [s]
        Of the run.
    drivers
        Metrics that drove the run; what was put in is no outcome.

    Returns
    -------
    list of dict
        One row for each metric and group of assets, as the manifest keeps them.
    """
    length = int(duration // STEP * STEP)
    if not length:
        return []
    metrics = set(reading.frame.select("metric").unique().collect().to_series().to_list()) - drivers
    known = Assets(site)
    rows = []
    for metric in (name for name in OUTCOMES if name in metrics):
        series = resample.hold(reading.frame, metric, start, length, STEP)
        named = {name: known.find(name) for name in series.assets}
        for outcome in OUTCOMES[metric]:
            chosen = [name for name, asset in named.items() if (asset.level if asset else "site") == outcome.level]
            if not chosen or (outcome.level == "site" and len(chosen) > 1):
                continue
            model = _modelled(tables[outcome.table], outcome, start, length)
            modelled = np.array([model[_full_name(site, outcome, named[name])] for name in chosen])
            measured = series.values[[series.assets.index(name) for name in chosen]]
            rows.append(_row(metric, outcome, len(chosen), measured, modelled))
    return [row for row in rows if row["samples"]]


def _full_name(site: Site, outcome: Outcome, asset: Asset | None) -> str:
    """Give an asset's name as the run's table has it; empty for the site, whose table has no names."""
    if outcome.level == "site" or asset is None:
        return ""
    column, names = {"hall": (site.racks.hall, site.halls.name), "CDU": (site.racks.cdu, site.cdus.name)}[outcome.level]
    return names[int(column[asset.racks[0]])]


def _modelled(table: pl.LazyFrame, outcome: Outcome, start: datetime, length: int) -> dict[str, Floats]:
    """Average a column of the run over each step, for each asset."""
    key = _KEYS.get(outcome.table)
    named = pl.col(key) if key else pl.lit("")
    bucket = (pl.col("time") - start).dt.total_microseconds() // round(STEP * 1e6)
    means = (
        table.select(
            bucket.alias("bucket"), named.alias("asset"), pl.col(outcome.column).cast(pl.Float64).alias("value")
        )
        .filter(pl.col("bucket") < int(length // STEP))
        .group_by("asset", "bucket")
        .agg(pl.col("value").mean())
        .sort("asset", "bucket")
        .collect()
    )
    return {str(name[0]): part["value"].to_numpy() for name, part in means.partition_by("asset", as_dict=True).items()}


def _row(metric: str, outcome: Outcome, assets: int, measured: Floats, modelled: Floats) -> dict[str, object]:
    unit = METRICS[metric].unit
    both = ~np.isnan(measured) & ~np.isnan(modelled)
    figures = errors(measured[both], modelled[both]) if both.any() else {}
    caveat = f"means over {STEP:.0f} s"
    if unit in OFFSET_UNITS:
        figures |= {"mape": None, "cv_rmse": None}
        caveat += "; no relative error, a temperature has no zero of use here"
    return {
        "metric": metric,
        "asset": "site" if outcome.level == "site" else f"{assets:,} {outcome.level}{'s' if assets > 1 else ''}",
        "unit": unit,
        "samples": int(both.sum()),
        **figures,
        "caveat": caveat,
    }
