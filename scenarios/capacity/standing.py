"""The limits of a site as it stands, in each of the conditions under which a planner asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from facilities import build, plan
from facilities.build import Sized
from facilities.parts import PathStage
from facilities.schema import Facility
from facilities.weather import design_day
from twin.capacity import Fit, Limits, Usable, fit, largest, path_limits, scale_at_limit
from twin.errors import FacilityError
from twin.redundancy import usable
from twin.site import Floats, Integers, Site, Stage
from twin.year import limits

DESIGN, EXTREME = ("design_day", "design_day_wet"), ("extreme_day",)
"""Days, of `facilities.weather.DESIGN_DAYS`, that are passed in 0.4 % of hours, and once in 20 years."""

PLACES = "places"
"""The limit that is no power and no cooling."""

DEGREES, TIMES = "\N{DEGREE SIGN}C", "\N{MULTIPLICATION SIGN}"

LOADS = np.linspace(0.3, 1.0, 12)
"""Parts [1] of the crowd that the cooling holds at which the power of the site is worked out."""

BELOW = 1.0 - 1e-6
"""Part of that crowd [1] at which cooling surely holds."""


class Condition(NamedTuple):
    """
    Limits of power and cooling in one weather, with all plant at work or one unit of each loop's out.

    Attributes
    ----------
    name : text
        As a reader is told.
    limits : Limits
        Without places.
    usable : Usable
        Under them.
    """

    name: str
    limits: Limits
    usable: Usable


class Standing(NamedTuple):
    """
    What stands, and what it can carry.

    Attributes
    ----------
    name : text
        Of the phase; empty for the site as asked for.
    facility : Facility
        As it then stands.
    halls : tuple of text
        Names.
    alike : (hall,)
        Halls of the same number are alike.
    installed : (hall,) [W]
        IT power of the racks that stand: full load, and nameplate at least.
    places : (hall,) [1]
        Free places for racks of the first kind.
    rack : (hall,) [W]
        One more such rack, with its part of the service racks.
    limits : Limits
        On design days, all at work, places included.
    usable : Usable
        Under them.
    fit : Fit
        Racks that fit.
    conditions : tuple of Condition
        Design days first, all at work.
    about : name to text
        What each limit stands on.
    margins : name to [W]
        Of stages of the power chain: what the site may draw where each is loaded as its design says.
    connection : tuple of two [W]
        Rating, and power drawn there at the usable IT power on the worse of the design days.
    """

    name: str
    facility: Facility
    halls: tuple[str, ...]
    alike: Integers
    installed: Floats
    places: Floats
    rack: Floats
    limits: Limits
    usable: Usable
    fit: Fit
    conditions: tuple[Condition, ...]
    about: dict[str, str]
    margins: dict[str, float]
    connection: tuple[float, float]


class Weathers(NamedTuple):
    """
    Peaks of days.

    Attributes
    ----------
    dry, wet : (weather,) [K]
        Dry and wet bulb.
    design, extreme : list of int
        Rows of design days, and of those that come once in 20 years.
    """

    dry: Floats
    wet: Floats
    design: list[int]
    extreme: list[int]


class _Chain(NamedTuple):
    """Limits of the halls' power (stage, hall) [W], by redundancy and as designed, and of each stage what to tell."""

    names: tuple[str, ...]
    most: Floats
    designed: Floats
    about: dict[str, str]


