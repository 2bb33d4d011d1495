"""Control valves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import valves

LIFT = np.linspace(0.0, 1.0, 201)


def test_equal_percentage_by_hand() -> None:
    """R = 50: at half lift 50^-0.5 = 0.141421; each tenth of lift multiplies by 50^0.1 = 1.478758; 1e-4 leaks."""
    found = valves.equal_percentage(np.array([0.0, 0.4, 0.5, 1.0]), np.array(50.0), np.array(1e-4))
    np.testing.assert_allclose(found, [1e-4, 0.141421356 / 1.478757636, 0.141421356, 1.0], rtol=1e-8)


def test_equal_percentage_closes_in_a_straight_line() -> None:
    """R = 30: 30^-0.95 = 0.0395125 at the seat's 5 %, half of it at half of that lift."""
    found = valves.equal_percentage(np.array([0.05, 0.025]), np.array(30.0), np.array(0.0))
    np.testing.assert_allclose(found, [0.0395125, 0.0395125 / 2], rtol=1e-5)


@given(rangeability=st.floats(20.0, 60.0), authority=st.floats(0.05, 1.0))
def test_openings_and_flows_rise(rangeability: float, authority: float) -> None:
    opening = valves.equal_percentage(LIFT, np.array(rangeability), np.array(1e-4))
    flow = valves.installed_flow(opening, np.array(authority))
    assert np.all(np.diff(opening) > 0)
    assert np.all(np.diff(flow) > 0)
    assert np.all(flow >= opening - 1e-15)
    assert flow[-1] == pytest.approx(1.0, abs=1e-15)


def test_linear_by_hand() -> None:
    np.testing.assert_allclose(valves.linear(np.array([0.0, 0.5, 1.0]), np.array(0.01)), [0.01, 0.505, 1.0], rtol=1e-15)


def test_authority_by_hand() -> None:
    """
    Open valve 50 of 100 kPa: a = 0.5. At an opening of 0.2: 0.2 / sqrt(0.5 + 0.5 * 0.04) = 0.277350.

    That is a valve of 25 times the resistance in series with the circuit: 1 / sqrt((25 + 1) / 2) = 0.277350.
    """
    found = valves.installed_flow(np.array([0.2, 0.2, 0.0]), np.array([0.5, 1.0, 0.5]))
    np.testing.assert_allclose(found, [1 / np.sqrt(13), 0.2, 0.0], rtol=1e-12)
