"""Examples load without what only they need, and last as long as they say."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

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
