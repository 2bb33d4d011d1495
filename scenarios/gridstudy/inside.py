"""The site behind its point of connection: the campus network, and what the site can leave to the grid."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from facilities.schema import Facility
from scenarios import study
from scenarios.gridstudy import campus, flexibility
from scenarios.gridstudy.campus import Below
from scenarios.gridstudy.flexibility import STEP, TAIL, Measure
from twin.errors import InputError, StateError
from twin.run import Made
from twin.site import Floats, Site


class Inside(NamedTuple):
    """
    What one replay, from full load through caps to a pause, tells of the site.

    Attributes
    ----------
    below : Below
        Its campus network at full load.
    measures : tuple of Measure
        What it can leave to the grid.
    """

    below: Below
    measures: tuple[Measure, ...]


def inside(facility: Facility, site: Site) -> tuple[Inside | None, str]:
    """
    Study a site behind its point of connection.

    Parameters
    ----------
    facility
        The site.
    site
        As built from it.

    Returns
    -------
    Inside or none
        Both; none where the site cannot be replayed, or its campus has no power flow.
    text
        Why there is none; empty where there is.
    """
    try:
        made = study.tried(facility, flexibility.scenario())
        halls, plant = _full_load(made, site)
        below = campus.study(facility, site, halls, plant)
    except (InputError, StateError) as error:
        return None, f"The site cannot be replayed at full load: {error}."
    return Inside(below, flexibility.measures(facility, site, made)), ""


def _full_load(made: Made, site: Site) -> tuple[Floats, float]:
    """Mean power of each hall's racks, and of all cooling, before the first cap [W]."""
    start = pl.col("time").min()
    before = pl.col("time").is_between(
        start + pl.duration(seconds=STEP - TAIL), start + pl.duration(seconds=STEP), closed="left"
    )
    halls = made.tables["halls"].filter(before).group_by("hall").agg(pl.col("it_power_w").mean()).collect()
    by_name = dict(halls.iter_rows())
    plant = made.tables["site"].filter(before).select(pl.col("cooling_power_w").mean()).collect().item()
    power = pl.Series([by_name[name] for name in site.halls.name], dtype=pl.Float64).to_numpy()
    return power, float(plant)


def tables(found: Inside | None) -> dict[str, pl.DataFrame]:
    """
    Give the chapter's tables by name.

    Parameters
    ----------
    found
        The chapter.

    Returns
    -------
    dict
        In SI, with units in the columns' names; none without the chapter.
    """
    if found is None:
        return {}
    return {
        "campus": found.below.normal,
        "campus_places": found.below.places,
        "campus_outages": found.below.outages,
        "motor_starts": found.below.motors,
        "flexibility": flexibility.table(found.measures),
    }
