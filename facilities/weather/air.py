"""Outdoor air along a run, and the calendar by which all kinds of weather are read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling.psychrometrics import wet_bulb
from twin.site import Floats

STEP = 60.0
"""Time between values [s]: the longest step of a run."""

HOURS = 8760
"""Hours of a year without 29 February."""

FEBRUARY_END = 59
"""Day of the year after 28 February, from zero."""

ZERO_CELSIUS = 273.15
HOUR_SECONDS = 3600.0

Kind = Literal["synthetic", "design day", "weather file", "measured"]
KINDS: dict[Kind, str] = {
    "synthetic": "No day that ever was; it holds no extremes.",
    "design day": "A made extreme; it says nothing of usual days.",
    "weather file": "Hours as measured at the station; a typical year understates extremes.",
    "measured": "Measured at the site with its load.",
}
"""Kinds of weather, and what each can claim."""

Times = npt.NDArray[np.datetime64]


class Weather(NamedTuple):
    """
    Outdoor air along a run, linear between values.

    Attributes
    ----------
    kind : text
        One of `KINDS`.
    label : text
        What it is and where it comes from, for reports.
    step : [s]
        Time between values.
    dry_bulb, wet_bulb : (sample,) [K]
        From the start of the run to its end or beyond.
    pressure : (sample,) [Pa]
        Air pressure.
    notes : tuple of text
        What a reader of the run must know of it.
    """

    kind: Kind
    label: str
    step: float
    dry_bulb: Floats
    wet_bulb: Floats
    pressure: Floats
    notes: tuple[str, ...] = ()


def moist(kind: Kind, label: str, dry_bulb: Floats, humidity_ratio: Floats, pressure: float, step: float) -> Weather:
    """
    Give weather of a constant pressure from its humidity.

    Parameters
    ----------
    kind, label : text
        As in `Weather`.
    dry_bulb : (sample,) [K]
        Air temperature.
    humidity_ratio : (sample,) [kg/kg]
        Water over dry air; what the air cannot hold is left out, so that the wet bulb never passes the dry bulb.
    pressure : [Pa]
        Air pressure.
    step : [s]
        Time between values.

    Returns
    -------
    Weather
        With its wet bulb.
    """
    wet = wet_bulb(dry_bulb, humidity_ratio, pressure)
    return Weather(kind, label, step, dry_bulb, wet, np.full(dry_bulb.size, pressure))


def local_times(start: datetime, time_zone: float, duration: float) -> Times:
    """
    Give local standard time of each value of a run.

    Parameters
    ----------
    start
        Of the run, with its time zone.
    time_zone : [h]
        Local standard time less UTC.
    duration : [s]
        Of the run.

    Returns
    -------
    (sample,)
        Every `STEP` from the start to the end or just beyond, to the second.
    """
    offset = start.utcoffset() or timedelta()
    begin = np.datetime64(start.replace(tzinfo=None) - offset + timedelta(hours=time_zone), "s")
    count = int(np.ceil(duration / STEP)) + 1
    return np.asarray(begin + (np.arange(count) * STEP).astype("m8[s]"))


def hour_of_day(local: Times) -> Floats:
    """
    Give hours since midnight.

    Parameters
    ----------
    local : (sample,)
        Local standard time.

    Returns
    -------
    (sample,) [h]
        From 0 to 24.
    """
    return np.asarray((local - local.astype("M8[D]")).astype("m8[s]").astype(float) / HOUR_SECONDS, dtype=float)


def part_of_year(local: Times) -> Floats:
    """
    Give how much of its year has passed.

    Parameters
    ----------
    local : (sample,)
        Local standard time.

    Returns
    -------
    (sample,) [1]
        From 0 to 1, whether or not it is a leap year.
    """
    begin = local.astype("M8[Y]")
    length = ((begin + np.timedelta64(1, "Y")).astype("M8[s]") - begin.astype("M8[s]")).astype(float)
    return np.asarray((local - begin.astype("M8[s]")).astype(float) / length, dtype=float)


def hour_of_year(local: Times) -> Floats:
    """
    Give hours since the year began, in a year without 29 February.

    Parameters
    ----------
    local : (sample,)
        Local standard time.

    Returns
    -------
    (sample,) [h]
        From 0 to `HOURS`; on 29 February those of the day before.
    """
    begin, date = local.astype("M8[Y]"), local.astype("M8[D]")
    number = (date - begin.astype("M8[D]")).astype(np.int64)
    length = ((begin + np.timedelta64(1, "Y")).astype("M8[D]") - begin.astype("M8[D]")).astype(np.int64)
    number = number - ((length > HOURS // 24) & (number >= FEBRUARY_END))
    return np.asarray(number * 24.0 + hour_of_day(local), dtype=float)
