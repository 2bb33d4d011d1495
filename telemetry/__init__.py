"""
Files in, canonical frames out.

`read` takes any known file and gives one long frame: instant in UTC, asset, metric, SI value, quality; of job tables
and request traces, one row a job or request. `resample` puts a metric on a regular grid without losing energy,
`synthetic` makes seeded traces, `write` keeps a reading as parquet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from telemetry import clean, live, records, source, times
from telemetry import mapping as _mapping
from telemetry.draft import Options
from telemetry.draft import policy as read_policy
from telemetry.formats import FORMATS, choose
from telemetry.source import Source
from telemetry.store import Provenance, keep
from twin.errors import Fault, TelemetryError

__all__ = ["FORMATS", "Reading", "ask", "read", "write"]


class Reading(NamedTuple):
    """
    A file, read.

    Attributes
    ----------
    frame
        The columns of `twin.columns.TELEMETRY`, in order of time, asset and metric; of jobs and requests, those of
        their table in `twin.columns.KINDS`.
    format
        Name of the format that it was read as.
    notes
        What a reader of the result should know: gaps, dropped rows, caveats of the source.
    provenance
        Where it came from, and how many rows of it were used.
    kind
        What a row is: ``measurements``, ``jobs`` or ``requests``.
    """

    frame: pl.LazyFrame
    format: str
    notes: tuple[str, ...]
    provenance: Provenance
    kind: str = "measurements"


def read(
    path: str | Path,
    format: str | None = None,
    mapping: str | Path | None = None,
    start: str | datetime | None = None,
    tz: str | None = None,
    policy: Sequence[str] = (),
) -> Reading:
    """
    Read a telemetry file.

    Parameters
    ----------
    path
        A file of a known format.
    format
        A name in `FORMATS`; found from the file where not given.
    mapping
        A mapping file (TOML), or the name of a shipped one, for tables and series whose columns and names it tells.
    start
        Instant from which a file's relative times count, with a zone or in that of `tz`.
    tz
        Zone of times that do not name theirs, such as ``America/New_York``.
    policy
        What is done with faults that the user has read over, such as ``repeats=last``; see `telemetry.draft.Policy`.

    Raises
    ------
    TelemetryError
        With every fault of the file and its place.
    UnknownNameError
        Where the format or mapping named is not known.
    """
    settled = read_policy(policy)
    options = Options(times.clock(start, tz, settled.clock_change), _mapping.choose(mapping), settled)
    return _judged(source.load(Path(path)), format, options)


def _judged(bare: Source, format: str | None, options: Options) -> Reading:
    found, opened = choose(bare, format, options)
    draft = found.read(opened, options)
    if draft.kind == "measurements":
        judged = clean.finish(draft, opened, options.policy)
    else:
        judged = records.finish(draft, opened)
    provenance = Provenance(
        source=opened.path.name,
        sha256=opened.sha256,
        format=found.name,
        units=dict(draft.units),
        rows=opened.rows.height if draft.rows_in is None else draft.rows_in,
        dropped=judged.dropped,
        attribution=draft.attribution,
    )
    return Reading(judged.frame.lazy(), found.name, judged.notes, provenance, draft.kind)


def ask(
    address: str,
    query: str,
    start: str | datetime,
    end: str | datetime,
    step: float | None = None,
    mapping: str | Path | None = None,
) -> Reading:
    """
    Read telemetry from a running Prometheus server.

    Parameters
    ----------
    address
        Such as ``http://localhost:9090``.
    query
        In PromQL; a selector of series where no step is given.
    start, end
        Of the range, with zones.
    step : [s]
        Between the points at which the query is evaluated; None for the samples as they were scraped.
    mapping
        What names mean, for those that no mapping of the package knows.

    Raises
    ------
    TelemetryError
        Where the server gives no answer, or its answer has faults.
    """
    instants = [times.clock(moment, None).start for moment in (start, end)]
    if None in instants:
        raise TelemetryError(address, [Fault("", "give both ends of the range")])
    begin, last = (moment for moment in instants if moment is not None)
    found = live.ask(address, query, begin, last, step)
    return _judged(found, "prometheus", Options(times.clock(None, None), _mapping.choose(mapping)))


def write(reading: Reading, path: str | Path) -> None:
    """
    Keep a reading as canonical parquet, whole or not at all.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    keep(reading.frame, reading.notes, reading.provenance, Path(path), reading.kind)
