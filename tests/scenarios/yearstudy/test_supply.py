"""Which supply of a site is used, and how it is read from the facility file: two days of a made-up load."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

import facilities
from facilities import economics
from scenarios.yearstudy import supply
from scenarios.yearstudy.supply import Connection, Hours, Supplied
from twin.errors import FacilityError

MEGA, HOUR = 1e6, 3600.0
MWH = MEGA * HOUR
COUNT = 48


def hours(load: float, price: float = 60.0) -> Hours:
    """A constant load [MW] at 25 degC, from 1 July on."""
    whole = np.ones(COUNT)
    return Hours(
        load * MEGA * whole,
        298.15 * whole,
        price / MWH * whole,
        400 / MWH * whole,
        np.zeros(COUNT, dtype=np.intp),
        datetime(2030, 7, 1),
    )


def solved(site: str, load: float, used: Any, aim: Any = "cost", growth: bool = False, price: float = 60.0) -> Supplied:
    facility = facilities.load(site)
    connection = Connection(facility.connection.rating.si, 0.0, np.array([0.75 * facility.connection.rating.si]))
    return supply.solve(facility, economics.load(), hours(load, price), connection, used, aim, growth=growth)


def test_a_utilitys_plants_are_used_only_when_asked_for() -> None:
    """3 GW: ten units of combined cycle and panels carry it; their firm power is that of 1 + 0 + 6 units at 25 degC."""
    own = solved("hyperion", 3000.0, "own")
    assert own.areas == ()
    assert any("--supply all" in note for note in own.notes)
    assert own.imported == pytest.approx(3000 * MEGA * np.ones(COUNT))
    both = solved("hyperion", 3000.0, "all")
    (area,) = both.areas
    assert [each.name for each in area.sets] == ["franklin_farms", "waterford", "pending"]
    # 0.45 % a kelvin above 15 degC, and 101.1 kPa over 101.325 kPa.
    pressure = facilities.load("hyperion").location.pressure.si / 101325.0
    firm = (750.0 + 6 * 5200.0 / 7) * (1.0 - 0.0045 * 10.0) * min(pressure, 1.0)
    assert both.on_grid == pytest.approx(firm * MEGA, rel=1e-9)
    given = both.imported + area.used.power.sum(axis=0) + area.used.sun + area.used.unserved
    assert given == pytest.approx(both.demand, rel=1e-9)
    assert area.panels == pytest.approx(1500 * MEGA)
    assert any("as if they stood behind the meter" in note for note in both.notes)
    assert any(note.startswith("batteries:") for note in both.notes)


def test_supply_stands_from_its_date_on() -> None:
    """In July 2030 Franklin Farms (December 2028) and Waterford (December 2029) stand, in July 2028 neither would."""
    facility = facilities.load("hyperion")
    assert facility.supply["franklin_farms"].from_date == date(2028, 12, 1)
    now = solved("hyperion", 3000.0, "all", growth=True)
    assert {each.name for each in now.areas[0].sets if each.part.min() > 0.0} >= {"franklin_farms", "waterford"}
    early = hours(3000.0)._replace(start=datetime(2028, 1, 1))
    connection = Connection(facility.connection.rating.si, 0.0, np.zeros(1))
    then = supply.solve(facility, economics.load(), early, connection, "all", "cost", growth=True)
    gone = [each for each in then.areas[0].sets if each.name in {"franklin_farms", "waterford"}]
    assert [each.firm for each in gone] == [0.0, 0.0]


def test_sets_behind_the_meter_follow_price_and_aim() -> None:
    """
    A turbine of 38 %: fuel at 4.5 USD/GJ is 42.6 USD/MWh, and 6 USD/MWh of upkeep: it runs at 60 and not at 40 USD/MWh.

    It emits 56.1 / 0.38 * 3.6 = 531 kg/MWh, more than the grid's 400: it never runs for the least carbon.
    """
    dear, cheap = (solved("oracle_abilene", 800.0, "own", price=price) for price in (60.0, 40.0))
    assert dear.areas[0].used.power.sum() > 0.0
    assert cheap.areas[0].used.power.sum() == pytest.approx(0.0, abs=1.0)
    clean = solved("oracle_abilene", 800.0, "own", aim="carbon")
    assert clean.areas[0].used.power.sum() == pytest.approx(0.0, abs=1.0)


def test_an_island_is_what_its_sets_carry() -> None:
    """22 of 28 units of 22 MW at 25 degC and 98.8 kPa carry 439.9 MW: 44 % of 1,000 MW; the rest is the grid's."""
    got = solved("prometheus", 1000.0, "own")
    (area,) = got.areas
    firm = 22 * 22.0 * (98.8 / 101.325) * (1.0 - 0.0068 * 10.0)
    assert area.share == pytest.approx(firm / 1000.0, rel=1e-9)
    assert got.imported == pytest.approx((1000.0 - firm) * MEGA * np.ones(COUNT), rel=1e-9)
    assert [each.kind for each in got.standby] == ["diesel"]
    # Two fleets of the same sets are one.
    assert area.sets[0].label == "gas turbines"


def test_a_liquid_needs_its_heating_value() -> None:
    costs = economics.load()
    fuels = {**costs.fuels, "diesel": costs.fuels["diesel"].model_copy(update={"heating_value": None})}
    connection = Connection(1e9, 0.0, np.zeros(1))
    without = costs.model_copy(update={"fuels": fuels})
    with pytest.raises(FacilityError, match=r"fuels\.diesel\.heating_value"):
        supply.solve(facilities.load("prometheus"), without, hours(500.0), connection, "own", "cost", growth=False)
