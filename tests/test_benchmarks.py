"""The site that only the benchmarks have is a good site."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import facilities

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


def test_the_stress_site_passes_the_checks_of_a_site(stress_file: Path) -> None:
    assert facilities.check(stress_file) == ()
