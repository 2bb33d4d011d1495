"""Steps that stand for a year, and the year made from them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

import facilities
from facilities import build
from facilities.variants import Variants
from scenarios.setting import Asked, settle
from scenarios.yearstudy import outdoors, workload
from scenarios.yearstudy.workload import Span
from twin.site import Site
from twin.year import series
from twin.year.chosen import Chosen, carried, choose, take
from twin.year.plan import plan
from twin.year.series import Series

SPAN = Span(datetime(2026, 1, 1), 3600, 8760)


def test_cells_are_cut_where_they_spread_most() -> None:
    """Three groups on a line, worked by hand: cut at the means 4.4 and 1.5; the step at 9 is kept for itself."""
    features = np.array([[0.0], [1.0], [2.0], [3.0], [10.0], [10.4], [9.0]])
    found = choose(features, 3, np.array([6]))
    assert found.rows.tolist() == [0, 2, 4, 6]
    assert found.owner.tolist() == [0, 0, 1, 1, 2, 2, 3]


def test_steps_that_are_alike_need_no_more_cells() -> None:
    found = choose(np.repeat([[1.0, 2.0], [3.0, 4.0]], 5, axis=0), 6, np.array([], dtype=np.int64))
    assert found.owner.tolist() == [0] * 5 + [1] * 5


def solved(changes: dict[str, str]) -> tuple[Series, Series, Chosen, Site]:
    """Solve a year of a variant of a small site whole, and at some steps carried to all of them."""
    facility = facilities.load("aws_p4d_ultracluster")
    setting = settle(build.site(facility), Asked(), facility.scenario or "default")
    air = outdoors.year(facility, None, SPAN, 1).means

    def year(of: facilities.Facility) -> tuple[Series, Site]:
        site = build.site(of)
        load = workload.year(of, site, setting.scenario.jobs, setting.readings, SPAN, 1)
        return series.run(plan(site, load.asked, air.pressure), load.works, air), site

    known, _ = year(facility)
    chosen = choose(np.column_stack([known.dry_bulb, known.wet_bulb]), 200, np.argsort(known.dry_bulb)[-5:])
    whole, site = year(Variants(facility).facility(changes))
    return whole, carried(known, chosen, take(whole, chosen.rows)), chosen, site


def test_a_carried_year_is_exact_where_solved_and_closes_everywhere() -> None:
    """Warmer halls: at the chosen steps to rounding; PUE to 2e-4, of a change of 5e-3; balances to rounding."""
    whole, made, chosen, site = solved({"cooling.air.set_point": "33 degC", "power.house.lighting.share": "0.5 %"})
    facility, exact = np.asarray(made.powers.connection), np.asarray(whole.powers.connection)
    assert facility[chosen.rows] == pytest.approx(exact[chosen.rows], rel=1e-12)
    found, truth = (series.figures(each, 3600.0, site.chain) for each in (made, whole))
    assert found["pue"]["value"] == pytest.approx(truth["pue"]["value"], abs=2e-4)
    assert found["energy_closure"]["value"] < 1e-12
    assert found["water_closure"]["value"] < 1e-12


def test_the_known_year_is_carried_to_itself() -> None:
    whole, made, _, _ = solved({})
    for own, new in zip(whole[1:], made[1:], strict=True):
        assert np.array_equal(own, new, equal_nan=True)
