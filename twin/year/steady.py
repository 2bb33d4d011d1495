"""
A site at rest in each step of a year.

The laws are those of the replay, and so are their tables: conversion losses, the network of chip, plate and stream,
exchangers and valves, coils, towers, dry coolers, chillers, pumps and fans. What differs:

- nothing is stored: each step is where a replay would settle at the step's mean weather and the heat of its load;
- controls stand where they settle: set points are held where they can be, and hysteresis, dwells, ramps and least times
  of chillers are left out, each switch at one threshold;
- losses are averaged over the distribution of load within the step, not taken at its mean;
- the voltage at the point of connection is nominal.

Steps know nothing of each other, so that any steps of any years may be put in one call.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import CELSIUS
from twin.cooling.ranges import BOILING
from twin.errors import StateError
from twin.record import Energies
from twin.year import passes, racks
from twin.year.loops import MIXED, LoopState
from twin.year.passes import Guess, Outside, Pass, Task
from twin.year.plan import Plan
from twin.year.powers import powers
from twin.year.racks import Loads
from twin.year.work import Works, taken

Table = TypeVar("Table", bound=tuple[Any, ...])

PASSES = 25
"""Most passes from racks to outdoors and back; two or three do, but where something cannot hold its set point."""

CHOOSING = 4
"""
Passes in which loops choose how they are cooled; at a threshold they would else change their minds in each. There the
flow that helps the coolers falls as the water is held: a replay stays with its chillers until coolers alone suffice.
"""

SETTLED = 1e-3
"""Change of any temperature from one pass to the next [K] below which a step has settled."""


class Steps(NamedTuple):
    """
    A site over some steps.

    Attributes
    ----------
    powers : Energies
        Mean powers of the step in the place of energies, (step,) [W], and water (step,) [kg/s]; losses by
        (stage, step), those of halls by (stage, 1, step), all halls together.
    loops : LoopState
        One loop of each kind, (step, loop kind).
    flow : (step, loop kind) [1]
        Facility water over nominal.
    air : (step, hall kind) [K]
        At the rack inlets.
    coolant : (step, cdu kind) [K]
        Supply.
    worst : (step, rack kind) [K]
        Worst chip.
    lost : (step, rack kind) [1]
        Part of the power above idle given up to the chips' limit.
    swing : (step,) [W]
        Standard deviation of the power of all racks within the step.
    dry_bulb, wet_bulb : (step,) [K]
        Outdoor air.
    settled : (step,) bool
        Whether the passes came to rest.
    """

    powers: Energies
    loops: LoopState
    flow: Floats
    air: Floats
    coolant: Floats
    worst: Floats
    lost: Floats
    swing: Floats
    dry_bulb: Floats
    wet_bulb: Floats
    settled: Flags


def steady(made: Plan, works: Works, outdoors: Outdoors, crowd: Floats | float = 1.0) -> Steps:
    """
    Give a site at rest in each of some steps.

    Parameters
    ----------
    made : Plan
        From `plan`.
    works : Works
        What racks are asked in these steps.
    outdoors : Outdoors
        Outdoor air of these steps, (step, 1); one pressure.
    crowd : (step, 1) [1], optional
        Racks over those that stand, on the same CDUs and in the same halls; as many as stand without it.

    Returns
    -------
    Steps
        Means of each step.

    Raises
    ------
    StateError
        When the plant cannot carry the heat: water would boil.

    Notes
    -----
    Passes go from the racks to the outdoors with the temperatures of the pass before, until none moves. Within a pass
    each part gives on exactly the heat that it got, so that balances close in every pass; the passes find where
    temperatures are.
    """
    task = _task(made, works, outdoors, crowd)
    guess, left = _first(made, task.outside), np.arange(task.outside.seen.shape[0])
    before: Floats | None = None
    whole: Steps | None = None
    for number in range(PASSES):
        found = passes.go(made, task, guess)
        moved = _moved(made, found, guess)
        steps = _steps(made, found, task.outside, moved < SETTLED)
        whole = steps if whole is None else _put(whole, steps, left)
        moving = np.flatnonzero(moved >= SETTLED)
        if moving.size == 0:
            break
        guess, before = _next(number, found, before), found.loops.mode
        if moving.size < left.size:
            left, before = left[moving], before[moving]
            guess, task = _rows(guess, moving), _rows(task, moving)
    if whole is None:
        message = "a year has one step at least; got none"
        raise ValueError(message)
    if float(whole.loops.supply.max()) > BOILING:
        _refuse(made, whole)
    return whole


def _task(made: Plan, works: Works, outdoors: Outdoors, crowd: Floats | float) -> Task:
    outside = passes.outside(made, outdoors)
    every = np.broadcast_to(crowd, (outside.seen.shape[0], 1))
    return Task(works, racks.loads(made.kinds, made.rise, works), outside, every)


def _first(made: Plan, outside: Outside) -> Guess:
    """Begin with everything at its set point."""
    own, size = made.kinds, outside.seen.shape[0]
    return Guess(
        water=outside.set_point,
        coolant=np.broadcast_to(own.cdus.supply_set_point, (size, own.cdu_stream.size)),
        air=np.broadcast_to(own.halls.air_set_point, (size, own.hall_count.size)),
        served=np.ones_like(outside.set_point),
        mode=None,
    )


def _next(number: int, found: Pass, before: Floats | None) -> Guess:
    """Begin the next pass where this one ended, short of water that would boil: that is told at the end."""
    water = np.minimum(found.loops.supply, BOILING + 1.0)
    return Guess(water, found.cdus.supply, found.air.air, found.served, _way(number, found, before))


def _way(number: int, found: Pass, before: Floats | None) -> Floats | None:
    """Give the ways of cooling from which later passes no longer depart: with chillers where loops cannot decide."""
    if number < CHOOSING or before is None:
        return None
    return np.asarray(np.where(found.loops.mode == before, found.loops.mode, MIXED), dtype=float)


def _moved(made: Plan, found: Pass, guess: Guess) -> Floats:
    """Give the largest change of a pass in each step [K]; that of the water served [1] counts as much."""
    wet = made.kinds.cdu_stream > 0.0
    changes = (
        found.loops.supply - guess.water,
        (found.cdus.supply - guess.coolant) * wet,
        found.air.air - guess.air,
        found.served - guess.served,
    )
    each = np.stack([np.abs(change).max(axis=1) for change in changes])
    return np.asarray(each.max(axis=0), dtype=float)


def _rows(table: Table, rows: Integers) -> Table:
    """Take some steps of works, loads, outdoor air or guesses."""
    if isinstance(table, Works):
        return taken(table, rows)  # type: ignore[return-value]  # The table that it got.
    kept = {"row", "base"} if isinstance(table, Loads) else set()
    names = getattr(table, "_fields", ("",) * len(table))
    parts = (part if name in kept else _row(part, rows) for name, part in zip(names, table, strict=True))
    return type(table)(*parts) if hasattr(table, "_fields") else type(table)(parts)


def _row(part: Any, rows: Integers) -> Any:  # noqa: ANN401 (a field of any table)
    if isinstance(part, tuple):
        return _rows(part, rows)
    return part[rows] if np.ndim(part) else part


def _put(whole: Steps, part: Steps, rows: Integers) -> Steps:
    """Put steps that were solved again into those of all, in place."""
    for kept, new in zip(whole.powers, part.powers, strict=True):
        np.asarray(kept)[..., rows] = new
    columns = (*zip(whole.loops, part.loops, strict=True), *zip(whole[2:], part[2:], strict=True))
    for kept, new in columns:
        kept[rows] = new
    return whole


def _steps(made: Plan, found: Pass, outside: Outside, settled: Flags) -> Steps:
    return Steps(
        powers=powers(made, found, outside),
        loops=found.loops,
        flow=found.flow,
        air=found.air.air,
        coolant=found.cdus.supply,
        worst=found.racks.worst,
        lost=found.racks.lost,
        swing=found.racks.site_swing,
        dry_bulb=np.asarray(outside.air.dry_bulb)[:, 0],
        wet_bulb=np.asarray(outside.air.wet_bulb)[:, 0],
        settled=settled,
    )


def _refuse(made: Plan, found: Steps) -> None:
    """End a year whose water would boil."""
    step, loop = np.unravel_index(int(np.argmax(found.loops.supply)), found.loops.supply.shape)
    message = (
        f"the plant of {made.kinds.loops.name[loop]} cannot carry the heat of its halls at "
        f"{found.dry_bulb[step] - CELSIUS:.1f} degC outdoors (step {step}): its water would boil. Give the site more "
        "coolers or chillers, or less load"
    )
    raise StateError(message)
