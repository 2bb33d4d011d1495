"""Weather files that are good: the hour of each value, the curve between them, and eleven real years."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pvlib import iotools

import facilities
from facilities import weather
from facilities.weather import files
from facilities.weather.air import hour_of_year
from tests.facilities.weather_files import epw_rows, plain, tmy3_rows, written
from twin.cooling.psychrometrics import humidity_ratio, saturation_pressure, wet_bulb

ZERO = 273.15
JULY = datetime(2026, 7, 11, 15, tzinfo=UTC)
SITE = facilities.load("frontier").location


@pytest.mark.parametrize(("name", "form"), [("a.epw", "EPW"), ("a.tmy3", "NREL TMY3"), ("a.csv", "NREL TMY3")])
def test_a_value_stands_at_the_hour_of_its_measurement(tmp_path: Path, name: str, form: str) -> None:
    """The run begins on 11 July 2026 at 09:00 of UTC-6: day 192 of the year, 9.6 + 0.9 = 10.5 degC; 10:00 has 10.6."""
    found = weather.read(written(tmp_path / name), SITE, JULY, 3600)
    # cos d = sin 38 sin 35.93 + cos 38 cos 35.93 cos 12.69 (degrees) = 0.98376: 0.1805 of 6,371 km
    assert found.label == f"weather year of Smallville ({form} 724500, 1,150 km from the site; {name})"
    assert (found.kind, found.step, found.dry_bulb.size) == ("weather file", 60.0, 61)
    # ten rises of 0.1 K an hour before and after make the curve a line
    assert found.dry_bulb - ZERO == pytest.approx(10.5 + 0.1 * np.arange(61) / 60, abs=1e-9)
    assert found.pressure[[0, 60]] == pytest.approx([99009.0, 99010.0], abs=1e-6)
    air = np.array([10.5 + ZERO])
    moisture = humidity_ratio(0.59 * saturation_pressure(air), 99009.0)
    assert found.wet_bulb[0] == pytest.approx(wet_bulb(air, moisture, 99009.0)[0], abs=1e-9)
    assert found.notes == ("ATTENTION: the weather is that of Smallville, 1,150 km from the site: another climate",)


def test_months_of_different_years_are_a_typical_year(tmp_path: Path) -> None:
    rows = [row.replace("2001,", "1987,", 1) if row.startswith("2001,2,") else row for row in epw_rows()]
    path = written(tmp_path / "a.epw", rows, end="\r\n")
    assert weather.read(path, SITE, JULY, 60).label.startswith("typical year of Smallville")
    assert np.array_equal(
        weather.read(path, SITE, JULY, 3600).dry_bulb,
        weather.read(written(tmp_path / "b.epw"), SITE, JULY, 3600).dry_bulb,
    )


def test_midnight_may_be_written_either_way(tmp_path: Path) -> None:
    """24:00 of a day, or 00:00 of the next, 1 January included."""
    late = written(tmp_path / "late.tmy3")
    rows = tmp_path / "early.tmy3"
    zero = [row.replace(",24:00,", ",00:00,") for row in tmy3_rows()]
    moved = [f"{_next(row)}{row[10:]}" if ",00:00," in row else row for row in zero]
    early = written(rows, moved)
    begin = datetime(2027, 1, 1, 4, tzinfo=UTC)
    # 22:00 of 31 December at UTC-6, to 02:00 of 1 January
    one, two = (weather.read(path, SITE, begin, 4 * 3600) for path in (late, early))
    assert np.array_equal(one.dry_bulb, two.dry_bulb)
    # 24:00 of 31 December is the plain year's midnight of 1 January 2002: day 1, hour 0
    assert one.dry_bulb[[0, 60, 120, 180]] - ZERO == pytest.approx([20.45, 20.55, 0.05, 0.15], abs=1e-9)


def _next(row: str) -> str:
    month, day, year = (int(part) for part in row[:10].split("/"))
    later = np.datetime64(f"{year}-{month:02d}-{day:02d}") + 1
    number = later.astype(datetime)
    return f"{number:%m/%d/}2001"


def test_a_leap_day_takes_the_day_before(tmp_path: Path) -> None:
    path = written(tmp_path / "a.epw")
    first, leap, after = (
        weather.read(path, SITE, datetime(2028, month, day, 15, tzinfo=UTC), 3600).dry_bulb
        for month, day in ((2, 28), (2, 29), (3, 1))
    )
    assert np.array_equal(first, leap)
    assert after[0] - first[0] == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(("name", "rows"), [("a.epw", epw_rows), ("a.tmy3", tmy3_rows)])
def test_a_leap_day_of_the_file_is_left_out_and_told(tmp_path: Path, name: str, rows) -> None:
    leap = written(tmp_path / name, rows(hours=range(8784), begin=datetime(2004, 1, 1)))
    found = weather.examine(leap)
    assert found.faults == ()
    assert found.notes == ("29 February of the weather file (24 rows) is left out; a run there takes 28 February",)
    # 1 March, 01:00, of a leap year is day 61
    assert found.table["temp_air"][59 * 24 + 1] - ZERO == pytest.approx(61 / 20 + 0.1, abs=1e-9)


def test_rows_of_older_files_end_early(tmp_path: Path) -> None:
    """Without albedo and rain, 32 cells; all values that a run takes are there."""
    short = written(tmp_path / "old.epw", [",".join(row.split(",")[:32]) for row in epw_rows()])
    full = written(tmp_path / "new.epw")
    old, new = (weather.read(path, SITE, JULY, 3600) for path in (short, full))
    assert np.array_equal(old.wet_bulb, new.wet_bulb)


def test_the_curve_between_hours() -> None:
    """
    Rises of 1, 2 and 0.5: slopes at the inner points are harmonic means, 4/3 and 0.8, so that the middle of the second
    rise lies (4/3 - 0.8)/8 above the mean of its ends.
    """
    values = np.zeros(8760)
    values[[101, 102, 103]] = [1.0, 3.0, 3.5]
    assert files.curve(values, np.array([101.5]))[0] == pytest.approx(2.0 + (4 / 3 - 0.8) / 8, abs=1e-12)
    # round the turn of the year: the last hour is next to the first
    turned = np.roll(values, -102)
    assert files.curve(turned, np.array([8759.5]))[0] == pytest.approx(2.0 + (4 / 3 - 0.8) / 8, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_the_curve_never_passes_the_hours_beside_it(seed: int) -> None:
    values = np.random.default_rng(seed).choice([-5.0, 0.0, 0.1, 7.0, 30.0], 8760)
    at = np.random.default_rng(seed + 1).uniform(0.0, 8760.0, 500)
    found = files.curve(values, at)
    before, after = values[at.astype(int) % 8760], values[(at.astype(int) + 1) % 8760]
    assert (found >= np.minimum(before, after) - 1e-9).all()
    assert (found <= np.maximum(before, after) + 1e-9).all()


def test_the_wet_bulb_never_passes_the_dry_bulb(tmp_path: Path) -> None:
    """Air that is saturated in every other hour, while its temperature jumps."""

    def row(instant):
        dry = 15.0 + 4.0 * (instant.hour % 3) * (-1) ** instant.hour
        return plain(instant)._replace(dry=dry, dew=dry, humidity=100.0 if instant.hour % 2 else 35.0)

    found = weather.read(written(tmp_path / "a.epw", epw_rows(row)), SITE, JULY, 3 * 86400)
    assert (found.wet_bulb <= found.dry_bulb).all()
    assert (found.wet_bulb == found.dry_bulb).sum() >= 36


def test_what_is_read_as_weather(tmp_path: Path) -> None:
    telemetry = tmp_path / "load.csv"
    telemetry.write_text("time,asset,metric,value\n")
    assert [weather.is_weather(path) for path in (Path("x.epw"), Path("x.TMY3"), written(tmp_path / "a.csv"))] == [
        True
    ] * 3
    assert [weather.is_weather(path) for path in (telemetry, Path("nowhere.csv"), Path("x.toml"))] == [False] * 3


# Section 13 of the reference on cooling: dry bulb highest, 99.6 %, mean, lowest; wet bulb highest, 99.6 %, mean [degC];
# hours of wet bulb to 14 and 18 degC, and of dry bulb to 20 degC, a year.
REAL = {
    "OH-Columbus_Port_Columbus_Intl_A": (34.4, 30.6, 11.1, -18.9, 25.9, 24.2, 8.2, 5825, 7237, 6764),
    "LA-Monroe_Regional_Ap": (38.0, 36.0, 18.2, -6.7, 29.1, 27.0, 15.0, 3636, 4895, 4590),
    "LA-Shreveport_Regional_Arpt": (38.9, 35.0, 18.2, -10.0, 27.2, 26.3, 14.8, 3600, 4864, 4524),
    "MS-Jackson_International_Ap": (38.3, 35.0, 17.7, -9.4, 27.4, 26.4, 14.5, 3790, 5087, 4706),
    "IN-South_Bend_Michiana_Rgnl_Ap": (37.2, 33.3, 10.7, -22.2, 29.0, 26.3, 7.9, 5925, 7143, 6569),
    "TX-Abilene_Regional_Ap_Ut": (41.1, 36.7, 17.1, -14.4, 24.9, 23.4, 11.8, 4502, 5919, 4848),
    "OK-Tulsa_International_Airport": (41.1, 36.7, 15.6, -15.6, 27.4, 25.8, 11.6, 4646, 5747, 5249),
    "VA-Washington_Dc_Dulles_Intl_Ar_Sterling_Isis": (37.2, 33.9, 12.7, -16.1, 26.8, 25.0, 9.5, 5412, 6583, 6250),
    "VA-Leesburg_Godfrey": (36.1, 34.4, 12.1, -16.7, 28.1, 25.4, 8.8, 5653, 6790, 6418),
    "TN-Knoxville_Mcghee_Tyson_Ap": (38.3, 34.4, 14.4, -14.4, 27.6, 25.2, 11.3, 4750, 6056, 5757),
    "TN-Memphis_International_Ap": (38.3, 35.6, 17.0, -11.7, 26.9, 25.8, 13.1, 4234, 5629, 5027),
}


@pytest.mark.parametrize("name", REAL)
def test_statistics_of_real_years(shared_data: Path, name: str) -> None:
    path = shared_data / "weather" / f"{name}.tmy3"
    found = weather.examine(path)
    assert found.faults == ()
    dry, wet, pressure = files.hourly(found.table)
    dry, wet = dry - ZERO, wet - ZERO
    highest = [
        np.max(dry),
        np.percentile(dry, 99.6),
        dry.mean(),
        dry.min(),
        wet.max(),
        np.percentile(wet, 99.6),
        wet.mean(),
    ]
    # the table is rounded to 0.1 K; a figure on the edge may have gone either way
    assert highest == pytest.approx(REAL[name][:7], abs=0.051)
    # a file's degree and a tenth is not exact in binary once Kelvin were added
    assert [np.sum(wet <= 14), np.sum(wet <= 18), np.sum(dry <= 20.0 + 1e-9)] == list(REAL[name][7:])
    # another reader's clock: the library's own index, an hour ending with its row
    frame, about = iotools.read_tmy3(path, map_variables=True)
    local = frame.index.tz_localize(None).to_numpy().astype("M8[s]")
    assert np.array_equal(
        found.table["temp_air"][hour_of_year(local).astype(int) % 8760] - ZERO, dry[np.arange(1, 8761) % 8760]
    )
    assert found.station is not None
    assert (found.station.latitude, found.station.time_zone) == (about["latitude"], about["TZ"])
    assert pressure.mean() == pytest.approx(100.0 * frame["pressure"].mean(), rel=1e-12)


def test_first_hours_of_a_real_year(shared_data: Path) -> None:
    """First rows of the file: 01:00 -3.3, 02:00 -2.8 degC at UTC-5, 991 and 990 mbar."""
    location = facilities.load("prometheus").location
    path = shared_data / "weather" / "OH-Columbus_Port_Columbus_Intl_A.tmy3"
    found = weather.read(path, location, datetime(2026, 1, 1, 6, tzinfo=UTC), 3600)
    assert found.dry_bulb[[0, 60]] - ZERO == pytest.approx([-3.3, -2.8], abs=1e-9)
    assert found.pressure[[0, 60]] == pytest.approx([99100.0, 99000.0], abs=1e-6)
    # 39.983 N, 82.883 W and 40.0657 N, 82.7533 W: 9.2 km north to south, 11.0 km east to west
    assert found.label == (
        "typical year of Columbus Port Columbus Intl A (NREL TMY3 724280, 14 km from the site; "
        "OH-Columbus_Port_Columbus_Intl_A.tmy3)"
    )
    assert found.notes == ()


def test_the_normals_are_those_of_the_typical_year(shared_data: Path) -> None:
    facility = facilities.load("prometheus")
    found = weather.examine(shared_data / "weather" / "OH-Columbus_Port_Columbus_Intl_A.tmy3")
    days = np.roll(found.table["temp_air"], -1).reshape(365, 24)
    ends = np.cumsum([0] + [calendar.monthrange(2001, month)[1] for month in range(1, 13)])
    months = [days[first:last] for first, last in pairwise(ends)]
    # one decimal is stored
    assert [month.mean() for month in months] == pytest.approx(list(facility.climate.dry_bulb.si), abs=0.0501)
    spread = [month.mean(axis=1).std(ddof=1) for month in months]
    assert spread == pytest.approx(list(facility.climate.day_to_day.si), abs=0.0501)


def test_design_values_are_those_of_the_typical_year(shared_data: Path) -> None:
    """Means over the hours of the highest 0.4 %, and the temperature that 0.4 % of hours lie below."""
    for site, name in (
        ("prometheus", "OH-Columbus_Port_Columbus_Intl_A"),
        ("frontier", "TN-Knoxville_Mcghee_Tyson_Ap"),
        ("hyperion", "LA-Monroe_Regional_Ap"),
    ):
        climate = facilities.load(site).climate
        dry, wet, _ = files.hourly(weather.examine(shared_data / "weather" / f"{name}.tmy3").table)
        warmest, most_humid = dry >= np.percentile(dry, 99.6) - 1e-9, wet >= np.percentile(wet, 99.6) - 1e-9
        assert wet[warmest].mean() == pytest.approx(climate.coincident_wet_bulb.si, abs=0.0501)
        assert dry[most_humid].mean() == pytest.approx(climate.coincident_dry_bulb.si, abs=0.0501)
        # ASHRAE's colds of long records and the typical year's differ by as much as 1.3 K here
        assert np.percentile(dry, 0.4) == pytest.approx(climate.design_cold.si, abs=1.5)
