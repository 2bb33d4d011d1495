"""
Adiabatic pre-cooling: wetted pads ahead of dry coolers and air-cooled condensers.

Air goes along the line of its wet bulb towards saturation. Pads run on hot days only, and stand dry in frost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling.psychrometrics import CELSIUS, humidity_ratio_from_wet_bulb
from twin.site import Floats


class PadState(NamedTuple):
    """
    Air that leaves pads.

    Attributes
    ----------
    dry_bulb : (loop,) [K]
        Temperature that the cooler behind sees; the wet bulb is that of the entering air.
    humidity_ratio : (loop,) [kg/kg]
        Water over dry air.
    taken_up : (loop,) [kg/kg]
        Water evaporated over dry air; times the flow of dry air, the evaporation of which make-up follows.
    """

    dry_bulb: Floats
    humidity_ratio: Floats
    taken_up: Floats


def pre_cooled(
    dry_bulb: Floats, wet_bulb: Floats, pressure: Floats | float, saturation: Floats, wetted: npt.NDArray[np.bool_]
) -> PadState:
    """
    Give the air that leaves pads.

    Parameters
    ----------
    dry_bulb : (loop,) [K]
        Outdoor air.
    wet_bulb : (loop,) [K]
        Its wet bulb, not above `dry_bulb`.
    pressure : (loop,) [Pa]
        Air pressure of the site.
    saturation : (loop,) [1]
        Saturation efficiency: the part of the way to the wet bulb that wet pads take, from 0 to 1.
    wetted : (loop,) bool
        Whether water runs (`wetted`); dry pads leave the air as it is.

    Returns
    -------
    PadState
        Air behind the pads, and the water that it has taken up.

    Notes
    -----
    T_out = T - saturation (T - T_wet); W_out lies on the same wet bulb, so that enthalpy rises only by that of the
    water taken up, as liquid at the wet bulb. Saturation is that at full air: slower air comes nearer to its wet bulb,
    so that a constant is on the safe side for capacity. A maker's example has 0.78; 0.6 to 0.8 is a fair assumption.

    References
    ----------
    .. [1] ASHRAE Handbook, HVAC Systems and Equipment 2020, chapter 41, evaporative air-cooling equipment
    .. [2] Munters, CELdek technical manual GB-0016-0400 (the example)
    """
    depression = np.where(wetted, saturation * (dry_bulb - wet_bulb), 0.0)
    leaving = dry_bulb - depression
    humidity_ratio = humidity_ratio_from_wet_bulb(leaving, wet_bulb, pressure)
    return PadState(
        leaving, humidity_ratio, humidity_ratio - humidity_ratio_from_wet_bulb(dry_bulb, wet_bulb, pressure)
    )


def wetted(
    dry_bulb: Floats, wet_bulb: Floats, set_point: Floats, band: Floats, before: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """
    Say whether water runs over pads.

    Parameters
    ----------
    dry_bulb : (loop,) [K]
        Outdoor air.
    wet_bulb : (loop,) [K]
        Its wet bulb.
    set_point : (loop,) [K]
        Dry bulb at which water starts.
    band : (loop,) [K]
        Fall below the set point at which it stops.
    before : (loop,) bool
        Whether it has been running.

    Returns
    -------
    (loop,) bool
        Whether it runs now; never with a wet bulb at or below freezing, where pads are drained.
    """
    called = (dry_bulb >= set_point) | (before & (dry_bulb > set_point - band))
    return np.asarray(called & (wet_bulb > CELSIUS))


def fan_power(dry_power: Floats, pressure_share: Floats) -> Floats:
    """
    Give the power of fans that draw their air through pads.

    Parameters
    ----------
    dry_power : (loop,) [W]
        Fan power at the same air flow without pads.
    pressure_share : (loop,) [1]
        Pressure drop of the pads over the pressure rise of the fans without them, both at full air: an assumption
        wherever the maker does not state it. Pads stand in the air wet or dry.

    Returns
    -------
    (loop,) [W]
        Fan power with pads; none of it where the rated power already counts them.

    Notes
    -----
    dry_power * (1 + pressure_share): at the same air flow power goes with pressure, at constant fan efficiency.
    """
    return dry_power * (1.0 + pressure_share)
