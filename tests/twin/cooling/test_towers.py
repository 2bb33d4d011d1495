"""Merkel towers against a published simulation, hand-worked numbers, and laws that hold for any tower."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import hydraulics, psychrometrics, towers
from twin.site import Floats

SEA_LEVEL = 101_325.0
CHICAGO = 98_886.0  # [Pa] at 205 m, standard atmosphere

# Design of the tower in EnergyPlus's Merkel case (Modelica Buildings Library, MerkelEnergyPlus.mo): 1.09317 l/s water
# of 995.586 kg/m3 and 4184 J/(kg K), 0.56124 m3/s of air of 1.2 kg/m3, wet bulb 25.6 degC, range 5.5 K, approach 3.9 K.
WATER_FLOW = 1.09317e-3 * 995.586
WATER_STREAM = WATER_FLOW * 4184.0
AIR_FLOW = 0.56124 * 1.2
WET_BULB = 273.15 + 25.6
HOT_WATER = WET_BULB + 3.9 + 5.5


def design_conductance(pressure: float) -> float:
    return towers.merkel_conductance(HOT_WATER, WATER_STREAM, AIR_FLOW, WET_BULB, 5.5 * WATER_STREAM, pressure)


def leaving_water(water: Floats, flow: Floats, speed: Floats, bulb: Floats) -> Floats:
    correction = towers.conductance_correction(speed, flow / WATER_FLOW, WET_BULB - bulb)
    assert np.all(correction.inside)
    conductance = design_conductance(CHICAGO) * correction.factor
    heat = towers.merkel(water, flow * 4184.0, speed * AIR_FLOW, conductance, bulb, CHICAGO).heat
    return water - heat / (flow * 4184.0)


def test_design_conductance_by_hand() -> None:
    """
    Work the design point backwards at sea level.

    25.045 kW / 0.67349 kg/s = 37.187 kJ/kg on 78.854 kJ/kg at 25.6 degC gives 116.04 kJ/kg, saturated at 32.92 degC:
    ce = 37187 / 7.32 = 5080 J/(kg K), air stream 3421.4 W/K, r = 0.7514, effectiveness 25045 / (3421.4 * 9.4) = 0.7787,
    N = ln((1 - 0.7787 * 0.7514) / (1 - 0.7787)) / 0.2487 = 2.528, UA = 2.528 * 0.67349 * 1006 = 1713 W/K.
    """
    assert design_conductance(SEA_LEVEL) == pytest.approx(1713, abs=1)


@pytest.mark.parametrize(
    ("bulb", "water_in", "water_out", "speed"),
    # Five rows of that case (EnergyPlus, 7 July, Chicago), water 1.089 kg/s; it leaves at 30.0 degC, the set point
    [
        (19.2, 32.63, 30.0, 0.3218),
        (18.51, 33.78, 30.0, 0.412),
        (18.84, 33.8, 30.0, 0.4199),
        (18.23, 33.64, 30.0, 0.3938),
        (19.38, 33.02, 30.0, 0.3634),
    ],
)
def test_rows_of_the_published_case(bulb: float, water_in: float, water_out: float, speed: float) -> None:
    """Digits printed (0.01 K, four of speed) allow 0.03 K."""
    found = leaving_water(
        np.array([water_in + 273.15]), np.array([1.089]), np.array([speed]), np.array([bulb + 273.15])
    )
    assert found[0] - 273.15 == pytest.approx(water_out, abs=0.03)


def test_published_case(shared_data: Path) -> None:
    """All settled rows: 0.0087 K and 0.30 % of the heat rms, fan power within 0.02 % of rated."""
    rows = pl.read_csv(shared_data / "validation/merkel_tower_part1.csv").cast(pl.Float64)
    rows = rows.filter((pl.col("m_water_kg_s") > 0.3 * WATER_FLOW) & (pl.col("fan_speed_ratio") > 0.25))
    flow, speed = rows["m_water_kg_s"].to_numpy(), rows["fan_speed_ratio"].to_numpy()
    water, bulb = rows["t_water_in_degC"].to_numpy() + 273.15, rows["t_wetbulb_degC"].to_numpy() + 273.15
    leaving = leaving_water(water, flow, speed, bulb)
    difference = leaving - 273.15 - rows["t_water_out_degC"].to_numpy()
    assert len(difference) == 429
    assert np.sqrt(np.mean(difference**2)) < 0.015
    assert np.abs(difference).max() < 0.03
    published = rows["q_reject_W"].to_numpy()
    excess = flow * 4184.0 * (water - leaving) / published - 1.0
    assert np.sqrt(np.mean(excess**2)) < 4e-3
    fan = hydraulics.fan_power(speed) - rows["p_fan_W"].to_numpy() / 213.27113
    assert np.abs(fan).max() < 4e-3


def test_design_point_comes_back() -> None:
    conductance = np.array([design_conductance(SEA_LEVEL)])
    state = towers.merkel(
        np.array([HOT_WATER]),
        np.array([WATER_STREAM]),
        np.array([AIR_FLOW]),
        conductance,
        np.array([WET_BULB]),
        SEA_LEVEL,
    )
    # Five steps leave 1e-7 of the heat
    assert state.heat[0] == pytest.approx(5.5 * WATER_STREAM, rel=1e-6)
    assert state.leaving_wet_bulb[0] == pytest.approx(273.15 + 32.92, abs=0.01)


def test_a_tower_without_enough_air_is_refused() -> None:
    with pytest.raises(ValueError, match="give more air"):
        towers.merkel_conductance(HOT_WATER, WATER_STREAM, 0.3, WET_BULB, 5.5 * WATER_STREAM, SEA_LEVEL)


@given(
    bulb=st.floats(255, 303),
    above=st.floats(0.5, 25),
    air=st.floats(0.2, 1.2),
    water=st.floats(0.3, 1.2),
)
def test_the_air_takes_what_the_water_gives(bulb: float, above: float, air: float, water: float) -> None:
    """Heat is the rise of saturation enthalpy times air, and never more than Merkel's limit; the water stays warmer."""
    state = towers.merkel(
        np.array([bulb + above]),
        np.array([water * WATER_STREAM]),
        np.array([air * AIR_FLOW]),
        np.array([1700.0]),
        np.array([bulb]),
        SEA_LEVEL,
    )
    rise = psychrometrics.saturation_enthalpy(state.leaving_wet_bulb, SEA_LEVEL)
    rise = rise - psychrometrics.saturation_enthalpy(np.array([bulb]), SEA_LEVEL)
    # 0.5 % at the far corner (few steps, cold air, little of it); 0.05 K of table step on small rises
    assert state.heat[0] == pytest.approx(air * AIR_FLOW * rise[0], rel=5e-3)
    assert 0 < state.heat[0] < water * WATER_STREAM * above


