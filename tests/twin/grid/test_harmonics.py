"""Impedances over frequency, resonances and rectifiers, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.small_site import connection
from twin.grid import harmonics

PLAIN = connection(1000e6)._replace(transformer_rating=500e6)
"""10 GVA at X/R 12; two transformers of 500 MVA with 12 % and X/R 30."""


def test_without_capacitance_impedances_add_up() -> None:
    """Host 0.01, transformers 0.012 per unit of 100 MVA: at the fifth order five times both, less what resists."""
    of = harmonics.network(PLAIN, 0.0, 0.0)
    found = harmonics.scan(of, np.array([1.0, 5.0]))
    assert abs(found.point[0]) == pytest.approx(0.01, rel=1e-9)
    # Two impedances of unlike angle: X/R 12 and 30 differ by 2.9 degrees, which takes 0.06 % of the sum.
    assert abs(found.campus[0]) == pytest.approx(0.022, rel=1e-3)
    assert found.campus[1].imag == pytest.approx(5.0 * found.campus[0].imag, rel=1e-12)
    assert found.transfer[1] == pytest.approx(found.point[1])
    assert harmonics.resonances(of) == ()


@pytest.mark.parametrize("bank", [40e6, 90e6, 150e6])
def test_a_bank_resonates_where_the_closed_form_says(bank: float) -> None:
    """sqrt(S / Q) with S = 100 MVA / 0.022; resistances move it by less than half a per cent."""
    found = harmonics.resonances(harmonics.network(PLAIN, 0.0, bank))
    assert [one.bus for one in found] == ["campus", "point"]
    short_circuit = 100e6 / 0.02194  # the reactive part of both
    assert found[0].order == pytest.approx(np.sqrt(short_circuit / bank), rel=5e-3)
    assert found[0].sharpness > harmonics.SHARPNESS


def test_two_capacitances_resonate_twice() -> None:
    """Seen from the campus the bank hides the second; at the point of connection both show."""
    of = harmonics.network(PLAIN, 10e6, 90e6)._replace(host_charging=0.5)
    assert [one.bus for one in harmonics.resonances(of)] == ["campus", "point", "point"]


def test_currents_and_voltages_at_the_point() -> None:
    """Without capacitance all current passes, and the voltage is its product with the host's impedance."""
    of = harmonics.network(PLAIN, 0.0, 0.0)
    order, injected = np.array([5.0, 7.0]), np.array([0.2, 0.1])
    np.testing.assert_allclose(harmonics.currents(of, order, injected), injected, rtol=1e-12)
    expected = injected * np.hypot(of.host_resistance * np.sqrt(order), of.host_reactance * order)
    np.testing.assert_allclose(harmonics.voltages(of, order, injected), expected, rtol=1e-12)


def test_many_sources_add_up_by_the_summation_law() -> None:
    """A hundred: all of the third, 100^(1/1.4 - 1) of the fifth and seventh, a tenth of the eleventh."""
    np.testing.assert_allclose(
        harmonics.together(np.array([3.0, 5.0, 7.0, 11.0]), 100.0), [1.0, 0.26827, 0.26827, 0.1], rtol=1e-4
    )


def test_spectra_of_ideal_rectifiers() -> None:
    """
    Six pulses: 5, 7, 11, 13 ...; a fifth of the fundamental at the fifth. Distortion of all orders is 31.08 %.

    Of a rectangle of 120 degrees: sqrt(pi^2 / 9 - 1) = 0.3108; up to the 49th 29.8 %.
    """
    order, size = harmonics.ideal(6)
    assert order[:4].tolist() == [5.0, 7.0, 11.0, 13.0]
    assert size[0] == 0.2
    assert harmonics.distortion(size) == pytest.approx(np.sqrt(np.pi**2 / 9.0 - 1.0), rel=0.05)
    assert harmonics.distortion(harmonics.ideal(6, 20_000)[1]) == pytest.approx(0.310842, abs=1e-4)
    assert harmonics.ideal(12)[0][:4].tolist() == [11.0, 13.0, 23.0, 25.0]
