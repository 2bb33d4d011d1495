"""What heat and height leave of a set's rating."""

from __future__ import annotations

import numpy as np

from twin.site import Floats


def site_rating(
    dry_bulb: Floats, pressure: float, free_temperature: float, slope: float, free_pressure: float
) -> Floats:
    r"""
    Give the rating of a set over that on its plate.

    Parameters
    ----------
    dry_bulb : (interval,) [K]
        Air that it takes in, without coolers at the inlet; from 240 to 330 K.
    pressure : [Pa]
        Of the air at the site; from 70 kPa.
    free_temperature : [K]
        Up to which the rating holds.
    slope : [1/K]
        Part of the rating that each kelvin beyond takes.
    free_pressure : [Pa]
        Down to which the rating holds.

    Returns
    -------
    (interval,) [1]
        At most one: what cold air would add is left to the makers' limits of shaft and generator.

    Notes
    -----
    :math:`\min(1, p / p_0) \, (1 - s \max(0, T - T_0))`. A gas turbine swallows a volume, so that its power goes with
    the density of the air, and falls further as hot air takes more work to compress: some 0.7 % a kelvin above 15 degC,
    and in proportion to pressure [1]_. Engines with turbochargers hold their rating to a height and a temperature, and
    then lose it alike [2]_. The efficiency is left as it is at the rating: of turbines it falls by some 3 % per 10 K.

    References
    ----------
    .. [1] ISO 3977-2:1997, Gas turbines, procurement, part 2: standard reference conditions and ratings
    .. [2] ISO 3046-1:2002, Reciprocating internal combustion engines, performance, part 1
    """
    heat = 1.0 - slope * np.maximum(dry_bulb - free_temperature, 0.0)
    return np.asarray(min(1.0, pressure / free_pressure) * np.maximum(heat, 0.0), dtype=float)
