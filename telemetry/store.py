"""Keep canonical telemetry as parquet, with where it came from in the file's metadata."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from twin.errors import OutputError

SCHEMA_VERSION = 1
"""Version of the canonical columns and of the metadata beside them."""


class Provenance(NamedTuple):
    """
    Where a reading came from.

    Attributes
    ----------
    source, sha256
        Name and hash of the file.
    format
        What it was read as.
    units : column to text
        What each of its columns was read as.
    rows : [1]
        Rows in the file.
    dropped : reason to count
        Rows that gave none here.
    attribution
        Whom the data is to be credited to; empty where nothing is known.
    """

    source: str
    sha256: str
    format: str
    units: Mapping[str, str]
    rows: int
    dropped: Mapping[str, int]
    attribution: str


def keep(frame: pl.LazyFrame, notes: tuple[str, ...], provenance: Provenance, path: Path, kind: str) -> None:
    """
    Write a canonical frame, whole or not at all.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    whole = frame.collect()
    metadata = {
        "schema_version": str(SCHEMA_VERSION),
        "kind": kind,
        "source": provenance.source,
        "sha256": provenance.sha256,
        "format": provenance.format,
        "units": json.dumps(dict(provenance.units), sort_keys=True),
        "rows_in": str(provenance.rows),
        "rows_out": str(whole.height),
        "dropped": json.dumps(dict(provenance.dropped), sort_keys=True),
        "attribution": provenance.attribution,
        "notes": json.dumps(list(notes)),
    }
    try:
        with tempfile.TemporaryDirectory(prefix=".telemetry-", dir=path.parent) as folder:
            part = Path(folder) / path.name
            whole.write_parquet(part, metadata=metadata)
            part.replace(path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}; give a folder with room that you may write to"
        raise OutputError(message) from error
