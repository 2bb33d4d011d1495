"""
Text in which exporters show their series, and Prometheus dumps them: a name, labels, a value, and perhaps a time.

OpenMetrics ends with ``# EOF`` and tells seconds; the older text and dumps of a database tell milliseconds. Samples
without a time are of the instant of the scrape, which the user says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import polars as pl

from telemetry import series
from telemetry.draft import Draft, Format, Options, listed
from telemetry.series import OWN, Labelled
from telemetry.source import CUT, Source
from telemetry.times import INSTANT
from twin.columns import METRICS
from twin.errors import Fault

_NAME = r"[A-Za-z_:][A-Za-z0-9_:]*"
_LINE = rf"^({_NAME})?\s*(\{{.*\}})?\s*(\S+)(?:\s+(\S+))?$"
_LABEL = re.compile(rf'\s*({_NAME}|"(?:[^"\\]|\\.)*")\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
_EXEMPLAR = r"\s#\s\{[^{}]*\}\s.*$"
_SAMPLE = re.compile(rf"^{_NAME}(\{{.*\}})?\s+[-+0-9.eEInfNa]+(\s+\S+)?\s*$|^\{{\s*__name__=")
_HEAD = 16


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no exposition text; empty when it is."""
    del options
    if source.kind != "text":
        return "it is no text"
    head = [line for line in source.data[:65536].decode("utf-8", "ignore").splitlines()[:200] if line.strip()]
    if any(re.match(r"# (HELP|TYPE|UNIT) \S|# EOF$", line) for line in head):
        return ""
    lines = [line for line in head[:_HEAD] if not line.startswith("#")]
    if lines and all(_SAMPLE.match(line) for line in lines):
        return ""
    return 'the first lines are no samples such as name{label="text"} 1.5'


def read(source: Source, options: Options) -> Draft:
    """Read exposition text."""
    lines = pl.DataFrame({"text": source.text.split("\n")}).with_row_index("line", offset=1)
    lines = lines.with_columns(pl.col("text").str.strip_chars())
    metrics = bool((lines["text"] == "# EOF").any())
    lines = lines.filter((pl.col("text") != "") & ~pl.col("text").str.starts_with("#"))
    dropped, notes = {}, []
    if lines.height and not metrics and not source.data.endswith(b"\n"):
        lines, dropped = lines[:-1], {CUT: 1}
        notes.append("the last line is cut short and was dropped")
    plain = lines["text"].str.replace(_EXEMPLAR, "")
    parts = plain.str.extract_groups(_LINE).struct.rename_fields(["name", "labels", "value", "stamp"]).struct.unnest()
    parts = parts.with_columns(lines["line"], text=plain)
    wrong = pl.col("value").is_null() | (pl.col("name").is_null() & pl.col("labels").is_null())
    faults = _faults(source, parts.filter(wrong), 'no sample such as name{label="text"} 1.5')
    parts = parts.filter(~wrong).with_columns(number=_number(pl.col("value")))
    faults += _faults(source, parts.filter(pl.col("number").is_null()), "the value is no number")
    parts = parts.filter(pl.col("number").is_not_null())
    names, places, label_faults = _labelled(source, parts)
    located = source._replace(lines=parts["line"], rows=parts)
    if parts.height and parts["stamp"].is_null().all():
        instants, time_faults = _scraped(parts.height, options)
    else:
        instants, time_faults = series.timed(located, parts["stamp"], "unix_s" if metrics else "unix_ms", options)
        time_faults = [_with_hint(fault, metrics=metrics) for fault in time_faults]
    found = series.samples(names, places, parts["line"], instants, parts["number"])
    made = series.draft(found, options, [*faults, *label_faults, *time_faults], notes)
    return made._replace(dropped=dropped)


