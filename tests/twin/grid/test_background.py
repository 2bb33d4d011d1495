"""Capacity over the network's own load, and the hours of a year that it costs, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.twin.grid.host_cases import BASE, at, small
from twin.grid import background


def test_a_shared_line_carries_less_for_the_campus_the_more_else_it_carries() -> None:
    """
    Two held buses, one line of x = 0.4 rated 1 per unit: it carries P = 2 * 0.2 sqrt(0.96) / 0.4 = 0.9797959.

    The bus's own 0.5 per unit, at levels of 0.2, 1 and 1.8, leave 0.88, 0.48 and 0.08.
    """
    grid = small([(0, 1, 0.4)], [(0, -1e4, 1e4), (1, -1e4, 1e4)], 2)
    grid = grid._replace(buses=grid.buses._replace(load_active=np.array([0.0, 0.5 * BASE])))
    level = np.array([0.2, 1.0, 1.8, 9.0])
    found = background.capacities(grid, at(grid, 1, power_factor=1.0), 2.0 * BASE, level, np.empty(0, dtype=int))
    most = 2.0 * 0.2 * math.sqrt(0.96) / 0.4
    assert found[:3] / BASE == pytest.approx(most - 0.5 * level[:3], abs=0.002)  # WIDTH of 2 per unit
    assert found[3] == 0.0  # 4.5 per unit is beyond what the line can carry at all, 2.5


def test_curtailment_by_hand() -> None:
    """Capacities of 400, 300 and 300 MW in three hours: 350 MW gives up 50 MW in two of them, 250 MW nothing."""
    level, capacity = np.array([0.5, 1.0]), np.array([400e6, 300e6])
    found = background.curtailment(np.array([250e6, 350e6]), level, capacity, np.array([0.4, 1.0, 1.2]))
    assert found.hours.tolist() == [0.0, 2.0]
    assert found.energy.tolist() == [0.0, 2 * 50e6 * 3600.0]


def test_loads_and_schedule_are_scaled_together() -> None:
    grid = small([(0, 1, 0.4)], [(0, -1.0, 1.0)], 2)
    grid = grid._replace(units=grid.units._replace(active=np.array([80e6])))
    there = background.scaled(grid, 0.25)
    assert there.units.active.tolist() == [20e6]
    assert there.units.reactive_max.tolist() == grid.units.reactive_max.tolist()


def test_capacitors_are_switched_with_the_load_and_reactors_stay() -> None:
    grid = small([(0, 1, 0.4)], [(0, -1.0, 1.0)], 2)
    grid = grid._replace(buses=grid.buses._replace(shunt_susceptance=np.array([40e6, -30e6])))
    there = background.scaled(grid, 0.25)
    assert there.buses.shunt_susceptance.tolist() == [10e6, -30e6]
    assert (there.units.reactive_min == -np.inf).all()
