"""A site on its extreme days: what it draws, and what it cannot hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from facilities import Facility
from facilities.weather import DESIGN_DAYS
from scenarios.yearstudy import outdoors
from scenarios.yearstudy.workload import Span, Year
from twin.errors import StateError
from twin.site import Site
from twin.year import series
from twin.year.plan import plan
from twin.year.work import taken

COLUMNS = {
    "day": pl.String,
    "about": pl.String,
    "says": pl.String,
    "dry_bulb_max_k": pl.Float64,
    "dry_bulb_min_k": pl.Float64,
    "wet_bulb_max_k": pl.Float64,
    "it_power_w": pl.Float64,
    "facility_power_max_w": pl.Float64,
    "pue_max": pl.Float64,
    "water_flow_max_kg_s": pl.Float64,
    "coolant_supply_temp_max_k": pl.Float64,
    "rack_air_temp_max_k": pl.Float64,
    "chip_margin_min_k": pl.Float64,
    "compute_lost_chip_h": pl.Float64,
    "supply_not_held_h": pl.Float64,
}
"""Columns of the table of extreme days."""


def table(facility: Facility, site: Site, load: Year, span: Span) -> pl.DataFrame:
    """
    Solve each extreme day of a site at the busiest step of its year.

    Parameters
    ----------
    facility : Facility
        For its climate.
    site : Site
        The same, built.
    load : Year
        What its racks are asked through the year.
    span : Span
        The year's steps.

    Returns
    -------
    frame
        A row a day, of `COLUMNS`; one that the plant cannot carry, or that the climate lacks numbers for, says so.
    """
    rows = []
    busiest = _busiest(load)
    for name, air in outdoors.extremes(facility, span):
        row: dict[str, Any] = {"day": name, "about": DESIGN_DAYS[name].about}
        if air is None:
            rows.append(row | {"says": "the site's climate lacks what this day is made from"})
            continue
        try:
            rows.append(row | _figures(site, load, busiest, air, span.step))
        except StateError as error:
            rows.append(row | {"says": str(error)})
    return pl.DataFrame(rows, schema=COLUMNS)


def _busiest(load: Year) -> int:
    """Give the step of the year in which most is asked, by the mean sample of each work and its racks' scale."""
    asked, works = load.asked, load.works
    scale = np.bincount(asked.work, asked.accelerator_scale + asked.host_scale, works.synchronous.size)
    return int(np.argmax(np.einsum("w,wtn,wtn->t", scale, works.level, works.weight)))


def _figures(site: Site, load: Year, busiest: int, air: outdoors.Air, step: int) -> dict[str, Any]:
    count = air.means.dry_bulb.size
    steady = taken(load.works, np.full(count, busiest))
    found = series.run(plan(site, load.asked, air.means.pressure), steady, air.means)
    figures = series.figures(found, float(step), site.chain)
    coolant = figures.get("coolant_supply_temp_max")
    return {
        "says": "",
        "dry_bulb_max_k": float(air.means.dry_bulb.max()),
        "dry_bulb_min_k": float(air.means.dry_bulb.min()),
        "wet_bulb_max_k": float(air.means.wet_bulb.max()),
        "it_power_w": figures["it_power_mean"]["value"],
        "facility_power_max_w": figures["facility_power_peak"]["value"],
        "pue_max": figures["pue_highest"]["value"],
        "water_flow_max_kg_s": figures["water_flow_peak"]["value"],
        "coolant_supply_temp_max_k": None if coolant is None else coolant["value"],
        "rack_air_temp_max_k": figures["rack_air_temp_max"]["value"],
        "chip_margin_min_k": figures["chip_margin_min"]["value"],
        "compute_lost_chip_h": figures["compute_lost"]["value"],
        "supply_not_held_h": figures["supply_not_held_time"]["value"],
    }
