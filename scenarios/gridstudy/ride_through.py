"""What a site's equipment does in a sag, and every kind of input against every code that asks for ride-through."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, codes, front_ends
from facilities.codes import RideThrough
from facilities.front_ends import Fed
from twin.grid import disturbances
from twin.grid import ride_through_machine as machine
from twin.grid.ride_through_machine import FREQUENCY, STATES, VOLTAGE, Passage
from twin.site import Floats

STEPS = {"voltage_ride_through": 1e-3, "frequency_ride_through": 1e-2}
"""[s] Of the machine, by what a code's curve is of: frequency has delays of minutes."""

STOPPED = "stopped"
"""What a part without a battery is in, off the grid."""

SAG = (0.4, 0.1)
"""Voltage that is left [1], and for how long [s]: a fault near by, cleared in six cycles."""

HORIZON = 60.0
"""[s] Of the sag's story."""

STANDBY_SIGNAL, STANDBY_RETURN = 3.0, 300.0
"""[s] For which the grid is gone before sets are called, and good before they hand back: usual settings of transfer."""


NAMES = ("computing", "pumps and fans", "chillers")
"""Parts of a site's load."""


class Part(NamedTuple):
    """
    Part of a site's load, behind one kind of input.

    Attributes
    ----------
    name : text
        What it is.
    front_end : text
        Name of its input, as data.
    fed : Fed
        The same with its power and its standby.
    """

    name: str
    front_end: str
    fed: Fed


class Chapter(NamedTuple):
    """
    The chapter of ride-through.

    Attributes
    ----------
    parts : tuple of Part
        Of the site.
    held : frame
        A row a front end and code: whether it is kept, and the worst that breaks it.
    story : frame
        A row a change of state in the sag, part by part.
    series : frame
        Power over time in the sag.
    """

    parts: tuple[Part, ...]
    held: pl.DataFrame
    story: pl.DataFrame
    series: pl.DataFrame


def study(facility: Facility, computing: float, cooling: float, compressors: float) -> Chapter:
    """
    Study what a site's equipment does in a sag.

    Parameters
    ----------
    facility
        From `facilities.load`.
    computing, cooling, compressors
        Power [W] of racks with their losses, of pumps and fans, and of chillers.

    Returns
    -------
    Chapter
        The sag is one of `SAG`.
    """
    parts = parts_of(facility, computing, cooling, compressors)
    step = STEPS["voltage_ride_through"]
    depth, lasting = SAG
    voltage = disturbances.sags(np.array([1.0]), np.array([lasting]), np.array([depth]), HORIZON, step)
    found = passage(facility, parts, voltage, step)
    return Chapter(parts, held(), story(parts, found, 1.0), series(found, voltage, 1.0))


def parts_of(facility: Facility, computing: float, cooling: float, compressors: float) -> tuple[Part, ...]:
    """
    Say behind which inputs a site's load stands.

    Parameters
    ----------
    facility
        From `facilities.load`.
    computing, cooling, compressors
        Power [W] of each.

    Returns
    -------
    tuple of Part
        Computing behind a UPS where its power chain or its supplies have one, else behind batteries in racks where it
        has those, else behind supplies alone; pumps and fans on drives. All is carried by standby sets where it has
        them.
    """
    kinds = {supply.kind for supply in facility.supply.values()}
    stages = {stage.name for stage in facility.power.hall}
    name = "ups_itic" if "ups" in kinds | stages else "rack_battery" if "rack_battery" in kinds else "server_supply"
    loads = zip(NAMES, (name, "drive", "compressor"), (computing, cooling, compressors), strict=True)
    found = []
    for title, front_end, power in loads:
        if power > 0.0:
            end = front_ends.load(front_end)
            # What stopped starts anew on the sets' power as on the grid's.
            again = end.return_delay.si if end.restarts else 0.0
            found.append(Part(title, front_end, Fed(end, power, standby(facility) + again, STANDBY_RETURN)))
    return tuple(found)


def standby(facility: Facility) -> float:
    """
    Give the time [s] from the loss of the grid until standby sets carry load; infinite where a site has none.

    Parameters
    ----------
    facility
        From `facilities.load`.
    """
    sets = [supply for supply in facility.supply.values() if supply.kind == "diesel" and supply.role == "backup"]
    starts = [supply.start_time.si for supply in sets if supply.start_time is not None]
    return STANDBY_SIGNAL + max(starts, default=10.0) if sets else np.inf


def passage(facility: Facility, parts: tuple[Part, ...], voltage: Floats, step: float) -> Passage:
    """
    Follow parts of a site through a trace of voltage at nominal frequency.

    Parameters
    ----------
    facility
        From `facilities.load`.
    parts
        From `parts_of`.
    voltage
        Per unit, every `step`.
    step
        Its step [s].

    Returns
    -------
    Passage
        A column a part.
    """
    groups, trips = front_ends.groups([part.fed for part in parts])
    return machine.passage(groups, trips, voltage, np.full(voltage.size, facility.connection.frequency.si), step)


