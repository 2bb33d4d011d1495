"""A replay from end to end, on the real sites."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

import facilities
import scenarios
import telemetry
from facilities import build
from scenarios.asked.demand import demand
from scenarios.asked.machines import machines
from scenarios.asked.placement import Clock, load_table
from scenarios.outdoors import outdoors
from scenarios.schema import Job, Scenario
from tests.facilities.weather_files import EPW_HEADER, epw_rows, plain, written
from tests.scenarios.readings import START, reading

FRONTIER = facilities.load("frontier")
NEAR = EPW_HEADER[0].replace("38.0,-97.0", "36.0,-86.7")


def test_the_python_face(tmp_path) -> None:
    told: list[float] = []
    run = scenarios.replay(FRONTIER, duration="3 min", out=tmp_path / "run", progress=told.append)
    assert run.folder == tmp_path / "run"
    assert run.metrics["pue"]["value"] > 1.0
    assert run.site.height == 180
    assert told[-1] == 1.0
    manifest = run.manifest
    assert (manifest["site"], manifest["seed"], manifest["duration_s"]) == ("frontier", 1, 180)
    assert manifest["title"] == FRONTIER.title
    assert manifest["scenario"]["name"] == "default"
    assert all(row["closes"] for row in manifest["closure"])
    # Numbers of the synthetic traces stand among those of the site, each with its range or its source.
    assumed = {row["path"]: row for row in manifest["assumptions"]}
    assert assumed["traces.training.checkpoint_period"]["value"] == "1800 s"
    assert assumed["traces.training.checkpoint_period"]["low"] == "300 s"
    assert "traces.training.iteration_period" in {row["path"] for row in manifest["sources"]}
    assert {row["basis"] for row in manifest["assumptions"]} == {"assumed"}


def test_the_same_seed_gives_the_same_bytes(tmp_path) -> None:
    for name in ("one", "two"):
        scenarios.replay(FRONTIER, duration="2 min", out=tmp_path / name)
    tables = sorted(path.name for path in (tmp_path / "one").glob("*.parquet"))
    assert len(tables) == 8
    for name in tables:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_event_happens(tmp_path) -> None:
    trip = {"kind": "pump_trip", "cdus": {"count": 1}, "start": "1 min", "end": "2 min"}
    scenario = Scenario.model_validate({"name": "trip", "duration": "3 min", "events": [trip]})
    run = scenarios.replay(FRONTIER, scenario=scenario, out=tmp_path / "run")
    scheduled = run.table("events").filter(pl.col("kind") == "scheduled")
    assert scheduled.height == 2
    # 25 CDU pumps of 8,473.47 W; one stands still in the second minute.
    pumps = run.table("cooling").group_by("time").agg(pl.col("cdu_pump_power_w").sum()).sort("time")
    values = pumps["cdu_pump_power_w"].to_list()
    assert values[0] == pytest.approx(25 * 8473.47, rel=1e-6)
    assert min(values) == pytest.approx(24 * 8473.47, rel=1e-6)
    assert values[-1] == pytest.approx(25 * 8473.47, rel=1e-6)


def test_what_telemetry_holds_beside_its_drivers_is_compared(tmp_path) -> None:
    lines = ["time,asset,metric,value"]
    for second in range(0, 181, 15):
        time = f"2026-07-15T00:{second // 60:02d}:{second % 60:02d}Z"
        lines += [f"{time},hall_1,it_power_w,1.0e7", f"{time},meter,facility_power_w,1.1e7"]
        lines.append(f"{time},cdu_3,coolant_supply_temp_k,306.15")
    (tmp_path / "load.csv").write_text("\n".join(lines) + "\n")
    run = scenarios.replay(FRONTIER, telemetry=tmp_path / "load.csv", out=tmp_path / "run")
    row, supply = run.manifest["comparisons"]
    # The meter is read each 15 s, and so is the run.
    drawn = run.site["facility_power_w"].gather_every(15).mean()
    assert (row["metric"], row["asset"], row["samples"]) == ("facility_power_w", "site", 3)
    assert row["bias"] == pytest.approx(drawn - 1.1e7, rel=1e-9)
    # The set point is 33 degC; a temperature has no relative error, and the page shows a dash for it.
    assert (supply["metric"], supply["asset"], supply["mape"]) == ("coolant_supply_temp_k", "1 CDU", None)
    assert supply["bias"] == pytest.approx(0.0, abs=1.0)
    assert run.site["it_power_w"].to_list() == pytest.approx([1.0e7] * 180, rel=1e-9)


def test_the_kernel_draws_what_the_load_table_asks(tmp_path) -> None:
    """Two readers of one table: the replay's kernel, and the plain one. Frontier's chips do not leak, and stay cool."""
    log = ["id,nodes,start,end,accelerator_utilisation,host_utilisation"]
    log += ["1,9000,2026-07-15T00:00:00Z,2026-07-15T00:02:10.25Z,0.9,0.4"]
    log += ["2,471,2026-07-15T00:00:33.5Z,2026-07-15T00:04:00Z,0.2,0.7"]
    file = tmp_path / "jobs.csv"
    file.write_text("\n".join(log) + "\n")
    run = scenarios.replay(FRONTIER, telemetry=file, out=tmp_path / "run")
    site = build.site(FRONTIER)
    clock = Clock(START, 240)
    job = Job(name="log", mode="job_log", telemetry="log")
    placed = load_table(site, (job,), {"log": telemetry.read(file)}, clock, 1, machines(FRONTIER, site))
    asked = demand(site, placed.table, np.arange(240))
    np.testing.assert_allclose(run.site["it_power_w"].to_numpy(), asked.inlet, rtol=1e-12)
    np.testing.assert_allclose(run.site["rack_loss_power_w"].to_numpy(), asked.losses.sum(axis=0), rtol=1e-9)


def test_a_measured_wet_bulb_is_the_weather() -> None:
    rows = [(second, "weather", "wet_bulb_temp_k", 283.15 + second / 60.0) for second in range(0, 600, 60)]
    got = outdoors(FRONTIER, None, reading(*rows), START, 300)
    assert got.wet_bulb.tolist() == pytest.approx([283.15 + minute for minute in range(6)], abs=1e-9)
    assert (got.dry_bulb >= got.wet_bulb).all()
    assert "wet bulb measured (made.csv)" in got.label
    assert got.kind == "measured"
    assert got.notes == (
        "assumed: dry bulb of the site's normals, raised to the measured wet bulb; the telemetry holds none",
    )


def test_weather_by_its_name(tmp_path) -> None:
    run = scenarios.replay(FRONTIER, scenario="wet_bulb_extreme", duration="2 min", out=tmp_path / "run")
    labels = run.manifest["labels"]
    assert labels["weather_kind"] == "design day"
    assert labels["weather"].endswith("peaks at the design wet bulb, 25.1 degC")
    assert [row["kind"] for row in run.manifest["inputs"]] == ["site as built", "scenario"]
    assert run.manifest["scenario"]["name"] == "wet_bulb_extreme"


def test_the_argument_comes_before_the_scenario_and_telemetry() -> None:
    measured = reading(*((second, "weather", "wet_bulb_temp_k", 283.15) for second in range(0, 600, 60)))
    assert outdoors(FRONTIER, "normals", measured, START, 300).kind == "synthetic"
    assert outdoors(FRONTIER, "design_day", measured, START, 300).kind == "design day"
    two = outdoors(FRONTIER, "synthetic_year", None, START, 300, seed=2)
    assert two.label.endswith("with day-to-day deviations of seed 2")


def test_a_weather_file_gives_its_pressure_to_the_run(tmp_path) -> None:
    """A mountain's air, 84 kPa, holds more water at one wet bulb: towers evaporate otherwise than at 98.3 kPa."""
    scale = 0.85
    high = epw_rows(lambda instant: plain(instant)._replace(pressure=scale * plain(instant).pressure))
    runs = {}
    for name, rows in (("low", epw_rows()), ("high", high)):
        file = written(tmp_path / f"{name}.epw", rows, [NEAR, *EPW_HEADER[1:]])
        runs[name] = scenarios.replay(FRONTIER, weather=file, duration="2 min", out=tmp_path / name)
    low, high_up = (runs[name].metrics["water_use"]["value"] for name in ("low", "high"))
    assert high_up != pytest.approx(low, rel=1e-3)
    assert any(
        note.startswith("ATTENTION: the station's mean pressure is 84.2 kPa") for note in runs["high"].manifest["notes"]
    )
    assert runs["low"].manifest["labels"]["weather"].startswith("weather year of Smallville (EPW 724500, 215 km from")
    assert {row["kind"]: row["name"] for row in runs["low"].manifest["inputs"]} == {
        "site as built": "frontier",
        "weather": "low.epw",
    }


