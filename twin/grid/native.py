"""
A transmission network in the form of lightsim2grid's own classes, for many power flows of one network.

Where `power_flow` solves a network once and says what is wrong with it, this holds the factorised network between
solutions, knows units that stand at a reactive limit, and goes into the batches of contingencies. lightsim2grid is
imported where a network is made, since it brings pandas with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.arrays import Complexes
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.power_flow import NEWTON_STEPS, TOLERANCE
from twin.site import Floats

AT_LOWER, HOLDS, AT_UPPER = -1, 0, 1
"""Where a unit stands: at its lower reactive limit, holding its bus's voltage, at its upper limit."""

Native = Any
"""lightsim2grid's own network, LSGrid; the library states no types."""

Standing = npt.NDArray[np.int8]
"""Of each unit one of `AT_LOWER`, `HOLDS` and `AT_UPPER`."""

REFACTOR_POLICY = 1
"""Place of the policy when to factorise anew among the integers of lightsim2grid's setting of an algorithm."""

MEGA = 1e6
"""Watts in the megawatts of lightsim2grid."""


def build(grid: HostGrid, standing: Standing) -> Native:
    """
    Bring a network into lightsim2grid's form.

    Parameters
    ----------
    grid : HostGrid
        The network, each bus connected with the reference.
    standing : (unit,)
        Units at a limit give that reactive power and hold no voltage; all take up their share of a change.

    Returns
    -------
    LSGrid
        Branches, loads and units have the rows of `grid`: each branch is made as a transformer, each bus has a load.
    """
    from lightsim2grid import lightsim2grid_cpp

    buses, branches, units = grid.buses, grid.branches, grid.units
    every = np.arange(len(buses.number), dtype=np.int32)
    made = lightsim2grid_cpp.LSGrid()
    made.set_sn_mva(grid.base_power / MEGA)
    made.init_bus(len(every), 1, buses.nominal_voltage / 1e3, 0, len(branches.start))
    none = np.empty(0)
    no_rows = np.empty(0, dtype=np.int32)
    made.init_powerlines_full(none, none, none.astype(complex), none.astype(complex), no_rows, no_rows)
    made.init_trafo(
        branches.resistance,
        branches.reactance,
        1j * branches.charging,
        branches.ratio,
        np.degrees(branches.phase_shift),
        [True] * len(branches.start),
        branches.start.astype(np.int32),
        branches.end.astype(np.int32),
        True,  # the tapped side's phase shift is in the admittances, as for any branch
    )
    for row in np.flatnonzero(~branches.in_service):
        made.deactivate_trafo(int(row))
    made.init_shunt(buses.shunt_conductance / MEGA, -buses.shunt_susceptance / MEGA, every)
    made.init_loads(buses.load_active / MEGA, buses.load_reactive / MEGA, every)
    fixed = np.where(standing == AT_UPPER, units.reactive_max, np.where(standing == AT_LOWER, units.reactive_min, 0.0))
    rows = units.bus.astype(np.int32)
    limits = np.nan_to_num(units.reactive_min / MEGA), np.nan_to_num(units.reactive_max / MEGA)
    made.init_generators_full(units.active / MEGA, units.voltage, fixed / MEGA, list(standing == HOLDS), *limits, rows)
    for row in np.flatnonzero(units.share > 0.0):
        made.add_gen_slackbus(int(row), float(units.share[row]))
    kinds = lightsim2grid_cpp.AlgorithmType
    made.change_algorithm(kinds.NR_KLU if lightsim2grid_cpp.klu_solver_available else kinds.NR_SparseLU)
    return made


def set_load(made: Native, bus: Indices, active: Floats, reactive: Floats) -> None:
    """
    Set what some buses draw.

    Parameters
    ----------
    made : LSGrid
        From `build`; it is changed.
    bus : (some,)
        Rows of `Buses`.
    active, reactive : (some,) [W], [var]
        All that each draws.
    """
    for row, watts, vars_ in zip(bus, active, reactive, strict=True):
        made.change_p_load(int(row), float(watts) / MEGA)
        made.change_q_load(int(row), float(vars_) / MEGA)


def solve(made: Native, start: Complexes, reference: int) -> Complexes | None:
    """
    Solve the power flow.

    Parameters
    ----------
    made : LSGrid
        From `build`.
    start : (bus,) [1]
        Complex voltages of a state nearby.
    reference : int
        Row of the bus whose angle is zero.

    Returns
    -------
    (bus,) [1]
        Complex voltages; None where no power flow is found.
    """
    voltage = made.ac_pf(start.copy(), NEWTON_STEPS, TOLERANCE)
    if not voltage.size:
        return None
    return np.asarray(voltage * np.exp(-1j * np.angle(voltage[reference])))


def after_outages(
    made: Native, branch: Indices, start: Complexes, tolerance: float, steps: int, *, chord: bool
) -> tuple[Complexes, Flags]:
    """
    Solve the power flow after outages of single branches.

    Parameters
    ----------
    made : LSGrid
        From `build`.
    branch : (outage,)
        Rows of `Branches`, rising, none of which cuts buses off.
    start : (bus,) [1]
        Complex voltages before.
    tolerance : [1]
        Largest mismatch, per unit of the base power.
    steps : int
        Largest number of steps of an outage.
    chord
        Whether the factors of an outage's first step are kept for its others.

    Returns
    -------
    voltage : (outage, bus) [1]
        Complex, to a common angle; without meaning where none was found.
    solved : (outage,) bool
        Where a power flow was found.
    """
    from lightsim2grid import lightsim2grid_cpp

    batch = lightsim2grid_cpp.ContingencyAnalysisCPP(made)
    batch.init_from_n_powerflow = True
    if chord:
        setting = batch.get_algo_config()
        whole = list(setting.int_params)
        whole[REFACTOR_POLICY] = int(lightsim2grid_cpp.RefactorPolicyType.Chord)
        setting.int_params = whole
        batch.set_algo_config(setting)
    batch.add_multiple_n1([int(row) for row in branch])
    batch.compute(start.copy(), steps, tolerance)
    return np.array(batch.get_voltages()), np.asarray(batch.converged_mask(), dtype=bool)
