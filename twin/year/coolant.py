"""
How coolant follows the racks that it serves.

Its supply falls for a minute or two as their load falls, and rises as the load comes back, until the controller of the
CDU's valve has it at its set point again; in the mean it is there.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Floats
from twin.site import Site
from twin.thermal.coefficients import chain_capacity
from twin.thermal.laws import coolant_stream, exchange
from twin.year.cdus import LIFTS
from twin.year.kinds import taken

STREAM, SUPPLY, BACK, INTEGRAL = 2, 3, 4, 5
"""States: the rack's chip, plate and stream, then coolant before and after it, and the integral part of the valve."""


def beside(site: Site, row: int, cdu: int, heat: float, rack: Floats) -> Floats:
    """
    Put a rack's part of its CDU beside the network of the rack, about a load.

    Parameters
    ----------
    site : Site
        The site; facility water and the air of halls are at their set points.
    row : [1]
        The rack's class.
    cdu : [1]
        The CDU, of whose racks all do the same.
    heat : [W]
        Of the rack into its coolant, in the mean.
    rack : (3, 3) [1/s]
        From `rack_network`, relative to a supply that holds.

    Returns
    -------
    (6, 6) [1/s]
        The same relative to rest; the rack's own network alone where the valve is not between its ends at that heat,
        or would not come to rest.

    Notes
    -----
    With the rack's stream M and its parts of capacities C, exchanger X and pumps P (its stream over the CDU's)::

        C_back   dT_back/dt   = M (T_stream - T_back)
        C_supply dT_supply/dt = M (T_back - T_supply) - X T_back - X' (T_back0 - T_water) (g T_supply + I)
                 dI/dt        = g T_supply / t_i

    as `twin.thermal.cdu_step`, with X' the slope of the exchanger over the valve's lift, X (T_back0 - T_water) the
    whole heat, and gain g and integral time t_i of its controller; the time of its stroke is left out.
    """
    own = taken(site.cdus, np.array([cdu]))
    stream, whole = float(site.rack_classes.coolant_stream[row]), coolant_stream(site)[cdu : cdu + 1]
    part = stream / float(whole[0])
    table = exchange(own, whole, own.fouling, np.ones((1, 1)), LIFTS[:, np.newaxis])[:, 0]
    heat += part * float(own.pump_power[0])
    hall = int(own.hall[0])
    air, water = site.halls.air_set_point[hall], site.loops.supply_set_point[site.halls.loop[hall]]
    across = float(own.supply_set_point[0] + heat / stream - (air if own.sidecar[0] else water))
    if not table[0] * part * across < heat < table[-1] * part * across:
        return rack
    lift = float(np.interp(heat / (part * across), table, LIFTS))
    steep = part * across * float(np.interp(lift, LIFTS, np.gradient(table, LIFTS)))
    gain, supply_capacity, back_capacity = (
        float(values[0]) for values in (own.valve_gain, part * own.supply_capacity, part * own.return_capacity)
    )
    found = np.zeros((INTEGRAL + 1, INTEGRAL + 1))
    found[:SUPPLY, :SUPPLY] = rack
    found[STREAM, SUPPLY] = stream / chain_capacity(site.rack_classes)[row, STREAM]
    found[BACK, [STREAM, BACK]] = stream / back_capacity, -stream / back_capacity
    found[SUPPLY, [SUPPLY, BACK]] = -stream - steep * gain, stream - heat / across
    found[SUPPLY, INTEGRAL] = -steep
    found[SUPPLY] /= supply_capacity
    found[INTEGRAL, SUPPLY] = gain / float(own.valve_integral_time[0])
    return found if np.linalg.eigvals(found).real.max() < 0.0 else rack
