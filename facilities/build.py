"""From a facility to the site that the physics reads. Units end here."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from facilities import coils, sizing, water
from facilities.coils import Coils
from facilities.coolants import known_range, mean_temperature, volumetric_heat
from facilities.layout import Layout, layout, sums
from facilities.parts import Transformer
from facilities.racks import Model, model, rack_classes
from facilities.schema import AirCooling, Facility, LiquidCooling, SidecarCooling
from twin.cooling.air_side import coil_conductance
from twin.cooling.dry_coolers import conductance_factor
from twin.errors import FacilityError, Fault
from twin.site import Cdus, Connection, Floats, Halls, PowerChain, Racks, Site, Stage

ADVICE = "; `twin check` says more"
"""After the reason why a site cannot be built; untrue of one that no file has."""

_Values = dict[str, float | tuple[float, float] | Floats]

DRY_GROUP_CAPACITY = 1e6
"""Heat capacity [J/K] on either side of a group of racks without coolant; nothing flows there."""


DRY_VALVE = 50.0
"""Rangeability [1] of the valve of such a group; nothing flows there."""


class Sized(NamedTuple):
    """
    A site's racks with what was sized for them.

    Attributes
    ----------
    models : name to Model
        Classes of racks.
    places : Layout
        Where they stand.
    heat : Heat
        At full load.
    coils : Coils
        Fan coils.
    fans : (hall,) [W]
        Coil fans at full speed.
    pumps : (cdu,) [W]
        CDU pumps.
    plants : tuple of Plant
        Of the liquid loops, if there are any, then of the air loops.
    chain : PowerChain
        Up to the point of connection.
    peak_power : [W]
        At the point of connection, at full load on the design day.
    """

    models: dict[str, Model]
    places: Layout
    heat: sizing.Heat
    coils: Coils
    fans: Floats
    pumps: Floats
    plants: tuple[sizing.Plant, ...]
    chain: PowerChain
    peak_power: float


def site(facility: Facility) -> Site:
    """
    Build the site that the physics reads.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.

    Returns
    -------
    Site
        SI arrays.

    Raises
    ------
    FacilityError
        When no part can do what the facility asks of it.
    """
    try:
        return site_of(facility, sized(facility))
    except ValueError as error:
        message = f"cannot be built: {error}{ADVICE}"
        raise FacilityError(facility.name, [Fault("", message)]) from error


def sized(facility: Facility) -> Sized:
    """
    Lay out a facility and size its plant and supply.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.

    Returns
    -------
    Sized
        Everything that follows from racks and margins.
    """
    places = layout(facility)
    models = {name: model(facility.catalog, name, _coolant_temperature(facility)) for name in places.classes}
    heat, hall_path = sizing.heat(facility, models, places)
    air, liquid, beside = facility.cooling.air, facility.cooling.liquid, facility.cooling.sidecar
    wet = np.asarray(heat.liquid > 0.0, dtype=float)
    pumps, blowers, blown = np.zeros((3, len(places.cdus)))
    if beside is not None:
        sidecar = facility.catalog.sidecars[beside.sidecar]
        pumps, blowers, blown = (
            part * wet for part in (sidecar.pump_power.si, sidecar.fan_power.si, sidecar.rating[1])
        )
        heat = heat._replace(air=heat.air + sums(places.cdu_hall, heat.liquid + pumps + blowers, len(places.halls)))
    hot = heat.air - coils.door_heat(air, models, places)
    fans = sizing.hall_fans(facility, facility.catalog.fan_coils[air.fan_coil].fan_share.si, hot)
    plants: list[sizing.Plant] = []
    if liquid is not None:
        pumps = wet * facility.catalog.cdus[liquid.cdu].pump_power.si
        load = sums(places.cdu_hall, heat.liquid + pumps, len(places.halls))
        stream = sums(places.cdu_hall, wet * _primary_stream(facility, liquid), len(places.halls))
        plants.append(sizing.plant(facility, liquid.loop, load, stream, facility.catalog.cdus[liquid.cdu].design_rise))
    carried = coils.coil_share(air) * (heat.air + fans)
    plants.append(sizing.plant(facility, air.loop, carried, carried / air.water_rise.si, air.water_rise))
    dampers = 0.0 if air.outdoor_air is None else air.outdoor_air.fan_share.si
    cooling = (
        sizing.hall_fans(facility, dampers, heat.air).sum()
        + pumps.sum()
        + blowers.sum()
        + fans.sum()
        + sum(float(plant.peak_power.sum()) for plant in plants)
    )
    rated = np.array([models[name].rack.rated_power.si for name in places.classes])[places.rack_class].sum()
    house = float(rated * sum(part.share.si for part in facility.power.house))
    chain, peak = _chain(facility, hall_path, float(heat.feeders.sum()), float(cooling), house)
    sized_coils = coils.size(air, models, places, hot, fans, sums(places.cdu_hall, blown, len(places.halls)))
    return Sized(models, places, heat, sized_coils, fans, pumps, tuple(plants), chain, peak)


def site_of(facility: Facility, parts: Sized) -> Site:
    """
    Collect the tables of a site.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.
    parts : Sized
        From `sized`.

    Returns
    -------
    Site
        SI arrays.
    """
    places = parts.places
    return Site(
        name=facility.name,
        altitude_pressure=facility.location.pressure.si,
        rack_classes=rack_classes(parts.models),
        racks=Racks(places.racks, places.rack_class, places.rack_cdu, places.cdu_hall[places.rack_cdu]),
        cdus=_cdus(facility, parts),
        halls=_halls(facility, parts),
        loops=water.loops(facility, parts.places, parts.plants),
        chain=parts.chain,
        connection=_connection(facility),
    )


def _primary_stream(facility: Facility, liquid: LiquidCooling) -> float:
    unit_ = facility.catalog.cdus[liquid.cdu]
    return unit_.rated_heat.si / unit_.design_rise.si


def _chain(
    facility: Facility, hall_path: tuple[Stage, ...], feeders: float, cooling: float, house: float
) -> tuple[PowerChain, float]:
    """Size the paths above halls and plant, and give the power at the point of connection."""
    mechanical, plant = sizing.path(facility, facility.power.mechanical, np.array([cooling + house]))
    common, head = sizing.path(facility, facility.power.common, feeders + plant)
    grid = facility.connection
    part = sizing.at_height(facility, grid.transformer)
    transformers = Stage("main_transformer", np.array([float(_transformers(facility))]), part.rating, part.curve, False)
    head = head + sizing.stage_loss(transformers, head)
    return PowerChain(hall_path, mechanical, (*common, transformers), house), float(head[0])


def _transformers(facility: Facility) -> int:
    """Count main transformers: as many as each point's rating needs, and the spare ones."""
    grid = facility.connection
    part = sizing.at_height(facility, grid.transformer)
    needed = math.ceil(grid.rating.si / grid.points.count / part.rating - 1e-9)
    return grid.points.count * (needed + grid.spare_transformers.count)


