"""The one-line of a campus says what the tables beside it say."""

from __future__ import annotations

import re

import numpy as np
import pytest

import facilities
from facilities import build
from scenarios.gridstudy import campus, inside_drawing
from scenarios.gridstudy.campus import Below
from scenarios.page.quantities import quantity, share


@pytest.fixture(scope="module")
def below() -> Below:
    facility = facilities.load("prometheus")
    site = build.site(facility)
    halls = np.full(len(site.halls.name), 30e6)
    halls[2] = 32e6
    return campus.study(facility, site, halls, 40e6)


def words(below: Below) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", inside_drawing.one_line(below).svg)


def test_it_names_the_hall_that_loads_its_way_most(below: Below) -> None:
    said = words(below)
    most = below.places.row(2, named=True)
    assert "hall 3" in said
    assert f"{quantity(most['load_w'], 'W')}, the most loaded of {len(below.places) - 2} halls" in said
    assert f"{share(most['feeder_loading'])}; behind them {most['feeder_voltage_pu']:.4f}" in said
    assert f"{share(most['substation_loading'])}; behind them {most['substation_voltage_pu']:.4f}" in said


def test_its_plant_is_all_of_it_and_the_point_has_the_losses(below: Below) -> None:
    said = words(below)
    assert f"{quantity(40e6, 'W')}, cooling and house" in said
    drawn = below.places["load_w"].sum() + below.losses
    assert f"{quantity(drawn, 'W')}, {share(drawn / below.campus.connection.rating)}" in said
    # feeders, substations and main transformers lose half a percent to one and a half each
    assert 0.005 < below.losses / drawn < 0.05


def test_places_agree_with_the_worst_of_each_kind(below: Below) -> None:
    worst = {row["element"]: row for row in below.normal.iter_rows(named=True)}
    for kind in ("feeder", "substation"):
        row = below.places.row(below.places[f"{kind}_loading"].fill_null(0.0).arg_max(), named=True)
        assert row["place"] == worst[kind]["place"]
        assert row[f"{kind}_loading"] == worst[kind]["loading"]
        assert row[f"{kind}_voltage_pu"] == worst[kind]["voltage_pu"]
