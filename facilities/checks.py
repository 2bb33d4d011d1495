"""Whether a facility can do what it is built for: chips, conversion stages, CDUs, plant and connection at full load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from facilities import air_checks, build, coils, plan, plant_checks
from facilities.hosts.site import hosted
from facilities.loading import load
from facilities.racks import Model
from facilities.schema import AirCooling, Facility
from twin import power
from twin.cooling.air_side import sidecar_rate
from twin.errors import FacilityError, Fault, InputError
from twin.grid import reactive_limits
from twin.grid.feeding import loaded, without_lone_slack
from twin.redundancy import usable
from twin.site import Floats, RackClasses, Site
from twin.thermal.coefficients import worst_branch
from twin.thermal.laws import coolant_stream

CLOSURE = 0.05
"""Difference [1] of a rack's parts at full load from its nameplate that passes."""

AIR_PRESSURES = (65e3, 108e3)
"""Pressures [Pa] of a site's air for which the laws of coolers, chillers and ratings are known: 3,500 m to -500 m."""

LEAKAGE_STEPS = 50
"""Steps of chip temperature and leakage; each leaves a tenth of the error or less."""


def check(name_or_path: str | Path) -> tuple[Fault, ...]:
    """
    Find everything that is wrong with a facility.

    Parameters
    ----------
    name_or_path
        One of `facilities.names`, or the path of a facility file.

    Returns
    -------
    tuple of Fault
        Faults of the file, or, if it can be read, of what it describes; empty if it is good.

    Raises
    ------
    UnknownNameError
        When there is no such site and no such file.
    """
    try:
        facility = load(name_or_path)
    except FacilityError as error:
        return error.faults
    return tuple(faults(facility)) or tuple(_carried(facility))


def faults(facility: Facility) -> Iterator[Fault]:
    """
    Find what a facility cannot do.

    Parameters
    ----------
    facility : Facility
        As loaded.

    Yields
    ------
    Fault
        One for each limit that full load crosses.
    """
    parts = build.sized(facility)
    impossible = list(_coils(facility.cooling.air, parts.coils))
    yield from impossible
    if impossible:
        return
    site = build.site_of(facility, parts)
    for row, (name, rack) in enumerate(parts.models.items()):
        yield from _rack(f"catalog.racks.{name}", rack)
        yield from _heat_split(f"catalog.racks.{name}.liquid.fraction", site.rack_classes, row)
        yield from _chips(facility, site.rack_classes, row)
        yield from _door(f"catalog.racks.{name}.door", rack)
    yield from _cdus(site, parts.heat.liquid)
    yield from _sidecars(site, parts.heat.liquid)
    yield from plant_checks.faults(facility, site, np.concatenate([plant.heat for plant in parts.plants]))
    yield from air_checks.faults(facility, site, parts.coils)
    yield from _height(facility)
    yield from _redundancy(facility, site)
    yield from _feeds(facility, site)
    if parts.peak_power > site.connection.rating:
        message = f"is {_mw(site.connection.rating)}, but the site draws {_mw(parts.peak_power)} on its design day"
        yield Fault("connection.rating", f"{message}; raise it, or take fewer racks")
    yield from _host(facility)


def _host(facility: Facility) -> Iterator[Fault]:
    """Check that the host network is there, and the site's points of connection in it."""
    try:
        hosted(facility)
    except InputError as error:
        yield from error.faults


def _carried(facility: Facility) -> Iterator[Fault]:
    """Check that the host network, whole, has a power flow with the design day's load; no study of it is begun."""
    found = hosted(facility)
    if found is None:
        return
    grid, load = without_lone_slack(found.host.grid), build.sized(facility).peak_power
    try:
        reactive_limits.settle(loaded(grid, found.feeding, load), reactive_limits.settle(grid))
    except FacilityError:
        message = (
            f"no power flow of {found.host.record.title} has the {_mw(load)} that the site draws on its design day; "
            "`twin grid` says what it carries: take fewer racks, other or more points, or a stronger network"
        )
        yield Fault("connection.host", message)


def _height(facility: Facility) -> Iterator[Fault]:
    """Check that the laws of thin air hold where a site stands."""
    least, most = AIR_PRESSURES
    if not least <= facility.location.pressure.si <= most:
        message = (
            f"is {facility.location.pressure.value}; coolers, chillers and ratings in thin air are known from "
            f"{least / 1e3:g} kPa, some 3,500 m, to {most / 1e3:g} kPa. Correct it, or read the run with care"
        )
        yield Fault("location.pressure", message)


