"""Tables of a run: the columns that are promised, in order and type, a row for each time and asset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tests.twin import made_record as made
from twin import columns, tables
from twin.grid.response import ResponseCurve
from twin.places import layout_table
from twin.record import COOLING_FIELDS

SECONDS = 95
QUANTITIES = ("host_loss_w", "transformer_loading", "pcc_voltage_pu", "campus_voltage_pu", "pcc_reactive_power_var")


def curve() -> ResponseCurve:
    """Give straight lines over 0 to 2,240 W, in another order than the table's."""
    ends = np.array([[0.0, 0.0, 1.0, 1.0, 0.0], [8.0, 0.6, 0.98, 0.99, 400.0]])
    return ResponseCurve(np.array([0.0, 2240.0]), QUANTITIES, ends, np.inf, 0.0)


def frames() -> dict[str, pl.LazyFrame]:
    site = made.site()
    kept = made.calm(site, SECONDS)
    kept.halls[:] = np.arange(6)[:, np.newaxis, np.newaxis] + 10.0 * np.arange(2)
    kept.racks[:] = np.arange(9)[:, np.newaxis, np.newaxis] + 100.0 * np.arange(kept.layout.order.size)
    kept.cdus[:] = np.arange(5)[:, np.newaxis, np.newaxis] + 10.0 * np.arange(4)
    return {
        "site": tables.site_table(kept, made.START),
        "halls": tables.halls_table(kept, site, made.START),
        "racks": tables.racks_table(kept, site, made.START),
        "cdus": tables.cdus_table(kept, site, made.START),
        "cooling": tables.cooling_table(kept, site, made.START),
        "grid": tables.grid_table(kept, made.START, curve()),
        "events": tables.events_table([]),
        "layout": layout_table(site, None, None),
    }


def test_there_is_a_table_for_each_that_is_promised() -> None:
    assert set(frames()) == set(columns.TABLES)


@pytest.mark.parametrize("name", list(columns.TABLES))
def test_columns_are_those_promised_in_order_and_type(name: str) -> None:
    polars = {
        "time": pl.Datetime("us", "UTC"), "text": pl.String, "u8": pl.UInt8, "u32": pl.UInt32,
        "f32": pl.Float32, "f64": pl.Float64,
    }  # fmt: skip
    wanted = [(column, polars[meaning.dtype]) for column, meaning in columns.TABLES[name].items()]
    frame = frames()[name]
    assert list(frame.collect_schema().items()) == wanted
    assert list(frame.collect().schema.items()) == wanted


@pytest.mark.parametrize(
    ("name", "rows"),
    # 95 s: 95 seconds, 2 minutes, 2 macro steps; 2 halls, 18 racks, 4 CDUs, 3 loops.
    [("site", 95), ("grid", 95), ("halls", 190), ("racks", 36), ("cdus", 8), ("cooling", 6), ("events", 0)],
)
def test_rows(name: str, rows: int) -> None:
    assert frames()[name].collect().height == rows


@pytest.mark.parametrize("name", ["site", "grid", "halls", "racks", "cdus", "cooling"])
def test_nothing_is_missing_or_not_a_number(name: str) -> None:
    frame = frames()[name].collect()
    assert frame.null_count().sum_horizontal().item() == 0
    numbers = frame.select(pl.col(pl.Float32, pl.Float64).is_finite().all())
    assert all(numbers.row(0))


def test_times_are_utc_and_exact() -> None:
    start = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    found = tables.times(start, np.array([0, 1, 61])).to_list()
    assert found == [start, start + timedelta(seconds=1), start + timedelta(seconds=61)]


