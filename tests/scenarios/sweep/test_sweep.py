"""Designs held against each other: their faults, their years, the front, and a folder that goes on where it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import facilities
from facilities.variants import Variants
from scenarios import schema
from scenarios.sweep import front, page, point, points, store
from scenarios.sweep import study as study_of_sweep
from scenarios.sweep.study import sweep
from scenarios.yearstudy import study
from scenarios.yearstudy.accounts import Asked
from tests.scenarios.command import twin
from tests.scenarios.sweep.designs import SITE, SWEEP, content, written
from twin.errors import OutputError, ScenarioError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solve the small sweep in one go, in this process."""
    place = tmp_path_factory.mktemp("sweeps")
    sweep(SITE, written(place), out=place / "whole", count=1)
    return place / "whole"


def test_each_design_has_the_year_that_it_alone_would_have(folder: Path) -> None:
    """Of one design against the year of the same site by itself; all six are there, the last axis fastest."""
    table = pl.read_parquet(folder / "points.parquet")
    assert table["house"].to_list() == ["frugal", "lavish"] * 3
    assert table["cooling.air.coil_margin"].to_list() == ["1.2", "1.2", "1.3", "1.3", "1.4", "1.4"]
    changed = {"cooling.air.coil_margin": "1.3", "power.house.lighting.share": "0.1 %"}
    alone = study.solve(Variants(facilities.load(SITE)).facility(changed)).figures
    row = table.row(2, named=True)
    assert {name: row[name] for name in alone} == {name: metric["value"] for name, metric in alone.items()}


def test_a_result_that_vanished_is_told(folder: Path) -> None:
    """Another may clear the folder while a sweep runs; no traceback, and no page without the design."""
    with pytest.raises(OutputError, match="a design that was solved is gone from it; the same command solves it anew"):
        study_of_sweep._result(folder, "nothing", "")


def test_limits_and_front_are_told_apart(folder: Path) -> None:
    """PUE grows by the house's share, which chips know nothing of: only frugal houses are on the front."""
    table = pl.read_parquet(folder / "points.parquet")
    assert table["holds"].to_list() == [value <= 1.13 for value in table["pue"]]
    assert 0 < table["holds"].sum() < 6
    assert table.filter("front")["house"].unique().to_list() == ["frugal"]


def test_the_page_has_picture_best_and_all(folder: Path) -> None:
    text = (folder / "sweep.html").read_text(encoding="utf-8")
    for part in ("The best that keep the limits", "Least chip margin against PUE", "breaks PUE", "on the front"):
        assert part in text
    assert "http" not in text.partition("<script>")[0].replace("http-equiv", "")


def test_done_designs_are_not_solved_again(folder: Path, tmp_path: Path, monkeypatch) -> None:
    """The same sweep again: nothing is solved, and each byte stays."""
    before = content(folder)
    monkeypatch.setattr("scenarios.sweep.point.solve", None)
    sweep(SITE, written(tmp_path), out=folder, count=1)
    assert content(folder) == before


def test_a_key_hashes_all_that_a_design_depends_on(tmp_path: Path) -> None:
    """Site, jobs, weather by its content, step and year; not the sweep around it, nor its name."""
    site, scenario = facilities.load(SITE), schema.load(written(tmp_path))
    file = tmp_path / "air.epw"

    def key(content: str | None = None, **changed: Any) -> str:
        asked = {"scenario": scenario, "weather": None, "step": "1 h", "first": 2026} | changed
        if content is not None:
            file.write_text(content)
            asked["weather"] = file
        return point.task(asked.pop("site", site), point.asked(**asked)).key

    other = Variants(site).facility({"cooling.air.coil_margin": "1.3"})
    jobs = schema.load("training_day").jobs
    keys = [
        key(),
        key(site=other),
        key(scenario=scenario.model_copy(update={"jobs": jobs})),
        key(weather="normals"),
        key("warm"),
        key("cold"),
        key(step="5 min"),
        key(first=2027),
    ]
    assert len(set(keys)) == len(keys)
    assert key(scenario=scenario.model_copy(update={"name": "else", "sweep": None})) == keys[0]


