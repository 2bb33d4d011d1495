"""Failures in halls, at rest: coils, dampers, pads and heat pumps out on the worse design day at full load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from facilities.build import Sized
from facilities.schema import Facility
from scenarios.capacity.standing import weathers
from twin.errors import StateError
from twin.site import Site
from twin.year import limits
from twin.year.steady import Steps, steady

MOST_UNITS = 20
"""Units of coils in a hall that are told apart at most; margins hardly say more."""

COLUMNS = {
    "part": pl.String,
    "out": pl.Float64,
    "of": pl.Float64,
    "rack_air_temp_max_k": pl.Float64,
    "air_over_alarm_k": pl.Float64,
    "coolant_supply_temp_max_k": pl.Float64,
    "chip_margin_min_k": pl.Float64,
    "power_given_up": pl.Float64,
    "says": pl.String,
}
"""Columns of the table of halls at rest."""


class Case(NamedTuple):
    """
    One failure in every hall.

    Attributes
    ----------
    part : text
        What fails.
    out, of : [1]
        Units that are out, of how many of a hall.
    site : Site
        With what is left.
    """

    part: str
    out: float
    of: float
    site: Site


def cases(facility: Facility, site: Site) -> Iterator[Case]:
    """
    List what may fail in a site's halls.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.

    Yields
    ------
    Case
        The undisturbed site first.

    Notes
    -----
    Coils are as many units as make their margin one of them: a margin of 1.25 is one in five to spare.
    """
    yield Case("nothing", 0, 0, site)
    margin, halls, loops = facility.cooling.air.coil_margin.si, site.halls, site.loops
    units = min(max(round(margin / max(margin - 1.0, 1e-9)), 2), MOST_UNITS)
    for out in (1, 2):
        left = 1.0 - out / units
        parts = ("coil_conductance", "coil_air_stream", "coil_water_stream", "coil_fan_power")
        less = {name: left * getattr(halls, name) for name in parts}
        if left > 0.0:
            yield Case("fan coils of a hall", out, units, site._replace(halls=halls._replace(**less)))
    if halls.outdoor_stream.any():
        shut = halls._replace(outdoor_stream=0.0 * halls.outdoor_stream)
        yield Case("dampers of outdoor air, shut", 1, 1, site._replace(halls=shut))
    if halls.outdoor_saturation.any() or loops.pads.saturation.any():
        dry = halls._replace(outdoor_saturation=0.0 * halls.outdoor_saturation)
        pads = loops.pads._replace(saturation=0.0 * loops.pads.saturation)
        yield Case("water of pads", 1, 1, site._replace(halls=dry, loops=loops._replace(pads=pads)))
    if loops.reuse.heat.any():
        none = loops.reuse._replace(heat=0.0 * loops.reuse.heat)
        yield Case("heat pumps, or their buyer", 1, 1, site._replace(loops=loops._replace(reuse=none)))


def table(facility: Facility, site: Site, parts: Sized) -> pl.DataFrame:
    """
    Solve every case at rest.

    Parameters
    ----------
    facility : Facility
        The site.
    site : Site
        As built from it.
    parts : Sized
        Its racks and plant.

    Returns
    -------
    frame
        A row a case, of `COLUMNS`: the worse of the dry and the humid design day, all racks at full load.
    """
    rows = [_solved(facility, parts, case) for case in cases(facility, site)]
    return pl.DataFrame(rows, schema=COLUMNS)


def _solved(facility: Facility, parts: Sized, case: Case) -> dict[str, Any]:
    row: dict[str, Any] = {"part": case.part, "out": float(case.out), "of": float(case.of)}
    days = weathers(facility)
    of = limits.full(case.site, np.array([model.design_power for model in parts.models.values()]))
    air = limits.outdoors(days.dry[days.design], days.wet[days.design], case.site.altitude_pressure)
    full = np.ones((1, len(days.design), 1))
    works = of.works._replace(level=full, weight=full)
    try:
        return row | _figures(of, steady(of.plan, works, air)) | {"says": ""}
    except StateError:
        return row | {"says": "water boils: no coils, or too few, for that heat"}


def _figures(of: limits.Full, found: Steps) -> dict[str, float | None]:
    own = of.plan.kinds
    classes, row, wet = own.classes, own.racks.rack_class, own.cdu_stream > 0.0
    chips = classes.accelerators[row] > 0.0
    margin = (classes.throttle_temp[row] - found.worst)[:, chips]
    return {
        "rack_air_temp_max_k": float(found.air.max()),
        "air_over_alarm_k": float((found.air - own.halls.air_alarm).max()),
        "coolant_supply_temp_max_k": float(found.coolant[:, wet].max()) if wet.any() else None,
        "chip_margin_min_k": float(margin.min()) if chips.any() else None,
        "power_given_up": float(found.lost.max()),
    }
