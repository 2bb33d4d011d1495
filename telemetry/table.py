"""
Part text into rows and cells, and judge it as a table: whole, and of one width.

Everything is checked before a cell is read: what a CSV reader accepts in silence (short rows, a repeated header) is
told here with its line.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from telemetry.source import CUT, Source, numbered, unreadable
from twin.errors import Fault, TelemetryError

_MOST_COLUMNS = 20_000
_MOST_RAGGED = 20
_NEWLINE, _QUOTE = ord("\n"), ord('"')
_OTHERS = (";", "\t", "|")
"""Signs that separate columns where commas do not."""


def tabulate(bare: Source, separator: str = ",", names: tuple[str, ...] = ()) -> Source:
    """
    Part a text into a table.

    Parameters
    ----------
    bare
        As `telemetry.source.load` gives it; what is a table already is given back.
    separator
        One sign between cells.
    names
        Of the columns, where the text has no header; found from the first line if none are given.

    Returns
    -------
    Source
        With its cells as text; faults of single rows are in ``Source.faults``.

    Raises
    ------
    TelemetryError
        Where no table can be made of it.
    """
    if bare.kind != "text":
        return bare
    return _text(bare, separator, names)


def _text(bare: Source, separator: str, given: tuple[str, ...]) -> Source:
    path = bare.path
    body = bare.data.rstrip(b"\r\n") + (b"\n" if bare.data.endswith(b"\n") else b"")
    starts, cells = _layout(body, ord(separator))
    header = () if given else _header(path, body, starts, separator)
    first, width = (1 if header else 0), len(given) or int(cells[0])
    if len(starts) == first:
        raise unreadable(path, "the file has a header and no row")
    good = first + np.flatnonzero(cells[first:] == width)
    open_ended = not body.endswith(b"\n")
    cut = bool(open_ended and cells[-1] < width)
    ragged = np.flatnonzero(cells[: -1 if cut else None] != width)
    lines = _line_numbers(body, starts)
    names = given or header or tuple(f"column_{index}" for index in range(width))
    return bare._replace(
        header=header,
        rows=_cells(path, _kept(body, starts, good, first), names, len(good), separator),
        lines=numbered(lines[good]),
        open_ended=open_ended and not cut,
        faults=tuple(_ragged_faults(lines[ragged], cells[ragged], width)),
        notes=("the last line is cut short and was dropped",) if cut else (),
        dropped={CUT: 1} if cut else {},
    )


def _layout(body: bytes, separator: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find where each row starts and how many cells it has; signs in quotes separate nothing."""
    signs = np.frombuffer(body, np.uint8)
    newlines, commas = np.flatnonzero(signs == _NEWLINE), np.flatnonzero(signs == separator)
    if b'"' in body:
        quotes = np.flatnonzero(signs == _QUOTE)
        newlines, commas = (places[np.searchsorted(quotes, places) % 2 == 0] for places in (newlines, commas))
    starts = np.concatenate(([0], newlines + 1))
    starts = starts[starts < len(signs)]
    cells = np.diff(np.append(np.searchsorted(commas, starts), len(commas))) + 1
    return starts, cells


def _line_numbers(body: bytes, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the line of the file at which each row starts; a quoted cell may hold newlines."""
    newlines = np.flatnonzero(np.frombuffer(body, np.uint8) == _NEWLINE)
    return np.searchsorted(newlines, starts) + 1


def _header(path: Path, body: bytes, starts: npt.NDArray[np.int64], separator: str) -> tuple[str, ...]:
    """Read the first row as column names, unless it is all numbers."""
    first = body[: starts[1]] if len(starts) > 1 else body
    cells = [cell.strip().strip('"').strip() for cell in first.decode("utf-8").strip().split(separator)]
    if len(cells) > _MOST_COLUMNS:
        raise unreadable(path, f"{len(cells):,} columns; at most {_MOST_COLUMNS:,} are read")
    other = next((sign for sign in _OTHERS if sign in cells[0]), "") if len(cells) == 1 else ""
    if other:
        message = (
            f"line 1: columns are not separated by commas ({cells[0][:40]!r}); write commas, and points in decimals, "
            f"or give a mapping with separator = {other!r} and, if so, decimal = ','"
        )
        raise unreadable(path, message)
    if all(_is_number(cell) for cell in cells):
        return ()
    repeated = [name for name, count in Counter(cells).items() if count > 1]
    if repeated:
        raise TelemetryError(
            str(path), [Fault("line 1", f"column {name!r} stands {cells.count(name)} times") for name in repeated]
        )
    return tuple(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _ragged_faults(lines: npt.NDArray[np.int64], cells: npt.NDArray[np.int64], width: int) -> list[Fault]:
    shown = zip(lines[:_MOST_RAGGED], cells[:_MOST_RAGGED], strict=True)
    faults = [Fault(f"line {line}", f"{count} cells where the first line has {width}") for line, count in shown]
    if len(lines) > _MOST_RAGGED:
        faults.append(Fault("", f"and {len(lines) - _MOST_RAGGED:,} more lines of another width"))
    return faults


def _kept(body: bytes, starts: npt.NDArray[np.int64], good: npt.NDArray[np.int64], first: int) -> bytes:
    if len(good) == len(starts) - first:
        return body[starts[first] :]
    ends = np.append(starts[1:], len(body))
    return b"\n".join(body[starts[row] : ends[row]].rstrip(b"\r\n") for row in good)


def _cells(path: Path, body: bytes, names: tuple[str, ...], height: int, separator: str) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String())
    if not height:
        return pl.DataFrame(schema=schema)
    try:
        frame = pl.read_csv(body, has_header=False, schema=schema, infer_schema=False, separator=separator)
    except pl.exceptions.PolarsError as error:
        raise unreadable(path, f"its cells cannot be told apart: {error}") from error
    if frame.height != height:
        raise unreadable(
            path, f"its quotes do not pair: {height:,} rows by their ends, {frame.height:,} by their cells"
        )
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))
