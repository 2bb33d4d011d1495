"""
Networks in exchange formats such as PSS/E, CGMES and UCTE, read by PowSyBl and brought to a case's tables.

Branches are PowSyBl's pi sections: each end charges to earth by itself; a transformer turns and scales at its first
end, magnetises behind that, and its series impedance comes last; a line that ends at a boundary charges at its inner
end alone. Taps and switched shunts stay as the file has them.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from facilities.hosts import psse
from facilities.hosts.matpower import ISOLATED, PV, REFERENCE, Case, Table
from twin.errors import FacilityError, Fault

if TYPE_CHECKING:
    import pandas as pd
    from pypowsybl.network import Network

BASE = 100.0
"""Of per unit values [MVA]."""

UNREAD = {
    "get_hvdc_lines": "lines of direct current",
    "get_dc_lines": "lines of direct current",
    "get_static_var_compensators": "static var compensators",
    "get_batteries": "batteries",
}
"""Parts that have no place in the tables, by the call that lists them."""

UNSTATED = 1e6
"""Limit [1] of a unit, of `BASE`, beyond which the file states none: no more power than it gives, any reactive."""

LOST = ("will be ignored", "Duplicated Bus Id")
"""What PowSyBl warns of when it reads past a record, which it then leaves out."""

_PSSE_BUS = re.compile(r"B(\d+)")


class Exchanged(NamedTuple):
    """Tables of a network, and what a user should know of how they were read."""

    case: Case
    notes: tuple[str, ...]


def read(path: Path) -> Exchanged:
    """
    Read a network.

    Parameters
    ----------
    path
        In a format that PowSyBl knows by its suffix and content.

    Returns
    -------
    Exchanged
        Buses carry the numbers of a PSS/E file, or count from one; names are those of the file.

    Raises
    ------
    FacilityError
        When PowSyBl is not installed or does not read it, or it has parts that tables have no place for.
    """
    try:
        import pypowsybl.network as powsybl
    except ModuleNotFoundError as error:
        message = (
            "networks of this format are read by PowSyBl, which is not installed: pip install 'gigatwin[networks]'"
        )
        raise FacilityError(path.name, [Fault("", message)]) from error
    from pypowsybl import PyPowsyblError

    try:
        with _warnings() as heard:
            network = powsybl.load(str(path.resolve()))
        powsybl.replace_3_windings_transformers_with_3_2_windings_transformers(network)
    except PyPowsyblError as error:
        message = f"PowSyBl does not read it: {error}; give PSS/E 33 or 35, CGMES 2.4.15 or 3, UCTE or IEEE CDF"
        raise FacilityError(path.name, [Fault("", message)]) from error
    lost = [
        Fault("", f"PowSyBl leaves a record out: {text}; mend it, or take it away")
        for text in dict.fromkeys(heard)
        if any(words in text for words in LOST)
    ]
    if lost:
        raise FacilityError(path.name, lost)
    return tables(network, path.name, psse.isolated(path))


class _Heard(logging.Handler):
    """Keeps what is said."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Hear what PowSyBl warns of, most of which is of extras of its own that nothing here needs."""
    logger, handler = logging.getLogger("powsybl"), _Heard(logging.WARNING)
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield handler.messages
    finally:
        logger.setLevel(logging.ERROR)
        logger.propagate = True
        logger.removeHandler(handler)


