"""
Cooling towers by fitted curves: YorkCalc and CoolTools give the approach from range, wet bulb and flow ratios.

Fits to towers of one make, for checks against published cases and for sites that state such a tower. They do not
extrapolate: outside the limits of a curve use `towers.merkel`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.polynomial import polyval2d, polyval3d
from scipy.optimize import brentq

from twin.cooling.psychrometrics import CELSIUS
from twin.site import Floats

FREE_CONVECTION = 0.125
"""
Part [1] of a full fan's cooling that is left with the fans off (EnergyPlus variable-speed tower, default; YorkCalc.mo
of the Modelica Buildings Library).
"""

LEAST_AIR = 0.2
"""
Air over design air [1] below which fans run on and off (EnergyPlus variable-speed tower, default least air flow).
Held in the design of a curve tower, whose fit does not reach still air.
"""

NEWTON_STEPS = 6
"""Steps that find the range to rounding, 1e-13 K, within the limits of both curves; four leave 1e-9 K."""

YORK_CALC_COEFFICIENTS = (
    -0.359741205,
    -0.055053608,
    0.0023850432,
    0.173926877,
    -0.0248473764,
    0.00048430224,
    -0.005589849456,
    0.0005770079712,
    -1.342427256e-05,
    2.84765801111111,
    -0.121765149,
    0.0014599242,
    1.680428651,
    -0.0166920786,
    -0.0007190532,
    -0.025485194448,
    4.87491696e-05,
    2.719234152e-05,
    -0.0653766255555556,
    -0.002278167,
    0.0002500254,
    -0.0910565458,
    0.00318176316,
    3.8621772e-05,
    -0.0034285382352,
    8.56589904e-06,
    -1.516821552e-06,
)
"""
Coefficients of the YorkCalc approach [K, degC]: powers 0 to 2 of the wet bulb fastest, then of the range, then of water
over air (EnergyPlus Engineering Reference, variable-speed cooling tower; Modelica Buildings Library, yorkCalc.mo).
"""

COOL_TOOLS_COEFFICIENTS = (
    0.52049709836241,
    -10.617046395344,
    10.7292974722538,
    -2.74988377158227,
    4.73629943913743,
    -8.25759700874711,
    1.57640938114136,
    6.51119643791324,
    1.50433525206692,
    -3.2888529287801,
    0.0257786145353773,
    0.182464289315254,
    -0.0818947291400898,
    -0.215010003996285,
    0.0186741309635284,
    0.0536824177590012,
    -0.00270968955115031,
    0.00112277498589279,
    -0.00127758497497718,
    7.60420796601607e-05,
    1.43600088336017,
    -0.5198695909109,
    0.117339576910507,
    1.50492810819924,
    -0.135898905926974,
    -0.152577581866506,
    -0.0533843828114562,
    0.00493294869565511,
    -0.00796260394174197,
    0.000222619828621544,
    -0.0543952001568055,
    0.00474266879161693,
    -0.0185854671815598,
    0.00115667701293848,
    0.000807370664460284,
)
"""
Coefficients of the CoolTools cross-flow approach [K, degC]: the 35 terms of a cubic, powers of air fastest, then of
water, of the wet bulb and of the range (EnergyPlus Engineering Reference, variable-speed cooling tower).
"""

_CUBIC = tuple(
    (air, water, bulb, power)
    for power in range(4)
    for bulb in range(4 - power)
    for water in range(4 - power - bulb)
    for air in range(4 - power - bulb - water)
)
"""Powers of air, water, wet bulb and range in the order of `COOL_TOOLS_COEFFICIENTS`."""

# Axes: water over air, wet bulb, range; and air, water, wet bulb, range
_YORK_CALC = np.array(YORK_CALC_COEFFICIENTS).reshape(3, 3, 3).transpose(0, 2, 1)
_COOL_TOOLS = np.zeros((4, 4, 4, 4))
_COOL_TOOLS[tuple(np.transpose(_CUBIC))] = COOL_TOOLS_COEFFICIENTS


class Curve(NamedTuple):
    """
    A fitted curve of the approach, and where it was fitted.

    Attributes
    ----------
    polynomial : Callable
        Coefficients of the approach [K] in powers of the range [K], (power, loop), from the air ratio [1], the water
        ratio [1] and the wet bulb [degC].
    wet_bulb : [K]
        Least and greatest wet bulb.
    water_range : [K]
        Least and greatest range.
    approach : [K]
        Least and greatest approach.
    water_ratio : [1]
        Least and greatest water over reference water.
    water_over_air : [1]
        Greatest ratio of the two flow ratios.
    """

    polynomial: Callable[[Floats, Floats, Floats], Floats]
    wet_bulb: tuple[float, float]
    water_range: tuple[float, float]
    approach: tuple[float, float]
    water_ratio: tuple[float, float]
    water_over_air: float


class Approach(NamedTuple):
    """
    Approach of towers.

    Attributes
    ----------
    approach : (loop,) [K]
        Leaving water less wet bulb.
    inside : (loop,) bool
        Whether wet bulb, range, approach, water ratio and water over air all lie in the fitted limits.
    """

    approach: Floats
    inside: npt.NDArray[np.bool_]


class CurveTowerState(NamedTuple):
    """
    What a tower does.

    Attributes
    ----------
    heat : (loop,) [W]
        Heat from the water to the air; never negative.
    inside : (loop,) bool
        Whether the curve was used within its fitted limits.
    """

    heat: Floats
    inside: npt.NDArray[np.bool_]


def _york_calc(air_ratio: Floats, water_ratio: Floats, wet_bulb: Floats) -> Floats:
    return np.asarray(polyval2d(water_ratio / air_ratio, wet_bulb, _YORK_CALC), dtype=float)


def _cool_tools(air_ratio: Floats, water_ratio: Floats, wet_bulb: Floats) -> Floats:
    return np.asarray(polyval3d(air_ratio, water_ratio, wet_bulb, _COOL_TOOLS), dtype=float)


CURVES = {
    "york_calc": Curve(_york_calc, (238.75, 299.85), (1.1, 22.2), (1.1, 40.0), (0.75, 1.25), 8.0),
    "cool_tools": Curve(_cool_tools, (272.15, 299.85), (1.1, 11.1), (1.1, 11.1), (0.75, 1.25), np.inf),
}
"""Curves by name, with their limits (EnergyPlus Engineering Reference, variable-speed cooling tower)."""


def approach(curve: Curve, water_range: Floats, wet_bulb: Floats, water_ratio: Floats, air_ratio: Floats) -> Approach:
    """
    Give the approach of towers that cool their water by a given range.

    Parameters
    ----------
    curve : Curve
        One of `CURVES`.
    water_range : (loop,) [K]
        Range: entering less leaving water.
    wet_bulb : (loop,) [K]
        Wet bulb of the air that enters.
    water_ratio : (loop,) [1]
        Water over reference water: water over design water, times `design_water_ratio`.
    air_ratio : (loop,) [1]
        Air over design air, greater than zero.

    Returns
    -------
    Approach
        Approach, and whether all inputs and it are within the curve's limits.

    Notes
    -----
    YorkCalc: products of powers 0 to 2 of wet bulb, range and water over air. CoolTools: all terms up to the third
    order in air, water, wet bulb and range. As in EnergyPlus, the curve sees wet bulb and water ratio held within
    its limits; range and approach pass them. Air is held up to the greatest water over air, as in YorkCalc.mo.

    References
    ----------
    .. [1] EnergyPlus Engineering Reference, variable-speed cooling tower
    .. [2] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/Correlations/yorkCalc.mo
    """
    found = _polynomial_in_range(curve.polynomial(*_held(curve, wet_bulb, water_ratio, air_ratio)), water_range)[0]
    return Approach(found, _inside(curve, water_range, found, wet_bulb, water_ratio, air_ratio))


def design_water_ratio(curve: Curve, water_range: float, wet_bulb: float, wanted_approach: float) -> float:
    """
    Give a tower's design water over its curve's reference water.

    Parameters
    ----------
    curve : Curve
        One of `CURVES`.
    water_range : [K]
        Design range.
    wet_bulb : [K]
        Design wet bulb.
    wanted_approach : [K]
        Design approach.

    Returns
    -------
    [1]
        Water ratio with which the curve, at full air, gives the design approach.

    Raises
    ------
    ValueError
        When the curve gives that approach at no water ratio within its limits.
    """

    def excess(ratio: float) -> float:
        of_range = curve.polynomial(np.asarray(1.0), np.asarray(ratio), np.asarray(wet_bulb - CELSIUS))
        return float(_polynomial_in_range(of_range, np.asarray(water_range))[0]) - wanted_approach

    least, most = curve.water_ratio
    closest, widest = excess(least), excess(most)
    if closest > 0.0 or widest < 0.0:
        message = (
            f"at a wet bulb of {wet_bulb:.2f} K and a range of {water_range:.2f} K this curve reaches an approach of "
            f"{closest + wanted_approach:.2f} to {widest + wanted_approach:.2f} K, wanted is {wanted_approach:.2f} K; "
            "give another design point, or take Merkel's law"
        )
        raise ValueError(message)
    return float(brentq(excess, least, most, xtol=1e-12))


def curve_tower(
    curve: Curve, water_inlet: Floats, water_stream: Floats, water_ratio: Floats, air_ratio: Floats, wet_bulb: Floats
) -> CurveTowerState:
    """
    Give the heat that towers take from their water.

    Parameters
    ----------
    curve : Curve
        One of `CURVES`.
    water_inlet : (loop,) [K]
        Water that enters.
    water_stream : (loop,) [W/K]
        Mass flow of water times specific heat.
    water_ratio : (loop,) [1]
        Water over reference water: water over design water, times `design_water_ratio`.
    air_ratio : (loop,) [1]
        Air over design air.
    wet_bulb : (loop,) [K]
        Wet bulb of the air that enters.

    Returns
    -------
    CurveTowerState
        Heat, and whether the curve holds there; water no warmer than the wet bulb gives no heat.

    Notes
    -----
    Range and approach add up to the water's difference to the wet bulb, and the approach follows the range: Newton's
    method solves range + approach(range) = difference. Fans off: approach = (1 - f) difference + f approach(range) at
    full air, f = `FREE_CONVECTION`. Below `LEAST_AIR` fans run on and off, and heat is that of both, weighted.

    References
    ----------
    .. [1] EnergyPlus Engineering Reference, variable-speed cooling tower
    .. [2] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/YorkCalc.mo
    """
    difference = np.maximum(water_inlet - wet_bulb, 0.0)
    running = np.maximum(air_ratio, LEAST_AIR)
    both = np.stack(np.broadcast_arrays(running, 1.0))
    part = np.array([1.0, FREE_CONVECTION]).reshape(2, *(1,) * running.ndim)
    forced, still = _water_range(curve, difference, wet_bulb, water_ratio, both, part)
    on = np.minimum(air_ratio / LEAST_AIR, 1.0)
    moved = still + on * np.maximum(forced - still, 0.0)
    inside = _inside(curve, forced, difference - forced, wet_bulb, water_ratio, running)
    cooled = curve.water_ratio[1] / np.maximum(water_ratio, curve.water_ratio[1])
    return CurveTowerState(cooled * water_stream * moved, inside)


def _water_range(
    curve: Curve, difference: Floats, wet_bulb: Floats, water_ratio: Floats, air_ratio: Floats, part: Floats
) -> Floats:
    """
    Solve range + part * approach(range) = part * difference, as `air_ratio` [K].

    The left side is concave and rises, so that from zero Newton's steps approach the root from below; where it has none
    between zero and the difference, the nearer end stands, and is out of the curve's limits.
    """
    coefficients = part * curve.polynomial(*_held(curve, wet_bulb, water_ratio, air_ratio))
    most = part * difference
    found = np.zeros_like(most)
    for _ in range(NEWTON_STEPS):
        value, slope = _polynomial_in_range(coefficients, found)
        found = found + (most - found - value) / np.maximum(1.0 + slope, 0.1)
        found = np.minimum(np.maximum(found, 0.0), difference)
    return found


def _polynomial_in_range(coefficients: Floats, water_range: Floats) -> tuple[Floats, Floats]:
    """Give a polynomial of the range and its slope, by Horner's rule."""
    value, slope = coefficients[-1], np.zeros_like(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        slope = value + water_range * slope
        value = coefficient + water_range * value
    return value, slope


def _held(curve: Curve, wet_bulb: Floats, water_ratio: Floats, air_ratio: Floats) -> tuple[Floats, Floats, Floats]:
    """Give what the polynomial is asked: air and water ratio, and the wet bulb [degC], held within its limits."""
    water = np.clip(water_ratio, *curve.water_ratio)
    air = np.maximum(air_ratio, water / curve.water_over_air)
    air, water, bulb = np.broadcast_arrays(air, water, np.clip(wet_bulb, *curve.wet_bulb) - CELSIUS)
    return air, water, bulb


def _inside(
    curve: Curve, water_range: Floats, found: Floats, wet_bulb: Floats, water_ratio: Floats, air_ratio: Floats
) -> npt.NDArray[np.bool_]:
    """Say whether everything lies in the curve's limits, and nothing was held."""
    flows = _within(water_ratio, curve.water_ratio) & (water_ratio <= curve.water_over_air * air_ratio)
    temperatures = _within(wet_bulb, curve.wet_bulb) & _within(water_range, curve.water_range)
    return np.asarray(flows & temperatures & _within(found, curve.approach))


def _within(value: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return np.asarray((value >= limits[0]) & (value <= limits[1]))
