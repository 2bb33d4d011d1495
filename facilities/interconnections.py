"""Interconnections as data: what a sudden change of load meets, and who says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from facilities.quantity import Frequency, Kind, Model, Number, PositiveFactor, Share, Text, Time
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid.frequency import Interconnection as Machine

FILE = Path(__file__).with_name("interconnections.toml")

SystemPower = Annotated[Number, Kind("W", 1e8, 2e12, "500 GW")]


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
