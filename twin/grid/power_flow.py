"""
The full AC power flow of a transmission network.

Our part is to say what stands in the network: admittances, powers, who holds a voltage, who takes up a change of load.
Newton's method itself is lightsim2grid's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve

from twin.arrays import Complexes
from twin.errors import FacilityError, Fault
from twin.grid.host import Buses, HostGrid
from twin.site import Floats

SOURCE = "host grid"
"""What errors name as the place of their faults."""

TOLERANCE = 1e-9
"""Largest mismatch of a solved power flow, per unit of the network's base power [1]."""

NEWTON_STEPS = 30
"""Of a power flow: it takes four to eight, more only near the loadability limit."""


NAMED = 5
"""Buses that a message names."""


class Solution(NamedTuple):
    """
    A solved power flow.

    Attributes
    ----------
    voltage : (bus,) [1]
        Complex; the angle of the reference bus is zero.
    injection : (bus,) [V*A]
        Complex power that the network takes from units and loads of each bus, shunts not counted among them.
    taken_up : [W]
        What units give together beyond their schedule, spread by their shares.
    """

    voltage: Complexes
    injection: Complexes
    taken_up: float


def branch_admittances(grid: HostGrid) -> Complexes:
    """
    Give the four admittances of each branch.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    (4, branch) [1]
        Current at the start by the voltages of start and end, then current at the end by both; zero out of service.

    Notes
    -----
    With y = 1 / (r + jx), charging b and the complex ratio t = ratio e^(j shift) at the start:
    (y + jb/2) / |t|^2, -y / t*, -y / t, y + jb/2.

    References
    ----------
    .. [1] R. D. Zimmerman et al., MATPOWER, IEEE Transactions on Power Systems 26(1), 2011, equation 2
    """
    branches = grid.branches
    series = branches.in_service / (branches.resistance + 1j * branches.reactance)
    whole = series + 0.5j * branches.charging * branches.in_service
    ratio = branches.ratio * np.exp(1j * branches.phase_shift)
    return np.stack([whole / branches.ratio**2, -series / ratio.conj(), -series / ratio, whole])


def admittance(grid: HostGrid) -> sparse.csc_matrix:
    """
    Assemble the admittance matrix of a network.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    (bus, bus) [1]
        Currents into the network by bus voltages, branches and shunts together, per unit.
    """
    start, end = grid.branches.start, grid.branches.end
    count = len(grid.buses.number)
    shunt = (grid.buses.shunt_conductance + 1j * grid.buses.shunt_susceptance) / grid.base_power
    every = np.arange(count)
    rows = np.concatenate([start, start, end, end, every])
    columns = np.concatenate([start, end, start, end, every])
    values = np.concatenate([branch_admittances(grid).ravel(), shunt])
    matrix = sparse.csc_matrix((values, (rows, columns)), shape=(count, count))
    matrix.sum_duplicates()
    return matrix


def scheduled_power(grid: HostGrid) -> Complexes:
    """
    Give the power that units and loads of each bus are meant to put into the network.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    (bus,) [V*A]
        Complex; reactive power of units is not known before the solution, and is not in it.
    """
    power = -(grid.buses.load_active + 1j * grid.buses.load_reactive)
    power[grid.units.bus] += grid.units.active
    return power


def first_voltage(grid: HostGrid) -> Complexes:
    """
    Give voltages from which Newton's method starts: magnitudes that units hold, angles of the DC power flow.

    Parameters
    ----------
    grid : HostGrid
        The network, each bus connected with the reference.

    Returns
    -------
    (bus,) [1]
        Complex.

    Notes
    -----
    A flat start diverges on large networks, whose angles spread over more than a right angle.
    """
    active = scheduled_power(grid).real - grid.buses.shunt_conductance
    active[grid.units.bus] -= grid.units.share * active.sum()
    angle = dc_angles(grid, active)
    magnitude = np.ones(len(active))
    magnitude[grid.units.bus] = grid.units.voltage
    return np.asarray(magnitude * np.exp(1j * angle))


def dc_angles(grid: HostGrid, active: Floats) -> Floats:
    """
    Solve the DC power flow.

    Parameters
    ----------
    grid : HostGrid
        The network, each bus connected with the reference.
    active : (bus,) [W]
        Power that each bus puts in; what is missing from balance comes from the reference.

    Returns
    -------
    (bus,) [rad]
        Angles; zero at the reference.

    Notes
    -----
    Flow = (angle of start - angle of end - shift) / (x ratio), without losses, at voltages of 1.
    """
    branches, count = grid.branches, len(grid.buses.number)
    # a branch of resistance alone would be infinitely stiff: its resistance stands in, for a start
    reactance = np.where(branches.reactance == 0.0, branches.resistance, branches.reactance)
    susceptance = branches.in_service / (reactance * branches.ratio)
    shifted = susceptance * branches.phase_shift
    power = active / grid.base_power
    power = power + np.bincount(branches.start, shifted, count) - np.bincount(branches.end, shifted, count)
    rows = np.concatenate([branches.start, branches.end, branches.start, branches.end])
    columns = np.concatenate([branches.start, branches.end, branches.end, branches.start])
    values = np.concatenate([susceptance, susceptance, -susceptance, -susceptance])
    matrix = sparse.csc_matrix((values, (rows, columns)), shape=(count, count))
    kept = np.delete(np.arange(count), grid.reference)
    angle = np.zeros(count)
    angle[kept] = spsolve(matrix[kept][:, kept], power[kept])
    return angle


