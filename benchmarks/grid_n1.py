"""
Measure all single outages of a network of 2,000 buses, beside lightsim2grid's own class in the same run.

    python benchmarks/grid_n1.py
"""

from __future__ import annotations

import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # before numpy, which reads them once

import numpy as np
from grid_day import BUS, POWER_FACTOR, network
from lightsim2grid import lightsim2grid_cpp

from twin.grid import contingency, islands, native, reactive_limits
from twin.grid.feeding import Feeding, loaded
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.reactive_limits import State

LOAD = 500e6
"""Of the campus [W]."""

BAR = 1.2
"""Of the time that lightsim2grid's own class takes."""

CLEAR = 1e-6
"""A limit counts that is passed by this much: what lies closer may fall on either side."""


def by_own_class(
    grid: HostGrid, state: State, out: Indices
) -> tuple[float, set[tuple[int, int]], set[tuple[int, int]]]:
    """Let lightsim2grid solve all outages with its own settings; give time and what passes its limit clearly."""
    begun = time.process_time()
    batch = lightsim2grid_cpp.ContingencyAnalysisCPP(native.build(grid, state.standing))
    batch.add_multiple_n1([int(row) for row in out])
    batch.compute(state.voltage.copy(), 20, contingency.TOLERANCE)
    flows = batch.compute_branch_results()
    spent = time.process_time() - begun
    power = np.maximum(np.hypot(flows[..., 0], flows[..., 1]), np.hypot(flows[..., 2], flows[..., 3])) * 1e6
    size = np.abs(batch.get_voltages())
    size[~np.array(batch.converged_mask())] = np.nan
    over = power / grid.branches.rating_emergency > 1.0 + CLEAR
    outside = (size < grid.buses.voltage_min - CLEAR) | (size > grid.buses.voltage_max + CLEAR)
    return spent, _pairs(out, over), _pairs(out, outside)


def _pairs(out: Indices, passed: Flags) -> set[tuple[int, int]]:
    outage, element = np.nonzero(passed)
    return set(zip(out[outage].tolist(), element.tolist(), strict=True))


def _told(found: contingency.Violations, clear: Flags) -> set[tuple[int, int]]:
    return set(zip(found.outage[clear].tolist(), found.element[clear].tolist(), strict=True))


def main() -> int:
    """Print what it takes; the exit code is 1 if a bar is crossed or violations differ."""
    bare = network()
    grid = loaded(bare, Feeding(np.flatnonzero(bare.buses.number == BUS), np.ones(1), POWER_FACTOR), LOAD)
    state = reactive_limits.settle(grid, limits=False)
    contingency.single_outages(grid, state, np.arange(3))  # compiles what is compiled
    begun = time.process_time()
    found = contingency.single_outages(grid, state)
    taken = time.process_time() - begun
    own, over, outside = by_own_class(grid, state, found.branch)
    volts, buses = found.outside.value, grid.buses
    low, high = buses.voltage_min[found.outside.element], buses.voltage_max[found.outside.element]
    same = (
        _told(found.overload, found.overload.value > 1.0 + CLEAR) == over
        and _told(found.outside, (volts < low - CLEAR) | (volts > high + CLEAR)) == outside
    )
    print(
        f"{len(grid.branches.start)} branches, {islands.islanding(grid).branch.size} cut the network in two; "
        f"{found.branch.size} outages, {int(found.unsolved.sum())} without a power flow"
    )
    print(f"{len(over)} overloads, {len(outside)} voltages outside: {'the same' if same else 'DIFFERENT'}")
    print(f"here {taken:.2f} CPU s, lightsim2grid's own class {own:.2f} CPU s: {taken / own:.2f} times of {BAR:g}")
    return int(not same or taken > BAR * own)


if __name__ == "__main__":
    sys.exit(main())
