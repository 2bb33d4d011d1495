"""Job log of Microsoft's Philly clusters, as JSON: each job with its attempts, and the GPUs of each."""

from __future__ import annotations

from typing import Any

import polars as pl

from telemetry import cells, records
from telemetry.draft import Draft, Format, Options
from telemetry.source import Source
from telemetry.times import INSTANT
from twin.errors import Fault

_STATES = {"Pass": "completed", "Killed": "cancelled", "Failed": "failed"}
_NEEDED = {"jobid", "attempts", "submitted_time"}
_TIMES = ("submit_time", "start_time", "end_time")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no log of Philly's; empty when it is."""
    del options
    jobs = source.document
    if not source.kind.startswith("json") or not isinstance(jobs, list) or not jobs:
        return "it is no JSON list of jobs"
    if not all(isinstance(job, dict) and set(job) >= _NEEDED for job in jobs):
        return f"its jobs have not all of {', '.join(sorted(_NEEDED))}"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read jobs from the first attempt's start to the last one's end; sizes are those of the last."""
    lines = pl.Series("line", range(1, len(source.document) + 1), pl.UInt32)
    table = pl.DataFrame([_row(job) for job in source.document], schema=_schema()).with_columns(lines)
    located = source._replace(rows=table, lines=lines)
    faults: list[Fault] = []
    for name in _TIMES:
        there = ~cells.absent(table[name])
        kept = located._replace(rows=table.filter(there), lines=lines.filter(there))
        if kept.rows.height:
            found, told = cells.instants(kept, name, "iso", options)
            faults += told
            instants = pl.DataFrame({"line": kept.lines, "instant": found.values})
        else:
            instants = pl.DataFrame(schema={"line": pl.UInt32, "instant": INSTANT})
        table = table.drop(name).join(instants, on="line", how="left", maintain_order="left")
        table = table.rename({"instant": name})
    length = (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds() / 1e6
    frame = records.marked(table.with_columns(duration_s=length), pl.lit(value=False))
    credit = "jobs: msr-fiddle/philly-traces, CC BY 4.0; Jeon et al., USENIX ATC 2019"
    note = "waits between the attempts of a job count as its duration"
    return Draft(frame, tuple(faults), (note,), attribution=credit, kind="jobs", rows_in=table.height)


def _schema() -> dict[str, type[pl.DataType]]:
    texts = ("job", "kind", "state", *_TIMES)
    return {**dict.fromkeys(texts, pl.String), "nodes": pl.Float64, "accelerators": pl.Float64}


def _row(job: dict[str, Any]) -> dict[str, object]:
    found = job["attempts"]
    attempts = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    last = attempts[-1].get("detail") if attempts else None
    servers = [one for one in last if isinstance(one, dict)] if isinstance(last, list) else []
    gpus = [one.get("gpus") for one in servers]
    return {
        "job": str(job["jobid"]),
        "kind": str(job.get("vc", "")),
        "state": _STATES.get(str(job.get("status")), "unknown"),
        "submit_time": _text(job["submitted_time"]),
        "start_time": _text(attempts[0].get("start_time")) if attempts else None,
        "end_time": _text(attempts[-1].get("end_time")) if attempts else None,
        "nodes": float(len(servers)) if servers else None,
        "accelerators": float(sum(len(each) for each in gpus if isinstance(each, list))) if servers else None,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


FORMAT = Format(
    "philly",
    "JSON job log of Microsoft's Philly clusters",
    "a list of jobs with jobid, attempts and submitted_time",
    sniff,
    read,
    whole=True,
)
