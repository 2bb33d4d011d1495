"""What heat and height leave of ratings: of sets, and of what stands in the way of power."""

from __future__ import annotations

import numpy as np

from twin.site import Floats

SEA_LEVEL = 101_325.0
"""Pressure [Pa] of the standard atmosphere at sea level (ISO 2533)."""

FREE_HEIGHT = 1000.0
"""Height [m] to which electrical parts hold their rating (IEC 60076-1 and IEC 62040-3, as recalled, not verified)."""

HEIGHT_LOSS = {"natural": 3e-5, "forced": 6e-5, "immersed": 4e-5}
"""
Part of the rating that each metre beyond takes [1/m], by what cools a part. Natural air: Eaton for dry transformers,
0.3 % each 100 m; others have 0.5 %. Forced air: IEC 62040-3, 3 % each 500 m, as recalled, not verified; ABB has 1 %
each 100 m for drives (ACS880-107). Liquid-immersed transformers: IEEE C57.91, 0.4 % each 100 m self-cooled and 0.5 %
with fans, as recalled, not verified.
"""


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


def height_rating(pressure: float, cooled: str) -> float:
    r"""
    Give the rating of an electrical part over that on its plate.

    Parameters
    ----------
    pressure : [Pa]
        Mean of the air at the site; from 54 kPa, some 5,000 m.
    cooled : text
        One of `HEIGHT_LOSS`.

    Returns
    -------
    [1]
        One at most.

    Notes
    -----
    :math:`1 - s \max(0, h - 1000)`, with the height h at which the standard atmosphere has the pressure,
    :math:`h = 44331 \, (1 - (p / 101325)^{0.19026})`. Losses at a load are left as they are.

    References
    ----------
    .. [1] ISO 2533:1975, Standard atmosphere
    """
    height = 44_330.8 * (1.0 - (pressure / SEA_LEVEL) ** 0.190263)
    return float(1.0 - HEIGHT_LOSS[cooled] * max(height - FREE_HEIGHT, 0.0))
