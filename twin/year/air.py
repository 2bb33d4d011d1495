"""Air of the halls at rest: coils, rear doors, economisers and fans that hold it as near to its set point as can be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling.hall_air import POSITIONS
from twin.site import Floats
from twin.year.kinds import Kinds

LEAST_COLDER = 0.1
"""Difference [K] of returning and outdoor air below which no outdoor air is let in."""


ROUNDING = 1e-12
"""Of the heat [1]: by what equal heats may differ."""


class Into(NamedTuple):
    """
    Heat into the air of one hall of each kind.

    Attributes
    ----------
    open : (..., step, hall kind) [W]
        From racks without a rear door, sidecars, and conversion losses.
    door : (..., step, hall kind) [W]
        From racks that have one, ahead of it.
    """

    open: Floats
    door: Floats


class Surroundings(NamedTuple):
    """
    What the air of halls meets.

    Attributes
    ----------
    water : (..., step, hall kind) [K]
        That reaches the coils.
    served : (..., step, hall kind) [1]
        Part of the water that valves ask for that they get.
    dry_bulb : (..., step, hall kind) [K]
        Outdoor air behind the halls' pads.
    dew_point : (..., step, 1) [K]
        Outdoor air ahead of them.
    """

    water: Floats
    served: Floats
    dry_bulb: Floats
    dew_point: Floats


class AirState(NamedTuple):
    """
    One hall of each kind.

    Attributes
    ----------
    air : (..., step, hall kind) [K]
        At the rack inlets.
    coil, door, outdoor : (..., step, hall kind) [W]
        Heat to water through coils and rear doors, and to the outdoors.
    fans, outdoor_fans : (..., step, hall kind) [W]
        Power of the coils' fans and of the economiser's.
    passed : (..., step, hall kind) [W/K]
        Outdoor air that is let in.
    asked : (..., step, hall kind) [W/K]
        Water that coils and doors ask for.
    """

    air: Floats
    coil: Floats
    door: Floats
    outdoor: Floats
    fans: Floats
    outdoor_fans: Floats
    passed: Floats
    asked: Floats


def air(kinds: Kinds, into: Into, around: Surroundings, held: Floats) -> AirState:
    """
    Give one hall of each kind.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    into : Into
        Heat into the air.
    around : Surroundings
        Water and outdoor air.
    held : (..., step, hall kind) [K]
        Air as the doors see it: the last estimate.

    Returns
    -------
    AirState
        At rest.

    Notes
    -----
    The laws are those of `twin.cooling.hall_air`, and so are the tables. Rear doors open until they take what their
    racks blow. Outdoor air is let in while it is colder than the air that returns and its dew point is within its
    limits; it takes what it can, and coils the rest: at the lowest position at which they take it together with the
    heat of their own fans. Where the open coils cannot, the air is as warm as makes them.
    """
    law, halls = kinds.air, kinds.halls
    door, opening = _doors(kinds, into.door, held, around)
    hot = into.open + into.door - door
    let_in = _let_in(kinds, hot, around)
    colder = law.set_point + law.outdoor_rise * hot - around.dry_bulb
    taken = let_in * law.outdoor_stream * colder
    place = _place(kinds, hot, taken, around)
    position = np.clip(place, 0.0, POSITIONS.size - 1.0)
    rate, share, effectiveness, fans = (
        _at(table, position) for table in (law.coil_rate, law.coil_share, law.coil_effectiveness, law.fan_power)
    )
    short = place > POSITIONS.size - 1.0
    inside = np.where(short, _warm(kinds, hot, let_in, fans, rate, share, effectiveness, around), law.set_point)
    taken = let_in * law.outdoor_stream * (inside + law.outdoor_rise * hot - around.dry_bulb)
    coil = around.served * (rate * (inside - around.water) + share * hot - effectiveness * taken)
    return AirState(
        air=inside,
        coil=coil,
        door=door,
        outdoor=taken,
        fans=fans,
        outdoor_fans=_at(law.outdoor_fan_power, let_in * (POSITIONS.size - 1.0)),
        passed=let_in * law.outdoor_stream,
        asked=position / (POSITIONS.size - 1.0) * halls.coil_water_stream + opening * halls.door_water_stream,
    )


def _doors(kinds: Kinds, blown: Floats, held: Floats, around: Surroundings) -> tuple[Floats, Floats]:
    """Give the heat that rear doors take, and how far their valves are open."""
    able = np.zeros(np.broadcast_shapes(blown.shape, around.water.shape))
    conductance = kinds.classes.door_conductance[kinds.racks.rack_class]
    if not conductance.any():
        return able, able
    count = np.bincount(kinds.racks.hall, conductance * kinds.racks.in_hall, kinds.hall_count.size)
    streams = kinds.classes.air_stream[kinds.racks.rack_class] * kinds.racks.in_hall
    through = np.bincount(kinds.racks.hall, streams * (conductance > 0.0), kinds.hall_count.size)
    able = count * (blown / np.maximum(through, 1e-9) + held - around.water)
    opening = np.where(able > 0.0, np.clip(blown / np.where(able > 0.0, able, 1.0), 0.0, 1.0), 0.0)
    return around.served * opening * able, opening


def _let_in(kinds: Kinds, hot: Floats, around: Surroundings) -> Floats:
    """Give the part of the outdoor air that is let in."""
    law = kinds.air
    colder = law.set_point + law.outdoor_rise * hot - around.dry_bulb
    fit = (law.outdoor_stream > 0.0) & (colder > LEAST_COLDER)
    fit = fit & (around.dew_point >= law.outdoor_lowest) & (around.dew_point <= law.outdoor_highest)
    able = np.where(fit, law.outdoor_stream * colder, 1.0)
    return np.where(fit, np.clip((hot + law.fan_power[0]) / able, 0.0, 1.0), 0.0)


def _place(kinds: Kinds, hot: Floats, taken: Floats, around: Surroundings) -> Floats:
    """Give the place in the tables at which coils take what outdoor air leaves; beyond the last where they cannot."""
    law, last = kinds.air, POSITIONS.size - 1
    above, wanted = law.set_point - around.water, hot - taken

    def net(n: int) -> Floats:
        moved = law.coil_rate[n] * above + law.coil_share[n] * hot - law.coil_effectiveness[n] * taken
        return np.asarray(around.served * moved - law.fan_power[n], dtype=float)

    place, low = np.full(np.broadcast_shapes(hot.shape, above.shape), np.inf), net(0)
    # Where outdoor air takes it all, the two are equal but for rounding.
    place = np.where(wanted <= low + ROUNDING * hot, 0.0, place)
    for n in range(last):
        high = net(n + 1)
        found = np.isinf(place) & (wanted <= high) & (high > low)
        part = (wanted - low) / np.where(high > low, high - low, 1.0)
        place = np.where(found, n + np.maximum(part, 0.0), place)
        low = high
    return place


def _warm(
    kinds: Kinds,
    hot: Floats,
    let_in: Floats,
    fans: Floats,
    rate: Floats,
    share: Floats,
    effectiveness: Floats,
    around: Surroundings,
) -> Floats:
    """Give the air at which open coils and outdoor air take all heat."""
    law, mixed = kinds.air, 1.0 - around.served * effectiveness
    outdoors = let_in * law.outdoor_stream
    heat = hot + fans - around.served * (share * hot - rate * around.water)
    heat = heat - mixed * outdoors * (law.outdoor_rise * hot - around.dry_bulb)
    return np.asarray(heat / np.maximum(around.served * rate + mixed * outdoors, 1e-9), dtype=float)


def _at(table: Floats, place: Floats) -> Floats:
    """Interpolate each column of a table over places in it."""
    index = np.minimum(place.astype(np.int64), table.shape[0] - 2)
    column = np.arange(table.shape[1])
    low = table[index, column]
    return np.asarray(low + (place - index) * (table[index + 1, column] - low), dtype=float)