def test_telemetry_without_weather_leaves_the_normals() -> None:
    got = outdoors(FRONTIER, None, reading((0, "hall_1", "it_power_w", 1e6)), START, 300)
    assert got.kind == "synthetic"
    assert got.notes == ()


def test_a_day_of_frontier_keeps_its_measured_energy(tmp_path, shared_data) -> None:
    """`it_energy` x 0.945 is the left-held integral of the 25 columns, 386.9791 MWh over 86,400 s."""
    file = shared_data / "telemetry" / "frontier" / "frontier_cdu_power_2024-04-07.csv"
    rows = [line.split(",") for line in file.read_text().splitlines()[1:]]
    held = 15.0 * math.fsum(float(cell) for row in rows[:-1] for cell in row[1:26])
    assert held == pytest.approx(386.9791 * 3.6e9, abs=0.00005 * 3.6e9)
    run = scenarios.replay("frontier", telemetry=file, start="2024-04-07T00:00Z", out=tmp_path / "run")
    assert run.metrics["it_energy"]["value"] * 0.945 == pytest.approx(held, rel=1e-9)
    assert run.manifest["duration_s"] == 86400
    assert "plausibility, not validation" in run.manifest["labels"]["level"]
    assert any("sustain-lc" in credit for credit in run.manifest["attributions"])


