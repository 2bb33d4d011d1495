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
from twin.grid.host import HostGrid, Indices, rows_of
from twin.grid.load_curve import LoadCurve, Piece, place
from twin.grid.power_flow import branch_flows
from twin.grid.reactive_limits import State
from twin.site import Floats

LOW, HIGH, THERMAL = "voltage below its limit", "voltage above its limit", "branch over its rating"
NOSE, NONE = "no power flow", "none is passed"
"""Kinds of limits."""

TRANSFER_CUTOFF = 0.03
"""
Part of the campus's load that must flow over a branch for its rating to bound the load [1].

Planners leave out elements that a request hardly moves, by distribution factors of 3 % to 5 %; assumed, 0.02 to 0.05.
"""

VOLTAGE_CUTOFF = 0.01
"""
Change of voltage by the campus for a bus's limit to bound its load [1]; assumed, 0.002 to 0.02.

No standard sets it. It was first 0.002 and raised once its effect had been seen: then buses that stand a thousandth
from their limit after an outage bound the load of a campus far away. What that does is told by `by_cutoff`.
"""

ROUGH = 1e-3
"""To which outages are bisected at `CUTOFFS` [1]: the load is shown, no more is made of it."""

CUTOFFS = (0.005, 0.002)
"""Smaller ones [1], falling, at which the largest load is told besides."""

SAMPLES = 17
"""Loads of a piece at which it is searched for limits."""

TRIED = 5
"""Outages whose own largest load is sought in a round: those that should meet their limits first."""

ROUNDS = 12
"""Rounds of all outages at the load found, and of the largest loads of those that still pass limits."""

WIDTH = 1e-5
"""To which the largest load after an outage is bisected, over the highest [1]."""


class Limit(NamedTuple):
    """
    A load at which a limit is met.

    Attributes
    ----------
    load : [W]
        Of the campus.
    kind : text
        `LOW`, `HIGH`, `THERMAL`, `NOSE` or `NONE`.
    element : int
        Row of the bus or branch; -1 where there is none.
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
        First limit of each kind with all branches, and that of each outage that was tried, in rising order.
    before : int
        Limits that are passed without the campus, with all branches or after the same outage, and so do not bound it.
    left : int
        Limits newly passed after outages at `load`, once all are solved there; zero where it is proven.
    proof : tuple of float [W], State and Outages
        The load at which all outages were solved last, that state, and they.
    """

    whole: float
    load: float
    highest: float
    limits: tuple[Limit, ...]
    before: int
    left: int
    proof: tuple[float, State, Outages]


def first_limits(
    curve: LoadCurve, rating: Floats, outage: int = -1, cutoff: float = VOLTAGE_CUTOFF
) -> tuple[Limit, ...]:
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
    cutoff : [1]
        Of voltage.

    Returns
    -------
    tuple of Limit
        In rising order; kinds that are not met are not among them.

    Notes
    -----
    Limits that are passed without the campus do not count, nor those of elements that it hardly moves
    (`TRANSFER_CUTOFF`, and the cutoff of voltage).
    """
    grid, found = curve.grid, dict[str, Limit]()
    nodes = np.flatnonzero((grid.buses.voltage_min > 0.0) | np.isfinite(grid.buses.voltage_max))
    lines = np.flatnonzero(np.isfinite(rating))
    part = grid._replace(branches=rows_of(grid.branches, lines))  # of a cut's branches few have limits
    low, high = grid.buses.voltage_min[nodes, np.newaxis], grid.buses.voltage_max[nodes, np.newaxis]
    most = rating[lines, np.newaxis]
    voltage, power = _values(part, nodes, curve.pieces[0], np.zeros(1))
    for piece in curve.pieces:
        load = np.linspace(piece.low, piece.high, SAMPLES)
        size, flow = _values(part, nodes, piece, load)
        still = cutoff - np.abs(size - voltage)
        met = {
            LOW: (np.where(voltage >= low, size - low, np.inf), still, nodes),
            HIGH: (np.where(voltage <= high, high - size, np.inf), still, nodes),
            THERMAL: (
                np.where(power <= most, most - flow, np.inf),
                TRANSFER_CUTOFF * load - (flow - power),
                lines,
            ),
        }
        for kind, (margin, uncounted, rows) in met.items():
            if kind not in found and (np.maximum(margin, uncounted) < 0.0).any():
                at, row = _first(load, margin, uncounted)
                found[kind] = Limit(at, kind, int(rows[row]), outage)
    limits = list(found.values())
    if curve.ended:
        limits.append(Limit(curve.end, NOSE, -1, outage))
    return tuple(sorted(limits))


def capacity(
    grid: HostGrid,
    feeding: Feeding,
    highest: float,
    known: tuple[LoadCurve, State, Outages] | None = None,
    *,
    limits: bool = True,
    cutoff: float = VOLTAGE_CUTOFF,
    width: float = WIDTH,
    solved: tuple[float, State, Outages] | None = None,
) -> HostCapacity:
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
    known : tuple of LoadCurve, State and Outages, optional
        The network's curve, its state without the campus and its outages there, where these are known; all branches are
        taken out where not.
    limits
        Whether units keep within their reactive limits.
    cutoff : [1]
        Of voltage.
    width : [1]
        To which outages are bisected, over the load at which they pass limits.
    solved : tuple of float [W], State and Outages, optional
        A load at which they are known, as `HostCapacity.proof` has them.

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
    With all branches, limits are roots on the curve. All outages are solved at that load; of those that newly pass
    limits there, the `TRIED` that should meet theirs first, by a straight line from no load, are bisected. The least
    load of any is the new one, at which all outages are solved again, until none newly passes a limit that was not
    tried.
    """
    if known is None:
        bare = reactive_limits.settle(grid, limits=limits)
        curve, rest = load_curve.follow(grid, feeding, highest, limits=limits), contingency.single_outages(grid, bare)
    else:
        curve, bare, rest = known
    first = first_limits(curve, grid.branches.rating, cutoff=cutoff)
    whole = load = min([highest, *(limit.load for limit in first)])
    kept, followed = list(first), np.empty(0, dtype=int)
    proof = (0.0, bare, rest) if solved is None else solved
    for _ in range(ROUNDS):
        if proof[0] != load:
            there = loaded(grid, feeding, load)
            state = reactive_limits.settle(there, bare, limits=limits)
            proof = load, state, contingency.single_outages(there, state, rest.branch)
        new = newly(grid, bare, rest, proof[2], load, cutoff)
        new = new[~np.isin(new, followed)]
        if not new.size:
            break
        followed = np.concatenate([followed, new[:TRIED]])
        tried = [
            largest(grid, feeding, load, int(outage), width, limits=limits, cutoff=cutoff) for outage in new[:TRIED]
        ]
        kept += [limit for limit in tried if bounds(limit)]
        load = min([load, *(limit.load for limit in kept)])
    already = len(rest.overload.value) + len(rest.outside.value)
    return HostCapacity(whole, load, highest, tuple(sorted(kept)), already, int(new.size), proof)


