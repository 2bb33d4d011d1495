"""Outdoor air on its way into the halls: pads cool it, in stages, where it is warmer than wanted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling import pads
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import AIR_HEAT, CELSIUS
from twin.site import Floats, Halls, Site

ROUNDING = 1e-9
"""Of a stage [1]: by what wanted stages may be above a whole number of them."""


class Intake(NamedTuple):
    """
    Outdoor air as it enters the halls.

    Attributes
    ----------
    dry_bulb : (any, hall) [K]
        Behind the pads.
    taken_up : (any, hall) [kg/kg]
        Water that it took up in them, over dry air.
    """

    dry_bulb: Floats
    taken_up: Floats


def intake(halls: Halls, outdoors: Outdoors) -> Intake:
    """
    Give the outdoor air that halls are offered.

    Parameters
    ----------
    halls : Halls
        With their pads.
    outdoors : Outdoors
        Outdoor air.

    Returns
    -------
    Intake
        The outdoor air itself where a hall has no pads, and in frost.

    Notes
    -----
    As many stages of the pads are wetted as bring the air down to their set point, and no more than all of them: a part
    s = min(saturation, (T - T_set) / (T - T_wet)) of the way to the wet bulb, with `twin.cooling.pads.pre_cooled`. Of n
    stages whole ones are wetted: s goes up to the next multiple of saturation / n, and the air gets colder than its
    set point. Stages follow at once.
    """
    dry = outdoors.dry_bulb + np.zeros(halls.outdoor_saturation.size)
    above = np.maximum(dry - halls.outdoor_pad_set_point, 0.0)
    depression = np.maximum(outdoors.dry_bulb - outdoors.wet_bulb, 1e-9)
    frost = np.less_equal(outdoors.wet_bulb, CELSIUS)
    part = _whole_stages(halls, np.where(frost, 0.0, np.minimum(halls.outdoor_saturation, above / depression)))
    if not part.any():
        return Intake(dry, np.zeros(dry.shape))
    wet = np.broadcast_to(outdoors.wet_bulb, dry.shape)
    state = pads.pre_cooled(dry, wet, outdoors.pressure, part, part > 0.0)
    return Intake(state.dry_bulb, np.where(part > 0.0, state.taken_up, 0.0))


def _whole_stages(halls: Halls, part: Floats) -> Floats:
    """Give the part of the way to the wet bulb that whole stages go, where they are counted."""
    one = halls.outdoor_saturation / np.maximum(halls.outdoor_stages, 1.0)
    wetted = np.ceil(part / np.where(one > 0.0, one, 1.0) - ROUNDING)
    return np.where(halls.outdoor_stages > 0.0, np.minimum(wetted * one, halls.outdoor_saturation), part)


def evaporation(site: Site, passed: Floats, taken_up: Floats) -> Floats:
    """
    Give the water that the halls' pads evaporate, by the loop that feeds them.

    Parameters
    ----------
    site : Site
        For the halls' loops.
    passed : (hall,) [J/K] or [W/K]
        Outdoor air that was let in: mass times specific heat, or their flow.
    taken_up : (hall,) [kg/kg]
        From `intake`.

    Returns
    -------
    (loop,) [kg] or [kg/s]
        Of the loop of each hall's coils, whose make-up and blowdown it shares.
    """
    water = passed / AIR_HEAT * taken_up
    return np.bincount(site.halls.air_loop, weights=water, minlength=len(site.loops.name)).astype(float)
