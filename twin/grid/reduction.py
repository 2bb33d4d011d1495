"""
A part of a network, and an equivalent for the rest: extended Ward, at one operating point.

What is kept stands as it was. Of the rest, each boundary bus sees branches to other boundary buses, an injection, and a
unit behind a reactance, which holds voltage as the units outside do and takes up their part of a change of load.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from twin.arrays import Complexes
from twin.grid.host import Branches, Buses, Flags, HostGrid, Indices, Units, pick
from twin.grid.power_flow import Solution, admittance
from twin.site import Floats

SMALLEST = 0.03
"""Admittance [1], on the base power, of a branch between boundary buses below which it is left out."""

SOFTEST = 1e-3
"""Susceptance [1], on the base power, of a reactance to a unit outside below which the unit is left out."""

NUMBERED_FROM = -1
"""Number of the first unit's bus outside, and downwards from it: no file numbers a bus so."""


class Reduced(NamedTuple):
    """
    A part of a network with an equivalent for the rest.

    Attributes
    ----------
    grid : HostGrid
        Buses kept, in their order, then one for each unit outside.
    equivalent : (branch,)
        True for branches of the equivalent: they are no lines, and cannot fail or be overloaded.
    """

    grid: HostGrid
    equivalent: Flags


class _Outside(NamedTuple):
    """What the boundary sees of the rest."""

    boundary: Indices
    between: Complexes
    stiffness: Floats
    share: Floats
    left: Floats


def reduce(grid: HostGrid, solved: Solution, kept: Flags, *, smallest: float = SMALLEST) -> Reduced:
    """
    Keep part of a network, and put an equivalent in the place of the rest.

    Parameters
    ----------
    grid : HostGrid
        The whole network.
    solved : Solution
        Its power flow at the operating point.
    kept : (bus,)
        True for buses that stay; they are connected with each other.
    smallest : [1]
        Admittance of a branch of the equivalent below which it is left out.

    Returns
    -------
    Reduced
        With the same voltages and flows at the operating point. The reference is the largest unit kept where the
        network's own is outside.

    Notes
    -----
    Series admittances outside are eliminated: Y_b - Y_be inv(Y_ee) Y_eb. Power taken up outside comes in by the DC
    power flow: -B_be inv(B_ee). The reactance behind which a unit holds the voltage is the row sum of dQ/dV, reduced
    with units outside held and loads there constant. What is missing at the operating point is the injection. The
    equivalent is linear, and the better the farther its boundary lies from what is studied: check it against the whole
    network.

    References
    ----------
    .. [1] A. Monticelli et al., Real-time external equivalents for static security analysis, IEEE Transactions on Power
       Apparatus and Systems PAS-98(2), 1979
    .. [2] J. B. Ward, Equivalent circuits for power-flow studies, AIEE Transactions 68, 1949
    """
    given = grid.units.active + grid.units.share * solved.taken_up
    grid = grid._replace(units=grid.units._replace(active=given))
    outside = _outside(grid, solved, kept)
    inner = pick(_with_reference(grid, kept), kept)
    inner = inner._replace(units=inner.units._replace(share=grid.units.share[kept[grid.units.bus]]))
    row = np.cumsum(kept) - 1
    local = outside._replace(boundary=row[outside.boundary])
    voltage = solved.voltage[kept]
    held = local.boundary[local.stiffness > SOFTEST]
    joined = _joined(inner, local, np.abs(voltage[held]), smallest)
    equivalent = np.arange(len(joined.branches.start)) >= len(inner.branches.start)
    everywhere = np.concatenate([voltage, voltage[held]])
    return Reduced(_balanced(joined, local.boundary, everywhere, solved.injection[kept]), equivalent)


def driving_point_impedance(grid: HostGrid, voltage: Complexes, bus: int) -> complex:
    """
    Give the impedance that a bus sees, with units as voltage sources and loads as admittances.

    Parameters
    ----------
    grid : HostGrid
        The network.
    voltage : (bus,) [1]
        At which loads are converted.
    bus : int
        Row of `Buses`; no unit stands there.

    Returns
    -------
    complex
        Per unit on the base power.
    """
    loads = (grid.buses.load_active - 1j * grid.buses.load_reactive) / grid.base_power / np.abs(voltage) ** 2
    matrix = (admittance(grid) + sparse.diags(loads)).tocsr()
    free = np.setdiff1d(np.arange(len(voltage)), grid.units.bus)
    current = (free == bus).astype(complex)
    return complex(splu(matrix[free][:, free].tocsc()).solve(current)[free == bus][0])


def _outside(grid: HostGrid, solved: Solution, kept: Flags) -> _Outside:
    """Reduce what is not kept to the boundary."""
    branches, count = grid.branches, len(kept)
    outer = branches.in_service & ~(kept[branches.start] & kept[branches.end])
    boundary = np.unique(np.concatenate([branches.start[outer], branches.end[outer]]))
    boundary, rest = boundary[kept[boundary]], np.flatnonzero(~kept)
    series = outer / (branches.resistance + 1j * branches.reactance) / branches.ratio
    between, _ = _eliminated(_laplacian(grid, series), boundary, rest)
    _, brought = _eliminated(_laplacian(grid, (outer / branches.reactance / branches.ratio)), boundary, rest)
    of_units = np.zeros((2, count))
    of_units[:, grid.units.bus] = grid.units.share, np.maximum(grid.units.active_max - grid.units.active, 0.0)
    # dQ/dV of buses outside, over V: -B, and twice what constant loads would take if they were susceptances
    answering = -admittance(grid._replace(branches=branches._replace(in_service=outer))).imag
    constant = np.where(kept, 0.0, solved.injection.imag / grid.base_power / np.abs(solved.voltage) ** 2)
    follows = np.setdiff1d(rest, grid.units.bus)
    stiff, _ = _eliminated(answering + sparse.diags(constant), boundary, follows)
    own = grid.buses.shunt_susceptance[boundary] / grid.base_power  # stays with the bus, which is kept
    share, left = -of_units[:, rest] @ brought
    return _Outside(boundary, between, stiff.sum(axis=1) + own, share, left)


