"""
Air between racks and what cools it: mixing in a hall, coils with water, sidecars.

Racks draw air of the temperature T at their inlets, M_r [W/K] in all, and give it the heat q. Of what they draw, a
part r is their own hot air come back (recirculation); of what the coils blow, M_c, a part b returns unused (bypass).
Mixing before the racks and before the coils then gives

    T_supply = T - r / (1 - r) q / M_r,    T_return = T_supply + q / M_c,    M_c = M_r (1 - r) / (1 - b)

so that the coils see the air at the racks plus a rise that goes with the racks' heat.
"""

from __future__ import annotations

import numpy as np

from twin.cooling import dry_coolers
from twin.cooling.exchangers import crossflow, crossflow_units, heat_rate
from twin.site import Floats

ROUNDING = 1e-9
"""Part of an air stream [1] that is rounding."""

MOST_RECIRCULATION = 1.0 - 1e-6
"""Keeps divisions by the rest [1] finite where coils blow nothing."""


def matching_stream(rack_stream: Floats, recirculation: Floats, bypass: Floats) -> Floats:
    """
    Give the air that coils must blow so that racks get theirs.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks, mass flow times specific heat.
    recirculation : (hall,) [1]
        Part of it that is the racks' own hot air.
    bypass : (hall,) [1]
        Part of the coils' air that returns unused.

    Returns
    -------
    (hall,) [W/K]
        M_r (1 - r) / (1 - b).
    """
    return rack_stream * (1.0 - recirculation) / (1.0 - bypass)


def drawn_back(rack_stream: Floats, coil_stream: Floats, recirculation: Floats, bypass: Floats) -> Floats:
    """
    Give the part of the racks' air that is their own hot air, where coils may blow too little.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks.
    coil_stream : (any, hall) [W/K]
        Air through the coils.
    recirculation : (hall,) [1]
        That part where they blow enough.
    bypass : (hall,) [1]
        Part of the coils' air that returns unused.

    Returns
    -------
    (any, hall) [1]
        As given down to `matching_stream`; below it 1 - (1 - b) M_c / M_r, as racks draw what they need.

    Notes
    -----
    The bypass is held. Where air is short less of it may return unused: then racks are colder than this has them.
    """
    enough = coil_stream >= matching_stream(rack_stream, recirculation, bypass) * (1.0 - ROUNDING)
    short = 1.0 - (1.0 - bypass) * coil_stream / np.maximum(rack_stream, 1e-9)
    return np.where(enough, recirculation, np.minimum(short, MOST_RECIRCULATION))


def supply_fall(rack_stream: Floats, recirculation: Floats) -> Floats:
    """
    Give how far the coils' supply must lie below the air at the racks for each watt in the hot air.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks.
    recirculation : (hall,) [1]
        Part of it that is the racks' own hot air, below 1.

    Returns
    -------
    (hall,) [K/W]
        r / (1 - r) / M_r; zero without any air through racks.

    References
    ----------
    .. [1] R. K. Sharma, C. E. Bash and C. D. Patel, Dimensionless parameters for evaluation of thermal design and
       performance of large-scale data centers, AIAA 2002-3091 (supply heat index, here r)
    """
    through = np.maximum(rack_stream, 1e-9)
    return np.where(rack_stream > 0.0, recirculation / (1.0 - recirculation) / through, 0.0)


def return_rise(rack_stream: Floats, coil_stream: Floats, recirculation: Floats) -> Floats:
    """
    Give the rise of the air that returns to the coils above that at the racks, for each watt in the hot air.

    Parameters
    ----------
    rack_stream : (hall,) [W/K]
        Air through all racks.
    coil_stream : (hall,) [W/K]
        Air through the coils.
    recirculation : (hall,) [1]
        Part of the racks' air that is their own hot air, from `drawn_back`.

    Returns
    -------
    (hall,) [K/W]
        1 / M_c - r / (1 - r) / M_r.

    Notes
    -----
    At the matching stream it is (1 - b - r) / (1 - r) / M_r: neither bypass nor recirculation, and the whole rise of
    the racks' air comes back.
    """
    rise = 1.0 / np.maximum(coil_stream, 1e-9) - supply_fall(rack_stream, recirculation)
    return np.where(rack_stream > 0.0, rise, 0.0)


def coil_conductance(difference: float, air_stream: float, water_stream: float, heat: float) -> float:
    """
    Give the conductance of coils from their design point.

    Parameters
    ----------
    difference : [K]
        Air that returns to the coils, less the water that enters them.
    air_stream : [W/K]
        Air, fans at full speed.
    water_stream : [W/K]
        Water, valve open.
    heat : [W]
        Heat at that point.

    Returns
    -------
    [W/K]
        UA with which `coil_rate` gives `heat`.

    Raises
    ------
    ValueError
        When no coil does this with these streams.
    """
    lesser, greater = sorted((air_stream, water_stream))
    return crossflow_units(heat / (lesser * difference), lesser / greater) * lesser


def coil_rate(
    conductance: Floats, air_stream: Floats, water_stream: Floats, air_ratio: Floats, water_ratio: Floats
) -> Floats:
    """
    Give the heat that coils move for each kelvin between the air and the water that enter them.

    Parameters
    ----------
    conductance : (any,) [W/K]
        UA at both design streams.
    air_stream, water_stream : (any,) [W/K]
        Design streams.
    air_ratio, water_ratio : (any,) [1]
        Flow over design flow.

    Returns
    -------
    (any,) [W/K]
        Effectiveness times the lesser stream; zero without water.

    Notes
    -----
    Crossflow of unmixed fluids, films as those of dry coolers (air^0.8, water^0.85), a dry surface: water colder than
    the air's dew point would take moisture out of the air as well, which is not modelled and which checks of
    facilities refuse.
    """
    films = conductance * dry_coolers.conductance_factor(air_ratio, water_ratio)
    return heat_rate(crossflow, films, water_ratio * water_stream, air_ratio * air_stream)


def sidecar_rate(conductance: Floats, coolant: Floats, air: Floats, flow: Floats, speed: Floats) -> Floats:
    """
    Give the heat that sidecars move for each kelvin between coolant return and hall air.

    Parameters
    ----------
    conductance : (any,) [W/K]
        UA at nominal flow and full speed.
    coolant : (any,) [W/K]
        Coolant at nominal flow.
    air : (any,) [W/K]
        Air at full speed.
    flow : (any,) [1]
        Coolant over nominal flow.
    speed : (any,) [1]
        Fan speed over full speed; below `dry_coolers.STILL_AIR` air still rises by itself.

    Returns
    -------
    (any,) [W/K]
        Effectiveness times the lesser stream, as `coil_rate`; zero without coolant.
    """
    return coil_rate(conductance, air, coolant, np.maximum(speed, dry_coolers.STILL_AIR), flow)
