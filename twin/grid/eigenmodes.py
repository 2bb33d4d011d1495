"""
Electromechanical modes of a network with its machines, and what an oscillating load does to them.

Everything is taken for small changes about a solved power flow: machines, loads by exponents of voltage, and a network
whose voltages follow at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from twin.arrays import Complexes, Floats
from twin.grid.host import HostGrid, Indices
from twin.grid.machines import MODELS, Machines
from twin.grid.power_flow import Solution, admittance

STEP = 1e-30
"""Imaginary step of a derivative: no difference is taken, so that it may be as small as one likes."""

ANGLE, SPEED = 0, 1
"""Places of angle and speed among a machine's states."""

COMMON = 0.02
"""[Hz] Below which a mode is that of all machines together, which nothing holds but what was left out: no swing."""


class Linear(NamedTuple):
    """
    A network with machines, for small changes about a steady state.

    Attributes
    ----------
    states : (state, state) [1/s]
        A of dx/dt = A x + B u; a machine's states stand together.
    load : (state, load) [1/s]
        B: rates for each per unit of the network's base power that a load draws more.
    output : (machine, state) [1]
        Electric power of each machine by states, per unit of the network's base power.
    feed : (machine, load) [1]
        And at once by loads.
    size : int
        States of each machine.
    """

    states: Floats
    load: Floats
    output: Floats
    feed: Floats
    size: int


class Modes(NamedTuple):
    """
    Modes, slowest first; of a pair only the one of positive frequency.

    Attributes
    ----------
    eigenvalue : (mode,) [1/s]
        Complex.
    frequency : (mode,) [Hz]
        Zero of one that does not oscillate.
    damping : (mode,) [1]
        Ratio of damping.
    shape : (mode, machine) [1]
        Complex: speed of each machine over that of the largest.
    participation : (mode, state) [1]
        Share of each state.
    """

    eigenvalue: Complexes
    frequency: Floats
    damping: Floats
    shape: Complexes
    participation: Floats


def linear(
    grid: HostGrid,
    solved: Solution,
    machines: Machines,
    loads: Indices,
    model: str = "sixth order",
    active_exponent: float = 1.0,
    reactive_exponent: float = 2.0,
) -> Linear:
    """
    Take a network and its machines for small changes.

    Parameters
    ----------
    grid : HostGrid
        The network.
    solved : Solution
        Its power flow.
    machines : Machines
        Each gives all that its bus puts into the network and its load draws; units elsewhere count as loads below zero.
    loads : (load,)
        Rows of buses at which a load oscillates.
    model : text
        One of `twin.grid.machines.MODELS`.
    active_exponent, reactive_exponent : [1]
        Of voltage, in the powers of loads: 0 constant power, 1 constant current, 2 constant impedance.

    Returns
    -------
    Linear
        Matrices.

    Notes
    -----
    With J dV = C dx + D du of the network and dx/dt = F dx + G dV of machines, A = F + G J^-1 C and B = G J^-1 D.
    """
    count, base = len(grid.buses.number), grid.base_power
    load, scale = grid.buses.load_active + 1j * grid.buses.load_reactive, machines.rating / base
    terminal = solved.voltage[machines.bus]
    given = solved.injection[machines.bus] + load[machines.bus]
    drawn = -solved.injection / base
    drawn[machines.bus] = load[machines.bus] / base
    kind = MODELS[model]
    size = len(kind.states)
    at = kind.rest(machines, grid.frequency, terminal, given / machines.rating)

    def moved(point: Floats) -> Floats:
        return np.vstack(kind.motion(machines, grid.frequency, at, point[:size], point[size:]))

    def taken(point: Floats) -> Floats:
        return _load_current(point, drawn, np.abs(solved.voltage), active_exponent, reactive_exponent)

    whole = _derivative(moved, np.vstack([at.states, terminal.real, terminal.imag]))
    by_states, by_voltage = scale[:, None, None] * whole[:, size:, :size], scale[:, None, None] * whole[:, size:, size:]
    shunts = _derivative(taken, np.stack([solved.voltage.real, solved.voltage.imag]))
    every = np.arange(count)
    network = _real(admittance(grid)) + _blocks(shunts, every, count) - _blocks(by_voltage, machines.bus, count)
    more = -(1.0 / solved.voltage[loads]).conj()
    sources = np.zeros((2 * count, machines.bus.size * size + loads.size))
    rows = 2 * machines.bus[:, None] + np.arange(2)
    columns = np.arange(machines.bus.size * size).reshape(machines.bus.size, size)
    sources[rows[:, :, None], columns[:, None, :]] = by_states
    sources[2 * loads, columns.size + np.arange(loads.size)] = more.real
    sources[2 * loads + 1, columns.size + np.arange(loads.size)] = more.imag
    follows = splu(network).solve(sources)[rows]  # (machine, 2, state and load)

    rates = np.einsum("msv,mvk->msk", whole[:, :size, size:], follows).reshape(columns.size, -1)
    rates[:, : columns.size] += linalg.block_diag(*whole[:, :size, :size])
    current = np.einsum("mvw,mwk->mvk", by_voltage, follows)
    current[np.arange(machines.bus.size)[:, None, None], np.arange(2)[None, :, None], columns[:, None, :]] += by_states
    amps = (given / base / terminal).conj()
    power = terminal.real[:, None] * current[:, 0] + terminal.imag[:, None] * current[:, 1]
    power += amps.real[:, None] * follows[:, 0] + amps.imag[:, None] * follows[:, 1]
    inner, driven = np.split(rates, [columns.size], axis=1)
    output, feed = np.split(power, [columns.size], axis=1)
    return Linear(inner, driven, output, feed, size)