def _number(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase().str.strip_prefix("+")
    return (
        pl.when(lower == "nan").then(float("nan"))
        .when(lower == "inf").then(float("inf"))
        .when(lower == "-inf").then(float("-inf"))
        .otherwise(lower.cast(pl.Float64, strict=False))
    )  # fmt: skip


def _faults(source: Source, found: pl.DataFrame, message: str) -> list[Fault]:
    return listed(found, lambda row: source.place(row["line"]), lambda row: f"{message}; got {row['text'][:60]!r}")


def _labelled(source: Source, parts: pl.DataFrame) -> tuple[list[Labelled], list[int], list[Fault]]:
    """Read the labels of each series once, however many samples it has."""
    keys = parts.select("name", "labels").unique(maintain_order=True).with_row_index("series")
    joined = parts.join(keys, on=["name", "labels"], how="left", nulls_equal=True, maintain_order="left")
    first = dict(joined.group_by("series").agg(pl.col("line").min()).iter_rows())
    names, faults = [], []
    for place, name, text in keys.iter_rows():
        labels = _labels((text or "{}")[1:-1])
        if labels is None:
            faults.append(Fault(source.place(first[place]), f"labels cannot be read: {text[:60]}"))
            labels = {}
        names.append(Labelled(name or labels.pop("__name__", ""), labels))
    return names, joined["series"].to_list(), faults


def _labels(text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    place = 0
    while text[place:].strip():
        match = _LABEL.match(text, place)
        if match is None:
            return None
        found[match[1].strip('"')] = re.sub(r"\\[\\\"n]", lambda escape: _ESCAPES[escape[0]], match[2])
        place = match.end()
    return found


def _scraped(count: int, options: Options) -> tuple[pl.Series, list[Fault]]:
    faults = []
    if options.clock.start is None:
        message = "its samples have no time; say when they were scraped with --start 2025-07-27T00:00Z"
        faults.append(Fault("", message))
    return pl.Series([options.clock.start] * count, dtype=INSTANT), faults


def _with_hint(fault: Fault, *, metrics: bool) -> Fault:
    """Tell of the thousand between the two texts where a time falls outside of all years."""
    if "outside" not in fault.message:
        return fault
    told = (
        "ends with # EOF, so its times were read as seconds"
        if metrics
        else "has no # EOF, so its times were read as ms"
    )
    return fault._replace(message=f"{fault.message} (the text {told})")


def write(frame: pl.DataFrame) -> str:
    """
    Show canonical measurements as OpenMetrics text.

    Parameters
    ----------
    frame
        Of the columns of `twin.columns.TELEMETRY`.

    Returns
    -------
    text
        A family a metric, ``gigatwin_`` and its name, with the asset as a label and the quality where it is not good;
        times in seconds to the microsecond, missing values as NaN. Read again, it is the same frame.
    """
    parts = []
    for metric, rows in frame.partition_by("metric", as_dict=True, maintain_order=True).items():
        name = OWN + str(metric[0])
        parts += [f"# TYPE {name} gauge", f"# HELP {name} {METRICS[str(metric[0])].meaning}"]
        parts += _lines(name, rows.iter_rows(named=True))
    return "\n".join([*parts, "# EOF", ""])


def _lines(name: str, rows: Iterable[dict[str, object]]) -> list[str]:
    lines = []
    for row in rows:
        quality = f',quality="{row["quality"]}"' if row["quality"] else ""
        value = "NaN" if row["value"] is None else repr(row["value"])
        time = row["time"]
        stamp = f" {_seconds(time)}" if isinstance(time, datetime) else ""
        lines.append(f'{name}{{asset="{row["asset"]}"{quality}}} {value}{stamp}')
    return lines


def _seconds(time: datetime) -> str:
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since.days * 86400 + since.seconds}.{since.microseconds:06d}"


FORMAT = Format(
    "exposition",
    "text of Prometheus exporters such as DCGM's, OpenMetrics, and dumps of a Prometheus database",
    'lines # HELP, # TYPE or # EOF, or samples such as name{label="text"} 1.5',
    sniff,
    read,
    whole=True,
)
