"""What a fast load meets and what can be done about it, as data: modes of networks, spectra of rectifiers, devices."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from facilities.quantity import Basis, Factor, Kind, Model, Number, Ratio, ResponseTime, Text
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault
from twin.grid import modes

FILE = Path(__file__).with_name("fast_load.toml")

SwingFrequency = Annotated[Number, Kind("Hz", 0.01, 200, "0.7 Hz")]
DampingRatio = Annotated[Number, Kind("1", 1e-4, 0.99, "5 %")]
PowerRate = Annotated[Number, Kind("W/s", 0.1, 1e6, "100 W/s")]
HoldTime = Annotated[Number, Kind("s", 0, 1e4, "10 s")]
SpecificEnergy = Annotated[Number, Kind("J", 1, 1e6, "65 J")]


class Mode(Model):
    """A mode of a network, where no study of it has been made."""

    title: Text
    of: Literal["eastern", "western", "ercot", "any"]
    """Interconnection."""
    frequency: SwingFrequency
    damping: DampingRatio
    """Ratio to critical."""

    @property
    def mode(self) -> modes.Mode:
        """Its numbers in SI."""
        return modes.Mode(self.title, self.frequency.si, self.damping.si)


class Rectifier(Model):
    """Harmonic currents of a kind of rectifier, over its fundamental at full load."""

    title: Text
    basis: Basis
    source: Text
    note: Text | None = None
    pulses: int | None = Field(default=None, ge=2)
    """Of an ideal line-commutated one, whose currents are 1/h."""
    total: Ratio | None = None
    """Distortion over all orders, of one that switches."""
    orders: tuple[int, ...] = ()
    """On which it falls, as 1/h."""
    in_step: bool
    """Whether those of a site add up as they stand; else by the second summation law of IEC/TR 61000-3-6."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Rectifier:
        if (self.pulses is None) == (self.total is None) or (self.total is None) == bool(self.orders):
            message = "give either pulses, or total and orders"
            raise ValueError(message)
        return self


class Smoothing(Model):
    """Power smoothing in the firmware of a package; the names are NVML's."""

    title: Text
    highest_floor: Ratio
    """Of percent_tmp_floor, over rated power."""
    lowest_ceiling: Factor
    """Highest power that it cannot be set below, over rated power."""
    ramp_up_rate: PowerRate
    ramp_down_rate: PowerRate
    ramp_down_hysteresis: HoldTime


class Dummy(Model):
    """Dummy work by software."""

    title: Text
    highest_level: Ratio
    """Over rated power."""
    latency: ResponseTime
    slowdown: Ratio
    """Part of the job's speed that it costs."""


class FastLoad(Model):
    """The whole file."""

    modes: dict[str, Mode]
    rectifiers: dict[str, Rectifier]
    smoothing: Smoothing
    dummy: Dummy
    supply_energy: SpecificEnergy
    """That supplies of a rack hold for each package."""
    cable_charging: Ratio
    """Reactive power of a campus's cables over the rating of its connection."""


@cache
def load() -> FastLoad:
    """
    Read the file.

    Returns
    -------
    FastLoad
        Frozen.

    Raises
    ------
    FacilityError
        With all its faults.
    """
    found, faults = parsed(FastLoad, toml(FILE))
    if found is None:
        raise FacilityError(FILE.name, [Fault(fault.where, fault.message) for fault in faults])
    return found


def modes_of(interconnection: str | None) -> tuple[modes.Mode, ...]:
    """
    Give the modes that a site's load may meet.

    Parameters
    ----------
    interconnection
        By name; modes of machines nearby alone where there is none.

    Returns
    -------
    tuple of Mode
        In order of frequency.
    """
    found = [mode.mode for mode in load().modes.values() if mode.of in ("any", interconnection)]
    return tuple(sorted(found, key=lambda mode: mode.frequency))


def nearby() -> modes.Mode:
    """
    Give the mode of machines nearby, in whose place a study of a network has its own.

    Returns
    -------
    Mode
        One of `modes_of`, whatever the interconnection.
    """
    return load().modes["local"].mode
