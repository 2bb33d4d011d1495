"""The power flow of a transmission network against hand-worked numbers, laws, and pandapower's own solver."""

import math

import numpy as np
import pytest

from tests.twin.grid.networks import case118, shared_by_capacity, two_buses
from twin.errors import FacilityError
from twin.grid import pandapower_host
from twin.grid.power_flow import branch_admittances, branch_flows, cut_off, dc_angles, solve


def test_two_buses_have_the_closed_form() -> None:
    """P = 1, Q = 0.5 over X = 0.1: V^4 + (2 Q X - 1) V^2 + X^2 (P^2 + Q^2) = 0 gives V^2 = 0.8862; sin d = P X / V."""
    solved = solve(two_buses())
    squared = 0.5 * (0.9 + math.sqrt(0.9**2 - 4 * 0.0125))
    assert abs(solved.voltage[1]) == pytest.approx(math.sqrt(squared), abs=1e-9)
    assert np.angle(solved.voltage[1]) == pytest.approx(-math.asin(0.1 / math.sqrt(squared)), abs=1e-9)
    # X I^2 = 0.1 x 1.25 / 0.8862 of reactive power is lost beside the load's 0.5
    assert solved.injection[0].imag == pytest.approx(1e8 * (0.5 + 0.125 / squared), rel=1e-8)
    assert solved.taken_up == pytest.approx(1e8, rel=1e-9)


def test_a_tap_and_a_shift_stand_at_the_start() -> None:
    """Without load the far bus has the source's voltage over the ratio, and lags by the shift."""
    solved = solve(two_buses(0j, ratio=1.05, shift=math.radians(30.0)))
    assert solved.voltage[1] == pytest.approx(np.exp(-1j * math.pi / 6) / 1.05, abs=1e-9)


def test_admittances_of_a_branch() -> None:
    """X = 0.1 behind 1.05 at 30 degrees: y = -10j; own 10 / 1.1025, mutual 10 / 1.05 turned by 30 degrees each way."""
    own, to, back, other = branch_admittances(two_buses(ratio=1.05, shift=math.radians(30.0)))[:, 0]
    assert own == pytest.approx(-9.070295j, abs=1e-6)
    assert to == pytest.approx(9.523810j * np.exp(1j * math.pi / 6), abs=1e-6)
    assert back == pytest.approx(9.523810j * np.exp(-1j * math.pi / 6), abs=1e-6)
    assert other == pytest.approx(-10j)


def test_flows_are_what_units_give_and_loads_take() -> None:
    grid = case118()
    solved = solve(grid)
    starts, ends = branch_flows(grid, solved.voltage)
    count = len(grid.buses.number)
    entering = np.zeros(count, dtype=complex)
    np.add.at(entering, grid.branches.start, starts)
    np.add.at(entering, grid.branches.end, ends)
    shunts = (grid.buses.shunt_conductance - 1j * grid.buses.shunt_susceptance) * np.abs(solved.voltage) ** 2
    assert solved.injection == pytest.approx(entering + shunts, abs=1.0)  # W, of 4.2 GW
    free = np.setdiff1d(np.arange(count), grid.units.bus)
    loads = grid.buses.load_active + 1j * grid.buses.load_reactive
    assert solved.injection[free] == pytest.approx(-loads[free], abs=1.0)


@pytest.mark.parametrize("by_capacity", [False, True])
def test_pandapower_agrees_on_118_buses(by_capacity: bool) -> None:
    """Two solvers, two assemblies of the network; 1e-9 is what both were asked to converge to."""
    grid = shared_by_capacity(case118()) if by_capacity else case118()
    other = pandapower_host.solve(pandapower_host.build(grid), grid)
    assert np.abs(solve(grid).voltage - other).max() < 1e-9


def test_transformers_are_transformers_with_ratings_and_taps() -> None:
    """Bus 8 feeds bus 5 at a ratio of 0.985, which is 1.5 % down."""
    grid = case118()
    made = pandapower_host.build(grid)
    assert len(made.trafo) == grid.branches.transformer.sum()
    assert len(made.line) + len(made.trafo) == len(grid.branches.start)
    tapped = made.trafo.set_index("branch").loc[int(np.flatnonzero(grid.branches.ratio == 0.985)[0])]
    assert tapped["tap_pos"] * tapped["tap_step_percent"] == pytest.approx(-1.5)
    assert (made.trafo["vn_hv_kv"] >= made.trafo["vn_lv_kv"]).all()


@pytest.mark.parametrize(("nominal", "ratio", "shift", "charging"), [
    ([230e3, 115e3], 1.04, 0.0, 0.0), ([115e3, 230e3], 1.04, 0.0, 0.02), ([115e3, 230e3], 0.95, 0.3, 0.02),
    ([230e3, 115e3], 0.95, -0.3, 0.02),
])  # fmt: skip
def test_pandapower_agrees_on_every_kind_of_transformer(
    nominal: list[float], ratio: float, shift: float, charging: float
) -> None:
    grid = two_buses(ratio=ratio, shift=shift)
    grid = grid._replace(
        buses=grid.buses._replace(nominal_voltage=np.array(nominal)),
        branches=grid.branches._replace(charging=np.array([charging]), resistance=np.array([0.01])),
    )
    other = pandapower_host.solve(pandapower_host.build(grid), grid)
    assert solve(grid).voltage == pytest.approx(other, abs=1e-9)


def test_what_is_taken_up_is_spread_by_shares() -> None:
    grid = shared_by_capacity(case118())
    solved = solve(grid)
    given = solved.injection.real[grid.units.bus] + grid.buses.load_active[grid.units.bus]
    assert given == pytest.approx(grid.units.active + grid.units.share * solved.taken_up, abs=1.0)


def test_dc_angles_of_two_buses() -> None:
    """100 MW over 0.1 on 100 MVA, behind a ratio of 1.05 and a shift of 0.2: 0.105 + 0.2 of lag."""
    grid = two_buses(ratio=1.05, shift=0.2)
    assert dc_angles(grid, np.array([0.0, -1e8])) == pytest.approx([0.0, -0.305])


def test_a_branch_without_reactance_has_a_power_flow() -> None:
    """100 MW over 0.02 of resistance on 100 MVA: V - V^2 = 0.02 gives V = 0.979583."""
    grid = two_buses(1e8 + 0j)
    grid = grid._replace(branches=grid.branches._replace(resistance=np.array([0.02]), reactance=np.array([0.0])))
    assert solve(grid).voltage[1] == pytest.approx(0.979583, abs=1e-6)


def test_more_than_the_network_can_carry_is_said() -> None:
    """V^2 has no real root above P = 5 at unity power factor: 500 MW over 0.1 on 100 MVA."""
    assert abs(solve(two_buses(4.99e8 + 0j)).voltage[1]) == pytest.approx(0.73, abs=0.01)
    with pytest.raises(FacilityError, match=r"no power flow was found for 501 MW .* reduce the load"):
        solve(two_buses(5.01e8 + 0j))


def test_buses_cut_off_are_named() -> None:
    grid = two_buses()
    grid = grid._replace(branches=grid.branches._replace(in_service=np.array([False])))
    assert cut_off(grid).tolist() == [1]
    with pytest.raises(
        FacilityError, match=r"1 of 2 buses are cut off from the reference bus 1 \(source\): 2 \(load\)"
    ):
        solve(grid)


def test_someone_must_take_up_changes() -> None:
    grid = two_buses()
    with pytest.raises(FacilityError, match="no unit takes up a change of load"):
        solve(grid._replace(units=grid.units._replace(share=np.array([0.0]))))
