"""The pictures of a comparison, read back from the JSON that the page gets."""

from __future__ import annotations

import json

import pytest

from scenarios.compare.charts import charts
from tests.scenarios.charts import layout, numbers, traces
from tests.scenarios.compare.side_by_side import design, large, small, subject, with_manifest
from tests.scenarios.fake_run import demand


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return large(folder), small(folder)


@pytest.fixture(scope="module")
def drawn(pair):
    return charts(pair)


def panels(chart) -> list[tuple[str, str]]:
    return [(trace["name"], trace["yaxis"]) for trace in json.loads(chart.figure)["data"]]


def test_sites_of_different_size_are_drawn_in_watts_and_over_their_connections(drawn) -> None:
    assert list(drawn) == ["design", "power", "load", "pue", "margin", "water"]
    lines = ["large", "large, IT", "small", "small, IT"]
    assert panels(drawn["power"]) == [*((line, "y") for line in lines), *((line, "y2") for line in lines)]
    data = json.loads(drawn["power"].figure)["data"]
    # Both draw 1.15 times their IT power on average, and so the same part of a connection of 1.5 times the racks'.
    first, second = (numbers(data[row]["y"]) for row in (4, 6))
    assert first == pytest.approx(second, rel=1e-6)
    # IT is the demand times 6.336 MW, over 9.504 MW; the first interval is 5 s long
    assert numbers(data[5]["y"])[0] == pytest.approx(100.0 * demand(3600)[:5].mean() / 1.5, rel=1e-6)
    assert [trace.get("showlegend", True) for trace in data] == [True, False, True, False, *[False] * 4]


def test_time_counts_in_hours_from_the_start(drawn) -> None:
    hours = numbers(traces(drawn["power"])["large"]["x"])
    # means of 5 s, drawn at the middle
    assert hours[[0, 1, -1]] == pytest.approx([2.5 / 3600, 7.5 / 3600, 1 - 2.5 / 3600])
    assert layout(drawn["pue"])["xaxis"]["ticksuffix"] == " h"


def test_runs_of_one_size_share_one_axis(pair) -> None:
    same = pair[0]._replace(label="again")
    found = charts((pair[0], same))
    assert "design" not in found
    assert panels(found["power"]) == [(name, "y") for name in ("large", "large, IT", "again", "again, IT")]
    assert panels(found["load"]) == [("large", "y"), ("again", "y")]
    assert "connection" not in found["power"].caption


def test_the_margin_is_to_the_lowest_limit(drawn) -> None:
    """Halls of the fake runs are at 340 K, and the limit is 361.15 K."""
    assert numbers(traces(drawn["margin"])["small"]["y"]) == pytest.approx(21.15, abs=1e-4)


def test_load_duration_runs_from_the_highest_to_the_lowest(pair, drawn) -> None:
    power = pair[0].run.scan("site").collect()["facility_power_w"]
    watts, parts = (json.loads(drawn["load"].figure)["data"][row] for row in (0, 2))
    curve = numbers(watts["y"])
    assert curve[[0, -1]] == pytest.approx([power.max() / 1e6, power.min() / 1e6], rel=1e-6)
    assert numbers(parts["y"])[0] == pytest.approx(100.0 * power.max() / 9.504e6, rel=1e-6)


def test_water_over_it_energy(drawn) -> None:
    """Each of two loops takes half the IT power over 2.4 MW in kg/s: 1 kg each 2.4 MJ, or 1.5 L/kWh."""
    ratio = json.loads(drawn["water"].figure)["data"][1]
    assert ratio["yaxis"] == "y2"
    # the plant is sampled each 10 s and IT each second: they agree where the load stands still
    assert numbers(ratio["y"])[-3] == pytest.approx(1.5, rel=0.03)


def test_a_run_without_water_is_told(pair, tmp_path) -> None:
    dry = small(tmp_path)
    cooling = dry.run.table("cooling")
    cooling.with_columns(water_use_kg_s=0.0 * cooling["water_use_kg_s"]).write_parquet(
        dry.run.folder / "cooling.parquet"
    )
    assert charts((pair[0], dry))["water"].caption.endswith("No water: small.")
    assert "water" not in charts((dry, dry._replace(label="too")))


def test_sites_alone_have_their_design(pair) -> None:
    sites = [subject("a", None, design()), subject("b", None, design(1, dense_bf16_flop_s=None))]
    found = charts(sites)
    assert list(found) == ["design"]
    data = json.loads(found["design"].figure)["data"]
    assert [trace.get("name") for trace in data] == ["Connection rating", "Facility, full load", "IT, full load", None]
    assert numbers(data[0]["x"]) == pytest.approx([9.504, 4.752])
    assert data[3]["text"] == ["1.14", "–"]


def test_a_site_without_accelerators_has_no_margin(pair) -> None:
    limits = pair[0].run.manifest["limits"] | {"throttle_temp_k": None}
    bare = [with_manifest(one, limits=limits) for one in pair]
    assert "margin" not in charts(bare)
