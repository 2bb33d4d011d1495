"""
Machines through a fault and its clearing, a trip or a change of load: the classical model over time.

Loads are constant impedances, so that the network is reduced to the voltages behind the machines' transient reactances.
Mechanical power is held: a study of the first swings, some seconds long.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.integrate import solve_ivp
from scipy.sparse.linalg import splu

from twin.arrays import Complexes, Flags, Floats
from twin.grid.host import HostGrid, Indices
from twin.grid.machines import Machines, Rest, classical_rest
from twin.grid.power_flow import Solution, admittance

FAULT = 1e-6
"""Impedance of a bolted fault, per unit of the network's base [1]."""

LEAK = 1e-9
"""Susceptance to ground at each bus, per unit [1], so that a bus left without load and machine has the voltage zero."""

STEP = 0.01
"""[s] Between the samples that are kept."""

TOLERANCE = 1e-9
"""Of the integrator, relative and absolute: beyond what a swing curve is read to."""

APART = np.pi
"""Angle [rad] between a machine and the centre of inertia, at which it has lost step."""


class Stage(NamedTuple):
    """
    What the network is from a time on.

    Attributes
    ----------
    time : [s]
        From which it holds.
    faulted : (fault,)
        Rows of buses with a bolted three-phase fault.
    opened : (branch,)
        Rows of branches out of service, besides those that the network has open.
    load : (bus,) [1]
        What is connected of each bus's load.
    tripped : (machine,)
        Whether a machine is off.
    """

    time: float
    faulted: Indices
    opened: Indices
    load: Floats
    tripped: Flags


class Swing(NamedTuple):
    """
    What machines do.

    Attributes
    ----------
    time : (time,) [s]
        Every `STEP`, and each change.
    angle : (time, machine) [rad]
        From the centre of inertia of machines that are on.
    speed : (time, machine) [Hz]
        Deviation of frequency.
    power : (time, machine) [W]
        Electric.
    lost : [s]
        When the first machine lost step, at which it ends; infinite where none did.
    """

    time: Floats
    angle: Floats
    speed: Floats
    power: Floats
    lost: float


def stage(grid: HostGrid, machines: Machines, time: float = 0.0) -> Stage:
    """
    Give the network as it is, to be changed by `_replace`.

    Parameters
    ----------
    grid : HostGrid
        The network.
    machines : Machines
        Its machines.
    time : [s]
        From which it holds.

    Returns
    -------
    Stage
        Without fault.
    """
    nothing = np.zeros(0, dtype=np.intp)
    count = len(grid.buses.number)
    return Stage(time, nothing, nothing, np.ones(count), np.zeros(machines.bus.size, dtype=np.bool_))


def reduced(grid: HostGrid, solved: Solution, machines: Machines, now: Stage) -> Complexes:
    """
    Reduce a network to the voltages behind the transient reactances.

    Parameters
    ----------
    grid : HostGrid
        The network.
    solved : Solution
        Its power flow, at whose voltages loads are turned into impedances.
    machines : Machines
        At its buses; their transient reactances are in the result.
    now : Stage
        What is faulted, open, connected and off.

    Returns
    -------
    (machine, machine) [1]
        Currents by voltages behind reactances, per unit of the network's base; zero for machines that are off.

    Notes
    -----
    y - y (Y + y_load + y)^-1 y, the Kron reduction, by one sparse factorisation.
    """
    own, voltage = _network(grid, solved, machines, now)
    return np.asarray(np.diag(own) - own[:, np.newaxis] * voltage[machines.bus])


def first_voltages(grid: HostGrid, solved: Solution, machines: Machines, now: Stage) -> Floats:
    """
    Give the voltages in the first instant of a stage that follows on rest, before a rotor has moved.

    Parameters
    ----------
    grid : HostGrid
        The network.
    solved : Solution
        Its power flow.
    machines : Machines
        Its machines.
    now : Stage
        The stage.

    Returns
    -------
    (bus,) [1]
        Magnitudes.
    """
    at = _at_rest(grid, solved, machines)
    _, voltage = _network(grid, solved, machines, now)
    return np.asarray(np.abs(voltage @ (at.field * np.exp(1j * at.states[0]))), dtype=float)


def _at_rest(grid: HostGrid, solved: Solution, machines: Machines) -> Rest:
    load = grid.buses.load_active + 1j * grid.buses.load_reactive
    power = (solved.injection + load)[machines.bus] / machines.rating
    return classical_rest(machines, grid.frequency, solved.voltage[machines.bus], power)


