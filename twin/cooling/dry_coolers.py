"""Dry coolers: water against outdoor air in crossflow, and the conductance that follows the flows."""

from __future__ import annotations

import numpy as np

from twin.cooling.exchangers import crossflow, crossflow_units, heat_rate
from twin.cooling.psychrometrics import AIR_HEAT
from twin.site import Floats

AIR_EXPONENT, WATER_EXPONENT = 0.8, 0.85
"""Exponents [1] of the two films' conductance over their flow."""

FILM_RATIO = 0.5
"""Conductance of the air film over that of the water film [1], at design flows."""

FREE_CONVECTION = 0.125
"""Part [1] of the design conductance that is left with the fans off."""

STILL_AIR = 0.047
"""
Air through a cooler with its fans off, over full-speed air [1]: the flow for which the law below gives
`FREE_CONVECTION` with full water. Callers hold the air flow at or above this part. Derived.
"""


def dry_cooler(
    water_inlet: Floats, water_stream: Floats, air_flow: Floats, conductance: Floats, dry_bulb: Floats
) -> Floats:
    """
    Give the heat that dry coolers take from their water.

    Parameters
    ----------
    water_inlet : (loop,) [K]
        Water that enters.
    water_stream : (loop,) [W/K]
        Mass flow of water times specific heat.
    air_flow : (loop,) [kg/s]
        Dry air; zero moves no heat.
    conductance : (loop,) [W/K]
        UA, corrected for the flows (`conductance_factor`).
    dry_bulb : (loop,) [K]
        Air that enters.

    Returns
    -------
    (loop,) [W]
        Heat from water to air; negative where the air is warmer.

    Notes
    -----
    Effectiveness of crossflow with both fluids unmixed; the vapour's part of the air's heat capacity (1 to 3 %) is left
    out.
    """
    return heat_rate(crossflow, conductance, water_stream, air_flow * AIR_HEAT) * (water_inlet - dry_bulb)


def dry_cooler_conductance(
    water_inlet: float, water_stream: float, air_flow: float, dry_bulb: float, heat: float
) -> float:
    """
    Give the conductance of a dry cooler from its rated point.

    Parameters
    ----------
    water_inlet : [K]
        Water that enters.
    water_stream : [W/K]
        Mass flow of water times specific heat.
    air_flow : [kg/s]
        Dry air at full fan speed.
    dry_bulb : [K]
        Air that enters.
    heat : [W]
        Rated heat.

    Returns
    -------
    [W/K]
        UA with which `dry_cooler` gives `heat`.

    Raises
    ------
    ValueError
        When no cooler does this with that air flow.
    """
    lesser, greater = sorted((water_stream, air_flow * AIR_HEAT))
    effectiveness = heat / (lesser * (water_inlet - dry_bulb))
    return crossflow_units(effectiveness, lesser / greater) * lesser


def conductance_factor(air_ratio: Floats, water_ratio: Floats) -> Floats:
    """
    Give the conductance of a dry cooler over that at design.

    Parameters
    ----------
    air_ratio : (loop,) [1]
        Air over design air.
    water_ratio : (loop,) [1]
        Water over design water.

    Returns
    -------
    (loop,) [1]
        Factor on UA, never below `FREE_CONVECTION`.

    Notes
    -----
    Two films in series, 1 / (r / ((1 + r) w^0.85) + 1 / ((1 + r) a^0.8)) with r = `FILM_RATIO`. Flow ratios up to about
    1.2. The films' dependence on temperature (2 % for 20 K of air, 10 % for 10 K of water, on its third of the
    resistance) is left out.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/BaseClasses/DryCooler.mo and HADryCoil.mo
    """
    air_film = (1.0 + FILM_RATIO) * np.power(air_ratio, AIR_EXPONENT)
    water_film = (1.0 + FILM_RATIO) / FILM_RATIO * np.power(water_ratio, WATER_EXPONENT)
    series = air_film * water_film / np.maximum(air_film + water_film, 1e-12)
    return np.asarray(np.maximum(series, FREE_CONVECTION), dtype=float)
