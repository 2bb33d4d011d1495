"""Two areas of two machines each, as P. Kundur, Power System Stability and Control, 1994, example 12.6, has them."""

from __future__ import annotations

import numpy as np

from twin.grid.host import Branches, Buses, HostGrid, Units
from twin.grid.machines import Machines

KV = 230e3
"""[V] Of buses 5 to 11; those of the machines have 20 kV."""

PER_KM = (0.0001, 0.001, 0.00175)
"""Resistance, reactance and charging of a line, per unit on 100 MVA and km."""

LINES = ((5, 6, 25), (6, 7, 10), (7, 8, 110), (7, 8, 110), (8, 9, 110), (8, 9, 110), (9, 10, 10), (10, 11, 25))
"""From, to, and length [km]."""

STEP_UP = ((1, 5), (2, 6), (3, 11), (4, 10))
"""Transformers of 0.15 per unit on 900 MVA."""


def network() -> HostGrid:
    """Give the eleven buses: 967 and 1,767 MW of load, 200 and 350 Mvar of capacitors at buses 7 and 9."""
    count = 11
    active, reactive, shunt = np.zeros(count), np.zeros(count), np.zeros(count)
    active[[6, 8]], reactive[[6, 8]], shunt[[6, 8]] = (967e6, 1767e6), 100e6, (200e6, 350e6)
    buses = Buses(
        number=np.arange(1, count + 1),
        name=("",) * count,
        nominal_voltage=np.array([20e3] * 4 + [KV] * 7),
        load_active=active,
        load_reactive=reactive,
        shunt_conductance=np.zeros(count),
        shunt_susceptance=shunt,
        voltage_min=np.full(count, 0.9),
        voltage_max=np.full(count, 1.1),
        latitude=np.full(count, np.nan),
        longitude=np.full(count, np.nan),
    )
    lines, ups = np.array(LINES, dtype=float).T, np.array(STEP_UP).T
    size = lines.shape[1] + ups.shape[1]
    line = [each * lines[2] for each in PER_KM]
    branches = Branches(
        start=np.concatenate([lines[0].astype(int), ups[0]]) - 1,
        end=np.concatenate([lines[1].astype(int), ups[1]]) - 1,
        resistance=np.concatenate([line[0], np.zeros(4)]),
        reactance=np.concatenate([line[1], np.full(4, 0.15 / 9.0)]),
        charging=np.concatenate([line[2], np.zeros(4)]),
        ratio=np.ones(size),
        phase_shift=np.zeros(size),
        rating=np.full(size, np.inf),
        rating_emergency=np.full(size, np.inf),
        transformer=np.arange(size) >= lines.shape[1],
        in_service=np.ones(size, dtype=bool),
    )
    units = Units(
        bus=np.arange(4),
        active=np.array([700e6, 700e6, 719e6, 700e6]),
        active_max=np.full(4, 900e6),
        reactive_min=np.full(4, -np.inf),
        reactive_max=np.full(4, np.inf),
        voltage=np.array([1.03, 1.01, 1.03, 1.01]),
        share=np.array([0.0, 0.0, 1.0, 0.0]),
    )
    return HostGrid(100e6, 60.0, buses, branches, units, 2)


def machines() -> Machines:
    """Give the four machines of 900 MVA; inertia of 6.5 s in the first area and 6.175 s in the second."""

    def same(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.full(4, value)

    return Machines(
        bus=np.arange(4),
        rating=same(900e6),
        inertia=np.array([6.5, 6.5, 6.175, 6.175]),
        damping=same(0.0),
        resistance=same(0.0025),
        leakage=same(0.2),
        synchronous_d=same(1.8),
        transient_d=same(0.3),
        subtransient_d=same(0.25),
        synchronous_q=same(1.7),
        transient_q=same(0.55),
        subtransient_q=same(0.25),
        transient_time_d=same(8.0),
        subtransient_time_d=same(0.03),
        transient_time_q=same(0.4),
        subtransient_time_q=same(0.05),
        saturation=same(0.015),
        saturation_rate=same(9.6),
        saturation_from=same(0.9),
    )