def _network(grid: HostGrid, solved: Solution, machines: Machines, now: Stage) -> tuple[Complexes, Complexes]:
    """Give the admittance of each machine, and each bus's voltage (bus, machine) over those behind the reactances."""
    branches = grid.branches
    in_service = branches.in_service.copy()
    in_service[now.opened] = False
    network = admittance(grid._replace(branches=branches._replace(in_service=in_service)))
    load = grid.buses.load_active + 1j * grid.buses.load_reactive
    drawn = -solved.injection
    drawn[machines.bus] = load[machines.bus]
    shunt = now.load * (drawn / grid.base_power).conj() / np.abs(solved.voltage) ** 2
    shunt[now.faulted] += 1.0 / FAULT
    own = machines.rating / grid.base_power / (machines.resistance + 1j * machines.transient_d)
    own = np.where(now.tripped, 0.0, own)
    shunt[machines.bus] += own
    inward = np.zeros((shunt.size, machines.bus.size), dtype=complex)
    inward[machines.bus, np.arange(machines.bus.size)] = own
    voltage = splu((network + sparse.diags(shunt + 1j * LEAK)).tocsc()).solve(inward)
    return np.asarray(own, dtype=complex), np.asarray(voltage, dtype=complex)


def follow(grid: HostGrid, solved: Solution, machines: Machines, stages: Sequence[Stage], until: float) -> Swing:
    """
    Follow machines through stages of a network.

    Parameters
    ----------
    grid : HostGrid
        The network.
    solved : Solution
        Its power flow, at rest.
    machines : Machines
        Its machines.
    stages : sequence of Stage
        In order of time; before the first it is at rest.
    until : [s]
        End.

    Returns
    -------
    Swing
        Up to the end, or to a loss of step.

    Notes
    -----
    2 H dw/dt = P_m - Re(E I*) - K_D w, I = Y E with Y of each stage; integrated from change to change by DOP853.
    """
    scale = machines.rating / grid.base_power
    at = _at_rest(grid, solved, machines)
    state = at.states.ravel()
    kept: list[tuple[Floats, Floats, Floats, Floats]] = []
    lost = np.inf
    for now, end in zip(stages, [*(each.time for each in stages[1:]), until], strict=True):
        stretch = _Stretch(
            matrix=reduced(grid, solved, machines, now),
            on=~now.tripped,
            behind=at.field,
            pushed=scale * at.torque,
            damping=scale * machines.damping,
            mass=2.0 * scale * machines.inertia,
            base=2.0 * np.pi * grid.frequency,
        )
        apart = partial(_apart, stretch=stretch)
        apart.terminal = True  # type: ignore[attr-defined]  # solve_ivp ends where it is zero
        when = np.unique(np.concatenate([np.arange(now.time, end, STEP), [end]]))
        found = solve_ivp(
            partial(_rates, stretch=stretch),
            (now.time, end),
            state,
            "DOP853",
            when,
            events=apart,
            rtol=TOLERANCE,
            atol=TOLERANCE,
        )
        angle, speed = np.split(found.y, 2)
        seen = angle - _centre(angle, stretch)
        kept.append((found.t, seen.T, grid.frequency * speed.T, grid.base_power * _electric(angle, stretch).T))
        state = found.y[:, -1]
        ends = (found.t_events or [np.zeros(0)])[0]
        if ends.size:
            lost = float(ends[0])
            break
    time, angles, speeds, powers = (np.concatenate(column) for column in zip(*kept, strict=True))
    return Swing(time, angles, speeds, powers, lost)


class _Stretch(NamedTuple):
    """What stays as it is between two changes; per unit of the network's base."""

    matrix: Complexes
    on: Flags
    behind: Floats
    pushed: Floats
    damping: Floats
    mass: Floats
    base: float


def _electric(angle: Floats, stretch: _Stretch) -> Floats:
    """Give the electric power (machine, time) at angles."""
    behind = stretch.behind[:, np.newaxis] * np.exp(1j * angle)
    return np.asarray((behind * (stretch.matrix @ behind).conj()).real, dtype=float)


def _centre(angle: Floats, stretch: _Stretch) -> Floats:
    """Give the angle (time,) of the centre of inertia of machines that are on."""
    weight = np.where(stretch.on, stretch.mass, 0.0)
    return np.asarray(weight @ angle / weight.sum(), dtype=float)


def _rates(_time: float, state: Floats, stretch: _Stretch) -> Floats:
    angle, speed = np.split(state, 2)
    short = stretch.pushed - stretch.damping * speed - _electric(angle[:, np.newaxis], stretch)[:, 0]
    return np.concatenate([stretch.base * speed, np.where(stretch.on, short / stretch.mass, 0.0)])


def _apart(_time: float, state: Floats, stretch: _Stretch) -> float:
    """Give what is left [rad] until a machine loses step."""
    angle, _ = np.split(state, 2)
    away = np.abs(angle - _centre(angle[:, np.newaxis], stretch))
    return float(APART - away[stretch.on].max())