def standing(facility: Facility, name: str = "") -> Standing:
    """
    Find the limits of a site as it stands.

    Parameters
    ----------
    facility : Facility
        The site, or the site at one of its phases.
    name
        Of the phase.

    Returns
    -------
    Standing
        Limits, what is usable under them, and racks that fit.
    """
    parts = build.sized(facility)
    site = build.site_of(facility, parts)
    each = np.array([model.design_power for model in parts.models.values()])
    installed = parts.heat.power
    of = limits.full(site, each)
    hall_of = of.plan.kinds.hall_of
    days = weathers(facility)
    air = limits.outdoors(days.dry, days.wet, site.altitude_pressure)
    rare = np.isin(np.arange(days.dry.size), days.extreme)
    crowd = limits.crowd(of, air, limits.bounds(of, air, rare))
    tops = np.minimum(np.minimum(crowd.air, crowd.coolant), np.minimum(crowd.liquid_plant[0], crowd.air_plant[0]))
    scales = np.minimum(tops.min(axis=1), limits.MOST)[:, np.newaxis] * LOADS * BELOW
    powers = limits.powers(of, air, scales)
    chain = _halls_power(facility, site, parts)
    names, most, designed, about = _site_power(facility, site, powers, scales)
    cooling_names = _cooling_names(facility)
    conditions = []
    for label, rows, out in _conditions(days):
        cooling = _cooling(crowd, rows, out, len(cooling_names))[:, hall_of] * installed
        whole = Limits(
            (*chain.names, *cooling_names),
            np.vstack([chain.most, cooling]),
            names,
            most[:, rows].min(axis=1) * installed.sum(),
        )
        conditions.append(Condition(label, whole, largest(whole)))
    places, rack = _places(facility, site, installed)
    ideal = conditions[0].limits
    floor = (installed + places * rack)[np.newaxis]
    bounded = ideal._replace(hall_names=(PLACES, *ideal.hall_names), hall=np.vstack([floor, ideal.hall]))
    found = largest(bounded)
    scale = found.total / installed.sum()
    drawn = max(_at(scale, scales[row], powers.connection[row]) for row in days.design)
    margins = dict(zip(chain.names, chain.designed.sum(axis=1).tolist(), strict=True))
    margins |= {
        key: float(value) * float(installed.sum())
        for key, value in zip(names, designed[:, days.design].min(axis=1), strict=True)
        if np.isfinite(value)
    }
    return Standing(
        name,
        facility,
        site.halls.name,
        hall_of,
        installed,
        places,
        rack,
        bounded,
        found,
        fit(ideal, installed, rack, places),
        tuple(conditions),
        {PLACES: "around the CDUs" if facility.cooling.coolant is not None else "of the groups of racks"}
        | chain.about
        | about
        | _cooling_about(facility, site),
        margins,
        (site.connection.rating, drawn),
    )


def weathers(facility: Facility) -> Weathers:
    """
    Give the peaks of the design days, and of the extreme ones that the climate has numbers for.

    Parameters
    ----------
    facility : Facility
        For its climate.

    Returns
    -------
    Weathers
        Each at its warmest.
    """
    local = datetime(2026, 7, 15, tzinfo=UTC) - timedelta(hours=facility.location.time_zone.si)
    dry, wet, design, extreme = list[float](), list[float](), list[int](), list[int]()
    for day in (*DESIGN, *EXTREME):
        try:
            air = design_day(facility, day, local, 86400.0)
        except FacilityError:
            continue
        (extreme if day in EXTREME else design).append(len(dry))
        peak = int(np.argmax(air.dry_bulb))
        dry.append(float(air.dry_bulb[peak]))
        wet.append(float(np.minimum(air.wet_bulb, air.dry_bulb)[peak]))
    return Weathers(np.array(dry), np.array(wet), design, extreme)


def _conditions(weathers: Weathers) -> list[tuple[str, list[int], bool]]:
    """List what is asked: name, weathers, and whether a unit is out."""
    found = [("design days", weathers.design, False), ("design days, one unit out", weathers.design, True)]
    if weathers.extreme:
        every = [*weathers.design, *weathers.extreme]
        found += [("once in 20 years", every, False), ("once in 20 years, one unit out", every, True)]
    return found


def _cooling_names(facility: Facility) -> tuple[str, ...]:
    liquid, beside = facility.cooling.liquid, facility.cooling.sidecar
    if liquid is not None:
        return "cdus", "hall_air", "liquid_plant", "air_plant"
    return ("sidecars", "hall_air", "plant") if beside is not None else ("hall_air", "plant")


def _cooling(crowd: limits.Crowd, rows: list[int], out: bool, count: int) -> Floats:
    """Give crowds (limit, hall kind) [1] in the worst of some weathers, of the last `count` of all parts."""
    units = slice(None) if out else slice(0, 1)
    plants = [part[units][:, rows].min(axis=(0, 1)) for part in (crowd.liquid_plant, crowd.air_plant)]
    coolant, air = (part[rows].min(axis=0) for part in (crowd.coolant, crowd.air))
    # Where one loop serves all, both of its rows are the same.
    every = [coolant, air, *plants] if count == 4 else [coolant, air, np.minimum(*plants)]  # noqa: PLR2004
    return np.stack(every[-count:])


def _halls_power(facility: Facility, site: Site, parts: Sized) -> _Chain:
    """Give the limits of the stages that feed the halls; of the first, its fullest feed counts as well."""
    wanted, stages = facility.power.hall, site.chain.hall_path
    most = path_limits(stages, [usable(own.redundancy, stage.units) for own, stage in zip(wanted, stages, strict=True)])
    designed = path_limits(
        stages, [own.design_loading.si * stage.units for own, stage in zip(wanted, stages, strict=True)]
    )
    feeds = plan.feeds(facility, site)
    fullest = np.zeros(len(site.halls.name))
    np.maximum.at(fullest, feeds.hall, feeds.most)
    most[0] = np.minimum(most[0], feeds.rating / fullest * parts.heat.power)
    about = {own.name: _words(own, stage) for own, stage in zip(wanted, stages, strict=True)}
    return _Chain(tuple(about), most, designed, about)


