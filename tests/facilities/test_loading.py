"""Reading facility files: what is there, and a message for each thing that can be wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import facilities
from facilities.loading import SITES
from facilities.quantity import LOAD
from tests.facilities.sites import changed
from twin.errors import FacilityError, UnknownNameError

RATED = 'facility_power = { value = "1000 MW"'


def faults(path: Path) -> list[str]:
    with pytest.raises(FacilityError) as caught:
        facilities.load(path)
    return [str(fault) for fault in caught.value.faults]


def test_the_three_sites_are_there() -> None:
    assert {"frontier", "hyperion", "prometheus"} <= set(facilities.names())


@pytest.mark.parametrize("name", ["frontier", "hyperion", "prometheus"])
def test_a_site_is_good(name: str) -> None:
    assert facilities.load(name).name == name
    assert facilities.check(name) == ()


def test_loading_is_quick() -> None:
    facilities.load("prometheus")
    begun = time.process_time()
    facilities.load("prometheus")
    assert time.process_time() - begun < 0.5


def test_an_unknown_site_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown site 'promtheus'; known: .*Did you mean 'prometheus'\?"):
        facilities.load("promtheus")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FacilityError, match=r"absent\.toml: cannot be read: No such file or directory"):
        facilities.load(tmp_path / "absent.toml")


def test_a_fault_of_syntax_says_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\ntitle = \n', encoding="utf-8")
    with pytest.raises(FacilityError, match=r"mine\.toml: line 2, column 9: is not TOML: Invalid value"):
        facilities.load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"name = \xff\xfe")
    with pytest.raises(FacilityError, match=r"mine\.toml: is not UTF-8 text \(byte 7\)"):
        facilities.load(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'rating = { value = "1000 MW", basis = "reported", source = "announced facility power", note',
            "rating = 10 #",
            "connection.rating: give a table such as { value = '1000 MW', basis = 'reported', source = '...' }; got 10",
        ),
        (
            RATED,
            "facility_power = { value = 1000",
            "design.facility_power: give the value as text, such as value = '1000 MW'; got 1000",
        ),
        (
            RATED,
            'facility_power = { value = "1000"',
            "design.facility_power: give a value such as '1000 MW'; got '1000' "
            "(write a number and its unit, such as '132 kW'; got '1000')",
        ),
        (
            RATED,
            'facility_power = { value = "1000 MVA"',
            "design.facility_power: give a value such as '1000 MW'; got '1000 MVA' "
            "(MVA is apparent power; wanted active power in W)",
        ),
        (
            RATED,
            'facility_power = { value = "1000 mW"',
            "design.facility_power: must be from 10000 to 2e+10 W; got '1000 mW'",
        ),
        (
            'campus_voltage = { value = "34.5 kV", basis = "assumed", source = "usual on US campuses", range',
            'campus_voltage = { value = "34.5 kV", basis = "assumed", range',
            "connection.campus_voltage.source: is missing; add it",
        ),
        (
            ', range = ["13.8 kV", "34.5 kV"] }',
            " }",
            "connection.campus_voltage: an assumed value needs its range, such as range = ['120 kW', '142 kW']",
        ),
        (
            'range = ["13.8 kV", "34.5 kV"]',
            'range = ["13.8 kV", "33 kV"]',
            "connection.campus_voltage: '34.5 kV' lies outside its own range, '13.8 kV' to '33 kV'; mend the one or "
            "the other",
        ),
        (
            'count = { value = "2556 rack"',
            'count = { value = "-2556 rack"',
            "racks.service.count: must be from 1 to 1e+06 rack; got '-2556 rack'",
        ),
        (
            'count = { value = "2556 rack"',
            'count = { value = "2556.5 rack"',
            "racks.service.count: give a whole number; got '2556.5 rack'",
        ),
        (
            'count = { value = "2556 rack"',
            'count = { value = "2556 gpu"',
            "racks.service.count: give a value such as '5112 rack'; got '2556 gpu' (gpu is a quantity of dimension "
            "[accelerator]; wanted a quantity of dimension [rack] in rack)",
        ),
        (
            'control_band = { value = "1 K"',
            'control_band = { value = "1 degC"',
            "cooling.liquid.loop.control_band: give a value such as '4 delta_degC'; got '1 degC' "
            "(°C is a temperature; wanted a temperature difference in Δ°C)",
        ),
        (
            'set_point = { value = "25 degC"',
            'set_point = { value = "25 K"',
            "cooling.air.set_point: must be from 200 to 450 K; got '25 K'",
        ),
        (
            'basis = "reported", source = "announced facility power"',
            'basis = "rumoured", source = "announced facility power"',
            "connection.rating.basis: input should be 'primary', 'reported', 'derived', 'measured' or 'assumed'; "
            "got 'rumoured'",
        ),
        ("[arrangement]", "[arrangement]\nhall = 3", "arrangement.hall: unknown key. Known here: "),
        (
            'rack = "gb200_nvl72"',
            'rack = "gb200_nvl27"',
            "racks.compute.rack: unknown rack 'gb200_nvl27'. Known here: ",
        ),
        (
            'transformer = "main_transformer_90mva"',
            'transformer = "busway"',
            "connection.transformer: 'busway' is no transformer. Known here: intake_transformer_10mva, ",
        ),
        (
            '["-2.5 degC", ',
            "[",
            "climate.dry_bulb: give twelve values, January to December; got 11",
        ),
        (
            'supply_temperature = { value = "18 degC"',
            'supply_temperature = { value = "23 degC"',
            "cooling.air.loop.supply_temperature: '23 degC' lies outside its own range, '15 degC' to '20 degC'",
        ),
        (
            '"22 degC", basis = "assumed", source = "above it the halls\' air cannot be held", range = ["20 degC"',
            '"16 degC", basis = "assumed", source = "above it the halls\' air cannot be held", range = ["15 degC"',
            "cooling.air.loop: give each temperature no lower than the one before; got supply '18 degC', alarm '16",
        ),
        ("time_zone = { value", "zone = { value", "location.time_zone: is missing; add it"),
        (
            "[arrangement]",
            "[arrangement]\nempty_places = [9000]",
            "arrangement.empty_places must name different places from 1 to 5113; got [9000]",
        ),
    ],
)
def test_each_fault_has_its_place_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = faults(changed(tmp_path, "prometheus", (old, new)))
    assert any(fault.startswith(message) or message in fault for fault in found), found


def test_all_faults_come_at_once_under_the_files_name(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "prometheus",
        (RATED, 'facility_power = { value = "1000"'),
        ('count = { value = "2556 rack"', 'count = { value = "-1 rack"'),
        ("[cooling.liquid]", "[cooling.liquid]\npump = 3"),
    )
    with pytest.raises(FacilityError) as caught:
        facilities.load(path)
    message = str(caught.value)
    assert message.startswith("3 faults in mine.toml:\n")
    assert {fault.where for fault in caught.value.faults} == {
        "design.facility_power",
        "racks.service.count",
        "cooling.liquid.pump",
    }
    assert "unknown key. Known here: cdu, loop, supply_alarm, supply_temperature." in message


def test_all_unknown_parts_come_at_once(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "prometheus",
        ('cdu = "in_row_1200kw"', 'cdu = "in_row_1300kw"'),
        ('fan_coil = "fan_wall"', 'fan_coil = "fanwall"'),
    )
    assert faults(path) == [
        "cooling.air.fan_coil: unknown fan coil 'fanwall'. Known here: evaporative_air_handler, fan_wall, room_unit. "
        "Did you mean 'fan_wall'?",
        "cooling.liquid.cdu: unknown CDU 'in_row_1300kw'. Known here: ex4000_cdu, frontier_cdu, in_rack_130kw, "
        "in_row_1200kw, in_row_700kw, row_2500kw. Did you mean 'in_row_1200kw'?",
    ]


def test_a_site_may_bring_its_own_parts(tmp_path: Path) -> None:
    own = """
