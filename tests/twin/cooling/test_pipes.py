"""Friction of pipes against hand-worked numbers and another library."""

import fluids
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import pipes


def test_laminar_by_hand() -> None:
    assert pipes.darcy_friction(np.array(1000.0), np.array(0.01)) == pytest.approx(0.064, rel=1e-15)


def test_colebrook_satisfies_its_equation() -> None:
    """Re = 1e5, e/D = 1e-3: f = 0.02217 in Moody's chart; the implicit law holds to rounding."""
    friction = float(pipes.darcy_friction(np.array(1e5), np.array(1e-3)))
    assert friction == pytest.approx(0.02217, abs=1e-5)
    root = friction**-0.5
    assert root == pytest.approx(-2 * np.log10(1e-3 / 3.7 + 2.51 / 1e5 * root), rel=1e-14)


@given(exponent=st.floats(1.0, 8.0), roughness=st.one_of(st.just(0.0), st.floats(1e-6, 0.05)))
def test_friction_factor_of_fluids(exponent: float, roughness: float) -> None:
    reynolds = 10.0**exponent
    expected = fluids.friction_factor(Re=reynolds, eD=roughness)
    assert pipes.darcy_friction(np.array(reynolds), np.array(roughness)) == pytest.approx(expected, rel=1e-9)


def test_pressure_drop_by_hand_and_by_fluids() -> None:
    """
    20 L/s of water in 100 m of DN 150 steel: v = 0.02 / 0.0176715 = 1.131768 m/s; rho v^2 / 2 = 637.25 Pa.

    Re = 995 * 1.131768 * 0.15 / 8e-4 = 211146; e/D = 3e-4. From 1 / sqrt(f) = 7.5: 2.51 * 7.5 / Re = 8.916e-5,
    and -2 log10(8.108e-5 + 8.916e-5) = 7.5379; from that, 7.5356. f = 0.01761, so 0.01761 * 666.67 * 637.25 = 7481 Pa,
    and three for fittings 1912 Pa.
    """
    straight, fitted = pipes.pressure_drop(
        np.array(0.02),
        np.array(0.15),
        np.array(100.0),
        np.array(45e-6),
        np.array([0.0, 3.0]),
        np.array(995.0),
        np.array(8e-4),
    )
    assert fitted - straight == pytest.approx(3 * 637.25, rel=1e-4)
    expected = fluids.one_phase_dP(m=0.02 * 995.0, rho=995.0, mu=8e-4, D=0.15, roughness=45e-6, L=100.0)
    assert straight == pytest.approx(expected, rel=1e-9)
    assert straight == pytest.approx(7481.0, rel=5e-4)
