"""
CSV of ``nvidia-smi --query-gpu=timestamp,power.draw,... --format=csv[,nounits]``.

Where neither index nor uuid was queried, rows are told apart by their place in a poll: nvidia-smi writes one row a GPU,
in order of the index, within some milliseconds. The number of rows a poll is inferred and verified.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import numpy as np
import polars as pl

from telemetry import cells
from telemetry.draft import Draft, Format, Options, no_rows, rows
from telemetry.source import CUT, Source
from twin.columns import METRICS
from twin.errors import Fault

POLL_SPREAD_S = 0.05
"""Rows further apart than this [s] are of different polls; a poll of 8 GPUs was measured to take 18 ms."""

MOST_IRREGULAR = 0.1
"""Part of the rows [1] that may stand in other than whole polls before the inference is refused (assumed).

Traces of 8 H100 polled each 100 ms have 1.4 to 3.5 % of polls split or incomplete.
"""

_POWER = ("power.draw.instant", "power.draw", "power.draw.average")
"""Columns of power, the best first: the instantaneous one is not smoothed over a second."""

_ALSO = {
    "temperature.gpu": "accelerator_temp_k",
    "temperature.memory": "accelerator_memory_temp_k",
    "clocks.sm": "accelerator_clock_hz",
    "clocks.current.sm": "accelerator_clock_hz",
    "clocks.mem": "accelerator_memory_clock_hz",
    "clocks.current.memory": "accelerator_memory_clock_hz",
    "utilization.gpu": "accelerator_busy",
    "utilization.memory": "accelerator_memory_busy",
    "enforced.power.limit": "accelerator_power_limit_w",
    "power.limit": "accelerator_power_limit_w",
}
"""Other columns that are read; of two for one metric the first counts."""

_AVERAGED = ("power.draw.average", "power.draw")
"""Columns of power that the chip averages, where the instantaneous one stands beside them."""

_NAMES = (
    ("index", "gpu_"),
    *((name, "gpu/") for name in ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial")),
)
"""Columns that tell GPUs apart, the best first, and what their names begin with."""

_PLAIN = {"accelerator_temp_k": "degC", "accelerator_memory_temp_k": "degC"}
"""Units of columns whose header names none."""

_KNOWN = re.compile(
    r"timestamp|count|driver_version|index|uuid|name|serial|vbios_version|pstate|query\.(start|end)|gpu_(name|bus_id|uuid|serial)"
    r"|(pci|power|memory|utilization|temperature|clocks?|clocks_(throttle|event)_reasons|fan|ecc|encoder|module|enforced"
    r"|compute_mode|mig|pcie|persistence_mode|display|accounting|inforom|gom|retired_pages|compute_cap)([._].*)?"
)
"""Names that nvidia-smi can be asked for."""


class _Heading(NamedTuple):
    name: str
    unit: str


def _headings(source: Source) -> dict[str, _Heading]:
    """Part each header cell, such as ``power.draw [W]``, into name and unit."""
    parts = {column: re.fullmatch(r"(.*?)\s*(?:\[(.*)\])?", column) for column in source.header}
    return {
        column: _Heading(found[1].lower(), (found[2] or "").strip())
        for column, found in parts.items()
        if found is not None
    }


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no table of nvidia-smi; empty when it is."""
    del options
    names = {heading.name for heading in _headings(source).values()}
    if "timestamp" not in names:
        return "no column timestamp"
    if not names.intersection(_POWER):
        return "no column power.draw"
    return ""


def read(source: Source, options: Options) -> Draft:
    """Read a table of nvidia-smi."""
    headings = _headings(source)
    columns = {heading.name: column for column, heading in headings.items()}
    faults = [
        Fault(column, "nvidia-smi has no such column")
        for column, heading in headings.items()
        if not _KNOWN.fullmatch(heading.name)
    ]
    given = source.rows.height
    source = _without_cut(source)
    instants, time_faults = cells.instants(source, columns["timestamp"], "iso", options)
    faults += time_faults
    assets, notes, dropped, asset_faults = _assets(source, columns, instants.values)
    faults += asset_faults
    if assets is None:
        return Draft(no_rows(), tuple(faults))
    parts, missing, units = [], Counter[str](), {}
    for column, metric in _measured(columns).items():
        found = cells.numbers(source, column, METRICS[metric].unit, headings[column].unit or _PLAIN.get(metric, ""))
        faults += found.faults
        missing.update(found.missing)
        units[column] = f"{found.read_as} as {metric}"
        parts.append(rows(instants.values, source.lines, assets, metric, found.values))
    frame = pl.concat(parts).drop_nulls("asset")
    notes += [*cells.missing_note(missing), *_notes(columns, units), *cells.leap_note(instants)]
    if source.rows.height < given:
        notes.append("the last line is cut short and was dropped")
        dropped = {**dropped, CUT: 1}
    marked = cells.mark_leaps(frame, source, instants)
    return Draft(marked, tuple(faults), tuple(notes), dropped, units)


