"""Examples load without what only they need, and last as long as they say."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture
def training(root: Path):
    """Give the names that the script of power phases defines, without running it."""
    return runpy.run_path(str(root / "examples" / "record_training.py"))


def test_the_phases_last_seven_minutes(training):
    assert sum(training["SECONDS"].values()) == 420.0


def test_a_wave_keeps_to_the_clock_and_tells_its_edges(training, capsys):
    loads = []
    training["wave"]("wave", 0.4, 0.2, lambda: loads.append(1))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["edge"] for line in told] == ["begin", "rise", "fall", "rise", "fall", "end"]
    assert told[-1]["monotonic_s"] - told[0]["monotonic_s"] == pytest.approx(0.4, abs=0.1)  # a loaded machine is late
    assert loads


def test_without_a_device_it_says_so(root: Path):
    command = [sys.executable, str(root / "examples" / "record_training.py"), "--scale", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [json.loads(line)["phase"] for line in done.stdout.splitlines()]
    assert lines[:3] == ["idle", "idle", "loading"]
    assert done.returncode != 0  # neither PyTorch nor a device is promised here


@pytest.fixture(scope="module")
def figures(root: Path):
    """Give the names of the script of figures, and the recording that comes with the project."""
    names = runpy.run_path(str(root / "examples" / "recording_figures.py"))
    found = names["read"](names["SAMPLES"] / "h200.parquet", names["SAMPLES"] / "h200_phases.jsonl")
    return SimpleNamespace(**names, found=found)


def test_the_averaged_power_is_a_mean_over_a_second(figures):
    """A mean over T of a wave of f has the gain sin(pi f T) / (pi f T) and is T/2 late, and half a refresh more."""
    for phase, hertz in (("wave_0.5_hz", 0.5), ("wave_0.1_hz", 0.1)):
        assert figures.window(figures.found, phase).length == pytest.approx(1.0, abs=0.02)
        gain, lag = figures.gain(figures.found, phase, "average_power_w")
        assert gain == pytest.approx(np.sinc(hertz), rel=0.01)
        assert lag == pytest.approx(0.55, abs=0.02)


def test_a_made_recording_gives_back_what_it_was_made_of(figures):
    """A chip of two known terms, its temperature in whole degrees as a sensor tells it, under a step down of 600 W."""
    time = np.arange(0.0, 300.0, 0.1)
    energy = np.where(time < 200.0, 700.0 * time, 700.0 * 200.0 + 100.0 * (time - 200.0))
    since = np.maximum(time - 200.0, 0.0)
    fallen = 600.0 * (0.030 * (1.0 - np.exp(-since / 0.4)) + 0.010 * (1.0 - np.exp(-since / 10.0)))
    chip = np.round(305.0 + 700.0 * 0.040 - fallen)
    made = figures.Recording(
        {"energy_j": figures.Series(time, energy), "temp_k": figures.Series(time, chip)},
        {("full_load", "begin"): [0.0], ("full_load", "end"): [200.0]},
    )
    _, answer = figures.step_answer(made, 2)
    # Whole degrees of a fall of 24 K, 0.3 K rms: 1 K/600 W is 1.7 mK/W.
    assert answer.resistance == pytest.approx([0.030, 0.010], abs=0.0017)
    assert answer.constant == pytest.approx([0.4, 10.0], rel=0.3)
    assert answer.base == pytest.approx(305.0, abs=0.5)


def test_the_page_has_the_figures(figures, root: Path):
    """Intervals are drawn at random and not compared to the digit; the rest of the table is as it is made."""
    page = (root / "docs" / "recording.md").read_text(encoding="utf-8")
    made = [f"| {what} | {found} |" for what, found in figures.rows(figures.found)]
    assert len(made) > 20
    assert [row for row in made if "±" not in row and row not in page] == []


def test_the_chip_of_the_page(figures):
    """As docs/recording.md compares it with the catalog: 45 mK/W in all, 5 to 8 of them slower than 5 s."""
    for terms in (2, 3):
        _, answer = figures.step_answer(figures.found, terms)
        assert answer.resistance.sum() == pytest.approx(0.0445, abs=0.001)
        slow = answer.resistance[answer.constant > 5.0].sum()
        assert 0.005 < slow < 0.008
