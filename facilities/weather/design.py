"""Days that peak at a site's design values: warmest, most humid, coldest, and what comes once in many years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from facilities.quantity import Number
from facilities.schema import Climate, Facility
from facilities.weather.air import STEP, ZERO_CELSIUS, Weather, hour_of_day, local_times, moist
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.site import Floats

BELOW_PEAK = (
    *(0.88, 0.92, 0.95, 0.98, 1.00, 0.98, 0.91, 0.74, 0.55, 0.38, 0.23, 0.13),
    *(0.05, 0.00, 0.00, 0.06, 0.14, 0.24, 0.39, 0.50, 0.59, 0.68, 0.75, 0.82),
)
"""
How far [daily range] a design day lies below its peak at 01:00, 02:00 ... 24:00 (ASHRAE Fundamentals 2009, chapter 14,
table 6, p. 14.11; used by the EnergyPlus Engineering Reference, "Design Day Temperature Calculations").
"""

EXTREME_YEARS = 20.0
"""Years [1] in which an extreme day comes once."""

EULER = 0.5772
"""Euler's constant [1], with the digits of the equation in which it stands."""


class Day(NamedTuple):
    """
    A design day, before it is laid along a run.

    Attributes
    ----------
    about : text
        What it peaks at.
    warmest : [K]
        Highest dry bulb.
    daily_range : [K]
        Highest less lowest dry bulb.
    humidity : tuple of float
        Dry bulb [K] and wet bulb [K] of air as humid as that day's; of a cold day, its dew point twice.
    """

    about: str
    warmest: float
    daily_range: float
    humidity: tuple[float, float]


class Choice(NamedTuple):
    """A kind of design day: what a user reads of it, and what makes it from a site."""

    about: str
    make: Callable[[Facility], Day]


def design_day(facility: Facility, name: str, start: datetime, duration: float) -> Weather:
    """
    Make weather whose every day is a design day.

    Parameters
    ----------
    facility : Facility
        For its climate, pressure and time zone.
    name
        One of `DESIGN_DAYS`.
    start
        Of the run, with its time zone.
    duration : [s]
        Of the run.

    Returns
    -------
    Weather
        Labelled a design day.

    Raises
    ------
    FacilityError
        When the site's climate lacks what the day is made from.
    UnknownNameError
        When there is no such day.

    Notes
    -----
    T = T_max - range * f(hour) with `BELOW_PEAK`, monotone cubics between the hours, local standard time; the range is
    the normal one of the warmest month (of the coldest for cold days). It is less than that of the hottest days, so
    nights are warmer than real ones: on the safe side for a plant. Humidity keeps its value through the day, as in
    EnergyPlus, limited by what the air can hold.

    References
    ----------
    .. [1] ASHRAE Fundamentals 2009, chapter 14; EnergyPlus Engineering Reference, climate calculations
    """
    if name not in DESIGN_DAYS:
        raise UnknownNameError(kind="design day", name=name, known=list(DESIGN_DAYS))
    day = DESIGN_DAYS[name].make(facility)
    pressure = facility.location.pressure.si
    hour = hour_of_day(local_times(start, facility.location.time_zone.si, duration))
    dry = day.warmest - day.daily_range * below_peak(hour)
    air, wet = (np.full(dry.size, value) for value in day.humidity)
    moisture = humidity_ratio_from_wet_bulb(air, wet, pressure)
    label = f"design day of {facility.climate.station}: {day.about}"
    return moist("design day", label, dry, moisture, pressure, STEP)


def below_peak(hour: Floats) -> Floats:
    """
    Give how far a design day lies below its peak, over its range.

    Parameters
    ----------
    hour : (any,) [h]
        Local standard time, from 0 to 24.

    Returns
    -------
    (any,) [1]
        0 at 14:00 and 15:00, 1 at 05:00.
    """
    at = np.arange(-23.0, 49.0)
    return np.asarray(PchipInterpolator(at, np.tile(BELOW_PEAK, 3))(hour), dtype=float)


def return_value(mean: float, deviation: float, years: float) -> float:
    """
    Give the highest temperature of many years.

    Parameters
    ----------
    mean : [K]
        Mean of the highest temperatures of single years.
    deviation : [K]
        Their standard deviation; negative, with the mean of the lowest temperatures, for the lowest of many years.
    years : [1]
        Years in which it is reached once, in the mean; two or more.

    Returns
    -------
    [K]
        Temperature.

    Notes
    -----
    Highest values of years follow Gumbel's distribution: T = mean + F * deviation,
    F = (6^0.5/pi) * -(0.5772 + ln(ln(n/(n-1)))).

    References
    ----------
    .. [1] ASHRAE Fundamentals 2009, chapter 14, equation 1
    """
    factor = -np.sqrt(6.0) / np.pi * (EULER + np.log(np.log(years / (years - 1.0))))
    return float(mean + factor * deviation)


