"""Damaged files end in a canonical frame or in a refusal, never in anything else."""

import sys
from collections import Counter
from pathlib import Path

import pytest

import telemetry

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import fuzz_telemetry

INPUTS = 1200
"""Of the 100,000 that ``benchmarks/fuzz_telemetry.py`` reads."""


def test_damaged_files(tmp_path):
    found = fuzz_telemetry.run(0, INPUTS, tmp_path)
    assert [(one.number, one.broken) for one in found if one.broken] == []
    ends = Counter(one.refused for one in found)
    # Both ends are met often, or the damages prove nothing.
    assert min(ends[False], ends[True]) > INPUTS // 10


@pytest.mark.parametrize("name", fuzz_telemetry.CORPUS)
def test_whole_files_are_read(tmp_path, name):
    for beside, text in fuzz_telemetry.BESIDE.items():
        (tmp_path / beside).write_text(text)
    path = tmp_path / name
    path.write_text(fuzz_telemetry.CORPUS[name])
    reading = telemetry.read(path, start="2024-01-01T00:00Z", tz="UTC")
    assert fuzz_telemetry.broken(reading.kind, reading.frame.collect()) == ""


def test_a_broken_promise_is_seen(tmp_path):
    """The judge of the fuzz run is no rubber stamp."""
    path = tmp_path / "matrix.csv"
    path.write_text(fuzz_telemetry.CORPUS["matrix.csv"])
    frame = telemetry.read(path, start="2024-01-01T00:00Z").frame.collect()
    assert fuzz_telemetry.broken("measurements", frame) == ""
    assert "out of order" in fuzz_telemetry.broken("measurements", frame.reverse())
    assert "in its range" in fuzz_telemetry.broken("measurements", frame.with_columns(value=float("nan")))
    renamed = frame.with_columns(metric=frame["metric"].str.to_uppercase())
    assert "not declared" in fuzz_telemetry.broken("measurements", renamed)
