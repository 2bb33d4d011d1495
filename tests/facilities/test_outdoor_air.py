"""Halls on outside air: what their coils are not sized for, air and pads must carry on design days."""

from __future__ import annotations

from pathlib import Path

import pytest

import facilities
import scenarios
from facilities import build, checks
from scenarios import schema
from tests.facilities.sites import changed

SITE = "aws_p4d_ultracluster"
OWN = "\n[cooling.air.outdoor_air]\n"


def with_air(folder: Path, keys: str) -> list[str]:
    # A site that has no air of its own: what is added is laid over its design.
    path = changed(folder, "aws_rainier", ("[connection]", f"{keys}\n[connection]"))
    return [f"{fault.where}: {fault.message}" for fault in checks.check(path)]


def assumed(value: str) -> str:
    return f'{{ value = "{value}", basis = "assumed", source = "test", range = ["{value}", "{value}"] }}'


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            f"{OWN}pads = {{ saturation = {assumed('85 %')}, set_point = {assumed('45 degC')} }}",
            "cooling.air.coil_share: leaves",
        ),
        (f"{OWN}part = {assumed('50 %')}", "cooling.air.coil_share: leaves"),
        (
            f"{OWN}highest_dew_point = {assumed('20 degC')}",
            "cooling.air.outdoor_air.highest_dew_point: shuts the dampers on the humid design day",
        ),
    ],
)
def test_outdoor_air_that_does_not_carry_the_rest_is_told(tmp_path: Path, keys: str, said: str) -> None:
    """Without pads in time the air comes in at 37.2 degC, and leaves at 44; through half the dampers half passes."""
    assert any(fault.startswith(said) for fault in with_air(tmp_path, keys))


def test_a_share_without_outdoor_air_is_told() -> None:
    facility = facilities.load("frontier")
    share = facilities.load(SITE).cooling.air.coil_share
    air = facility.cooling.air.model_copy(update={"coil_share": share})
    facility = facility.model_copy(update={"cooling": facility.cooling.model_copy(update={"air": air})})
    assert [fault.where for fault in checks.faults(facility)] == ["cooling.air.coil_share"]


def test_coils_and_their_loop_have_their_share() -> None:
    facility = facilities.load(SITE)
    parts = build.sized(facility)
    assert facility.cooling.air.coil_share is not None
    whole = parts.heat.air + parts.fans
    assert parts.coils.heat == pytest.approx(facility.cooling.air.coil_share.si * whole, rel=1e-12)
    plant = parts.plants[-1]
    assert plant.heat - plant.pump_power == pytest.approx(parts.coils.heat, rel=1e-12)


def test_pads_use_water_on_the_design_day_and_hold_the_air(tmp_path: Path) -> None:
    """
    Outside air of 37.2 degC, at full load; the run itself asserts that the balance of water closes.

    All pads at once bring it 85 % of the way to its wet bulb of 24.7 degC: to 26.6 degC, with 4.49 g/kg (psychrolib). A
    kilowatt-hour of the racks, and 7.7 % for fans and losses in the hall, warms it by 18.4 K to the air that returns:
    210 kg, which take up 0.94 kg, and two thirds as much is blowdown: 1.57 kg.
    """
    step = schema.load("load_step").events[1].model_copy(update={"start": 0.0})
    day = schema.load("design_day").model_copy(update={"events": (step,), "duration": 300.0})
    run = scenarios.replay(SITE, scenario=day, start="2026-07-15T19:30:00Z", out=tmp_path / "run")
    assert run.table("cooling")["air_temp_k"].max() == pytest.approx(301.15, abs=0.6)
    assert run.metrics["wue"]["value"] == pytest.approx(1.57, abs=0.05)
