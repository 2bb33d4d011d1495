"""The largest load of a campus that a network carries, with all branches in service and after each outage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebval
from scipy.interpolate import BarycentricInterpolator
from scipy.optimize import brentq

from twin.errors import FacilityError
from twin.grid import contingency, load_curve, reactive_limits
from twin.grid.chebyshev import coefficients
from twin.grid.contingency import Outages
from twin.grid.day_series import flow_series
from twin.grid.feeding import Feeding, loaded
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.load_curve import LoadCurve, Piece, place
from twin.grid.reactive_limits import State
from twin.site import Floats

LOW, HIGH, THERMAL, NOSE = (
    "voltage below its limit",
    "voltage above its limit",
    "branch over its rating",
    "no power flow",
)
"""Kinds of limits."""

TRANSFER_CUTOFF = 0.03
"""
Part of the campus's load that must flow over a branch for its rating to bound the load [1].

Planners leave out elements that a request hardly moves, by distribution factors of 3 % to 5 %; assumed, 0.02 to 0.05.
"""

VOLTAGE_CUTOFF = 0.002
"""Change of voltage by the campus for a bus's limit to bound its load [1]; assumed, 0.001 to 0.01."""

SAMPLES = 33
"""Loads of a piece at which it is searched for limits."""

CURVES = 3
"""Outages that are followed as curves in a round: those that should meet their limits first."""

ROUNDS = 12
"""Rounds of outages at the load found and curves of those that still pass limits."""


class Limit(NamedTuple):
    """
    A load at which a limit is met.

    Attributes
    ----------
    load : [W]
        Of the campus.
    kind : text
        `LOW`, `HIGH`, `THERMAL` or `NOSE`.
    element : int
        Row of the bus or branch; -1 for `NOSE`.
    outage : int
        Row of the branch that is out; -1 where none is.
    """

    load: float
    kind: str
    element: int
    outage: int


class HostCapacity(NamedTuple):
    """
    The largest load of a campus.

    Attributes
    ----------
    whole : [W]
        With all branches in service.
    load : [W]
        And after each single outage.
    highest : [W]
        Load up to which limits were sought.
    limits : tuple of Limit
        First limit of each kind with all branches, and of each outage that was followed, in rising order.
    before : int
        Limits that are passed without the campus, with all branches or after the same outage, and so do not bound it.
    left : int
        Limits newly passed after outages at `load`, once all are solved there; zero where it is proven.
    """

    whole: float
    load: float
    highest: float
    limits: tuple[Limit, ...]
    before: int
    left: int


def first_limits(curve: LoadCurve, rating: Floats, outage: int = -1) -> tuple[Limit, ...]:
    """
    Find the first load of a curve at which each kind of limit is met.

    Parameters
    ----------
    curve : LoadCurve
        From `load_curve.follow`.
    rating : (branch,) [V*A]
        For the state of the network.
    outage : int
        Row of the branch that the curve's network lacks; -1 where none.

    Returns
    -------
    tuple of Limit
        In rising order; kinds that are not met are not among them.

    Notes
    -----
    Limits that are passed without the campus do not count, nor those of elements that it hardly moves
    (`TRANSFER_CUTOFF`, `VOLTAGE_CUTOFF`).
    """
    buses, found = curve.grid.buses, dict[str, Limit]()
    voltage, power = (values[:, :1] for values in _values(curve, curve.pieces[0], np.zeros(1)))
    low, high, most = (limit[:, np.newaxis] for limit in (buses.voltage_min, buses.voltage_max, rating))
    for piece in curve.pieces:
        load = np.linspace(piece.low, piece.high, SAMPLES)
        size, flow = _values(curve, piece, load)
        moved = np.abs(size - voltage) >= VOLTAGE_CUTOFF
        met = {
            LOW: (size - low, moved & (voltage >= low)),
            HIGH: (high - size, moved & (voltage <= high)),
            THERMAL: (most - flow, (power <= most) & (flow - power >= TRANSFER_CUTOFF * load)),
        }
        for kind, (margin, counts) in met.items():
            if kind not in found and (counts & (margin < 0.0)).any():
                found[kind] = _first(kind, load, margin, counts, outage)
    limits = list(found.values())
    if curve.ended:
        limits.append(Limit(curve.end, NOSE, -1, outage))
    return tuple(sorted(limits))


