"""
The grid is lost for a minute: supplies, batteries, pumps, coolant, chips, sets and the way back, on one axis of time.

The electrical half is the state machine of inputs, a millisecond at a time; the thermal half is a replay of the same
minutes, a second at a time, in which plant and pumps stand for as long as the machine says. What the replay throttles
does not lower what the machine carries.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility
from scenarios import study as replay
from scenarios.gridstudy import ride_through
from scenarios.gridstudy.ride_through import Part
from scenarios.schema import Scenario
from twin.grid import disturbances
from twin.grid.ride_through_machine import LOST, Passage
from twin.site import Floats, Site

BEFORE, LASTS, AFTER = 60.0, 60.0, 480.0
"""[s] Of rest, of the grid's absence, and after it; sets hand back within the last."""

SAG = (0.3, 0.15)
"""Voltage that is left [1], and for how long [s], until the line has opened."""

DAY, HOUR = (2026, 7, 15), 14
"""Of the replay's start, in local standard time: the design day is warmest then."""

PUMPS_ON_UPS = 0.5
"""Part of circulating pumps on the UPS of a site that has one: half of them, as in the ready scenario."""

COAST = "1.5 s"
"""Time constant with which pumps of coolant come to a stand."""

STEP = 1e-3
"""[s] Of the machine."""

HALF = 0.5
"""Of its power, below which a pump is taken to stand still."""

SAME = 0.995
"""Of their power, above which racks draw as much as before: a per cent is what the story tells."""

COLDEST = 200.0
"""[K] Below which a column of a replay says nothing: a site without coolant at its racks."""


class Chapter(NamedTuple):
    """
    The chapter of a lost grid.

    Attributes
    ----------
    parts : tuple of Part
        Of the site.
    back : [s]
        From the sag until the grid is back.
    gap : [s]
        For which pumps and fans stand still; infinite where they do not start again.
    story : frame
        What happens, in order of time: `time_s` from the sag on, and `what`.
    electric, thermal : frame
        Power from each source and voltage; racks, warmest chip and coolant.
    """

    parts: tuple[Part, ...]
    back: float
    gap: float
    story: pl.DataFrame
    electric: pl.DataFrame
    thermal: pl.DataFrame


def study(facility: Facility, site: Site) -> Chapter:
    """
    Follow a site through a minute without grid.

    Parameters
    ----------
    facility
        From `facilities.load`.
    site
        As built.

    Returns
    -------
    Chapter
        All racks at full load, on the design day.
    """
    gap, _ = _outcome(facility)
    made = replay.tried(facility, scenario(facility, site))
    thermal = _thermal(made.tables["site"], made.tables["halls"])
    parts = ride_through.parts_of(facility, *_powers(made.tables["site"], made.tables["cooling"]))
    voltage = _voltage()
    found = ride_through.passage(facility, parts, voltage, STEP)
    limit = float(site.rack_classes.throttle_temp[np.unique(site.racks.rack_class)].min())
    return Chapter(
        parts=parts,
        back=LASTS,
        gap=gap,
        story=_story(ride_through.story(parts, found, BEFORE), thermal, limit),
        electric=ride_through.series(found, voltage, BEFORE, 0.2),
        thermal=thermal,
    )


def _voltage() -> Floats:
    depth, lasting = SAG
    begins = np.array([BEFORE, BEFORE + lasting])
    lengths = np.array([lasting, LASTS - lasting])
    return disturbances.sags(begins, lengths, np.array([depth, 0.0]), BEFORE + LASTS + AFTER, STEP)


def _outcome(facility: Facility) -> tuple[float, bool]:
    """Give for how long pumps and fans stand, and whether computing is lost: neither depends on their size."""
    parts = ride_through.parts_of(facility, 1.0, 1.0, 0.0)
    found = ride_through.passage(facility, parts, _voltage(), STEP)
    running = _given(found, 1) > HALF
    stopped = np.flatnonzero(~running)
    gap = 0.0 if not stopped.size else (stopped[-1] + 1) * STEP - BEFORE if running[-1] else np.inf
    return float(gap), bool((found.state[:, 0] == LOST).any())


def _given(found: Passage, part: int) -> Floats:
    return found.drawn[:, part] + found.standby[:, part] + found.battery[:, part] + found.held[:, part]


