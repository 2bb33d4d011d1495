"""A day of a campus's load through a network's curve, second by second: what buses and branches reach, and losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebval

from twin.arrays import Complexes, Integers
from twin.errors import FacilityError
from twin.grid import reactive_limits
from twin.grid.chebyshev import coefficients
from twin.grid.extremes import of_flows, of_voltages
from twin.grid.feeding import loaded
from twin.grid.host import Flags, HostGrid, Indices
from twin.grid.load_curve import LoadCurve, Piece, place, voltages
from twin.grid.power_flow import branch_flows
from twin.grid.reactive_limits import State
from twin.site import Floats

PERCENTILES = (1.0, 5.0, 50.0, 95.0, 99.0)
"""Of time [%]."""

RANKS = 1001
"""Evenly spaced ranks of the day's loads on which percentiles are taken: to 0.1 % of time."""


class DaySeries(NamedTuple):
    """
    What a network does over a load's course.

    Attributes
    ----------
    beyond : (second,)
        Seconds whose load lies beyond the curve's end; all else is of the other seconds.
    point_voltage : (second, point) [1]
        Magnitude at the points of connection; NaN beyond.
    loss : (second,) [W]
        Of all branches together; NaN beyond.
    voltage_lowest : (bus,) [1]
        Magnitude.
    voltage_lowest_at : (bus,)
        Second of it.
    voltage_highest : (bus,) [1]
        Magnitude.
    voltage_highest_at : (bus,)
        Second of it.
    seconds_below, seconds_above : (bus,)
        Outside of the bus's limits.
    voltage_percentiles : (percentile, bus) [1]
        At `PERCENTILES`, to 0.1 % of time.
    flow_highest : (branch,) [V*A]
        Apparent power at the end where it is higher.
    flow_highest_at, seconds_over : (branch,)
        Second of it, and seconds over the rating for normal operation.
    flow_percentiles : (percentile, branch) [V*A]
        At `PERCENTILES`, to 0.1 % of time.
    """

    beyond: Flags
    point_voltage: Floats
    loss: Floats
    voltage_lowest: Floats
    voltage_lowest_at: Integers
    voltage_highest: Floats
    voltage_highest_at: Integers
    seconds_below: Integers
    seconds_above: Integers
    voltage_percentiles: Floats
    flow_highest: Floats
    flow_highest_at: Integers
    seconds_over: Integers
    flow_percentiles: Floats


class Difference(NamedTuple):
    """
    Largest differences of a curve from power flows solved directly.

    Attributes
    ----------
    voltage : [1]
        Of any complex bus voltage.
    loading : [1]
        Of any branch's apparent power, over its rating; over the base power where it has none.
    load : [W]
        Where the voltage differs most.
    from_no_load : int
        How many of the power flows were found from the state without the campus, which knows nothing of the curve; the
        others, near the loadability limit, from the beginning of their piece.
    solved : int
        Power flows.
    """

    voltage: float
    loading: float
    load: float
    from_no_load: int
    solved: int


def evaluate(curve: LoadCurve, load: Floats) -> DaySeries:
    """
    Put a load's course through a network's curve.

    Parameters
    ----------
    curve : LoadCurve
        From `load_curve.follow`.
    load : (second,) [W]
        Of the campus, never below zero.

    Returns
    -------
    DaySeries
        Every second counts; no value of bus or branch by second is kept but those at the points of connection.

    Raises
    ------
    ValueError
        When no second lies on the curve.
    """
    beyond = load > curve.end
    order = np.argsort(load, kind="stable")[: load.size - int(beyond.sum())]
    if not order.size:
        message = f"all {load.size} seconds lie beyond the curve's end at {curve.end / 1e6:.6g} MW"
        raise ValueError(message)
    ranked = order[np.linspace(0.0, order.size - 1.0, RANKS).round().astype(int)]
    point_voltage, loss = np.full((load.size, curve.feeding.bus.size), np.nan), np.full(load.size, np.nan)
    parts = []
    for piece, seconds, ranks in zip(
        curve.pieces, _split(curve, load, order), _split(curve, load, ranked), strict=True
    ):
        if seconds.size:
            found = _part(curve, piece, load, seconds, ranks)
            point_voltage[seconds], loss[seconds] = found.point_voltage, found.loss
            parts.append(found)
    lowest, lowest_at = _extreme(parts, "lowest", np.argmin)
    highest, highest_at = _extreme(parts, "highest", np.argmax)
    flow, flow_at = _extreme(parts, "flow", np.argmax)
    return DaySeries(
        beyond=beyond,
        point_voltage=point_voltage,
        loss=loss,
        voltage_lowest=lowest,
        voltage_lowest_at=lowest_at,
        voltage_highest=highest,
        voltage_highest_at=highest_at,
        seconds_below=np.sum([part.below for part in parts], axis=0),
        seconds_above=np.sum([part.above for part in parts], axis=0),
        voltage_percentiles=np.percentile(np.concatenate([part.voltages for part in parts]), PERCENTILES, axis=0),
        flow_highest=flow,
        flow_highest_at=flow_at,
        seconds_over=np.sum([part.over for part in parts], axis=0),
        flow_percentiles=np.percentile(np.concatenate([part.flows for part in parts]), PERCENTILES, axis=0),
    )


