"""Weather files made for tests: a plain year in either format, and rows of it changed, doubled or taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

EPW_HEADER = ["LOCATION,Smallville,KS,USA,TEST,724500,38.0,-97.0,-6.0,400.0"] + ["HEADER"] * 7
TMY3_HEADER = [
    '724500,"SMALLVILLE",KS,-6.0,38.0,-97.0,400',
    "Date (MM/DD/YYYY),Time (HH:MM),Dry-bulb (C),Dew-point (C),RHum (%),Pressure (mbar)",
]
YEAR = datetime(2001, 1, 1)


class Air(NamedTuple):
    """What a row says of the air: degC, degC, % and Pa."""

    dry: float
    dew: float
    humidity: float
    pressure: float


Row = Callable[[datetime], Air]


def plain(instant: datetime) -> Air:
    """Give a dry bulb that tells day and hour apart: a twentieth of the day of the year and a tenth of the hour."""
    dry = instant.timetuple().tm_yday / 20 + instant.hour / 10
    return Air(dry, dry - 10.0, 50.0 + instant.hour, 99e3 + instant.hour)


def epw_rows(row: Row = plain, hours: Iterable[int] = range(8760), begin: datetime = YEAR) -> list[str]:
    """Give rows, each at the end of its hour."""
    lines = []
    for hour in hours:
        stamp = begin + timedelta(hours=hour)
        air = row(stamp + timedelta(hours=1))
        cells = [stamp.year, stamp.month, stamp.day, stamp.hour + 1, 0, "?", *air, *[0] * 25]
        lines.append(",".join(map(str, cells)))
    return lines


def tmy3_rows(row: Row = plain, hours: Iterable[int] = range(8760), begin: datetime = YEAR) -> list[str]:
    """Give rows, each at the end of its hour."""
    lines = []
    for hour in hours:
        stamp = begin + timedelta(hours=hour)
        air = row(stamp + timedelta(hours=1))
        cells = [f"{stamp:%m/%d/%Y}", f"{stamp.hour + 1:02d}:00", air.dry, air.dew, air.humidity, air.pressure / 100.0]
        lines.append(",".join(map(str, cells)))
    return lines


def written(path: Path, rows: list[str] | None = None, header: list[str] | None = None, end: str = "\n") -> Path:
    """Write a file: EPW or, by its name, TMY3; the plain year if not told otherwise."""
    epw = path.suffix == ".epw"
    lines = [*(header or (EPW_HEADER if epw else TMY3_HEADER)), *(rows or (epw_rows() if epw else tmy3_rows()))]
    path.write_text(end.join(lines) + end, encoding="utf-8", newline="")
    return path
