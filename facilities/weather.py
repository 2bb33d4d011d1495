"""Outdoor air of a run: made from a site's monthly normals, or read from a file of a typical year."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from facilities.schema import Facility
from twin.cooling.psychrometrics import humidity_ratio_from_dew_point, wet_bulb
from twin.errors import Fault, TelemetryError
from twin.site import Floats

if TYPE_CHECKING:
    import pandas

STEP = 600.0
"""Time between values [s]."""

COLDEST_HOUR, WARMEST_HOUR = 6.0, 15.5
"""Hours of the coldest and the warmest instant of a synthetic day, local standard time; as in NREL TMY3's means."""

HOURS = 8760
"""Hours of a typical year."""

FEBRUARY_END = 59
"""Day of the year after 28 February, from zero."""

_ZERO_CELSIUS = 273.15
_DAY_SECONDS, _HOUR_SECONDS = 86400.0, 3600.0


class Weather(NamedTuple):
    """
    Outdoor air along a run, linear between values.

    Attributes
    ----------
    label : text
        Where it comes from, for reports.
    step : [s]
        Time between values.
    dry_bulb, wet_bulb : (sample,) [K]
        From the start of the run to its end or beyond.
    """

    label: str
    step: float
    dry_bulb: Floats
    wet_bulb: Floats


class Column(NamedTuple):
    """
    A column of a weather file.

    Attributes
    ----------
    name : text
        As messages call it.
    low, high : [1]
        Plausible range in the file's unit; codes for missing values lie outside.
    factor, offset : [1]
        To SI: value * factor + offset.
    """

    name: str
    low: float
    high: float
    factor: float
    offset: float


class Format(NamedTuple):
    """
    A format of weather files.

    Attributes
    ----------
    header : [1]
        Lines before the first row.
    shift : [h]
        To be added to the reader's times, so that a value stands at the hour of its measurement.
    columns : name to Column
        By the reader's names.
    """

    header: int
    shift: float
    columns: dict[str, Column]


_AIR = {
    "temp_air": Column("dry bulb", -70.0, 65.0, 1.0, _ZERO_CELSIUS),
    "temp_dew": Column("dew point", -80.0, 45.0, 1.0, _ZERO_CELSIUS),
}
EPW = Format(8, 1.0, {**_AIR, "atmospheric_pressure": Column("pressure", 5e4, 1.1e5, 1.0, 0.0)})
TMY3 = Format(2, 0.0, {**_AIR, "pressure": Column("pressure", 500.0, 1100.0, 100.0, 0.0)})
FORMATS: dict[str, Format] = {".epw": EPW, ".tmy3": TMY3, ".csv": TMY3}
"""Formats by the ending of the file's name."""


