"""Weather made from a site's monthly normals: calm days, or a year whose days differ from one another."""

from __future__ import annotations

import calendar
from datetime import datetime
from itertools import accumulate

import numpy as np
from scipy.interpolate import PchipInterpolator

from facilities.schema import Facility
from facilities.weather.air import (
    HOUR_SECONDS,
    HOURS,
    STEP,
    Times,
    Weather,
    hour_of_day,
    local_times,
    moist,
    part_of_year,
)
from twin.cooling.psychrometrics import humidity_ratio_from_dew_point
from twin.errors import FacilityError, Fault
from twin.site import Floats

COLDEST_HOUR, WARMEST_HOUR = 6.0, 15.5
"""Hours of the coldest and the warmest instant of a synthetic day, local standard time; as in NREL TMY3's means."""

DAYS = 365
"""Days of a year without 29 February."""

PERSISTENCE = 0.6
"""
Correlation [1] of the deviations of one noon and the next. Means of successive days then correlate by 0.67 about the
month's own mean, as those of eleven NREL TMY3 stations of the eastern United States do: 0.58 to 0.71.
"""

DAY_OF_NOONS = (1.0 / 8.0, 3.0 / 4.0, 1.0 / 8.0)
"""Parts [1] that the noon before, a day's own and the next have in the day's mean: deviations are linear in between."""

DEW_RATIO, DEW_CORRELATION = 1.2, 0.8
"""
Spread of a day's dew point over that of its dry bulb, and their correlation [1]: means of the same stations.
"""


def synthetic(facility: Facility, start: datetime, duration: float, seed: int | None = None) -> Weather:
    """
    Make weather from a site's monthly normals.

    Parameters
    ----------
    facility : Facility
        For its normals, pressure and time zone.
    start
        Of the run, with its time zone.
    duration : [s]
        Of the run.
    seed : int, optional
        Of the deviations from day to day; without it each day is as the normals say.

    Returns
    -------
    Weather
        Labelled synthetic.

    Raises
    ------
    FacilityError
        When a seed is given and the site does not say how days differ.

    Notes
    -----
    Monthly means and daily ranges follow monotone cubics through the middles of the months; within a day temperature
    goes along half cosines from `COLDEST_HOUR` to `WARMEST_HOUR` and back, which keeps the mean. The dew point does not
    change within a day but for the deviations, and never passes the dry bulb; so the wet bulb moves with the dry bulb.

    With a seed, a deviation is added: a normal first-order autoregressive series from noon to noon, linear between,
    moved and scaled in each month so that its days have no deviation on average and the site's `day_to_day` spread:
    the month is as warm as its normal, whatever the seed. The dew point's has `DEW_RATIO` times it and correlates with
    it by `DEW_CORRELATION`. There are no fronts, clouds or seasons of one year that are warmer than another's, and the
    tails are those of a normal distribution: it is no source of design days, and extremes of one year with one seed
    mean nothing.
    """
    local = local_times(start, facility.location.time_zone.si, duration)
    return _air(facility, local, STEP, seed)


def year(facility: Facility, seed: int | None = None, step: float = HOUR_SECONDS) -> Weather:
    """
    Make a whole year from a site's monthly normals.

    Parameters
    ----------
    facility : Facility
        As of `synthetic`.
    seed : int, optional
        As of `synthetic`.
    step : [s]
        Time between values.

    Returns
    -------
    Weather
        A year without 29 February from its first midnight, local standard time; 8,760 values where the step is an hour.
    """
    local = np.datetime64("2001-01-01T00:00:00", "s") + (np.arange(0.0, HOURS * HOUR_SECONDS, step)).astype("m8[s]")
    return _air(facility, local, step, seed)