[catalog.fan_coils.fanwall]
title = "Fan wall of our own"
fan_share = { value = "2 %", basis = "measured", source = "our meters" }
"""
    path = changed(tmp_path, "prometheus", ('fan_coil = "fan_wall"', 'fan_coil = "fanwall"'))
    path.write_text(path.read_text(encoding="utf-8") + own, encoding="utf-8")
    assert facilities.load(path).catalog.fan_coils["fanwall"].fan_share.si == pytest.approx(0.02)


def test_every_number_says_where_it_comes_from() -> None:
    listed = facilities.load("prometheus").assumptions()
    by_path = {number.path: number for number in listed}
    assert len(by_path) == len(listed)
    count = by_path["racks.compute.count"]
    assert (count.value, count.basis, count.source) == ("5112 rack", "derived", "1000 MW / 1.30 / (132 kW x 1.14)")
    assert "Also published: 3736 rack according to Epoch AI: 268,973 packages in service, 72 a rack" in count.note
    leakage = by_path["catalog.accelerators.gb200.leakage"]
    assert (leakage.basis, leakage.low, leakage.high) == ("assumed", "0 W/K", "3 W/K")
    assert all(number.low for number in listed if number.basis == "assumed")
    assert not [number for number in listed if "rubin" in number.path], "parts of other sites are not listed"
    point = by_path["catalog.converters.orv3_hpr_shelf.points.1"]
    assert point.value == "97.5 % at 50 % load"


def test_no_file_names_a_place_on_a_machine() -> None:
    folder = SITES.parent
    for path in [*folder.glob("sites/*.toml"), *folder.glob("catalog/*.toml")]:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("/work", "/tmp", "shared/", "section ") if word in text], path.name


def test_a_range_of_bare_numbers_names_no_unit() -> None:
    with pytest.raises(ValueError, match=r"^must be from 0.001 to 2; got '3'$"):
        LOAD.read("3")
