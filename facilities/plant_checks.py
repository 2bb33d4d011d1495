"""Whether the plant of a facility carries its heat on the design day, within the ranges of its parts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from facilities import sizing
from facilities.schema import FULL_PLANT, Facility, WaterLoop
from twin.cooling import cooler_tables
from twin.cooling.chillers import FullLoad
from twin.cooling.plant_tables import Outdoors, own_settings
from twin.cooling.psychrometrics import humidity_ratio_from_wet_bulb
from twin.errors import Fault
from twin.site import Floats, Integers, Loops, Site

LEAST_CELL_TIME = 2.0
"""Least residence time [s] of a cell of water: shorter ones cost steps and show nothing that controls see. Assumed."""


def faults(facility: Facility, site: Site, heat: Floats) -> Iterator[Fault]:
    """
    Find what the plant of a facility cannot do.

    Parameters
    ----------
    facility : Facility
        As loaded.
    site : Site
        As built.
    heat : (loop,) [W]
        Of each loop at full load.

    Yields
    ------
    Fault
        One for each kind of loop and each limit that it crosses.
    """
    kinds = {"air": facility.cooling.air.loop}
    if facility.cooling.liquid is not None:
        kinds = {"liquid": facility.cooling.liquid.loop, **kinds}
    coolers = _coolers(facility, site.loops, heat, site.altitude_pressure)
    for kind, loop in kinds.items():
        place = f"cooling.{kind}.loop"
        rows = np.array([row for row, name in enumerate(site.loops.name) if name.endswith(f"/{kind}")], dtype=np.int64)
        yield from _parts(facility, loop, place)
        if rows.size == 0:
            continue
        if np.any((site.loops.water_stream[rows] <= 0.0) & (heat[rows] > 0.0)):
            yield Fault(place, "has no flow of water, but heat at rated power; give it CDUs or coils that take water")
        elif loop.condenser is None:
            yield from _direct(site.loops, heat, coolers, rows, place)
        else:
            yield from _through_condenser(sizing.design_chiller(facility, loop), site.loops, heat, coolers, rows, place)


def _parts(facility: Facility, loop: WaterLoop, place: str) -> Iterator[Fault]:
    """Check what does not depend on the loops' heat."""
    machine = sizing.design_chiller(facility, loop)
    if loop.chiller_share.si > 0.0 and not machine.inside[0]:
        into = "wet bulb and tower approach" if loop.condenser is not None else "dry bulb"
        message = (
            f"{loop.chiller!r} is outside of its range on the design day, with water of "
            f"{loop.supply_temperature.value} and the design {into}; its values there are an extrapolation. Take "
            "another chiller, or correct these"
        )
        yield Fault(f"{place}.chiller", message)
    pipe = 1 if loop.pipe_cells is None else loop.pipe_cells.count
    parts = [("residence_time", loop.residence_time, pipe)]
    if loop.tank is not None:
        parts.append(("tank.time", loop.tank.time, loop.tank.cells.count))
    for name, time, count in parts:
        if time.si / count < LEAST_CELL_TIME:
            message = f"is {time.value} in {count} cells; give at least {LEAST_CELL_TIME:g} s a cell, or fewer cells"
            yield Fault(f"{place}.{name}", message)
    rise = 0.0 if loop.reset is None else loop.reset.rise.si
    if loop.supply_temperature.si + rise >= loop.supply_alarm.si:
        message = f"raises the supply to {_celsius(loop.supply_temperature.si + rise)}, where its alarm stands at"
        yield Fault(f"{place}.reset.rise", f"{message} {loop.supply_alarm.value}; lower the rise, or raise the alarm")


