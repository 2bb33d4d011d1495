"""Exchangers against textbook values, their limits, their inverse and the second law."""

import ht
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammainc

from twin.cooling import exchangers

UNITS = st.floats(0.01, 30.0)
RATIO = st.floats(0.0, 1.0)


def test_counterflow_by_hand() -> None:
    """N = 2, r = 0.7: e = exp(-0.6) = 0.548812; (1 - e) / (1 - 0.7 e) = 0.451188 / 0.615832 = 0.73265."""
    assert exchangers.counterflow(np.array(2.0), np.array(0.7)) == pytest.approx(0.451188364 / 0.615831855, abs=1e-9)


def test_crossflow_as_in_tables() -> None:
    """N = 2, r = 0.7, both unmixed: 0.68300; the power law often used for it says 0.68769."""
    assert exchangers.crossflow(np.array(2.0), np.array(0.7)) == pytest.approx(0.68300, abs=5e-6)


@given(units=UNITS, ratio=st.floats(0.01, 1.0))
def test_crossflow_against_its_series(units: float, ratio: float) -> None:
    """Nusselt's double series: 1/(r N) * sum of P(n+1, N) P(n+1, r N), P the regularised incomplete gamma function."""
    order = np.arange(1, 200)
    series = float((gammainc(order, units) * gammainc(order, ratio * units)).sum() / (ratio * units))
    assert exchangers.crossflow(np.array(units), np.array(ratio)) == pytest.approx(series, abs=1e-9)


@pytest.mark.parametrize("law", [exchangers.counterflow, exchangers.crossflow])
def test_an_endless_stream(law: exchangers.Law) -> None:
    """Where r = 0, 1 - exp(-N), whatever the arrangement."""
    units = np.array([0.1, 1.0, 3.0])
    np.testing.assert_allclose(law(units, np.zeros(3)), 1 - np.exp(-units), atol=1e-9)
    np.testing.assert_allclose(law(units, np.full(3, 2e-7)), 1 - np.exp(-units), atol=1e-6)


def test_equal_streams() -> None:
    """Where r = 1, counterflow is N / (1 + N)."""
    assert exchangers.counterflow(np.array(3.0), np.array(1.0)) == pytest.approx(0.75, abs=1e-12)


@given(units=UNITS, ratio=RATIO)
def test_crossflow_stands_below_counterflow(units: float, ratio: float) -> None:
    """No arrangement passes counterflow, and none passes one."""
    cross = float(exchangers.crossflow(np.array(units), np.array(ratio)))
    counter = float(exchangers.counterflow(np.array(units), np.array(ratio)))
    assert 0 < cross <= counter + 1e-9
    assert counter <= 1


@given(effectiveness=st.floats(0.01, 0.8), ratio=RATIO)
def test_inverses(effectiveness: float, ratio: float) -> None:
    counter = exchangers.counterflow_units(effectiveness, ratio)
    cross = exchangers.crossflow_units(effectiveness, ratio)
    assert exchangers.counterflow(np.array(counter), np.array(ratio)) == pytest.approx(effectiveness, abs=1e-9)
    assert exchangers.crossflow(np.array(cross), np.array(ratio)) == pytest.approx(effectiveness, abs=1e-9)


def test_impossible_effectiveness() -> None:
    with pytest.raises(ValueError, match=r"lies from 0 up to 1; got 1\.1"):
        exchangers.counterflow_units(1.1, 0.5)
    with pytest.raises(ValueError, match="only beyond 40 transfer units"):
        exchangers.crossflow_units(0.99, 1.0)


def test_heat_rate_takes_the_lesser_stream() -> None:
    """UA 200, streams 100 and 100/0.7 W/K: N = 2, r = 0.7, so 73.265 W/K in counterflow; none when one is at rest."""
    rate = exchangers.heat_rate(
        exchangers.counterflow, np.full(3, 200.0), np.array([100.0, 100 / 0.7, 0.0]), np.array([100 / 0.7, 100.0, 50.0])
    )
    np.testing.assert_allclose(rate, [73.26486, 73.26486, 0.0], atol=1e-5)


def test_film_conductance_by_hand() -> None:
    """Both flows halved: 0.5^0.8 = 0.574349. One halved: 1 / (0.5 + 0.5 / 0.574349) = 0.729634. None: zero."""
    found = exchangers.film_conductance(np.full(4, 1e3), np.array([1, 0.5, 1, 0.0]), np.array([1, 0.5, 0.5, 0.0]))
    np.testing.assert_allclose(found, [1e3, 574.349, 729.634, 0.0], atol=1e-3)


@pytest.mark.parametrize(
    ("law", "called"), [(exchangers.counterflow, "counterflow"), (exchangers.crossflow, "crossflow")]
)
def test_effectiveness_of_another_library(law: exchangers.Law, called: str) -> None:
    """Its "crossflow" is the exact solution for unmixed fluids, by adaptive quadrature."""
    for units in (0.05, 0.3, 1.0, 2.0, 5.0, 12.0):
        for ratio in (0.0, 0.05, 0.3, 0.7, 0.95, 1.0):
            # At a ratio of nought the library's integral is 0 / 0, and its name for that case is "boiler".
            expected = ht.effectiveness_from_NTU(units, ratio, subtype=called if ratio else "boiler")
            assert law(np.array(units), np.array(ratio)) == pytest.approx(expected, abs=1e-8)


def test_the_power_law_for_crossflow_is_not_ours() -> None:
    """N = 2, r = 0.7: the fitted law says 0.0047 more than the exact 0.68300; elsewhere it errs by up to 0.01."""
    fitted = ht.effectiveness_from_NTU(2.0, 0.7, subtype="crossflow approximate")
    exact = exchangers.crossflow(np.array(2.0), np.array(0.7))
    assert fitted - exact == pytest.approx(0.0047, abs=1e-4)


def test_fouling_by_hand() -> None:
    """1000 W/K with 2.5e-4 K/W: 1 / (1e-3 + 2.5e-4) = 800. Half flows, clean 574.349: 1 / (1.741102e-3 + 2.5e-4)."""
    films = exchangers.film_conductance(np.full(3, 1e3), np.array([1, 0.5, 0.0]), np.array([1, 0.5, 1.0]))
    found = exchangers.fouled_conductance(films, np.full(3, 2.5e-4))
    np.testing.assert_allclose(found, [800.0, 1 / (1.741102e-3 + 2.5e-4), 0.0], rtol=1e-6)
    np.testing.assert_array_equal(exchangers.fouled_conductance(films, np.zeros(3)), films)
