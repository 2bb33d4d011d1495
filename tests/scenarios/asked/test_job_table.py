"""Jobs of any table on the racks of a site: where they find room, when, and what is left out aloud."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.asked.demand import demand
from scenarios.asked.job_table import Asked, place
from scenarios.asked.machines import Machines
from scenarios.asked.placement import Clock, load_table
from scenarios.workload_schema import Job, PlacementOptions, TrainingOptions
from telemetry import Reading
from telemetry.records import shaped
from telemetry.store import Provenance
from tests.scenarios import small_site
from twin.errors import ScenarioError

SITE = small_site.site()
START = datetime(2026, 7, 15, tzinfo=UTC)
MACHINES = Machines(np.array([5.0, 0.0]), *np.zeros((4, 2)))
CHIPS = float(SITE.rack_classes.accelerators[0])
RACKS = int((SITE.rack_classes.accelerators[SITE.racks.rack_class] > 0).sum())

SIZE = np.full(8, 4.0)
"""Eight racks of four accelerators, in pods of two and halls of four."""
PODS, HALLS = np.arange(8) // 2, np.arange(8) // 4


def asked(*jobs):
    """Give jobs of (start, length, accelerators)."""
    start, length, accelerators = (np.array(column, dtype=float) for column in zip(*jobs, strict=True))
    return Asked(start, length, accelerators, np.ones(len(jobs)), np.ones(len(jobs)))


def pieces(found):
    return [
        {int(rack): float(part) for owner, rack, part in zip(*found[:3], strict=True) if owner == job}
        for job in range(len(found.start))
    ]


def test_small_jobs_share_a_rack():
    found = place(asked((0, 9, 1), (0, 9, 4), (0, 9, 2), (0, 9, 0.5)), SIZE, PODS, HALLS, 100.0)
    # The second needs a whole rack; the third and fourth go where the first is, the fullest that has room.
    assert pieces(found) == [{0: 1.0}, {1: 4.0}, {0: 2.0}, {0: 0.5}]


def test_jobs_keep_within_pods_and_halls():
    found = place(asked((0, 9, 3), (0, 9, 8), (0, 9, 10), (0, 9, 8)), SIZE, PODS, HALLS, 100.0)
    # Eight fit a pod: the first whole one. Ten fit no pod, but the second hall. Eight more fit into neither: they get
    # the emptiest pods of all, with 6 and 5 accelerators left.
    assert pieces(found)[1] == {2: 4.0, 3: 4.0}
    assert pieces(found)[2] == {4: 4.0, 5: 4.0, 6: 2.0}
    assert pieces(found)[3] == {7: 4.0, 6: 2.0, 1: 2.0}
    assert found.start.tolist() == [0.0] * 4


def test_a_job_beyond_a_hall_takes_the_emptiest_pods():
    found = place(asked((0, 9, 3), (0, 9, 20)), SIZE, PODS, HALLS, 100.0)
    assert pieces(found)[1] == {2: 4.0, 3: 4.0, 4: 4.0, 5: 4.0, 6: 4.0}


def test_jobs_wait_for_their_turn():
    # All racks for 10 s; then one that fits at once must not pass one that waits.
    found = place(asked((0, 10, 32), (1, 5, 32), (2, 5, 1)), SIZE, PODS, HALLS, 100.0)
    assert found.start.tolist() == [0.0, 10.0, 15.0]
    assert place(asked((0, 10, 32), (1, 5, 32)), SIZE, PODS, HALLS, 8.0).start.tolist() == [0.0, np.inf]


@given(
    jobs=st.lists(
        st.tuples(st.integers(0, 50), st.integers(1, 20), st.sampled_from([0.5, 1, 2, 4, 6, 8, 12, 16, 32])),
        min_size=1,
        max_size=40,
    )
)
def test_no_rack_is_given_twice(jobs):
    """Whatever comes: each job gets what it asks, after it came, and no rack is ever over-full."""
    ordered = asked(*sorted(jobs))
    found = place(ordered, SIZE, PODS, HALLS, 1e9)
    got = np.bincount(found.job, found.accelerators, minlength=len(jobs))
    np.testing.assert_allclose(got, ordered.accelerators)
    assert (found.start >= ordered.start).all()
    assert (np.diff(found.start) >= 0.0).all()
    for instant in found.start:
        live = (found.start[found.job] <= instant) & (found.start[found.job] + ordered.length[found.job] > instant)
        assert np.bincount(found.rack[live], found.accelerators[live], minlength=8).max() <= 4.0 + 1e-6


def table(*rows, **more):
    """Give a job table of (job, start s, duration s, accelerators)."""
    names = ("job", "start_time", "duration_s", "accelerators")
    frame = pl.DataFrame(
        [(str(job), START + timedelta(seconds=start), length, count) for job, start, length, count in rows],
        schema=names,
        orient="row",
    ).with_columns(pl.col("start_time").cast(pl.Datetime("us", "UTC")), **more)
    provenance = Provenance("jobs.csv", "", "job_table", {}, len(rows), {}, "")
    return Reading(shaped("jobs", frame).lazy(), "job_table", (), provenance, "jobs")


def placed(reading, duration=100, **options):
    job = Job(name="log", mode="job_log", telemetry="t", **options)
    return load_table(SITE, (job,), {"t": reading}, Clock(START, duration), 1, MACHINES)


def test_a_table_becomes_segments():
    found = placed(table((1, 10, 30, CHIPS), (2, -20, 50, CHIPS / 2)))
    live = found.table
    assert sorted(zip(live.start, live.end, live.share, strict=True)) == [(0.0, 30.0, 0.5), (10.0, 40.0, 1.0)]
    # Half activity, where nothing is told: loaded idle, and half of what lies between it and full power.
    classes = SITE.rack_classes
    span = classes.accelerator_max[0] - classes.accelerator_loaded[0]
    assert sorted(live.accelerator_scale) == pytest.approx([0.25 * CHIPS * span, 0.5 * CHIPS * span])
    assert found.delivered == {"jobs": 2.0, "job_accelerator_time": CHIPS * 30 + CHIPS / 2 * 30}
    assert "job_table.activity" in found.parameters


def test_nodes_and_cores_become_accelerators():
    """A node of the table is a fifth of a rack here; a job of cores alone leaves its accelerators idle."""
    none = pl.lit(None, pl.Float64)
    nodes = placed(table((1, 0, 30, 0.0), accelerators=none, nodes=pl.lit(2.0)))
    assert nodes.table.share.tolist() == pytest.approx([0.4])
    options = PlacementOptions(processors=10, activity="80 %")
    cores = placed(table((1, 0, 30, 0.0), accelerators=none, processors=pl.lit(20.0)), placement=options)
    assert cores.table.share.tolist() == pytest.approx([0.4])
    assert cores.table.accelerator_scale.tolist() == [0.0]
    assert cores.table.host_scale[0] > 0.0


def test_guesses_and_what_is_left_out_are_told():
    none = pl.lit(None, pl.Float64)
    found = placed(table((1, 0, 30, 4.0), (2, 0, 30, 1e6), duration_s=none))
    notes = [note for note in found.notes if note.startswith("ATTENTION")]
    assert any("1 jobs are left out, larger than all racks" in note for note in notes)
    assert any("2 jobs tell no duration: 2 h is a guess" in note for note in notes)
    assert found.table.end.tolist() == [100.0]
    given_length = placed(table((1, 0, 30, 4.0), duration_s=none), placement=PlacementOptions(duration="40 s"))
    assert given_length.table.end.tolist() == [40.0]
    assert not [note for note in given_length.notes if note.startswith("ATTENTION")]


def test_jobs_that_wait_may_be_refused():
    full = CHIPS * RACKS
    busy = table((1, 0, 50, full), (2, 10, 50, full))
    found = placed(busy)
    assert sorted(set(zip(found.table.start, found.table.end, strict=True))) == [(0.0, 50.0), (50.0, 100.0)]
    assert any("1 jobs wait for room, 0.011 h in the mean" in note for note in found.notes)
    with pytest.raises(ScenarioError, match=r"1 jobs find no room when they begin; let them wait \(placement\.queue\)"):
        placed(busy, placement=PlacementOptions(queue=False))


def test_jobs_that_train_are_coherent_and_their_own():
    found = placed(table((1, 0, 90, 2 * CHIPS), (2, 5, 60, CHIPS)), training=TrainingOptions())
    live = found.table
    by_job = {start: set(live.trace[live.start == start].tolist()) for start in set(live.start)}
    assert len(by_job[0.0]) == len(by_job[5.0]) == 1
    assert by_job[0.0] != by_job[5.0]
    assert live.offset.tolist() == [0.0, 0.0, 0.0]


def test_a_table_of_another_time_is_refused():
    with pytest.raises(ScenarioError, match="no job of the table runs within the time of the run"):
        placed(table((1, 1000, 30, 4.0)))


def test_energy_of_a_table_by_hand():
    """
    A whole rack for 30 s and half a rack for 50 s, half active, on sixteen racks with ten packages and two of service.

    An idle rack computes 10 x 50 + 400 = 900 W; a whole one 10 x (100 + 0.5 x 1000) + 400 + 0.5 x 1000 = 6,900 W; a
    half one 5 x 600 + 5 x 50 + 900 / 2 + 400 / 2 = 3,900 W. At the inlet auxiliaries add 600 W, and of all that 5 % and
    100 W are lost: 1,675, 7,975 and 4,825 W. A service rack draws 4,000 W and loses 20 W.
    """
    found = placed(table((1, 10, 30, 10.0), (2, 40, 50, 5.0)))
    energy = demand(SITE, found.table, np.arange(100)).inlet.sum()
    idle = 100 * (16 * 1675 + 2 * 4020)
    assert energy == pytest.approx(idle + 30 * (7975 - 1675) + 50 * (4825 - 1675), rel=1e-6)