def _site_power(
    facility: Facility, site: Site, powers: limits.Powers, scales: Floats
) -> tuple[tuple[str, ...], Floats, Floats, dict[str, str]]:
    """Give the scales of load (limit, weather) [1] at which what all halls share is at its limit, and as designed."""
    chain, grid = site.chain, facility.connection
    wanted = (*facility.power.mechanical, *facility.power.common)
    stages = (*chain.mechanical_path, *chain.common_path[:-1])
    may = [float(usable(own.redundancy, stage.units)[0]) for own, stage in zip(wanted, stages, strict=True)]
    transformer, points = chain.common_path[-1], grid.points.count
    spare = grid.spare_transformers.count
    left = float(transformer.units[0]) - points * spare
    rating = np.array([*(n * s.rating for n, s in zip(may, stages, strict=True)), left * transformer.rating])
    loads = np.concatenate([powers.mechanical, powers.common, powers.connection[np.newaxis]])
    limit = np.append(rating, site.connection.rating)
    designed = np.append(
        [own.design_loading.si * s.units[0] * s.rating for own, s in zip(wanted, stages, strict=True)],
        [np.inf, np.inf],
    )
    names = (*(own.name for own in wanted), transformer.name, "connection")
    about = {own.name: _words(own, stage) for own, stage in zip(wanted, stages, strict=True)}
    about[transformer.name] = f"{left:.0f} of {transformer.units[0]:.0f} {TIMES} {transformer.rating / 1e6:.4g} MW"
    about["connection"] = f"rated {site.connection.rating / 1e6:.5g} MW"
    return names, _scales(loads, limit, scales), _scales(loads, designed, scales), about


def _scales(loads: Floats, limit: Floats, scales: Floats) -> Floats:
    """Give the scale (limit, weather) [1] at which loads (limit, weather, scale) [W] reach limits (limit,) [W]."""
    finite = np.where(np.isfinite(limit), limit, 1.0)[:, np.newaxis, np.newaxis]
    found = np.stack(
        [scale_at_limit(loads[:, row] / finite[:, 0], scales[row]) for row in range(scales.shape[0])], axis=1
    )
    return np.where(np.isfinite(limit)[:, np.newaxis], found, np.inf)


def _words(own: PathStage, stage: Stage) -> str:
    units = np.unique(np.rint(stage.units)).astype(int)
    many = f"{units[0]}" if units.size == 1 else f"{units[0]} to {units[-1]}"
    return f"{own.redundancy}, {many} {TIMES} {stage.rating / 1e6:.4g} MW"


def _cooling_about(facility: Facility, site: Site) -> dict[str, str]:
    cooling, cdus = facility.cooling, site.cdus
    rated = float(cdus.rated_heat.max(initial=0.0)) / 1e6
    outdoors = bool((site.halls.outdoor_stream > 0.0).any())
    degrees = (site.halls.air_alarm if outdoors else site.halls.air_set_point).max() - 273.15
    about = {
        "cdus": f"rated {rated:.4g} MW, coolant at its set point",
        "sidecars": f"rated {1e3 * rated:.4g} kW, coolant at its set point",
        "hall_air": f"{'outdoor air and coils' if outdoors else 'coils'}, {degrees:.4g} {DEGREES} at the racks",
    }
    loops = {"air_plant": cooling.air.loop, "plant": cooling.air.loop}
    if cooling.liquid is not None:
        loops["liquid_plant"] = cooling.liquid.loop
    for name, loop in loops.items():
        warm = loop.supply_temperature.si + loop.control_band.si - 273.15
        about[name] = f"water at {warm:.4g} {DEGREES} at most"
    return about


def _places(facility: Facility, site: Site, installed: Floats) -> tuple[Floats, Floats]:
    """Give free places of each hall, and the IT power of one more rack with its part of the others."""
    first = next(iter(facility.racks.values())).rack
    mine = site.rack_classes.name.index(first)
    halls = site.racks.hall[site.racks.rack_class == mine]
    stand = np.bincount(halls, minlength=installed.size).astype(float)
    groups = np.bincount(site.cdus.hall, minlength=installed.size)
    free = np.maximum(groups * facility.arrangement.racks_per_cdu.count - stand, 0.0)
    return free, installed / np.maximum(stand, 1.0)


def _at(scale: float, scales: Floats, power: Floats) -> float:
    """Read a power at a scale; beyond the last in proportion."""
    return float(np.interp(scale, scales, power) * max(scale / scales[-1], 1.0))
