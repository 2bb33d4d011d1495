"""
A number as a facility file gives it: text with its unit, how sure it is, and who says so.

    rated_power = { value = "132 kW", basis = "reported", source = "HPE QuickSpecs a50009224enw" }

`range` is required where the basis is assumed. A ratio or a count may stand without a unit (``"0.871"``, ``"72"``);
accelerators may be counted as ``"72 gpu"`` and racks as ``"74 rack"``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, PrivateAttr, StrictStr, model_validator
from pydantic_core import CoreSchema, core_schema

from twin import units

Text = Annotated[StrictStr, Field(min_length=1)]
"""A sentence or a name that may not be empty."""

Basis = Literal["primary", "reported", "derived", "measured", "assumed"]
"""How sure a number is; `Sourced.basis` says what each means."""


class Provenance(NamedTuple):
    """
    A number of a facility, for lists of sources and assumptions.

    Attributes
    ----------
    path : text
        Dotted place, such as ``catalog.racks.gb200_nvl72.rated_power``.
    value : text
        As given, with its unit.
    basis : text
        One of `Basis`.
    source : text
        Who says so, or the reason of an assumption.
    low, high : text
        Range, with units; empty where none is given.
    note : text
        Remark, disagreeing sources included.
    """

    path: str
    value: str
    basis: str
    source: str
    low: str
    high: str
    note: str


class Model(BaseModel):
    """Stand above all parts of a facility: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Conflict(Model):
    """A value that another source gives."""

    value: Text
    """As that source gives it."""
    source: Text
    """Who says so."""


class Sourced(Model):
    """Say how sure something is and where it comes from."""

    basis: Basis
    """
    How sure it is: primary (the maker's or operator's own text), reported (a named third party's), derived (arithmetic
    on other numbers, said in the source), measured (statistics of public data), or assumed (with its reason and range).
    """
    source: Text
    """Who says so, or the reason of an assumption."""
    conflicts: tuple[Conflict, ...] = ()
    """What other sources say."""
    note: StrictStr = ""
    """What a reader must know besides."""

    def remark(self) -> str:
        """Give the note, with what other sources say."""
        others = "; ".join(f"{other.value} according to {other.source}" for other in self.conflicts)
        published = f"Also published: {others}" if others else ""
        return ". ".join(part for part in (self.note.rstrip("."), published) if part)


class Number(Sourced):
    """A number with its unit, basis and source; its field says the unit it is read in."""

    value: StrictStr
    """Text with its unit, such as '132 kW'; a ratio or a count may stand without one."""
    range: tuple[StrictStr, StrictStr] | None = None
    """Least and most that it may be; an assumption must say it."""
    _si: float = PrivateAttr(default=float("nan"))
    _ends: tuple[float, float] | None = PrivateAttr(default=None)
    _kind: Kind | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _assumptions_say_their_range(self) -> Number:
        if self.basis == "assumed" and self.range is None:
            message = "an assumed value needs its range, such as range = ['120 kW', '142 kW']"
            raise ValueError(message)
        return self

    @property
    def si(self) -> float:
        """Value in the field's unit."""
        return self._si

    @property
    def ends(self) -> tuple[float, float]:
        """Least and most in the field's unit; twice the value where no range is given."""
        return self._ends or (self._si, self._si)

    @property
    def kind(self) -> Kind:
        """What the field wants."""
        if self._kind is None:
            message = "a number that stands in no field has no unit; read it as part of a facility"
            raise ValueError(message)
        return self._kind

    @property
    def count(self) -> int:
        """Value of a count."""
        return round(self._si)

    def provenance(self, path: str) -> Provenance:
        """Say where the number stands and where it comes from."""
        low, high = self.range or ("", "")
        return Provenance(path, self.value, self.basis, self.source, low, high, self.remark())


class Point(Number):
    """An efficiency published at a load."""

    load: StrictStr
    """Output over rating at which it holds, such as '50 %'."""
    _load: float = PrivateAttr(default=float("nan"))

    @property
    def load_fraction(self) -> float:
        """Output over rating."""
        return self._load

    def provenance(self, path: str) -> Provenance:
        """Say where the point stands, its load included."""
        return super().provenance(path)._replace(value=f"{self.value} at {self.load} load")


class Series(Sourced):
    """Several numbers of one kind, with one basis and source."""

    values: tuple[StrictStr, ...]
    """Texts with their unit."""
    _si: tuple[float, ...] = PrivateAttr(default=())

    @property
    def si(self) -> tuple[float, ...]:
        """Values in the field's unit."""
        return self._si

    def provenance(self, path: str) -> Provenance:
        """Say where the numbers stand and where they come from."""
        return Provenance(path, ", ".join(self.values), self.basis, self.source, "", "", self.remark())


class Months(Series):
    """Twelve numbers, one a month from January."""


class Coefficients(Series):
    """Coefficients of a polynomial, from the constant upwards."""