def _laplacian(grid: HostGrid, values: Complexes | Floats) -> sparse.csc_matrix:
    """Assemble a matrix of branches that lead nothing to earth."""
    start, end, count = grid.branches.start, grid.branches.end, len(grid.buses.number)
    rows, columns = np.concatenate([start, end, start, end]), np.concatenate([start, end, end, start])
    return sparse.csc_matrix((np.concatenate([values, values, -values, -values]), (rows, columns)), (count, count))


def _eliminated(matrix: sparse.csc_matrix, boundary: Indices, rest: Indices) -> tuple[Complexes, Complexes]:
    """Eliminate rows from a symmetric matrix; give what is left at the boundary, and inv(M_rr) M_rb."""
    by_row = matrix.tocsr()
    factors = splu(
        by_row[rest][:, rest].tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    brought = factors.solve(by_row[rest][:, boundary].toarray())
    return by_row[boundary][:, boundary].toarray() - by_row[boundary][:, rest] @ brought, brought


def _with_reference(grid: HostGrid, kept: Flags) -> HostGrid:
    """Choose the largest unit kept as reference where the network's own is outside."""
    if kept[grid.reference]:
        return grid
    largest = np.argmax(np.where(kept[grid.units.bus], grid.units.active_max, -np.inf))
    return grid._replace(reference=int(grid.units.bus[largest]))


def _joined(inner: HostGrid, outside: _Outside, magnitude: Floats, smallest: float) -> HostGrid:
    """Add units outside behind their reactances, and branches between boundary buses."""
    first, second = np.triu_indices(len(outside.boundary), 1)
    linked = -0.5 * (outside.between[first, second] + outside.between[second, first])
    strong = np.abs(linked) > smallest
    held = outside.stiffness > SOFTEST
    at, count = outside.boundary[held], len(inner.buses.number)
    new = np.arange(count, count + len(at))
    impedance = np.concatenate([1.0 / linked[strong], 1j / outside.stiffness[held]])
    # boundary buses without a unit of their own leave what they would take up to the others
    share, left = (part[held] * (part.sum() / (part[held].sum() or 1.0)) for part in (outside.share, outside.left))
    return inner._replace(
        buses=_more_buses(inner.buses, at),
        branches=_more_branches(
            inner.branches,
            np.concatenate([outside.boundary[first[strong]], new]),
            np.concatenate([outside.boundary[second[strong]], at]),
            impedance,
        ),
        units=_more_units(inner.units, new, left, magnitude, share),
    )


def _more_buses(buses: Buses, at: Indices) -> Buses:
    """Add a bus beside each of some buses."""
    none = np.zeros(len(at))
    return Buses(
        np.concatenate([buses.number, NUMBERED_FROM - np.arange(len(at))]),
        buses.name + tuple(f"outside, at {buses.name[row] or buses.number[row]}" for row in at),
        np.concatenate([buses.nominal_voltage, buses.nominal_voltage[at]]),
        *(np.concatenate([column, none]) for column in buses[3:7]),
        *(np.concatenate([column, column[at]]) for column in buses[7:]),
    )


def _more_branches(branches: Branches, start: Indices, end: Indices, impedance: Complexes) -> Branches:
    """Add branches that are nothing but a series impedance, and that nothing overloads."""
    none, one, whole = np.zeros(len(start)), np.ones(len(start)), np.full(len(start), np.inf)
    added = Branches(
        start, end, impedance.real, impedance.imag, none, one, none, whole, whole, none.astype(bool), one.astype(bool)
    )
    return Branches(*(np.concatenate(pair) for pair in zip(branches, added, strict=True)))


def _more_units(units: Units, bus: Indices, left: Floats, voltage: Floats, share: Floats) -> Units:
    """Add units that give nothing yet, up to what the rest has left; what limits its reactive power is not known."""
    endless = np.full(len(bus), np.inf)
    added = Units(bus, np.zeros(len(bus)), left, -endless, endless, voltage, share)
    joined = Units(*(np.concatenate(pair) for pair in zip(units, added, strict=True)))
    return joined._replace(share=joined.share / joined.share.sum())


def _balanced(grid: HostGrid, boundary: Indices, voltage: Complexes, injection: Complexes) -> HostGrid:
    """Let loads at the boundary take what makes the operating point that of the whole network."""
    now = voltage * (admittance(grid) @ voltage).conj() * grid.base_power
    missing = injection[boundary] - now[boundary]
    active, reactive = grid.buses.load_active.copy(), grid.buses.load_reactive.copy()
    active[boundary] += missing.real
    reactive[boundary] += missing.imag
    return grid._replace(buses=grid.buses._replace(load_active=active, load_reactive=reactive))