def _cdus(facility: Facility, parts: Sized) -> Cdus:
    places, count = parts.places, len(parts.places.cdus)
    liquid = facility.cooling.liquid
    if facility.cooling.sidecar is not None:
        values = _sidecar(facility, facility.cooling.sidecar, parts)
    else:
        values = _dry_group(facility.cooling.air) if liquid is None else _coolant_unit(facility, liquid, parts)
    arrays: dict[str, Any] = {
        key: np.tile(value, (count, 1)) if isinstance(value, tuple) else np.broadcast_to(value, count).copy()
        for key, value in values.items()
    }
    return Cdus(
        name=places.cdus,
        hall=places.cdu_hall,
        rack_start=np.searchsorted(places.rack_cdu, np.arange(count + 1)).astype(np.int64),
        pump_power=parts.pumps,
        **arrays,
    )


def _coolant(parts: Sized) -> Floats:
    """Give the coolant that the racks of each CDU take (cdu,) [W/K]."""
    each = np.array([rack.coolant_stream for rack in parts.models.values()])
    return sums(parts.places.rack_cdu, each[parts.places.rack_class], len(parts.places.cdus))


def _coolant_unit(facility: Facility, liquid: LiquidCooling, parts: Sized) -> _Values:
    """Describe CDUs by their rating, which holds for those with most racks; films of the others are at their part."""
    unit_, stream = facility.catalog.cdus[liquid.cdu], _coolant(parts)
    coolant = facility.catalog.coolants[unit_.coolant]
    heat = volumetric_heat(coolant, _coolant_temperature(facility))
    return {
        "supply_set_point": liquid.supply_temperature.si,
        "supply_alarm": liquid.supply_alarm.si,
        "supply_capacity": unit_.supply_volume.si * heat,
        "return_capacity": unit_.return_volume.si * heat,
        "sidecar": False,
        "sidecar_fan_power": 0.0,
        "primary_stream": _primary_stream(facility, liquid),
        # With equal streams the difference is the approach all along the exchanger.
        "exchanger_conductance": unit_.rated_heat.si / unit_.approach.si,
        "coolant_part": stream / max(float(stream.max()), 1e-9),
        "fouling": unit_.fouling.si,
        "rated_heat": unit_.rated_heat.si,
        "coolant_range": known_range(facility.catalog.coolants[unit_.coolant]),
        "pump_fixed_head": unit_.pump_fixed_head.si,
        "valve_rangeability": unit_.valve_rangeability.si,
        "valve_authority": unit_.valve_authority.si,
        "valve_gain": unit_.valve_gain.si,
        "valve_integral_time": unit_.valve_integral_time.si,
        "valve_stroke_time": unit_.valve_stroke_time.si,
    }


