"""Limits outside of a study's area are no limits, and flows do not know of it."""

from __future__ import annotations

import numpy as np

from tests.twin.grid.host_cases import BASE, at, small
from twin.grid import host_capacity, reactive_limits
from twin.grid.watched import watching


def test_only_what_is_watched_bounds_a_load() -> None:
    """Two lines in a row, the first of half the rating and, in one of the networks, not watched."""
    grid = small([(0, 1, 0.4), (1, 2, 0.4)], [(0, -1e4, 1e4), (1, -1e4, 1e4), (2, -1e4, 1e4)], 3)
    weaker = grid.branches._replace(rating=np.array([0.5 * BASE, BASE]))
    grid = grid._replace(branches=weaker)
    part = watching(grid, np.array([True, True, False]), np.array([False, True]))
    feeding = at(grid, 2, power_factor=1.0)
    assert host_capacity.capacity(grid, feeding, 2.0 * BASE).limits[0].element == 0
    assert host_capacity.capacity(part, feeding, 2.0 * BASE).limits[0].element == 1
    assert part.buses.voltage_min.tolist() == [0.9, 0.9, 0.0]
    same = reactive_limits.settle(grid).voltage - reactive_limits.settle(part).voltage
    assert not same.any()
