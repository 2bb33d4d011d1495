"""CDUs at rest: the lift of each valve at which the coolant is as wanted, or as near as it can be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.site import Floats
from twin.thermal.cdu_step import VALVE_POINTS
from twin.thermal.laws import exchange, primary_flow
from twin.year.kinds import Kinds, alike, taken

LIFTS = np.linspace(0.0, 1.0, VALVE_POINTS)
"""Lifts at which exchangers are tabulated, as in the replay."""


class CduState(NamedTuple):
    """
    Kinds of CDUs, each of one.

    Attributes
    ----------
    supply, back : (..., step, cdu kind) [K]
        Coolant before and after the racks.
    heat : (..., step, cdu kind) [W]
        To facility water; of sidecars to the air of the hall.
    lift : (..., step, cdu kind) [1]
        Of the valve; of sidecars the speed of the fans.
    asked : (..., step, cdu kind) [W/K]
        Facility water that the valve asks for.
    """

    supply: Floats
    back: Floats
    heat: Floats
    lift: Floats
    asked: Floats


def exchangers(kinds: Kinds) -> Floats:
    """
    Tabulate the exchangers of each kind of CDU.

    Parameters
    ----------
    kinds : Kinds
        Of the site.

    Returns
    -------
    (lift, cdu kind) [W/K]
        Over `LIFTS`, coolant at its nominal flow; zero where there is none.
    """
    # CDUs of a kind differ in the racks on them more often than in themselves.
    like = alike(kinds.cdus, kinds.cdu_stream)
    first = np.unique(like, return_index=True)[1]
    cdus, stream = taken(kinds.cdus, first), kinds.cdu_stream[first]
    moved = exchange(cdus, np.maximum(stream, 1.0), cdus.fouling, np.ones((1, stream.size)), LIFTS[:, np.newaxis])
    return np.where(stream > 0.0, moved, 0.0)[:, like]


def cdus(kinds: Kinds, table: Floats, heat: Floats, water: Floats, served: Floats) -> CduState:
    """
    Give all kinds of CDUs.

    Parameters
    ----------
    kinds : Kinds
        Of the site.
    table : (lift, cdu kind) [W/K]
        From `exchangers`.
    heat : (..., step, cdu kind) [W]
        Of the racks into the coolant.
    water : (..., step, cdu kind) [K]
        Facility water, or for sidecars the air of the hall.
    served : (..., step, cdu kind) [1]
        Part of the water that valves ask for that they get.

    Returns
    -------
    CduState
        At rest.

    Notes
    -----
    Racks and pumps heat the coolant by Q / M. The controller finds the lift at which the exchanger moves that heat with
    the supply at its set point; where it cannot, the valve is open, or shut, and temperatures are where the heat goes:
    T_back = T_water + Q / X.
    """
    own, shape = kinds.cdus, np.broadcast_shapes(heat.shape, water.shape)
    supply, back, moved, lift = np.zeros((4, *shape))
    whole = np.where(kinds.cdu_stream > 0.0, heat + own.pump_power, 0.0)
    for row in np.flatnonzero(kinds.cdu_stream > 0.0).tolist():
        stream, into = kinds.cdu_stream[row], water[..., row]
        rise = whole[..., row] / stream
        apart = own.supply_set_point[row] + rise - into
        wanted = whole[..., row] / (served[..., row] * np.maximum(apart, 1e-6))
        lift[..., row] = np.interp(wanted, table[:, row], LIFTS)
        rate = served[..., row] * np.interp(lift[..., row], LIFTS, table[:, row])
        back[..., row] = into + whole[..., row] / rate
        supply[..., row] = back[..., row] - rise
        moved[..., row] = rate * (back[..., row] - into)
    asked = np.where(own.sidecar | (kinds.cdu_stream <= 0.0), 0.0, primary_flow(own, lift) * own.primary_stream)
    return CduState(supply, back, moved, lift, asked)
