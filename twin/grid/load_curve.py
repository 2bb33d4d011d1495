"""
A whole network's answer to the load of a campus, as a curve that is followed from no load upwards.

With everything else fixed, all bus voltages are analytic functions of the load up to the loadability limit, so that a
polynomial through full power flows at a few Chebyshev points holds them to solver noise. A unit that meets a reactive
limit is a corner: there a piece of the curve ends, and the next begins with the unit where it then stands.

Network files carry neither steps of taps nor of switched shunts, so both stay where the file has them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from twin.arrays import Complexes
from twin.errors import FacilityError
from twin.grid import native, reactive_limits
from twin.grid.chebyshev import coefficients, nodes
from twin.grid.feeding import Feeding, drawn, loaded
from twin.grid.host import HostGrid
from twin.grid.native import Standing
from twin.grid.reactive_limits import State
from twin.site import Floats

NODE_COUNTS = (5, 9, 13, 17, 25)
"""Power flows of a piece, tried in order until its coefficients have decayed to `DECAYED`."""

DECAYED = 1e-9
"""Largest of a piece's last two coefficients, of any bus's complex voltage [1]; the rest of the series is smaller."""

PIECES = 8
"""Parts in which a curve with corners is followed, so that few power flows lie beyond the corner that ends a piece."""

GROWTH = 4.0
"""Of a piece over the one before, which a corner may have cut short [1]: corners come in crowds."""

LEAST = 1 / 256
"""Part of the curve [1] that is tried at least after a corner."""

NARROWEST = 1e-4
"""Part of the curve [1] below which no piece is tried: the loadability limit is within it."""

SAMPLES = 8
"""Places between nodes, a node, at which a piece is searched for corners."""

PAST = 1e-6
"""Part of the curve [1] beyond a corner at which units are let settle."""


class Corner(NamedTuple):
    """
    A load at which a unit changes where it stands.

    Attributes
    ----------
    load : [W]
        Of the campus.
    unit : int
        Row of `Units`.
    before, after : int
        Where it stood, and stands at higher load.
    jump : [1]
        Largest change of a bus's voltage there; next to nothing unless the network has no continuous path.
    """

    load: float
    unit: int
    before: int
    after: int
    jump: float


class Piece(NamedTuple):
    """
    A stretch of the curve without corners.

    Attributes
    ----------
    low, high : [W]
        Loads between which it holds.
    last : [W]
        Of its highest node, from which it may have been cut short.
    standing : (unit,)
        Where units stand.
    voltage : (node, bus) [1]
        Complex, at Chebyshev points of the second kind from `low` to `last`, in rising order.
    decay : [1]
        Largest of the last two coefficients.
    """

    low: float
    high: float
    last: float
    standing: Standing
    voltage: Complexes
    decay: float


class LoadCurve(NamedTuple):
    """
    A network's answer to the load of a campus.

    Attributes
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    limits : bool
        Whether reactive limits are regarded.
    pieces : tuple of Piece
        In rising order, each beginning where the one before ends.
    corners : tuple of Corner
        Between them.
    end : [W]
        Highest load of the curve.
    ended : bool
        Whether it ends before the load that was asked for, at the loadability limit.
    """

    grid: HostGrid
    feeding: Feeding
    limits: bool
    pieces: tuple[Piece, ...]
    corners: tuple[Corner, ...]
    end: float
    ended: bool


def follow(grid: HostGrid, feeding: Feeding, highest: float, *, limits: bool = True) -> LoadCurve:
    """
    Follow a network's answer from no load of the campus up to its highest.

    Parameters
    ----------
    grid : HostGrid
        The network without the campus.
    feeding : Feeding
        Where the campus hangs on it.
    highest : [W]
        Load of the campus up to which the curve is wanted, above zero.
    limits
        Whether units keep within their reactive limits.

    Returns
    -------
    LoadCurve
        Up to `highest`, or to within `NARROWEST` of it below the loadability limit.

    Raises
    ------
    FacilityError
        When the network has no power flow even without the campus.

    Notes
    -----
    A piece is solved with units standing where they stand at its beginning, and searched for the first load at which
    one of them passes its margin; that is refined on the polynomials of reactive power and voltage.

    References
    ----------
    .. [1] J.-P. Berrut and L. N. Trefethen, Barycentric Lagrange interpolation, SIAM Review 46(3), 2004
    """
    state = reactive_limits.settle(grid, limits=limits)
    low, whole = 0.0, highest / PIECES if limits else highest
    width = whole
    pieces: list[Piece] = []
    corners: list[Corner] = []
    while low < highest and width >= NARROWEST * highest:
        piece = _solved(grid, feeding, state, low, min(low + width, highest))
        if piece is None:
            width *= 0.5
            continue
        corner = _first_corner(grid, feeding, piece, low + 2.0 * PAST * highest) if limits else None
        piece = piece if corner is None else piece._replace(high=corner[0])
        pieces.append(piece)
        width = min(2.0 * width, whole)
        if corner is not None:
            width = min(width, max(GROWTH * (piece.high - piece.low), LEAST * highest))
        low = piece.high
        before = State(voltages(piece, np.array([low]))[0], state.standing)
        state = before
        if corner is not None:
            beyond = _beyond(grid, feeding, before, *corner, PAST * highest)
            if beyond is None:
                break
            state = beyond
            jump = float(np.abs(state.voltage - before.voltage).max())
            changed = np.flatnonzero(state.standing != before.standing)
            corners += [Corner(low, int(u), int(before.standing[u]), int(state.standing[u]), jump) for u in changed]
    return LoadCurve(grid, feeding, limits, tuple(pieces), tuple(corners), low, low < highest)


def voltages(piece: Piece, load: Floats) -> Complexes:
    """
    Read bus voltages off a piece.

    Parameters
    ----------
    piece : Piece
        Of a curve.
    load : (any,) [W]
        Of the campus, within the piece.

    Returns
    -------
    (any, bus) [1]
        Complex.
    """
    return np.asarray(np.polynomial.chebyshev.chebval(place(piece, load), coefficients(piece.voltage)).T)


def place(piece: Piece, load: Floats) -> Floats:
    """
    Give the place of a load in a piece.

    Parameters
    ----------
    piece : Piece
        Of a curve.
    load : (any,) [W]
        Of the campus.

    Returns
    -------
    (any,) [1]
        -1 at its lowest node, 1 at its highest.
    """
    return np.asarray((2.0 * load - piece.low - piece.last) / (piece.last - piece.low))


def _solved(grid: HostGrid, feeding: Feeding, state: State, low: float, last: float) -> Piece | None:
    """Solve a piece; None where a node has no power flow, or more nodes are needed than are tried."""
    made = native.build(grid, state.standing)
    own = grid.buses.load_active[feeding.bus], grid.buses.load_reactive[feeding.bus]
    for count in NODE_COUNTS:
        voltage, solved = state.voltage, []
        for load in nodes(low, last, count):
            active, reactive = drawn(feeding, load)
            native.set_load(made, feeding.bus, own[0] + active, own[1] + reactive)
            found = native.solve(made, voltage, grid.reference)
            if found is None:
                return None
            voltage = found
            solved.append(found)
        values = np.array(solved)
        decay = float(np.abs(coefficients(values)[-2:]).max())
        if decay <= DECAYED:
            return Piece(low, last, last, state.standing, values, decay)
    return None


def _margins(grid: HostGrid, feeding: Feeding, piece: Piece) -> Floats:
    """Give the series (node, 2, unit) of units' margins; those that are infinite are a constant 1."""
    load = nodes(piece.low, piece.last, len(piece.voltage))
    reactive = reactive_limits.reactive_power(grid, piece.voltage)
    of_bus = np.zeros(len(grid.buses.number))
    of_bus[feeding.bus] = drawn(feeding, 1.0)[1]
    reactive = reactive + load[:, np.newaxis] * of_bus[grid.units.bus]
    left = reactive_limits.margins(grid, piece.voltage, reactive, piece.standing)
    return coefficients(np.where(np.isfinite(left), left, 1.0).transpose(1, 0, 2))


