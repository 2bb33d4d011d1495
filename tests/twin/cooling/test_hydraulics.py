"""Fans and pumps away from full speed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import hydraulics


def test_fan_curve_passes_through_its_points() -> None:
    """Half speed 14.25 %, of which the cube law would say 12.5 %; full speed all, rest nothing."""
    np.testing.assert_allclose(
        hydraulics.fan_power(np.array([0.0, 0.5, 0.9, 1.0])), [0, 0.142515786, 0.734501596, 1], atol=1e-12
    )


@given(speeds=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_fan_power_rises_with_speed(speeds: tuple[float, float]) -> None:
    slow, fast = hydraulics.fan_power(np.sort(speeds))
    assert slow <= fast


def test_pump_power_by_hand() -> None:
    """Half flow: 0.5^3 = 0.125 without static head, 0.5 with nothing else, 0.5 * (0.4 + 0.6 * 0.25) = 0.275 between."""
    found = hydraulics.pump_power(np.full(3, 0.5), np.array([0.0, 1.0, 0.4]))
    np.testing.assert_allclose(found, [0.125, 0.5, 0.275], atol=1e-15)
    assert hydraulics.pump_power(np.array(1.0), 0.3) == pytest.approx(1.0, abs=1e-15)
