"""The site from above: every rack once, where it stands, with its own values, and no more bytes than it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from scenarios.report import site_plan
from tests.scenarios import fake_run
from tests.scenarios.browser import browse
from tests.scenarios.charts import numbers


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def drawn(run: fake_run.FakeRun) -> dict[str, Any]:
    return packed(run)


def packed(run: fake_run.FakeRun) -> dict[str, Any]:
    plan = site_plan.site_plan(run)
    assert plan is not None
    found: dict[str, Any] = json.loads(plan.data)
    return found


def other(run: fake_run.FakeRun, folder: Path, **tables: pl.DataFrame) -> fake_run.FakeRun:
    for path in run.folder.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return run._replace(folder=folder)


def names(racks: dict[str, Any]) -> list[str]:
    """Put names together as the page does."""
    cdus, ends = of_each(racks, "cdu"), of_each(racks, "end")
    return [f"{cdu}/{end}" for cdu, end in zip(cdus, ends, strict=True)]


def of_each(racks: dict[str, Any], what: str) -> list[Any]:
    """Look up what is said once for many racks."""
    return [racks[f"{what}s"][number] for number in numbers(racks[what]).astype(int)]


def test_every_rack_is_drawn_once_where_it_stands(run: fake_run.FakeRun, drawn: dict[str, Any]) -> None:
    """Places are packed in steps of the site's longer side over 65,534: 1 mm of 67 m."""
    table = run.table("layout").filter(pl.col("kind") == "rack")
    racks, step = drawn["racks"], drawn["step"]["place"]
    assert names(racks) == table["name"].to_list()
    assert len(set(names(racks))) == 48
    # 24 places of 0.8 m and 8 m of margins; the second hall begins at 40 m
    assert drawn["size"] == pytest.approx([67.2, 12.0])
    assert step == pytest.approx(67.2 / 65534)
    np.testing.assert_allclose(numbers(racks["x"]) * step, table["x_m"], atol=0.51 * step)
    np.testing.assert_allclose(numbers(racks["y"]) * step, table["y_m"], atol=0.51 * step)
    assert of_each(racks, "feed")[:2] == [
        ["hall_a/busway_1", "hall_a/busway_2"],
        ["hall_a/busway_2", "hall_a/busway_1"],
    ]
    assert of_each(racks, "kind") == [["example_rack", 132e3, 361.15]] * 48
    assert drawn["cdus"]["names"] == [f"hall_{hall}/cdu_{number}" for hall in "ab" for number in range(3)]
    assert [hall[0] for hall in drawn["halls"]] == ["hall_a", "hall_b"]
    assert drawn["buildings"][1][1:] == pytest.approx([40.0, 0.0, 27.2, 12.0])


def test_colours_follow_values(run: fake_run.FakeRun, drawn: dict[str, Any]) -> None:
    """Of each minute: the highest chip temperature to 0.005 K, and the mean power to a 65,000th of the highest."""
    start = fake_run.START
    for moment in drawn["moments"]:
        hour, minute = (int(part) for part in moment["label"][-5:].split(":"))
        rows = run.table("racks").filter(pl.col("time") == start.replace(hour=hour, minute=minute)).sort("rack")
        warm = drawn["step"]["coldest"] + drawn["step"]["temperature"] * numbers(moment["warm"])
        np.testing.assert_allclose(warm, rows["chip_temp_max_k"], atol=0.0051)
        np.testing.assert_allclose(
            numbers(moment["power"]) * moment["watts"], rows["it_power_mean_w"], atol=0.51 * moment["watts"] + 0.01
        )


def test_the_minute_of_the_highest_power_comes_first(run: fake_run.FakeRun) -> None:
    """By the manifest's second, 1,805; all chips of the halls are alike, so that the first minute has the warmest."""
    chosen = site_plan.moments(run)
    assert list(chosen) == ["highest power, 1 Jul 00:30", "warmest chip, 1 Jul 00:00", "lowest power, 1 Jul 00:40"]
    assert list(chosen.values()) == [30, 0, 40]


def test_a_minute_that_is_special_twice_is_shown_once(run: fake_run.FakeRun) -> None:
    early = run.manifest["one_line"] | {"second": 59}
    chosen = site_plan.moments(run._replace(manifest=run.manifest | {"one_line": early}))
    assert list(chosen) == ["highest power, 1 Jul 00:00", "lowest power, 1 Jul 00:40"]


def test_racks_over_a_limit_are_marked(drawn: dict[str, Any]) -> None:
    """hall_a/cdu_0/rack_03 stands in the events; scheduled events and the voltage's tell of no rack."""
    assert drawn["crossed"] == [3]


def test_a_missing_value_has_no_colour(run: fake_run.FakeRun, tmp_path: Path) -> None:
    racks = run.table("racks").with_columns(
        chip_temp_max_k=pl.when(pl.col("rack") == 5).then(float("nan")).otherwise(pl.col("chip_temp_max_k"))
    )
    moment = packed(other(run, tmp_path, racks=racks))["moments"][0]
    warm = numbers(moment["warm"])
    assert warm[5] == site_plan.NOTHING
    assert warm.max(where=np.arange(48) != 5, initial=0) < site_plan.NOTHING


def test_a_site_without_a_plan_is_not_drawn(run: fake_run.FakeRun, tmp_path: Path) -> None:
    places = run.table("layout").with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("x_m", "y_m"))
    assert site_plan.site_plan(other(run, tmp_path, layout=places)) is None


def test_a_rack_takes_less_than_forty_letters(tmp_path: Path) -> None:
    """
    What a site of 23,000 racks adds to its page stays below a megabyte.

    Of a rack: 2 bytes for each coordinate, its CDU and its feeds, 1 for class, name and row, and 4 a minute, make 23 in
    three minutes, 31 letters of base64; the rest is names of CDUs and feeds, each once.
    """
    plan = site_plan.site_plan(fake_run.write(tmp_path, 120, halls=4, racks_in_hall=2000, cdus_in_hall=250))
    assert plan is not None
    assert len(plan.data) / 8000 < 40


def test_a_browser_draws_the_plan_and_changes_it(run: fake_run.FakeRun, tmp_path: Path) -> None:
    from scenarios.report import page as report

    page = report.write(run, tmp_path / "report.html")
    look = """<script>
    const canvas = document.getElementById("plan-canvas");
    const seen = [canvas.toDataURL()];
    document.querySelector("input[value=power]").click();
    seen.push(canvas.toDataURL());
    document.getElementById("plan-hall").value = "1";
    document.getElementById("plan-hall").dispatchEvent(new Event("change"));
    seen.push(canvas.toDataURL());
    document.title = new Set(seen).size + " pictures; " + document.getElementById("plan-over").textContent;
    </script></body>"""
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", look), encoding="utf-8")
    dom, console = browse(page, tmp_path / "profile")
    assert console == []
    assert "<title>3 pictures; 1 rack framed</title>" in dom
