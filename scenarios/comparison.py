"""
Measured against modelled, where telemetry holds what the twin computes.

Where the run keeps seconds, it is read as the meter was: at its instants, through its average. A scrape each 15 s of a
load that swings tells of four seconds a minute, and the mean of the whole minute is another number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios.asked.measured import Assets
from telemetry import Reading, resample, sensors
from telemetry.draft import ESTIMATED
from telemetry.sensors import SENSORS
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
        Assets that the metric is compared for; ``accelerator`` takes those whose names begin with one of the site's.
    table, column
        In the run.
    meter
        What reads it where the run keeps seconds: a name in `telemetry.sensors.SENSORS`, or `INSTANT`; empty where the
        run keeps minutes, and means are compared.
    unnamed : bool
        Whether an asset that the site does not know is taken for the site.
    """

    level: str
    table: str
    column: str
    meter: str = ""
    unnamed: bool = False


INSTANT = "instant"
"""A meter of which no more is known than when it was read: it shows the second in which that was."""

_ACCELERATORS = ("accelerator", "halls", "accelerator_power_w")

OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "it_power_w": (
        Outcome("site", "site", "it_power_w", INSTANT),
        Outcome("hall", "halls", "it_power_w", INSTANT),
    ),
    "accelerator_power_w": (Outcome(*_ACCELERATORS, "nvml_instant"),),
    "accelerator_average_power_w": (Outcome(*_ACCELERATORS, "nvml_average"),),
    "facility_power_w": (Outcome("site", "site", "facility_power_w", INSTANT, unnamed=True),),
    "cooling_power_w": (Outcome("site", "site", "cooling_power_w", INSTANT, unnamed=True),),
    "pcc_voltage_pu": (Outcome("site", "site", "pcc_voltage_pu", INSTANT, unnamed=True),),
    "heat_w": (Outcome("CDU", "cdus", "heat_w"),),
    "coolant_supply_temp_k": (Outcome("CDU", "cdus", "supply_temp_k"),),
    "coolant_return_temp_k": (Outcome("CDU", "cdus", "return_temp_k"),),
}
"""Metrics that a run answers."""

_RUN_STEP = 1.0
"""[s] Of the run's tables of seconds."""

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
    rows = []
    for metric in (name for name in OUTCOMES if name in metrics):
        series = resample.hold(reading.frame, metric, start, length, STEP)
        for outcome in OUTCOMES[metric]:
            models = _models(site, outcome, series.assets)
            if not models or (outcome.level == "site" and len(models) > 1):
                continue
            measured = series.values[[series.assets.index(name) for name in models]]
            frame = reading.frame.filter((pl.col("metric") == metric) & pl.col("asset").is_in(list(models)))
            spacing = _spacing(frame) if outcome.meter else None
            if spacing is None:
                means = _modelled(tables[outcome.table], outcome, start, length)
                modelled = np.array([means[model.name] / model.parts for model in models.values()])
            else:
                modelled = _shown(frame, metric, models, outcome, tables[outcome.table], start, length)
            rows.append(_row(metric, outcome, measured, modelled, spacing))
    return [row for row in rows if row["samples"]]


class _Model(NamedTuple):
    """What the run has of an asset: its name in the run's table, and of how many such assets that is the sum."""

    name: str
    parts: float = 1.0


def _models(site: Site, outcome: Outcome, assets: tuple[str, ...]) -> dict[str, _Model]:
    """Give what the run has of each asset that an outcome is compared for."""
    known = Assets(site)
    found = {}
    for name in assets:
        model = _model(site, outcome, known, name)
        if model is not None:
            found[name] = model
    return found


def _model(site: Site, outcome: Outcome, known: Assets, name: str) -> _Model | None:
    asset = known.find(name)
    if outcome.level == "site":
        return _Model("") if (asset.level == "site" if asset else outcome.unnamed) else None
    if outcome.level == "accelerator":
        return None if asset else _accelerator(site, known, name)
    if asset is None or asset.level != outcome.level:
        return None
    column, names = {"hall": (site.racks.hall, site.halls.name), "CDU": (site.racks.cdu, site.cdus.name)}[outcome.level]
    return _Model(names[int(column[asset.racks[0]])])


