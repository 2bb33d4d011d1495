"""Scenario files: units, defaults, and every fault with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scenarios import schema
from twin.errors import ScenarioError, UnknownNameError

GOOD = """
name = "mine"
start = "2026-07-15T00:00:00-04:00"
duration = "2 h"
[[jobs]]
name = "a"
racks = { share = "60 %" }
trace = "training"
mode = "synchronous"
end = "90 min"
[[jobs]]
name = "b"
racks = ["rack_1"]
telemetry = "power.csv"
mode = "independent"
sample_idle = "0.06 kW"
sample_full = "700 W"
[[events]]
kind = "heat"
start = "1 h"
offset = "8 delta_degC"
[[events]]
kind = "supply_set_point"
cdus = "all"
start = "1 h"
temperature = "40 degC"
"""


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def message(folder, text):
    with pytest.raises(ScenarioError) as caught:
        schema.load(write(folder, text))
    return str(caught.value)


def test_units_become_si(tmp_path) -> None:
    scenario = schema.load(write(tmp_path, GOOD))
    assert scenario.start == datetime(2026, 7, 15, 4, tzinfo=UTC)
    assert scenario.duration == 7200.0
    assert scenario.jobs[0].racks.share == 0.6
    assert scenario.jobs[0].end == 5400.0
    assert (scenario.jobs[1].sample_idle, scenario.jobs[1].sample_full) == (60.0, 700.0)
    assert scenario.jobs[1].racks.names == ("rack_1",)
    heat, warmer = scenario.events
    assert heat.offset == 8.0
    # 40 degC = 313.15 K (BIPM, SI Brochure, 2.3.1)
    assert warmer.temperature == pytest.approx(313.15, abs=1e-9)


def test_paths_count_from_the_scenario_file(tmp_path) -> None:
    assert schema.load(write(tmp_path, GOOD)).jobs[1].telemetry == str(tmp_path / "power.csv")


def test_the_library_is_whole() -> None:
    assert {"default", "design_day", "cdu_loss", "pump_trip", "chiller_trip"} <= set(schema.names())
    assert {name: schema.load(name).name for name in schema.names()} == {name: name for name in schema.names()}


def test_an_unknown_scenario_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown scenario 'heatwave'; known: .* Did you mean 'heat_wave'\?"):
        schema.load("heatwave")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('duration = "2 h"', "duration = 7200", "duration: give text with a unit, such as '24 h'; got 7200"),
        ('duration = "2 h"', 'duration = "2 kW"', "duration: give a value such as '24 h'; got '2 kW'"),
        ('duration = "2 h"', 'duration = "1.5 s"', "duration: give whole seconds; got 1.5 s"),
        ('duration = "2 h"', 'duration = "-2 h"', "duration: input should be greater than 0"),
        ("-04:00", "", "start: give a date and time with its zone, such as '2026-07-15T05:00:00Z'"),
        ('duration = "2 h"', 'durations = "2 h"', "durations: unknown key"),
        ('duration = "2 h"', 'durations = "2 h"', "Did you mean 'duration'?"),
        ('share = "60 %"', 'share = "160 %"', "jobs.1.racks.share: input should be less than or equal to 1"),
        ('share = "60 %"', 'share = "60 %", count = 3', "give at most one of share, count and rest"),
        ('share = "60 %"', "count = -3", "jobs.1.racks.count: input should be greater than 0; got -3"),
        (
            'trace = "training"',
            'trace = "trainign"',
            "trace is none of the synthetic ones: training, synchronous, inference",
        ),
        ('trace = "training"\n', "", "give either trace (one of training, synchronous, inference) or telemetry"),
        ('sample_full = "700 W"', "", "give both sample_idle and sample_full, or neither"),
        ('sample_full = "700 W"', 'sample_full = "20 W"', "sample_idle must be below sample_full"),
        ('mode = "synchronous"\n', "", "jobs.1.mode: is missing; add it"),
        ('name = "b"', 'name = "a"', "two jobs are named 'a'"),
        ('kind = "heat"', 'kind = "heta"', "events.1.kind: 'heta' is none. Known here: cdu_loss"),
        ('offset = "8 delta_degC"', 'offset = "8 degC"', "events.1.offset: give a value such as '8 delta_degC'"),
        ('end = "90 min"', 'start = "3 h"', "job 'a' starts at 10800 s, but the run lasts 7200 s"),
        ('racks = ["rack_1"]', 'racks = "some"', "jobs.2.racks: give 'all', 'rest', a list of names or a table"),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(tmp_path, old, new, wanted) -> None:
    assert old in GOOD
    assert wanted in message(tmp_path, GOOD.replace(old, new, 1))


def test_all_faults_are_told_at_once(tmp_path) -> None:
    text = GOOD.replace('"2 h"', "7200").replace('"60 %"', "0.6").replace('"8 delta_degC"', "8")
    told = message(tmp_path, text)
    assert told.startswith("3 faults in mine.toml:")
    assert all(place in told for place in ("duration:", "jobs.1.racks.share:", "events.1.offset:"))


def test_what_is_no_toml_says_its_line(tmp_path) -> None:
    assert "line 2, column 9: is not TOML" in message(tmp_path, 'name = "x"\nstart = = 3\n')


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file or directory"):
        schema.load(tmp_path / "nowhere.toml")