def test_a_sample_of_another_chip_drives_a_site(tmp_path, shared_data) -> None:
    file = shared_data / "telemetry" / "gpu_power" / "GPU_Inference.csv"
    start = datetime(2026, 7, 15, 5, tzinfo=UTC)
    run = scenarios.replay("prometheus", telemetry=file, start=start, duration="2 min", out=tmp_path / "run")
    site = build.site(facilities.load("prometheus"))
    classes, rack_class = site.rack_classes, site.racks.rack_class
    lowest = float((classes.accelerators * classes.accelerator_loaded)[rack_class].sum())
    highest = float((classes.accelerators * classes.accelerator_max)[rack_class].sum())
    power = run.site["accelerator_power_w"]
    assert lowest * 0.99 < power.min() < power.max() < highest
    assert any(note.startswith("ATTENTION, job sample") for note in run.manifest["notes"])


def test_what_stands_where_is_in_the_run(tmp_path) -> None:
    """Frontier's 74 cabinets in one hall, on 25 CDUs and 25 feeders; its racks are those of racks.parquet."""
    run = scenarios.replay(FRONTIER, duration="1 min", out=tmp_path / "run")
    layout = run.table("layout")
    racks = layout.filter(pl.col("kind") == "rack")
    assert racks.height == run.table("racks").height == 74
    assert racks["cdu"].n_unique() == racks["feed_a"].n_unique() == 25
    assert racks["feed_a"].equals(racks["feed_b"])
    assert layout.filter(pl.col("kind") == "cdu").height == 25
    line = run.manifest["one_line"]
    below = line["racks_w"] + sum(stage["loss_w"] for stage in line["halls"])
    below += line["cooling_w"] + sum(stage["loss_w"] for stage in line["mechanical"])
    # It is walked again at the voltage of its own second, the run's was that of the step before: losses of half a
    # per cent at the square of voltages 1.5 % apart differ by 1.5e-4 of the power.
    drawn = below + sum(stage["loss_w"] for stage in line["common"])
    assert drawn == pytest.approx(line["power_w"], rel=1.5e-4)