def _accelerator(site: Site, known: Assets, name: str) -> _Model | None:
    """Give the hall in which an accelerator stands, if its name begins with that of the hall, a CDU or a rack."""
    parents = (known.find("/".join(parts)) for parts in _beginnings(name.split("/")))
    asset = next((parent for parent in parents if parent is not None and parent.level != "site"), None)
    if asset is None:
        return None
    hall = int(site.racks.hall[asset.racks[0]])
    count = site.rack_classes.accelerators[site.racks.rack_class[site.racks.hall == hall]].sum()
    return _Model(site.halls.name[hall], float(count)) if count else None


def _beginnings(parts: list[str]) -> list[list[str]]:
    return [parts[:length] for length in range(len(parts) - 1, 0, -1)]


def _spacing(frame: pl.LazyFrame) -> float | None:
    """Give how far readings are apart [s]; none where they tell changes only, or nothing regular."""
    rows = frame.filter(pl.col("value").is_not_null()).select("asset", "time", "quality").collect()
    if (rows["quality"] == ESTIMATED).any():
        return None
    micros = rows.sort("asset", "time").select(pl.col("time").diff().over("asset").dt.total_microseconds()).to_series()
    apart = micros.drop_nulls().to_numpy() / 1e6
    usual = float(np.median(apart)) if len(apart) else 0.0
    irregular = np.abs(apart - usual) > usual / 2.0
    return usual if usual and irregular.mean() <= _IRREGULAR else None


_IRREGULAR = 0.5
"""Part of the spacings that may be half as long again, or half as short, in what was read at even times."""


def _shown(
    frame: pl.LazyFrame,
    metric: str,
    models: Mapping[str, _Model],
    outcome: Outcome,
    table: pl.LazyFrame,
    start: datetime,
    length: int,
) -> Floats:
    """
    Give means over each step of what the meters would have shown of the run.

    The run is read at each instant at which its meter was, and what was read is held, and is missing, as theirs is.
    """
    window = _window(outcome)
    seconds = _seconds(table, outcome)
    read = []
    for (asset,), part in frame.collect().partition_by("asset", as_dict=True).items():
        model = models[str(asset)]
        instants = part.select((pl.col("time") - start).dt.total_microseconds() / 1e6).to_series().to_numpy()
        values = sensors.averaged(_RUN_STEP, seconds[model.name] / model.parts, instants, window)
        shown = pl.when(pl.col("value").is_not_null()).then(pl.Series(values))
        read.append(part.with_columns(value=shown))
    series = resample.hold(pl.concat(read).lazy(), metric, start, length, STEP)
    return series.values[[series.assets.index(name) for name in models]]


def _seconds(table: pl.LazyFrame, outcome: Outcome) -> dict[str, Floats]:
    """Give a column of a table of seconds, for each asset."""
    key = _KEYS.get(outcome.table)
    named = pl.col(key).cast(pl.String) if key else pl.lit("")
    rows = table.select("time", asset=named, value=pl.col(outcome.column).cast(pl.Float64)).sort("time").collect()
    return {str(name[0]): part["value"].to_numpy() for name, part in rows.partition_by("asset", as_dict=True).items()}


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


def _row(metric: str, outcome: Outcome, measured: Floats, modelled: Floats, spacing: float | None) -> dict[str, object]:
    unit = METRICS[metric].unit
    assets = len(measured)
    both = ~np.isnan(measured) & ~np.isnan(modelled)
    figures = errors(measured[both], modelled[both]) if both.any() else {}
    caveat = f"means over {STEP:.0f} s"
    if spacing is not None:
        caveat += f" of what the meter would have shown of the run: {_meter(outcome)}, read each {spacing:g} s"
    if outcome.level == "accelerator":
        caveat += "; each against the mean accelerator of its hall"
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


def _meter(outcome: Outcome) -> str:
    """Say what a meter tells of a run of seconds."""
    window = _window(outcome)
    return f"the mean of the last {window:g} s" if window else "the second of the reading"


def _window(outcome: Outcome) -> float:
    """Give over which time [s] a meter averages; zero where that is less than the run tells apart."""
    window = SENSORS[outcome.meter].window.value if outcome.meter in SENSORS else 0.0
    return window if window >= _RUN_STEP else 0.0
