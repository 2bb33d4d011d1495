"""Weather files: EPW and NREL TMY3, read whole by pvlib, and all that can be wrong with them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from facilities.schema import Location
from facilities.weather.air import HOURS, STEP, ZERO_CELSIUS, Weather, hour_of_year, local_times
from facilities.weather.rows import Rows, Stamp, epw_stamp, scan, tmy3_stamp
from facilities.weather.stations import PRESSURE_DIFFERENCE, Header, Station, compare, distance, read_station
from twin.cooling.psychrometrics import humidity_ratio, saturation_pressure, wet_bulb
from twin.errors import Fault, TelemetryError
from twin.site import Floats, Integers

if TYPE_CHECKING:
    import pandas

DEW_EXCESS = 0.6
"""[K] by which a dew point may pass the dry bulb: both may be rounded from whole degrees Fahrenheit."""

STUCK = 72
"""Hours [h] of one value after which a sensor is taken to be stuck; real years hold 38 at most (fog at 100 %)."""

JUMP = 15.0
"""[K] from both hours beside it, beyond which a dry bulb is a slip of the file and no weather."""

WRAP = 4
"""Hours [h] that a curve is continued round the turn of the year."""


class Column(NamedTuple):
    """
    A column of a weather file.

    Attributes
    ----------
    name, unit : text
        As messages call it.
    low, high : [1]
        Plausible range in the file's unit; codes for missing values lie outside.
    factor, offset : [1]
        To SI: value * factor + offset.
    stuck : bool
        Whether a value that never changes is a fault; files without a barometer hold one pressure.
    """

    name: str
    unit: str
    low: float
    high: float
    factor: float
    offset: float
    stuck: bool = True


class Format(NamedTuple):
    """
    A format of weather files.

    Attributes
    ----------
    name : text
        As messages call it.
    header : int
        Lines before the first row.
    station : Header
        What the first line holds.
    mark : text
        How the line `marked` begins.
    marked : int
        Which line tells the format, from zero.
    stamp : Callable
        Reads the time of a row.
    columns : name to Column
        By the library's names.
    """

    name: str
    header: int
    station: Header
    mark: str
    marked: int
    stamp: Callable[[Sequence[str]], Stamp]
    columns: dict[str, Column]


class Found(NamedTuple):
    """
    What is found in a weather file.

    Attributes
    ----------
    format : text
        EPW or NREL TMY3; empty if it is neither.
    station : Station, optional
        Where it was measured.
    years : tuple of int
        From which its months come.
    table : name to (hour,)
        Columns in SI by hour of the year, the first at midnight; empty if there are faults.
    faults : tuple of Fault
        All that is wrong.
    notes : tuple of text
        What a user must know.
    """

    format: str
    station: Station | None
    years: tuple[int, ...]
    table: dict[str, Floats]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


_AIR = {
    "temp_air": Column("dry bulb", "degC", -70.0, 65.0, 1.0, ZERO_CELSIUS),
    "temp_dew": Column("dew point", "degC", -80.0, 45.0, 1.0, ZERO_CELSIUS),
    "relative_humidity": Column("relative humidity", "%", 1.0, 110.0, 0.01, 0.0),
}
EPW = Format(
    "EPW",
    8,
    Header(name=1, number=5, latitude=6, longitude=7, time_zone=8, cells=10),
    "LOCATION,",
    0,
    epw_stamp,
    {**_AIR, "atmospheric_pressure": Column("pressure", "Pa", 5e4, 1.1e5, 1.0, 0.0, stuck=False)},
)
TMY3 = Format(
    "NREL TMY3",
    2,
    Header(name=1, number=0, latitude=4, longitude=5, time_zone=3, cells=7),
    "Date (MM/DD/YYYY),Time (HH:MM)",
    1,
    tmy3_stamp,
    {**_AIR, "pressure": Column("pressure", "mbar", 500.0, 1100.0, 100.0, 0.0, stuck=False)},
)
FORMATS: dict[str, Format] = {".epw": EPW, ".tmy3": TMY3, ".csv": TMY3}
"""Formats by the ending of the file's name."""

