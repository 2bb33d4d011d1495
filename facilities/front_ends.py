"""What stands between the grid and equipment, as data: hold-up, batteries, settings of leaving and of coming back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import model_validator

from facilities import codes
from facilities.codes import RideThrough
from facilities.quantity import Kind, Model, Number, Provenance, Text, numbers
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid import ride_through_machine as machine
from twin.grid.ride_through import Curve
from twin.grid.ride_through_machine import Groups, Trips

FILE = Path(__file__).with_name("front_ends.toml")

Wait = Annotated[Number, Kind("s", 0, 1e4, "20 ms")]
Limit = Annotated[Number, Kind("1", 1, 2, "1.2")]
Level = Annotated[Number, Kind("1", 0, 1.5, "90 %")]
Times = Annotated[Number, Kind("1", 0.1, 10, "1.2")]
Sags = Annotated[Number, Kind("1", 1, machine.MOST_COUNTED, "3", whole=True)]


class FrontEnd(Model):
    """An input of equipment; `twin.grid.ride_through_machine` says what it does with these numbers."""

    title: Text
    role: Literal["computing", "cooling"]
    curve: Text | None = None
    """Name of a code or a curve of equipment: how long it stays at a voltage. Without it only its supply decides."""
    frequency_curve: Text | None = None
    margin: Times | None = None
    """How many times as long as its curves it stays."""
    current_limit: Limit
    least_voltage: Level
    hold_up: Wait
    battery: Wait | None = None
    """Time for which it gives the whole power."""
    assists: bool = False
    charge: Level | None = None
    """Power of charging over that of the load."""
    return_low: Level
    return_high: Level
    return_delay: Wait
    ramp: Wait
    restarts: bool
    count: Sags | None = None
    count_window: Wait | None = None
    count_level: Level | None = None

    @model_validator(mode="after")
    def _whole(self) -> FrontEnd:
        if (self.battery is None) != (self.charge is None):
            message = "give battery and charge together, or neither"
            raise ValueError(message)
        if len({self.count is None, self.count_window is None, self.count_level is None}) != 1:
            message = "give count, count_window and count_level together, or none of them"
            raise ValueError(message)
        return self


class Fed(NamedTuple):
    """
    Part of a site's load behind one kind of input.

    Attributes
    ----------
    front_end : FrontEnd
        Its input.
    power : [W]
        Drawn at nominal voltage.
    standby_delay : [s]
        Time away after which standby sets carry it; infinite where there are none.
    standby_return : [s]
        For which the grid must be good before sets hand it back.
    """

    front_end: FrontEnd
    power: float
    standby_delay: float = np.inf
    standby_return: float = 300.0


def names() -> list[str]:
    """
    List the front ends that come with the project.

    Returns
    -------
    list of text
        In the order of their file.
    """
    return list(toml(FILE))


@cache
def load(name: str) -> FrontEnd:
    """
    Read a front end.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    FrontEnd
        Frozen.

    Raises
    ------
    UnknownNameError
        When there is no such front end.
    FacilityError
        With all faults of its entry.
    """
    content = toml(FILE)
    if name not in content:
        kind = "front end"
        raise UnknownNameError(kind, name, list(content))
    found, faults = parsed(FrontEnd, content[name])
    if found is None:
        raise FacilityError(FILE.name, [Fault(f"{name}.{fault.where}", fault.message) for fault in faults])
    return found


def numbers_of(name: str) -> list[Provenance]:
    """
    List the numbers of a front end with their sources.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    list of Provenance
        In the order of the file.
    """
    return list(numbers(name, load(name)))


def groups(fed: Sequence[Fed]) -> tuple[Groups, Trips]:
    """
    Give parts of a load as the state machine reads them.

    Parameters
    ----------
    fed
        Each a group, at least one.

    Returns
    -------
    tuple
        Groups in SI, and the conditions under which they leave.
    """
    ends = [part.front_end for part in fed]
    power = np.array([part.power for part in fed])

    def column(name: str, missing: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        found = (getattr(end, name) for end in ends)
        return np.array([missing if number is None else number.si for number in found])

    table = Groups(
        power=power,
        current_limit=column("current_limit"),
        least_voltage=column("least_voltage"),
        hold_up=column("hold_up"),
        battery=power * column("battery"),
        assists=np.array([end.assists for end in ends]),
        charge=power * column("charge"),
        return_low=column("return_low"),
        return_high=column("return_high"),
        return_delay=column("return_delay"),
        ramp=column("ramp"),
        restarts=np.array([end.restarts for end in ends]),
        count_level=column("count_level"),
        last_sag=column("count").astype(np.int64),
        count_window=column("count_window"),
        standby_delay=np.array([part.standby_delay for part in fed]),
        standby_return=np.array([part.standby_return for part in fed]),
    )
    return table, machine.joined(tuple(trips for row, end in enumerate(ends) for trips in _trips(row, end)))


def _trips(row: int, end: FrontEnd) -> list[Trips]:
    """Give what makes a front end leave; at least nothing, so that there is something to join."""
    margin = 1.0 if end.margin is None else end.margin.si
    none = np.zeros(0)
    found = [Trips(none.astype(np.int64), none.astype(np.int64), none.astype(np.bool_), none, none)]
    named = ((end.curve, "voltage_ride_through"), (end.frequency_curve, "frequency_ride_through"))
    for quantity, (name, kind) in enumerate(named):
        if name is None:
            continue
        curve = curve_of(name, kind)
        # The steady state lies in the band that is without end.
        for_good = np.isinf(curve.time)
        nominal = 0.5 * float(curve.low[for_good].min() + curve.high[for_good].max())
        found.append(machine.trips_of(curve._replace(time=margin * curve.time), row, quantity, nominal))
    return found


def curve_of(code: str, kind: str) -> Curve:
    """
    Give the curve of ride-through that a code has.

    Parameters
    ----------
    code
        Name of it.
    kind
        ``voltage_ride_through`` or ``frequency_ride_through``.

    Returns
    -------
    Curve
        Of voltage per unit, or of frequency in hertz.

    Raises
    ------
    FacilityError
        When the code has none of this kind.
    """
    for limit in codes.load(code).limits:
        if isinstance(limit, RideThrough) and limit.kind == kind:
            return limit.curve
    where = f"{code}.toml"
    raise FacilityError(where, [Fault("limits", f"has no {kind}; name a code that has")])
