"""The grid is lost: what feeds racks until generators run, and whether these carry the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from facilities import catalog, economics
from facilities.build import Sized
from facilities.phases import Supply
from facilities.schema import Facility
from twin.redundancy import autonomy
from twin.supply.site_rating import site_rating

TYPICAL = {"rack_battery": "orv3_battery_shelf", "ups": "ups_battery_1500kw"}
"""Batteries of the catalog that stand for those whose size a site does not say, by the kind of its supply."""

COLUMNS = {
    "storage": pl.String,
    "stands_on": pl.String,
    "feeds_s": pl.Float64,
    "start_s": pl.Float64,
    "margin_s": pl.Float64,
    "generators_w": pl.Float64,
    "site_w": pl.Float64,
    "verdict": pl.String,
}
"""Columns of the table of a lost grid."""


def table(facility: Facility, parts: Sized) -> pl.DataFrame:
    """
    Say what becomes of racks without grid, by what a site says of its backup.

    Parameters
    ----------
    facility : Facility
        The site.
    parts : Sized
        Its racks and plant.

    Returns
    -------
    frame
        A row for each kind of storage that feeds racks, or one that says there is none.

    Notes
    -----
    A UPS feeds what stands between it and the racks too, losses and its own included. Generators give what heat and
    height of the site leave of their rating on the design day (`twin.supply.site_rating`).
    """
    return pl.DataFrame(list(_rows(facility, parts)), schema=COLUMNS, orient="row")


def _rows(facility: Facility, parts: Sized) -> Iterator[tuple[str | float | None, ...]]:
    loads = {"rack_battery": float(parts.heat.power.sum()), "ups": float(parts.heat.feeders.sum())}
    start, able = started(facility), _able(facility)
    storage: dict[str, Supply] = {supply.kind: supply for supply in facility.supply.values() if supply.kind in TYPICAL}
    names: list[str] = list(storage)
    if "ups" not in names and any(stage.name == "ups" for stage in facility.power.hall):
        names.append("ups")
    for kind in names or [""]:
        basis, feeds = _autonomy(kind, storage.get(kind), loads)
        margin = None if start is None or feeds is None else feeds - start
        verdict = _verdict(feeds, margin, able, parts.peak_power)
        yield kind.replace("_", " ") or "none", basis, feeds, start, margin, able, parts.peak_power, verdict


def started(facility: Facility) -> float | None:
    """
    Give the time until the generators run that back a site up.

    Parameters
    ----------
    facility : Facility
        The site.

    Returns
    -------
    float or None
        Time [s] from the loss of the grid until the last of them takes load: before, those that run do not carry the
        site. None where none has a time.
    """
    return max((supply.start_time.si for supply in _backup(facility) if supply.start_time is not None), default=None)


def _backup(facility: Facility) -> list[Supply]:
    return [supply for supply in facility.supply.values() if supply.role == "backup" and supply.kind not in TYPICAL]


def _able(facility: Facility) -> float | None:
    """Give the power [W] of all backup of known size, in the site's heat and height."""
    known = [(supply.kind, size) for supply in _backup(facility) if (size := _size(supply)) is not None]
    return sum(size * _left(facility, kind) for kind, size in known) if known else None


def _left(facility: Facility, kind: str) -> float:
    """Give the part of its rating [1] that a set has on the design day; all of it where its kind is not known."""
    terms = economics.load().generation.get(kind)
    if terms is None:
        return 1.0
    limits = (number.si for number in (terms.free_temperature, terms.slope, terms.free_pressure))
    dry_bulb = np.array([facility.climate.design_dry_bulb.si])
    return float(site_rating(dry_bulb, facility.location.pressure.si, *limits)[0])


def _size(supply: Supply) -> float | None:
    if supply.power is not None:
        return supply.power.si
    if supply.units is None or supply.unit_power is None:
        return None
    return supply.units.count * supply.unit_power.si


def _autonomy(kind: str, supply: Supply | None, loads: Mapping[str, float]) -> tuple[str, float | None]:
    """Say for how long storage feeds all racks at full load [s], and what that stands on."""
    if not kind:
        return "the site names no UPS and no battery", None
    if supply is not None and supply.energy is not None:
        return "the site's file", autonomy(supply.energy.si, loads[kind])
    battery = catalog.builtin().batteries[TYPICAL[kind]]
    return f"typical of its kind: {battery.title}", autonomy(battery.energy.si, battery.rating.si)


def _verdict(feeds: float | None, margin: float | None, able: float | None, site: float) -> str:
    if feeds is None:
        return "racks are lost with the grid"
    if margin is None:
        return "racks are lost as it is empty: nothing on the site starts"
    if margin < 0.0:
        return "racks are lost before generators run"
    if able is not None and able < site:
        return "fed until generators run, which do not carry the whole site"
    return "fed until generators run" + ("; their number is not known" if able is None else "")