@cache
def held() -> pl.DataFrame:
    """
    Hold every input of computing against every code that asks for ride-through.

    Returns
    -------
    frame
        A row an input and limit: `kept`, and of the worst event that breaks it `low` and `high` of its band,
        `required_s`, `left_s` and `back_s`; infinite where it stayed, or did not come back.
    """
    names = [name for name in front_ends.names() if front_ends.load(name).role == "computing"]
    groups, trips = front_ends.groups([Fed(front_ends.load(name), 1.0) for name in names])
    rows = []
    for code in codes.names():
        if codes.load(code).status == "equipment":
            continue
        for limit in codes.load(code).limits:
            if not isinstance(limit, RideThrough):
                continue
            quantity = VOLTAGE if limit.kind == "voltage_ride_through" else FREQUENCY
            for_good = np.isinf(limit.curve.time)
            middle = 0.5 * float(limit.curve.low[for_good].min() + limit.curve.high[for_good].max())
            nominal, hertz = (1.0, 60.0) if quantity == VOLTAGE else (middle, middle)
            part, within = limit.recovery or (0.9, np.inf)
            found = disturbances.stays(
                groups, trips, limit.curve, quantity, nominal, hertz, part, within, STEPS[limit.kind]
            )
            rows += [_row(name, code, limit, found, column) for column, name in enumerate(names)]
    return pl.DataFrame(rows)


def _row(name: str, code: str, limit: RideThrough, found: disturbances.Stays, column: int) -> dict[str, object]:
    """Give the event that breaks most: what leaves earliest for what is asked, else what comes back last."""
    kept = found.kept[:, column]
    left, back = found.left[:, column], found.back[:, column]
    short = np.where(np.isinf(left), 0.0, np.minimum(found.required, disturbances.FOR_GOOD) - left)
    worst = int(short.argmax()) if short.max() > 0.0 else int(np.where(np.isinf(back), np.inf, back).argmax())
    return {
        "front_end": name,
        "code": code,
        "of": "voltage" if limit.kind == "voltage_ride_through" else "frequency",
        "kept": bool(kept.all()),
        "events": int(kept.size),
        "broken": int((~kept).sum()),
        "low": float(found.low[worst]),
        "high": float(found.high[worst]),
        "required_s": float(found.required[worst]),
        "left_s": float(left[worst]),
        "back_s": float(back[worst]),
        "within_s": found.within,
    }


def story(parts: tuple[Part, ...], found: Passage, origin: float) -> pl.DataFrame:
    """
    Tell an event as changes of state.

    Parameters
    ----------
    parts
        From `parts_of`.
    found
        From `passage`.
    origin
        Time [s] of the trace that is called zero.

    Returns
    -------
    frame
        In order of time.
    """
    part, times, states = disturbances.departures(found.state, found.step)
    rows = {
        "time_s": times - origin,
        "part": [parts[row].name for row in part],
        "front_end": [parts[row].front_end for row in part],
        "becomes": [_becomes(parts[row], state) for row, state in zip(part, states, strict=True)],
        "power_w": [parts[row].fed.power for row in part],
    }
    return pl.DataFrame(rows, schema_overrides={"part": pl.String, "front_end": pl.String, "becomes": pl.String})


def _becomes(part: Part, state: int) -> str:
    """Say what a part is in; off the grid, it is on its battery or stands still."""
    if state == machine.AWAY:
        return "on its battery" if part.fed.front_end.battery is not None else STOPPED
    return STATES[state]


def series(found: Passage, voltage: Floats, origin: float, every: float = 0.02) -> pl.DataFrame:
    """
    Give power over time of all parts together.

    Parameters
    ----------
    found
        From `passage`.
    voltage
        Its trace.
    origin
        Time [s] of the trace that is called zero.
    every
        Time [s] between rows that are kept; means of power, the lowest of voltage.

    Returns
    -------
    frame
        Voltage, and power from each source.
    """
    size = round(every / found.step)
    whole = voltage.size // size * size
    flows = {"drawn_w": found.drawn, "held_w": found.held, "battery_w": found.battery}
    flows |= {"standby_w": found.standby, "missing_w": found.missing}
    means = {name: flow[:whole].sum(axis=1).reshape(-1, size).mean(axis=1) for name, flow in flows.items()}
    time = every * np.arange(whole // size) - origin
    return pl.DataFrame({"time_s": time, "voltage_pu": voltage[:whole].reshape(-1, size).min(axis=1), **means})
