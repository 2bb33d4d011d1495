"""How many megawatts a site can leave to the grid, how soon, for how long, and at what lost computing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from facilities.phases import Supply
from facilities.schema import Facility
from scenarios.schema import Scenario
from twin.flexibility import performance
from twin.run import Made
from twin.site import Floats, Site

CAPS = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the full power of each accelerator."""

STEP, TAIL = 600.0, 300.0
"""[s] For which each cap lasts, and its last part over which power is averaged: the cooling has followed."""

SOON = 1.0
"""[s] Until a cap acts: from a signal of the grid to the power of chips 0.1 s were measured (GridPilot, arXiv
2605.26384, through secondary sources); a second leaves room for the site's own controls."""


class Measure(NamedTuple):
    """
    One way to draw less.

    Attributes
    ----------
    name : text
        What is done.
    power : [W]
        That the site draws at its point of connection then.
    relief : [W]
        Less than before.
    after : [s]
        Until it acts; none where it is not published.
    lasts : [s]
        For how long it can; infinite, or none where it is not published.
    computing_lost : [1]
        Part of the site's computing.
    """

    name: str
    power: float | None
    relief: float | None
    after: float | None
    lasts: float | None
    computing_lost: float


def scenario() -> Scenario:
    """
    Make the replay in which caps come one after another, from full load to a pause of all jobs.

    Returns
    -------
    Scenario
        Checked.
    """
    events: list[dict[str, Any]] = [{"kind": "load_step", "racks": "all", "start": "0 s", "level": "100 %"}]
    for number, cap in enumerate(CAPS, start=1):
        window = {"start": f"{number * STEP!r} s", "end": f"{(number + 1) * STEP!r} s"}
        events.append({"kind": "power_cap", "racks": "all", **window, "cap_share": f"{100.0 * cap!r} %"})
    paused = (len(CAPS) + 1) * STEP
    events[0]["end"] = f"{paused!r} s"
    events.append({"kind": "load_step", "racks": "all", "start": f"{paused!r} s", "level": "0 %"})
    asked = {"name": "flexibility", "duration": f"{paused + STEP!r} s", "events": events}
    return Scenario.model_validate(asked)


def measures(facility: Facility, site: Site, made: Made) -> tuple[Measure, ...]:
    """
    Read what caps and a pause did in a replay, and what supplies could give.

    Parameters
    ----------
    facility
        The site.
    site
        As built from it.
    made
        Of `scenario`.

    Returns
    -------
    tuple of Measure
        The undisturbed site first.
    """
    power = made.tables["site"].select("facility_power_w").collect().to_series().to_numpy()
    ends = np.arange(1, len(CAPS) + 3) * round(STEP)
    means = np.array([power[end - round(TAIL) : end].mean() for end in ends])
    full, paused = float(means[0]), float(means[-1])
    found = [Measure("none: all racks at full load", full, 0.0, None, None, 0.0)]
    for cap, drawn, lost in zip(CAPS, means[1:-1], lost_computing(site, np.array(CAPS)), strict=True):
        name = f"accelerators held to {100.0 * cap:.0f} %"
        found.append(Measure(name, float(drawn), full - float(drawn), SOON, np.inf, float(lost)))
    found.append(Measure("all jobs paused, racks on", paused, full - paused, SOON, np.inf, 1.0))
    return (*found, *_supplies(facility, full))


def lost_computing(site: Site, caps: Floats) -> Floats:
    """
    Give the part of a site's computing that caps cost.

    Parameters
    ----------
    site
        As built.
    caps : (cap,) [1]
        Of the full power of each accelerator.

    Returns
    -------
    (cap,) [1]
        Each class of racks by its accelerators' full power.
    """
    classes = site.rack_classes
    racks = np.bincount(site.racks.rack_class, minlength=len(classes.name))
    weight = racks * classes.accelerators * classes.accelerator_max
    computing = weight > 0.0
    idle = (classes.accelerator_idle[computing] / classes.accelerator_max[computing])[:, np.newaxis]
    left = performance(caps[np.newaxis], idle)
    return np.asarray(1.0 - (weight[computing] @ left) / weight[computing].sum())


def _supplies(facility: Facility, full: float) -> Iterator[Measure]:
    """Backup and storage of the site, as far as its file says their size."""
    for name, supply in facility.supply.items():
        if supply.role != "backup" and supply.kind not in {"battery", "rack_battery", "ups"}:
            continue
        size = _size(supply)
        called = f"{name.replace('_', ' ')} ({supply.kind.replace('_', ' ')})"
        after = None if supply.start_time is None else supply.start_time.si
        if size is None:
            yield Measure(f"{called}: size not published", None, None, after, None, 0.0)
            continue
        relief = min(size, full)
        lasts = None if supply.energy is None else supply.energy.si / relief
        yield Measure(called, full - relief, relief, after, lasts, 0.0)


def _size(supply: Supply) -> float | None:
    if supply.power is not None:
        return supply.power.si
    if supply.units is not None and supply.unit_power is not None:
        return supply.units.si * supply.unit_power.si
    return None


def table(found: tuple[Measure, ...]) -> pl.DataFrame:
    """
    Give measures as a table.

    Parameters
    ----------
    found
        From `measures`.

    Returns
    -------
    frame
        A row each; none where nothing is known.
    """
    names = ("measure", "power_w", "relief_w", "after_s", "lasts_s", "computing_lost")
    schema = {name: pl.String if name == "measure" else pl.Float64 for name in names}
    return pl.DataFrame(list(found), schema=schema, orient="row")
