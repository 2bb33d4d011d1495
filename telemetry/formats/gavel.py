"""Traces of Gavel's simulator: a job a line of seven cells parted by tabs, with its arrival and its accelerators."""

from __future__ import annotations

import re

import polars as pl

from telemetry import cells, records
from telemetry.draft import Draft, Format, Options
from telemetry.source import Source
from telemetry.table import tabulate

_CREDIT = "jobs: stanford-futuredata/gavel, MIT, (c) 2020 Stanford Future Data Systems; from Microsoft's Philly traces"
_NAMES = ("kind", "command", "argument", "needs_data", "steps", "arrival", "accelerators")
_LINE = re.compile(rb"[^\t\n]+\t[^\t\n]*\t[^\t\n]*\t[01]\t[0-9]+\t[-0-9.eE+]+\t[0-9]+\r?\n")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no trace of Gavel's; empty when it is."""
    del options
    if source.kind != "text":
        return "it is no text"
    return "" if _LINE.match(source.data) else "the first line is not seven cells parted by tabs"


def read(source: Source, options: Options) -> Draft:
    """Read jobs; a job's steps say nothing of how long it takes, and its command is never looked at."""
    table = tabulate(source, "\t", _NAMES)
    instants, faults = cells.instants(table, "arrival", "s", options)
    count = cells.numbers(table, "accelerators", "1", "1")
    frame = pl.DataFrame(
        {
            "line": table.lines,
            "job": table.lines.cast(pl.String),
            "kind": table.rows["kind"],
            "submit_time": instants.values,
            "accelerators": count.values,
        }
    )
    return Draft(
        records.marked(frame, pl.lit(value=False)),
        (*table.faults, *faults, *count.faults),
        (*table.notes, "jobs have a number of steps, and neither a duration nor nodes"),
        table.dropped,
        attribution=_CREDIT,
        kind="jobs",
        rows_in=table.rows.height,
    )


FORMAT = Format(
    "gavel",
    "job traces of Gavel's simulator, tab-separated without header",
    "a first line of seven cells parted by tabs: kind, command, argument, 0 or 1, steps, arrival, accelerators",
    sniff,
    read,
    whole=True,
)
