"""Networks in exchange formats: PowSyBl's own power flow of each, a PSS/E file by hand, and what is refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facilities.hosts import exchange, matpower, psse
from facilities.hosts.read import read
from tests.facilities.hosts import own_psse
from twin.errors import FacilityError
from twin.grid.power_flow import solve

pytest.importorskip("pypowsybl", reason="PowSyBl is not installed: pip install 'gigatwin[networks]'")
import pypowsybl.network as powsybl
from pypowsybl import loadflow

MADE: dict[str, Callable[[], Any]] = {
    "ieee9": powsybl.create_ieee9,
    "ieee14": powsybl.create_ieee14,
    "ieee30": powsybl.create_ieee30,
    "ieee118": powsybl.create_ieee118,
    "ieee300": powsybl.create_ieee300,
    "two_winding": powsybl.create_eurostag_tutorial_example1_network,
    "joined_boundary_lines": powsybl.create_eurostag_tutorial_example1_with_tie_lines_and_areas,
    "belgium": powsybl.create_micro_grid_be_network,  # three windings, a phase shifter, a boundary
    "netherlands": powsybl.create_micro_grid_nl_network,
}


def flow(network: Any, slack: str) -> None:
    """Solve as we do: one slack, no limits of reactive power, taps and shunts as they stand."""
    parameters = loadflow.Parameters(
        distributed_slack=False,
        use_reactive_limits=False,
        transformer_voltage_control_on=False,
        shunt_compensator_voltage_control_on=False,
        read_slack_bus=False,
        provider_parameters={
            "slackBusSelectionMode": "NAME",
            "slackBusesIds": slack,
            "slackDistributionFailureBehavior": "LEAVE_ON_SLACK_BUS",
            "newtonRaphsonConvEpsPerEq": "1e-12",
        },
    )
    (result, *_) = loadflow.run_ac(network, parameters)
    assert result.status == loadflow.ComponentStatus.CONVERGED


def voltages(network: Any) -> np.ndarray[Any, np.dtype[np.complex128]]:
    buses = network.get_buses()
    nominal = network.get_voltage_levels().nominal_v.loc[buses.voltage_level_id].to_numpy()
    return np.asarray(buses.v_mag / nominal * np.exp(1j * np.radians(buses.v_angle)))


@pytest.mark.parametrize("name", MADE)
def test_voltages_are_those_of_powsybl(name: str) -> None:
    """
    Two solvers and two models of every branch, tap and phase shift.

    A unit that holds another bus' voltage is read as holding its own where the file has it, so the file must be solved:
    it is, once, before it is read.
    """
    network = MADE[name]()
    powsybl.replace_3_windings_transformers_with_3_2_windings_transformers(network)
    slack = int(np.flatnonzero(exchange.tables(network, name).case.bus[:, 1] == matpower.REFERENCE)[0])
    network.per_unit = False
    flow(network, network.get_buses().index[slack])
    solved = voltages(network)
    case = exchange.tables(network, name).case
    grid = matpower.network(case, 50.0).grid
    ours = solve(grid).voltage
    rows = {int(number): row for row, number in enumerate(case.bus[:, 0])}
    known = [(place, rows[int(number)]) for place, number in enumerate(grid.buses.number)]
    inner = [(place, row) for place, row in known if row < len(solved)]
    place, row = np.array(inner).T
    assert len(inner) == len(solved)
    turn = solved[slack] / abs(solved[slack])
    assert np.abs(ours[place] * turn - solved[row]).max() < 1e-9


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.raw"
    path.write_text(own_psse.TEXT, encoding="utf-8")
    return path


def test_a_psse_file_by_hand(own: Path) -> None:
    """Numbers, names, powers, ratings [MVA], charging and the ratio are those that stand in the file."""
    case = exchange.read(own).case
    assert case.bus[:, 0].tolist() == [101.0, 102.0, 203.0]
    assert case.bus[:, 1].tolist() == [matpower.REFERENCE, 1.0, matpower.PV]
    assert case.names == ("STRONG", "CAMPUS", "BELOW")
    assert case.bus[:, [2, 3, 5]] == pytest.approx(np.array([[0, 0, 0], [300, 80, 50], [100, 30, 0]]))
    assert case.gen[:, [0, 1, 3, 4, 5, 8]] == pytest.approx(
        np.array([[101, 350, 500, -500, 1.02, 900], [203, 50, 60, -60, 1.0, 80]])
    )
    lines = [[101, 102, 0.003, 0.03, 0.5, 600, 0.0, 1.0]] * 2
    assert case.branch[:, [0, 1, 2, 3, 4, 5, 9, 10]] == pytest.approx(
        np.array([*lines, [102, 203, 0.002, 0.04, 0.0, 250, 0.0, 1.0]])
    )
    assert case.branch[2, 8] == pytest.approx(0.98)


def test_a_psse_file_is_a_host(own: Path) -> None:
    """At rest each bus gives what it takes: the law, with the admittances of the file written out."""
    host = read(own, 60.0)
    v = solve(host.grid).voltage
    line, tap = 2.0 / (0.003 + 0.03j), 0.98
    below = 1.0 / (0.002 + 0.04j)
    at_campus = v[1] * np.conj(line * (v[1] - v[0]) + 0.5j * v[1] + below / tap * (v[1] / tap - v[2]) - 0 + 0.5j * v[1])
    assert at_campus == pytest.approx(-3.0 - 0.8j, abs=1e-9)
    assert abs(v[0]) == pytest.approx(1.02)
    assert abs(v[2]) == pytest.approx(1.0)


@pytest.mark.parametrize(("suffix", "kind"), [(".zip", "CGMES"), (".raw", "PSS/E")])
def test_other_formats_are_the_same_network(own: Path, suffix: str, kind: str) -> None:
    """Written by PowSyBl and read back; its CGMES has no reference, and other names for the order of buses."""
    path = own.with_name(f"again{suffix}")
    powsybl.load(str(own)).save(str(path), format=kind)
    expected, back = exchange.read(own).case, exchange.read(path)
    known = [name.split(" + ") for name in back.case.names]
    order = [next(row for row, own_names in enumerate(known) if name in own_names) for name in expected.names]
    place = {number: row for row, number in enumerate(back.case.bus[order, 0])}
    branch, units = back.case.branch.copy(), back.case.gen.copy()
    branch[:, :2] = np.vectorize(place.get)(branch[:, :2])
    units[:, 0] = np.vectorize(place.get)(units[:, 0])
    rows = {number: row for row, number in enumerate(expected.bus[:, 0])}
    ends = np.vectorize(rows.get)(expected.branch[:, :2])
    assert sorted(map(tuple, branch[:, :2])) == sorted(map(tuple, ends))
    for column in range(2, 11):
        assert np.sort(branch[:, column]) == pytest.approx(np.sort(expected.branch[:, column]))
    assert back.case.bus[order, 1:10] == pytest.approx(expected.bus[:, 1:10])
    assert np.sort(units[:, 1:9], axis=0) == pytest.approx(np.sort(expected.gen[:, 1:9], axis=0))
    told = ("the file names no reference, so the bus of the largest unit is it: STRONG + VL101_0",)
    assert back.notes == (told if kind == "CGMES" else ())


def test_parts_without_a_place_are_named(tmp_path: Path) -> None:
    with pytest.raises(FacilityError, match=r"not read: lines of direct current, static var compensators; put loads"):
        exchange.tables(powsybl.create_four_substations_node_breaker_network(), "four")


def test_a_file_without_a_reference_says_which_bus_is_taken() -> None:
    notes = exchange.tables(powsybl.create_eurostag_tutorial_example1_network(), "made").notes
    assert notes == ("the file names no reference, so the bus of the largest unit is it: VLGEN_0",)


def test_a_file_that_breaks_off_names_what_is_missing(own: Path) -> None:
    own.write_text(own_psse.TEXT[:400], encoding="utf-8")
    with pytest.raises(
        FacilityError, match=r"2 faults in own\.raw:\n  gen: needs .* 0 rows\n  branch: needs .* 0 rows"
    ):
        read(own, 60.0)


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("101,102,'2 '", "101,999,'2 '", r"leaves a record out: .*bus not found J: 999.* record 101, 999, 2"),
        ("203,'BELOW", "102,'BELOW", r"leaves a record out: Duplicated Bus Id: 102"),
    ],
)
def test_a_record_that_powsybl_reads_past_is_told(own: Path, there: str, instead: str, said: str) -> None:
    """A line to a bus that is not there, and two buses of one number: PowSyBl warns, and goes on without them."""
    own.write_text(own_psse.TEXT.replace(there, instead), encoding="utf-8")
    with pytest.raises(FacilityError, match=said):
        read(own, 60.0)


@pytest.mark.parametrize("text", ["", "nonsense\n1,2,3\n"])
def test_what_is_no_network(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.raw"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FacilityError, match=r"own\.raw: PowSyBl does not read it"):
        read(path, 60.0)


def test_without_powsybl_it_says_what_to_install(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypowsybl.network", None)
    monkeypatch.setitem(sys.modules, "pypowsybl", None)
    with pytest.raises(FacilityError, match=r"PowSyBl, which is not installed: pip install 'gigatwin\[networks\]'"):
        read(own, 60.0)


def test_a_bus_of_type_4_is_out_with_all_that_hangs_on_it(own: Path) -> None:
    """By law: what is left is a line pair of 0.003 + 0.03j per unit that feeds 300 MW + 80 Mvar less 50 Mvar v2."""
    own.write_text(own_psse.TEXT.replace("203,'BELOW       ',138.0,2", "203,'BELOW / 4, 1',138.0,4"), encoding="utf-8")
    host = read(own, 60.0)
    assert host.grid.buses.number.tolist() == [101, 102]
    assert host.grid.units.bus.tolist() == [0]
    assert "buses of type 4 are out of service, with all that hangs on them: 203" in host.record.note
    v = solve(host.grid).voltage
    at_campus = v[1] * np.conj(2.0 / (0.003 + 0.03j) * (v[1] - v[0]) + 0.5j * v[1] + 0.5j * v[1])
    assert at_campus == pytest.approx(-3.0 - 0.8j, abs=1e-9)


@pytest.mark.parametrize("suffix", [".raw", ".rawx"])
def test_types_of_buses_of_version_35(tmp_path: Path, suffix: str) -> None:
    """Bus 8 of the IEEE 14 bus case hangs on bus 7 alone: 13 buses are left."""
    path = tmp_path / f"fourteen{suffix}"
    options = {"psse.export.raw-format": str(suffix == ".raw").lower()}
    powsybl.create_ieee14().save(str(tmp_path / "fourteen"), format="PSS/E", parameters=options)
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(8,.VL8_0.,20\.0,)2", r"\g<1>4", text), encoding="utf-8")
    assert psse.isolated(path) == [8]
    assert read(path, 60.0).grid.buses.number.tolist() == [number for number in range(1, 15) if number != 8]


def test_a_bus_of_type_4_is_not_taken_for_the_reference(own: Path) -> None:
    """Without a swing bus the largest unit is it, of those in service."""
    text = own_psse.TEXT.replace("345.0,3,", "345.0,4,").replace(
        "102,'CAMPUS      ',345.0,1", "102,'CAMPUS      ',345.0,2"
    )
    unit = "203,'1 ',50.0,0.0,60.0"
    assert unit in text
    own.write_text(
        text.replace(unit, f"102,'1 ',350.0,0.0,400.0,-400.0,1.0,0,1000.0,0,1,0,0,1,1,100,800.0,0.0,1,1\n{unit}")
    )
    found = exchange.read(own)
    assert found.case.bus[:, 1].tolist() == [matpower.ISOLATED, matpower.REFERENCE, matpower.PV]
    assert read(own, 60.0).grid.buses.number.tolist() == [102, 203]


def test_a_bus_of_type_4_within_a_substation_is_refused() -> None:
    network = powsybl.create_eurostag_tutorial_example1_network()
    with pytest.raises(FacilityError, match="that lie within a substation: 7; open the switches, or take"):
        exchange.tables(network, "made", [7])
