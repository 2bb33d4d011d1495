"""Wide tables with a mapping, given or found."""

from datetime import UTC, datetime

import polars as pl
import pytest

import telemetry

MAPPING = """
name = "plant"
description = "a plant"
format = "wide"
ignore = ["remark"]
note = "metered at the busway"
[time]
column = "when"
unit = "iso"
[[column]]
match = "rack{n} kW"
asset = "rack_{n}"
metric = "it_power_w"
unit = "kW"
[[column]]
match = "outside"
asset = "weather"
metric = "dry_bulb_temp_k"
unit = "degF"
"""
TABLE = "when,rack1 kW,rack2 kW,outside,remark\n2024-01-01T00:00Z,120,1.5,50,x\n2024-01-01T00:01Z,121,,50,\n"


def test_units_are_converted_and_columns_named(file):
    reading = telemetry.read(file("a.csv", TABLE), mapping=file("plant.toml", MAPPING))
    frame = reading.frame.collect()
    found = {asset: part["value"].to_list() for (asset,), part in frame.partition_by("asset", as_dict=True).items()}
    assert found == {
        "rack_1": [120e3, 121e3],
        "rack_2": [1500.0, None],
        "weather": [pytest.approx(283.15)] * 2,  # (50 - 32) / 1.8 + 273.15
    }
    assert reading.notes == ("metered at the busway", "cells without a value, read as missing: 1 (1 empty)")
    assert reading.provenance.units["rack1 kW"] == "kW as it_power_w of rack_1"


def test_unknown_and_absent_columns(file, refused):
    mapping = file("plant.toml", MAPPING)
    assert refused(file("a.csv", TABLE.replace("rack2 kW", "rack2 KW")), mapping=mapping) == [
        "rack2 KW: the mapping plant does not know this column; 'rack{n} kW' is the nearest that it knows; "
        "add a [[column]], or name it in ignore"
    ]
    assert refused(file("b.csv", TABLE.replace("when", "time")), mapping=mapping) == [
        "no column 'when' of times; there are time, rack1 kW, rack2 kW, outside, remark"
    ]


def test_unknown_unit(file, refused):
    told = refused(file("a.csv", TABLE), mapping=file("plant.toml", MAPPING.replace('"degF"', '"degX"')))
    assert len(told) == 1
    assert told[0].startswith("line 2, outside: the unit 'degX' is not read as K: ")


def test_parquet(tmp_path, file):
    frame = pl.DataFrame({"when": [datetime(2024, 1, 1), datetime(2024, 1, 1, 1)], "rack1 kW": [120, 121]})
    frame.write_parquet(tmp_path / "a.parquet")
    reading = telemetry.read(tmp_path / "a.parquet", mapping=file("plant.toml", MAPPING), tz="UTC")
    assert reading.frame.collect().rows() == [
        (datetime(2024, 1, 1, tzinfo=UTC), "rack_1", "it_power_w", 120e3, 0),
        (datetime(2024, 1, 1, 1, tzinfo=UTC), "rack_1", "it_power_w", 121e3, 0),
    ]


def test_frontier_signature_needs_no_mapping(file, refused):
    header = ",".join(["time", *(f"power[{number}]" for number in range(1, 26)), "OA Wetbulb Temp"])
    rows = "".join(f"{time},{','.join(['600000.5'] * 25)},8.5\r\n" for time in ("0.0", "15.0"))
    path = file("trace.csv", f"{header}\r\n{rows}")
    reading = telemetry.read(path, start="2024-04-07T00:00Z")
    assert reading.format == "wide"
    frame = reading.frame.collect()
    assert frame.height == 52  # 2 rows of 25 columns and the wet bulb
    assert frame.filter(pl.col("metric") == "heat_w")["value"].sum() == 50 * 600000.5
    assert frame.filter(pl.col("asset") == "weather")["value"].to_list() == [pytest.approx(281.65)] * 2
    assert any("level of these columns is uncertain" in note for note in reading.notes)
    assert reading.provenance.attribution.endswith("MIT, (c) 2024 Hewlett Packard Enterprise")
    told = refused(path)
    assert told == [
        "time: times count s from a start that the file does not give; say when with --start 2025-07-27T00:00Z"
    ]


def test_frontier_file(shared):
    """5,761 rows of 25 columns of heat and one of wet bulb, 2.89 to 13.17 degC, none empty."""
    reading = telemetry.read(shared("frontier/frontier_cdu_power_2024-04-07.csv"), start="2024-04-07T00:00Z")
    frame = reading.frame.collect()
    assert reading.provenance.rows == 5761
    assert frame.height == 5761 * 26
    assert frame["quality"].to_list() == [0] * frame.height
    wet = frame.filter(pl.col("metric") == "wet_bulb_temp_k")["value"] - 273.15
    assert wet.min() == pytest.approx(2.89, abs=5e-3)
    assert wet.max() == pytest.approx(13.17, abs=5e-3)
    total = frame.filter(pl.col("metric") == "heat_w").group_by("time").agg(pl.col("value").sum())["value"]
    # 5.204, 16.125 and 26.606 MW in the file's description.
    assert [round(number / 1e6, 3) for number in (total.min(), total.mean(), total.max())] == [5.204, 16.125, 26.606]
