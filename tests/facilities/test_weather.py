"""Synthetic days and weather files."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import facilities
from facilities import weather
from twin.cooling.psychrometrics import humidity_ratio_from_dew_point, wet_bulb
from twin.errors import TelemetryError

ROOT = Path(__file__).resolve().parents[2]
COLUMBUS = ROOT.parent / "shared" / "data" / "weather" / "OH-Columbus_Port_Columbus_Intl_A.tmy3"
JULY = datetime(2026, 7, 15, 5, tzinfo=UTC)  # midnight of Eastern standard time
ZERO = 273.15


def test_a_synthetic_day_has_the_normals_mean_and_range() -> None:
    """Mid-July of Columbus: mean 23.0 degC, range 9.8 K, dew point 17.7 degC."""
    day = weather.day(facilities.load("prometheus"), JULY, 86400)
    assert day.label == "synthetic, from monthly normals of Columbus, Ohio (NREL TMY3 station 724280)"
    assert day.dry_bulb.size == day.wet_bulb.size == 145
    # the middle of the month lies half a day on; normals move by less than 0.02 K a day there
    assert day.dry_bulb[:-1].mean() - ZERO == pytest.approx(23.0, abs=0.03)
    assert np.ptp(day.dry_bulb) == pytest.approx(9.8, abs=0.05)
    assert day.dry_bulb.argmax() * 600 / 3600 == pytest.approx(15.5, abs=0.2)
    assert day.dry_bulb.argmin() * 600 / 3600 == pytest.approx(6.0, abs=0.2)
    # 27.9 degC with a dew point of 17.7 degC at 98.8 kPa
    moisture = humidity_ratio_from_dew_point(np.array([17.7 + ZERO]), 98.8e3)
    assert day.wet_bulb.max() == pytest.approx(wet_bulb(np.array([27.9 + ZERO]), moisture, 98.8e3)[0], abs=0.05)
    assert np.all(day.wet_bulb <= day.dry_bulb)


def test_a_synthetic_year_keeps_the_months_means() -> None:
    facility = facilities.load("hyperion")
    start = datetime(2025, 1, 1, 6, tzinfo=UTC)
    year = weather.day(facility, start, 365 * 86400)
    ends = np.cumsum([0] + [calendar.monthrange(2025, month)[1] for month in range(1, 13)]) * 144
    means = [year.dry_bulb[first:last].mean() for first, last in pairwise(ends)]
    # A curve through the middles of months bends within them: by a tenth of the 6 K from January to February at most.
    assert np.array(means) == pytest.approx(np.array(facility.climate.dry_bulb.si), abs=0.7)
    assert year.dry_bulb[0] == pytest.approx(year.dry_bulb[-1], abs=0.1)


def test_time_zones_of_the_start_are_the_same_instant() -> None:
    facility = facilities.load("frontier")
    eastern = JULY.astimezone(tz=ZoneInfo("America/New_York"))
    assert np.array_equal(weather.day(facility, eastern, 3600).dry_bulb, weather.day(facility, JULY, 3600).dry_bulb)


def test_a_run_is_covered_to_its_end() -> None:
    assert weather.day(facilities.load("frontier"), JULY, 601).dry_bulb.size == 3


Row = Callable[[datetime], tuple[float, float, float]]


def plain(instant: datetime) -> tuple[float, float, float]:
    """Give dry bulb [degC], dew point [degC] and pressure [Pa] that tell the day of the year and the hour apart."""
    return instant.timetuple().tm_yday / 20 + instant.hour / 10, -5.0, 99e3


def write_epw(path: Path, row: Row = plain, hours: int = 8760) -> Path:
    lines = ["LOCATION,SMALLVILLE,KS,USA,TEST,000000,38.0,-97.0,-6.0,400.0"] + ["HEADER"] * 7
    for hour in range(hours):
        ending = datetime(2001, 1, 1) + timedelta(hours=hour + 1)
        dry, dew, pressure = row(ending)
        stamp = ending - timedelta(hours=1)
        cells = [stamp.year, stamp.month, stamp.day, stamp.hour + 1, 0, "?", dry, dew, 50, pressure, *[0] * 25]
        lines.append(",".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_an_epw_is_read_at_the_hour_of_its_measurement(tmp_path: Path) -> None:
    """The run begins on 11 July 2026 at 09:00 of UTC-6: day 192 of the year, 9.6 + 0.9 = 10.5 degC; 10:00 has 10.6."""
    path = write_epw(tmp_path / "smallville.epw")
    found = weather.read(path, datetime(2026, 7, 11, 15, tzinfo=UTC), 3600)
    assert found.label == "typical year of Smallville (smallville.epw)"
    assert found.step == 600.0
    assert found.dry_bulb - ZERO == pytest.approx([10.5 + 0.1 * part / 6 for part in range(7)], abs=1e-9)
    moisture = humidity_ratio_from_dew_point(np.array([-5.0 + ZERO]), 99e3)
    assert found.wet_bulb[0] == pytest.approx(wet_bulb(np.array([10.5 + ZERO]), moisture, 99e3)[0], abs=1e-9)


def test_a_leap_day_takes_the_day_before(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "smallville.epw")
    first = weather.read(path, datetime(2028, 2, 28, 15, tzinfo=UTC), 3600)
    leap = weather.read(path, datetime(2028, 2, 29, 15, tzinfo=UTC), 3600)
    after = weather.read(path, datetime(2028, 3, 1, 15, tzinfo=UTC), 3600)
    assert np.array_equal(first.dry_bulb, leap.dry_bulb)
    assert after.dry_bulb[0] - first.dry_bulb[0] == pytest.approx(0.05, abs=1e-9)


def test_missing_codes_are_refused_with_their_lines(tmp_path: Path) -> None:
    def row(instant: datetime) -> tuple[float, float, float]:
        dry, dew, pressure = plain(instant)
        return (99.9, dew, pressure) if instant.day == 3 else (dry, dew, 999999.0 if instant.month == 5 else pressure)

    path = write_epw(tmp_path / "gaps.epw", row)
    with pytest.raises(TelemetryError) as caught:
        weather.read(path, JULY, 3600)
    # 12 third days of 24 hours, the first at hour 48 (line 8 + 48); May has 744 instants less the 24 of its third day
    assert [str(fault) for fault in caught.value.faults] == [
        "line 56: dry bulb: is missing or implausible in 288 rows; the first holds 99.9; fill the gaps",
        "line 2888: pressure: is missing or implausible in 720 rows; the first holds 999999; fill the gaps",
    ]


def test_part_of_a_year_is_refused(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "short.epw", hours=8000)
    with pytest.raises(
        TelemetryError, match=r"short\.epw: holds 8000 rows and lacks 760 hours of the year; give a whole"
    ):
        weather.read(path, JULY, 3600)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.epw", "", "a.epw: cannot be read: it is not EPW"),
        ("a.tmy3", "", "a.tmy3: cannot be read: it is not NREL TMY3"),
        ("a.csv", "a,b\n1,2\n", "a.csv: cannot be read: it is not NREL TMY3"),
        ("a.txt", "", "a.txt: unknown kind of weather file '.txt'; give EPW (.epw) or NREL TMY3 (.tmy3, .csv)"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TelemetryError) as caught:
        weather.read(path, JULY, 3600)
    assert str(caught.value).startswith(message)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TelemetryError, match=r"absent\.epw: cannot be read: No such file or directory"):
        weather.read(tmp_path / "absent.epw", JULY, 3600)


@pytest.mark.skipif(not COLUMBUS.is_file(), reason="the TMY3 file of Columbus is not at hand")
def test_a_real_typical_year() -> None:
    """First rows of the file: 01:00 -3.3, 02:00 -2.8 degC at UTC-5; highest of the year 34.4 degC, wet bulb 25.9."""
    begin = datetime(2026, 1, 1, 6, tzinfo=UTC)
    found = weather.read(COLUMBUS, begin, 365 * 86400)
    assert found.dry_bulb[[0, 6]] - ZERO == pytest.approx([-3.3, -2.8], abs=1e-9)
    assert found.dry_bulb.max() - ZERO == pytest.approx(34.4, abs=1e-9)
    assert found.wet_bulb.max() - ZERO == pytest.approx(25.9, abs=0.15)


@pytest.mark.skipif(not COLUMBUS.is_file(), reason="the TMY3 file of Columbus is not at hand")
def test_the_normals_are_those_of_the_typical_year() -> None:
    facility = facilities.load("prometheus")
    found = weather.read(COLUMBUS, datetime(2025, 1, 1, 5, tzinfo=UTC), 365 * 86400 - 600)
    ends = np.cumsum([0] + [calendar.monthrange(2025, month)[1] for month in range(1, 13)]) * 144
    means = [found.dry_bulb[first:last].mean() for first, last in pairwise(ends)]
    # one decimal is stored; a month begins an hour apart in the two ways of counting
    assert np.array(means) == pytest.approx(np.array(facility.climate.dry_bulb.si), abs=0.1)
