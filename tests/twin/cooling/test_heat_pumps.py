"""Heat pumps and the credit for reused heat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import heat_pumps


def test_performance_by_hand() -> None:
    """From 30 to 70 degC, half of Carnot's: 0.5 * 343.15 / 40 = 4.289375."""
    state = heat_pumps.heat_pump(np.array(0.5), np.array(343.15), np.array(303.15))
    assert state.performance == pytest.approx(4.289375, rel=1e-12)
    assert state.inside


@pytest.mark.parametrize(("hot", "cold"), [(313.15, 303.15), (373.15, 323.15), (363.15, 293.15), (301.15, 280.15)])
def test_outside_the_range_is_flagged(hot: float, cold: float) -> None:
    """A lift of 10 K, 100 degC, a lift of 70 K, and 28 degC."""
    assert not heat_pumps.heat_pump(np.array(0.5), np.array(hot), np.array(cold)).inside


def test_a_small_lift_counts_as_the_least() -> None:
    """5 K count as 15: 0.5 * 315 / 15 = 10.5."""
    assert heat_pumps.heat_pump(np.array(0.5), np.array(315.0), np.array(310.0)).performance == pytest.approx(10.5)


def test_flows_by_hand() -> None:
    """
    Performance 4. The buyer wants 1 MW: 250 kW of power, 750 kW taken.

    With a source of 600 kW: 600 * 4 / 3 = 800 kW delivered, 200 kW of power. With a machine of 400 kW: 100 and 300.
    A source that has nothing to give gives nothing.
    """
    found = heat_pumps.heat_pump_flows(
        np.full(4, 4.0), np.array([9e5, 6e5, 9e5, -1e5]), np.full(4, 1e6), np.array([2e6, 2e6, 4e5, 2e6])
    )
    np.testing.assert_allclose(found.delivered, [1e6, 8e5, 4e5, 0.0], rtol=1e-12)
    np.testing.assert_allclose(found.power, [2.5e5, 2e5, 1e5, 0.0], rtol=1e-12)
    np.testing.assert_allclose(found.taken, [7.5e5, 6e5, 3e5, 0.0], rtol=1e-12)


@given(performance=st.floats(1.01, 12.0), available=st.floats(-1e6, 1e7), wanted=st.floats(0.0, 1e7))
def test_heat_pumps_keep_energy(performance: float, available: float, wanted: float) -> None:
    found = heat_pumps.heat_pump_flows(*(np.array(value) for value in (performance, available, wanted, 5e6)))
    assert found.delivered == pytest.approx(float(found.taken + found.power), rel=1e-12)
    assert 0.0 <= found.taken <= max(available, 0.0) * (1.0 + 1e-12)


def test_energy_reuse_by_hand() -> None:
    """
    Equipment 10 GWh, site 12 GWh: PUE 1.2 without reuse. 5 GWh reused with a heat pump that takes 1 GWh of them more:
    (13 - 5) / 10 = 0.8.
    """
    found = heat_pumps.energy_reuse_effectiveness(np.array([12.0, 13.0]), np.array([0.0, 5.0]), np.array(10.0))
    np.testing.assert_allclose(found, [1.2, 0.8], rtol=1e-15)
