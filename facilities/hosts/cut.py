"""
Host files cut from openly licensed synthetic cases: an area as it stands, an equivalent for the rest, and checks.

All units of the case take up a change of load by what they have left, in the full case and in the cut alike: a single
slack would take a gigawatt over whatever path leads to it.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from facilities.hosts.areas import EASTERN, TEXAS, Area
from facilities.hosts.files import Check, Host, Record
from facilities.hosts.matpower import holding_stated_voltages, network, read, stated_voltage
from twin.errors import FacilityError, Fault
from twin.grid.feeding import Feeding, loaded, shared_by_headroom
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.power_flow import SOURCE, Solution, branch_flows, solve
from twin.grid.reduction import driving_point_impedance, reduce
from twin.site import Floats

EARTH = 6.371e6
"""Mean radius [m]."""

NUMBERED_FROM = {EASTERN: 0, TEXAS: 3_000_000}
"""What the tables of coordinates add to the numbers of buses of a case: those of Texas stand for others in the East."""

CHECKED = (0.5e9, 1e9, 2e9)
"""Loads [W] at which a cut is held against its full case."""

POWER_FACTOR = 0.98
"""Of the load of the checks, lagging."""

LOADED = 0.3
"""Flow over rating [1] from which a flow's error is told over the flow itself."""

ORIGIN = (
    "Synthetic case of the ACTIVSg project, Texas A&M University, as in MATPOWER; coordinates of the U.S. Test System"
)
ATTRIBUTION = (
    "A. B. Birchfield, T. Xu, K. M. Gegner, K. S. Shetye and T. J. Overbye, 'Grid structural characteristics as "
    "validation criteria for synthetic networks', IEEE Transactions on Power Systems 32(4), 2017, "
    "doi 10.1109/TPWRS.2016.2616385; coordinates: Y. Xu et al., 'U.S. test system with high spatial and temporal "
    "resolution for renewable integration studies', IEEE PES General Meeting, 2020 (Breakthrough Energy)"
)
LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0)"
LICENCE_LINK = "https://creativecommons.org/licenses/by/4.0/"

NOTE = (
    "A synthetic network: statistically like a real one, with no line of the utility's. Its answers are good for "
    "method and order of magnitude; they are no study of the utility's network."
)
CHANGES = (
    "Changed from the original: units are merged by bus and hold the voltages of the published state; all of them take "
    "up a change of load, by what they have left"
)
REPLACED = "; outside of the radius an extended Ward equivalent at the published state stands for the rest"


class Full(NamedTuple):
    """
    A whole case at its published state.

    Attributes
    ----------
    grid : HostGrid
        The case, with coordinates.
    solved : Solution
        Its power flow.
    """

    grid: HostGrid
    solved: Solution


def open_case(path: Path, coordinates: Path | None = None) -> Full:
    """
    Read a synthetic case, put its buses on the map and solve it.

    Parameters
    ----------
    path
        Case file of MATPOWER.
    coordinates : optional
        Folder with ``bus2sub.csv`` and ``sub.csv`` of the U.S. test system; without it places stay unknown.

    Returns
    -------
    Full
        Units hold the voltages of the published state, and share changes by what they have left.
    """
    case = read(path)
    grid = holding_stated_voltages(network(case).grid, case)
    grid = shared_by_headroom(grid)
    if coordinates is not None:
        places = _places(coordinates)
        first = NUMBERED_FROM[path.stem]
        latitude, longitude = np.array([places[first + int(number)] for number in grid.buses.number]).T
        grid = grid._replace(buses=grid.buses._replace(latitude=latitude, longitude=longitude))
    return Full(grid, solve(grid, stated_voltage(case)))


def cut(full: Full, area: Area) -> Host:
    """
    Cut an area out of a case, and check it against the case.

    Parameters
    ----------
    full : Full
        The case.
    area : Area
        What to keep.

    Returns
    -------
    Host
        With the results of its checks in its record.
    """
    far = distances(full.grid, area)
    kept = _joined(full.grid, far < area.radius, rows_of_numbers(full.grid, area.points)[0])
    whole = bool(kept.all())
    if whole:
        grid, equivalent = full.grid, np.zeros(len(full.grid.branches.start), dtype=bool)
    else:
        grid, equivalent = reduce(full.grid, full.solved, kept)
    studied = np.append(far[kept] < area.study_radius, np.zeros(len(grid.buses.number) - kept.sum(), dtype=bool))
    record = Record(
        title=area.title,
        note=NOTE,
        origin=f"{ORIGIN}; {area.case}",
        attribution=ATTRIBUTION,
        licence=LICENCE,
        licence_link=LICENCE_LINK,
        changes=CHANGES if whole else CHANGES + REPLACED,
        case=area.case,
        latitude=area.latitude,
        longitude=area.longitude,
        radius=None if whole else area.radius,
        study_radius=None if whole else area.study_radius,
        buses=int(kept.sum()),
        power_factor=POWER_FACTOR,
    )
    host = Host(grid, studied.astype(bool), equivalent, record)
    return host if whole else checked(host, full, area.points)


def checked(host: Host, full: Full, points: tuple[int, ...]) -> Host:
    """
    Hold a cut against its full case.

    Parameters
    ----------
    host : Host
        The cut.
    full : Full
        The case.
    points : tuple of int
        Numbers of buses that share the load of the checks equally.

    Returns
    -------
    Host
        With new checks in its record.
    """
    record = host.record.model_copy(
        update={
            "impedance_error": impedance_error(host, full, points),
            "checks": tuple(check(host, full, points, load) for load in CHECKED),
        }
    )
    return host._replace(record=record)