def _sidecar(facility: Facility, cooling: SidecarCooling, parts: Sized) -> _Values:
    """Describe sidecars by their rating; their coil's films are taken at the flow of the racks that each serves."""
    unit_, stream = facility.catalog.sidecars[cooling.sidecar], _coolant(parts)
    heat = volumetric_heat(facility.catalog.coolants[unit_.coolant], _coolant_temperature(facility))
    _, air, rated, _ = unit_.rating
    films = conductance_factor(np.ones(stream.size), stream / rated)
    return {
        "supply_set_point": cooling.supply_temperature.si,
        "supply_alarm": cooling.supply_alarm.si,
        "supply_capacity": unit_.supply_volume.si * heat,
        "return_capacity": unit_.return_volume.si * heat,
        "sidecar": True,
        "sidecar_fan_power": np.where(stream > 0.0, unit_.fan_power.si, 0.0),
        "primary_stream": np.where(stream > 0.0, air, 0.0),
        "exchanger_conductance": coil_conductance(*unit_.rating) * films,
        "coolant_part": 1.0,
        "fouling": 0.0,
        "rated_heat": unit_.rated_heat.si,
        "coolant_range": known_range(facility.catalog.coolants[unit_.coolant]),
        "pump_fixed_head": unit_.pump_fixed_head.si,
        "valve_rangeability": DRY_VALVE,
        "valve_authority": 1.0,
        "valve_gain": unit_.fan_gain.si,
        "valve_integral_time": unit_.fan_integral_time.si,
        "valve_stroke_time": unit_.fan_ramp_time.si,
    }


def _coolant_temperature(facility: Facility) -> float:
    """Give the racks' mean coolant temperature [K] at design; that of their air where there is no coolant."""
    liquid, beside = facility.cooling.liquid, facility.cooling.sidecar
    if beside is not None:
        return mean_temperature(beside.supply_temperature, facility.catalog.sidecars[beside.sidecar].coolant_fall)
    if liquid is None:
        return facility.cooling.air.set_point.si
    return mean_temperature(liquid.supply_temperature, facility.catalog.cdus[liquid.cdu].design_rise)


def _dry_group(air: AirCooling) -> _Values:
    """Describe a group of racks in a site without coolant: nothing flows, and its temperature stands still."""
    return {
        "supply_set_point": air.set_point.si,
        "supply_alarm": air.alarm.si,
        "supply_capacity": DRY_GROUP_CAPACITY,
        "return_capacity": DRY_GROUP_CAPACITY,
        "sidecar": False,
        "sidecar_fan_power": 0.0,
        "primary_stream": 0.0,
        "exchanger_conductance": 0.0,
        "coolant_part": 1.0,
        "fouling": 0.0,
        "rated_heat": 0.0,
        "coolant_range": (0.0, np.inf),
        "pump_fixed_head": 0.0,
        "valve_rangeability": DRY_VALVE,
        "valve_authority": 1.0,
        "valve_gain": 0.0,
        "valve_integral_time": 1.0,
        "valve_stroke_time": 1.0,
    }


