"""
Exact steps of one rack: the lumped network over a second, as matrices by class of racks and flow level.

A rack is a chain of three lumps (chip, cold plate, stream) and a fourth, the air of its other parts. For a
liquid-cooled rack the stream is its coolant; for a rack cooled by air only it is the air, the plate a heat sink, and
the fourth lump stands still. Temperatures are taken relative to the supply at the start of the step, which may move
along a ramp:

    C_chip   dT_chip/dt   = q_chip + L (T_chip - T_reference) - G (T_chip - T_plate)
    C_plate  dT_plate/dt  = G (T_chip - T_plate) - F(s) (T_plate - T_stream)
    C_stream dT_stream/dt = F(s) (T_plate - T_stream) + q_stream - s M (T_stream - T_supply)
    C_air    dT_air/dt    = q_air - M_air (T_air - T_hall)

with leakage L, film F(s) = F0 s^n and stream s M at flow ratio s. Heat that crosses a boundary, and leakage, are
further states of the same exponential, so that energy closes to rounding at any step.

The worst chip of a rack is a chain of its own beside that of the mean chip: the same heat, but less flow in its branch
and more resistance to its plate (`worst_branch`). It is watched, and throttles its rack; no heat is counted from it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

from twin.site import Floats, RackClasses

STEP = 1.0
"""Step of the racks [s]."""

LOWEST_FILM_FLOW = 0.02
"""
Flow ratio [1] below which the film keeps its value: heat still conducts into standing coolant. Assumed; without it a
stopped loop would cut the chip off from the coolant around it.
"""

FLOW_LEVELS = 65
"""Flow levels between standstill and `HIGHEST_FLOW`."""

HIGHEST_FLOW = 1.25
"""Highest flow ratio [1] that the levels cover."""


class StepTable(NamedTuple):
    """
    Exact one-second steps of a rack, by variant and flow level.

    Variant ``2 c`` is class ``c`` with its leakage, ``2 c + 1`` the same without, for racks whose power is prescribed.

    Attributes
    ----------
    levels : (level,) [1]
        Flow ratios.
    chain : (variant, level, 5, 6)
        Rows: chip, plate, stream relative to the supply at the start of the step [K]; rise of the chip integrated over
        the step [K*s]; heat to the stream's supply [J]. Columns: the three temperatures [K], heat into the chip and
        into the stream [W], ramp of the supply [K/s].
    worst : (variant, level, 3, 6)
        The first three rows of `chain` for the worst chip and its branch.
    air : (variant, 2, 2)
        Rows: air lump relative to the hall's air [K]; heat to the hall's air [J]. Columns: its temperature [K] and its
        heat [W].
    """

    levels: Floats
    chain: Floats
    worst: Floats
    air: Floats


def flow_levels(steady: Floats) -> Floats:
    """
    Give the flow ratios at which steps are tabulated.

    Parameters
    ----------
    steady : (any,) [1]
        Ratios at which pumps run steadily; each is made a level, so that a steady flow needs no interpolation.

    Returns
    -------
    (level,) [1]
        Rising from zero, closer together at low flow; zero and one alone where pumps never leave their nominal flow.
    """
    if np.all(steady == 1.0):
        return np.array([0.0, 1.0])
    spread = HIGHEST_FLOW * np.linspace(0.0, 1.0, FLOW_LEVELS) ** 2
    return np.unique(np.concatenate([spread, steady, [1.0]]))


def film_ratio(flow: Floats, exponent: Floats | float) -> Floats:
    """
    Give the film conductance over its nominal value.

    Parameters
    ----------
    flow : (any,) [1]
        Flow over nominal flow.
    exponent : (any,) [1]
        Exponent of the film, 0.6 to 0.8 for turbulent and developing flow.

    Returns
    -------
    (any,) [1]
        flow^exponent, held below `LOWEST_FILM_FLOW`.

    References
    ----------
    .. [1] F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., eq. 8.60 (Dittus-Boelter exponent)
    """
    return np.asarray(np.maximum(flow, LOWEST_FILM_FLOW) ** exponent, dtype=float)


def rack_network(classes: RackClasses, row: int, flow: float, leakage: float) -> Floats:
    """
    Give the state matrix of a rack's chain.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    row : [1]
        Which class.
    flow : [1]
        Coolant flow over nominal flow; a rack cooled by air only takes no notice.
    leakage : [W/K]
        Rise of chip power with temperature.

    Returns
    -------
    (3, 3) [1/s]
        Chip, plate and stream relative to a constant supply.
    """
    liquid = classes.liquid_fraction[row] > 0
    ratio = flow if liquid else 1.0
    stream = ratio * (classes.coolant_stream[row] if liquid else classes.air_stream[row])
    chip, film = classes.chip_conductance[row], classes.film_conductance[row]
    film = film * float(film_ratio(np.asarray(ratio), classes.film_exponent[row]))
    conductance = np.array(
        [
            [leakage - chip, chip, 0.0],
            [chip, -chip - film, film],
            [0.0, film, -film - stream],
        ]
    )
    return np.asarray(conductance / chain_capacity(classes)[row][:, np.newaxis], dtype=float)


def worst_branch(classes: RackClasses) -> RackClasses:
    """
    Give each class as if all its chips were the worst one in the least-fed branch.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.

    Returns
    -------
    RackClasses
        With stream times `branch_flow`, film times `branch_flow` to its exponent, and chip resistance times one plus
        `chip_spread`; heat capacities, and so the coolant in a branch, are those of the mean.
    """
    share = classes.branch_flow
    return classes._replace(
        coolant_stream=classes.coolant_stream * share,
        air_stream=classes.air_stream * share,
        film_conductance=classes.film_conductance * share**classes.film_exponent,
        chip_conductance=classes.chip_conductance / (1.0 + classes.chip_spread),
    )


def chain_capacity(classes: RackClasses) -> Floats:
    """
    Give the heat capacities of each class's chain.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.

    Returns
    -------
    (rack_class, 3) [J/K]
        Chip, plate, and stream (coolant, or air where there is no coolant).
    """
    stream = np.where(classes.liquid_fraction > 0, classes.coolant_capacity, classes.air_capacity)
    return np.stack([classes.chip_capacity, classes.plate_capacity, stream], axis=1)


def step_table(classes: RackClasses, steady: Floats) -> StepTable:
    """
    Tabulate the exact one-second steps of every class.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    steady : (any,) [1]
        Flow ratios at which pumps run steadily.

    Returns
    -------
    StepTable
        Steps with and without leakage at each flow level.

    References
    ----------
    .. [1] C. F. Van Loan, Computing integrals involving the matrix exponential, IEEE Trans. Automatic Control
       23(3), 1978
    """
    levels = flow_levels(steady)
    variants = [(row, leakage) for row, own in enumerate(classes.leakage) for leakage in (float(own), 0.0)]

    def steps(of: RackClasses) -> Floats:
        each = [_chain_step(of, row, float(flow), leakage) for row, leakage in variants for flow in levels]
        return np.array(each).reshape(len(variants), levels.size, 5, 6)

    worst = np.ascontiguousarray(steps(worst_branch(classes))[:, :, :3])
    return StepTable(levels, steps(classes), worst, np.stack([_air_step(classes, row) for row, _ in variants]))


def _chain_step(classes: RackClasses, row: int, flow: float, leakage: float) -> Floats:
    """Integrate chain, chip rise and stream heat together over one step."""
    liquid = classes.liquid_fraction[row] > 0
    stream = flow * classes.coolant_stream[row] if liquid else classes.air_stream[row]
    capacity = chain_capacity(classes)[row]
    # States: chip, plate, stream, chip integral, heat out; then supply, and held inputs chip heat, stream heat, ramp.
    matrix = np.zeros((9, 9))
    matrix[:3, :3] = rack_network(classes, row, flow, leakage)
    matrix[2, 5] = stream / capacity[2]
    matrix[3, 0] = 1.0
    matrix[4, 2], matrix[4, 5] = stream, -stream
    matrix[0, 6] = 1.0 / capacity[0]
    matrix[2, 7] = 1.0 / capacity[2]
    matrix[5, 8] = 1.0
    exact = expm(matrix * STEP)
    return np.asarray(exact[:5][:, [0, 1, 2, 6, 7, 8]], dtype=float)


def _air_step(classes: RackClasses, row: int) -> Floats:
    """Integrate the air lump and its heat to the hall; a rack cooled by air only has none."""
    if classes.liquid_fraction[row] == 0:
        return np.zeros((2, 2))
    stream, capacity = classes.air_stream[row], classes.air_capacity[row]
    matrix = np.zeros((3, 3))
    matrix[0, 0], matrix[0, 2] = -stream / capacity, 1.0 / capacity
    matrix[1, 0] = stream
    exact = expm(matrix * STEP)
    return np.asarray(exact[:2][:, [0, 2]], dtype=float)
