"""The site that only the benchmarks have is a good site; ways that are timed against each other agree."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import facilities
from telemetry import buckets

RACKS = 38_000


@pytest.fixture(scope="module")
def stress_file(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stress") / "stress.toml"
    runpy.run_path(str(root / "benchmarks" / "stress.py"))["write_stress_site"](path, RACKS)
    return path


def test_the_stress_site_has_its_racks_and_power(stress_file: Path) -> None:
    """38,000 racks of 132 kW are 5,016 MW; with the peak ratio of 1.30, 6,521 MW: seven points of 1,000 MW."""
    site = facilities.load(stress_file)
    assert [(kind.rack, kind.count.count) for kind in site.racks.values()] == [("gb200_nvl72", RACKS)]
    assert site.connection.rating.si == pytest.approx(6521e6, abs=0.5e6)  # written to the megawatt
    assert site.connection.points.count == 7
    assert site.arrangement.halls.count == 179  # 24 * 38000 / 5112 = 178.4, rounded up


def test_sixteen_racks_of_it_are_a_site(root: Path, tmp_path: Path) -> None:
    """As `oracle_day.py` replays them: one hall, of which no phase says that there are more."""
    path = tmp_path / "small.toml"
    runpy.run_path(str(root / "benchmarks" / "stress.py"))["write_stress_site"](path, 16)
    assert facilities.load(path).arrangement.halls.count == 1


def test_the_stress_site_passes_the_checks_of_a_site(stress_file: Path) -> None:
    assert facilities.check(stress_file) == ()


def test_racks_are_what_the_bare_query_says(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """150 accelerators in three racks through a minute, made in parts and taken in blocks of one cell each."""
    monkeypatch.syspath_prepend(root / "benchmarks")
    monkeypatch.setattr(buckets, "BLOCK_ROWS", 2000)
    benchmark = runpy.run_path(str(root / "benchmarks" / "resample.py"))
    benchmark["make"](tmp_path, 150, 60)
    ours, bare = (benchmark["ask"](way, tmp_path, 150).sort("time", group) for way, group in WAYS.items())
    assert ours["value"].to_list() == pytest.approx(bare["value"].to_list(), rel=1e-12)  # sums in another order
    assert ours["devices"].to_list() == bare["len"].to_list() == [72, 72, 6] * 4
    assert set(ours["coverage"]) == {1.0}


WAYS = {"ours": "asset", "bare": "group"}
"""Ways to ask, and what they call a rack."""
