"""Unit costs, tariffs, fuels and embodied carbon as data: what is assumed stands with its range in one file."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, model_validator

from facilities.loading import merged
from facilities.quantity import Kind, Model, Number, PositiveFactor, Pressure, Ratio, Share, Temperature, Text
from facilities.reader import parsed, toml
from twin.errors import FacilityError, UnknownNameError

FILE = Path(__file__).with_name("economics.toml")

USUAL = "us_large"
"""Tariff of a site that names none."""

UNLISTED = "unlisted"
"""Hardware of an accelerator that the file does not list."""

EnergyPrice = Annotated[Number, Kind("USD/J", 0, 1e-4, "53 USD/MWh")]
DemandPrice = Annotated[Number, Kind("USD/W", 0, 1, "10 USD/kW")]
PowerPrice = Annotated[Number, Kind("USD/W", 0, 100, "7.4 USD/W")]
StoragePrice = Annotated[Number, Kind("USD/J", 0, 1e-2, "300 USD/kWh")]
Price = Annotated[Number, Kind("USD", 0, 1e8, "40000 USD")]
WaterPrice = Annotated[Number, Kind("USD/m^3", 0, 100, "1.5 USD/m^3")]
Years = Annotated[Number, Kind("year", 1, 100, "20 year")]
Rate = Annotated[Number, Kind("1", 0, 1, "8 %")]
Carbon = Annotated[Number, Kind("kg", 0, 1e5, "400 kg")]
PowerCarbon = Annotated[Number, Kind("kg/W", 0, 100, "0.8 kg/W")]
FuelCarbon = Annotated[Number, Kind("kg/J", 0, 1e-6, "56.1 kg/GJ")]
HeatingValue = Annotated[Number, Kind("J/m^3", 1e9, 1e11, "35.9 MJ/L")]
Operations = Annotated[Number, Kind("1", 1e15, 1e32, "3.8e25")]
Burnt = Annotated[Number, Kind("s", 0, 1e5, "8 min")]
Yearly = Annotated[Number, Kind("h", 0, 8760, "18 h")]
Slope = Annotated[Number, Kind("1/K", 0, 0.1, "0.7 %/K")]
SetRamp = Annotated[Number, Kind("1/s", 1e-5, 1, "15 %/min")]
Hour = Annotated[StrictInt, Field(ge=0, le=24)]
Month = Annotated[StrictInt, Field(ge=1, le=12)]


class Peak(Model):
    """Hours in which energy is dearer."""

    energy: EnergyPrice
    from_hour: Hour
    """Local standard time, the first that is dear."""
    to_hour: Hour
    """The first that is not."""
    months: tuple[Month, ...] = tuple(range(1, 13))
    weekdays: StrictBool = True
    """Whether Saturdays and Sundays are left out."""

    @model_validator(mode="after")
    def _hours_rise(self) -> Peak:
        if self.from_hour >= self.to_hour:
            message = f"to_hour must be after from_hour, within a day; got {self.from_hour} to {self.to_hour}"
            raise ValueError(message)
        return self


class Tariff(Model):
    """What a utility asks for."""

    title: Text
    energy: EnergyPrice
    demand: DemandPrice
    """A month, for the highest demand."""
    peak: Peak | None = None
    minimum_take: Ratio | None = None
    """Part of the contract that is billed as demand even where less is drawn."""
    ratchet: Ratio | None = None
    """Part of the highest demand of the months before, likewise."""
    fixed: Price | None = None
    """A month."""
    term: Years | None = None
    """For which a customer binds itself."""


class Hardware(Model):
    """An accelerator with its share of hosts, racks, network and storage."""

    price: Price
    embodied: Carbon


class HardwareTerms(Model):
    """What holds of all hardware."""

    life: Years
    upkeep: Rate
    """Of the price, a year."""


class Built(Model):
    """Something that is bought by the watt."""

    price: PowerPrice
    life: Years
    upkeep: Rate
    """Of the price, a year."""
    embodied: PowerCarbon


class Finance(Model):
    """What money costs."""

    interest: Rate
    tax: Rate
    """Property tax and insurance, of the price, a year."""


class Operation(Model):
    """What running a site costs besides energy and upkeep."""

    staff: PowerPrice
    """Of racks, a year."""
    water: WaterPrice
    sewage: WaterPrice


class Training(Model):
    """The training run that a site is measured by."""

    operations: Operations
    """Floating-point operations of the model."""
    utilisation: Share
    """Of the rated operations in bf16."""


class Fuel(Model):
    """A fuel; energies are of the lower heating value."""

    price: EnergyPrice
    carbon: FuelCarbon
    heating_value: HeatingValue | None = None
    """Of a liquid."""


class Generation(Model):
    """Sets of a kind, beside what the catalog says of each."""

    fuel: Text
    half_load: Share
    """Efficiency at half load over that at rating."""
    ramp: SetRamp
    start: Burnt
    """A start burns what so much time at rating would."""
    upkeep: EnergyPrice
    price: PowerPrice
    life: Years
    free_temperature: Temperature
    """Air above which the rating falls."""
    slope: Slope
    """By which it then falls."""
    free_pressure: Pressure
    """Below which the rating falls in proportion."""


class Storage(Model):
    """Batteries at the site's network."""

    price: StoragePrice
    life: Years
    upkeep: Rate
    """Of the price, a year."""


