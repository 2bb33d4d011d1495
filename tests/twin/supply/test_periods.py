"""Dispatch of several billing periods: what each is by itself, and what is billed anyway."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.supply.test_dispatch import HOUR, MEGA, MWH, fleet, grid, supply
from twin.supply.dispatch import dispatch
from twin.supply.parts import Storage
from twin.supply.periods import by_period

MONTHS = np.array([0, 0, 1, 1])
NONE = np.zeros(2)


def test_periods_are_those_of_their_own_programmes() -> None:
    demand = np.array([20.0, 30.0, 25.0, 15.0]) * MEGA
    whole = supply(grid([30.0, 90.0, 45.0, 60.0], demand_charge=1000.0), fleet(4))
    got = by_period(demand, HOUR, whole, MONTHS, NONE, "cost")
    first = dispatch(demand[:2], HOUR, supply(grid([30.0, 90.0], demand_charge=1000.0), fleet(2)))
    second = dispatch(demand[2:], HOUR, supply(grid([45.0, 60.0], demand_charge=1000.0), fleet(2)))
    assert got.cost == pytest.approx(first.cost + second.cost, rel=1e-12)
    assert got.carbon == pytest.approx(first.carbon + second.carbon, rel=1e-12)
    assert got.power[0] == pytest.approx(np.concatenate([first.power[0], second.power[0]]), abs=1.0)
    assert got.gap < 1e-9


def test_storage_does_not_carry_over() -> None:
    """Cheap hours in the first month, dear ones in the second: nothing moves across."""
    storage = Storage(10 * MEGA, 50 * MWH, 1.0, 1.0)
    whole = supply(grid([20.0, 20.0, 100.0, 100.0]), storage=storage)
    got = by_period(np.full(4, 20.0) * MEGA, HOUR, whole, MONTHS, NONE, "cost")
    assert got.cost == pytest.approx(2 * 20 * 20 + 2 * 20 * 100, rel=1e-9)


def test_demand_that_is_billed_anyway_is_not_saved() -> None:
    """
    A battery of 5 MW shaves 20 and 30 MW to 25 MW, which saves 5 MW of demand.

    With 30 MW billed anyway it saves nothing, and 2 x 25 MWh at 50 USD and 30 MW at 10 USD are paid either way.
    """
    storage = Storage(5 * MEGA, 50 * MWH, 0.9, 1.0)
    whole = supply(grid([50.0] * 4, demand_charge=1000.0), storage=storage)
    demand = np.array([20.0, 30.0, 20.0, 30.0]) * MEGA
    shaved = by_period(demand, HOUR, whole, MONTHS, NONE, "cost")
    assert shaved.imported.max() < 26 * MEGA
    billed = by_period(demand, HOUR, whole, MONTHS, np.full(2, 30.0 * MEGA), "cost")
    assert billed.charged.sum() == pytest.approx(0.0, abs=1.0)
    assert billed.cost == pytest.approx(100 * 50 + 2 * 30 * 1000, rel=1e-9)
