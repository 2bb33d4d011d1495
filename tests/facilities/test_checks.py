"""What full load crosses is found, with its place and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

import facilities
from facilities import build
from facilities.checks import worst_chip
from tests.facilities.sites import changed


def messages(path: Path) -> list[str]:
    return [str(fault) for fault in facilities.check(path)]


def test_worst_chip_by_hand() -> None:
    """
    GB200 at 40 degC in a branch of 92 % of the flow: coolant 115.4 kW / 11.52 kW/K / 0.92 = 10.89 K, film 1200 W x
    0.010 K/W x 0.92^-0.7 = 12.72 K, chip 1200 W x 0.0154 K/W = 18.48 K: 82.1 degC; leakage 0.96 W/K x 7.1 K = 6.8 W
    through 0.026 K/W adds 0.2 K.
    """
    classes = build.site(facilities.load("prometheus")).rack_classes
    resistance = 0.010 * 0.92**-0.7 + 0.014 * 1.1
    rise = 0.871 * 132_525 / 11_522 / 0.92 + 1200 * resistance
    leakage = 0.96 * (40 + rise - 75) * resistance
    assert worst_chip(classes, 0, 313.15) == pytest.approx(313.15 + rise + leakage, abs=0.1)
    assert worst_chip(classes, 0, 313.15) == pytest.approx(355.45, abs=0.1)


def test_too_warm_a_supply_is_found(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "prometheus",
        ('supply_temperature = { value = "40 degC"', 'supply_temperature = { value = "48 degC"'),
        ('range = ["32 degC", "42 degC"]', 'range = ["32 degC", "50 degC"]'),
        ('supply_alarm = { value = "45 degC"', 'supply_alarm = { value = "50 degC"'),
        ('range = ["42 degC", "45 degC"]', 'range = ["42 degC", "50 degC"]'),
    )
    assert messages(path) == [
        # 48 + 10.89 + 12.72 + 18.48 + leakage at 91 degC, 15 W x 0.026 K/W, and 0.1 of the coolant, in degC
        "cooling.liquid.supply_temperature: the worst chip of gb200_nvl72 reaches 90.6 degC at full load and 48.0 degC "
        "supply; its limit is 90.0 degC. Lower the supply or the chip's power"
    ]


def test_too_many_racks_a_cdu_are_found(tmp_path: Path) -> None:
    path = changed(tmp_path, "prometheus", ('racks_per_cdu = { value = "8"', 'racks_per_cdu = { value = "12"'))
    found = messages(path)
    # 12 x 115.4 kW + 18.5 kW = 1.4037 MW
    assert any(
        fault.startswith("cooling.liquid.cdu: ") and "rated for 1.2 MW" in fault and "takes 1.4037 MW" in fault
        for fault in found
    ), found


def test_too_small_a_plant_is_found(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "prometheus",
        ('chiller_share = { value = "1.1"', 'chiller_share = { value = "0.5"'),
        ('range = ["1.05", "1.5"]', 'range = ["0.5", "1.5"]'),
    )
    found = messages(path)
    assert len(found) == 1
    assert found[0].startswith("cooling.air.loop: cannot hold 18.0 degC on the design day at full load: of 8.0")
    assert found[0].endswith("Raise cooler_margin, chiller_share or the supply temperature")


def test_too_small_a_connection_is_found(tmp_path: Path) -> None:
    path = changed(tmp_path, "prometheus", ('rating = { value = "1000 MW"', 'rating = { value = "900 MW"'))
    assert messages(path) == [
        # 0.09 MW above the peak at 1000 MW, since one transformer less is wanted
        "connection.rating: is 900 MW, but the site draws 924.04 MW on its design day; raise it, or take fewer racks"
    ]


def test_too_much_recirculation_is_found(tmp_path: Path) -> None:
    """0.4 / 0.6 of the hot air's rise, 12.8 K with the losses, is 8.5 K below 25 degC; the water is 19 degC."""
    path = changed(
        tmp_path,
        "frontier",
        ('recirculation = { value = "5 %"', 'recirculation = { value = "40 %"'),
        ('range = ["2 %", "10 %"]', 'range = ["2 %", "50 %"]'),
    )
    found = messages(path)
    assert len(found) == 1
    assert found[0].startswith("cooling.air.recirculation: asks for supply air of 16.5 degC at full load")


