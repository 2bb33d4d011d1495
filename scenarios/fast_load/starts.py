"""Starts and stops of a job: as they come, ramped, and group by group, against limits of ramps."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.ndimage import uniform_filter1d

from facilities import Facility
from scenarios.fast_load import load as loads
from scenarios.fast_load.devices import Plan, applied
from scenarios.fast_load.load import Load
from telemetry.synchronous import SYNCHRONOUS, Synchronous
from twin.grid import swings
from twin.waveform import chain, storage

STEP = 0.1
"""[s] Of these waveforms: ramps are of seconds and more."""

LIMIT = 20e6 / 60.0
"""[W/s] 20 MW a minute, as the CAISO, the IESO and Southern Company ask (facilities/codes)."""

MINUTE = 60.0
"""[s] Of the mean, and of the ramps that limits are for."""

LONGEST = 4.0 * 3600.0
"""[s] Longest ramp that is drawn."""


def table(facility: Facility, load: Load) -> pl.DataFrame:
    """
    Compare starts and stops.

    Parameters
    ----------
    facility
        From `facilities.load`.
    load
        Of the study: its highest power sets the ramps.

    Returns
    -------
    frame
        A row a way to start and stop: steepest minute of the mean over a minute, up and down, time lost by waiting,
        energy burnt in the ramp down, and the store that would bring a step onto the ramp instead.
    """
    idle = _rise(load)
    ramp = min(idle / LIMIT, LONGEST)
    groups = round(SYNCHRONOUS.groups.value)
    ways = {
        "as it comes": SYNCHRONOUS,
        "ramped start and stop": _with(ramp_duration=ramp, stop_duration=ramp),
        "group by group, ramped stop": _with(stagger=ramp / groups, stop_duration=ramp),
    }
    return pl.DataFrame([_row(name, facility, load, given, idle) for name, given in ways.items()])


def _rise(load: Load) -> float:
    """Give how far the load rises from loaded idle to rated power [W]."""
    ends = chain.waveform(load.site, np.array([[0.0, 1.0]]), 1.0, np.array(load.cooling)).connection
    return float(ends[1] - ends[0])


def _with(**values: float) -> Synchronous:
    changed = {name: getattr(SYNCHRONOUS, name)._replace(value=value) for name, value in values.items()}
    return SYNCHRONOUS._replace(**changed)


def _row(name: str, facility: Facility, load: Load, given: Synchronous, rise: float) -> dict[str, object]:
    made = loads.start_and_stop(facility, step=STEP, parameters=given)
    found = applied(made, Plan())
    # The mean over a minute: what is left of a start once iterations are levelled.
    mean = uniform_filter1d(found.trace.power, round(MINUTE / STEP), mode="nearest")
    up, down = swings.ramps(mean, STEP, MINUTE)
    waiting = given.ramp_duration.value + given.stagger.value * (given.groups.value - 1.0)
    content, _ = storage.size_of_step(rise, LIMIT)
    stopping = given.stop_duration.value
    return {
        "way": name,
        "steepest_rise_w_s": up.size,
        "steepest_fall_w_s": down.size,
        "start_takes_s": waiting,
        "package_hours_lost": chain.packages(load.site) * 0.5 * (waiting + stopping) / 3600.0,
        "burnt_in_stop_j": 0.5 * rise * stopping,
        "store_instead_j": content if name == "as it comes" else 0.0,
    }
