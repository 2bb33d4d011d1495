"""Location and climate of a weather file: worked by hand for a plain year, and as the shipped sites have them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import psychrolib
import pytest

import facilities
from facilities.weather import summary
from tests.facilities.weather_files import Air, epw_rows, written
from twin.errors import TelemetryError

JANUARY, JULY = 1, 7


def steady(instant: datetime) -> Air:
    """January at -4 or -2 degC on odd and even days, July at 30, else 10; 5 K warmer in the day's second half."""
    instant -= timedelta(minutes=1)  # an hour belongs to the day that its midnight ends
    month = {JANUARY: -4.0 + 2.0 * (instant.day % 2 == 0), JULY: 30.0}.get(instant.month, 10.0)
    dry = month + (5.0 if instant.hour >= 12 else 0.0)
    return Air(dry, dry - 8.0, 50.0 - 10.0 * (instant.hour % 2), 99e3 + instant.hour)


def celsius(climate: dict[str, dict[str, str]], name: str) -> float:
    return float(climate[name]["value"].removesuffix(" degC"))


@pytest.fixture
def found(tmp_path: Path) -> dict[str, dict[str, dict[str, object]]]:
    return summary.tables(written(tmp_path / "plain.epw", epw_rows(steady)))


def test_the_station_is_the_location(found: dict[str, dict[str, dict[str, str]]]) -> None:
    location = found["location"]
    assert [location[key]["value"] for key in ("latitude", "longitude", "time_zone")] == ["38 deg", "-97 deg", "-6 h"]
    # 99 kPa and the mean of the hours 0 to 23, 11.5 Pa
    assert location["pressure"] == {
        "value": "99.0 kPa",
        "basis": "derived",
        "source": "mean of EPW station 724500, plain.epw",
    }
    assert found["climate"]["station"] == "Smallville (EPW station 724500, plain.epw)"


def test_normals_are_means_of_the_months(found: dict[str, dict[str, dict[str, list[str]]]]) -> None:
    climate = found["climate"]
    # sixteen odd days at -4 and fifteen even ones at -2 degC, and half of 5 K: -3.03 + 2.5
    assert climate["dry_bulb"]["values"] == ["-0.5 degC", *["12.5 degC"] * 5, "32.5 degC", *["12.5 degC"] * 5]
    assert climate["dew_point"]["values"][6] == "24.5 degC"
    assert climate["daily_range"]["values"] == ["5.0 K"] * 12
    # days 2 K apart: sqrt(16 x 15 / 31 / 30) x 2 K
    assert climate["day_to_day"]["values"] == ["1.0 K", *["0.0 K"] * 11]


def test_design_values_are_the_rare_hours(found: dict[str, dict[str, dict[str, str]]]) -> None:
    climate = found["climate"]
    # A twelfth of the year is 35 or 30 degC and a twelfth -4 to 3: more than 0.4 % of hours stand at either end.
    assert climate["design_dry_bulb"]["value"] == "35.0 degC"
    assert climate["design_cold"]["value"] == "-4.0 degC"
    assert climate["coincident_dry_bulb"]["value"] == "35.0 degC"
    # Each second of those warm hours has 50 % of relative humidity, the others 40 %; psychrolib is another solver.
    psychrolib.SetUnitSystem(psychrolib.SI)
    humid, dry = (psychrolib.GetTWetBulbFromRelHum(35.0, part, 99012.0) for part in (0.5, 0.4))
    # one decimal is stored
    assert celsius(climate, "design_wet_bulb") == pytest.approx(humid, abs=0.0501)
    assert celsius(climate, "coincident_wet_bulb") == pytest.approx((humid + dry) / 2.0, abs=0.0501)


def test_a_file_with_faults_is_refused(tmp_path: Path) -> None:
    cut = written(tmp_path / "cut.epw", epw_rows(steady, range(8759)))
    with pytest.raises(TelemetryError, match="hour"):
        summary.tables(cut)


def test_it_gives_what_the_shipped_sites_say(shared_data: Path) -> None:
    """Prometheus has the means of this very file, in one decimal."""
    climate = facilities.load("prometheus").climate
    made = summary.tables(shared_data / "weather" / "OH-Columbus_Port_Columbus_Intl_A.tmy3")["climate"]
    for name in ("dry_bulb", "daily_range", "dew_point", "day_to_day"):
        assert made[name]["values"] == list(getattr(climate, name).values)
    for name in ("design_dry_bulb", "design_wet_bulb", "coincident_wet_bulb", "coincident_dry_bulb"):
        # stored to a tenth, and hours of such a file are 0.03 K apart where its rarest begin
        assert celsius(made, name) == pytest.approx(getattr(climate, name).si - 273.15, abs=0.101)