def test_racks_show_their_kernel_rack_in_order_of_the_site() -> None:
    """Rows hall by hall and rack by rack; each rack shows the nine values of the kernel rack that stands for it."""
    site = made.site()
    layout = made.calm(site, SECONDS).layout
    found = frames()["racks"].collect()
    assert found["rack"].to_list() == np.repeat(np.arange(18), 2).tolist()
    assert found["it_power_min_w"].to_list() == np.repeat(100.0 * layout.member, 2).tolist()
    assert found["coolant_temp_max_k"].to_list() == np.repeat(8.0 + 100.0 * layout.member, 2).tolist()
    assert found["time"].to_list()[:2] == [made.START, made.START + timedelta(seconds=60)]


def test_halls_and_cdus_are_named_and_in_blocks() -> None:
    found = frames()
    halls, cdus = found["halls"].collect(), found["cdus"].collect()
    assert halls["hall"].to_list() == ["hall_1"] * 95 + ["hall_2"] * 95
    # The made parts: 0 to 5 in the first hall and ten more in the second.
    assert halls.row(0)[2:] == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    assert halls.row(189)[2:] == (10.0, 11.0, 12.0, 13.0, 14.0, 15.0)
    assert cdus["cdu"].to_list() == [name for name in made.site().cdus.name for _ in range(2)]
    assert cdus.row(7)[2:] == (30.0, 31.0, 32.0, 33.0, 34.0)


def test_groups_without_coolant_have_no_row() -> None:
    site = made.site()
    dry = site._replace(cdus=site.cdus._replace(exchanger_conductance=np.array([0.0, 2e4, 0.0, 2e4])))
    found = tables.cdus_table(made.calm(site, SECONDS), dry, made.START).collect()
    assert found["cdu"].unique(maintain_order=True).to_list() == ["hall_1/cdu_2", "hall_2/cdu_4"]
    none = site._replace(cdus=site.cdus._replace(exchanger_conductance=np.zeros(4)))
    empty = tables.cdus_table(made.calm(site, SECONDS), none, made.START).collect()
    assert empty.height == 0
    assert empty.schema["cdu"] == pl.String


def test_cooling_keeps_the_order_of_the_record() -> None:
    """The columns after time and loop are the record's rows, by name."""
    assert tuple(columns.COOLING)[2:] == COOLING_FIELDS
    found = frames()["cooling"].collect()
    assert found["loop"].to_list() == ["loop_1", "loop_2", "loop_air"] * 2
    assert found["return_temp_k"].to_list() == [298.0] * 6
    assert found["time"].to_list()[3] == made.START + timedelta(seconds=60)


def test_grid_reads_the_curve_by_name() -> None:
    """1,120 W is the middle of the straight lines: 4 W of host losses, 0.3 of loading, 0.99 and 0.995 pu, 200 var."""
    row = frames()["grid"].collect().row(0, named=True)
    assert row["pcc_power_w"] == 1120.0
    assert row["host_loss_w"] == pytest.approx(4.0, rel=1e-12)
    assert row["transformer_loading"] == pytest.approx(0.3, rel=1e-12)
    assert row["pcc_voltage_pu"] == pytest.approx(0.99, rel=1e-12)
    assert row["campus_voltage_pu"] == pytest.approx(0.995, rel=1e-12)
    assert row["pcc_reactive_power_var"] == pytest.approx(200.0, rel=1e-12)


def test_streamed_tables_answer_selections() -> None:
    """Columns, rows and a number of rows may be asked for without reading the rest; the answer is the same."""
    whole = frames()["racks"].collect()
    asked = frames()["racks"].filter(pl.col("rack") == 17).select("rack", "chip_temp_max_k").head(1).collect()
    expected = whole.filter(pl.col("rack") == 17).select("rack", "chip_temp_max_k").head(1)
    assert asked.equals(expected)
    assert frames()["halls"].head(100).collect().equals(frames()["halls"].collect().head(100))


def test_a_written_table_is_read_back_alike(tmp_path) -> None:
    for name, frame in frames().items():
        tables.write(frame, tmp_path / f"{name}.parquet")
        assert pl.read_parquet(tmp_path / f"{name}.parquet").equals(frame.collect()), name
