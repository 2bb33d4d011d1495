"""
Coolers of a loop at rest: what they take at a fan speed, and the speed at which they take what is wanted.

Laws are tabulated once, dry coolers over water and speed as in the replay, towers over speed, wet bulb and the
difference of their water to it; a year then only reads tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.cooling import cooler_tables, dry_coolers, hydraulics, tower_banks
from twin.cooling.cooler_tables import LEAST_DIFFERENCE, SPEEDS, WARMEST_WATER, WATERS, DryCoolers
from twin.facility_water import Loops

WET_BULBS = np.arange(233.15, 318.16, 2.5)
"""Wet bulbs [K] at which towers are tabulated: -40 to 45 degrees Celsius."""

DIFFERENCES = np.arange(LEAST_DIFFERENCE, 42.0, 2.0)
"""Water less wet bulb [K] at which towers are tabulated; the rate beyond is that at the end."""

TOP = SPEEDS.size - 1
"""Row of full speed."""


class Table(NamedTuple):
    """
    Coolers of one kind of loop: heat for each kelvin between water and outdoors.

    Attributes
    ----------
    evaporative : bool
        Whether they are towers.
    water : (water,) [1]
        Water over the loop's nominal flow: one alone where the flow is held.
    rate : (water, wet bulb, difference, speed) [W/K]
        All units together; dry coolers have one wet bulb and one difference.
    inside : (water, wet bulb, difference) [1]
        One where the law holds at all speeds, else zero.
    """

    evaporative: bool
    water: Floats
    rate: Floats
    inside: Floats


class Place(NamedTuple):
    """
    Corners of a table around the conditions of each step, and their weights.

    Attributes
    ----------
    rate : (entry, speed) [W/K]
        The table.
    inside : (entry,) [1]
        One where its law holds.
    corner : tuple of (..., step)
        Entries.
    weight : tuple of (..., step) [1]
        Their weights, of one in all.
    """

    rate: Floats
    inside: Floats
    corner: tuple[Integers, ...]
    weight: tuple[Floats, ...]


def tables(each: Sequence[Loops], dry: DryCoolers, pressure: float) -> tuple[Table, ...]:
    """
    Tabulate the coolers of loops.

    Parameters
    ----------
    each : sequence of Loops
        One loop each.
    dry : DryCoolers
        Of all of them.
    pressure : [Pa]
        Mean air pressure.

    Returns
    -------
    tuple of Table
        Of the dry coolers or towers of each.
    """
    return tuple(
        _towers(own, pressure) if own.evaporative[0] else _dry(own, dry.rate[kind])
        for own, kind in zip(each, dry.kind.tolist(), strict=True)
    )


def _dry(own: Loops, unit: Floats) -> Table:
    units = own.cooler_units[0]
    design = units * own.cooler_water_stream[0] / own.water_stream[0]
    water = np.minimum(WATERS, dry_coolers.MOST_WATER) * design
    kept = np.append(np.diff(water) > 0.0, True) & np.append(True, water[:-1] < 1.0)
    rate = units * unit
    if not own.pumps.variable[0]:
        at = np.array([np.interp(min(1.0, float(water[-1])), water, column) for column in rate.T])
        return Table(False, np.ones(1), at[np.newaxis, np.newaxis, np.newaxis], np.ones((1, 1, 1)))
    rows = np.flatnonzero(kept)
    return Table(False, water[rows], rate[rows][:, np.newaxis, np.newaxis], np.ones((rows.size, 1, 1)))


def _towers(own: Loops, pressure: float) -> Table:
    moving = own.pumps.variable[0] and not own.condenser.fitted[0]
    water = np.linspace(own.pumps.least_flow[0], 1.0, 7) if moving else np.ones(1)
    (bank,) = cooler_tables.towers_of(own)
    flow, wet, apart, speed = np.meshgrid(water, WET_BULBS, DIFFERENCES, SPEEDS, indexing="ij")
    inlet = np.minimum(wet + apart, WARMEST_WATER)
    shape = inlet.shape
    stream = np.broadcast_to(own.condenser.stream[0] if own.condenser.fitted[0] else flow * own.water_stream[0], shape)
    state = tower_banks.bank_heat(
        bank.law, bank.cell, own.cooler_units, inlet.ravel(), stream.ravel(), speed.ravel(), wet.ravel(), 0.0, pressure
    )
    rate = state.heat.reshape(shape) / (inlet - wet)
    return Table(True, water, rate, state.inside.reshape(shape).all(axis=-1).astype(float))


def place(table: Table, inlet: Floats, outdoors: Floats, flow: Floats) -> Place:
    """
    Find the place of conditions in a table.

    Parameters
    ----------
    table : Table
        From `tables`.
    inlet : (..., step) [K]
        Water that enters the coolers.
    outdoors : (..., step) [K]
        Temperature that they see.
    flow : (..., step) [1]
        Facility water over its nominal flow.

    Returns
    -------
    Place
        For `rate_at` and `speed_for`.
    """
    flat = table.rate.reshape(-1, TOP + 1)
    axes = [_between(table.water, flow)]
    if table.evaporative:
        axes += [_between(WET_BULBS, outdoors), _between(DIFFERENCES, inlet - outdoors)]
    corner: list[Integers] = [np.zeros(np.broadcast_shapes(inlet.shape, flow.shape), np.int64)]
    weight: list[Floats] = [np.ones(corner[0].shape)]
    for size, (low, part) in zip(table.rate.shape, axes, strict=False):
        if size == 1:
            corner = [each * size + low for each in corner]
            continue
        corner = [each * size + low + more for each in corner for more in (0, 1)]
        weight = [each * of for each in weight for of in (1.0 - part, part)]
    return Place(flat, table.inside.reshape(-1), tuple(corner), tuple(weight))


def _between(points: Floats, at: Floats) -> tuple[Integers, Floats]:
    """Give the point below, and the part of the way to the next; the ends hold beyond them."""
    if points.size == 1:
        return np.zeros(at.shape, np.int64), np.zeros(at.shape)
    low = np.clip(np.searchsorted(points, at, side="right") - 1, 0, points.size - 2)
    return low, np.clip((at - points[low]) / (points[low + 1] - points[low]), 0.0, 1.0)


def rate_at(where: Place, speed: Integers | int) -> Floats:
    """
    Read the rate at a row of speed.

    Parameters
    ----------
    where : Place
        From `place`.
    speed : (..., step)
        Row of `SPEEDS`.

    Returns
    -------
    (..., step) [W/K]
        Interpolated between the corners.
    """
    total = np.zeros(where.corner[0].shape)
    for corner, weight in zip(where.corner, where.weight, strict=True):
        total += weight * where.rate[corner, speed]
    return total


def speed_for(where: Place, wanted: Floats) -> Floats:
    """
    Give the fan speed at which coolers have a wanted rate.

    Parameters
    ----------
    where : Place
        From `place`.
    wanted : (..., step) [W/K]
        Rate.

    Returns
    -------
    (..., step) [1]
        Zero where still air carries it, one where no speed does; between rows along a straight line.
    """
    low, high = np.zeros(wanted.shape, np.int64), np.full(wanted.shape, TOP)
    for _ in range(int(np.ceil(np.log2(TOP)))):
        middle = (low + high) >> 1
        enough = rate_at(where, middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    below, above = rate_at(where, low), rate_at(where, high)
    part = np.clip((wanted - below) / np.where(above > below, above - below, 1.0), 0.0, 1.0)
    return np.asarray((low + part * (high - low)) / TOP, dtype=float)


def inside(where: Place) -> Flags:
    """
    Say where the law of the coolers holds.

    Parameters
    ----------
    where : Place
        From `place`.

    Returns
    -------
    (..., step) bool
        At the nearest corner.
    """
    heaviest = np.argmax(np.stack(where.weight), axis=0)
    nearest = np.take_along_axis(np.stack(where.corner), heaviest[np.newaxis], axis=0)[0]
    return np.asarray(where.inside[nearest] > 0.0)


def fan_power(own: Loops, speed: Floats) -> Floats:
    """
    Give the power of a loop's cooler fans.

    Parameters
    ----------
    own : Loops
        One loop.
    speed : (..., step) [1]
        Over full speed.

    Returns
    -------
    (..., step) [W]
        Of all units, by the curve that the replay tabulates over `SPEEDS`.
    """
    curve = np.interp(speed, SPEEDS, hydraulics.fan_power(SPEEDS))
    return np.asarray(own.cooler_units * own.cooler_fan_power * curve, dtype=float)