EPW_CELLS = (10, 35)
"""Fewest and most cells of an EPW row: up to the pressure, and all; older files end before the last three."""


def is_weather(path: Path) -> bool:
    """
    Say whether a file is to be read as weather.

    Parameters
    ----------
    path
        Of a file, whether or not it is there.

    Returns
    -------
    bool
        By the ending of its name; one that other files have too must begin as weather does.
    """
    found = FORMATS.get(path.suffix.lower())
    if found is None or path.suffix.lower() != ".csv":
        return found is not None
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [next(file, "") for _ in range(found.header)][found.marked].startswith(found.mark)
    except OSError:
        return False


def examine(path: str | Path, location: Location | None = None) -> Found:
    """
    Read a weather file and find all that is wrong with it.

    Parameters
    ----------
    path
        EPW (``.epw``) or NREL TMY3 (``.tmy3``, ``.csv``).
    location : Location, optional
        Of the site, to which the station must belong.

    Returns
    -------
    Found
        Its hours, or its faults.
    """
    path = Path(path)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        return _nothing(Fault("", f"its name ends in {path.suffix!r}, wanted .epw (EPW) or .tmy3 or .csv (NREL TMY3)"))
    try:
        lines, faults = _lines(path.read_bytes())
    except OSError as error:
        return _nothing(Fault("", f"cannot be read: {error.strerror}"))
    if len(lines) <= form.header or not lines[form.marked].startswith(form.mark):
        return _nothing(*faults, _unlike(lines, form))
    station, told = read_station(lines[0], form.station)
    faults += told
    rows = scan(lines, form.header, _cells(lines, form), form.stamp)
    faults += rows.faults
    table: dict[str, Floats] = {}
    if rows.text:
        table, told = _table(form, lines[: form.header], rows)
        faults += told
    # A mean over hours that are missing or wrong says nothing.
    table = {} if faults else table
    notes = _notes(rows, table)
    if station is not None and location is not None:
        told, more = compare(station, location)
        faults, notes = [*faults, *told], [*notes, *more, *_heights(table, location)]
    return Found(form.name, station, rows.years, {} if faults else table, tuple(faults), tuple(notes))


def read(path: str | Path, location: Location, start: datetime, duration: float) -> Weather:
    """
    Read weather from a file of a year.

    Parameters
    ----------
    path
        EPW (``.epw``) or NREL TMY3 (``.tmy3``, ``.csv``).
    location : Location
        Of the site.
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
        When the file cannot be read, is no whole year, has missing or implausible values, or is not for this site; all
        faults at once.

    Notes
    -----
    An hour of either format ends with its row: what a row says of the air was measured at 01:00 ... 24:00. Dry bulb,
    wet bulb and pressure follow monotone cubics (PCHIP) through the hours, which overshoot none of them, round the turn
    of the year. The wet bulb of an hour follows from its dry bulb, relative humidity and pressure. Files do not say
    whether relative humidity below freezing is over ice or over water; it is taken over ice, which makes the wet bulb
    of a cold hour up to 0.3 K lower than over water, and the mean of a northern year 0.03 K.

    References
    ----------
    .. [1] S. Wilcox and W. Marion, Users Manual for TMY3 Data Sets, NREL/TP-581-43156, 2008
    .. [2] F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5, 1984 (PCHIP)
    """
    path = Path(path)
    found = examine(path, location)
    if found.faults or found.station is None:
        raise TelemetryError(path.name, found.faults)
    station = found.station
    hour = hour_of_year(local_times(start, station.time_zone, duration))
    dry, wet, pressure = (curve(values, hour) for values in hourly(found.table))
    typical = "typical year" if len(found.years) > 1 else "weather year"
    away = distance(station, location) / 1e3
    about = f"{found.format} {station.number}, {away:,.0f} km from the site; {path.name}"
    label = f"{typical} of {station.name} ({about})"
    return Weather("weather file", label, STEP, dry, np.minimum(wet, dry), pressure, found.notes)


