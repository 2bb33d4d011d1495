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
from twin.grid.host import HostGrid, Indices
from twin.grid.power_flow import branch_flows, solve
from twin.site import Floats, Site

STARTS = (
    ("across the line", 6.0, 0.2),
    ("soft starter", 3.0, 0.3),
    ("drive", 1.0, 0.95),
)
"""
Ways to start a motor: apparent power over its electric power at full load [1], and power factor [1]. Assumed,
engineers' usual values, no standard was read: across the line 5 to 7 times at 0.15 to 0.3, a soft starter 2.5 to 4
times at 0.2 to 0.4; a drive draws no more than at full load, at 0.95 to 0.98.
"""


class Below(NamedTuple):
    """
    What the campus does.

    Attributes
    ----------
    campus : Campus
        As studied: below one point of connection.
    normal : frame
        Of each kind of element the place that is worst off: loading, voltage behind it.
    places : frame
        Of each hall and of the plant: its load, feeders and substations, how they are loaded, the voltage behind each.
    outages : frame
        The same with one element of a kind out: loading of the others, voltage, load that is dark.
    motors : frame
        Voltages while the largest motor starts, by the way in which it does; empty without one.
    losses : [W]
        Of the campus, its main transformers with it.
    """

    campus: Campus
    normal: pl.DataFrame
    places: pl.DataFrame
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
        pl.DataFrame(_places(found, grid, voltage, loading)),
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


class _Element(NamedTuple):
    """The place of a kind of element that is loaded highest: its loading [1], the bus behind it, its branches."""

    kind: str
    place: int
    end: int
    loading: float
    members: Indices


def _highest(found: Campus, grid: HostGrid, loading: Floats) -> list[_Element]:
    """Give of each kind the place that is loaded highest."""
    worst = dict[str, _Element]()
    for kind, start, end, place in _kinds(found, grid):
        of = below.members(grid, start, end)
        one = _Element(kind, place, end, float(loading[of].max()), of)
        if kind not in worst or one.loading > worst[kind].loading:
            worst[kind] = one
    return list(worst.values())


def _rows(found: Campus, grid: HostGrid, voltage: Floats, loading: Floats) -> list[dict[str, object]]:
    """Of each kind the highest loading, and the lowest voltage behind."""
    return [
        {
            "element": one.kind,
            "place": "all" if one.place < 0 else found.place[one.place],
            "units": len(one.members),
            "loading": one.loading,
            "voltage_pu": float(voltage[one.end]),
        }
        for one in _highest(found, grid, loading)
    ]


def _places(found: Campus, grid: HostGrid, voltage: Floats, loading: Floats) -> list[dict[str, object]]:
    """Of each place what it draws, through how much, and what arrives."""
    rows = []
    for place, name in enumerate(found.place):
        cables, behind = below.end_of_feeders(place), below.behind_substations(place)
        row: dict[str, object] = {"place": name, "load_w": float(found.load[place])}
        for kind, units, start, end in (
            ("feeder", found.feeders[place], CAMPUS, cables),
            ("substation", found.substations[place], cables, behind),
        ):
            there = units > 0
            row |= {
                f"{kind}s": int(units),
                f"{kind}_loading": float(loading[below.members(grid, start, end)].max()) if there else None,
                f"{kind}_voltage_pu": float(voltage[end]) if there else None,
            }
        rows.append(row)
    return rows


def _outages(found: Campus, grid: HostGrid) -> Iterator[dict[str, object]]:
    """Take one element of each kind out, where it is loaded highest."""
    _, loading = below.loadings(grid)
    for kind, place, end, _, of in _highest(found, grid, loading):
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
        voltages: list[float | None] = [None] * 4
        if got is not None:
            step = got.during[POINT] - got.before[POINT]
            voltages = [float(v) for v in (got.during[bus], got.during[CAMPUS], got.during[POINT], step)]
        rows.append((f"chiller of {loop}", way, power, times * power, *voltages))
    return pl.DataFrame(rows, schema=columns, orient="row")
