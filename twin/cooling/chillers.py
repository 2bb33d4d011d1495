"""Chillers whose performance follows Carnot's between their two fluids."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats

LEAST_LIFT = 10.0
"""
Least difference between condensing and evaporating temperature [K]: the machine needs a pressure ratio to return oil
and feed its expansion valve. Assumed; a smaller lift counts as this one.
"""

LEAVING_WATER = (277.15, 318.15)
"""
Leaving water [K] for which a constant Carnot fraction is used: 4 degrees Celsius, above freezing, to 45, where
refrigerants of warm-water machines still serve. Assumed.
"""

MOST_LIFT = 60.0
"""Lift [K] beyond which one compressor stage does not serve. Assumed."""


class ChillerState(NamedTuple):
    """
    Performance of chillers.

    Attributes
    ----------
    performance : (loop,) [1]
        Heat taken from the water over electric power (COP).
    inside : (loop,) bool
        Whether temperatures lie within the model's range; where false, the value is that of the range's nearer end in
        lift, and the caller says so.
    """

    performance: Floats
    inside: npt.NDArray[np.bool_]


def carnot(
    fraction: Floats,
    leaving_water: Floats,
    condenser_entering: Floats,
    evaporator_approach: Floats,
    condenser_approach: Floats,
) -> ChillerState:
    """
    Give the performance of chillers from Carnot's.

    Parameters
    ----------
    fraction : (loop,) [1]
        Performance over Carnot's; about 0.5 to 0.6.
    leaving_water : (loop,) [K]
        Water that the chiller delivers.
    condenser_entering : (loop,) [K]
        Fluid that the condenser rejects to: outdoor air, or condenser water.
    evaporator_approach : (loop,) [K]
        Leaving water less evaporating temperature.
    condenser_approach : (loop,) [K]
        Condensing temperature less entering fluid.

    Returns
    -------
    ChillerState
        Performance, and whether it is within the model's range.

    Notes
    -----
    COP = fraction * Te / (Tc - Te). Serves where published fits end: they cover leaving water of 4 to 13 degrees
    Celsius, warm-water plants deliver 18 to 32. Constant at part load; cycling and start-up are left out.

    References
    ----------
    .. [1] S. Carnot, Reflexions sur la puissance motrice du feu, 1824; the fraction is an assumption of the facility
    """
    evaporating = leaving_water - evaporator_approach
    lift = condenser_entering + condenser_approach - evaporating
    inside = (lift >= LEAST_LIFT) & (lift <= MOST_LIFT)
    inside &= (leaving_water >= LEAVING_WATER[0]) & (leaving_water <= LEAVING_WATER[1])
    return ChillerState(fraction * evaporating / np.maximum(lift, LEAST_LIFT), inside)
