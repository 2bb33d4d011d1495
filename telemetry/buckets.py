"""
Series too many for memory, as means over cells of time: energy kept, coverage told, in polars' streaming engine.

`resample` puts what a run follows on its grid, in numpy. Here frames stay lazy: a signal is cut at the borders of cells
(`cells`), cells become longer ones (`longer`), and cells of devices add up to groups such as racks (`grouped`). Every
step carries an integral and the time that it covers, so that neither gaps nor unequal steps lose energy. Cells begin at
whole multiples of their length since 1970 UTC.

`device_means` is the quick way for regular samples, and `group_means` takes it through a file in blocks of time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from telemetry.draft import ESTIMATED, GOOD, STALE
from telemetry.times import INSTANT
from twin.columns import METRICS

LEAST_COVERAGE = 0.9
"""Least part of a cell that a group's devices must cover for its sum to be told [1]."""

BLOCK_ROWS = 1_000_000
"""Rows of a block of time that are held at once, about: fewer fit a processor's caches, more call for memory."""

_MICROSECONDS = 1e6


def usual_spacing(frame: pl.LazyFrame, metric: str, series: int = 5) -> float:
    """
    Find the time from one sample to the next.

    Parameters
    ----------
    frame
        Canonical telemetry.
    metric
        Of the samples.
    series
        How many assets, the first by name, are looked at.

    Returns
    -------
    [s]
        Median over their spacings; zero where there is at most one sample.
    """
    rows = frame.filter(pl.col("metric") == metric, pl.col("value").is_not_null())
    chosen = rows.select(pl.col("asset").unique()).collect(engine="streaming")["asset"].sort().head(series)
    few = rows.filter(pl.col("asset").is_in(chosen.to_list())).select("asset", "time").collect(engine="streaming")
    spacing = few.sort("time").select(pl.col("time").diff().over("asset").median()).item()
    return 0.0 if spacing is None else spacing / timedelta(seconds=1)


