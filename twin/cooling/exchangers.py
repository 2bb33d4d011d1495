"""
Heat exchangers: effectiveness of counterflow and crossflow, its inverse, and how conductance follows the flows.

A stream is a mass flow times specific heat [W/K]. Transfer units are UA over the lesser stream; the stream ratio is the
lesser stream over the greater. A stream at rest carries no heat; no function divides by it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import i0e

from twin.arrays import Floats

Law = Callable[[Floats, Floats], Floats]
"""Effectiveness [1] from transfer units [1] and stream ratio [1]."""

LEAST_STREAM = 1e-9
"""Stream [W/K] below which a fluid counts as at rest; only keeps divisions finite."""

LEAST_RATIO = 1e-7
"""Stream ratio [1] below which crossflow takes the limit of an endless greater stream; the step there is below 1e-7."""

MOST_UNITS = 40.0
"""Transfer units [1] up to which the crossflow quadrature holds 1e-9; more count as this many."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_NODES, _WEIGHTS = 0.5 * (_NODES + 1.0), 0.5 * _WEIGHTS


def counterflow(transfer_units: Floats, stream_ratio: Floats) -> Floats:
    """
    Give the effectiveness of a counterflow exchanger.

    Parameters
    ----------
    transfer_units : (any,) [1]
        UA over the lesser stream.
    stream_ratio : (any,) [1]
        Lesser stream over the greater.

    Returns
    -------
    (any,) [1]
        Heat over the most that any exchanger could move.

    Notes
    -----
    (1 - e) / (1 - r e) with e = exp(-N (1 - r)), in a form that is smooth through r = 1, where it is N / (1 + N).

    References
    ----------
    .. [1] W. M. Kays and A. L. London, Compact Heat Exchangers, 3rd edition, 1984, chapter 2
    """
    exponent = np.maximum(transfer_units * (1.0 - stream_ratio), 1e-12)
    reduced = transfer_units * (-np.expm1(-exponent) / exponent)
    return np.asarray(reduced / (1.0 + stream_ratio * reduced), dtype=float)


def counterflow_units(effectiveness: float, stream_ratio: float) -> float:
    """
    Give the transfer units that a counterflow exchanger needs.

    Parameters
    ----------
    effectiveness : [1]
        Wanted effectiveness, at least 0 and below 1.
    stream_ratio : [1]
        Lesser stream over the greater.

    Returns
    -------
    [1]
        Transfer units for which `counterflow` gives `effectiveness`.

    Raises
    ------
    ValueError
        When no exchanger has that effectiveness.
    """
    _refuse_impossible(effectiveness)
    gap = max(1.0 - stream_ratio, 1e-12)
    return float(np.log1p(gap * effectiveness / (1.0 - effectiveness)) / gap)


def crossflow(transfer_units: Floats, stream_ratio: Floats) -> Floats:
    """
    Give the effectiveness of a crossflow exchanger with both fluids unmixed.

    Parameters
    ----------
    transfer_units : (any,) [1]
        UA over the lesser stream; more than `MOST_UNITS` count as that many.
    stream_ratio : (any,) [1]
        Lesser stream over the greater.

    Returns
    -------
    (any,) [1]
        Heat over the most that any exchanger could move.

    Notes
    -----
    Nusselt's exact solution, not the fitted power law that is often quoted for it and errs by up to 1 %:
    1/r - 1/(r N) * integral from 0 to N of (1 + N - v) exp(-v - r N) I0(2 sqrt(r N v)) dv, by 24-point Gauss-Legendre
    quadrature, which holds 1e-9 over the whole range.

    References
    ----------
    .. [1] H. D. Baehr and K. Stephan, Heat and Mass Transfer, 3rd edition, 2011, section 1.3.3
    """
    units = np.minimum(np.asarray(transfer_units, dtype=float), MOST_UNITS)[..., np.newaxis]
    ratio = np.maximum(np.asarray(stream_ratio, dtype=float), LEAST_RATIO)[..., np.newaxis]
    along = units * _NODES
    other = ratio * units
    root = 2.0 * np.sqrt(other * along)
    mean = ((1.0 + units - along) * np.exp(root - along - other) * i0e(root)) @ _WEIGHTS
    endless = -np.expm1(-units[..., 0])
    return np.asarray(np.where(np.less(stream_ratio, LEAST_RATIO), endless, (1.0 - mean) / ratio[..., 0]), dtype=float)


