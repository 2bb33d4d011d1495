"""Laws of towers and dry coolers, tabulated over fan speed for the plant's controls and steps."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from twin.arrays import Flags, Floats, Integers
from twin.cooling import dry_coolers, pads, tower_banks
from twin.cooling.plant_tables import Outdoors, Settings
from twin.cooling.towers import SATURATED_RANGE
from twin.facility_water import TOWER_LAWS, Loops

SPEEDS = np.linspace(0.0, 1.0, 17)
"""Fan speeds [1] at which the coolers' laws are tabulated."""

_WATERS_TO_DESIGN = 200
WATERS = np.square(np.arange(221) / _WATERS_TO_DESIGN)
"""
Water over design water [1] at which dry coolers are tabulated, closer where there is little; to `MOST_WATER` and its
like beyond. One of them is design water, where the law of still air has its corner.
"""

KEPT = 16
"""Unlike dry coolers whose tables are kept."""

LEAST_DIFFERENCE = 1.0
"""Least difference of water and outdoors [K] at which a cooler's heat is taken for its rate."""

WARMEST_WATER = SATURATED_RANGE[1]
"""Water [K] at which the rate of towers is taken at most: the end of the table of saturated air. Beyond: flagged."""


def cooler_stream(loops: Loops, flow: Floats) -> Floats:
    """
    Give the water that goes over each loop's coolers.

    Parameters
    ----------
    loops : Loops
        All loops.
    flow : (loop,) [1]
        Facility water over its nominal flow.

    Returns
    -------
    (loop,) [W/K]
        Condenser water where there is any, else facility water.
    """
    return np.where(loops.condenser.fitted, loops.condenser.stream, flow * loops.water_stream)


def outdoor(loops: Loops, outdoors: Outdoors, wetted: Flags) -> Floats:
    """
    Give the outdoor temperature that coolers see.

    Parameters
    ----------
    loops : Loops
        All loops.
    outdoors : Outdoors
        Outdoor air.
    wetted : (any, loop) bool
        Whether water runs over their pads; brought up to date.

    Returns
    -------
    (any, loop) [K]
        Wet bulb for towers, dry bulb for dry coolers, behind their pads where they have any.
    """
    own, dry = loops.pads, np.broadcast_to(outdoors.dry_bulb, wetted.shape)
    if own.saturation.any():
        wet = np.broadcast_to(outdoors.wet_bulb, wetted.shape)
        wetted[:] = pads.wetted(dry, wet, own.set_point, own.band, wetted) & (own.saturation > 0.0)
        dry = pads.pre_cooled(dry, wet, outdoors.pressure, own.saturation, wetted).dry_bulb
    return np.where(loops.evaporative, outdoors.wet_bulb, dry)


class DryCoolers(NamedTuple):
    """
    The law of all dry coolers; they see temperatures only through their difference.

    Attributes
    ----------
    kind : (loop,)
        Which of the unlike coolers each loop has; not read for loops with towers.
    rate : (cooler, water, speed) [W/K]
        Heat of one unit for each kelvin between water return and dry bulb, over `WATERS` and `SPEEDS`.
    """

    kind: Integers
    rate: Floats


def dry_coolers_of(loops: Loops) -> DryCoolers:
    """
    Tabulate each unlike dry cooler over its water and fan speed.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    DryCoolers
        None for loops with towers.

    Notes
    -----
    The quadrature of crossflow is the dearest law of a plant, and loops by the hundred have the same coolers, as has a
    plant with a unit out: the tables of the last few are kept.
    """
    dry = ~loops.evaporative
    made = np.stack([loops.cooler_water_stream, loops.cooler_air_flow, loops.cooler_conductance])
    unlike, rows = np.unique(made[:, dry], axis=1, return_inverse=True)
    kind = np.zeros(dry.size, dtype=np.int64)
    kind[dry] = rows.reshape(-1)
    every = [_unit_rate(*column) for column in unlike.T.tolist()]
    return DryCoolers(kind, np.array(every).reshape(-1, WATERS.size, SPEEDS.size))


@lru_cache(maxsize=KEPT)
def _unit_rate(rated: float, air: float, conductance: float) -> Floats:
    """Tabulate one dry cooler, (water, speed) [W/K]."""
    water_ratio, air_ratio = np.broadcast_arrays(WATERS[:, np.newaxis], np.maximum(SPEEDS, dry_coolers.STILL_AIR))
    rate = dry_coolers.dry_cooler(
        np.ones(()),
        water_ratio * rated,
        air_ratio * air,
        conductance * dry_coolers.conductance_factor(air_ratio, water_ratio),
        np.zeros(()),
    )
    rate.flags.writeable = False
    return rate


