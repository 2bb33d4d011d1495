"""
A campus below one point of connection: main transformers, feeders, unit substations, and the motors of its plant.

It has the form of any network, so that power flows and outages are those of `twin.grid.power_flow` and
`twin.grid.contingency`. The host grid is its Thevenin equivalent. Loads are constant in voltage, as supplies and drives
are; a motor that starts is a constant impedance, as a locked rotor is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from twin.errors import FacilityError
from twin.grid.host import Branches, Buses, HostGrid, Indices, Units
from twin.grid.power_flow import branch_flows, solve
from twin.site import Connection, Floats

SOURCE, POINT, CAMPUS = range(3)
"""Rows of the first buses; two for each place follow: where its feeders end, and behind its substations."""

TAP_STEP, TAP_REACH = 0.00625, 16
"""Of main transformers: 32 steps of 5/8 % from -10 % to +10 % (IEEE C57.12.10). Assumed."""

TAP_STEPS = 2
"""Corrections of the tap: voltage answers a step by a little more than the step."""

PLACES_FROM = CAMPUS + 1


class Cables(NamedTuple):
    """
    Feeders of the campus, one.

    Attributes
    ----------
    rating : [W]
        That it carries.
    resistance, reactance : [1]
        On its rating.
    charging : [1]
        Susceptance on its rating.
    """

    rating: float
    resistance: float
    reactance: float
    charging: float


class Substations(NamedTuple):
    """
    Unit substations, one.

    Attributes
    ----------
    rating : [VA]
        That it carries.
    resistance, reactance : [1]
        On its rating.
    voltage : [V]
        Behind it.
    """

    rating: float
    resistance: float
    reactance: float
    voltage: float


class Campus(NamedTuple):
    """
    What hangs below one point of connection; places are its halls, then its plant.

    Attributes
    ----------
    connection : Connection
        Of one point, with its own transformers and share of the rating.
    place : tuple of text
        Names.
    load : (place,) [W]
        Behind its substations.
    power_factor : [1]
        Of every load there, lagging.
    feeders : (place,) [1]
        Cables to it; none where the campus voltage is that of its switchboards.
    substations : (place,) [1]
        Units of it.
    cables : Cables
        One of the feeders.
    units : Substations
        One of the units.
    """

    connection: Connection
    place: tuple[str, ...]
    load: Floats
    power_factor: float
    feeders: Floats
    substations: Floats
    cables: Cables
    units: Substations


class Start(NamedTuple):
    """
    Voltages while a motor starts.

    Attributes
    ----------
    before, during : (bus,) [1]
        Magnitudes.
    """

    before: Floats
    during: Floats


def end_of_feeders(place: int) -> int:
    """
    Give the bus at which the feeders of a place end.

    Parameters
    ----------
    place : int
        Its row.

    Returns
    -------
    int
        Row of the bus.
    """
    return PLACES_FROM + 2 * place


def behind_substations(place: int) -> int:
    """
    Give the bus behind the substations of a place.

    Parameters
    ----------
    place : int
        Its row.

    Returns
    -------
    int
        Row of the bus.
    """
    return PLACES_FROM + 2 * place + 1


def network(campus: Campus) -> HostGrid:
    """
    Put a campus together, its main transformers on the tap for which the campus bus is nearest to nominal at half load.

    Parameters
    ----------
    campus : Campus
        What there is.

    Returns
    -------
    HostGrid
        Buses as the module says; branches: the host grid, main transformers, then of each place its feeders and its
        substations, each a branch of its own. A place without feeders, or without substations, has a short line
        instead, so that rows keep their meaning.

    Raises
    ------
    FacilityError
        When there is no power flow at half load.
    """
    half, tap = campus._replace(load=0.5 * campus.load), 0
    for _ in range(TAP_STEPS):
        high = np.abs(solve(_assembled(half, 1.0 + tap * TAP_STEP)).voltage[CAMPUS]) - 1.0
        tap = min(max(tap + round(high / TAP_STEP), -TAP_REACH), TAP_REACH)
    return _assembled(campus, 1.0 + tap * TAP_STEP)


def _assembled(campus: Campus, ratio: float) -> HostGrid:
    connection = campus.connection
    places, base = len(campus.place), connection.transformer_rating
    count = PLACES_FROM + 2 * places
    behind = np.array([behind_substations(place) for place in range(places)], dtype=np.intp)
    active, reactive = np.zeros(count), np.zeros(count)
    active[behind] = campus.load
    reactive[behind] = campus.load * math.tan(math.acos(campus.power_factor))
    shunt = np.zeros(count)
    shunt[CAMPUS] = connection.transformers * connection.transformer_no_load_loss
    names: tuple[str, ...] = ("source", "point of connection", "campus bus")
    names += tuple(f"{place}, {where}" for place in campus.place for where in ("feeders", "substations"))
    volts = np.full(count, connection.campus_voltage)
    volts[: POINT + 1] = connection.voltage
    volts[behind] = np.where(campus.substations > 0, campus.units.voltage, connection.campus_voltage)
    nowhere = np.full(count, np.nan)
    buses = Buses(
        np.arange(count),
        names,
        volts,
        active,
        reactive,
        shunt,
        np.zeros(count),
        np.full(count, connection.voltage_low),
        np.full(count, connection.voltage_high),
        nowhere,
        nowhere,
    )
    units = Units(
        np.array([SOURCE]),
        np.zeros(1),
        np.full(1, np.inf),
        np.full(1, -np.inf),
        np.full(1, np.inf),
        np.array([connection.source_voltage]),
        np.ones(1),
    )
    return HostGrid(base, connection.frequency, buses, _branches(campus, ratio), units, SOURCE)


def _branches(campus: Campus, ratio: float) -> Branches:
    """Branches as rows: start, end, resistance, reactance, charging on the base, ratio, rating, transformer."""
    connection = campus.connection
    base = connection.transformer_rating
    host = base / connection.short_circuit_power / math.hypot(1.0, connection.reactance_ratio)
    resistance = connection.transformer_load_loss / base
    reactance = math.sqrt(connection.transformer_impedance**2 - resistance**2)
    rows: list[tuple[float, ...]] = [(SOURCE, POINT, host, host * connection.reactance_ratio, 0.0, 1.0, np.inf, 0)]
    rows += [(POINT, CAMPUS, resistance, reactance, 0.0, ratio, base, 1)] * round(connection.transformers)
    cable, unit = campus.cables, campus.units
    on_cable, on_unit = base / cable.rating, base / unit.rating
    link = (1e-6, 1e-5, 0.0, 1.0, np.inf, 0)
    feeder = (
        cable.resistance * on_cable,
        cable.reactance * on_cable,
        cable.charging / on_cable,
        1.0,
        cable.rating,
        0,
    )
    transformer = (unit.resistance * on_unit, unit.reactance * on_unit, 0.0, 1.0, unit.rating, 1)
    for place in range(len(campus.place)):
        ends = (CAMPUS, end_of_feeders(place), behind_substations(place))
        for start, end, number, one in (
            (*ends[:2], campus.feeders[place], feeder),
            (*ends[1:], campus.substations[place], transformer),
        ):
            rows += [(start, end, *(one if number > 0 else link))] * max(round(number), 1)
    table = np.array(rows).T
    return Branches(
        table[0].astype(np.intp),
        table[1].astype(np.intp),
        table[2],
        table[3],
        table[4],
        table[5],
        np.zeros(table.shape[1]),
        table[6],
        table[6],
        table[7] > 0,
        np.ones(table.shape[1], dtype=np.bool_),
    )


def loadings(grid: HostGrid) -> tuple[Floats, Floats]:
    """
    Solve a campus.

    Parameters
    ----------
    grid : HostGrid
        From `network`.

    Returns
    -------
    voltage : (bus,) [1]
        Magnitudes.
    loading : (branch,) [1]
        Apparent power over rating at the higher end; zero where there is no rating.

    Raises
    ------
    FacilityError
        When there is no power flow.
    """
    solved = solve(grid)
    flows = branch_flows(grid, solved.voltage)
    return np.abs(solved.voltage), np.maximum(*np.abs(flows)) / grid.branches.rating


def members(grid: HostGrid, start: int, end: int) -> Indices:
    """
    Give the branches between two buses.

    Parameters
    ----------
    grid : HostGrid
        The network.
    start, end : int
        Rows of buses.

    Returns
    -------
    (branch,)
        Rows.
    """
    return np.flatnonzero((grid.branches.start == start) & (grid.branches.end == end))


def without(grid: HostGrid, branch: int) -> HostGrid:
    """
    Take a branch out.

    Parameters
    ----------
    grid : HostGrid
        The network.
    branch : int
        Its row.

    Returns
    -------
    HostGrid
        The same otherwise.
    """
    there = grid.branches.in_service.copy()
    there[branch] = False
    return grid._replace(branches=grid.branches._replace(in_service=there))


def motor_start(grid: HostGrid, bus: int, apparent: float, power_factor: float) -> Start | None:
    r"""
    Start a motor beside all load.

    Parameters
    ----------
    grid : HostGrid
        From `network`.
    bus : int
        Where it hangs.
    apparent : [VA]
        That it draws at nominal voltage while it starts: of a squirrel-cage motor across the line five to seven times
        its rating.
    power_factor : [1]
        Of that: about 0.2 across the line.

    Returns
    -------
    Start or none
        None where no power flow is left: the start brings the voltage down.

    Notes
    -----
    A locked rotor is a constant impedance, so that it draws :math:`S U^2`. On a source of short-circuit power
    :math:`S_k` behind a reactance the voltage falls to about :math:`S_k / (S_k + S)` [1]_.

    References
    ----------
    .. [1] IEEE Std 3002.7-2018, motor-starting studies
    """
    before = np.abs(solve(grid).voltage)
    conductance, susceptance = grid.buses.shunt_conductance.copy(), grid.buses.shunt_susceptance.copy()
    conductance[bus] += apparent * power_factor
    susceptance[bus] -= apparent * math.sqrt(1.0 - power_factor**2)
    buses = grid.buses._replace(shunt_conductance=conductance, shunt_susceptance=susceptance)
    try:
        during = solve(grid._replace(buses=buses)).voltage
    except FacilityError:
        return None
    return Start(before, np.abs(during))
