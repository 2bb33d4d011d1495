"""What a sampled year leaves in its folder: samples, quantiles, and what matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from scenarios.uncertainty import carrying
from scenarios.uncertainty.carrying import SHARES
from scenarios.uncertainty.sampling import Sampled
from twin.arrays import Floats
from twin.metrics import Metric


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
        Flat: ``pue_p10`` and its like, and how often each limit binds.
    """
    made: dict[str, Metric] = {
        f"{name}_{mark}": {"value": value, "unit": sampled.known[name]["unit"]}
        for name in names
        for mark, value in spread(sampled.figures[name]).items()
    }
    return made if sampled.carrying is None else made | carrying.metrics(sampled.carrying)


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
        A row a sample: numbers by their places, each in the unit of its field, figures by their names, then the limits
        that bind.
    """
    drawn = {number.path: sampled.values[:, row] for row, number in enumerate(sampled.numbers)}
    found = () if sampled.carrying is None else sampled.carrying.samples
    bound = {"capacity_bound_by": [each.bound for each in found]} if found else {}
    bound |= {"capacity_up_to_alarms_bound_by": [each.alarmed for each in found]} if found else {}
    return pl.DataFrame(drawn | sampled.figures | bound)


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
    if sampled.carrying is not None:
        made["capacity_uncertainty"] = carrying.table(sampled.carrying)
    for name, frame in made.items():
        frame.write_parquet(folder / f"{name}.parquet")
