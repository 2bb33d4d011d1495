"""What ``ipmitool dcmi power reading`` prints, one reading or a log of them."""

from __future__ import annotations

import re

import polars as pl

from telemetry import series
from telemetry.draft import GOOD, SUSPECT, Draft, Format, Options, listed, no_rows, rows
from telemetry.source import Source
from twin.errors import Fault

ASSET = "server"
"""Name of the server that was asked, which the text does not tell."""

SATURATED_W = 1023.0
"""A controller of ten bits tells nothing above this [W]."""

_POWER = re.compile(r"Instantaneous power reading:\s*(\S+)\s*(\S*)", re.IGNORECASE)
_CLOCK = r"([0-9]{2}:[0-9]{2}:[0-9]{2})"
_STAMP = re.compile(
    rf"IPMI timestamp:\s*(?:[A-Za-z]{{3}}\s+)?([A-Za-z]{{3}})\s+([0-9]{{1,2}})\s+{_CLOCK}\s+([0-9]{{4}})"
)
_DATES = re.compile(rf"IPMI timestamp:\s*([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}})\s+{_CLOCK}")
_STATE = re.compile(r"Power reading state is:\s*(\S+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATE = re.compile(r"\s+(UTC|GMT)\s*$")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no reading of ipmitool; empty when it is."""
    del options
    if source.kind != "text":
        return "it is no text"
    return "" if _POWER.search(source.data[:65536].decode("utf-8", "ignore")) else "no line Instantaneous power reading"


def read(source: Source, options: Options) -> Draft:
    """Read powers at their times; a reading whose sensor is not activated is missing."""
    found: list[dict[str, object]] = []
    for number, line in enumerate(source.text.split("\n"), 1):
        power, state = _POWER.search(line), _STATE.search(line)
        if power is not None:
            found.append({"line": number, "cell": power[1], "unit": power[2], "stamp": None, "state": "activated"})
        elif found and "timestamp" in line.lower():
            found[-1]["stamp"] = _stamp(line)
        elif found and state is not None:
            found[-1]["state"] = state[1].lower()
    table = pl.DataFrame(
        found, schema={"line": pl.UInt32, "cell": pl.String, "unit": pl.String, "stamp": pl.String, "state": pl.String}
    )
    if not table.height:
        return Draft(no_rows(), (Fault("", "holds no power reading"),), rows_in=0)
    table = table.with_columns(value=pl.col("cell").cast(pl.Float64, strict=False).fill_nan(None))
    watts = pl.col("unit").str.to_lowercase().is_in(["watts", "watt", "w"])
    faults = [
        *_faults(source, table.filter(pl.col("value").is_null()), "cell", "is no number"),
        *_faults(source, table.filter(~watts), "unit", "is not Watts"),
        *_faults(source, table.filter(pl.col("stamp").is_null()), "cell", "is a reading without an IPMI timestamp"),
    ]
    table = table.filter(pl.col("stamp").is_not_null() & pl.col("value").is_not_null())
    if not table.height:
        return Draft(no_rows(), tuple(faults), rows_in=len(found))
    instants, time_faults = series.timed(source._replace(lines=table["line"]), table["stamp"], "iso", options)
    active = table["state"] == "activated"
    frame = rows(instants, table["line"], ASSET, "it_power_w", table["value"].set(~active, None))
    full = (frame["value"] == SATURATED_W).fill_null(value=False)
    marked = pl.when(full & (pl.col("quality") == GOOD)).then(pl.lit(SUSPECT, pl.UInt8)).otherwise("quality")
    frame = frame.with_columns(quality=marked)
    return Draft(frame, (*faults, *time_faults), tuple(_notes(active, full)), rows_in=len(found), ordered=False)


def _notes(active: pl.Series, full: pl.Series) -> list[str]:
    notes = [f"the text does not say which server was asked; it is called {ASSET}"]
    if not active.all():
        notes.append(f"readings of a sensor that is not activated, read as missing: {(~active).sum():,}")
    if full.any():
        notes.append(f"readings of {SATURATED_W:g} W, the most that ten bits tell, suspect: {full.sum():,}")
    return notes


def _stamp(line: str) -> str | None:
    """Write a time of ipmitool's as others are written; None where it is none."""
    zone = "Z" if _LATE.search(line) else ""
    words, digits = _STAMP.search(line), _DATES.search(line)
    if words is not None and words[1].lower() in _MONTHS:
        return f"{words[4]}-{_MONTHS.index(words[1].lower()) + 1:02d}-{int(words[2]):02d}T{words[3]}{zone}"
    if digits is not None:
        return f"{digits[3]}-{digits[1]}-{digits[2]}T{digits[4]}{zone}"
    return None


def _faults(source: Source, found: pl.DataFrame, column: str, message: str) -> list[Fault]:
    return listed(found, lambda row: source.place(row["line"]), lambda row: f"{row[column]!r} {message}")


FORMAT = Format(
    "ipmi",
    "text of ipmitool dcmi power reading",
    "a line Instantaneous power reading",
    sniff,
    read,
    whole=True,
)
