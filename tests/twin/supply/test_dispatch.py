"""Dispatch against hand-worked cases, against every combination of a small one, and against its dual programme."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from twin.errors import FacilityError
from twin.site import Floats
from twin.supply.dispatch import Dispatch, dispatch
from twin.supply.parts import Fleet, Grid, Storage, Supply, firm_capacity, straight_fuel

MEGA, HOUR = 1e6, 3600.0
MWH = MEGA * HOUR
NO_STORAGE = Storage(0.0, 0.0, 1.0, 1.0)


def flat(value: float, count: int) -> Floats:
    return np.full(count, value)


def grid(price: list[float], limit: float = 1000.0, demand_charge: float = 0.0, carbon: float = 0.4) -> Grid:
    count = len(price)
    return Grid(
        limit * MEGA,
        0.0,
        np.array(price) / MWH,
        flat(0.0, count),
        demand_charge / MEGA,
        flat(carbon * 1000 / MWH, count),
    )


def fleet(count: int, units: int = 3, start: float = 0.0, ramp: float = 1.0) -> Fleet:
    """Units of 10 MW, 40 % at rating and 32 % at half load, fuel at 10 USD and 200 kg a megawatt-hour."""
    line = straight_fuel(10 * MEGA, 0.4, 0.32)
    return Fleet("gas", units, flat(10 * MEGA, count), 0.5, *line, ramp, start * MWH, 10 / MWH, 200 / MWH, 0.0)


def supply(
    connection: Grid, *fleets: Fleet, storage: Storage = NO_STORAGE, sun: Floats | None = None, reserve: float = 0.0
) -> Supply:
    count = len(connection.price)
    return Supply(fleets, storage, connection, flat(0.0, count) if sun is None else sun, reserve * MEGA, 10_000 / MWH)


def balanced(got: Dispatch, demand: Floats) -> None:
    given = got.imported + got.sun + got.power.sum(axis=0) + got.discharged + got.unserved - got.charged - got.exported
    assert given == pytest.approx(demand, abs=1e-3)


def test_line_of_fuel_through_two_points() -> None:
    running, slope = straight_fuel(10 * MEGA, 0.4, 0.32)
    # 25 MW of fuel at 10 MW, 15.625 MW at 5 MW.
    assert slope == pytest.approx(1.875, rel=1e-12)
    assert running == pytest.approx(6.25 * MEGA, rel=1e-12)


def test_firm_capacity() -> None:
    assert firm_capacity(14, 22 * MEGA, 2) == pytest.approx(264 * MEGA)
    assert firm_capacity(1, 22 * MEGA, 2) == 0.0


def test_the_grid_alone() -> None:
    demand = np.array([30.0, 50.0]) * MEGA
    got = dispatch(demand, HOUR, supply(grid([40.0, 60.0], demand_charge=100.0)))
    assert got.cost == pytest.approx(30 * 40 + 50 * 60 + 50 * 100, rel=1e-9)
    assert got.carbon == pytest.approx(80 * 400, rel=1e-9)
    balanced(got, demand)


def test_storage_moves_energy_from_the_cheap_hour() -> None:
    # Lends 9 MWh of the 10 MWh it takes: 20 + 10 MWh at 20 USD, then 30 - 9 MWh at 100 USD.
    storage = Storage(10 * MEGA, 50 * MWH, 0.9, 1.0)
    got = dispatch(np.array([20.0, 30.0]) * MEGA, HOUR, supply(grid([20.0, 100.0]), storage=storage))
    assert got.charged == pytest.approx([10 * MEGA, 0.0], abs=1.0)
    assert got.cost == pytest.approx(30 * 20 + 21 * 100, rel=1e-9)


def test_storage_cuts_the_billed_peak() -> None:
    storage = Storage(5 * MEGA, 50 * MWH, 1.0, 1.0)
    got = dispatch(np.array([20.0, 30.0]) * MEGA, HOUR, supply(grid([50.0, 50.0], demand_charge=10.0), storage=storage))
    assert got.imported == pytest.approx([25 * MEGA, 25 * MEGA], abs=1.0)
    assert got.cost == pytest.approx(50 * 50 + 25 * 10, rel=1e-9)


def test_a_converter_does_one_thing_at_a_time() -> None:
    """
    At negative prices storage burns energy by going to and fro: it takes c and gives d = 0.81 c, and c + d <= 10 MW.

    c = 10 / 1.81 = 5.5249 MW, so that 0.19 c = 1.0497 MW are burnt, not the 1.9 MW of 10 MW in and 8.1 MW out at once.
    """
    storage = Storage(10 * MEGA, 20 * MWH, 0.9, 0.9)
    got = dispatch(flat(20 * MEGA, 3), HOUR, supply(grid([-50.0] * 3), storage=storage))
    assert (got.charged + got.discharged).max() <= 10 * MEGA * (1 + 1e-9)
    assert got.imported.sum() == pytest.approx((60 + 3 * 0.19 * 10 / 1.81) * MEGA, rel=1e-9)


def test_energy_does_not_go_round_the_meter() -> None:
    """Sold dearer than bought, 50 MW would come and go without end; equal prices are those of a market."""
    paid = grid([20.0, 20.0])._replace(export_limit=50 * MEGA, export_price=np.array([20.0, 30.0]) / MWH)
    with pytest.raises(FacilityError, match=r"export_price.*interval 1"):
        dispatch(flat(10 * MEGA, 2), HOUR, supply(paid))
    fair = dispatch(flat(10 * MEGA, 2), HOUR, supply(paid._replace(export_price=paid.price)))
    assert fair.cost == pytest.approx(2 * 10 * 20, rel=1e-9)


def test_units_run_at_rating_where_fuel_is_cheaper() -> None:
    # A unit at rating: 25 MW of fuel at 10 USD = 250 USD an hour for 10 MWh. The grid asks 40: units serve it all.
    got = dispatch(flat(30 * MEGA, 3), HOUR, supply(grid([40.0] * 3), fleet(3)), whole_units=True)
    assert got.power[0] == pytest.approx(flat(30 * MEGA, 3), rel=1e-9)
    assert got.cost == pytest.approx(3 * 3 * 250, rel=1e-9)
    assert got.carbon == pytest.approx(3 * 3 * 25 * 200, rel=1e-9)
    assert got.fuel[0] == pytest.approx(flat(75 * MEGA, 3), rel=1e-9)


def test_carbon_is_another_aim_than_cost() -> None:
    # Fuel of a unit at rating: 500 kg/MWh; the grid has 400 and costs more.
    cheap = dispatch(flat(10 * MEGA, 2), HOUR, supply(grid([40.0] * 2), fleet(2)))
    clean = dispatch(flat(10 * MEGA, 2), HOUR, supply(grid([40.0] * 2), fleet(2)), "carbon")
    assert cheap.carbon == pytest.approx(2 * 5000)
    assert clean.carbon == pytest.approx(2 * 4000)
    assert cheap.cost < clean.cost


def test_an_island_keeps_a_spare_unit_running() -> None:
    island = supply(grid([0.0] * 2, limit=0.0), fleet(2, units=4), reserve=10.0)
    got = dispatch(flat(25 * MEGA, 2), HOUR, island, whole_units=True)
    # 25 MW + 10 MW of reserve: four units of 10 MW, though three carry the load.
    assert got.running[0] == pytest.approx([4, 4])
    assert got.unserved.sum() == pytest.approx(0.0, abs=1e-3)
    short = dispatch(flat(35 * MEGA, 2), HOUR, island, whole_units=True)
    # More than 30 MW leaves no unit's rating to spare: the rest is not served.
    assert short.unserved == pytest.approx(flat(5 * MEGA, 2), rel=1e-9)


def test_a_start_burns_fuel() -> None:
    demand = np.array([5.0, 20.0]) * MEGA
    island = grid([0.0] * 2, limit=0.0)
    free = dispatch(demand, HOUR, supply(island, fleet(2)), whole_units=True)
    paid = dispatch(demand, HOUR, supply(island, fleet(2, start=1.0)), whole_units=True)
    # One further unit starts: 1 MWh of fuel, 10 USD.
    assert paid.cost - free.cost == pytest.approx(10.0, rel=1e-6)


def test_units_that_ramp_slowly_leave_the_rest_to_the_grid() -> None:
    # Intervals of 5 min and a tenth of the rating in each: 2, 3, 4 MW, of a load that goes from 2 to 10 MW.
    slow = fleet(3, units=1, ramp=0.1 / 300)._replace(least_load=0.0)
    got = dispatch(np.array([2.0, 10.0, 10.0]) * MEGA, 300.0, supply(grid([500.0] * 3), slow), whole_units=True)
    assert got.power[0] == pytest.approx(np.array([2.0, 3.0, 4.0]) * MEGA, rel=1e-6)
    assert got.imported == pytest.approx(np.array([0.0, 7.0, 6.0]) * MEGA, abs=1.0)


def test_sun_is_used_first_and_lost_where_nothing_takes_it() -> None:
    sun = np.array([40.0, 0.0]) * MEGA
    got = dispatch(flat(30 * MEGA, 2), HOUR, supply(grid([50.0] * 2), sun=sun))
    assert got.sun == pytest.approx([30 * MEGA, 0.0], abs=1.0)
    assert got.cost == pytest.approx(30 * 50, rel=1e-9)


def test_whole_units_against_every_combination() -> None:
    """Three hours, three units, grid of 8 MW: each number of units in each hour, its cheapest split worked out."""
    prices, demand, start = [30.0, 90.0, 45.0], np.array([12.0, 27.0, 16.0]), 2.0
    running, slope = straight_fuel(10 * MEGA, 0.4, 0.32)

    def cost(units: tuple[int, ...]) -> float:
        total = 0.0
        for hour, count in enumerate(units):
            low, high = 5.0 * count, min(10.0 * count, demand[hour])
            least = max(low, demand[hour] - 8.0)
            if least > high + 1e-12:
                return np.inf
            # Fuel costs 18.75 USD a further megawatt-hour, less than any hour of the grid: units as high as they may.
            total += count * running / MEGA * 10 + high * slope * 10 + (demand[hour] - high) * prices[hour]
            if hour:
                total += max(0, count - units[hour - 1]) * start * 10
        return total

    best = min(cost(units) for units in product(range(4), repeat=3))
    got = dispatch(demand * MEGA, HOUR, supply(grid(prices, limit=8.0), fleet(3, start=start)), whole_units=True)
    assert got.cost == pytest.approx(best, rel=1e-9)
    parts = dispatch(demand * MEGA, HOUR, supply(grid(prices, limit=8.0), fleet(3, start=start)))
    assert parts.cost <= got.cost * (1 + 1e-9)


def test_the_optimum_is_proven_by_the_dual_programme() -> None:
    count = 24 * 14
    hour = np.arange(count)
    prices = (50 + 30 * np.sin(hour / 24 * 2 * np.pi)).tolist()
    storage = Storage(20 * MEGA, 80 * MWH, 0.95, 0.95)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0.0, 1.0) * 15 * MEGA
    demand = (40 + 8 * np.sin(hour / 168 * 2 * np.pi)) * MEGA
    parts = supply(grid(prices, 30.0, 2000.0), fleet(count), storage=storage, sun=sun, reserve=10.0)
    got = dispatch(demand, HOUR, parts)
    assert got.gap < 1e-9
    balanced(got, demand)
    stored = HOUR * (0.95 * got.charged - got.discharged / 0.95)
    assert np.diff(got.level) == pytest.approx(stored[1:], abs=1e3)
    assert stored.sum() == pytest.approx(0.0, abs=1e4)


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(FacilityError, match="reserve"):
        dispatch(flat(10 * MEGA, 2), HOUR, supply(grid([50.0] * 2, limit=0.0), fleet(2, units=1), reserve=30.0))
    with pytest.raises(FacilityError, match=r"gas\.rating.*2 values.*3 intervals"):
        dispatch(flat(10 * MEGA, 3), HOUR, supply(grid([50.0] * 3), fleet(2)))