def modes(system: Linear) -> Modes:
    """
    Find the modes of a network.

    Parameters
    ----------
    system : Linear
        From `linear`.

    Returns
    -------
    Modes
        All of them.

    Notes
    -----
    Participation of a state is |left x right| of the eigenvectors at it, over their sum in the mode.

    References
    ----------
    .. [1] P. Kundur, Power System Stability and Control, McGraw-Hill, 1994, section 12.2
    """
    values, left, right = linalg.eig(system.states, left=True, right=True)  # type: ignore[misc]  # of its stubs
    kept = np.flatnonzero(values.imag >= 0.0)
    kept = kept[np.argsort(np.abs(values[kept]), kind="stable")]
    part = np.abs(left * right)[:, kept].T
    speed = right[SPEED :: system.size, kept].T
    largest = np.take_along_axis(speed, np.abs(speed).argmax(axis=1)[:, None], axis=1)
    still = np.abs(largest) == 0.0
    value = values[kept]
    return Modes(
        eigenvalue=value,
        frequency=np.asarray(value.imag / (2.0 * np.pi), dtype=float),
        damping=np.asarray(-value.real / np.maximum(np.abs(value), np.finfo(float).tiny), dtype=float),
        shape=np.where(still, 0.0, speed / np.where(still, 1.0, largest)),
        participation=part / part.sum(axis=1, keepdims=True),
    )


def of_swings(found: Modes, size: int, least: float = 0.5) -> Modes:
    """
    Keep the modes in which machines swing against each other.

    Parameters
    ----------
    found : Modes
        From `modes`.
    size : int
        States of each machine.
    least : [1]
        Least share of angles and speeds in the mode.

    Returns
    -------
    Modes
        Above `COMMON`.
    """
    by_state = found.participation.reshape(found.eigenvalue.size, -1, size)
    share = by_state[:, :, [ANGLE, SPEED]].sum(axis=(1, 2))
    kept = (share >= least) & (found.frequency > COMMON)
    return Modes(*(column[kept] for column in found))


def forced(system: Linear, frequencies: Floats, shares: Floats | None = None) -> Complexes:
    """
    Give how machines' power answers to loads that oscillate together.

    Parameters
    ----------
    system : Linear
        From `linear`.
    frequencies : (frequency,) [Hz]
        Of the loads.
    shares : (load,) [1]
        Of each in what oscillates; the first alone unless given.

    Returns
    -------
    (frequency, machine) [1]
        Complex: power of each machine over that of the load, both peak to peak.

    Notes
    -----
    C (jw - A)^-1 B + D, by the Schur form of A: a triangular solution a frequency. Slowly all machines share the load
    by their inertias, and the sum of magnitudes is 1 but for what losses and the voltage at other loads change; near a
    mode they swing against each other and it is more.
    """
    shares = np.eye(system.load.shape[1])[0] if shares is None else shares
    triangle, basis = linalg.schur(system.states, output="complex")
    driven, diagonal = basis.conj().T @ (system.load @ shares), np.diag_indices_from(triangle)
    found, shifted = np.empty((frequencies.size, driven.size), dtype=complex), -triangle
    for row, each in enumerate(frequencies):
        shifted[diagonal] = 2j * np.pi * each - triangle[diagonal]
        found[row] = linalg.solve_triangular(shifted, driven, check_finite=False)
    return np.asarray(found @ (system.output @ basis).T + system.feed @ shares)


def _derivative(function: Callable[[Floats], Floats], point: Floats) -> Floats:
    """Give (column, output, input) of a function that takes each column alone."""
    found = []
    for row in range(point.shape[0]):
        moved = point.astype(complex)
        moved[row] += 1j * STEP
        found.append(function(moved).imag / STEP)
    return np.asarray(np.stack(found, axis=2).transpose(1, 0, 2), dtype=float)


def _load_current(point: Floats, drawn: Complexes, magnitude: Floats, active: float, reactive: float) -> Floats:
    """Give the current (2, bus) that loads draw, by exponents of the voltage over that at rest."""
    square = point[0] ** 2 + point[1] ** 2
    power = drawn.real * (square / magnitude**2) ** (0.5 * active)
    swing = drawn.imag * (square / magnitude**2) ** (0.5 * reactive)
    current = np.stack([power * point[0] + swing * point[1], power * point[1] - swing * point[0]])
    return np.asarray(current / square)


def _real(matrix: sparse.csc_matrix) -> sparse.csc_matrix:
    """Write a complex matrix for real and imaginary parts that stand together, bus by bus."""
    parts = sparse.kron(matrix.real, np.eye(2)) + sparse.kron(matrix.imag, np.array([[0.0, -1.0], [1.0, 0.0]]))
    return sparse.csc_matrix(parts)


def _blocks(blocks: Floats, bus: Indices, count: int) -> sparse.csc_matrix:
    """Set blocks (row, 2, 2) on the diagonal, at their buses."""
    rows = 2 * bus[:, None, None] + np.arange(2)[None, :, None] + np.zeros((1, 1, 2), dtype=np.intp)
    columns = rows.transpose(0, 2, 1)
    return sparse.csc_matrix((blocks.ravel(), (rows.ravel(), columns.ravel())), shape=(2 * count, 2 * count))
