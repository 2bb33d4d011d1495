"""Failures of a site by its file alone: cases, arithmetic by hand, and what a page says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import facilities
from facilities import build, catalog, racks
from facilities.phases import Supply
from facilities.reliability import known
from facilities.variants import Variants
from scenarios import study_folder
from scenarios.events import changes
from scenarios.failures import cooling, gap, page, power, rest
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
    assert listed[3] == ("water valve of a CDU, shut", "hall_1/cdu_1", 1, 1)
    assert ("circulating pump", "hall_1/air", 1, 2.0) in listed
    # Halls are alike: of each kind of loop, one.
    assert {place for _, place, _, _ in listed[4:]} == {"hall_1/liquid", "hall_1/air"}


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


def test_supplies_in_racks_by_hand() -> None:
    """
    Eight shelves of 33 kW carry a GB200 NVL72: one out leaves seven with 8/7 of their load, two six with 8/6.

    Their load is what the rack draws less what they lose. A node of a DGX H100 has six supplies.
    """
    facility = facilities.load("prometheus")
    parts = build.sized(facility)
    (row, _) = power.in_racks(parts.models, {"gb200_nvl72": 5112, "service_gb200": 2556})
    assert (row.stage, row.units, row.total) == ("gb200_nvl72: shelf", 8.0, 5112 * 8)
    carried = row.loading * 8 * 33e3
    assert 0.96 < carried / parts.models["gb200_nvl72"].full_power < 0.98
    one, two = power.table([row]).iter_rows(named=True)
    assert one["loading_after"] == pytest.approx(row.loading * 8 / 7, rel=1e-9)
    assert two["loading_after"] == pytest.approx(row.loading * 8 / 6, rel=1e-9)
    assert not two["overloaded"]
    assert power.availability([row]).height == 0
    assert power.without_data([row]) == ()
    dgx = racks.model(catalog.builtin(), "dgx_h100_rack", 300.0)
    (row,) = power.in_racks({"dgx_h100_rack": dgx}, {"dgx_h100_rack": 1})
    assert (row.units, row.total) == (6.0, 24)


@pytest.mark.parametrize(
    ("name", "storage", "feeds", "verdict"),
    [
        # A typical shelf of 33 kW with 2.2 kWh: 240 s, sets in 10 s; no number of sets is known.
        ("prometheus", "rack battery", 240.0, "fed until generators run; their number is not known"),
        # 125 kWh at 1.5 MW: 300 s; Foxconn's twelve sets of 2.75 MW carry its 30 MW.
        ("foxconn_kaohsiung", "ups", 300.0, "fed until generators run"),
        ("fairwater", "none", None, "racks are lost with the grid"),
    ],
)
def test_without_grid(name: str, storage: str, feeds: float | None, verdict: str) -> None:
    facility = facilities.load(name)
    row = gap.table(facility, build.sized(facility)).row(0, named=True)
    assert (row["storage"], row["verdict"]) == (storage, verdict)
    assert row["feeds_s"] == (None if feeds is None else pytest.approx(feeds, rel=1e-9))


def test_generators_lose_to_heat_and_height() -> None:
    """
    Foxconn's twelve sets of 2.75 MW at 70 kPa, some 3,000 m, and 45 degC.

    Sets of this kind hold to 85 kPa and 40 degC, and lose 1 % a kelvin beyond: 33 MW x 70 / 85 x 0.95 = 25.82 MW, less
    than the site draws.
    """
    site = Variants(facilities.load("foxconn_kaohsiung"))
    high = site.facility({"location.pressure": "70 kPa", "climate.design_dry_bulb": "45 degC"})
    row = gap.table(high, build.sized(high)).row(0, named=True)
    assert row["generators_w"] == pytest.approx(33e6 * 70.0 / 85.0 * 0.95, rel=1e-9)
    assert row["verdict"] == "fed until generators run, which do not carry the whole site"


def test_a_ups_feeds_losses_too_and_waits_for_the_last_set() -> None:
    """A gigajoule lasts as long as the halls' feeders draw it; a slower second kind of set is waited for."""

    def stated(kind: str, **numbers: str) -> Supply:
        given = {name: {"value": text, "basis": "primary", "source": "test"} for name, text in numbers.items()}
        return Supply.model_validate({"kind": kind, "role": "backup", **given})

    facility = facilities.load("foxconn_kaohsiung")
    supply = {**facility.supply, "slow": stated("diesel", start_time="40 s"), "ups": stated("ups", energy="1 GJ")}
    told = facility.model_copy(update={"supply": supply})
    parts = build.sized(told)
    row = gap.table(told, parts).row(0, named=True)
    assert row["feeds_s"] == pytest.approx(1e9 / parts.heat.feeders.sum(), rel=1e-12)
    assert row["feeds_s"] < 1e9 / parts.heat.power.sum()
    assert row["start_s"] == 40.0


def test_halls_at_rest(found: Failures) -> None:
    """One unit of coils in so many is to spare; on outside air nothing is as bad as shut dampers, then dry pads."""
    table = found.halls
    undisturbed, one, two = (case(table, "nothing", 0), *(case(table, "fan coils of a hall", out) for out in (1, 2)))
    assert one["of"] == two["of"] == 5.0
    assert one["rack_air_temp_max_k"] == pytest.approx(undisturbed["rack_air_temp_max_k"], abs=0.5)
    facility = facilities.load("aws_p4d_ultracluster")
    parts = build.sized(facility)
    outside = rest.table(facility, build.site_of(facility, parts), parts)
    air = dict(zip(outside["part"], outside["air_over_alarm_k"], strict=True))
    assert air["dampers of outdoor air, shut"] > air["water of pads"] > 0.0 > air["nothing"]


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
    assert "fan coils of a hall" in text
    assert "fed until generators run" in text
    for name in ("cooling", "halls", "power", "gap", "availability"):
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
