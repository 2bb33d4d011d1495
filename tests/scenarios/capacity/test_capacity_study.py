"""What the sites of the catalog carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

import facilities
from facilities import build
from facilities.build import sized
from facilities.nameplate import nameplate
from facilities.phases import at_phase
from facilities.variants import Variants
from scenarios.capacity import chapter, study
from scenarios.capacity.standing import AT_RATINGS, ONE_OUT, PLACES, UP_TO_ALARMS, USUAL, standing
from scenarios.capacity.words import label
from scenarios.setting import DEFAULT, Asked, settle
from scenarios.yearstudy import workload
from twin.capacity import split, totals


@pytest.mark.parametrize("name", facilities.names())
def test_every_site(name: str) -> None:
    """
    Used, free and stranded are what each limit carries; what is installed is the nameplate; fewer units carry no more.

    A site that passes `twin check` carries its racks on design days.
    """
    facility = facilities.load(name)
    now = standing(facility)
    installed = float(now.installed.sum())
    assert installed == pytest.approx(nameplate(facility).it_power_w, rel=1e-12)
    carried = totals(now.limits)
    parts = split(carried, installed, now.usable.total)
    finite = np.isfinite(carried)
    assert (parts.used + parts.free + parts.stranded)[finite] == pytest.approx(carried[finite], rel=1e-12)
    assert parts.stranded.min() >= -1e-6 * installed
    assert now.usable.total >= installed * (1.0 - 1e-9)
    assert now.fit.too_many == 0
    assert now.fit.fit <= min(now.fit.places, now.fit.carried)
    whole = {condition.name: condition.usable.total for condition in now.conditions}
    assert whole["design days, power chain at its ratings"] >= whole["design days"] * (1.0 - 1e-9)
    assert whole["design days, one unit out"] <= whole["design days"] * (1.0 + 1e-9)
    # What holds its set points is below its alarms.
    assert whole["design days, up to alarms"] >= whole["design days"] * (1.0 - 1e-9)
    if "once in 20 years" in whole:
        assert whole["once in 20 years"] <= whole["design days"] * (1.0 + 1e-9)
    rating, drawn = now.connection
    assert drawn <= rating * (1.0 + 1e-9)
    # The peak for which the connection was sized has all fans and chillers at full load: no less than at rest.
    assert drawn <= sized(facility).peak_power * now.usable.total / installed * 1.01


def test_the_racks_that_fit_do_fit() -> None:
    """Each of Abilene's sixteen halls has a free place, and power for a rack: with sixteen more its places are full."""
    facility = facilities.load("oracle_abilene")
    before = standing(facility)
    assert (before.fit.places, before.fit.fit) == (16, 16)
    kind, first = next(iter(facility.racks.items()))
    after = standing(Variants(facility).facility({f"racks.{kind}.count": f"{first.count.count + 16} rack"}))
    assert (after.fit.places, after.fit.fit, after.fit.too_many) == (0, 0, 0)
    assert np.all(after.installed <= before.usable.hall * (1.0 + 1e-9))


def test_stages_are_loaded_as_designed_and_at_most_to_their_ratings() -> None:
    """
    A hall of Prometheus: 27 busways of 1.5 MW at 80 % are 32.4 MW; as rated 40.5 MW, less for the fullest.

    Seventeen substations of 2.45 MW at 80 % are 33.32 MW, less a per cent of loss in the busways, 33.18 MW.
    """
    now = standing(facilities.load("prometheus"))
    designed = dict(zip(now.limits.hall_names, now.limits.hall[:, 0], strict=True))
    assert designed["busway"] == pytest.approx(32.4e6, rel=1e-12)
    assert designed["unit_substation"] == pytest.approx(33.32e6, rel=6e-3)
    assert designed["unit_substation"] < 33.32e6
    rated = next(held for held in now.conditions if held.name == AT_RATINGS).limits
    assert 0.97 * 40.5e6 < rated.hall[0, 0] <= 40.5e6


def test_a_connection_by_hand() -> None:
    """
    Near the load at which it was worked out a connection carries IT in the ratio of IT to what is drawn there.

    Prometheus: 1,000 MW, and 777.6 MW of IT for 901.8 MW drawn; of 1,100 MW a tenth more, fans apart.
    """
    facility = facilities.load("prometheus")
    now, more = standing(facility), standing(Variants(facility).facility({"connection.rating": "1100 MW"}))
    ratio = now.usable.total / now.connection[1]
    assert _site_limit(now, "connection") == pytest.approx(1e9 * ratio, rel=0.01)
    assert _site_limit(more, "connection") == pytest.approx(1.1 * _site_limit(now, "connection"), rel=0.01)


def _site_limit(now: Any, name: str) -> float:
    return float(now.limits.site[now.limits.site_names.index(name)])


