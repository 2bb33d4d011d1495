"""
Times: text, numbers or parquet instants in, UTC out.

A time without a zone, or counted from an unknown start, is never guessed: the error says which option settles it. An
instant that a change of clocks makes double or impossible is an error that lists it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from twin.errors import Fault, TelemetryError

RELATIVE = {"s": 1e6, "ms": 1e3, "us": 1.0, "min": 6e7, "h": 3.6e9}
"""Microseconds in one of each unit of time counted from a start."""

UNIX = {"unix_s": 1e6, "unix_ms": 1e3, "unix_us": 1.0, "unix_ns": 1e-3}
"""Microseconds in one of each unit of time counted from 1970 in UTC."""

UNITS = ("iso", *RELATIVE, *UNIX, "unix")
"""
How a column of times may be written; ``iso`` is a date and a time, as text or as parquet types it; ``unix`` counts from
1970 in seconds or parts of them, whichever the size of the numbers tells.
"""

_SIZES = (("unix_s", 1e11), ("unix_ms", 1e14), ("unix_us", 1e17))
"""Below which size numbers are of which unit: those of the years 2000 to 2100 lie in between."""

INSTANT = pl.Datetime("us", "UTC")
"""Type of the canonical column ``time``."""

_PATTERN = (
    # Digits are those of ASCII: \d is also those of other scripts, which no number is read from.
    r"^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?\s*"
    r"(?:([+-])([0-9]{2}):?([0-9]{2})|(Z))?$"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "sign", "zone_hour", "zone_minute", "zulu")
_SECONDS_OF_2000 = 946_684_800.0
_ERA = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""Years outside are a clock that was never set, or another unit of time."""

_MOST_MICROSECONDS = 4.2e15
"""Beyond the year 2100 from any start since 1970; larger numbers would overflow a calendar."""

_POLARS: dict[str, Literal["earliest", "latest"]] = {"earlier": "earliest", "later": "latest"}

_WANTED = "a date and time such as 2025-07-27T00:22:27.858Z"


class Clock(NamedTuple):
    """What settles times that do not say it themselves: start of relative ones, zone of local ones, double hours."""

    start: datetime | None
    zone: str | None
    change: str = "refuse"


class Times(NamedTuple):
    """
    Instants of a column.

    Attributes
    ----------
    values
        UTC; null where `faults` say why.
    leap
        True where a leap second was read as the second after it.
    faults
        Each with its message and the rows it is true of, so that the caller may place it.
    moved
        True where an hour that a change of clocks makes double or impossible was settled as the user asked.
    """

    values: pl.Series
    leap: pl.Series
    faults: tuple[tuple[str, pl.Series], ...]
    moved: pl.Series = pl.Series([], dtype=pl.Boolean)

    @property
    def suspect(self) -> pl.Series:
        """Say which times were settled, not read."""
        return self.leap | self.moved if len(self.moved) else self.leap