def dry_cooler_rates(coolers: DryCoolers, loops: Loops, settings: Settings, flow: Floats) -> Floats:
    """
    Tabulate the dry coolers over fan speed.

    Parameters
    ----------
    coolers : DryCoolers
        From `dry_coolers_of`.
    loops : Loops
        All loops.
    settings : Settings
        Units in service.
    flow : (loop,) [1]
        Facility water over its nominal flow.

    Returns
    -------
    (speed, loop) [W/K]
        Heat for each kelvin between water return and dry bulb; zero for loops with towers.

    Notes
    -----
    Linear between `WATERS`: within 1e-4 from a tenth of the design water on. Water beyond `dry_coolers.MOST_WATER` of
    what the units in service are rated for goes by the bypass.
    """
    dry = ~loops.evaporative
    if not dry.any():
        return np.zeros((SPEEDS.size, dry.size))
    units = settings.cooler_units * dry
    ratio = cooler_stream(loops, flow) / (np.maximum(units, 1.0) * loops.cooler_water_stream)
    ratio = np.where(dry, np.minimum(ratio, dry_coolers.MOST_WATER), 0.0)
    low = (_WATERS_TO_DESIGN * np.sqrt(ratio)).astype(np.int64)
    part = (ratio - WATERS[low]) / (WATERS[low + 1] - WATERS[low])
    below, above = coolers.rate[coolers.kind, low], coolers.rate[coolers.kind, low + 1]
    return np.ascontiguousarray((units[:, np.newaxis] * (below + part[:, np.newaxis] * (above - below))).T)


class TowerBanks(NamedTuple):
    """
    The towers that follow one law.

    Attributes
    ----------
    law : Callable
        One of `tower_banks.LAWS`.
    loop : (tower,)
        Rows of their loops.
    cell : Cell
        One cell of each.
    """

    law: tower_banks.Law
    loop: Integers
    cell: tower_banks.Cell


def towers_of(loops: Loops) -> tuple[TowerBanks, ...]:
    """
    Sort the towers by the laws that they follow.

    Parameters
    ----------
    loops : Loops
        All loops.

    Returns
    -------
    tuple of TowerBanks
        One for each law that there is.
    """
    made = (
        loops.cooler_water_stream,
        loops.cooler_air_flow,
        loops.cooler_design_wet_bulb,
        loops.cooler_conductance,
        loops.tower_reference_ratio,
    )
    laws = np.where(loops.evaporative, loops.tower_law, -1)
    rows = ((law, np.flatnonzero(laws == law)) for law in np.unique(laws[loops.evaporative]))
    return tuple(
        TowerBanks(tower_banks.LAWS[TOWER_LAWS[law]], mine, tower_banks.Cell(*(part[mine] for part in made)))
        for law, mine in rows
    )


def tower_rates(
    towers: tuple[TowerBanks, ...], loops: Loops, settings: Settings, flow: Floats, inlet: Floats, outdoors: Outdoors
) -> tuple[Floats, Flags]:
    """
    Tabulate the towers over fan speed.

    Parameters
    ----------
    towers : tuple of TowerBanks
        From `towers_of`.
    loops : Loops
        All loops.
    settings : Settings
        Units in service.
    flow : (loop,) [1]
        Facility water over its nominal flow.
    inlet : (loop,) [K]
        Water that enters the towers.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    tuple of (speed, loop) [W/K] and (loop,) bool
        Heat for each kelvin between that water and the wet bulb, zero for loops with dry coolers; and whether the
        towers' laws are in range, true without towers at work.
    """
    rates = np.zeros((SPEEDS.size, inlet.size))
    inside = ~(loops.evaporative & (settings.cooler_units > 0.0) & (inlet > WARMEST_WATER))
    inlet = np.clip(inlet, outdoors.wet_bulb + LEAST_DIFFERENCE, WARMEST_WATER)
    stream, wet_bulb = cooler_stream(loops, flow), np.asarray(outdoors.wet_bulb)
    for law, mine, cell in towers:
        state = tower_banks.bank_heat(
            law,
            cell,
            settings.cooler_units[mine],
            inlet[mine],
            stream[mine],
            SPEEDS[:, np.newaxis],
            wet_bulb,
            0.0,
            outdoors.pressure,
        )
        rates[:, mine] = state.heat / (inlet[mine] - wet_bulb)
        inside[mine] &= state.inside.all(axis=0) | (flow[mine] <= 0.0)
    return rates, inside
