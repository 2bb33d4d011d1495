"""Numbers as a reader wants them, worked by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.page import quantities

T = quantities.THIN


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (386.9791 * 3.6e9, "J", f"387.0{T}MWh"),
        (23.4756 * 3.6e12, "J", f"23.48{T}GWh"),
        (1.0e9, "W", f"1.000{T}GW"),
        (999e6, "W", f"999.0{T}MW"),
        (-2.5e6, "W", f"−2.500{T}MW"),
        (0.0, "W", f"0{T}W"),
        (2.5e6, "W/s", f"2.500{T}MW/s"),
        (364.25, "K", f"91.1{T}°C"),
        (0.385, "L/kWh", f"0.3850{T}L/kWh"),
        (0.385 / 3.6e6, "kg/J", f"0.3850{T}L/kWh"),
        (0.385e-3 / 3.6e6, "m^3/J", f"0.3850{T}L/kWh"),
        (1.84e21, "FLOP/s", f"1.840{T}ZFLOP/s"),
        (312e12, "FLOP/s", f"312.0{T}TFLOP/s"),
        (0.78e12, "FLOP/J", f"780.0{T}GFLOP/s/W"),
        (1.98e9, "Hz", f"1.980{T}GHz"),
        (60.0, "Hz", f"60.00{T}Hz"),
        (24e6, "VA", f"24.00{T}MVA"),
        (950.0, "VA", f"950.0{T}VA"),
        (141e9, "byte", f"141.0{T}GB"),
        (1.15, "1", "1.150"),
        (1.15, "", "1.150"),
        (12.0, "m^3/s", f"12.00{T}m³/s"),
        (math.nan, "W", "–"),
        (None, "W", "–"),
    ],
)
def test_a_quantity_has_a_fitting_unit(value: float | None, unit: str, text: str) -> None:
    assert quantities.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "significant", "text"),
    [
        (12345.6, 4, f"12{T}346"),
        (0.99873, 4, "0.9987"),
        (3.14e-13, 4, f"3.1{T}×{T}10⁻¹³"),
        (-2e7, 2, f"−2.0{T}×{T}10⁷"),
        (1e-9, 1, f"1{T}×{T}10⁻⁹"),
        (0.0, 4, "0"),
        (math.inf, 4, "–"),
    ],
)
def test_digits(value: float, significant: int, text: str) -> None:
    assert quantities.digits(value, significant) == text


@pytest.mark.parametrize(
    ("given", "text"), [("40 degC", "40 °C"), ("0.5 delta_degC", "0.5 K"), ("7 W/m**2", "7 W/m²"), ("120 s", "120 s")]
)
def test_stated_values_have_units_as_people_write_them(given: str, text: str) -> None:
    assert quantities.stated(given) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (86400, f"24{T}h"),
        (125, f"2{T}min 5{T}s"),
        (60, f"1{T}min"),
        (59.7, f"1{T}min"),  # rounded to the second
        (12307, f"3{T}h 25{T}min"),  # 3 h 25 min 7 s: two units at most
        (3605, f"1{T}h 5{T}s"),
        (365 * 86400, f"365{T}d"),
        (0.4, f"0.40{T}s"),
        (0.0, f"0{T}s"),
        (math.nan, "–"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert quantities.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 modes"), (1.0, "1 mode"), (2, "2 modes"), (1234, f"1{T}234 modes")]
)
def test_one_thing_has_no_plural(number: float, text: str) -> None:
    assert quantities.several(number, "modes") == text


def test_differences_of_temperature_stay_in_kelvin() -> None:
    assert quantities.difference(-3.14, "K") == f"−3.1{T}K"
    assert quantities.difference(-0.423, "K", decimals=2) == f"−0.42{T}K"
    assert quantities.difference(2e3, "W") == f"2.000{T}kW"
    assert quantities.difference(None, "K") == "–"


def test_water_is_a_volume_and_a_ratio_a_percentage() -> None:
    assert quantities.water(8120e3) == f"8{T}120{T}m³"
    assert quantities.water(250.0) == f"250.0{T}L"
    assert quantities.share(0.04348) == f"4.35{T}%"
    assert quantities.count(15457) == f"15{T}457"


@given(st.floats(1.0, 1e12), st.sampled_from(["W", "W/s", "var", "kg"]))
def test_the_number_before_a_unit_is_never_below_one(value: float, unit: str) -> None:
    assert abs(value / quantities.fitting(value, unit).factor) >= 1.0
