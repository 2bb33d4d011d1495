"""What drawings of a site say of its design beyond what the physics reads: parts by title, redundancy, voltages."""

from __future__ import annotations

from typing import Any

from facilities.coolants import mean_temperature, volumetric_heat
from facilities.parts import PathStage
from facilities.quantity import Difference
from facilities.schema import Facility, WaterLoop
from twin.outline import AIR, CDUS


def design(facility: Facility) -> dict[str, Any]:
    """
    Describe a site's parts for drawings.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.

    Returns
    -------
    dict
        ``halls``, ``mechanical`` and ``common``, rows of stages from the load upwards, main transformers last:
        ``part``, ``law`` of its loss, ``redundancy``, and ``voltage_v`` of what it gives [V] or none. ``water``, by
        what a loop cools: titles of its parts and of its coolant, and ``heat_j_m3_k``, what that takes of heat.
        ``cdu``, its part or none, ``fan_coil``, and ``supply``, own generation and storage in words.
    """
    power, cooling, catalog = facility.power, facility.cooling, facility.catalog
    liquid, beside = cooling.liquid, cooling.sidecar
    cdu = None if liquid is None else catalog.cdus[liquid.cdu].title
    water = {AIR: _water(facility, cooling.air.loop, cooling.air.water_rise)}
    if liquid is not None:
        water[CDUS] = _water(facility, liquid.loop, catalog.cdus[liquid.cdu].design_rise)
    return {
        "halls": [_stage(facility, stage) for stage in power.hall],
        "mechanical": [_stage(facility, stage) for stage in power.mechanical],
        "common": [*(_stage(facility, stage) for stage in power.common), _transformers(facility)],
        "water": water,
        "cdu": cdu if beside is None else catalog.sidecars[beside.sidecar].title,
        "fan_coil": catalog.fan_coils[cooling.air.fan_coil].title,
        "supply": [_supply(facility, name) for name in facility.supply],
    }


def _stage(facility: Facility, stage: PathStage) -> dict[str, Any]:
    return {
        "part": facility.catalog.converters[stage.converter].title,
        "law": facility.catalog.converters[stage.converter].law,
        "redundancy": stage.redundancy,
        "voltage_v": None if stage.voltage is None else stage.voltage.si,
    }


def _transformers(facility: Facility) -> dict[str, Any]:
    grid = facility.connection
    spare = grid.spare_transformers.count
    return {
        "part": facility.catalog.converters[grid.transformer].title,
        "law": "transformer",
        "redundancy": f"N+{spare} at each point" if spare else "N",
        "voltage_v": grid.campus_voltage.si,
    }


def _water(facility: Facility, loop: WaterLoop, rise: Difference) -> dict[str, Any]:
    catalog = facility.catalog
    coolant = catalog.coolants[loop.coolant]
    return {
        "cooler": catalog.coolers[loop.cooler].title,
        "chiller": catalog.chillers[loop.chiller].title,
        "coolant": coolant.title,
        "heat_j_m3_k": volumetric_heat(coolant, mean_temperature(loop.supply_temperature, rise)),
    }


def _supply(facility: Facility, name: str) -> str:
    supply = facility.supply[name]
    units = "" if supply.units is None else f"{supply.units.count} of "
    given = supply.unit_power or supply.power
    power = "" if given is None else f", {units if given is supply.unit_power else ''}{given.value}"
    kind = "UPS" if supply.kind == "ups" else supply.kind.replace("_", " ")
    own = "" if name.lower() == supply.kind else f"{name.replace('_', ' ')}: "
    return f"{own}{kind}{power}, {supply.role}"
