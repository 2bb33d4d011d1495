"""The standard workload format of the Parallel Workloads Archive, 2.2: 18 numbers a job, after a header of ``;``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import polars as pl

from telemetry import records
from telemetry.draft import Draft, Format, Options, listed
from telemetry.source import CUT, Source
from twin.errors import Fault

_FIELDS = (
    *("job", "submit", "wait", "run", "processors", "cpu", "memory", "asked", "asked_time", "asked_memory"),
    *("status", "user", "group", "program", "queue", "partition", "before", "think"),
)
_STATES = {-1: "unknown", 0: "failed", 1: "completed", 2: "unknown", 3: "unknown", 4: "unknown", 5: "cancelled"}
_START = re.compile(r"^;\s*UnixStartTime:\s*([0-9]{1,12})\s*$", re.MULTILINE)
_MOST = 1e12
"""Beyond any second, processor or kilobyte of a job."""

_EARLIEST, _LATEST = 0, 4_102_444_800


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no workload in this format; empty when it is."""
    del options
    if source.kind != "text":
        return "it is no text"
    lines = source.data[:65536].decode("utf-8", "ignore").splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith(";")), "")
    numbers = [cell for cell in first.split() if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)]
    if not len(numbers) == len(first.split()) == len(_FIELDS):
        return "the first line after those that begin with ; is not 18 numbers"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read jobs; -1 stands for what is not known."""
    text = source.text
    lines = pl.DataFrame({"text": text.split("\n")}).with_row_index("line", offset=1)
    lines = lines.with_columns(pl.col("text").str.strip_chars())
    lines = lines.filter((pl.col("text") != "") & ~pl.col("text").str.starts_with(";"))
    numbers = lines.with_columns(cells=pl.col("text").str.extract_all(r"\S+"))
    numbers = numbers.with_columns(count=pl.col("cells").list.len())
    dropped, notes = {}, []
    if not text.endswith("\n") and numbers["count"][-1] < len(_FIELDS):
        numbers, dropped = numbers[:-1], {CUT: 1}
        notes.append("the last line is cut short and was dropped")
    wide = numbers.select(
        "line",
        "text",
        "count",
        pl.col("cells").list.first().alias("name"),
        *(
            pl.col("cells").list.get(place, null_on_oob=True).cast(pl.Float64, strict=False).alias(name)
            for place, name in enumerate(_FIELDS)
        ),
    )
    sane = pl.all_horizontal((pl.col(name).abs() < _MOST).fill_null(value=False) for name in _FIELDS)
    good = sane & (pl.col("count") == len(_FIELDS))
    faults = listed(
        wide.filter(~good),
        lambda row: source.place(row["line"]),
        lambda row: f"{row['count']} cells, wanted 18 numbers below {_MOST:g}; got {row['text'][:60]!r}",
    )
    wide = wide.filter(good)
    start, start_faults, start_notes = _start(text, options)
    frame = _frame(wide, start)
    more = int((frame["host_utilisation"] == 1.0).sum())
    if more:
        notes.append(f"jobs whose processors worked for at least their whole time: {more:,}")
    faults += start_faults
    return Draft(frame, tuple(faults), (*start_notes, *notes), dropped, kind="jobs", rows_in=wide.height)


def _start(text: str, options: Options) -> tuple[datetime, list[Fault], list[str]]:
    """Find when the workload starts: as the user says, else as its header does."""
    found = _START.search(text)
    if options.clock.start is not None:
        return options.clock.start, [], []
    if found is not None and _EARLIEST < int(found[1]) < _LATEST:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(found[1])), [], []
    message = "times count s from a start that its header does not give; say when with --start 2025-07-27T00:00Z"
    return datetime(2000, 1, 1, tzinfo=UTC), [Fault("", message)], []


def _frame(wide: pl.DataFrame, start: datetime) -> pl.DataFrame:
    def known(name: str) -> pl.Expr:
        return pl.when(pl.col(name) >= 0).then(pl.col(name))

    def seconds(name: str) -> pl.Expr:
        return pl.duration(microseconds=(known(name) * 1e6).round().cast(pl.Int64))

    began = pl.lit(start) + seconds("submit") + seconds("wait")
    activity = pl.when((pl.col("run") > 0) & (pl.col("cpu") > 0)).then((pl.col("cpu") / pl.col("run")).clip(0.0, 1.0))
    state = pl.col("status").cast(pl.Int64, strict=False).replace_strict(_STATES, default="unknown")
    frame = wide.select(
        "line",
        job=pl.col("name"),
        submit_time=pl.lit(start) + seconds("submit"),
        start_time=began,
        end_time=began + seconds("run"),
        duration_s=known("run"),
        processors=pl.coalesce(pl.when(pl.col("processors") > 0).then("processors"), known("asked")),
        host_utilisation=activity,
        state=state,
    )
    return records.marked(frame, pl.lit(value=False))


FORMAT = Format(
    "swf",
    "standard workload format of the Parallel Workloads Archive",
    "18 numbers a line after a header of lines that begin with ;",
    sniff,
    read,
    whole=True,
)