def _direct(loops: Loops, heat: Floats, coolers: Floats, rows: Integers, place: str) -> Iterator[Fault]:
    short = heat - coolers - loops.chiller_capacity
    worst = rows[short[rows].argmax()]
    if short[worst] > 0.0:
        message = (
            f"cannot hold {_celsius(loops.supply_set_point[worst])} on the design day at full load: of "
            f"{_mw(heat[worst])} in {loops.name[worst]}, coolers reject {_mw(coolers[worst])} and chillers take "
            f"{_mw(loops.chiller_capacity[worst])}. Raise cooler_margin, chiller_share or the supply temperature"
        )
        yield Fault(place, message)


def _through_condenser(
    machine: FullLoad, loops: Loops, heat: Floats, coolers: Floats, rows: Integers, place: str
) -> Iterator[Fault]:
    """Check chillers, which carry the design day alone, and the towers that take their heat and power."""
    able = loops.chiller_capacity / loops.chillers.unit_capacity * machine.capacity[0]
    if machine.capacity[0] <= 1.0:
        able = loops.chiller_capacity
    worst = rows[(heat - able)[rows].argmax()]
    if heat[worst] > able[worst]:
        message = (
            f"cannot hold {_celsius(loops.supply_set_point[worst])} on the design day at full load: of "
            f"{_mw(heat[worst])} in {loops.name[worst]}, chillers take {_mw(able[worst])}. Raise chiller_share"
        )
        yield Fault(place, message)
    rejected = heat * (1.0 + 1.0 / machine.performance[0]) + loops.condenser.pump_power
    worst = rows[(rejected - coolers)[rows].argmax()]
    if rejected[worst] > coolers[worst]:
        reject = "cell rejects" if round(loops.cooler_units[worst]) == 1 else "cells reject"
        message = (
            f"gives its towers {_mw(rejected[worst])} in {loops.name[worst]} on the design day at full load; "
            f"{loops.cooler_units[worst]:.0f} {reject} {_mw(coolers[worst])} at the tower approach. Raise "
            "cooler_margin or condenser.tower_approach"
        )
        yield Fault(place, message)


def _coolers(facility: Facility, loops: Loops, heat: Floats, pressure: float) -> Floats:
    """Give the heat [W] that all coolers of each loop reject with fans at full speed."""
    climate, condenser, one = facility.climate, loops.condenser, np.ones(heat.size)
    dry, wet = climate.design_dry_bulb.si, min(climate.design_wet_bulb.si, climate.design_dry_bulb.si)
    moisture = float(humidity_ratio_from_wet_bulb(np.asarray(dry), np.asarray(wet), pressure))
    outdoors = Outdoors(dry, wet, moisture, pressure)
    outdoor = cooler_tables.outdoor(loops, outdoors, np.zeros(heat.size, dtype=bool))
    supply = loops.supply_set_point + FULL_PLANT * loops.control_band
    back = supply + heat / np.maximum(loops.water_stream, 1.0)
    hot = outdoor + condenser.approach + _range(facility, loops)
    inlet = np.where(condenser.fitted, hot, back)
    settings = own_settings(loops)
    rates = cooler_tables.dry_cooler_rates(cooler_tables.dry_coolers_of(loops), loops, settings, one)
    rates = rates + cooler_tables.tower_rates(cooler_tables.towers_of(loops), loops, settings, one, inlet, outdoors)[0]
    return np.asarray(np.maximum(rates[-1] * (inlet - outdoor), 0.0), dtype=float)


def _range(facility: Facility, loops: Loops) -> Floats:
    """Give the fall [K] of condenser water in the coolers for which it is sized."""
    liquid, air = facility.cooling.liquid, facility.cooling.air.loop
    kinds = {"air": air, "liquid": air if liquid is None else liquid.loop}
    coolers = [facility.catalog.coolers[kinds[name.rpartition("/")[2]].cooler] for name in loops.name]
    return np.array([cooler.water_inlet.si - cooler.water_outlet.si for cooler in coolers])


def _mw(value: float) -> str:
    return f"{value / 1e6:.5g} MW"


def _celsius(value: float) -> str:
    return f"{value - 273.15:.1f} degC"
