"""
What a format module takes and gives.

A format turns a `Source` into a `Draft`: canonical rows, each with the line it came from, and every fault found so far.
`telemetry.clean` judges the draft as a whole, so that a file's faults are told all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from telemetry.mapping import FileMapping
from telemetry.source import Source
from telemetry.times import INSTANT, Clock
from twin.errors import Fault, TelemetryError

MOST_LISTED = 20
"""Faults of one kind that are told one by one; the rest are counted."""

GOOD, ESTIMATED, SUSPECT, STALE, OUTSIDE, NO_SENSOR, RESET = range(7)
"""Qualities of `twin.columns.TELEMETRY` that reading gives."""


REFUSE = "refuse"


class Policy(NamedTuple):
    """
    What is done with faults that a user may have read over.

    Attributes
    ----------
    repeats
        Two values of one thing at one time: ``refuse``, take the ``last`` in the file, or their ``mean``; suspect then.
    clock_change
        Local times that a change of clocks makes double or impossible: ``refuse``, or read a double one as the
        ``earlier`` or the ``later``, and an impossible one as if the clocks had not been changed; suspect then.
    outside
        Values beyond what is plausible: ``refuse``, or ``flag`` them, null and out of range.
    """

    repeats: str = REFUSE
    clock_change: str = REFUSE
    outside: str = REFUSE


STRICT = Policy()
"""Everything is refused."""

POLICIES = {
    "repeats": (REFUSE, "last", "mean"),
    "clock_change": (REFUSE, "earlier", "later"),
    "outside": (REFUSE, "flag"),
}
"""What each policy may be."""


def policy(words: Sequence[str]) -> Policy:
    """
    Read policies.

    Parameters
    ----------
    words
        Such as ``repeats=last``.

    Raises
    ------
    TelemetryError
        Where one is none of `POLICIES`.
    """
    given, faults = {}, []
    for word in words:
        name, _, choice = word.partition("=")
        if choice in POLICIES.get(name, ()):
            given[name] = choice
        else:
            known = "; ".join(f"{key}={' or '.join(choices)}" for key, choices in POLICIES.items())
            faults.append(Fault("--policy", f"{word!r} is no policy; known: {known}"))
    if faults:
        raise TelemetryError(source="", faults=faults)
    return Policy(**given)


class Options(NamedTuple):
    """What the user said about a file."""

    clock: Clock
    mapping: FileMapping | None
    policy: Policy = STRICT


class Draft(NamedTuple):
    """
    Rows of a file in canonical columns, not yet judged.

    Attributes
    ----------
    frame
        ``line`` and the columns of `twin.columns.TELEMETRY`.
    faults, notes
        What was found wrong, and what a reader of the result should know.
    dropped : reason to count
        Rows of the file that gave none here.
    units : column to text
        What each column was read as.
    ordered : bool
        Whether the file promises rows in order of time.
    attribution
        Whom the data is to be credited to; empty where the file does not tell.
    kind
        What a row is, a key of `twin.columns.KINDS`; of jobs and requests, `frame` has the columns of that table.
    rows_in : [1]
        Rows of a file that is no table; counted from the source where not given.
    wraps : metric to number
        Where counters of a metric wrap, in SI, if that is known.
    held_s : [s]
        For how long a silent value still holds, where a file tells changes of value only; zero where it tells samples.
    """

    frame: pl.DataFrame
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    dropped: Mapping[str, int] = {}
    units: Mapping[str, str] = {}
    ordered: bool = True
    attribution: str = ""
    kind: str = "measurements"
    rows_in: int | None = None
    wraps: Mapping[str, float] = {}
    held_s: float = 0.0


class Format(NamedTuple):
    """
    One file format.

    Attributes
    ----------
    name, description
        As the command line lists it.
    known_by
        What tells it from all others, in words.
    sniff
        Give the reason why a source is not of this format; empty when it is.
    read
        Read a source of this format.
    whole
        Whether it reads the file as it is, not as a table of rows and cells.
    """

    name: str
    description: str
    known_by: str
    sniff: Callable[[Source, Options], str]
    read: Callable[[Source, Options], Draft]
    whole: bool = False


Row = dict[str, Any]


def listed(found: pl.DataFrame, where: Callable[[Row], str], message: Callable[[Row], str]) -> list[Fault]:
    """Tell the first rows of `found` one by one and count the rest."""
    faults = [Fault(where(row), message(row)) for row in found.head(MOST_LISTED).iter_rows(named=True)]
    if found.height > MOST_LISTED:
        faults.append(Fault("", f"and {found.height - MOST_LISTED:,} more like the last"))
    return faults


def rows(times: pl.Series, lines: pl.Series, asset: str | pl.Series, metric: str, values: pl.Series) -> pl.DataFrame:
    """Make canonical rows of one metric; a missing value is a sensor's fault."""
    assets = pl.lit(asset) if isinstance(asset, str) else pl.col("asset")
    frame = pl.DataFrame({"line": lines, "time": times, "value": values})
    if isinstance(asset, pl.Series):
        frame = frame.with_columns(asset=asset)
    return frame.select(
        "line",
        "time",
        asset=assets,
        metric=pl.lit(metric),
        value="value",
        quality=pl.when(pl.col("value").is_null()).then(NO_SENSOR).otherwise(GOOD).cast(pl.UInt8),
    )


def no_rows() -> pl.DataFrame:
    """Make a frame of no canonical rows."""
    empty = pl.Series("value", [], pl.Float64)
    return rows(empty.cast(INSTANT), empty.cast(pl.UInt32), "", "", empty)
