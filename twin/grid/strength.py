"""How strong a connection is: the short-circuit power behind it over the load it carries, in closed form."""

from __future__ import annotations

import math
from typing import NamedTuple

from twin.site import Connection

VOLTAGE_FACTOR = 1.1
"""Of the highest short-circuit currents [1]: above 1 kV, and below where +10 % is allowed (IEC 60909-0, table 1)."""

WEAK, VERY_WEAK = 3.0, 2.0
"""
Short-circuit ratios [1] below which a connection is called weak, and very weak.

Conventions of links with converters (IEEE Std 1204-1997, through secondary sources); no code sets them for loads.
"""


class FaultLevel(NamedTuple):
    """
    A three-phase short circuit at a bus.

    Attributes
    ----------
    power : [V*A]
        Initial symmetrical short-circuit power at nominal voltage.
    current : [A]
        Initial symmetrical short-circuit current.
    reactance_ratio : [1]
        X over R up to the fault.
    """

    power: float
    current: float
    reactance_ratio: float


def one_point(connection: Connection) -> Connection:
    """
    Give one of the equal points of connection with its share of rating and transformers.

    Parameters
    ----------
    connection : Connection
        Of the whole site.

    Returns
    -------
    Connection
        With a single point.
    """
    points = connection.points
    return connection._replace(
        points=1, rating=connection.rating / points, transformers=connection.transformers // points
    )


def at_point(connection: Connection) -> FaultLevel:
    """
    Give the short circuit at a point of connection.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.

    Returns
    -------
    FaultLevel
        At one point, the site itself feeding nothing.

    Notes
    -----
    The host grid's short-circuit power is taken as the initial symmetrical one of IEC 60909-0, c U^2 / Z.
    """
    power = connection.short_circuit_power
    return FaultLevel(power, power / math.sqrt(3.0) / connection.voltage, connection.reactance_ratio)


def at_campus(connection: Connection, transformers: int) -> FaultLevel:
    """
    Give the short circuit at the campus bus behind main transformers side by side.

    Parameters
    ----------
    connection : Connection
        Point of connection, main transformers and host grid.
    transformers : [1]
        Main transformers in service at the point.

    Returns
    -------
    FaultLevel
        At the bus of one point, motors and supplies of the campus feeding nothing.

    Notes
    -----
    S = c / |c e^(j phi) / S_host + K_T z_T / (n S_T)| with the correction of network transformers
    K_T = 0.95 c / (1 + 0.6 x_T); taps at their middle.

    References
    ----------
    .. [1] IEC 60909-0:2016, 6.2 and 6.3.3
    """
    resistance = connection.transformer_load_loss / connection.transformer_rating
    reactance = math.sqrt(connection.transformer_impedance**2 - resistance**2)
    correction = 0.95 * VOLTAGE_FACTOR / (1.0 + 0.6 * reactance)
    behind = correction / (transformers * connection.transformer_rating)
    before = VOLTAGE_FACTOR / connection.short_circuit_power / math.hypot(1.0, connection.reactance_ratio)
    total = before + behind * resistance, before * connection.reactance_ratio + behind * reactance
    power = VOLTAGE_FACTOR / math.hypot(*total)
    return FaultLevel(power, power / math.sqrt(3.0) / connection.campus_voltage, total[1] / total[0])


def called(ratio: float) -> str:
    """
    Name the strength of a connection.

    Parameters
    ----------
    ratio : [1]
        Short-circuit power over the load's active power.

    Returns
    -------
    text
        ``not weak``, ``weak`` or ``very weak``.
    """
    return "very weak" if ratio < VERY_WEAK else "weak" if ratio < WEAK else "not weak"
