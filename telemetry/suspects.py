"""
What is possible, and yet looks wrong: counters begun anew, sensors that stand still, clocks ahead, parts above a sum.

Nothing here is refused. Rows are marked and told, so that a reader of the result may judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl

from telemetry.draft import GOOD, RESET, SUSPECT

COUNTERS = (
    "accelerator_energy_j",
    "accelerator_throttle_time_s",
    "it_energy_j",
    "facility_energy_j",
    "component_energy_j",
)
"""Metrics that only grow, until what counts them is started anew."""

STUCK_READINGS = 100
"""A sensor that stands still for fewer readings than this is not suspected (assumed: some minutes at usual rates)."""

STUCK_CHANCE = 1e-6
"""A standstill is suspect where a series of its length would have one by chance less often than this (assumed)."""

AHEAD_S = 86_400.0
"""Times further in the future than this [s] are suspect: a day covers every confusion of zones."""

OVER_PARENT = 0.02
"""Parts may exceed their parent's meter by this [1] before it is told: two meters of class 1 (IEC 62053-21)."""

_SERIES = ["asset", "metric"]
_STILL = ("power_w", "heat_w", "flow_m3_s", "pressure_pa", "current_a")
"""Ends of metrics whose sensors stir; temperatures are told in coarse steps and may well stand still."""

_METERS = ("it_power_w", "facility_power_w")
_SHOWN = 5


def marked(frame: pl.DataFrame, wraps: Mapping[str, float]) -> tuple[pl.DataFrame, list[str]]:
    """
    Mark what looks wrong.

    Parameters
    ----------
    frame
        Canonical rows with ``line``.
    wraps : metric to number
        Where counters of that metric wrap, in SI; those not named have no known width.

    Returns
    -------
    frame, notes
        The same rows in order of series and time, with qualities; wrapped counters go on growing.
    """
    ordered = frame.sort(*_SERIES, "time", maintain_order=True)
    notes: list[str] = []
    for step in (_unwrapped, _resets):
        ordered, told = step(ordered, wraps)
        notes += told
    for find, message in ((_stuck, _STUCK), (_ahead, "times in the future of this machine's clock, suspect")):
        where = find(ordered)
        if where.any():
            notes.append(f"{message}: {_told(ordered.filter(where))}")
            ordered = _with_quality(ordered, where, SUSPECT)
    return ordered, [*notes, *reconciled(ordered)]


_STUCK = (
    f"readings of sensors that stand still for {STUCK_READINGS} and more although they change at nearly every reading "
    "else, suspect"
)


def _told(rows: pl.DataFrame) -> str:
    series = rows.select(_SERIES).unique(maintain_order=True)
    shown = ", ".join(f"{asset} {metric}" for asset, metric in series.head(_SHOWN).iter_rows())
    more = f" and {series.height - _SHOWN:,} more" if series.height > _SHOWN else ""
    return f"{rows.height:,} ({shown}{more})"


def _with_quality(frame: pl.DataFrame, where: pl.Series, quality: int) -> pl.DataFrame:
    changed = pl.when(where & (pl.col("quality") == GOOD)).then(pl.lit(quality, pl.UInt8)).otherwise("quality")
    return frame.with_columns(quality=changed)


def _drops(frame: pl.DataFrame) -> pl.DataFrame:
    """Give counters' rows with the reading before, over missing ones."""
    before = pl.col("value").forward_fill().shift(1).over(_SERIES)
    return frame.with_columns(before=pl.when(pl.col("metric").is_in(COUNTERS)).then(before))


