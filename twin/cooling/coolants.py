"""
Liquids of cooling loops over temperature: water, and water with 25 % of propylene glycol (PG25).

Loops take one density and one specific heat each, at the mean temperature for which they are designed: with properties
that moved, heat capacity and flow would no longer balance exactly. Over 10 K their product moves by less than 0.5 %.
Viscosity and conductivity are for films and friction.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.polynomial import polyval

from twin.arrays import Floats

CELSIUS = 273.15
"""Zero degrees Celsius [K]."""


class Fluid(NamedTuple):
    """
    A liquid: polynomials in degrees Celsius, from the constant upwards.

    Attributes
    ----------
    density : (term,) [kg/m^3]
        Mass over volume.
    specific_heat : (term,) [J/kg/K]
        At constant pressure.
    log_viscosity : (term,) [1]
        Natural logarithm of the dynamic viscosity in Pa*s.
    conductivity : (term,) [W/m/K]
        Of heat.
    range : (2,) [K]
        Temperatures for which the polynomials hold.
    """

    density: tuple[float, ...]
    specific_heat: tuple[float, ...]
    log_viscosity: tuple[float, ...]
    conductivity: tuple[float, ...]
    range: tuple[float, float]


class Properties(NamedTuple):
    """
    A liquid at a temperature.

    Attributes
    ----------
    density : (any,) [kg/m^3]
        Mass over volume.
    specific_heat : (any,) [J/kg/K]
        At constant pressure.
    viscosity : (any,) [Pa*s]
        Dynamic.
    conductivity : (any,) [W/m/K]
        Of heat.
    inside : (any,) bool
        Whether the temperature lies within the range of the polynomials; where false, values are those of its end.
    """

    density: Floats
    specific_heat: Floats
    viscosity: Floats
    conductivity: Floats
    inside: npt.NDArray[np.bool_]


WATER = Fluid(
    density=(999.995109, 0.0502611479, -0.00756725929, 4.34677034e-05, -1.45304824e-07),
    specific_heat=(4216.74678, -2.84454768, 0.0731143844, -0.000776043807, 3.32602004e-06),
    log_viscosity=(-6.32734449, -0.0340109765, 0.000291601217, -2.04818763e-06, 6.93885203e-09),
    conductivity=(0.556050063, 0.0024772547, -2.11479994e-05, 1.3410536e-07, -4.97985516e-10),
    range=(CELSIUS + 1.0, CELSIUS + 90.0),
)
"""
Water at 3 bar; IAPWS-95 and its transport formulations, by CoolProp 8.0, fitted from 1 to 90 degrees Celsius. Greatest
errors: density 4e-5, specific heat 3e-4, viscosity 2e-3, conductivity 4e-4; from 1 to 6 bar 5e-4 more.
"""

PG25 = Fluid(
    density=(1025.81325, -0.244492456, -0.00440142004, 1.43457319e-05),
    specific_heat=(3872.15038, 2.40276787, 0.00106611628, -2.05841027e-05),
    log_viscosity=(-5.2002732, -0.0472409611, 0.000354581172, -1.2943746e-06),
    conductivity=(0.449553254, 0.000917555478, 4.14838985e-11, -6.49556944e-09),
    range=(CELSIUS - 5.0, CELSIUS + 90.0),
)
"""
25 % of propylene glycol by mass; A. Melinder, Properties of secondary working fluids for indirect systems, IIR 2010, by
CoolProp 8.0 (INCOMP::MPG-25%), whose own law is this cubic. It freezes at -9.8 degrees Celsius; the range leaves 5 K.
"""

FLUIDS = {"water": WATER, "pg25": PG25}
"""Liquids by name."""


def properties(fluid: Fluid, temperature: Floats) -> Properties:
    """
    Give the properties of a liquid.

    Parameters
    ----------
    fluid : Fluid
        One of `FLUIDS`.
    temperature : (any,) [K]
        Of the liquid.

    Returns
    -------
    Properties
        Density, specific heat, viscosity, conductivity, and whether the temperature is in range.

    References
    ----------
    .. [1] sources stand at each fluid
    """
    held = np.clip(temperature, *fluid.range)
    return Properties(
        _polynomial(fluid.density, held),
        _polynomial(fluid.specific_heat, held),
        np.exp(_polynomial(fluid.log_viscosity, held)),
        _polynomial(fluid.conductivity, held),
        np.equal(held, temperature),
    )


def _polynomial(terms: tuple[float, ...], temperature: Floats) -> Floats:
    return np.asarray(polyval(temperature - CELSIUS, terms), dtype=float)
