"""The project's own form, as CSV and parquet."""

from datetime import UTC, datetime

import polars as pl

import telemetry

ROWS = "time,asset,metric,value,quality\n2024-01-01T00:00Z,a,heat_w,1.5,0\n2024-01-01T00:15Z,a,heat_w,,3\n"


def test_csv(file):
    reading = telemetry.read(file("a.csv", ROWS))
    assert reading.format == "canonical"
    assert reading.frame.collect().rows() == [
        (datetime(2024, 1, 1, tzinfo=UTC), "a", "heat_w", 1.5, 0),
        (datetime(2024, 1, 1, 0, 15, tzinfo=UTC), "a", "heat_w", None, 3),
    ]
    assert reading.notes == ()  # the file itself says that the value is stale


def test_seconds_from_a_start(file):
    text = "time,asset,metric,value\n0,a,heat_w,1\n15,a,heat_w,2\n"
    frame = telemetry.read(file("a.csv", text), start="2024-01-01T00:00Z").frame.collect()
    assert frame["time"].to_list() == [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 0, 0, 15, tzinfo=UTC)]


def test_rows_of_several_series_may_stand_in_any_order(file):
    text = "time,asset,metric,value\n2024-01-01T00:15Z,a,heat_w,2\n2024-01-01T00:00Z,a,heat_w,1\n"
    assert telemetry.read(file("a.csv", text)).frame.collect()["value"].to_list() == [1.0, 2.0]


def test_faults(file, refused):
    told = refused(file("a.csv", ROWS.replace("quality", "qualité").replace(",3\n", ",9\n")))
    assert told == ["qualité: no canonical column; those are time, asset, metric, value, quality"]
    told = refused(file("b.csv", ROWS.replace(",3\n", ",9\n")))
    assert told == ["line 3: a quality is a whole number from 0 to 6; 1 are not"]


def test_parquet_of_others(tmp_path, refused):
    frame = pl.DataFrame(
        {"time": [datetime(2024, 1, 1)], "asset": ["a"], "metric": ["heat_w"], "value": [float("nan")], "quality": [0]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert refused(tmp_path / "a.parquet", tz="UTC") == ["no value was measured: every cell is missing"]
    frame.with_columns(value=2, metric=pl.lit("heat")).write_parquet(tmp_path / "b.parquet")
    assert refused(tmp_path / "b.parquet", tz="UTC")[0].startswith("row 1, a: unknown metric 'heat'; known: ")
