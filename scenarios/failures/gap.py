"""The grid is lost: what feeds racks until generators run, and whether these carry the site."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from facilities import catalog
from facilities.build import Sized
from facilities.phases import Supply
from facilities.schema import Facility
from twin.redundancy import autonomy

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
    """
    return pl.DataFrame(list(_rows(facility, parts)), schema=COLUMNS, orient="row")


def _rows(facility: Facility, parts: Sized) -> Iterator[tuple[str | float | None, ...]]:
    racks = float(parts.heat.power.sum())
    start, able = _generators(facility)
    storage: dict[str, Supply] = {supply.kind: supply for supply in facility.supply.values() if supply.kind in TYPICAL}
    names: list[str] = list(storage)
    if "ups" not in names and any(stage.name == "ups" for stage in facility.power.hall):
        names.append("ups")
    for kind in names or [""]:
        basis, feeds = _autonomy(kind, storage.get(kind), racks)
        margin = None if start is None or feeds is None else feeds - start
        verdict = _verdict(feeds, margin, able, parts.peak_power)
        yield kind.replace("_", " ") or "none", basis, feeds, start, margin, able, parts.peak_power, verdict


def _generators(facility: Facility) -> tuple[float | None, float | None]:
    """Give the time to start [s] of the backup that starts first, and the power [W] of all backup of known size."""
    backup = [supply for supply in facility.supply.values() if supply.role == "backup" and supply.kind not in TYPICAL]
    starts = [supply.start_time.si for supply in backup if supply.start_time is not None]
    sizes = [size for supply in backup if (size := _size(supply)) is not None]
    return (min(starts) if starts else None), (sum(sizes) if sizes else None)


def _size(supply: Supply) -> float | None:
    if supply.power is not None:
        return supply.power.si
    if supply.units is None or supply.unit_power is None:
        return None
    return supply.units.count * supply.unit_power.si


def _autonomy(kind: str, supply: Supply | None, racks: float) -> tuple[str, float | None]:
    """Say for how long storage feeds all racks at full load [s], and what that stands on."""
    if not kind:
        return "the site names no UPS and no battery", None
    if supply is not None and supply.energy is not None:
        return "the site's file", autonomy(supply.energy.si, racks)
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
