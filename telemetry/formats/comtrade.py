"""
Records of disturbances in COMTRADE (IEEE C37.111 of 1991, 1999 and 2013), by the library ``comtrade``.

A record is a ``.cfg`` with its ``.dat`` beside it, or one ``.cff``. Instantaneous voltages and currents are read; where
a channel is told at the secondary of its transformer, by the ratio at the primary.
"""

from __future__ import annotations

import re
import struct
import warnings
from pathlib import Path
from typing import Any

import polars as pl

from telemetry import series
from telemetry.cells import scale
from telemetry.draft import Draft, Format, Options, no_rows, rows
from telemetry.source import Source
from twin.errors import Fault

_LONGEST_S = 1e6
"""No record of a disturbance is longer than this [s], a dozen of days."""

_UNITS = {"v": ("voltage_v", "V"), "a": ("current_a", "A")}
_IMPROPER = re.compile(r"[^A-Za-z0-9._-]+|\.\.+")
_COUNTS = re.compile(r"\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*A\s*,\s*([0-9]{1,4})\s*D\s*", re.IGNORECASE)
_UNREADABLE = (ValueError, IndexError, KeyError, TypeError, OSError, OverflowError, struct.error, ArithmeticError)
"""What the library raises at files that are damaged; its own error is added where it is loaded."""


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no record; empty when it is."""
    del options
    if source.path.suffix.lower() == ".cff":
        return "" if source.data.lstrip().lower().startswith(b"--- file type: cfg") else "no line --- file type: CFG"
    if source.kind != "text" or source.path.suffix.lower() != ".cfg":
        return "it is not named .cfg or .cff"
    second = source.data.split(b"\n")[1:2]
    if not second or not _COUNTS.fullmatch(second[0].decode("utf-8", "ignore").strip()):
        return "the second line is no count of channels such as 8,4A,4D"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read the voltages and currents of a record."""
    try:
        record = _load(source.path)
    except _UNREADABLE as error:
        return Draft(no_rows(), (Fault("", f"no whole record can be read from it and its .dat: {error}"),), rows_in=0)
    seconds = pl.Series(record.time, dtype=pl.Float64)
    if not len(seconds) or not (seconds.is_finite() & (seconds.abs() < _LONGEST_S)).all():
        message = f"the record holds no samples at times within {_LONGEST_S:g} s of its start"
        return Draft(no_rows(), (Fault("", message),), rows_in=0)
    lines = pl.Series("line", range(1, len(seconds) + 1), pl.UInt32)
    start = record.start_timestamp
    stamp = pl.Series([start.replace(tzinfo=None)] * len(seconds), dtype=pl.Datetime("us"))
    written = stamp + (seconds * 1e6).round().cast(pl.Int64).cast(pl.Duration("us"))
    instants, faults = series.timed(source._replace(lines=lines), written, "iso", options)
    station = _name(record.station_name) or "station"
    parts, units, unused = [], {}, 0
    for channel, values in zip(record.cfg.analog_channels, record.analog, strict=True):
        known = _UNITS.get(channel.uu.strip()[-1:].lower())
        if known is None:
            unused += 1
            continue
        metric, unit = known
        try:
            factor = scale(channel.uu.strip(), unit).factor
        except ValueError as error:
            faults.append(Fault(channel.name, str(error)))
            continue
        at_secondary = channel.pors.strip().upper() == "S" and channel.secondary
        ratio = channel.primary / channel.secondary if at_secondary else 1.0
        asset = f"{station}/{_name(channel.name) or f'channel_{channel.n}'}"
        numbers = pl.Series(values, dtype=pl.Float64) * (factor * ratio)
        parts.append(rows(instants, lines, asset, metric, numbers.fill_nan(None)))
        units[channel.name] = f"{channel.uu} as {metric} of {asset}" + (f", times {ratio:g}" if ratio != 1.0 else "")
    if not parts and not faults:
        faults.append(Fault("", "the record has no channel in V or A"))
    notes = [f"analog channels in other units, not used: {unused:,}"] if unused else []
    if record.status_count:
        notes.append(f"status channels, not used: {record.status_count:,}")
    frame = pl.concat(parts) if parts else no_rows()
    return Draft(frame, tuple(faults), tuple(notes), units=units, ordered=False, rows_in=len(seconds))


def _load(path: Path) -> Any:  # noqa: ANN401  a record of a library without types
    from comtrade import Comtrade, ComtradeError

    record = Comtrade(ignore_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if path.suffix.lower() == ".cfg":
                _check_size(path)
            record.load(str(path))
        except ComtradeError as error:
            raise ValueError(str(error)) from error
    return record


def _check_size(path: Path) -> None:
    """Refuse a record whose configuration promises more samples than its data can hold."""
    from comtrade import Cfg

    data = next((found for found in (path.with_suffix(".dat"), path.with_suffix(".DAT")) if found.exists()), None)
    if data is None:
        message = f"{path.with_suffix('.dat').name} does not stand beside it"
        raise ValueError(message)
    cfg = Cfg(ignore_warnings=True)
    cfg.load(str(path))
    promised = max((int(last) for _, last in cfg.sample_rates), default=0)
    # The least that a sample takes: two bytes of a number, or one sign and a comma.
    if promised * 2 * max(cfg.analog_count, 1) > data.stat().st_size + 1:
        message = f"it promises {promised:,} samples, more than {data.name} holds"
        raise ValueError(message)


def _name(text: str) -> str:
    return _IMPROPER.sub("_", text.strip()).strip("_")


FORMAT = Format(
    "comtrade",
    "COMTRADE records of disturbances: .cfg with .dat, or .cff",
    "named .cfg, with a count of channels in the second line; or .cff",
    sniff,
    read,
    whole=True,
)
