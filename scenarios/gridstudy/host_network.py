"""A campus on a transmission network: steady state, outages, what it carries, reactive reserves, curtailment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.grid import (
    background,
    contingency,
    day_series,
    host_capacity,
    load_curve,
    reactive_limits,
    reactive_needs,
)
from twin.grid.background import Curtailment
from twin.grid.contingency import Outages
from twin.grid.day_series import DaySeries, Difference
from twin.grid.feeding import Feeding, loaded
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.host_capacity import HostCapacity, Limit
from twin.grid.load_curve import LoadCurve
from twin.grid.reactive_limits import State
from twin.grid.watched import watching
from twin.site import Floats

REACH = 2.0
"""Load over rating [1] up to which limits are sought."""

RESERVE = 0.98
"""Part of the loadability limit [1] at which a campus is studied that is larger than that."""

VOLTAGES = np.linspace(0.8, 1.1, 31)
"""Per unit, of the QV curves."""

LEVELS = np.array([0.4, 0.55, 0.7, 0.85, 1.0])
"""Of what else the network carries, over what its file has [1]."""

DURATION = ((0.0, 1.0), (0.01, 0.94), (0.1, 0.82), (0.5, 0.62), (1.0, 0.42))
"""
Part of the year's hours [1], and the level of the network's own load that is exceeded in it [1].

Assumed, the file's load being the peak: the shape of systems with a summer peak, a load factor of 0.63 (0.55 to 0.7).
"""

HOURS = 8760
LIMITING = 3
"""Outages that bound the load at other levels: the first to bind at the file's own."""

SIZES = np.linspace(0.25, REACH, 15)
"""Of a campus over its rating [1], for the hours of curtailment."""

SAMPLES = 9
"""Loads of each piece of the PV curve."""

CHECKS = 50
"""Seconds of a run that are solved directly beside the curve."""


class Network(NamedTuple):
    """
    A network as a study takes it.

    Attributes
    ----------
    title : text
        For people.
    origin : tuple of text
        Where it comes from, and under which licence.
    grid : HostGrid
        Without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    studied : (bus,)
        Buses whose results mean something.
    branches : (branch,)
        Branches whose results do, and which are taken out.
    synthetic
        Whether it is one of the project's, of which no line is a utility's; a user's own is what the user says.
    """

    title: str
    origin: tuple[str, ...]
    grid: HostGrid
    feeding: Feeding
    studied: Flags
    branches: Flags
    synthetic: bool


class Course(NamedTuple):
    """
    A run on the network.

    Attributes
    ----------
    day : DaySeries
        What it reaches.
    difference : Difference
        From power flows solved directly at random seconds.
    """

    day: DaySeries
    difference: Difference


class HostStudy(NamedTuple):
    """
    Everything that is known of a campus on a network.

    Attributes
    ----------
    network : Network
        With limits where they mean something.
    rating, load : [W]
        The campus's, and that which is studied.
    beyond : bool
        Whether the network cannot carry its own load, so that less is studied.
    curve : LoadCurve
        The network's answer, up to `REACH` of the rating or its end.
    before, with_campus : State
        Without it, and with it.
    at_rest, loaded, tripped : Outages
        Without the campus, with it, and where the outage takes it along.
    capacity : HostCapacity
        What the network carries.
    cutoffs : tuple
        Smaller changes of voltage from which a limit counts, with the first limit then; see `host_capacity.by_cutoff`.
    needed : (2, voltage) [var]
        At `VOLTAGES`, for the load studied and the rating.
    levels : (level,) [W]
        What it carries at `LEVELS`.
    curtailment : Curtailment
        Of `SIZES` in a year.
    course : Course
        None without a run.
    """

    network: Network
    rating: float
    load: float
    beyond: bool
    curve: LoadCurve
    before: State
    with_campus: State
    at_rest: Outages
    loaded: Outages
    tripped: Outages
    capacity: HostCapacity
    cutoffs: tuple[tuple[float, Limit | None], ...]
    needed: Floats
    levels: Floats
    curtailment: Curtailment
    course: Course | None


