"""The page of a run: what stands on it, and that a browser draws it without complaint and without a network."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from scenarios.page import quantities
from scenarios.report import page as report
from tests.scenarios import fake_run
from tests.scenarios.browser import DESK, TELEPHONE, browse, widths
from tests.scenarios.charts import numbers, traces
from twin.errors import OutputError

CHARTS = [
    *("happened", "power", "energy", "temperatures", "plant", "cooling"),
    *("pue", "connection", "load", "steepest", "losses", "racks"),
]
T = quantities.THIN


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def page(run: fake_run.FakeRun) -> str:
    return report.page(run)


def text_of(page: str) -> str:
    """Give what a reader sees: without scripts, styles and tags; where a line may break is nothing to see."""
    bare = re.sub(r"<(script|style)>.*?</\1>", " ", page.replace("<wbr>", ""), flags=re.S)
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", bare))


def with_events(run: fake_run.FakeRun, events: pl.DataFrame, folder: Path) -> fake_run.FakeRun:
    for path in run.folder.glob("*.parquet"):
        shutil.copy(path, folder)
    events.write_parquet(folder / "events.parquet")
    return run._replace(folder=folder)


def test_the_page_says_what_was_run(page: str) -> None:
    text = text_of(page)
    assert "Example campus, 6 MW" in text
    assert "pump_trip: A CDU pump coasts to half speed &amp; stays there." in text
    assert f"1{T}h from 1 July 2026, 00:00:00 UTC" in text
    assert "synthetic day from monthly normals" in text
    assert "seeded synthetic training on all racks" in text
    assert "Made by twin replay example --scenario pump_trip , seed 7, macro step 10 s." in text
    assert "Example grid data (CC BY 4.0)" in text


def test_the_page_has_figures_tables_and_provenance(page: str) -> None:
    text = text_of(page)
    assert "PUE 1.150 Energy drawn at the PCC over energy at the rack inlets." in text
    # 364.25 K over a limit of 361.15 K
    assert f"Chip temperature. Worst chip 3.1 K over its limit. 91.1{T}°C 88.0{T}°C −3.50{T}% 2{T}min 5{T}s" in text
    assert text.index("Worst chip 3.1 K") < text.index("PCC voltage below its normal range.")
    assert f"Margin: limit less value; 10{T}K, 0.1{T}pu of voltage, or the rating count as 100{T}%." in text
    assert "Pump of hall_a/cdu_0 set to half speed." in text
    # 7.2e12 J = 2 GWh in, 99 % out, 1 % stored
    assert f"energy 2.00000{T}GWh 1.98000{T}GWh 20.00{T}MWh" in text
    assert f"3.1{T}×{T}10⁻¹³" in text
    assert "0.02 K/W assumed 0.015 K/W – 0.03 K/W midpoint of published cold plates; no figure is published" in text
    assert "Maker&#39;s data sheet, 2025 primary racks.example.rated = 132 kW; racks.example.packages = 72" in text
    assert f"coolant return temperature hall_a/cdu_0 240 −0.42{T}K 1.30{T}% 2.10{T}% level uncertain" in text


def test_the_page_answers_how_long_the_chips_rode_through(page: str) -> None:
    answer = "(00:30:00) → time to throttle: 1 min 40 s"
    text = text_of(page)
    assert f"How the chips rode through it. hall_a/cdu_0: Pump of hall_a/cdu_0 set to half speed. {answer}" in text
    assert "Time to shutdown not reached Of the first chip, from 00:30:00 UTC." in text
    assert "Figure 1. Every second; facility water and hall air each minute. (1) 00:30:00 hall_a/cdu_0" in text


def test_tables_of_minutes_are_drawn_at_the_middle_of_the_minute(run: fake_run.FakeRun) -> None:
    """An hour is drawn by 5 s: the warmest chip, known each second, from its start on; the rest by the minute."""
    chart = report.charts(run)["temperatures"]
    drawn = traces(chart)
    start = fake_run.START.timestamp() * 1e3
    assert numbers(drawn["Worst chip of the site"]["x"])[:2].tolist() == [start, start + 5e3]
    # all halls of the small run are at 340 K
    assert numbers(drawn["Worst chip of the site"]["y"]) == pytest.approx(340.0 - 273.15, abs=1e-4)
    for name in ("Worst chip of each rack, mean", "Water for CDUs, supply", "Outdoors, dry bulb", "Coolant return"):
        assert numbers(drawn[name]["x"])[:2].tolist() == [start + 30e3, start + 90e3]
    assert chart.caption.startswith(f"Means of 1{T}min.")


def test_the_page_stands_alone(page: str) -> None:
    assert len(page.encode()) < 8e6
    assert page.count("Plotly, Inc.") >= 1
    markup = re.sub(r"<(script|style)>.*?</\1>", " ", page, flags=re.S)
    assert re.findall(r"(?:src|href)=", markup) == []
    assert "default-src 'none'" in markup
    assert re.findall(r"@import|url\(", "".join(re.findall(r"<style>(.*?)</style>", page, flags=re.S))) == []
    assert "showSendToCloud: false" in page
    assert re.findall(r'id="chart-(\w+)"', markup) == CHARTS


def test_every_table_and_chart_says_what_it_is(page: str) -> None:
    markup = re.sub(r"<(script|style)>.*?</\1>", " ", page, flags=re.S)
    assert markup.count("<caption>") == markup.count("<table>") == 8
    labels = re.findall(r'class="chart" id="[^"]*" role="img" aria-label="([^"]*)"', markup)
    assert len(labels) == len(CHARTS)
    assert min(map(len, labels)) > 60
    assert [int(number) for number in re.findall(r"<b>Figure (\d+)\.</b>", markup)] == list(range(1, len(CHARTS) + 1))


def test_a_quiet_run_says_so_in_a_sentence(run: fake_run.FakeRun, tmp_path: Path) -> None:
    quiet = with_events(run, run.table("events").clear(), tmp_path)
    text = text_of(report.page(quiet._replace(manifest=run.manifest | {"disturbed": None})))
    assert "No limit was crossed: chips, coolant, hall air" in text
    assert "Limits crossed" not in text
    assert "What was scheduled" not in text
    assert "What happened" not in text
    assert "How the chips rode through it" not in text


def test_the_site_is_drawn_or_the_page_says_how(run: fake_run.FakeRun, page: str, tmp_path: Path) -> None:
    drawings = re.findall(r"<b>Drawing (\d+)\.</b>", page)
    assert drawings == ["1", "2", "3"]
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="drawn"') == 2
    text = text_of(page)
    assert "highest power, 1 Jul 00:30" in text
    # 24 places of 0.8 m between margins of 4 m, 40 m further on
    assert f"48 racks to scale; the site is 67.2{T}m by 12.0{T}m." in text
    without = run.table("layout").with_columns(x_m=pl.lit(None, pl.Float64))
    with_events(run, run.table("events"), tmp_path)
    without.write_parquet(tmp_path / "layout.parquet")
    text = text_of(report.page(run._replace(folder=tmp_path)))
    assert 'give [arrangement.plan] in the facility file, or take one with designs = ["plan_campus"]' in text
    assert "Drawing 1. Loads in the second of the highest power drawn" in text


def test_many_alarms_are_shown_worst_first_and_counted() -> None:
    hot = fake_run.frame(
        "events",
        time=[fake_run.START + timedelta(seconds=i) for i in range(40)],
        kind=["hall_air"] * 10 + ["chip_temp"] * 30,
        asset=[f"asset_{i}" for i in range(40)],
        value=[310.0] * 40,
        limit=[300.0] * 40,
        margin=[-0.01 * i for i in range(40)],
        unit=["K"] * 40,
        duration_s=[1.0] * 40,
        message=["Too hot."] * 40,
    )
    sorted_events = report.events(hot)
    assert [row["asset"] for row in sorted_events["alarms"][:2]] == ["asset_39", "asset_38"]
    assert len(sorted_events["alarms"]) == 25
    assert sorted_events["count"] == 40
    assert sorted_events["kinds"] == {"Chip temperature": 30, "Hall air temperature": 10}


def test_models_beyond_their_range_are_flagged_where_heat_is_told(run: fake_run.FakeRun, tmp_path: Path) -> None:
    events = run.table("events")
    beyond = events.tail(1).with_columns(kind=pl.lit("model_range"), message=pl.lit("a cooler was outside its range"))
    text = text_of(report.page(with_events(run, pl.concat([events, beyond]), tmp_path)))
    flag = "Heat and water Outside a model&#39;s range. From 00:40:00, site: a cooler was outside its range."
    assert flag.replace("&#39;", "'") in text


def test_an_uncertain_level_is_said_at_the_top_and_beside_the_pue(run: fake_run.FakeRun) -> None:
    labels = run.manifest["labels"] | {"level": "The level of this telemetry is uncertain."}
    text = text_of(report.page(run._replace(manifest=run.manifest | {"labels": labels})))
    # at the top, under the figure, and in the chart's caption
    assert text.count("The level of this telemetry is uncertain.") == 3
    assert "rack inlets. The level of this telemetry is uncertain." in text


def test_text_of_a_file_cannot_become_a_script(run: fake_run.FakeRun) -> None:
    evil = "</script><script>alert(1)</script>"
    losses = [{"stage": evil, "energy_j": 1e9, "heats": evil}]
    flows = [{"from": evil, "to": "IT", "energy_j": 1e9}]
    page = report.page(run._replace(manifest=run.manifest | {"title": evil, "losses": losses, "flows": flows}))
    assert "<script>alert" not in page
    assert page.count("</script>") == 2


def test_a_run_without_seconds_has_no_ramps(run: fake_run.FakeRun, tmp_path: Path) -> None:
    with_events(run, run.table("events"), tmp_path)
    run.table("site").gather_every(300).write_parquet(tmp_path / "site.parquet")
    charts = report.charts(run._replace(folder=tmp_path))
    assert list(charts) == [name for name in CHARTS if name != "steepest"]
    assert charts["load"].title == "Load duration"


def test_sources_are_brought_together_the_most_used_first() -> None:
    rows = [
        {"path": "a", "value": "1", "basis": "primary", "source": "X"},
        {"path": "b", "value": "2", "basis": "primary", "source": "Y"},
        {"path": "c", "value": "3", "basis": "primary", "source": "Y"},
    ]
    assert report.by_source(rows) == [("Y", "primary", ["b = 2", "c = 3"]), ("X", "primary", ["a = 1"])]


def test_a_report_that_cannot_be_written_says_what_to_do(run: fake_run.FakeRun, tmp_path: Path) -> None:
    target = tmp_path / "absent" / "report.html"
    with pytest.raises(OutputError) as caught:
        report.write(run, target)
    reason = "the report cannot be written (No such file or directory); name a file in a folder that you may write to"
    assert str(caught.value) == f"{target}: {reason}"


def test_writing_leaves_the_page_and_nothing_else(run: fake_run.FakeRun, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    assert report.write(run, str(target)) == target
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_browser_draws_the_page_without_complaint_or_network(run: fake_run.FakeRun, tmp_path: Path) -> None:
    dom, console = browse(report.write(run, tmp_path / "report.html"), tmp_path / "profile")
    # The content security policy forbids every request; one that was tried would stand in the console.
    assert console == []
    drawn = re.findall(r'class="chart js-plotly-plot" id="chart-(\w+)"', dom)
    assert drawn == CHARTS
    assert dom.count('class="sankey-node"') == 15  # 14 named nodes of the example's flows, and the unseen one
    assert 'class="hm"' in dom


def test_a_narrow_chart_makes_room_for_its_legend(run: fake_run.FakeRun, tmp_path: Path) -> None:
    """Nothing is narrower than 500 pixels here: less than the 560 under which legends stand in one column."""
    drawn = report.charts(run)["plant"]
    dom, console = browse(report.write(run, tmp_path / "a.html"), tmp_path / "profile", "--window-size=500,2000")
    assert console == []
    style = re.search(r'id="chart-plant"[^>]*?style="height: ?(\d+)px', dom)
    assert style is not None
    entries = [trace for trace in json.loads(drawn.figure)["data"] if trace.get("name") and "showlegend" not in trace]
    # 19 pixels a row of the legend beyond the first
    assert int(style[1]) == drawn.height + 19 * (len(entries) - 1)


def test_charts_are_light_on_a_dark_screen(run: fake_run.FakeRun, tmp_path: Path) -> None:
    dark = "--blink-settings=preferredColorScheme=0"
    page = report.write(run, tmp_path / "report.html")
    dom, _ = browse(page, tmp_path / "one", dark)
    assert "fill: rgb(230, 234, 238)" in dom
    assert "fill: rgb(27, 37, 48)" not in dom
    dom, _ = browse(page, tmp_path / "two")
    assert "fill: rgb(230, 234, 238)" not in dom


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
def test_nothing_is_wider_than_the_page(run: fake_run.FakeRun, tmp_path: Path, width: int) -> None:
    wide, room = widths(report.write(run, tmp_path / "report.html"), tmp_path, width)
    assert wide <= room <= width


def test_a_page_that_is_too_wide_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<div style="width:900px">wide</div>', encoding="utf-8")
    wide, room = widths(page, tmp_path, TELEPHONE)
    assert wide > 900 > room


def test_the_browser_would_tell_of_a_request(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    page.write_text(
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><script>fetch("https://example.org/x")</script>',
        encoding="utf-8",
    )
    _, console = browse(page, tmp_path / "profile")
    assert any("Content Security Policy" in line for line in console)