def test_more_air_takes_more_heat_and_none_takes_none() -> None:
    air = np.linspace(0.0, 1.0, 21) * AIR_FLOW
    same = np.ones_like(air)
    state = towers.merkel(HOT_WATER * same, WATER_STREAM * same, air, 1700.0 * same, WET_BULB * same, SEA_LEVEL)
    assert state.heat[0] == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(state.heat) > 0)


def test_cold_water_is_warmed() -> None:
    one = np.ones(1)
    state = towers.merkel(285 * one, WATER_STREAM * one, AIR_FLOW * one, 1700 * one, 290 * one, SEA_LEVEL)
    assert state.heat[0] < 0
    assert 285 < state.leaving_wet_bulb[0] < 290


def test_correction_by_hand() -> None:
    """Air 0.5: 0.575; water 0.8: 0.1082 + 1.3336 - 0.493632 = 0.948168; 5 K below design: 1.0405. Product 0.567277."""
    found = towers.conductance_correction(np.array([0.5, 1.0]), np.array([0.8, 1.0]), np.array([5.0, 0.0]))
    np.testing.assert_allclose(found.factor, [0.567277, 1.0039], atol=1e-6)
    assert found.inside.all()


def test_correction_is_held_and_flagged_outside() -> None:
    found = towers.conductance_correction(np.array([1.0, 0.05, 1.0]), np.array([1.5, 1.0, 1.0]), np.array([0, 0, 40.0]))
    # Held at water 1: 1.0039. Air at 0.1: 0.127 * 1.0039. Wet bulb 25 K below design: 1.0039 * 1.2025
    np.testing.assert_allclose(found.factor, [1.0039, 0.1274953, 1.20718975], atol=1e-7)
    assert not found.inside.any()


@pytest.mark.parametrize(
    ("celsius", "humidity", "litres"),
    # Litres a kWh of heat where the air takes up 30 kJ/kg and leaves saturated; worked by hand for the first:
    # W 0.01407, h 71.3 + 30 = 101.3 kJ/kg, saturated at 30.1 degC with W 0.02768: 0.01361 / 30 * 3600 = 1.63
    [(35, 0.4, 1.63), (30, 0.6, 1.39), (20, 0.5, 1.27), (10, 0.6, 1.03), (0, 0.7, 0.80)],
)
def test_evaporation(celsius: float, humidity: float, litres: float) -> None:
    air = np.array([celsius + 273.15])
    ratio = psychrometrics.humidity_ratio(humidity * psychrometrics.saturation_pressure(air), SEA_LEVEL)
    water = towers.evaporation(np.array([30e3]), np.array([1.0]), air, ratio, SEA_LEVEL)
    assert water[0] / 30e3 * 3.6e6 == pytest.approx(litres, abs=0.006)


def test_still_air_takes_up_nothing() -> None:
    assert towers.evaporation(np.zeros(1), np.zeros(1), np.array([300.0]), np.array([0.01]), SEA_LEVEL)[0] == 0