def tables(network: Network, source: str, isolated: Sequence[int] = ()) -> Exchanged:
    """
    Bring a network to the tables of a case.

    Parameters
    ----------
    network
        Of PowSyBl, without transformers of three windings.
    source : text
        What errors call it.
    isolated : sequence of int
        Buses that a PSS/E file takes out of service, by its numbers.

    Returns
    -------
    Exchanged
        Voltages as the file has them, to begin with.

    Raises
    ------
    FacilityError
        When it has parts that tables have no place for.
    """
    present = sorted({name for call, name in UNREAD.items() if len(getattr(network, call)())})
    if present:
        message = f"has parts that are not read: {', '.join(present)}; put loads, units or shunts in their place"
        raise FacilityError(source, [Fault("", message)])
    nominal = network.get_voltage_levels().nominal_v
    network.per_unit, network.nominal_apparent_power = True, BASE
    buses = network.get_buses()
    if buses.empty:
        raise FacilityError(source, [Fault("bus", "the network has no bus; give one that has")])
    row = dict(zip(buses.index, range(len(buses)), strict=True))
    boundary = _boundary(network)
    numbers, names = _identified(network, buses, boundary)
    bus = np.concatenate([_buses(network, buses, nominal, row), _boundary_buses(boundary, nominal)])
    units, far = _units(network, bus, row)
    dark = _dark(network, isolated, row, source)
    slack, guessed = _slack(network, units[~np.isin(units[:, 0], dark)], row)
    bus[units[:, 0].astype(int), 1] = PV
    bus[slack, 1] = REFERENCE
    bus[dark, 1] = ISOLATED
    beyond = _boundary_lines(boundary, bus, row)
    branch = np.concatenate([_lines(network, bus, row), _transformers(network, bus, row), beyond])
    branch[:, 5] = _ratings(network, boundary, nominal)
    bus[:, 0] = numbers
    units[:, 0], branch[:, :2] = numbers[units[:, 0].astype(int)], numbers[branch[:, :2].astype(int)]
    notes = []
    if isolated:
        notes.append(
            f"buses of type 4 are out of service, with all that hangs on them: {', '.join(map(str, isolated))}"
        )
    if far:
        notes.append(f"units that hold another bus' voltage hold that of their own instead, as the file has it: {far}")
    if guessed:
        notes.append(f"the file names no reference, so the bus of the largest unit is it: {names[slack]}")
    return Exchanged(Case(source, BASE, bus, units, branch, names), tuple(notes))


def _boundary(network: Network) -> pd.DataFrame:
    """List lines that end at a boundary, with the node beyond: shared by two that are joined, and without load then."""
    lines = _connected(network.get_boundary_lines(all_attributes=True))
    return lines.assign(
        node=np.where(lines.paired, lines.tie_line_id, lines.index),
        load_p=np.where(lines.paired, 0.0, lines.p0),
        load_q=np.where(lines.paired, 0.0, lines.q0),
    )


def _identified(network: Network, buses: pd.DataFrame, boundary: pd.DataFrame) -> tuple[Table, tuple[str, ...]]:
    """Give each bus its number in a PSS/E file, or a count, and all names that the file has for it."""
    inside = network.get_bus_breaker_view_buses()
    groups = inside.groupby("bus_id", sort=False)
    numbers, names = [], []
    for count, (name, own) in enumerate(zip(buses.index, buses.name, strict=True), start=1):
        members = groups.get_group(name) if name in groups.groups else inside.iloc[:0]
        found = [int(match[1]) for match in map(_PSSE_BUS.fullmatch, members.index) if match]
        numbers.append(min(found, default=count))
        known = [text.strip() for text in (*members.name, own) if text.strip()]
        names.append(" + ".join(dict.fromkeys(known or [name])))
    names += list(boundary.node.unique())
    numbers += range(max(numbers) + 1, max(numbers) + 1 + len(names) - len(numbers))
    if len(set(numbers)) != len(numbers):
        numbers = list(range(1, len(numbers) + 1))
    return np.array(numbers, dtype=float), tuple(names)


def _buses(network: Network, buses: pd.DataFrame, nominal: pd.Series[float], row: dict[str, int]) -> Table:
    """Fill the rows of buses: loads, shunts, voltages."""
    bus = _blank(nominal.loc[buses.voltage_level_id].to_numpy(dtype=float))
    bus[:, 7] = np.nan_to_num(buses.v_mag.to_numpy(dtype=float), nan=1.0)
    bus[:, 8] = np.degrees(np.nan_to_num(buses.v_angle.to_numpy(dtype=float)))
    loads = _connected(network.get_loads())
    shunts = _connected(network.get_shunt_compensators(all_attributes=True))
    for table, columns in ((loads, ((2, "p0"), (3, "q0"))), (shunts, ((4, "g"), (5, "b")))):
        at = _rows(table.bus_id, row)
        for column, name in columns:
            np.add.at(bus[:, column], at, BASE * table[name].to_numpy(dtype=float))
    return bus