def day_shape(hour: Floats) -> Floats:
    """
    Give the deviation of temperature from the day's mean, over half the daily range.

    Parameters
    ----------
    hour : (any,) [h]
        Local standard time, from 0 to 24.

    Returns
    -------
    (any,) [1]
        -1 at `COLDEST_HOUR`, 1 at `WARMEST_HOUR`.
    """
    rising = WARMEST_HOUR - COLDEST_HOUR
    since_coldest = np.mod(hour - COLDEST_HOUR, 24.0)
    up = -np.cos(np.pi * since_coldest / rising)
    down = np.cos(np.pi * (since_coldest - rising) / (24.0 - rising))
    return np.where(since_coldest < rising, up, down)


def along_year(months: tuple[float, ...], place: Floats) -> Floats:
    """
    Interpolate monthly means, round the turn of the year.

    Parameters
    ----------
    months : (12,) [1]
        Means, January first; any unit.
    place : (sample,) [1]
        Part of the year.

    Returns
    -------
    (sample,) [1]
        On a monotone cubic through the middles of the months, in the unit of the means.
    """
    lengths = np.array([calendar.monthrange(2001, month)[1] for month in range(1, 13)]) / DAYS
    middles = np.cumsum(lengths) - 0.5 * lengths
    at = np.concatenate([middles - 1.0, middles, middles + 1.0])
    return np.asarray(PchipInterpolator(at, np.tile(months, 3))(place), dtype=float)


def _air(facility: Facility, local: Times, step: float, seed: int | None) -> Weather:
    climate, pressure = facility.climate, facility.location.pressure.si
    place = part_of_year(local)
    shape = day_shape(hour_of_day(local))
    dry = along_year(climate.dry_bulb.si, place) + 0.5 * along_year(climate.daily_range.si, place) * shape
    dew = along_year(climate.dew_point.si, place)
    label = f"synthetic, from monthly normals of {climate.station}"
    if seed is not None:
        warmer, moister = _deviations(seed, place)
        spread = along_year(_day_to_day(facility), place)
        dry, dew = dry + spread * warmer, dew + DEW_RATIO * spread * moister
        label = f"{label}, with day-to-day deviations of seed {seed}"
    moisture = humidity_ratio_from_dew_point(np.minimum(dew, dry), pressure)
    return moist("synthetic", label, dry, moisture, pressure, step)


def _day_to_day(facility: Facility) -> tuple[float, ...]:
    given = facility.climate.day_to_day
    if given is None:
        message = "is missing, and a synthetic year is made from it; add the spread of daily means in each month"
        raise FacilityError(facility.name, [Fault("climate.day_to_day", message)])
    return given.si


def _deviations(seed: int, place: Floats) -> tuple[Floats, Floats]:
    """Give deviations of dry bulb and dew point, (sample,) [1] each; days of a month: mean zero, spread one."""
    noise = np.random.default_rng(seed).standard_normal((2, DAYS))
    own = DEW_CORRELATION * noise[0] + np.sqrt(1.0 - DEW_CORRELATION**2) * noise[1]
    at = place * DAYS - 0.5
    series = (_month_by_month(_persistent(noise[0])), _month_by_month(_persistent(own)))
    warmer, moister = (np.interp(at, np.arange(DAYS), noons, period=DAYS) for noons in series)
    return warmer, moister


def _persistent(noise: Floats) -> Floats:
    """Give a first-order autoregressive series that closes round the year, from independent numbers."""
    twice = accumulate(np.concatenate([noise, noise]), lambda before, new: PERSISTENCE * before + new, initial=0.0)
    return np.fromiter(twice, dtype=float)[-noise.size :]


def _month_by_month(noons: Floats) -> Floats:
    """Move and scale the noons of each month so that the means of its days are zero in the mean and spread by one."""
    before, own, after = DAY_OF_NOONS
    days = before * np.roll(noons, 1) + own * noons + after * np.roll(noons, -1)
    lengths = [calendar.monthrange(2001, month)[1] for month in range(1, 13)]
    month = np.repeat(np.arange(12), lengths)
    mean = np.bincount(month, days) / lengths
    spread = np.sqrt(np.bincount(month, (days - mean[month]) ** 2) / lengths)
    return (noons - mean[month]) / spread[month]
