"""Whether outdoor air carries, on design days, what a site's coils are not sized for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from facilities.coils import Coils, coil_share
from facilities.schema import Facility
from twin.cooling.air_intake import intake
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import dew_point, humidity_ratio_from_wet_bulb
from twin.errors import Fault
from twin.site import Site


def faults(facility: Facility, site: Site, sized: Coils) -> Iterator[Fault]:
    """
    Find what outdoor air cannot do on the dry and on the humid design day.

    Parameters
    ----------
    facility : Facility
        As loaded.
    site : Site
        As built.
    sized : Coils
        Its coils.

    Yields
    ------
    Fault
        Nothing where the coils are sized for all heat.
    """
    air, share = facility.cooling.air, coil_share(facility.cooling.air)
    if share >= 1.0:
        return
    if air.outdoor_air is None:
        message = "leaves heat to outdoor air, but cooling.air.outdoor_air is missing; add it, or take this out"
        yield Fault("cooling.air.coil_share", message)
        return
    for day, outdoors in _design_days(facility):
        dew = float(dew_point(np.asarray(outdoors.humidity_ratio), outdoors.pressure))
        if not air.outdoor_air.lowest_dew_point.si <= dew <= air.outdoor_air.highest_dew_point.si:
            message = f"shuts the dampers on the {day} day, at a dew point of {_celsius(dew)}"
            yield Fault("cooling.air.outdoor_air.highest_dew_point", f"{message}; raise it, or coil_share")
        offered = intake(site.halls, outdoors).dry_bulb
        carried = site.halls.outdoor_stream * (sized.returned - offered)
        left = sized.heat / share - sized.heat
        short = left - carried
        worst = int(short.argmax())
        if short[worst] > 0.0:
            message = (
                f"leaves {_mw(left[worst])} of {site.halls.name[worst]} to outdoor air, which enters at "
                f"{_celsius(offered[worst])} on the {day} day and carries {_mw(carried[worst])}; raise it, or the set "
                "point, or let pads cool the air further"
            )
            yield Fault("cooling.air.coil_share", message)


def _design_days(facility: Facility) -> Iterator[tuple[str, Outdoors]]:
    """Give the outdoor air of the dry and of the humid design day, at their warmest."""
    climate, pressure = facility.climate, facility.location.pressure.si
    dry, wet = climate.design_dry_bulb, climate.design_wet_bulb
    for day, warm, humid in (
        ("design", dry, climate.coincident_wet_bulb or wet),
        ("humid design", climate.coincident_dry_bulb or dry, wet),
    ):
        bulb = min(humid.si, warm.si)
        moisture = float(humidity_ratio_from_wet_bulb(np.asarray(warm.si), np.asarray(bulb), pressure))
        yield day, Outdoors(warm.si, bulb, moisture, pressure)


def _mw(value: float) -> str:
    return f"{value / 1e6:.4g} MW"


def _celsius(value: float) -> str:
    return f"{value - 273.15:.1f} degC"
