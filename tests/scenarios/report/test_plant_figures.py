"""Charts of the cooling plant: what stands in them, read back."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scenarios.page import envelope
from scenarios.report import plant_figures
from tests.scenarios import fake_run
from tests.scenarios.charts import layout, numbers, traces


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> fake_run.FakeRun:
    return fake_run.write(tmp_path_factory.mktemp("run"))


def kinds(*modes: float) -> dict[str, pl.DataFrame]:
    """Give two kinds of loops over as many minutes as modes; the second has no chillers and stays on its coolers."""
    times = fake_run.times(60 * len(modes), 60)
    columns = {"supply_temp_k": 300.15, "return_temp_k": 310.15, "fan_speed": 0.75, "chiller_load": 0.5}
    every = {f"{name}{end}": [value] * len(modes) for name, value in columns.items() for end in ("", "_low", "_high")}
    first = pl.DataFrame({"time": times, **every, "cooling_mode": list(modes)})
    none = pl.lit(0.0)
    return {"CDUs": first, "hall air": first.with_columns(chiller_load=none, cooling_mode=none)}


def outdoors(count: int) -> pl.DataFrame:
    times = fake_run.times(60 * count, 60)
    return pl.DataFrame({"time": times, "dry_bulb_temp_k": [293.15] * count, "wet_bulb_temp_k": [288.15] * count})


def test_loops_are_averaged_by_what_they_cool(run: fake_run.FakeRun) -> None:
    found = envelope.loop_kinds(run, 60)
    stored = run.table("cooling")
    assert list(found) == ["CDUs", "hall air"]
    for kind, loop in (("CDUs", "loop_1"), ("hall air", "loop_2")):
        mean = stored.filter(pl.col("loop") == loop)["supply_temp_k"].cast(float).mean()
        assert found[kind]["supply_temp_k"].mean() == pytest.approx(mean, abs=1e-4)
        assert found[kind]["cooling_mode"].unique().to_list() == [0.0]


def test_a_kind_has_the_mode_of_most_of_its_loops(tmp_path) -> None:
    """Three loops of one kind, two of them on chillers: the strip says chillers."""
    rows = pl.DataFrame(
        {
            "time": pl.Series([fake_run.START] * 3),
            "loop": ["a", "b", "c"],
            **{name: [1.0, 2.0, 6.0] for name in ("supply_temp_k", "return_temp_k", "fan_speed", "chiller_load")},
            "cooling_mode": [0.0, 2.0, 2.0],
        }
    )
    rows.write_parquet(tmp_path / "cooling.parquet")
    loops = [{"name": name, "cools": "CDUs"} for name in "abc"]
    found = envelope.loop_kinds(fake_run.FakeRun(tmp_path, {"loops": loops}, {}), 60)["CDUs"].row(0, named=True)
    assert found["cooling_mode"] == 2.0
    assert [found[f"supply_temp_k{end}"] for end in ("_low", "", "_high")] == [1.0, 3.0, 6.0]


def test_the_plant_is_in_degrees_and_percent() -> None:
    drawn = traces(plant_figures.plant(kinds(0, 1, 2), outdoors(3), "1 min"))
    assert numbers(drawn["Water for CDUs, supply"]["y"]) == pytest.approx(27.0, abs=1e-5)
    assert numbers(drawn["Cooler fans, hall air"]["y"]) == pytest.approx(75.0, abs=1e-5)
    assert numbers(drawn["Outdoors, wet bulb"]["y"]) == pytest.approx(15.0, abs=1e-5)
    assert drawn["Chillers, CDUs"]["yaxis"] == "y2"
    assert "Chillers, hall air" not in drawn


def test_the_strip_has_a_row_for_each_kind_and_a_key_for_each_mode_in_use() -> None:
    chart = plant_figures.plant(kinds(0, 0, 2), outdoors(3), "1 min")
    drawn = traces(chart)
    strip = drawn[""]
    assert (strip["y"], strip["yaxis"]) == (["CDUs", "hall air"], "y3")
    assert numbers(strip["z"]).reshape(2, 3).tolist() == [[0, 0, 2], [0, 0, 0]]
    keys = {name: trace["marker"]["color"] for name, trace in drawn.items() if trace.get("mode") == "markers"}
    assert keys == {name: plant_figures.MODES[name] for name in ("Coolers alone", "Chillers alone")}
    # A third of the scale for each of 0, 1 and 2.
    assert [stop[1] for stop in strip["colorscale"][::2]] == list(plant_figures.MODES.values())


def test_water_is_in_cubic_metres_an_hour(run: fake_run.FakeRun) -> None:
    cooling = envelope.cooling(run, 60)
    chart = plant_figures.power_and_water(cooling, "1 min")
    # one kilogram a second is 3.6 m3 an hour
    np.testing.assert_allclose(
        numbers(traces(chart)["Make-up water"]["y"]), cooling["water_use_kg_s"].to_numpy() * 3.6, rtol=1e-6
    )
    assert layout(chart)["yaxis2"]["title"]["text"] == "Water [m³/h]"


def test_a_plant_without_water_has_no_empty_panel(run: fake_run.FakeRun) -> None:
    dry = envelope.cooling(run, 60).with_columns(water_use_kg_s=pl.lit(0.0))
    chart = plant_figures.power_and_water(dry, "1 min")
    assert chart.caption.endswith("The plant takes no water.")
    assert "yaxis2" not in layout(chart)
    assert "Make-up water" not in traces(chart)


def test_empty_tables_draw_empty_charts(run: fake_run.FakeRun) -> None:
    chart = plant_figures.power_and_water(envelope.cooling(run, 60).clear(), "1 min")
    assert numbers(traces(chart)["Chillers"]["y"]).size == 0
