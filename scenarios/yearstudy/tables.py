"""The tables of a year, and its folder."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scenarios.capacity import study as capacity
from scenarios.origins import traced
from twin.closure import cooling_energy
from twin.columns import YEAR

if TYPE_CHECKING:
    from facilities.quantity import Provenance
    from scenarios.yearstudy.study import Found

HOUR = 3600

ASSUMED = "assumed"
"""Basis of a number that nobody has published."""


def numbers(found: Found) -> list[Provenance]:
    """
    List every number that a year stands on.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    list of Provenance
        Of the site, of its jobs' traces, and of the unit costs in use.
    """
    costs = [] if found.accounts is None else found.accounts.numbers()
    return [*found.facility.assumptions(), *traced(found.stretches[-1].load.parameters), *costs]


def hours(found: Found) -> pl.DataFrame:
    """
    Give a year hour by hour.

    Parameters
    ----------
    found
        The year.

    Returns
    -------
    frame
        8,760 rows of the columns in `twin.columns.YEAR`; means of the hour, and the highest step where it says so.
    """
    series, span = found.series, found.span
    powers, many = series.powers, HOUR // span.step
    losses = sum(np.sum(part, axis=tuple(range(np.ndim(part) - 1))) for part in _losses(powers))
    means: dict[str, Any] = {
        "it_power_w": powers.racks,
        "accelerator_power_w": powers.accelerators,
        "rack_loss_power_w": powers.rack_losses,
        "loss_power_w": losses,
        "cooling_power_w": cooling_energy(powers),
        "house_power_w": powers.house,
        "facility_power_w": powers.connection,
        "chiller_power_w": powers.chillers,
        "heat_delivered_w": powers.delivered,
        "water_use_kg_s": powers.make_up,
        "evaporation_kg_s": powers.evaporation,
        "dry_bulb_temp_k": series.dry_bulb,
        "wet_bulb_temp_k": series.wet_bulb,
        "mechanical_share": series.mechanical,
    }
    highest = {
        "facility_power_max_w": powers.connection,
        "coolant_supply_temp_max_k": series.coolant,
        "rack_air_temp_max_k": series.air,
        "chip_temp_max_k": series.worst,
        "supply_short_share": series.short,
    }
    start = span.start
    columns = {"time": [start + timedelta(hours=hour) for hour in range(span.steps // many)]}
    whole: dict[str, Any] = {name: np.asarray(values).reshape(-1, many).mean(axis=1) for name, values in means.items()}
    whole |= {name: np.asarray(values).reshape(-1, many).max(axis=1) for name, values in highest.items()}
    whole["chip_margin_min_k"] = series.margin.reshape(-1, many).min(axis=1)
    whole["pue"] = whole["facility_power_w"] / whole["it_power_w"]
    return pl.DataFrame(columns | whole).select(list(YEAR)).with_columns(pl.col("time").cast(pl.Datetime("us")))


def _losses(powers: Any) -> tuple[Any, ...]:  # noqa: ANN401 (energies of arrays)
    return powers.hall_losses, powers.mechanical_losses, powers.common_losses


def months(table: pl.DataFrame) -> pl.DataFrame:
    """
    Add up the hours of each month.

    Parameters
    ----------
    table
        From `hours`.

    Returns
    -------
    frame
        Twelve rows: energies, PUE and WUE of their sums, peaks, water and means of the air.
    """
    joules = [name for name in table.columns if name.endswith("_w") and "_max_" not in name]
    sums = [
        (pl.col(name).sum() * HOUR).alias(f"{name.removesuffix('_w').replace('_power', '')}_energy_j")
        for name in joules
    ]
    added = (
        table.group_by(pl.col("time").dt.month().alias("month"))
        .agg(
            *sums,
            (pl.col("water_use_kg_s").sum() * HOUR).alias("water_use_kg"),
            (pl.col("evaporation_kg_s").sum() * HOUR).alias("evaporation_kg"),
            pl.col("facility_power_max_w").max(),
            pl.col("dry_bulb_temp_k").mean(),
            pl.col("wet_bulb_temp_k").mean(),
            pl.col("dry_bulb_temp_k").max().alias("dry_bulb_temp_max_k"),
            (pl.col("mechanical_share") > 0.0).sum().cast(pl.Float64).alias("chillers_h"),
        )
        .sort("month")
    )
    it = pl.col("it_energy_j")
    return added.with_columns(
        pue=pl.col("facility_energy_j") / it,
        wue_l_kwh=pl.col("water_use_kg") / (it / 3.6e6),
    )


def write(found: Found, manifest: dict[str, Any], folder: Path) -> None:
    """
    Write the tables, figures and manifest of a year.

    Parameters
    ----------
    found
        The year.
    manifest
        What it was made from.
    folder
        An empty folder.
    """
    figures = found.figures
    if found.sampled is not None:
        from scenarios.uncertainty import tables

        tables.write(found.sampled, folder)
        figures = figures | tables.metrics(found.sampled, list(found.sampled.figures))
    table = hours(found)
    frames = {"hours": table, "months": months(table), "extremes": found.extremes}
    if found.capacity is not None:
        frames["capacity"] = capacity.table(found.capacity)
    if found.accounts is not None:
        made = found.accounts
        frames |= {"supply": made.hours, "accounts": made.months, "costs": pl.DataFrame(made.items, strict=False)}
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    for name, content in (("manifest", manifest), ("metrics", figures)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
