"""The chain of `twin.thermal.coefficients` alone: at rest, until a limit without coolant, or behind a given power."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.sparse.linalg import splu

from scenarios.published.laws.law import Law, Outputs, one
from twin.site import Floats, RackClasses
from twin.thermal.coefficients import chain_capacity, rack_network, step_table

_HORIZON = 3600.0
"""Seconds after which a limit counts as never crossed; the slowest time constant here is a minute."""

_TOLERANCE = 1e-9

_MILLISECONDS = 3
"""Decimals of a second that tell steps apart."""


def _rack_at_rest(
    power: Floats,
    chip_resistance: Floats,
    film_resistance: Floats,
    film_exponent: Floats,
    chip_capacity: Floats,
    plate_capacity: Floats,
    coolant_capacity: Floats,
    coolant_stream: Floats,
    supply: Floats,
) -> Outputs:
    """Give the state that the exact step of a second leaves as it is, and how far a direct sparse solve is from it."""
    chains = _chains(
        chip_resistance, film_resistance, film_exponent, chip_capacity, plate_capacity, coolant_capacity, coolant_stream
    )
    steps = step_table(chains, np.ones(1))

    def rest(row: int) -> tuple[float, float]:
        step = steps.chain[2 * row, -1]
        fixed = np.linalg.solve(np.eye(3) - step[:3, :3], step[:3, 3] * power[row])
        heat = np.array([power[row], 0.0, 0.0]) / chain_capacity(chains)[row]
        direct = splu(sp.csc_array(rack_network(chains, row, 1.0, 0.0))).solve(-heat)
        return supply[row] + fixed[0], float(np.max(np.abs(fixed - direct)))

    found = np.array([rest(row) for row in range(power.size)])
    return {"chip": found[:, 0], "difference": found[:, 1]}


def _pump_stop(
    power: Floats,
    chip_resistance: Floats,
    film_resistance: Floats,
    film_exponent: Floats,
    chip_capacity: Floats,
    plate_capacity: Floats,
    coolant_capacity: Floats,
    coolant_stream: Floats,
    coast_time: Floats,
    flow: Floats,
    supply: Floats,
    limit: Floats,
) -> Outputs:
    """Let the flow of one chip's coolant coast to a part of it, its supply held."""
    chains = _chains(
        chip_resistance, film_resistance, film_exponent, chip_capacity, plate_capacity, coolant_capacity, coolant_stream
    )

    def seconds(row: int) -> float:
        heat = np.array([power[row], 0.0, 0.0]) / chain_capacity(chains)[row]

        def slopes(time: float, state: Floats) -> Floats:
            ratio = flow[row] + (1.0 - flow[row]) * np.exp(-time / coast_time[row])
            return np.asarray(rack_network(chains, row, ratio, 0.0) @ state + heat, dtype=float)

        begin = np.linalg.solve(rack_network(chains, row, 1.0, 0.0), -heat)
        return _crossing(slopes, begin, limit[row] - supply[row])

    return {"time": np.array([seconds(row) for row in range(power.size)])}


def _facility_water_loss(
    power: Floats,
    chip_resistance: Floats,
    film_resistance: Floats,
    film_exponent: Floats,
    chip_capacity: Floats,
    plate_capacity: Floats,
    coolant_capacity: Floats,
    loop_capacity: Floats,
    coolant_stream: Floats,
    rise: Floats,
) -> Outputs:
    """Let a rack's coolant go round at full flow, its heat taken by nothing, until its chips have risen."""
    chains = _chains(
        chip_resistance, film_resistance, film_exponent, chip_capacity, plate_capacity, coolant_capacity, coolant_stream
    )

    def chip_rise(row: int) -> tuple[float, float]:
        # The chain is written relative to its supply, here a fourth state: well mixed, fed by the rack's stream.
        matrix = np.zeros((4, 4))
        matrix[:3, :3] = rack_network(chains, row, 1.0, 0.0)
        matrix[:3, 3] = -matrix[:3, :3].sum(axis=1)
        matrix[3, 2:] = np.array([1.0, -1.0]) * coolant_stream[row] / loop_capacity[row]
        heat = np.array([power[row] / chip_capacity[row], 0.0, 0.0, 0.0])
        begin = np.append(np.linalg.solve(matrix[:3, :3], -heat[:3]), 0.0)

        def slopes(_: float, state: Floats) -> Floats:
            return np.asarray(matrix @ state + heat, dtype=float)

        late = solve_ivp(slopes, (0.0, _HORIZON), begin, method="LSODA", rtol=_TOLERANCE, atol=_TOLERANCE)
        return _crossing(slopes, begin, begin[0] + rise[row]), float(slopes(_HORIZON, late.y[:, -1])[0])

    found = np.array([chip_rise(row) for row in range(power.size)])
    return {"time": found[:, 0], "rate": found[:, 1]}


