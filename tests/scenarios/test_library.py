"""Ready scenarios: each is run on a site of the project, its times drawn together, and does what it says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import facilities
import scenarios
from facilities import build
from scenarios import events, schema
from scenarios.schema import Heat
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb, wet_bulb
from twin.errors import ScenarioError
from twin.run import Run

if TYPE_CHECKING:
    from pathlib import Path

MINUTE, HOUR = 60, 3600
FRONTIER = build.site(facilities.load("frontier"))
PROMETHEUS = build.site(facilities.load("prometheus"))
FIRST = FRONTIER.cdus.name[0]

WITHOUT_EVENTS = {
    "default",
    "design_day",
    "enterprise_day",
    "mixed_hpc_day",
    "recorded_h200",
    "serving_day",
    "training_campaign",
    "training_day",
    "warmer_water",
    "wet_bulb_extreme",
}
"""
Load and weather only: tests of the replay and of the weather run these; that of the sample runs the recorded, and those
of sweeps the design search.
"""

Moments = dict[int, int]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory):
    """Give a ready scenario's run with its moments moved, or without its events where none is given; each run once."""

    @cache
    def replay(name: str, site: str, duration: int, moments: tuple[tuple[int, int], ...]) -> Run:
        ready, moved = schema.load(name), dict(moments)
        events = tuple(
            event.model_copy(
                update={"start": float(moved[int(event.start)]), "end": event.end and float(moved[int(event.end)])}
            )
            for event in (ready.events if moments else ())
        )
        short = ready.model_copy(update={"events": events, "duration": float(duration)})
        return scenarios.replay(site, scenario=short, out=folder(tmp_path_factory, name, site))

    return lambda name, site, duration, moments: replay(name, site, duration, tuple(moments.items()))


def folder(factory: pytest.TempPathFactory, name: str, site: str) -> Path:
    return factory.mktemp(f"{name}_{site}") / "run"


def minutes(run: Run, table: str, column: str, which: pl.Expr | None = None) -> np.ndarray:
    """Give a column minute by minute, averaged over the rows of each."""
    rows = run.scan(table) if which is None else run.scan(table).filter(which)
    every = rows.group_by(pl.col("time").dt.truncate("60s")).agg(pl.col(column).fill_nan(None).mean()).sort("time")
    return every.collect()[column].to_numpy()


def test_every_scenario_with_events_is_tested_here() -> None:
    with_events = {name for name in schema.names() if schema.load(name).events}
    assert set(schema.names()) - with_events == WITHOUT_EVENTS
    tested = {text.removeprefix("test_").split("__")[0] for text in globals() if "__" in text}
    assert with_events <= tested


def test_jobs_of_a_campaign_and_of_a_service_tell_what_they_did(replayed) -> None:
    work = [replayed(name, "frontier", 5 * MINUTE, {}).metrics for name in ("training_campaign", "serving_day")]
    # 37,888 packages at 383 TFLOP/s, four fifths of them at 0.41 of it and the rest at 0.35, iterating for 282 s of the
    # 300 s: 1.63e21 operations, less what an interruption of one of the two largest jobs takes.
    most = 37_888 * 383e12 * (0.8 * 0.41 + 0.2 * 0.35) * 282.0
    assert 0.5 * most < work[0]["training_operations"]["value"] <= most
    assert work[0]["training_operations_per_joule"]["unit"] == "FLOP/J"
    assert work[1]["output_tokens"]["value"] > 100.0 * work[1]["requests"]["value"]  # the mean answer is 160 tokens


def test_cdu_loss__switches_off_the_chips_of_one_unit(replayed) -> None:
    run = replayed("cdu_loss", "frontier", 5 * MINUTE, {0: 0, 1200: 60})
    racks = FRONTIER.racks
    lost = racks.cdu == 0
    chips = FRONTIER.rack_classes.accelerators[racks.rack_class[lost]].sum()
    assert run.metrics["chips_shut_down"]["value"] == chips
    assert 0.0 < run.metrics["time_to_throttle"]["value"] < run.metrics["time_to_shutdown"]["value"] < 4 * MINUTE
    # Nothing of the lost unit computes from the shutdown on: the rest of the run for each of its chips, at least.
    idle = 4 * MINUTE - run.metrics["time_to_shutdown"]["value"] - MINUTE
    assert run.metrics["compute_lost"]["value"] > chips * idle / HOUR
    assert {row.split("/")[1] for row in run.table("events")["asset"].to_list() if "rack" in row and "/" in row} == {
        FIRST.split("/")[1]
    }


def test_pump_trip__warms_the_chips_of_one_unit_and_passes(replayed) -> None:
    """The same second and length as it stands, on a run that ends soon after."""
    run = replayed("pump_trip", "frontier", 10 * MINUTE, {36000: 300, 36020: 320})
    chip = minutes(run, "racks", "chip_temp_max_k", pl.col("rack").is_in(np.flatnonzero(FRONTIER.racks.cdu == 0)))
    others = minutes(run, "racks", "chip_temp_max_k", pl.col("rack").is_in(np.flatnonzero(FRONTIER.racks.cdu == 1)))
    assert chip[5] - others[5] > 5.0
    assert chip[8] == pytest.approx(others[8], abs=1.5)