def check(host: Host, full: Full, points: tuple[int, ...], load: float) -> Check:
    """
    Compare a cut with its full case under an added load.

    Parameters
    ----------
    host : Host
        The cut.
    full : Full
        The case.
    points : tuple of int
        Numbers of buses that share the load equally.
    load : [W]
        Added, at `POWER_FACTOR`.

    Returns
    -------
    Check
        Largest differences in the study area.
    """
    loaded_full, loaded_host = (loaded(grid, _feeding(grid, points), load) for grid in (full.grid, host.grid))
    expected = solve(loaded_full, full.solved.voltage).voltage
    got = solve(loaded_host).voltage
    row = rows_of_numbers(full.grid, tuple(int(n) for n in host.grid.buses.number[host.studied]))
    voltage_error = np.abs(np.abs(expected[row]) - np.abs(got[host.studied])).max()
    mine = np.flatnonzero(host.studied_branches & np.isfinite(host.grid.branches.rating))
    theirs = _same_branches(host, full.grid, mine)
    flow = np.abs(branch_flows(loaded_full, expected)[0][theirs])
    error = np.abs(flow - np.abs(branch_flows(loaded_host, got)[0][mine]))
    rating = host.grid.branches.rating[mine]
    busy = flow > LOADED * rating
    return Check(
        load=load,
        voltage_error=float(voltage_error),
        flow_error=float((error / rating).max()),
        loaded_flow_error=float((error[busy] / flow[busy]).max()),
        highest_loading=float((flow / rating).max()),
    )


def impedance_error(host: Host, full: Full, points: tuple[int, ...]) -> float:
    """
    Compare the impedances that points of connection see, in a cut and in its full case.

    Parameters
    ----------
    host : Host
        The cut.
    full : Full
        The case.
    points : tuple of int
        Numbers of buses without units.

    Returns
    -------
    float
        Largest difference of complex impedances over the full case's [1].
    """
    voltage = solve(host.grid).voltage
    errors = []
    for there, here in zip(rows_of_numbers(full.grid, points), rows_of_numbers(host.grid, points), strict=True):
        expected = driving_point_impedance(full.grid, full.solved.voltage, there)
        errors.append(abs(driving_point_impedance(host.grid, voltage, here) / expected - 1.0))
    return max(errors)


def rows_of_numbers(grid: HostGrid, numbers: tuple[int, ...]) -> Indices:
    """
    Find buses by number.

    Parameters
    ----------
    grid : HostGrid
        The network.
    numbers : tuple of int
        Numbers of buses.

    Returns
    -------
    (bus,)
        Rows of `Buses`.

    Raises
    ------
    FacilityError
        With each number that no bus has.
    """
    order = np.argsort(grid.buses.number)
    place = np.minimum(np.searchsorted(grid.buses.number, numbers, sorter=order), len(order) - 1)
    rows = order[place]
    absent = [number for number, row in zip(numbers, rows, strict=True) if grid.buses.number[row] != number]
    if absent:
        message = f"the network has no bus {', '.join(map(str, absent))}; name one of its {len(order)} buses"
        raise FacilityError(SOURCE, [Fault("points", message)])
    return rows


def distances(grid: HostGrid, area: Area) -> Floats:
    """
    Give distances of buses from the place of an area.

    Parameters
    ----------
    grid : HostGrid
        With coordinates.
    area : Area
        With the place.

    Returns
    -------
    (bus,) [m]
        Along the surface.
    """
    north, here = np.radians(grid.buses.latitude), math.radians(area.latitude)
    east = np.radians(grid.buses.longitude - area.longitude)
    chord = np.sin(0.5 * (north - here)) ** 2 + np.cos(north) * math.cos(here) * np.sin(0.5 * east) ** 2
    return np.asarray(2.0 * EARTH * np.arcsin(np.sqrt(chord)))


def _feeding(grid: HostGrid, points: tuple[int, ...]) -> Feeding:
    """Share the load of the checks equally."""
    return Feeding(rows_of_numbers(grid, points), np.full(len(points), 1.0 / len(points)), POWER_FACTOR)


def _places(folder: Path) -> dict[int, tuple[float, float]]:
    """Read latitude and longitude [deg] by number of bus."""
    with (folder / "sub.csv").open(encoding="utf-8", newline="") as lines:
        stations = {row["sub_id"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(lines)}
    with (folder / "bus2sub.csv").open(encoding="utf-8", newline="") as lines:
        return {int(row["bus_id"]): stations[row["sub_id"]] for row in csv.DictReader(lines)}


def _joined(grid: HostGrid, near: Flags, point: np.intp) -> Flags:
    """Keep of the buses near those that lines among them connect with the point."""
    branches, count = grid.branches, len(near)
    inside = branches.in_service & near[branches.start] & near[branches.end]
    ends = branches.start[inside], branches.end[inside]
    links = sparse.csr_matrix((np.ones(len(ends[0])), ends), shape=(count, count))
    _, island = csgraph.connected_components(links, directed=False)
    return np.asarray(near & (island == island[point]))


def _same_branches(host: Host, full: HostGrid, mine: Indices) -> Indices:
    """Find branches of the cut in the case: those between buses kept, which both list in one order."""
    kept = np.isin(full.buses.number, host.grid.buses.number)
    inside = np.flatnonzero(kept[full.branches.start] & kept[full.branches.end])
    return inside[mine]
