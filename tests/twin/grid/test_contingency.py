"""Outages of branches beside lightsim2grid's own class, explicit solutions of pandapower, and hand-worked networks."""

from __future__ import annotations

from collections import Counter

import networkx
import numpy as np
import pytest
from lightsim2grid import lightsim2grid_cpp

from tests.twin.grid.host_cases import BASE, at, published, small
from twin.grid import contingency, islands, native, pandapower_host, power_flow, reactive_limits
from twin.grid.extremes import apparent_power
from twin.grid.feeding import loaded
from twin.grid.host import HostGrid
from twin.grid.power_flow import branch_admittances, branch_flows
from twin.grid.reactive_limits import State


def without(grid: HostGrid, branch: int) -> HostGrid:
    live = grid.branches.in_service.copy()
    live[branch] = False
    return grid._replace(branches=grid.branches._replace(in_service=live))


def rated(grid: HostGrid, rating: float) -> HostGrid:
    same = np.full(len(grid.branches.start), rating)
    return grid._replace(branches=grid.branches._replace(rating_emergency=same))


@pytest.fixture(scope="module")
def grid() -> HostGrid:
    """118 buses with a campus of 150 MW, ratings of 200 MVA and narrow voltage limits, so that limits are passed."""
    case = rated(published("case118"), 200e6)
    narrow = case.buses._replace(voltage_min=np.full(118, 0.945), voltage_max=np.full(118, 1.05))
    return loaded(case._replace(buses=narrow), at(case, 59), 150e6)


@pytest.fixture(scope="module")
def state(grid: HostGrid) -> State:
    return reactive_limits.settle(grid, limits=False)


@pytest.fixture(scope="module")
def found(grid: HostGrid, state: State) -> contingency.Outages:
    return contingency.single_outages(grid, state)


def test_bridges_are_those_of_networkx() -> None:
    """Of 2,000 buses: a bridge of the graph that no second branch runs beside."""
    case = published("case_ACTIVSg2000")
    ends = list(zip(case.branches.start.tolist(), case.branches.end.tolist(), strict=True))
    count = Counter(tuple(sorted(pair)) for pair in ends)
    bridges = {tuple(sorted(pair)) for pair in networkx.bridges(networkx.Graph(ends))}
    expected = [row for row, pair in enumerate(ends) if (key := tuple(sorted(pair))) in bridges and count[key] == 1]
    cut = islands.islanding(case)
    assert cut.branch.tolist() == expected
    assert cut.branch.size == 450
    assert cut.buses.max() <= 1000


def test_what_lies_beyond_a_bridge() -> None:
    """A ring 0-1-2 with a tail 2-3-4 and a pair of branches 1-5: two bridges, the nearer with both buses beyond it."""
    net = small(
        [(0, 1, 0.1), (1, 2, 0.1), (2, 0, 0.1), (2, 3, 0.1), (3, 4, 0.1), (1, 5, 0.1), (1, 5, 0.1)],
        [(0, -1.0, 1.0), (4, -1.0, 1.0)],
        6,
    )
    load = np.array([0.0, 0.0, 0.0, 3e6, 4e6, 5e6])
    net = net._replace(
        buses=net.buses._replace(load_active=load), units=net.units._replace(active=np.array([2e6, 10e6]))
    )
    cut = islands.islanding(net)
    assert cut.branch.tolist() == [3, 4]
    assert cut.buses.tolist() == [2, 1]
    assert cut.load.tolist() == [7e6, 4e6]
    assert cut.generation.tolist() == [10e6, 10e6]


def test_the_smaller_part_is_told_where_the_reference_is_alone() -> None:
    net = small([(0, 1, 0.1), (1, 2, 0.1), (2, 3, 0.1), (1, 3, 0.1)], [(0, -1.0, 1.0)], 4)
    net = net._replace(units=net.units._replace(active=np.array([8e6])))
    cut = islands.islanding(net)
    assert (cut.branch.tolist(), cut.buses.tolist(), cut.generation.tolist()) == ([0], [1], [8e6])


def test_a_parallel_line_takes_the_whole_load() -> None:
    """Two lines of x = 0.4 carry 1 per unit of sin(d) / 0.2; with one out, 1 per unit flows over the other."""
    net = small([(0, 1, 0.4), (0, 1, 0.4)], [(0, -9.0, 9.0), (1, -9.0, 9.0)], 2)
    net = loaded(net, at(net, 1, power_factor=1.0), BASE)
    found = contingency.single_outages(net, reactive_limits.settle(net, limits=False))
    # P = 1, Q = (1 - cos(asin(0.4))) / 0.4 at both ends; S over the emergency rating of 1.2 per unit
    reactive = (1.0 - np.sqrt(1.0 - 0.16)) / 0.4
    assert found.loading == pytest.approx([np.hypot(1.0, reactive) / 1.2] * 2, abs=1e-8)
    assert found.loaded.tolist() == [1, 0]
    assert found.overload.outage.size == 0


def test_voltages_after_sampled_outages_are_pandapowers(grid: HostGrid, state: State) -> None:
    """Solved one at a time by a solver that shares no line with the batch: 1e-6 per unit."""
    out = np.setdiff1d(np.arange(len(grid.branches.start)), islands.islanding(grid).branch)[::18]
    made = native.build(grid, state.standing)
    voltage, solved = native.after_outages(made, out, state.voltage, 1e-8, 25, chord=True)
    assert out.size == 10
    assert solved.all()
    for row, branch in enumerate(out):
        less = without(grid, int(branch))
        other = pandapower_host.solve(pandapower_host.build(less), less)
        own = voltage[row] * np.exp(-1j * np.angle(voltage[row, grid.reference]))
        assert np.abs(own - other).max() < 1e-6


