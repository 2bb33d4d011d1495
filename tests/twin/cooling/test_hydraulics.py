"""Fans and pumps away from full speed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from twin.cooling import hydraulics
from twin.cooling.hydraulics import Circuit, Drive, PumpCurve

DRIVE = Drive(*np.array([15e3, 0.02, 0.035, 0.032]))
"""Of 15 kW."""

PUMP = PumpCurve(*np.array([250e3, 1e5, -2e7, 0.06, 0.8]))
"""250 kPa without flow, which first rises a little; best at 60 L/s."""


def test_fan_curve_passes_through_its_points() -> None:
    """Half speed 14.25 %, of which the cube law would say 12.5 %; full speed all, rest nothing."""
    np.testing.assert_allclose(
        hydraulics.fan_power(np.array([0.0, 0.5, 0.9, 1.0])), [0, 0.142515786, 0.734501596, 1], atol=1e-12
    )


@given(speeds=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_fan_power_rises_with_speed(speeds: tuple[float, float]) -> None:
    slow, fast = hydraulics.fan_power(np.sort(speeds))
    assert slow <= fast


def test_operating_point_by_hand() -> None:
    """
    Duty of 0.05 m3/s at 200 kPa, 240 kPa shut: a2 = -40e3 / 0.0025 = -1.6e7.

    Against 100 kPa + 4e7 Q^2 at full speed: Q = sqrt(140e3 / 5.6e7) = 0.05, head 200 kPa, 10 kW of water, 12.5 kW of
    shaft at 0.8. Drive: x = 0.8333, loss 15 kW * (0.02 + 0.029167 + 0.022222) = 1070.83 W, so 13570.83 W.
    At a speed of 0.8: Q = sqrt((153.6e3 - 100e3) / 5.6e7) = 0.0309377, head 138.2857 kPa, Q / (s Qb) = 0.773443.
    """
    pump = hydraulics.rated_pump(*np.array([0.05, 200e3, 1.2, 0.8]))
    circuit = Circuit(np.array(100e3), np.array(4e7))
    found = hydraulics.operating_point(pump, DRIVE, circuit, np.array([1.0, 0.8]))
    np.testing.assert_allclose(found.flow, [0.05, 0.0309377], rtol=2e-6)
    np.testing.assert_allclose(found.head, [200e3, 138285.714], rtol=1e-8)
    np.testing.assert_allclose(found.efficiency, [0.8, 0.8 * 0.773443 * (2 - 0.773443)], rtol=1e-6)
    assert found.shaft_power[0] == pytest.approx(12.5e3, rel=1e-12)
    assert found.power[0] == pytest.approx(13570.8333, rel=1e-8)
    np.testing.assert_allclose(found.shaft_power, found.flow * found.head / found.efficiency, rtol=1e-12)
    assert found.inside.all()


@given(speed=st.floats(0.05, 1.2))
def test_affinity_without_fixed_pressure(speed: float) -> None:
    """Flow goes with speed, head with its square, shaft power with its cube; efficiency stays."""
    circuit = Circuit(np.array(0.0), np.array(4e7))
    full, found = (hydraulics.operating_point(PUMP, DRIVE, circuit, np.array(value)) for value in (1.0, speed))
    assert found.flow == pytest.approx(speed * full.flow, rel=1e-12)
    assert found.head == pytest.approx(speed**2 * full.head, rel=1e-12)
    assert found.shaft_power == pytest.approx(speed**3 * full.shaft_power, rel=1e-12)
    assert found.efficiency == pytest.approx(float(full.efficiency), rel=1e-12)


def test_fixed_pressure_breaks_affinity() -> None:
    """Half of what the pump has at full speed is fixed: power at 0.8 is 0.55 of full by hand, not 0.8^3 = 0.512."""
    pump = hydraulics.rated_pump(*np.array([0.05, 200e3, 1.2, 0.8]))
    found = hydraulics.operating_point(pump, DRIVE, Circuit(np.array(100e3), np.array(4e7)), np.array([0.8, 1.0]))
    # 138285.714 * 0.8 * 0.05 / (0.8 * (2 - 0.773443)) = 5637.15 W of 12500 W.
    assert found.shaft_power[0] == pytest.approx(5637.15, rel=1e-5)


@given(speed=st.floats(0.1, 1.2), fixed=st.floats(0.0, 3e5), friction=st.floats(1e5, 1e9))
def test_operating_point_against_a_root_finder(speed: float, fixed: float, friction: float) -> None:
    found = hydraulics.operating_point(PUMP, DRIVE, Circuit(np.array(fixed), np.array(friction)), np.array(speed))
    shut = 250e3 * speed**2
    if shut <= fixed:
        assert found.flow == 0.0
        assert found.head == pytest.approx(shut)
    else:
        peak = 1e5 * speed / (2 * (friction + 2e7))
        flow = brentq(
            lambda flow: shut + 1e5 * speed * flow - 2e7 * flow**2 - fixed - friction * flow**2, peak, 10.0, xtol=1e-15
        )
        assert found.flow == pytest.approx(flow, rel=1e-9, abs=1e-12)


@given(flow=st.floats(0.001, 0.08), fixed=st.floats(0.0, 1.5e5))
def test_speed_for_flow_is_the_inverse(flow: float, fixed: float) -> None:
    circuit = Circuit(np.array(fixed), np.array(4e7))
    speed = hydraulics.speed_for_flow(PUMP, circuit, np.array(flow))
    # Where the curve rises at first, flow sets in at once at the speed of the shut-off head.
    if 250e3 * speed**2 > fixed:
        assert hydraulics.operating_point(PUMP, DRIVE, circuit, speed).flow == pytest.approx(flow, rel=1e-9)


def test_a_pump_at_rest_and_one_that_cannot_lift() -> None:
    """
    At rest nothing; at a third of full speed, 27.8 kPa do not lift 100 kPa, and the water churns.

    Shaft power without flow: 27777.8 * 0.06 / 3 / (0.8 * 2) = 347.222 W.
    """
    circuit = Circuit(np.array(100e3), np.array(4e7))
    found = hydraulics.operating_point(PUMP, DRIVE, circuit, np.array([0.0, 1.0 / 3.0]))
    assert found.flow.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(found.shaft_power, [0.0, 347.222], rtol=1e-6)
    assert found.power[0] == 0.0
    assert found.efficiency[1] == 0.0
    assert found.inside.tolist() == [True, False]


def test_overload_is_flagged() -> None:
    """A circuit without resistance: Q = sqrt(240e3 / 1.6e7) = 0.1225, 2.4 times the best flow."""
    pump = hydraulics.rated_pump(*np.array([0.05, 200e3, 1.2, 0.8]))
    found = hydraulics.operating_point(pump, DRIVE, Circuit(np.array(0.0), np.array(0.0)), np.array(1.0))
    assert found.flow == pytest.approx(0.122474, rel=1e-5)
    assert not found.inside


def test_drive_efficiency_over_load() -> None:
    """Loads of 1, 1/2 and 1/4: losses 0.087, 0.0455 and 0.03075 of the rating."""
    shaft = 15e3 * np.array([1.0, 0.5, 0.25, 0.0])
    expected = 15e3 * np.array([1.087, 0.5455, 0.28075, 0.0])
    np.testing.assert_allclose(hydraulics.drive_power(DRIVE, shaft), expected, rtol=1e-12)