def crossflow_units(effectiveness: float, stream_ratio: float) -> float:
    """
    Give the transfer units that a crossflow exchanger needs.

    Parameters
    ----------
    effectiveness : [1]
        Wanted effectiveness, at least 0 and below 1.
    stream_ratio : [1]
        Lesser stream over the greater.

    Returns
    -------
    [1]
        Transfer units for which `crossflow` gives `effectiveness`.

    Raises
    ------
    ValueError
        When no exchanger of up to `MOST_UNITS` has that effectiveness.
    """
    _refuse_impossible(effectiveness)
    ratio = np.asarray(stream_ratio, dtype=float)

    def missing(units: float) -> float:
        return float(crossflow(np.asarray(units, dtype=float), ratio)) - effectiveness

    if missing(MOST_UNITS) < 0.0:
        message = f"crossflow reaches an effectiveness of {effectiveness:.4g} only beyond {MOST_UNITS:g} transfer units"
        raise ValueError(message)
    return float(brentq(missing, 0.0, MOST_UNITS, xtol=1e-12))


def heat_rate(law: Law, conductance: Floats, first: Floats, second: Floats) -> Floats:
    """
    Give the heat that an exchanger moves for each kelvin between its two inlets.

    Parameters
    ----------
    law : Callable
        `counterflow` or `crossflow`.
    conductance : (any,) [W/K]
        UA of the exchanger.
    first : (any,) [W/K]
        One stream.
    second : (any,) [W/K]
        The other stream.

    Returns
    -------
    (any,) [W/K]
        Effectiveness times the lesser stream; zero when a stream is at rest.
    """
    lesser = np.minimum(first, second)
    divisor = np.maximum(lesser, LEAST_STREAM)
    return law(conductance / divisor, divisor / np.maximum(np.maximum(first, second), LEAST_STREAM)) * lesser


def film_conductance(conductance: Floats, hot_ratio: Floats, cold_ratio: Floats) -> Floats:
    """
    Give the conductance of a plate exchanger away from its nominal flows.

    Parameters
    ----------
    conductance : (any,) [W/K]
        UA at both nominal flows.
    hot_ratio : (any,) [1]
        Hot flow over its nominal value.
    cold_ratio : (any,) [1]
        Cold flow over its nominal value.

    Returns
    -------
    (any,) [W/K]
        UA at these flows; zero when a flow stops.

    Notes
    -----
    UA0 / (0.5 h^-0.8 + 0.5 c^-0.8): two equal turbulent films in series, wall and fouling neglected. Flow ratios of
    about 0.2 to 1.5; the films turn laminar below.

    References
    ----------
    .. [1] F. W. Dittus and L. M. K. Boelter, 1930 (turbulent film, exponent 0.8); equal films are assumed
    """
    hot, cold = np.power(hot_ratio, 0.8), np.power(cold_ratio, 0.8)
    return conductance * hot * cold / np.maximum(0.5 * (hot + cold), LEAST_STREAM)


def fouled_conductance(conductance: Floats, fouling: Floats) -> Floats:
    """
    Give the conductance of an exchanger with fouled surfaces.

    Parameters
    ----------
    conductance : (any,) [W/K]
        UA of the clean exchanger at its flows, from `film_conductance`.
    fouling : (any,) [K/W]
        Resistance of the deposits on both sides: the sum of fouling factor over area. Zero when clean.

    Returns
    -------
    (any,) [W/K]
        UA with the deposits; zero when a flow stops.

    Notes
    -----
    1 / UA = 1 / UA_clean + R. The films still follow the flows, the deposits do not: a fouled exchanger gains less from
    more flow. Deposits are taken to leave the flow paths open.

    References
    ----------
    .. [1] W. M. Kays and A. L. London, Compact Heat Exchangers, 3rd edition, 1984, chapter 2
    """
    return np.asarray(conductance / (1.0 + conductance * fouling), dtype=float)


def _refuse_impossible(effectiveness: float) -> None:
    if not 0.0 <= effectiveness < 1.0:
        message = f"an exchanger's effectiveness lies from 0 up to 1; got {effectiveness:.4g}"
        raise ValueError(message)
