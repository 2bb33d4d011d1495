"""
Air of the halls: what their coils, fans, doors and economisers do, and the tables of their controls.

Coils see the air at the racks plus a rise that goes with the heat in the hot air (`twin.cooling.air_side`), to which
conversion losses add; the heat of the coils' fans joins their supply. All heat capacity of the hall is held by the air
at the racks. Racks draw at a constant rate, and coil fans never run slower than the racks need (the containment's
pressure is held), nor than they can. When coils need more, they run faster, and more air passes by.

Racks with a rear door give it what they can and the rest to the hot air; they take no part in the containment, since
what leaves them is no hotter than what they draw while their doors keep up. Sidecars draw the racks' air and blow hot
air. An air-side economiser lets outdoor air in, in the place of air that returns, ahead of the coils; pads may
cool it on its way (`twin.cooling.air_intake`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling import hydraulics
from twin.cooling.air_side import coil_rate, drawn_back, matching_stream, return_rise
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import dew_point
from twin.site import Floats, Integers, Site

POSITIONS = np.linspace(0.0, 1.0, 17)
"""Positions [1] of a hall's cooling at which coils and fans are tabulated: their water from none to all."""


class HallLaw(NamedTuple):
    """
    What the controls and the step of the halls' air read of a site.

    Attributes
    ----------
    air_capacity : (hall,) [J/K]
        Heat capacity of the air and of what it touches.
    set_point : (hall,) [K]
        Wanted air temperature at the rack inlets.
    coil_rate : (position, hall) [W/K]
        Heat that the coils move for each kelvin between the air at the racks and their water.
    coil_share : (position, hall) [1]
        Part of the hot air's heat that the coils move beyond that, because it warms the air that returns to them.
    coil_effectiveness : (position, hall) [1]
        Of the coils on their air: by how much less they move for each watt that outdoor air has taken from it.
    fan_power : (position, hall) [W]
        Coil fans.
    cdu_start : (hall + 1,)
        CDUs of each hall.
    sidecar_power : (cdu,) [W]
        Fans of a sidecar at full speed; zero for CDUs.
    fan_curve : (point,) [1]
        Power of fans over that at full speed, at evenly spaced speeds.
    outdoor_stream : (hall,) [W/K]
        Outdoor air at most.
    outdoor_rise : (hall,) [K/W]
        Rise of the air that returns above that at the racks, for each watt in the hot air.
    outdoor_fan_power : (position, hall) [W]
        Fans of the economiser, by the part of that air that is let in.
    outdoor_lowest, outdoor_highest : (hall,) [K]
        Dew points between which it is let in.
    """

    air_capacity: Floats
    set_point: Floats
    coil_rate: Floats
    coil_share: Floats
    coil_effectiveness: Floats
    fan_power: Floats
    cdu_start: Integers
    sidecar_power: Floats
    fan_curve: Floats
    outdoor_stream: Floats
    outdoor_rise: Floats
    outdoor_fan_power: Floats
    outdoor_lowest: Floats
    outdoor_highest: Floats


class HallSurroundings(NamedTuple):
    """
    What the halls' controls see.

    Attributes
    ----------
    air : (hall,) [K]
        Air at the rack inlets.
    water : (hall,) [K]
        Water that reaches the coils.
    warming : (hall,) [W]
        Conversion losses into the air.
    lift : (cdu,) [1]
        Of the CDUs' valves; of sidecars, the speed of their fans.
    served : (hall,) [1]
        Part of the water that valves ask for that they get.
    dry_bulb : (hall,) [K]
        Outdoor air behind the pads.
    dew_point : [K]
        Outdoor air ahead of them.
    """

    air: Floats
    water: Floats
    warming: Floats
    lift: Floats
    served: Floats
    dry_bulb: Floats
    dew_point: float


