"""Every public telemetry file is read, converted and read again the same; those that can drive racks are replayed."""

import runpy
from pathlib import Path

import pytest

TOOL = runpy.run_path(str(Path(__file__).resolve().parents[3] / "benchmarks" / "public_files.py"))
CASES = {case.file: case for case in TOOL["CASES"]}
NONE = {"schemas/dcgm_dcp-metrics-included.csv", "zeus/summary_train.csv"}
"""One is a list of fields, one tells epochs to a target: neither a time, nor a length, nor a power."""


@pytest.mark.parametrize("file", CASES)
def test_every_public_file(file, shared_data, tmp_path) -> None:
    found = TOOL["result"](CASES[file]._replace(duration="1 min"), shared_data, tmp_path)
    if file in NONE:
        assert found.read.startswith("no telemetry")
        return
    assert found.converted.startswith("the same again")
    if CASES[file].site:
        assert "MW IT, PUE" in found.replayed


def test_every_public_file_is_a_case(shared_data) -> None:
    folder = shared_data / "telemetry"
    kinds = {".csv", ".jsonl", ".parquet", ".trace"}
    at_hand = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in kinds}
    assert at_hand == set(CASES)
