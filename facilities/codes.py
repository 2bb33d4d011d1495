"""Requirements of grid operators as data: who asks for what, since when, and who says so."""

from __future__ import annotations

import datetime
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from facilities.quantity import Basis, Model, Text
from facilities.reader import parsed, toml
from twin import units
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid.ride_through import Curve

FOLDER = Path(__file__).parent / "codes"

FOREVER = "always"
"""In place of a time: it must stay connected for good."""


def _amount(unit: str, text: object) -> float:
    if not isinstance(text, str):
        message = f"give text with a unit, such as '10 {unit}'; got {text!r}"
        raise ValueError(message)
    if text == FOREVER and unit == "s":
        return np.inf
    return units.si(units.read_ratio(text) if unit == "1" else units.read(text), unit)


def _of(unit: str) -> BeforeValidator:
    return BeforeValidator(partial(_amount, unit))


Power = Annotated[float, _of("W")]
Slope = Annotated[float, _of("W/s")]
Part = Annotated[float, _of("1")]
Seconds = Annotated[float, _of("s")]
Volts = Annotated[float, _of("V")]
Hertz = Annotated[float, _of("Hz")]
HertzPerSecond = Annotated[float, _of("Hz/s")]


class RampLimit(Model):
    """Power may not rise or fall faster, as the mean over a window."""

    kind: Literal["ramp"]
    up: Slope | None = None
    down: Slope | None = None
    up_part: Part | None = None
    """Of the highest power a minute; the smaller of this and `up` holds."""
    down_part: Part | None = None
    window: Seconds
    quantile: Part | None = None
    """Part of all windows that must hold; every window without it."""

    @model_validator(mode="after")
    def _something_is_limited(self) -> RampLimit:
        if (self.up, self.down, self.up_part, self.down_part) == (None, None, None, None):
            message = "limits nothing: give up, down, up_part or down_part"
            raise ValueError(message)
        return self


class RangeLimit(Model):
    """Power may not differ by more within a window; of a band of frequencies, where one is given."""

    kind: Literal["range"]
    most: Power
    most_part: Part | None = None
    """Of the highest power; the smaller of this and `most` holds."""
    window: Seconds
    low: Hertz | None = None
    high: Hertz | None = None

    @model_validator(mode="after")
    def _whole_band(self) -> RangeLimit:
        if (self.low is None) != (self.high is None):
            message = "give both ends of the band, low and high, or none"
            raise ValueError(message)
        return self


class BandLimit(Model):
    """A band may hold no larger share of what swings."""

    kind: Literal["band"]
    most: Part
    low: Hertz
    high: Hertz


class VoltageLimit(Model):
    """The load may not change the voltage at its point of connection by more, at once."""

    kind: Literal["voltage"]
    most: Part


class RideThrough(Model):
    """How long the load must stay connected at a voltage, or at a frequency."""

    kind: Literal["voltage_ride_through", "frequency_ride_through"]
    stay: tuple[tuple[str, str, str], ...]
    """Lower end, upper end, and time, which may be ``always``; where bands meet, the longer time holds."""
    recovery: tuple[Part, Seconds] | None = None
    """Part of the power that must be back, and within what time of the voltage's return."""

    @property
    def curve(self) -> Curve:
        """Bands in per unit, or in hertz."""
        unit = "1" if self.kind.startswith("voltage") else "Hz"
        low, high, time = ([_amount(kind, row[n]) for row in self.stay] for n, kind in enumerate((unit, unit, "s")))
        return Curve(np.array(low), np.array(high), np.array(time))

    @model_validator(mode="after")
    def _bands(self) -> RideThrough:
        curve = self.curve
        if np.any(curve.high <= curve.low):
            message = "each row of stay is lower end, upper end, time; an upper end is not above its lower one"
            raise ValueError(message)
        order = np.argsort(curve.low)
        if np.any(curve.low[order][1:] < curve.high[order][:-1]):
            message = "rows of stay overlap"
            raise ValueError(message)
        return self


class RateLimit(Model):
    """How fast the grid's frequency may change with the load staying connected."""

    kind: Literal["frequency_rate"]
    most: HertzPerSecond
    window: Seconds | None = None


class FlickerLimit(Model):
    """The load may not make the voltage flicker more, by the meter of IEC 61000-4-15."""

    kind: Literal["flicker"]
    short: Part
    """Short-term severity Pst, of ten minutes."""
    long: Part
    """Long-term severity Plt, of two hours."""
    above: Volts
    up_to: Volts
    """Nominal voltages at the point of connection for which it is."""


class HarmonicVoltages(Model):
    """No harmonic of the voltage, and not all together, may be larger, over the nominal voltage."""

    kind: Literal["harmonic_voltages"]
    each: Part
    total: Part
    above: Volts
    up_to: Volts
    """Nominal voltages at the point of connection for which it is."""


class HarmonicCurrents(Model):
    """No harmonic of the current, and not all together, may be larger, over the highest demand's current."""

    kind: Literal["harmonic_currents"]
    orders: tuple[tuple[int, int, Part], ...]
    """First and last odd order of each group, and its limit."""
    even: Part
    """Limit of an even order over that of the odd ones around it."""
    total: Part
    ratio_from: Part
    ratio_to: Part
    """Short-circuit current over the highest demand's current for which it is."""
    above: Volts
    up_to: Volts
    """Nominal voltages at the point of connection for which it is."""

    def most(self, order: int) -> float:
        """Limit of an order [1]; infinite where the table has none."""
        for first, last, most in self.orders:
            if first <= order <= last:
                return most * (self.even if order % 2 == 0 else 1.0)
        return np.inf


Limit = Annotated[
    RampLimit
    | RangeLimit
    | BandLimit
    | VoltageLimit
    | RideThrough
    | RateLimit
    | FlickerLimit
    | HarmonicVoltages
    | HarmonicCurrents,
    Field(discriminator="kind"),
]


class Code(Model):
    """One operator's requirements of large loads, or a curve of equipment."""

    title: Text
    who: Text
    """Operator, or standard."""
    applies: Text
    status: Literal["in force", "approved", "proposed", "practice", "equipment"]
    date: datetime.date | None = None
    basis: Basis
    source: Text
    note: Text | None = None
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)]


def names() -> list[str]:
    """
    List the codes that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load(name: str) -> Code:
    """
    Read a code.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    Code
        Frozen.

    Raises
    ------
    UnknownNameError
        When there is no such code.
    FacilityError
        With all faults of its file.
    """
    if name not in names():
        kind = "code"
        raise UnknownNameError(kind, name, names())
    path = FOLDER / f"{name}.toml"
    code, faults = parsed(Code, toml(path))
    if code is None:
        raise FacilityError(path.name, [Fault(fault.where, fault.message) for fault in faults])
    return code
