"""Moist air against hand-worked numbers, a published table's values and an independent implementation."""

from pathlib import Path

import numpy as np
import polars as pl
import psychrolib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import psychrometrics

SEA_LEVEL = 101_325.0


def test_summer_design_point() -> None:
    """35 degC, 50 %: p_ws = 5628.6 Pa, W = 0.621945 * 2814.3 / 98510.7 = 0.0177655; h = 1.006*35 + W*(2501+1.86*35)."""
    air = np.array([308.15])
    ratio = psychrometrics.humidity_ratio(0.5 * psychrometrics.saturation_pressure(air), SEA_LEVEL)
    assert ratio[0] == pytest.approx(0.0177655, abs=5e-8)
    assert psychrometrics.enthalpy(air, ratio)[0] == pytest.approx(80.80e3, abs=5)
    assert psychrometrics.wet_bulb(air, ratio, SEA_LEVEL)[0] == pytest.approx(273.15 + 26.141, abs=1e-3)


@pytest.mark.parametrize(
    ("celsius", "pascal"),
    # 3169.2 Pa at 25 degC is the handbook's; 611.657 Pa at 0.01 degC is the triple point. At -20 degC:
    # -22.4157 + 6.3925 - 2.4499 + 0.0399 + 0.0337 - 0.0039 + 4.1635019 * 5.533982 = 4.6372 = ln 103.26
    [(25.0, 3169.2), (0.01, 611.66), (-20.0, 103.26)],
)
def test_saturation_pressure_as_tabulated(celsius: float, pascal: float) -> None:
    found = psychrometrics.saturation_pressure(np.float64(celsius + 273.15))
    assert found == pytest.approx(pascal, rel=1e-4)


def test_saturated_air_by_hand() -> None:
    """20 degC, sea level: p_ws = 2338.8 Pa, W = 0.621945*2338.8/98986.2 = 0.014695, h = 20.12 + W*2538.2 kJ/kg."""
    assert psychrometrics.humidity_ratio_from_dew_point(np.array(293.15), SEA_LEVEL) == pytest.approx(
        0.014695, abs=1e-6
    )
    assert psychrometrics.saturation_enthalpy(np.array(293.15), SEA_LEVEL) == pytest.approx(57.42e3, abs=10)


def test_ice_and_water_meet_at_the_triple_point() -> None:
    """The two fits differ by less than 1e-5 there, so the curve has no visible step."""
    below, above = psychrometrics.saturation_pressure(np.array([273.16, 273.16 + 1e-9]))
    assert above == pytest.approx(below, rel=1e-5)


@given(celsius=st.floats(-30, 50), relative_humidity=st.floats(0.02, 1.0), pressure=st.floats(7e4, 1.05e5))
def test_wet_bulb_gives_back_its_humidity(celsius: float, relative_humidity: float, pressure: float) -> None:
    air = np.array([celsius + 273.15])
    ratio = psychrometrics.humidity_ratio(relative_humidity * psychrometrics.saturation_pressure(air), pressure)
    bulb = psychrometrics.wet_bulb(air, ratio, pressure)
    assert bulb[0] <= air[0]
    again = psychrometrics.humidity_ratio_from_wet_bulb(air, bulb, pressure)
    # An ice-covered bulb in saturated air just above freezing would lie above the air; it is given as the air itself.
    assert again[0] == pytest.approx(ratio[0], abs=1e-9 if bulb[0] < air[0] else 5e-6)


def test_more_water_than_saturation_is_the_dry_bulb() -> None:
    assert psychrometrics.wet_bulb(np.array([290.0]), np.array([0.05]), SEA_LEVEL)[0] == 290.0


def test_random_points_against_psychrolib() -> None:
    psychrolib.SetUnitSystem(psychrolib.SI)
    random = np.random.default_rng(1)
    celsius, pressure = random.uniform(-30, 50, 150), random.uniform(7e4, 1.05e5, 150)
    humidity = random.uniform(0.03, 1, 150)
    points = list(zip(celsius, humidity, pressure, strict=True))
    ratio = np.array([psychrolib.GetHumRatioFromRelHum(*point) for point in points])
    expected = np.array(
        [psychrolib.GetTWetBulbFromHumRatio(t, w, p) for t, w, p in zip(celsius, ratio, pressure, strict=True)]
    )
    found = psychrometrics.wet_bulb(celsius + 273.15, ratio, pressure) - 273.15
    settled = np.abs(expected) > 0.8  # nearer to freezing an ice-covered and a wet bulb can both be right
    np.testing.assert_allclose(found[settled], expected[settled], atol=2e-3)  # its bisection stops at 1e-3 K
    assert settled.sum() > 140


def test_dew_point_by_hand() -> None:
    """
    35 degC, 50 %: 2814.3 Pa saturate air of 23.02 degC. -20 degC: W = 0.621945 * 103.26 / 101221.74.

    Dry air has none, and is given the lowest temperature of the fits.
    """
    found = psychrometrics.dew_point(np.array([0.0177655, 0.621945 * 103.26 / 101_221.74, 0.0]), SEA_LEVEL)
    np.testing.assert_allclose(found[:2], [273.15 + 23.020, 253.15], atol=1e-3)
    assert found[2] == pytest.approx(psychrometrics.LOWEST, abs=1e-9)


@given(celsius=st.floats(-95, 90), pressure=st.floats(7e4, 1.05e5))
def test_dew_point_gives_back_its_temperature(celsius: float, pressure: float) -> None:
    """To rounding, but for the step of 1e-5 between the two fits at the triple point."""
    given_point = np.array([celsius + 273.15])
    ratio = psychrometrics.humidity_ratio_from_dew_point(given_point, pressure)
    found = psychrometrics.dew_point(ratio, pressure)
    assert found[0] == pytest.approx(given_point[0], abs=1e-3 if abs(celsius - 0.01) < 1e-3 else 1e-8)


def test_table_of_moist_air(shared_data: Path) -> None:
    """All 197 points, -30 to 50 degC: temperatures to 0.01 K, where the published wet bulb is found to 1e-3 K."""
    table = pl.read_csv(shared_data / "validation/psychrometrics.csv").cast(pl.Float64)
    air, pressure = table["t_drybulb_degC"].to_numpy() + 273.15, table["pressure_Pa"].to_numpy()
    saturated = psychrometrics.saturation_pressure(air)
    ratio = psychrometrics.humidity_ratio(table["rh_fraction"].to_numpy() * saturated, pressure)
    bulb = psychrometrics.wet_bulb(air, ratio, pressure) - 273.15
    assert len(table) == 197
    np.testing.assert_allclose(saturated, table["psat_Pa"], rtol=1e-6)
    np.testing.assert_allclose(ratio, table["humidity_ratio_kg_kg"], rtol=1e-6)
    np.testing.assert_allclose(bulb, table["t_wetbulb_degC"], atol=0.01)
    np.testing.assert_allclose(psychrometrics.enthalpy(air, ratio), table["enthalpy_J_kg"], atol=1)
    np.testing.assert_allclose(psychrometrics.dew_point(ratio, pressure) - 273.15, table["t_dewpoint_degC"], atol=0.01)
