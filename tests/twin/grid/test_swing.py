"""Machines over time, against the equal-area criterion and the modes."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.published.laws import two_areas
from tests.twin.grid.test_eigenmodes import OMEGA, pair, two_machines
from twin.grid import eigenmodes, power_flow, swing


def infinite_bus() -> tuple[object, ...]:
    """Give a machine of 4 s behind 0.3 on a line of 0.2 to one of great inertia, with 0.8 per unit over it."""
    grid = pair(active=80e6)
    heavy = two_machines()._replace(inertia=np.array([4.0, 1e6]), transient_d=np.array([0.3, 1e-6]))
    return grid, power_flow.solve(grid), heavy


def test_a_fault_longer_than_the_equal_area_criterion_allows_loses_step() -> None:
    """
    Fault at the terminals: no power until it is cleared, so angle grows as w_0 P t^2 / (4 H).

    E = |V_1 + 0.3 j I| with sin(a) = 0.16 over the line; P_max = E / 0.5; d_0 = asin(0.8 / P_max); critical angle from
    cos(d_c) = (pi - 2 d_0) sin(d_0) - cos(d_0); t_c = sqrt(4 H (d_c - d_0) / (w_0 P)).
    """
    grid, solved, heavy = infinite_bus()
    first = np.exp(1j * np.arcsin(0.16))
    most = abs(first + 0.3j * (first - 1.0) / 0.2j) / 0.5
    rest = np.arcsin(0.8 / most)
    critical = np.arccos((np.pi - 2.0 * rest) * np.sin(rest) - np.cos(rest))
    longest = np.sqrt(16.0 * (critical - rest) / (OMEGA * 0.8))

    def after(cleared: float) -> float:
        whole = swing.stage(grid, heavy)
        fault = whole._replace(time=0.1, faulted=np.array([0]))
        stages = (whole, fault, whole._replace(time=0.1 + cleared))
        return swing.follow(grid, solved, heavy, stages, 5.0).lost

    # the fault's own impedance and the other machine's inertia are not quite none and endless
    assert np.isinf(after(0.995 * longest))
    assert np.isfinite(after(1.005 * longest))


def test_at_rest_nothing_moves() -> None:
    grid = two_areas.network()
    solved, units = power_flow.solve(grid), two_areas.machines()
    found = swing.follow(grid, solved, units, (swing.stage(grid, units),), 2.0)
    assert np.abs(found.speed).max() < 1e-6  # Hz, of a power flow solved to 1e-9 per unit
    # behind the resistance of the stator: P + R |S / V|^2
    current = np.abs(solved.injection[:4] / solved.voltage[:4]) / 900e6
    assert found.power[0] == pytest.approx(solved.injection[:4].real + 900e6 * 0.0025 * current**2, rel=1e-9)


def test_voltages_of_the_first_instant() -> None:
    """At rest they are those of the power flow; at a bolted fault nothing, and more with each line away from it."""
    grid = two_areas.network()
    solved, units = power_flow.solve(grid), two_areas.machines()
    whole = swing.stage(grid, units)
    assert swing.first_voltages(grid, solved, units, whole) == pytest.approx(np.abs(solved.voltage), abs=1e-8)
    found = swing.first_voltages(grid, solved, units, whole._replace(faulted=np.array([6])))
    assert found[6] < 1e-4
    assert found[6] < found[5] < found[4] < found[0] < np.abs(solved.voltage[0])


def test_the_voltage_divides_between_a_machine_and_a_fault() -> None:
    """A machine behind 0.3 and a line of 0.2 into a fault at the line's end: E x 0.2 / 0.5, with E = |1 + 0.3 j I|."""
    grid, solved, heavy = infinite_bus()
    first = np.exp(1j * np.arcsin(0.16))
    behind = abs(first + 0.3j * (first - 1.0) / 0.2j)
    both = heavy._replace(transient_d=np.array([0.3, 0.3]))  # a bolted fault has to be stiffer than the other machine
    now = swing.stage(grid, both)._replace(faulted=np.array([1]))
    assert swing.first_voltages(grid, solved, both, now)[0] == pytest.approx(behind * 0.4, rel=1e-4)


def test_a_small_kick_rings_at_the_mode() -> None:
    """A load of a hundredth that goes for 20 ms: the difference of the two machines' speeds has the mode's period."""
    grid = pair()
    units = two_machines(0.5)
    solved = power_flow.solve(grid)
    system = eigenmodes.linear(grid, solved, units, np.zeros(0, dtype=np.intp), "classical", 2.0, 2.0)
    mode = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    whole = swing.stage(grid, units)
    kicked = whole._replace(time=0.0, faulted=np.array([0]))
    found = swing.follow(grid, solved, units, (kicked, whole._replace(time=1e-3)), 8.0)
    free = found.time > 0.01
    apart, time = (found.speed[:, 0] - found.speed[:, 1])[free], found.time[free]
    rises = np.flatnonzero((apart[:-1] < 0.0) & (apart[1:] >= 0.0))
    crossings = time[rises] - apart[rises] * (time[rises + 1] - time[rises]) / (apart[rises + 1] - apart[rises])
    # straight lines between samples of 10 ms: a thousandth of the period
    assert 1.0 / np.diff(crossings).mean() == pytest.approx(mode.frequency[0], rel=2e-3)


def test_the_loss_of_a_load_speeds_all_machines_up() -> None:
    """Of the first area's load a tenth: 96.7 MW at first over 4 x 900 MVA x 6.34 s, by the mean of machines."""
    grid = two_areas.network()
    solved, units = power_flow.solve(grid), two_areas.machines()
    left = np.ones(11)
    left[6] = 0.9
    found = swing.follow(grid, solved, units, (swing.stage(grid, units)._replace(load=left),), 0.02)
    mass = units.inertia * units.rating
    centre = found.speed @ mass / mass.sum()
    # loads are impedances: as voltages rise the others take a part of it over at once
    rest = swing.follow(grid, solved, units, (swing.stage(grid, units),), 0.02)
    given = (found.power[0] - rest.power[0]).sum()
    expected = -given * 60.0 / (2.0 * mass.sum())
    assert centre[-1] / found.time[-1] == pytest.approx(expected, rel=0.01)
    assert 0.5 < expected / (96.7e6 * 60.0 / (2.0 * mass.sum())) < 1.0


def test_a_tripped_machine_gives_nothing() -> None:
    grid = two_areas.network()
    solved, units = power_flow.solve(grid), two_areas.machines()
    off = np.array([False, True, False, False])
    stages = (swing.stage(grid, units), swing.stage(grid, units, 0.5)._replace(tripped=off))
    found = swing.follow(grid, solved, units, stages, 1.0)
    after = found.time > 0.51
    assert np.abs(found.power[after, 1]).max() == 0.0
    assert found.speed[-1, [0, 2, 3]].max() < 0.0


def test_a_bus_that_is_left_alone_has_no_voltage_and_hurts_nobody() -> None:
    """Bus 8 opened on both sides: two islands, each of two machines, neither feeding the other."""
    grid = two_areas.network()
    bare = grid._replace(branches=grid.branches._replace(charging=np.zeros(12)))
    solved, units = power_flow.solve(bare), two_areas.machines()
    cut = swing.stage(bare, units)._replace(opened=np.array([2, 3, 4, 5]))
    matrix = swing.reduced(bare, solved, units, cut)
    assert np.abs(matrix[:2, 2:]).max() < 1e-12
    assert np.abs(matrix[:2, :2]).min() > 0.1
