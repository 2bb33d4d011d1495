"""The rows of a weather file: whether each is whole, and which hour of the year it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from facilities.weather.air import HOURS
from twin.errors import Fault
from twin.site import Integers

LEAP_DAY = (2, 29)

MIDNIGHT = 24
"""Last hour [h] of a day."""


class Stamp(NamedTuple):
    """Time of a row: its date, and the hour [h] of it that ends with the row, from 0 to 24."""

    day: date
    hour: int


class Rows(NamedTuple):
    """
    What the rows of a file are.

    Attributes
    ----------
    text : tuple of text
        Whole rows, without 29 February.
    line : (row,)
        Their lines, from one.
    hour : (row,)
        Their hours of the year, from 1 to `HOURS`.
    years : tuple of int
        From which they come.
    leap : int
        Rows of 29 February.
    faults : tuple of Fault
        Rows that are not whole, hours that are missing or there twice.
    """

    text: tuple[str, ...]
    line: Integers
    hour: Integers
    years: tuple[int, ...]
    leap: int
    faults: tuple[Fault, ...]


def epw_stamp(cells: Sequence[str]) -> Stamp:
    """
    Read the time of an EPW row.

    Parameters
    ----------
    cells
        Year, month, day, hour from 1 to 24, and others.

    Returns
    -------
    Stamp
        Its date and hour.

    Raises
    ------
    ValueError
        With what is given and wanted.
    """
    given = ",".join(cells[:4])
    message = f"is {given!r}, wanted year, month, day and hour from 1 to 24, such as '2001,7,15,13'"
    try:
        year, month, day, hour = (int(cell) for cell in cells[:4])
        found = Stamp(date(year, month, day), hour)
    except ValueError:
        raise ValueError(message) from None
    if not 1 <= hour <= MIDNIGHT:
        raise ValueError(message)
    return found


def tmy3_stamp(cells: Sequence[str]) -> Stamp:
    """
    Read the time of a TMY3 row.

    Parameters
    ----------
    cells
        Date, time, and others.

    Returns
    -------
    Stamp
        Its date and hour; midnight may be 24:00 or, of the next day, 00:00.

    Raises
    ------
    ValueError
        With what is given and wanted.
    """
    given = ",".join(cells[:2])
    message = f"is {given!r}, wanted MM/DD/YYYY and a full hour from 01:00 to 24:00, such as '07/15/2001,13:00'"
    try:
        month, day, year = (int(part) for part in cells[0].split("/"))
        hour, minute = (int(part) for part in cells[1].split(":"))
        found = Stamp(date(year, month, day), hour)
    except ValueError:
        raise ValueError(message) from None
    if minute or not 0 <= hour <= MIDNIGHT:
        raise ValueError(message)
    return found


def scan(lines: Sequence[str], header: int, cells: int, stamp: Callable[[Sequence[str]], Stamp]) -> Rows:
    """
    Read the times of all rows.

    Parameters
    ----------
    lines
        Of the whole file.
    header : int
        Lines before the first row.
    cells : int
        That each row must hold.
    stamp
        Reads the time of a row's cells.

    Returns
    -------
    Rows
        And what is wrong with them.
    """
    wrong: dict[str, list[tuple[int, str]]] = defaultdict(list)
    text, line, hours, years, leap = [], [], [], set(), 0
    for number, row in enumerate(lines[header:], start=header + 1):
        parts = row.split(",")
        if len(parts) != cells:
            wrong[""].append((number, f"holds {len(parts)} cells, wanted {cells}; the row is cut or has a stray comma"))
            continue
        try:
            found = stamp(parts)
        except ValueError as error:
            wrong["time"].append((number, str(error)))
            continue
        if (found.day.month, found.day.day) == LEAP_DAY:
            leap += 1
            continue
        text.append(row)
        line.append(number)
        hours.append(_hour_of_year(found))
        years.add(found.day.year)
    faults = [*_gathered(wrong), *_calendar(np.array(line, dtype=np.int64), np.array(hours, dtype=np.int64))]
    return Rows(tuple(text), np.array(line), np.array(hours), tuple(sorted(years)), leap, tuple(faults))


def _hour_of_year(stamp: Stamp) -> int:
    """Give the hour of a year without 29 February that ends with a row, from 1 to `HOURS`."""
    number = (stamp.day.replace(year=2001) - date(2001, 1, 1)).days
    return (number * 24 + stamp.hour - 1) % HOURS + 1


def named(hour: int) -> str:
    """
    Say an hour of the year as files do.

    Parameters
    ----------
    hour : int
        Of the year, from 1.

    Returns
    -------
    text
        Such as ``3 May, 24:00``.
    """
    day = date(2001, 1, 1) + timedelta(hours=int(hour) - 1)
    return f"{day.day} {day:%B}, {(hour - 1) % 24 + 1:02d}:00"


def _gathered(wrong: dict[str, list[tuple[int, str]]]) -> Iterator[Fault]:
    for what, found in wrong.items():
        number, message = found[0]
        where = f"line {number}: {what}" if what else f"line {number}"
        yield Fault(where, message + (f" ({len(found)} such rows)" if len(found) > 1 else ""))


def _calendar(line: Integers, hour: Integers) -> Iterator[Fault]:
    """Tell hours that are missing, and hours that are there twice."""
    present, first, count = np.unique(hour, return_index=True, return_counts=True)
    absent = np.setdiff1d(np.arange(1, HOURS + 1), present)
    if absent.size == HOURS:
        yield Fault("", "holds no row that can be read; give a whole year of hours")
    elif absent.size:
        tail = absent[0] == HOURS - absent.size + 1
        which = f"all from {named(absent[0])}: the file looks cut" if tail else f"the first {named(absent[0])}"
        yield Fault("", f"lacks {absent.size} of the {HOURS} hours of a year, {which}; give a whole year")
    twice = np.flatnonzero(count > 1)
    if twice.size:
        again = line[hour == present[twice[0]]]
        more = f", and {twice.size - 1} more hours" if twice.size > 1 else ""
        message = (
            f"holds {named(present[twice[0]])} again, as line {line[first[twice[0]]]} does{more}; keep one of them"
        )
        yield Fault(f"line {again[1]}", message)
