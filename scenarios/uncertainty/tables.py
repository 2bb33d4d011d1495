"""What a sampled year leaves in its folder: samples, quantiles, and what matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from scenarios.uncertainty.sampling import Sampled
from twin.arrays import Floats
from twin.metrics import Metric

SHARES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""Part of the samples that lies below each quantile."""


def spread(values: Floats) -> dict[str, float]:
    """
    Give the quantiles of one figure.

    Parameters
    ----------
    values : (sample,)
        Of each year; NaN where it has not the figure.

    Returns
    -------
    dict of text to float
        By the names of `SHARES`, in the figure's unit.
    """
    return {mark: float(np.nanquantile(values, share)) for mark, share in SHARES.items()}


def quantiles(sampled: Sampled) -> pl.DataFrame:
    """
    Give the quantiles of each figure.

    Parameters
    ----------
    sampled
        The samples.

    Returns
    -------
    frame
        A row a figure: its unit, what it is of the site as its file has it, P10, P50 and P90, and the largest
        difference of a carried year from the whole one. Samples in which a figure is missing are left out.
    """
    rows = [
        {
            "figure": name,
            "unit": sampled.known[name]["unit"],
            "as_given": sampled.known[name]["value"],
            **spread(values),
            "largest_error": sampled.missed.get(name),
        }
        for name, values in sampled.figures.items()
    ]
    numbers = dict.fromkeys(("as_given", *SHARES, "largest_error"), pl.Float64)
    return pl.DataFrame(rows, schema={"figure": pl.String, "unit": pl.String, **numbers})


def metrics(sampled: Sampled, names: list[str]) -> dict[str, Metric]:
    """
    Give quantiles as figures.

    Parameters
    ----------
    sampled
        The samples.
    names
        Of the figures.

    Returns
    -------
    dict of text to Metric
        Flat: ``pue_p10`` and its like.
    """
    return {
        f"{name}_{mark}": {"value": value, "unit": sampled.known[name]["unit"]}
        for name in names
        for mark, value in spread(sampled.figures[name]).items()
    }


def importance(sampled: Sampled) -> pl.DataFrame:
    """
    Give how much each number matters to each figure that changes.

    Parameters
    ----------
    sampled
        The samples.

    Returns
    -------
    frame
        Figure, place of the number, rank correlation, whether more than chance tells it, and the figure with this
        number alone at its least and its most, where that was solved.
    """
    swings = {swing.number: swing for swing in sampled.swings}
    rows = [
        {
            "figure": name,
            "path": number.path,
            "rank_correlation": float(correlation[row]),
            "told": bool(abs(correlation[row]) > sampled.told),
            "at_least": swings[row].low.get(name) if row in swings else None,
            "at_most": swings[row].high.get(name) if row in swings else None,
        }
        for name, correlation in sampled.correlation.items()
        for row, number in enumerate(sampled.numbers)
    ]
    schema = {"figure": pl.String, "path": pl.String, "rank_correlation": pl.Float64, "told": pl.Boolean}
    return pl.DataFrame(rows, schema=schema | {"at_least": pl.Float64, "at_most": pl.Float64})


def samples(sampled: Sampled) -> pl.DataFrame:
    """
    Give every sample.

    Parameters
    ----------
    sampled
        The samples.

    Returns
    -------
    frame
        A row a sample: numbers by their places, each in the unit of its field, then figures by their names.
    """
    drawn = {number.path: sampled.values[:, row] for row, number in enumerate(sampled.numbers)}
    return pl.DataFrame(drawn | sampled.figures)


def write(sampled: Sampled, folder: Path) -> None:
    """
    Write the tables of a sampled year.

    Parameters
    ----------
    sampled
        The samples.
    folder
        Of the year.
    """
    made = {"uncertainty": quantiles(sampled), "importance": importance(sampled), "samples": samples(sampled)}
    for name, frame in made.items():
        frame.write_parquet(folder / f"{name}.parquet")
