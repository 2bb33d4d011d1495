"""The one-line and the cooling loops: well-formed, each stage and machine named with what it has and carries."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from scenarios.page import quantities, svg
from scenarios.report import snapshot
from scenarios.report.cooling_loops import cooling_loops
from scenarios.report.one_line import one_line
from scenarios.report.snapshot import Snapshot
from tests.scenarios import fake_run

T = quantities.THIN


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def seen(run: fake_run.FakeRun) -> Snapshot:
    return snapshot.at_peak(run)


def words(drawing: str) -> list[str]:
    """Give what is written in a drawing; fails where it is no XML."""
    root = ElementTree.fromstring(drawing)
    return ["".join(part.itertext()) for part in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_one_line_names_each_stage_with_its_number_and_load(run: fake_run.FakeRun, seen: Snapshot) -> None:
    written = words(one_line(run.manifest, seen.machines).svg)
    for title, rating, load in (
        ("Main transformer", f"10 of 1.00{T}MW, 13.8{T}kV; N+1, 5 a hall", f"7.000{T}MW, 70.0{T}%"),
        ("Unit substation", f"8 of 1.00{T}MW, 415{T}V; N+1, 4 a hall", f"6.240{T}MW, 78.0{T}%"),
        ("Busway", f"14 of 1.00{T}MW, 415{T}V; 2N, 7 a hall", f"6.300{T}MW, 45.0{T}%"),
        ("Plant substation", f"2 of 1.00{T}MW; N, 1 a hall", f"500.0{T}kW, 25.0{T}%"),
    ):
        row = written.index(title)
        assert written[row + 1] == rating
        assert written[row + 2].startswith(load)
    assert f"138{T}kV, 60 Hz" in written
    assert f"7.013{T}MW, 87.7{T}%" in written
    assert f"Racks in 2 halls, 6.100{T}MW" in written
    assert f"48 example_rack, 132{T}kW each" in written
    assert "two cords a rack" in written
    assert "gensets: diesel, 4 of 2 MW, backup" in written


def test_a_load_over_its_rating_stands_out() -> None:
    assert svg.bar(0.0, 0.0, 1.2) == svg.box(0.0, 0.0, 96, 8, "rail") + svg.box(0.0, 0.0, 96.0, 8, "load over")
    assert svg.bar(0.0, 0.0, 0.25) == svg.box(0.0, 0.0, 96, 8, "rail") + svg.box(0.0, 0.0, 24.0, 8, "load")


def test_the_loops_say_what_they_hold_and_do(run: fake_run.FakeRun, seen: Snapshot) -> None:
    """100 m^3/h is the flow of the made-up loops; their water is at 301.15 K and little below at half past midnight."""
    written = words(cooling_loops(run.manifest, seen).svg)
    assert written.count("1 loop for CDUs") == written.count("1 loop for hall air") == 1
    assert written.index("6 dry coolers") < written.index("6 towers")
    assert written.count(f"100{T}m³/h, 100{T}% of nominal, constant") == 2
    assert f"2 chillers for 2.00{T}MW" in written
    assert f"2 chillers for 2.00{T}MW, economiser beside them" in written
    assert f"6 CDUs, pumps 60.0{T}kW" in written
    assert "Air of 2 halls" in written
    supply = quantities.quantity(seen.loops["CDUs"]["supply_temp_k"], "K")
    assert f"{supply} (set 28.0{T}°C, alarm 33.0{T}°C)" in written


def test_what_is_read_is_of_the_second_of_the_highest_power(run: fake_run.FakeRun, seen: Snapshot) -> None:
    """Second 1,805: the row of 1,800 of the plant, the minute of 1,800 of the CDUs, the second itself of the halls."""
    assert (seen.time - fake_run.START).total_seconds() == 1805.0
    second = run.table("halls").filter(fake_run.pl.col("time") == seen.time)
    assert seen.heat["liquid_heat_w"] == pytest.approx(second["liquid_heat_w"].sum())
    power = run.table("cooling")["heat_rejected_w"].to_list()[2 * 180]
    assert seen.loops["CDUs"]["heat_rejected_w"] == pytest.approx(power)
    minute = run.table("cdus")["heat_w"].to_list()[6 * 30 : 6 * 31]
    assert seen.cdus["heat_w"] == pytest.approx(sum(minute))
    assert seen.machines["CDU pumps"] == pytest.approx(run.table("cooling")["cdu_pump_power_w"].to_list()[0] * 2)


def test_a_site_cooled_by_air_has_one_column(run: fake_run.FakeRun, tmp_path: Path) -> None:
    for path in run.folder.glob("*.parquet"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    run.table("cdus").clear().write_parquet(tmp_path / "cdus.parquet")
    loops = [run.manifest["loops"][0] | {"cools": ""}, run.manifest["loops"][1]]
    dry = run._replace(folder=tmp_path, manifest=run.manifest | {"loops": loops, "cdus": None})
    written = words(cooling_loops(dry.manifest, snapshot.at_peak(dry)).svg)
    assert "1 loop for hall air" in written
    assert not any("CDU" in row for row in written)


def test_sidecars_stand_between_their_racks_and_the_air(run: fake_run.FakeRun, seen: Snapshot) -> None:
    """From the outdoors down: coils, air, sidecars, racks; where CDUs stand in the water they come before the coils."""
    both = [run.manifest["loops"][0] | {"cools": "CDUs and hall air"}]
    now = seen._replace(loops={"CDUs and hall air": seen.loops["CDUs"]})
    for sidecars, wanted in (
        (True, ["Fan coils", "Air of 2 halls", f"6 sidecars, pumps 60.0{T}kW", "48 racks with coolant"]),
        (False, [f"6 CDUs, pumps 60.0{T}kW", "48 racks with coolant", "Fan coils", "Air of 2 halls"]),
    ):
        cdus = run.manifest["cdus"] | {"sidecars": sidecars}
        written = words(cooling_loops(run.manifest | {"loops": both, "cdus": cdus}, now).svg)
        assert [row for row in written if row in wanted] == wanted


def test_text_in_a_drawing_cannot_be_markup(run: fake_run.FakeRun, seen: Snapshot) -> None:
    evil = run.manifest["design"] | {"cdu": "</svg><script>alert(1)</script>"}
    drawn = cooling_loops(run.manifest | {"design": evil}, seen).svg
    assert "<script>" not in drawn
    assert any("<script>" in row for row in words(drawn))


def test_long_words_break_within_their_room() -> None:
    """64 px are ten letters."""
    assert svg.wrapped(["one two three", "", "four"], 64.0) == ["one two", "three", "", "four"]
