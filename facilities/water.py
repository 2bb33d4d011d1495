"""Facility water loops of a site, with the plant that was sized for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np

from facilities import sizing
from facilities.chillers import CarnotChiller, Chiller, ElectricChiller, electric_chillers, load_curve
from facilities.coolants import known_range
from facilities.layout import Layout
from facilities.parts import DryCooler, Tower
from facilities.quantity import Number
from facilities.schema import Facility, WaterLoop
from facilities.sizing import WATER_DENSITY, thin_air
from twin.arrays import Floats
from twin.cooling.chillers import LoadCurve
from twin.cooling.dry_coolers import conductance_factor, dry_cooler_conductance
from twin.cooling.tower_curves import CURVES, design_water_ratio
from twin.cooling.towers import conductance_correction, merkel_conductance
from twin.facility_water import (
    TOWER_LAWS,
    Chillers,
    Condenser,
    Loops,
    Pads,
    Reset,
    Reuse,
    carnot_chillers,
    no_condenser,
    plain,
)
from twin.supply.site_rating import SEA_LEVEL

_Table = TypeVar("_Table")

DRY_CYCLES = 2.0
"""Cycles of concentration [1] of loops with dry coolers, which use no water; any number above one would do."""


def loops(facility: Facility, places: Layout, plants: tuple[sizing.Plant, ...]) -> Loops:
    """
    Collect the loops of a site.

    Parameters
    ----------
    facility : Facility
        From `facilities.load`.
    places : Layout
        For the halls.
    plants : tuple of Plant
        Of the liquid loops, if there are any, then of the air loops.

    Returns
    -------
    Loops
        One of each kind a hall.
    """
    cooling = facility.cooling
    kinds = [("air", cooling.air.loop)]
    if cooling.liquid is not None:
        kinds.insert(0, ("liquid", cooling.liquid.loop))
    columns = [_loop(facility, loop, plant) for (_, loop), plant in zip(kinds, plants, strict=True)]
    condensers = [_condenser(loop, plant) for (_, loop), plant in zip(kinds, plants, strict=True)]
    chillers = [
        _chillers(facility, loop, column["chiller_capacity"]) for (_, loop), column in zip(kinds, columns, strict=True)
    ]
    optional: list[dict[str, Any]] = [
        _optional(facility, loop, plant) for (_, loop), plant in zip(kinds, plants, strict=True)
    ]
    arrays: dict[str, Any] = {key: np.concatenate([column[key] for column in columns]) for key in columns[0]}
    return Loops(
        name=tuple(f"{hall}/{kind}" for kind, _ in kinds for hall in places.halls),
        condenser=_joined(condensers),
        chillers=_joined(chillers),
        **{name: _joined([part[name] for part in optional]) for name in optional[0]},
        **arrays,
    )


def _loop(facility: Facility, loop: WaterLoop, plant: sizing.Plant) -> dict[str, Any]:
    catalog, count = facility.catalog, plant.heat.size
    pipe, tank = _cells(loop.pipe_cells), loop.tank
    values = {
        "supply_set_point": loop.supply_temperature.si,
        "supply_alarm": loop.supply_alarm.si,
        "control_band": loop.control_band.si,
        "supply_cells": pipe,
        "return_cells": pipe,
        "tank_cells": 0 if tank is None else _cells(tank.cells),
        **_carnot(catalog.chillers[loop.chiller]),
        "economy": loop.economy.si,
        "hysteresis": loop.hysteresis.si,
        "dwell": loop.dwell.si,
        **_cooler(catalog.coolers[loop.cooler], thin_air(facility)),
    }
    if loop.cycles_of_concentration is not None:
        values["cycles_of_concentration"] = loop.cycles_of_concentration.si
    return {
        **{key: np.full(count, value) for key, value in values.items()},
        "supply_capacity": plant.stream * loop.residence_time.si,
        "return_capacity": plant.stream * loop.residence_time.si,
        "tank_capacity": plant.stream * (0.0 if tank is None else tank.time.si),
        "water_stream": plant.stream,
        "pump_power": plant.pump_power,
        "cooler_units": plant.units,
        "chiller_capacity": _rated(facility, loop) * plant.chiller_capacity,
    }


def _rated(facility: Facility, loop: WaterLoop) -> float:
    """Give the rated capacity of the chillers over that on the design day."""
    machine = facility.catalog.chillers[loop.chiller]
    if not isinstance(machine, ElectricChiller):
        return 1.0
    return float(machine.capacity.si / sizing.design_chiller(facility, loop).capacity[0])


def _carnot(machine: Chiller) -> dict[str, float]:
    """Give the numbers of a chiller by its Carnot fraction, or such as are not read."""
    return {
        "chiller_carnot_fraction": machine.carnot_fraction.si if isinstance(machine, CarnotChiller) else 0.5,
        "chiller_evaporator_approach": machine.evaporator_approach.si,
        "chiller_condenser_approach": machine.condenser_approach.si,
    }


def _chillers(facility: Facility, loop: WaterLoop, capacity: Floats) -> Chillers:
    """Give the chillers of loops of one kind, for their rated capacity."""
    machine, staging, count = facility.catalog.chillers[loop.chiller], loop.staging, capacity.size
    plain = carnot_chillers(capacity)._replace(air_rise=np.full(count, sizing.air_rise(facility, loop)))
    if isinstance(machine, ElectricChiller):
        fits = electric_chillers([machine] * count)
        plain = plain._replace(
            electric=np.ones(count, dtype=bool), machines=fits, load=fits.load, unit_capacity=fits.capacity
        )
    else:
        load = load_curve(machine)
        plain = plain._replace(load=LoadCurve(*(np.repeat(part, count, axis=0) for part in load)))
    if staging is None:
        return plain
    if staging.unit_heat is not None and not isinstance(machine, ElectricChiller):
        plain = plain._replace(unit_capacity=np.full(count, staging.unit_heat.si))
    return plain._replace(
        restart_time=np.full(count, staging.restart_time.si),
        ramp=np.full(count, staging.ramp.si),
        least_run=np.full(count, staging.least_run_time.si),
        least_off=np.full(count, staging.least_off_time.si),
        stop_delay=np.full(count, staging.stop_delay_time.si),
    )


def _joined(tables: Sequence[_Table]) -> _Table:
    """Join arrays of loops of several kinds, and the arrays of tables."""
    first: Any = tables[0]
    if isinstance(first, np.ndarray):
        return cast(_Table, np.concatenate(cast(Sequence[Floats], tables)))
    return cast(_Table, type(first)(*(_joined(part) for part in zip(*cast(Any, tables), strict=True))))


def _optional(facility: Facility, loop: WaterLoop, plant: sizing.Plant) -> dict[str, Any]:
    """Give what loops of one kind may do without."""
    count = plant.heat.size
    parts, cooler = plain(count), facility.catalog.coolers[loop.cooler]
    parts["liquid_range"] = np.tile(known_range(facility.catalog.coolants[loop.coolant]), (count, 1))

    def each(number: Number) -> Floats:
        return np.full(count, number.si)

    if loop.variable_flow is not None:
        parts["pumps"] = parts["pumps"]._replace(
            variable=np.ones(count, dtype=bool),
            least_flow=each(loop.variable_flow.least_flow),
            static_head=each(loop.variable_flow.static_head),
        )
    if loop.reset is not None:
        parts["reset"] = Reset(each(loop.reset.rise), each(loop.reset.low), each(loop.reset.high))
    if loop.reuse is not None:
        own = loop.reuse
        hot = each(own.temperature) + own.condenser_approach.si
        parts["reuse"] = Reuse(each(own.heat) / count, hot, each(own.evaporator_approach), each(own.carnot_fraction))
    if isinstance(cooler, Tower):
        parts["tower_law"] = np.full(count, TOWER_LAWS.index(cooler.curve))
        parts["tower_reference_ratio"] = np.full(count, _reference_ratio(cooler))
        if cooler.basin is not None:
            parts["basin"] = plant.units * cooler.basin.si * WATER_DENSITY
    elif cooler.pads is not None:
        parts["pads"] = Pads(each(cooler.pads.saturation), each(cooler.pads.set_point), each(cooler.pads.band))
    return parts


def _reference_ratio(tower: Tower) -> float:
    """Give a tower's design water over the reference water of its curve."""
    if tower.curve == "merkel":
        return 1.0
    inlet, outlet, wet_bulb = tower.water_inlet.si, tower.water_outlet.si, tower.wet_bulb.si
    return design_water_ratio(CURVES[tower.curve], inlet - outlet, wet_bulb, outlet - wet_bulb)