def test_killed_at_any_moment_it_leaves_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """
    Killed three times at moments that chance chooses, by processes and without, then ended: as if never killed.

    Moments are in the first start, and after some designs; a fixed seed lets the test be repeated, the machine's pace
    makes them differ all the same.
    """
    out, random = tmp_path / "killed", np.random.default_rng(11)
    command = [str(Path(sys.executable).with_name("twin")), "sweep", SITE, "--scenario", str(written(tmp_path))]
    for designs, processes in ((0, "1"), (2, "1"), (3, "2")):
        run = subprocess.Popen([*command, "--out", str(out), "--processes", processes], stdout=subprocess.DEVNULL)
        while run.poll() is None and len(list(out.glob("points/*.json"))) < designs:
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, 0.3))
        os.kill(run.pid, signal.SIGKILL)
        assert run.wait() in {-signal.SIGKILL, 0}
    done = subprocess.run([*command, "--out", str(out), "--processes", "1"], check=True, capture_output=True, text=True)
    assert "6 designs" in done.stdout
    assert content(out) == content(folder)


FAULTY = SWEEP.replace("[sweep.axes]", """
[sweep.axes]
cooling.air.set_pont = ["30 degC"]
cooling.air.set_point = ["30 kW", "31 degC", "31 degC"]
cooling.air.alarm = []
""").replace('"pue", ', '"puo", ').replace('pue = {', 'facility_power_peak = { at_most = "3 K" }\npue = {')  # fmt: skip


def test_all_faults_of_a_sweep_are_told_at_once(capsys, monkeypatch, tmp_path: Path) -> None:
    """An unknown place, a wrong unit, a value twice, an empty axis, an unknown figure, a limit of another unit."""
    done = twin(capsys, monkeypatch, "sweep", SITE, "--scenario", written(tmp_path, FAULTY), "--out", tmp_path / "out")
    assert done.code == 2
    assert not (tmp_path / "out").exists()
    assert "6 faults in small" in done.err
    for part in (
        "sweep.axes.cooling.air.set_pont: there is no such place below 'cooling.air'",
        "sweep.axes.cooling.air.set_point: has '31 degC' more than once",
        "sweep.axes.cooling.air.set_point: give a value such as '40 degC'; got '30 kW'",
        "sweep.axes.cooling.air.alarm: has no values",
        "sweep.objectives: a year has no figure 'puo'",
        "sweep.limits.facility_power_peak.at_most: give a value in W; got '3 K'",
    ):
        assert part in done.err


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ('"-chip_margin_min"', '"-pue"', "sweep.objectives: has 'pue' more than once"),
        (
            'at_most = "1.13"',
            'at_least = "1.2", at_most = "1.1"',
            "sweep.limits.pue: at_least, 1.2, lies above at_most",
        ),
        ('["1.2", "1.3", "1.4"]', "[1.2, 1.3]", "got cooling.air.coil_margin = [1.2, 1.3]"),
        ('["1.2", "1.3", "1.4"]', "1.2", "got cooling.air.coil_margin = 1.2"),
        ('["pue", "-chip_margin_min"]', '["pue", "wue", "carbon", "cue"]', "has 4 entries, and 3 are the most"),
        (
            "[sweep.limits]",
            '[sweep.choices.coil.large.cooling.air]\ncoil_margin = "1.5"\n[sweep.limits]',
            "sweep: cooling.air.coil_margin is changed by cooling.air.coil_margin and by coil; by one alone",
        ),
        ('["pue", "-chip_margin_min"]', '"pue"', "sweep.objectives: give a list; got 'pue'"),
    ],
)
def test_what_no_sweep_can_mean(capsys, monkeypatch, tmp_path: Path, there: str, instead: str, said: str) -> None:
    """One message with the place, and nothing written."""
    asked = ("sweep", SITE, "--scenario", written(tmp_path, SWEEP.replace(there, instead)), "--out", tmp_path / "out")
    done = twin(capsys, monkeypatch, *asked, "--processes", "1")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "out").exists()


def test_progress_counts_designs_that_are_done(tmp_path: Path) -> None:
    told = list[tuple[int, int]]()
    sweep(SITE, written(tmp_path), out=tmp_path / "out", count=1, progress=lambda done, of: told.append((done, of)))
    assert told == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize("first", ["0", "99999"])
def test_a_year_that_no_calendar_has(capsys, monkeypatch, first: str) -> None:
    done = twin(capsys, monkeypatch, "year", SITE, "--first", first)
    assert done.code == 2
    assert f"--first: must be a calendar year from 1900 to 2999; got {first}" in done.err


def test_too_many_designs_are_refused(capsys, monkeypatch, tmp_path: Path) -> None:
    """Of 101 values on each of two axes."""
    margins = [f"{1.1 + 0.001 * step:.3f}" for step in range(101)]
    axes = f"cooling.air.coil_margin = {margins}\ncooling.air.loop.cooler_margin = {margins}\n"
    text = SWEEP.replace('cooling.air.coil_margin = ["1.2", "1.3", "1.4"]', axes).split("[sweep.choices")[0]
    done = twin(capsys, monkeypatch, "sweep", SITE, "--scenario", written(tmp_path, text), "--out", tmp_path / "out")
    assert done.code == 2
    assert "sweep: has 10,201 designs, and 10,000 are the most" in done.err


