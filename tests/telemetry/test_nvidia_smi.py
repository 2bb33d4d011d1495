"""Tables of nvidia-smi as they are found: with units in the cells, without an index, with polls that are split."""

from datetime import datetime

import polars as pl
import pytest

import telemetry

HEADER = "timestamp, power.draw [W], utilization.gpu [%], memory.used [MiB]\n"
SMOOTHED = "power.draw is smoothed over about a second on A100 and later chips; faster swings are not in it"
UNUSED = "columns not used: memory.used [MiB]"


def poll(second, powers, late=()):
    """Write one poll; rows named in `late` come 60 ms later."""
    return "".join(
        f"2025/07/27 00:22:{second + 0.002 * place + (0.06 if place in late else 0):06.3f}, {power}, 0 %, 130 MiB\n"
        for place, power in enumerate(powers)
    )


def values(reading, asset, metric="accelerator_power_w"):
    frame = reading.frame.filter((pl.col("asset") == asset) & (pl.col("metric") == metric))
    return frame.collect()["value"].to_list()


def test_cells_with_units_and_no_index(file):
    text = HEADER + poll(27.858, ["71.25 W", "0.3 kW"]) + poll(28.0, ["72.00 W", "301.5 W"])
    reading = telemetry.read(file("a.csv", text), tz="UTC")
    assert reading.format == "nvidia_smi"
    assert values(reading, "gpu_0") == [71.25, 72.0]
    assert values(reading, "gpu_1") == [300.0, 301.5]
    assert reading.frame.collect()["time"][0] == datetime.fromisoformat("2025-07-27T00:22:27.858Z")
    assert set(reading.frame.collect()["metric"]) == {"accelerator_power_w", "accelerator_busy"}
    assert reading.notes == (
        "no column tells the GPUs apart; rows a poll, inferred: 2; polls whole: 2, split and joined: 0, "
        "incomplete and dropped: 0 (rows: 0)",
        SMOOTHED,
        UNUSED,
    )


def test_without_units_in_the_cells(file):
    text = "timestamp, index, power.draw [W], temperature.gpu\n2025/07/27 00:22:27.858, 3, 71.25, 41\n"
    reading = telemetry.read(file("a.csv", text), tz="America/New_York")
    frame = reading.frame.collect()
    assert frame["asset"].to_list() == ["gpu_3", "gpu_3"]
    assert dict(zip(frame["metric"], frame["value"], strict=True)) == {
        "accelerator_power_w": 71.25,
        "accelerator_temp_k": pytest.approx(314.15),  # 41 + 273.15
    }
    assert frame["time"][0] == datetime.fromisoformat("2025-07-27T04:22:27.858Z")
    assert reading.notes == (SMOOTHED,)


def test_uuid_and_instantaneous_power_win(file):
    text = "timestamp,uuid,power.draw [W],power.draw.instant [W]\n2025/07/27 00:22:27,GPU-0a-1,71 W,90 W\n"
    reading = telemetry.read(file("a.csv", text), tz="UTC")
    assert values(reading, "gpu/GPU-0a-1") == [90.0]
    assert values(reading, "gpu/GPU-0a-1", "accelerator_average_power_w") == [71.0]
    assert reading.notes == ()


def test_all_that_a_poll_may_hold(file):
    header = "timestamp, query.start, query.end, pci.bus_id, power.draw [W], utilization.gpu [%], clocks.sm [MHz], "
    header += "clocks.mem [MHz], temperature.memory, enforced.power.limit [W], power.limit [W]\n"
    row = "2025/07/27 00:22:27.000, 1, 2, 00000000:1B:00.0, 690.5 W, 97 %, 1980 MHz, 3201 MHz, 61, 650 W, 700 W\n"
    frame = telemetry.read(file("a.csv", header + row), tz="UTC").frame.collect()
    assert frame["asset"].unique().to_list() == ["gpu/00000000_1B_00.0"]
    assert dict(frame.select("metric", "value").iter_rows()) == {
        "accelerator_power_w": 690.5,
        "accelerator_busy": 0.97,
        "accelerator_clock_hz": 1.98e9,
        "accelerator_memory_clock_hz": 3.201e9,
        "accelerator_memory_temp_k": pytest.approx(334.15),
        "accelerator_power_limit_w": 650.0,
    }


