"""Failures of cooling: a part of each kind taken out on the design day at full load, and what becomes of the chips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from facilities.schema import Facility
from scenarios import study
from scenarios.failures import gap
from scenarios.report import incidents
from scenarios.schema import Scenario
from twin.errors import StateError
from twin.site import Site

WARMEST = 14.0
"""Local hour at which runs begin: the warmest of a design day follows."""

BEFORE, LENGTH = 1800.0, 5400.0
"""[s] From the start to the failure, and of the whole run."""

DIP = 10.0
"""Time [s] without grid where nothing on the site starts: as long as sets of NFPA 110, type 10, take; assumed."""

PUMPS_OUT = 300.0
"""Time [s] for which all pumps of a loop stand still: a fault of their common supply and its reset; assumed."""

PUMPS = 2.0
"""
Circulating pumps of a loop [1], of which one is left with half of the flow: a pump alone in its system gives more. No
site says how many it has; two is the least that keeps a loop in motion. Assumed.
"""

Progress = Callable[[float], None]


class Case(NamedTuple):
    """
    One failure.

    Attributes
    ----------
    part, place : text
        What fails, and where.
    out, of : [1]
        Units that are out, of how many.
    events : tuple of dict
        As a scenario has them.
    """

    part: str
    place: str
    out: float
    of: float
    events: tuple[dict[str, Any], ...]


def cases(facility: Facility, site: Site) -> tuple[Case, ...]:
    """
    List what may fail of a site's cooling: of each kind of loop the first, and the first CDU.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.

    Returns
    -------
    tuple of Case
        The undisturbed run first.
    """
    found = [Case("nothing", "", 0, 0, ())]
    cooling = np.flatnonzero(site.cdus.rated_heat > 0.0)
    for out in (1, 2):
        if len(cooling) >= out:
            names = [site.cdus.name[row] for row in cooling[:out]]
            event = {"kind": "cdu_loss", "cdus": {"names": names}}
            beside = float((site.cdus.hall[cooling] == site.cdus.hall[cooling[0]]).sum())
            found.append(Case("CDU", names[0], out, beside, (event,)))
    if len(cooling):
        name = site.cdus.name[cooling[0]]
        stuck = {"kind": "valve_stuck", "cdus": {"names": [name]}, "position": "0 %"}
        part = "fans of a sidecar" if site.cdus.sidecar[cooling[0]] else "water valve of a CDU, shut"
        found.append(Case(part, name, 1, 1, (stuck,)))
    for loop in _first_of_kind(site):
        found += _of_loop(facility, site, loop)
    return tuple(found)


def _first_of_kind(site: Site) -> tuple[int, ...]:
    kinds = [name.rpartition("/")[2] for name in site.loops.name]
    return tuple(kinds.index(kind) for kind in dict.fromkeys(kinds))


def _of_loop(facility: Facility, site: Site, loop: int) -> Iterator[Case]:
    name, loops = site.loops.name[loop], site.loops
    chosen = {"loops": {"names": [name]}}
    coolers = float(loops.cooler_units[loop])
    chillers = round(float(loops.chiller_capacity[loop] / max(loops.chillers.unit_capacity[loop], 1e-9)))
    for part, kind, units in (("cooler", "coolers_lost", coolers), ("chiller", "chiller_trip", float(chillers))):
        for out in (1, 2):
            if units >= out:
                yield Case(part, name, out, units, ({"kind": kind, **chosen, "share": f"{100.0 * out / units!r} %"},))
    if loops.evaporative[loop]:
        yield Case("make-up water", name, 1, 1, ({"kind": "make_up_loss", **chosen},))
    one = {"kind": "loop_pump_trip", **chosen, "running": f"{100.0 * (1.0 - 1.0 / PUMPS)!r} %"}
    yield Case("circulating pump", name, 1, PUMPS, (one,))
    yield Case("all circulating pumps, 5 min", name, 1, 1, ({"kind": "loop_pump_trip", **chosen, "_for": PUMPS_OUT},))
    start = gap.started(facility)
    part, without = (f"grid, {DIP:.0f} s", DIP) if start is None else ("grid, until generators run", start)
    yield Case(part, name, 1, 1, ({"kind": "power_gap", **chosen, "_for": without},))


def scenario(facility: Facility, case: Case) -> Scenario:
    """
    Make the scenario of a case: the design day from its warm hours, all racks at full load.

    Parameters
    ----------
    facility : Facility
        The site.
    case : Case
        What fails.

    Returns
    -------
    Scenario
        Checked.
    """
    local = datetime(2026, 7, 15, tzinfo=UTC) + timedelta(hours=WARMEST)
    events: list[dict[str, Any]] = [{"kind": "load_step", "racks": "all", "start": "0 s", "level": "100 %"}]
    for event in case.events:
        given = {key: value for key, value in event.items() if key != "_for"}
        if "_for" in event:
            given["end"] = f"{BEFORE + event['_for']!r} s"
        events.append({**given, "start": f"{BEFORE!r} s"})
    return Scenario.model_validate(
        {
            "name": "failure",
            "weather": "design_day",
            "start": (local - timedelta(seconds=facility.location.time_zone.si)).isoformat(),
            "duration": f"{LENGTH!r} s",
            "events": events,
        }
    )


def table(facility: Facility, site: Site, progress: Progress) -> tuple[pl.DataFrame, dict[str, Any]]:
    """
    Replay every case.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.
    progress
        Told the part that is done.

    Returns
    -------
    frame
        A row for each case: highest temperature of chips and of coolant supply [K], least margin to a throttle limit
        [K], times to throttle and shutdown [s], none where they are not reached, computing lost [chip-hours],
        chips shut down, PUE, the limit that was crossed farthest, and why the run ended early (a coolant boils).
    dict
        One-line diagram of the undisturbed run, at its highest power.
    """
    wanted, rows, one_line = cases(facility, site), list[tuple[Any, ...]](), dict[str, Any]()
    for number, case in enumerate(wanted, start=1):
        got, ended, worst = dict[str, Any](), None, None
        try:
            made = study.tried(facility, scenario(facility, case))
        except StateError as error:
            ended = str(error)
        else:
            one_line = one_line or made.manifest["one_line"]
            got = {name: figure["value"] for name, figure in made.metrics.items()}
            worst = _worst(made.tables["events"].collect())
        rows.append((*case[:4], *(got.get(name) for name in FIGURES), worst, ended))
        progress(number / len(wanted))
    schema = {"part": pl.String, "place": pl.String, "out": pl.Float64, "of": pl.Float64}
    schema |= dict.fromkeys(FIGURES.values(), pl.Float64) | {"worst_limit": pl.String, "ended": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row"), one_line


def _worst(events: pl.DataFrame) -> str | None:
    crossed = incidents.crossed(events).filter(pl.col("kind") != "model_range")
    return f"{crossed['asset'][0]}: {crossed['message'][0]}" if crossed.height else None


FIGURES = {
    "chip_temp_max": "chip_temp_max_k",
    "chip_margin_min": "chip_margin_min_k",
    "coolant_supply_temp_max": "coolant_supply_temp_max_k",
    "time_to_throttle": "time_to_throttle_s",
    "time_to_shutdown": "time_to_shutdown_s",
    "compute_lost": "compute_lost_chip_h",
    "chips_shut_down": "chips_shut_down",
    "pue": "pue",
}
"""Figures of a run, and columns that they become."""
