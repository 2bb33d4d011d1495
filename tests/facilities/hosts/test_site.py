"""Sites stand on the networks that their files name, with reinforcements on or off; faults are told in words."""

from pathlib import Path

import numpy as np
import pandapower as pp
import pandapower.networks
import pytest

import facilities
from facilities import checks
from facilities.connection import GridConnection, HostNetwork
from facilities.hosts import files
from facilities.hosts.additions import known, with_additions
from facilities.hosts.areas import AREAS
from facilities.hosts.site import hosted
from facilities.reader import parsed
from facilities.schema import Facility
from tests.facilities.hosts import test_matpower
from tests.facilities.sites import changed
from twin.errors import FacilityError, UnknownNameError
from twin.grid.feeding import loaded
from twin.grid.power_flow import branch_flows, solve

HOSTED = {
    "prometheus": "columbus_ohio", "google_ironwood": "columbus_ohio", "hyperion": "richland_louisiana",
    "aws_rainier": "new_carlisle_indiana", "google_tpu_v4": "pryor_oklahoma", "fairwater": "atlanta_georgia",
    "fairwater_wisconsin": "racine_wisconsin", "oracle_abilene": "texas",
}  # fmt: skip


def on(name: str, **changes: object) -> Facility:
    """A site with another host network."""
    site = facilities.load(name)
    assert site.connection.host is not None
    wanted, faults = parsed(HostNetwork, {**site.connection.host.model_dump(mode="json"), **changes})
    assert wanted is not None, faults
    connection = site.connection.model_copy(update={"host": wanted})
    return site.model_copy(update={"connection": connection})


@pytest.mark.parametrize("name", HOSTED)
def test_a_site_stands_on_its_network_at_its_rating(name: str) -> None:
    """Buses of its points are those that the cut was checked at, and the whole rating has a power flow."""
    site = facilities.load(name)
    found = hosted(site)
    assert found is not None
    assert site.connection.host is not None
    assert site.connection.host.network == HOSTED[name]
    points = found.host.grid.buses.number[found.feeding.bus]
    assert points.tolist() == list(AREAS[HOSTED[name]].points)
    assert found.synthetic
    assert found.feeding.share.sum() == pytest.approx(1.0)
    assert found.host.studied[found.feeding.bus].all()
    voltage = solve(loaded(found.host.grid, found.feeding, site.connection.rating.si)).voltage
    assert np.abs(voltage[found.feeding.bus]).min() > 0.8


def test_a_site_without_a_network_has_an_equivalent() -> None:
    assert hosted(facilities.load("foxconn_kaohsiung")) is None
    assert hosted(facilities.load("hpe_isambard_ai")) is None


def test_a_network_of_ones_own_is_not_called_synthetic(tmp_path: Path) -> None:
    pp.to_json(pandapower.networks.case9(), str(tmp_path / "own.json"))
    found = hosted(on("prometheus", network=str(tmp_path / "own.json"), points=[{"bus": 4, "source": "s"}]))
    assert found is not None
    assert not found.synthetic


def test_planned_reinforcements_carry_what_the_network_alone_cannot() -> None:
    """5 GW over six points: without them lines stand at over twice their rating and voltage at 0.88."""
    heaviest, lowest = [], []
    for names in ((), ("smalling",), ("smalling", "long_line"), ("smalling", "long_line", "franklin_farms")):
        found = hosted(on("hyperion", additions=list(names)))
        assert found is not None
        grid = loaded(found.host.grid, found.feeding, 5e9)
        voltage = solve(grid).voltage
        mine = found.host.studied_branches & np.isfinite(grid.branches.rating)
        heaviest.append(float((np.abs(branch_flows(grid, voltage)[0]) / grid.branches.rating)[mine].max()))
        lowest.append(float(np.abs(voltage[found.host.studied]).min()))
    assert heaviest == sorted(heaviest, reverse=True)
    assert lowest == sorted(lowest)
    assert heaviest[0] > 2.0
    assert heaviest[-1] < 1.3
    assert lowest[0] < 0.9
    assert lowest[-1] > 0.97


def test_a_reinforcement_is_built_as_it_says() -> None:
    """48 km of 0.33 ohm/km are 15.84 of 2,500 ohm at 500 kV and 100 MVA: 0.006336; 12 % of 1,200 MVA are 0.01."""
    host = with_additions(files.load("richland_louisiana"), "richland_louisiana", ("smalling", "franklin_farms"))
    branches, number = host.grid.branches, host.grid.buses.number
    ends = np.stack([number[branches.start], number[branches.end]])
    line = np.flatnonzero((ends[0] == 9000001) & (ends[1] == 9000003))
    assert branches.reactance[line] == pytest.approx([0.006336, 0.006336])
    assert branches.charging[line] == pytest.approx([48 * 5e-6 * 2500] * 2)
    bank = np.flatnonzero((ends[0] == 9000001) & (ends[1] == 9000002))
    assert branches.reactance[bank] == pytest.approx([0.01] * 4)
    assert host.studied_branches[line].all()
    given = host.grid.units.active.sum()
    assert given == pytest.approx(files.load("richland_louisiana").grid.units.active.sum(), abs=1.0)
    assert host.grid.units.active[-1] == 1.5e9


