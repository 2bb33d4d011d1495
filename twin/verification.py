"""A run that checks itself: a window of it solved again by the oracle, and how far apart the two are."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from twin import simulate
from twin.record import Record, Snapshot
from twin.simulate import MACRO_STEP, Inputs
from twin.site import Floats, Integers, Site
from twin.thermal import tiles
from twin.workload import LoadTable

ACCEPTED = 0.02
"""Largest difference [K] that the project accepts between a replay and the oracle."""

TOLERANCE = 1e-7
"""Of the oracle's integration [1]: some 1e-5 K of what is compared with `ACCEPTED`."""

LEAST_STATES = 2
"""Watched states that make a window: its start, and one to compare."""


class Difference(NamedTuple):
    """
    How far a replay is from the oracle.

    Attributes
    ----------
    what : text
        Kind of temperature.
    largest : [K]
        Over all of the kind, at the end of every macro step of the window.
    """

    what: str
    largest: float


class Verification(NamedTuple):
    """
    A window of a run, solved again.

    Attributes
    ----------
    begin, seconds : [s]
        The window.
    differences : tuple of Difference
        By kind of temperature.
    largest : [K]
        Of all.
    accepted : [K]
        Largest that the project accepts.
    """

    begin: int
    seconds: int
    differences: tuple[Difference, ...]
    largest: float
    accepted: float

    def as_dict(self) -> dict[str, object]:
        """Give the verification as a manifest has it."""
        return self._asdict() | {"differences": {row.what: row.largest for row in self.differences}}


def window(inputs: Inputs, seed: int, seconds: float) -> range:
    """
    Choose a window of a run at random: around a scheduled change, if there is one after the start.

    Parameters
    ----------
    inputs : Inputs
        Of the run.
    seed : int
        Of the scenario; the same seed gives the same window.
    seconds : [s]
        Its length, in whole macro steps, one at least. The oracle takes about half a second for one of ten thousand
        racks.

    Returns
    -------
    range
        Seconds from its start to its end; all of a run that is shorter.
    """
    length = max(round(seconds / MACRO_STEP), 1) * MACRO_STEP
    last = max(inputs.duration - length, 0) // MACRO_STEP
    random = np.random.default_rng(seed)
    times = [change.time for change in inputs.changes if 0 < change.time < inputs.duration]
    if times:
        before = int(random.integers(length // MACRO_STEP))
        step = min(max(int(random.choice(times)) // MACRO_STEP - before, 0), last)
    else:
        step = int(random.integers(last + 1))
    return range(step * MACRO_STEP, min(step * MACRO_STEP + length, inputs.duration) + 1)


def verify(site: Site, load: LoadTable, inputs: Inputs, record: Record) -> Verification:
    """
    Solve the watched window of a run again.

    Parameters
    ----------
    site : Site
        The site.
    load : LoadTable
        What its racks were asked to do.
    inputs : Inputs
        Times, weather and scheduled changes of the run.
    record : Record
        A run with a watched window.

    Returns
    -------
    Verification
        Temperatures of the replay against `twin.thermal.oracle`, which starts from the replay's own state at the
        window's start and integrates the whole network together. Pumps that coast have their flow held for each second
        in both.

    Raises
    ------
    ValueError
        When the run did not watch two instants at least.
    """
    from twin.thermal import oracle  # an integrator that no replay needs

    if len(record.watched) < LEAST_STATES:
        message = "a run watches its window only if it is told which; see simulate.run"
        raise ValueError(message)
    first, *later = record.watched
    seconds = later[-1].time - first.time
    ahead = tuple(change for change in inputs.changes if first.time < change.time < later[-1].time)
    outdoors = partial(simulate.outdoor_air, site, inputs)
    case = oracle.Case(site, load, ahead, outdoors, first.time, seconds, held_flow=True)
    fitted = np.flatnonzero(site.loops.condenser.fitted)
    start = oracle.Start(record.layout, first.setting, first.thermal, first.plant, first.halls, first.warming)
    answer = oracle.solve(case, start, oracle.Integrator(tolerance=TOLERANCE))
    reached = [(snapshot.time - first.time, _temperatures(snapshot, record, fitted)) for snapshot in later]
    tracks = answer._replace(hot=answer.hot[:, fitted], cold=answer.cold[:, fitted])._asdict()
    differences = tuple(
        Difference(name.replace("_", " "), max(_apart(track[at], found[name]) for at, found in reached))
        for name, track in tracks.items()
    )
    largest = max(difference.largest for difference in differences)
    return Verification(first.time, seconds, differences, largest, ACCEPTED)


def _apart(first: Floats, second: Floats) -> float:
    return float(np.max(np.abs(first - second), initial=0.0))


def _temperatures(snapshot: Snapshot, record: Record, fitted: Integers) -> dict[str, Floats]:
    """Give the replay's temperatures by the oracle's names; condenser water of the loops that have it."""
    thermal, water = snapshot.thermal, snapshot.plant
    rack = tiles.temperatures(record.layout, thermal.rack)[:, record.layout.member]
    return {
        **dict(zip(("chip", "plate", "stream", "worst"), rack[[0, 1, 2, 4]], strict=True)),
        "supply": thermal.supply,
        "back": thermal.back,
        "water": water.water,
        "hot": water.hot[fitted],
        "cold": water.cold[fitted],
        "hall": thermal.air,
    }
