"""
A transmission network as arrays: what loaders give, and what power flows, contingencies and dynamics read.

Sites' host grids and a user's own network have this one form. Units that stand at one bus are merged, as a power flow
sees only their sum; parallel branches stay apart, as a contingency takes one of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from twin.site import Floats

Indices = npt.NDArray[np.intp]
"""Rows of a table."""

Flags = npt.NDArray[np.bool_]
"""True where something holds."""


class Buses(NamedTuple):
    """
    Nodes of the network, with what stands at them apart from units.

    Attributes
    ----------
    number : (bus,)
        Number of each in the file that it came from.
    name : (bus,)
        Name; empty where the file has none.
    nominal_voltage : (bus,) [V]
        Line to line.
    load_active, load_reactive : (bus,) [W], [var]
        Of all loads at it, constant in voltage.
    shunt_conductance, shunt_susceptance : (bus,) [W], [var]
        What its shunts draw, and give, at 1 per unit.
    voltage_min, voltage_max : (bus,) [1]
        Limits of normal operation.
    latitude, longitude : (bus,) [deg]
        Place; NaN where unknown.
    """

    number: npt.NDArray[np.int64]
    name: tuple[str, ...]
    nominal_voltage: Floats
    load_active: Floats
    load_reactive: Floats
    shunt_conductance: Floats
    shunt_susceptance: Floats
    voltage_min: Floats
    voltage_max: Floats
    latitude: Floats
    longitude: Floats


class Branches(NamedTuple):
    """
    Lines, cables and transformers, each a pi section behind an ideal transformer at its start.

    Attributes
    ----------
    start, end : (branch,)
        Rows of `Buses`; a transformer's tapped side is its start.
    resistance, reactance, charging : (branch,) [1]
        Series impedance and total charging susceptance, per unit on the network's base power.
    ratio : (branch,) [1]
        Off-nominal turns ratio, 1 for a line.
    phase_shift : (branch,) [rad]
        By which the end lags the start.
    rating, rating_emergency : (branch,) [VA]
        For normal operation and after a contingency; infinite where the file states none.
    transformer : (branch,)
        Whether it is one, rather than a line or cable.
    in_service : (branch,)
        Whether it stands in the network.
    """

    start: Indices
    end: Indices
    resistance: Floats
    reactance: Floats
    charging: Floats
    ratio: Floats
    phase_shift: Floats
    rating: Floats
    rating_emergency: Floats
    transformer: Flags
    in_service: Flags


class Units(NamedTuple):
    """
    Generation in service, merged by bus; each holds the voltage of its bus within its reactive limits.

    Attributes
    ----------
    bus : (unit,)
        Rows of `Buses`, each at most once.
    active, active_max : (unit,) [W]
        What it gives, and may give.
    reactive_min, reactive_max : (unit,) [var]
        Its limits.
    voltage : (unit,) [1]
        What it holds.
    share : (unit,) [1]
        Of a change of load that it takes up; they sum to 1. A single 1 is a single slack.
    """

    bus: Indices
    active: Floats
    active_max: Floats
    reactive_min: Floats
    reactive_max: Floats
    voltage: Floats
    share: Floats


class HostGrid(NamedTuple):
    """
    A transmission network.

    Attributes
    ----------
    base_power : [VA]
        Of the per unit values of branches.
    frequency : [Hz]
        Nominal.
    buses, branches, units
        Its parts.
    reference : int
        Row of the bus whose angle is zero.
    """

    base_power: float
    frequency: float
    buses: Buses
    branches: Branches
    units: Units
    reference: int


Table = TypeVar("Table", Buses, Branches, Units)


def pick(grid: HostGrid, kept: Flags) -> HostGrid:
    """
    Take some buses of a network, and what stands at and between them.

    Parameters
    ----------
    grid : HostGrid
        The network.
    kept : (bus,)
        True for buses that stay, the reference among them.

    Returns
    -------
    HostGrid
        With shares that sum to 1 again, where any unit with a share is left.
    """
    row = np.cumsum(kept) - 1
    branches = rows_of(grid.branches, np.flatnonzero(kept[grid.branches.start] & kept[grid.branches.end]))
    units = rows_of(grid.units, np.flatnonzero(kept[grid.units.bus]))
    return grid._replace(
        buses=rows_of(grid.buses, np.flatnonzero(kept)),
        branches=branches._replace(start=row[branches.start], end=row[branches.end]),
        units=units._replace(bus=row[units.bus], share=units.share / (units.share.sum() or 1.0)),
        reference=int(row[grid.reference]),
    )


def rows_of(table: Table, rows: Indices) -> Table:
    """
    Take some rows of a table.

    Parameters
    ----------
    table : Buses, Branches or Units
        The table.
    rows : (row,)
        Rows to take, in order.

    Returns
    -------
    Buses, Branches or Units
        Of those rows; what they name in other tables is as it was.
    """
    values: list[Any] = [
        tuple(column[row] for row in rows) if isinstance(column, tuple) else column[rows] for column in table
    ]
    return type(table)(*values)
