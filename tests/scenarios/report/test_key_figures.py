"""Key figures of a run with round numbers."""

from __future__ import annotations

import numpy as np

from scenarios.page import quantities
from scenarios.report import key_figures
from tests.scenarios import fake_run

T = quantities.THIN


def tiles(metrics: dict, level: str = "") -> dict[str, key_figures.Tile]:
    manifest = fake_run.manifest(3600, ["a"], 1)
    manifest["labels"]["level"] = level
    return {tile.label: tile for group in key_figures.groups(metrics, manifest) for tile in group.tiles}


def test_figures_have_fitting_units() -> None:
    drawn = tiles(fake_run.metrics(np.full(3600, 2e6)))
    # 2 MW for an hour is 2 MWh; a twentieth of it is lost: 0.05 / 1.15 of the facility's energy
    assert drawn["IT energy"].value == f"2.000{T}MWh"
    assert drawn["Conversion losses"] == ("Conversion losses", f"100.0{T}kWh", f"4.35{T}% of the facility's.")
    assert drawn["Largest change in 15 s"].value == f"2.750{T}MW"
    assert drawn["Worst chip"].value == f"91.1{T}°C"
    assert drawn["Least chip margin"][1:] == (f"−3.1{T}K", "Of the worst chip to its throttle limit.")
    assert drawn["Throttled"].value == f"2.40{T}h"  # 8 640 chip-seconds
    assert drawn["Water use"].value == f"8{T}120{T}m³"
    assert drawn["PCC voltage, highest"].value == f"1.0025{T}pu"
    assert drawn["Energy balance, residual"].value == f"3.1{T}×{T}10⁻¹³"


def test_pue_says_its_definition_and_its_caveat() -> None:
    note = tiles(fake_run.metrics(np.ones(9)), level="Level uncertain.")["PUE"].note
    assert note == "Energy drawn at the PCC over energy at the rack inlets. Level uncertain."


def test_figures_that_a_run_does_not_have_are_left_out() -> None:
    metrics = {name: value for name, value in fake_run.metrics(np.ones(9)).items() if not name.startswith("ramp")}
    assert [label for label in tiles(metrics) if "change" in label] == []
    assert len(tiles(metrics)) == 20


def test_a_disturbance_says_how_long_chips_rode_through_it() -> None:
    drawn = tiles(fake_run.metrics(np.ones(9)))
    assert drawn["Time to throttle"][1:] == (f"1{T}min 40{T}s", "Of the first chip, from 00:30:00 UTC.")
    assert drawn["Time to shutdown"].value == "not reached"
    assert drawn["Chips shut down"].value == "0"
    assert drawn["Computing lost"].value == f"1.25{T}h"


def test_without_a_disturbance_no_time_is_told() -> None:
    manifest = fake_run.manifest(3600, ["a"], 1) | {"disturbed": None}
    groups = key_figures.groups(fake_run.metrics(np.ones(9)), manifest)
    assert [group.title for group in groups] == ["Energy", "Power", "Temperature", "Water and grid"]
    assert [tile.label for tile in groups[2].tiles][-1] == "Computing lost"


def test_water_and_throttling_are_read_in_other_units_too() -> None:
    metrics = fake_run.metrics(np.ones(9))
    metrics |= {"water_use": {"value": 8.12, "unit": "m^3"}, "throttled_time": {"value": 2.4, "unit": "h"}}
    drawn = tiles(metrics)
    assert drawn["Water use"].value == f"8.120{T}m³"
    assert drawn["Throttled"].value == f"2.40{T}h"


def test_water_says_its_ways_and_reuse_its_ratio() -> None:
    metrics = fake_run.metrics(np.ones(9))
    ways = {"evaporation": 6000.0, "blowdown": 1990.0, "drift": 10.0}
    metrics |= {name: {"value": mass, "unit": "kg"} for name, mass in ways.items()}
    said = f"Evaporation 75.0{T}%, blowdown 24.9{T}%, drift 0.125{T}% of what the towers lose."
    assert tiles(metrics)["Water use"].note == said
    assert "ERE" not in tiles(metrics | {"ere": metrics["pue"]})
    assert tiles(metrics | {"ere": {"value": 1.05, "unit": "1"}})["ERE"].value == "1.050"


def test_a_plant_without_water_says_nothing_of_its_ways() -> None:
    metrics = fake_run.metrics(np.ones(9)) | {"evaporation": {"value": 0.0, "unit": "kg"}}
    assert tiles(metrics)["Water use"].note == ""
