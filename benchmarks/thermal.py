"""Measure the replay kernel where nothing can be saved: racks of which no two do the same, a day at one second."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from stress import write_stress_site

import facilities
from facilities import build
from telemetry.training import training
from twin import power, simulate
from twin.grid.response import ResponseCurve
from twin.site import Site
from twin.thermal import kernel, walk
from twin.thermal.tables import Room
from twin.workload import LoadTable

RACKS = 40_000
DAY = 86_400
TRACES = 8
"""Traces of a day; each rack follows one of them from a second of its own, at a power of its own."""

THERMAL_BAR, WHOLE_BAR, MEMORY_BAR = 20.0, 40.0, 1.0
"""
Bars [s], [s] and [GB, 1e9 bytes] for a day of all racks: `thermal` where power is given, `whole` where racks follow a
load.
"""

WAYS = {
    True: "power given, as measured at the rack inlet",
    False: "load followed: conversion, leakage and limits are part of `thermal`",
}


class Cost(NamedTuple):
    """Processor time [s] of a replay's loop by part, settling and the compiler left out."""

    thermal: float  # racks, CDUs, halls and loops
    load: float  # the load table, read a second time after each macro step, which is what tells it apart
    rest: float  # power chain, record and everything else a minute takes


def site_and_load(racks: int, duration: int, *, given: bool = False) -> tuple[Site, LoadTable]:
    """Build the stress site, and a load under which no two of its racks do the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stress.toml"
        write_stress_site(path, racks)
        site = build.site(facilities.load(path))
    random = np.random.default_rng(1)
    samples = [training(seed, DAY).samples for seed in range(TRACES)]
    classes, kinds = site.rack_classes, site.racks.rack_class
    scale = random.uniform(0.8, 1.0, racks)
    idle, full = classes.accelerators * classes.accelerator_loaded, classes.accelerators * classes.accelerator_max
    load = LoadTable(
        samples=np.concatenate(samples),
        trace_start=np.cumsum([0, *(part.size for part in samples)]).astype(np.int64),
        trace_step=np.ones(TRACES),
        segment_start=np.arange(racks + 1),
        start=np.zeros(racks),
        end=np.full(racks, float(duration)),
        trace=random.integers(TRACES, size=racks),
        offset=random.permutation(DAY)[:racks].astype(float),
        accelerator_base=idle[kinds],
        accelerator_scale=(full - idle)[kinds] * scale,
        host_base=classes.host_idle[kinds],
        host_scale=(classes.host_max - classes.host_idle)[kinds] * scale,
        share=np.ones(racks),
        measured=np.zeros(racks, dtype=bool),
    )
    return site, as_measured(site, load) if given else load


def as_measured(site: Site, load: LoadTable) -> LoadTable:
    """Give racks the inlet power at both ends of what they are asked, as if it had been measured."""
    classes, kinds = site.rack_classes, site.racks.rack_class
    low = load.accelerator_base + load.host_base
    inlet = np.empty((2, kinds.size))
    for kind in np.unique(kinds):
        mine = kinds == kind
        both = np.stack([low, low + load.accelerator_scale + load.host_scale])[:, mine]
        chain = classes.chain_power[kind], classes.chain_loss[kind], float(classes.auxiliary_power[kind])
        inlet[:, mine] = power.rack_inlet_power(both, *chain)
    none = np.zeros(kinds.size)
    return load._replace(
        measured=np.ones(kinds.size, dtype=bool),
        accelerator_base=inlet[0],
        accelerator_scale=inlet[1] - inlet[0],
        host_base=none,
        host_scale=none,
    )


def replay(racks: int, duration: int, *, given: bool) -> Cost:
    """Replay it, and see where the processor's time goes."""
    site, load = site_and_load(racks, duration, given=given)
    air = np.full(2, 293.15)
    inputs = simulate.Inputs(datetime(2026, 7, 15, tzinfo=UTC), duration, float(duration), air, air - 5.0, changes=())
    curve = ResponseCurve(np.array([0.0, 1e11]), ("pcc_voltage_pu",), np.ones((2, 1)), np.inf, 0.0)
    spent = {"walk": 0.0, "load": 0.0, "settling": 0.0}
    walked = walk.macro_step

    def timed(laws: walk.Laws, held: walk.Held, states: walk.States, sums: walk.Sums, room: Room, seconds: int) -> None:
        begun = time.process_time()
        walked(laws, held, states, sums, room, seconds)
        done = time.process_time()
        read_load(laws, held, room, seconds)
        spent["walk"] += done - begun
        spent["load"] += time.process_time() - done

    def minute_done(done: float) -> None:
        if not spent["settling"]:  # The first minute warms the caches.
            spent.update(walk=0.0, load=0.0, settling=time.process_time())

    walk.macro_step = timed
    record = simulate.run(site, load, inputs, curve, minute_done)
    walk.macro_step = walked
    whole = time.process_time() - spent["settling"]
    if record.layout.order.size != racks:
        sys.exit(f"{racks} racks were meant to differ; the kernel found {record.layout.order.size} that do")
    return Cost(spent["walk"] - spent["load"], spent["load"], whole - spent["walk"] - spent["load"])


def read_load(laws: walk.Laws, held: walk.Held, room: Room, seconds: int) -> None:
    """Fill the demand of a macro step as its walk does, group by group."""
    for low, high in pairwise(laws.groups.hall_start):
        own = laws.groups.hall[low:high]
        kernel.fill(laws.racks, laws.layout, laws.load, held.orders, held.forcing.begin, seconds, room, own)


def main() -> int:
    """Print what a day costs; the exit code is 1 if a bar is crossed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--racks", type=int, default=RACKS)
    parser.add_argument("--seconds", type=int, default=DAY, help="how long to replay; figures are scaled to a day")
    asked = parser.parse_args()
    measured = asked.seconds - simulate.MACRO_STEP
    print(f"{asked.racks} racks, no two alike; {measured} s measured, CPU seconds a day")
    days = {
        given: tell(given, replay(asked.racks, asked.seconds, given=given), measured, asked.racks) for given in WAYS
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0) / 1e9
    print(f"{'memory':<10}{memory:>9.2f} GB")
    over = days[True].thermal >= THERMAL_BAR, sum(days[False]) >= WHOLE_BAR, memory >= MEMORY_BAR
    return int(any(over))


def tell(given: bool, cost: Cost, seconds: int, racks: int) -> Cost:
    """Print what a day costs, and give it."""
    day = Cost(*(part / seconds * DAY for part in cost))
    print(WAYS[given])
    for name, value in (*day._asdict().items(), ("whole", sum(day))):
        print(f"  {name:<8}{value:>9.1f}{value / DAY / racks * 1e9:>9.2f} ns a rack-second")
    return day


if __name__ == "__main__":
    sys.exit(main())