def test_too_little_water_is_found(tmp_path: Path) -> None:
    """Water that is to rise by 1.25 x 20 K from 19 degC would leave warmer than the air that returns, 34.6 degC."""
    path = changed(
        tmp_path,
        "frontier",
        ('water_rise = { value = "8 K"', 'water_rise = { value = "20 K"'),
        ('range = ["6 K", "10 K"]', 'range = ["6 K", "20 K"]'),
    )
    found = messages(path)
    assert len(found) == 1
    assert found[0].startswith("cooling.air.water_rise: leaves the coils too little water at full load (")
    assert found[0].endswith("lower it, or coil_margin")


def test_water_below_the_dew_point_is_found(tmp_path: Path) -> None:
    path = changed(tmp_path, "frontier", ('dew_point = { value = "15 degC"', 'dew_point = { value = "18.5 degC"'))
    assert messages(path) == [
        "cooling.air.loop.supply_temperature: is below the air's highest dew point, 18.5 degC: coils and doors "
        "would take moisture out, which is not modelled; raise it"
    ]


COUNTED = 'basis = "measured", source = "counted"'
RACK = """
[catalog.racks.mine]
title = "Rack of our own"
rated_power = {{ value = "{rated}", basis = "measured", source = "our meters" }}
node = "gb200_compute_tray"
nodes = {{ value = "18", {counted} }}
stages = [
    {{ name = "shelf", converter = "orv3_hpr_shelf", units = {{ value = "{shelves}", {counted} }} }},
]
[catalog.racks.mine.liquid]
coolant = "pg25"
fraction = {{ value = "{fraction}", basis = "measured", source = "our meters" }}
flow = {{ value = "1.5 L/min/kW", basis = "measured", source = "our meters" }}
volume = {{ value = "25 L", basis = "measured", source = "our meters" }}
[catalog.racks.mine.air]
rise = {{ value = "15 K", basis = "measured", source = "our meters" }}
capacity = {{ value = "60 kJ/K", basis = "measured", source = "our meters" }}
"""


def own_rack(folder: Path, rated: str = "102 kW", shelves: str = "8", fraction: str = "90 %") -> Path:
    path = changed(folder, "prometheus", ('rack = "gb200_nvl72"', 'rack = "mine"'))
    own = RACK.format(rated=rated, shelves=shelves, fraction=fraction, counted=COUNTED)
    path.write_text(path.read_text(encoding="utf-8") + own, encoding="utf-8")
    return path


def test_a_good_rack_of_ones_own_passes(tmp_path: Path) -> None:
    # 99.504 kW at 38 % of eight shelves of 33 kW: 102 kW
    assert messages(own_rack(tmp_path)) == []


def test_a_nameplate_that_the_parts_do_not_reach_is_found(tmp_path: Path) -> None:
    found = messages(own_rack(tmp_path, rated="120 kW"))
    assert found == [
        "catalog.racks.mine.rated_power: is 120 kW, but the parts draw 102.1 kW at full load; mend the parts or the "
        "nameplate"
    ]


def test_a_stage_that_cannot_carry_its_load_is_found(tmp_path: Path) -> None:
    found = messages(own_rack(tmp_path, rated="103 kW", shelves="3"))
    assert "catalog.racks.mine.stages.shelf: 3 x 33000 W cannot carry 99504 W at full load; add units" in found


def test_coolant_that_takes_less_than_the_chips_give_is_found(tmp_path: Path) -> None:
    # 86.4 kW of chips; 80 % of 102.1 kW is 81.7 kW
    found = messages(own_rack(tmp_path, fraction="80 %"))
    assert found[0].startswith("catalog.racks.mine.liquid.fraction: is too small: at 86400 W of chips the coolant ")


def assumed(name: str, value: str, low: str, high: str) -> str:
    return f'{name} = {{ value = "{value}", basis = "assumed", source = "test", range = ["{low}", "{high}"] }}'


CONDENSER = "\n".join(
    (
        assumed("chiller_share", "1.2", "1.05", "1.5"),
        "[cooling.air.loop.condenser]",
        'pump = "facility_pump"',
        assumed("residence_time", "60 s", "30 s", "90 s"),
        assumed("economiser_approach", "2 K", "1 K", "3 K"),
        assumed("tower_approach", "4 K", "3 K", "6 K"),
        assumed("least_temperature", "13 degC", "10 degC", "18 degC"),
    )
)
"""What turns the air loop of a site into one with condenser water."""


