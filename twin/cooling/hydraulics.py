"""Power of fans and pumps away from full speed."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from twin.site import Floats

FAN_SPEED = tuple(np.linspace(0.0, 1.0, 11))
"""Speeds [1] of the published fan curve."""

FAN_POWER = (
    0.0,
    0.020982275,
    0.027843038,
    0.046465108,
    0.082729139,
    0.142515786,
    0.231705701,
    0.356179538,
    0.521817952,
    0.734501596,
    1.0,
)
"""Power over full-speed power [1] at `FAN_SPEED`: drive losses keep it above the cube of the speed at low speed."""

_SPEED = np.linspace(0.0, 1.0, 401)
_POWER = PchipInterpolator(FAN_SPEED, FAN_POWER)(_SPEED)


def fan_power(speed: Floats) -> Floats:
    """
    Give the power of a tower or cooler fan with a variable-speed drive.

    Parameters
    ----------
    speed : (any,) [1]
        Speed over full speed, from 0 to 1; values outside count as the nearer end.

    Returns
    -------
    (any,) [1]
        Power over full-speed power; rises with speed everywhere.

    Notes
    -----
    Monotone cubic through the eleven published points, tabulated at 401.

    References
    ----------
    .. [1] Modelica Buildings Library, Fluid/HeatExchangers/CoolingTowers/Validation/MerkelEnergyPlus.mo
    """
    return np.interp(speed, _SPEED, _POWER)


def pump_power(flow: Floats, static_head: Floats | float) -> Floats:
    """
    Give the power of a pump that holds a circuit's flow.

    Parameters
    ----------
    flow : (any,) [1]
        Flow over its nominal value.
    static_head : (any,) [1]
        Part of the nominal pressure that does not fall with flow: lift, or a pressure that a controller holds.

    Returns
    -------
    (any,) [1]
        Power over nominal power.

    Notes
    -----
    flow * (static_head + (1 - static_head) * flow^2) at constant efficiency; the cube law only without static head.
    Flows of about 0.3 to 1.2: below, pump and drive lose efficiency.

    References
    ----------
    .. [1] J. F. Guelich, Centrifugal Pumps, 3rd edition, 2014, section 11.1 (system characteristic)
    """
    return flow * (static_head + (1.0 - static_head) * np.square(flow))
