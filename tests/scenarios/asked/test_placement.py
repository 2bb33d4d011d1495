"""Jobs on racks: who gets which, and with what power."""

from __future__ import annotations

import time

import numpy as np
import pytest

from scenarios.asked.machines import Machines
from scenarios.asked.parts import Part, Segments, Trace, join, steady
from scenarios.asked.placement import Clock, allocate, load_table
from scenarios.schema import Job
from telemetry.traces import TRACES
from tests.scenarios import small_site
from tests.scenarios.readings import START, reading
from twin.errors import ScenarioError

SITE = small_site.site()
MACHINES = Machines(np.array([5.0, 0.0]), *np.zeros((4, 2)))
HOUR = Clock(START, 3600)


def job(name, **fields):
    return Job(**{"name": name, "mode": "synchronous", "trace": "training"} | fields)


def placed(*jobs, clock=HOUR, seed=1, **readings):
    return load_table(SITE, jobs, readings, clock, seed, MACHINES)


def test_shares_are_of_all_racks_that_fit_and_the_rest_takes_what_is_left() -> None:
    # 16 racks: 60 % is 9.6, rounded to 10; 20 % is 3.2, rounded to 3; 3 are left.
    jobs = [job("a", racks={"share": "60 %"}), job("b", racks={"share": "20 %"}), job("c", racks="rest")]
    given, faults = allocate(SITE, jobs, 3600.0)
    assert faults == []
    assert {name: len(part.rows) for name, part in given.items()} == {"a": 10, "b": 3, "c": 3}
    assert sorted(np.concatenate([part.rows for part in given.values()])) == [r for r in range(18) if r not in {8, 17}]


def test_a_rack_serves_one_job_after_another() -> None:
    jobs = [job("a", racks="all", end="30 min"), job("b", racks="all", start="30 min")]
    table = placed(*jobs).table
    assert table.segment_start[1] == 2
    assert table.start[:2].tolist() == [0.0, 1800.0]
    assert table.end[:2].tolist() == [1800.0, 3600.0]


def test_a_measured_job_is_measured_for_the_whole_run() -> None:
    # Outside its time a measured rack would draw nothing, and a second job on it would be read as inlet power.
    for fields in ({"start": "60 s"}, {"end": "50 min"}):
        late = Job(name="m", mode="measured", telemetry="t", racks={"halls": ["hall_1"]}, **fields)
        given, faults = allocate(SITE, [late], 3600.0)
        assert given == {}
        assert [fault.where for fault in faults] == ["jobs.m"]
        assert "leave out its start and end" in faults[0].message


def test_too_many_racks_is_a_fault_that_says_how_many_are_free() -> None:
    with pytest.raises(
        ScenarioError, match=r"jobs.b.racks: wants 10 racks, but of 16 that fit 6 are free at that time"
    ):
        placed(job("a", racks={"count": 10}), job("b", racks={"count": 10}))


def test_faults_of_all_jobs_are_told_at_once() -> None:
    with pytest.raises(ScenarioError, match="2 faults in the scenario's jobs"):
        placed(job("a", racks={"halls": ("hall_9",)}), job("b", racks={"rack": "nothing"}))


def test_a_job_runs_from_loaded_idle_to_full_power() -> None:
    table = placed(job("a", racks={"count": 1})).table
    # 10 packages: 100 W loaded, 1100 W at full load; hosts 400 W to 1400 W.
    assert table.accelerator_base.tolist() == [1000.0]
    assert table.accelerator_scale.tolist() == [10000.0]
    assert table.host_base.tolist() == [400.0]
    assert table.host_scale.tolist() == [1000.0]
    assert table.share.tolist() == [1.0]
    assert not table.measured.any()


def test_a_synchronous_job_is_one_trace_in_step() -> None:
    placement = placed(job("a"))
    table = placement.table
    assert table.trace_start.tolist() == [0, 3600]
    assert set(table.trace) == {0}
    assert set(table.offset) == {0.0}
    assert placement.label == "synchronous training, synthetic"
    assert placement.parameters["traces.training.checkpoint_period"].unit == "s"


def test_an_independent_job_draws_offsets_within_its_spread_and_by_its_seed() -> None:
    wide = placed(job("a", mode="independent", trace="inference", spread="10 min")).table.offset
    assert wide.min() >= 0
    assert wide.max() < 600
    assert len(set(wide)) > 10
    again = placed(job("a", mode="independent", trace="inference", spread="10 min")).table.offset
    np.testing.assert_array_equal(wide, again)
    other = placed(job("a", mode="independent", trace="inference", spread="10 min"), seed=2).table.offset
    assert np.any(wide != other)


def test_each_job_has_random_numbers_of_its_own() -> None:
    table = placed(job("a", racks={"count": 1}), job("b", racks={"count": 1})).table
    first, second = (table.samples[table.trace_start[i] : table.trace_start[i + 1]] for i in range(2))
    assert np.any(first != second)