def _first_corner(grid: HostGrid, feeding: Feeding, piece: Piece, first: float) -> tuple[float, Standing] | None:
    """Find the first load [W] from `first` on at which units pass their margins, and where those then stand."""
    series = _margins(grid, feeding, piece)
    load = np.linspace(min(first, piece.high), piece.high, SAMPLES * len(piece.voltage))
    passed = np.polynomial.chebyshev.chebval(place(piece, load), series) < -1.0  # (2, unit, load)
    row = int(passed.any(axis=(0, 1)).argmax())
    if not passed[..., row].any():
        return None
    if row == 0:  # more units pass as soon as one has switched
        return float(load[0]), reactive_limits.switched(piece.standing, *passed[..., 0])

    def _past(at: float, side: int, unit: int) -> float:
        return float(np.polynomial.chebyshev.chebval(place(piece, np.array(at)), series[:, side, unit])) + 1.0

    where, side, unit = min(
        (float(brentq(_past, load[row - 1], load[row], args=(side, unit))), side, unit)
        for side, unit in np.argwhere(passed[..., row])
    )
    alone = np.zeros(passed.shape[:2], dtype=bool)
    alone[side, unit] = True
    return where, reactive_limits.switched(piece.standing, *alone)


def _beyond(
    grid: HostGrid, feeding: Feeding, before: State, load: float, standing: Standing, past: float
) -> State | None:
    """Let units settle just beyond a corner; None where they do not, which is a loadability limit too."""
    try:
        return reactive_limits.settle(loaded(grid, feeding, load + past), State(before.voltage, standing))
    except FacilityError:
        return None
