"""Water of cooling towers: drift, blowdown and make-up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.site import Floats


class WaterUse(NamedTuple):
    """
    Water that leaves a tower, and what replaces it.

    Attributes
    ----------
    drift : (loop,) [kg/s]
        Droplets carried away with the air.
    blowdown : (loop,) [kg/s]
        Drained to hold the concentration of salts.
    make_up : (loop,) [kg/s]
        Fed in: evaporation, drift and blowdown.
    """

    drift: Floats
    blowdown: Floats
    make_up: Floats


def water_use(evaporation: Floats, circulation: Floats, cycles: Floats, drift_fraction: Floats) -> WaterUse:
    """
    Give the water that towers use.

    Parameters
    ----------
    evaporation : (loop,) [kg/s]
        Water taken up by the air; negative while moist air condenses on colder water.
    circulation : (loop,) [kg/s]
        Water over the towers.
    cycles : (loop,) [1]
        Cycles of concentration, greater than one.
    drift_fraction : (loop,) [1]
        Drift over circulation.

    Returns
    -------
    WaterUse
        Drift, blowdown and make-up; none of them negative.

    Notes
    -----
    Salts that enter with make-up leave with drift and blowdown at `cycles` times its concentration:
    blowdown = evaporation / (cycles - 1) - drift. Drift alone may hold less than `cycles`; blowdown is then zero. Water
    condensed from the air overflows.

    References
    ----------
    .. [1] ASHRAE Handbook, HVAC Systems and Equipment 2020, chapter 40, cooling towers (water balance)
    """
    taken_up = np.maximum(evaporation, 0.0)
    drift = drift_fraction * circulation
    blowdown = np.maximum(taken_up / (cycles - 1.0) - drift, 0.0)
    return WaterUse(drift, blowdown, taken_up + drift + blowdown)
