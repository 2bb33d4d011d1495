"""Liquids of the catalog: evaluated at the mean of their loop, and refused where they are not known."""

from pathlib import Path

import pytest

import facilities
from facilities import build, coolants
from facilities.catalog import builtin
from facilities.coolants import ConstantLiquid
from tests.facilities.sites import changed
from twin.errors import FacilityError


def messages(path: Path) -> list[str]:
    with pytest.raises(FacilityError) as refused:
        facilities.load(path)
    return [str(fault) for fault in refused.value.faults]


def test_volumetric_heat_by_hand() -> None:
    """PG25 at 40 degC: 1009.91 kg/m3 x 3968.65 J/kg/K; water there 992.30 x 4178.93; constants as they stand."""
    parts = builtin().coolants
    assert coolants.volumetric_heat(parts["pg25"], 313.15) == pytest.approx(1009.91 * 3968.65, rel=1e-5)
    # The fit of water is within 3e-4.
    assert coolants.volumetric_heat(parts["water"], 313.15) == pytest.approx(992.30 * 4178.93, rel=3e-4)
    given = {"basis": "measured", "source": "our laboratory"}
    oil = ConstantLiquid(
        title="Oil",
        law="constant",
        density={"value": "800 kg/m^3", **given},
        specific_heat={"value": "2 kJ/kg/K", **given},
    )
    assert coolants.volumetric_heat(oil, 400.0) == 1.6e6


def test_a_loop_is_evaluated_at_its_mean() -> None:
    """Frontier's cabinets: supply 33 degC, rise 10 K: PG25 at 38 degC, 1010.95 x 3963.87."""
    facility = facilities.load("frontier")
    cdus = build.site(facility).cdus
    assert cdus.supply_capacity[0] == pytest.approx(0.4 * 1010.95 * 3963.87, rel=1e-5)


def test_a_coolant_out_of_its_range_is_refused(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "frontier",
        ('supply_temperature = { value = "33 degC"', 'supply_temperature = { value = "84 degC"'),
        ('range = ["25 degC", "40 degC"]', 'range = ["25 degC", "84 degC"]'),
        ('supply_alarm = { value = "38 degC"', 'supply_alarm = { value = "88 degC"'),
        ('range = ["36 degC", "40 degC"]', 'range = ["36 degC", "90 degC"]'),
    )
    assert messages(path) == [
        "catalog.cdus.frontier_cdu.coolant: 'pg25' is known from -5 to 90 degC, the loop runs from 84 degC to 94 degC; "
        "take another coolant or supply temperature"
    ]


def test_racks_and_their_cdus_share_a_coolant(tmp_path: Path) -> None:
    path = changed(tmp_path, "frontier", ('cdu = "frontier_cdu"', 'cdu = "mine"'))
    entry = (Path(facilities.__file__).parent / "catalog" / "cdus.toml").read_text(encoding="utf-8")
    entry = entry.split("[frontier_cdu]")[1].split("\n[")[0].replace('coolant = "pg25"', 'coolant = "water"')
    path.write_text(path.read_text(encoding="utf-8") + "\n[catalog.cdus.mine]" + entry, encoding="utf-8")
    assert messages(path) == [
        "catalog.racks.frontier_cabinet.liquid.coolant: is 'pg25', but the site's CDUs move 'water'; name one for both"
    ]