def by_cutoff(
    grid: HostGrid, feeding: Feeding, found: HostCapacity, known: tuple[LoadCurve, State, Outages]
) -> tuple[tuple[float, Limit | None], ...]:
    """
    Find how the largest load hangs on the change of voltage from which a bus's limit counts.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    found : HostCapacity
        At `VOLTAGE_CUTOFF`: a smaller one counts more limits, so that no load above is left.
    known : tuple of LoadCurve, State and Outages
        As in `capacity`.

    Returns
    -------
    tuple
        Of each of `CUTOFFS` the first limit, that of `found` where no other comes before it; None where none is met.
    """
    rows: list[tuple[float, Limit | None]] = []
    solved = found.proof
    below, first = found.load, found.limits[0] if found.limits and found.load < found.highest else None
    for cutoff in CUTOFFS:
        less = capacity(grid, feeding, below, known, cutoff=cutoff, width=ROUGH, solved=solved)
        solved = less.proof
        if less.load < below:
            below, first = less.load, less.limits[0]
        rows.append((cutoff, first))
    return tuple(rows)


def largest(
    grid: HostGrid,
    feeding: Feeding,
    highest: float,
    outage: int,
    width: float = WIDTH,
    *,
    limits: bool = True,
    cutoff: float = VOLTAGE_CUTOFF,
) -> Limit:
    """
    Find the largest load of a campus that passes no limit after one outage.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    highest : [W]
        Load up to which it is sought.
    outage : int
        Row of the branch; -1 for all branches in service.
    width : [1]
        To which it is bisected, over `highest`.
    limits
        Whether units keep within their reactive limits, to which they settle after the outage.
    cutoff : [1]
        Of voltage.

    Returns
    -------
    Limit
        The limit that is passed just above; of `NONE` where none is up to `highest`, at no load where the network has
        no power flow even without the campus.

    Notes
    -----
    Counted as in `first_limits`. A limit that is passed and holds again at a higher load may be missed.
    """
    live = grid.branches.in_service & (np.arange(grid.branches.start.size) != outage)
    less = grid._replace(branches=grid.branches._replace(in_service=live))
    rating = grid.branches.rating if outage < 0 else grid.branches.rating_emergency
    try:
        bare = reactive_limits.settle(less, limits=limits)
    except FacilityError:
        return Limit(0.0, NOSE, -1, outage)
    state, why = bare, (NONE, -1)
    held, refused, load = 0.0, 2.0 * highest, highest  # the highest is tried first
    while refused - held > width * highest and held < highest:
        try:
            there = reactive_limits.settle(loaded(less, feeding, load), state, limits=limits)
            found = passed(less, bare, there, load, rating, cutoff)
        except FacilityError:
            found = (NOSE, -1)
        if found is None:
            held, state = load, there
        else:
            refused, why = load, found
        load = 0.5 * (held + refused)
    return Limit(held, *why, outage)