def solve(grid: HostGrid, start: Complexes | None = None, *, tolerance: float = TOLERANCE) -> Solution:
    """
    Solve the full AC power flow, units holding their voltages without regard to reactive limits.

    Parameters
    ----------
    grid : HostGrid
        The network, each bus connected with the reference.
    start : (bus,) [1], optional
        Complex voltages of a state nearby; without it `first_voltage`.
    tolerance : [1]
        Largest mismatch, per unit of the base power.

    Returns
    -------
    Solution
        Voltages, powers, and what was taken up.

    Raises
    ------
    FacilityError
        When buses are cut off from the reference, or no power flow is found.

    References
    ----------
    .. [1] B. Donnot, lightsim2grid: a C++ backend for power grid simulation, github.com/Grid2Op/lightsim2grid
    """
    apart = cut_off(grid)
    if len(apart):
        names = ", ".join(_called(grid.buses, row) for row in apart[:NAMED])
        message = (
            f"{len(apart)} of {len(grid.buses.number)} buses are cut off from the reference bus "
            f"{_called(grid.buses, grid.reference)}: {names}{', ...' if len(apart) > NAMED else ''}; close a branch to "
            "them or take them out"
        )
        raise FacilityError(SOURCE, [Fault("branches", message)])
    solver, matrix = _newton(), admittance(grid)
    voltage = np.array(first_voltage(grid) if start is None else start)
    voltage[grid.units.bus] *= grid.units.voltage / np.abs(voltage[grid.units.bus])  # the solver holds what it is given
    sharing, weights = _sharing(grid)
    holding = np.setdiff1d(grid.units.bus, sharing)
    free = np.setdiff1d(np.arange(len(voltage)), grid.units.bus)
    power = scheduled_power(grid)
    ends = [rows.astype(np.int32) for rows in (sharing, holding, free)]
    parts = power / grid.base_power
    if not solver.compute_pf(matrix, voltage, parts, ends[0], weights, ends[1], ends[2], NEWTON_STEPS, tolerance):
        message = (
            f"no power flow was found for {-power.real[power.real < 0.0].sum() / 1e6:.6g} MW of net load within "
            f"{NEWTON_STEPS} steps of Newton's method: the load lies beyond the loadability limit, or the network's "
            "impedances or voltages are wrong; reduce the load or correct the network"
        )
        raise FacilityError(SOURCE, [Fault("", message)])
    solved = np.asarray(solver.get_V())
    solved = solved * np.exp(-1j * np.angle(solved[grid.reference]))
    injection = solved * (matrix @ solved).conj() * grid.base_power
    return Solution(solved, injection, float(injection.real.sum() - power.real.sum()))


def branch_flows(grid: HostGrid, voltage: Complexes) -> tuple[Complexes, Complexes]:
    """
    Give the power that enters each branch at its start and at its end.

    Parameters
    ----------
    grid : HostGrid
        The network.
    voltage : (bus,) [1]
        Complex.

    Returns
    -------
    tuple of (branch,) [V*A]
        Complex, at start and at end; their sum is what the branch loses.
    """
    at_start, at_end = voltage[grid.branches.start], voltage[grid.branches.end]
    own, to, back, other = branch_admittances(grid)
    return (
        at_start * (own * at_start + to * at_end).conj() * grid.base_power,
        at_end * (back * at_start + other * at_end).conj() * grid.base_power,
    )


def cut_off(grid: HostGrid) -> npt.NDArray[np.intp]:
    """
    Find buses without a path of branches in service to the reference.

    Parameters
    ----------
    grid : HostGrid
        The network.

    Returns
    -------
    (bus cut off,)
        Rows of `Buses`.
    """
    branches, count = grid.branches, len(grid.buses.number)
    ends = branches.start[branches.in_service], branches.end[branches.in_service]
    links = sparse.csr_matrix((np.ones(len(ends[0])), ends), shape=(count, count))
    _, island = csgraph.connected_components(links, directed=False)
    return np.flatnonzero(island != island[grid.reference])


def _newton() -> Any:  # noqa: ANN401  # a class of the library, which has no types
    """Give Newton's method with the faster of the factorisations that this build of lightsim2grid has."""
    from lightsim2grid import algorithm  # loads pandas: not on the way of those who solve nothing

    return getattr(algorithm, "NR_KLU", algorithm.NR_SparseLU)()


def _sharing(grid: HostGrid) -> tuple[npt.NDArray[np.intp], Floats]:
    """Give the buses that take up a change, the reference first where it is one of them, and shares by bus."""
    units = grid.units
    taking = units.share > 0.0
    if not taking.any():
        message = "no unit takes up a change of load; give at least one a share, or name a slack bus"
        raise FacilityError(SOURCE, [Fault("units.share", message)])
    weights = np.zeros(len(grid.buses.number))
    weights[units.bus[taking]] = units.share[taking]
    buses = units.bus[taking]
    return buses[np.argsort(buses != grid.reference, kind="stable")], weights


def _called(buses: Buses, row: int) -> str:
    """Name a bus for a message."""
    name = buses.name[row]
    return f"{buses.number[row]} ({name})" if name else f"{buses.number[row]}"
