"""The campus below the point of connection: voltages and loadings, each with one element out, and motors that start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from facilities.campus import campus, largest_motor
from facilities.schema import Facility
from twin.errors import FacilityError
from twin.grid import campus as below
from twin.grid.campus import CAMPUS, POINT, Campus
from twin.grid.host import HostGrid
from twin.grid.power_flow import branch_flows, solve
from twin.site import Floats, Site

STARTS = (
    ("across the line", 6.0, 0.2),
    ("soft starter", 3.0, 0.3),
    ("drive", 1.0, 0.95),
)
"""Ways to start a motor: apparent power over its rating, and power factor, usual values (IEEE Std 3002.7). Assumed."""


class Below(NamedTuple):
    """
    What the campus does.

    Attributes
    ----------
    campus : Campus
        As studied: below one point of connection.
    normal : frame
        Of each kind of element the place that is worst off: loading, voltage behind it.
    outages : frame
        The same with one element of a kind out: loading of the others, voltage, load that is dark.
    motors : frame
        Voltages while the largest motor starts, by the way in which it does; empty without one.
    losses : [W]
        Of the campus, its main transformers with it.
    """

    campus: Campus
    normal: pl.DataFrame
    outages: pl.DataFrame
    motors: pl.DataFrame
    losses: float


def study(facility: Facility, site: Site, halls: Floats, plant: float) -> Below:
    """
    Study the campus below the first point of connection.

    Parameters
    ----------
    facility
        The site.
    site
        As built from it.
    halls : (hall,) [W]
        What the racks of each hall draw.
    plant : [W]
        What all cooling draws.

    Returns
    -------
    Below
        As tables.

    Raises
    ------
    FacilityError
        When there is no power flow.
    """
    found = campus(facility, site, halls, plant)
    grid = below.network(found)
    voltage, loading = below.loadings(grid)
    drawn = _drawn(grid)
    return Below(
        found,
        pl.DataFrame(_rows(found, grid, voltage, loading)),
        pl.DataFrame(list(_outages(found, grid))),
        _motors(facility, site, found, grid),
        drawn - float(found.load.sum()),
    )


def _drawn(grid: HostGrid) -> float:
    """Active power that enters at the point of connection [W]."""
    solved = solve(grid)
    (host,) = below.members(grid, below.SOURCE, POINT)
    return -float(branch_flows(grid, solved.voltage)[1][host].real)


def _kinds(found: Campus, grid: HostGrid) -> Iterator[tuple[str, int, int, int]]:
    """List kinds of elements with the ends of their branches and the place that they feed, -1 for all."""
    yield "main transformer", POINT, CAMPUS, -1
    for place in range(len(found.place) - 1):
        if found.feeders[place] > 0:
            yield "feeder", CAMPUS, below.end_of_feeders(place), place
        if found.substations[place] > 0:
            yield "substation", below.end_of_feeders(place), below.behind_substations(place), place


def _rows(found: Campus, grid: HostGrid, voltage: Floats, loading: Floats) -> list[dict[str, object]]:
    """Of each kind the highest loading, and the lowest voltage behind."""
    worst = dict[str, dict[str, object]]()
    for kind, start, end, place in _kinds(found, grid):
        of = below.members(grid, start, end)
        row = {
            "element": kind,
            "place": "all" if place < 0 else found.place[place],
            "units": len(of),
            "loading": float(loading[of].max()),
            "voltage_pu": float(voltage[end]),
        }
        if kind not in worst or row["loading"] > worst[kind]["loading"]:  # type: ignore[operator]
            worst[kind] = row
    return list(worst.values())


def _outages(found: Campus, grid: HostGrid) -> Iterator[dict[str, object]]:
    """Take one element of each kind out, where it is loaded highest."""
    _, loading = below.loadings(grid)
    worst = dict[str, tuple[float, int, int, int]]()
    for kind, start, end, place in _kinds(found, grid):
        highest = float(loading[below.members(grid, start, end)].max())
        if kind not in worst or highest > worst[kind][0]:
            worst[kind] = (highest, start, end, place)
    for kind, (_, start, end, place) in worst.items():
        of = below.members(grid, start, end)
        row: dict[str, object] = {"out": kind, "place": "all" if place < 0 else found.place[place], "left": len(of) - 1}
        if len(of) == 1:
            dark = float(found.load.sum() if place < 0 else found.load[place])
            yield {**row, "loading": None, "voltage_pu": None, "dark_w": dark, "solved": True}
            continue
        try:
            voltage, after = below.loadings(below.without(grid, int(of[0])))
        except FacilityError:
            yield {**row, "loading": None, "voltage_pu": None, "dark_w": 0.0, "solved": False}
            continue
        left = float(after[of[1:]].max())
        yield {**row, "loading": left, "voltage_pu": float(voltage[end]), "dark_w": 0.0, "solved": True}


def _motors(facility: Facility, site: Site, found: Campus, grid: HostGrid) -> pl.DataFrame:
    """Start the largest motor in each way, behind one substation of the plant."""
    loop, power = largest_motor(facility, site)
    schema = {name: pl.String for name in ("motor", "start")}
    columns = schema | dict.fromkeys(
        ("power_w", "drawn_va", "at_motor_pu", "campus_pu", "point_pu", "point_step"), pl.Float64
    )
    if power <= 0.0:
        return pl.DataFrame(schema=columns)
    bus = below.behind_substations(len(found.place) - 1)
    rows = []
    for way, times, factor in STARTS:
        got = below.motor_start(grid, bus, times * power, factor)
        voltages = (None,) * 4
        if got is not None:
            step = got.during[POINT] - got.before[POINT]
            voltages = tuple(float(v) for v in (got.during[bus], got.during[CAMPUS], got.during[POINT], step))  # type: ignore[assignment]
        rows.append((f"chiller of {loop}", way, power, times * power, *voltages))
    return pl.DataFrame(rows, schema=columns, orient="row")
