"""``twin convert``: any telemetry format -> canonical parquet."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from rich.console import Console

import telemetry
from twin.errors import OutputError


def show(
    file: Path,
    out: Path | None,
    *,
    format: str | None,
    mapping: str | None,
    start: str | None,
    tz: str | None,
    force: bool,
) -> None:
    """Convert a file, and say what became of its rows."""
    target = file.with_suffix(".parquet") if out is None else out
    if target.exists() and (not force or target.samefile(file)):
        message = f"{target}: stands there already; give another --out" + (
            "" if force else ", or --force to replace it"
        )
        raise OutputError(message)
    reading = telemetry.read(file, format=format, mapping=mapping, start=start, tz=tz)
    telemetry.write(reading, target)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    rows = reading.frame.select(pl.len()).collect().item()
    console.print(f"{file} ({reading.format}): {reading.provenance.rows:,} rows in, {rows:,} values out")
    for reason, count in reading.provenance.dropped.items():
        console.print(f"  left out: {count:,} {reason}")
    for note in reading.notes:
        console.print(f"  note: {note}")
    console.print(f"written: {target}")