def clock(start: str | datetime | None, tz: str | None, change: str = "refuse") -> Clock:
    """
    Read the options ``start`` and ``tz``.

    Parameters
    ----------
    start
        Of relative times.
    tz
        Zone of local times.
    change
        What is done with hours that a change of clocks makes double or impossible; see `telemetry.draft.Policy`.

    Raises
    ------
    TelemetryError
        Where either cannot be read, or `start` has no zone and `tz` is not given.
    """
    faults = []
    if tz is not None:
        try:
            ZoneInfo(tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            faults.append(Fault("--tz", f"{tz!r} is no time zone; give a name such as UTC or America/New_York"))
    moment = _moment(start)
    if start is not None and moment is None:
        faults.append(Fault("--start", f"{start!r} is no instant; give {_WANTED}"))
    if moment is not None and moment.tzinfo is None:
        if tz is None:
            faults.append(Fault("--start", f"{start!s} has no zone; write it as {start!s}Z for UTC, or give --tz"))
        elif not faults:
            moment = moment.replace(tzinfo=ZoneInfo(tz))
    if faults:
        raise TelemetryError(source="", faults=faults)
    return Clock(None if moment is None else moment.astimezone(UTC), tz, change)


def _moment(start: str | datetime | None) -> datetime | None:
    if start is None or isinstance(start, datetime):
        return start
    try:
        return datetime.fromisoformat(start)
    except ValueError:
        return None


def read(cells: pl.Series, unit: str, given: Clock) -> Times:
    """
    Read a column of times.

    Parameters
    ----------
    cells
        Text, numbers, or instants of parquet.
    unit
        One of `UNITS`.
    given
        What the user said.
    """
    if unit == "unix":
        unit = _told_by_size(cells)
    if unit != "iso":
        times = _counted(cells, unit, given)
    elif cells.dtype == pl.Datetime:
        times = _typed(cells, given)
    elif cells.dtype == pl.String:
        times = _written(cells, given)
    else:
        times = _refused(cells, f"wanted {_WANTED}")
    return _within_era(times)


def _never(cells: pl.Series) -> pl.Series:
    return pl.repeat(False, len(cells), eager=True)


def _refused(cells: pl.Series, message: str) -> Times:
    nothing = pl.Series([None], dtype=INSTANT).extend_constant(None, len(cells) - 1)
    return Times(nothing, _never(cells), ((message, pl.repeat(True, len(cells), eager=True)),))


def _counted(cells: pl.Series, unit: str, given: Clock) -> Times:
    if unit in RELATIVE and given.start is None:
        message = (
            f"times count {unit} from a start that the file does not give; say when with --start 2025-07-27T00:00Z"
        )
        return _refused(cells, message)
    if not (cells.dtype.is_numeric() or cells.dtype == pl.String):
        return _refused(cells, f"wanted numbers of {unit}")
    numbers = cells.cast(pl.Float64, strict=False)
    wrong = numbers.is_null() | ~numbers.is_finite().fill_null(value=False)
    faults = [(f"wanted a number of {unit}", wrong)]
    if unit == "s":
        epoch = (numbers >= _SECONDS_OF_2000).fill_null(value=False)
        faults.append(("that many seconds from a start looks like Unix time; use unit = 'unix_s'", epoch))
        wrong |= epoch
    origin = given.start if unit in RELATIVE and given.start is not None else datetime(1970, 1, 1, tzinfo=UTC)
    micros = (numbers * (RELATIVE | UNIX)[unit]).round().set(wrong, None)
    far = (micros.abs() > _MOST_MICROSECONDS).fill_null(value=False)
    values = micros.set(far, None).cast(pl.Int64).cast(pl.Duration("us"))
    instants = pl.DataFrame({"t": values}).select((pl.lit(origin).cast(INSTANT) + pl.col("t")).alias("time"))["time"]
    faults.append((f"the time lies outside the years {_ERA[0].year} to {_ERA[1].year}: check the unit {unit}", far))
    return Times(instants, _never(cells), tuple(faults))


def _told_by_size(cells: pl.Series) -> str:
    """Find the unit of times since 1970 by the median of their size."""
    able = cells.dtype.is_numeric() or cells.dtype == pl.String
    middle = cells.cast(pl.Float64, strict=False).median() if able else None
    size = abs(middle) if isinstance(middle, float) else 0.0
    return next((unit for unit, above in _SIZES if size < above), "unix_ns")


def _typed(cells: pl.Series, given: Clock) -> Times:
    lost = ("the time is missing", cells.is_null())
    if getattr(cells.dtype, "time_zone", None) is not None:
        return Times(cells.dt.convert_time_zone("UTC").cast(INSTANT), _never(cells), (lost,))
    local = Times(cells.cast(pl.Datetime("us")), _never(cells), (lost,))
    return _localised(local, cells.is_not_null(), cells, given)


def _written(cells: pl.Series, given: Clock) -> Times:
    parts = cells.str.strip_chars().str.extract_groups(_PATTERN).struct.rename_fields(list(_PARTS)).struct.unnest()
    whole = parts.select(
        day=pl.concat_str("year", pl.lit("-"), pl.col("month").str.zfill(2), pl.lit("-"), pl.col("day").str.zfill(2))
        .str.to_date("%Y-%m-%d", strict=False)
        .cast(pl.Datetime("us")),
        hour=pl.col("hour").cast(pl.Int64),
        minute=pl.col("minute").cast(pl.Int64),
        second=pl.col("second").cast(pl.Int64).fill_null(0),
        micro=(pl.col("fraction").fill_null("") + "000000").str.slice(0, 6).cast(pl.Int64),
        offset=pl.when(pl.col("sign") == "-").then(-1).otherwise(1)
        * (60 * pl.col("zone_hour").cast(pl.Int64) + pl.col("zone_minute").cast(pl.Int64)).fill_null(0),
        naive=pl.col("sign").is_null() & pl.col("zulu").is_null(),
    )
    # Hour 24 is midnight of the next day; second 60 is a leap second.
    legal = (pl.col("hour") < 24) | ((pl.col("hour") == 24) & (pl.col("minute") == 0) & (pl.col("second") == 0))  # noqa: PLR2004
    legal &= (pl.col("minute") < 60) & (pl.col("second") <= 60)  # noqa: PLR2004
    offset = pl.duration(
        hours="hour", minutes=pl.col("minute") - pl.col("offset"), seconds="second", microseconds="micro"
    )
    read = whole.select(
        "naive",
        time=pl.when(legal).then(pl.col("day") + offset),
        leap=(pl.col("second") == 60).fill_null(value=False),  # noqa: PLR2004
    )
    wrong = read["time"].is_null()
    times = Times(read["time"], read["leap"], ((f"wanted {_WANTED}", wrong),))
    return _localised(times, read["naive"] & ~wrong, cells, given)


def _localised(times: Times, naive: pl.Series, cells: pl.Series, given: Clock) -> Times:
    """Read naive instants as local to the given zone; the others are in UTC already."""
    aware = times.values.dt.replace_time_zone("UTC")
    if not naive.any():
        return times._replace(values=aware)
    if given.zone is None:
        message = "the time has no zone; say which with --tz, for example --tz UTC or --tz America/New_York"
        return times._replace(values=aware.set(naive, None), faults=(*times.faults, (message, naive)))
    local = times.values.dt.replace_time_zone(given.zone, ambiguous="null", non_existent="null")
    lost = naive & local.is_null() & times.values.is_not_null()
    if given.change != "refuse" and lost.any():
        local, lost, times = _settled(local, lost, times, given)
    message = f"the change of clocks in {given.zone} makes this instant double or impossible; write it with its offset"
    values = local.dt.convert_time_zone("UTC").zip_with(naive, aware)
    return times._replace(values=values.cast(INSTANT), faults=(*times.faults, (message, lost)))


def _settled(local: pl.Series, lost: pl.Series, times: Times, given: Clock) -> tuple[pl.Series, pl.Series, Times]:
    """Settle hours that a change of clocks makes double, or that it leaves out, as the user asked."""
    zone = str(given.zone)
    double = times.values.dt.replace_time_zone(zone, ambiguous=_POLARS[given.change], non_existent="null")
    hour = pl.duration(hours=1)
    unmoved = pl.DataFrame({"t": times.values}).select(
        (pl.col("t") - hour).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null") + hour
    )
    chosen = double.zip_with(double.is_not_null(), unmoved.to_series())
    settled = local.zip_with(~lost, chosen)
    return settled, lost & settled.is_null(), times._replace(moved=lost & settled.is_not_null())


def _within_era(times: Times) -> Times:
    outside = ((times.values < _ERA[0]) | (times.values >= _ERA[1])).fill_null(value=False)
    message = f"the time lies outside the years {_ERA[0].year} to {_ERA[1].year}: a clock not set, or another unit"
    faults = tuple(fault for fault in (*times.faults, (message, outside)) if fault[1].any())
    return times._replace(values=times.values.set(outside, None), faults=faults)
