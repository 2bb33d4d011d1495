"""The recording that comes with the project reads clean, tells nobody's name, and drives a site through its phases."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scenarios
import telemetry

SAMPLES = Path(telemetry.__file__).parent / "samples"
H200 = SAMPLES / "h200.parquet"


@pytest.fixture(scope="module")
def reading() -> telemetry.Reading:
    return telemetry.read(H200)


@pytest.fixture(scope="module")
def phases() -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLES / "h200_phases.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_value_is_good_and_in_order(reading) -> None:
    frame = reading.frame.collect()
    assert len(frame) == 99_560  # as twin record told when it was made
    assert frame["value"].null_count() == 0
    assert frame["quality"].max() == 0
    assert frame["asset"].unique().to_list() == ["gpu_0"]
    lasted = frame["time"].max() - frame["time"].min()
    assert lasted.total_seconds() == pytest.approx(453.0, abs=1.0)  # 433 s of the command, 10 s on either side


def test_it_names_nobody(phases) -> None:
    told = pl.read_parquet_metadata(H200)["recording"]
    facts = json.loads(told)
    assert facts["host_os"] == "Linux x86_64"
    assert "uuid" not in facts["gpus"]["gpu_0"]
    assert b"GPU-" not in H200.read_bytes()
    assert {key for line in phases for key in line} == {"time", "phase", "edge", "steps"}


def test_it_is_small() -> None:
    assert H200.stat().st_size < 2e6


def test_phases_lie_inside_the_recording(reading, phases) -> None:
    times = [pl.Series([line["time"]]).str.to_datetime("%+", time_zone="UTC")[0] for line in phases]
    frame = reading.frame.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).collect()
    assert times == sorted(times)
    assert frame["first"][0] < times[0]
    assert times[-1] < frame["last"][0]


def test_it_drives_a_site_through_its_phases(tmp_path) -> None:
    """Full load lasts from 123 to 243 s of the recording, cooling to 363 s, training from 370 to 417 s."""
    run = scenarios.replay("frontier", scenario="recorded_h200", out=tmp_path / "run")
    power = run.site["it_power_w"].to_numpy()
    assert len(power) == 450
    cooling, full, training = power[260:360].mean(), power[140:240].mean(), power[372:415].mean()
    # Frontier goes from 7.3065 to 28.2279 MW between idle and peak (the case frontier_power); 692 W of the recording is
    # 98.6 % of the way from its loaded idle to its limit. Losses bend by half a per cent, and instant power reads low
    # by two thousandths.
    swing = (28.2279e6 - 7.3065e6) * (692.0 - 129.0) / (700.0 - 129.0)
    assert full - cooling == pytest.approx(swing, rel=0.01)
    assert cooling < training < full
    high = power[75:122] > 0.5 * (full + cooling)
    assert np.sum(np.diff(high)) == 9  # edges of the wave of 0.1 Hz, 78 to 118 s, every 5 s


def test_the_case_of_the_chip_is_of_the_recording(reading, phases) -> None:
    """`scenarios/validation/recorded_chip`: energy between its rows is the counter's, temperatures are the chip's."""
    folder = Path(scenarios.__file__).parent / "validation" / "recorded_chip"
    rows = pl.read_csv(folder / "h200.csv", comment_prefix="#")
    energy, chip = (
        reading.frame.filter(pl.col("metric") == f"accelerator_{name}").collect() for name in ("energy_j", "temp_k")
    )
    first = energy["time"][0].timestamp()
    ended = next(line["time"] for line in phases if line["phase"] == "full_load" and line["edge"] == "end")
    start = round(datetime.fromisoformat(ended).timestamp() - reading.frame.collect()["time"].min().timestamp() - 10, 1)
    time = rows["time_s"].to_numpy()
    counter = np.interp(start + time, energy["time"].dt.epoch("us") / 1e6 - first, energy["value"])
    assert np.sum(np.diff(time) * rows["power_w"].to_numpy()[1:]) == pytest.approx(np.ptp(counter), rel=1e-3)
    degrees = np.interp(start + time, chip["time"].dt.epoch("us") / 1e6 - first, chip["value"]) - 273.15
    # A reading is 0.1 s old at most, in which the chip moves by 5 K at an edge.
    assert np.max(np.abs(degrees[1:] - rows["chip_degc"].to_numpy()[1:])) < 6.0
    assert np.mean(degrees - rows["chip_degc"].to_numpy()) == pytest.approx(0.0, abs=0.1)
