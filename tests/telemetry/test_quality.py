"""How good telemetry is: coverage and gaps by hand, and what qualities say."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import telemetry
from telemetry import quality

START = "2024-01-01T00:00Z"


@pytest.fixture
def frame(file):
    # Every 15 s for a minute, silent until 300 s: a reading holds for 45 s, so 60 + 45 and 15 of 315 s are covered.
    rows = "".join(f"{time},{100 + time},{'' if time == 30 else 70}\n" for time in (0, 15, 30, 45, 60, 300, 315))
    return telemetry.read(file("a.csv", rows), start=START).frame


def test_coverage_and_gaps(frame):
    series = {row["asset"]: row for row in quality.of_series(frame).to_dicts()}
    whole = series["gpu_1"]
    assert whole["coverage"] == pytest.approx((60 + 45 + 15) / 315)
    assert (whole["readings"], whole["gaps"], whole["longest_gap"], whole["spacing"]) == (7, 1, 240.0, 15.0)
    assert (whole["missing"], whole["least"], whole["most"]) == (0, 100.0, 415.0)
    # The second lacks a reading, which the one before holds over: 15 to 45 s.
    assert (series["gpu_2"]["readings"], series["gpu_2"]["missing"]) == (6, 1)
    assert series["gpu_2"]["coverage"] == pytest.approx(whole["coverage"])
    (metric,) = quality.of_metrics(quality.of_series(frame)).to_dicts()
    assert (metric["assets"], metric["readings"], metric["gaps"], metric["missing"]) == (2, 13, 2, 1)


def test_coverage_over_time(frame):
    over = quality.over_time(frame, cells=21)  # of 15 s
    assert over["time"][0] == datetime(2024, 1, 1, tzinfo=UTC)
    # Covered to 105 s, and from 300 s on.
    assert over["coverage"].to_list() == [1.0] * 7 + [0.0] * 13 + [1.0]
    mean = over["coverage"].mean()
    assert mean == pytest.approx(quality.of_series(frame)["coverage"].mean())


def test_one_reading_is_covered_by_itself(file):
    frame = telemetry.read(file("a.csv", f"time,asset,metric,value\n{START},a,it_power_w,1\n")).frame
    assert quality.of_series(frame)["coverage"].to_list() == [1.0]
    assert quality.over_time(frame).height == 1


def test_qualities_are_counted(file):
    marks = [0, 1, 2, 5, 6]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = "".join(
        f"{(start + timedelta(seconds=place)).isoformat()},a,it_power_w,{'' if mark == 5 else 100},{mark}\n"
        for place, mark in enumerate(marks)
    )
    frame = telemetry.read(file("a.csv", f"time,asset,metric,value,quality\n{rows}")).frame
    (row,) = quality.of_series(frame).to_dicts()
    assert [row[name] for name in ("missing", "estimated", "suspect", "outside", "resets")] == [1, 1, 1, 0, 1]


def test_what_requests_tell(file):
    text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-01-01 00:00:00,10,\n2024-01-01 00:00:01,30,4\n"
    reading = telemetry.read(file("a.csv", text), tz="UTC")
    rows = {row["column"]: row for row in quality.of_rows(reading.frame, "requests").to_dicts()}
    assert (rows["input_tokens"]["told"], rows["input_tokens"]["mean"]) == (1.0, 20.0)
    assert (rows["output_tokens"]["told"], rows["model"]["told"]) == (0.5, 0.0)
    assert pl.DataFrame(rows["time"])["told"].to_list() == [1.0]
