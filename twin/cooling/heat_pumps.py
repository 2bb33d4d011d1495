"""Heat reuse: a heat pump that lifts waste heat to the temperature of a buyer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.site import Floats

LIFT_RANGE = (15.0, 60.0)
"""
Difference of condensing and evaporating temperature [K] for which a constant Carnot fraction is used: one stage.
Assumed; a smaller lift counts as the least, as the compressor needs a pressure ratio.
"""

HOT_RANGE = (303.15, 363.15)
"""Condensing temperature [K] for which it is used: 30 to 90 degrees Celsius, the usual refrigerants. Assumed."""


class HeatPumpState(NamedTuple):
    """
    Performance of heat pumps.

    Attributes
    ----------
    performance : (any,) [1]
        Heat delivered over electric power.
    inside : (any,) bool
        Whether temperatures lie within the model's range.
    """

    performance: Floats
    inside: npt.NDArray[np.bool_]


def heat_pump(fraction: Floats, hot: Floats, cold: Floats) -> HeatPumpState:
    """
    Give the performance of heat pumps from Carnot's.

    Parameters
    ----------
    fraction : (any,) [1]
        Performance over Carnot's; 0.45 to 0.55.
    hot : (any,) [K]
        Condensing temperature: delivered water plus its approach.
    cold : (any,) [K]
        Evaporating temperature: source water less its approach.

    Returns
    -------
    HeatPumpState
        Performance, one at least, and whether it is within the model's range.

    Notes
    -----
    COP = fraction * Th / (Th - Tc), ranges `LIFT_RANGE` and `HOT_RANGE`. Constant at part load.

    References
    ----------
    .. [1] S. Carnot, Reflexions sur la puissance motrice du feu, 1824; the fraction is an assumption of the facility
    """
    lift = hot - cold
    inside = (lift >= LIFT_RANGE[0]) & (lift <= LIFT_RANGE[1]) & (hot >= HOT_RANGE[0]) & (hot <= HOT_RANGE[1])
    performance = fraction * hot / np.maximum(lift, LIFT_RANGE[0])
    return HeatPumpState(np.maximum(performance, 1.0), inside)
