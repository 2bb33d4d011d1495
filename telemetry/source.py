"""
Open a file and judge it as a file: there, whole, of one encoding and of one width.

Everything is checked before a cell is read: what a CSV reader accepts in silence (short rows, NUL bytes, a repeated
header) is told here with its line.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from twin.errors import Fault, TelemetryError

_MAGIC = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
}
"""First bytes of files that are no telemetry, and what to do with them."""

CUT = "last line cut short"
"""Reason under which a dropped last line is counted."""

_MOST_COLUMNS = 20_000
_MOST_RAGGED = 20
_NEWLINE, _QUOTE, _COMMA = (ord(sign) for sign in '\n",')


class Source(NamedTuple):
    """
    A file, opened.

    Attributes
    ----------
    path
        Where it is.
    kind
        ``text`` or ``parquet``.
    sha256
        Of its bytes.
    header
        Column names; empty for text without a header.
    rows
        Cells: text (all columns as text), or as parquet types them. Columns are named by `header`, or
        ``column_0``, ``column_1`` and so on.
    lines
        Line of the file (row, for parquet) at which each row of `rows` stands.
    open_ended
        Whether text ends without a newline, so that its last row may be cut.
    faults, notes, dropped
        What is wrong with it as a file, what was noticed, and rows left out by reason.
    metadata
        Key-value metadata of parquet.
    """

    path: Path
    kind: str
    sha256: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    lines: pl.Series
    open_ended: bool = False
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    dropped: dict[str, int] = {}  # noqa: RUF012  a NamedTuple's default, never changed
    metadata: dict[str, str] = {}  # noqa: RUF012

    def place(self, line: int) -> str:
        """Name a place in the file."""
        return f"{'row' if self.kind == 'parquet' else 'line'} {line}"


def open_file(path: Path) -> Source:
    """
    Read a CSV or parquet file and check it as a file.

    Raises
    ------
    TelemetryError
        Where nothing of it can be read; lesser faults are in ``Source.faults``.
    """
    data = _content(path)
    if data.startswith(b"PAR1"):
        return _parquet(path, data)
    if path.suffix == ".parquet":
        raise _unreadable(path, "named .parquet, but it is no parquet file")
    return _text(path, data)


def _unreadable(path: Path, reason: str) -> TelemetryError:
    return TelemetryError(str(path), [Fault("", reason)])


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise _unreadable(path, "a folder; give one CSV or parquet file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise _unreadable(path, "the file is empty")
    for magic, advice in _MAGIC.items():
        if data.startswith(magic):
            raise _unreadable(path, f"the file is {advice}")
    return data


def _parquet(path: Path, data: bytes) -> Source:
    try:
        frame = pl.read_parquet(data)
        metadata = pl.read_parquet_metadata(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, f"no whole parquet file, it may be cut short or damaged: {error}") from error
    if not frame.height:
        raise _unreadable(path, "the file has columns and no row")
    return Source(
        path=path,
        kind="parquet",
        sha256=hashlib.sha256(data).hexdigest(),
        header=tuple(frame.columns),
        rows=frame,
        lines=_numbers(np.arange(1, frame.height + 1)),
        metadata={key: text for key, text in metadata.items() if key != "ARROW:schema"},
    )


def _numbers(values: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("line", values.astype(np.uint32))


def _text(path: Path, data: bytes) -> Source:
    sha256 = hashlib.sha256(data).hexdigest()
    body = data.removeprefix(b"\xef\xbb\xbf")
    _check_encoding(path, body)
    body = body.rstrip(b"\r\n") + (b"\n" if body.endswith(b"\n") else b"")
    starts, cells = _layout(body)
    header = _header(path, body, starts)
    first, width = (1 if header else 0), int(cells[0])
    if len(starts) == first:
        raise _unreadable(path, "the file has a header and no row")
    good = first + np.flatnonzero(cells[first:] == width)
    open_ended = not body.endswith(b"\n")
    cut = bool(open_ended and cells[-1] < width)
    ragged = np.flatnonzero(cells[: -1 if cut else None] != width)
    lines = _line_numbers(body, starts)
    names = header or tuple(f"column_{index}" for index in range(width))
    return Source(
        path=path,
        kind="text",
        sha256=sha256,
        header=header,
        rows=_cells(_kept(body, starts, good, first), names, len(good)),
        lines=_numbers(lines[good]),
        open_ended=open_ended and not cut,
        faults=tuple(_ragged_faults(lines[ragged], cells[ragged], width)),
        notes=("the last line is cut short and was dropped",) if cut else (),
        dropped={CUT: 1} if cut else {},
    )


def _check_encoding(path: Path, body: bytes) -> None:
    zero = body.find(b"\0")
    if zero >= 0:
        line = body.count(b"\n", 0, zero) + 1
        count = body.count(b"\0")
        raise _unreadable(path, f"line {line}: a NUL byte at offset {zero:,} ({count:,} in all): the file is damaged")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        byte = body[error.start]
        message = f"line {line}: byte 0x{byte:02x} is not UTF-8 (Latin-1, perhaps); save the file as UTF-8"
        raise _unreadable(path, message) from error


def _layout(body: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find where each row starts and how many cells it has; signs in quotes separate nothing."""
    signs = np.frombuffer(body, np.uint8)
    newlines, commas = np.flatnonzero(signs == _NEWLINE), np.flatnonzero(signs == _COMMA)
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


def _header(path: Path, body: bytes, starts: npt.NDArray[np.int64]) -> tuple[str, ...]:
    """Read the first row as column names, unless it is all numbers."""
    first = body[: starts[1]] if len(starts) > 1 else body
    cells = [cell.strip().strip('"').strip() for cell in first.decode("utf-8").strip().split(",")]
    if len(cells) > _MOST_COLUMNS:
        raise _unreadable(path, f"{len(cells):,} columns; at most {_MOST_COLUMNS:,} are read")
    if len(cells) == 1 and (";" in cells[0] or "\t" in cells[0]):
        message = (
            f"line 1: columns are not separated by commas ({cells[0][:40]!r}); write commas, and points in decimals"
        )
        raise _unreadable(path, message)
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


def _cells(body: bytes, names: tuple[str, ...], height: int) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String())
    if not height:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(body, has_header=False, schema=schema, infer_schema=False)
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))