class HallState(NamedTuple):
    """
    What the halls' controls remember of the last step; a step writes the next state into the same arrays.

    Attributes
    ----------
    hot : (hall,) [W]
        Mean heat into the hot air, of racks, sidecars and conversion losses, without what doors took.
    whole : (hall,) [W]
        All mean heat into the air, which the coils feed forward.
    integral : (hall,) [W]
        What they take beyond it to bring the air's mean to its set point.
    door_blown : (hall,) [W]
        Mean heat from racks with doors into their air.
    door_able : (hall,) [W]
        What those doors would have taken with open valves.
    open : (hall,) [1]
        One where outdoor air is let in.
    rested : (hall,) [s]
        Time for which it was shut out.
    position : (hall,) [1]
        Of the coils; water rises with it from none to all.
    door : (hall,) [1]
        Opening of the rear doors' valves, whether or not the loop has the water for it.
    """

    hot: Floats
    whole: Floats
    integral: Floats
    door_blown: Floats
    door_able: Floats
    open: Floats
    rested: Floats
    position: Floats
    door: Floats


class HallControls(NamedTuple):
    """
    What the halls' controls hold during a step.

    Attributes
    ----------
    coil : (hall,) [W/K]
        Heat the coils move for each kelvin between the air at the racks and their water.
    coil_share : (hall,) [1]
        Part of the hot air's heat that they move beyond that.
    coil_mixing : (hall,) [W/K]
        By how much less for each kelvin between the air at the racks and the outdoors, whose air is mixed into theirs.
    door : (hall,) [1]
        Opening of the rear doors' valves, in proportion to what they take.
    outdoor : (hall,) [W/K]
        Heat that outdoor air moves for each kelvin between the air at the racks and the outdoors.
    outdoor_share : (hall,) [1]
        Part of the hot air's heat that it moves beyond that.
    losses : (hall,) [W]
        Conversion losses, and heat of the sidecars' fans, into the hot air.
    fans : (hall,) [W]
        Heat of the coils' fans into the air.
    """

    coil: Floats
    coil_share: Floats
    coil_mixing: Floats
    door: Floats
    outdoor: Floats
    outdoor_share: Floats
    losses: Floats
    fans: Floats


class HallTally(NamedTuple):
    """
    What steps add up over a minute.

    Attributes
    ----------
    power : (block,) [W]
        Electric power of the halls' fans in each step.
    fans, outdoor_fans : (hall,) [J]
        Electric energy of the fans of coils and sidecars, and of the economiser's.
    coil, door : (hall,) [J]
        Heat to water from the hall's air, and from the air of racks with rear doors.
    outdoor : (hall,) [J]
        Heat to the outdoors.
    cdus : (cdu,) [J]
        Heat of the CDUs to facility water, of sidecars to the air.
    passed : (hall,) [J/K]
        Outdoor air that was let in: its mass times its specific heat.
    """

    power: Floats
    fans: Floats
    outdoor_fans: Floats
    coil: Floats
    door: Floats
    outdoor: Floats
    cdus: Floats
    passed: Floats


def state(halls: int) -> HallState:
    """
    Make the state of halls without heat, whose dampers were shut long since.

    Parameters
    ----------
    halls : [1]
        Halls.

    Returns
    -------
    HallState
        Coils and doors open; all else zero.
    """
    hot, whole, integral, blown, able, opened = np.zeros((6, halls))
    return HallState(hot, whole, integral, blown, able, opened, np.full(halls, np.inf), *np.ones((2, halls)))


def no_controls(halls: int) -> HallControls:
    """
    Make controls that hold nothing.

    Parameters
    ----------
    halls : [1]
        Halls.

    Returns
    -------
    HallControls
        All zero.
    """
    return HallControls(*(np.zeros(halls) for _ in HallControls._fields))


