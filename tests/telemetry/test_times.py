"""Times: no zone and no start is guessed, no instant is made up."""

from datetime import UTC, datetime

import polars as pl
import pytest

from telemetry.times import Clock, clock, read
from twin.errors import TelemetryError

NONE = Clock(None, None)


def told(found):
    return [(message, where.arg_true().to_list()) for message, where in found.faults]


def test_written_forms_are_one_instant():
    # 07:37:05.5 at +05:30 and 02:07:05.5 UTC are one; the last has a leap second, the one before hour 24.
    cells = pl.Series(
        ["2024-02-29T02:07:05.5Z", "2024/02/29 07:37:05.500 +0530", "2024-2-29 02:07:05.5000009Z", "2024-02-28T24:00Z"]
    )
    found = read(cells, "iso", NONE)
    expected = datetime(2024, 2, 29, 2, 7, 5, 500_000, tzinfo=UTC)
    assert found.values.to_list() == [expected, expected, expected, datetime(2024, 2, 29, tzinfo=UTC)]
    assert told(found) == []


def test_leap_second_is_the_second_after():
    found = read(pl.Series(["2016-12-31T23:59:60Z"]), "iso", NONE)
    assert found.values.to_list() == [datetime(2017, 1, 1, tzinfo=UTC)]
    assert found.leap.to_list() == [True]


@pytest.mark.parametrize(
    "cell", ["2024-02-30T00:00Z", "2024-01-01T25:00Z", "2024-01-01T24:30Z", "01/02/2024 00:00", "soon"]
)
def test_no_instant(cell):
    found = read(pl.Series(["2024-01-01T00:00Z", cell]), "iso", NONE)
    assert told(found) == [("wanted a date and time such as 2025-07-27T00:22:27.858Z", [1])]
    assert found.values[1] is None


def test_naive_times_need_a_zone():
    cells = pl.Series(["2025/07/27 00:22:27.858"])
    assert told(read(cells, "iso", NONE)) == [
        ("the time has no zone; say which with --tz, for example --tz UTC or --tz America/New_York", [0])
    ]
    # Summer time in New York is four hours behind UTC.
    found = read(cells, "iso", clock(None, "America/New_York"))
    assert found.values.to_list() == [datetime(2025, 7, 27, 4, 22, 27, 858_000, tzinfo=UTC)]


def test_change_of_clocks_is_a_fault_that_lists_the_instants():
    # In Berlin 02:30 is skipped on 2024-03-31 and comes twice on 2024-10-27.
    cells = pl.Series(["2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-10-27 03:30:00"])
    found = read(cells, "iso", clock(None, "Europe/Berlin"))
    message = "the change of clocks in Europe/Berlin makes this instant double or impossible; write it with its offset"
    assert told(found) == [(message, [0, 1])]
    assert found.values[2] == datetime(2024, 10, 27, 2, 30, tzinfo=UTC)


def test_relative_times_need_a_start():
    cells = pl.Series(["0", "0.1138048172", "15"])
    message = "times count s from a start that the file does not give; say when with --start 2025-07-27T00:00Z"
    assert told(read(cells, "s", NONE)) == [(message, [0, 1, 2])]
    found = read(cells, "s", clock("2024-04-07T02:00+02:00", None))
    assert found.values.to_list() == [
        datetime(2024, 4, 7, tzinfo=UTC),
        datetime(2024, 4, 7, 0, 0, 0, 113_805, tzinfo=UTC),  # rounded to whole microseconds
        datetime(2024, 4, 7, 0, 0, 15, tzinfo=UTC),
    ]


@pytest.mark.parametrize(("unit", "number"), [("unix_s", 1.7e9), ("unix_ms", 1.7e12), ("unix_ns", 1.7e18)])
def test_unix_times(unit, number):
    # 1.7e9 s after 1970 is 2023-11-14 22:13:20 UTC.
    assert read(pl.Series([number]), unit, NONE).values.to_list() == [datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)]


def test_unix_seconds_are_not_seconds_from_a_start():
    found = read(pl.Series([1.7e9]), "s", clock("2024-01-01T00:00Z", None))
    assert told(found)[0][0] == "that many seconds from a start looks like Unix time; use unit = 'unix_s'"


@pytest.mark.parametrize(("unit", "number"), [("unix_ms", 1.7e9), ("unix_s", 1.7e12), ("unix_s", 0.0)])
def test_years_out_of_this_century(unit, number):
    message = told(read(pl.Series([number]), unit, NONE))[0][0]
    assert message.startswith("the time lies outside the years 2000 to 2100")


def test_parquet_instants():
    aware = pl.Series([datetime(2024, 1, 1, 12)]).dt.replace_time_zone("Asia/Tokyo")
    assert read(aware, "iso", NONE).values.to_list() == [datetime(2024, 1, 1, 3, tzinfo=UTC)]  # nine hours ahead
    naive = pl.Series([datetime(2024, 1, 1, 12)], dtype=pl.Datetime("ms"))
    assert "no zone" in told(read(naive, "iso", NONE))[0][0]
    assert read(naive, "iso", clock(None, "UTC")).values.to_list() == [datetime(2024, 1, 1, 12, tzinfo=UTC)]


def test_options():
    assert clock("2024-04-07T02:00", "Europe/Berlin").start == datetime(2024, 4, 7, tzinfo=UTC)
    with pytest.raises(TelemetryError) as caught:
        clock("yesterday", "Mars/Olympus")
    assert [fault.where for fault in caught.value.faults] == ["--tz", "--start"]
    with pytest.raises(TelemetryError, match=r"--start: 2024-04-07T00:00 has no zone; write it as 2024-04-07T00:00Z"):
        clock("2024-04-07T00:00", None)
