"""Dry coolers against a product's rating, a published simulation, and hand-worked factors."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import dry_coolers

# BAC Trillium TDFS1238N (Modelica Buildings Library: BAC_Trillium_TDFS1238N_C60ET40B.mo): 2.931 MW, air 35 degC,
# water 46.1 to 40.55 degC. Its air flow is not published; equal streams are assumed, as that library does.
HEAT, HOT, AIR = 2.931e6, 319.25, 308.15
STREAM = HEAT / 5.55


def test_rated_point() -> None:
    """Effectiveness 5.55 / 11.1 = 0.5 with equal streams needs N = 1.118 by the double series; counterflow, 1."""
    conductance = dry_coolers.dry_cooler_conductance(HOT, STREAM, STREAM / 1006.0, AIR, HEAT)
    assert conductance / STREAM == pytest.approx(1.1178, abs=1e-4)
    heat = dry_coolers.dry_cooler(
        np.array([HOT]), np.array([STREAM]), np.array([STREAM / 1006.0]), np.array([conductance]), np.array([AIR])
    )
    assert heat[0] == pytest.approx(HEAT, rel=1e-9)


def test_impossible_rating_is_refused() -> None:
    with pytest.raises(ValueError, match="lies from 0 up to 1"):
        dry_coolers.dry_cooler_conductance(HOT, STREAM, STREAM / 3000.0, AIR, HEAT)


def test_factor_by_hand() -> None:
    """Air halved: films 1.5 * 0.574349 = 0.861524 and 3, 0.669314. Both halved: 3 * 0.554785 = 1.664355, 0.567676."""
    factor = dry_coolers.conductance_factor(np.array([1, 0.5, 0.5]), np.array([1, 1, 0.5]))
    np.testing.assert_allclose(factor, [1, 0.669314, 0.567676], atol=1e-6)


def test_factor_with_fans_off() -> None:
    """An eighth is left; `STILL_AIR` is the air flow for which the law itself gives that."""
    factor = dry_coolers.conductance_factor(np.array([0.0, dry_coolers.STILL_AIR, 0.05]), np.ones(3))
    np.testing.assert_allclose(factor[:2], 0.125, atol=1e-9)
    # 1.5 * 0.05^0.8 = 0.136539; 0.136539 * 3 / 3.136539 = 0.130595: barely more air, barely more conductance
    assert factor[2] == pytest.approx(0.130595, abs=1e-5)


@given(air=st.floats(0, 1.2), water=st.floats(0, 1.2), above=st.floats(-20, 40))
def test_heat_runs_downhill(air: float, water: float, above: float) -> None:
    """Neither stream passes the other's inlet temperature."""
    heat = dry_coolers.dry_cooler(
        np.array([AIR + above]),
        np.array([water * STREAM]),
        np.array([air * STREAM / 1006]),
        np.array([6e5]),
        np.array([AIR]),
    )
    assert abs(heat[0]) <= min(air, water) * STREAM * abs(above) * (1 + 1e-7) + 1e-6
    assert heat[0] * above >= 0


def test_films_by_hand() -> None:
    """
    Ten kelvin of air above 25 degC: 1.0078532. Ten of water below 35 degC: 0.014 / 1.49 = 0.0093960, 0.9060403.

    In series at design flows: 1.5 * 1.0078532 = 1.5117798 and 3 * 0.9060403 = 2.7181208; 0.9714650.
    """
    films = dry_coolers.film_factors(np.array([308.15]), np.array([298.15]), np.array([298.15]), np.array([308.15]))
    assert films.air[0] == pytest.approx(1.0078532, abs=1e-9)
    assert films.water[0] == pytest.approx(0.9060403, abs=1e-7)
    assert dry_coolers.conductance_factor(np.ones(1), np.ones(1), films)[0] == pytest.approx(0.9714650, abs=1e-6)


def test_published_trajectory(shared_data: Path) -> None:
    """
    Leaving water of a loop on its first half day: 0.031 K rms.

    The largest difference, 0.16 K, is a row just after the pump has started, where the model's volume lags.
    """
    rows = pl.read_csv(shared_data / "validation/reference_trajectories/dry_cooler_loop_first12h.csv").cast(pl.Float64)
    rows = rows[2:].filter(pl.col("p_fan_W") > 200)
    nominal = 0.5019120458891013 * 4184
    conductance = dry_coolers.dry_cooler_conductance(308.15, nominal, nominal / 1006, 298.15, 10_500.0)
    water, air = rows["t_water_in_degC"].to_numpy() + 273.15, rows["t_drybulb_degC"].to_numpy() + 273.15
    speed = np.cbrt(rows["p_fan_W"].to_numpy() / 525)  # the case's fan passes through the cubes of 0.1, 0.3, 0.6 and 1
    films = dry_coolers.film_factors(air, water, np.array(298.15), np.array(308.15))
    factor = dry_coolers.conductance_factor(speed, np.array(0.5 * 4184 / nominal), films)
    heat = dry_coolers.dry_cooler(water, np.array(0.5 * 4184), speed * nominal / 1006, conductance * factor, air)
    difference = water - heat / (0.5 * 4184) - 273.15 - rows["t_water_out_degC"].to_numpy()
    assert len(difference) == 43
    assert np.sqrt(np.mean(difference**2)) < 0.05
    assert np.sort(np.abs(difference))[-2] < 0.05