def tally(blocks: int, halls: int, cdus: int) -> HallTally:
    """
    Make an empty tally.

    Parameters
    ----------
    blocks, halls, cdus : [1]
        Steps in a minute, halls, and their CDUs.

    Returns
    -------
    HallTally
        All zero.
    """
    sums = HallTally(np.zeros(blocks), *(np.zeros(halls) for _ in HallTally._fields[1:]))
    return sums._replace(cdus=np.zeros(cdus))


def outdoor_dew_point(site: Site, outdoors: Outdoors) -> float:
    """
    Give the outdoor dew point that economisers watch.

    Parameters
    ----------
    site : Site
        Halls.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    [K]
        Where no hall has an economiser, the wet bulb in its place: it costs nothing, and nobody looks.
    """
    if not site.halls.outdoor_stream.any():
        return outdoors.wet_bulb
    return float(dew_point(np.asarray(outdoors.humidity_ratio), outdoors.pressure))


def law(site: Site) -> HallLaw:
    """
    Tabulate the halls' cooling over its position.

    Parameters
    ----------
    site : Site
        Racks, sidecars and halls.

    Returns
    -------
    HallLaw
        Along the position water rises from none to all; fans hold what the racks need, and beyond it rise alike.

    Notes
    -----
    Outdoor air o takes the place of a part of the air M_c that returns, which then reaches the coils colder by
    o (T_return - T_outdoors) / M_c: by the heat that it took over M_c. Where all fans together blow less than the racks
    need, racks draw more of their own air back.
    """
    halls = site.halls
    rack_stream = contained_air(site)
    needed = matching_stream(rack_stream, halls.recirculation, halls.bypass)
    slowest = np.clip(needed / np.maximum(halls.coil_air_stream, 1e-9), halls.coil_least_speed, 1.0)
    water, speed = np.broadcast_arrays(POSITIONS[:, np.newaxis], np.maximum(POSITIONS[:, np.newaxis], slowest))
    rate = coil_rate(halls.coil_conductance, halls.coil_air_stream, halls.coil_water_stream, speed, water)
    blown = speed * halls.coil_air_stream
    least = slowest * halls.coil_air_stream
    rise, outdoor_rise = (
        return_rise(rack_stream, air, drawn_back(rack_stream, air, halls.recirculation, halls.bypass))
        for air in (blown, least)
    )
    return HallLaw(
        air_capacity=halls.air_capacity,
        set_point=halls.air_set_point,
        coil_rate=np.ascontiguousarray(rate),
        coil_share=np.ascontiguousarray(rate * rise),
        coil_effectiveness=np.ascontiguousarray(rate / np.maximum(blown, 1e-9)),
        fan_power=np.ascontiguousarray(hydraulics.fan_power(speed) * halls.coil_fan_power),
        cdu_start=halls.cdu_start,
        sidecar_power=np.where(site.cdus.sidecar, site.cdus.sidecar_fan_power, 0.0),
        fan_curve=hydraulics.FAN_TABLE,
        outdoor_stream=halls.outdoor_stream,
        outdoor_rise=outdoor_rise,
        outdoor_fan_power=np.ascontiguousarray(hydraulics.fan_power(water) * halls.outdoor_fan_power),
        outdoor_lowest=halls.outdoor_lowest,
        outdoor_highest=halls.outdoor_highest,
    )


def contained_air(site: Site) -> Floats:
    """
    Give the air that goes from the cold to the hot side of each hall.

    Parameters
    ----------
    site : Site
        Racks, sidecars and halls.

    Returns
    -------
    (hall,) [W/K]
        Mass flow times specific heat through racks without rear doors, and through sidecars at full speed.
    """
    classes, count = site.rack_classes, len(site.halls.name)
    without_door = np.where(classes.door_conductance > 0.0, 0.0, classes.air_stream)
    racks = np.bincount(site.racks.hall, weights=without_door[site.racks.rack_class], minlength=count)
    beside = np.where(site.cdus.sidecar, site.cdus.primary_stream, 0.0)
    return np.asarray(racks + np.bincount(site.cdus.hall, weights=beside, minlength=count), dtype=float)
