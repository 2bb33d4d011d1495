"""The face: formats are found, files written come back the same."""

import os

import polars as pl
import pytest

import telemetry
from telemetry.formats import FORMATS
from twin.errors import OutputError, TelemetryError, UnknownNameError

MATRIX = "".join(f"{time},{70 + time},{time % 7 + 80}\n" for time in range(0, 300, 15))


def test_every_format_says_what_it_is():
    assert all(name == found.name and found.description and found.known_by for name, found in FORMATS.items())


def test_an_unknown_file_says_what_was_tried(file):
    with pytest.raises(TelemetryError) as caught:
        telemetry.read(file("carbon.csv", "timestamp,WND,avg_CI\n2022-01-01 00:00:00+00:00,3494.0,341.4\n"))
    lines = str(caught.value).split("carbon.csv: ")[1].splitlines()
    assert lines[0] == (
        "no format fits; name one with --format, or say what the columns are with --mapping. "
        "The columns are timestamp, WND, avg_CI"
    )
    # A reason for each format, in the order in which they are tried.
    assert [line.split(":")[0].strip() for line in lines[1:]] == list(FORMATS)
    reasons = dict(line.strip().split(": ", 1) for line in lines[1:])
    assert reasons["canonical"] == "no column time, asset, metric, value"
    assert reasons["nvidia_smi"] == "no column power.draw"
    assert reasons["wide"] == "no mapping that comes with the package has these columns; give --mapping FILE"
    assert reasons["gpu_matrix"] == "the first line is not all numbers"


def test_a_format_asked_for(file, refused):
    path = file("a.csv", MATRIX)
    assert refused(path, format="nvidia_smi") == ["cannot be read as nvidia_smi: no column timestamp"]
    with pytest.raises(UnknownNameError, match=r"unknown telemetry format 'nvidia-smi'; .* Did you mean 'nvidia_smi'"):
        telemetry.read(path, format="nvidia-smi")
    assert refused(path, format="wide", mapping="jobs")[0].startswith(
        "--format: the mapping is for the format 'job_log', the format asked for is 'wide'"
    )


def test_written_telemetry_comes_back_the_same(file, tmp_path):
    first = telemetry.read(file("a.csv", MATRIX + "900,70,80\n"), start="2024-01-01T00:00Z")
    telemetry.write(first, tmp_path / "a.parquet")
    second = telemetry.read(tmp_path / "a.parquet")
    assert second.format == "canonical"
    assert second.frame.collect().equals(first.frame.collect())
    assert second.notes == first.notes  # the gap before 900 s is told once
    metadata = pl.read_parquet_metadata(tmp_path / "a.parquet")
    assert {
        name: metadata[name] for name in ("schema_version", "source", "sha256", "format", "rows_in", "rows_out")
    } == {
        "schema_version": "1",
        "source": "a.csv",
        "sha256": first.provenance.sha256,
        "format": "gpu_matrix",
        "rows_in": "21",
        "rows_out": "44",  # 21 rows of two, and a stale null for each
    }
    assert metadata["units"].startswith('{"column_1": "W as accelerator_power_w of gpu_1"')
    telemetry.write(second, tmp_path / "b.parquet")
    assert telemetry.read(tmp_path / "b.parquet").frame.collect().equals(first.frame.collect())


def test_the_same_reading_gives_the_same_bytes(file, tmp_path):
    path = file("a.csv", MATRIX)
    for name in ("a.parquet", "b.parquet"):
        telemetry.write(telemetry.read(path, start="2024-01-01T00:00Z"), tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_file_that_cannot_be_written(file, tmp_path):
    reading = telemetry.read(file("a.csv", MATRIX), start="2024-01-01T00:00Z")
    with pytest.raises(OutputError, match=r"absent.a\.parquet: cannot be written: No such file or directory"):
        telemetry.write(reading, tmp_path / "absent" / "a.parquet")
    if os.geteuid():
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(OutputError, match="Permission denied"):
            telemetry.write(reading, tmp_path / "closed" / "a.parquet")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".parquet") == []