def cells(frame: pl.LazyFrame, metric: str, step: float, spacing: float) -> pl.LazyFrame:
    """
    Cut a signal that holds each value until the next at the borders of cells.

    Parameters
    ----------
    frame
        Canonical telemetry, in order of time as readings are.
    metric
        A name in `twin.columns.METRICS`.
    step : [s]
        Length of a cell, in whole microseconds.
    spacing : [s]
        How long the last value of an asset holds.

    Returns
    -------
    LazyFrame
        ``time`` (start of the cell), ``asset``, ``integral`` (value times seconds) and ``covered`` [s]; cells of which
        nothing is known are not there. The mean over what is known is integral over covered.

    Notes
    -----
    integral_c = sum_i v_i |[t_i, t_i+1) in c|, where a missing value is passed over until its series is stale (quality
    3), as in `resample.hold`. Widths are whole microseconds. A sample costs a row for each cell that it reaches.
    """
    width = _width(step)
    known = (pl.col("metric") == metric) & (pl.col("value").is_not_null() | (pl.col("quality") == STALE))
    start, end = pl.col("start"), pl.col("end")
    held = (
        frame.filter(known)
        .select("asset", "value", start=pl.col("time").dt.epoch("us"))
        .with_columns(end=start.shift(-1).over("asset", order_by="start"))
        .filter(pl.col("value").is_not_null())
        .with_columns(end=end.fill_null(start + round(spacing * _MICROSECONDS)))
        .filter(end > start)
    )
    cell = pl.col("cell")
    overlap = pl.min_horizontal(end, (cell + 1) * width) - pl.max_horizontal(start, cell * width)
    pieces = held.with_columns(cell=pl.int_ranges(start // width, (end - 1) // width + 1)).explode("cell")
    seconds = (overlap / _MICROSECONDS).alias("covered")
    return (
        pieces.select("asset", "value", seconds, time=(cell * width).cast(INSTANT))
        .group_by("time", "asset")
        .agg(integral=(pl.col("value") * pl.col("covered")).sum(), covered=pl.col("covered").sum())
    )


def longer(fine: pl.LazyFrame, step: float) -> pl.LazyFrame:
    """
    Join cells to longer ones.

    Parameters
    ----------
    fine
        As `cells` gives them.
    step : [s]
        Length of the longer cells, a multiple of that of the shorter ones.

    Returns
    -------
    LazyFrame
        The same columns; integrals and covered times add up.
    """
    totals = (pl.col("integral").sum(), pl.col("covered").sum())
    return fine.group_by(_start(step), "asset").agg(*totals)


def device_means(frame: pl.LazyFrame, metric: str, step: float, spacing: float) -> pl.LazyFrame:
    """
    Average regular samples over cells, by counting them.

    Parameters
    ----------
    frame
        Canonical telemetry, in any order.
    metric
        A name in `twin.columns.METRICS`.
    step : [s]
        Length of a cell, a multiple of the spacing.
    spacing : [s]
        Time from one sample to the next.

    Returns
    -------
    LazyFrame
        As `cells` gives them.

    Notes
    -----
    covered = min(n spacing, step) and integral = mean times covered: the same energy as `cells`, at half the
    cost, where samples are equally spaced; a sample is counted whole in the cell in which it begins. Where spacings
    differ the mean over samples is not the mean over time: use `cells`.
    """
    covered = (pl.col("samples") * spacing).clip(upper_bound=step)
    return (
        frame.filter(pl.col("metric") == metric, pl.col("value").is_not_null())
        .group_by(_start(step), "asset")
        .agg(mean=pl.col("value").mean(), samples=pl.len())
        .select("time", "asset", integral=pl.col("mean") * covered, covered=covered)
    )


def grouped(
    devices: pl.LazyFrame, members: pl.DataFrame, step: float, least_coverage: float = LEAST_COVERAGE
) -> pl.LazyFrame:
    """
    Add devices up to groups, such as accelerators to racks.

    Parameters
    ----------
    devices
        As `cells` gives them; devices of no group are left out.
    members
        ``asset`` and ``group``, a row a device.
    step : [s]
        Length of a cell.
    least_coverage : [1]
        Below it a sum is null.

    Returns
    -------
    LazyFrame
        ``time``, ``asset`` (the group), ``value`` (sum of the devices' means), ``quality``, ``devices`` (how many were
        heard) and ``coverage`` [1] (part of devices times cell that holds values). A sum of less than all is estimated
        (quality 1): a device that was not heard counts as the mean of those that were. Below the least coverage it is
        null and stale (quality 3).
    """
    sizes = members.group_by("group").agg(size=pl.len())
    coverage = pl.col("covered") / (pl.col("size") * step)
    told = coverage >= least_coverage - _ROUNDING
    whole = coverage >= 1.0 - _ROUNDING
    quality = pl.when(whole).then(GOOD).when(told).then(ESTIMATED).otherwise(STALE).cast(pl.UInt8)
    return (
        devices.join(members.lazy(), on="asset")
        .group_by("time", "group")
        .agg(
            mean=(pl.col("integral") / pl.col("covered")).mean(),
            devices=pl.len(),
            covered=pl.col("covered").sum(),
        )
        .join(sizes.lazy(), on="group")
        .select(
            "time",
            asset="group",
            value=pl.when(told).then(pl.col("mean") * pl.col("size")),
            quality=quality,
            devices="devices",
            coverage=coverage,
        )
    )


def group_means(
    frame: pl.LazyFrame,
    metric: str,
    members: pl.DataFrame,
    step: float,
    spacing: float | None = None,
    least_coverage: float = LEAST_COVERAGE,
    progress: Callable[[float], None] | None = None,
) -> pl.DataFrame:
    """
    Bring samples of devices to means of their groups, in blocks of time.

    Parameters
    ----------
    frame
        Canonical telemetry in order of time, of any length; a scan of parquet reads only the row groups of a block.
    metric
        A name in `twin.columns.METRICS`.
    members
        ``asset`` and ``group``, a row a device.
    step : [s]
        Length of a cell.
    spacing : [s]
        Time from one sample to the next; found with `usual_spacing` where not given.
    least_coverage : [1]
        Below it a sum is null.
    progress
        Told the part that is done.

    Returns
    -------
    DataFrame
        As `grouped` gives it, in order of time and group; memory is that of a block and of this result.

    Notes
    -----
    Device mean first, then the sum, so that a device that is sampled more often than others weighs no more.
    """
    rows = frame.filter(pl.col("metric") == metric, pl.col("value").is_not_null())
    wanted = (pl.col("time").min(), pl.col("time").max().alias("last"), pl.len())
    first, last, count = rows.select(*wanted).collect(engine="streaming").row(0)
    if not count:
        return grouped(device_means(frame, metric, step, 1.0), members, step, least_coverage).collect()
    usual = usual_spacing(frame, metric) if spacing is None else spacing
    found = []
    for start, end in _blocks(first, last, count, step):
        block = frame.filter(pl.col("time") >= start, pl.col("time") < end)
        devices = device_means(block, metric, step, usual)
        found.append(grouped(devices, members, step, least_coverage).collect(engine="streaming").sort("time", "asset"))
        if progress is not None:
            progress((end - first) / (last - first + timedelta(seconds=step)))
    return pl.concat(found)


def from_counters(frame: pl.LazyFrame) -> pl.LazyFrame:
    """
    Take powers from energy counters, where an asset has one, in preference to samples of the same power.

    Parameters
    ----------
    frame
        Canonical telemetry, in order of time as readings are.

    Returns
    -------
    LazyFrame
        The same, where the samples of a power (``..._power_w``) of assets with a counter (``..._energy_j``) are
        replaced by the counter's, held from one reading to the next. The counter's own rows stay.

    Notes
    -----
    P_i = (E_i+1 - E_i) / (t_i+1 - t_i), so that held powers integrate to the counter's own energy, gaps included. A
    counter that falls was begun anew: the energy since then is what it shows, a lower bound (quality 6). A missing
    reading is passed over.
    """
    pairs = {name: f"{name.removesuffix('_energy_j')}_power_w" for name in METRICS if name.endswith("_energy_j")}
    pairs = {counter: power for counter, power in pairs.items() if power in METRICS}
    counters = frame.filter(pl.col("metric").is_in(list(pairs)), pl.col("value").is_not_null())
    powers = _counted(counters).with_columns(metric=pl.col("metric").replace_strict(pairs))
    # An inner side of the join is small: a row for each counter, not for each reading.
    owners = powers.select("asset", "metric").unique()
    others = frame.join(owners, on=["asset", "metric"], how="anti")
    columns = ["time", "asset", "metric", "value", "quality"]
    return pl.concat([others.select(columns), powers.select(columns)]).sort("time", "asset", "metric")


def _counted(counters: pl.LazyFrame) -> pl.LazyFrame:
    """Give the power between readings of counters; each series ends with a stale null at its last reading."""
    series = ["asset", "metric"]
    after = {name: pl.col(name).shift(-1).over(series, order_by="time") for name in ("time", "value")}
    gained, again = pl.col("next_value") - pl.col("value"), pl.col("next_value") < pl.col("value")
    seconds = (pl.col("next_time") - pl.col("time")).dt.total_microseconds() / _MICROSECONDS
    ended = pl.col("next_time").is_null()
    reset = pl.when(ended).then(STALE).when(again).then(_RESET).otherwise(pl.col("quality"))
    return (
        counters.with_columns(next_time=after["time"], next_value=after["value"])
        .filter(ended | (seconds > 0.0))
        .with_columns(
            value=pl.when(again).then(pl.col("next_value")).otherwise(gained) / seconds, quality=reset.cast(pl.UInt8)
        )
    )


_RESET = 6
"""Quality of what was adjusted for a counter that began anew."""

_ROUNDING = 1e-9
"""Part of a cell by which a sum of times may fall short of it."""


def _width(step: float) -> int:
    """Give a cell's length in microseconds."""
    width = round(step * _MICROSECONDS)
    if width < 1:
        message = f"a cell of {step} s is shorter than a microsecond"
        raise ValueError(message)
    return width


def _start(step: float) -> pl.Expr:
    """Give the start of the cell in which a time lies."""
    return pl.col("time").dt.truncate(f"{_width(step)}us")


def _blocks(first: datetime, last: datetime, rows: int, step: float) -> list[tuple[datetime, datetime]]:
    """Cut a time into blocks of whole cells that hold about `BLOCK_ROWS` rows."""
    width = timedelta(microseconds=_width(step))
    begin = _EPOCH + (first - _EPOCH) // width * width
    cells_in_all = (last - begin) // width + 1
    every = max(int(cells_in_all * BLOCK_ROWS / rows), 1)
    marks = [begin + width * at for at in range(0, cells_in_all, every)]
    return list(zip(marks, [*marks[1:], begin + width * cells_in_all], strict=True))


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
