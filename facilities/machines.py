"""Machines where a network states none: typical constants as data."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np

from facilities.quantity import Factor, Kind, Model, Number, Share, SitePower, Text
from facilities.reader import parsed, toml
from twin.errors import FacilityError, Fault
from twin.grid.host import HostGrid
from twin.grid.machines import Machines
from twin.grid.power_flow import Solution

FILE = Path(__file__).with_name("machines.toml")

PerUnit = Annotated[Number, Kind("1", 0, 10, "0.3")]
Constant = Annotated[Number, Kind("s", 1e-3, 20, "8 s")]


class Typical(Model):
    """A typical machine; `twin.grid.machines` says what the numbers mean."""

    title: Text
    power_factor: Share
    """Highest active power over rating."""
    least: SitePower
    """Units below it are left to the load."""
    inertia: Constant
    damping: Factor
    resistance: PerUnit
    leakage: PerUnit
    synchronous_d: PerUnit
    transient_d: PerUnit
    subtransient_d: PerUnit
    synchronous_q: PerUnit
    transient_q: PerUnit
    subtransient_q: PerUnit
    transient_time_d: Constant
    subtransient_time_d: Constant
    transient_time_q: Constant
    subtransient_time_q: Constant
    saturation: PerUnit
    saturation_rate: Factor
    saturation_from: PerUnit


@cache
def load() -> Typical:
    """
    Read the file.

    Returns
    -------
    Typical
        Frozen.

    Raises
    ------
    FacilityError
        With all its faults.
    """
    found, faults = parsed(Typical, toml(FILE))
    if found is None:
        raise FacilityError(FILE.name, [Fault(fault.where, fault.message) for fault in faults])
    return found


def of(grid: HostGrid, solved: Solution) -> Machines:
    """
    Give every unit of a network a typical machine of its size.

    Parameters
    ----------
    grid
        The network.
    solved
        Its power flow: a unit that gives more than its highest power is taken to be as large as that.

    Returns
    -------
    Machines
        Of units from the least size on.
    """
    typical, units = load(), grid.units
    given = solved.injection.real[units.bus] + grid.buses.load_active[units.bus]
    size = np.maximum(units.active_max, np.abs(given))
    kept = size >= typical.least.si
    names = Machines._fields[2:]
    count = int(np.count_nonzero(kept))
    constants = (np.full(count, getattr(typical, name).si) for name in names)
    return Machines(units.bus[kept], size[kept] / typical.power_factor.si, *constants)