def _cells(number: Number | None) -> int:
    return 1 if number is None else number.count


def _condenser(loop: WaterLoop, plant: sizing.Plant) -> Condenser:
    count, water = plant.heat.size, loop.condenser
    if water is None:
        return no_condenser(count)
    approach = water.economiser_approach
    return Condenser(
        fitted=np.ones(count, dtype=bool),
        stream=plant.condenser_stream,
        capacity=plant.condenser_stream * water.residence_time.si,
        pump_power=plant.condenser_pump_power,
        # With equal streams the difference is the approach all along the exchanger.
        economiser_conductance=np.zeros(count) if approach is None else plant.heat / approach.si,
        approach=np.full(count, water.tower_approach.si),
        least_temperature=np.full(count, water.least_temperature.si),
    )


def _cooler(cooler: DryCooler | Tower, thin: float) -> dict[str, float]:
    """Give one cooler at its rating point, in the air of its site: fans move the same volume, and less mass."""
    inlet, flow, heat = cooler.water_inlet.si, cooler.air_flow.si, cooler.heat.si
    stream = heat / (inlet - cooler.water_outlet.si)
    common = {
        "cooler_water_stream": stream,
        "cooler_air_flow": flow * thin,
        "cooler_fan_power": cooler.fan_power.si * thin,
    }
    if isinstance(cooler, DryCooler):
        rated = dry_cooler_conductance(inlet, stream, flow, cooler.dry_bulb.si, heat)
        return {
            **common,
            "evaporative": False,
            "cooler_conductance": rated * float(conductance_factor(np.asarray(thin), np.asarray(1.0))),
            "cooler_design_wet_bulb": cooler.dry_bulb.si,
            "cycles_of_concentration": DRY_CYCLES if cooler.pads is None else cooler.pads.cycles_of_concentration.si,
            "drift_fraction": 0.0,
        }
    rated = merkel_conductance(inlet, stream, flow, cooler.wet_bulb.si, heat, SEA_LEVEL)
    # The correction ends at its design air: below sea level, where air is a per cent thicker, it is left at one.
    corrected = conductance_correction(np.asarray(thin), np.asarray(1.0), np.asarray(0.0)).factor
    return {
        **common,
        "evaporative": True,
        "cooler_conductance": rated * float(corrected),
        "cooler_design_wet_bulb": cooler.wet_bulb.si,
        "cycles_of_concentration": cooler.cycles_of_concentration.si,
        "drift_fraction": cooler.drift_fraction.si,
    }
