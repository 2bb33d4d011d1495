"""Tables of a run, from its record: the columns of `twin.columns`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from twin.columns import CDUS, COOLING, EVENTS, GRID, HALLS, RACKS, SITE, Column
from twin.grid.response import ResponseCurve, evaluate
from twin.record import COOLING_FIELDS, Record
from twin.site import Floats, Integers, Site

DTYPES: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "text": pl.String(),
    "u8": pl.UInt8(),
    "u32": pl.UInt32(),
    "f32": pl.Float32(),
    "f64": pl.Float64(),
}
"""Polars type of each dtype of `twin.columns`."""


def schema(columns: dict[str, Column]) -> dict[str, pl.DataType]:
    """
    Give the polars schema of a table.

    Parameters
    ----------
    columns : dict of text to Column
        A table of `twin.columns`.

    Returns
    -------
    dict of text to DataType
        In order.
    """
    return {name: DTYPES[column.dtype] for name, column in columns.items()}


def times(start: datetime, seconds: Floats | Integers) -> pl.Series:
    """
    Give instants.

    Parameters
    ----------
    start : datetime
        Start of the run, UTC.
    seconds : (time,) [s]
        From the start of the run.

    Returns
    -------
    Series
        UTC, to the microsecond.
    """
    origin = np.datetime64(start.replace(tzinfo=None), "us")
    instants = origin + (np.asarray(seconds) * 1_000_000).astype("timedelta64[us]")
    return pl.Series("time", instants).dt.replace_time_zone("UTC")


def site_table(record: Record, start: datetime) -> pl.LazyFrame:
    """
    Give site.parquet.

    Parameters
    ----------
    record : Record
        A run.
    start : datetime
        Its start, UTC.

    Returns
    -------
    LazyFrame
        One row a second.
    """
    values = {
        "time": times(start, np.arange(record.site.shape[1])),
        "it_power_w": record.site[0],
        "accelerator_power_w": record.site[1],
        "rack_loss_power_w": record.site[2],
        "cooling_power_w": record.site[3],
        "loss_power_w": record.site[4],
        "facility_power_w": record.site[5],
        "house_power_w": record.site[6],
        "pcc_voltage_pu": record.voltage,
    }
    return pl.LazyFrame(values, schema=schema(SITE))


def grid_table(record: Record, start: datetime, curve: ResponseCurve) -> pl.LazyFrame:
    """
    Give grid.parquet.

    Parameters
    ----------
    record : Record
        A run.
    start : datetime
        Its start, UTC.
    curve : ResponseCurve
        Of the host grid.

    Returns
    -------
    LazyFrame
        One row a second.
    """
    power = record.site[5]
    values, _ = evaluate(curve, power)
    found = {"time": times(start, np.arange(power.size)), "pcc_power_w": power}
    found |= {name: np.ascontiguousarray(values[:, column]) for column, name in enumerate(curve.names)}
    return pl.LazyFrame({name: found[name] for name in GRID}, schema=schema(GRID))


def halls_table(record: Record, site: Site, start: datetime) -> pl.LazyFrame:
    """
    Give halls.parquet.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    start : datetime
        Its start, UTC.

    Returns
    -------
    LazyFrame
        One row a second and hall, hall by hall.
    """
    seconds = times(start, np.arange(record.halls.shape[1]))

    def frames() -> Iterator[pl.DataFrame]:
        for hall, name in enumerate(site.halls.name):
            parts = [np.ascontiguousarray(part[:, hall]) for part in record.halls]
            columns = (seconds, pl.repeat(name, len(seconds), eager=True), *parts)
            yield pl.DataFrame(dict(zip(HALLS, columns, strict=True)), schema=schema(HALLS))

    return _streamed(frames, HALLS)


def racks_table(record: Record, site: Site, start: datetime) -> pl.LazyFrame:
    """
    Give racks.parquet.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    start : datetime
        Its start, UTC.

    Returns
    -------
    LazyFrame
        One row a minute and rack, hall by hall, rack by rack.
    """
    minutes = times(start, 60 * np.arange(record.racks.shape[1]))

    def frames() -> Iterator[pl.DataFrame]:
        for hall in range(len(site.halls.name)):
            racks = np.flatnonzero(site.racks.hall == hall)
            members = record.layout.member[racks]
            parts = [part[:, members].T.reshape(-1) for part in record.racks]
            repeated = pl.Series(np.tile(minutes.dt.replace_time_zone(None).to_numpy(), racks.size))
            columns = (repeated.dt.replace_time_zone("UTC"), np.repeat(racks, len(minutes)).astype(np.uint32), *parts)
            yield pl.DataFrame(dict(zip(RACKS, columns, strict=True)), schema=schema(RACKS))

    return _streamed(frames, RACKS)


def cdus_table(record: Record, site: Site, start: datetime) -> pl.LazyFrame:
    """
    Give cdus.parquet.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    start : datetime
        Its start, UTC.

    Returns
    -------
    LazyFrame
        One row a minute and CDU that has coolant, CDU by CDU.
    """
    wet = np.flatnonzero(site.cdus.exchanger_conductance > 0)
    count = record.cdus.shape[1]
    names = pl.Series([site.cdus.name[cdu] for cdu in wet])
    index = np.repeat(np.arange(wet.size), count)
    columns = (
        times(start, np.tile(60 * np.arange(count), wet.size)),
        names.gather(index) if wet.size else pl.Series([], dtype=pl.String),
        *(part[:, wet].T.reshape(-1) for part in record.cdus),
    )
    return pl.LazyFrame(dict(zip(CDUS, columns, strict=True)), schema=schema(CDUS))


def cooling_table(record: Record, site: Site, start: datetime) -> pl.LazyFrame:
    """
    Give cooling.parquet.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    start : datetime
        Its start, UTC.

    Returns
    -------
    LazyFrame
        One row a macro step and loop.
    """
    loops = len(site.loops.name)
    values: dict[str, object] = {
        "time": times(start, np.repeat(record.cooling_time, loops)),
        "loop": list(site.loops.name) * record.cooling_time.size,
    }
    values |= {name: record.cooling[row].reshape(-1) for row, name in enumerate(COOLING_FIELDS)}
    return pl.LazyFrame(values, schema=schema(COOLING))


def events_table(rows: list[dict[str, object]]) -> pl.LazyFrame:
    """
    Give events.parquet.

    Parameters
    ----------
    rows : list of dict
        From `twin.alarms`.

    Returns
    -------
    LazyFrame
        One row an event.
    """
    return pl.LazyFrame(rows, schema=schema(EVENTS), orient="row")


def write(table: pl.LazyFrame, path: Path) -> None:
    """
    Write a table, streaming.

    Parameters
    ----------
    table : LazyFrame
        What to write.
    path : Path
        Parquet file.
    """
    table.sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True)


def _streamed(frames: object, columns: dict[str, Column]) -> pl.LazyFrame:
    """Make a lazy table of frames that are made one at a time, so that the whole is never in memory."""

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch_size  # A frame is a hall; the writer cuts it as it likes.
        left = n_rows
        for frame in frames():  # type: ignore[operator]
            part = frame if predicate is None else frame.filter(predicate)
            part = part if with_columns is None else part.select(with_columns)
            part = part if left is None else part.head(left)
            left = left if left is None else left - part.height
            yield part

    return register_io_source(source, schema=schema(columns), is_pure=True)
