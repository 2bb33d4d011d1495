"""A load's course through a curve, beside the same second by second in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.grid.host_cases import at, published
from twin.grid import day_series, load_curve, reactive_limits
from twin.grid.day_series import PERCENTILES
from twin.grid.feeding import Feeding, loaded
from twin.grid.host import HostGrid
from twin.grid.load_curve import LoadCurve
from twin.grid.power_flow import branch_flows

TOP = 500e6


@pytest.fixture(scope="module")
def grid() -> HostGrid:
    case = published("case118")
    bounds = case.buses._replace(voltage_min=np.full(118, 0.96), voltage_max=np.full(118, 1.03))
    rating = np.where(np.arange(len(case.branches.start)) % 7, 100e6, np.inf)
    return case._replace(buses=bounds, branches=case.branches._replace(rating=rating))


@pytest.fixture(scope="module")
def feeding(grid: HostGrid) -> Feeding:
    return at(grid, 59, 54)


@pytest.fixture(scope="module")
def curve(grid: HostGrid, feeding: Feeding) -> LoadCurve:
    return load_curve.follow(grid, feeding, TOP)


@pytest.fixture(scope="module")
def load() -> np.ndarray:
    """Rise, fall and noise, more seconds than one block of the compiled loop has."""
    time = np.arange(700)
    noise = np.random.default_rng(0).normal(scale=5e6, size=time.size)
    return np.clip(0.5 * TOP * (1.0 - np.cos(2.0 * np.pi * time / time.size)) + noise, 0.0, TOP)


def test_reductions_are_those_of_every_second(curve: LoadCurve, load: np.ndarray) -> None:
    """Tolerances are sums of a series taken in another order."""
    assert curve.corners
    day = day_series.evaluate(curve, load)
    voltage = np.array([load_curve.voltages(day_series.piece_at(curve, watts), np.array([watts]))[0] for watts in load])
    flows = [branch_flows(curve.grid, state) for state in voltage]
    size, power = np.abs(voltage), np.array([np.maximum(*np.abs(ends)) for ends in flows])
    buses, branches = curve.grid.buses, curve.grid.branches
    assert np.allclose(day.voltage_lowest, size.min(axis=0), rtol=0.0, atol=1e-9)
    assert np.allclose(day.voltage_highest, size.max(axis=0), rtol=0.0, atol=1e-9)
    assert np.allclose(size[day.voltage_lowest_at, np.arange(118)], size.min(axis=0), rtol=0.0, atol=1e-9)
    assert np.allclose(size[day.voltage_highest_at, np.arange(118)], size.max(axis=0), rtol=0.0, atol=1e-9)
    assert np.allclose(day.flow_highest, power.max(axis=0), rtol=0.0, atol=1.0)
    rows = np.arange(len(branches.start))
    assert np.allclose(power[day.flow_highest_at, rows], power.max(axis=0), rtol=0.0, atol=1.0)
    # a voltage that is held at its limit to the last bit counts on either side of it
    clear = (np.abs(size - buses.voltage_min) > 1e-9).all(axis=0) & (np.abs(size - buses.voltage_max) > 1e-9).all(
        axis=0
    )
    assert clear.sum() > 50
    assert np.array_equal(day.seconds_below[clear], (size < buses.voltage_min).sum(axis=0)[clear])
    assert np.array_equal(day.seconds_above[clear], (size > buses.voltage_max).sum(axis=0)[clear])
    assert day.seconds_below.any()
    assert day.seconds_above.any()
    assert np.array_equal(day.seconds_over, (power > branches.rating).sum(axis=0))
    assert 0 < (day.seconds_over > 0).sum() < len(rows)
    loss = np.array([(start + end).real.sum() for start, end in flows])
    assert np.allclose(day.loss, loss, rtol=1e-9)
    assert np.allclose(day.point_voltage, size[:, curve.feeding.bus], rtol=0.0, atol=1e-9)


def test_percentiles_are_of_time(curve: LoadCurve) -> None:
    """Of an even rise the voltage at the point falls all the way: its percentiles are those of the load, from above."""
    rise = np.linspace(0.0, TOP, 4001)
    day = day_series.evaluate(curve, rise)
    wanted = np.percentile(day.point_voltage[:, 0], PERCENTILES)
    steepest = np.abs(np.diff(day.point_voltage[:, 0])).max() * 4.0  # four seconds of 4,001 are a rank
    assert np.allclose(day.voltage_percentiles[:, curve.feeding.bus[0]], wanted, rtol=0.0, atol=steepest)


def test_energy_balances(curve: LoadCurve, grid: HostGrid, feeding: Feeding) -> None:
    """What buses put in is what branches lose, at a load chosen without the curve; shunts count with the buses."""
    state = reactive_limits.settle(loaded(grid, feeding, 321e6))
    start, end = branch_flows(grid, state.voltage)
    day = day_series.evaluate(curve, np.array([321e6]))
    assert day.loss[0] == pytest.approx(float((start + end).real.sum()), rel=1e-9)
    assert day.loss[0] > 0.0


def test_seconds_beyond_the_curve_are_told_and_left_out(curve: LoadCurve) -> None:
    day = day_series.evaluate(curve, np.array([0.5 * TOP, 2.0 * TOP]))
    assert day.beyond.tolist() == [False, True]
    assert np.isnan(day.loss).tolist() == [False, True]
    alone = day_series.evaluate(curve, np.array([0.5 * TOP]))
    assert np.array_equal(day.voltage_lowest, alone.voltage_lowest)
    with pytest.raises(ValueError, match="all 1 seconds lie beyond the curve's end at 500 MW"):
        day_series.evaluate(curve, np.array([2.0 * TOP]))


def test_the_check_sees_a_curve_that_is_wrong(curve: LoadCurve) -> None:
    """One node of one bus moved by 1e-6 per unit."""
    load = np.linspace(0.0, TOP, 500)
    good = day_series.check(curve, load, 20)
    assert good.voltage < 1e-9
    first = curve.pieces[0]
    moved = first.voltage.copy()
    moved[4, 30] += 1e-6
    wrong = curve._replace(pieces=(first._replace(voltage=moved), *curve.pieces[1:]))
    assert day_series.check(wrong, load[load < first.high], 20).voltage > 1e-7
