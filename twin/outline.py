"""What a reader of a run has to know of its site: halls, loops and the limits of chips and coolant."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.site import Floats, Site

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
        ``halls`` (name, racks), ``loops`` (name, what it cools, towers or dry coolers) and ``limits`` (lowest
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
            }
            for loop, name in enumerate(loops.name)
        ],
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


def _lowest(values: Floats) -> float | None:
    return float(values.min()) if values.size else None
