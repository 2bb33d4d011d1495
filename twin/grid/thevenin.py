"""The voltage at a point of connection that a fast load makes, behind the host grid's short-circuit impedance."""

from __future__ import annotations

import math

import numpy as np

from twin.arrays import Floats
from twin.errors import StateError
from twin.site import Connection


def voltage(connection: Connection, power: Floats) -> Floats:
    """
    Give the voltage at the point of connection.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    power : (any,) [W]
        Drawn at all points together, at the connection's power factor.

    Returns
    -------
    (any,) [1]
        Per unit, the upper of two solutions.

    Raises
    ------
    StateError
        When a power is beyond the nose of the curve.

    Notes
    -----
    A source E behind r + j x of size one, per unit of the short-circuit power:
    V^4 + (2 (r p + x q) - E^2) V^2 + p^2 + q^2 = 0. Quasi-steady: machines behind the impedance hold their voltage, and
    no regulator acts within the series; the host's own swings are left out.
    """
    resistance = 1.0 / math.hypot(1.0, connection.reactance_ratio)
    reactance = connection.reactance_ratio * resistance
    tangent = math.tan(math.acos(connection.power_factor))
    active = np.asarray(power) / (connection.short_circuit_power * connection.points)
    half = 0.5 * connection.source_voltage**2 - active * (resistance + reactance * tangent)
    inside = half**2 - (active / connection.power_factor) ** 2
    if np.any(inside < 0.0) or np.any(half < 0.0):
        beyond = float(np.max(np.asarray(power)))
        message = (
            f"{beyond / 1e6:,.0f} MW is beyond the nose of the voltage curve; give a stronger host grid or less load"
        )
        raise StateError(message)
    return np.asarray(np.sqrt(half + np.sqrt(inside)), dtype=float)


def sensitivity(connection: Connection) -> float:
    """
    Give by how much the voltage falls with the load, at nominal voltage.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.

    Returns
    -------
    [1/W]
        (r + x tan(phi)) over the short-circuit power.
    """
    resistance = 1.0 / math.hypot(1.0, connection.reactance_ratio)
    tangent = math.tan(math.acos(connection.power_factor))
    return float(
        resistance * (1.0 + connection.reactance_ratio * tangent) / (connection.short_circuit_power * connection.points)
    )
