"""Rating points of coolers that no cooler has, and liquids that may not go over open towers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import facilities
from facilities import Facility, build
from facilities.variants import Variants
from tests.facilities.sites import changed
from tests.facilities.test_loading import faults

DRY = """
[catalog.coolers.dry_cooler_3mw]
title = "Our dry cooler"
law = "dry"
heat = { value = "2 MW", basis = "primary", source = "data sheet" }
dry_bulb = { value = "32 degC", basis = "primary", source = "data sheet" }
water_inlet = { value = "44 degC", basis = "primary", source = "data sheet" }
water_outlet = { value = "36 degC", basis = "primary", source = "data sheet" }
air_flow = { value = "300 kg/s", basis = "primary", source = "data sheet" }
fan_power = { value = "80 kW", basis = "primary", source = "data sheet" }
"""

TOWER = """
[catalog.coolers.tower_7mw]
title = "Our tower"
law = "tower"
heat = { value = "7 MW", basis = "primary", source = "data sheet" }
wet_bulb = { value = "25.6 degC", basis = "primary", source = "data sheet" }
water_inlet = { value = "35 degC", basis = "primary", source = "data sheet" }
water_outlet = { value = "29.4 degC", basis = "primary", source = "data sheet" }
air_flow = { value = "300 kg/s", basis = "primary", source = "data sheet" }
fan_power = { value = "82 kW", basis = "primary", source = "data sheet" }
cycles_of_concentration = { value = "4", basis = "primary", source = "data sheet" }
drift_fraction = { value = "0.002 %", basis = "primary", source = "data sheet" }
"""


def own(folder: Path, site: str, part: str, old: str, new: str) -> Path:
    """Write a site with a cooler of its own, in which one text is replaced."""
    assert old in part
    path = changed(folder, site)
    path.write_text(path.read_text(encoding="utf-8") + part.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(("site", "part"), [("prometheus", DRY), ("frontier", TOWER)])
def test_a_cooler_of_a_data_sheet_is_taken(tmp_path: Path, site: str, part: str) -> None:
    assert facilities.load(own(tmp_path, site, part, "Our", "Their")).name == site


@pytest.mark.parametrize(
    ("site", "part", "old", "new", "message"),
    [
        # 2 MW / (50 kg/s x 1006 J/kg/K) = 39.8 K above 32 degC.
        (
            "prometheus",
            DRY,
            '"300 kg/s"',
            '"50 kg/s"',
            "catalog.coolers.dry_cooler_3mw: has no such rating point: 50 kg/s of air takes 2 MW only if it leaves "
            "with 71.8 degC, and the water comes with 44 degC; give more air, or less heat",
        ),
        (
            "prometheus",
            DRY,
            '"36 degC"',
            '"46 degC"',
            "catalog.coolers.dry_cooler_3mw: must have dry_bulb below water_outlet and that below water_inlet; got "
            "'32 degC', '46 degC' and '44 degC'",
        ),
        (
            "frontier",
            TOWER,
            '"29.4 degC"',
            '"25 degC"',
            "catalog.coolers.tower_7mw: must have wet_bulb below water_outlet and that below water_inlet; got "
            "'25.6 degC', '25 degC' and '35 degC'",
        ),
        (
            "frontier",
            TOWER,
            '"300 kg/s"',
            '"100 kg/s"',
            "catalog.coolers.tower_7mw: has no such rating point: a tower with 100 kg/s of air cannot take 7e+06 W",
        ),
        (
            "frontier",
            TOWER,
            '"tower"',
            '"towers"',
            "catalog.coolers.tower_7mw.law: 'towers' is none. Known here: dry, tower. Did you mean 'tower'?",
        ),
        ("frontier", TOWER, 'law = "tower"\n', "", "catalog.coolers.tower_7mw.law: is missing; add it"),
    ],
)
def test_each_fault_says_its_physical_reason(
    tmp_path: Path, site: str, part: str, old: str, new: str, message: str
) -> None:
    found = faults(own(tmp_path, site, part, old, new))
    assert any(fault.startswith(message) for fault in found), found


def test_glycol_does_not_go_over_open_towers(tmp_path: Path) -> None:
    assert faults(changed(tmp_path, "frontier", ('coolant = "water"', 'coolant = "pg25"'))) == [
        "cooling.liquid.loop.coolant: 'pg25' holds glycol, and goes over the open towers of 'tower_7mw'; name water, "
        "or give the loop condenser water"
    ]


def test_thin_air_carries_less_and_hall_fans_work_harder() -> None:
    """
    At four fifths of the density of sea level, some 2,000 m up: by the fan laws, and the two films of a dry cooler.

    Its air film goes as 0.8^0.8 = 0.8365 of two thirds of the resistance: 1 / (2/3 / 0.8365 + 1/3) = 0.8847.
    """
    low, high = (build.site(up("prometheus", part)) for part in (1.0, 0.8))
    for name, factor in (("cooler_air_flow", 0.8), ("cooler_fan_power", 0.8), ("cooler_conductance", 0.8847)):
        assert getattr(high.loops, name) == pytest.approx(factor * getattr(low.loops, name), rel=1e-4), name
    assert high.halls.coil_fan_power == pytest.approx(low.halls.coil_fan_power / 0.64, rel=1e-12)
    # A tower: 0.8 (1.3 - 0.3 x 0.8) = 0.848 by its correction for air.
    low, high = (build.site(up("frontier", part)) for part in (1.0, 0.8))
    factor = np.where(low.loops.evaporative, 0.848, 0.8847)
    assert high.loops.cooler_conductance == pytest.approx(factor * low.loops.cooler_conductance, rel=1e-4)


def up(site: str, part: float) -> Facility:
    """Take a site to where the air has a part of the density that it has at sea level."""
    return Variants(facilities.load(site)).facility({"location.pressure": f"{part * 101.325} kPa"})
