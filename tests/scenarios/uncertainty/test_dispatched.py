"""Own supply of sampled years against the dispatch of all of their hours."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.uncertainty.dispatched import Supplies
from scenarios.uncertainty.prices import Prices
from scenarios.yearstudy import study
from scenarios.yearstudy.accounts import Accounts, Asked

GAS = "economics.fuels.gas.price"


@pytest.fixture(scope="module")
def found() -> study.Found:
    """Solve a year of a site with gas turbines beside the grid."""
    return study.with_accounts(study.solve("oracle_abilene"), Asked())


@pytest.fixture(scope="module")
def made(found: study.Found) -> Accounts:
    assert found.accounts is not None
    return found.accounts


@pytest.fixture(scope="module")
def prices(found: study.Found, made: Accounts) -> Prices:
    return Prices(found, made)


def test_the_known_year_is_itself(found: study.Found, made: Accounts) -> None:
    """What is carried by what the known year is gives the known year; its only sets are the turbines."""
    carried = Supplies(found, made).of(found, made.economics)
    known, load = found.figures, found.figures["facility_energy"]["value"]
    (area,) = carried.supplied.areas
    assert 3600.0 * float(area.used.power.sum()) == pytest.approx(known["generated_energy"]["value"], rel=1e-9)
    assert 3600.0 * float(area.used.fuel.sum()) == pytest.approx(known["fuel_energy"]["value"], rel=1e-9)
    assert carried.grid * load == pytest.approx(known["grid_energy"]["value"], rel=1e-9)
    assert carried.peak == pytest.approx(float(np.mean(made.bill.peak / peaks(made))), rel=1e-9)


def peaks(made: Accounts) -> np.ndarray:
    """Give the highest load of each month."""
    months = made.hours.group_by(made.hours["time"].dt.month(), maintain_order=True).max()
    return months["facility_power_w"].to_numpy()


@pytest.mark.parametrize("price", [2.5e-9, 9e-9])
def test_turbines_run_as_gas_has_its_price(found: study.Found, prices: Prices, price: float) -> None:
    """
    Gas at either end of its range, 2.5 and 9 USD/GJ, against all hours dispatched.

    Energy of the turbines within 5 % of the load, carbon within 3 %, cost of the year within half a per cent: some days
    of each season stand for all, and a third of the spread that these prices make is what a page may show.
    """
    values = prices.given.copy()
    values[[number.path for number in prices.numbers].index(GAS)] = price
    own = {name: metric["value"] for name, metric in found.figures.items()}
    got, scaled = prices.figures(values, own, found=found), prices.figures(values, own)
    whole = prices.anew(values, found)
    assert got["generated_energy"] == pytest.approx(whole["generated_energy"], abs=0.05 * own["facility_energy"])
    assert got["carbon"] == pytest.approx(whole["carbon"], rel=0.03)
    assert got["cost_yearly"] == pytest.approx(whole["cost_yearly"], rel=5e-3)
    # Scaled from the known year, turbines would not know of the price.
    assert scaled["generated_energy"] == own["generated_energy"]
    assert abs(whole["generated_energy"] - own["generated_energy"]) > 0.1 * own["facility_energy"]


def test_prices_of_hardware_go_together(prices: Prices) -> None:
    """GB200 and GB300, whose price the file gives as a sixth above the other's: their ranks are the same."""
    rows = {number.path: row for row, number in enumerate(prices.numbers)}
    drawn = prices.draw(32, seed=1)
    both = (drawn[:, rows[f"economics.hardware.{name}.price"]] for name in ("gb200", "gb300"))
    assert np.array_equal(*(np.argsort(each) for each in both))
    apart = drawn[:, rows["economics.hardware.gb200.embodied"]]
    assert not np.array_equal(np.argsort(apart), np.argsort(drawn[:, rows["economics.hardware.gb200.price"]]))


def test_numbers_that_act_by_the_dispatch_alone_are_drawn(prices: Prices) -> None:
    paths = [number.path for number in prices.numbers]
    assert "economics.generation.gas_turbine.half_load" in paths
    assert not [path for path in paths if path.startswith(("economics.storage", "economics.generation.diesel"))]