def check(curve: LoadCurve, load: Floats, count: int = 50, seed: int = 0) -> Difference:
    """
    Solve the power flow directly at random seconds, and compare.

    Parameters
    ----------
    curve : LoadCurve
        From `load_curve.follow`.
    load : (second,) [W]
        A load's course.
    count, seed
        How many seconds, and what chooses them.

    Returns
    -------
    Difference
        The largest.
    """
    grid, feeding = curve.grid, curve.feeding
    chosen = np.random.default_rng(seed).choice(load[load <= curve.end], count)
    without = reactive_limits.settle(grid, limits=curve.limits)
    rating = np.where(np.isfinite(grid.branches.rating), grid.branches.rating, grid.base_power)
    worst, found_from_no_load = Difference(0.0, 0.0, 0.0, 0, count), 0
    for watts in chosen:
        piece = piece_at(curve, float(watts))
        there = loaded(grid, feeding, float(watts))
        try:
            direct = reactive_limits.settle(there, without, limits=curve.limits)
            found_from_no_load += 1
        except FacilityError:
            begin = State(voltages(piece, np.array([piece.low]))[0], piece.standing)
            direct = reactive_limits.settle(there, begin, limits=curve.limits)
        read = voltages(piece, watts[np.newaxis])[0]
        apart = float(np.abs(read - direct.voltage).max())
        loading = float((np.abs(_higher(grid, read) - _higher(grid, direct.voltage)) / rating).max())
        worst = Difference(
            max(worst.voltage, apart),
            max(worst.loading, loading),
            float(watts) if apart >= worst.voltage else worst.load,
            found_from_no_load,
            count,
        )
    return worst


def piece_at(curve: LoadCurve, load: float) -> Piece:
    """
    Find the piece of a curve that holds at a load.

    Parameters
    ----------
    curve : LoadCurve
        From `load_curve.follow`.
    load : [W]
        Of the campus, on the curve.

    Returns
    -------
    Piece
        At a corner the one below it.
    """
    return curve.pieces[int(np.searchsorted([piece.high for piece in curve.pieces], load))]


def flow_series(grid: HostGrid, piece: Piece) -> Floats:
    """
    Give the flows over a piece of a curve.

    Parameters
    ----------
    grid : HostGrid
        The curve's network.
    piece : Piece
        Of the curve.

    Returns
    -------
    (node, 4, branch) [W]
        Chebyshev coefficients of active and reactive power [var] at the start, and of both at the end.
    """
    ends = [branch_flows(grid, voltage) for voltage in piece.voltage]
    return coefficients(np.array([[start.real, start.imag, end.real, end.imag] for start, end in ends]))


class _Part(NamedTuple):
    """What seconds in one piece come to; see `DaySeries`. `voltages` and `flows` are at the ranked loads in it."""

    lowest: Floats
    lowest_at: Integers
    highest: Floats
    highest_at: Integers
    below: Integers
    above: Integers
    flow: Floats
    flow_at: Integers
    over: Integers
    point_voltage: Floats
    loss: Floats
    voltages: Floats
    flows: Floats


def _part(curve: LoadCurve, piece: Piece, load: Floats, seconds: Indices, ranks: Indices) -> _Part:
    buses, branches = curve.grid.buses, curve.grid.branches
    magnitude = coefficients(np.abs(piece.voltage))
    flows = flow_series(curve.grid, piece)
    at, at_ranks = place(piece, load[seconds]), place(piece, load[ranks])
    lowest, lowest_at, highest, highest_at, below, above = of_voltages(
        np.ascontiguousarray(magnitude.T), at, buses.voltage_min, buses.voltage_max
    )
    flow, flow_at, over = of_flows(np.ascontiguousarray(flows.transpose(2, 1, 0)), at, branches.rating)
    parts = chebval(at_ranks, flows)  # (4, branch, rank)
    return _Part(
        lowest=lowest,
        lowest_at=seconds[lowest_at],
        highest=highest,
        highest_at=seconds[highest_at],
        below=below,
        above=above,
        flow=flow,
        flow_at=seconds[flow_at],
        over=over,
        point_voltage=np.asarray(chebval(at, magnitude[:, curve.feeding.bus]).T, dtype=float),
        loss=np.asarray(chebval(at, flows[:, [0, 2]].sum(axis=(1, 2))), dtype=float),
        voltages=np.asarray(chebval(at_ranks, magnitude).T, dtype=float),
        flows=np.maximum(np.hypot(*parts[:2]), np.hypot(*parts[2:])).T,
    )


def _split(curve: LoadCurve, load: Floats, order: Indices) -> list[Indices]:
    """Share seconds in rising order of load among the pieces."""
    ends = np.searchsorted(load[order], [piece.high for piece in curve.pieces[:-1]], side="right")
    return np.split(order, ends)


def _extreme(parts: list[_Part], name: str, choose: Callable[..., Indices]) -> tuple[Floats, Integers]:
    """Give the lowest or highest of all parts, and its second."""
    values = np.array([getattr(part, name) for part in parts])
    where = choose(values, axis=0)[np.newaxis]
    seconds = np.array([getattr(part, f"{name}_at") for part in parts])
    return np.take_along_axis(values, where, 0)[0], np.take_along_axis(seconds, where, 0)[0]


def _higher(grid: HostGrid, voltage: Complexes) -> Floats:
    """Give the apparent power [V*A] of branches at the end where it is higher."""
    start, end = branch_flows(grid, voltage)
    return np.maximum(np.abs(start), np.abs(end))
