"""The limits of a site as it stands, in each of the conditions under which a planner asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from facilities import build
from facilities.schema import Facility
from facilities.sizing import design_chiller
from facilities.weather import design_day
from scenarios.capacity import chain
from twin.capacity import Fit, Limits, Usable, fit, largest
from twin.errors import FacilityError
from twin.site import Floats, Integers, Site
from twin.year import limits

EXTREMES = "extreme_day", "extreme_day_wet"
"""Days, of `facilities.weather.DESIGN_DAYS`, that come once in 20 years."""

USUAL, AT_RATINGS, ONE_OUT = "design days", "design days, power chain at its ratings", "design days, one unit out"
UP_TO_ALARMS = "design days, up to alarms"
RARE, RARE_ONE_OUT = "once in 20 years", "once in 20 years, one unit out"
"""Conditions, as a reader is told."""

PLACES = "places"
"""The limit that is no power and no cooling."""

DEGREES = "\N{DEGREE SIGN}C"

LOADS = np.linspace(0.3, 1.0, 12)
"""Parts [1] of the crowd that the cooling holds at which the power of the site is worked out."""

BELOW = 1.0 - 1e-6
"""Part of that crowd [1] at which cooling surely holds."""


LEAST = 0.05
"""Crowd [1] at which the power of the site is worked out, even where its cooling holds none."""

AMPLE = 1.2
"""Crowd [1] up to which it is worked out where set points are not held, however many racks stay below alarms."""


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
    ratings : name to [W]
        Of stages of the power chain: what the site could draw up to their ratings, redundancy kept.
    unsized : tuple of text
        Plants whose chillers have no size in the site's file, so that none is taken out.
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
    ratings: dict[str, float]
    unsized: tuple[str, ...]
    connection: tuple[float, float]


class Weathers(NamedTuple):
    """
    Peaks of days.

    Attributes
    ----------
    dry, wet : (weather,) [K]
        Dry and wet bulb.
    design, extreme, alarmed : list of int
        Rows of design days, of those that come once in 20 years, and of design days again, on which set points need not
        be held.
    """

    dry: Floats
    wet: Floats
    design: list[int]
    extreme: list[int]
    alarmed: list[int]


class _Asked(NamedTuple):
    """A condition: its name, rows of its weathers, whether a unit is out, and whether the chain is at its ratings."""

    name: str
    rows: list[int]
    out: bool = False
    rated: bool = False


def standing(facility: Facility, name: str = "", *, brief: bool = False, built: Site | None = None) -> Standing:
    """
    Find the limits of a site as it stands.

    Parameters
    ----------
    facility : Facility
        The site, or the site at one of its phases.
    name
        Of the phase.
    brief
        Whether conditions with a unit out, and of once in 20 years, are left out, which take the most time.
    built : Site or None
        The same, built; it is without.

    Returns
    -------
    Standing
        Limits, what is usable under them, and racks that fit.
    """
    parts = build.sized(facility)
    site = build.site_of(facility, parts) if built is None else built
    installed = parts.heat.power
    of = limits.full(site, np.array([model.design_power for model in parts.models.values()]))
    hall_of = of.plan.kinds.hall_of
    days = weathers(facility, rare=not brief)
    asked = [each for each in _conditions(days) if not (brief and each.out)]
    air = limits.outdoors(days.dry, days.wet, site.altitude_pressure)
    rare = np.isin(np.arange(days.dry.size), [*days.extreme, *days.alarmed])
    out = limits.OUT if any(each.out for each in asked) else limits.ALL_AT_WORK
    crowd = _eased(limits.crowd(of, air, limits.bounds(of, air, rare), out), days)
    tops = np.minimum(np.minimum(crowd.air, crowd.coolant), np.minimum(crowd.liquid_plant[0], crowd.air_plant[0]))
    scales = _tops(tops.min(axis=1), days)[:, np.newaxis] * LOADS * BELOW
    powers = limits.powers(of, air, scales)
    fed, shared = chain.halls(facility, site, parts), chain.site(facility, site, powers, scales)
    cooling_names, unsized = _cooling_names(facility), _unsized(facility)
    conditions = []
    for each in asked:
        cooling = _cooling(crowd, each.rows, each.out, cooling_names, unsized)[:, hall_of] * installed
        whole = Limits(
            (*fed.names, *cooling_names),
            np.vstack([fed.rated if each.rated else fed.designed, cooling]),
            shared.names,
            (shared.rated if each.rated else shared.designed)[:, each.rows].min(axis=1) * installed.sum(),
        )
        conditions.append(Condition(each.name, whole, largest(whole)))
    places, rack = _places(facility, site, installed)
    ideal = conditions[0].limits
    floor = (installed + places * rack)[np.newaxis]
    bounded = ideal._replace(hall_names=(PLACES, *ideal.hall_names), hall=np.vstack([floor, ideal.hall]))
    found = largest(bounded)
    scale = found.total / installed.sum()
    drawn = max(_at(scale, scales[row], powers.connection[row]) for row in days.design)
    ratings = dict(zip(fed.names, fed.rated.sum(axis=1).tolist(), strict=True))
    every = shared.rated[:, days.design].min(axis=1) * installed.sum()
    ratings |= dict(zip(shared.names, every.tolist(), strict=True))
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
        | fed.about
        | shared.about
        | _cooling_about(facility, site),
        ratings,
        unsized,
        (site.connection.rating, drawn),
    )


def _eased(crowd: limits.Crowd, days: Weathers) -> limits.Crowd:
    """
    Let what holds its set points hold its alarms.

    By itself that need not follow: a chiller's fit may have it carry less of warmer water.
    """
    parts = [part.copy() for part in crowd]
    for part in parts:
        part[..., days.alarmed, :] = np.maximum(part[..., days.alarmed, :], part[..., days.design, :])
    return limits.Crowd(*parts)


def _tops(held: Floats, days: Weathers) -> Floats:
    """
    Give the crowd (weather,) [1] up to which the power of the site is worked out.

    Up to alarms it is the power of the same weathers, so that the points are the same wherever those hold all racks.
    """
    tops, usual = held.copy(), held[days.design]
    tops[days.alarmed] = np.where(usual >= 1.0, usual, np.minimum(tops[days.alarmed], AMPLE))
    return np.clip(tops, LEAST, limits.MOST)


def weathers(facility: Facility, *, rare: bool = True) -> Weathers:
    """
    Give the peaks of the dry and of the humid design day, and of the extreme ones that the climate has numbers for.

    Parameters
    ----------
    facility : Facility
        For its climate.
    rare
        Whether the extreme day is wanted.

    Returns
    -------
    Weathers
        Each at its warmest; where a coincident temperature is not known, the design one stands for it.
    """
    climate = facility.climate
    dry = [climate.design_dry_bulb.si, (climate.coincident_dry_bulb or climate.design_dry_bulb).si]
    wet = [(climate.coincident_wet_bulb or climate.design_wet_bulb).si, climate.design_wet_bulb.si]
    design, extreme = [0, 1], list[int]()
    for peak in _extremes(facility) if rare else ():
        extreme.append(len(dry))
        dry.append(peak[0])
        wet.append(peak[1])
    alarmed = [len(dry) + row for row in design]
    dry, wet = ([*values, *(values[row] for row in design)] for values in (dry, wet))
    return Weathers(np.array(dry), np.minimum(wet, dry), design, extreme, alarmed)


def _extremes(facility: Facility) -> Iterator[tuple[float, float]]:
    """Give dry and wet bulb of each extreme day at its warmest, of those that the climate has numbers for."""
    local = datetime(2026, 7, 15, tzinfo=UTC) - timedelta(hours=facility.location.time_zone.si)
    for name in EXTREMES:
        try:
            day = design_day(facility, name, local, 86400.0)
        except FacilityError:
            continue
        peak = int(np.argmax(day.dry_bulb))
        yield float(day.dry_bulb[peak]), float(day.wet_bulb[peak])


def _conditions(days: Weathers) -> list[_Asked]:
    """List what is asked, design days first."""
    found = [
        _Asked(USUAL, days.design),
        _Asked(AT_RATINGS, days.design, rated=True),
        _Asked(ONE_OUT, days.design, out=True),
        _Asked(UP_TO_ALARMS, days.alarmed),
    ]
    if days.extreme:
        every = [*days.design, *days.extreme]
        found += [_Asked(RARE, every), _Asked(RARE_ONE_OUT, every, out=True)]
    return found


def _cooling_names(facility: Facility) -> tuple[str, ...]:
    liquid, beside = facility.cooling.liquid, facility.cooling.sidecar
    if liquid is not None:
        return "cdus", "hall_air", "liquid_plant", "air_plant"
    return ("sidecars", "hall_air", "plant") if beside is not None else ("hall_air", "plant")


def _unsized(facility: Facility) -> tuple[str, ...]:
    """Name the plants with chillers of which the file says the heat of all, and not of one."""
    liquid, air = facility.cooling.liquid, facility.cooling.air.loop
    loops = {"plant": air} if liquid is None else {"liquid_plant": liquid.loop, "air_plant": air}
    return tuple(
        name
        for name, loop in loops.items()
        if loop.chiller_share.si > 0.0 and design_chiller(facility, loop).capacity[0] <= 1.0
    )


def _cooling(
    crowd: limits.Crowd, rows: list[int], out: bool, names: tuple[str, ...], unsized: tuple[str, ...]
) -> Floats:
    """Give crowds (limit, hall kind) [1] in the worst of some weathers, for each of the names of limits of cooling."""
    plants = {"liquid_plant": crowd.liquid_plant, "air_plant": crowd.air_plant, "plant": crowd.air_plant}
    coolant, air = (part[rows].min(axis=0) for part in (crowd.coolant, crowd.air))
    found = {"cdus": coolant, "sidecars": coolant, "hall_air": air}
    for name, part in plants.items():
        units = [place for place, unit in enumerate(limits.OUT) if out or unit in limits.ALL_AT_WORK]
        if name in unsized:
            units = [place for place in units if limits.OUT[place] != "chiller"]
        found[name] = part[units][:, rows].min(axis=(0, 1))
    return np.stack([found[name] for name in names])


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