def study(network: Network, rating: float, load: float, run: Floats | None) -> HostStudy:
    """
    Study a campus on a network.

    Parameters
    ----------
    network
        As its file has it.
    rating
        Of the connection [W].
    load
        Of the campus at which outages are studied [W].
    run
        Power of each second [W], if there is a run.

    Returns
    -------
    HostStudy
        Units keep within their reactive limits throughout.

    Raises
    ------
    FacilityError
        When the network has no power flow without the campus.
    """
    grid = watching(network.grid, network.studied, network.branches)
    network = network._replace(grid=grid)
    feeding, out = network.feeding, np.flatnonzero(network.branches & grid.branches.in_service)
    curve = load_curve.follow(grid, feeding, REACH * rating)
    studied = min(load, RESERVE * curve.end)
    there = loaded(grid, feeding, studied)
    before = reactive_limits.settle(grid)
    with_campus = reactive_limits.settle(there, before)
    at_rest = contingency.single_outages(grid, before, out)
    capacity = host_capacity.capacity(grid, feeding, REACH * rating, (curve, before, at_rest))
    levels = background.capacities(grid, feeding, REACH * rating, LEVELS, limiting(capacity))
    return HostStudy(
        network=network,
        rating=rating,
        load=studied,
        beyond=studied < load,
        curve=curve,
        before=before,
        with_campus=with_campus,
        at_rest=at_rest,
        loaded=contingency.single_outages(there, with_campus, out),
        tripped=contingency.single_outages(grid, _tripped(grid, before, with_campus), out),
        capacity=capacity,
        cutoffs=host_capacity.by_cutoff(grid, feeding, capacity, (curve, before, at_rest)),
        needed=np.array([reactive_needs.reactive_needed(grid, feeding, size, VOLTAGES) for size in (studied, rating)]),
        levels=levels,
        curtailment=background.curtailment(SIZES * rating, LEVELS, levels, hourly()),
        course=None if run is None else _course(curve, run),
    )


def limiting(capacity: HostCapacity) -> Indices:
    """
    Give the outages that bound the load first.

    Parameters
    ----------
    capacity
        From `host_capacity.capacity`.

    Returns
    -------
    (outage,)
        Rows of branches, `LIMITING` of them at most.
    """
    rows = dict.fromkeys(limit.outage for limit in capacity.limits if limit.outage >= 0)
    return np.array(list(rows)[:LIMITING], dtype=int)


def voltage_over_load(found: HostStudy) -> tuple[Floats, Floats]:
    """
    Give the PV curve of each point of connection.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple of (load,) and (load, point)
        Loads [W] up to the curve's end, `SAMPLES` a piece, and voltages [1].
    """
    load = [np.linspace(piece.low, piece.high, SAMPLES) for piece in found.curve.pieces]
    voltage = [
        np.abs(load_curve.voltages(piece, part)[:, found.network.feeding.bus])
        for piece, part in zip(found.curve.pieces, load, strict=True)
    ]
    return np.concatenate(load), np.concatenate(voltage)


def hourly() -> Floats:
    """
    Give the assumed level of the network's own load in each hour of a year.

    Returns
    -------
    (hour,)
        In falling order, at the middles of `HOURS` equal parts of `DURATION`.
    """
    part, level = zip(*DURATION, strict=True)
    return np.interp((np.arange(HOURS) + 0.5) / HOURS, part, level)


def _tripped(grid: HostGrid, before: State, with_campus: State) -> State:
    """Give the state just after the campus has left: units that stood at a limit still do."""
    return reactive_limits.settle(grid, State(before.voltage, with_campus.standing), limits=False)


def _course(curve: LoadCurve, run: Floats) -> Course | None:
    """Put a run through the curve; None where none of its seconds lies on it."""
    if run.min() > curve.end:
        return None
    return Course(day_series.evaluate(curve, run), day_series.check(curve, run, CHECKS))
