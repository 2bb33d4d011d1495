"""Wetted pads against a maker's worked example, hand-worked numbers, and the balance of water and enthalpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import pads, psychrometrics

SEA_LEVEL = 101_325.0
ZERO = psychrometrics.CELSIUS
YES = np.array([True])


def test_a_makers_example() -> None:
    """
    Munters, CELdek technical manual: 40 degC with a wet bulb of 19 degC is cooled by 16.4 K, to 23.6 degC.

    Its chart gives 4.9 and 11.8 g/kg before and after; a chart is read to about 0.25 g/kg.
    """
    found = pads.pre_cooled(np.array([ZERO + 40]), np.array([ZERO + 19]), SEA_LEVEL, np.array([16.4 / 21]), YES)
    assert found.dry_bulb[0] - ZERO == pytest.approx(23.6, abs=1e-9)
    assert found.humidity_ratio[0] == pytest.approx(11.8e-3, abs=0.25e-3)
    assert found.taken_up[0] == pytest.approx(6.9e-3, abs=0.25e-3)


def test_by_hand() -> None:
    """
    Cool 35 degC, 50 % (wet bulb 26.141 degC) by 0.7 of 8.859 K, to 28.799 degC.

    Saturated at the wet bulb 3391.2 Pa, W = 0.621945 * 3391.2 / 97933.8 = 0.021536. Behind the pads W =
    ((2501 - 2.326 * 26.141) * 0.021536 - 1.006 * 2.658) / (2501 + 1.86 * 28.799 - 4.186 * 26.141) = 49.878 / 2445.14
    = 0.020399; it was 0.017766: 2.633 g/kg.
    """
    found = pads.pre_cooled(np.array([ZERO + 35]), np.array([ZERO + 26.141]), SEA_LEVEL, np.array([0.7]), YES)
    assert found.dry_bulb[0] - ZERO == pytest.approx(28.799, abs=1e-3)
    assert found.taken_up[0] == pytest.approx(2.633e-3, abs=5e-6)


@given(
    dry=st.floats(5, 50), humidity=st.floats(0.05, 1), pressure=st.floats(7e4, 1.05e5), saturation=st.floats(0.0, 1.0)
)
def test_water_and_enthalpy_close(dry: float, humidity: float, pressure: float, saturation: float) -> None:
    """Enthalpy rises by the liquid's alone, 4186 J/(kg K) over 0 degC: 0.1 to 0.5 kJ/kg; the wet bulb stays."""
    air = np.array([ZERO + dry])
    ratio = psychrometrics.humidity_ratio(humidity * psychrometrics.saturation_pressure(air), pressure)
    bulb = psychrometrics.wet_bulb(air, ratio, pressure)
    if bulb[0] <= ZERO + 0.5:  # drained; and near freezing an iced and a wet bulb can both be right
        return
    found = pads.pre_cooled(air, bulb, pressure, np.array([saturation]), YES)
    rise = psychrometrics.enthalpy(found.dry_bulb, found.humidity_ratio) - psychrometrics.enthalpy(air, ratio)
    liquid = found.taken_up * psychrometrics.WATER_HEAT * (bulb - ZERO)
    assert rise[0] == pytest.approx(liquid[0], abs=0.05)  # of some 50 kJ/kg: the wet bulb is found to 1e-9 K
    assert found.humidity_ratio[0] - ratio[0] == pytest.approx(found.taken_up[0], abs=1e-9)
    assert bulb[0] - 1e-9 <= found.dry_bulb[0] <= air[0]
    again = psychrometrics.wet_bulb(found.dry_bulb, found.humidity_ratio, pressure)
    assert again[0] == pytest.approx(bulb[0], abs=1e-6)


def test_dry_pads_leave_the_air_alone() -> None:
    found = pads.pre_cooled(np.array([ZERO + 30]), np.array([ZERO + 20]), SEA_LEVEL, np.array([0.8]), np.array([False]))
    assert found.dry_bulb[0] == ZERO + 30
    assert found.taken_up[0] == 0


def test_water_starts_and_stops_with_a_band() -> None:
    """Set point 25 degC, band 2 K: on from 25, off from 23; between, as before. Frost drains them at any dry bulb."""
    dry = ZERO + np.array([25.0, 24.0, 24.0, 23.0, 30.0, 30.0])
    bulb = ZERO + np.array([18.0, 18.0, 18.0, 18.0, 0.0, 0.1])
    before = np.array([False, False, True, True, True, False])
    running = pads.wetted(dry, bulb, np.full(6, ZERO + 25), np.full(6, 2.0), before)
    np.testing.assert_array_equal(running, [True, False, True, False, False, True])


def test_fans_pay_for_the_pads() -> None:
    """Pads of 40 Pa before a coil at 100 Pa: 1.4 times the power at the same air."""
    assert pads.fan_power(np.array([10e3]), np.array([40 / 100]))[0] == pytest.approx(14e3)
