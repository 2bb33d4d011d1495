"""What a source of reactive power at a campus's points of connection must give: QV curves on a network."""

from __future__ import annotations

import numpy as np

from twin.errors import FacilityError
from twin.grid import reactive_limits
from twin.grid.feeding import Feeding, loaded
from twin.grid.host import HostGrid, Indices, Units
from twin.grid.native import HOLDS
from twin.grid.reactive_limits import State
from twin.site import Floats

UNBOUNDED = 1e13
"""Reactive power [var] that no source reaches."""


def reactive_needed(grid: HostGrid, feeding: Feeding, load: float, voltage: Floats, *, limits: bool = True) -> Floats:
    """
    Give what sources at the points of connection must give together to hold voltages there.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    load : [W]
        Of the campus, at its stated power factor.
    voltage : (any,) [1]
        To be held at each point.
    limits
        Whether units elsewhere keep within their reactive limits.

    Returns
    -------
    (any,) [var]
        Positive into the network, beyond what units at those buses can give; NaN where no power flow has it.

    Notes
    -----
    The load is constant in voltage. Where the curve is lowest, minus its value is the reactive margin: what more can be
    drawn before the voltage collapses. Zero is where the voltage settles by itself.
    """
    needed = np.full(voltage.size, np.nan)
    try:
        begun = reactive_limits.settle(loaded(grid, feeding, load), limits=limits)
    except FacilityError:  # it takes the sources to carry the load
        begun = reactive_limits.settle(grid, limits=limits)
    natural = float(np.abs(begun.voltage[feeding.bus]).mean())
    rising = np.argsort(voltage)
    middle = int(np.searchsorted(voltage[rising], natural))
    for rows in (rising[middle:], rising[:middle][::-1]):
        state: State | None = None
        for row in rows:
            held = _held(loaded(grid, feeding, load), feeding.bus, float(voltage[row]))
            try:
                state = reactive_limits.settle(held, state or _with_sources(held, grid, begun), limits=limits)
            except FacilityError:
                break
            needed[row] = _beyond_units(held, grid, feeding.bus, state)
    return needed


def _held(grid: HostGrid, bus: Indices, voltage: float) -> HostGrid:
    """Put unbounded sources at buses, in the place of units that stand there."""
    units = grid.units
    at, new = np.isin(units.bus, bus), np.setdiff1d(bus, units.bus)
    none, all_ = np.zeros(new.size), np.full(new.size, UNBOUNDED)
    return grid._replace(
        units=Units(
            bus=np.concatenate([units.bus, new]),
            active=np.concatenate([units.active, none]),
            active_max=np.concatenate([units.active_max, none]),
            reactive_min=np.concatenate([np.where(at, -UNBOUNDED, units.reactive_min), -all_]),
            reactive_max=np.concatenate([np.where(at, UNBOUNDED, units.reactive_max), all_]),
            voltage=np.concatenate([np.where(at, voltage, units.voltage), none + voltage]),
            share=np.concatenate([units.share, none]),
        )
    )


def _with_sources(held: HostGrid, grid: HostGrid, state: State) -> State:
    """Give a state of the network without sources as one of that with them."""
    standing = np.full(len(held.units.bus), HOLDS, dtype=np.int8)
    standing[: len(grid.units.bus)] = state.standing
    standing[held.units.reactive_max == UNBOUNDED] = HOLDS
    return State(state.voltage, standing)


def _beyond_units(held: HostGrid, grid: HostGrid, bus: Indices, state: State) -> float:
    """Give what sources give [var] beyond what units at their buses can."""
    total = reactive_limits.reactive_power(held, state.voltage[np.newaxis])[0]
    sources = np.isin(held.units.bus, bus)
    own = np.zeros(total.size)
    count = len(grid.units.bus)
    own[:count] = np.clip(total[:count], grid.units.reactive_min, grid.units.reactive_max)
    return float((total - own)[sources].sum())