def test_a_scenario_without_a_sweep_says_how_one_looks(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"sweep: is missing, or has no axes; name what varies"):
        sweep(SITE, "training_day", out=tmp_path / "out", count=1)


def test_a_cluster_needs_its_extra(capsys, monkeypatch, tmp_path: Path) -> None:
    """Where Dask is not installed, one message says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    asked = ("sweep", SITE, "--scenario", written(tmp_path), "--out", tmp_path / "out")
    done = twin(capsys, monkeypatch, *asked, "--cluster", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "--cluster: needs Dask, which is not installed: pip install 'gigatwin[cluster]'" in done.err


def test_weather_that_is_not_there_is_told(capsys, monkeypatch, tmp_path: Path) -> None:
    asked = ("sweep", SITE, "--scenario", written(tmp_path), "--out", tmp_path / "out", "--processes", "1")
    done = twin(capsys, monkeypatch, *asked, "--weather", tmp_path / "none.epw")
    assert done.code == 2
    assert "none.epw" in done.err


def test_a_folder_of_something_else_is_not_touched(capsys, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = twin(capsys, monkeypatch, "sweep", SITE, "--scenario", written(tmp_path), "--out", tmp_path)
    assert done.code == 2
    assert "is not empty and holds no sweep" in done.err


def test_two_sweeps_in_one_folder_are_one_too_many(folder: Path, capsys, monkeypatch, tmp_path: Path) -> None:
    """The second is told who is at work, and touches nothing."""
    shutil.copytree(folder, tmp_path / "out")
    asked = ("sweep", SITE, "--scenario", written(tmp_path), "--out", tmp_path / "out", "--processes", "1")
    with store.held(tmp_path / "out"):
        before = content(tmp_path / "out")
        done = twin(capsys, monkeypatch, *asked)
        assert content(tmp_path / "out") == before
    assert done.code == 2
    assert f"out: process {os.getpid()} on {socket.gethostname()} is at work in it" in done.err.replace("\n", " ")


def test_what_a_killed_sweep_left_behind_stops_nobody(folder: Path, tmp_path: Path) -> None:
    """A lock file whose process is gone: the same sweep ends as if it had never been there."""
    shutil.copytree(folder, tmp_path / "out")
    (tmp_path / "out" / store.LOCK).write_text('{"pid": 1, "host": "elsewhere"}')
    sweep(SITE, written(tmp_path), out=tmp_path / "out", count=1)
    assert content(tmp_path / "out") == content(folder)


def test_tariff_and_unit_costs_are_those_asked_for(tmp_path: Path) -> None:
    """Of one design against its own year with the same tariff; another tariff is another result."""
    text = (
        SWEEP.replace('"1.2", "1.3", "1.4"', '"1.3"').split("[sweep.choices")[0].replace('"pue", ', '"cost_yearly", ')
    )
    asked = Asked(tariff="us_time_of_use")
    found, _ = sweep(SITE, written(tmp_path, text), out=tmp_path / "out", count=1, accounts=asked)
    alone = study.with_accounts(study.solve(found.facility), asked).figures
    assert found.known["cost_yearly"] == alone["cost_yearly"]
    usual = point.task(found.facility, point.asked(found.scenario, None, "1 h", 2026))
    other = point.task(found.facility, point.asked(found.scenario, None, "1 h", 2026, asked))
    assert usual.key != other.key
    mine = tmp_path / "mine.toml"
    keys = set()
    for price in ("1", "2"):
        mine.write_text(f'[operation]\nwater = {{ value = "{price} USD/m^3", basis = "primary", source = "chosen" }}\n')
        keys.add(point.task(found.facility, point.asked(found.scenario, None, "1 h", 2026, Asked(costs=mine))).key)
    assert len(keys | {usual.key, other.key}) == 4


def test_a_site_that_is_better_as_given_is_said_to_be(capsys, monkeypatch, tmp_path: Path) -> None:
    """A house load of 1.5 % for the file's own 0.8 % makes PUE worse than that of the site as given."""
    text = SWEEP.split("[sweep.choices")[0].replace('"1.2", "1.3", "1.4"', '"1.3"')
    text += '[sweep.choices.house.lavish]\npower.house.offices_and_auxiliaries.share = "1.5 %"\n'
    out = tmp_path / "out"
    asked = ("sweep", SITE, "--scenario", written(tmp_path, text), "--out", out, "--processes", "1")
    done = twin(capsys, monkeypatch, *asked)
    told = "By PUE the site as it is given, "
    assert done.code == 0
    assert told in done.out
    assert "is better than every design here" in done.out
    assert told in (out / "sweep.html").read_text(encoding="utf-8")
    assert "By Least chip margin" not in done.out


