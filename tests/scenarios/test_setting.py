"""What a replay is asked, settled: which jobs, from when, for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from scenarios import schema
from scenarios.setting import Asked, inferred, settle
from scenarios.workload_schema import GIVEN, ServingOptions
from tests.scenarios import small_site
from tests.scenarios.readings import jobs, reading
from twin.errors import ScenarioError, TelemetryError

SITE = small_site.site()
DEFAULT_START = datetime(2026, 7, 15, 5, tzinfo=UTC)


def written(folder, *lines, name="load.csv"):
    path = folder / name
    path.write_text("\n".join(["time,asset,metric,value", *lines]) + "\n")
    return path


def hall(minutes=2, start=datetime(2026, 3, 1, tzinfo=UTC), step=60):
    times = (start + timedelta(seconds=second) for second in range(0, 60 * minutes + 1, step))
    return [f"{time:%Y-%m-%dT%H:%M:%SZ},hall_1,it_power_w,1e4" for time in times]


def test_nothing_asked_is_the_default_scenario() -> None:
    setting = settle(SITE, Asked())
    assert (setting.scenario.name, setting.clock) == ("default", (DEFAULT_START, 86400))
    assert [job.name for job in setting.scenario.jobs] == ["pretraining", "second_training", "serving"]


def test_a_scenario_of_events_takes_the_default_jobs() -> None:
    setting = settle(SITE, Asked(scenario="pump_trip"))
    assert setting.scenario.name == "pump_trip"
    assert len(setting.scenario.jobs) == 3
    assert setting.clock == (DEFAULT_START, 86400)


def test_measured_telemetry_gives_start_and_length(tmp_path) -> None:
    setting = settle(SITE, Asked(telemetry=written(tmp_path, *hall())))
    assert [job.mode for job in setting.scenario.jobs] == ["measured"]
    assert setting.scenario.name == "telemetry"
    assert setting.clock == (datetime(2026, 3, 1, tzinfo=UTC), 120)


def test_events_may_happen_to_measured_racks(tmp_path) -> None:
    setting = settle(SITE, Asked(telemetry=written(tmp_path, *hall()), scenario="pump_trip"))
    assert (setting.scenario.name, [job.mode for job in setting.scenario.jobs]) == ("pump_trip", ["measured"])
    assert setting.clock.duration == 120


def test_what_is_asked_comes_before_what_telemetry_covers(tmp_path) -> None:
    asked = Asked(telemetry=written(tmp_path, *hall(10)), start="2026-03-01T00:04Z", duration="3 min")
    assert settle(SITE, asked).clock == (datetime(2026, 3, 1, 0, 4, tzinfo=UTC), 180)
    assert settle(SITE, asked._replace(duration=None)).clock.duration == 360


def test_a_scenario_s_length_comes_before_the_telemetry_s(tmp_path) -> None:
    scenario = schema.Scenario(name="mine", duration="1 min")
    setting = settle(SITE, Asked(telemetry=written(tmp_path, *hall()), scenario=scenario))
    assert setting.clock.duration == 60


def test_long_telemetry_is_replayed_for_a_day_and_told(tmp_path) -> None:
    setting = settle(SITE, Asked(telemetry=written(tmp_path, *hall(60 * 48, step=3600))))
    assert setting.clock.duration == 86400
    assert "the telemetry covers 2 days, 0:00:00; its first 24 h are replayed" in setting.notes[0]


def test_a_start_without_zone_is_in_the_zone_given() -> None:
    # New York is four hours behind UTC in July.
    asked = Asked(start="2026-07-01T00:00", tz="America/New_York")
    assert settle(SITE, asked).clock.start == datetime(2026, 7, 1, 4, tzinfo=UTC)


def test_what_telemetry_drives_is_seen_from_what_it_holds() -> None:
    assert inferred(SITE, jobs((0, 10, 1, 1.0, 1.0))).mode == "job_log"
    assert inferred(SITE, reading((0, "cdu_1", "heat_w", 1.0))).mode == "measured"
    sample = inferred(SITE, reading((0, "gpu_1", "accelerator_power_w", 100.0)))
    assert (sample.mode, sample.racks.rest, sample.racks.share) == ("independent", False, None)


def test_telemetry_that_drives_nothing_says_what_would() -> None:
    wanted = (
        "made.csv: holds heat_w, which cannot drive racks of small: give it_power_w or heat_w of its racks, CDUs "
        r"\(such as 'hall_1/cdu_1'\) or halls, accelerator_power_w of single accelerators, or a job log"
    )
    with pytest.raises(ScenarioError, match=wanted):
        inferred(SITE, reading((0, "cdu_77", "heat_w", 1.0)))


def test_a_scenario_brings_its_own_telemetry(tmp_path) -> None:
    written(tmp_path, *hall())
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\n[[jobs]]\nname = "a"\nmode = "measured"\ntelemetry = "load.csv"\nracks = { halls = ["hall_1"] }'
    )
    setting = settle(SITE, Asked(scenario=tmp_path / "mine.toml"))
    assert list(setting.readings) == [str(tmp_path / "load.csv")]
    assert setting.clock == (datetime(2026, 3, 1, tzinfo=UTC), 120)
    assert setting.given is None


REQUESTS = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "".join(
    f"2023-11-16 18:15:{second:02d}.0000000,100,10\n" for second in range(0, 60, 2)
)
"""A trace of a minute as Azure writes it."""


def test_requests_are_served_from_when_the_run_begins(tmp_path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(REQUESTS)
    setting = settle(SITE, Asked(telemetry=path, start="2026-07-15T05:00Z", tz="UTC"))
    assert [(job.name, job.mode) for job in setting.scenario.jobs] == [("serving", "independent")]
    assert setting.clock == (DEFAULT_START, 58)
    assert setting.given is None  # no measurement to compare a run with


def test_a_policy_settles_what_a_file_would_be_refused_for(tmp_path) -> None:
    lines = hall()
    twice = written(tmp_path, *lines, lines[1].replace("1e4", "2e4"))
    with pytest.raises(TelemetryError, match="two values"):
        settle(SITE, Asked(twice))
    setting = settle(SITE, Asked(twice, policy=("repeats=last",)))
    kept = setting.readings[GIVEN].frame.filter(pl.col("quality") == 2).collect()
    assert kept["value"].to_list() == [2e4]


def test_a_job_that_cannot_follow_its_telemetry_is_refused(tmp_path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(REQUESTS)
    scenario = schema.load("recorded_h200")
    job = scenario.jobs[0].model_copy(update={"telemetry": str(path), "sample_idle": None, "sample_full": None})
    wrong = scenario.model_copy(update={"jobs": (job,), "tz": "UTC"})
    with pytest.raises(ScenarioError, match="holds requests, which go with mode = 'independent'; job 'recorded' has"):
        settle(SITE, Asked(scenario=wrong))
    served = job.model_copy(update={"telemetry": str(written(tmp_path, *hall())), "serving": ServingOptions()})
    with pytest.raises(ScenarioError, match="holds measurements, and job 'recorded' serves requests"):
        settle(SITE, Asked(scenario=scenario.model_copy(update={"jobs": (served,)})))
