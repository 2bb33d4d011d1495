"""Weather files that are bad: what is said of each fault, and that all are said at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import facilities
from facilities import weather
from tests.facilities.weather_files import EPW_HEADER, TMY3_HEADER, Air, epw_rows, plain, tmy3_rows, written
from twin.errors import TelemetryError

START = datetime(2026, 7, 15, 5, tzinfo=UTC)
SITE = facilities.load("frontier").location
EPW, TMY3 = epw_rows(), tmy3_rows()
JULY_1 = 181 * 24
"""Hours of the year before July."""


def faults(path: Path) -> list[str]:
    return [str(fault) for fault in weather.examine(path).faults]


def header(old: str, new: str) -> list[str]:
    assert old in EPW_HEADER[0]
    return [EPW_HEADER[0].replace(old, new), *EPW_HEADER[1:]]


def where(condition: Callable[[datetime], bool], **values: float) -> Callable[[datetime], Air]:
    """Give rows that are plain but where a condition holds."""
    return lambda instant: plain(instant)._replace(**(values if condition(instant) else {}))


def test_a_plain_year_is_good(tmp_path: Path) -> None:
    assert faults(written(tmp_path / "a.epw", EPW)) == faults(written(tmp_path / "a.tmy3", TMY3)) == []


def test_stray_commas(tmp_path: Path) -> None:
    """A comma at the end of each row would make the reader take another column for each: it is refused."""
    told = faults(written(tmp_path / "a.epw", [f"{row}," for row in EPW]))
    assert told[0] == "line 9: holds 36 cells, wanted 35; the row is cut or has a stray comma (8760 such rows)"


def test_missing_hours(tmp_path: Path) -> None:
    holes = [*EPW[:JULY_1], *EPW[JULY_1 + 24 :]]
    assert faults(written(tmp_path / "a.epw", holes)) == [
        "lacks 24 of the 8760 hours of a year, the first 1 July, 01:00; give a whole year"
    ]


def test_a_file_that_was_cut(tmp_path: Path) -> None:
    """8,000 hours are 333 days and 8 hours: 30 November, 08:00. The next row was cut in the middle."""
    path = written(tmp_path / "a.tmy3", [*TMY3[:8000], TMY3[8000][:20]])
    assert faults(path) == [
        "line 8003: holds 3 cells, wanted 6; the row is cut or has a stray comma",
        "lacks 760 of the 8760 hours of a year, all from 30 November, 09:00: the file looks cut; give a whole year",
    ]


def test_an_hour_that_is_there_twice(tmp_path: Path) -> None:
    """The third day of May is day 123: its first hour is the 2,929th row, in line 2937; it comes again a line later."""
    again = [*EPW[:2929], EPW[2928], *EPW[2929:]]
    assert faults(written(tmp_path / "a.epw", again)) == [
        "line 2938: holds 3 May, 01:00 again, as line 2937 does; keep one of them"
    ]
    half_hours = [row for row in EPW for _ in range(2)]
    assert faults(written(tmp_path / "b.epw", half_hours)) == [
        "line 10: holds 1 January, 01:00 again, as line 9 does, and 8759 more hours; keep one of them"
    ]


@pytest.mark.parametrize(
    ("name", "rows", "old", "new", "told"),
    [
        (
            "a.epw",
            EPW,
            "2001,7,1,24,",
            "2001,7,1,25,",
            "line 4376: time: is '2001,7,1,25', wanted year, month, day and hour from 1 to 24, such as '2001,7,15,13'",
        ),
        (
            "a.tmy3",
            TMY3,
            "07/01/2001,24:00",
            "02/30/2001,24:00",
            "line 4370: time: is '02/30/2001,24:00', wanted MM/DD/YYYY and a full hour from 01:00 to 24:00, such as "
            "'07/15/2001,13:00'",
        ),
        (
            "a.tmy3",
            TMY3,
            "07/01/2001,24:00",
            "07/01/2001,23:30",
            "line 4370: time: is '07/01/2001,23:30', wanted MM/DD/YYYY and a full hour from 01:00 to 24:00, such as "
            "'07/15/2001,13:00'",
        ),
    ],
)
def test_times_that_are_none(tmp_path: Path, name: str, rows: list[str], old: str, new: str, told: str) -> None:
    path = written(tmp_path / name, [row.replace(old, new) for row in rows])
    assert faults(path) == [
        told,
        "lacks 1 of the 8760 hours of a year, the first 1 July, 24:00; give a whole year",
    ]


def test_hours_that_count_from_zero(tmp_path: Path) -> None:
    """An EPW of another tool, hours 0 to 23: every first hour is refused, and hour 24 of each day is missing."""
    path = written(tmp_path / "a.epw", [_hour(row, -1) for row in EPW])
    assert faults(path) == [
        "line 9: time: is '2001,1,1,0', wanted year, month, day and hour from 1 to 24, such as '2001,7,15,13' "
        "(365 such rows)",
        "lacks 365 of the 8760 hours of a year, the first 1 January, 24:00; give a whole year",
    ]


def _hour(row: str, more: int) -> str:
    cells = row.split(",")
    return ",".join([*cells[:3], str(int(cells[3]) + more), *cells[4:]])


def test_codes_of_missing_values(tmp_path: Path) -> None:
    """Third days hold 12 x 24 instants, of which the first ends hour 48; May holds 744."""

    def row(instant: datetime) -> Air:
        air = plain(instant)
        return air._replace(
            dry=99.9 if instant.day == 3 else air.dry,
            humidity=999.0 if instant.day == 4 else air.humidity,
            pressure=999999.0 if instant.month == 5 else air.pressure,
        )

    assert faults(written(tmp_path / "a.epw", epw_rows(row))) == [
        "line 56: dry bulb: is missing or implausible in 288 rows; the first holds 99.9, wanted -70 to 65 degC; "
        "fill the gaps",
        "line 80: relative humidity: is missing or implausible in 288 rows; the first holds 999, wanted 1 to 110 %; "
        "fill the gaps",
        "line 2888: pressure: is missing or implausible in 744 rows; the first holds 999999, wanted 50000 to 110000 "
        "Pa; fill the gaps",
    ]
    codes = tmy3_rows(where(lambda instant: instant.month == 2, dry=-9900.0))
    assert faults(written(tmp_path / "a.tmy3", codes)) == [
        "line 746: dry bulb: is missing or implausible in 672 rows; the first holds -9900, wanted -70 to 65 degC; "
        "fill the gaps",
    ]


def test_cells_that_are_no_number(tmp_path: Path) -> None:
    rows = [*EPW[:99], EPW[99].replace(",54.0,", ",n/a,").replace(",99004.0,", ",high,"), *EPW[100:]]
    held = "is missing or implausible in 1 rows; the first holds no number"
    assert faults(written(tmp_path / "a.epw", rows)) == [
        f"line 108: {what}: {held}, wanted {wanted}; fill the gaps"
        for what, wanted in (("relative humidity", "1 to 110 %"), ("pressure", "50000 to 110000 Pa"))
    ]


def test_a_dry_bulb_that_jumps(tmp_path: Path) -> None:
    """Noon of 2 March, day 61, is hour 60 x 24 + 12; its neighbours are 61/20 + 1.1 and + 1.3 degC, 15 K away twice."""
    noon = where(lambda instant: (instant.month, instant.day, instant.hour) == (3, 2, 12), dry=19.4)
    assert faults(written(tmp_path / "a.epw", epw_rows(noon))) == [
        "line 1460: dry bulb: is an implausible jump: 19.4 degC after 4.15 degC and before 4.35 degC (1 such rows), "
        "wanted no more than 15 K from both; correct it"
    ]
    front = where(lambda instant: instant.month > 3, dry=-20.0, dew=-30.0)
    assert not any("jump" in fault for fault in faults(written(tmp_path / "b.epw", epw_rows(front))))


def test_a_jump_at_the_turn_of_the_year(tmp_path: Path) -> None:
    """The last hour stands between the last but one and the first."""
    path = written(tmp_path / "a.tmy3", [*TMY3[:-1], TMY3[-1].replace(",24:00,0.05,", ",24:00,40,")])
    assert TMY3[-1].split(",")[1] == "24:00"
    assert faults(path)[0].startswith("line 8762: dry bulb: is an implausible jump: 40 degC after ")


def test_dew_points_above_the_dry_bulb(tmp_path: Path) -> None:
    """Of 12 fifth days, noon: the first is hour 108, 5/20 + 1.2 degC."""
    wrong = epw_rows(where(lambda instant: instant.day == 5 and instant.hour == 12, dew=30.0))
    assert faults(written(tmp_path / "a.epw", wrong)) == [
        "line 116: dew point: 30 degC is above the dry bulb, 1.45 degC (12 such rows), which no air is; correct the "
        "one that is wrong"
    ]
    rounded = epw_rows(lambda instant: plain(instant)._replace(dew=plain(instant).dry + 0.5))
    assert faults(written(tmp_path / "b.epw", rounded)) == []


def test_a_sensor_that_was_stuck(tmp_path: Path) -> None:
    """From 4 to 7 March; its hours end at 00:00 of the 4th at the earliest: hour 62 x 24."""
    stuck = epw_rows(where(lambda instant: instant.month == 3 and 4 <= instant.day < 8, dry=4.0, dew=1.0))
    assert faults(written(tmp_path / "a.epw", stuck)) == [
        f"line {62 * 24 + 8}: dry bulb: holds 4 degC for 96 hours, wanted no more than 72: the sensor was stuck; "
        "fill the gap",
        f"line {62 * 24 + 8}: dew point: holds 1 degC for 96 hours, wanted no more than 72: the sensor was stuck; "
        "fill the gap",
    ]


def test_one_pressure_for_all_hours_is_told(tmp_path: Path) -> None:
    found = weather.examine(written(tmp_path / "a.epw", epw_rows(where(lambda _: True, pressure=98e3))))
    assert (found.faults, found.notes) == ((), ("the weather file holds one pressure for all hours, 98.0 kPa",))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            ",38.0,",
            ",-38.0,",
            "line 1: latitude: is -38 deg, but the site's is 35.93 deg: the other hemisphere, where ",
        ),
        (",-6.0,", ",9.0,", "line 1: time zone: is +9 h at longitude -97 deg, where the sun's own time is -6.5 h; "),
        (
            ",-97.0,-6.0,",
            ",135.0,9.0,",
            "line 1: time zone: is +9 h, but the site's is -5 h; wanted no more than 2 h apart",
        ),
        (",38.0,", ",north,", "line 1: latitude: is 'north', wanted a number from -90 to 90; correct it"),
        (",-97.0,", ",263.0,", "line 1: longitude: is '263.0', wanted a number from -180 to 180; correct it"),
        (",-6.0,400.0", "", "line 1: holds 8 cells about the station, wanted 10; take the file from its origin"),
    ],
)
def test_a_station_that_is_wrong_or_not_the_sites(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = written(tmp_path / "a.epw", EPW, header(old, new))
    with pytest.raises(TelemetryError) as caught:
        weather.read(path, SITE, START, 60)
    assert any(str(fault).startswith(told) for fault in caught.value.faults), caught.value


def test_a_short_first_line_is_one_fault_beside_those_of_the_rows(tmp_path: Path) -> None:
    short = ["LOCATION,Smallville,KS,USA,TEST,724500,38.0,-97.0", *EPW_HEADER[1:]]
    rows = [*EPW[:99], EPW[99].replace(",54.0,", ",n/a,"), *EPW[100:]]
    told = "line 1: holds 8 cells about the station, wanted 10; take the file from its origin"
    assert faults(written(tmp_path / "a.epw", EPW, short)) == [told]
    both = faults(written(tmp_path / "b.epw", rows, short))
    assert (len(both), both[0]) == (2, told)
    assert both[1].startswith("line 108: relative humidity: is missing")
    north = faults(written(tmp_path / "c.epw", EPW, header(",38.0,", ",north,")))
    assert north == ["line 1: latitude: is 'north', wanted a number from -90 to 90; correct it"]


def test_a_longitude_without_its_sign_is_two_faults_with_the_site(tmp_path: Path) -> None:
    told = weather.examine(written(tmp_path / "a.epw", EPW, header(",-97.0,", ",97.0,")), SITE)
    assert [fault.where for fault in told.faults] == ["line 1: time zone"]
    assert "(east is positive)" in told.faults[0].message
    assert "another climate" in told.notes[0]


def test_a_station_far_away_or_high_is_told_and_taken(tmp_path: Path) -> None:
    high = epw_rows(lambda instant: plain(instant)._replace(pressure=84e3 + instant.hour))
    found = weather.examine(written(tmp_path / "a.epw", high), SITE)
    assert found.faults == ()
    assert found.notes == (
        "ATTENTION: the weather is that of Smallville, 1,150 km from the site: another climate",
        "ATTENTION: the station's mean pressure is 84.0 kPa, the site's 98.3 kPa: it stands elsewhere",
    )
    near = written(tmp_path / "b.epw", EPW, header("38.0,-97.0", "36.0,-86.7"))
    assert weather.examine(near, SITE).notes == ()


def test_a_cut_file_tells_no_mean_of_the_hours_it_lacks(tmp_path: Path) -> None:
    near = header("38.0,-97.0", "36.0,-86.7")
    cut = weather.examine(written(tmp_path / "a.epw", EPW[:4000], near), SITE)
    assert ([fault.where for fault in cut.faults], cut.notes) == ([""], ())


def test_a_station_across_the_equator_but_near_is_taken(tmp_path: Path) -> None:
    location = SITE.model_copy(deep=True)
    location.latitude._si = 0.5
    path = written(tmp_path / "a.epw", EPW, header("38.0,-97.0,-6.0", "-0.5,-84.3,-5.0"))
    assert weather.examine(path, location).faults == ()


def test_bytes_that_are_not_utf8_are_told_with_other_faults(tmp_path: Path) -> None:
    path = written(tmp_path / "a.epw", EPW[:-24])
    path.write_bytes(path.read_bytes().replace(b"HEADER\nHEADER", "HEADER\nS\xe3o".encode("latin-1"), 1))
    assert faults(path) == [
        "line 3: byte 0xe3 is not UTF-8; save the file as UTF-8",
        "lacks 24 of the 8760 hours of a year, all from 31 December, 01:00: the file looks cut; give a whole year",
    ]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path / "a.epw", EPW)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert faults(path) == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.epw", "", "is empty; wanted EPW"),
        ("a.tmy3", "", "is empty; wanted NREL TMY3"),
        (
            "a.epw",
            "not weather\n",
            "is not EPW: wanted line 1 to begin with 'LOCATION,', and rows after line 8; got 'not w",
        ),
        (
            "a.csv",
            "a,b\n1,2\n",
            "is not NREL TMY3: wanted line 2 to begin with 'Date (MM/DD/YYYY),Time (HH:MM)', and rows",
        ),
        ("a.txt", "", "its name ends in '.txt', wanted .epw (EPW) or .tmy3 or .csv (NREL TMY3)"),
        ("a.tmy3", "\n".join([*EPW_HEADER, EPW[0]]), "is not NREL TMY3 but EPW; let its name end in .epw"),
        ("a.epw", "\n".join([*TMY3_HEADER, *TMY3[:9]]), "is not EPW but NREL TMY3; let its name end in .tmy3"),
        (
            "a.tmy3",
            "\n".join([TMY3_HEADER[0], "Date (MM/DD/YYYY),Time (HH:MM)", "07/01/2001,01:00"]),
            "is not NREL TMY3: ",
        ),
        (
            "a.epw",
            "\n".join([*EPW_HEADER, "1,2", "3,4"]),
            "line 9: holds 2 cells, wanted 35; the row is cut or has a stray ",
        ),
    ],
)
def test_other_files(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert any(fault.startswith(told) for fault in faults(path)), faults(path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert faults(tmp_path / "absent.epw") == ["cannot be read: No such file or directory"]
    (tmp_path / "folder.epw").mkdir()
    assert faults(tmp_path / "folder.epw") == ["cannot be read: Is a directory"]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Header, site, times, hours, values, moisture: each with its line."""
    rows = epw_rows(lambda instant: plain(instant)._replace(dry=99.9 if instant.hour == 3 else plain(instant).dry))
    rows[10] = rows[10].replace("2001,1,1,11", "2001,1,1,eleven")
    rows[20] = rows[20][:30]
    rows[30] = rows[29]
    with pytest.raises(TelemetryError) as caught:
        weather.read(written(tmp_path / "a.epw", rows, header("38.0", "-38.0")), SITE, START, 60)
    assert caught.value.source == "a.epw"
    assert [fault.where for fault in caught.value.faults] == [
        "line 19: time",
        "line 29",
        "",
        "line 39",
        "line 11: dry bulb",
        "line 1: latitude",
    ]
    assert str(caught.value).startswith("6 faults in a.epw:\n")
