"""Whether a dry cooler or a tower can do what its entry says, and serve the water that it is given."""

from __future__ import annotations

from facilities.parts import DryCooler, Tower
from twin.cooling.dry_coolers import dry_cooler_conductance
from twin.cooling.psychrometrics import AIR_HEAT, CELSIUS
from twin.cooling.towers import merkel_conductance

GLYCOL = "pg25"
"""Law of the liquid that may not go over an open tower: it would be lost with drift and blowdown."""


def impossible(cooler: DryCooler | Tower, pressure: float) -> str:
    """
    Say why no cooler has such a rating point.

    Parameters
    ----------
    cooler
        Entry of a catalog.
    pressure : [Pa]
        Air pressure of the site.

    Returns
    -------
    text
        Empty if there is one.
    """
    outdoors, called = (cooler.dry_bulb, "dry_bulb") if isinstance(cooler, DryCooler) else (cooler.wet_bulb, "wet_bulb")
    inlet, outlet = cooler.water_inlet, cooler.water_outlet
    if not outdoors.si < outlet.si < inlet.si:
        return (
            f"must have {called} below water_outlet and that below water_inlet; got {outdoors.value!r}, "
            f"{outlet.value!r} and {inlet.value!r}"
        )
    heat, air = cooler.heat.si, cooler.air_flow.si
    stream = heat / (inlet.si - outlet.si)
    try:
        if isinstance(cooler, DryCooler):
            dry_cooler_conductance(inlet.si, stream, air, outdoors.si, heat)
        else:
            merkel_conductance(inlet.si, stream, air, outdoors.si, heat, pressure)
    except ValueError as error:
        if isinstance(cooler, Tower):
            return f"has no such rating point: {error}"
        leaves = outdoors.si + heat / (air * AIR_HEAT) - CELSIUS
        return (
            f"has no such rating point: {cooler.air_flow.value} of air takes {cooler.heat.value} only if it leaves "
            f"with {leaves:.1f} degC, and the water comes with {inlet.value}; give more air, or less heat"
        )
    return ""