MONTHS = 12


class Kind(NamedTuple):
    """
    What a field wants: unit, plausible range in that unit, and an example.

    Attributes
    ----------
    unit : text
        As pint reads it.
    low, high : [1]
        Plausible range, in `unit`.
    example : text
        Shown in messages.
    whole : bool
        Whether only whole numbers will do.
    terms : [1]
        How many numbers a series has.
    """

    unit: str
    low: float
    high: float
    example: str
    whole: bool = False
    terms: int = 1

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        table = core_schema.no_info_before_validator_function(self._table, inner)
        return core_schema.no_info_after_validator_function(self._filled, table)

    def _table(self, given: object) -> object:
        if isinstance(given, dict) and not isinstance(given.get("value", ""), str):
            message = f"give the value as text, such as value = '{self.example}'; got {given['value']!r}"
            raise ValueError(message)
        if isinstance(given, dict | Sourced):
            return given
        message = (
            f"give a table such as {{ value = '{self.example}', basis = 'reported', source = '...' }}; got {given!r}"
        )
        raise ValueError(message)

    def _filled(self, given: Number | Series) -> Number | Series:
        if isinstance(given, Series):
            given._si = self._series(given)
            return given
        given._si, given._kind = self.read(given.value), self
        if given.range is not None:
            given._ends = (self.read(given.range[0]), self.read(given.range[1]))
            self._within(given, *given._ends)
        if isinstance(given, Point):
            given._load = LOAD.read(given.load)
        return given

    def _within(self, given: Number, low: float, high: float) -> None:
        if not low <= given.si <= high:
            least, most = given.range or ("", "")
            message = f"{given.value!r} lies outside its own range, {least!r} to {most!r}; mend the one or the other"
            raise ValueError(message)

    def _series(self, given: Series) -> tuple[float, ...]:
        if len(given.values) != self.terms:
            which = "twelve values, January to December" if isinstance(given, Months) else f"{self.terms} coefficients"
            message = f"give {which}; got {len(given.values)}"
            raise ValueError(message)
        return tuple(self.read(value) for value in given.values)

    def read(self, text: str) -> float:
        """Read text as a number in the kind's unit, within its plausible range."""
        try:
            number = _number(self.unit, text)
        except ValueError as error:
            message = f"give a value such as '{self.example}'; got {text!r} ({error})"
            raise ValueError(message) from error
        if not self.low <= number <= self.high:
            unit = "" if self.unit == "1" else f" {self.unit}"
            message = f"must be from {self.low:g} to {self.high:g}{unit}; got {text!r}"
            raise ValueError(message)
        if self.whole and number != round(number):
            message = f"give a whole number; got {text!r}"
            raise ValueError(message)
        return number


BARE = frozenset({"1", "gpu", "rack"})
"""Units that may be left out."""


@cache
def _number(unit: str, text: str) -> float:
    """Read text in a unit; half of a catalog's numbers are those of another part."""
    if unit in BARE:
        quantity = units.read_ratio(text)
        return units.si(quantity, "1" if quantity.unitless else unit)
    return units.si(units.read(text), unit)


LOAD = Kind("1", 1e-3, 2.0, "50 %")
"""Output over rating at which an efficiency was published."""

