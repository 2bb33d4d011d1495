"""Modes of a test system that is written down in full in its source."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs, one
from scenarios.published.laws.two_areas import machines, network
from twin.grid import eigenmodes, power_flow
from twin.site import Floats


def _two_areas(mode: Floats, armature: Floats) -> Outputs:
    """Give swings by their number, slowest first."""
    units = machines()._replace(resistance=np.full(4, one(armature, "armature")))
    grid = network()
    system = eigenmodes.linear(grid, power_flow.solve(grid), units, np.zeros(0, dtype=np.intp))
    found = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    row = mode.astype(int) - 1
    return {
        "frequency": found.frequency[row],
        "damping": found.damping[row],
        "real": found.eigenvalue.real[row],
    }


TWO_AREAS = Law(_two_areas, {"mode": "1", "armature": "1"}, {"frequency": "Hz", "damping": "1", "real": "1/s"})
