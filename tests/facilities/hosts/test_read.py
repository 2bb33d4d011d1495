"""A user's own network comes in as it stands, and what is wrong with it is said in one clear message."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandapower as pp
import pandapower.networks
import pytest

from facilities.hosts.read import case_of, read
from facilities.hosts.site import rows
from twin.errors import FacilityError
from twin.grid.power_flow import solve


def small() -> pp.pandapowerNet:
    """A slack, a bus in two sections, a transformer, a load and a unit; a shunt; iron losses; an island."""
    net = pp.create_empty_network(f_hz=50.0, sn_mva=1.0)
    for name, nominal in (("GRID", 220.0), ("NORTH", 220.0), ("NORTH B", 220.0), ("TOWN", 110.0), ("FAR", 110.0)):
        pp.create_bus(net, vn_kv=nominal, name=name)
    pp.create_ext_grid(net, 0, vm_pu=1.02, max_p_mw=400.0)
    pp.create_line_from_parameters(net, 0, 1, 50.0, 0.06, 0.3, 12.0, 1.2, name="west", g_us_per_km=0.05)
    pp.create_switch(net, 1, 2, et="b")
    pp.create_transformer_from_parameters(
        net, 2, 3, 200.0, 220.0, 110.0, 0.4, 12.0, 90.0, 0.08, tap_side="hv", tap_neutral=0, tap_pos=2,
        tap_step_percent=1.25, tap_changer_type="Ratio", tap_min=-8, tap_max=8, shift_degree=30.0,
    )  # fmt: skip
    pp.create_load(net, 3, 90.0, 20.0)
    pp.create_gen(net, 3, 30.0, vm_pu=1.0, min_q_mvar=-20.0, max_q_mvar=20.0, max_p_mw=50.0)
    pp.create_shunt(net, 2, q_mvar=-15.0)
    pp.create_load(net, 4, 5.0)
    return net


def saved(folder: Path, net: pp.pandapowerNet) -> Path:
    pp.to_json(net, str(folder / "own.json"))
    return folder / "own.json"


def test_a_network_of_pandapower_has_the_same_voltages(tmp_path: Path) -> None:
    """Iron losses, line conductance, tap, shift, switch and shunt: to pandapower's 1e-8 MVA on its base of 1 MVA."""
    host = read(saved(tmp_path, small()), 60.0)
    grid = host.grid
    assert grid.frequency == 50.0
    assert grid.buses.name == ("GRID", "NORTH + NORTH B", "TOWN")
    assert grid.buses.number.tolist() == [0, 1, 3]
    net = small()
    pp.runpp(net, trafo_model="pi", calculate_voltage_angles=True, numba=False, lightsim2grid=False)
    expected = net.res_bus.vm_pu * np.exp(1j * np.radians(net.res_bus.va_degree))
    single = grid._replace(units=grid.units._replace(share=(grid.units.bus == grid.reference).astype(float)))
    assert solve(single).voltage == pytest.approx(expected.to_numpy()[[0, 1, 3]], abs=1e-8)
    # 1.2 kA at 220 kV is 457.26 MVA; the transformer's own
    assert grid.branches.rating == pytest.approx([457.261e6, 200e6], rel=1e-5)
    # 400 MW of the grid less the 60 and losses that it gives, and 20 MW left of the unit
    assert grid.units.share[1] == pytest.approx(20.0 / (20.0 + 400.0 - solve(single).injection[0].real / 1e6), rel=1e-6)
    assert "1 of 4 buses have no path to the reference bus and are left out, with 5 MW of load: 4" in host.record.note


def test_case118_as_pandapower_carries_it_agrees_with_pandapower() -> None:
    """54 units, 9 tapped transformers: another path to the same 1e-9."""
    net = pandapower.networks.case118()
    net.trafo["tap_dependency_table"] = False
    from facilities.hosts.matpower import network

    grid = network(case_of(net, "case118")).grid
    angle = np.radians(net.res_bus.va_degree.to_numpy())
    expected = net.res_bus.vm_pu.to_numpy() * np.exp(1j * (angle - angle[grid.reference]))
    assert np.abs(solve(grid).voltage - expected).max() < 1e-9