def test_everything_told_is_that_of_explicit_outages(grid: HostGrid, state: State, found: contingency.Outages) -> None:
    """Each outage solved alone by the full power flow, with the limits held against it in numpy."""
    assert found.branch.size + found.islanding.branch.size == len(grid.branches.start)
    assert not found.unsolved.any()
    size, loading = [], []
    for branch in found.branch:
        less = without(grid, int(branch))
        voltage = power_flow.solve(less, state.voltage).voltage
        size.append(np.abs(voltage))
        loading.append(np.maximum(*np.abs(branch_flows(less, voltage))) / less.branches.rating_emergency)
    volts, power = np.array(size), np.array(loading)
    assert np.allclose(found.loading, power.max(axis=1), rtol=0.0, atol=1e-7)
    assert np.allclose(found.lowest, volts.min(axis=1), rtol=0.0, atol=1e-8)
    assert np.allclose(found.highest, volts.max(axis=1), rtol=0.0, atol=1e-8)
    assert np.allclose(found.worst.loading, power.max(axis=0), rtol=0.0, atol=1e-7)
    assert np.allclose(found.worst.lowest, volts.min(axis=0), rtol=0.0, atol=1e-8)
    assert np.allclose(found.worst.highest, volts.max(axis=0), rtol=0.0, atol=1e-8)
    rows, columns = np.nonzero(power > 1.0)
    assert rows.size > 10
    told = set(zip(found.overload.outage.tolist(), found.overload.element.tolist(), strict=True))
    assert told == set(zip(found.branch[rows].tolist(), columns.tolist(), strict=True))
    # what is held exactly at a limit counts on either side of it
    clear = (volts < grid.buses.voltage_min - 1e-7) | (volts > grid.buses.voltage_max + 1e-7)
    rows, columns = np.nonzero(clear)
    assert rows.size > 10
    told = set(zip(found.outside.outage.tolist(), found.outside.element.tolist(), strict=True))
    assert told >= set(zip(found.branch[rows].tolist(), columns.tolist(), strict=True))


def test_two_thousand_buses_as_lightsim2grid_has_them() -> None:
    """A fortieth of all outages, by its own class with its own settings on the network that its own reader makes."""
    case = published("case_ACTIVSg2000")
    state = reactive_limits.settle(case, limits=False)
    out = np.setdiff1d(np.arange(len(case.branches.start)), islands.islanding(case).branch)[::40]
    found = contingency.single_outages(case, state, out)
    batch = lightsim2grid_cpp.ContingencyAnalysisCPP(native.build(case, state.standing))
    batch.add_multiple_n1([int(row) for row in out])
    batch.compute(state.voltage.copy(), 20, 1e-8)
    assert np.array(batch.converged_mask()).all()
    assert not found.unsolved.any()
    flows = batch.compute_branch_results()
    power = np.maximum(np.hypot(flows[..., 0], flows[..., 1]), np.hypot(flows[..., 2], flows[..., 3])) * 1e6
    assert np.allclose(found.loading, (power / case.branches.rating_emergency).max(axis=1), rtol=0.0, atol=1e-6)
    assert np.allclose(found.lowest, np.abs(batch.get_voltages()).min(axis=1), rtol=0.0, atol=1e-8)
    for row in (3, 30):  # and by pandapower, which shares no line with either
        less = without(case, int(out[row]))
        other = pandapower_host.solve(pandapower_host.build(less), less)
        assert np.abs(other).min() == pytest.approx(found.lowest[row], abs=1e-6)


def test_an_outage_without_a_power_flow_is_named() -> None:
    """Two lines of x = 0.4 carry up to 5 per unit, one alone 2.5: at 3 the outage of either has no power flow."""
    net = small([(0, 1, 0.4), (0, 1, 0.4)], [(0, -99.0, 99.0), (1, -99.0, 99.0)], 2)
    net = loaded(net, at(net, 1, power_factor=1.0), 3.0 * BASE)
    found = contingency.single_outages(net, reactive_limits.settle(net, limits=False))
    assert found.unsolved.tolist() == [True, True]
    assert found.overload.outage.size == 0


def test_a_network_of_bridges_has_no_outage_to_solve() -> None:
    net = small([(0, 1, 0.4), (1, 2, 0.4)], [(0, -9.0, 9.0)], 3)
    found = contingency.single_outages(net, reactive_limits.settle(net))
    assert (found.branch.size, found.overload.value.size) == (0, 0)
    assert found.islanding.branch.tolist() == [0, 1]
    assert found.worst.loading_outage.tolist() == [-1, -1]


def test_units_at_a_limit_stay_there_through_outages() -> None:
    """The batch holds what `standing` says: an outage's power flow has those units give their limit."""
    case = published("case118")
    state = reactive_limits.settle(case)
    out = np.array([40])
    voltage, _ = native.after_outages(native.build(case, state.standing), out, state.voltage, 1e-9, 25, chord=True)
    less = without(case, 40)
    reactive = reactive_limits.reactive_power(less, voltage)[0]
    at_limit = state.standing == native.AT_UPPER
    assert at_limit.any()
    assert np.allclose(reactive[at_limit], case.units.reactive_max[at_limit], rtol=0.0, atol=1.0)


def test_apparent_power_of_states_is_that_of_one(grid: HostGrid, state: State) -> None:
    start, end = branch_flows(grid, state.voltage)
    ends = grid.branches.start, grid.branches.end
    both = np.stack([state.voltage, state.voltage])
    power = apparent_power(both, *ends, branch_admittances(grid), np.array([-1, 7])) * grid.base_power
    assert np.allclose(power[0], np.maximum(np.abs(start), np.abs(end)), rtol=1e-12)
    assert power[1, 7] == 0.0
    assert np.array_equal(np.delete(power[1], 7), np.delete(power[0], 7))
