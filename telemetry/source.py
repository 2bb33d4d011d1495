"""
Open a file and judge it as a file: there, whole and of one encoding.

What kind of file it is, its first bytes say. Text becomes a table in `telemetry.table`, or is read by a format of its
own.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from twin.errors import Fault, TelemetryError

_MAGIC = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
}
"""First bytes of files that are no telemetry, and what to do with them."""

CUT = "last line cut short"
"""Reason under which a dropped last line is counted."""

MOST_BYTES = 4 * 2**30
"""Most that a compressed file may unpack to [byte]: a bomb is told from telemetry by its size."""

_PIECE = 2**20
_RECORD = b"--- file type: cfg"
"""What a COMTRADE record in one file begins with; its end may hold numbers in binary."""

_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"


_PLACES = {"parquet": "row", "json": "value"}


class Source(NamedTuple):
    """
    A file, opened.

    Attributes
    ----------
    path
        Where it is.
    kind
        ``text``, ``json`` (one document), ``json_lines`` (one a line) or ``parquet``.
    sha256
        Of its bytes.
    data
        Its text, unpacked and without a byte-order mark; nothing for parquet.
    document
        What the JSON says; a list, a document a line, for ``json_lines``.
    header
        Column names; empty for text without a header.
    rows
        Cells: text (all columns as text), or as parquet or JSON types them. Columns are named by `header`, or
        ``column_0``, ``column_1`` and so on. Of text, none before it is a table.
    lines
        Line of the file (row, for parquet) at which each row of `rows` stands.
    open_ended
        Whether text ends without a newline, so that its last row may be cut.
    faults, notes, dropped
        What is wrong with it as a file, what was noticed, and rows left out by reason.
    metadata
        Key-value metadata of parquet.
    decimal
        Sign between whole and fraction of a number.
    """

    path: Path
    kind: str
    sha256: str
    header: tuple[str, ...] = ()
    rows: pl.DataFrame = pl.DataFrame()
    lines: pl.Series = pl.Series("line", [], pl.UInt32)
    data: bytes = b""
    document: Any = None
    open_ended: bool = False
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    dropped: dict[str, int] = {}  # noqa: RUF012  a NamedTuple's default, never changed
    metadata: dict[str, str] = {}  # noqa: RUF012
    decimal: str = "."

    @property
    def text(self) -> str:
        """Give the file as text."""
        return self.data.decode("utf-8")

    def place(self, line: int) -> str:
        """Name a place in the file."""
        return f"{_PLACES.get(self.kind, 'line')} {line}"


def load(path: Path) -> Source:
    """
    Open a file and find what kind it is.

    Raises
    ------
    TelemetryError
        Where nothing of it can be read.
    """
    data = _content(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PAR1"):
        return _parquet(path, data, sha256)
    if path.suffix == ".parquet":
        raise unreadable(path, "named .parquet, but it is no parquet file")
    body = (_unpacked(path, data) if data.startswith(_GZIP) else data).removeprefix(_MARK)
    if not body.strip():
        raise unreadable(path, "the file is empty")
    if not (path.suffix.lower() == ".cff" and body.lstrip().lower().startswith(_RECORD)):
        _check_encoding(path, body)
    bare = Source(path, "text", sha256, data=body)
    return _json(bare) if body.lstrip()[:1] in {b"{", b"["} else bare


def unreadable(path: Path, reason: str) -> TelemetryError:
    """Say why nothing of a file can be read."""
    return TelemetryError(str(path), [Fault("", reason)])


def numbered(values: npt.NDArray[np.int64]) -> pl.Series:
    """Give lines of a file as they stand beside its rows."""
    return pl.Series("line", values.astype(np.uint32))


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise unreadable(path, "a folder; give one file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, f"cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise unreadable(path, "the file is empty")
    for magic, advice in _MAGIC.items():
        if data.startswith(magic):
            raise unreadable(path, f"the file is {advice}")
    return data


def _unpacked(path: Path, data: bytes) -> bytes:
    parts, size = [], 0
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                if size > MOST_BYTES:
                    raise unreadable(path, f"unpacks to more than {MOST_BYTES:,} bytes; unpack and part it first")
                parts.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, f"no whole gzip file, it may be cut short or damaged: {error}") from error
    return b"".join(parts)


def _json(bare: Source) -> Source:
    """Read one document, or one a line; text that only begins like JSON stays text."""
    first = bare.data.lstrip().split(b"\n", 1)[0]
    lines = [(number, line) for number, line in enumerate(bare.data.split(b"\n"), 1) if line.strip()]
    if len(lines) > 1 and first.startswith(b"{") and first.rstrip().endswith(b"}") and _document(first)[0] is not None:
        return _json_lines(bare, lines)
    document, reason = _document(bare.data)
    if document is None:
        labels = first.startswith(b"{__name__") or (first.startswith(b"{") and b"=" in first.split(b'"', 1)[0])
        return bare if labels else bare._replace(kind="json", faults=(Fault("", f"no whole JSON: {reason}"),))
    return bare._replace(kind="json", document=document)


def _json_lines(bare: Source, lines: list[tuple[int, bytes]]) -> Source:
    """Read a document a line; a last one that is cut short is dropped."""
    documents, numbers, faults = [], [], []
    for number, line in lines:
        document, reason = _document(line)
        if document is None:
            faults.append(Fault(f"line {number}", f"no JSON: {reason}"))
        else:
            documents.append(document)
            numbers.append(number)
    cut = bool(faults) and faults[-1].where == f"line {lines[-1][0]}" and not bare.data.endswith(b"\n")
    flat = bare._replace(kind="json_lines", document=documents, faults=tuple(faults[: -1 if cut else None]))
    if cut:
        flat = flat._replace(notes=("the last line is cut short and was dropped",), dropped={CUT: 1})
    return _flattened(flat, np.array(numbers))


def _flattened(source: Source, numbers: npt.NDArray[np.int64]) -> Source:
    """Give documents of plain values as a table too; lists and tables in them are left to formats of their own."""
    plain = [
        {name: value for name, value in document.items() if not isinstance(value, list | dict)}
        for document in source.document
        if isinstance(document, dict)
    ]
    if len(plain) < len(numbers):
        return source
    names = dict.fromkeys(name for row in plain for name in row)
    try:
        rows = pl.DataFrame({name: pl.Series(name, [row.get(name) for row in plain], strict=True) for name in names})
    except (pl.exceptions.PolarsError, TypeError, OverflowError):
        rows = pl.DataFrame({name: pl.Series(name, [_as_text(row.get(name)) for row in plain]) for name in names})
    return source._replace(header=tuple(rows.columns), rows=rows, lines=numbered(numbers))


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def _document(text: bytes) -> tuple[Any, str]:
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError) as error:
        return None, str(error)


def _parquet(path: Path, data: bytes, sha256: str) -> Source:
    try:
        frame = pl.read_parquet(data)
        metadata = pl.read_parquet_metadata(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(path, f"no whole parquet file, it may be cut short or damaged: {error}") from error
    if not frame.height:
        raise unreadable(path, "the file has columns and no row")
    return Source(
        path=path,
        kind="parquet",
        sha256=sha256,
        header=tuple(frame.columns),
        rows=frame,
        lines=numbered(np.arange(1, frame.height + 1)),
        metadata={key: text for key, text in metadata.items() if key != "ARROW:schema"},
    )


def _check_encoding(path: Path, body: bytes) -> None:
    zero = body.find(b"\0")
    if zero >= 0:
        line = body.count(b"\n", 0, zero) + 1
        count = body.count(b"\0")
        raise unreadable(path, f"line {line}: a NUL byte at offset {zero:,} ({count:,} in all): the file is damaged")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        byte = body[error.start]
        message = f"line {line}: byte 0x{byte:02x} is not UTF-8 (Latin-1, perhaps); save the file as UTF-8"
        raise unreadable(path, message) from error
