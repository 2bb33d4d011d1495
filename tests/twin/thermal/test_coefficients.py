"""Exact steps of a rack against exponentials worked by hand, and their energy rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin import small_site as small
from twin.thermal import coefficients

CLASSES = small.classes()


def test_one_lump_cools_by_the_exponential() -> None:
    """
    With chip and plate tied to the coolant the rack is one lump of 25,200 + 32,400 + 98,750 = 156,350 J/K in a stream
    of
    11,500 W/K: 10 K above its supply it keeps exp(-11500 / 156350) of them after a second.
    """
    tied = CLASSES._replace(chip_conductance=np.full(2, 1e11), film_conductance=np.full(2, 1e11))
    step = coefficients.step_table(tied, np.array([1.0]))
    level = int(np.searchsorted(step.levels, 1.0))
    after = step.chain[1, level] @ np.array([10.0, 10.0, 10.0, 0.0, 0.0, 0.0])
    # Ties of 1e11 W/K leave 1e-7 of the difference between lumps, and expm of such a stiff matrix 1e-7 of the value.
    np.testing.assert_allclose(after[:3], 10.0 * np.exp(-11500.0 / 156350.0), rtol=1e-5)


def test_air_lump_by_hand() -> None:
    """60 kJ/K in 1,200 W/K of air: 5 K above the hall and 900 W of heat: 0.75 + 4.25 exp(-0.02) K after a second."""
    step = coefficients.step_table(CLASSES, np.array([1.0]))
    above, moved = step.air[0] @ np.array([5.0, 900.0])
    assert above == pytest.approx(0.75 + 4.25 * np.exp(-0.02), rel=1e-12)
    assert moved == pytest.approx(900.0 - 60e3 * (above - 5.0), rel=1e-9)


def test_a_rack_cooled_by_air_has_no_fourth_lump() -> None:
    step = coefficients.step_table(CLASSES, np.array([1.0]))
    assert not step.air[2:].any()


@given(
    flow=st.floats(0.0, 1.25),
    state=st.tuples(*(st.floats(-50.0, 100.0) for _ in range(3))),
    heat=st.tuples(st.floats(0.0, 1e5), st.floats(-2e4, 5e4)),
    ramp=st.floats(-0.5, 0.5),
    row=st.integers(0, 1),
)
def test_energy_rows_close(flow, state, heat, ramp, row) -> None:
    """Sum of C dT = heat in + leakage * integral of the chip's rise - heat to the supply, in rounding of the terms."""
    leakage = float(CLASSES.leakage[row])
    step = coefficients._chain_step(CLASSES, row, flow, leakage)
    before = np.array([*state, *heat, ramp])
    after = step @ before
    capacity = coefficients.chain_capacity(CLASSES)[row]
    stored = capacity @ (after[:3] - before[:3])
    given_heat = heat[0] + heat[1] + leakage * after[3]
    scale = capacity @ np.abs(before[:3]) + abs(after[4]) + abs(heat[0]) + abs(heat[1]) + 1.0
    assert abs(stored - given_heat + after[4]) < 1e-12 * scale


def test_a_moving_supply_is_followed() -> None:
    """At rest 0 K above a supply that rises by 0.1 K/s, the stream gains 0.1 M (1 / 2) / C in first order: 5.8e-3 K."""
    step = coefficients._chain_step(CLASSES, 0, 1.0, 0.0)
    after = step @ np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.1])
    stream = 0.1 * 11500.0 / 98750.0 / 2.0
    # The next terms of the series are the stream's own decay and the film: (0.116 + 0.073) / 3 of it.
    assert after[2] == pytest.approx(stream * (1.0 - (11500.0 + 7200.0) / 98750.0 / 3.0), rel=5e-3)
    # Heat given to a supply that is warmer than the stream is negative:
    # half a second of 0.1 K/s * 11,500 W/K less its rise.
    assert after[4] == pytest.approx(11500.0 * (stream / 3.0 - 0.05), rel=2e-3)


def test_leakage_is_part_of_the_step() -> None:
    """A lone chip of 25,200 J/K with 103.68 W/K of leakage grows by exp(103.68 / 25200) a second."""
    alone = CLASSES._replace(chip_conductance=np.full(2, 1e-9))
    step = coefficients._chain_step(alone, 0, 1.0, float(CLASSES.leakage[0]))
    assert step[0, 0] == pytest.approx(np.exp(103.68 / 25200.0), rel=1e-9)


def test_film_follows_the_flow_down_to_standing_coolant() -> None:
    """0.5^0.7 = 0.61557; below 0.02 it keeps 0.02^0.7 = 0.064673."""
    found = coefficients.film_ratio(np.array([1.0, 0.5, 0.02, 0.0]), 0.7)
    np.testing.assert_allclose(found, [1.0, 0.615572, 0.064673, 0.064673], rtol=1e-5)


def test_every_steady_flow_is_a_level() -> None:
    levels = coefficients.flow_levels(np.array([0.37, 1.0, 1.13]))
    assert {0.0, 0.37, 1.0, 1.13} <= set(levels.tolist())
    assert np.all(np.diff(levels) > 0)
