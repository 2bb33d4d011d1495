"""Planned reinforcements of a host network as data, each switched on by name: lines, transformers, stations, plants."""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated, Any

import numpy as np
from pydantic import StrictInt

from facilities.hosts.files import FOLDER, Host
from facilities.quantity import (
    ApparentPower,
    Kind,
    Latitude,
    Longitude,
    Model,
    Number,
    PositiveCount,
    PositiveFactor,
    Ratio,
    SitePower,
    Text,
    Voltage,
)
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault, UnknownNameError
from twin.grid.feeding import shared_by_headroom
from twin.grid.host import Branches, Buses, HostGrid, Units

SOURCE = "connection.host.additions"
"""What errors name as the place of their faults."""

Route = Annotated[Number, Kind("m", 100, 1e6, "48 km")]
Longitudinal = Annotated[Number, Kind("ohm/m", 1e-7, 1e-2, "0.33 ohm/km")]
Charging = Annotated[Number, Kind("S/m", 1e-12, 1e-6, "5 uS/km")]


class Station(Model):
    """A new bus."""

    bus: StrictInt
    name: Text
    voltage: Voltage
    latitude: Latitude
    longitude: Longitude


class Line(Model):
    """Circuits between two buses."""

    start: StrictInt
    end: StrictInt
    circuits: PositiveCount
    length: Route
    resistance: Longitudinal
    reactance: Longitudinal
    charging: Charging
    rating: ApparentPower
    """Of one circuit."""


class Bank(Model):
    """Transformers side by side between two buses."""

    start: StrictInt
    end: StrictInt
    units: PositiveCount
    rating: ApparentPower
    """Of one."""
    impedance: Ratio
    """On its rating; resistance is left out."""


class Plant(Model):
    """Generation at a new bus."""

    bus: StrictInt
    power: SitePower
    """That it gives; it takes up no more."""
    reactive_share: Ratio
    """Reactive power that it may give and take, over its active power."""
    voltage: PositiveFactor
    """That it holds."""


class Addition(Model):
    """A reinforcement."""

    title: Text
    about: Text
    stations: tuple[Station, ...] = ()
    lines: tuple[Line, ...] = ()
    banks: tuple[Bank, ...] = ()
    plants: tuple[Plant, ...] = ()


@cache
def known(network: str) -> dict[str, Addition]:
    """
    Read the reinforcements that are planned around a host grid.

    Parameters
    ----------
    network
        Name of a host grid.

    Returns
    -------
    dict
        By name, in the order of the file; empty where none is known.

    Raises
    ------
    FacilityError
        With all faults of the file.
    """
    path = FOLDER / f"{network}.toml"
    if not path.is_file():
        return {}
    found, faults = {}, []
    for name, content in toml(path).items():
        addition, wrong = parsed(Addition, content, name)
        faults += wrong
        if addition is not None:
            found[name] = addition
    if faults:
        raise FacilityError(path.name, faults)
    return found


def with_additions(host: Host, network: str, names: tuple[str, ...]) -> Host:
    """
    Take planned reinforcements as built.

    Parameters
    ----------
    host : Host
        The network without them.
    network
        Its name.
    names : tuple of text
        Keys of `known`, in an order in which each stands on what is there.

    Returns
    -------
    Host
        What plants give, all other units give less, in the proportion in which they would give more.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    FacilityError
        When a bus is not there, as another reinforcement that brings it is not switched on.
    """
    for name in names:
        if name not in known(network):
            kind = f"addition to {network}"
            raise UnknownNameError(kind, name, sorted(known(network)))
        host = _built(host, name, known(network)[name])
    return host


def _built(host: Host, name: str, addition: Addition) -> Host:
    """Build one."""
    buses = _more_buses(host.grid.buses, addition.stations)
    row = {int(number): place for place, number in enumerate(buses.number)}
    needed = [end for line in addition.lines for end in (line.start, line.end)]
    needed += [end for bank in addition.banks for end in (bank.start, bank.end)]
    absent = sorted({bus for bus in (*needed, *(plant.bus for plant in addition.plants)) if bus not in row})
    if absent:
        message = f"stands on buses {absent}, which are not there; switch on the addition that brings them before it"
        raise FacilityError(SOURCE, [Fault(name, message)])
    grid = host.grid._replace(buses=buses)
    branches = _more_branches(grid, row, addition)
    made = len(branches.start) - len(host.equivalent)
    return host._replace(
        grid=_with_plants(grid._replace(branches=branches), row, addition.plants),
        studied=np.append(host.studied, np.ones(len(addition.stations), dtype=bool)),
        equivalent=np.append(host.equivalent, np.zeros(made, dtype=bool)),
    )


def _more_buses(buses: Buses, stations: tuple[Station, ...]) -> Buses:
    """Add the stations."""
    none, one = np.zeros(len(stations)), np.ones(len(stations))
    added = Buses(
        np.array([station.bus for station in stations], dtype=np.int64),
        tuple(station.name for station in stations),
        np.array([station.voltage.si for station in stations]),
        none, none, none, none, 0.9 * one, 1.1 * one,
        np.array([station.latitude.si for station in stations]),
        np.array([station.longitude.si for station in stations]),
    )  # fmt: skip
    joined: list[Any] = [
        old + new if isinstance(old, tuple) and isinstance(new, tuple) else np.concatenate([old, new])
        for old, new in zip(buses, added, strict=True)
    ]
    return Buses(*joined)


def _more_branches(grid: HostGrid, row: dict[int, int], addition: Addition) -> Branches:
    """Add a branch for each circuit and each transformer."""
    made: list[tuple[int, int, float, float, float, float, bool]] = []
    for line in addition.lines:
        start, end = row[line.start], row[line.end]
        ohms = grid.buses.nominal_voltage[start] ** 2 / grid.base_power
        resistance, reactance = (per.si * line.length.si / ohms for per in (line.resistance, line.reactance))
        charging = line.charging.si * line.length.si * ohms
        made += [(start, end, resistance, reactance, charging, line.rating.si, False)] * line.circuits.count
    for bank in addition.banks:
        reactance = bank.impedance.si * grid.base_power / bank.rating.si
        one = (row[bank.start], row[bank.end], 0.0, reactance, 0.0, bank.rating.si, True)
        made += [one] * bank.units.count
    count = len(made)
    values = np.array(made, dtype=float).reshape(count, 7).T
    ends = values[:2].astype(np.intp)
    resistance, reactance, charging, rating = values[2:6]
    added = Branches(
        ends[0], ends[1], resistance, reactance, charging, np.ones(count), np.zeros(count), rating, rating,
        values[6] > 0.0, np.ones(count, dtype=bool),
    )  # fmt: skip
    return Branches(*(np.concatenate(pair) for pair in zip(grid.branches, added, strict=True)))


def _with_plants(grid: HostGrid, row: dict[int, int], plants: tuple[Plant, ...]) -> HostGrid:
    """Add the plants, and let the others give so much less."""
    if not plants:
        return grid
    units = grid.units
    power = np.array([plant.power.si for plant in plants])
    reactive = power * np.array([plant.reactive_share.si for plant in plants])
    added = Units(
        np.array([row[plant.bus] for plant in plants]),
        power,
        power,
        -reactive,
        reactive,
        np.array([plant.voltage.si for plant in plants]),
        np.zeros(len(plants)),
    )
    given = units._replace(active=units.active - units.share * math.fsum(power))
    return shared_by_headroom(
        grid._replace(units=Units(*(np.concatenate(pair) for pair in zip(given, added, strict=True))))
    )
