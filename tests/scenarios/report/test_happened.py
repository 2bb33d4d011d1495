"""The seconds around a disturbance: which are drawn, and what stands in the chart."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from scenarios.report import happened
from tests.scenarios import fake_run
from tests.scenarios.charts import layout, numbers, traces

TEN = fake_run.START + timedelta(hours=10)


def after(*seconds: float) -> list[datetime]:
    return [TEN + timedelta(seconds=second) for second in seconds]


def drawn(*moments: float, shutdown: float | None = None) -> tuple[float, float]:
    """Give begin and end of what is drawn, in seconds from the disturbance."""
    last = None if shutdown is None else after(shutdown)[0]
    begin, end = happened.window(TEN, after(0, *moments), last)
    return (begin - TEN).total_seconds(), (end - TEN).total_seconds()


def test_a_short_disturbance_is_drawn_with_a_minute_after_it() -> None:
    """Twenty seconds count as sixty: half of that before, the longer of half and sixty after."""
    assert drawn(20.0) == (-30.0, 80.0)


def test_a_long_one_is_drawn_with_half_its_length_after_it() -> None:
    assert drawn(1200.0) == (-300.0, 1800.0)


def test_the_first_shutdown_ends_the_story() -> None:
    assert drawn(400.0, 1200.0, shutdown=400.0) == (-100.0, 600.0)


def test_what_comes_hours_later_is_not_drawn() -> None:
    assert drawn(6 * 3600.0) == (-30.0, 1800.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


def test_nothing_scheduled_is_no_story(run: fake_run.FakeRun) -> None:
    assert happened.story(run._replace(manifest=run.manifest | {"disturbed": None})) is None


def test_each_second_holds_the_warmest_of_the_site(run: fake_run.FakeRun, tmp_path: Path) -> None:
    """Hall b is one kelvin warmer; the change is at 1,800 s, throttling 100 s later: from 1,770 s to 1,960 s."""
    for path in run.folder.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "halls.parquet").unlink()
    warmer = pl.when(pl.col("hall") == "hall_b").then(341.0).otherwise(340.0).cast(pl.Float32)
    run.table("halls").with_columns(chip_temp_max_k=warmer).write_parquet(tmp_path / "halls.parquet")
    told = happened.story(run._replace(folder=tmp_path))
    assert told is not None
    assert told.step == 1
    begin, end = (fake_run.START + timedelta(seconds=second) for second in (1770, 1960))
    assert (told.seconds["time"][0], told.seconds["time"][-1]) == (begin, end)
    assert told.seconds.height == 191
    assert told.seconds["chip_temp_max_k"].unique().to_list() == [341.0]
    # Loop 1 alone carries water to the CDUs, loop 2 cools the air.
    water = run.table("cooling").filter(pl.col("loop") == "loop_1", pl.col("time") == told.minutes["time"][0])
    assert told.minutes["supply_temp_k"][0] == water["supply_temp_k"][0]
    assert told.minutes["time"][0] <= begin - timedelta(seconds=50)


def test_the_chart_marks_changes_and_limits(run: fake_run.FakeRun) -> None:
    told = happened.story(run)
    assert told is not None
    chart = happened.figure(told, run.manifest["limits"])
    found = traces(chart)
    # 361.15 K and 371.15 K
    assert numbers(found["Throttle limit"]["y"]).tolist() == pytest.approx([88.0, 88.0], abs=1e-4)
    assert numbers(found["Shutdown limit"]["y"]).tolist() == pytest.approx([98.0, 98.0], abs=1e-4)
    texts = [note["text"] for note in layout(chart)["annotations"]]
    space = "\N{NARROW NO-BREAK SPACE}"
    assert texts == ["(1)", f"throttle after 1{space}min 40{space}s"]
    moments = [fake_run.START.timestamp() * 1e3 + offset * 1e3 for offset in (1800, 1900)]
    assert [shape["x0"] for shape in layout(chart)["shapes"]] == moments
    assert "(1) 00:30:00 hall_a/cdu_0: Pump of hall_a/cdu_0 set to half speed." in chart.caption


def test_a_site_without_limits_draws_none(run: fake_run.FakeRun) -> None:
    told = happened.story(run)
    assert told is not None
    found = traces(happened.figure(told, dict.fromkeys(run.manifest["limits"])))
    assert [name for name in found if "imit" in name or "Alarm" in name] == []


@pytest.mark.parametrize(("excess", "told"), [(29.0, False), (31.0, True)])
def test_coolant_that_stands_in_a_rack_is_told(
    run: fake_run.FakeRun, tmp_path: Path, excess: float, told: bool
) -> None:
    """The supply is at 313.5 K; one rack's outlet passes it by more than thirty kelvin, or does not."""
    for path in run.folder.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "racks.parquet").unlink()
    hot = pl.when(pl.col("rack") == 5).then(313.5 + excess).otherwise(320.0).cast(pl.Float32)
    run.table("racks").with_columns(coolant_temp_max_k=hot).write_parquet(tmp_path / "racks.parquet")
    story = happened.story(run._replace(folder=tmp_path))
    assert story is not None
    chart = happened.figure(story, run.manifest["limits"])
    found = traces(chart)
    assert ("Warmest coolant at a rack outlet" in found) is told
    assert ("CDU without flow keeps its supply temperature" in chart.caption) is told
    if told:
        line = found["Warmest coolant at a rack outlet"]
        assert numbers(line["y"]) == pytest.approx(313.5 + 31.0 - 273.15, abs=1e-4)
        # The first minute that reaches into what is drawn begins at 29 min.
        assert numbers(line["x"])[0] == fake_run.START.timestamp() * 1e3 + (29 * 60 + 30) * 1e3
