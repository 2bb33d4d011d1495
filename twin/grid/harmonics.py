"""
Harmonics of rectifiers at a connection: impedance over frequency, resonances, voltages and currents against limits.

Balanced, one phase, per unit of a common base: the host grid behind its short-circuit impedance, main transformers,
cables of the campus, capacitor banks. Sources are currents, and no load damps: peaks at resonances are upper bounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import argrelmax

from twin.arrays import Floats, Integers
from twin.site import Connection

BASE = 100e6
"""Base of powers [V*A]; any will do."""

HIGHEST_ORDER = 50
"""Order up to which limits are set (IEEE 519)."""

SHARPNESS = 2.0
"""Impedance over its own without capacitance [1] from which a peak is told as a resonance."""

UNALIKE = ((5.0, 1.0), (10.5, 1.4), (np.inf, 2.0))
"""Orders below which harmonics of many sources add up with an exponent [1] (IEC/TR 61000-3-6, second summation law)."""

SKIN = 0.5
"""Exponent [1] with which resistances rise with order: of skin effect in conductors much thicker than the skin."""


class Network(NamedTuple):
    """
    One point of connection and what hangs below it.

    Attributes
    ----------
    frequency : [Hz]
        Nominal.
    host_resistance, host_reactance : [1]
        Of the host grid at nominal frequency, per unit of `BASE`.
    transformer_resistance, transformer_reactance : [1]
        Of all main transformers of the point in parallel; zero where the load hangs at the point.
    host_charging : [1]
        Capacitive susceptance at the point of connection at nominal frequency: lines, cables, filters.
    campus_charging : [1]
        Capacitive susceptance at the campus bus at nominal frequency: cables and capacitor banks.
    """

    frequency: float
    host_resistance: float
    host_reactance: float
    transformer_resistance: float
    transformer_reactance: float
    host_charging: float
    campus_charging: float


class Scan(NamedTuple):
    """
    Impedances over frequency, per unit of `BASE`.

    Attributes
    ----------
    order : (point,) [1]
        Frequency over the nominal one.
    point, campus : (point,) [1]
        Driving-point impedance at the point of connection and at the campus bus, complex.
    transfer : (point,) [1]
        Voltage at the point of connection for each unit of current at the campus bus, complex.
    """

    order: Floats
    point: Floats
    campus: Floats
    transfer: Floats


class Resonance(NamedTuple):
    """
    A peak of an impedance.

    Attributes
    ----------
    bus : text
        Where it is seen: ``campus`` or ``point``.
    order : [1]
        Frequency over the nominal one.
    impedance : [1]
        There, per unit of `BASE`.
    sharpness : [1]
        Over the impedance without any capacitance.
    """

    bus: str
    order: float
    impedance: float
    sharpness: float


def network(connection: Connection, cable_charging: float, capacitor: float) -> Network:
    """
    Give the network at one of a site's points of connection.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid.
    cable_charging : [V*A]
        Reactive power of the campus cables of one point at nominal voltage.
    capacitor : [V*A]
        Capacitor banks at the campus bus of one point, at nominal voltage.

    Returns
    -------
    Network
        Per unit of `BASE`.
    """
    host = BASE / connection.short_circuit_power
    units = connection.transformers / connection.points
    below = connection.transformer_impedance * BASE / (connection.transformer_rating * units)
    return Network(
        frequency=connection.frequency,
        host_resistance=host / float(np.hypot(1.0, connection.reactance_ratio)),
        host_reactance=host / float(np.hypot(1.0, 1.0 / connection.reactance_ratio)),
        transformer_resistance=below / float(np.hypot(1.0, connection.transformer_reactance_ratio)),
        transformer_reactance=below / float(np.hypot(1.0, 1.0 / connection.transformer_reactance_ratio)),
        host_charging=0.0,
        campus_charging=(cable_charging + capacitor) / BASE,
    )


def scan(of: Network, order: Floats) -> Scan:
    """
    Give impedances over frequency.

    Parameters
    ----------
    of : Network
        From `network`.
    order : (point,) [1]
        Frequency over the nominal one, above zero.

    Returns
    -------
    Scan
        With R h^0.5 + j X h of host and transformers, and B h of capacitances.

    Notes
    -----
    Two buses: Y = [[y_host + b_host + y_t, -y_t], [-y_t, y_t + b_campus]]; impedances are its inverse. A tuned filter
    or a detuned bank is not a plain capacitance.
    """
    skin = order**SKIN
    host = 1.0 / (of.host_resistance * skin + 1j * of.host_reactance * order) + 1j * of.host_charging * order
    below = 1.0 / (of.transformer_resistance * skin + 1j * of.transformer_reactance * order)
    bank = 1j * of.campus_charging * order
    both = (host + below) * (below + bank) - below**2
    return Scan(order, (below + bank) / both, (host + below) / both, below / both)


def resonances(of: Network, highest: float = HIGHEST_ORDER) -> tuple[Resonance, ...]:
    """
    Find parallel resonances as the campus and the point of connection see them.

    Parameters
    ----------
    of : Network
        From `network`.
    highest : [1]
        Order up to which is looked.

    Returns
    -------
    tuple of Resonance
        Peaks of at least `SHARPNESS`, bus by bus in rising order; to a hundredth of an order.
    """
    order = np.arange(1.0, highest, 0.01)
    whole, plain = scan(of, order), scan(of._replace(host_charging=0.0, campus_charging=0.0), order)
    found = []
    for bus in ("campus", "point"):
        size, over = np.abs(getattr(whole, bus)), np.abs(getattr(whole, bus)) / np.abs(getattr(plain, bus))
        peaks: Integers = argrelmax(size)[0]
        found += [
            Resonance(bus, float(order[n]), float(size[n]), float(over[n])) for n in peaks if over[n] >= SHARPNESS
        ]
    return tuple(found)


def voltages(of: Network, order: Floats, current: Floats) -> Floats:
    """
    Give the harmonic voltages at the point of connection that currents of the campus make.

    Parameters
    ----------
    of : Network
        From `network`.
    order : (harmonic,) [1]
        Whole numbers.
    current : (harmonic,) [1]
        At the campus bus, per unit of `BASE` at nominal voltage.

    Returns
    -------
    (harmonic,) [1]
        Over nominal voltage.
    """
    return np.asarray(np.abs(scan(of, order).transfer) * current, dtype=float)


def currents(of: Network, order: Floats, current: Floats) -> Floats:
    """
    Give the harmonic currents that pass the point of connection into the host grid.

    Parameters
    ----------
    of : Network
        From `network`.
    order : (harmonic,) [1]
        Whole numbers.
    current : (harmonic,) [1]
        At the campus bus, per unit of `BASE`.

    Returns
    -------
    (harmonic,) [1]
        Of `BASE`; more than at the campus bus near a resonance.
    """
    host = of.host_resistance * order**SKIN + 1j * of.host_reactance * order
    return np.asarray(np.abs(scan(of, order).transfer / host) * current, dtype=float)


def ideal(pulses: int, highest: int = HIGHEST_ORDER) -> tuple[Floats, Floats]:
    """
    Give the spectrum of a line-commutated rectifier with a smooth direct current.

    Parameters
    ----------
    pulses
        Of its output in a period: 6, 12, 18 ...
    highest
        Order up to which it is given.

    Returns
    -------
    tuple
        Orders k p -+ 1 and their currents over the fundamental [1], 1/h: an upper bound, as commutation rounds the
        edges.
    """
    order = np.array([h for h in range(2, highest + 1) if h % pulses in (1, pulses - 1)], dtype=float)
    return order, 1.0 / order


def together(order: Floats, sources: float) -> Floats:
    """
    Give what of their sum is left where many equal sources add up out of step.

    Parameters
    ----------
    order : (harmonic,) [1]
        Whole numbers.
    sources : [1]
        How many.

    Returns
    -------
    (harmonic,) [1]
        n^(1/a) / n with the exponent a of `UNALIKE`: one below the fifth order, 1 / sqrt(n) above the tenth.
    """
    exponent = np.select([np.asarray(order) < below for below, _ in UNALIKE], [a for _, a in UNALIKE])
    return np.asarray(sources ** (1.0 / exponent - 1.0), dtype=float)


def distortion(parts: Floats) -> float:
    """
    Give a total distortion.

    Parameters
    ----------
    parts : (harmonic,) [1]
        Harmonics over the fundamental, or over nominal.

    Returns
    -------
    [1]
        Root of the sum of squares.
    """
    return float(np.sqrt(np.sum(np.asarray(parts) ** 2)))
