"""Largest loads of a network in closed form, proven by outages solved just below and above, and QV curves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.twin.grid.host_cases import BASE, at, published, small
from twin.grid import capacity, contingency, host_capacity, load_curve, power_flow, reactive_limits
from twin.grid.feeding import Feeding, loaded, shared_by_headroom
from twin.grid.host import HostGrid
from twin.grid.host_capacity import LOW, NOSE, THERMAL, TRANSFER_CUTOFF, VOLTAGE_CUTOFF
from twin.grid.reactive_needs import reactive_needed

FREE = 1e4
"""Reactive range, per unit, without a limit."""


def two_lines() -> tuple[HostGrid, Feeding]:
    """Two lines of x = 0.4 between buses held at 1 per unit, each rated 1 and, after an outage, 1.2 per unit."""
    grid = small([(0, 1, 0.4), (0, 1, 0.4)], [(0, -FREE, FREE), (1, -FREE, FREE)], 2)
    return grid, at(grid, 1, power_factor=1.0)


def test_ratings_bound_the_load_where_the_closed_form_says() -> None:
    """
    Between equal voltages S = 2 sin(d / 2) / x and P = sin(d) / x.

    All lines: sin(d / 2) = 0.2, P = 2 * 2 * 0.2 sqrt(0.96) / 0.4 = 1.9595918. One: sin(d / 2) = 0.24, and
    P = 2 * 0.24 sqrt(0.9424) / 0.4 = 1.1649275.
    """
    grid, feeding = two_lines()
    found = host_capacity.capacity(grid, feeding, 4.0 * BASE)
    assert found.whole == pytest.approx(4.0 * 0.2 * math.sqrt(0.96) / 0.4 * BASE, rel=1e-6)
    assert found.load == pytest.approx(2.0 * 0.24 * math.sqrt(1.0 - 0.24**2) / 0.4 * BASE, rel=2e-5)  # WIDTH of whole
    assert (found.limits[0].kind, found.limits[0].outage >= 0, found.before, found.left) == (THERMAL, True, 0, 0)
    assert found.limits[0].element == 1 - found.limits[0].outage


def test_voltage_and_nose_bound_it_where_nothing_holds_the_bus() -> None:
    """
    V^4 - V^2 + (x P)^2 = 0: P = V sqrt(1 - V^2) / x; the nose is at V^2 = 1/2, P = 1 / (2 x).

    x = 0.2: at the lower limit of 0.9, 1.9615 per unit; after the outage of one of two, x = 0.4, 0.9808.
    """
    grid = small([(0, 1, 0.4), (0, 1, 0.4)], [(0, -FREE, FREE)], 2)
    wide = np.full(2, 1e12)
    grid = grid._replace(branches=grid.branches._replace(rating=wide, rating_emergency=wide))
    found = host_capacity.capacity(grid, at(grid, 1, power_factor=1.0), 3.0 * BASE)
    assert found.whole == pytest.approx(0.9 * math.sqrt(0.19) / 0.2 * BASE, rel=1e-5)
    assert found.load == pytest.approx(0.9 * math.sqrt(0.19) / 0.4 * BASE, rel=3e-5)
    loads = {(limit.kind, limit.outage >= 0): limit.load / BASE for limit in found.limits}
    assert loads[LOW, True] == pytest.approx(0.98075, abs=3e-5)
    assert loads[NOSE, False] == pytest.approx(2.5, rel=1e-3)


def test_a_smaller_change_of_voltage_counts_more_limits() -> None:
    """
    At power factor 1 behind x = 0.4, V falls by 1 - V where P = V sqrt(1 - V^2) / x.

    With a lower limit of 0.997, cutoffs of 0.01, 0.005 and 0.002 bind at V = 0.99, 0.995 and 0.997 after an outage.
    """
    grid = small([(0, 1, 0.4), (0, 1, 0.4)], [(0, -FREE, FREE)], 2)
    wide = np.full(2, 1e12)
    grid = grid._replace(
        branches=grid.branches._replace(rating=wide, rating_emergency=wide),
        buses=grid.buses._replace(voltage_min=np.array([0.9, 0.997])),
    )
    feeding, bare = at(grid, 1, power_factor=1.0), reactive_limits.settle(grid)
    known = load_curve.follow(grid, feeding, 3.0 * BASE), bare, contingency.single_outages(grid, bare)
    found = host_capacity.capacity(grid, feeding, 3.0 * BASE, known)
    told = [(VOLTAGE_CUTOFF, found.limits[0]), *host_capacity.by_cutoff(grid, feeding, found, known)]
    for (cutoff, limit), volts in zip(told, (0.99, 0.995, 0.997), strict=True):
        assert limit is not None
        assert limit.load == pytest.approx(volts * math.sqrt(1.0 - volts**2) / 0.4 * BASE, rel=2e-3), cutoff
        assert limit.kind == LOW


def test_what_is_passed_without_the_campus_does_not_bound_it() -> None:
    """A load at a third bus overloads its own branch, whatever the campus does."""
    grid = small(
        [(0, 1, 0.4), (0, 1, 0.4), (0, 2, 0.1), (0, 2, 0.1)], [(0, -FREE, FREE), (1, -FREE, FREE), (2, -FREE, FREE)], 3
    )
    grid = grid._replace(buses=grid.buses._replace(load_active=np.array([0.0, 0.0, 1.5 * BASE])))
    found = host_capacity.capacity(grid, at(grid, 1, power_factor=1.0), 4.0 * BASE)
    assert found.load == pytest.approx(1.1649275 * BASE, rel=2e-5)
    assert found.before == 2  # each of the pair overloads when the other is out


def test_after_an_outage_without_a_power_flow_nothing_is_carried() -> None:
    """One line of x = 0.4 carries 2.5 per unit between held buses; the bus draws 3 by itself."""
    grid, feeding = two_lines()
    grid = grid._replace(buses=grid.buses._replace(load_active=np.array([0.0, 3.0 * BASE])))
    assert host_capacity.largest(grid, feeding, BASE, 0) == host_capacity.Limit(0.0, NOSE, -1, 0)


def test_no_load_is_met_at_once_where_limits_hold_up_to_the_highest() -> None:
    grid, feeding = two_lines()
    found = host_capacity.capacity(grid, feeding, 0.5 * BASE)
    assert (found.whole, found.load, found.limits) == (0.5 * BASE, 0.5 * BASE, ())


def test_a_capacity_is_proven_by_outages_just_below_and_above() -> None:
    """Of 118 buses at two points, units within their limits; counted by hand as the module's notes say."""
    grid = shared_by_headroom(published("case118"))
    every = np.full(len(grid.branches.start), 160e6)
    grid = grid._replace(branches=grid.branches._replace(rating=every * 10.0, rating_emergency=every * 2.5))
    feeding = at(grid, 59, 54)
    found = host_capacity.capacity(grid, feeding, 800e6)
    assert 0.0 < found.load < found.whole
    assert found.left == 0
    binding = found.limits[0]
    assert binding.load == found.load
    below, above = (newly_passed(grid, feeding, part * found.load, binding.outage) for part in (0.999, 1.001))
    assert (below, above) == (False, True)


