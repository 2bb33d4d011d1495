"""Bills worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from twin.economics import Tariff, annuity, bill

MEGA, HOUR = 1e6, 3600.0
MWH = MEGA * HOUR


def tariff(**changes: float) -> Tariff:
    flat = Tariff(np.full(4, 50.0 / MWH), 10.0 / 1e3, 100.0 * MEGA, 0.0, 0.0, 0.0)
    return flat._replace(**changes)


POWER = np.array([60.0, 80.0, 70.0, 40.0]) * MEGA
PERIOD = np.array([0, 0, 1, 1])


def test_energy_and_demand() -> None:
    got = bill(POWER, HOUR, PERIOD, tariff(fixed=500.0))
    assert got.energy == pytest.approx([140 * 50.0, 110 * 50.0], rel=1e-14)
    assert got.demand == pytest.approx([80e3 * 10.0, 70e3 * 10.0], rel=1e-14)
    assert got.total == pytest.approx(7000 + 5500 + 800e3 + 700e3 + 1000, rel=1e-14)


def test_time_of_use() -> None:
    prices = np.array([20.0, 100.0, 20.0, 100.0]) / MWH
    got = bill(POWER, HOUR, PERIOD, tariff()._replace(energy=prices))
    assert got.energy == pytest.approx([60 * 20 + 80 * 100, 70 * 20 + 40 * 100], rel=1e-14)


def test_minimum_take_bills_what_is_not_drawn() -> None:
    got = bill(POWER, HOUR, PERIOD, tariff(minimum_take=0.85))
    assert got.billed_demand == pytest.approx([85e6, 85e6])
    assert got.peak == pytest.approx([80e6, 70e6])


def test_ratchet_looks_back_only() -> None:
    got = bill(POWER, HOUR, np.array([1, 0, 1, 2]), tariff(ratchet=0.9))
    assert got.peak == pytest.approx([80e6, 70e6, 40e6])
    assert got.billed_demand == pytest.approx([80e6, 72e6, 72e6])


def test_annuity_pays_the_sum_back_with_interest() -> None:
    # 8 % over 20 years: 0.1018522 in every table of compound interest.
    assert annuity(0.08, 20.0) == pytest.approx(0.1018522, abs=5e-8)
    rate, years = 0.08, 20
    owed = 1.0
    for _ in range(years):
        owed = owed * (1 + rate) - annuity(rate, years)
    assert owed == pytest.approx(0.0, abs=1e-12)
    assert annuity(0.0, 20.0) == pytest.approx(0.05)