def test_data_of_the_program_is_a_part_of_its_hash(root: Path) -> None:
    """Each kind of file in its packages but those of pages, notes and what Python makes: what results may depend on."""
    names = ("facilities", "scenarios", "telemetry", "twin")
    kinds = {path.suffix for name in names for path in (root / name).rglob("*") if path.is_file()}
    assert kinds - point.CONTENT <= {".css", ".js", ".j2", ".md", ".pyc", ".nbi", ".nbc", ".typed", ""}


def test_designs_that_cannot_be_have_no_year_and_say_why(tmp_path: Path) -> None:
    """Air of the halls no warmer than the water of the coils: that design has no year, and the other has."""
    text = SWEEP.replace(
        'cooling.air.coil_margin = ["1.2", "1.3", "1.4"]', 'cooling.air.set_point = ["26 degC", "33 degC"]'
    )
    found, _ = sweep(SITE, written(tmp_path, text.split("[sweep.choices")[0]), out=tmp_path / "out", count=1)
    assert [bool(result["says"]) for result in found.results] == [True, False]
    assert "must stay 1 K below the air" in found.results[0]["says"]
    assert page.html(found, json.loads((tmp_path / "out" / "manifest.json").read_text())).count("must stay 1 K") == 1


def test_the_ready_search_fits_sites_with_coolant(folder: Path) -> None:
    """Of each site whose racks take facility water: 36 designs, no fault; the first stands with all of its changes."""
    result = json.loads(next(iter((folder / "points").iterdir())).read_text())
    ready = schema.load("warmer_water")
    for name in facilities.names():
        site = facilities.load(name)
        if site.cooling.liquid is not None:
            plan = points.planned(ready.sweep, ready.name, site, result["figures"])
            assert plan.size == 36
            _, changes = next(points.combinations(plan))
            built = Variants(site).facility(changes)
            assert built.cooling.liquid is not None
            assert built.cooling.liquid.supply_temperature.si == pytest.approx(303.15)
            assert built.cooling.liquid.loop.cooler_margin.si == 1.0


def test_the_example_of_its_page_is_a_sweep(root: Path, folder: Path, tmp_path: Path) -> None:
    """Of `docs/sweep.md`, for the site that its first command names: 24 designs, the last of which can be built."""
    text = (root / "docs" / "sweep.md").read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    result = json.loads(next(iter((folder / "points").iterdir())).read_text())
    site = facilities.load("prometheus")
    plan = points.planned(schema.load(written(tmp_path, text)).sweep, "page", site, result["figures"])
    assert plan.size == 24
    *_, (chosen, changes) = points.combinations(plan)
    assert chosen == ("1.5", "gb300_nvl72", "1", "warm")
    assert "gb300_nvl72" in Variants(site).facility(changes).catalog.racks


def test_dots_of_a_key_may_be_quoted_or_not() -> None:
    """TOML takes an unquoted key apart at its dots."""
    quoted = schema.Sweep.model_validate({"axes": {"cooling.air.set_point": ["30 degC"]}})
    assert quoted == schema.Sweep.model_validate({"axes": {"cooling": {"air": {"set_point": ["30 degC"]}}}})


def test_the_front_by_hand() -> None:
    """Five designs: (1, 4), (2, 2), (3, 3), (4, 1), and (0, 0), which breaks a limit."""
    costs = np.array([[1.0, 4.0], [2.0, 2.0], [3.0, 3.0], [4.0, 1.0], [0.0, 0.0]])
    keeps = front.holds(costs[:, :1], np.array([0.5]), np.array([np.inf]))
    assert front.front(costs, keeps).tolist() == [True, True, False, True, False]
    assert list(front.best(costs, keeps)) == [0, 3]


def test_equal_designs_are_both_on_the_front_and_nan_on_none() -> None:
    costs = np.array([[1.0, 1.0], [1.0, 1.0], [np.nan, 0.0]])
    assert front.front(costs, np.ones(3, dtype=bool)).tolist() == [True, True, False]


def test_nothing_is_best_where_nothing_holds(folder: Path, tmp_path: Path) -> None:
    text = SWEEP.replace('at_most = "1.13"', 'at_most = "1.01"')
    shutil.copytree(folder, tmp_path / "again")
    found, path = sweep(SITE, written(tmp_path, text), out=tmp_path / "again", count=1)
    assert found.best == ()
    assert "No design keeps the limits" in path.read_text(encoding="utf-8")
