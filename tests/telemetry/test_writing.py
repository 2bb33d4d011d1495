"""Canonical -> each form that can be written -> canonical is the identity."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import telemetry
from telemetry.formats import writing
from telemetry.store import Provenance
from twin.columns import METRICS
from twin.errors import OutputError, UnknownNameError

START = datetime(2024, 1, 1, tzinfo=UTC)
PROVENANCE = Provenance("drawn", "", "canonical", {}, 0, {}, "")


def frame_of(rows):
    """Make a canonical frame as a reading gives it: in order, each time of a series once."""
    types = {"time": pl.Datetime("us", "UTC"), "asset": pl.String, "metric": pl.String, "value": pl.Float64}
    frame = pl.DataFrame(rows, schema={**types, "quality": pl.UInt8}, orient="row")
    return frame.unique(["time", "asset", "metric"], keep="first").sort("time", "asset", "metric")


@st.composite
def frames(draw):
    """Draw some series with values missing here and there; steps are regular, so that no gap is added."""
    rows = []
    for place in range(draw(st.integers(1, 3))):
        metric = draw(st.sampled_from(["it_power_w", "heat_w", "coolant_supply_temp_k", "accelerator_busy"]))
        column = METRICS[metric]
        low, high = column.low, min(column.high, column.low * 2 + 100.0)
        step = draw(st.integers(1, 9_000_000))
        start = draw(st.integers(0, 10**9))
        # Drawn within a factor that is no confusion of units.
        values = st.floats((low + high) / 2, high, allow_nan=False)
        for number, value in enumerate(draw(st.lists(st.none() | values, min_size=2, max_size=5))):
            quality = 5 if value is None else draw(st.sampled_from([0, 1, 2, 4, 6]))
            when = START + timedelta(microseconds=start + step * number)
            rows.append((when, f"hall_{place}/rack-{place}.x", metric, value, quality))
    frame = frame_of(rows)
    return frame if frame["value"].is_not_null().any() else frame_of([*rows, (START, "a", "it_power_w", 1.0, 0)])


@pytest.mark.parametrize("name", ["parquet", *writing.WRITERS])
@given(frame=frames())
def test_what_is_written_comes_back(tmp_path_factory, name, frame):
    path = tmp_path_factory.mktemp("written") / "a.dat"
    if name == "parquet":
        path = path.with_suffix(".parquet")
        telemetry.write(telemetry.Reading(frame.lazy(), "canonical", (), PROVENANCE), path)
    else:
        writing.export(frame, name, path)
    again = telemetry.read(path).frame.collect()
    assert again.equals(frame)


def test_gaps_of_a_reading_come_back_once(file, tmp_path):
    rows = "".join(f"{time},{70 + time}\n" for time in (0, 15, 30, 600, 615))
    first = telemetry.read(file("a.csv", rows), start="2024-01-01T00:00Z").frame.collect()
    assert first["quality"].to_list() == [0, 0, 0, 3, 0, 0]
    for name in writing.WRITERS:
        writing.export(first, name, tmp_path / f"{name}.dat")
        assert telemetry.read(tmp_path / f"{name}.dat").frame.collect().equals(first)


def test_unknown_forms_and_closed_folders(tmp_path):
    frame = frame_of([(START, "a", "it_power_w", 1.0, 0)])
    with pytest.raises(UnknownNameError, match="unknown format to write 'xlsx'; known: csv, openmetrics"):
        writing.export(frame, "xlsx", tmp_path / "a")
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        writing.export(frame, "csv", tmp_path / "absent" / "a")
