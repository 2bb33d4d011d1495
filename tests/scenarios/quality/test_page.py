"""The page of a file's quality, as `twin convert` writes it."""

from types import SimpleNamespace

import polars as pl
import pytest

import telemetry
from scenarios.quality import page
from telemetry import quality
from tests.scenarios.command import twin

ROWS = "".join(f"{time},{100 + time},{'' if time == 30 else 70}\n" for time in (0, 15, 30, 45, 60, 300, 315))


JOBS = "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\nc,n,1,adam,100,27,106\n"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(ROWS)
    return lambda *arguments: twin(capsys, monkeypatch, "convert", *arguments)


def test_a_page_stands_beside_the_parquet(run, tmp_path) -> None:
    done = run("a.csv", "--start", "2024-01-01T00:00Z")
    assert done.code == 0
    assert "known by: no header: a first line of numbers" in done.out
    assert "quality: a.quality.html" in done.out
    text = (tmp_path / "a.quality.html").read_text()
    assert "7 rows in, 16 measurements out" in text
    assert "Cells without a value, read as missing: 1 (1 empty)." in text
    assert "No replay was given." in text
    assert not list(tmp_path.glob(".*"))
    assert run("a.csv", "--start", "2024-01-01T00:00Z", "--out", "b.parquet", "--no-page").code == 0
    assert not (tmp_path / "b.quality.html").exists()


def test_other_texts_are_written(run, tmp_path) -> None:
    assert run("a.csv", "--start", "2024-01-01T00:00Z", "--to", "openmetrics", "--no-page").code == 0
    again = telemetry.read(tmp_path / "a.om.txt").frame.collect()
    first = telemetry.read(tmp_path / "a.csv", start="2024-01-01T00:00Z").frame.collect()
    assert again.equals(first)
    refused = run("a.csv", "--to", "xlsx")
    assert refused.code == 2
    assert "--to: 'xlsx' is not written; known: parquet, csv, openmetrics, prometheus, opentelemetry" in refused.err


def test_a_server_needs_a_query_and_a_range(run) -> None:
    refused = run("http://127.0.0.1:9", "--query", "up")
    assert refused.code == 2
    assert "--start: is needed to ask a server" in refused.err
    assert "--end: is needed to ask a server" in refused.err


def test_policies_are_given(run, tmp_path) -> None:
    (tmp_path / "b.csv").write_text(
        "time,asset,metric,value\n2024-01-01T00:00Z,a,it_power_w,-1\n2024-01-01T00:01Z,a,it_power_w,5\n"
    )
    assert run("b.csv", "--no-page").code == 2
    done = run("b.csv", "--policy", "outside=flag", "--no-page")
    assert done.code == 0
    assert "note: values out of range, read as missing: 1" in done.out


def test_tables_of_the_page(tmp_path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    reading = telemetry.read(tmp_path / "a.csv", start="2024-01-01T00:00Z")
    series = quality.of_series(reading.frame)
    (row,) = page.metrics(series).rows
    assert row[1:3] == ("2", "13")
    assert row[4].startswith("38")  # 120 of 315 s
    table = page.metrics(series)
    assert table.caption == "What was measured; nothing held, suspect, out of range, begun anew"
    assert dict(zip(table.heads, row, strict=True))["Missing"] == "1"
    assert not set(table.heads) & {"Held", "Suspect", "Out of range", "Begun anew"}
    assert [table.heads[place] for place in table.numeric] == list(table.heads[1:])
    assert [shown[0] for shown in page.listed(series).rows] == ["gpu_2", "gpu_1"]  # the one that lacks a reading first
    (tmp_path / "z.csv").write_text(JOBS)
    told = {shown[0]: shown for shown in page.columns(telemetry.read(tmp_path / "z.csv")).rows}
    assert told["energy_j"][4] == "0.7950\N{NARROW NO-BREAK SPACE}Wh"  # 27 s at 106 W
    assert told["submit_time"][2].startswith("0")


def test_a_bit_mask_has_no_mean(tmp_path) -> None:
    head = "time,asset,metric,value\n"
    rows = "".join(f"2024-01-01T00:0{n}Z,a,accelerator_clock_events,{n}\n" for n in range(5))
    (tmp_path / "m.csv").write_text(head + rows)
    table = page.metrics(quality.of_series(telemetry.read(tmp_path / "m.csv").frame))
    assert dict(zip(table.heads, table.rows[0], strict=True))["Mean"] == "–"
    assert table.rows[0][-1] == "4.000"


def test_a_replay_says_where_model_and_meter_part(tmp_path) -> None:
    """Of a run of the shipped kind the rows of its manifest are shown."""
    (tmp_path / "a.csv").write_text(ROWS)
    reading = telemetry.read(tmp_path / "a.csv", start="2024-01-01T00:00Z")
    row = {"metric": "heat_w", "asset": "25 CDUs", "samples": 1440, "unit": "W", "bias": 1234.0, "mape": 0.02}
    row |= {"cv_rmse": 0.03, "caveat": ""}
    run = SimpleNamespace(manifest={"comparisons": [row]}, folder=tmp_path / "run")
    text = page.page(reading, run)
    assert "where modelled and measured part" in text
    assert "25 CDUs" in text
    empty = SimpleNamespace(manifest={}, folder=tmp_path / "run")
    assert "computes nothing that this file measures" in page.page(reading, empty)


def test_jobs_are_written_as_parquet_only(run, tmp_path) -> None:
    (tmp_path / "z.csv").write_text(JOBS)
    assert run("z.csv", "--no-page").code == 0
    assert pl.read_parquet(tmp_path / "z.parquet")["energy_j"].to_list() == [2862.0]
    assert "holds jobs, which are written as parquet only" in run("z.csv", "--to", "openmetrics").err
