"""Networks that tests of the grid share."""

from __future__ import annotations

import numpy as np
import pandapower.networks
from pandapower.converter.pypower import to_ppc

from facilities.hosts.matpower import Case, network
from twin.grid.host import Branches, Buses, HostGrid, Units


def case118() -> HostGrid:
    """IEEE's 118 buses as pandapower carries them, the reference bus alone taking up changes."""
    carried = pandapower.networks.case118()
    carried.trafo["tap_dependency_table"] = False  # saved before pandapower had them; it warns of their absence
    tables = to_ppc(carried, init="flat", trafo_model="pi")
    return network(Case("case118", tables["baseMVA"], tables["bus"], tables["gen"], tables["branch"].real)).grid


def shared_by_capacity(grid: HostGrid) -> HostGrid:
    """Let all units take up changes by what they can give."""
    return grid._replace(units=grid.units._replace(share=grid.units.active_max / grid.units.active_max.sum()))


def two_buses(load: complex = 100e6 + 50e6j, *, ratio: float = 1.0, shift: float = 0.0) -> HostGrid:
    """A source at 1 per unit, a lossless branch of 0.1 on 100 MVA, and a load."""
    one, none = np.ones(2), np.zeros(2)
    unknown = np.full(2, np.nan)
    buses = Buses(
        np.array([1, 2]), ("source", "load"), 230e3 * one, np.array([0.0, load.real]), np.array([0.0, load.imag]),
        none, none, 0.9 * one, 1.1 * one, unknown, unknown,
    )  # fmt: skip
    at = np.array([0]), np.array([1])
    branch = [np.array([value]) for value in (0.0, 0.1, 0.0, ratio, shift, 200e6, 200e6)]
    branches = Branches(*at, *branch, np.array([ratio != 1.0 or shift != 0.0]), np.array([True]))
    unit = [np.array([value]) for value in (0.0, 500e6, -1e9, 1e9, 1.0, 1.0)]
    return HostGrid(100e6, 60.0, buses, branches, Units(np.array([0]), *unit), 0)
