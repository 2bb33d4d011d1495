"""A day of a site twice: replayed second by second, and at rest in the steps of a year: the year's error."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np

from facilities import Facility, build
from scenarios import schema
from scenarios.asked.machines import machines
from scenarios.asked.placement import Clock, load_table
from scenarios.outdoors import outdoors
from scenarios.setting import DEFAULT
from scenarios.yearstudy.workload import GROUPS
from twin import simulate
from twin.arrays import Floats
from twin.grid import response
from twin.record import Energies
from twin.site import Site
from twin.year import series, work
from twin.year.plan import plan


class Both(NamedTuple):
    """
    A day twice.

    Attributes
    ----------
    replayed, at_rest : Energies
        Of the replay, and of the steps of a year.
    """

    replayed: Energies
    at_rest: Energies

    def error(self, name: str) -> float:
        """Give the relative error of an energy."""
        there, here = (float(np.sum(getattr(part, name))) for part in self)
        return here / there - 1.0


def same_day(
    facility: Facility,
    start: datetime,
    duration: int = 86400,
    step: int = 3600,
    site: Site | None = None,
    groups: int = GROUPS,
) -> Both:
    """
    Solve the same time of a site twice, under one load and one weather.

    Parameters
    ----------
    facility
        The site.
    start
        Of that time, UTC.
    duration : [s]
        Its length: whole steps.
    step : [s]
        Of the year.
    site
        The site, built; from the facility without it.
    groups : [1]
        Groups of levels within a step.

    Returns
    -------
    Both
        Energies of each.
    """
    built = build.site(facility) if site is None else site
    scenario = schema.load(facility.scenario or DEFAULT)
    parts = machines(facility, built)
    table = load_table(built, scenario.jobs, {}, Clock(start, duration), scenario.seed, parts).table
    air = outdoors(facility, None, None, start, duration)
    inputs = simulate.Inputs(start, duration, air.step, air.dry_bulb, air.wet_bulb, (), pressure=air.pressure)
    replayed = simulate.run(built, table, inputs, response.cached(built.connection)).energies
    asked, works = work.of_table(built, table, step, duration // step, groups)
    many = round(step / air.step)
    pressure = float(air.pressure.mean())
    weather = series.Weather(_means(air.dry_bulb, many), _means(air.wet_bulb, many), pressure)
    found = series.run(plan(built, asked, pressure), works, weather)
    return Both(replayed, series.energies(found, float(step)))


def _means(values: Floats, many: int) -> Floats:
    """Give the means of steps of so many values each, linear between them."""
    between = 0.5 * (values[1:] + values[:-1])
    return np.asarray(between.reshape(-1, many).mean(axis=1), dtype=float)
