"""Dry coolers: water against outdoor air in crossflow, and the conductance that follows flows and temperatures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Floats
from twin.cooling.exchangers import crossflow, crossflow_units, heat_rate
from twin.cooling.psychrometrics import AIR_HEAT, CELSIUS

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

MOST_WATER = 1.2
"""Water over design water [1] up to which the law holds: more of it, and pumps would have to push it. Assumed."""

AIR_FILM_SLOPE = 7.8532e-4
"""Rise of the air film's conductance a kelvin [1/K] (Modelica Buildings Library, HADryCoil.mo)."""

WATER_FILM_SLOPE = 0.014
"""Rise of the water film's conductance a kelvin, over that at 0 degrees Celsius [1/K] (same model)."""


class FilmFactors(NamedTuple):
    """
    Conductance of the films away from design temperatures.

    Attributes
    ----------
    air : (loop,) [1]
        Conductance of the air film over that at the design dry bulb.
    water : (loop,) [1]
        Conductance of the water film over that at the design temperature of entering water.
    """

    air: Floats
    water: Floats


AT_DESIGN = FilmFactors(np.asarray(1.0), np.asarray(1.0))
"""Films at design temperatures."""


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


def film_factors(dry_bulb: Floats, water_inlet: Floats, design_dry_bulb: Floats, design_water: Floats) -> FilmFactors:
    """
    Give how the films of a dry cooler follow temperature.

    Parameters
    ----------
    dry_bulb : (loop,) [K]
        Air that enters.
    water_inlet : (loop,) [K]
        Water that enters.
    design_dry_bulb : (loop,) [K]
        The same at the rated point.
    design_water : (loop,) [K]
        The same at the rated point.

    Returns
    -------
    FilmFactors
        Factors on the conductance of the two films, for `conductance_factor`.

    Notes
    -----
    Air 1 + 7.8532e-4 (T - T_design); water 1 + s (T - T_design) with s = 0.014 / (1 + 0.014 T_design), T_design in
    degrees Celsius: 1 % for 13 K of air, and for 1 K of water about 1 %. They change as slowly as the weather and the
    loop, so that a caller may hold them for a minute. For liquid water, not for antifreeze.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/BaseClasses/HADryCoil.mo
    """
    water_slope = WATER_FILM_SLOPE / (1.0 + WATER_FILM_SLOPE * (design_water - CELSIUS))
    return FilmFactors(
        1.0 + AIR_FILM_SLOPE * (dry_bulb - design_dry_bulb), 1.0 + water_slope * (water_inlet - design_water)
    )


def conductance_factor(air_ratio: Floats, water_ratio: Floats, films: FilmFactors = AT_DESIGN) -> Floats:
    """
    Give the conductance of a dry cooler over that at design.

    Parameters
    ----------
    air_ratio : (loop,) [1]
        Air over design air.
    water_ratio : (loop,) [1]
        Water over design water.
    films : FilmFactors
        From `film_factors`; at design temperatures if left out.

    Returns
    -------
    (loop,) [1]
        Factor on UA, never below `FREE_CONVECTION`.

    Notes
    -----
    Two films in series, 1 / (r / ((1 + r) x_w w^0.85) + 1 / ((1 + r) x_a a^0.8)) with r = `FILM_RATIO` and the film
    factors x. Flow ratios up to `MOST_WATER`.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/BaseClasses/DryCoolerUA.mo and
       Fluid/HeatExchangers/BaseClasses/HADryCoil.mo
    """
    air_film = (1.0 + FILM_RATIO) * films.air * np.power(air_ratio, AIR_EXPONENT)
    water_film = (1.0 + FILM_RATIO) / FILM_RATIO * films.water * np.power(water_ratio, WATER_EXPONENT)
    series = air_film * water_film / np.maximum(air_film + water_film, 1e-12)
    return np.asarray(np.maximum(series, FREE_CONVECTION), dtype=float)