def _boundary_buses(boundary: pd.DataFrame, nominal: pd.Series[float]) -> Table:
    """Fill the rows of nodes at the boundary, each with what flows out there."""
    nodes = boundary.drop_duplicates("node")
    bus = _blank(nominal.loc[nodes.voltage_level_id].to_numpy(dtype=float))
    bus[:, 2], bus[:, 3] = BASE * nodes.load_p, BASE * nodes.load_q
    return bus


def _boundary_lines(boundary: pd.DataFrame, bus: Table, row: dict[str, int]) -> Table:
    """Fill the rows of lines that end at a boundary."""
    nodes = boundary.node.unique()
    place = dict(zip(nodes, range(len(bus) - len(nodes), len(bus)), strict=True))
    given = boundary.assign(bus1_id=boundary.bus_id, bus2_id=boundary.node)
    _earth(bus, _rows(boundary.bus_id, row), *(boundary[name].to_numpy(dtype=float) for name in ("g", "b")))
    return _branches(given, row | place, given.r, given.x, 0.0)


def _blank(nominal: Table) -> Table:
    """Make rows of buses [kV] at nominal voltage with nothing there, numbered by row for now."""
    bus = np.zeros((len(nominal), 13))
    bus[:, 1], bus[:, 6], bus[:, 7], bus[:, 9], bus[:, 10], bus[:, 11], bus[:, 12] = 1, 1, 1, nominal, 1, 1.1, 0.9
    return bus


def _units(network: Network, bus: Table, row: dict[str, int]) -> tuple[Table, int]:
    """Fill the rows of units that hold a voltage, take others off the load, and count those that hold another bus'."""
    given = _connected(network.get_generators(all_attributes=True))
    holds = given.voltage_regulator_on.to_numpy(dtype=bool)
    given, others = given[holds], given[~holds]
    for column, name in ((2, "target_p"), (3, "target_q")):
        np.subtract.at(bus[:, column], _rows(others.bus_id, row), BASE * np.nan_to_num(others[name]))
    at = _rows(given.bus_id, row)
    far = (given.regulated_bus_id != given.bus_id).to_numpy()
    curve = (given.reactive_limits_kind == "CURVE").to_numpy()
    unit = np.zeros((len(given), 10))
    unit[:, 0], unit[:, 6], unit[:, 7] = at, BASE, 1.0
    unit[:, 1], unit[:, 2] = BASE * given.target_p, BASE * np.nan_to_num(given.target_q)
    for column, most in ((3, "max_q"), (4, "min_q")):
        limit = np.where(curve, given[f"{most}_at_target_p"], given[most])
        unit[:, column] = BASE * np.where(np.abs(limit) > UNSTATED, np.copysign(np.inf, limit), limit)
    unit[:, 5] = np.where(far, bus[at, 7], given.target_v)
    unstated = (given.max_p > UNSTATED).to_numpy()
    unit[:, 8] = BASE * np.where(unstated, given.target_p, given.max_p)
    unit[:, 9] = BASE * np.where(unstated, 0.0, given.min_p)
    return unit, int(far.sum())


def _dark(network: Network, isolated: Sequence[int], row: dict[str, int], source: str) -> list[int]:
    """Find the rows of buses that are out of service; PowSyBl has already left out one to which nothing leads."""
    if not isolated:
        return []
    merged = network.get_bus_breaker_view_buses().bus_id
    own = [f"B{number}" for number in isolated]
    absent = [number for number, name in zip(isolated, own, strict=True) if name not in merged.index]
    shared = merged[merged.isin(merged.reindex(own).dropna()) & ~merged.index.isin(own) & (merged != "")]
    if absent or len(shared):
        known = [number for number, name in zip(isolated, own, strict=True) if merged.get(name) in set(shared)]
        message = (
            f"buses of type 4 that switches join to others, or that lie within a substation: "
            f"{', '.join(map(str, (*absent, *known)))}; open the switches, or take those buses out of the file"
        )
        raise FacilityError(source, [Fault("bus", message)])
    return [row[name] for name in merged[own] if name in row]


