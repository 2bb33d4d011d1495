"""The host network of a site: what its file names, with its points of connection found and seen to be fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facilities.connection import HostNetwork
from facilities.hosts import files
from facilities.hosts.additions import with_additions
from facilities.hosts.files import Host
from facilities.reader import nearest
from facilities.schema import Facility
from twin.errors import FacilityError, Fault
from twin.grid.feeding import Feeding
from twin.grid.host import HostGrid, Indices
from twin.grid.power_flow import SOURCE, cut_off

PLACE = "connection.host"
"""Of the faults, in a site's file."""


class Hosted(NamedTuple):
    """
    A site on its host network.

    Attributes
    ----------
    host : Host
        The network, planned reinforcements included that the site's file switches on.
    feeding : Feeding
        The site's points of connection.
    synthetic
        Whether it is one of the project's, which are all synthetic; a user's own is what the user says.
    """

    host: Host
    feeding: Feeding
    synthetic: bool


def hosted(facility: Facility) -> Hosted | None:
    """
    Find the network that a site stands on.

    Parameters
    ----------
    facility : Facility
        The site.

    Returns
    -------
    Hosted or None
        None where the site names no network: its grid is an equivalent.

    Raises
    ------
    FacilityError
        When there is no such network, or a point of connection is not in it or cut off from it.
    """
    wanted = facility.connection.host
    if wanted is None:
        return None
    host = _network(wanted, facility.connection.frequency.si)
    shares = [point.share.si for point in wanted.points if point.share is not None]
    count = len(wanted.points)
    return Hosted(
        host,
        Feeding(
            rows(host.grid, [point.bus for point in wanted.points]),
            np.array(shares) if shares else np.full(count, 1.0 / count),
            facility.connection.power_factor.si,
        ),
        wanted.network in files.names(),
    )


def rows(grid: HostGrid, named: Sequence[int | str]) -> Indices:
    """
    Find points of connection, and see that each can be fed.

    Parameters
    ----------
    grid : HostGrid
        The network.
    named : sequence of int or text
        Numbers or names of buses.

    Returns
    -------
    (point,)
        Rows of `Buses`.

    Raises
    ------
    FacilityError
        With all points that are not there, not unique by name, or cut off from the reference bus.
    """
    found, faults = [], []
    apart = set(cut_off(grid).tolist())
    for point in named:
        places = _places(grid, point)
        if len(places) != 1:
            message = _several(grid, point, places) if places else _absent(grid, point)
            faults.append(Fault(f"{PLACE}.points", message))
        elif places[0] in apart:
            message = (
                f"bus {point!r} has no path of branches in service to the reference bus; close one, or take another"
            )
            faults.append(Fault(f"{PLACE}.points", message))
        found += places[:1]
    if not faults and len(set(found)) < len(found):
        message = f"{list(named)} are not all different buses: closed switches join some; name each bus once"
        faults.append(Fault(f"{PLACE}.points", message))
    if faults:
        raise FacilityError(SOURCE, faults)
    return np.array(found, dtype=np.intp)


def _network(wanted: HostNetwork, frequency: float) -> Host:
    """Load a network by name, or read a user's own."""
    if wanted.network in files.names():
        return with_additions(files.load(wanted.network), wanted.network, wanted.additions)
    path = Path(wanted.network)
    if not path.is_file():
        message = f"there is no host grid and no file {wanted.network!r}.{nearest(wanted.network, files.names())}"
        raise FacilityError(PLACE, [Fault("network", message)])
    if wanted.additions:
        message = "additions are known of host grids of the project alone; take them out, or put them into your network"
        raise FacilityError(PLACE, [Fault("additions", message)])
    from facilities.hosts.read import read  # loads pandapower, which costs seconds

    return read(path, frequency)


def _places(grid: HostGrid, point: int | str) -> list[int]:
    """Find the rows of a number or a name; a name of several buses that switches join holds all of theirs."""
    if isinstance(point, int):
        return [int(row) for row in np.flatnonzero(grid.buses.number == point)]
    return [row for row, name in enumerate(grid.buses.name) if point in {name, *name.split(" + ")}]


def _absent(grid: HostGrid, point: int | str) -> str:
    """Say that a bus is not there, and which is like it."""
    if isinstance(point, str):
        if point.isdigit() and int(point) in grid.buses.number:
            return f"no bus is named {point!r}, but one has that number, which is written without quotes: bus = {point}"
        return f"the network has no bus named {point!r}.{nearest(point, [name for name in grid.buses.name if name])}"
    known = grid.buses.number
    near = known[np.argsort(np.abs(known - point), kind="stable")[:3]].tolist()
    return f"the network has no bus {point}; of its {len(known)} buses the nearest numbers are {near}"


def _several(grid: HostGrid, point: int | str, places: list[int]) -> str:
    """Say that a name stands for several buses."""
    numbers = [int(grid.buses.number[row]) for row in places]
    return f"{point!r} names {len(places)} buses: {numbers}; give the number of one"
