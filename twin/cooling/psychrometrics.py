"""
Moist air: vapour pressure, humidity, wet bulb and enthalpy.

Relations of ASHRAE Fundamentals 2017, chapter 1; enthalpy counts from dry air and liquid water at 0 degrees Celsius and
is taken a kilogram of dry air. Every function takes arrays or single numbers through the same lines.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.arrays import Floats

CELSIUS = 273.15
"""Zero of the Celsius scale [K]."""

TRIPLE_POINT = 273.16
"""Temperature [K] at which the vapour pressures over ice and over water meet."""

MASS_RATIO = 0.621945
"""Molar mass of water over that of dry air [1] (ASHRAE Fundamentals 2017, chapter 1)."""

AIR_HEAT = 1006.0
"""Specific heat of dry air [J/(kg*K)] (same chapter)."""

VAPOUR_HEAT = 1860.0
"""Specific heat of water vapour [J/(kg*K)] (same chapter)."""

EVAPORATION_HEAT = 2.501e6
"""Heat of evaporation at 0 degrees Celsius [J/kg] (same chapter)."""

SUBLIMATION_HEAT = 2.830e6
"""Heat of sublimation at 0 degrees Celsius [J/kg] (same chapter)."""

WATER_HEAT = 4186.0
"""Specific heat of liquid water [J/(kg*K)] (same chapter)."""

ICE_HEAT = 2100.0
"""Specific heat of ice [J/(kg*K)] (same chapter)."""

LOWEST = 173.15
"""Temperature [K] from which vapour pressures are fitted; air with less water has this for its dew point."""

DEW_POINT_STEPS = 4
"""Newton's steps of `dew_point`: enough for 1e-11 K from `LOWEST` to 373 K."""

NEWTON_STEPS = 12
"""Steps of `wet_bulb`: enough for 1e-9 K from the driest air at 60 degrees Celsius."""


def saturation_pressure(temperature: Floats) -> Floats:
    """
    Give the vapour pressure of saturated air.

    Parameters
    ----------
    temperature : (any,) [K]
        Air temperature.

    Returns
    -------
    (any,) [Pa]
        Pressure over ice up to the triple point, over water above.

    Notes
    -----
    ln p is a polynomial in T, with terms in 1/T and ln T. Fitted from 173.15 K to 473.15 K.

    References
    ----------
    .. [1] R. W. Hyland and A. Wexler, ASHRAE Transactions 89(2A), 1983; ASHRAE Fundamentals 2017, chapter 1, eq. 5, 6
    """
    kelvin = np.asarray(temperature, dtype=float)
    ice = 6.3925247 + kelvin * (
        -9.677843e-3 + kelvin * (6.2215701e-7 + kelvin * (2.0747825e-9 - kelvin * 9.484024e-13))
    )
    water = 1.3914993 + kelvin * (-4.8640239e-2 + kelvin * (4.1764768e-5 - kelvin * 1.4452093e-8))
    frozen = kelvin <= TRIPLE_POINT
    inverse = np.where(frozen, -5674.5359, -5800.2206) / kelvin
    logarithm = np.where(frozen, 4.1635019, 6.5459673) * np.log(kelvin)
    return np.asarray(np.exp(inverse + np.where(frozen, ice, water) + logarithm), dtype=float)


def humidity_ratio(vapour_pressure: Floats, pressure: Floats | float) -> Floats:
    """
    Give the humidity ratio of air.

    Parameters
    ----------
    vapour_pressure : (any,) [Pa]
        Partial pressure of the water vapour: relative humidity times `saturation_pressure`.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [kg/kg]
        Water over dry air, by mass.
    """
    return MASS_RATIO * vapour_pressure / (pressure - vapour_pressure)


def humidity_ratio_from_dew_point(dew_point: Floats, pressure: Floats | float) -> Floats:
    """
    Give the humidity ratio of air from its dew point: that of saturated air there.

    Parameters
    ----------
    dew_point : (any,) [K]
        Dew point, or frost point below freezing.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [kg/kg]
        Water over dry air, by mass.
    """
    return humidity_ratio(saturation_pressure(dew_point), pressure)


def dew_point(humidity_ratio: Floats, pressure: Floats | float) -> Floats:
    """
    Give the dew point of air: where it is saturated by the water that it holds.

    Parameters
    ----------
    humidity_ratio : (any,) [kg/kg]
        Water over dry air, by mass.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [K]
        Dew point, or frost point below freezing; not below `LOWEST`.

    Notes
    -----
    The inverse of `humidity_ratio_from_dew_point`. Newton's method on ln p over 1/T, which is nearly straight: its
    slope is the latent heat over the gas constant of vapour.
    """
    vapour = humidity_ratio * pressure / (MASS_RATIO + humidity_ratio)
    wanted = np.log(np.maximum(vapour, saturation_pressure(np.asarray(LOWEST))))
    inverse = np.full(wanted.shape, 1.0 / TRIPLE_POINT)
    for _ in range(DEW_POINT_STEPS):
        excess = np.log(saturation_pressure(1.0 / inverse)) - wanted
        slope = (np.log(saturation_pressure(1.0 / (inverse + 1e-8))) - wanted - excess) / 1e-8
        inverse = inverse - excess / slope
    return np.asarray(1.0 / inverse, dtype=float)


