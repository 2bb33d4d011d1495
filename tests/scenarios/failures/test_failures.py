"""Failures of a site by its file alone: cases, arithmetic by hand, and what a page says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import facilities
from facilities import build
from facilities.reliability import known
from scenarios import study_folder
from scenarios.events import changes
from scenarios.failures import cooling, page, power
from scenarios.failures.power import Stood
from scenarios.failures.study import Failures, study
from tests.scenarios.command import twin


@pytest.fixture(scope="module")
def found() -> Iterator[Failures]:
    told = list[float]()
    yield study("traditional_enterprise", told.append)
    assert told[-1] == 1.0


def case(table: pl.DataFrame, part: str, out: int) -> dict[str, object]:
    return table.filter((pl.col("part") == part) & (pl.col("out") == out)).row(0, named=True)


def test_cases_follow_from_the_site() -> None:
    facility = facilities.load("prometheus")
    listed = [(one.part, one.place, one.out, one.of) for one in cooling.cases(facility, build.site(facility))]
    assert listed[:3] == [
        ("nothing", "", 0, 0),
        ("CDU", "hall_1/cdu_1", 1, 27.0),
        ("CDU", "hall_1/cdu_1", 2, 27.0),
    ]
    assert ("cooler", "hall_1/liquid", 2, 11.0) in listed
    # Halls are alike: of each kind of loop, one.
    assert {place for _, place, _, _ in listed[3:]} == {"hall_1/liquid", "hall_1/air"}


def test_a_unit_less_is_a_unit_less() -> None:
    """One of 11 coolers is 9.0909 %: rounding must not take two."""
    facility = facilities.load("prometheus")
    one = next(one for one in cooling.cases(facility, build.site(facility)) if one.part == "cooler")
    (taken,) = [
        change
        for change in changes(build.site(facility), cooling.scenario(facility, one), 5400)
        if change.what == "cooler_units"
    ]
    assert taken.value == 10.0


def test_what_the_site_rides_through(found: Failures) -> None:
    table = found.cooling
    undisturbed = case(table, "nothing", 0)
    assert undisturbed["worst_limit"] is None
    assert undisturbed["compute_lost_chip_h"] == 0.0
    gap = case(table, "grid, until generators run", 1)
    assert gap["chip_temp_max_k"] > undisturbed["chip_temp_max_k"]
    spare = case(table, "chiller", 1)
    assert spare["chip_temp_max_k"] == pytest.approx(undisturbed["chip_temp_max_k"], abs=0.5)


def test_two_sides_carry_each_other(found: Failures) -> None:
    ups = found.power.filter((pl.col("stage") == "ups") & (pl.col("out") == 1)).row(0, named=True)
    assert ups["redundancy"] == "2N"
    assert ups["loading_after"] == pytest.approx(2 * ups["loading"], rel=1e-9)
    assert ups["load_lost"] == 0.0


def test_load_lost_is_of_the_whole_site() -> None:
    # 24 halls of 27 busways, one out: 1/648 of the load.
    row = power.table([Stood("busway", "halls", "N", 27.0, 648, 0.8)]).row(0, named=True)
    assert row["load_lost"] == pytest.approx(1 / 648, rel=1e-12)
    # N+1 of four at 0.9: three carry 1.2.
    shared = power.table([Stood("main_transformer", "common", "N+1", 4.0, 4, 0.9)]).row(0, named=True)
    assert (shared["loading_after"], shared["overloaded"]) == (pytest.approx(1.2), True)


def test_hours_by_hand() -> None:
    table = power.availability(
        [Stood("ups", "halls", "2N", 2.0, 2, 0.4), Stood("busway", "halls", "N", 27.0, 648, 0.8)]
    )
    # A UPS module: 24 h in 20 years of 8,766 h (a Julian year): out for 1.3687e-4 of the time; both, 1.8733e-8.
    out = 24 / (20 * 8766 + 24)
    assert table["hours"].to_list() == pytest.approx([8760 * out**2, 8760 * 24 / (250 * 8766 + 24)], rel=1e-6)
    assert (table["hours_best"] < table["hours"]).all()
    assert (table["hours_worst"] > table["hours"]).all()
    assert power.without_data([Stood("flux_capacitor", "halls", "N", 1.0, 1, 0.5)]) == ("flux_capacitor",)


def test_every_site_names_stages_that_are_known() -> None:
    stages = {
        stage.name
        for name in facilities.names()
        for stage in (*facilities.load(name).power.hall, *facilities.load(name).power.common)
    }
    assert stages <= set(known())


def test_page_and_tables(found: Failures, tmp_path: Path) -> None:
    folder = study_folder.place(page.KIND, "site", tmp_path / "study")
    text = page.write(found, folder).read_text(encoding="utf-8")
    assert "grid, until generators run" in text
    assert "In all" in text
    for name in ("cooling", "power", "availability"):
        assert pl.read_parquet(folder / f"{name}.parquet").height == pl.read_csv(folder / f"{name}.csv").height
    assert study_folder.place(page.KIND, "site", folder) == folder


def test_a_run_that_ended_is_told_where_no_figure_is(found: Failures) -> None:
    """A row of dashes reads as if nothing had happened."""
    boils = pl.when(pl.col("part") == "cooler").then(pl.lit("its water boils"))
    table = found.cooling.with_columns(
        ended=boils, chip_temp_max_k=pl.when(boils.is_null()).then(pl.col("chip_temp_max_k"))
    )
    shown, _ = page.brief(found._replace(cooling=table))
    words = {row[0].partition(",")[0]: row[2] for row in shown.rows}
    assert words["cooler"] == "water boils"
    assert words["nothing"].endswith("C")
    assert "its water boils" in {row[-1] for row in page.cooling(found._replace(cooling=table)).rows}


def test_generators_are_named_where_there_are_any() -> None:
    """Fairwater at Atlanta has none: its grid is gone for ten seconds, and nothing on the site starts."""
    for name, part in (("prometheus", "grid, until generators run"), ("fairwater", "grid, 10 s")):
        facility = facilities.load(name)
        assert {one.part for one in cooling.cases(facility, build.site(facility)) if one.part[:4] == "grid"} == {part}


def test_transformers_that_still_carry_the_load_feed_the_racks() -> None:
    """Two of fourteen out leave 0.77 x 14 / 12 = 0.90 of their rating, three 0.98: only a fourth is felt."""
    one = Stood("main_transformer", "common", "N+1", 14.0, 14, 0.77)
    (three,) = power.availability([one])["hours"]
    (named,) = power.availability([one._replace(loading=13 / 14)])["hours"]
    assert three < 1e-4 * named


def test_it_does_not_write_over_another_thing(capsys, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    done = twin(capsys, monkeypatch, "failures", "frontier", "--out", tmp_path)
    assert done.code == 2
    assert "holds no failures.html" in done.err
