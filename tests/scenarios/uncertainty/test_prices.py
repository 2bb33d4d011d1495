"""Costs of sampled years against accounts that are made up anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facilities.variants import Variants
from scenarios.uncertainty.prices import Prices
from scenarios.yearstudy import accounts, study
from scenarios.yearstudy.accounts import Asked

TARIFF = "ohio_data_center"


@pytest.fixture(scope="module")
def found() -> study.Found:
    """Solve the year of a small site, under a tariff with a minimum take."""
    return study.with_accounts(study.solve("hpe_isambard_ai"), Asked(tariff=TARIFF))


@pytest.fixture(scope="module")
def prices(found: study.Found) -> Prices:
    assert found.accounts is not None
    return Prices(found, found.accounts)


def known(found: study.Found) -> dict[str, float]:
    return {name: metric["value"] for name, metric in found.figures.items()}


def test_the_known_year_at_its_own_unit_costs_is_itself(found: study.Found, prices: Prices) -> None:
    own = known(found)
    got = prices.figures(prices.given, own)
    assert {"cost_yearly", "cost_accelerator_hour", "cue", "bill", "carbon_embodied"} <= set(got)
    assert got == pytest.approx({name: own[name] for name in got}, rel=1e-12)


def test_other_unit_costs_are_those_of_accounts_made_up_anew(
    found: study.Found, prices: Prices, tmp_path: Path
) -> None:
    """Interest, demand charge and utilisation at the ends of their ranges, against a file that says so."""
    file = tmp_path / "mine.toml"
    file.write_text(
        '[finance]\ninterest = { value = "12 %", basis = "primary", source = "chosen" }\n'
        f'[tariffs.{TARIFF}]\ndemand = {{ value = "18 USD/kW", basis = "primary", source = "chosen" }}\n'
        '[training]\nutilisation = { value = "30 %", basis = "primary", source = "chosen" }\n'
        '[fuels.diesel]\ncarbon = { value = "72.6 kg/GJ", basis = "primary", source = "chosen" }\n'
    )
    anew = accounts.of(found, Asked(tariff=TARIFF, costs=file)).figures
    changed = {
        "economics.finance.interest": 0.12,
        f"economics.tariffs.{TARIFF}.demand": 0.018,
        "economics.training.utilisation": 0.30,
        "economics.fuels.diesel.carbon": 72.6e-9,
    }
    places = {number.path: place for place, number in enumerate(prices.numbers)}
    values = prices.given.copy()
    for path, value in changed.items():
        values[places[path]] = value
    got = prices.figures(values, known(found))
    assert got == pytest.approx({name: anew[name]["value"] for name in got}, rel=1e-9)


def test_costs_go_with_the_energy_and_the_peak_of_a_sample(found: study.Found, prices: Prices) -> None:
    """A tenth more energy: the grid's carbon and energy bill by a tenth; the peak stays below the minimum take."""
    own = known(found)
    more = {**own, "facility_energy": 1.1 * own["facility_energy"]}
    got = prices.figures(prices.given, more, intensity=2.0)
    assert got["carbon_grid"] == pytest.approx(2.2 * own["carbon_grid"], rel=1e-12)
    assert found.accounts is not None
    energy = float(found.accounts.bill.energy.sum())
    assert got["bill"] - own["bill"] == pytest.approx(0.1 * energy, rel=1e-9)


def test_only_what_moves_a_figure_is_drawn(prices: Prices) -> None:
    paths = [number.path for number in prices.numbers]
    assert "economics.hardware.gh200.price" in paths
    unused = ("economics.storage", "economics.solar", "economics.fuels.gas")
    assert not [path for path in paths if path.startswith(unused)]
    drawn = prices.draw(100, seed=1)
    low, high = (np.array([getattr(number, end) for number in prices.numbers]) for end in ("low", "high"))
    assert drawn.shape == (100, len(paths))
    assert bool(((drawn >= low) & (drawn <= high)).all())
    assert prices.draw(100, seed=1) == pytest.approx(drawn, rel=1e-15)


def test_a_larger_site_costs_what_accounts_made_up_anew_say(found: study.Found, prices: Prices) -> None:
    """
    Twice the racks of its main kind, whose year is solved anew.

    Capital and hours of accelerators agree to a thousandth: what racks are rated for stands for what building and plant
    are built for. Energy of the grid is billed by the sample's own hours there, and by those of the known year here.
    """
    variant = Variants(found.facility).facility({"racks.compute.count": "24 rack"})
    larger = study.solve(variant)
    anew = study.with_accounts(larger, Asked(tariff=TARIFF)).figures
    own = {name: metric["value"] for name, metric in larger.figures.items()}
    got = prices.figures(prices.given, own)
    for name in ("cost_capital", "cost_accelerator_hour", "cost_it_mw_year", "cost_capital_it_mw", "carbon_embodied"):
        assert got[name] == pytest.approx(anew[name]["value"], rel=1e-3), name
    assert got["cost_capital"] > 1.5 * known(found)["cost_capital"]