def test_split_and_incomplete_polls(file):
    powers = ["60 W", "70 W", "80 W"]
    polls = [poll(10 + place / 10, powers) for place in range(40)]
    polls[2] = poll(10.2, powers, late=(2,))  # its last row comes 36 ms before the next poll: 2 + 4 rows
    polls[5] = poll(10.5, powers[:2])  # a row was never written: which GPU it was cannot be told
    reading = telemetry.read(file("a.csv", HEADER + "".join(polls)), tz="UTC")
    assert [len(values(reading, f"gpu_{place}")) for place in range(3)] == [39, 39, 39]
    assert values(reading, "gpu_2") == [80.0] * 39
    assert reading.notes[0].endswith("polls whole: 37, split and joined: 1, incomplete and dropped: 1 (rows: 2)")
    assert reading.provenance.dropped == {"row of an incomplete poll": 2}


def test_polls_that_cannot_be_told_apart_are_refused(file, refused):
    polls = [poll(place, ["60 W"] * (1 + place % 3)) for place in range(10, 19)]
    # Nine polls of 2, 3, 1, 2, 3, 1, ... rows: no size is that of nine tenths of the rows.
    told = refused(file("a.csv", HEADER + "".join(polls)), tz="UTC")
    assert len(told) == 1
    assert told[0].startswith("no column tells the GPUs apart, and ")
    assert told[0].endswith("; query index or uuid too")


def test_sensors_that_say_nothing(file):
    text = (
        HEADER
        + poll(27, ["71 W", "[N/A]"])
        + poll(28, ["[GPU is lost]", "[Not Supported]"])
        + poll(29, ["72 W", "80 W"])
    )
    reading = telemetry.read(file("a.csv", text), tz="UTC")
    assert values(reading, "gpu_0") == [71.0, None, 72.0]
    frame = reading.frame.collect().filter(pl.col("metric") == "accelerator_power_w")
    assert frame.filter(frame["value"].is_null())["quality"].to_list() == [5, 5, 5]
    assert "cells without a value, read as missing: 3 (1 [GPU is lost], 1 [N/A], 1 [Not Supported])" in reading.notes


def test_naive_times_need_a_zone(file, refused):
    told = refused(file("a.csv", HEADER + poll(27, ["71 W"])))
    assert told == [
        "timestamp: the time has no zone; say which with --tz, for example --tz UTC or --tz America/New_York"
    ]


def test_a_cut_last_line(file):
    whole = HEADER + "".join(poll(second, ["71.25 W"]) for second in (27, 28))
    short = telemetry.read(file("a.csv", whole + "2025/07/27 00:2"), tz="UTC")
    assert values(short, "gpu_0") == [71.25, 71.25]
    assert short.provenance.dropped == {"last line cut short": 1}
    lost_unit = telemetry.read(file("b.csv", whole + poll(29, ["71.25 W"])[: -len("0 MiB\n")]), tz="UTC")
    assert values(lost_unit, "gpu_0") == [71.25, 71.25]
    assert lost_unit.notes[-1] == "the last line is cut short and was dropped"
    assert not any("without a newline" in note for note in lost_unit.notes)
    assert lost_unit.provenance.dropped == {"last line cut short": 1}


def test_unknown_columns_and_units(file, refused):
    text = "timestamp,power.draw [Wat],frobnicate\n2025/07/27 00:22:27,71,1\n2025/07/27 00:22:28,71,1\n"
    told = refused(file("a.csv", text), tz="UTC")
    assert told[0] == "frobnicate: nvidia-smi has no such column"
    assert told[1].startswith("line 2, power.draw [Wat]: the unit 'Wat' is not read as W: ")
