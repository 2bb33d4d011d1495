"""Measured racks: who is driven by what, and whether the energy is kept."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from scenarios.asked.machines import Machines
from scenarios.asked.measured import Assets, drivers
from scenarios.asked.placement import Clock, load_table
from scenarios.schema import Job
from tests.scenarios import small_site
from tests.scenarios.readings import START, reading
from twin.errors import ScenarioError

SITE = small_site.site()
MINUTE = Clock(START, 60)
JOB = Job(name="m", mode="measured", telemetry="t")


def placed(*rows, clock=MINUTE, job=JOB):
    return load_table(SITE, (job,), {"t": reading(*rows)}, clock, 1, Machines(*np.zeros((5, 2))))


def every(step, seconds, asset, metric, value):
    return [(second, asset, metric, value(second)) for second in range(0, seconds + 1, step)]


def energy(table, rack, seconds):
    """Integrate a rack's inlet power [J] over whole steps, in float64."""
    total = 0.0
    for segment in range(table.segment_start[rack], table.segment_start[rack + 1]):
        first, end = table.trace_start[table.trace[segment]], table.trace_start[table.trace[segment] + 1]
        step = table.trace_step[table.trace[segment]]
        samples = table.samples[first:end].astype(float)[: int(seconds / step)]
        total += table.accelerator_scale[segment] * samples.sum() * step
    return total


def test_assets_are_known_by_their_name_or_its_end() -> None:
    known = Assets(SITE)
    assert known.find("hall_2").racks.tolist() == list(range(9, 18))
    assert known.find("cdu_4").racks.tolist() == [13, 14, 15, 16, 17]
    assert known.find("hall_1/cdu_1/rack_2").level == "rack"
    assert len(known.find("small").racks) == 18
    assert known.find("cdu_9") is None


def test_rack_power_is_taken_as_it_is() -> None:
    table = placed(*every(15, 60, "cdu_1/rack_1", "it_power_w", lambda second: 9000.0 + second)).table
    assert table.measured.tolist() == [True] + [False] * 17
    assert table.trace_step.tolist() == [15.0]
    np.testing.assert_allclose(table.samples * table.accelerator_scale[0], [9000, 9015, 9030, 9045], rtol=1e-7)
    assert table.accelerator_base.tolist() == [0.0]
    assert table.host_scale.tolist() == [0.0]


def test_heat_is_divided_by_the_liquid_share_and_split_by_rated_power() -> None:
    # CDU 2 has four liquid racks of 15 kW and a service rack without coolant: 32 kW of heat / 0.8 / 4 = 10 kW each.
    placement = placed(*every(15, 60, "hall_1/cdu_2", "heat_w", lambda _: 32000.0))
    table = placement.table
    assert np.flatnonzero(table.measured).tolist() == [4, 5, 6, 7]
    inlet = table.accelerator_scale * table.samples[table.trace_start[table.trace]]
    np.testing.assert_allclose(inlet, 10000.0, rtol=1e-12)
    assert (
        "assumed: rack inlet power is the measured heat over the part 0.8 of it that the coolant takes"
        in placement.notes
    )
    assert "plausibility, not validation" in placement.level


def test_hall_power_is_split_by_rated_power_over_all_of_its_racks() -> None:
    # Hall 1: eight racks of 15 kW and one of 5 kW, 125 kW rated in all; at 25 kW each draws a fifth of its rating.
    table = placed(*every(60, 60, "hall_1", "it_power_w", lambda _: 25000.0)).table
    np.testing.assert_allclose(table.accelerator_scale * 25000.0, [3000.0] * 8 + [1000.0], rtol=1e-12)


def test_energy_is_kept_to_rounding_whatever_the_samples() -> None:
    """Samples are stored with 24 bits; their scale makes the sum that of the measured values."""
    values = 1e6 * np.random.default_rng(3).random(5761)
    rows = [(15.0 * k, "hall_1/cdu_1", "heat_w", value) for k, value in enumerate(values)]
    table = placed(*rows, clock=Clock(START, 86400)).table
    total = sum(energy(table, rack, 86400) for rack in range(4))
    assert total * 0.8 == pytest.approx(15.0 * values[:-1].sum(), rel=1e-12)


def test_values_between_whole_seconds_keep_their_energy() -> None:
    # 2 kW from 0 s, 4 kW from 0.5 s, 6 kW from 1.25 s on, to 2 s: 1 + 3 + 4.5 = 8.5 kJ.
    rows = [(0.0, "cdu_1/rack_1", "it_power_w", 2e3), (0.5, "cdu_1/rack_1", "it_power_w", 4e3)]
    rows += [(1.25, "cdu_1/rack_1", "it_power_w", 6e3), (2.0, "cdu_1/rack_1", "it_power_w", 6e3)]
    table = placed(*rows, clock=Clock(START, 2)).table
    assert table.trace_step.tolist() == [1.0]
    assert energy(table, 0, 2) == pytest.approx(8500.0, rel=1e-12)


def test_the_better_metric_drives_an_asset_that_has_both() -> None:
    both = [(0, "cdu_1", "heat_w", 1.0), (0, "cdu_1", "it_power_w", 2.0), (0, "cdu_2", "heat_w", 3.0)]
    assert sorted(drivers(SITE, reading(*both))) == [("heat_w", "cdu_2"), ("it_power_w", "cdu_1")]


def test_assets_of_another_machine_are_left_out_and_told() -> None:
    rows = every(60, 60, "hall_1", "it_power_w", lambda _: 1e4) + every(60, 60, "hall_7", "it_power_w", lambda _: 1e4)
    assert "job m: 1 assets are unknown to the site and left out: hall_7" in placed(*rows).notes


@pytest.mark.parametrize(
    ("rows", "job", "wanted"),
    [
        (
            every(60, 60, "cdu_9", "heat_w", lambda _: 1.0),
            JOB,
            r"none of its 1 assets \(cdu_9\) is a rack, CDU or hall",
        ),
        (
            [(0, "hall_1", "coolant_supply_temp_k", 300.0)],
            JOB,
            "holds neither it_power_w nor heat_w, only coolant_supply",
        ),
        (
            every(60, 60, "hall_1", "it_power_w", lambda _: 1e4) + every(60, 60, "cdu_1", "it_power_w", lambda _: 1e3),
            JOB,
            "rack 'hall_1/cdu_1/rack_1' and 3 more racks is covered by two measured assets",
        ),
        (
            every(60, 60, "hall_1", "it_power_w", lambda _: 1e4),
            JOB.model_copy(update={"racks": JOB.racks.model_copy(update={"halls": ("hall_2",)})}),
            "is measured, but is not among the racks of this job",
        ),
        (
            every(15, 30, "hall_1", "it_power_w", lambda _: 1e4),
            JOB,
            r"it_power_w holds values for less than 90% of the run at hall_1 \(75%\)",
        ),
    ],
)
def test_what_cannot_drive_the_site_is_a_fault(rows, job, wanted) -> None:
    with pytest.raises(ScenarioError, match=wanted):
        placed(*rows, job=job)


def test_a_short_gap_holds_the_last_value() -> None:
    rows = every(1, 19, "hall_1", "it_power_w", lambda second: 1e4 + second)
    table = placed(*rows, clock=Clock(START - timedelta(seconds=1), 21)).table
    # One second before the first value takes it; the last value is held for its own second.
    assert table.samples[:3].tolist() == [10000.0, 10000.0, 10001.0]