def test_valve_stuck__holds_the_valve_and_the_coolant_warms(replayed) -> None:
    run = replayed("valve_stuck", "frontier", 15 * MINUTE, {0: 0, 1200: 300, 3600: 600})
    opening = minutes(run, "cdus", "valve_opening", pl.col("cdu") == FIRST)
    # The stroke takes less than a minute.
    assert opening[6:10] == pytest.approx(0.4, abs=1e-6)
    assert opening[14] > 0.5
    supply = minutes(run, "cdus", "supply_temp_k", pl.col("cdu") == FIRST)
    assert supply[9] > supply[4] + 2.0
    assert supply[14] < supply[9]


def test_fouling__opens_the_valves_of_fouled_units(replayed) -> None:
    fouled = pl.col("cdu").is_in([FRONTIER.cdus.name[row] for row in range(2)])  # a tenth of 25
    opened, clean = (
        minutes(replayed("fouling", "frontier", 12 * MINUTE, moments), "cdus", "valve_opening", fouled)
        for moments in ({3600: 240}, {})
    )
    assert opened[3] == pytest.approx(clean[3], abs=1e-6)
    assert opened[6] > clean[6] + 0.05  # while the largest job trains; a minute later it is interrupted


def test_load_step__falls_and_rises_to_full(replayed) -> None:
    run = replayed("load_step", "frontier", 6 * MINUTE, {1200: 120, 2400: 240})
    classes, kind = FRONTIER.rack_classes, FRONTIER.racks.rack_class
    full = float((classes.accelerators * classes.accelerator_max)[kind].sum())
    loaded = float((classes.accelerators * classes.accelerator_loaded)[kind].sum())
    power = run.site["accelerator_power_w"].to_numpy()
    # Chips of this site do not leak and stay below their limit: power is what is asked.
    assert power[180] == pytest.approx(loaded + 0.1 * (full - loaded), rel=1e-9)
    assert power[300] == pytest.approx(full, rel=1e-9)


def test_power_cap__holds_the_accelerators(replayed) -> None:
    run = replayed("power_cap", "frontier", 6 * MINUTE, {43200: 120, 50400: 240})
    classes, kind = FRONTIER.rack_classes, FRONTIER.racks.rack_class
    full = float((classes.accelerators * classes.accelerator_max)[kind].sum())
    power = run.site["accelerator_power_w"].to_numpy()
    assert power[121:240].max() <= 0.7 * full * (1 + 1e-9)
    assert power[:120].max() > 0.7 * full


def test_capped_training_day__holds_gb200_to_960_w(replayed) -> None:
    """Prometheus has packages of 1200 W; of its service racks nothing is capped."""
    run = replayed("capped_training_day", "prometheus", 6 * MINUTE, {0: 180})
    packages = float(PROMETHEUS.rack_classes.accelerators[PROMETHEUS.racks.rack_class].sum())
    power = run.site["accelerator_power_w"].to_numpy()
    assert power[181:].max() <= 960.0 * packages * (1 + 1e-9)
    assert power[:180].max() > 960.0 * packages


def test_chiller_trip__stops_the_chillers_and_the_water_warms(replayed) -> None:
    run = replayed("chiller_trip", "frontier", 40 * MINUTE, {3600: 600, 4800: 1200})
    air = pl.col("loop") == FRONTIER.loops.name[int(FRONTIER.halls.air_loop[0])]
    power, supply = (minutes(run, "cooling", column, air) for column in ("chiller_power_w", "supply_temp_k"))
    assert power[5] > 0.0
    assert power[11:19] == pytest.approx(0.0, abs=1e-6)
    assert power[39] > 0.0
    assert supply[19] > supply[9] + 3.0
    assert supply[39] < supply[19]


def test_power_gap__stops_the_plant_and_half_the_water(replayed) -> None:
    """Here a minute. Chillers start five minutes after they stopped, as their timers ask, then load up slowly."""
    run = replayed("power_gap", "frontier", 30 * MINUTE, {3600: 600, 3630: 660})
    air = pl.col("loop") == FRONTIER.loops.name[int(FRONTIER.halls.air_loop[0])]
    fans, chillers, flow = (minutes(run, "cooling", name) for name in ("fan_power_w", "chiller_power_w", "water_flow"))
    assert fans[10] == pytest.approx(0.0, abs=1e-6)
    assert chillers[10:15] == pytest.approx(0.0, abs=1e-6)
    power = minutes(run, "cooling", "chiller_power_w", air)
    assert 0.0 < power[15] < power[9]
    assert power[25] > 0.5 * power[9]
    assert flow[10] < flow[9] - 0.2
    assert flow[13] == pytest.approx(flow[9], abs=0.1)