def test_a_climate_of_two_design_values_will_do() -> None:
    """Without coincident temperatures both design values come together, and without extremes there is no rare day."""
    facility = facilities.load("frontier")
    unknown = dict.fromkeys(("coincident_dry_bulb", "coincident_wet_bulb", "annual_highest", "annual_highest_spread"))
    bare = standing(facility.model_copy(update={"climate": facility.climate.model_copy(update=unknown)}))
    assert [condition.name for condition in bare.conditions] == [USUAL, AT_RATINGS, ONE_OUT, UP_TO_ALARMS]
    assert bare.conditions[2].usable.total <= standing(facility).conditions[2].usable.total * (1.0 + 1e-9)


def test_fewer_conditions_are_the_same_ones() -> None:
    """Those with a unit out and of rare days left out, the others, and the racks that fit, are what they were."""
    facility = facilities.load("google_tpu_v4")
    whole, brief = standing(facility), standing(facility, brief=True)
    assert [condition.name for condition in brief.conditions] == [USUAL, AT_RATINGS, UP_TO_ALARMS]
    of = {condition.name: condition for condition in whole.conditions}
    for condition in brief.conditions:
        assert np.array_equal(condition.limits.hall, of[condition.name].limits.hall)
        assert condition.limits.site == pytest.approx(of[condition.name].limits.site, rel=1e-12)
    assert brief.fit == whole.fit


def test_a_plant_that_cannot_hold_carries_nothing() -> None:
    """Isambard's dry coolers at 34 degC outdoors and water of 28 degC: no IT at all, and racks too many."""
    now = standing(Variants(facilities.load("hpe_isambard_ai")).facility({"climate.design_dry_bulb": "34 degC"}))
    assert now.usable.total == 0.0
    assert now.fit.fit == 0
    assert now.fit.too_many > 0
    assert study.binding(now.limits, now.usable) == ("liquid_plant",)


def test_a_phase_has_its_own_limits() -> None:
    """Prometheus's first phase: eleven of 24 halls and their racks; the whole connection stands from then on."""
    facility = facilities.load("prometheus")
    first, whole = standing(at_phase(facility, "first"), "first"), standing(facility)
    assert (first.name, len(first.halls), len(whole.halls)) == ("first", 11, 24)
    assert first.installed.sum() == pytest.approx(whole.installed[:11].sum(), rel=1e-12)
    assert first.limits.hall[:, 0] == pytest.approx(whole.limits.hall[:, 0], rel=1e-6)
    assert first.connection[0] - first.connection[1] > whole.connection[0] - whole.connection[1]


@pytest.fixture(scope="module")
def found() -> study.Capacities:
    """Find what a small site carries."""

    facility = facilities.load("hpe_isambard_ai")
    site = build.site(facility)
    setting = settle(site, Asked(scenario=None), facility.scenario or DEFAULT)
    span = workload.Span(datetime(2026, 1, 1), 3600, 8760)
    load = workload.year(facility, site, setting.scenario.jobs, setting.readings, span, 1)
    return study.capacities(facility, facility, site, load)


def test_the_table_holds_the_figures(found: study.Capacities) -> None:
    """Every figure of metrics.json can be had from the table: sums over halls, and what binds."""
    figures, table = study.figures(found), study.table(found)
    now = table.filter((table["phase"] == "") & (table["condition"] == f"design days, {PLACES}"))
    assert now["usable_w"].max() == pytest.approx(figures["capacity_it_usable"]["value"], rel=1e-12)
    binding = set(now.filter(now["binds"])["limit"])
    assert binding == set(study.binding(found.now.limits, found.now.usable))
    held = table.filter((table["phase"] == "") & (table["condition"] == "design days") & (table["place"] == "site"))
    assert held["usable_w"][0] == pytest.approx(figures["capacity_it_power_and_cooling"]["value"], rel=1e-12)
    assert set(table["phase"]) == {"", "phase_1", "phase_2"}


def test_the_racks_that_stand_are_held_where_less_is_carried(found: study.Capacities) -> None:
    """On the day of once in 20 years Isambard's dry coolers carry less than its racks: a cap, and computing lost."""
    rare = next(held for held in found.held if held.name == "once in 20 years")
    assert rare.usable < float(found.now.installed.sum())
    assert rare.cap is not None
    assert rare.lost is not None
    assert 0.5 < rare.cap < 1.0
    assert 0.0 < rare.lost < 0.1


def test_the_chapter_says_what_binds(found: study.Capacities) -> None:
    made = chapter.chapter(found)
    assert "limited by" in made.sentences[0]
    binds = [row[0] for row in made.tables["limits"].rows if row[-1] == "binds"]
    assert binds == [label(name) for name in study.binding(found.now.limits, found.now.usable)]
    assert list(made.drawn) == ["capacity", "more_racks"]