def _slack(network: Network, units: Table, row: dict[str, int]) -> tuple[int, bool]:
    """Find the row of the reference bus; else that of the largest unit, of equals the one that gives most."""
    for name in network.get_extensions("slackTerminal").bus_id:
        if name in row:
            return row[name], False
    first = network.get_extensions("referencePriorities").priority
    first = first[first > 0].sort_values()
    at = network.get_generators().bus_id
    for unit in first.index.intersection(at.index, sort=False):
        if at[unit] in row:
            return row[at[unit]], False
    return (int(units[np.lexsort((units[:, 1], units[:, 8]))[-1], 0]) if len(units) else 0), True


def _lines(network: Network, bus: Table, row: dict[str, int]) -> Table:
    """Fill the rows of lines; what their ends charge beyond the even half goes to the buses."""
    given = _in_service(network.get_lines(all_attributes=True))
    even = np.minimum(given.b1, given.b2).to_numpy(dtype=float)
    branch = _branches(given, row, given.r, given.x, 2.0 * even)
    for end in ("1", "2"):
        at = _rows(given[f"bus{end}_id"], row)
        _earth(bus, at, given[f"g{end}"].to_numpy(dtype=float), given[f"b{end}"].to_numpy(dtype=float) - even)
    return branch


def _transformers(network: Network, bus: Table, row: dict[str, int]) -> Table:
    """Fill the rows of transformers; what magnetises them is seen from the first end through the ratio."""
    given = _in_service(network.get_2_windings_transformers(all_attributes=True))
    branch = _branches(given, row, given.r_at_current_tap, given.x_at_current_tap, 0.0)
    rise = given.rho.to_numpy(dtype=float)
    branch[:, 8], branch[:, 9] = 1.0 / rise, -np.degrees(given.alpha.to_numpy(dtype=float))
    conductance, susceptance = (
        given.g_at_current_tap.to_numpy(dtype=float),
        given.b_at_current_tap.to_numpy(dtype=float),
    )
    _earth(bus, _rows(given.bus1_id, row), conductance * rise**2, susceptance * rise**2)
    return branch


def _branches(given: pd.DataFrame, row: dict[str, int], r: Any, x: Any, b: Any) -> Table:  # noqa: ANN401 (series or number)
    branch = np.zeros((len(given), 11))
    branch[:, 0], branch[:, 1] = _rows(given.bus1_id, row), _rows(given.bus2_id, row)
    branch[:, 2], branch[:, 3], branch[:, 4], branch[:, 10] = r, x, b, 1.0
    return branch


def _earth(bus: Table, at: np.ndarray[Any, np.dtype[np.intp]], conductance: Table, susceptance: Table) -> None:
    """Add shunts, per unit, to buses."""
    np.add.at(bus[:, 4], at, BASE * conductance)
    np.add.at(bus[:, 5], at, BASE * susceptance)


def _ratings(network: Network, boundary: pd.DataFrame, nominal: pd.Series[float]) -> Table:
    """Give each branch the least of its permanent limits [MVA], at nominal voltage; zero where it has none."""
    network.per_unit = False
    limits = network.get_loading_limits(all_attributes=True).reset_index()
    limits = limits[(limits.acceptable_duration == -1) & limits.type.isin(["CURRENT", "APPARENT_POWER"])]
    ratings = []
    for given in (_in_service(network.get_lines()), _in_service(network.get_2_windings_transformers()), boundary):
        least = np.full(len(given), np.inf)
        sides = (("NONE", ""),) if given is boundary else (("ONE", "1"), ("TWO", "2"))
        for side, end in sides:
            volts = nominal.loc[given[f"voltage_level{end}_id"]].to_numpy(dtype=float)
            for kind, scale in (("CURRENT", math.sqrt(3.0) * volts / 1e3), ("APPARENT_POWER", 1.0)):
                own = limits[(limits.side == side) & (limits.type == kind)]
                stated = own.groupby("element_id").value.min().reindex(given.index)
                least = np.fmin(least, stated.to_numpy(dtype=float) * scale)
        ratings.append(np.where(np.isfinite(least), least, 0.0))
    return np.concatenate(ratings)


def _in_service(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.connected1 & table.connected2]


def _connected(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.connected]


def _rows(ids: pd.Series[str], row: dict[str, int]) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.array([row[name] for name in ids], dtype=np.intp)
