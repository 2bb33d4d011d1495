"""Short-circuit power by hand and by pandapower."""

import math

import numpy as np
import pytest

from tests.twin.grid.test_network import CONNECTION
from twin.grid import network, strength


def test_at_the_point_it_is_what_the_site_says() -> None:
    """15 GVA at 345 kV: 15e9 / (sqrt(3) 345e3) = 25.1022 kA."""
    found = strength.at_point(CONNECTION)
    assert found.power == 15e9
    assert found.current == pytest.approx(25102.2, abs=0.1)


def test_at_the_campus_by_hand() -> None:
    """
    Six of 300 MVA, 12 %, load loss 0.25 % of the rating.

    x_T = sqrt(0.12^2 - 0.0025^2) = 0.1199740, K_T = 0.95 * 1.1 / (1 + 0.6 x_T) = 0.9748281.
    Host, in 1/GVA: 1.1 / 15 = 0.0733333, r 0.00609, x 0.0730800; transformers K_T / 1.8: r 0.0013539, x 0.0649751.
    |0.0074439 + j 0.1380551| = 0.1382556: S = 1.1 / 0.1382556 = 7.956 GVA; X/R 18.546.
    """
    found = strength.at_campus(CONNECTION, 6)
    assert found.power == pytest.approx(7.956e9, rel=1e-4)
    assert found.reactance_ratio == pytest.approx(18.546, abs=2e-3)


@pytest.mark.parametrize("transformers", [1, 5, 6])
def test_by_hand_and_by_pandapower(transformers: int) -> None:
    """To 1e-6: both are closed forms, kilovolts and ohms are all that pandapower rounds."""
    by_hand = strength.at_point(CONNECTION), strength.at_campus(CONNECTION, transformers)
    solved = network.short_circuit(CONNECTION, transformers)
    np.testing.assert_allclose(np.array(solved), np.array(by_hand), rtol=1e-6)


def test_low_voltage_campus_too() -> None:
    """A voltage factor of 1.1 at 415 V as well."""
    low = CONNECTION._replace(voltage=22.8e3, campus_voltage=415.0, short_circuit_power=5e8, transformer_rating=2.5e6)
    low = low._replace(transformer_load_loss=20e3, transformer_impedance=0.06)
    solved = network.short_circuit(low, 12)[1]
    np.testing.assert_allclose(np.array(solved), np.array(strength.at_campus(low, 12)), rtol=1e-6)


def test_names_of_strength() -> None:
    assert [strength.called(ratio) for ratio in (3.0, 2.99, 2.0, 1.99)] == ["not weak", "weak", "weak", "very weak"]


def test_one_of_several_points() -> None:
    one = strength.one_point(CONNECTION._replace(points=2))
    assert (one.points, one.rating, one.transformers) == (1, 0.5e9, 3)
    assert math.isclose(one.short_circuit_power, 15e9)
