"""What a reader of a run has to know of its site: halls, loops and the limits of chips and coolant."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Flags
from twin.site import Floats, Loops, Site

CDUS, AIR = "CDUs", "hall air"
"""What a loop cools."""


def outline(site: Site) -> dict[str, Any]:
    """
    Outline a site for the manifest of its runs.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    dict
        ``halls`` (name, racks), ``rack_classes`` (name, racks, nameplate, part of their heat to coolant), ``loops``
        (name, what it cools, towers or dry coolers, and numbers of its plant), ``cdus`` (those with coolant: their
        number and what they are made for), ``hall_air`` (its set point and what cools it) and ``limits`` (lowest
        throttle and shutdown limit of chips, lowest alarm of the coolant supply, K; none where nothing has one).
    """
    racks = np.bincount(site.racks.hall, minlength=len(site.halls.name))
    loops = site.loops
    used = site.rack_classes.accelerators[site.racks.rack_class] > 0
    rows = site.racks.rack_class[used]
    wet = site.cdus.exchanger_conductance > 0
    return {
        "halls": [{"name": name, "racks": int(count)} for name, count in zip(site.halls.name, racks, strict=True)],
        "loops": [
            {
                "name": name,
                "cools": " and ".join(cooled(site, loop)),
                "coolers": "towers" if loops.evaporative[loop] else "dry coolers",
                **_plant(loops, loop),
            }
            for loop, name in enumerate(loops.name)
        ],
        "rack_classes": _classes(site),
        "cdus": _cdus(site, wet),
        "hall_air": {
            "set_point_k": float(site.halls.air_set_point.min()),
            "alarm_k": float(site.halls.air_alarm.min()),
            "fan_power_w": float(site.halls.coil_fan_power.sum() + site.halls.outdoor_fan_power.sum())
            + float(site.cdus.sidecar_fan_power.sum()),
            "doors": bool((site.halls.door_water_stream > 0.0).any()),
            "outdoor_air": bool((site.halls.outdoor_stream > 0.0).any()),
        },
        "limits": {
            "throttle_temp_k": _lowest(site.rack_classes.throttle_temp[rows]),
            "shutdown_temp_k": _lowest(site.rack_classes.shutdown_temp[rows]),
            "coolant_supply_temp_k": _lowest(site.cdus.supply_alarm[wet]),
        },
    }


def cooled(site: Site, loop: int) -> list[str]:
    """
    Say what a loop cools.

    Parameters
    ----------
    site : Site
        The site.
    loop : int
        Row of its loops.

    Returns
    -------
    list of text
        `CDUS` if units with coolant hang on it, `AIR` if coils of halls do.
    """
    wet = np.bincount(site.cdus.hall, weights=site.cdus.exchanger_conductance > 0, minlength=len(site.halls.name))
    liquid = bool(np.any((site.halls.loop == loop) & (wet > 0)))
    air = bool(np.any((site.halls.air_loop == loop) & (site.halls.coil_conductance > 0)))
    return [name for name, holds in ((CDUS, liquid), (AIR, air)) if holds]


def _plant(loops: Loops, loop: int) -> dict[str, float | bool]:
    """Give the ratings and set points of a loop's plant, SI."""
    units, chillers = loops.cooler_units, loops.chillers
    numbers = {
        "set_point_k": loops.supply_set_point,
        "alarm_k": loops.supply_alarm,
        "stream_w_k": loops.water_stream,
        "pump_power_w": loops.pump_power,
        "cooler_units": units,
        "cooler_fan_power_w": units * loops.cooler_fan_power,
        "chiller_capacity_w": loops.chiller_capacity,
        "chiller_units": loops.chiller_capacity / chillers.unit_capacity,
        "economiser_w_k": loops.condenser.economiser_conductance,
        "condenser_pump_power_w": loops.condenser.pump_power,
        "tank_j_k": loops.tank_capacity,
        "reuse_w": loops.reuse.heat,
    }
    flags = {
        "variable_flow": loops.pumps.variable,
        "condenser_water": loops.condenser.fitted,
        "pads": loops.pads.saturation > 0.0,
    }
    return {name: float(values[loop]) for name, values in numbers.items()} | {
        name: bool(values[loop]) for name, values in flags.items()
    }


def _classes(site: Site) -> list[dict[str, Any]]:
    classes = site.rack_classes
    counts = np.bincount(site.racks.rack_class, minlength=len(classes.name))
    return [
        {
            "name": name,
            "racks": int(counts[row]),
            "rated_power_w": float(classes.rated_power[row]),
            "liquid_fraction": float(classes.liquid_fraction[row]),
        }
        for row, name in enumerate(classes.name)
    ]


def _cdus(site: Site, wet: Flags) -> dict[str, Any] | None:
    """Say what the CDUs with coolant are made for; none where there are none."""
    if not wet.any():
        return None
    cdus = site.cdus
    return {
        "count": int(wet.sum()),
        "sidecars": bool(cdus.sidecar[wet].any()),
        "rated_heat_w": float(cdus.rated_heat[wet].max()),
        "supply_set_point_k": float(cdus.supply_set_point[wet].min()),
        "supply_alarm_k": float(cdus.supply_alarm[wet].min()),
        "pump_power_w": float(cdus.pump_power[wet].sum()),
    }


def _lowest(values: Floats) -> float | None:
    return float(values.min()) if values.size else None
