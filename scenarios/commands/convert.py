"""``twin convert``: any telemetry format, or a running Prometheus server -> canonical parquet, and how good it is."""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import NamedTuple

import polars as pl
from rich.console import Console

import telemetry
from telemetry import Reading, live
from telemetry.formats import FORMATS, writing
from twin.errors import Fault, OutputError, ScenarioError

PAGE = ".quality.html"
"""End of the name of the page beside what is written."""

PARQUET = "parquet"


class Asked(NamedTuple):
    """What was asked: how the file is read, what is asked of a server, and what is written beside it."""

    format: str | None = None
    mapping: str | None = None
    start: str | None = None
    tz: str | None = None
    policy: tuple[str, ...] = ()
    query: str | None = None
    end: str | None = None
    step: float | None = None
    to: str = PARQUET
    run: Path | None = None
    page: bool = True
    force: bool = False


def show(file: str, out: Path | None, asked: Asked) -> None:
    """Convert a file, say what became of its rows, and write the page of its quality."""
    target = _target(file, out, asked.to)
    if target.exists() and (not asked.force or (Path(file).exists() and target.samefile(file))):
        message = f"{target}: stands there already; give another --out" + (
            "" if asked.force else ", or --force to replace it"
        )
        raise OutputError(message)
    reading = _read(file, asked)
    if asked.to == PARQUET:
        telemetry.write(reading, target)
    elif reading.kind == "measurements":
        writing.export(reading.frame.collect(), asked.to, target)
    else:
        message = f"{file}: holds {reading.kind}, which are written as parquet only; leave out --to"
        raise OutputError(message)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    rows = reading.frame.select(pl.len()).collect().item()
    what = "values" if reading.kind == "measurements" else reading.kind
    console.print(f"{file} ({reading.format}): {reading.provenance.rows:,} rows in, {rows:,} {what} out")
    console.print(f"  known by: {FORMATS[reading.format].known_by}")
    for reason, count in reading.provenance.dropped.items():
        console.print(f"  left out: {count:,} {reason}")
    for note in reading.notes:
        console.print(f"  note: {note}")
    console.print(f"written: {target}")
    if asked.page:
        console.print(f"quality: {_page(reading, target, asked.run)}")


def _target(file: str, out: Path | None, to: str) -> Path:
    if to != PARQUET and to not in writing.SUFFIXES:
        fault = Fault("--to", f"{to!r} is not written; known: {', '.join((PARQUET, *writing.SUFFIXES))}")
        raise ScenarioError(source="", faults=[fault])
    if out is not None:
        return out
    suffix = ".parquet" if to == PARQUET else writing.SUFFIXES[to]
    if live.is_server(file):
        return Path(urllib.parse.urlsplit(file).netloc.replace(":", "_") + suffix)
    return Path(file).with_suffix(suffix)


def _read(file: str, asked: Asked) -> Reading:
    if not live.is_server(file):
        return telemetry.read(
            file, format=asked.format, mapping=asked.mapping, start=asked.start, tz=asked.tz, policy=asked.policy
        )
    wanted = {"--query": asked.query, "--start": asked.start, "--end": asked.end}
    faults = [Fault(name, "is needed to ask a server") for name, given in wanted.items() if given is None]
    if faults:
        raise ScenarioError(source=file, faults=faults)
    return telemetry.ask(
        file, str(asked.query), str(asked.start), str(asked.end), step=asked.step, mapping=asked.mapping
    )


def _page(reading: Reading, target: Path, run: Path | None) -> Path:
    from scenarios.quality import page
    from twin.run import Run

    place = target.with_name(target.name.removesuffix(".parquet") + PAGE)
    return page.write(reading, place, None if run is None else Run.load(run))
