"""Faults on the lines at a site's buses: what voltage is left, what the site does, whether machines keep in step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, machines
from scenarios.gridstudy import ride_through
from scenarios.gridstudy.ride_through import Part
from twin.errors import FacilityError
from twin.grid import disturbances, feeding, power_flow, swing
from twin.grid.feeding import Feeding
from twin.grid.host import HostGrid
from twin.grid.machines import Machines
from twin.grid.power_flow import Solution
from twin.site import Floats

CLEARED = 5.0
"""Cycles until both ends of the faulted line have opened: 3 to 6 in transmission, by its first protection. Assumed."""

FOLLOWED = 3.0
"""[s] From the fault on: the first swings, which is as long as mechanical power is held."""

LONGEST = 1.0
"""[s] To which a fault is drawn out in search of the longest that machines stand."""

FINE = 5e-3
"""[s] To which that is found."""

LINES = 8
"""Lines at each point that are looked at, those of the least reactance: they bring most of a fault's current."""

SEEN = 0.1
"""[s] After the clearing, at which is told what the site still draws."""

STEP = 1e-3
"""[s] Of the machine of its inputs."""


class Chapter(NamedTuple):
    """
    The chapter of faults.

    Attributes
    ----------
    cleared : [s]
        How long each lasts.
    faults : frame
        A row a line and end, the one that drives machines furthest first: buses, where the fault is, the least voltage
        that is left at the site, the part of its load that is off the grid after it (below zero where batteries are
        charged again), the largest swing of a machine from rest, when one loses step, and within what frequencies the
        machines stay.
    longest : [s]
        That the first may last; infinite where that is over `LONGEST`, zero where to open the line is enough.
    """

    cleared: float
    faults: pl.DataFrame
    longest: float


class _Case(NamedTuple):
    """A campus on its network at rest, and what its load stands behind."""

    facility: Facility
    parts: tuple[Part, ...]
    grid: HostGrid
    solved: Solution
    units: Machines
    feeding: Feeding
    share: Floats
    """Of each bus of connection's load, that which is the campus's."""


class _Fault(NamedTuple):
    """A bolted fault at a bus, cleared by opening a line."""

    bus: int
    line: int


def study(facility: Facility, grid: HostGrid, where: Feeding, load: float, parts: tuple[Part, ...]) -> Chapter | None:
    """
    Study faults at both ends of each line at a site's buses.

    Parameters
    ----------
    facility
        From `facilities.load`.
    grid
        The network without the campus.
    where
        The site's buses and their shares.
    load
        What it draws [W].
    parts
        What its load stands behind.

    Returns
    -------
    Chapter
        None where no unit is large enough to be a machine, or there is no power flow with the campus.

    Notes
    -----
    Machines are typical ones, by the classical model; loads are impedances. From the clearing on the site draws what
    its inputs leave on the grid after such a sag; it is not back within the time followed. A branch that alone joins a
    part to the rest, as that of a unit, is left out: its fault takes the part away.
    """
    with_campus = feeding.loaded(grid, where, load)
    try:
        solved = power_flow.solve(with_campus)
    except FacilityError:
        return None
    units = machines.of(with_campus, solved)
    if not units.bus.size:
        return None
    active, _ = feeding.drawn(where, load)
    whole = with_campus.buses.load_active[where.bus]
    case = _Case(facility, parts, with_campus, solved, units, where, active / np.where(whole > 0.0, whole, 1.0))
    cleared = CLEARED / with_campus.frequency
    found = [(_row(case, fault, cleared), fault) for fault in _faults(case)]
    if not found:
        return None
    table = pl.DataFrame([row for row, _ in found]).with_row_index("fault")
    table = table.sort("swing_rad", descending=True)
    return Chapter(cleared, table.drop("fault"), _longest(case, found[table["fault"][0]][1], cleared))