def test_numbers_of_reinforcements_say_who_says_so() -> None:
    for addition in known("richland_louisiana").values():
        assert addition.about
    assert known("texas") == {}


@pytest.mark.parametrize(("changes", "told"), [
    ({"network": "texs"}, r"no host grid and no file 'texs'\. Known here: atlanta_georgia.*mean 'texas'"),
    ({"additions": ["smaling"]}, "unknown addition to columbus_ohio 'smaling'"),
    ({"points": [{"bus": 7, "source": "a slip"}]}, r"points: the network has no bus 7; of its \d+ buses the nearest"),
])  # fmt: skip
def test_faults_of_a_host_are_told_in_words(changes: dict[str, object], told: str) -> None:
    with pytest.raises((FacilityError, UnknownNameError), match=told):
        hosted(on("prometheus", **changes))


def test_checking_a_site_checks_its_host() -> None:
    found = [str(fault) for fault in checks.faults(on("prometheus", points=[{"bus": 7, "source": "a slip"}]))]
    assert len(found) == 1
    assert found[0].startswith("connection.host.points: the network has no bus 7")


def test_a_network_that_cannot_carry_the_site_is_a_fault_of_the_check(tmp_path: Path) -> None:
    """
    A gigawatt at bus 4 of the case of nine buses, whose three units give 820 MW: far beyond its nose; 12 MW are not.

    Runs stand on the equivalent, and do not ask.
    """
    pp.to_json(pandapower.networks.case9(), str(tmp_path / "own.json"))
    own = ('"pryor_oklahoma"', f'"{tmp_path / "own.json"}"'), ("bus = 63178", "bus = 4")
    assert facilities.check(changed(tmp_path, "google_tpu_v4", *own)) == ()
    own = ('"columbus_ohio"', f'"{tmp_path / "own.json"}"'), ("bus = 36209", "bus = 4")
    path = changed(tmp_path, "prometheus", *own)
    (fault,) = facilities.check(path)
    assert fault.where == "connection.host"
    assert fault.message.startswith("no power flow of own.json has the 923")
    assert list(checks.faults(facilities.load(path))) == []


def test_an_addition_needs_what_it_stands_on() -> None:
    with pytest.raises(FacilityError, match=r"long_line: stands on buses \[9000003\], which are not there; switch on"):
        hosted(on("hyperion", additions=["long_line"]))


def test_a_network_of_ones_own_has_no_additions_of_ours(tmp_path: Path) -> None:
    (tmp_path / "own.m").write_text("mpc", encoding="utf-8")
    with pytest.raises(FacilityError, match="additions are known of host grids of the project alone"):
        hosted(on("prometheus", network=str(tmp_path / "own.m"), additions=["smalling"]))


@pytest.mark.parametrize(("points", "told"), [
    ([{"bus": 1, "source": "s"}, {"bus": 1, "source": "s"}], "points must name different buses"),
    ([{"bus": 1, "source": "s", "share": {"value": "0.5", "basis": "derived", "source": "s"}}], "sum to 1"),
    ([], "at least 1"),
])  # fmt: skip
def test_points_must_fit(points: list[object], told: str) -> None:
    found, faults = parsed(HostNetwork, {"network": "texas", "points": points})
    assert found is None
    assert told in str(faults[0])


def test_there_is_a_bus_for_each_point_of_connection() -> None:
    content = facilities.load("hyperion").connection.model_dump(mode="json", exclude_none=True)
    content["host"]["points"] = content["host"]["points"][:5]
    found, faults = parsed(GridConnection, content)
    assert found is None
    assert "host.points names 5 buses for 6 points of connection; name one for each" in str(faults[0])


def test_a_file_without_a_frequency_has_the_site_s(tmp_path: Path) -> None:
    """Isambard stands on 50 Hz; case files do not say theirs."""
    path = tmp_path / "own.m"
    path.write_text(test_matpower.TEXT, encoding="utf-8")
    host = {"network": str(path), "points": [{"bus": 20, "source": "where the substation will stand"}]}
    wanted, faults = parsed(HostNetwork, host)
    assert wanted is not None, faults
    site = facilities.load("hpe_isambard_ai")
    connection = site.connection.model_copy(update={"host": wanted})
    found = hosted(site.model_copy(update={"connection": connection}))
    assert found is not None
    assert found.host.grid.frequency == 50.0