def test_make_up_loss__drains_the_basins(replayed) -> None:
    """
    Frontier's towers use some 10 kg/s on such a day, of basins of 180 t: in half an hour a tenth of them.

    What they use goes with the load of that half hour, not of the minutes before: to a third.
    """
    run = replayed("make_up_loss", "frontier", 60 * MINUTE, {3600: 600, 25200: 2400})
    towers = pl.col("loop") == FRONTIER.loops.name[int(FRONTIER.halls.loop[0])]
    content, use = (minutes(run, "cooling", name, towers) for name in ("basin_kg", "water_use_kg_s"))
    assert content[9] == pytest.approx(FRONTIER.loops.basin[0], rel=1e-6)
    assert use[10:40] == pytest.approx(0.0, abs=1e-9)
    assert content[9] - content[39] == pytest.approx(1800.0 * use[:10].mean(), rel=0.33)
    # It fills again, beside what is used, within half an hour for a whole basin.
    assert use[41] > 1.5 * use[9]
    assert content[59] > content[40]


def test_loop_pump_trip__warms_the_coolant_of_its_hall(replayed) -> None:
    run = replayed("loop_pump_trip", "frontier", 30 * MINUTE, {3600: 600, 3720: 720})
    first = pl.col("loop") == FRONTIER.loops.name[0]
    flow, supply = minutes(run, "cooling", "water_flow", first), minutes(run, "cdus", "supply_temp_k")
    assert flow[9] == 1.0
    assert flow[11] < 0.01
    assert supply[11] > supply[9] + 3.0
    assert flow[20] == pytest.approx(1.0, abs=1e-6)
    assert supply[29] < supply[11]


def test_coolers_lost__those_left_work_harder(replayed) -> None:
    """Of six cells four are left: their fans run faster for the same heat."""
    towers = pl.col("loop") == FRONTIER.loops.name[int(FRONTIER.halls.loop[0])]
    lost, whole = (
        minutes(replayed("coolers_lost", "frontier", 30 * MINUTE, moments), "cooling", "fan_speed", towers)
        for moments in ({3600: 600, 10800: 1500}, {})
    )
    assert lost[9] == pytest.approx(whole[9], abs=1e-6)
    assert lost[23] > whole[23] * 1.2
    # The tower's water has been a little cooler or warmer meanwhile.
    assert lost[29] == pytest.approx(whole[29], abs=0.05)


def test_set_point_change__lets_coolant_and_water_warm_by_two_kelvin(replayed) -> None:
    moments = {3600: 600, 14400: 2400}
    changed, usual = (replayed("set_point_change", "frontier", 50 * MINUTE, which) for which in (moments, {}))
    supply, before = (minutes(run, "cdus", "supply_temp_k") for run in (changed, usual))
    assert supply[9] == pytest.approx(before[9], abs=1e-6)
    assert supply[38] - before[38] == pytest.approx(2.0, abs=0.3)
    liquid = pl.col("loop") == FRONTIER.loops.name[int(FRONTIER.halls.loop[0])]
    fans, more = (minutes(run, "cooling", "fan_power_w", liquid) for run in (changed, usual))
    assert fans[38] < more[38]


def test_heat_wave__is_eight_kelvin_warmer(replayed) -> None:
    run = replayed("heat_wave", "frontier", 6 * MINUTE, {28800: 120, 72000: 240})
    dry = minutes(run, "cooling", "dry_bulb_temp_k")
    # The normals move by less than 0.1 K in these minutes.
    assert dry[3] - dry[1] == pytest.approx(8.0, abs=0.1)
    assert dry[5] - dry[1] == pytest.approx(0.0, abs=0.1)
    wet = minutes(run, "cooling", "wet_bulb_temp_k")
    assert wet[3] - wet[1] == pytest.approx(2.2, abs=0.1)


def test_a_heat_wave_brings_no_moisture() -> None:
    """Air of 29.9 degC with a wet bulb of 22.4 degC, a July afternoon in Virginia, taken to 37.9 degC."""
    moisture = humidity_ratio_from_wet_bulb(np.array(303.05), np.array(295.55), 100600.0)
    (heat,) = (event for event in schema.load("heat_wave").events if isinstance(event, Heat))
    warmer = float(wet_bulb(np.array(303.05 + heat.offset), moisture, 100600.0))
    assert heat.wet_bulb_offset == pytest.approx(warmer - 295.55, abs=0.1)


@pytest.mark.parametrize(
    ("scenario", "where", "machine"),
    [
        ("cdu_loss", "events.2.cdus", "coolant distribution unit"),
        ("set_point_change", "events.1.cdus", "coolant distribution unit"),
        ("chiller_trip", "events.1.loops", "chiller"),
    ],
)
def test_what_a_site_has_not_cannot_fail(scenario: str, where: str, machine: str) -> None:
    """Outdoor air and pads cool its racks; "time to throttle: not reached" would read as an answer."""
    site = build.site(facilities.load("aws_p4d_ultracluster"))
    with pytest.raises(ScenarioError, match=rf"{where}: the site has no {machine} here; take this event out"):
        events.changes(site, schema.load(scenario), 24.0 * HOUR)