def _halls(facility: Facility, parts: Sized) -> Halls:
    places, air = parts.places, facility.cooling.air
    halls = len(places.halls)
    rows = np.arange(halls, dtype=np.int64)
    racks = sums(places.cdu_hall[places.rack_cdu], np.ones(len(places.racks)), halls)
    last, least_speed = parts.chain.hall_path[-1], facility.catalog.fan_coils[air.fan_coil].least_speed
    return Halls(
        name=places.halls,
        loop=rows,
        air_loop=rows + halls * (len(parts.plants) - 1),
        cdu_start=np.searchsorted(places.cdu_hall, np.arange(halls + 1)).astype(np.int64),
        air_capacity=air.capacity_per_rack.si * racks,
        air_set_point=np.full(halls, air.set_point.si),
        air_alarm=np.full(halls, air.alarm.si),
        recirculation=np.full(halls, air.recirculation.si),
        bypass=np.full(halls, air.bypass.si),
        coil_conductance=coils.conductance(parts.coils),
        coil_air_stream=parts.coils.margin * parts.coils.air_stream,
        coil_water_stream=parts.coils.water_stream,
        # All valves open, coils and doors take the loop's water, no more.
        door_water_stream=coils.door_heat(air, parts.models, places) / air.water_rise.si,
        coil_fan_power=parts.fans,
        coil_least_speed=np.full(halls, 0.0 if least_speed is None else least_speed.si),
        feeder_rating=last.units * last.rating,
        **_outdoor_air(facility, parts),
    )


def _outdoor_air(facility: Facility, parts: Sized) -> dict[str, Floats]:
    """Describe the air-side economisers; without any, nothing is let in."""
    halls, wanted = len(parts.places.halls), facility.cooling.air.outdoor_air
    if wanted is None:
        return {name: np.zeros(halls) for name in Halls._fields if name.startswith("outdoor_")}
    pads = wanted.pads
    return {
        "outdoor_saturation": np.full(halls, 0.0 if pads is None else pads.saturation.si),
        "outdoor_pad_set_point": np.full(halls, 0.0 if pads is None else pads.set_point.si),
        "outdoor_stages": np.full(halls, 0.0 if pads is None or pads.stages is None else pads.stages.si),
        "outdoor_stream": wanted.part.si * parts.coils.needed,
        "outdoor_fan_power": sizing.hall_fans(facility, wanted.fan_share.si, parts.heat.air),
        "outdoor_lowest": np.full(halls, wanted.lowest_dew_point.si),
        "outdoor_highest": np.full(halls, wanted.highest_dew_point.si),
    }


def _connection(facility: Facility) -> Connection:
    grid = facility.connection
    transformer = facility.catalog.converters[grid.transformer]
    if not isinstance(transformer, Transformer):
        message = f"connection.transformer {grid.transformer!r} is no transformer"
        raise TypeError(message)
    return Connection(
        rating=grid.rating.si,
        voltage=grid.voltage.si,
        campus_voltage=grid.campus_voltage.si,
        frequency=grid.frequency.si,
        points=grid.points.count,
        power_factor=grid.power_factor.si,
        short_circuit_power=grid.short_circuit_power.si,
        reactance_ratio=grid.reactance_ratio.si,
        source_voltage=grid.source_voltage.si,
        voltage_low=grid.voltage_low.si,
        voltage_high=grid.voltage_high.si,
        transformers=_transformers(facility),
        transformer_rating=transformer.rating.si,
        transformer_impedance=transformer.impedance.si,
        transformer_reactance_ratio=transformer.reactance_ratio.si,
        transformer_no_load_loss=transformer.no_load_loss.si,
        transformer_load_loss=transformer.load_loss.si,
    )
