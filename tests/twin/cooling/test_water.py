"""Water balance of a tower."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling.water import water_use


def test_make_up_by_hand() -> None:
    """10 kg/s evaporated, 5 cycles, 0.005 % of 1,000 kg/s: drift 0.05, blowdown 10/4 - 0.05 = 2.45, make-up 12.5."""
    use = water_use(np.array([10.0]), np.array([1000.0]), np.array([5.0]), np.array([5e-5]))
    assert use.drift[0] == pytest.approx(0.05, rel=1e-12)
    assert use.blowdown[0] == pytest.approx(2.45, rel=1e-12)
    assert use.make_up[0] == pytest.approx(12.5, rel=1e-12)


def test_condensing_air_needs_no_water() -> None:
    use = water_use(np.array([-1.0]), np.array([100.0]), np.array([4.0]), np.array([0.0]))
    assert use.make_up[0] == 0


@given(evaporation=st.floats(0, 1e3), circulation=st.floats(0, 1e5), cycles=st.floats(1.5, 10))
def test_water_and_salt_balance(evaporation: float, circulation: float, cycles: float) -> None:
    """What comes in leaves; salt (1 in the make-up, at most `cycles` in what leaves wet) is not piled up."""
    use = water_use(np.array([evaporation]), np.array([circulation]), np.array([cycles]), np.array([5e-5]))
    assert use.make_up[0] == pytest.approx(evaporation + use.drift[0] + use.blowdown[0], rel=1e-12)
    assert use.make_up[0] <= cycles * (use.drift[0] + use.blowdown[0]) * (1 + 1e-12)