def _measured(columns: dict[str, str]) -> dict[str, str]:
    power = next(name for name in _POWER if name in columns)
    found = {columns[power]: "accelerator_power_w"}
    averaged = next((name for name in _AVERAGED if name in columns), power)
    if averaged != power and power == _POWER[0]:
        found[columns[averaged]] = "accelerator_average_power_w"
    for name, metric in _ALSO.items():
        if name in columns and metric not in found.values():
            found[columns[name]] = metric
    return found


def _notes(columns: dict[str, str], used: dict[str, str]) -> list[str]:
    notes = []
    if "power.draw.instant" not in columns:
        notes.append("power.draw is smoothed over about a second on A100 and later chips; faster swings are not in it")
    kept = {"timestamp", *(name for name, _ in _NAMES)}
    left = [column for name, column in columns.items() if column not in used and name not in kept]
    if left:
        notes.append(f"columns not used: {', '.join(left)}")
    return notes


def _without_cut(source: Source) -> Source:
    """Drop a last line without a newline whose last cell lost its unit."""
    last = source.rows.to_series(source.rows.width - 1)
    if not source.open_ended or len(last) < 2 or _ends_in_unit(last[-1]) or not _ends_in_unit(last[-2]):  # noqa: PLR2004
        return source
    return source._replace(rows=source.rows[:-1], lines=source.lines[:-1])


def _ends_in_unit(cell: str | None) -> bool:
    return cell is not None and re.search(r"[A-Za-z%\]]$", cell) is not None


class _Placed(NamedTuple):
    """Rows by place in their poll (-1 where it cannot be told), and how many polls were whole, split and incomplete."""

    places: list[int]
    whole: int
    split: int
    incomplete: int


_Assets = tuple[pl.Series | None, list[str], dict[str, int], list[Fault]]


def _assets(source: Source, columns: dict[str, str], times: pl.Series) -> _Assets:
    """Name the GPU of each row, by index, by uuid, or by its place in the poll."""
    for name, prefix in _NAMES:
        if name in columns:
            # A bus address holds colons, which a name may not.
            return prefix + source.rows[columns[name]].str.replace_all(":", "_", literal=True), [], {}, []
    if times.null_count():
        return None, [], {}, []
    seconds = times.dt.epoch("us").to_numpy() / 1e6
    spacing = np.abs(np.diff(seconds))
    border = min(POLL_SPREAD_S, 0.5 * float(np.quantile(spacing, 0.95))) if len(spacing) else POLL_SPREAD_S
    lengths = np.diff(np.concatenate(([0], np.flatnonzero(spacing > border) + 1, [len(seconds)])))
    counts = np.bincount(lengths)
    size = int((counts * np.arange(len(counts))).argmax())
    placed = _placed(lengths.tolist(), size)
    unplaced = placed.places.count(-1)
    irregular = len(seconds) - placed.whole * size
    if irregular > MOST_IRREGULAR * len(seconds):
        message = (
            f"no column tells the GPUs apart, and {irregular:,} of {len(seconds):,} rows do not stand in "
            f"polls of {size}; query index or uuid too"
        )
        return None, [], {}, [Fault("", message)]
    index = pl.Series("asset", placed.places, pl.Int64)
    assets = pl.select(pl.when(index >= 0).then(pl.format("gpu_{}", index))).to_series().alias("asset")
    note = (
        f"no column tells the GPUs apart; rows a poll, inferred: {size}; polls whole: {placed.whole:,}, "
        f"split and joined: {placed.split:,}, incomplete and dropped: {placed.incomplete:,} (rows: {unplaced:,})"
    )
    return assets, [note], {"row of an incomplete poll": unplaced} if unplaced else {}, []


def _placed(lengths: list[int], size: int) -> _Placed:
    """Walk the runs of rows: whole polls, neighbours that make whole ones together (a row was late), and the rest."""
    index: list[int] = []
    whole = split = incomplete = 0
    position = 0
    while position < len(lengths):
        length = lengths[position]
        following = lengths[position + 1] if position + 1 < len(lengths) else 0
        if length == size:
            whole += 1
            index += range(size)
        elif (length + following) % size == 0:
            split += 1
            index += [*range(size)] * ((length + following) // size)
            position += 1
        else:
            incomplete += 1
            index += [-1] * length
        position += 1
    return _Placed(index, whole, split, incomplete)


FORMAT = Format(
    "nvidia_smi",
    "CSV of nvidia-smi --query-gpu=timestamp,power.draw,... --format=csv",
    "columns timestamp and power.draw",
    sniff,
    read,
)