def _redundancy(facility: Facility, site: Site) -> Iterator[Fault]:
    """Check that what is left of each stage, when what may fail has failed, carries the load for which it is sized."""
    chain = site.chain
    paths = (("hall", chain.hall_path), ("mechanical", chain.mechanical_path), ("common", chain.common_path))
    for place, built in paths:
        for number, (stage, sized) in enumerate(zip(getattr(facility.power, place), built, strict=False), start=1):
            left = usable(stage.redundancy, sized.units)
            short = stage.design_loading.si * sized.units > left + 1e-9
            if short.any():
                units, rest = sized.units[short][0], left[short][0]
                message = (
                    f"is {stage.design_loading.value} of {units:g} units, but with redundancy {stage.redundancy} the "
                    f"load of {rest:g} may be used; lower it to {rest / units:.1%} or less"
                )
                yield Fault(f"power.{place}.{number}.design_loading", message)


def _feeds(facility: Facility, site: Site) -> Iterator[Fault]:
    """Check that no feed of the racks is over its rating, whole or with another lost."""
    hung = plan.feeds(facility, site)
    for carried, when in (
        (hung.load, "at the rated power of its racks"),
        (hung.most, "with the other feed of its racks lost"),
    ):
        worst = int(carried.argmax())
        if carried[worst] > hung.rating:
            message = (
                f"is too small: a unit in {site.halls.name[hung.hall[worst]]} carries {_mw(carried[worst])} of "
                f"{_mw(hung.rating)} {when}; take more or larger units, or a lower design_loading"
            )
            yield Fault(f"power.hall.1.{hung.stage}", message)
            return


def _mw(value: float) -> str:
    return f"{value / 1e6:.5g} MW"


def _celsius(value: float) -> str:
    return f"{value - 273.15:.1f} degC"


def _rack(place: str, rack: Model) -> Iterator[Fault]:
    """Check a rack's nameplate and the ratings of its stages."""
    nameplate = rack.rack.rated_power
    if abs(rack.full_power / nameplate.si - 1.0) > CLOSURE:
        message = f"is {nameplate.value}, but the parts draw {rack.full_power / 1e3:.4g} kW at full load"
        yield Fault(f"{place}.rated_power", f"{message}; mend the parts or the nameplate")
    losses = power.rack_chain(np.array([rack.compute_max]), rack.stages)[0]
    carried = rack.compute_max
    for stage, loss in zip(rack.stages, losses, strict=True):
        carried += stage.joins
        if carried > stage.units * stage.rating:
            message = f"{stage.units:g} x {stage.rating:g} W cannot carry {carried:.6g} W at full load; add units"
            yield Fault(f"{place}.stages.{stage.name}", message)
        carried += float(loss)


def _heat_split(place: str, classes: RackClasses, row: int) -> Iterator[Fault]:
    """Check that the coolant's part of the heat holds at least the chips' at every load."""
    fraction = classes.liquid_fraction[row]
    if fraction == 0.0:
        return
    chips = classes.accelerators[row] * np.linspace(classes.accelerator_idle[row], classes.accelerator_max[row], 65)
    hosts = np.linspace(classes.host_idle[row], classes.host_max[row], 65)
    short = chips - fraction * _inlet(classes, row, chips + hosts)
    if short.max() > 0.0:
        worst = int(short.argmax())
        message = f"is too small: at {chips[worst]:.6g} W of chips the coolant would take {short[worst]:.4g} W less"
        yield Fault(place, f"{message} than they give off; raise it, or correct the auxiliary power")


def _inlet(classes: RackClasses, row: int, compute: Floats) -> Floats:
    return power.rack_inlet_power(
        compute, classes.chain_power[row], classes.chain_loss[row], float(classes.auxiliary_power[row])
    )


def _chips(facility: Facility, classes: RackClasses, row: int) -> Iterator[Fault]:
    """Check that the worst chip stays below its throttle limit at full load and design supply."""
    if classes.accelerators[row] == 0.0:
        return
    by_coolant = facility.cooling.coolant
    coolant = classes.liquid_fraction[row] > 0.0 and by_coolant is not None
    supply = (
        by_coolant.supply_temperature.si if coolant and by_coolant is not None else facility.cooling.air.set_point.si
    )
    kind = "liquid" if facility.cooling.sidecar is None else "sidecar"
    worst, limit = worst_chip(classes, row, supply), classes.throttle_temp[row]
    if worst >= limit:
        name = classes.name[row]
        message = f"the worst chip of {name} reaches {_celsius(worst)} at full load and {_celsius(supply)} supply"
        where = f"cooling.{kind}.supply_temperature" if coolant else "cooling.air.set_point"
        yield Fault(where, f"{message}; its limit is {_celsius(limit)}. Lower the supply or the chip's power")