def test_points_are_found_by_number_and_by_name(tmp_path: Path) -> None:
    grid = read(saved(tmp_path, small()), 60.0).grid
    assert rows(grid, [3, "NORTH B"]).tolist() == [2, 1]
    with pytest.raises(FacilityError, match=r"no bus named 'TWON'.*Did you mean 'TOWN'"):
        rows(grid, ["TWON"])
    with pytest.raises(FacilityError, match=r"no bus is named '3', but one has that number.*without quotes: bus = 3"):
        rows(grid, ["3"])
    with pytest.raises(FacilityError, match=r"no bus 7; of its 3 buses the nearest numbers are \[3, 1, 0\]"):
        rows(grid, [7])
    with pytest.raises(FacilityError, match="are not all different buses: closed switches join some"):
        rows(grid, ["NORTH", "NORTH B"])


def test_a_point_on_an_island_is_told(tmp_path: Path) -> None:
    grid = read(saved(tmp_path, small()), 60.0).grid
    opened = grid._replace(branches=grid.branches._replace(in_service=np.array([True, False])))
    with pytest.raises(FacilityError, match="bus 'TOWN' has no path of branches in service to the reference bus"):
        rows(opened, ["TOWN"])


def without_slack(net: pp.pandapowerNet) -> None:
    net.ext_grid.in_service = False


def overload(net: pp.pandapowerNet) -> None:
    net.load.loc[0, "p_mw"] = 3000.0


def no_impedance(net: pp.pandapowerNet) -> None:
    net.line[["r_ohm_per_km", "x_ohm_per_km"]] = 0.0


def with_svc(net: pp.pandapowerNet) -> None:
    pp.create_svc(net, 3, 1.0, -10.0, 1.0, 144.0)


def broken(net: pp.pandapowerNet) -> None:
    net.line.in_service = False
    net.gen.in_service = False


@pytest.mark.parametrize(("spoil", "told"), [
    (without_slack, "own.json: ext_grid: no slack: no external grid"),
    (overload, "own.json: pandapower finds no power flow of it.*beyond the loadability limit"),
    (no_impedance, "own.json: line: lines without impedance: 0-1; put a closed bus-bus switch"),
    (with_svc, "own.json: has parts that are not read: svc; put loads, units or shunts"),
    (broken, "own.json: branch: falls apart: 3 of 4 buses have no path to the reference bus"),
])  # fmt: skip
def test_each_fault_is_one_clear_message(tmp_path: Path, spoil: Callable[[pp.pandapowerNet], None], told: str) -> None:
    net = small()
    spoil(net)
    with pytest.raises(FacilityError, match=told):
        read(saved(tmp_path, net), 60.0)


def test_missing_ratings_are_told(tmp_path: Path) -> None:
    net = small()
    net.line["max_i_ka"] = np.nan
    host = read(saved(tmp_path, net), 60.0)
    assert np.isinf(host.grid.branches.rating[0])
    assert "1 of 2 branches state no rating; none of them can be overloaded" in host.record.note


@pytest.mark.parametrize(("name", "told"), [
    ("own.csv", r"a network ends in \.json, \.m, \.mat, \.raw, \.rawx, \.zip, \.xml, \.uct, \.cdf; got '\.csv'"),
    ("own.json", "is no network of pandapower"),
    ("own.m", "no MATPOWER case could be read"),
    ("own.xml", "PowSyBl does not read it|PowSyBl, which is not installed"),
])  # fmt: skip
def test_files_that_are_not_read_say_why(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(FacilityError, match=told):
        read(tmp_path / name, 60.0)


@pytest.mark.parametrize("spoilt", [
    b"", b"[1, 2]", b"\xff\xfe", b"[" * 100_000,
    b'{"_module": "no.such.module", "_class": "pandapowerNet", "_object": {}}',
    b'{"_module": "pandapower.auxiliary", "_class": "NoNet", "_object": {}}',
])  # fmt: skip
def test_whatever_pandapower_raises_of_a_file_is_one_message(tmp_path: Path, spoilt: bytes) -> None:
    """A warning, and errors of attributes, encoding, recursion and imports: what is caught is as wide as what comes."""
    (tmp_path / "own.json").write_bytes(spoilt)
    with pytest.raises(FacilityError, match=r"own\.json: is no network of pandapower.*write it by"):
        read(tmp_path / "own.json", 60.0)
