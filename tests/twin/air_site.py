"""The small site with all that cools air: rear doors, a sidecar, contained coils, an air-side economiser."""

from __future__ import annotations

import numpy as np

from tests.twin import small_site as small
from twin.site import Site

DOOR = 1.5e3
"""Heat of a service rack's rear door for each kelvin [W/K]; the rack blows 2.5 kW/K."""

DOOR_WATER = DOOR * 24.0 / 6.0
"""Water of that door, valve open [W/K]: of air 24 K warmer than it, the heat warms it by 6 K."""

SIDECAR_AIR = 80e3
"""Air of the second hall's sidecar at full speed [W/K]."""


def site(rows: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 0, 1), outdoor: float = 0.0) -> Site:
    """
    Give two halls: service racks have doors, the second hall's CDU is a sidecar, both may take outdoor air.

    The second hall's coils, and the loop of both, are large enough for all of the racks' heat. `outdoor` [1] is the
    outdoor air over what coils blow.
    """
    plain = small.site(2, rows)
    service = int(np.sum(rows))
    accelerators = len(rows) - service
    heat = accelerators * small.RACK_POWER + service * 36e3
    second = np.array([False, True])
    halls, cdus, loops = plain.halls, plain.cdus, plain.loops
    third = np.array([1.0, 1.0, 3.0])
    stream = np.where(second, accelerators * SIDECAR_AIR / 7.0 + halls.coil_air_stream, halls.coil_air_stream)
    return plain._replace(
        rack_classes=plain.rack_classes._replace(door_conductance=np.array([0.0, DOOR])),
        cdus=cdus._replace(
            sidecar=second,
            sidecar_fan_power=np.where(second, 0.02 * heat, 0.0),
            primary_stream=np.where(second, accelerators * SIDECAR_AIR / 7.0, cdus.primary_stream),
            exchanger_conductance=np.where(second, accelerators * 3e4, cdus.exchanger_conductance),
        ),
        halls=halls._replace(
            coil_conductance=np.where(second, 2.5 * stream, halls.coil_conductance),
            coil_air_stream=stream,
            coil_water_stream=np.where(second, heat / 6.0, halls.coil_water_stream),
            door_water_stream=np.full(2, service * DOOR_WATER),
            outdoor_stream=outdoor * stream,
            outdoor_fan_power=outdoor * 0.01 * stream * 15.0,
        ),
        loops=loops._replace(
            water_stream=loops.water_stream * third,
            supply_capacity=loops.supply_capacity * third,
            return_capacity=loops.return_capacity * third,
            cooler_water_stream=loops.cooler_water_stream * third,
            cooler_air_flow=loops.cooler_air_flow * third,
            cooler_conductance=loops.cooler_conductance * third,
            chiller_capacity=loops.chiller_capacity * np.array([1.0, 1.0, 8.0]),
        ),
    )
