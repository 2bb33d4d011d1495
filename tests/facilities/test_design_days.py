"""Days at a site's extremes: their peaks, their shape, and that the plant is checked against the same numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import facilities
from facilities import weather
from facilities.weather.design import below_peak, return_value
from tests.facilities.sites import changed
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb
from twin.errors import FacilityError, UnknownNameError

ZERO = 273.15
MIDNIGHT = datetime(2026, 7, 15, 5, tzinfo=UTC)  # of Eastern standard time
PROMETHEUS = facilities.load("prometheus")


def day(name: str, site: str = "prometheus") -> weather.Weather:
    return weather.design_day(facilities.load(site), name, MIDNIGHT, 86400)


@pytest.mark.parametrize("site", facilities.names())
def test_every_site_has_every_design_day(site: str) -> None:
    climate = facilities.load(site).climate
    assert day("design_day", site).dry_bulb.max() == pytest.approx(climate.design_dry_bulb.si, abs=1e-9)
    assert day("design_day_wet", site).wet_bulb.max() == pytest.approx(climate.design_wet_bulb.si, abs=1e-6)
    assert day("design_day_cold", site).dry_bulb.min() == pytest.approx(climate.design_cold.si, abs=1e-9)
    assert day("extreme_day", site).dry_bulb.max() > climate.design_dry_bulb.si
    assert day("extreme_day_wet", site).wet_bulb.max() > climate.design_wet_bulb.si
    assert day("extreme_day_cold", site).dry_bulb.min() < climate.design_cold.si
    for name in weather.DESIGN_DAYS:
        made = day(name, site)
        assert made.kind == "design day"
        assert (made.wet_bulb <= made.dry_bulb).all()


def test_a_dry_day_of_columbus() -> None:
    """34.4 degC at 15:00 with 23.7 degC of wet bulb; July's range of 9.8 K below it at 05:00, half of it at 20:00."""
    made = day("design_day")
    assert made.label == (
        "design day of Columbus, Ohio (NREL TMY3 station 724280): peaks at the design dry bulb, 34.4 degC"
    )
    hours = made.dry_bulb[::60] - ZERO
    assert hours[[5, 14, 15, 20]] == pytest.approx([24.6, 34.4, 34.4, 29.5], abs=1e-9)
    assert made.wet_bulb[15 * 60] - ZERO == pytest.approx(23.7, abs=1e-6)
    moisture = humidity_ratio_from_wet_bulb(made.dry_bulb, made.wet_bulb, 98.8e3)
    assert np.ptp(moisture) < 1e-9


def test_a_humid_day_of_columbus() -> None:
    """24.3 degC of wet bulb with 29.6 degC at 15:00; the night holds as much water as it can."""
    made = day("design_day_wet")
    assert made.wet_bulb[15 * 60] - ZERO == pytest.approx(24.3, abs=1e-6)
    assert made.dry_bulb[15 * 60] - ZERO == pytest.approx(29.6, abs=1e-9)
    assert made.wet_bulb[5 * 60] == made.dry_bulb[5 * 60]


def test_a_cold_day_of_columbus() -> None:
    """-17.4 degC at 05:00, January's range of 8.6 K above it at 15:00."""
    made = day("design_day_cold")
    assert made.dry_bulb[[5 * 60, 15 * 60]] - ZERO == pytest.approx([-17.4, -8.8], abs=1e-9)
    assert "falls to the design cold, -17.4 degC" in made.label


def test_days_of_once_in_twenty_years() -> None:
    """
    F = -6^0.5/pi (0.5772 + ln ln(20/19)) = 1.8658: 34.5 + 1.8658 x 1.4 and -20.9 - 1.8658 x 3.9 degC.

    Wet bulb 25.9 + 1.8658 x 0.9 degC, 3.279 K over the design day's, whose 29.6 degC of dry bulb are as much higher.
    """
    assert day("extreme_day").dry_bulb.max() - ZERO == pytest.approx(37.112, abs=0.001)
    assert day("extreme_day_cold").dry_bulb.min() - ZERO == pytest.approx(-28.177, abs=0.001)
    humid = day("extreme_day_wet")
    assert humid.wet_bulb.max() - ZERO == pytest.approx(27.579, abs=0.001)
    assert humid.dry_bulb.max() - ZERO == pytest.approx(32.879, abs=0.001)
    assert "once in 20 years, 37.1 degC" in day("extreme_day").label


