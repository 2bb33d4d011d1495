"""What stands in the charts: values, units, colours; read back from the JSON that the page gets."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from scenarios.page import envelope, figures, style
from tests.scenarios import fake_run
from tests.scenarios.charts import layout, numbers, traces


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


def test_the_power_stack_adds_to_the_power_drawn(run: fake_run.FakeRun) -> None:
    site = envelope.site(run, 60)
    chart = figures.power_stack(site, "1 min")
    stack = [numbers(trace["y"]) for trace in traces(chart).values() if "stackgroup" in trace]
    assert len(stack) == 5
    # float32 of megawatts: 6e-8 each, five of them
    np.testing.assert_allclose(sum(stack), site["facility_power_w"].to_numpy() / 1e6, rtol=5e-7)
    highest = numbers(traces(chart)["Drawn at the PCC, highest second"]["y"])
    np.testing.assert_allclose(highest.max(), site["facility_power_w_high"].max() / 1e6, rtol=1e-7)
    assert layout(chart)["yaxis"]["title"]["text"] == "Power [MW]"
    assert layout(chart)["xaxis"]["type"] == "date"
    assert "mean of 1 min" in chart.caption


def test_time_is_in_milliseconds_of_utc(run: fake_run.FakeRun) -> None:
    first = numbers(traces(figures.power_stack(envelope.site(run, 60), "1 min"))["Accelerators"]["x"])[:2]
    assert first.tolist() == [fake_run.START.timestamp() * 1e3, fake_run.START.timestamp() * 1e3 + 60e3]


def test_temperatures_are_in_degrees_with_the_spread_of_the_cdus(run: fake_run.FakeRun) -> None:
    cdus = envelope.cdus(run, 60)
    racks = envelope.racks(run, envelope.rack_groups(envelope.halls(run)))
    chips = envelope.over_groups(racks, 60)
    kinds, cooling = envelope.loop_kinds(run, 60), envelope.cooling(run, 60)
    chart = figures.temperatures(chips, chips, cdus, kinds, cooling, "1 min")
    drawn = json.loads(chart.figure)["data"]
    low, high, mean = (trace for trace in drawn if trace["name"] == "Coolant supply")
    assert high["fill"] == "tonexty"
    # six CDUs from 0.5 K below their mean to 0.5 K above; float32 of 35 degC is good to 4e-6
    np.testing.assert_allclose(numbers(high["y"]) - numbers(low["y"]), 1.0, atol=1e-4)
    np.testing.assert_allclose(numbers(mean["y"]), cdus["supply_temp_k"].to_numpy() - 273.15, atol=1e-4)
    # 330 K + 10 K x load + 0.7 K for every eighth rack; the highest load of the hour is read from its minutes
    worst = numbers(traces(chart)["Worst chip of the site"]["y"])
    load = fake_run.demand(3600).reshape(-1, 60).max(axis=1)
    np.testing.assert_allclose(worst, 330 + 10 * load + 0.7 - 273.15, atol=1e-3)


def test_pue_says_its_definition_and_its_caveat(run: fake_run.FakeRun) -> None:
    chart = figures.pue(envelope.site(run, 60), "1 min", "Facility over IT.", "Level uncertain.")
    assert chart.caption.startswith("Facility over IT.")
    assert chart.caption.endswith("Level uncertain.")
    assert 1.1 < numbers(traces(chart)["PUE"]["y"]).min() < 1.2


def test_loading_is_in_percent(run: fake_run.FakeRun) -> None:
    chart = figures.connection(envelope.grid(run, 60), "1 min")
    assert numbers(traces(chart)["Loading of main transformers"]["y"]).max() == pytest.approx(67, abs=4)
    assert [trace["name"] for trace in json.loads(chart.figure)["data"]].count("PCC voltage") == 3


def sankey(*flows: tuple[str, str, float]) -> dict[str, Any]:
    chart = figures.sankey([{"from": a, "to": b, "energy_j": energy} for a, b, energy in flows])
    return json.loads(chart.figure)["data"][0]


def test_flows_keep_their_energy_and_turn_where_they_are_negative() -> None:
    drawn = sankey(("Grid", "IT", 7.2e9), ("IT", "Liquid", 9e9), ("IT", "Air", -1.8e9), ("Grid", "Nothing", 1.0))
    labels = drawn["node"]["label"]
    ends = [
        (labels[a].split("<")[0], labels[b].split("<")[0])
        for a, b in zip(drawn["link"]["source"], drawn["link"]["target"], strict=True)
    ]
    # in MWh: 2, 2.5, and 0.5 from the air; the joule to nowhere is under a millionth and not drawn
    assert ends[:3] == [("Grid", "IT"), ("IT", "Liquid"), ("Air", "IT")]
    assert numbers(drawn["link"]["value"])[:3].tolist() == [2.0, 2.5, 0.5]
    assert "Nothing" not in " ".join(labels)
    assert labels[1].endswith("2.500\N{NARROW NO-BREAK SPACE}MWh")


def test_ends_of_flows_are_followed_by_something_unseen() -> None:
    drawn = sankey(("Grid", "IT", 3.6e9), ("IT", "Outdoors", 3.6e9))
    assert drawn["node"]["label"][-1] == ""
    assert drawn["node"]["color"][-1] == drawn["link"]["color"][-1] == style.CLEAR
    assert numbers(drawn["link"]["value"])[-1] == pytest.approx(1e-6)


def test_no_flows_make_an_empty_chart() -> None:
    assert sankey()["node"]["label"] == [""]


def test_losses_are_ordered_and_say_what_they_heat() -> None:
    stages = [
        {"stage": "main_transformer", "energy_j": 3.6e9, "heats": "outdoors"},
        {"stage": "rack_shelf", "energy_j": 7.2e9, "heats": "hall"},
    ]
    chart = figures.losses(stages)
    assert layout(chart)["yaxis"]["categoryarray"] == ["main transformer", "rack shelf"]
    assert numbers(traces(chart)["heats hall"]["x"]).tolist() == [2.0]
    assert "MWh" in layout(chart)["xaxis"]["title"]["text"]


def test_ramps_are_drawn_where_there_are_any() -> None:
    curve = (np.array([0.0, 1.0]), np.array([4e6, 2e6]))
    chart = figures.load_and_ramps(curve, {"1 s": curve, "15 s": curve})
    assert list(traces(chart)) == ["Power drawn", "Change within 1 s", "Change within 15 s"]
    assert "1 s, 15 s earlier" in chart.caption
    assert numbers(traces(chart)["Power drawn"]["x"]).tolist() == [0.0, 100.0]
    assert figures.load_and_ramps(curve, {}).title == "Load duration"


def test_the_heat_map_is_in_degrees() -> None:
    times = pl.Series([fake_run.START])
    chart = figures.heat_map(["a", "b"], times, np.array([[343.15], [np.nan]]), 300)
    drawn = json.loads(chart.figure)["data"][0]
    cells = numbers(drawn["z"])
    assert cells[0] == pytest.approx(70.0, abs=1e-5)
    assert np.isnan(cells[1])
    assert drawn["y"] == ["a", "b"]
    # Cells are drawn around their x: 150 s into their 300 s.
    assert numbers(drawn["x"]).tolist() == [fake_run.START.timestamp() * 1e3 + 150e3]
    assert "in each 5\N{NARROW NO-BREAK SPACE}min among" in chart.caption


def test_colours_follow_the_use() -> None:
    assert style.flow_colour("Rack losses") == style.VERMILION
    assert style.flow_colour("Host grid") == style.GREY
    assert style.flow_colour("somewhere") == style.GREY
    assert style.faint("#0072B2", 0.5) == "rgba(0,114,178,0.5)"
