"""
Case files of MATPOWER, and the tables in them: what every format of networks is brought to before it is read.

The columns are those of the MATPOWER case format, version 2.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.io import loadmat

from twin.errors import FacilityError, Fault
from twin.grid.host import Branches, Buses, HostGrid, Units, pick
from twin.grid.power_flow import cut_off

Table = npt.NDArray[np.float64]

MEGA = 1e6
"""Watts in the megawatts of case files."""

PV, REFERENCE, ISOLATED = 2, 3, 4
"""Types of buses; a bus without units in service holds no voltage, whatever its type."""

LEAST_COLUMNS = {"bus": 13, "gen": 10, "branch": 11}
"""That a table of version 2 has."""

ANYTHING = 1e5
"""Impedance, per unit, that no branch of a network reaches: a table of ohms, or of another base [1]."""

SURGE = (15.0, 2500.0)
"""
Median surge impedance [ohm] of lines: 250 to 400 overhead, 30 to 60 of cables, 250 to 1,200 in published cases.

It is proportional to the base impedance, and so tells a wrong base power or voltage.
"""

USUAL_LOAD = 1e6 * MEGA
"""Load that no network has [W]; a case that exceeds it states its base wrongly."""


class Case(NamedTuple):
    """
    Tables of a case.

    Attributes
    ----------
    source : text
        What errors call it.
    base : [MVA]
        Of per unit values.
    bus, gen, branch : (row, column)
        As in the MATPOWER case format.
    names : tuple of text
        Of buses; empty where the file has none.
    """

    source: str
    base: float
    bus: Table
    gen: Table
    branch: Table
    names: tuple[str, ...] = ()


class Reading(NamedTuple):
    """
    A network, and what was left out of it.

    Attributes
    ----------
    grid : HostGrid
        Of the island with the reference bus.
    notes : tuple of text
        What a user should know of the reading.
    """

    grid: HostGrid
    notes: tuple[str, ...]


def read(path: Path) -> Case:
    """
    Read a case file.

    Parameters
    ----------
    path
        Ends in ``.m`` or ``.mat``.

    Returns
    -------
    Case
        Its tables.

    Raises
    ------
    FacilityError
        When it is not one, or computes its tables.
    """
    try:
        return _from_matrices(path) if path.suffix == ".mat" else _from_text(path)
    except (OSError, UnicodeDecodeError, ValueError, KeyError) as error:
        message = f"no MATPOWER case could be read: {error}; save it by `savecase` of MATPOWER, version 2"
        raise FacilityError(path.name, [Fault("", message)]) from error


def network(case: Case, frequency: float = 60.0) -> Reading:
    """
    Make a network of a case.

    Parameters
    ----------
    case : Case
        Its tables.
    frequency : [Hz]
        Nominal; case files do not state it.

    Returns
    -------
    Reading
        Units in service merged by bus; the reference bus alone takes up changes, as the file says. A unit at a bus
        that holds no voltage is load of the other sign.

    Raises
    ------
    FacilityError
        With all faults of the tables.
    """
    faults = _faults(case)
    if faults:
        raise FacilityError(case.source, faults)
    position = {int(number): row for row, number in enumerate(case.bus[:, 0])}
    gen = case.gen[case.gen[:, 7] > 0]
    at = np.array([position[int(number)] for number in gen[:, 0]], dtype=np.intp)
    ends = np.array([[position[int(number)] for number in row] for row in case.branch[:, :2]], dtype=np.intp)
    reference = _reference(case, at)
    whole = HostGrid(
        case.base * MEGA,
        frequency,
        _buses(case, gen, at),
        _branches(case, ends.reshape(-1, 2)),
        _units(case, gen, at, reference),
        reference,
    )
    return _connected(whole)


def stated_voltage(case: Case) -> npt.NDArray[np.complex128]:
    """
    Give the voltages that the file states: a start for Newton's method, or the state in which it was saved.

    Parameters
    ----------
    case : Case
        Its tables.

    Returns
    -------
    (bus,) [1]
        Complex, of all buses of the file.
    """
    return np.asarray(case.bus[:, 7] * np.exp(1j * np.radians(case.bus[:, 8])))


def holding_stated_voltages(grid: HostGrid, case: Case) -> HostGrid:
    """
    Let units hold the voltages in which the case was saved.

    Parameters
    ----------
    grid : HostGrid
        From `network`.
    case : Case
        What it was made of.

    Returns
    -------
    HostGrid
        In the synthetic cases those differ from the set points of units that stood at a reactive limit: with them the
        power flow is the published state, and each unit is within its limits.
    """
    stated = dict(zip(case.bus[:, 0].astype(int), case.bus[:, 7], strict=True))
    voltage = np.array([stated[int(number)] for number in grid.buses.number[grid.units.bus]])
    return grid._replace(units=grid.units._replace(voltage=voltage))


def _from_text(path: Path) -> Case:
    """Read the assignments of a case file; one that goes on to compute is refused, as only MATLAB knows its values."""
    text = re.sub(r"%.*", "", path.read_text(encoding="utf-8", errors="replace"))
    computed = re.search(r"^\s*mpc\.(bus|gen|branch)\s*\(", text, flags=re.MULTILINE)
    if computed:
        wanted = computed.group().strip(" \n(")
        message = f"the file computes {wanted} after it states it; run it in MATPOWER and save the result by `savecase`"
        raise FacilityError(path.name, [Fault(wanted, message)])
    if re.search(r"mpc\.dcline\s*=\s*\[[^\]]*\d", text):
        _refuse_dc(path)
    base = re.search(r"mpc\.baseMVA\s*=\s*([^;\s]+)", text)
    if base is None:
        message = "mpc.baseMVA is missing"
        raise ValueError(message)
    tables = {name: _table(text, name) for name in LEAST_COLUMNS}
    named = re.search(r"mpc\.bus_name\s*=\s*\{(.*?)\}\s*;", text, flags=re.DOTALL)
    names = (
        tuple(name.replace("''", "'") for name in re.findall(r"'((?:[^'\n]|'')*)'", named.group(1))) if named else ()
    )
    return Case(path.name, float(base.group(1)), **tables, names=names)


def _refuse_dc(path: Path) -> None:
    """Say that lines of direct current are not read, rather than leave their power out."""
    message = "lines of direct current are not read; put a load at the end that takes and a unit at the end that gives"
    raise FacilityError(path.name, [Fault("dcline", message)])


def _table(text: str, name: str) -> Table:
    """Read one matrix."""
    found = re.search(rf"mpc\.{name}\s*=\s*\[(.*?)\]", text, flags=re.DOTALL)
    if found is None:
        message = f"mpc.{name} is missing"
        raise ValueError(message)
    rows = [row for row in re.split(r"[;\n]", found.group(1).replace(",", " ")) if not row.isspace() and row]
    if not rows:
        return np.empty((0, LEAST_COLUMNS[name]))
    columns = len(rows[0].split())
    values = np.array(" ".join(rows).split(), dtype=float)
    if len(values) != columns * len(rows):
        message = f"the rows of mpc.{name} are not equally long"
        raise ValueError(message)
    return values.reshape(len(rows), columns)


def _from_matrices(path: Path) -> Case:
    """Read a case saved as matrices."""
    content = loadmat(path, simplify_cells=True)
    case: dict[str, Any] = content["mpc"]
    if np.size(case.get("dcline", ())):
        _refuse_dc(path)
    tables = {name: np.atleast_2d(np.asarray(case[name], dtype=float)) for name in LEAST_COLUMNS}
    names = np.atleast_1d(case["bus_name"]) if "bus_name" in case else ()
    return Case(path.name, float(case["baseMVA"]), **tables, names=tuple(str(name) for name in names))


def _faults(case: Case) -> list[Fault]:
    """List what no network can be made of."""
    faults = []
    for name, least in LEAST_COLUMNS.items():
        table: Table = getattr(case, name)
        if table.shape[1] < least or not len(table):
            message = f"needs {least} columns and a row at least; got {table.shape[1]} columns and {len(table)} rows"
            faults.append(Fault(name, message))
    if faults:
        return faults
    numbers = case.bus[:, 0]
    if len(np.unique(numbers)) < len(numbers):
        faults.append(Fault("bus", "a number of a bus stands twice; give each bus its own"))
    for name, used in (("gen", case.gen[:, 0]), ("branch", case.branch[:, :2].ravel())):
        unknown = np.setdiff1d(used, numbers)
        if len(unknown):
            message = f"names buses that do not exist: {_some(unknown)}; add them to the buses or correct the number"
            faults.append(Fault(name, message))
    return faults + _faults_of_values(case)


def _faults_of_values(case: Case) -> list[Fault]:
    """List values that no network has."""
    faults = []
    if not case.base > 0.0:
        faults.append(Fault("baseMVA", f"the base power must be above zero; got {case.base:g} MVA"))
    bare = np.flatnonzero(~(case.bus[:, 9] > 0.0))
    if len(bare):
        message = f"buses {_some(case.bus[bare, 0])} have no nominal voltage; give baseKV in kV"
        faults.append(Fault("bus", message))
    standing = case.branch[:, 10] > 0
    short = np.flatnonzero(standing & (np.hypot(case.branch[:, 2], case.branch[:, 3]) == 0.0))
    if len(short):
        message = (
            f"branches without impedance: {_ends(case, short)}; merge the buses at their ends or give r and x, per "
            "unit on baseMVA"
        )
        faults.append(Fault("branch", message))
    large = np.flatnonzero(standing & (np.abs(case.branch[:, 2:4]).max(axis=1) > ANYTHING))
    load = float(np.abs(case.bus[:, 2]).sum()) * MEGA
    if len(large) or load > USUAL_LOAD:
        what = f"impedances of {_ends(case, large)}" if len(large) else f"a load of {load / 1e9:.4g} GW"
        message = f"{what} belong to no network; are they ohms, or per unit on another base than {case.base:g} MVA?"
        faults.append(Fault("baseMVA", message))
    surge = _surge_impedance(case)
    if not (large.size or bare.size) and not SURGE[0] < surge < SURGE[1]:
        message = (
            f"with {case.base:g} MVA the lines have a surge impedance of {surge:.4g} ohm, where lines have hundreds "
            "and cables tens; give the base on which r, x and b are per unit, and baseKV in kV"
        )
        faults.append(Fault("baseMVA", message))
    if not np.isfinite(case.branch[:, 2:6]).all() or not np.isfinite(case.bus[:, 2:6]).all():
        faults.append(Fault("", "loads, shunts, impedances and ratings must be numbers; some are not"))
    return faults


def _surge_impedance(case: Case) -> float:
    """Give the median of sqrt(x / b) of lines with charging [ohm], or 300 where there is none."""
    branch = case.branch
    nominal = dict(zip(case.bus[:, 0], case.bus[:, 9], strict=True))
    lines = branch[(branch[:, 8] == 0.0) & (branch[:, 3] > 0.0) & (branch[:, 4] > 0.0) & (branch[:, 10] > 0)]
    if not len(lines) or not case.base > 0.0:
        return 300.0
    ohms = np.array([nominal[start] for start in lines[:, 0]]) ** 2 / case.base
    return float(np.median(np.sqrt(lines[:, 3] / lines[:, 4]) * ohms))


def _reference(case: Case, at: npt.NDArray[np.intp]) -> int:
    """Find the reference bus, which must have a unit in service."""
    named = np.flatnonzero(case.bus[:, 1] == REFERENCE)
    if len(named) and named[0] in at:
        return int(named[0])
    what = (
        f"the reference bus {case.bus[named[0], 0]:.0f} has no unit in service"
        if len(named)
        else "no bus is the reference (type 3)"
    )
    message = f"{what}; make a bus with a large unit in service the slack"
    raise FacilityError(case.source, [Fault("bus", message)])


def _buses(case: Case, gen: Table, at: npt.NDArray[np.intp]) -> Buses:
    """Read the buses; a unit at a bus that holds no voltage is load of the other sign."""
    bus = case.bus
    following = bus[at, 1] < PV
    unknown = np.full(len(bus), np.nan)
    return Buses(
        bus[:, 0].astype(np.int64),
        case.names if len(case.names) == len(bus) else ("",) * len(bus),
        bus[:, 9] * 1e3,
        (bus[:, 2] - np.bincount(at, gen[:, 1] * following, len(bus))) * MEGA,
        (bus[:, 3] - np.bincount(at, gen[:, 2] * following, len(bus))) * MEGA,
        bus[:, 4] * MEGA,
        bus[:, 5] * MEGA,
        bus[:, 12],
        bus[:, 11],
        unknown,
        unknown.copy(),
    )


def _branches(case: Case, ends: npt.NDArray[np.intp]) -> Branches:
    """Read the branches; one with a ratio, a shift or two nominal voltages is a transformer."""
    branch = case.branch
    ratio = np.where(branch[:, 8] == 0.0, 1.0, branch[:, 8])
    between = case.bus[ends[:, 0], 9] != case.bus[ends[:, 1], 9]
    rating, emergency = (np.where(branch[:, column] > 0.0, branch[:, column] * MEGA, np.inf) for column in (5, 6))
    return Branches(
        ends[:, 0],
        ends[:, 1],
        branch[:, 2],
        branch[:, 3],
        branch[:, 4],
        ratio,
        np.radians(branch[:, 9]),
        rating,
        np.where(np.isfinite(emergency), emergency, rating),
        (branch[:, 8] != 0.0) | (branch[:, 9] != 0.0) | between,
        (branch[:, 10] > 0) & (case.bus[ends, 1] != ISOLATED).all(axis=1),
    )


def _units(case: Case, gen: Table, at: npt.NDArray[np.intp], reference: int) -> Units:
    """Merge units in service by bus; where they differ in voltage the last of a bus has its way, as in MATPOWER."""
    holding = case.bus[at, 1] >= PV
    gen, at = gen[holding], at[holding]
    buses, group = np.unique(at, return_inverse=True)
    active, most, low, high = (MEGA * np.bincount(group, gen[:, column]).astype(float) for column in (1, 8, 4, 3))
    voltage = np.empty(len(buses))
    voltage[group] = gen[:, 5]
    return Units(buses, active, most, low, high, voltage, (buses == reference).astype(float))


def _connected(grid: HostGrid) -> Reading:
    """Keep the island of the reference, and say what stands outside of it."""
    notes = []
    apart = cut_off(grid)
    if len(apart):
        count = len(grid.buses.number)
        lost = grid.buses.load_active[apart].sum() / MEGA
        message = (
            f"{len(apart)} of {count} buses have no path to the reference bus and are left out, with {lost:.4g} MW of "
            f"load: {_some(grid.buses.number[apart])}"
        )
        notes.append(message)
        grid = pick(grid, ~np.isin(np.arange(count), apart))
    unrated = int((~np.isfinite(grid.branches.rating)).sum())
    if unrated:
        count = len(grid.branches.rating)
        notes.append(f"{unrated} of {count} branches state no rating; none of them can be overloaded")
    return Reading(grid, tuple(notes))


def _some(numbers: npt.NDArray[Any], most: int = 5) -> str:
    """List a few numbers of buses."""
    return ", ".join(f"{number:.0f}" for number in numbers[:most]) + (", ..." if len(numbers) > most else "")


def _ends(case: Case, rows: npt.NDArray[np.intp], most: int = 5) -> str:
    """List a few branches by the buses at their ends."""
    texts = [f"{start:.0f}-{end:.0f}" for start, end in case.branch[rows[:most], :2]]
    return ", ".join(texts) + (", ..." if len(rows) > most else "")