def bounds(limit: Limit) -> bool:
    """
    Say whether a limit bounds the campus.

    Parameters
    ----------
    limit : Limit
        From `largest`.

    Returns
    -------
    bool
        Not where none is passed, nor where units do not settle after the outage even without the campus.
    """
    return limit.kind != NONE and (limit.kind != NOSE or limit.load > 0.0)


def passed(
    grid: HostGrid, bare: State, there: State, load: float, rating: Floats, cutoff: float
) -> tuple[str, int] | None:
    """
    Name a limit that a campus passes and that holds without it, in one state of a network.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    bare, there : State
        Without it, and with it.
    load : [W]
        Of the campus.
    rating : (branch,) [V*A]
        For the state of the network.
    cutoff : [1]
        Of voltage.

    Returns
    -------
    tuple
        Kind, and row of the bus or branch that is furthest beyond it; None where there is none. Counted as in
        `first_limits`.
    """
    before, after = np.abs(bare.voltage), np.abs(there.voltage)
    low, high = grid.buses.voltage_min, grid.buses.voltage_max
    moved = np.abs(after - before) >= cutoff
    flows = [np.max(np.abs(branch_flows(grid, state.voltage)), axis=0) for state in (bare, there)]
    carried = (flows[0] <= rating) & (flows[1] - flows[0] >= TRANSFER_CUTOFF * load)
    excess = {
        LOW: np.where(moved & (before >= low), low - after, -1.0),
        HIGH: np.where(moved & (before <= high), after - high, -1.0),
        THERMAL: np.where(carried, flows[1] / rating - 1.0, -1.0),
    }
    kind = max(excess, key=lambda name: float(excess[name].max(initial=-1.0)))
    worst = int(excess[kind].argmax())
    return (kind, worst) if excess[kind][worst] > 0.0 else None


def newly(grid: HostGrid, bare: State, at_rest: Outages, found: Outages, load: float, cutoff: float) -> Indices:
    """
    Find outages after which a campus passes limits that hold without it.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    bare : State
        Of it.
    at_rest, found : Outages
        Without the campus, and with it.
    load : [W]
        Of the campus.
    cutoff : [1]
        Of voltage.

    Returns
    -------
    (outage,)
        Rows of branches, those first whose limits should be met first as the campus grows.
    """
    over, outside = found.overload, found.outside
    loading, voltage = contingency.revisit(grid, bare, over, outside)
    moved = (over.value - loading) * grid.branches.rating_emergency[over.element]
    counts = (loading <= 1.0) & (moved >= TRANSFER_CUTOFF * load)
    low, high = grid.buses.voltage_min[outside.element], grid.buses.voltage_max[outside.element]
    shift = outside.value - voltage
    within = (voltage >= low) & (voltage <= high) & (np.abs(shift) >= cutoff)
    met = np.full(len(grid.branches.start), np.inf)  # part of the load at which a limit should be met
    np.minimum.at(met, over.outage[counts], (1.0 - loading[counts]) / (over.value - loading)[counts])
    edge = np.where(outside.value < low, low, high)
    np.minimum.at(met, outside.outage[within], (edge - voltage)[within] / shift[within])
    lost = np.setdiff1d(found.branch[found.unsolved], at_rest.branch[at_rest.unsolved])
    met[lost] = np.minimum(met[lost], 1.0)
    order = np.argsort(met, kind="stable")
    return order[: int(np.isfinite(met).sum())]


def _values(grid: HostGrid, nodes: Indices, piece: Piece, load: Floats) -> tuple[Floats, Floats]:
    """Give voltages [1] of some buses, and apparent powers [V*A] of all branches, as (element, load)."""
    at = place(piece, load)
    parts = chebval(at, flow_series(grid, piece))  # (4, branch, load)
    size = chebval(at, coefficients(np.abs(piece.voltage[:, nodes])))
    return np.asarray(size, dtype=float), np.maximum(np.hypot(*parts[:2]), np.hypot(*parts[2:]))


def _first(load: Floats, margin: Floats, uncounted: Floats) -> tuple[float, int]:
    """Find the first load at which a margin (element, load) is passed and what it lacks to count is none."""
    passed = np.maximum(margin, uncounted) < 0.0
    column = int(passed.any(axis=0).argmax())
    rows = np.flatnonzero(passed[:, column])
    if not column:
        return float(load[0]), int(rows[margin[rows, 0].argmin()])
    around = slice(max(column - 2, 0), column + 2)
    roots = []
    for row in rows:
        cubics = [BarycentricInterpolator(load[around], values[row, around]) for values in (margin, uncounted)]
        roots.append(float(brentq(_higher, load[column - 1], load[column], args=(cubics,))))
    return min(roots), int(rows[int(np.argmin(roots))])


def _higher(load: float, cubics: list[BarycentricInterpolator]) -> float:
    return max(float(cubic(load)) for cubic in cubics)
