"""What looks wrong is marked and told, and never refused; what a user has read over is settled as asked."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import telemetry
from twin.errors import TelemetryError

HEADER = "time,asset,metric,value\n"
START = datetime(2024, 1, 1, tzinfo=UTC)


def series(values, metric="it_power_w", asset="rack_1", step=15, start=START):
    return "".join(
        f"{(start + timedelta(seconds=step * place)).isoformat()},{asset},{metric},{value}\n"
        for place, value in enumerate(values)
    )


def read(file, *parts, **options):
    return telemetry.read(file("a.csv", HEADER + "".join(parts)), **options)


def test_a_counter_begun_anew(file):
    reading = read(file, series([1000, 2000, 50, 1050], "it_energy_j"))
    frame = reading.frame.collect()
    assert frame["value"].to_list() == [1000, 2000, 50, 1050]  # as read
    assert frame["quality"].to_list() == [0, 0, 6, 0]
    assert reading.notes == ("counters begun anew; what they counted between is lost: 1 (rack_1 it_energy_j)",)


@pytest.mark.parametrize(("scale", "grows"), [(1e-3, "1 W"), (3.6e3, "3.6e+06 W")])
def test_a_counter_in_another_unit_than_its_power_says_is_refused(file, scale, grows):
    # 1 kW for a minute, counted in J, in kJ, and in what J become where they are read as Wh.
    power = series([1000] * 5)
    joules = [1e6 + 15_000 * place for place in range(5)]
    assert read(file, power, series(joules, "it_energy_j")).notes == ()
    with pytest.raises(TelemetryError) as caught:
        read(file, power, series([joule * scale for joule in joules], "it_energy_j"))
    (fault,) = caught.value.faults
    assert fault.where == "rack_1"
    assert fault.message.startswith(f"it_energy_j grows by {grows} where it_power_w is 1000 W in the mean")


def test_a_counter_of_coarse_digits_is_no_other_unit(file):
    # A tenth of a kilowatt-hour more within two seconds at 100 W: one rise tells nothing of the power.
    read(file, series([100] * 3, step=1), series([0, 0, 360_000], "it_energy_j", step=1))


def test_a_counter_of_known_width_goes_on(file):
    mapping = file(
        "pdu.toml",
        'name = "pdu"\ndescription = "a PDU"\nformat = "wide"\n[time]\ncolumn = "t"\nunit = "iso"\n'
        '[[column]]\nmatch = "e"\nasset = "pdu_1"\nmetric = "it_energy_j"\nunit = "kWh"\nscale = 0.1\n'
        "wraps_at = 65536\n",
    )
    # 65,530 then 14 tenths of a kWh: 20 more, as it wraps at 65,536.
    rows = "".join(f"2024-01-01T00:0{place}Z,{value}\n" for place, value in enumerate([65520, 65530, 14, 24]))
    reading = telemetry.read(file("a.csv", f"t,e\n{rows}"), mapping=mapping)
    frame = reading.frame.collect()
    assert (frame["value"] / 3.6e5).to_list() == pytest.approx([65520, 65530, 65550, 65560])
    assert frame["quality"].to_list() == [0, 0, 6, 0]
    assert reading.notes == ("counters that wrapped, and go on: 1 (pdu_1 it_energy_j)",)


def test_counters_of_several_widths_are_not_mixed(file):
    rule = '[[column]]\nmatch = "{}"\nasset = "{}"\nmetric = "it_energy_j"\nunit = "kWh"\n'
    head = 'name = "m"\ndescription = "m"\nformat = "wide"\n[time]\ncolumn = "t"\nunit = "iso"\n'
    mapping = file("m.toml", head + rule.format("a", "a") + "wraps_at = 65536\n" + rule.format("b", "b"))
    with pytest.raises(TelemetryError, match="columns of it_energy_j have several wraps_at, scales or units"):
        telemetry.read(file("a.csv", "t,a,b\n2024-01-01T00:00Z,1,2\n"), mapping=mapping)


def test_a_sensor_that_stands_still(file):
    # 1,500 zeros at the head of a series that else never repeats a value.
    reading = read(file, series([0.0] * 150 + [1000 + place for place in range(300)]))
    frame = reading.frame.collect()
    assert (frame["quality"] == 2).to_list() == [True] * 150 + [False] * 300
    assert reading.notes[0].endswith("suspect: 150 (rack_1 it_power_w)")


def test_a_load_of_two_levels_stands_still_by_itself(file):
    assert read(file, series(([1000.0] * 200 + [2000.0] * 200) * 3)).notes == ()


def test_a_time_in_the_future(file):
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    reading = read(file, series([1000, 1001]), series([1002], start=soon))
    assert reading.frame.collect().filter(pl.col("value") == 1002)["quality"].to_list() == [2]
    assert any(note.startswith("times in the future of this machine's clock, suspect: 1") for note in reading.notes)


def test_parts_above_their_meter(file):
    parts = [series([600, 600], "accelerator_power_w", f"n1/gpu_{place}") for place in range(2)]
    reading = read(file, series([1000, 1000], asset="n1"), *parts)
    # 2 x 600 W below a meter of 1,000 W.
    assert reading.notes == ("n1 meters 1,000 W in the mean, its 2 parts 1,200 W, 20% more",)
    assert read(file, series([1250, 1250], asset="n1"), *parts).notes == ()


def test_two_values_at_one_time_are_settled_as_asked(file, refused):
    parts = (series([1000, 1100]), series([1050]))
    for choice, wanted in (("last", 1050.0), ("mean", 1025.0)):
        reading = read(file, *parts, policy=[f"repeats={choice}"])
        frame = reading.frame.collect()
        assert frame["value"].to_list() == [wanted, 1100.0]
        assert frame["quality"].to_list() == [2, 0]
        assert "times with two values, settled as asked, suspect: 1" in reading.notes
    assert refused(file("b.csv", HEADER + "".join(parts)), policy=["repeats=first"]) == [
        "--policy: 'repeats=first' is no policy; known: repeats=refuse or last or mean; "
        "clock_change=refuse or earlier or later; outside=refuse or flag"
    ]


def test_values_out_of_range_are_flagged_as_asked(file):
    reading = read(file, series([1000, -5, 1100]), policy=["outside=flag"])
    frame = reading.frame.collect()
    assert frame["value"].to_list() == [1000.0, None, 1100.0]
    assert frame["quality"].to_list() == [0, 4, 0]
    assert "values out of range, read as missing: 1" in reading.notes


@pytest.mark.parametrize(("choice", "hour"), [("earlier", 5), ("later", 6)])
def test_a_double_hour_is_settled_as_asked(file, choice, hour):
    # On 3 November 2024 New York's clocks go from 02:00 back to 01:00, from UTC-4 to UTC-5.
    text = "2024-11-03T01:30,a,it_power_w,1\n2024-11-03T03:00,a,it_power_w,2\n"
    reading = read(file, text, tz="America/New_York", policy=[f"clock_change={choice}"])
    frame = reading.frame.collect()
    assert frame["time"].to_list()[0] == datetime(2024, 11, 3, hour, 30, tzinfo=UTC)
    assert frame["quality"].to_list()[0] == 2
    assert any("makes double or impossible, settled as asked: 1" in note for note in reading.notes)


def test_an_hour_that_was_left_out_is_read_as_if_it_was_not(file):
    # On 10 March 2024 New York's clocks go from 02:00 to 03:00: 02:30 is 02:30 EST, 07:30 UTC.
    text = "2024-03-10T02:30,a,it_power_w,1\n"
    frame = read(file, text, tz="America/New_York", policy=["clock_change=later"]).frame.collect()
    assert frame["time"].to_list() == [datetime(2024, 3, 10, 7, 30, tzinfo=UTC)]