def capacity(grid: HostGrid, feeding: Feeding, highest: float, *, limits: bool = True) -> HostCapacity:
    """
    Find the largest load for which all limits hold, with all branches in service and after each single outage.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    highest : [W]
        Load up to which limits are sought.
    limits
        Whether units keep within their reactive limits.

    Returns
    -------
    HostCapacity
        Proven by solving all outages at the load found, unless `left` says otherwise.

    Raises
    ------
    FacilityError
        When the network has no power flow even without the campus.

    Notes
    -----
    All outages are solved at the load that the whole network carries. Of those that newly pass limits there, the
    `CURVES` that should meet theirs first, by a straight line from no load, are followed as curves; units settle within
    their limits after the outage. The first limit of any is the new load, at which all outages are solved again, until
    none newly passes a limit.
    """
    bare = reactive_limits.settle(grid, limits=limits)
    at_rest = contingency.single_outages(grid, bare)
    first = first_limits(load_curve.follow(grid, feeding, highest, limits=limits), grid.branches.rating)
    whole = load = min([highest, *(limit.load for limit in first)])
    kept, followed = list(first), np.empty(0, dtype=int)
    for _ in range(ROUNDS):
        there = loaded(grid, feeding, load)
        state = reactive_limits.settle(there, bare, limits=limits)
        found = contingency.single_outages(there, state)
        new = _newly(grid, bare, at_rest, found, load)
        new = new[~np.isin(new, followed)]
        if not new.size:
            break
        followed = np.concatenate([followed, new[:CURVES]])
        kept += [limit for outage in new[:CURVES] for limit in after(grid, feeding, load, int(outage), limits=limits)]
        load = min(load, *(limit.load for limit in kept))
    already = len(at_rest.overload.value) + len(at_rest.outside.value)
    return HostCapacity(whole, load, highest, tuple(sorted(kept)), already, int(new.size))


def after(grid: HostGrid, feeding: Feeding, highest: float, outage: int, *, limits: bool = True) -> tuple[Limit, ...]:
    """
    Find the first load at which each kind of limit is met after the outage of a branch.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    highest : [W]
        Load up to which limits are sought.
    outage : int
        Row of the branch.
    limits
        Whether units keep within their reactive limits, to which they settle after the outage.

    Returns
    -------
    tuple of Limit
        In rising order; none where the network without the branch has no power flow even without the campus.
    """
    live = grid.branches.in_service.copy()
    live[outage] = False
    less = grid._replace(branches=grid.branches._replace(in_service=live))
    try:
        curve = load_curve.follow(less, feeding, highest, limits=limits)
    except FacilityError:
        return ()
    return first_limits(curve, grid.branches.rating_emergency, outage)


def _newly(grid: HostGrid, bare: State, at_rest: Outages, found: Outages, load: float) -> Indices:
    """Give outages after which the campus newly passes limits, those first whose limits should be met first."""
    over, outside = found.overload, found.outside
    loading, voltage = contingency.revisit(grid, bare, over, outside)
    moved = (over.value - loading) * grid.branches.rating_emergency[over.element]
    counts = (loading <= 1.0) & (moved >= TRANSFER_CUTOFF * load)
    low, high = grid.buses.voltage_min[outside.element], grid.buses.voltage_max[outside.element]
    shift = outside.value - voltage
    within = (voltage >= low) & (voltage <= high) & (np.abs(shift) >= VOLTAGE_CUTOFF)
    met = np.full(len(grid.branches.start), np.inf)  # part of the load at which a limit should be met
    np.minimum.at(met, over.outage[counts], (1.0 - loading[counts]) / (over.value - loading)[counts])
    edge = np.where(outside.value < low, low, high)
    np.minimum.at(met, outside.outage[within], (edge - voltage)[within] / shift[within])
    lost = np.setdiff1d(found.branch[found.unsolved], at_rest.branch[at_rest.unsolved])
    met[lost] = np.minimum(met[lost], 1.0)
    order = np.argsort(met, kind="stable")
    return order[: int(np.isfinite(met).sum())]


def _values(curve: LoadCurve, piece: Piece, load: Floats) -> tuple[Floats, Floats]:
    """Give voltages [1] and apparent powers [V*A] of (element, load)."""
    at = place(piece, load)
    parts = chebval(at, flow_series(curve.grid, piece))  # (4, branch, load)
    size = chebval(at, coefficients(np.abs(piece.voltage)))
    return np.asarray(size, dtype=float), np.maximum(np.hypot(*parts[:2]), np.hypot(*parts[2:]))


def _first(kind: str, load: Floats, margin: Floats, counts: Flags, outage: int) -> Limit:
    """Find the first load at which a margin (element, load) that counts is passed, by cubics through the samples."""
    passed = counts & (margin < 0.0)
    column = int(passed.any(axis=0).argmax())
    rows = np.flatnonzero(passed[:, column])
    if not column:
        return Limit(float(load[0]), kind, int(rows[margin[rows, 0].argmin()]), outage)
    roots = []
    for row in rows:
        if margin[row, column - 1] <= 0.0:  # it moves enough only now
            roots.append(float(load[column]))
            continue
        around = slice(max(column - 2, 0), column + 2)
        cubic = BarycentricInterpolator(load[around], margin[row, around])
        roots.append(float(brentq(lambda at, through=cubic: float(through(at)), load[column - 1], load[column])))
    return Limit(min(roots), kind, int(rows[int(np.argmin(roots))]), outage)
