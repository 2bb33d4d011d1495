"""
Chillers: electric machines by published fits (electric EIR), and machines without a fit by a fraction of Carnot's.

Either law gives a machine at full load; `at_load` gives it at part load. Fits are polynomials in degrees Celsius.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.arrays import Floats
from twin.cooling.dry_coolers import conductance_factor

LEAST_LIFT = 10.0
"""
Least difference between condensing and evaporating temperature [K]: the machine needs a pressure ratio to return oil
and feed its expansion valve. Assumed; a smaller lift counts as this one.
"""

LEAVING_WATER = (277.15, 318.15)
"""
Leaving water [K] for which a constant Carnot fraction is used: 4 degrees Celsius, above freezing, to 45, where
refrigerants of warm-water machines still serve. Assumed.
"""

MOST_LIFT = 60.0
"""Lift [K] beyond which one compressor stage does not serve. Assumed."""

CONDENSER_EFFECTIVENESS = 0.6
"""
Rise of the air through an air-cooled condenser over its condensing temperature less that of entering air [1], at its
rating. Assumed: rises of 6 to 10 K at differences of 10 to 15 K, 0.5 to 0.75.
"""

CELSIUS = 273.15
"""Zero degrees Celsius [K]."""

_LEAST = 1e-9
"""Keeps divisions by a capacity [W] or a part load [1] of zero finite."""


class ChillerState(NamedTuple):
    """
    Performance of chillers.

    Attributes
    ----------
    performance : (loop,) [1]
        Heat taken from the water over electric power (COP).
    inside : (loop,) bool
        Whether temperatures lie within the model's range; where false, the value is that of the range's nearer end in
        lift, and the caller says so.
    """

    performance: Floats
    inside: npt.NDArray[np.bool_]


class LoadCurve(NamedTuple):
    """
    How the power of machines falls with their load.

    Attributes
    ----------
    coefficients : (machine, 3) [1]
        Power over full-load power at these temperatures: 1, p and p^2, with the part load p.
    least : (machine,) [1]
        Part load below which the machine cycles.
    least_unloaded : (machine,) [1]
        Part load down to which it unloads; below, it takes the power of this one.
    most : (machine,) [1]
        Greatest part load.
    motor_share : (machine,) [1]
        Part of the electric power that reaches the condenser: one for a motor that the refrigerant cools.
    """

    coefficients: Floats
    least: Floats
    least_unloaded: Floats
    most: Floats
    motor_share: Floats


class ElectricChillers(NamedTuple):
    """
    Machines with published fits, a row each.

    Attributes
    ----------
    capacity : (machine,) [W]
        Rated heat from the water.
    performance : (machine,) [1]
        Rated heat over electric power.
    rated_leaving : (machine,) [K]
        Leaving water for which the machine is rated.
    rated_entering : (machine,) [K]
        Fluid that enters the condenser at the rating: water, or outdoor air.
    capacity_curve : (machine, 6) [1]
        Capacity over rated (CapFT): 1, x, x^2, y, y^2 and xy, with leaving water x and entering condenser fluid y in
        degrees Celsius.
    power_curve : (machine, 6) [1]
        Power over capacity, over rated (EIRFT), of the same.
    load : LoadCurve
        At part load.
    leaving_range : (machine, 2) [K]
        Leaving water for which the fits hold.
    entering_range : (machine, 2) [K]
        Entering condenser fluid for which they hold.
    evaporator_approach : (machine,) [K]
        Leaving water less evaporating temperature; read only outside the range.
    condenser_approach : (machine,) [K]
        Condensing temperature less entering fluid; read only outside the range.
    """

    capacity: Floats
    performance: Floats
    rated_leaving: Floats
    rated_entering: Floats
    capacity_curve: Floats
    power_curve: Floats
    load: LoadCurve
    leaving_range: Floats
    entering_range: Floats
    evaporator_approach: Floats
    condenser_approach: Floats


class FullLoad(NamedTuple):
    """
    Machines at full load.

    Attributes
    ----------
    capacity : (machine,) [W]
        Heat that they can take from the water.
    performance : (machine,) [1]
        Heat over electric power.
    inside : (machine,) bool
        Whether temperatures lie within the range of the law.
    """

    capacity: Floats
    performance: Floats
    inside: npt.NDArray[np.bool_]


class PartLoad(NamedTuple):
    """
    Machines at the load that is asked of them.

    Attributes
    ----------
    heat : (any, machine) [W]
        Heat from the water: what is asked, up to the capacity.
    power : (any, machine) [W]
        Electric power.
    condenser_heat : (any, machine) [W]
        Heat to the condenser's fluid.
    part_load : (any, machine) [1]
        Load over capacity, up to the machine's greatest.
    held_part_load : (any, machine) [1]
        The same, not below the unloading limit: what the power follows.
    cycling : (any, machine) [1]
        Part of the time that the machine runs.
    """

    heat: Floats
    power: Floats
    condenser_heat: Floats
    part_load: Floats
    held_part_load: Floats
    cycling: Floats


class Mismatch(NamedTuple):
    """
    How far fits miss one at the rated point, where each is one by definition.

    Attributes
    ----------
    capacity : (machine,) [1]
        Capacity curve less one.
    power : (machine,) [1]
        Power curve less one.
    load : (machine,) [1]
        Load curve at full load less one.
    """

    capacity: Floats
    power: Floats
    load: Floats


def carnot(
    fraction: Floats,
    leaving_water: Floats,
    condenser_entering: Floats,
    evaporator_approach: Floats,
    condenser_approach: Floats,
) -> ChillerState:
    """
    Give the full-load performance of chillers from Carnot's.

    Parameters
    ----------
    fraction : (loop,) [1]
        Performance over Carnot's; about 0.5 to 0.6.
    leaving_water : (loop,) [K]
        Water that the chiller delivers.
    condenser_entering : (loop,) [K]
        Fluid that the condenser rejects to: outdoor air, or condenser water.
    evaporator_approach : (loop,) [K]
        Leaving water less evaporating temperature.
    condenser_approach : (loop,) [K]
        Condensing temperature less entering fluid.

    Returns
    -------
    ChillerState
        Performance, and whether it is within the model's range.

    Notes
    -----
    COP = fraction * Te / (Tc - Te). Serves machines without a published fit. `at_load` with a curve of the maker's, or
    with `proportional`, gives part load; start-up is left out.

    References
    ----------
    .. [1] S. Carnot, Reflexions sur la puissance motrice du feu, 1824; the fraction is an assumption of the facility
    """
    lift = condenser_entering + condenser_approach - (leaving_water - evaporator_approach)
    inside = (lift >= LEAST_LIFT) & (lift <= MOST_LIFT)
    inside &= (leaving_water >= LEAVING_WATER[0]) & (leaving_water <= LEAVING_WATER[1])
    limit = _carnot_limit(leaving_water, condenser_entering, evaporator_approach, condenser_approach)
    return ChillerState(fraction * limit, inside)


def thin_air_rise(thin: Floats, approach: Floats) -> Floats:
    """
    Give how much warmer thin air makes air-cooled condensers.

    Parameters
    ----------
    thin : (loop,) [1]
        Density of the air over that at the rating, at the same temperature; from 0.64, some 3,500 m.
    approach : (loop,) [K]
        Condensing temperature less entering air, at the rating.

    Returns
    -------
    (loop,) [K]
        By which the condensing temperature rises, as it would at sea level in air that is warmer by as much.

    Notes
    -----
    The condenser's heat is e C (T_c - T_air), with e = 1 - exp(-UA / C) and the air's heat capacity rate C. Fans move
    the same volume, so that C falls as the density, and UA by `conductance_factor`, with the refrigerant's film in the
    place of the water's: rise = (e_0 / (thin e) - 1) approach, at full heat: a greater one than at part load. What thin
    air takes off the power of the condenser's own fans, 1 or 2 % of the machine's at 2,000 m, is left out.

    References
    ----------
    .. [1] W. M. Kays, A. L. London, Compact Heat Exchangers, 3rd edition, 1984 (effectiveness)
    .. [2] Carrier, Engineering Guide for Altitude Effects (air-cooled condensers take 0.95 of their heat at 762 m, and
           0.80 at 3,050 m; by this law 0.94 and 0.76)
    """
    units = -np.log1p(-CONDENSER_EFFECTIVENESS) * conductance_factor(thin, np.ones_like(thin)) / thin
    return np.asarray((CONDENSER_EFFECTIVENESS / (-np.expm1(-units) * thin) - 1.0) * approach, dtype=float)


def proportional(machines: int) -> LoadCurve:
    """
    Make the curve of machines whose power is proportional to their load.

    Parameters
    ----------
    machines : [1]
        How many.

    Returns
    -------
    LoadCurve
        Constant performance down to no load, no overload, all power to the condenser.
    """
    one = np.ones(machines)
    return LoadCurve(np.tile((0.0, 1.0, 0.0), (machines, 1)), 0.0 * one, 0.0 * one, one, one)


def fits(machines: ElectricChillers, leaving_water: Floats, condenser_entering: Floats) -> tuple[Floats, Floats]:
    """
    Give the fits of electric chillers as they are, inside and outside their range.

    Parameters
    ----------
    machines : ElectricChillers
        A row each.
    leaving_water : (any, machine) [K]
        Water that they deliver.
    condenser_entering : (any, machine) [K]
        Water or outdoor air that enters their condensers.

    Returns
    -------
    tuple of (any, machine) [1] and (any, machine) [1]
        CapFT and EIRFT: capacity over rated, and power over capacity over rated.
    """
    x, y = np.broadcast_arrays(leaving_water - CELSIUS, condenser_entering - CELSIUS)
    terms = np.stack((np.ones_like(x), x, x * x, y, y * y, x * y), axis=-1)
    capacity, power = (
        np.einsum("...k,...k->...", terms, curve) for curve in (machines.capacity_curve, machines.power_curve)
    )
    return capacity, power


def full_load(machines: ElectricChillers, leaving_water: Floats, condenser_entering: Floats) -> FullLoad:
    """
    Give electric chillers at full load.

    Parameters
    ----------
    machines : ElectricChillers
        A row each.
    leaving_water : (any, machine) [K]
        Water that they deliver.
    condenser_entering : (any, machine) [K]
        Water or outdoor air that enters their condensers.

    Returns
    -------
    FullLoad
        Capacity, performance, and whether temperatures lie within each machine's own range.

    Notes
    -----
    Within the range, capacity = rated * CapFT and performance = rated / EIRFT. Outside, performance is that at the
    nearest point of the range times Carnot's here over Carnot's there, which is continuous and, unlike the polynomials,
    cannot turn; the capacity is the nearest point's, less where performance is lower, so that the motor is not asked
    for more power than there. Warm-water plants (18 to 32 degrees Celsius) lie outside of all published fits, which end
    at 13 or below: flagged.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/Chillers/BaseClasses/PartialElectric.mo and ElectricEIR.mo (the fit; the
           law outside is ours)
    """
    leaving = np.clip(leaving_water, machines.leaving_range[:, 0], machines.leaving_range[:, 1])
    entering = np.clip(condenser_entering, machines.entering_range[:, 0], machines.entering_range[:, 1])
    inside = (leaving == leaving_water) & (entering == condenser_entering)
    capacity, power = fits(machines, leaving, entering)
    capacity = np.maximum(capacity, 0.0)
    performance = machines.performance / power
    if not inside.all():
        approaches = machines.evaporator_approach, machines.condenser_approach
        nearest = _carnot_limit(leaving, entering, *approaches)
        scale = np.where(inside, 1.0, _carnot_limit(leaving_water, condenser_entering, *approaches) / nearest)
        capacity, performance = capacity * np.minimum(scale, 1.0), performance * scale
    return FullLoad(machines.capacity * capacity, performance, inside)


def at_load(curve: LoadCurve, full: FullLoad, wanted: Floats) -> PartLoad:
    """
    Give chillers at the load that is asked of them.

    Parameters
    ----------
    curve : LoadCurve
        A row a machine.
    full : FullLoad
        The same machines at full load.
    wanted : (any, machine) [W]
        Heat to be taken from the water of each; zero or less is a machine at rest.

    Returns
    -------
    PartLoad
        Heat, electric power and heat to the condenser.

    Notes
    -----
    p = min(wanted / capacity, most), P = capacity / performance * (d0 + d1 q + d2 q^2) * min(p / least, 1), with
    q = max(p, least_unloaded); heat = min(wanted, capacity); condenser heat = heat + motor_share * P. As in the
    reference library, a machine that is asked for more than its capacity delivers the capacity, at the power of up to
    its greatest part load. The library rounds off each corner of these over about 1 %; here they are sharp.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/Chillers/BaseClasses/PartialElectric.mo
    """
    asked = np.maximum(wanted, 0.0)
    part_load = np.minimum(asked / np.maximum(full.capacity, _LEAST), curve.most)
    held = np.maximum(part_load, curve.least_unloaded)
    cycling = np.minimum(part_load / np.maximum(curve.least, _LEAST), 1.0)
    power = full.capacity / full.performance * _load_factor(curve, held) * cycling
    heat = np.minimum(asked, full.capacity)
    return PartLoad(heat, power, heat + curve.motor_share * power, part_load, held, cycling)


def mismatch(machines: ElectricChillers) -> Mismatch:
    """
    Give how far fits miss one at the rated point.

    Parameters
    ----------
    machines : ElectricChillers
        A row each.

    Returns
    -------
    Mismatch
        Curves less one; some published records miss by a quarter.
    """
    capacity, power = fits(machines, machines.rated_leaving, machines.rated_entering)
    return Mismatch(capacity - 1.0, power - 1.0, _load_factor(machines.load, np.ones(capacity.size)) - 1.0)


def rescaled(machines: ElectricChillers) -> ElectricChillers:
    """
    Scale the fits of machines so that each is one at its rated point.

    Parameters
    ----------
    machines : ElectricChillers
        A row each.

    Returns
    -------
    ElectricChillers
        With the rated capacity and performance at the rated point, and the shape of the curves as published.
    """
    off = mismatch(machines)
    load = machines.load._replace(coefficients=machines.load.coefficients / (1.0 + off.load[:, np.newaxis]))
    return machines._replace(
        capacity_curve=machines.capacity_curve / (1.0 + off.capacity[:, np.newaxis]),
        power_curve=machines.power_curve / (1.0 + off.power[:, np.newaxis]),
        load=load,
    )


def _load_factor(curve: LoadCurve, part_load: Floats) -> Floats:
    constant, linear, square = curve.coefficients.T
    return np.asarray(constant + part_load * (linear + part_load * square), dtype=float)


def _carnot_limit(leaving: Floats, entering: Floats, evaporator_approach: Floats, condenser_approach: Floats) -> Floats:
    """Give Carnot's performance between evaporating and condensing temperature, of `LEAST_LIFT` at least."""
    evaporating = leaving - evaporator_approach
    lift = entering + condenser_approach - evaporating
    return np.asarray(evaporating / np.maximum(lift, LEAST_LIFT), dtype=float)
