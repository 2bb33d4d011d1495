"""Generating sets of an island, as data: how they answer, and within which bands of frequency."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np

from facilities.quantity import Factor, Kind, Model, Number, ResponseTime, Share, Text, Time
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault
from twin.grid.island import Fleet, Support

FILE = Path(__file__).with_name("island.toml")

SetRamp = Annotated[Number, Kind("1/s", 1e-4, 2, "5 %/s")]
Part = Annotated[Number, Kind("1", 1e-4, 1, "0.5 %")]


class Sets(Model):
    """A kind of generating set; `twin.grid.island` says what it does with these numbers."""

    title: Text
    inertia: Time
    droop: Share
    reset: Time
    fuel_time: ResponseTime
    power_time: ResponseTime
    step: Share
    ramp: SetRamp


class Band(Model):
    """Frequency within which an island is asked to stay."""

    title: Text
    deviation: Part
    """From nominal, either way."""
    lasting: bool
    """Whether it holds for a swing that lasts, rather than after a step."""


class Battery(Model):
    """A battery that holds the island's frequency."""

    title: Text
    droop: Part
    """Frequency at which it gives its rating."""
    time: ResponseTime


class Demand(Model):
    """What the island feeds."""

    title: Text
    damping: Factor
    """Power over frequency, per unit of both."""
    firm: Share
    """Load that is promised, over the nameplate of all sets."""
    duty: Share
    """Part of an iteration at high power."""


class Island(Model):
    """The whole file."""

    kinds: dict[str, Sets]
    bands: dict[str, Band]
    battery: Battery
    load: Demand


@cache
def load() -> Island:
    """
    Read the file.

    Returns
    -------
    Island
        Frozen.

    Raises
    ------
    FacilityError
        With all its faults.
    """
    found, faults = parsed(Island, toml(FILE))
    if found is None:
        raise FacilityError(FILE.name, [Fault(fault.where, fault.message) for fault in faults])
    return found


def fleet(ratings: Mapping[str, float]) -> Fleet:
    """
    Give sets in service as the island's equations read them.

    Parameters
    ----------
    ratings
        Power [W] of all sets of each kind, by its name in the file.

    Returns
    -------
    Fleet
        A row a kind, in the order given.
    """
    sets = [load().kinds[kind] for kind in ratings]
    columns = (np.array([getattr(each, name).si for each in sets]) for name in Fleet._fields[1:])
    return Fleet(np.array(list(ratings.values())), *columns)


def support(rating: float) -> Support:
    """
    Give a battery of a size.

    Parameters
    ----------
    rating
        Its power [W], either way.

    Returns
    -------
    Support
        With the droop and the lag of the file.
    """
    battery = load().battery
    return Support(rating, battery.droop.si, battery.time.si)
