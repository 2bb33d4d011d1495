"""Liquids of the catalog: by a law over temperature, or by two constants."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from facilities.quantity import Density, Difference, Model, SpecificHeat, Temperature, Text
from twin.cooling.coolants import CELSIUS, FLUIDS, properties


class Liquid(Model):
    """A liquid whose properties follow its temperature."""

    title: Text
    law: Literal["water", "pg25"]


class ConstantLiquid(Model):
    """A liquid of which two constants are known."""

    title: Text
    law: Literal["constant"]
    density: Density
    specific_heat: SpecificHeat


Coolant = Annotated[Liquid | ConstantLiquid, Field(discriminator="law")]


def mean_temperature(supply: Temperature, rise: Difference) -> float:
    """
    Give the temperature at which a loop's liquid is evaluated.

    Parameters
    ----------
    supply
        Set point.
    rise
        At rated heat.

    Returns
    -------
    [K]
        Half the rise above the supply.
    """
    return supply.si + 0.5 * rise.si


def volumetric_heat(coolant: Liquid | ConstantLiquid, temperature: float) -> float:
    """
    Give the heat that a liquid takes for a kelvin.

    Parameters
    ----------
    coolant
        Entry of a catalog.
    temperature : [K]
        Mean of its loop at design. A loop keeps this value, so that its balance of heat is exact.

    Returns
    -------
    [J/m^3/K]
        Density times specific heat.
    """
    if isinstance(coolant, ConstantLiquid):
        return coolant.density.si * coolant.specific_heat.si
    found = properties(FLUIDS[coolant.law], np.array(temperature))
    return float(found.density * found.specific_heat)


def known_range(coolant: Liquid | ConstantLiquid) -> tuple[float, float]:
    """
    Give the temperatures for which a liquid is known.

    Parameters
    ----------
    coolant
        Entry of a catalog.

    Returns
    -------
    tuple of [K]
        Those of its law; without end for two constants.
    """
    return (0.0, float("inf")) if isinstance(coolant, ConstantLiquid) else FLUIDS[coolant.law].range


def out_of_range(coolant: Liquid | ConstantLiquid, supply: Temperature, rise: Difference) -> str:
    """
    Say why a liquid cannot serve a loop.

    Parameters
    ----------
    coolant
        Entry of a catalog.
    supply
        Set point of the loop.
    rise
        At rated heat.

    Returns
    -------
    text
        Empty if its law covers the loop's supply and return.
    """
    low, high = known_range(coolant)
    if low <= supply.si and supply.si + rise.si <= high:
        return ""
    limits = f"{low - CELSIUS:g} to {high - CELSIUS:g} degC"
    loop = f"{supply.value} to {supply.si + rise.si - CELSIUS:.4g} degC"
    return f"is known from {limits}, the loop runs from {loop}; take another coolant or supply temperature"
