"""
Job tables and request traces: judge a draft of rows that are no measurements, and make it canonical.

The columns are those of `twin.columns.JOBS` and `twin.columns.REQUESTS`. What a source does not tell is null.
"""

from __future__ import annotations

import polars as pl

from telemetry.clean import Judged
from telemetry.draft import GOOD, SUSPECT, Draft, listed
from telemetry.source import CUT, Source
from telemetry.times import INSTANT
from twin.columns import KINDS, Column
from twin.errors import Fault, TelemetryError

_TYPES: dict[str, type[pl.DataType] | pl.DataType] = {
    "time": INSTANT,
    "text": pl.String,
    "u8": pl.UInt8,
    "f64": pl.Float64,
}
_ORDER = {"jobs": ("submit_time", "start_time"), "requests": ("time",)}
STATES = ("completed", "failed", "cancelled", "timeout", "running", "unknown")
"""How a job may have ended."""


def shaped(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """
    Give a frame all columns of its kind, in their types and order.

    Parameters
    ----------
    kind
        ``jobs`` or ``requests``.
    frame
        With some of the columns of that kind, and perhaps ``line``.

    Returns
    -------
    DataFrame
        Columns that were not there are null, a quality good, text empty.
    """
    columns = KINDS[kind]
    return frame.select(
        *(["line"] if "line" in frame.columns else []),
        *(_column(frame, name, column.dtype) for name, column in columns.items()),
    )


def _column(frame: pl.DataFrame, name: str, dtype: str) -> pl.Expr:
    if name in frame.columns:
        found = pl.col(name).cast(_TYPES[dtype])
        return found.fill_nan(None) if dtype == "f64" else found.fill_null("") if dtype == "text" else found
    usual: object = {"u8": GOOD, "text": "unknown" if name == "state" else ""}.get(dtype)
    return pl.lit(usual, _TYPES[dtype]).alias(name)


def finish(draft: Draft, source: Source) -> Judged:
    """
    Check a draft of jobs or requests and make it canonical.

    Raises
    ------
    TelemetryError
        With every fault of the file.
    """
    frame = shaped(draft.kind, draft.frame)
    faults = [*source.faults, *draft.faults]
    for name, column in KINDS[draft.kind].items():
        if column.dtype == "f64":
            faults += _range_faults(frame, name, column, source)
    faults += _order_faults(frame, source) if draft.kind == "jobs" else []
    frame, repeats, repeat_faults = _without_repeats(draft.kind, frame, source)
    faults += repeat_faults
    if not faults and not frame.height:
        faults.append(Fault("", f"no {draft.kind} in it"))
    if faults:
        raise TelemetryError(str(source.path), faults)
    notes = [*source.notes, *draft.notes]
    if repeats:
        notes.append(f"rows that repeat another one, dropped: {repeats:,}")
    if source.open_ended and CUT not in draft.dropped:
        notes.append("the file ends without a newline; its last line was taken as whole")
    dropped = {**source.dropped, **draft.dropped, **({"repeated row": repeats} if repeats else {})}
    whole = frame.drop("line").sort(*_ORDER[draft.kind], nulls_last=True, maintain_order=True)
    return Judged(whole, tuple(dict.fromkeys(notes)), dropped)


def _range_faults(frame: pl.DataFrame, name: str, column: Column, source: Source) -> list[Fault]:
    wrong = frame.filter(((pl.col(name) < column.low) | (pl.col(name) > column.high)).fill_null(value=False))
    unit = "" if column.unit == "1" else f" {column.unit}"
    return listed(
        wrong,
        lambda row: f"{source.place(row['line'])}, {name}",
        lambda row: f"{row[name]:g}, wanted {column.low:g} to {column.high:g}{unit}",
    )


def _order_faults(frame: pl.DataFrame, source: Source) -> list[Fault]:
    """Find jobs that end before they start, or start before they were asked for."""
    faults: list[Fault] = []
    for early, late, message in (
        ("start_time", "end_time", "the job ends before it starts"),
        ("submit_time", "start_time", "the job starts before it is submitted"),
    ):
        wrong = frame.filter((pl.col(late) < pl.col(early)).fill_null(value=False))
        faults += listed(
            wrong,
            lambda row: f"{source.place(row['line'])}, {row['job']}",
            lambda row, message=message, early=early, late=late: f"{message}: {row[early]}, {row[late]}",  # type: ignore[misc]
        )
    return faults


def _without_repeats(kind: str, frame: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, int, list[Fault]]:
    """Drop jobs told twice alike; two jobs of one name are a fault. Requests have no name and may be alike."""
    if kind != "jobs":
        return frame, 0, []
    kept = frame.unique(list(KINDS[kind]), keep="first", maintain_order=True)
    other = kept.filter(~pl.col("job").is_first_distinct())
    faults = listed(
        other,
        lambda row: source.place(row["line"]),
        lambda row: f"the job {row['job']} stands in an earlier line with other values; a job has one row",
    )
    return kept, frame.height - kept.height, faults


def marked(frame: pl.DataFrame, missing: pl.Expr) -> pl.DataFrame:
    """Give rows that lack what they should tell the quality suspect."""
    return frame.with_columns(quality=pl.when(missing).then(pl.lit(SUSPECT)).otherwise(GOOD).cast(pl.UInt8))
