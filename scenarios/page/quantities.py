"""Quantities as a reader wants them: a fitting unit, sensible digits, thin spaces."""

from __future__ import annotations

import math
from typing import NamedTuple

THIN = "\N{NARROW NO-BREAK SPACE}"
"""Between groups of three digits, and between a number and its unit (BIPM, SI Brochure, 5.4.3 and 5.4.4)."""

MISSING = "\N{EN DASH}"
"""Stands where there is no number."""

ZERO_CELSIUS = 273.15
"""[K] of 0 degrees Celsius (BIPM, SI Brochure, 2.3.1)."""


class Scale(NamedTuple):
    """A unit to show values in: the value in SI over `factor` is the number before `unit`."""

    factor: float
    unit: str


_LADDERS: dict[str, tuple[Scale, ...]] = {
    "W": (Scale(1.0, "W"), Scale(1e3, "kW"), Scale(1e6, "MW"), Scale(1e9, "GW")),
    "W/s": (Scale(1.0, "W/s"), Scale(1e3, "kW/s"), Scale(1e6, "MW/s"), Scale(1e9, "GW/s")),
    "Hz": (Scale(1.0, "Hz"), Scale(1e3, "kHz"), Scale(1e6, "MHz"), Scale(1e9, "GHz")),
    "V": (Scale(1.0, "V"), Scale(1e3, "kV")),
    "VA": (Scale(1.0, "VA"), Scale(1e3, "kVA"), Scale(1e6, "MVA"), Scale(1e9, "GVA")),
    "var": (Scale(1.0, "var"), Scale(1e3, "kvar"), Scale(1e6, "Mvar"), Scale(1e9, "Gvar")),
    "J": (Scale(3.6e3, "Wh"), Scale(3.6e6, "kWh"), Scale(3.6e9, "MWh"), Scale(3.6e12, "GWh"), Scale(3.6e15, "TWh")),
    "kg": (Scale(1.0, "kg"), Scale(1e3, "t")),
    "m^3": (Scale(1e-3, "L"), Scale(1.0, "m³")),
    "FLOP/s": tuple(Scale(1e9 * 1e3**step, f"{prefix}FLOP/s") for step, prefix in enumerate("GTPEZ")),
    "FLOP/J": (Scale(1e9, "GFLOP/s/W"), Scale(1e12, "TFLOP/s/W")),
    "byte": (Scale(1e9, "GB"), Scale(1e12, "TB"), Scale(1e15, "PB")),
    "L/kWh": (Scale(1.0, "L/kWh"),),
    "kg/J": (Scale(1.0 / 3.6e6, "L/kWh"),),
    "m^3/J": (Scale(1e-3 / 3.6e6, "L/kWh"),),
    "USD": (Scale(1.0, "$"), Scale(1e6, "M$"), Scale(1e9, "bn $")),
    "USD/MW": (Scale(1.0, "$/MW"), Scale(1e6, "M$/MW")),
    "1": (Scale(1.0, ""),),
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ALIASES = {"": "1", "dimensionless": "1", "joule": "J", "watt": "W", "kilogram": "kg", "l/kWh": "L/kWh"}
_CLOCK = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_DAYS_FROM = 2 * 86400
_PLAIN_LOW, _PLAIN_HIGH = 1e-4, 1e7


def fitting(value: float, unit: str) -> Scale:
    """
    Choose the unit in which a value has one to three digits before the point, as far as there is one.

    Parameters
    ----------
    value
        The largest of the values to be shown, in `unit`.
    unit : text
        As stored, such as ``W``; a unit without larger or smaller kin is kept.

    Returns
    -------
    Scale
        The largest unit that is not larger than the value.
    """
    unit = _ALIASES.get(unit, unit)
    ladder = _LADDERS.get(unit, (Scale(1.0, _pretty(unit)),))
    return next((scale for scale in reversed(ladder) if abs(value) >= scale.factor), ladder[0])


def digits(value: float, significant: int = 4) -> str:
    """
    Write a number with so many significant digits, groups of three apart, and never in computer notation.

    Parameters
    ----------
    value
        Any number; what is not finite is written as a dash.
    significant
        Digits that count.

    Returns
    -------
    text
        Such as ``12 345``, ``0.9987`` or ``3.1 × 10⁻¹³``.
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size != 0.0 and not _PLAIN_LOW <= size < _PLAIN_HIGH:
        mantissa, exponent = f"{value:.{min(significant, 2) - 1}e}".split("e")
        return f"{_minus(mantissa)}{THIN}×{THIN}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    exponent_10 = math.floor(math.log10(size)) if size else 0
    decimals = max(significant - 1 - exponent_10, 0) if size else 0
    return _minus(f"{value:,.{decimals}f}".replace(",", THIN))


def quantity(value: float | None, unit: str, significant: int = 4) -> str:
    """
    Write a value with its unit; a temperature in kelvin is written in degrees Celsius.

    Parameters
    ----------
    value
        In `unit`; none is written as a dash.
    unit : text
        As stored.
    significant
        Digits that count; temperatures in degrees Celsius have one decimal.

    Returns
    -------
    text
        Such as ``23.48 GWh``.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if unit == "K":
        return f"{_minus(f'{value - ZERO_CELSIUS:.1f}')}{THIN}°C"
    scale = fitting(value, unit)
    return f"{digits(value / scale.factor, significant)}{THIN}{scale.unit}".rstrip(THIN)


def fitting_mass(value: float) -> Scale:
    """
    Choose the unit of a mass of carbon dioxide: tonnes, thousands or millions of them.

    Parameters
    ----------
    value : [kg]
        The largest of the values to be shown.

    Returns
    -------
    Scale
        Kilograms where it is less than a tonne.
    """
    ladder = (Scale(1e9, "Mt"), Scale(1e6, "kt"), Scale(1e3, "t"))
    return next((scale for scale in ladder if abs(value) >= scale.factor), Scale(1.0, "kg"))


def carbon(value: float) -> str:
    """
    Write a mass of carbon dioxide.

    Parameters
    ----------
    value : [kg]
        Of it.

    Returns
    -------
    text
        Such as ``2.624 Mt``.
    """
    scale = fitting_mass(value)
    return f"{digits(value / scale.factor)}{THIN}{scale.unit}"


def duration(seconds: float) -> str:
    """
    Write a time in at most two units, such as hours and minutes.

    Parameters
    ----------
    seconds : [s]
        Not negative.

    Returns
    -------
    text
        Such as ``24 h``, ``2 min 5 s`` or ``0.4 s``.
    """
    if not math.isfinite(seconds):
        return MISSING
    if seconds < 1.0:
        return f"{digits(seconds, 2)}{THIN}s"
    rest = round(seconds)
    parts = []
    for size, unit in _CLOCK if rest >= _DAYS_FROM else _CLOCK[1:]:
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{count(number)}{THIN}{unit}")
    return " ".join(parts[:2])


def count(number: int) -> str:
    """
    Write a whole number, groups of three apart.

    Parameters
    ----------
    number
        Any whole number.

    Returns
    -------
    text
        Such as ``15 457``.
    """
    return _minus(f"{number:,}".replace(",", THIN))


def several(number: float, plural: str) -> str:
    """
    Write how many there are of a thing.

    Parameters
    ----------
    number
        Rounded to a whole number.
    plural : text
        That loses no more than its last letter for one thing.

    Returns
    -------
    text
        Such as ``1 machine`` or ``15 457 machines``.
    """
    whole = round(number)
    return f"{count(whole)} {plural if whole != 1 else plural.removesuffix('s')}"


def difference(value: float | None, unit: str, decimals: int = 1) -> str:
    """
    Write a difference of two values; of temperatures, in kelvin.

    Parameters
    ----------
    value
        In `unit`; none is written as a dash.
    unit : text
        As stored.
    decimals
        Of a difference of temperatures.

    Returns
    -------
    text
        Such as ``12.3 K``.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{_minus(f'{value:.{decimals}f}')}{THIN}K" if unit == "K" else quantity(value, unit)


def signed(value: float, decimals: int, *, plus: bool = True) -> str:
    """
    Write a number with so many decimals, and with its sign.

    Parameters
    ----------
    value
        Any number.
    decimals
        That are written; a number that they leave nothing of is written as zero without a sign.
    plus
        Whether a number above zero has a sign, too.

    Returns
    -------
    text
        Such as ``+3.2``.
    """
    text = f"{value:+,.{decimals}f}".replace(",", THIN)
    if float(text.replace(THIN, "")) == 0.0:
        return text[1:]
    return _minus(text if plus else text.removeprefix("+"))


def water(mass: float) -> str:
    """
    Write an amount of water as a volume, at one kilogram a litre.

    Parameters
    ----------
    mass : [kg]
        Of water.

    Returns
    -------
    text
        Such as ``8 120 m³``.
    """
    return quantity(mass / 1000.0, "m^3")


def share(value: float | None) -> str:
    """
    Write a ratio as a percentage.

    Parameters
    ----------
    value : [1]
        The ratio; none is written as a dash.

    Returns
    -------
    text
        Such as ``12.3 %``.
    """
    return f"{digits(value * 100.0, 3)}{THIN}%" if value is not None and math.isfinite(value) else MISSING


def stated(text: str) -> str:
    """
    Write a value as a facility file states it, with its unit as people write it.

    Parameters
    ----------
    text
        Such as ``40 degC`` or ``2 delta_degC``.

    Returns
    -------
    str
        Such as ``40 °C`` or ``2 K``.
    """
    return _pretty(text.replace("delta_degC", "K").replace("degC", "°C"))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _pretty(unit: str) -> str:
    return unit.replace("**", "^").replace("^3", "³").replace("^2", "²").replace("*", "·").replace(" / ", "/")