def newly_passed(grid: HostGrid, feeding: Feeding, load: float, outage: int) -> bool:
    """Say whether the campus newly passes a limit after an outage, each state solved from scratch."""
    live = grid.branches.in_service.copy()
    live[outage] = False
    less = grid._replace(branches=grid.branches._replace(in_service=live))
    states = [reactive_limits.settle(there).voltage for there in (less, loaded(less, feeding, load))]
    size, flow = (
        [np.abs(state) for state in states],
        [np.maximum(*np.abs(power_flow.branch_flows(less, state))) for state in states],
    )
    buses, rating = grid.buses, grid.branches.rating_emergency
    moved = np.abs(size[1] - size[0]) >= VOLTAGE_CUTOFF
    low = moved & (size[0] >= buses.voltage_min) & (size[1] < buses.voltage_min)
    high = moved & (size[0] <= buses.voltage_max) & (size[1] > buses.voltage_max)
    over = (flow[0] <= rating) & (flow[1] > rating) & (flow[1] - flow[0] >= TRANSFER_CUTOFF * load)
    return bool(low.any() or high.any() or over.any())


def test_reactive_power_that_holds_a_voltage_is_the_closed_form() -> None:
    """
    Behind a reactance x the network gives Q = (sqrt(V^2 E^2 - (x P)^2) - V^2) / x at the point.

    x = 0.2, P = 1, V = 0.95: (sqrt(0.9025 - 0.04) - 0.9025) / 0.2 = 0.1310 per unit, all left over at power factor 1.
    """
    grid = small([(0, 1, 0.2)], [(0, -FREE, FREE)], 2)
    voltage = np.array([0.7, 0.95, 1.0, 1.08])
    needed = reactive_needed(grid, at(grid, 1, power_factor=1.0), BASE, voltage)
    given = (np.sqrt(voltage**2 - 0.04) - voltage**2) / 0.2
    assert needed / BASE == pytest.approx(-given, abs=1e-7)
    assert needed[1] / BASE == pytest.approx(-0.13103, abs=1e-4)
    assert capacity.capacitor_rating(float(needed[3]), 1.08) == pytest.approx(needed[3] / 1.08**2)


def test_a_load_beyond_the_nose_has_a_qv_curve_above_zero() -> None:
    """At 3 per unit behind 0.2, beyond the nose of 2.5, every voltage must be held; 0.5 carries 2.5 at most."""
    grid = small([(0, 1, 0.2)], [(0, -FREE, FREE)], 2)
    needed = reactive_needed(grid, at(grid, 1, power_factor=1.0), 3.0 * BASE, np.array([0.5, 0.8, 1.0]))
    assert np.isnan(needed[0])
    assert needed[2] / BASE == pytest.approx((1.0 - 0.8) / 0.2, abs=1e-7)
    assert (needed[1:] > 0.0).all()


def test_a_unit_at_the_point_gives_its_own_first() -> None:
    """Holding 1 per unit for P = 1 behind 0.2 takes (1 - sqrt(0.96)) / 0.2 = 0.10102; the unit gives 0.06 of it."""
    grid = small([(0, 1, 0.2)], [(0, -FREE, FREE), (1, -0.06, 0.06)], 2)
    needed = reactive_needed(grid, at(grid, 1, power_factor=1.0), BASE, np.array([1.0]))
    assert needed[0] / BASE == pytest.approx((1.0 - math.sqrt(0.96)) / 0.2 - 0.06, abs=1e-7)
