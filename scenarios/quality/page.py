"""How good a telemetry file is, as a page; with a run, also where model and meter part."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scenarios.page import lines, pages
from scenarios.page.lines import PERCENT
from scenarios.page.quantities import MISSING, count, duration, quantity, share
from scenarios.page.shown import Shown
from scenarios.page.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, Chart, Line
from scenarios.report.page import comparisons
from telemetry import Reading, quality
from telemetry.formats import FORMATS
from twin.columns import KINDS, METRICS

if TYPE_CHECKING:
    from twin.run import Run

MOST_SERIES = 40
"""Series that are listed, the worst covered first."""

FAULTS = ("Missing", "Held", "Suspect", "Out of range", "Begun anew")
"""Heads of columns that count what is wrong with readings."""

MASKS = frozenset({"accelerator_clock_events"})
"""Metrics of which a mean says nothing."""

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, GREY)
_TIME = "%Y-%m-%d %H:%M:%S"


def write(reading: Reading, path: Path, run: Run | None = None) -> Path:
    """
    Write the page.

    Parameters
    ----------
    reading
        Telemetry.
    path
        File to write; what stands there is replaced once the page is whole.
    run
        A replay that followed this telemetry.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    return pages.save(page(reading, run), path, "page")


def page(reading: Reading, run: Run | None = None) -> str:
    """
    Give the page: HTML that needs no other file and no network.

    Parameters
    ----------
    reading
        Telemetry.
    run
        A replay that followed it.

    Returns
    -------
    text
        The whole file.
    """
    measured = reading.kind == "measurements"
    series = quality.of_series(reading.frame) if measured else pl.DataFrame()
    compared = [] if run is None else comparisons(run.manifest.get("comparisons", []))
    return pages.html(
        "quality.html.j2",
        metadata.version("gigatwin"),
        {"coverage": _chart(reading)} if measured else {},
        reading=reading,
        known_by=FORMATS[reading.format].known_by,
        rows=reading.frame.select(pl.len()).collect().item(),
        tables=[metrics(series), listed(series)] if measured else [columns(reading)],
        compared=compared,
        run="" if run is None else str(run.folder),
    )


def metrics(series: pl.DataFrame) -> Shown:
    """
    Show what was measured.

    Parameters
    ----------
    series
        As `telemetry.quality.of_series` gives it.

    Returns
    -------
    Shown
        A row a metric.
    """
    heads: tuple[str, ...] = ("Metric", "Assets", "Readings", "Spacing", "Coverage", "Least", "Gaps", "Longest")
    heads += (*FAULTS, "Lowest", "Mean", "Highest")
    rows = tuple(_metric_row(row) for row in quality.of_metrics(series).iter_rows(named=True))
    return _without_zeros(Shown("What was measured", heads, rows, tuple(range(1, len(heads)))))


def _without_zeros(whole: Shown) -> Shown:
    """Tell in the caption what no series has, in the place of columns of noughts."""
    clean = [n for n, head in enumerate(whole.heads) if head in FAULTS and all(row[n] == "0" for row in whole.rows)]
    if not clean:
        return whole
    kept = [n for n in range(len(whole.heads)) if n not in clean]
    return Shown(
        f"{whole.caption}; nothing {', '.join(whole.heads[n].lower() for n in clean)}",
        tuple(whole.heads[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in whole.rows),
        tuple(place for place, n in enumerate(kept) if n in whole.numeric),
    )


def _metric_row(row: dict[str, Any]) -> tuple[str, ...]:
    unit = METRICS[row["metric"]].unit.replace("1", "")
    return (
        METRICS[row["metric"]].meaning,
        count(row["assets"]),
        count(row["readings"]),
        *_times(row),
        share(row["least_coverage"]),
        *_marks(row),
        quantity(row["least"], unit),
        MISSING if row["metric"] in MASKS else quantity(row["mean"], unit),
        quantity(row["most"], unit),
    )


def _times(row: dict[str, Any]) -> tuple[str, str]:
    return MISSING if row["spacing"] is None else duration(row["spacing"]), share(row["coverage"])


def _marks(row: dict[str, Any]) -> tuple[str, ...]:
    longest = duration(row["longest_gap"]) if row["longest_gap"] else MISSING
    counts = (count(row[name]) for name in ("missing", "estimated", "suspect", "outside", "resets"))
    return count(row["gaps"]), longest, *counts


def listed(series: pl.DataFrame) -> Shown:
    """
    Show the series that are covered worst.

    Parameters
    ----------
    series
        As `telemetry.quality.of_series` gives it.

    Returns
    -------
    Shown
        A row a series.
    """
    heads: tuple[str, ...] = ("Asset", "Metric", "Readings", "From", "To", "Spacing", "Coverage", "Gaps", "Longest")
    heads += FAULTS
    worst = series.sort(
        "coverage", pl.col("missing") + pl.col("suspect"), descending=[False, True], maintain_order=True
    )
    rows = tuple(
        (
            row["asset"],
            row["metric"],
            count(row["readings"]),
            *(MISSING if row[name] is None else f"{row[name]:{_TIME}}" for name in ("first", "last")),
            *_times(row),
            *_marks(row),
        )
        for row in worst.head(MOST_SERIES).iter_rows(named=True)
    )
    more = f"; {MOST_SERIES} of {series.height:,}" if series.height > MOST_SERIES else ""
    return _without_zeros(Shown(f"Series, the worst covered first{more}", heads, rows, (2, *range(5, len(heads)))))


def columns(reading: Reading) -> Shown:
    """
    Show how much of a job table or request trace is told.

    Parameters
    ----------
    reading
        Of jobs or requests.

    Returns
    -------
    Shown
        A row a column.
    """
    rows = tuple(
        (
            row["column"],
            row["meaning"],
            share(row["told"]),
            *(
                quantity(row[name], KINDS[reading.kind][row["column"]].unit.replace("1", ""))
                for name in ("least", "mean", "most")
            ),
        )
        for row in quality.of_rows(reading.frame, reading.kind).iter_rows(named=True)
    )
    heads = ("Column", "Meaning", "Told", "Lowest", "Mean", "Highest")
    return Shown(f"What the {reading.kind} tell", heads, rows, (2, 3, 4, 5))


def _chart(reading: Reading) -> Chart:
    over = quality.over_time(reading.frame)
    figure = lines.over_time(260)
    names = over["metric"].unique(maintain_order=True).to_list()
    for place, name in enumerate(names):
        line = Line("coverage", name, _COLOURS[place % len(_COLOURS)])
        lines.add_line(figure, over.filter(pl.col("metric") == name), line, PERCENT)
    lines.name_y(figure, "Covered, %", zero=True)
    caption = (
        "Part of the time, in the mean of a metric's series, for which a reading holds: until the next, and no longer "
        "than three usual spacings (at least 10 s)."
    )
    return lines.chart("Coverage over time", caption, figure)
