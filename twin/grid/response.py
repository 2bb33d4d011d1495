"""
The host grid's answer to the load, as a curve: solved once a connection, kept in a cache, read in the loop.

With everything else fixed, voltages and losses are analytic functions of the load up to the loadability limit, so a
polynomial through full AC power flows at a few Chebyshev points holds them to solver noise. The network, and pandapower
with it, is imported only where a curve must be solved.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import platformdirs

from twin.errors import FacilityError, Fault
from twin.site import Connection, Floats

REACH = 1.2
"""Load over rating [1] up to which a curve is solved."""

NODE_COUNTS = (17, 33, 65)
"""Power flows of a curve, tried in order until it holds `TOLERANCE`."""

CHECKS = 6
"""Loads at which a curve is compared with direct solves."""

TOLERANCE = 1e-8
"""Largest difference accepted there, each quantity over its largest value, voltages in per unit [1]."""

LIMIT_RESERVE = 0.95
"""Part of the loadability limit [1] up to which a curve reaches: beyond, no polynomial follows the square root."""

_AT_NODE = 1e-30
"""Stands for a distance [W] of zero, so that the node's own weight is all."""

Solver = Callable[[float], Floats]
"""Quantities for a load [W]; FacilityError where no power flow has it."""


class ResponseCurve(NamedTuple):
    """
    Quantities of the host grid over the load at the points of connection.

    Attributes
    ----------
    load : (node,) [W]
        Chebyshev points from zero to the highest load that the curve holds for.
    names : tuple of text
        Names of the quantities, as in the grid table.
    values : (node, quantity)
        Solved values, in the unit that the name ends with.
    limit : [W]
        Loadability: no power flow has a higher load; infinite where it is beyond the curve.
    error : [1]
        Largest difference from direct solves, each quantity over its largest value.
    """

    load: Floats
    names: tuple[str, ...]
    values: Floats
    limit: float
    error: float


def solve(connection: Connection) -> ResponseCurve:
    """
    Solve the response of a connection.

    Parameters
    ----------
    connection : Connection
        Point of connection, main transformers and host grid.

    Returns
    -------
    ResponseCurve
        Curve that holds `TOLERANCE` at loads solved directly.

    Raises
    ------
    FacilityError
        When the network cannot be built, or carries the rating not at all or with less than 5 % to its limit.

    Notes
    -----
    Chebyshev points of the second kind, x_k = H/2 (1 - cos(pi k / (n - 1))), up to H = 1.2 times the rating or 0.95 of
    the loadability limit. Taps are fixed, so there is nothing to split the interval at.

    References
    ----------
    .. [1] J.-P. Berrut and L. N. Trefethen, Barycentric Lagrange interpolation, SIAM Review 46(3), 2004
    """
    from twin.grid import network  # pandapower is slow to import, and most runs find their curve in the cache

    net = network.build(connection, 0.5 * connection.rating)
    solver = partial(network.solve, net, connection)
    limit = _loadability(solver, connection.rating)
    top = min(REACH * connection.rating, LIMIT_RESERVE * limit)
    if top < connection.rating:
        raise _too_weak(connection, f"its limit is {limit / 1e6:.6g} MW, less than 5 % above")
    checks = top * np.random.default_rng(0).random(CHECKS)
    direct = np.array([solver(load) for load in checks])
    for count in NODE_COUNTS:
        nodes = 0.5 * top * (1.0 - np.cos(np.pi * np.arange(count) / (count - 1)))
        solved = np.array([solver(load) for load in nodes])
        curve = ResponseCurve(nodes, network.QUANTITIES, solved, limit, np.inf)
        difference = np.abs(evaluate(curve, checks)[0] - direct) / np.maximum(np.abs(direct).max(axis=0), 1.0)
        curve = curve._replace(error=float(difference.max()))
        if curve.error <= TOLERANCE:
            return curve
    raise _too_weak(
        connection, f"its answer bends too sharply to hold {TOLERANCE:g}; the best curve errs {curve.error:.1e}"
    )


