"""Buses that a PSS/E file takes out of service, which PowSyBl reads as any other: the type of a bus is lost with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from facilities.hosts.matpower import ISOLATED

SUFFIXES = (".raw", ".rawx")

NUMBER, TYPE, VERSION = 0, 3, 2
"""Places in a record of a bus, and in the first line, of all versions read."""

TITLES, SYSTEM_WIDE = 3, 34
"""Lines before the first record; the version from which data of the whole system come before the buses."""


def isolated(path: Path) -> list[int]:
    """
    List buses of type 4.

    Parameters
    ----------
    path
        A file that PowSyBl has read; none but a PSS/E file has any.

    Returns
    -------
    list of int
        Their numbers, in order of the file.
    """
    if path.suffix.lower() not in SUFFIXES:
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    records = _from_tables(text) if path.suffix.lower() == ".rawx" else _from_lines(text)
    return [number for number, kind in records if kind == ISOLATED]


def _from_tables(text: str) -> Iterator[tuple[int, int]]:
    """Read number and type of each bus of the format of PSS/E that is JSON."""
    buses = json.loads(text)["network"]["bus"]
    if "ide" not in buses["fields"]:
        return
    number, kind = (buses["fields"].index(name) for name in ("ibus", "ide"))
    for record in buses["data"]:
        yield int(record[number]), int(record[kind] or 1)


def _from_lines(text: str) -> Iterator[tuple[int, int]]:
    """Read number and type of each bus: the first section, or the second where one of the whole system precedes it."""
    lines = [line for line in text.splitlines() if not line.startswith("@!")]
    version = dict(enumerate(_values(lines[0]))).get(VERSION) or "0"
    rest = iter(lines[TITLES:])
    if float(version) >= SYSTEM_WIDE:
        _ = list(takewhile(_goes_on, rest))
    for line in takewhile(_goes_on, rest):
        values = _values(line)
        yield int(values[NUMBER]), int(values[TYPE] or 1) if len(values) > TYPE else 1


def _goes_on(line: str) -> bool:
    """Say whether a line is a record, and not the end of its section."""
    return not re.match(r"\s*(0\s*(/|$)|Q\s*$)", line)


def _values(line: str) -> list[str]:
    """Split a record at commas, or at blanks where it has none; a slash begins a remark, and names are not needed."""
    bare = re.sub("'[^']*'", "''", line).partition("/")[0]
    return [value.strip() for value in (bare.split(",") if "," in bare else bare.split())]