def with_condenser_water(folder: Path, *more: tuple[str, str]) -> Path:
    """Let towers and water-cooled chillers serve Prometheus' air loops, and change more."""
    share = 'chiller_share = { value = "1.1", basis = "assumed", source = "chillers carry the whole heat on a warm day'
    text = (Path(facilities.__file__).parent / "sites" / "prometheus.toml").read_text()
    begin = text.index("[cooling.air.loop]")
    loop = text[begin : text.index("[power]")]
    line = next(line for line in loop.splitlines() if line.startswith(share))
    changes = (
        (line + "\n", CONDENSER.split("\n")[0] + "\n"),
        (loop.splitlines()[1], 'cooler = "tower_7mw"'),
        (loop.splitlines()[2], 'chiller = "water_cooled"'),
    )
    own = loop
    for old, new in (*changes, *more):
        assert old in own, old
        own = own.replace(old, new)
    own = own.rstrip() + "\n\n" + "\n".join(CONDENSER.split("\n")[1:]) + "\n\n"
    path = folder / "prometheus.toml"
    path.write_text(text.replace(loop, own))
    return path


def test_a_loop_with_condenser_water_is_good(tmp_path: Path) -> None:
    path = with_condenser_water(tmp_path)
    assert messages(path) == []
    loops = build.site(facilities.load(path)).loops
    air = [name.endswith("/air") for name in loops.name]
    assert loops.condenser.fitted.tolist() == air
    # Towers fall by 5.6 K at their design point; condenser water carries heat and chiller power at that range.
    carried = loops.condenser.stream[air] * 5.6
    assert (carried > loops.water_stream[air] * 8.0).all()


def test_a_chiller_that_rejects_elsewhere_is_refused(tmp_path: Path) -> None:
    found = messages(with_condenser_water(tmp_path, ('"water_cooled"', '"air_cooled"')))
    assert found[0].startswith("cooling.air.loop.chiller: 'air_cooled' does not reject into water, as this loop does.")


def test_a_chiller_outside_its_fit_is_told(tmp_path: Path) -> None:
    """The York YK machine was fitted for water of 4.4 to 8.9 degC; the loop wants 18."""
    found = messages(with_condenser_water(tmp_path, ('"water_cooled"', '"york_yk_5170kw"')))
    assert any(
        fault.startswith("cooling.air.loop.chiller: 'york_yk_5170kw' is outside of its range on the design day")
        for fault in found
    ), found


def test_towers_too_few_for_the_condensers_are_told(tmp_path: Path) -> None:
    few = 'cooler_margin = { value = "1", basis', 'cooler_margin = { value = "0.5", basis'
    found = messages(with_condenser_water(tmp_path, few))
    assert any("gives its towers" in fault and "Raise cooler_margin" in fault for fault in found), found


def test_cells_too_short_are_told(tmp_path: Path) -> None:
    short = 'cells = { value = "10"', 'cells = { value = "100"'
    wide = 'range = ["5", "20"]', 'range = ["5", "100"]'
    quick = 'tank = { time = { value = "5 min"', 'tank = { time = { value = "150 s"'
    found = messages(with_condenser_water(tmp_path, short, wide, quick))
    assert found == ["cooling.air.loop.tank.time: is 150 s in 100 cells; give at least 2 s a cell, or fewer cells"]


def reset(rise: str, low: str) -> str:
    parts = assumed("rise", rise, "0.5 K", "9 K"), assumed("low", low, "-20 degC", "30 degC")
    return f"reset = {{ {', '.join(parts)}, {assumed('high', '15 degC', '0 degC', '30 degC')} }}"


@pytest.mark.parametrize(
    ("rise", "low", "place", "words"),
    [
        ("1 K", "14.5 degC", "cooling.air.loop.reset", "high must be 1 K above low at least"),
        ("1 K", "16 degC", "cooling.air.loop.reset", "give each temperature no lower than the one before"),
        ("2 K", "5 degC", "cooling.air.loop.reset.rise", "raises the supply to 20.0 degC, where its alarm stands"),
    ],
)
def test_resets_that_make_no_sense_are_told(tmp_path: Path, rise: str, low: str, place: str, words: str) -> None:
    line = 'chiller = "water_cooled"'
    alarm = 'supply_alarm = { value = "22 degC"', 'supply_alarm = { value = "20 degC"'
    found = messages(with_condenser_water(tmp_path, (line, f"{line}\n{reset(rise, low)}"), alarm))
    assert any(fault.startswith(f"{place}: ") and words in fault for fault in found), found
