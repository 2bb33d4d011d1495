"""What a connection can carry: the nose of its voltage curve, the largest load within limits, and reactive reserves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from twin.errors import FacilityError
from twin.site import Connection, Floats

Solver = Callable[[float], Floats]
"""`twin.grid.network.QUANTITIES` for a load [W]; FacilityError where no power flow has it."""

PCC_VOLTAGE, CAMPUS_VOLTAGE, LOADING = 0, 1, 2
"""Places of what is limited among the quantities."""

NOSE_TOLERANCE = 1e-3
"""Width to which the nose is bisected, over the load begun with [1]."""

DOUBLINGS = 12
"""How often a load is doubled in search of one that nothing carries."""

NO_POWER_FLOW = "no power flow beyond"
PCC_LOW = "voltage at the point of connection"
CAMPUS_LOW = "voltage at the campus bus"
OVERLOAD = "rating of the main transformers"


class Hosting(NamedTuple):
    """
    The largest load of a connection.

    Attributes
    ----------
    load : [W]
        Largest load for which all limits hold; zero where none has.
    binding : text
        Which limit ends there.
    limits : dict of text to float
        Largest load [W] under each limit alone; that of `NO_POWER_FLOW` where the limit is never reached.
    lightest : [W]
        Load below which a voltage is above its range; zero where it never is.
    """

    load: float
    binding: str
    limits: dict[str, float]
    lightest: float


def nose(solver: Solver, start: float) -> float:
    """
    Find the highest load that has a power flow.

    Parameters
    ----------
    solver
        Quantities for a load.
    start : [W]
        Load to begin with.

    Returns
    -------
    [W]
        Bisected to `NOSE_TOLERANCE` of `start` from below; infinite if `DOUBLINGS` of it are carried.

    Raises
    ------
    FacilityError
        When not even no load has one.
    """
    solver(0.0)
    carried, refused = 0.0, start
    for _ in range(DOUBLINGS):
        if not _carries(solver, refused):
            break
        carried, refused = refused, 2.0 * refused
    else:
        return math.inf
    while refused - carried > NOSE_TOLERANCE * start:
        middle = 0.5 * (carried + refused)
        carried, refused = (middle, refused) if _carries(solver, middle) else (carried, middle)
    return carried


def hosting(solver: Solver, connection: Connection, highest: float) -> Hosting:
    """
    Find the largest load for which voltages stay in their range and transformers within their rating.

    Parameters
    ----------
    solver
        Quantities for a load.
    connection : Connection
        Gives the range of voltages, which is asked of the campus bus too.
    highest : [W]
        From `nose`.

    Returns
    -------
    Hosting
        To a millionth of `highest`.

    Notes
    -----
    Voltages fall and loading rises with the load at a lagging power factor, so that each limit is passed once.
    """
    margins: dict[str, Callable[[Floats], float]] = {
        PCC_LOW: lambda values: float(values[PCC_VOLTAGE]) - connection.voltage_low,
        CAMPUS_LOW: lambda values: float(values[CAMPUS_VOLTAGE]) - connection.voltage_low,
        OVERLOAD: lambda values: 1.0 - float(values[LOADING]),
    }
    limits = {name: _passed(solver, margin, highest) for name, margin in margins.items()}
    limits[NO_POWER_FLOW] = highest
    binding = min(limits, key=lambda name: limits[name])
    lightest = _passed(solver, lambda values: float(values[:LOADING].max()) - connection.voltage_high, highest)
    load = limits[binding]
    return Hosting(load if load >= lightest else 0.0, binding, limits, lightest)


def reactive_from_host(connection: Connection, load: float, voltage: Floats) -> Floats:
    """
    Give the reactive power that the host grid delivers at a point held at a voltage.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    load : [W]
        Active power drawn at all points of connection together.
    voltage : (any,) [1]
        At the point, per unit.

    Returns
    -------
    (any,) [var]
        At all points together; NaN where the host grid cannot deliver the active power at this voltage.

    Notes
    -----
    Per unit of the short-circuit power, of an impedance r + j x of size one behind the source voltage E:
    q = -x V^2 + sqrt((E^2 - 2 r p) V^2 - r^2 V^4 - p^2), the upper of two.
    """
    base = connection.short_circuit_power * connection.points
    resistance = 1.0 / math.hypot(1.0, connection.reactance_ratio)
    active, squared = load / base, np.asarray(voltage) ** 2
    under = (connection.source_voltage**2 - 2.0 * resistance * active) * squared
    under = under - (resistance * squared) ** 2 - active**2
    root = np.sqrt(np.where(under >= 0.0, under, np.nan))
    return np.asarray(base * (root - resistance * connection.reactance_ratio * squared), dtype=float)


def reactive_needed(connection: Connection, load: float, voltage: Floats) -> Floats:
    """
    Give what a source of reactive power at the point of connection must give to hold a voltage: the QV curve.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    load : [W]
        Active power drawn at all points of connection together, at the stated power factor.
    voltage : (any,) [1]
        At the point, per unit.

    Returns
    -------
    (any,) [var]
        Positive into the network, for all points together; NaN where the host grid cannot deliver the load.
    """
    drawn = load * math.tan(math.acos(connection.power_factor))
    return np.asarray(drawn - reactive_from_host(connection, load, voltage), dtype=float)


def capacitor(connection: Connection, load: float, voltage: float) -> float:
    """
    Size a capacitor at the point of connection that brings its voltage up to a value.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    load : [W]
        Active power drawn at all points of connection together.
    voltage : [1]
        Wanted at the point, per unit.

    Returns
    -------
    [var]
        Rating at nominal voltage, for all points together; zero where none is needed, NaN where none can do it.
    """
    return capacitor_rating(float(reactive_needed(connection, load, np.array(voltage))), voltage)


def capacitor_rating(needed: float, voltage: float) -> float:
    """
    Give the rating of a capacitor by what it must give at a voltage.

    Parameters
    ----------
    needed : [var]
        Positive into the network; NaN where nothing can hold the voltage.
    voltage : [1]
        Per unit.

    Returns
    -------
    [var]
        At nominal voltage; zero where none is needed, NaN where none can do it.

    Notes
    -----
    A capacitor gives V^2 of its rating.
    """
    return needed if math.isnan(needed) else max(needed, 0.0) / voltage**2


def _carries(solver: Solver, load: float) -> bool:
    try:
        solver(load)
    except FacilityError:
        return False
    return True


def _passed(solver: Solver, margin: Callable[[Floats], float], highest: float) -> float:
    """Give the load [W] up to which a falling margin holds; zero where it never does."""
    if margin(solver(0.0)) <= 0.0:
        return 0.0
    if margin(solver(highest)) >= 0.0:
        return highest
    return float(brentq(lambda load: margin(solver(load)), 0.0, highest, xtol=1e-6 * highest))