def humidity_ratio_from_wet_bulb(dry_bulb: Floats, wet_bulb: Floats, pressure: Floats | float) -> Floats:
    """
    Give the humidity ratio of air from its wet bulb.

    Parameters
    ----------
    dry_bulb : (any,) [K]
        Air temperature.
    wet_bulb : (any,) [K]
        Wet bulb, not above `dry_bulb`; over ice below 273.15 K.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [kg/kg]
        Water over dry air, by mass; negative where no air has such a wet bulb.

    References
    ----------
    .. [1] ASHRAE Fundamentals 2017, chapter 1, eq. 33 and 35
    """
    return _from_wet_bulb(dry_bulb, wet_bulb, pressure, np.less(wet_bulb, CELSIUS))


def wet_bulb(dry_bulb: Floats, humidity_ratio: Floats, pressure: Floats | float) -> Floats:
    """
    Give the wet bulb of air.

    Parameters
    ----------
    dry_bulb : (any,) [K]
        Air temperature.
    humidity_ratio : (any,) [kg/kg]
        Water over dry air, by mass.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [K]
        Wet bulb; the dry bulb itself where the air is saturated or holds more.

    Notes
    -----
    Newton's method on `humidity_ratio_from_wet_bulb`, from the dry bulb down. Near freezing an ice-covered and a wet
    bulb can both be steady, up to 0.8 K apart in dry air; the ice-covered one is given there. Valid: 200 K to 340 K.
    """
    air = np.asarray(dry_bulb, dtype=float)
    freezing = np.full_like(air, CELSIUS)
    frozen = humidity_ratio < _from_wet_bulb(air, freezing, pressure, np.ones_like(air, dtype=bool))
    bulb = np.where(frozen, np.minimum(air, CELSIUS), air)
    for _ in range(NEWTON_STEPS):
        excess = _from_wet_bulb(air, bulb, pressure, frozen) - humidity_ratio
        slope = (_from_wet_bulb(air, bulb + 1e-3, pressure, frozen) - humidity_ratio - excess) / 1e-3
        bulb = bulb - excess / slope
    return np.asarray(np.minimum(bulb, air), dtype=float)


def enthalpy(dry_bulb: Floats, humidity_ratio: Floats) -> Floats:
    """
    Give the enthalpy of moist air.

    Parameters
    ----------
    dry_bulb : (any,) [K]
        Air temperature.
    humidity_ratio : (any,) [kg/kg]
        Water over dry air, by mass.

    Returns
    -------
    (any,) [J/kg]
        Enthalpy a kilogram of dry air.

    References
    ----------
    .. [1] ASHRAE Fundamentals 2017, chapter 1, eq. 30
    """
    celsius = dry_bulb - CELSIUS
    return AIR_HEAT * celsius + humidity_ratio * (EVAPORATION_HEAT + VAPOUR_HEAT * celsius)


def saturation_enthalpy(temperature: Floats, pressure: Floats | float) -> Floats:
    """
    Give the enthalpy of saturated air.

    Parameters
    ----------
    temperature : (any,) [K]
        Air temperature.
    pressure : (any,) [Pa]
        Air pressure.

    Returns
    -------
    (any,) [J/kg]
        Enthalpy a kilogram of dry air.
    """
    return enthalpy(temperature, humidity_ratio_from_dew_point(temperature, pressure))


def _from_wet_bulb(
    dry_bulb: Floats, wet_bulb: Floats, pressure: Floats | float, frozen: npt.NDArray[np.bool_]
) -> Floats:
    """Give the humidity ratio [kg/kg], the bulb covered with ice where `frozen`."""
    latent = np.where(frozen, SUBLIMATION_HEAT, EVAPORATION_HEAT)
    condensed = np.where(frozen, ICE_HEAT, WATER_HEAT)
    dry, bulb = dry_bulb - CELSIUS, wet_bulb - CELSIUS
    saturated = humidity_ratio_from_dew_point(wet_bulb, pressure)
    taken_up = (latent + (VAPOUR_HEAT - condensed) * bulb) * saturated
    return (taken_up - AIR_HEAT * (dry - bulb)) / (latent + VAPOUR_HEAT * dry - condensed * bulb)