Count = Annotated[Number, Kind("1", 0, 1e6, "72", whole=True)]
GpuCount = Annotated[Number, Kind("gpu", 1, 1e3, "4 gpu", whole=True)]
RackCount = Annotated[Number, Kind("rack", 1, 1e6, "5112 rack", whole=True)]
AnyRackCount = Annotated[Number, Kind("rack", 0, 1e6, "12 rack", whole=True)]
PositiveCount = Annotated[Number, Kind("1", 1, 1e6, "72", whole=True)]
CellCount = Annotated[Number, Kind("1", 1, 100, "8", whole=True)]
Ratio = Annotated[Number, Kind("1", 0, 1, "96 %")]
AirPart = Annotated[Number, Kind("1", 0, 0.5, "5 %")]
Margin = Annotated[Number, Kind("1", 1, 10, "1.25")]
Share = Annotated[Number, Kind("1", 0.01, 1, "80 %")]
Factor = Annotated[Number, Kind("1", 0, 100, "1.25")]
PositiveFactor = Annotated[Number, Kind("1", 0.1, 100, "1.25")]
Cycles = Annotated[Number, Kind("1", 1.1, 100, "4")]
ChipPower = Annotated[Number, Kind("W", 0, 5e3, "1200 W")]
RackPower = Annotated[Number, Kind("W", 100, 2e6, "132 kW")]
PartPower = Annotated[Number, Kind("W", 0, 2e6, "340 W")]
UnitPower = Annotated[Number, Kind("W", 1, 1e8, "5.5 kW")]
SitePower = Annotated[Number, Kind("W", 1e4, 2e10, "1000 MW")]
ApparentPower = Annotated[Number, Kind("V*A", 1e3, 1e12, "90 MVA")]
Voltage = Annotated[Number, Kind("V", 100, 1.2e6, "138 kV")]
Frequency = Annotated[Number, Kind("Hz", 15, 400, "60 Hz")]
Temperature = Annotated[Number, Kind("K", 200, 450, "40 degC")]
Difference = Annotated[Number, Kind("delta_degC", 0.1, 60, "4 delta_degC")]
Leakage = Annotated[Number, Kind("W/K", 0, 10, "1 W/K")]
Gain = Annotated[Number, Kind("1/K", 0, 1, "5 %/K")]
Resistance = Annotated[Number, Kind("K/W", 1e-4, 1, "0.012 K/W")]
Fouling = Annotated[Number, Kind("K/W", 0, 1e-3, "1e-7 K/W")]
Rangeability = Annotated[Number, Kind("1", 5, 100, "40")]
HeatCapacity = Annotated[Number, Kind("J/K", 1, 1e9, "350 J/K")]
SpecificFlow = Annotated[Number, Kind("m^3/s/W", 1e-9, 1e-6, "1.5 L/min/kW")]
Density = Annotated[Number, Kind("kg/m^3", 500, 2000, "1020 kg/m^3")]
SpecificHeat = Annotated[Number, Kind("J/kg/K", 500, 6000, "3.9 kJ/kg/K")]
Length = Annotated[Number, Kind("m", 0.1, 1e5, "1.2 m")]
Energy = Annotated[Number, Kind("J", 1e3, 1e15, "400 MWh")]
CarbonIntensity = Annotated[Number, Kind("kg/J", 0, 1e-6, "456 kg/MWh")]
Mass = Annotated[Number, Kind("kg", 0.1, 1e6, "25 kg")]
Volume = Annotated[Number, Kind("m^3", 1e-3, 1e5, "400 L")]
MassFlow = Annotated[Number, Kind("kg/s", 0.1, 1e5, "300 kg/s")]
Time = Annotated[Number, Kind("s", 0.1, 1e5, "60 s")]
Pressure = Annotated[Number, Kind("Pa", 1e3, 2e6, "250 kPa")]
Latitude = Annotated[Number, Kind("deg", -90, 90, "40.07 deg")]
Longitude = Annotated[Number, Kind("deg", -180, 180, "-82.75 deg")]
Ramp = Annotated[Number, Kind("1/s", 1e-5, 1, "10 %/min")]
TimeZone = Annotated[Number, Kind("h", -14, 14, "-5 h")]
Efficiency = Annotated[Number, Kind("1", 0.5, 1, "97.5 %")]
EfficiencyPoint = Annotated[Point, Kind("1", 0.1, 1, "97.5 %")]
MonthlyTemperature = Annotated[Months, Kind("K", 200, 340, "20 degC", terms=MONTHS)]
MonthlyDifference = Annotated[Months, Kind("delta_degC", 0, 40, "10 delta_degC", terms=MONTHS)]
Performance = Annotated[Number, Kind("1", 1, 20, "6.1")]
FlopRate = Annotated[Number, Kind("FLOP/s", 1e9, 1e18, "989.4 TFLOP/s")]
FuelRate = Annotated[Number, Kind("m^3/J", 1e-12, 1e-8, "0.07 gal/kWh")]
ResponseTime = Annotated[Number, Kind("s", 1e-6, 60, "4 ms")]
Memory = Annotated[Number, Kind("byte", 1e8, 1e14, "80 GB")]
Bandwidth = Annotated[Number, Kind("byte/s", 1e9, 1e15, "3.35 TB/s")]
Quadratic = Annotated[Coefficients, Kind("1", -100, 100, "0.25", terms=3)]
Biquadratic = Annotated[Coefficients, Kind("1", -100, 100, "0.25", terms=6)]


def walk(path: str, part: object) -> Iterator[tuple[str, Number | Series]]:
    """
    Find every number of a part, and of the parts in it.

    Parameters
    ----------
    path : text
        Dotted place of the part; may be empty.
    part
        A model, or a table of models.

    Yields
    ------
    tuple of text and Number or Series
        Its place and itself, in the order of the fields.
    """
    if isinstance(part, Number | Series):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from walk(_join(path, name), getattr(part, name))
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from walk(_join(path, name), value)
    elif isinstance(part, tuple):
        for number, value in enumerate(part, start=1):
            yield from walk(_join(path, getattr(value, "name", str(number))), value)


def numbers(path: str, part: object) -> Iterator[Provenance]:
    """
    Say of every number of a part where it stands and where it comes from.

    Parameters
    ----------
    path : text
        Dotted place of the part; may be empty.
    part
        A model, or a table of models.

    Yields
    ------
    Provenance
        In the order of the fields.
    """
    for place, number in walk(path, part):
        yield number.provenance(place)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
