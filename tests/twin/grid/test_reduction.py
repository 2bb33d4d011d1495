"""An equivalent for a part of a network: exact where it must be, close where it is linear."""

import numpy as np
import pytest

from tests.twin.grid.networks import case118, shared_by_capacity, two_buses
from twin.grid.host import Branches, Buses, HostGrid
from twin.grid.power_flow import branch_flows, solve
from twin.grid.reduction import driving_point_impedance, reduce


def chain() -> HostGrid:
    """The two buses with a third between, which nothing stands at: 0.04 and 0.06 for 0.1."""
    grid = two_buses()
    buses = Buses(
        *(column[:2] + column[:1] if isinstance(column, tuple) else column[[0, 1, 0]] for column in grid.buses)
    )
    buses = buses._replace(number=np.array([1, 2, 3]), load_active=np.array([0.0, 1e8, 0.0]))
    twice = Branches(*(column[[0, 0]] for column in grid.branches))
    branches = twice._replace(start=np.array([0, 2]), end=np.array([2, 1]), reactance=np.array([0.04, 0.06]))
    return grid._replace(buses=buses, branches=branches)


def more_load(grid: HostGrid, row: int, active: float) -> HostGrid:
    added = np.where(np.arange(len(grid.buses.number)) == row, active, 0.0)
    return grid._replace(buses=grid.buses._replace(load_active=grid.buses.load_active + added))


def test_a_bus_where_nothing_stands_is_eliminated_exactly() -> None:
    """0.04 and 0.06 in series are 0.1 at any load; nothing outside holds a voltage, so no unit is added."""
    grid = chain()
    made = reduce(grid, solve(grid), np.array([True, True, False]))
    assert made.grid.buses.number.tolist() == [1, 2]
    assert made.grid.branches.reactance == pytest.approx([0.1])
    assert made.equivalent.tolist() == [True]
    for load in (0.0, 1e8, 2e8):
        whole = solve(more_load(grid, 1, load)).voltage
        assert solve(more_load(made.grid, 1, load)).voltage == pytest.approx(whole[:2], abs=1e-9)


def test_a_source_outside_becomes_a_unit_behind_its_reactance() -> None:
    """The load sees 0.1 to the source: a unit at the boundary's voltage behind 0.1 that takes up all changes."""
    grid = two_buses()
    solved = solve(grid)
    kept = np.array([False, True])
    with_unit = grid._replace(
        units=grid.units._replace(
            bus=np.array([0, 1]),
            **{
                name: np.repeat(getattr(grid.units, name), 2)
                for name in ("active", "active_max", "reactive_min", "reactive_max", "voltage")
            },
            share=np.array([1.0, 0.0]),
        )
    )
    made = reduce(with_unit, solved, kept).grid
    assert made.buses.number.tolist() == [2, -1]
    assert made.branches.reactance == pytest.approx([0.1])
    assert made.units.share.tolist() == [0.0, 1.0]
    assert made.units.voltage[1] == pytest.approx(abs(solved.voltage[1]))


def inner_half(grid: HostGrid) -> np.ndarray:
    """Buses 1 to 60 of 118 that lines among them connect with the first."""
    near = grid.buses.number < 60
    reached = np.zeros(len(near), dtype=bool)
    reached[0] = True
    ends = grid.branches.start, grid.branches.end
    for _ in range(len(near)):
        across = near[ends[0]] & near[ends[1]] & (reached[ends[0]] | reached[ends[1]])
        reached[ends[0][across]] = reached[ends[1][across]] = True
    return reached


@pytest.mark.parametrize("by_capacity", [False, True])
def test_the_operating_point_is_kept(by_capacity: bool) -> None:
    """With the network's own reference outside, too; voltages to the tolerance of two power flows."""
    grid = shared_by_capacity(case118()) if by_capacity else case118()
    solved, kept = solve(grid), inner_half(grid)
    assert 40 < kept.sum() < 70
    made = reduce(grid, solved, kept)
    count = int(kept.sum())
    expected = solved.voltage[kept] * np.exp(-1j * np.angle(solved.voltage[kept][made.grid.reference]))
    got = solve(made.grid)
    assert np.abs(got.voltage[:count] - expected).max() < 1e-8
    assert abs(got.taken_up) < 10.0  # W
    inside = np.flatnonzero(kept[grid.branches.start] & kept[grid.branches.end])
    flows = branch_flows(grid, solved.voltage)[0][inside]
    assert np.abs(branch_flows(made.grid, got.voltage)[0][: len(inside)] - flows).max() < 100.0  # W
    assert made.grid.units.share.sum() == pytest.approx(1.0)


def test_changes_inside_are_answered_as_by_the_whole() -> None:
    """A tenth of the area's load more at bus 11, which is six buses from the boundary: 0.2 % of voltage, 3 % of Z."""
    grid = shared_by_capacity(case118())
    solved, kept = solve(grid), inner_half(grid)
    made = reduce(grid, solved, kept).grid
    row = int(np.flatnonzero(grid.buses.number[kept] == 10)[0])
    there = int(np.flatnonzero(grid.buses.number == 10)[0])
    whole, part = solve(more_load(grid, there, 150e6)).voltage[kept], solve(more_load(made, row, 150e6)).voltage
    assert np.abs(np.abs(whole) - np.abs(part[: len(whole)])).max() < 0.002
    moved = np.abs(np.abs(whole) - np.abs(solved.voltage[kept])).max()
    assert moved > 0.003  # what the comparison is about
    expected = driving_point_impedance(grid, solved.voltage, there)
    assert driving_point_impedance(made, solve(made).voltage, row) == pytest.approx(expected, rel=0.03)


def test_impedance_seen_behind_a_reactance() -> None:
    """0.1j beside a load of 1 + 0.5j at V^2 = 0.8862: 1 / (-10j + (1 - 0.5j) / 0.8862) = 0.010137 + 0.094660j."""
    grid = two_buses()
    voltage = solve(grid).voltage
    assert driving_point_impedance(grid, voltage, 1) == pytest.approx(0.010099 + 0.094513j, abs=1e-3)
