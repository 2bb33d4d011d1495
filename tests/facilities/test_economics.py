"""Unit costs: whole, sourced, laid over by a user's file, and what of them a site uses."""

from __future__ import annotations

from pathlib import Path

import pytest

import facilities
from facilities import economics
from facilities.catalog import builtin
from facilities.quantity import numbers
from facilities.supplies import USUAL
from twin.errors import FacilityError, UnknownNameError


def test_every_accelerator_and_set_of_the_catalog_has_a_cost() -> None:
    costs = economics.load()
    assert set(builtin().accelerators) <= set(costs.hardware)
    assert set(USUAL) == set(costs.generation)
    assert set(USUAL.values()) <= set(builtin().generators)
    assert {each.fuel for each in costs.generation.values()} <= set(costs.fuels)


def test_every_site_names_a_tariff_that_there_is() -> None:
    costs = economics.load()
    for name in facilities.names():
        named = facilities.load(name).connection.tariff
        assert named is not None, name
        assert costs.tariff(named).energy.si > 0.0


def test_numbers_are_in_the_units_of_the_laws() -> None:
    """53 USD/MWh over 3.6e9 J; 10 USD/kW over 1,000 W; 56.1 kg/GJ."""
    costs = economics.load()
    ohio = costs.tariff("ohio_data_center")
    assert ohio.energy.si == pytest.approx(53.0 / 3.6e9, rel=1e-12)
    assert ohio.demand.si == pytest.approx(0.01, rel=1e-12)
    assert ohio.minimum_take is not None
    assert ohio.minimum_take.si == pytest.approx(0.85)
    assert ohio.term is not None
    assert ohio.term.si == pytest.approx(12.0, rel=1e-12)
    assert costs.fuels["gas"].carbon.si == pytest.approx(56.1e-9, rel=1e-12)


def test_a_users_file_lies_over_the_projects(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[finance]\ninterest = { value = "6 %", basis = "reported", source = "our bank" }\n'
        '[tariffs.mine]\ntitle = "Ours"\nenergy = { value = "40 USD/MWh", basis = "primary", source = "contract" }\n'
        'demand = { value = "12 USD/kW", basis = "primary", source = "contract" }\n'
    )
    costs = economics.load(mine)
    assert costs.finance.interest.si == pytest.approx(0.06)
    assert costs.finance.tax == economics.load().finance.tax
    assert costs.tariff("mine").demand.si == pytest.approx(0.012)
    assert "ohio_data_center" in costs.tariffs


def test_faults_of_a_users_file_name_their_place(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[finance]\ninterest = { value = "6 USD", basis = "reported", source = "our bank" }\n'
        '[operation]\nwater = { value = "2 USD/m^3", basis = "assumed", source = "so" }\nwatr = 1\n'
    )
    with pytest.raises(FacilityError) as told:
        economics.load(mine)
    text = str(told.value)
    assert "finance.interest" in text
    assert "needs its range" in text
    assert "operation.watr" in text


def test_what_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[generation.gas_turbine]\nfuel = "hydrogen"\n')
    with pytest.raises(FacilityError, match=r"add fuels\.hydrogen"):
        economics.load(mine)
    mine.write_text("[tariffs.us_time_of_use.peak]\nfrom_hour = 22\nto_hour = 6\n")
    with pytest.raises(FacilityError, match=r"tariffs\.us_time_of_use\.peak.*22 to 6"):
        economics.load(mine)


def test_an_unknown_tariff_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean 'louisiana'"):
        economics.load().tariff("luisiana")


def test_what_a_site_uses_is_less_than_the_file() -> None:
    used = economics.load().in_use("texas", {"gb200", "of_mine"}, {"gas_turbine"})
    assert list(used.tariffs) == ["texas"]
    assert list(used.hardware) == ["gb200", "unlisted"]
    assert list(used.generation) == ["gas_turbine"]
    assert list(used.fuels) == ["gas"]
    assert all(number.low for number in numbers("", used) if number.basis == "assumed")
