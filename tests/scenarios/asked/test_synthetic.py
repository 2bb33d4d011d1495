"""Jobs that train and serve: dealt to racks, interrupted by size, and what they do by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from scenarios.asked import delivered
from scenarios.asked.machines import Machines
from scenarios.asked.placement import Clock, load_table
from scenarios.workload_schema import Job, ServingOptions, TrainingOptions
from telemetry import Reading
from telemetry.records import shaped
from telemetry.store import Provenance
from tests.scenarios import small_site
from twin.errors import ScenarioError

SITE = small_site.site()
START = datetime(2026, 7, 15, tzinfo=UTC)
MACHINES = Machines(
    nodes=np.array([5.0, 0.0]),
    bf16=np.array([1e15, 0.0]),
    fp8=np.array([2e15, 0.0]),
    bandwidth=np.array([5e12, 0.0]),
    memory=np.array([2e11, 0.0]),
)
RACKS = np.flatnonzero(SITE.rack_classes.accelerators[SITE.racks.rack_class] > 0)
CHIPS = SITE.rack_classes.accelerators[SITE.racks.rack_class[RACKS]]


def placed(job, seconds=3600, machines=MACHINES, **readings):
    return load_table(SITE, (job,), readings, Clock(START, seconds), 1, machines)


def requests(count, spacing):
    frame = pl.DataFrame(
        {
            "time": [START + timedelta(seconds=spacing * number) for number in range(count)],
            "input_tokens": [1000.0] * count,
            "output_tokens": [100.0] * count,
        }
    ).with_columns(pl.col("time").cast(pl.Datetime("us", "UTC")))
    provenance = Provenance("asked.csv", "", "requests", {}, count, {}, "")
    return Reading(shaped("requests", frame).lazy(), "requests", (), provenance, "requests")


def test_what_training_does():
    """Rated operations times their utilisation times the time of iterating; tokens at six operations a parameter."""
    options = TrainingOptions(parameters="1e9", utilisation="50 %", interruptions=False, ramp_duration="100 s")
    placement = placed(Job(name="a", trace="training", mode="synchronous", training=options), 1000)
    found = placement.delivered
    # An hour less a ramp of 100 s, no checkpoint before half an hour: 900 s.
    assert found["training_operations"] == pytest.approx(CHIPS.sum() * 1e15 * 0.5 * 900.0, rel=1e-6)
    assert found["training_tokens"] == pytest.approx(found["training_operations"] / 6e9)
    assert found["interruptions"] == 0.0
    # Neither the note nor the parameters tell of a rate that the job has not.
    assert any(note.endswith("never interrupted, as the scenario says") for note in placement.notes)
    assert not any("h in the mean" in note for note in placement.notes)
    assert not {"traces.training.interval", "traces.training.restart"} & set(placement.parameters)


def test_racks_are_dealt_to_jobs():
    """As many accelerators as two racks have make a job: each pair of racks follows a trace of its own."""
    options = TrainingOptions(job_accelerators=int(CHIPS[:2].sum()))
    found = placed(Job(name="a", trace="training", mode="synchronous", training=options))
    follows = found.table.trace[
        np.isin(np.repeat(np.arange(len(SITE.racks.name)), np.diff(found.table.segment_start)), RACKS)
    ]
    assert follows.tolist() == [number // 2 for number in range(len(RACKS))]
    traces = np.split(found.table.samples, found.table.trace_start[1:-1])
    assert not np.array_equal(traces[0], traces[1])
    assert any(f"{-(-len(RACKS) // 2)} jobs of {CHIPS[:2].sum():,.0f} accelerators" in note for note in found.notes)


def test_a_large_job_is_told_to_be_an_extrapolation():
    many = SITE._replace(rack_classes=SITE.rack_classes._replace(accelerators=SITE.rack_classes.accelerators * 1000.0))
    job = Job(name="a", trace="training", mode="synchronous")
    found = load_table(many, (job,), {}, Clock(START, 3600), 1, MACHINES)
    assert any("more accelerators in step than the 16,384" in note for note in found.notes)


def test_operations_without_a_rate_are_not_counted():
    found = placed(Job(name="a", trace="training", mode="synchronous"), machines=MACHINES._replace(bf16=np.zeros(2)))
    assert found.delivered["training_operations"] == 0.0
    assert any("no bf16 rate is known" in note for note in found.notes)


def test_what_a_scenario_says_is_told_as_its_own():
    options = TrainingOptions(kind="fine_tuning", iteration_period="3 s", restart="60 s")
    found = placed(Job(name="a", trace="training", mode="synchronous", training=options))
    told = {name: number for name, number in found.parameters.items() if number.source == "given in the scenario"}
    assert {name: number.value for name, number in told.items()} == {
        "traces.training.iteration_period": 3.0,
        "traces.training.restart": 60.0,
    }


def test_requests_of_a_trace_are_answered():
    """A request each two seconds of 1,000 tokens and 100; replicas of two chips take half a request a second."""
    options = ServingOptions(request_rate="0.5 Hz")
    job = Job(name="a", telemetry="t", mode="independent", serving=options)
    found = placed(job, 7200, t=requests(1000, 2.0))
    replicas = CHIPS.sum() / 2.0
    # The replica that stands for all draws 3,600 requests, give or take 60; each brings 1,000 tokens and gives 100.
    assert found.delivered["requests"] == pytest.approx(3600 * replicas, rel=0.06)
    ratio = found.delivered["input_tokens"] / found.delivered["output_tokens"]
    assert ratio == pytest.approx(10.0, rel=0.01)
    assert "from asked.csv" in found.label
    assert any("each asked 0.5 times a second, of asked.csv" in note for note in found.notes)


def test_a_model_that_does_not_fit_is_refused():
    job = Job(name="a", trace="inference", mode="independent", serving=ServingOptions(model="llama_405b"))
    with pytest.raises(ScenarioError, match=r"405\.9e9 parameters take 812 GB, and 2 accelerators have 400 GB"):
        placed(job)


def test_chips_without_rates_serve_as_an_h200():
    job = Job(name="a", trace="inference", mode="independent")
    found = placed(job, machines=MACHINES._replace(memory=np.zeros(2)))
    assert any("replicas are as quick as on H200" in note for note in found.notes)


def test_a_single_request_is_no_trace():
    job = Job(name="a", telemetry="t", mode="independent")
    with pytest.raises(ScenarioError, match="holds 1 requests with their tokens; two are the least"):
        placed(job, t=requests(1, 2.0))


def test_figures_of_what_was_done():
    found = delivered.figures({"training_operations": 6e20, "output_tokens": 3e9, "interruptions": 2.0}, 1e9)
    assert found["training_operations"] == {"value": 6e20, "unit": "FLOP"}
    assert found["training_operations_per_joule"] == {"value": 6e11, "unit": "FLOP/J"}
    assert found["output_tokens_per_joule"] == {"value": 3.0, "unit": "1/J"}
    assert "requests" not in found
