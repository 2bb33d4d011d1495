"""
The one door between quantities and numbers: text with a unit outside, SI floats inside.

Nothing here may be called inside a loop over time or racks: an operation costs 5 to 100 microseconds.
"""

from __future__ import annotations

import re
from functools import cache
from tokenize import TokenError

import pint

registry: pint.UnitRegistry[float] = pint.UnitRegistry()
for _definition in (
    "gpu = [accelerator]",
    "rack = [rack]",
    "volt_ampere_reactive = volt * ampere = var",
    "gallon_per_minute = gallon / minute = gpm",
    "floating_point_operation = [operation] = FLOP",
    "dollar = [currency] = USD",
):
    registry.define(_definition)
pint.set_application_registry(registry)  # type: ignore[no-untyped-call]

Quantity = pint.Quantity
"""A number, or an array of them, with its unit."""

_NUMBER = r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
WITH_UNIT = rf"\s*({_NUMBER})\s*([^\s\d.,].*?)\s*"
"""What text of a number and its unit looks like, as a regular expression; `read` takes no other."""
PERHAPS_WITH_UNIT = rf"\s*({_NUMBER})\s*([^\s\d.,].*?)?\s*"
"""The same for `read_ratio`."""
_NUMBER_THEN_UNIT = re.compile(WITH_UNIT)
_PLAIN_NUMBER = re.compile(rf"\s*({_NUMBER})\s*")
_TEMPERATURES = ("kelvin", "degree_Celsius", "degree_Fahrenheit", "degree_Rankine", "degree_Reaumur")
_ANGLES = re.compile(r"(radian|turn|revolution|revolutions_per_minute|cycle|^degree|arcminute|arcsecond)$")

_UNREADABLE = (pint.PintError, ValueError, TypeError, AttributeError, SyntaxError, AssertionError, TokenError)
"""What pint's parser raises at text that is no unit."""


def unit(text: str) -> pint.Unit:
    """
    Read a unit.

    Parameters
    ----------
    text : text
        Such as ``W/K``; ``1`` for a ratio.

    Returns
    -------
    Unit
        Of the project's registry.

    Raises
    ------
    ValueError
        When the registry knows no such unit.
    """
    return _unit(text.strip())


@cache
def _unit(text: str) -> pint.Unit:
    try:
        return registry.Unit("" if text == "1" else text)
    except _UNREADABLE as error:
        message = f"unknown unit {text!r}"
        raise ValueError(message) from error


def read(text: str) -> pint.Quantity[float]:
    """
    Read a number and its unit.

    Parameters
    ----------
    text : text
        Such as ``132 kW``, ``25 degC`` or ``5 %``.

    Returns
    -------
    Quantity
        In the unit given.

    Raises
    ------
    ValueError
        When there is no number, no unit, or an unknown unit.
    """
    found = _NUMBER_THEN_UNIT.fullmatch(text)
    if found is None:
        message = f"write a number and its unit, such as '132 kW'; got {text!r}"
        raise ValueError(message)
    if found[2] == "C":
        message = f"C is the coulomb; write a temperature as '25 degC'; got {text!r}"
        raise ValueError(message)
    return registry.Quantity(float(found[1]), unit(found[2]))


def read_ratio(text: str) -> pint.Quantity[float]:
    """
    Read a ratio or a count, which may stand without a unit.

    Parameters
    ----------
    text : text
        Such as ``0.96``, ``96 %``, ``72`` or ``72 gpu``.

    Returns
    -------
    Quantity
        Dimensionless where no unit was given.

    Raises
    ------
    ValueError
        When there is no number, or an unknown unit.
    """
    found = _PLAIN_NUMBER.fullmatch(text)
    return registry.Quantity(float(found[1]), unit("1")) if found else read(text)


def si(quantity: pint.Quantity[float], wanted: str) -> float:
    """
    Give the number of a quantity in a unit.

    Parameters
    ----------
    quantity : Quantity
        From `read`.
    wanted : text
        Unit of the number. ``K`` asks for a temperature, ``delta_degC`` for a difference of two.

    Returns
    -------
    float
        Magnitude in `wanted`.

    Raises
    ------
    ValueError
        When the quantity is of another kind: another dimension; apparent, reactive and active power; a temperature and
        a difference; a speed of rotation and a frequency.
    """
    target = unit(wanted)
    own = _own(quantity.units)
    given, asked = _kind(own), _kind(target)
    if given != asked and not (wanted == "delta_degC" and own == unit("K")):
        message = f"{_called(own)} is {given}; wanted {asked} in {_called(target)}"
        raise ValueError(message)
    return float(quantity.m_as(target))


@cache
def _own(units: pint.Unit) -> pint.Unit:
    return unit(str(units))


def _called(of: pint.Unit) -> str:
    return f"{of:~}" or "a plain number"


@cache
def _kind(of: pint.Unit) -> str:
    """Name the kind of a unit: its dimensions, and what dimensions do not tell."""
    names = list(of._units)
    dimensions = str(of.dimensionality)
    if dimensions == str(unit("K").dimensionality):
        return "a temperature difference" if names[0].startswith("delta_") else "a temperature"
    if dimensions == str(unit("W").dimensionality):
        return _kind_of_power(names)
    if any(_ANGLES.search(name) for name in names):
        return "an angle" if of.dimensionless else f"a rotation of dimension {dimensions}"
    return "a ratio" if of.dimensionless else f"a quantity of dimension {dimensions}"


def _kind_of_power(names: list[str]) -> str:
    if any(name.endswith("volt_ampere_reactive") for name in names):
        return "reactive power"
    apparent = any(name.endswith("volt_ampere") for name in names)
    apparent |= any(name.endswith("volt") for name in names) and any(name.endswith("ampere") for name in names)
    return "apparent power" if apparent else "active power"
