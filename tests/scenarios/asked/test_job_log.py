"""Jobs of a log on whole nodes: first-fit, freed in time, and with the right power."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.asked.demand import demand
from scenarios.asked.machines import Machines
from scenarios.asked.placement import Clock, load_table
from scenarios.schema import Job
from tests.scenarios import small_site
from tests.scenarios.readings import START, jobs, reading
from twin.errors import ScenarioError

SITE = small_site.site()
MACHINES = Machines(np.array([5.0, 0.0]), *np.zeros((4, 2)))
JOB = Job(name="log", mode="job_log", telemetry="t")


def placed(*rows, duration=100, job=JOB):
    return load_table(SITE, (job,), {"t": jobs(*rows)}, Clock(START, duration), 1, MACHINES)


def segments(table):
    owner = np.repeat(np.arange(18), np.diff(table.segment_start))
    return [
        (int(rack), float(table.start[i]), float(table.end[i]), round(float(table.share[i]), 9))
        for i, rack in enumerate(owner)
    ]


def test_a_job_fills_racks_from_the_first_on() -> None:
    # Five nodes a rack: twelve nodes are two racks and two fifths of a third.
    assert segments(placed((0, 50, 12, 1.0, 1.0)).table) == [(0, 0, 50, 1.0), (1, 0, 50, 1.0), (2, 0, 50, 0.4)]


def test_a_later_job_takes_what_is_left_and_what_was_freed() -> None:
    table = placed((0, 50, 4, 1, 1), (10, 60, 3, 1, 1), (50, 90, 2, 1, 1)).table
    # The third starts when the first ends, and finds its nodes free.
    assert segments(table) == [(0, 0, 50, 0.8), (0, 10, 60, 0.2), (0, 50, 90, 0.4), (1, 10, 60, 0.4)]


def test_power_is_linear_in_activity() -> None:
    table = placed((0, 50, 5, 0.25, 0.5)).table
    # 10 packages from 100 W to 1100 W at a quarter, hosts from 400 W to 1400 W at a half.
    assert float(table.accelerator_base[0] + table.accelerator_scale[0] * table.samples[0]) == 3500.0
    assert float(table.host_base[0] + table.host_scale[0] * table.samples[0]) == 900.0


def test_jobs_are_cut_to_the_run() -> None:
    table = placed((-40, 30, 5, 1, 1), (80, 200, 5, 1, 1), (150, 160, 5, 1, 1)).table
    assert segments(table) == [(0, 0, 30, 1.0), (0, 80, 100, 1.0)]


def test_a_log_of_a_larger_machine_says_how_much_is_free() -> None:
    wanted = r"job/1 wants 10 nodes at 10 s, but 5 of 80 are free; the log is of a larger machine"
    with pytest.raises(ScenarioError, match=wanted):
        placed((0, 50, 75, 1, 1), (10, 60, 10, 1, 1))


def test_a_log_that_does_not_meet_the_run_is_a_fault() -> None:
    with pytest.raises(ScenarioError, match="no job of the log runs within the time of the run"):
        placed((500, 600, 5, 1, 1))


def test_a_log_may_be_kept_to_some_racks() -> None:
    job = JOB.model_copy(update={"racks": JOB.racks.model_copy(update={"halls": ("hall_2",)})})
    assert segments(placed((0, 50, 5, 1, 1), job=job).table) == [(9, 0, 50, 1.0)]


def test_demand_reads_the_table_second_by_second() -> None:
    # Idle: 16 racks of 10 x 50 + 400 = 900 W draw 900 + 600 + 100 + 0.05 x 1500 = 1675 W; service 4000 + 20 = 4020 W.
    # In a job at full load a rack asks for 11000 + 1400 = 12400 W and draws 12400 + 600 + 100 + 650 = 13750 W.
    table = placed((0, 1.5, 5, 1, 1)).table
    got = demand(SITE, table, np.array([0, 1, 2]))
    idle = 16 * 1675.0 + 2 * 4020.0
    half = idle + (0.5 * 12400 + 0.5 * 900 - 900) * 1.05
    np.testing.assert_allclose(got.inlet, [idle + 13750 - 1675, half, idle], rtol=1e-12)
    np.testing.assert_allclose(got.losses[0][[0, 2]], [15 * 175 + 750 + 40, 16 * 175 + 40], rtol=1e-12)


def test_demand_loops_a_trace_from_its_offset() -> None:
    rows = [(second, "gpu_1", "accelerator_power_w", value) for second, value in enumerate((100.0, 200.0, 300.0))]
    job = Job(name="s", mode="synchronous", telemetry="t", racks={"count": 1}, sample_idle="100 W", sample_full="300 W")
    table = load_table(SITE, (job,), {"t": reading(*rows)}, Clock(START, 60), 1, MACHINES).table
    table = table._replace(offset=np.array([2.0]))
    # Samples 0, 0.5, 1 from the third on: 1, 0, 0.5; 10000 W + 1000 W for each one of sample, and 5 % of loss.
    inlet = demand(SITE, table, np.arange(3)).inlet
    np.testing.assert_allclose(np.diff(inlet), [-11000 * 1.05, 5500 * 1.05], rtol=1e-7)