def evaluate(curve: ResponseCurve, load: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """
    Read a response curve.

    Parameters
    ----------
    curve : ResponseCurve
        From `solve` or `cached`.
    load : (any,) [W]
        Active power drawn at all points of connection together.

    Returns
    -------
    values : (any, quantity)
        Quantities, in the units that `curve.names` end with; outside the curve's loads, those at its nearer end.
    inside : (any,) bool
        Where the curve holds; where it does not, the caller lists an alarm.

    Notes
    -----
    Barycentric formula of the second kind; a load that is a node gives the node's value.

    References
    ----------
    .. [1] J.-P. Berrut and L. N. Trefethen, Barycentric Lagrange interpolation, SIAM Review 46(3), 2004
    """
    held = np.clip(load, curve.load[0], curve.load[-1])
    weights = np.where(np.arange(curve.load.size) % 2, -1.0, 1.0)
    weights[[0, -1]] *= 0.5
    distance = held[..., np.newaxis] - curve.load
    distance[distance == 0.0] = _AT_NODE
    share = np.divide(weights, distance, out=distance)  # fresh pages for a day of seconds would cost more than the work
    share /= share.sum(axis=-1, keepdims=True)
    return share @ curve.values, held == load


def cached(connection: Connection, folder: Path | None = None) -> ResponseCurve:
    """
    Read the response of a connection from a cache, or solve it and keep it there.

    Parameters
    ----------
    connection : Connection
        Point of connection, main transformers and host grid.
    folder : Path, optional
        Cache folder; the user's own where not given.

    Returns
    -------
    ResponseCurve
        The same to the last bit, read or solved.

    Raises
    ------
    FacilityError
        As `solve`.

    Notes
    -----
    A file is named by the connection's numbers, pandapower's version and this package's grid code, so that a stale one
    is never read. A damaged file is solved anew; a folder that cannot be written costs time, not truth.
    """
    path = (folder or platformdirs.user_cache_path("gigatwin")) / f"response-{_key(connection)}.npz"
    curve = _read(path)
    if curve is None:
        curve = solve(connection)
        with contextlib.suppress(OSError):
            _write(path, curve)
    return curve


def _loadability(solver: Solver, rating: float) -> float:
    """Give the highest load [W] that has a power flow, to a thousandth; infinite where it is beyond the curve."""
    if _carries(solver, REACH * rating):
        return np.inf
    carried, refused = 0.5 * rating, REACH * rating
    while refused - carried > 1e-3 * rating:
        middle = 0.5 * (carried + refused)
        carried, refused = (middle, refused) if _carries(solver, middle) else (carried, middle)
    return carried


def _carries(solver: Solver, load: float) -> bool:
    try:
        solver(load)
    except FacilityError:
        return False
    return True


def _too_weak(connection: Connection, reason: str) -> FacilityError:
    message = (
        f"the host grid ({connection.short_circuit_power / 1e6:.6g} MVA of short-circuit power) cannot carry the "
        f"rating of {connection.rating / 1e6:.6g} MW: {reason}; give a stronger host grid or a "
        "smaller rating"
    )
    return FacilityError("connection", [Fault("short_circuit_power", message)])


def _key(connection: Connection) -> str:
    """Hash what a curve depends on."""
    here = Path(__file__)
    parts = [
        json.dumps([float(value) for value in connection]).encode(),
        metadata.version("pandapower").encode(),
        here.read_bytes(),
        here.with_name("network.py").read_bytes(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def _read(path: Path) -> ResponseCurve | None:
    """Read a kept curve; None where there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            names = tuple(str(name) for name in kept["names"])
            curve = ResponseCurve(kept["load"], names, kept["values"], float(kept["limit"]), float(kept["error"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    whole = curve.values.shape == (curve.load.size, len(names)) and np.isfinite(curve.values).all()
    return curve if whole else None


def _write(path: Path, curve: ResponseCurve) -> None:
    """Write beside and rename, so that no other run reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        np.savez(
            beside,
            load=curve.load,
            names=np.array(curve.names),
            values=curve.values,
            limit=np.array(curve.limit),
            error=np.array(curve.error),
        )
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