def _faults(case: _Case) -> Iterator[_Fault]:
    """List both ends of the strongest lines at each point, parallel ones once."""
    branches, seen = case.grid.branches, set[tuple[int, int]]()
    for point in case.feeding.bus:
        here = np.flatnonzero(branches.in_service & ((branches.start == point) | (branches.end == point)))
        for line in here[np.argsort(np.abs(branches.reactance[here]), kind="stable")][:LINES]:
            ends = int(branches.start[line]), int(branches.end[line])
            if (min(ends), max(ends)) not in seen and not _cuts_off(case.grid, int(line)):
                seen.add((min(ends), max(ends)))
                far = ends[1] if ends[0] == point else ends[0]
                yield from (_Fault(int(point), int(line)), _Fault(far, int(line)))


def _cuts_off(grid: HostGrid, line: int) -> bool:
    """Say whether a branch alone joins a part of the network to the rest."""
    in_service = grid.branches.in_service.copy()
    in_service[line] = False
    return bool(power_flow.cut_off(grid._replace(branches=grid.branches._replace(in_service=in_service))).size)


def _row(case: _Case, fault: _Fault, cleared: float) -> dict[str, object]:
    left, voltage = _left(case, fault, cleared)
    moved = _followed(case, fault, cleared, left)
    buses, branches = case.grid.buses, case.grid.branches
    ends = (int(branches.start[fault.line]), int(branches.end[fault.line]))
    return {
        "from_bus": int(buses.number[ends[0]]),
        "to_bus": int(buses.number[ends[1]]),
        "from_name": buses.name[ends[0]],
        "to_name": buses.name[ends[1]],
        "fault_bus": int(buses.number[fault.bus]),
        "at_site": fault.bus in case.feeding.bus,
        "voltage_pu": float(voltage.min()),
        "site_off": float(case.feeding.share @ left),
        "swing_rad": float(np.abs(moved.angle - moved.angle[0]).max()),
        "lost_step_s": moved.lost,
        "highest_hz": float(moved.speed.max()),
        "lowest_hz": float(moved.speed.min()),
    }


def _left(case: _Case, fault: _Fault, cleared: float) -> tuple[Floats, Floats]:
    """Give the part of the site's load at each point that is off the grid after the fault, and the voltage in it."""
    now = swing.stage(case.grid, case.units)._replace(faulted=np.array([fault.bus]))
    voltage = swing.first_voltages(case.grid, case.solved, case.units, now)[case.feeding.bus]
    whole = sum(part.fed.power for part in case.parts)
    off = []
    for depth in voltage:
        trace = disturbances.sags(
            np.array([0.1]), np.array([cleared]), np.array([depth]), 0.1 + cleared + 2.0 * SEEN, STEP
        )
        drawn = ride_through.passage(case.facility, case.parts, trace, STEP).drawn
        off.append(1.0 - float(drawn[round((0.1 + cleared + SEEN) / STEP)].sum()) / whole)
    return np.array(off), voltage


def _followed(case: _Case, fault: _Fault, cleared: float, left: Floats) -> swing.Swing:
    """Follow machines through a fault, its clearing, and the site's leaving."""
    whole = swing.stage(case.grid, case.units)
    load = whole.load.copy()
    load[case.feeding.bus] -= left * case.share
    stages = (
        whole._replace(faulted=np.array([fault.bus])),
        whole._replace(time=cleared, opened=np.array([fault.line]), load=load),
    )
    return swing.follow(case.grid, case.solved, case.units, stages, FOLLOWED)


def _longest(case: _Case, fault: _Fault, cleared: float) -> float:
    """Draw a fault out until machines fall out of step, and bisect; the site does as after the one that is cleared."""
    left, _ = _left(case, fault, cleared)

    def stands(lasting: float) -> bool:
        return bool(np.isinf(_followed(case, fault, lasting, left).lost))

    if stands(LONGEST):
        return np.inf
    low, high = 0.0, LONGEST
    while high - low > FINE:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if stands(middle) else (low, middle)
    return low
