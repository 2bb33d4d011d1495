"""The performance of heat pumps, by hand; what they move is tested with the loops that they stand in."""

import numpy as np
import pytest

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
