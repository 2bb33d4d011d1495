"""Faults near a site: what is left of the voltage, what the site does with it, and which branches are looked at."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import facilities
from facilities import machines
from scenarios.gridstudy import faults, faults_page, ride_through
from scenarios.gridstudy.faults import Chapter
from tests.twin.grid.host_cases import small
from twin.grid import power_flow, swing
from twin.grid.feeding import Feeding, loaded

LOAD = 60e6
SITE, UNIT = 2, 3
GRID = small(
    [(0, 1, 0.05), (0, SITE, 0.05), (1, SITE, 0.1), (SITE, UNIT, 0.05)],
    [(0, -9.0, 9.0), (1, -9.0, 9.0), (UNIT, -9.0, 9.0)],
    4,
)
"""Three machines of 1 GW: two on a triangle with the site's bus, one behind that alone."""

FEEDING = Feeding(np.array([SITE]), np.ones(1), 0.98)


@pytest.fixture(scope="module")
def chapter() -> Chapter:
    facility = facilities.load("azure_nd_h200_v5")
    found = faults.study(facility, GRID, FEEDING, LOAD, ride_through.parts_of(facility, 0.9 * LOAD, 0.1 * LOAD, 0.0))
    assert found is not None
    return found


def test_both_ends_of_each_line_but_not_of_one_that_alone_holds_a_unit(chapter: Chapter) -> None:
    table = chapter.faults
    assert {tuple(sorted(ends)) for ends in table.select("from_bus", "to_bus").iter_rows()} == {(0, SITE), (1, SITE)}
    assert table.height == 4
    assert sorted(table.filter("at_site")["fault_bus"]) == [SITE, SITE]
    assert sorted(table.filter(~pl.col("at_site"))["fault_bus"]) == [0, 1]
    assert chapter.cleared == pytest.approx(5.0 / 60.0)
    assert table["swing_rad"].is_sorted(descending=True)


def test_the_voltage_at_the_site_is_the_network_s(chapter: Chapter) -> None:
    grid = loaded(GRID, FEEDING, LOAD)
    solved = power_flow.solve(grid)
    units = machines.of(grid, solved)
    for row in chapter.faults.iter_rows(named=True):
        now = swing.stage(grid, units)._replace(faulted=np.array([row["fault_bus"]]))
        assert row["voltage_pu"] == swing.first_voltages(grid, solved, units, now)[SITE]
    assert chapter.faults.filter("at_site")["voltage_pu"].max() < 1e-4


def test_a_ups_by_the_itic_curve_leaves_at_once_without_voltage(chapter: Chapter) -> None:
    """It stays for 20 ms at nothing, and the fault lasts 83; drives stop as well."""
    assert chapter.faults.filter("at_site")["site_off"].to_list() == [1.0, 1.0]


def test_what_leaves_is_gone_after_the_clearing(chapter: Chapter) -> None:
    """The fault followed with the whole load gone moves machines as the chapter says; with it they move otherwise."""
    grid = loaded(GRID, FEEDING, LOAD)
    solved = power_flow.solve(grid)
    units = machines.of(grid, solved)
    row = chapter.faults.filter("at_site").row(0, named=True)
    ends = {(0, SITE): 1, (1, SITE): 2}
    line = ends[tuple(sorted((row["from_bus"], row["to_bus"])))]  # type: ignore[index]  # two of them
    whole = swing.stage(grid, units)
    fault = whole._replace(faulted=np.array([SITE]))
    cleared = whole._replace(time=chapter.cleared, opened=np.array([line]))
    gone = whole.load.copy()
    gone[SITE] = 0.0
    left = swing.follow(grid, solved, units, (fault, cleared._replace(load=gone)), faults.FOLLOWED)
    stays = swing.follow(grid, solved, units, (fault, cleared), faults.FOLLOWED)
    assert row["swing_rad"] == pytest.approx(np.abs(left.angle - left.angle[0]).max(), rel=1e-9)
    assert row["highest_hz"] == pytest.approx(left.speed.max(), rel=1e-9)
    assert stays.speed.max() < 0.99 * left.speed.max()


def test_the_longest_fault_is_the_longest_that_keeps_step(chapter: Chapter) -> None:
    grid = loaded(GRID, FEEDING, LOAD)
    solved = power_flow.solve(grid)
    units = machines.of(grid, solved)
    row = chapter.faults.row(0, named=True)
    line = {(0, SITE): 1, (1, SITE): 2}[tuple(sorted((row["from_bus"], row["to_bus"])))]  # type: ignore[index]
    whole = swing.stage(grid, units)
    load = whole.load.copy()
    load[SITE] -= row["site_off"]

    def lost(lasting: float) -> float:
        fault = whole._replace(faulted=np.array([row["fault_bus"]]))
        after = whole._replace(time=lasting, opened=np.array([line]), load=load)
        return swing.follow(grid, solved, units, (fault, after), faults.FOLLOWED).lost

    if np.isinf(chapter.longest):
        assert np.isinf(lost(faults.LONGEST))
    else:
        assert np.isinf(lost(chapter.longest))
        assert np.isfinite(lost(chapter.longest + faults.FINE))


def test_the_page_says_it_in_a_line(chapter: Chapter) -> None:
    said = faults_page.sentence(chapter._replace(longest=0.21))
    off = chapter.faults.filter(pl.col("site_off") >= 0.5).height
    assert said == f"{off} of 4 near by take the site off the grid; machines keep in step, the hardest may last 210 ms"
    one = chapter._replace(faults=chapter.faults.with_columns(site_off=pl.lit(0.0)).head(1), longest=0.21)
    assert faults_page.sentence(one).startswith("0 of 1 near by take the site off the grid")
    one = one._replace(faults=one.faults.with_columns(site_off=pl.lit(0.9)))
    assert faults_page.sentence(one).startswith("1 of 1 near by takes the site off the grid")
    assert faults_page.shown(chapter).caption == "Faults, cleared in 83 ms by opening the line"


def test_no_chapter_without_machines() -> None:
    facility = facilities.load("azure_nd_h200_v5")
    few = GRID._replace(units=GRID.units._replace(active_max=np.full(3, 1e6)))
    parts = ride_through.parts_of(facility, 1e5, 0.0, 0.0)
    assert faults.study(facility, few, FEEDING, 1e5, parts) is None
