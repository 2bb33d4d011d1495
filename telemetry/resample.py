"""
Series on a regular grid, by holding each value until the next.

A measured power is held from its instant on, so its integral is a sum of rectangles. Each cell of the grid receives
its own part of them: nothing is averaged by count, nothing interpolated, and the energy is kept whatever the spacing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from telemetry.draft import STALE
from twin.columns import METRICS
from twin.errors import UnknownNameError
from twin.site import Floats, Integers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Series(NamedTuple):
    """
    One metric of several assets on a regular grid.

    Attributes
    ----------
    assets : tuple of text
        In natural order, ``cdu_2`` before ``cdu_10``.
    values : (asset, sample)
        Mean over each step, in the metric's SI unit; NaN where any part of the step is not covered.
    step : [s]
        From one sample to the next.
    coverage : (asset,) [1]
        Part of the samples that is not NaN.
    """

    assets: tuple[str, ...]
    values: Floats
    step: float
    coverage: Floats


def held_means(times: Integers, values: Floats, edges: Integers) -> Floats:
    """
    Average a signal that holds each value until the next over the cells of a grid.

    Parameters
    ----------
    times : (value,) [us]
        Rising instants from which the values hold.
    values : (..., value)
        NaN from where the signal is unknown; the last value holds without end.
    edges : (cell + 1,) [us]
        Rising borders of the cells.

    Returns
    -------
    (..., cell)
        Mean over each cell; NaN where the signal is unknown in any part of it.

    Notes
    -----
    mean_c = sum_i v_i |[t_i, t_i+1) in c| / |c|, so that the means times the widths sum to the signal's integral.
    Instants are whole microseconds, so that widths carry no rounding.
    """
    inside = times[(times > edges[0]) & (times < edges[-1])]
    marks = np.concatenate((edges, inside))
    marks.sort(kind="stable")  # two rising runs, which a merge sort joins in one pass
    marks = marks[np.diff(marks, prepend=marks[0] - 1) > 0]
    holder = np.searchsorted(times, marks[:-1], side="right") - 1
    level = np.where(holder < 0, np.nan, values[..., np.maximum(holder, 0)])
    cell = np.searchsorted(edges, marks[:-1], side="right") - 1
    # A value that fills a cell has the part 1, and passes through to its last digit.
    part = np.diff(marks) / np.diff(edges)[cell]
    means: Floats = np.add.reduceat(level * part, np.searchsorted(marks, edges[:-1]), axis=-1)
    return means


def hold(frame: pl.LazyFrame, metric: str, start: datetime, duration_s: int, step: float) -> Series:
    """
    Put one metric of a canonical frame on a regular grid.

    Parameters
    ----------
    frame
        Canonical telemetry.
    metric
        A name in `twin.columns.METRICS`.
    start
        Instant of the first cell's start, with a zone.
    duration_s : [s]
        Length of the grid.
    step : [s]
        Length of a cell, a whole number of microseconds that divides the duration.

    Returns
    -------
    Series
        Empty where the frame does not hold the metric.

    Raises
    ------
    UnknownNameError
        Where the metric is not in the vocabulary.

    Notes
    -----
    A missing value is passed over until its series is stale (quality 3); from there on, before the first value, and one
    usual (median) spacing after the last, the series is unknown.
    """
    if metric not in METRICS:
        raise UnknownNameError(kind="metric", name=metric, known=list(METRICS))
    edges = _grid(start, duration_s, step)
    useful = (pl.col("metric") == metric) & (pl.col("value").is_not_null() | (pl.col("quality") == STALE))
    rows = frame.filter(useful).select("asset", "value", micros=pl.col("time").dt.epoch("us")).collect()
    parts = {str(key[0]): part for key, part in rows.partition_by("asset", as_dict=True).items()}
    assets = tuple(sorted(parts, key=_natural))
    values = np.empty((len(assets), len(edges) - 1))
    # Series of one file mostly share their instants, and then their pieces are found once.
    together: dict[bytes, list[int]] = {}
    signals = [_signal(parts[asset]) for asset in assets]
    for row, (times, _) in enumerate(signals):
        together.setdefault(times.tobytes(), []).append(row)
    for group in together.values():
        values[group] = held_means(signals[group[0]][0], np.stack([signals[row][1] for row in group]), edges)
    return Series(assets, values, step, 1.0 - np.isnan(values).mean(axis=1))


def window(frame: pl.LazyFrame) -> tuple[datetime, datetime]:
    """
    Give the time that a canonical frame covers.

    Returns
    -------
    start, end
        From the first value to one usual spacing after the last, or to the end of the last job.
    """
    measured = frame.filter(pl.col("value").is_not_null() & ~pl.col("metric").str.starts_with("job_"))
    spacing = pl.col("time").sort().diff().median().fill_null(timedelta(0))
    ends = measured.group_by("asset", "metric").agg(start=pl.col("time").min(), end=pl.col("time").max() + spacing)
    length = pl.duration(microseconds=(pl.col("value") * 1e6).round().cast(pl.Int64))
    jobs = frame.filter(pl.col("metric") == "job_duration_s").select(start="time", end=pl.col("time") + length)
    both = pl.concat([ends.select("start", "end"), jobs]).select(pl.col("start").min(), pl.col("end").max()).collect()
    start, end = both.row(0)
    return start, end


def _grid(start: datetime, duration_s: int, step: float) -> Integers:
    width = round(step * 1e6)
    cells, rest = divmod(duration_s * 1_000_000, width)
    if rest or cells < 1:
        message = f"a step of {step} s does not divide {duration_s} s"
        raise ValueError(message)
    first = (start - _EPOCH) // _MICROSECOND
    edges: Integers = first + width * np.arange(cells + 1, dtype=np.int64)
    return edges


def _signal(rows: pl.DataFrame) -> tuple[Integers, Floats]:
    """Give instants and values of one series, NaN from one usual spacing after the last."""
    ordered = rows.sort("micros")
    times, values = ordered["micros"].to_numpy(), ordered["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    measured = times[~np.isnan(values)]
    usual = round(float(np.median(np.diff(measured)))) if len(measured) > 1 else 0
    return np.append(times, measured[-1] + usual), np.append(values, np.nan)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Order digits as numbers."""
    parts = re.split(r"(\d+)", name)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts if part]
