"""Coolants against a table and against another library."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from twin.cooling import coolants
from twin.cooling.coolants import CELSIUS, FLUIDS, PG25, WATER, Fluid


@pytest.mark.parametrize(
    ("fluid", "celsius", "expected"),
    [
        (PG25, 30.0, (1015, 3945, 1.78e-3, 0.477)),
        (PG25, 40.0, (1010, 3969, 1.35e-3, 0.486)),
        (PG25, 50.0, (1004, 3992, 1.07e-3, 0.495)),
        (WATER, 40.0, (992, 4179, 0.65e-3, 0.629)),
    ],
)
def test_table(fluid: Fluid, celsius: float, expected: tuple[float, ...]) -> None:
    """Figures of the usual tables, to their last digit: half a kg/m3, a J/kg/K, 5e-6 Pa s, 5e-4 W/m/K."""
    found = coolants.properties(fluid, np.array(celsius + CELSIUS))
    for value, figure, digit in zip(found[:4], expected, (0.5, 1.0, 5e-6, 5e-4), strict=True):
        assert value == pytest.approx(figure, abs=digit)


@pytest.mark.parametrize(
    ("name", "called", "errors"),
    # Of the fits, as stated beside them; the glycol's law is the same cubic, so only rounding of coefficients is left.
    [("water", "Water", (4e-5, 3e-4, 2e-3, 4e-4)), ("pg25", "INCOMP::MPG-25%", (1e-8, 1e-8, 1e-8, 1e-8))],
)
def test_properties_of_another_library(name: str, called: str, errors: tuple[float, ...]) -> None:
    temperature = np.linspace(*FLUIDS[name].range, 60)
    found = coolants.properties(FLUIDS[name], temperature)
    assert found.inside.all()
    for values, key, error in zip(found[:4], "DCVL", errors, strict=True):
        expected = [PropsSI(key, "T", float(kelvin), "P", 3e5, called) for kelvin in temperature]
        np.testing.assert_allclose(values, expected, rtol=error)


def test_pressure_matters_little_to_water() -> None:
    """From 1 to 6 bar every property stays within 5e-4 of that at 3 bar, up to 90 degC."""
    for key in "DCVL":
        for kelvin in np.linspace(*WATER.range, 10):
            low, mean, high = (PropsSI(key, "T", float(kelvin), "P", bar, "Water") for bar in (1e5, 3e5, 6e5))
            assert max(abs(low / mean - 1), abs(high / mean - 1)) < 5e-4


@pytest.mark.parametrize("fluid", [WATER, PG25])
def test_a_loop_may_take_constant_properties(fluid: Fluid) -> None:
    """Density times specific heat moves by less than 0.5 % over any 10 K from 10 to 60 degC."""
    temperature = np.linspace(10.0, 60.0, 51) + CELSIUS
    found = coolants.properties(fluid, temperature)
    heat = found.density * found.specific_heat
    assert np.abs(heat[10:] / heat[:-10] - 1.0).max() < 5e-3


def test_outside_the_range_is_flagged() -> None:
    """Ice, and water at 95 degC, which count as the ends."""
    temperature = np.array([-10.0, -5.0, 90.0, 95.0]) + CELSIUS
    found = coolants.properties(PG25, temperature)
    assert found.inside.tolist() == [False, True, True, False]
    assert found.viscosity[0] == found.viscosity[1]
    assert found.density[2] == found.density[3]
