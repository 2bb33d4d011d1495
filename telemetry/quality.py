"""How good canonical telemetry is: of each series its coverage, its gaps, and what its qualities say."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from telemetry.clean import HOLD_LEAST_S, HOLD_SPACINGS
from telemetry.draft import ESTIMATED, OUTSIDE, RESET, STALE, SUSPECT
from twin.columns import KINDS

_SERIES = ["asset", "metric"]
_SECOND = timedelta(seconds=1)


def of_series(frame: pl.LazyFrame) -> pl.DataFrame:
    """
    Judge each series of canonical measurements.

    Parameters
    ----------
    frame
        Of the columns of `twin.columns.TELEMETRY`.

    Returns
    -------
    DataFrame
        ``asset``, ``metric``, ``readings`` [1], ``first`` and ``last`` (UTC), ``spacing`` [s] (median), ``coverage``
        [1], ``gaps`` [1], ``longest_gap`` [s], ``missing``, ``estimated``, ``suspect``, ``outside``, ``resets`` [1],
        and ``least``, ``mean``, ``most`` in the metric's unit; the worst covered first.

    Notes
    -----
    A reading covers the time until the next, but no more than `telemetry.clean` lets it hold: three usual spacings, at
    least 10 s. Coverage is what is covered over the time from the first reading to the last.
    """
    rows = frame.sort(*_SERIES, "time").with_columns(known=pl.col("value").is_not_null())
    measured = rows.filter("known").with_columns(
        step=(pl.col("time").shift(-1).over(_SERIES) - pl.col("time")) / _SECOND
    )
    usual = pl.col("step").median().over(_SERIES)
    hold = pl.max_horizontal(usual * HOLD_SPACINGS, pl.lit(HOLD_LEAST_S))
    measured = measured.with_columns(hold=hold)
    gap = pl.col("step") > pl.col("hold")
    span = (pl.col("time").max() - pl.col("time").min()) / _SECOND
    covered = pl.min_horizontal(pl.col("step").fill_null(0.0), "hold").sum()
    times = measured.group_by(_SERIES).agg(
        readings=pl.len(),
        first=pl.col("time").min(),
        last=pl.col("time").max(),
        spacing=pl.col("step").median(),
        coverage=pl.when(span > 0).then(covered / span).otherwise(1.0),
        gaps=gap.sum(),
        longest_gap=pl.col("step").filter(gap).max().fill_null(0.0),
        least=pl.col("value").min(),
        mean=pl.col("value").mean(),
        most=pl.col("value").max(),
    )
    quality = pl.col("quality")
    marks = rows.group_by(_SERIES).agg(
        missing=(~pl.col("known") & (quality != STALE)).sum(),
        estimated=(quality == ESTIMATED).sum(),
        suspect=(quality == SUSPECT).sum(),
        outside=(quality == OUTSIDE).sum(),
        resets=(quality == RESET).sum(),
    )
    both = marks.join(times, on=_SERIES, how="left").with_columns(
        pl.col("readings", "gaps").fill_null(0), pl.col("coverage", "longest_gap").fill_null(0.0)
    )
    return both.sort("coverage", *_SERIES).collect()


def of_metrics(series: pl.DataFrame) -> pl.DataFrame:
    """
    Judge all series of each metric together.

    Parameters
    ----------
    series
        As `of_series` gives it.

    Returns
    -------
    DataFrame
        ``metric``, ``assets``, sums of the counts, the least and the mean coverage, the longest gap, and the range.
    """
    counts = ("readings", "gaps", "missing", "estimated", "suspect", "outside", "resets")
    return (
        series.group_by("metric")
        .agg(
            pl.len().alias("assets"),
            *(pl.col(name).sum() for name in counts),
            pl.col("first").min(),
            pl.col("last").max(),
            pl.col("spacing").median(),
            pl.col("coverage").min().alias("least_coverage"),
            pl.col("coverage").mean(),
            pl.col("longest_gap").max(),
            pl.col("least").min(),
            pl.col("mean").mean(),
            pl.col("most").max(),
        )
        .sort("metric")
    )


def over_time(frame: pl.LazyFrame, cells: int = 200) -> pl.DataFrame:
    """
    Tell which part of the series of each metric is covered, over time.

    Parameters
    ----------
    frame
        Canonical measurements.
    cells
        Into how many equal parts the time of the file is cut, at most.

    Returns
    -------
    DataFrame
        ``time`` (start of a part), ``metric`` and ``coverage`` [1]: the mean, over all series of the metric, of the
        part of the cell that a reading covers; cells in which nothing is covered are zero.
    """
    known = frame.filter(pl.col("value").is_not_null()).sort(*_SERIES, "time")
    ends = known.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).collect().row(0)
    span = round((ends[1] - ends[0]) / timedelta(microseconds=1))
    width = max(round(span / cells), 1)
    step = pl.col("time").shift(-1).over(_SERIES) - pl.col("time")
    since = pl.col("time") - ends[0]
    micros = known.with_columns(start=since.dt.total_microseconds(), step=step.dt.total_microseconds())
    hold = pl.max_horizontal(pl.col("step").median().over(_SERIES) * HOLD_SPACINGS, pl.lit(HOLD_LEAST_S * 1e6))
    held = pl.min_horizontal(pl.col("step").fill_null(0), hold).cast(pl.Int64)
    ended = micros.with_columns(end=pl.col("start") + held).filter(pl.col("end") > pl.col("start"))
    cell = pl.col("cell")
    pieces = ended.with_columns(cell=pl.int_ranges(pl.col("start") // width, (pl.col("end") - 1) // width + 1))
    overlap = pl.min_horizontal("end", (cell + 1) * width) - pl.max_horizontal("start", cell * width)
    covered = pieces.explode("cell").group_by("metric", "cell").agg(covered=overlap.sum())
    counts = known.group_by("metric").agg(series=pl.col("asset").n_unique())
    grid = counts.join(pl.LazyFrame({"cell": range(min(cells, max(-(-span // width), 1)))}), how="cross")
    filled = grid.join(covered, on=["metric", "cell"], how="left").with_columns(
        time=pl.lit(ends[0]) + pl.duration(microseconds=pl.col("cell") * width),
        coverage=(pl.col("covered").fill_null(0) / (pl.col("series") * width)).clip(0.0, 1.0),
    )
    return filled.select("time", "metric", "coverage").sort("metric", "time").collect()


def of_rows(frame: pl.LazyFrame, kind: str) -> pl.DataFrame:
    """
    Tell of each column of a job table or request trace how much of it is told.

    Parameters
    ----------
    frame
        Of the columns of that kind.
    kind
        ``jobs`` or ``requests``.

    Returns
    -------
    DataFrame
        ``column``, ``meaning``, ``told`` [1] (part of the rows), and ``least``, ``mean``, ``most`` of numbers.
    """
    rows = frame.collect()
    told = []
    for name, column in KINDS[kind].items():
        values = rows[name]
        numbers = values if column.dtype == "f64" else pl.Series([], dtype=pl.Float64)
        empty = values.is_null() | (values == "") if column.dtype == "text" else values.is_null()
        share = 1.0 - len(empty.arg_true()) / max(rows.height, 1)
        told.append((name, column.meaning, share, numbers.min(), numbers.mean(), numbers.max()))
    names = {"column": pl.String, "meaning": pl.String, "told": pl.Float64}
    return pl.DataFrame(told, schema={**names, **dict.fromkeys(("least", "mean", "most"), pl.Float64)}, orient="row")