def _unwrapped(frame: pl.DataFrame, wraps: Mapping[str, float]) -> tuple[pl.DataFrame, list[str]]:
    """Let counters of known width go on where they wrap: a fall of more than half their width."""
    if not wraps:
        return frame, []
    width = pl.col("metric").replace_strict(dict(wraps), default=None, return_dtype=pl.Float64)
    wrapped = (pl.col("before") - pl.col("value") > width / 2).fill_null(value=False)
    counted = _drops(frame).with_columns(wrapped=wrapped, width=width)
    turns = pl.col("wrapped").cum_sum().over(_SERIES)
    raised = counted.with_columns(value=pl.col("value") + turns * pl.col("width").fill_null(0.0))
    where = counted["wrapped"]
    if not where.any():
        return frame, []
    note = f"counters that wrapped, and go on: {_told(counted.filter(where))}"
    return _with_quality(raised.select(frame.columns), where, RESET), [note]


def _resets(frame: pl.DataFrame, wraps: Mapping[str, float]) -> tuple[pl.DataFrame, list[str]]:
    """Mark the first reading of a counter begun anew; its value stays as read."""
    del wraps
    where = _drops(frame).select((pl.col("value") < pl.col("before")).fill_null(value=False)).to_series()
    if not where.any():
        return frame, []
    note = f"counters begun anew; what they counted between is lost: {_told(frame.filter(where))}"
    return _with_quality(frame, where, RESET), [note]


def _stuck(frame: pl.DataFrame) -> pl.Series:
    """
    Find readings of sensors that stand still.

    Of a sensor's runs of equal readings, the part p that is longer than one reading tells how likely it is to stand
    still by itself; a run of n among N readings is suspect where N p^(n - 1) is small.
    """
    run = pl.struct("asset", "metric", "value").rle_id()
    able = pl.col("value").is_not_null() & pl.col("metric").str.contains(f"({'|'.join(_STILL)})$")
    rows = frame.select(*_SERIES, "value", able=able).with_columns(run=run)
    runs = rows.filter("able").group_by("run", *_SERIES, maintain_order=True).agg(length=pl.len())
    chance = ((pl.col("length") > 1).sum().over(_SERIES) + 1) / (pl.len().over(_SERIES) + 1)
    readings = pl.col("length").sum().over(_SERIES)
    unlikely = readings * chance ** (pl.col("length") - 1) < STUCK_CHANCE
    still = runs.filter((pl.col("length") >= STUCK_READINGS) & unlikely)["run"]
    return rows.select(pl.col("run").is_in(still.implode()) & pl.col("able")).to_series()


def _ahead(frame: pl.DataFrame) -> pl.Series:
    latest = datetime.now(UTC) + timedelta(seconds=AHEAD_S)
    return frame.select(pl.col("time") > latest).to_series()


def reconciled(frame: pl.DataFrame) -> list[str]:
    """
    Compare meters with the sum of what stands below them.

    Parameters
    ----------
    frame
        Canonical rows; ``a/b`` stands below ``a``, or below the nearest above it that has a meter.

    Returns
    -------
    list of text
        Meters that their parts exceed in the mean.
    """
    powers = frame.filter(pl.col("metric").is_in([*_METERS, "accelerator_power_w"]) & pl.col("value").is_not_null())
    if not powers["asset"].str.contains("/", literal=True).any():
        return []
    means = powers.group_by(_SERIES).agg(pl.col("value").mean()).sort(_SERIES)
    meters = {asset: value for asset, metric, value in means.iter_rows() if metric in _METERS}
    parts: defaultdict[str, float] = defaultdict(float)
    counts: defaultdict[str, int] = defaultdict(int)
    for asset, metric, value in means.iter_rows():
        above = _meter_above(asset, meters) if metric != "accelerator_power_w" or asset not in meters else asset
        if above is not None:
            parts[above] += value
            counts[above] += 1
    return [
        f"{asset} meters {meters[asset]:,.0f} W in the mean, its {counts[asset]:,} parts {total:,.0f} W, "
        f"{total / meters[asset] - 1.0:.0%} more"
        for asset, total in parts.items()
        if total > meters[asset] * (1.0 + OVER_PARENT) and meters[asset] > 0.0
    ]


def _meter_above(asset: str, meters: Mapping[str, float]) -> str | None:
    parts = asset.split("/")
    return next((name for end in range(len(parts) - 1, 0, -1) if (name := "/".join(parts[:end])) in meters), None)