def hourly(table: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """
    Give dry bulb, wet bulb and pressure of each hour of a file.

    Parameters
    ----------
    table : name to (hour,)
        As `examine` gives it.

    Returns
    -------
    tuple of (hour,) [K], (hour,) [K] and (hour,) [Pa]
        The first at midnight.
    """
    dry, pressure = table["temp_air"], table["pressure"]
    vapour = np.minimum(table["relative_humidity"], 1.0) * saturation_pressure(dry)
    return dry, wet_bulb(dry, humidity_ratio(vapour, pressure), pressure), pressure


def curve(values: Floats, hour: Floats) -> Floats:
    """
    Interpolate hours of a year.

    Parameters
    ----------
    values : (hour,) [1]
        In any unit; the first at midnight.
    hour : (sample,) [h]
        Since the year began.

    Returns
    -------
    (sample,) [1]
        On a monotone cubic through the hours, round the turn of the year.
    """
    at = np.arange(-WRAP, HOURS + WRAP + 1)
    return np.asarray(PchipInterpolator(at, values.take(at, mode="wrap"))(hour), dtype=float)


def _cells(lines: Sequence[str], form: Format) -> int:
    """Give how many cells each row must hold."""
    if form is not EPW:
        return lines[1].count(",") + 1
    first = lines[form.header].count(",") + 1
    return first if EPW_CELLS[0] <= first <= EPW_CELLS[1] else EPW_CELLS[1]


def _nothing(*faults: Fault) -> Found:
    return Found("", None, (), {}, faults, ())


def _lines(content: bytes) -> tuple[list[str], list[Fault]]:
    """Give the lines of a file, and where it is not UTF-8."""
    faults = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.append(Fault(f"line {line}", f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8"))
        text = content.decode("latin-1")
    return text.rstrip().splitlines(), faults


def _unlike(lines: Sequence[str], form: Format) -> Fault:
    """Say that a file is not of the format that its name tells, and which it is."""
    if not lines:
        return Fault("", f"is empty; wanted {form.name}")
    for ending, other in FORMATS.items():
        if other is not form and len(lines) > other.header and lines[other.marked].startswith(other.mark):
            return Fault("", f"is not {form.name} but {other.name}; let its name end in {ending}")
    wanted = f"line {form.marked + 1} to begin with {form.mark!r}, and rows after line {form.header}"
    got = lines[form.marked][:40] if len(lines) > form.marked else f"{len(lines)} lines"
    return Fault("", f"is not {form.name}: wanted {wanted}; got {got!r}. Take the file from its origin")


def _table(form: Format, header: Sequence[str], rows: Rows) -> tuple[dict[str, Floats], list[Fault]]:
    """Let the library read the whole rows; give columns by hour of the year, in SI, and what is wrong with them."""
    padding = "," * (EPW_CELLS[1] - 1 - rows.text[0].count(",")) if form is EPW else ""
    try:
        # What the first line says of the station is read and told elsewhere; the library stops at what it cannot read.
        lines = [",".join("0" * form.station.cells), *header[1:], *(row + padding for row in rows.text)]
        frame = _frame(form, io.StringIO("\n".join(lines) + "\n"))
        raw = {key: _numbers(frame[key]) for key in form.columns}
    except (ValueError, KeyError, IndexError) as error:
        return {}, [Fault("", f"is not {form.name}: {error}")]
    faults: list[Fault] = []
    table: dict[str, Floats] = {}
    order = np.argsort(rows.hour, kind="stable")
    for key, column in form.columns.items():
        faults += _column(column, raw[key], rows.line, order)
        table["pressure" if "pressure" in key else key] = np.zeros(HOURS)
        table["pressure" if "pressure" in key else key][rows.hour % HOURS] = raw[key] * column.factor + column.offset
    faults += _jumps(raw["temp_air"][order], rows.hour[order], rows.line[order])
    return table, [*faults, *_too_moist(raw["temp_air"], raw["temp_dew"], rows.line)]


def _frame(form: Format, buffer: io.StringIO) -> pandas.DataFrame:
    from pvlib import iotools  # takes a second to load, and only weather files need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cells that are no numbers are told below, with their lines
        frame, _ = iotools.read_epw(buffer) if form is EPW else iotools.read_tmy3(buffer, map_variables=True)
    return frame


def _numbers(series: pandas.Series) -> Floats:
    import pandas

    return np.asarray(pandas.to_numeric(series, errors="coerce").to_numpy(dtype=float))


def _column(column: Column, values: Floats, line: Integers, order: Integers) -> Iterator[Fault]:
    """Tell values that are missing or implausible, and a sensor that was stuck."""
    bad = np.flatnonzero(~((values >= column.low) & (values <= column.high)))
    if bad.size:
        held = f"{values[bad[0]]:g}" if np.isfinite(values[bad[0]]) else "no number"
        message = (
            f"is missing or implausible in {bad.size} rows; the first holds {held}, wanted "
            f"{column.low:g} to {column.high:g} {column.unit}; fill the gaps"
        )
        yield Fault(f"line {line[bad[0]]}: {column.name}", message)
    ends = np.flatnonzero(np.append(np.diff(values[order]) != 0.0, True))
    lengths = np.diff(ends, prepend=-1)
    longest = int(lengths.argmax())
    first = order[ends[longest] - lengths[longest] + 1]
    if column.stuck and lengths[longest] > STUCK and first not in bad:
        message = (
            f"holds {values[first]:g} {column.unit} for {lengths[longest]} hours, wanted no more than {STUCK}: the "
            "sensor was stuck; fill the gap"
        )
        yield Fault(f"line {line[first]}: {column.name}", message)


def _jumps(dry: Floats, hour: Integers, line: Integers) -> Iterator[Fault]:
    """Tell hours that are far from both hours beside them; rows are in order of the year, which is closed to a ring."""
    column = _AIR["temp_air"]
    plausible = np.where((dry >= column.low) & (dry <= column.high), dry, np.nan)
    step, apart = plausible - np.roll(plausible, 1), (hour - np.roll(hour, 1)) % HOURS
    jump = (np.abs(step) > JUMP) & (apart == 1)
    found = np.flatnonzero(jump & np.roll(jump, -1))
    if found.size:
        first = found[0]
        message = (
            f"is an implausible jump: {dry[first]:g} degC after {dry[first - 1]:g} degC and before "
            f"{np.roll(dry, -1)[first]:g} degC ({found.size} such rows), wanted no more than {JUMP:g} K from both; "
            "correct it"
        )
        yield Fault(f"line {line[first]}: dry bulb", message)


def _too_moist(dry: Floats, dew: Floats, line: Integers) -> Iterator[Fault]:
    over = np.flatnonzero(dew - dry > DEW_EXCESS)
    over = over[(dew[over] <= _AIR["temp_dew"].high) & (dry[over] >= _AIR["temp_air"].low)]
    if over.size:
        message = (
            f"{dew[over[0]]:g} degC is above the dry bulb, {dry[over[0]]:g} degC ({over.size} such rows), which no air "
            "is; correct the one that is wrong"
        )
        yield Fault(f"line {line[over[0]]}: dew point", message)


def _notes(rows: Rows, table: dict[str, Floats]) -> list[str]:
    notes = []
    if rows.leap:
        notes.append(f"29 February of the weather file ({rows.leap} rows) is left out; a run there takes 28 February")
    if table and np.ptp(table["pressure"]) == 0.0:
        notes.append(f"the weather file holds one pressure for all hours, {table['pressure'][0] / 1e3:.1f} kPa")
    return notes


def _heights(table: dict[str, Floats], location: Location) -> list[str]:
    """Tell a station that stands much higher or lower than the site."""
    if not table or abs(table["pressure"].mean() - location.pressure.si) <= PRESSURE_DIFFERENCE:
        return []
    mean, own = table["pressure"].mean() / 1e3, location.pressure.si / 1e3
    return [f"ATTENTION: the station's mean pressure is {mean:.1f} kPa, the site's {own:.1f} kPa: it stands elsewhere"]
