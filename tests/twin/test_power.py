"""Loss curves, the chain inside a rack and the facility's chain, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import power
from twin.site import LossCurve, PowerChain, Stage

# A power supply's published efficiencies, made up but of the usual shape.
LOADS = (0.2, 0.5, 1.0)
EFFICIENCIES = (0.95, 0.97, 0.96)

ROUNDING = 1e-12
"""Relative; sums of a few terms in double precision."""


def two_stages() -> tuple[power.RackStage, power.RackStage]:
    """Give a regulator (100 W fixed, 5 % of output) and a shelf of two units (50 W each, 10 %) feeding 300 W more."""
    return (
        power.RackStage("regulator", 1.0, 1000.0, power.affine_curve(0.1, 0.05), 0.0),
        power.RackStage("shelf", 2.0, 500.0, power.affine_curve(0.1, 0.10), 300.0),
    )


def test_published_efficiencies_are_met_exactly():
    curve = power.efficiency_curve(LOADS, EFFICIENCIES, 0.004)
    # loss = load * (1 / efficiency - 1): 0.2/19, 0.5 * 3/97, 1/24; at no load as given.
    expected = [0.004, 0.2 / 19, 1.5 / 97, 1 / 24]
    assert power.curve_loss(curve, np.array([0.0, 0.2, 0.5, 1.0])) == pytest.approx(expected, rel=ROUNDING)


@given(
    points=st.lists(
        st.tuples(st.floats(0.02, 0.5), st.floats(0.6, 1.0)),
        min_size=1,
        max_size=8,
    ),
    no_load=st.floats(0.0, 0.05),
)
def test_the_curve_stays_between_its_neighbouring_points(points, no_load):
    loads = np.cumsum([rise for rise, _ in points])
    efficiencies = [efficiency for _, efficiency in points]
    curve = power.efficiency_curve(list(loads), efficiencies, no_load)
    at = np.concatenate([[0.0], loads])
    loss = np.concatenate([[no_load], loads * (1 / np.array(efficiencies) - 1)])
    place = np.clip(np.searchsorted(at, curve.load, side="right") - 1, 0, loads.size - 1)
    low, high = np.minimum(loss[place], loss[place + 1]), np.maximum(loss[place], loss[place + 1])
    # A monotone cubic never leaves the interval of its two ends (rounding of losses below 1 apart), so never < 0.
    assert np.all(curve.loss >= low - 1e-12)
    assert np.all(curve.loss <= high + 1e-12)


def test_losses_that_rise_at_the_points_rise_between_them():
    curve = power.efficiency_curve(LOADS, EFFICIENCIES, 0.004)
    assert curve.load[0] == 0.0
    assert np.all(np.diff(curve.load) > 0)
    assert np.all(np.diff(curve.loss) > 0)


def test_beyond_the_last_point_the_slope_goes_on():
    # Slope of the last stretch: (0.05 - 0.01) / 0.5 = 0.08, so 0.05 + 0.08 * 0.25 at a load of 1.25.
    curve = LossCurve(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.01, 0.05]))
    assert power.curve_loss(curve, np.array([0.25, 0.75, 1.25])) == pytest.approx([0.005, 0.03, 0.07], rel=ROUNDING)


@pytest.mark.parametrize("loads", [[], [0.0, 0.5], [0.5, 0.5], [0.5, 0.2]])
def test_load_fractions_that_do_not_rise_are_refused(loads):
    with pytest.raises(ValueError, match="load fractions must rise from above zero"):
        power.efficiency_curve(loads, [0.9] * len(loads), 0.0)


@pytest.mark.parametrize(("efficiency", "no_load"), [(0.0, 0.0), (1.01, 0.0), (-0.5, 0.0), (0.9, -0.001)])
def test_efficiencies_that_are_none_are_refused(efficiency, no_load):
    with pytest.raises(ValueError, match=r"efficiencies must lie in \(0, 1\] and no-load loss must not be negative"):
        power.efficiency_curve([0.5], [efficiency], no_load)


def test_a_transformer_loses_by_the_square_of_its_load():
    # 0.1 % + 0.8 % x^2 at the tabulated loads 0, 1/2, 1 and 2: 0.001, 0.003, 0.009, 0.033.
    curve = power.quadratic_curve(0.001, 0.008)
    losses = power.curve_loss(curve, np.array([0.0, 0.5, 1.0, 2.0]))
    assert losses == pytest.approx([0.001, 0.003, 0.009, 0.033], rel=ROUNDING)


def test_between_its_points_a_transformer_loses_hardly_more():
    # A chord of the parabola over a step h lies at most load_loss * h^2 / 4 above it; h = 2 / 128.
    load = np.linspace(0.0, 2.0, 1001)
    above = power.curve_loss(power.quadratic_curve(0.001, 0.008), load) - (0.001 + 0.008 * load**2)
    assert above.min() >= -1e-15  # rounding
    assert above.max() <= 0.008 * (2 / 128) ** 2 / 4 + 1e-15


@given(fixed=st.floats(0.0, 0.2), slope=st.floats(0.0, 0.5), load=st.floats(0.0, 5.0))
def test_a_straight_line_is_exact_at_every_load(fixed, slope, load):
    # 1e-14 absolute: interpolation between two numbers below 2 in double precision.
    loss = power.curve_loss(power.affine_curve(fixed, slope), np.array([load]))
    assert loss == pytest.approx(fixed + slope * load, rel=ROUNDING, abs=1e-14)


def test_a_chain_is_tabulated_evenly_to_twice_its_highest_power():
    grid = power.chain_grid(100e3)
    assert (grid[0], grid[-1]) == (0.0, 200e3)
    # The kernel finds its place by one multiplication, so steps must be alike to rounding.
    assert np.diff(grid) == pytest.approx(200e3 / (grid.size - 1), rel=1e-11)


def test_two_stages_of_a_rack_by_hand():
    # No power: regulator 100; shelf carries 100 + 300 = 400: 100 + 40 = 140.
    # 1000 W: regulator 100 + 50 = 150; shelf carries 1150 + 300 = 1450: 100 + 145 = 245.
    losses = power.rack_chain(np.array([0.0, 1000.0]), two_stages())
    assert losses == pytest.approx(np.array([[100.0, 140.0], [150.0, 245.0]]), rel=ROUNDING)


def test_inlet_power_and_its_inverse_by_hand():
    grid = power.chain_grid(1000.0)
    losses = power.rack_chain(grid, two_stages())
    # As above: 0 + 300 + 240, 1000 + 300 + 395; beyond the table (2000 W) 3000 + 300 + (100 + 150) + (100 + 355).
    compute = np.array([0.0, 1000.0, 3000.0])
    inlet = power.rack_inlet_power(compute, grid, losses, 300.0)
    assert inlet == pytest.approx([540.0, 1695.0, 4005.0], rel=ROUNDING)
    assert power.rack_compute_power(inlet, grid, losses, 300.0) == pytest.approx(compute, rel=ROUNDING, abs=1e-9)


def test_below_what_the_idle_chain_draws_there_is_no_compute_power():
    grid = power.chain_grid(1000.0)
    losses = power.rack_chain(grid, two_stages())
    inlet = np.array([0.0, 539.0, 540.0])
    assert power.rack_compute_power(inlet, grid, losses, 300.0) == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


@given(part=st.floats(0.0, 3.0), auxiliary=st.floats(0.0, 20e3), no_load=st.floats(0.0, 0.02))
def test_the_inverse_undoes_the_inlet_power(part, auxiliary, no_load):
    highest = 100e3
    grid = power.chain_grid(highest)
    supply = power.efficiency_curve(LOADS, EFFICIENCIES, no_load)
    losses = power.rack_chain(grid, [power.RackStage("shelf", 8.0, 16e3, supply, auxiliary)])
    compute = np.array([part * highest])
    back = power.rack_compute_power(power.rack_inlet_power(compute, grid, losses, auxiliary), grid, losses, auxiliary)
    # Both interpolate one piecewise linear table: only rounding of powers near 300 kW is left.
    assert back == pytest.approx(compute, rel=1e-12, abs=1e-8)


def facility(rating: float = 1000.0) -> PowerChain:
    """Give two halls behind busways of 1 kW, a mechanical transformer, and a main transformer, by simple numbers."""
    return PowerChain(
        hall_path=(
            Stage("busway", np.array([1.0, 2.0]), rating, power.affine_curve(0.0, 0.01), heats_hall=True),
            Stage("ups", np.array([2.0, 2.0]), rating, power.affine_curve(0.02, 0.03), heats_hall=True),
        ),
        mechanical_path=(Stage("drive", np.array([1.0]), rating, power.affine_curve(0.01, 0.05), heats_hall=False),),
        common_path=(
            Stage("main_transformer", np.array([2.0]), rating, power.affine_curve(0.004, 0.01), heats_hall=False),
        ),
    )


@pytest.mark.parametrize("voltage", [1.0, 0.95])
def test_the_facility_by_hand(voltage):
    flows = power.facility_flows(facility(), np.array([[1000.0], [500.0]]), np.array([200.0]), voltage)
    # Hall 0: busway 1 % of 1000 = 10; UPS 2 * 20 + 3 % of 1010 = 70.3; together 1080.3.
    # Hall 1: busway 1 % of 500 = 5; UPS 40 + 3 % of 505 = 55.15; together 560.15. Voltage changes neither.
    assert flows.hall_losses[:, :, 0] == pytest.approx(np.array([[10.0, 5.0], [70.3, 55.15]]), rel=ROUNDING)
    # Drive: 10 + 5 % of 200 = 20.
    assert flows.mechanical_losses == pytest.approx(np.array([[20.0]]), rel=ROUNDING)
    # Main transformer carries 1080.3 + 560.15 + 220 = 1860.45: 2 * 4 + 1 % of that over the voltage.
    transformer = 8.0 + 18.6045 / voltage
    assert flows.common_losses == pytest.approx(np.array([[transformer]]), rel=ROUNDING)
    assert flows.connection == pytest.approx([1860.45 + transformer], rel=ROUNDING)


def test_low_voltage_raises_a_transformers_load_loss_by_its_square():
    # One unit of 1 MW at 950 kW and 0.95 pu stands at load 1.0, a tabulated point: 0.1 % + 0.8 % = 9 kW.
    chain = PowerChain((), (), (Stage("main", np.array([1.0]), 1e6, power.quadratic_curve(0.001, 0.008), False),))
    flows = power.facility_flows(chain, np.array([[900e3]]), np.array([50e3]), 0.95)
    assert flows.common_losses[0, 0] == pytest.approx(9e3, rel=ROUNDING)
    assert flows.connection[0] == pytest.approx(959e3, rel=ROUNDING)


def test_units_share_the_load():
    # Two transformers at half load each lose 2 * (0.001 + 0.008 / 4) * 1 MW = 6 kW, one at full load 9 kW.
    curve = power.quadratic_curve(0.001, 0.008)
    stage = Stage("main", np.array([2.0, 1.0]), 1e6, curve, heats_hall=False)
    assert power.stage_loss(stage, np.full((2, 1), 1e6))[:, 0] == pytest.approx([6e3, 9e3], rel=ROUNDING)