def scenario(facility: Facility, site: Site) -> Scenario:
    """
    Make the replay of a lost grid: racks that lose their supply rest, plant stands still, pumps without a UPS coast.

    Parameters
    ----------
    facility
        From `facilities.load`.
    site
        As built.

    Returns
    -------
    Scenario
        Checked.
    """
    gap, lost = _outcome(facility)
    whole = BEFORE + LASTS + AFTER
    end = f"{min(BEFORE + np.ceil(gap), whole):.0f} s"
    begin = f"{BEFORE:.0f} s"
    has_ups = any(part.front_end.startswith("ups") for part in ride_through.parts_of(facility, 1.0, 0.0, 0.0))
    events: list[dict[str, object]] = [{"kind": "load_step", "racks": "all", "start": "0 s", "level": "100 %"}]
    if lost:
        events[0]["end"] = begin
        events.append({"kind": "load_step", "racks": "all", "start": begin, "level": "0 %"})
    if gap > 0.0:
        on_ups = f"{100.0 * PUMPS_ON_UPS * has_ups:.0f} %"
        events.append({"kind": "power_gap", "start": begin, "end": end, "pumps_on_ups": on_ups})
        if (site.cdus.rated_heat > 0.0).any() and not has_ups:
            more = {"cdus": {"share": "100 %"}, "speed": "0 %", "time_constant": COAST}
            events.append({"kind": "pump_trip", "start": begin, "end": end, **more})
    zone = timezone(timedelta(hours=facility.location.time_zone.si))
    start = datetime(*DAY, HOUR, tzinfo=zone).isoformat()
    content = {"name": "grid_lost", "weather": "design_day", "start": start, "duration": f"{whole:.0f} s"}
    return Scenario.model_validate({**content, "events": events})


def _thermal(site: pl.LazyFrame, halls: pl.LazyFrame) -> pl.DataFrame:
    warmest = halls.group_by("time").agg(
        pl.col("chip_temp_max_k").max().alias("chip_k"), pl.col("coolant_supply_temp_max_k").max().alias("coolant_k")
    )
    joined = site.select("time", "it_power_w", "cooling_power_w").join(warmest, on="time").sort("time").collect()
    seconds = (joined["time"] - joined["time"][0]).dt.total_seconds().cast(float) - BEFORE
    return joined.with_columns(seconds.alias("time_s")).drop("time")


def _powers(site: pl.LazyFrame, cooling: pl.LazyFrame) -> tuple[float, float, float]:
    """Give power of racks with losses, of pumps and fans, and of chillers, before anything happens."""
    early = site.head(round(BEFORE)).tail(1).collect().row(0, named=True)
    at = cooling.filter(pl.col("time") <= early["time"]).filter(pl.col("time") == pl.col("time").max())
    chillers = float(at.select(pl.col("chiller_power_w").sum()).collect().item())
    return early["it_power_w"] + early["loss_power_w"], max(early["cooling_power_w"] - chillers, 0.0), chillers


def _story(electric: pl.DataFrame, thermal: pl.DataFrame, limit: float) -> pl.DataFrame:
    rows = [(0.0, f"voltage falls to {SAG[0]:g} per unit"), (SAG[1], "the line opens: no voltage")]
    rows += [(LASTS, "the grid is back")]
    rows += [(row["time_s"], f"{row['part']}: {row['becomes']}") for row in electric.iter_rows(named=True)]
    rows += of_racks(thermal, limit)
    return pl.DataFrame(rows, schema=["time_s", "what"], orient="row").sort("time_s", maintain_order=True)


def of_racks(thermal: pl.DataFrame, limit: float) -> list[tuple[float, str]]:
    """
    Tell how chips, coolant and power of racks fare.

    Parameters
    ----------
    thermal
        As in `Chapter`, from before the sag on.
    limit
        Temperature [K] at which chips throttle.

    Returns
    -------
    list
        Time [s] and text of each; what is highest in the last second may rise further.
    """
    rows = []
    after = thermal.filter(pl.col("time_s") >= 0.0)
    hot = after.filter(pl.col("chip_k") > limit)
    if not hot.is_empty():
        rows.append((float(hot["time_s"][0]), f"the warmest chips pass {limit - 273.15:.0f} °C and throttle"))
        if hot["time_s"][-1] < after["time_s"][-1]:
            rows.append((float(hot["time_s"][-1]) + 1.0, "the last chip is below its limit again"))
    for column, what in (("chip_k", "warmest chip"), ("coolant_k", "warmest coolant at racks")):
        place = int(after[column].arg_max() or 0)
        if after[column][place] < COLDEST:
            continue
        ends = "its highest" if place < after.height - 1 else "and rising as the replay ends"
        rows.append((float(after["time_s"][place]), f"{what}: {after[column][place] - 273.15:.1f} °C, {ends}"))
    place = int(after["it_power_w"].arg_min() or 0)
    part = float(after["it_power_w"][place]) / float(thermal.filter(pl.col("time_s") < 0.0)["it_power_w"][-1])
    if part < SAME:
        rows.append((float(after["time_s"][place]), f"racks draw {100.0 * part:.0f} % of before, their least"))
    return rows
