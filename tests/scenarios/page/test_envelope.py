"""Thinned tables against tables so small that the result is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.page import envelope
from twin.columns import COOLING, SITE

START = datetime(2026, 7, 1, tzinfo=UTC)


def run_of(**tables: pl.DataFrame) -> SimpleNamespace:
    return SimpleNamespace(manifest={}, metrics={}, scan=lambda name: tables[name].lazy())


def instants(*seconds: int) -> pl.Series:
    return pl.Series([START + timedelta(seconds=second) for second in seconds], dtype=pl.Datetime("us", "UTC"))


@pytest.mark.parametrize(("duration", "step"), [(600, 1), (1500, 1), (1501, 2), (86400, 60), (365 * 86400, 21600)])
def test_traces_have_at_most_1500_points(duration: int, step: int) -> None:
    assert envelope.step_for(duration) == step


def test_site_keeps_mean_low_and_high_of_each_interval() -> None:
    columns = {name: [1.0, 1.0, 1.0, 1.0] for name in SITE if name != "time"}
    columns |= {"it_power_w": [10.0, 20.0, 30.0, 40.0], "facility_power_w": [12.0, 24.0, 33.0, 44.0]}
    thinned = envelope.site(run_of(site=pl.DataFrame({"time": instants(0, 1, 2, 3), **columns})), 2)
    assert thinned["time"].to_list() == [START, START + timedelta(seconds=2)]
    assert thinned["it_power_w"].to_list() == [15.0, 35.0]
    assert thinned["it_power_w_low"].to_list() == [10.0, 30.0]
    assert thinned["facility_power_w_high"].to_list() == [24.0, 44.0]
    # 18 / 15 and 38.5 / 35: energy over energy, not the mean of the ratios
    assert thinned["pue"].to_list() == pytest.approx([1.2, 1.1], rel=1e-12)


def test_cooling_adds_flows_over_loops_and_averages_temperatures() -> None:
    columns = {name: [0.0] * 4 for name in COOLING if name not in {"time", "loop"}}
    columns |= {"fan_power_w": [1.0, 2.0, 3.0, 4.0], "supply_temp_k": [300.0, 302.0, 304.0, float("nan")]}
    columns |= {"water_use_kg_s": [0.5, 0.5, 1.0, 1.0]}
    table = pl.DataFrame({"time": instants(0, 0, 10, 10), "loop": ["a", "b"] * 2, **columns})
    thinned = envelope.cooling(run_of(cooling=table), 20)
    assert thinned["fan_power_w"].to_list() == [5.0]  # (1 + 2 + 3 + 4) / 2 steps
    assert thinned["water_use_kg_s"].to_list() == [1.5]
    assert thinned["supply_temp_k"].to_list() == [302.5]  # (301 + 304) / 2, the missing value left out


def test_few_halls_are_divided_and_many_are_not() -> None:
    few = envelope.rack_groups([{"name": "a", "racks": 100}, {"name": "b", "racks": 300}])
    # 32 rows over 400 racks: 8 for hall a and 24 for hall b, 12 or 13 racks each
    assert [group.label for group in few[:2]] == ["a 1–12", "a 13–25"]
    assert few[8].label == "b 1–12"
    assert len(few) == 32
    many = envelope.rack_groups([{"name": f"hall_{i}", "racks": 5} for i in range(60)])
    assert [group.label for group in many[:2]] == ["hall_0", "hall_1"]
    assert len(many) == 60


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=50))
def test_groups_hold_every_rack_once_and_stay_in_their_hall(counts: list[int]) -> None:
    groups = envelope.rack_groups([{"name": str(i), "racks": count} for i, count in enumerate(counts)])
    assert min(group.racks for group in groups) > 0
    for hall, count in enumerate(counts):
        assert sum(group.racks for group in groups if group.label.split()[0] == str(hall)) == count


def test_a_run_that_does_not_say_its_halls_is_one_hall() -> None:
    table = pl.DataFrame({"rack": pl.Series([0, 6, 3], dtype=pl.UInt32)})
    assert envelope.halls(run_of(racks=table)) == [{"name": "racks", "racks": 7}]


def racks_table() -> pl.DataFrame:
    """Give three racks over two minutes of different quarters of an hour; rack 2 has no chip sensor at first."""
    return pl.DataFrame(
        {
            "time": instants(0, 0, 0, 900, 900, 900),
            "rack": pl.Series([0, 1, 2] * 2, dtype=pl.UInt32),
            "chip_temp_mean_k": [340.0, 350.0, float("nan"), 342.0, 352.0, 362.0],
            "chip_temp_max_k": [345.0, 355.0, float("nan"), 346.0, 356.0, 366.0],
        }
    )


def test_racks_are_brought_to_groups_and_groups_to_the_site() -> None:
    groups = (envelope.RackGroup("a", 2), envelope.RackGroup("b", 1))
    thinned = envelope.racks(run_of(racks=racks_table()), groups)
    assert thinned["group"].to_list() == [0, 1, 0, 1]
    assert thinned["chip_temp_k"].to_list() == [345.0, None, 347.0, 362.0]
    assert thinned["chip_temp_k_high"].to_list() == [355.0, None, 356.0, 366.0]
    whole = envelope.over_groups(thinned, 60)
    assert whole["chip_temp_k"].to_list() == [345.0, 352.0]  # (340 + 350) / 2; (342 + 352 + 362) / 3
    assert whole["chip_temp_k_high"].to_list() == [355.0, 366.0]


def test_the_heat_map_is_empty_where_there_is_no_chip() -> None:
    groups = (envelope.RackGroup("a", 2), envelope.RackGroup("b", 1))
    times, cells = envelope.heat_map(envelope.racks(run_of(racks=racks_table()), groups), len(groups), 900)
    assert times.to_list() == [START, START + timedelta(minutes=15)]
    np.testing.assert_array_equal(cells, [[355.0, 356.0], [np.nan, 366.0]])


@pytest.mark.parametrize(("hours", "step"), [(0.5, 60), (1.99, 60), (2, 300), (5.99, 300), (6, 900), (8760, 900)])
def test_short_runs_have_short_columns_in_the_heat_map(hours: float, step: int) -> None:
    assert envelope.heat_map_step(hours * 3600) == step


def test_the_middle_is_half_an_interval_later() -> None:
    """Half a second of one, thirty of a minute."""
    assert envelope.at_middle(instants(0, 60), 60).to_list() == [START + timedelta(seconds=n) for n in (30, 90)]
    assert envelope.at_middle(instants(7), 1).to_list() == [START + timedelta(seconds=7.5)]


def test_the_warmest_chip_is_that_of_any_hall_and_second() -> None:
    """Two halls over two seconds, one without a chip at first; then one interval of both seconds."""
    chips = [350.0, float("nan"), 351.0, 353.0]
    table = pl.DataFrame({"time": instants(0, 0, 1, 1), "hall": ["a", "b"] * 2, "chip_temp_max_k": chips})
    assert envelope.warmest_chip(run_of(halls=table), 1)["chip_temp_k_high"].to_list() == [350.0, 353.0]
    assert envelope.warmest_chip(run_of(halls=table), 2)["chip_temp_k_high"].to_list() == [353.0]
