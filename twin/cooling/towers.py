"""
Cooling towers: Merkel's model as a counterflow exchanger, its conductance, and what evaporates.

Air at its wet bulb is treated as a fluid whose specific heat is the slope of saturation enthalpy, so that sensible and
latent heat go together. The heat capacity of the water that evaporates is left out, as in Merkel's theory.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling import psychrometrics
from twin.cooling.exchangers import counterflow, counterflow_units, heat_rate
from twin.cooling.psychrometrics import AIR_HEAT, enthalpy, saturation_pressure
from twin.site import Floats

ITERATIONS = 5
"""Steps of the leaving wet bulb: 1e-7 of the heat near design; 0.3 % at a tenth of the air, 30 K above frosty air."""

FREE_CONVECTION = 0.1
"""
Air through a tower with its fans off, over full-speed air [1] (EnergyPlus variable-speed Merkel tower, default).
Callers hold the air flow at or above this part.
"""

AIR_RANGE = (0.1, 1.0)
"""Air over design air [1] for which the correction holds: fitted from 0.2, and within 0.03 at free convection."""

WATER_RANGE = (0.3, 1.0)
"""Water over design water [1] for which the correction is fitted."""

WET_BULB_RANGE = (-10.0, 25.0)
"""Design wet bulb less wet bulb [K] for which the correction is fitted."""

SATURATED_RANGE = (200.0, 345.0)
"""Temperatures [K] between which saturated air is tabulated; outside, heat is not a number."""

_RATIO_SLACK = 0.01
"""Flow ratio [1] that may pass the fitted range unflagged: full flow is rarely exactly one."""

_LEAST_RISE = 0.05
"""Rise [K] over which the slope of saturation enthalpy is taken at least: the step of its table."""


class TowerState(NamedTuple):
    """
    What a tower does.

    Attributes
    ----------
    heat : (loop,) [W]
        Heat from the water to the air; negative where the water is colder than the wet bulb.
    leaving_wet_bulb : (loop,) [K]
        Wet bulb of the air that leaves.
    """

    heat: Floats
    leaving_wet_bulb: Floats


class Correction(NamedTuple):
    """
    Conductance of a tower away from its design point.

    Attributes
    ----------
    factor : (loop,) [1]
        Conductance over that at design.
    inside : (loop,) bool
        Whether all three inputs lie in the fitted range; where false, `factor` is that of the range's nearer end.
    """

    factor: Floats
    inside: npt.NDArray[np.bool_]


class _SaturatedAir(NamedTuple):
    """Enthalpy [J/kg] and humidity ratio [kg/kg] of saturated air over temperature [K]."""

    temperature: Floats
    enthalpy: Floats
    humidity_ratio: Floats


def merkel(
    water_inlet: Floats, water_stream: Floats, air_flow: Floats, conductance: Floats, wet_bulb: Floats, pressure: float
) -> TowerState:
    """
    Give the heat that towers take from their water.

    Parameters
    ----------
    water_inlet : (loop,) [K]
        Water that enters.
    water_stream : (loop,) [W/K]
        Mass flow of water times specific heat.
    air_flow : (loop,) [kg/s]
        Dry air; zero moves no heat.
    conductance : (loop,) [W/K]
        UA, corrected for the flows (`conductance_correction`).
    wet_bulb : (loop,) [K]
        Wet bulb of the air that enters.
    pressure : [Pa]
        Air pressure of the site.

    Returns
    -------
    TowerState
        Heat, and the wet bulb of the leaving air.

    Notes
    -----
    Counterflow with UA * ce / cp and the air stream air_flow * ce, where ce is the rise of saturation enthalpy a kelvin
    between the entering and the leaving wet bulb; a fixed number of steps finds the latter. Water from the wet bulb to
    345 K. Saturation enthalpy is read from a table of 0.05 K steps, to 1e-5 of its value.

    References
    ----------
    .. [1] F. Merkel, Verdunstungskuehlung, VDI-Zeitschrift 70, 1926
    .. [2] EnergyPlus Engineering Reference, variable-speed cooling tower, Merkel model
    """
    saturated = _saturated_air(pressure)
    entering = np.interp(wet_bulb, saturated.temperature, saturated.enthalpy, np.nan, np.nan)
    difference = water_inlet - wet_bulb
    rise = 0.5 * difference
    heat = np.zeros_like(rise)
    for _ in range(ITERATIONS):
        rise = np.where(np.abs(rise) < _LEAST_RISE, _LEAST_RISE, rise)
        leaving = np.interp(wet_bulb + rise, saturated.temperature, saturated.enthalpy, np.nan, np.nan)
        slope = (leaving - entering) / rise
        air_stream = np.maximum(air_flow * slope, 1e-9)
        heat = heat_rate(counterflow, conductance * (slope / AIR_HEAT), water_stream, air_stream) * difference
        rise = heat / air_stream
    return TowerState(heat, wet_bulb + rise)


def merkel_conductance(
    water_inlet: float, water_stream: float, air_flow: float, wet_bulb: float, heat: float, pressure: float
) -> float:
    """
    Give the conductance of a tower from its design point.

    Parameters
    ----------
    water_inlet : [K]
        Wet bulb plus approach plus range.
    water_stream : [W/K]
        Mass flow of water times specific heat.
    air_flow : [kg/s]
        Dry air at full fan speed.
    wet_bulb : [K]
        Design wet bulb.
    heat : [W]
        Design heat: `water_stream` times range.
    pressure : [Pa]
        Air pressure for which the tower is rated.

    Returns
    -------
    [W/K]
        UA with which `merkel` gives `heat`.

    Raises
    ------
    ValueError
        When no tower does this with that air flow.
    """
    saturated = _saturated_air(pressure)
    entering = np.interp(wet_bulb, saturated.temperature, saturated.enthalpy)
    leaving_wet_bulb = float(np.interp(entering + heat / air_flow, saturated.enthalpy, saturated.temperature))
    if not wet_bulb < leaving_wet_bulb < water_inlet:
        message = (
            f"a tower with {air_flow:.6g} kg/s of air cannot take {heat:.6g} W: the air would leave with a wet bulb of "
            f"{leaving_wet_bulb:.2f} K, the water enters at {water_inlet:.2f} K; give more air"
        )
        raise ValueError(message)
    slope = heat / air_flow / (leaving_wet_bulb - wet_bulb)
    lesser, greater = sorted((water_stream, air_flow * slope))
    effectiveness = heat / (lesser * (water_inlet - wet_bulb))
    return counterflow_units(effectiveness, lesser / greater) * lesser * AIR_HEAT / slope


def conductance_correction(air_ratio: Floats, water_ratio: Floats, wet_bulb_shortfall: Floats) -> Correction:
    """
    Give the conductance of a tower away from its design point.

    Parameters
    ----------
    air_ratio : (loop,) [1]
        Air over design air.
    water_ratio : (loop,) [1]
        Water over design water.
    wet_bulb_shortfall : (loop,) [K]
        Design wet bulb less wet bulb.

    Returns
    -------
    Correction
        Factor on UA, and whether the inputs are in range.

    Notes
    -----
    (1.3 a - 0.3 a^2) (0.1082 + 1.667 w - 0.7713 w^2) (1 + 0.0081 d); ranges `AIR_RANGE`, `WATER_RANGE`,
    `WET_BULB_RANGE`.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/Data/Merkel/BaseClasses/UACorrection.mo
    """
    air = np.clip(air_ratio, *AIR_RANGE)
    water = np.clip(water_ratio, *WATER_RANGE)
    shortfall = np.clip(wet_bulb_shortfall, *WET_BULB_RANGE)
    factor = air * (1.3 - 0.3 * air) * (0.1082 + water * (1.667 - 0.7713 * water)) * (1.0 + 0.0081 * shortfall)
    beyond = np.maximum(np.abs(air - air_ratio), np.abs(water - water_ratio))
    inside = (beyond <= _RATIO_SLACK) & (shortfall == wet_bulb_shortfall)
    return Correction(factor, inside)


def evaporation(heat: Floats, air_flow: Floats, dry_bulb: Floats, humidity_ratio: Floats, pressure: float) -> Floats:
    """
    Give the water that towers evaporate.

    Parameters
    ----------
    heat : (loop,) [W]
        Heat from water to air.
    air_flow : (loop,) [kg/s]
        Dry air; at rest, nothing evaporates.
    dry_bulb : (loop,) [K]
        Air that enters.
    humidity_ratio : (loop,) [kg/kg]
        Water over dry air of the air that enters.
    pressure : [Pa]
        Air pressure of the site.

    Returns
    -------
    (loop,) [kg/s]
        Water taken up by the air; negative where air condenses on colder water.

    Notes
    -----
    The air leaves saturated, with the heat added to its enthalpy: air_flow * (W_saturated(leaving) - W_entering). Some
    1.6 litres a kWh in dry heat and 0.8 in frost: a constant would be wrong by a factor of two.

    References
    ----------
    .. [1] ASHRAE Handbook, HVAC Systems and Equipment 2020, chapter 40, cooling towers
    """
    saturated = _saturated_air(pressure)
    leaving = enthalpy(dry_bulb, humidity_ratio) + heat / np.maximum(air_flow, 1e-9)
    taken_up = np.interp(leaving, saturated.enthalpy, saturated.humidity_ratio, np.nan, np.nan) - humidity_ratio
    return np.asarray(np.where(np.greater(air_flow, 0.0), air_flow * taken_up, 0.0), dtype=float)


@lru_cache(maxsize=64)
def _saturated_air(pressure: float) -> _SaturatedAir:
    """Tabulate saturated air once a pressure: towers are asked every step, and the exact law costs ten times more."""
    temperature, vapour = _saturated_vapour()
    moisture = psychrometrics.humidity_ratio(vapour, pressure)
    return _SaturatedAir(temperature, enthalpy(temperature, moisture), moisture)


@lru_cache(maxsize=1)
def _saturated_vapour() -> tuple[Floats, Floats]:
    """Tabulate the pressure of saturated vapour over temperature: the dear part, which no air pressure changes."""
    steps = round((SATURATED_RANGE[1] - SATURATED_RANGE[0]) / _LEAST_RISE)
    temperature = np.linspace(*SATURATED_RANGE, steps + 1)
    return temperature, saturation_pressure(temperature)
