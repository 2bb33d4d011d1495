"""Sets, turbines and batteries of the catalog: what follows from their ratings, and what cannot be."""

from __future__ import annotations

import re

import pytest

from facilities.catalog import builtin
from facilities.reader import parsed
from facilities.supplies import Battery, Generator
from twin import units

CHOSEN = {"basis": "measured", "source": "chosen"}


def number(value: str) -> dict[str, str]:
    return {"value": value, **CHOSEN}


def test_a_diesel_set_burns_what_its_maker_says() -> None:
    """173.1 gal/h at 2.5 MW; of diesel of 35.9 MJ/L that is an efficiency of 38 %."""
    made = builtin().generators["diesel_2500kw"]
    assert made.fuel_rate is not None
    litres = made.fuel_rate.si * 1e3 * made.rating.si * 3600.0
    assert litres == pytest.approx(173.1 * 3.785, rel=1e-3)  # three digits in the entry
    assert 1.0 / (made.fuel_rate.si * 1e3 * 35.9e6) == pytest.approx(0.383, abs=0.001)


def test_storage_of_racks_lasts_as_long_as_is_published() -> None:
    """A shelf carries its rating for 240 s; capacitors of 65 J for each of 72 packages last 33 ms at 142 kW."""
    parts = builtin()
    assert parts.batteries["orv3_battery_shelf"].duration == pytest.approx(240.0)
    capacitors = parts.batteries["gb300_supply_storage"]
    assert capacitors.energy.si == 65.0 * 72
    assert capacitors.energy.si / parts.racks["gb300_nvl72"].rated_power.si == pytest.approx(0.033, abs=5e-4)
    assert parts.batteries["grid_battery_4h"].duration == pytest.approx(4 * 3600.0, rel=1e-3)


def test_every_set_starts_before_it_is_at_its_rating() -> None:
    assert set(builtin().generators) >= {"diesel_2500kw", "gas_turbine_36mw", "combined_cycle_750mw"}
    assert all(one.start_time.si <= one.full_load_time.si for one in builtin().generators.values())


def test_a_set_with_two_fuels_is_refused() -> None:
    entry = {
        "title": "mine",
        "kind": "diesel",
        "rating": number("2 MW"),
        "start_time": number("10 s"),
        "full_load_time": number("30 s"),
        "fuel_rate": number("0.07 gal/kWh"),
        "efficiency": number("40 %"),
        "least_load": number("30 %"),
    }
    made, faults = parsed(Generator, entry)
    assert made is None
    assert [fault.message for fault in faults] == [
        "give fuel_rate of a liquid fuel, or efficiency of a gas; got both or neither"
    ]
    entry.pop("efficiency")
    made, faults = parsed(Generator, entry | {"full_load_time": number("5 s")})
    assert made is None
    assert [fault.message for fault in faults] == [
        "give each time no lower than the one before; got start '10 s', full_load '5 s'"
    ]
    made, faults = parsed(Generator, entry)
    assert made is not None
    assert faults == []


def test_storage_takes_energy_and_no_power() -> None:
    entry = {
        "title": "mine",
        "kind": "grid",
        "rating": number("1 MW"),
        "energy": number("4 MW"),
        "response_time": number("100 ms"),
        "round_trip": number("90 %"),
    }
    made, faults = parsed(Battery, entry)
    assert made is None
    assert [fault.where for fault in faults] == ["energy"]
    assert re.search("active power; wanted", faults[0].message)


def test_rates_of_computing_have_a_unit() -> None:
    assert units.si(units.read("989.4 TFLOP/s"), "FLOP/s") == 989.4e12
    assert units.si(units.read("1.1 EFLOP/s"), "FLOP/s") == pytest.approx(1.1e18)
    with pytest.raises(ValueError, match="wanted a quantity of dimension"):
        units.si(units.read("989 TW"), "FLOP/s")