class Solar(Model):
    """Panels on trackers of one axis."""

    price: PowerPrice
    """Of what inverters give."""
    life: Years
    upkeep: Rate
    """Of the price, a year."""
    clearness: Share
    """Light of a mean day over that of a clear one."""
    losses: Ratio
    oversize: PositiveFactor
    """Panels over inverters."""


class Use(Model):
    """How supply is used."""

    unserved: EnergyPrice
    """Load that is not served."""
    test_time: Yearly
    """Of standby sets, a year."""
    test_load: Share
    """Of their rating."""


class Economics(Model):
    """The whole file."""

    tariffs: dict[Text, Tariff]
    hardware: dict[Text, Hardware]
    hardware_terms: HardwareTerms
    building: Built
    plant: Built
    connection: Built
    finance: Finance
    operation: Operation
    training: Training
    fuels: dict[Text, Fuel]
    generation: dict[Text, Generation]
    storage: Storage
    solar: Solar
    dispatch: Use

    @model_validator(mode="after")
    def _fuels_are_known(self) -> Economics:
        for name, each in self.generation.items():
            if each.fuel not in self.fuels:
                message = (
                    f"generation.{name} burns {each.fuel!r}, of which there is no table in fuels; add fuels.{each.fuel}"
                )
                raise ValueError(message)
        return self

    def tariff(self, name: str | None) -> Tariff:
        """
        Give a tariff by name.

        Parameters
        ----------
        name
            Of the tariff; the usual one without it.

        Returns
        -------
        Tariff
            As the file has it.

        Raises
        ------
        UnknownNameError
            When the file has no such tariff.
        """
        wanted = USUAL if name is None else name
        if wanted not in self.tariffs:
            kind = "tariff"
            raise UnknownNameError(kind, wanted, sorted(self.tariffs))
        return self.tariffs[wanted]

    def in_use(self, tariff: str, chips: Collection[str], kinds: Collection[str]) -> Economics:
        """
        Leave out what a site has no use for.

        Parameters
        ----------
        tariff
            Name of its tariff.
        chips
            Names of its accelerators.
        kinds
            Of its generation, ``battery`` and ``solar`` among them.

        Returns
        -------
        Economics
            With the one tariff, and hardware, sets and fuels of these; single tables stay.
        """
        generation = {name: each for name, each in self.generation.items() if name in kinds}
        burnt = {each.fuel for each in generation.values()}
        listed = {chip if chip in self.hardware else UNLISTED for chip in chips}
        return self.model_copy(
            update={
                "tariffs": {tariff: self.tariffs[tariff]},
                "hardware": {name: each for name, each in self.hardware.items() if name in listed},
                "generation": generation,
                "fuels": {name: each for name, each in self.fuels.items() if name in burnt},
            }
        )


def load(path: str | Path | None = None) -> Economics:
    """
    Read unit costs.

    Parameters
    ----------
    path
        A file of the same form as the project's, laid over it key by key; the project's alone without it.

    Returns
    -------
    Economics
        Frozen; every number with its unit, basis, source and range.

    Raises
    ------
    FacilityError
        With all faults of the file.
    """
    return _builtin() if path is None else _parsed(merged(toml(FILE), toml(Path(path))), Path(path).name)


@cache
def _builtin() -> Economics:
    return _parsed(toml(FILE), FILE.name)


def _parsed(content: dict[str, Any], name: str) -> Economics:
    found, faults = parsed(Economics, content)
    if found is None:
        raise FacilityError(name, faults)
    return found
