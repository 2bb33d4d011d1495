"""Weather made from monthly normals: calm days, and years whose days differ."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import facilities
from facilities import weather
from facilities.weather import normals
from tests.facilities.sites import changed
from twin.cooling.psychrometrics import humidity_ratio_from_dew_point, wet_bulb
from twin.errors import FacilityError
from twin.site import Floats

JULY = datetime(2026, 7, 15, 5, tzinfo=UTC)  # midnight of Eastern standard time
ZERO = 273.15
PROMETHEUS = facilities.load("prometheus")
LENGTHS = [calendar.monthrange(2001, month)[1] for month in range(1, 13)]
ENDS = np.cumsum([0, *LENGTHS])


def test_a_synthetic_day_has_the_normals_mean_and_range() -> None:
    """Mid-July of Columbus: mean 23.0 degC, range 9.8 K, dew point 17.7 degC."""
    day = weather.synthetic(PROMETHEUS, JULY, 86400)
    assert day.label == "synthetic, from monthly normals of Columbus, Ohio (NREL TMY3 station 724280)"
    assert (day.kind, day.step, day.dry_bulb.size, day.wet_bulb.size) == ("synthetic", 60.0, 1441, 1441)
    # the middle of the month lies half a day on; normals move by less than 0.02 K a day there
    assert day.dry_bulb[:-1].mean() - ZERO == pytest.approx(23.0, abs=0.03)
    assert np.ptp(day.dry_bulb) == pytest.approx(9.8, abs=0.05)
    assert day.dry_bulb.argmax() / 60 == pytest.approx(15.5, abs=0.2)
    assert day.dry_bulb.argmin() / 60 == pytest.approx(6.0, abs=0.2)
    # 27.9 degC with a dew point of 17.7 degC at 98.8 kPa
    moisture = humidity_ratio_from_dew_point(np.array([17.7 + ZERO]), 98.8e3)
    assert day.wet_bulb.max() == pytest.approx(wet_bulb(np.array([27.9 + ZERO]), moisture, 98.8e3)[0], abs=0.05)
    assert set(day.pressure) == {98.8e3}


def test_a_year_is_whole_and_has_the_months_of_the_normals() -> None:
    year = weather.year(PROMETHEUS)
    assert (year.step, year.dry_bulb.size) == (3600.0, 8760)
    assert (year.wet_bulb <= year.dry_bulb).all()
    means = [year.dry_bulb[24 * first : 24 * last].mean() for first, last in pairwise(ENDS)]
    # A curve through the middles of months bends within them: by a tenth of the 6 K from January to February at most.
    assert np.array(means) == pytest.approx(np.array(PROMETHEUS.climate.dry_bulb.si), abs=0.7)
    # the turn of the year is an hour like others
    assert year.dry_bulb[0] - year.dry_bulb[-1] == pytest.approx(year.dry_bulb[24] - year.dry_bulb[23], abs=0.05)
    # and it is what a run takes: 1 January 2001, 00:00 of UTC-5
    run = weather.synthetic(PROMETHEUS, datetime(2001, 1, 1, 5, tzinfo=UTC), 365 * 86400 - 3600)
    assert np.array_equal(run.dry_bulb[::60], year.dry_bulb)


def test_time_zones_of_the_start_are_the_same_instant() -> None:
    eastern = JULY.astimezone(tz=ZoneInfo("America/New_York"))
    one, two = (weather.synthetic(PROMETHEUS, start, 3600).dry_bulb for start in (eastern, JULY))
    assert np.array_equal(one, two)


def test_a_run_is_covered_to_its_end() -> None:
    assert weather.synthetic(PROMETHEUS, JULY, 61).dry_bulb.size == 3


def test_calm_years_have_no_seed_and_others_say_theirs() -> None:
    assert np.array_equal(weather.year(PROMETHEUS).dry_bulb, weather.year(PROMETHEUS).dry_bulb)
    one, again, two = (weather.year(PROMETHEUS, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.dry_bulb, again.dry_bulb)
    assert np.array_equal(one.wet_bulb, again.wet_bulb)
    assert not np.array_equal(one.dry_bulb, two.dry_bulb)
    assert one.label.endswith("724280), with day-to-day deviations of seed 1")
    assert one.kind == "synthetic"


def test_deviations_of_days_are_as_the_site_says() -> None:
    """
    Means of days in one month of each of a hundred years: standard deviation 2.3 K in July and 7.3 K in January, and
    each day 0.67 like the one before, in the middle of the 0.58 to 0.71 of typical years about the month's own mean.
    """
    calm = _daily(weather.year(PROMETHEUS).dry_bulb)
    deviation = np.stack([_daily(weather.year(PROMETHEUS, seed=seed).dry_bulb) - calm for seed in range(100)])
    for month, wanted in ((0, 7.3), (6, 2.3)):
        days = deviation[:, ENDS[month] : ENDS[month + 1]]
        # The spread of the site, on a curve through the middles of months, is not the same all month.
        assert days.std(axis=1) == pytest.approx(wanted, rel=0.08)
        assert np.abs(days.mean(axis=1)).max() < 0.3
    middle = deviation[:, ENDS[6] : ENDS[7]]
    assert np.corrcoef(middle[:, 1:].ravel(), middle[:, :-1].ravel())[0, 1] == pytest.approx(0.67, abs=0.03)


def test_no_seed_makes_a_year_warmer_than_its_normals() -> None:
    """The mean of each of twenty years within 0.1 K of the calm one; a series that is not moved misses it by 0.8 K."""
    calm = weather.year(PROMETHEUS).dry_bulb.mean()
    assert [weather.year(PROMETHEUS, seed=seed).dry_bulb.mean() for seed in range(20)] == pytest.approx(
        np.full(20, calm), abs=0.1
    )


@pytest.mark.parametrize(
    ("site", "file"),
    [
        ("aws_p4d_ultracluster", "VA-Washington_Dc_Dulles_Intl_Ar_Sterling_Isis.tmy3"),
        ("google_ironwood", "OH-Columbus_Port_Columbus_Intl_A.tmy3"),
        ("aws_rainier", "IN-South_Bend_Michiana_Rgnl_Ap.tmy3"),
        ("google_tpu_v4", "OK-Tulsa_International_Airport.tmy3"),
    ],
)
def test_a_seeded_year_is_like_the_typical_one_of_its_station(shared_data: Path, site: str, file: str) -> None:
    """Mean within 0.1 K, spread within 0.25 K, and hours above 27 degC, when pads are wet, within a point."""
    facility, new_year = facilities.load(site), datetime(2026, 1, 1, 6, tzinfo=UTC)
    made = weather.year(facility, seed=1).dry_bulb
    typical = weather.read(shared_data / "weather" / file, facility.location, new_year, 8759 * 3600).dry_bulb[::60]
    assert made.mean() == pytest.approx(typical.mean(), abs=0.1)
    assert made.std() == pytest.approx(typical.std(), abs=0.25)
    assert (made > 27.0 + ZERO).mean() == pytest.approx((typical > 27.0 + ZERO).mean(), abs=0.01)


def test_the_turn_of_a_seeded_year_is_no_leap() -> None:
    """Deviations close round the year: a midnight at the turn changes no more than others do."""
    steps = np.array([_turn(weather.year(PROMETHEUS, seed=seed).dry_bulb) for seed in range(40)])
    # from one noon to the next the deviation moves by 7 K (2 (1 - 0.6) / 0.83)^0.5 = 6.9 K in the mean: 0.3 K an hour
    assert np.sqrt((steps**2).mean()) < 1.0


def _turn(dry: Floats) -> float:
    return float(dry[0] - dry[-1])


def test_dew_points_move_with_the_dry_bulb() -> None:
    """Daily wet bulbs go with dry bulbs, and never above them."""
    calm, moved = weather.year(PROMETHEUS), weather.year(PROMETHEUS, seed=3)
    dry = _daily(moved.dry_bulb) - _daily(calm.dry_bulb)
    wet = _daily(moved.wet_bulb) - _daily(calm.wet_bulb)
    assert np.corrcoef(dry, wet)[0, 1] > 0.85
    assert (moved.wet_bulb <= moved.dry_bulb).all()
    noons = np.array(
        [normals._deviations(seed, np.arange(365) / 365 + 0.5 / 365) for seed in range(20)]
    )  # at noons the two series are what was drawn
    assert np.corrcoef(noons[:, 0].ravel(), noons[:, 1].ravel())[0, 1] == pytest.approx(0.8, abs=0.02)


def test_a_site_that_does_not_say_how_days_differ_has_no_synthetic_year(tmp_path: Path) -> None:
    text = (Path(facilities.__file__).parent / "sites" / "prometheus.toml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("day_to_day"))
    facility = facilities.load(changed(tmp_path, "prometheus", (line, "")))
    assert weather.synthetic(facility, JULY, 60).kind == "synthetic"
    with pytest.raises(
        FacilityError, match=r"prometheus: climate\.day_to_day: is missing, and a synthetic year is made"
    ):
        weather.synthetic(facility, JULY, 60, seed=1)


def _daily(values: Floats) -> Floats:
    return values.reshape(365, 24).mean(axis=1)
