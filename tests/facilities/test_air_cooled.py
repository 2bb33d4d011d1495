"""A facility whose heat goes to air by every way: sized, checked and replayed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import facilities
from facilities import build
from tests.facilities import air_cooled
from tests.twin import small_site as small
from twin import simulate
from twin.closure import balances

DOOR = 36e3 / 25.0
"""Heat of the catalog's door a kelvin [W/K]: 36 kW at 43 and 18 degC."""

DOOR_OF_OUR_OWN = """
[catalog.racks.mine.door]
heat = {{ value = "36 kW", {0} }}
air_temperature = {{ value = "21 degC", {0} }}
water_temperature = {{ value = "18 degC", {0} }}
"""


def messages(path: Path) -> list[str]:
    return [str(fault) for fault in facilities.check(path)]


def test_it_is_sound(tmp_path: Path) -> None:
    assert messages(air_cooled.written(tmp_path)) == []


def test_sidecars_and_doors_are_sized_by_hand(tmp_path: Path) -> None:
    """
    A GB200 NVL72 gives 115.4 kW to 11.43 kW/K of coolant; the sidecar is rated for 140 kW at 25 K: 5.6 kW/K.

    A door would take 1.44 kW/K x (25 + 18 - 19) K = 34.6 kW of its rack's 40.9 kW.
    """
    path = air_cooled.written(tmp_path)
    parts, built = build.sized(facilities.load(path)), build.site(facilities.load(path))
    assert built.cdus.sidecar.all()
    assert built.cdus.primary_stream == pytest.approx(140e3 / 18.0)
    assert built.rack_classes.door_conductance.tolist() == pytest.approx([0.0, 0.0, DOOR])
    racks = parts.models["dgx_h200_door_rack"]
    doors = 4 * DOOR * 24.0
    assert racks.air_heat > DOOR * 24.0
    # Racks to air, sidecars with pumps and fans, and busway losses; coils are sized for what doors leave.
    fans = parts.fans[0]
    assert parts.coils.heat[0] == pytest.approx(parts.heat.air[0] - doors + fans, rel=1e-12)
    assert parts.plants[0].heat[0] == pytest.approx(parts.heat.air[0] + fans + parts.plants[0].pump_power[0], rel=1e-12)
    assert len(built.loops.name) == 2
    # Water of doors warms by 8 K as the coils' does; with all valves open they have all of the loop's.
    water = built.halls.coil_water_stream + built.halls.door_water_stream
    assert built.halls.door_water_stream[0] == pytest.approx(doors / 8.0, rel=1e-12)
    assert water == pytest.approx(built.loops.water_stream[built.halls.air_loop], rel=1e-12)


def test_coils_ask_no_more_of_their_air_than_they_can(tmp_path: Path) -> None:
    """Three quarters of what it could give down to the water's temperature; and all the air that racks need."""
    parts = build.sized(facilities.load(air_cooled.written(tmp_path)))
    coils = parts.coils
    assert coils.margin == 1.25
    assert np.all(coils.air_stream >= coils.needed)
    assert np.all(coils.heat / coils.air_stream < 0.75 * (coils.returned - coils.water) * (1.0 + 1e-12))


@pytest.mark.parametrize(("dry", "wet"), [(283.15, 281.15), (301.15, 295.15)])
def test_it_replays_with_closed_balances(tmp_path: Path, dry: float, wet: float) -> None:
    """At full load, in cold and in warm air: coolant and air are held, and every way out is used when it can be."""
    site = build.site(facilities.load(air_cooled.written(tmp_path)))
    kept = simulate.run(site, small.load(site, [1.0]), small.inputs(600, dry=dry, wet=wet), small.curve(site))
    assert all(row.closes for row in balances(kept, site))
    energies = kept.energies
    assert energies.cdu_facility == 0.0
    assert energies.cdu_air > 0.5 * energies.rack_coolant
    assert energies.doors == pytest.approx(8 * DOOR * 25.0 * 600.0, rel=0.01)
    assert (energies.outdoor_air > 0.0) is (dry < 290.0)
    assert kept.cdus[0, -1] == pytest.approx(313.15, abs=0.05)
    # Full air of the sidecars is not needed: 118 kW of 140.
    assert np.all((kept.cdus[3, -1] > 0.5) & (kept.cdus[3, -1] < 1.0))


def test_a_door_beyond_its_air_is_found(tmp_path: Path) -> None:
    """36 kW at 3 K are 12 kW/K; the rack blows 40.9 kW at 18 K, 2.27 kW/K."""
    text = DOOR_OF_OUR_OWN.format('basis = "measured", source = "chosen"')
    path = air_cooled.written(tmp_path, ('rack = "dgx_h200_door_rack"', 'rack = "mine"'))
    catalog = Path(facilities.__file__).parent / "catalog" / "racks.toml"
    entry = catalog.read_text(encoding="utf-8")
    own = entry[entry.index("[dgx_h200_rack]") : entry.index("[dgx_h200_door_rack]")].replace(
        "[dgx_h200_rack", "[catalog.racks.mine"
    )
    path.write_text(path.read_text(encoding="utf-8") + "\n" + own + text, encoding="utf-8")
    assert messages(path) == [
        "catalog.racks.mine.door.heat: asks for 1.2e+04 W/K, but the air through the rack carries 2268 W/K; correct "
        "the door's rating or the rack's air.rise"
    ]


def test_too_cold_a_coolant_for_sidecars_is_found(tmp_path: Path) -> None:
    """At 34 degC it comes back at 44.3; 5.56 kW/K x 19.3 K are less than 118 kW."""
    path = air_cooled.written(
        tmp_path, ('value = "40 degC", basis = "measured"', 'value = "34 degC", basis = "measured"')
    )
    found = messages(path)
    assert len(found) == 1
    assert found[0].startswith("cooling.sidecar.supply_temperature: is 34.0 degC, at which hall_1/cdu_")
    assert found[0].endswith("raise it, or take fewer racks a unit")


def test_outdoor_air_moister_than_the_hall_may_be_is_refused(tmp_path: Path) -> None:
    path = air_cooled.written(
        tmp_path,
        (
            'value = "15 degC", basis = "reported", source = "ASHRAE TC9.9 2021, recommended range"',
            'value = "17 degC", basis = "reported", source = "ASHRAE"',
        ),
    )
    assert messages(path) == [
        "cooling.air: give each dew point no lower than the one before; got outdoor_air '17 degC', hall '15 degC'"
    ]


def test_unknown_sidecars_are_named(tmp_path: Path) -> None:
    path = air_cooled.written(tmp_path, ('sidecar = "sidecar_140kw"', 'sidecar = "sidecar_150kw"'))
    assert messages(path) == [
        "cooling.sidecar.sidecar: unknown sidecar 'sidecar_150kw'. Known here: sidecar_140kw, sidecar_80kw. Did you "
        "mean 'sidecar_140kw'?"
    ]
