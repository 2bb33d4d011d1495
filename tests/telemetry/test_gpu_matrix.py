"""Numbers without a header: seconds, then watts."""

from datetime import UTC, datetime

import polars as pl
import pytest

import telemetry


def test_columns_are_accelerators(file, refused):
    path = file("a.csv", "0.5,70.07,70.89\r\n0.6138048,69.8,")
    reading = telemetry.read(path, start="2024-01-01T00:00Z")
    assert reading.format == "gpu_matrix"
    assert reading.frame.collect().rows() == [
        (datetime(2024, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC), "gpu_1", "accelerator_power_w", 70.07, 0),
        (datetime(2024, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC), "gpu_2", "accelerator_power_w", 70.89, 0),
        (datetime(2024, 1, 1, 0, 0, 0, 613_805, tzinfo=UTC), "gpu_1", "accelerator_power_w", 69.8, 0),
        (datetime(2024, 1, 1, 0, 0, 0, 613_805, tzinfo=UTC), "gpu_2", "accelerator_power_w", None, 5),
    ]
    assert "the file ends without a newline; its last line was taken as whole" in reading.notes
    assert "times count s from a start" in refused(path)[0]


def test_public_trace(shared):
    """1,695 rows of 8 GPUs, 64.1 to 344.8 W each, 546 to 2,395 W in sum, to 555.5 s."""
    reading = telemetry.read(shared("gpu_power/GPU_Inference.csv"), start="2024-01-01T00:00Z")
    frame = reading.frame.collect()
    assert frame.height == 1695 * 8
    assert frame["asset"].unique().sort().to_list() == [f"gpu_{number}" for number in range(1, 9)]
    assert frame["value"].null_count() == 0
    assert frame["value"].min() == pytest.approx(64.1, abs=0.05)
    assert frame["value"].max() == pytest.approx(344.8, abs=0.05)
    total = frame.group_by("time").agg(pl.col("value").sum())["value"]
    assert [round(total.min()), round(total.max())] == [546, 2395]
    assert (frame["time"].max() - frame["time"].min()).total_seconds() == pytest.approx(555.5, abs=0.1)