@pytest.mark.parametrize(
    ("mean", "deviation", "published"),
    [
        (36.16, 1.909, (37.5, 38.7, 39.7, 41.1)),  # Dulles, Virginia
        (39.25, 1.989, (40.7, 41.8, 43.0, 44.4)),  # Oklahoma City, Oklahoma
    ],
)
def test_published_extremes_of_many_years(mean: float, deviation: float, published: tuple[float, ...]) -> None:
    """
    ASHRAE 2009 dry bulbs of once in 5, 10, 20 and 50 years, from the headers of EnergyPlus weather files.

    Mean and deviation are fitted, two numbers to four; what is tested is the law between them, to the rounding of the
    table (0.05 K) and of the deviation that ASHRAE rounded before (0.05 K).
    """
    found = [return_value(mean, deviation, years) for years in (5.0, 10.0, 20.0, 50.0)]
    assert found == pytest.approx(list(published), abs=0.06)


def test_the_shape_of_a_day() -> None:
    """ASHRAE Fundamentals 2009, chapter 14, table 6: at 01:00 0.88, 05:00 1.00, 15:00 0.00, 24:00 0.82."""
    assert below_peak(np.array([1.0, 5.0, 11.0, 15.0, 24.0])) == pytest.approx([0.88, 1.0, 0.23, 0.0, 0.82], abs=1e-12)
    assert below_peak(np.array([0.0]))[0] == pytest.approx(0.82, abs=1e-12)
    every = below_peak(np.arange(0.0, 24.0, 0.01))
    assert every.min() >= 0.0
    assert every.max() <= 1.0


def test_each_day_of_a_longer_run_is_the_same() -> None:
    made = weather.design_day(PROMETHEUS, "design_day", MIDNIGHT, 2 * 86400)
    assert made.dry_bulb[:1440] == pytest.approx(made.dry_bulb[1440:2880], abs=1e-12)


def test_the_plant_is_checked_against_the_same_numbers(tmp_path: Path) -> None:
    """A design dry bulb of 46 degC is more than Prometheus' dry coolers can do, and it is the design day's peak."""
    hotter = changed(
        tmp_path, "prometheus", ('design_dry_bulb = { value = "34.4 degC"', 'design_dry_bulb = { value = "46 degC"')
    )
    assert facilities.check("prometheus") == ()
    assert any("on the design day" in fault.message for fault in facilities.check(hotter))
    made = weather.design_day(facilities.load(hotter), "design_day", MIDNIGHT, 86400)
    assert made.dry_bulb.max() - ZERO == pytest.approx(46.0, abs=1e-9)


def test_a_climate_without_extremes_says_all_that_is_missing(tmp_path: Path) -> None:
    text = (Path(facilities.__file__).parent / "sites" / "prometheus.toml").read_text(encoding="utf-8")
    names = ("annual_highest =", "annual_highest_spread", "coincident_wet_bulb")
    lines = [line for line in text.splitlines() if line.startswith(names)]
    facility = facilities.load(changed(tmp_path, "prometheus", *((line + "\n", "") for line in lines)))
    with pytest.raises(FacilityError) as caught:
        weather.design_day(facility, "extreme_day", MIDNIGHT, 3600)
    assert [str(fault) for fault in caught.value.faults] == [
        f"climate.{name}: is missing, and this design day is made from it; add it with its source"
        for name in ("annual_highest", "annual_highest_spread", "coincident_wet_bulb")
    ]
    assert facilities.check(changed(tmp_path, "prometheus", *((line + "\n", "") for line in lines))) == ()


def test_a_wet_bulb_above_its_dry_bulb_is_refused(tmp_path: Path) -> None:
    wrong = changed(
        tmp_path, "prometheus", ('coincident_wet_bulb = { value = "23.7', 'coincident_wet_bulb = { value = "35.7')
    )
    with pytest.raises(
        FacilityError, match=r"give each temperature no lower than the one before; got wet_bulb '35\.7 degC'"
    ):
        facilities.load(wrong)


def test_an_unknown_day() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown design day 'design_dat'.*Did you mean 'design_day'"):
        day("design_dat")


def test_a_dew_point_above_its_dry_bulb_is_refused(tmp_path: Path) -> None:
    wrong = changed(
        tmp_path, "prometheus", ('dew_point = { values = ["-6.6 degC"', 'dew_point = { values = ["6.6 degC"')
    )
    with pytest.raises(FacilityError, match="dew_point of month 1 is above its dry_bulb"):
        facilities.load(wrong)