def _given(facility: Facility, *names: str) -> tuple[float, ...]:
    """Give optional numbers of a climate; tell all that are missing."""
    numbers: dict[str, Number | None] = {name: getattr(facility.climate, name) for name in names}
    message = "is missing, and this design day is made from it; add it with its source"
    faults = [Fault(f"climate.{name}", message) for name, number in numbers.items() if number is None]
    if faults:
        raise FacilityError(facility.name, faults)
    return tuple(number.si for number in numbers.values() if number is not None)


def _dry(facility: Facility) -> Day:
    peak = facility.climate.design_dry_bulb
    (wet,) = _given(facility, "coincident_wet_bulb")
    return Day(f"peaks at the design dry bulb, {peak.value}", peak.si, _warm_range(facility.climate), (peak.si, wet))


def _wet(facility: Facility) -> Day:
    peak = facility.climate.design_wet_bulb
    (dry,) = _given(facility, "coincident_dry_bulb")
    return Day(f"peaks at the design wet bulb, {peak.value}", dry, _warm_range(facility.climate), (dry, peak.si))


def _cold(facility: Facility) -> Day:
    (low,) = _given(facility, "design_cold")
    return _coldest(facility.climate, low, f"falls to the design cold, {low - ZERO_CELSIUS:.1f} degC")


def _extreme(facility: Facility) -> Day:
    mean, deviation, wet = _given(facility, "annual_highest", "annual_highest_spread", "coincident_wet_bulb")
    peak = return_value(mean, deviation, EXTREME_YEARS)
    about = f"peaks at the dry bulb of once in {EXTREME_YEARS:g} years, {peak - ZERO_CELSIUS:.1f} degC"
    return Day(about, peak, _warm_range(facility.climate), (facility.climate.design_dry_bulb.si, wet))


def _extreme_wet(facility: Facility) -> Day:
    """Give a day as dry as the wet design day, and as much warmer as its wet bulb is higher."""
    mean, deviation, dry = _given(
        facility, "annual_highest_wet_bulb", "annual_highest_wet_bulb_spread", "coincident_dry_bulb"
    )
    peak = return_value(mean, deviation, EXTREME_YEARS)
    warmest = dry + peak - facility.climate.design_wet_bulb.si
    about = f"peaks at the wet bulb of once in {EXTREME_YEARS:g} years, {peak - ZERO_CELSIUS:.1f} degC"
    return Day(about, warmest, _warm_range(facility.climate), (warmest, peak))


def _extreme_cold(facility: Facility) -> Day:
    mean, deviation = _given(facility, "annual_lowest", "annual_lowest_spread")
    low = return_value(mean, -deviation, EXTREME_YEARS)
    about = f"falls to the dry bulb of once in {EXTREME_YEARS:g} years, {low - ZERO_CELSIUS:.1f} degC"
    return _coldest(facility.climate, low, about)


def _warm_range(climate: Climate) -> float:
    return climate.daily_range.si[int(np.argmax(climate.dry_bulb.si))]


def _coldest(climate: Climate, low: float, about: str) -> Day:
    """Give a day that falls to a temperature, with the dew point of the coldest month where the air can hold it."""
    month = int(np.argmin(climate.dry_bulb.si))
    width, dew = climate.daily_range.si[month], climate.dew_point.si[month]
    return Day(about, low + width, width, (dew, dew))


DESIGN_DAYS: dict[str, Choice] = {
    "design_day": Choice("every day peaks at the site's design dry bulb", _dry),
    "design_day_wet": Choice("every day peaks at the site's design wet bulb", _wet),
    "design_day_cold": Choice("every day falls to the site's design cold", _cold),
    "extreme_day": Choice(f"every day peaks at the dry bulb of once in {EXTREME_YEARS:g} years", _extreme),
    "extreme_day_wet": Choice(f"every day peaks at the wet bulb of once in {EXTREME_YEARS:g} years", _extreme_wet),
    "extreme_day_cold": Choice(f"every day falls to the dry bulb of once in {EXTREME_YEARS:g} years", _extreme_cold),
}
"""Kinds of design days by name."""
