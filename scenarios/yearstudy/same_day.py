"""
A day of a site twice: replayed second by second, and at rest in the steps of a year: the year's error.

A year has no start. A replay has: it begins where the site settles at the load of its first second, and ends with heat
in chips and water that it did not have then. So the day is taken as periodic, as is usual for design days of buildings:
its load and weather are those of every day, and the replay runs in on the end of the day before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from facilities import Facility, build
from facilities.weather import Weather
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
from twin.site import Loops, Site
from twin.workload import LoadTable
from twin.year import series, work
from twin.year.plan import plan

RUN_IN = 3600
"""
Time [s] of the day before that is replayed first: chips, coolant and water forget what they began with in minutes, and
chillers and coolers make up their minds within their dwells.
"""


PARTS = ("chillers", "pumps", "coolant")
"""What follows the load late in a replay, and moves the supply of racks."""

AT_ONCE = 1e-3
"""Time [s] of what follows at once."""

HELD = 100.0
"""
By how much [1] more heat the coolant ahead of racks holds where it is to be held, and by how much valves answer more
and move faster: the same control of a hundredth of the deviation.
"""


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
    run_in: int = RUN_IN,
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
    run_in : [s]
        Of the same time that is replayed before it: its end, again.

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
    replayed = _replayed(built, table, air, start, duration, min(run_in, duration))
    asked, works = work.of_table(built, table, step, duration // step, groups)
    many = round(step / air.step)
    pressure = float(air.pressure.mean())
    weather = series.Weather(_means(air.dry_bulb, many), _means(air.wet_bulb, many), pressure)
    found = series.run(plan(built, asked, pressure), works, weather)
    return Both(replayed, series.energies(found, float(step)))


def at_once(site: Site, parts: Collection[str] = PARTS) -> Site:
    """
    Give a site whose plant follows its load at once.

    Parameters
    ----------
    site : Site
        A site.
    parts : collection of text
        Of `PARTS`, those that do.

    Returns
    -------
    Site
        The same with one chiller a loop that starts, loads and stops as it is wanted, and no dwells; with pumps that
        follow valves within a moment; with coolant whose temperature hardly moves. A year at rest takes all of it for
        granted, so that what it still misses of a replay of such a site is its own error.
    """
    if "chillers" in parts:
        site = site._replace(loops=_prompt(site.loops))
    if "pumps" in parts:
        pumps = site.loops.pumps
        prompt = pumps._replace(time_constant=np.full_like(pumps.time_constant, AT_ONCE))
        site = site._replace(loops=site.loops._replace(pumps=prompt))
    if "coolant" in parts:
        held = site.cdus._replace(
            supply_capacity=HELD * site.cdus.supply_capacity,
            valve_gain=HELD * site.cdus.valve_gain,
            valve_stroke_time=site.cdus.valve_stroke_time / HELD,
        )
        site = site._replace(cdus=held)
    return site


def _prompt(loops: Loops) -> Loops:
    """Give loops with one chiller each that comes at once."""
    units = loops.chillers
    whole = np.where(loops.chiller_capacity > 0.0, loops.chiller_capacity, units.unit_capacity)
    none = np.zeros_like(whole)
    fits = units.machines._replace(capacity=units.machines.capacity * whole / units.unit_capacity)
    one = units._replace(machines=fits, unit_capacity=whole, ramp=none + 1.0 / AT_ONCE, least_run=none, least_off=none)
    return loops._replace(chillers=one, dwell=none)


def _replayed(site: Site, load: LoadTable, air: Weather, start: datetime, duration: int, run_in: int) -> Energies:
    """Replay a time after its own end: all of it, less the same run-in alone."""
    before, begin = round(run_in / air.step), start - timedelta(seconds=run_in)
    dry, wet, pressure = (
        np.concatenate([part[-1 - before : -1], part]) for part in (air.dry_bulb, air.wet_bulb, air.pressure)
    )
    length = (np.diff(load.trace_start) * load.trace_step)[load.trace]
    earlier = load._replace(offset=np.mod(load.offset - run_in, length), end=load.end + run_in)
    curve = response.cached(site.connection)

    def until(end: int) -> Energies:
        inputs = simulate.Inputs(begin, end, air.step, dry, wet, (), pressure=pressure)
        return simulate.run(site, earlier, inputs, curve).energies

    whole = until(run_in + duration)
    return whole if run_in == 0 else _less(whole, until(run_in))


def _less(whole: Energies, part: Energies) -> Energies:
    parts: dict[str, Any] = {name: getattr(whole, name) - getattr(part, name) for name in Energies._fields}
    return Energies(**parts)


def _means(values: Floats, many: int) -> Floats:
    """Give the means of steps of so many values each, linear between them."""
    between = 0.5 * (values[1:] + values[:-1])
    return np.asarray(between.reshape(-1, many).mean(axis=1), dtype=float)