def worst_chip(classes: RackClasses, row: int, supply: float) -> float:
    """
    Give the steady temperature of the worst chip of a rack at full load.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    row : [1]
        Which class.
    supply : [K]
        Coolant supply; hall air for a rack cooled by air.

    Returns
    -------
    [K]
        Supply, plus the rises in the least-fed branch: stream over supply, plate over stream, chip over plate, leakage
        included.
    """
    branch = worst_branch(classes)
    liquid = float(classes.liquid_fraction[row])
    stream = branch.coolant_stream[row] if liquid > 0.0 else branch.air_stream[row]
    resistance = 1.0 / branch.chip_conductance[row] + 1.0 / branch.film_conductance[row]
    rated = classes.accelerators[row] * classes.accelerator_max[row]
    chip = supply
    for _ in range(LEAKAGE_STEPS):
        chips = rated + classes.leakage[row] * (chip - classes.leakage_reference[row])
        inlet = float(_inlet(classes, row, np.array([chips + classes.host_max[row]]))[0])
        chip = supply + (liquid if liquid > 0.0 else 1.0) * inlet / stream + resistance * chips
    return float(chip)


def _coils(air: AirCooling, sized: coils.Coils) -> Iterator[Fault]:
    """Check that the coils' water can give the racks their air, and leaves its moisture alone."""
    supply = float(sized.supply.min())
    if supply <= sized.water:
        message = (
            f"asks for supply air of {_celsius(supply)} at full load, but the coils' water is {_celsius(sized.water)}"
        )
        yield Fault("cooling.air.recirculation", f"{message}; contain the aisles, or lower the water")
    else:
        try:
            coils.conductance(sized)
        except ValueError as error:
            message = f"leaves the coils too little water at full load ({error}); lower it, or coil_margin"
            yield Fault("cooling.air.water_rise", message)
    water = air.loop.supply_temperature
    if water.si < air.dew_point.si:
        message = (
            f"is below the air's highest dew point, {air.dew_point.value}: coils and doors would take moisture out"
        )
        yield Fault("cooling.air.loop.supply_temperature", f"{message}, which is not modelled; raise it")


def _cdus(site: Site, liquid: Floats) -> Iterator[Fault]:
    heat = liquid + site.cdus.pump_power
    over = np.flatnonzero(heat > site.cdus.rated_heat)
    if over.size and liquid.max() > 0.0:
        worst = over[heat[over].argmax()]
        message = (
            f"{over.size} units are rated for {_mw(site.cdus.rated_heat[worst])} and take more at full load; "
            f"{site.cdus.name[worst]} takes {_mw(heat[worst])}. Take larger units, or fewer racks a unit"
        )
        yield Fault("cooling.sidecar.sidecar" if site.cdus.sidecar.any() else "cooling.liquid.cdu", message)


def _sidecars(site: Site, liquid: Floats) -> Iterator[Fault]:
    """Check that sidecars at full speed hold their coolant's supply at full load, in air at its set point."""
    cdus, stream = site.cdus, coolant_stream(site)
    rows = np.flatnonzero(cdus.sidecar & (stream > 0.0))
    if rows.size == 0:
        return
    one, heat = np.ones(stream.size), liquid + cdus.pump_power
    rate = sidecar_rate(cdus.exchanger_conductance, stream, cdus.primary_stream, one, one)
    back = cdus.supply_set_point + heat / np.maximum(stream, 1.0)
    short = heat - rate * (back - site.halls.air_set_point[cdus.hall])
    worst = rows[short[rows].argmax()]
    if short[worst] > 0.0:
        message = (
            f"is {_celsius(cdus.supply_set_point[worst])}, at which {cdus.name[worst]} at full speed gives the air "
            f"{_mw(heat[worst] - short[worst])} of {_mw(heat[worst])}; raise it, or take fewer racks a unit"
        )
        yield Fault("cooling.sidecar.supply_temperature", message)


def _door(place: str, rack: Model) -> Iterator[Fault]:
    """Check that a rear door takes no more of a kelvin than the rack's air brings."""
    if rack.door_conductance > 0.0 and rack.door_conductance >= rack.air_stream:
        message = (
            f"asks for {rack.door_conductance:.4g} W/K, but the air through the rack carries {rack.air_stream:.4g} W/K"
        )
        yield Fault(f"{place}.heat", f"{message}; correct the door's rating or the rack's air.rise")
