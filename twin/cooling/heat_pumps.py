"""Heat reuse: a heat pump that lifts waste heat to a buyer's temperature, and what is credited for it."""

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


class HeatPumpFlows(NamedTuple):
    """
    Heat and power of heat pumps.

    Attributes
    ----------
    taken : (any,) [W]
        Heat from the source.
    power : (any,) [W]
        Electric.
    delivered : (any,) [W]
        Heat to the buyer: taken, and all of the power.
    """

    taken: Floats
    power: Floats
    delivered: Floats


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


def heat_pump_flows(performance: Floats, available: Floats, wanted: Floats, capacity: Floats) -> HeatPumpFlows:
    """
    Give heat and power of heat pumps.

    Parameters
    ----------
    performance : (any,) [1]
        Heat delivered over electric power, above one.
    available : (any,) [W]
        Heat that the source can give; below zero, none.
    wanted : (any,) [W]
        Heat that the buyer takes.
    capacity : (any,) [W]
        Heat that the machine can deliver.

    Returns
    -------
    HeatPumpFlows
        Of the least of what source, buyer and machine allow.

    Notes
    -----
    delivered = taken + power and performance = delivered / power: taken = delivered * (1 - 1 / COP).
    """
    from_source = np.maximum(available, 0.0) * performance / np.maximum(performance - 1.0, 1e-9)
    delivered = np.minimum(np.minimum(wanted, capacity), from_source)
    power = delivered / performance
    return HeatPumpFlows(delivered - power, power, delivered)


def energy_reuse_effectiveness(facility: Floats, reused: Floats, equipment: Floats) -> Floats:
    """
    Give the energy reuse effectiveness (ERE).

    Parameters
    ----------
    facility : (any,) [J]
        Electric energy of the whole site, heat pumps included.
    reused : (any,) [J]
        Heat that leaves the site for another use.
    equipment : (any,) [J]
        Electric energy of the computing equipment, above zero.

    Returns
    -------
    (any,) [1]
        (facility - reused) / equipment: PUE without reuse, below one where more is reused than the overheads take.

    References
    ----------
    .. [1] The Green Grid, ERE: a metric for measuring the benefit of reuse energy from a data center, 2010;
           ISO/IEC 30134-6:2021 (energy reuse factor)
    """
    return np.asarray((facility - reused) / equipment, dtype=float)