def _chip_history(
    power: Floats,
    chip_resistance: Floats,
    film_resistance: Floats,
    film_exponent: Floats,
    chip_capacity: Floats,
    plate_capacity: Floats,
    coolant_capacity: Floats,
    coolant_stream: Floats,
    supply: Floats,
    time: Floats,
) -> Outputs:
    """Let a chip follow rows of mean power since the row before; it begins at rest under the first."""
    chains = _chains(
        chip_resistance, film_resistance, film_exponent, chip_capacity, plate_capacity, coolant_capacity, coolant_stream
    )
    matrix = rack_network(chains, 0, 1.0, 0.0)
    warming = np.array([1.0, 0.0, 0.0]) / chain_capacity(chains)[0]
    driven = np.zeros((4, 4))
    driven[:3, :3], driven[:3, 3] = matrix, warming
    lengths, which = np.unique(np.diff(time).round(_MILLISECONDS), return_inverse=True)
    steps = [expm(driven * length) for length in lengths]
    state = np.linalg.solve(matrix, -warming * power[0])
    chip = [state[0]]
    for step, watts in zip(which, power[1:], strict=True):
        state = steps[step][:3, :3] @ state + steps[step][:3, 3] * watts
        chip.append(state[0])
    return {"chip": one(supply, "supply") + np.array(chip)}


def _chains(
    chip_resistance: Floats,
    film_resistance: Floats,
    film_exponent: Floats,
    chip_capacity: Floats,
    plate_capacity: Floats,
    coolant_capacity: Floats,
    coolant_stream: Floats,
) -> RackClasses:
    """Give a class for each row; only the chain is set, and nothing warms the rack's air."""
    unset = {name: np.zeros(coolant_stream.size) for name in RackClasses._fields}
    return RackClasses(**unset)._replace(  # type: ignore[arg-type]
        liquid_fraction=np.ones(coolant_stream.size),
        chip_capacity=chip_capacity,
        plate_capacity=plate_capacity,
        coolant_capacity=coolant_capacity,
        air_capacity=np.ones(coolant_stream.size),
        chip_conductance=1.0 / chip_resistance,
        film_conductance=1.0 / film_resistance,
        film_exponent=film_exponent,
        coolant_stream=coolant_stream,
    )


def _crossing(slopes: Callable[[float, Floats], Floats], begin: Floats, level: float) -> float:
    """Give the time [s] at which the chip rises to a level; infinite where it does not."""
    if begin[0] >= level - _TOLERANCE:
        return 0.0

    def reached(_: float, values: Floats) -> float:
        return float(values[0] - level)

    reached.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(
        slopes, (0.0, _HORIZON), begin, method="LSODA", rtol=_TOLERANCE, atol=_TOLERANCE, events=reached, max_step=10.0
    )
    times = found.t_events or [np.empty(0)]
    return float(times[0][0]) if times[0].size else float("inf")


_CHIP = {
    "power": "W",
    "chip_resistance": "K/W",
    "film_resistance": "K/W",
    "film_exponent": "1",
    "chip_capacity": "J/K",
    "plate_capacity": "J/K",
    "coolant_capacity": "J/K",
    "coolant_stream": "W/K",
}
RACK_AT_REST = Law(_rack_at_rest, {**_CHIP, "supply": "K"}, {"chip": "K", "difference": "delta_degC"})
PUMP_STOP = Law(_pump_stop, {**_CHIP, "coast_time": "s", "flow": "1", "supply": "K", "limit": "K"}, {"time": "s"})
CHIP_HISTORY = Law(_chip_history, {**_CHIP, "supply": "K", "time": "s"}, {"chip": "K"})
FACILITY_WATER_LOSS = Law(
    _facility_water_loss, {**_CHIP, "loop_capacity": "J/K", "rise": "delta_degC"}, {"time": "s", "rate": "K/s"}
)
