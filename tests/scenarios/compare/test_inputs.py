"""What is said of the inputs of runs that are compared."""

from __future__ import annotations

import pytest

from scenarios.compare import inputs
from scenarios.page import quantities
from tests.scenarios.compare.side_by_side import design, large, small, subject, with_manifest

T = quantities.THIN


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return large(folder), small(folder)


def different(subjects) -> dict[str, tuple[str, ...]]:
    return {row.name: row.texts for row in inputs.inputs(subjects) if not row.same}


def test_runs_of_the_same_inputs_differ_in_nothing(pair) -> None:
    assert different(pair) == {}
    assert inputs.cautions(pair) == ()
    assert inputs.sites(pair) == (inputs.Site("example", ("large", "small"), (), (), ()),)


def test_everything_that_differs_is_told(pair) -> None:
    scenario = {"name": "calm", "description": "", "jobs": []}
    files = [
        {"kind": "facility", "name": "example.toml", "sha256": "a" * 64},
        {"kind": "telemetry", "name": "power.csv", "sha256": "b" * 64},
    ]
    labels = pair[1].run.manifest["labels"] | {"weather": "a hot day", "load": "measured", "level": "It is uncertain."}
    other = with_manifest(
        pair[1],
        **{"scenario": scenario, "inputs": files, "labels": labels, "seed": 8, "duration_s": 7200, "gigatwin": "0.2.0"},
        **{"macro_step_s": 60, "start": "2026-07-02T00:00:00+00:00"},
    )._replace(facility="a" * 64)
    assert different((pair[0], other)) == {
        "Facility file": ("9f86d0819f86", "a" * 12),
        "Scenario": ("pump_trip: A CDU pump coasts to half speed & stays there.", "calm"),
        "Load": ("seeded synthetic training on all racks", "measured"),
        "Telemetry": ("–", f"power.csv ({'b' * 12})"),
        "Weather": ("synthetic day from monthly normals", "a hot day"),
        "Start": ("2026-07-01 00:00:00 UTC", "2026-07-02 00:00:00 UTC"),
        "Duration": (f"1{T}h", f"2{T}h"),
        "Seed": ("7", "8"),
        "Macro step": (f"10{T}s", f"1{T}min"),
        "Version": ("gigatwin 0.1.0", "gigatwin 0.2.0"),
    }
    said = inputs.cautions((pair[0], other))
    assert [text.partition(":")[0] for text in said] == [
        "The runs are not of one length",
        "The runs were stepped differently",
        "Different versions of the program made the runs",
        "The runs start at different times",
        "The facility file of example is not the same in all that is compared",
        "small",
    ]
    assert said[-1] == "small: It is uncertain."


def test_other_sites_and_sites_without_a_run_are_told(pair) -> None:
    bare = subject("plan", None, design(), site="plan")
    said = inputs.cautions((pair[0], bare))
    assert said == (
        "The sites differ: energies, powers and water go with their size; ratios and margins compare.",
        "plan: no run, only the design is told; twin replay plan would make one.",
    )
    assert different((pair[0], bare)) == {"Site": ("Example campus (example)", "Example campus (plan)")}
    assert inputs.sites((pair[0], bare)) == ()


def test_events_and_jobs_that_runs_of_a_site_do_not_share(pair, tmp_path) -> None:
    other = small(tmp_path)
    events = other.run.table("events")
    events.with_columns(message=events["message"].str.replace("half speed", "a stop")).write_parquet(
        other.run.folder / "events.parquet"
    )
    jobs = [{"name": "training", "mode": "synchronous", "trace": "training", "start": 600.0, "racks": {"share": 0.6}}]
    other = with_manifest(other, scenario=other.run.manifest["scenario"] | {"jobs": jobs})
    (site,) = inputs.sites((pair[0], other))
    when = "00:30:00 after the start, hall_a/cdu_0"
    assert site.changes == (
        inputs.Change(when, "Pump of hall_a/cdu_0 set to a stop.", ("–", "yes")),
        inputs.Change(when, "Pump of hall_a/cdu_0 set to half speed.", ("yes", "–")),
    )
    assert site.parameters == (
        inputs.Change("training", "racks.share", (f"80.0{T}%", f"60.0{T}%")),
        inputs.Change("training", "start", ("–", f"10{T}min")),
    )


def test_numbers_that_changed_between_runs_of_a_site_are_listed(pair) -> None:
    """They may have come from the catalogue or a shared design, which the hash of the facility file does not cover."""
    (kept,) = pair[1].run.manifest["assumptions"]
    changed = with_manifest(pair[1], assumptions=[kept | {"value": "0.03 K/W"}])
    (site,) = inputs.sites((pair[0], changed))
    assert site.numbers == (inputs.Change("racks.example", "chip_resistance", ("0.02 K/W", "0.03 K/W")),)
    assert list(site.parts) == ["Numbers of the site, its parts and its traces"]
