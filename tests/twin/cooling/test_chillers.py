"""Chillers by Carnot."""

import numpy as np
import pytest

from twin.cooling import chillers


def one(*values: float) -> chillers.ChillerState:
    return chillers.carnot(*(np.array([value]) for value in values))


def test_performance_by_hand() -> None:
    """20 degC water, 35 degC air, approaches 2 and 10 K: Te 291.15, Tc 318.15, lift 27: 0.55 * 291.15 / 27 = 5.9308."""
    state = one(0.55, 293.15, 308.15, 2.0, 10.0)
    assert state.performance[0] == pytest.approx(5.930833, abs=1e-6)
    assert state.inside[0]


def test_small_lift_is_held_and_flagged() -> None:
    """Cold air leaves a lift of 2 K: ten are counted, 0.55 * 291.15 / 10 = 16.013."""
    state = one(0.55, 293.15, 283.15, 2.0, 10.0)
    assert state.performance[0] == pytest.approx(16.01325, abs=1e-6)
    assert not state.inside[0]


@pytest.mark.parametrize(("water", "air"), [(275.15, 303.15), (319.15, 328.15), (280.15, 330.15)])
def test_outside_the_range_is_flagged(water: float, air: float) -> None:
    """Water of 2 and 46 degC, and a lift of 62 K."""
    assert not one(0.55, water, air, 2.0, 10.0).inside[0]


def test_hotter_air_costs_more() -> None:
    air = np.linspace(295.0, 320.0, 26)
    state = chillers.carnot(np.array(0.5), np.array(293.15), air, np.array(2.0), np.array(10.0))
    assert np.all(np.diff(state.performance) < 0)


def test_thin_air_warms_a_condenser_by_hand() -> None:
    """
    At four fifths of the density, some 1,850 m up, over an approach of 12 K.

    N = -ln(0.4) 0.8847 / 0.8 = 1.0133, with the films of a dry cooler (test_dry_coolers);
    e = 1 - exp(-1.0133) = 0.6370; 12 K (0.6 / (0.8 x 0.6370) - 1) = 2.129 K.
    """
    rise = chillers.thin_air_rise(np.array([1.0, 0.8]), np.array([12.0, 12.0]))
    assert rise == pytest.approx([0.0, 2.129], abs=2e-3)


@pytest.mark.parametrize(("height", "heat"), [(762.0, 0.95), (1525.0, 0.90), (2285.0, 0.85), (3050.0, 0.80)])
def test_condensers_take_less_heat_as_a_maker_has_it(height: float, heat: float) -> None:
    """
    Predicted, against Carrier's Engineering Guide for Altitude Effects.

    The table goes in steps of 0.05, which is the bar; the law is on the severe side of it.
    """
    rise = chillers.thin_air_rise(np.array([density(height)]), np.ones(1))
    assert 1.0 / (1.0 + rise[0]) == pytest.approx(heat, abs=0.05)


def density(height: float) -> float:
    """Give the pressure of the standard atmosphere (ISO 2533) over that at sea level."""
    return float((1.0 - 2.25577e-5 * height) ** 5.25588)