def test_a_trace_is_as_long_as_its_job() -> None:
    assert len(placed(job("a", start="10 min", end="20 min")).table.samples) == 600
    assert TRACES["training"](1, 600).step == 1.0


def test_parts_are_joined_in_order_of_rack_and_start() -> None:
    late, early = steady(np.array([1, 0]), 50.0, 90.0), steady(np.array([1]), 0.0, 40.0)
    one = Trace(np.array([1.0, 2.0], dtype=np.float32), 1.0)
    two = Trace(np.array([3.0], dtype=np.float32), 15.0)
    table = join([Part((one,), late), Part((two,), early, measured=True)], racks=3)
    assert table.segment_start.tolist() == [0, 1, 3, 3]
    assert table.start.tolist() == [50.0, 0.0, 50.0]
    assert table.trace.tolist() == [0, 1, 0]
    assert table.trace_start.tolist() == [0, 2, 3]
    assert table.trace_step.tolist() == [1.0, 15.0]
    assert table.measured.tolist() == [False, True, False]


def test_no_job_leaves_every_rack_idle() -> None:
    table = join([], racks=2)
    assert table.segment_start.tolist() == [0, 0, 0]
    assert table.samples.dtype == np.float32


def test_a_sample_is_scaled_between_its_own_levels_and_begun_again() -> None:
    # Two accelerators, 200 W and 400 W, then 400 W and 800 W: means 300 W and 600 W; (300 - 100)/(900 - 100) = 0.25.
    sample = reading(
        *((second, f"gpu_{g}", "accelerator_power_w", 200.0 * g * (1 + second)) for second in (0, 1) for g in (1, 2))
    )
    taken = job("a", trace=None, telemetry="s", mode="independent", sample_idle="100 W", sample_full="900 W")
    placement = placed(taken, s=sample)
    np.testing.assert_allclose(placement.table.samples, [0.25, 0.625], rtol=1e-7)
    assert set(placement.table.offset) <= {0.0, 1.0}
    assert placement.level == ""
    assert "16 racks follow the mean of the 2 accelerators of made.csv (2 s, begun again" in placement.notes[0]


def test_a_sample_without_levels_is_told_loudly() -> None:
    sample = reading(*((second, "gpu_1", "accelerator_power_w", 100.0 + second) for second in range(101)))
    placement = placed(job("a", trace=None, telemetry="s", mode="synchronous"), s=sample)
    # Percentile 2 of 100 ... 200 W is 102 W, the maximum 200 W.
    assert placement.notes[1].startswith("ATTENTION, job a: the sample's idle and full levels are guessed")
    assert "(102 W)" in placement.notes[1]
    assert "(200 W)" in placement.notes[1]
    assert placement.level.startswith("The level of the load is a guess")
    assert placement.table.samples.min() == 0.0
    assert placement.table.samples.max() == 1.0


@pytest.mark.parametrize(
    ("fields", "rows", "wanted"),
    [
        ({}, [(0, "gpu_1", "accelerator_temp_k", 300.0)], "holds no accelerator_power_w"),
        ({}, [(0, "gpu_1", "accelerator_power_w", 300.0), (1, "gpu_1", "accelerator_power_w", 300.0)], "never changes"),
        (
            {"sample_idle": "10 W", "sample_full": "100 W"},
            [(0, "gpu_1", "accelerator_power_w", 50.0), (1, "gpu_1", "accelerator_power_w", 300.0)],
            "jobs.a.sample_full: is 100 W, but the sample reaches 300 W",
        ),
    ],
)
def test_a_sample_that_does_not_fit_is_a_fault(fields, rows, wanted) -> None:
    taken = job("a", trace=None, telemetry="s", mode="synchronous", **fields)
    with pytest.raises(ScenarioError, match=wanted):
        placed(taken, s=reading(*rows))


def test_a_large_site_is_placed_without_walking_its_racks() -> None:
    """38,000 racks in less than a CPU second; a loop over racks takes ten times that."""
    racks = SITE.racks
    many = 38_000 // 18 + 1
    large = SITE._replace(
        racks=racks._replace(
            name=tuple(f"{name}_{i}" for i in range(many) for name in racks.name),
            rack_class=np.tile(racks.rack_class, many),
            cdu=np.tile(racks.cdu, many),
            hall=np.tile(racks.hall, many),
        )
    )
    jobs = [job("a", racks={"share": "60 %"}), job("b", racks="rest", mode="independent")]
    begin = time.process_time()
    table = load_table(large, jobs, {}, HOUR, 1, MACHINES).table
    assert time.process_time() - begin < 1.0
    assert len(table.start) == 16 * many


def test_segments_name_what_the_load_table_holds() -> None:
    assert set(Segments._fields) - {"rack"} < set(placed(job("a")).table._fields)
