"""Interconnections as data: what a sudden change of load meets, and who says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import model_validator

from facilities.quantity import Frequency, Kind, Model, Number, PositiveFactor, Share, Sourced, Text, Time
from facilities.reader import parsed, toml
from twin import units
from twin.arrays import Floats
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid.frequency import Interconnection as Machine

FILE = Path(__file__).with_name("interconnections.toml")

SystemPower = Annotated[Number, Kind("W", 1e8, 2e12, "500 GW")]


class Shedding(Sourced):
    """Load that relays take off when frequency has fallen too far."""

    stages: tuple[tuple[str, str], ...]
    """Frequency of each stage, and the part of the load that goes at it."""
    delay: str
    """From a stage's frequency until its load has gone."""

    @property
    def stages_si(self) -> tuple[Floats, Floats]:
        """Frequencies [Hz], falling, and parts of the load [1]."""
        levels = [units.si(units.read(level), "Hz") for level, _ in self.stages]
        return np.array(levels), np.array([units.si(units.read_ratio(part), "1") for _, part in self.stages])

    @property
    def delay_si(self) -> float:
        """Delay in seconds."""
        return units.si(units.read(self.delay), "s")

    @model_validator(mode="after")
    def _falling(self) -> Shedding:
        levels, parts = self.stages_si
        if np.any(np.diff(levels) >= 0.0) or not 0.0 < parts.sum() <= 1.0 or self.delay_si < 0.0:
            message = "give stages from the highest frequency down, parts of the load that sum to 100 % at most"
            raise ValueError(message)
        return self


class Interconnection(Model):
    """An interconnection as one machine; `twin.grid.frequency` says what the numbers mean."""

    title: Text
    note: Text
    base: SystemPower
    frequency: Frequency
    inertia: Time
    damping: PositiveFactor
    droop: Share
    gain: Share
    fast_part: Share
    reheat_time: Time
    shedding: Shedding | None = None

    @property
    def machine(self) -> Machine:
        """Its numbers in SI."""
        return Machine(*(getattr(self, name).si for name in Machine._fields))


def names() -> list[str]:
    """
    List the interconnections that come with the project.

    Returns
    -------
    list of text
        In order of the alphabet.
    """
    return sorted(toml(FILE))


@cache
def load(name: str) -> Interconnection:
    """
    Read an interconnection.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    Interconnection
        Frozen.

    Raises
    ------
    UnknownNameError
        When there is no such interconnection.
    FacilityError
        With all faults of its entry.
    """
    content = toml(FILE)
    if name not in content:
        kind = "interconnection"
        raise UnknownNameError(kind, name, sorted(content))
    found, faults = parsed(Interconnection, content[name])
    if found is None:
        raise FacilityError(FILE.name, [Fault(f"{name}.{fault.where}", fault.message) for fault in faults])
    return found
