"""What is wrong in canonical terms is told, and what is missing stays missing."""

from datetime import UTC, datetime, timedelta

import pytest

import telemetry

HEADER = "time,asset,metric,value\n"


def series(values, metric="it_power_w", asset="rack_1", step=15):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [
        f"{(start + timedelta(seconds=step * place)).isoformat()},{asset},{metric},{value}\n"
        for place, value in enumerate(values)
    ]
    return HEADER + "".join(rows)


def wide(times, values="", column="gpu_1"):
    """Make a matrix of one accelerator, in order of the file."""
    values = values or ["70"] * len(times)
    return "".join(f"{time},{value}\n" for time, value in zip(times, values, strict=True))


def test_negative_power(file, refused):
    assert refused(file("a.csv", series([1000, -5.2]))) == [
        "line 3, rack_1: it_power_w is -5.2, wanted 0 to 2e+10 W: negative"
    ]


def test_out_of_range_and_a_factor_of_a_thousand(file, refused):
    # 70,070 mW read as W; 8.4 degC written as K.
    assert refused(file("a.csv", series([70070], "accelerator_power_w"))) == [
        "line 2, rack_1: accelerator_power_w is 70070, wanted 0 to 5000 W; times 0.001 it would fit: "
        "is the unit wrong by 1000?"
    ]
    assert refused(file("a.csv", series([8.4], "wet_bulb_temp_k"))) == [
        "line 2, rack_1: wet_bulb_temp_k is 8.4, wanted 200 to 320 K"
    ]
    assert refused(file("a.csv", series([66], "accelerator_utilisation"))) == [
        "line 2, rack_1: accelerator_utilisation is 66, wanted 0 to 1; is it in per cent?"
    ]


def test_a_value_a_thousand_times_off_its_series(file, refused):
    assert refused(file("a.csv", series([700, 690, 0.705, 710], "accelerator_power_w"))) == [
        "line 4, rack_1: accelerator_power_w is 0.705 W where 695 W is usual: is the unit wrong by 1000?"
    ]
    assert refused(file("a.csv", series([1e5, 1.1e8, 1.2e5, 1e5]))) == [
        "line 3, rack_1: it_power_w is 1.1e+08 W where 120000 W is usual: is the unit wrong by 1000?"
    ]


def test_accelerators_in_kilowatt(file, refused):
    assert refused(file("a.csv", series([0.07, 0.65], "accelerator_power_w"))) == [
        "no accelerator ever draws more than 0.65 W: is the unit kW, wrong by 1000?"
    ]


def test_a_rack_that_is_switched_on_is_no_fault(file):
    # 100 W of standby, then 120 kW for good: a ratio of 1,200 that stays.
    assert telemetry.read(file("a.csv", series([100, 100, 100, 100, 120000, 120000]))).notes == ()


def test_names(file, refused):
    told = refused(
        file("a.csv", series([1], asset="../rack") + series([1], metric="power", asset="b c")[len(HEADER) :])
    )
    assert told[0] == "line 2, ../rack: an asset's name has letters, digits and . _ - / and no '..'; got '../rack'"
    assert told[1] == "line 3, b c: an asset's name has letters, digits and . _ - / and no '..'; got 'b c'"
    assert told[2].startswith("line 3, b c: unknown metric 'power'; known: accelerator_power_w, it_power_w")


def test_duplicates(file, refused):
    text = series([1000, 1100])
    again = text + text[len(HEADER) :]
    reading = telemetry.read(file("a.csv", again))
    assert reading.frame.collect()["value"].to_list() == [1000.0, 1100.0]
    assert reading.notes == ("rows that repeat another one, dropped: 2",)
    assert reading.provenance.dropped == {"repeated row": 2}
    assert refused(file("b.csv", text + series([1050])[len(HEADER) :])) == [
        "line 4, rack_1: two values of it_power_w at 2024-01-01 00:00:00Z: 1000 and 1050"
    ]


def test_a_value_is_kept_beside_a_missing_one(file):
    text = series([""]) + series([1000])[len(HEADER) :]
    frame = telemetry.read(file("a.csv", text)).frame.collect()
    assert frame["value"].to_list() == [1000.0]


def test_times_out_of_order(file, refused):
    start = {"start": "2024-01-01T00:00Z"}
    assert refused(file("a.csv", wide([0, 15, 45, 30, 60])), **start) == [
        "line 4, gpu_1: time goes back from 2024-01-01 00:00:45Z to 2024-01-01 00:00:30Z; put the rows in order"
    ]
    reading = telemetry.read(file("b.csv", wide([0, 1.0, 0.5, 2.0], [70, 71, 72, 73])), **start)
    assert reading.frame.collect()["value"].to_list() == [70.0, 72.0, 71.0, 73.0]
    assert "rows up to 1 s late, sorted: 1" in reading.notes


def test_gap(file):
    # Spacing 15 s, so a value holds for 45 s: after 30 s the next value is at 330 s, and from 75 s on it is missing.
    times = [0, 15, 30, 330, 345, 360]
    reading = telemetry.read(file("a.csv", wide(times)), start="2024-01-01T00:00Z")
    frame = reading.frame.collect()
    stale = frame.filter(frame["quality"] == 3)
    assert stale["time"].to_list() == [datetime(2024, 1, 1, 0, 1, 15, tzinfo=UTC)]
    assert stale["value"].to_list() == [None]
    assert reading.notes[1] == (
        "gaps longer than 3 usual spacings (at least 10 s), missing beyond: 1 "
        "(gpu_1 accelerator_power_w from 2024-01-01 00:00:30Z for 300 s)"
    )


def test_a_silence_of_seconds_is_held(file):
    # Spacing 0.1 s: 3 s is 30 spacings, and less than the 10 s for which any value is held.
    reading = telemetry.read(file("a.csv", wide([0, 0.1, 0.2, 3.2, 3.3])), start="2024-01-01T00:00Z")
    assert reading.frame.collect()["value"].null_count() == 0


def test_missing_values_stay_missing(file, refused):
    frame = telemetry.read(file("a.csv", series([1000, "NaN", "", 1100]))).frame.collect()
    assert frame["value"].to_list() == [1000.0, None, None, 1100.0]
    assert frame["quality"].to_list() == [0, 5, 5, 0]
    assert refused(file("b.csv", series(["", "NaN"]))) == ["no value was measured: every cell is missing"]


def test_all_faults_at_once(file, refused):
    text = series([1000, -1, "many", 1000]) + "2024-01-01T00:00,rack_2,it_power_w,5\n" + "short\n"
    told = refused(file("a.csv", text))
    assert told == [
        "line 7: 1 cells where the first line has 4",
        "line 6, time: the time has no zone; say which with --tz, for example --tz UTC or --tz America/New_York; "
        "got '2024-01-01T00:00'",
        "line 4, value: 'many' is no number",
        "line 3, rack_1: it_power_w is -1, wanted 0 to 2e+10 W: negative",
    ]


@pytest.mark.parametrize("count", [25])
def test_twenty_of_a_kind_are_listed(file, refused, count):
    told = refused(file("a.csv", series([-1] * count)))
    assert len(told) == 21
    assert told[-1] == "and 5 more like the last"