def day(facility: Facility, start: datetime, duration: int) -> Weather:
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

    Returns
    -------
    Weather
        Labelled synthetic.

    Notes
    -----
    Daily means and ranges follow monotone cubics through the middles of the months; within a day temperature goes
    along half cosines from `COLDEST_HOUR` to `WARMEST_HOUR` and back, which keeps the mean. The dew point does not
    change within a day and never passes the dry bulb. There are no hot spells and no clouds: extremes are understated.
    """
    climate = facility.climate
    local = _local(start, facility.location.time_zone.si, duration)
    place = _part_of_year(local)
    hour = (local - local.astype("M8[D]")).astype("m8[s]").astype(float) / _HOUR_SECONDS
    dry = _along_year(climate.dry_bulb.si, place) + 0.5 * _along_year(climate.daily_range.si, place) * day_shape(hour)
    dew = np.minimum(_along_year(climate.dew_point.si, place), dry)
    pressure = facility.location.pressure.si
    wet = wet_bulb(dry, humidity_ratio_from_dew_point(dew, pressure), pressure)
    return Weather(f"synthetic, from monthly normals of {climate.station}", STEP, dry, np.minimum(wet, dry))


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


def _local(start: datetime, time_zone: float, duration: int) -> npt.NDArray[np.datetime64]:
    """Give local standard time of each value, to the second."""
    offset = start.utcoffset() or timedelta()
    begin = np.datetime64(start.replace(tzinfo=None) - offset + timedelta(hours=time_zone), "s")
    count = int(np.ceil(duration / STEP)) + 1
    return np.asarray(begin + (np.arange(count) * STEP).astype("m8[s]"))


def _part_of_year(local: npt.NDArray[np.datetime64]) -> Floats:
    year = local.astype("M8[Y]")
    length = ((year + np.timedelta64(1, "Y")).astype("M8[s]") - year.astype("M8[s]")).astype(float)
    return np.asarray((local - year.astype("M8[s]")).astype(float) / length, dtype=float)


def _along_year(months: tuple[float, ...], place: Floats) -> Floats:
    """Interpolate monthly means over the part of the year, round the turn of the year."""
    lengths = np.array([calendar.monthrange(2001, month)[1] for month in range(1, 13)]) / 365.0
    middles = np.cumsum(lengths) - 0.5 * lengths
    at = np.concatenate([middles - 1.0, middles, middles + 1.0])
    return np.asarray(PchipInterpolator(at, np.tile(months, 3))(place), dtype=float)


def read(path: str | Path, start: datetime, duration: int) -> Weather:
    """
    Read weather from a file of a typical year.

    Parameters
    ----------
    path
        EPW (``.epw``) or NREL TMY3 (``.tmy3``, ``.csv``).
    start
        Of the run, with its time zone.
    duration : [s]
        Of the run.

    Returns
    -------
    Weather
        The file's values at the run's month, day and hour in local standard time; years are ignored, and 29 February
        takes the values of the day before.

    Raises
    ------
    TelemetryError
        When the file cannot be read, is no whole year, or has missing or implausible values; all faults at once.
    """
    path = Path(path)
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        message = f"unknown kind of weather file {path.suffix!r}; give EPW (.epw) or NREL TMY3 (.tmy3, .csv)"
        raise TelemetryError(path.name, [Fault("", message)])
    frame, station, time_zone = _frame(path, found)
    table = _year(path, found, frame)
    local = _local(start, time_zone, duration)
    hour = _hour_of_year(local)
    dry, dew, pressure = (np.interp(hour, np.arange(HOURS), table[name], period=HOURS) for name in found.columns)
    wet = wet_bulb(dry, humidity_ratio_from_dew_point(np.minimum(dew, dry), pressure), pressure)
    return Weather(f"typical year of {station} ({path.name})", STEP, np.asarray(dry), np.minimum(wet, dry))


def _frame(path: Path, found: Format) -> tuple[pandas.DataFrame, str, float]:
    """Let the library read the file: its rows, the station's name and the time zone [h]."""
    from pvlib import iotools  # takes a second to load, and only weather files need it

    try:
        frame, about = iotools.read_epw(path) if found is EPW else iotools.read_tmy3(path, map_variables=True)
        return frame, str(about.get("city", about.get("Name"))).strip('"').title(), float(about["TZ"])
    except (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        wanted = "EPW" if found is EPW else "NREL TMY3"
        reason = error.strerror if isinstance(error, OSError) else f"it is not {wanted} ({error})"
        raise TelemetryError(path.name, [Fault("", f"cannot be read: {reason}")]) from error


def _year(path: Path, found: Format, frame: pandas.DataFrame) -> dict[str, Floats]:
    """Give each column by hour of the year, in SI; refuse what is missing or implausible."""
    faults = []
    local = (frame.index.tz_localize(None).to_numpy() + np.timedelta64(int(found.shift), "h")).astype("M8[s]")
    hour = np.rint(_hour_of_year(local)).astype(np.int64) % HOURS
    absent = HOURS - np.unique(hour).size
    if absent:
        faults.append(Fault("", f"holds {len(frame)} rows and lacks {absent} hours of the year; give a whole year"))
    table = {}
    for key, column in found.columns.items():
        values = frame[key].to_numpy(dtype=float)
        bad = np.flatnonzero(~((values >= column.low) & (values <= column.high)))
        if bad.size:
            message = f"is missing or implausible in {bad.size} rows; the first holds {values[bad[0]]:g}; fill the gaps"
            faults.append(Fault(f"line {bad[0] + found.header + 1}: {column.name}", message))
        table[key] = np.zeros(HOURS)
        table[key][hour] = values * column.factor + column.offset
    if faults:
        raise TelemetryError(path.name, faults)
    return table


def _hour_of_year(local: npt.NDArray[np.datetime64]) -> Floats:
    """Give hours since the year began, in a year without 29 February."""
    year = local.astype("M8[Y]")
    date = local.astype("M8[D]")
    number = (date - year.astype("M8[D]")).astype(np.int64)
    next_year = (year + np.timedelta64(1, "Y")).astype("M8[D]")
    leap = (next_year - year.astype("M8[D]")).astype(np.int64) > HOURS // 24
    number = number - (leap & (number >= FEBRUARY_END))
    seconds = (local - date.astype("M8[s]")).astype(float)
    return np.asarray((number * _DAY_SECONDS + seconds) / _HOUR_SECONDS, dtype=float)
