"""Where a site's things stand on the ground, and on which feeds its racks hang: for drawings, no physics reads it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from twin.columns import LAYOUT
from twin.site import Floats, Integers, Site
from twin.tables import schema


class Ground(NamedTuple):
    """
    A site's plan, in metres from its south-west corner; x to the east, y to the north.

    Attributes
    ----------
    rack_x, rack_y : (rack,) [m]
        Middle of each rack.
    cdu_x, cdu_y : (cdu,) [m]
        Middle of each CDU's place at the end of its group of racks.
    row : (rack,) [1]
        Row of each rack in its hall, from zero.
    hall_x, hall_y : (hall,) [m]
        South-west corner of each hall.
    hall_width, hall_depth : [m]
        Of every hall, the largest one's.
    building_x, building_y : (building,) [m]
        South-west corner of each building.
    building_width : [m]
        Of every building; its depth is its halls'.
    place_width, place_depth : [m]
        A rack as drawn.
    """

    rack_x: Floats
    rack_y: Floats
    cdu_x: Floats
    cdu_y: Floats
    row: Integers
    hall_x: Floats
    hall_y: Floats
    hall_width: float
    hall_depth: float
    building_x: Floats
    building_y: Floats
    building_width: float
    place_width: float
    place_depth: float


class Feeds(NamedTuple):
    """
    What hangs on each feed of the halls' first stage: busways, most often.

    Attributes
    ----------
    stage : text
        Name of the stage.
    rack_feed : (rack, 2)
        Feeds of each rack; the same twice where it has one cord.
    load : (feed,) [W]
        At the rated power of all racks, those with two cords half on either.
    most : (feed,) [W]
        With any one other feed lost, racks with two cords wholly on the one that is left.
    rating : [W]
        Of each.
    hall : (feed,)
        Hall of each.
    """

    stage: str
    rack_feed: Integers
    load: Floats
    most: Floats
    rating: float
    hall: Integers


def layout_table(site: Site, ground: Ground | None, feeds: Feeds | None) -> pl.LazyFrame:
    """
    Give layout.parquet.

    Parameters
    ----------
    site : Site
        The site.
    ground : Ground or None
        Its plan; without one nothing has a place, and there are no buildings.
    feeds : Feeds or None
        Feeds of its racks, where they are known.

    Returns
    -------
    LazyFrame
        One row a building, hall, CDU with coolant, and rack, in this order; nulls where a column does not apply.
    """
    parts = [_racks(site, ground, feeds)]
    wet = np.flatnonzero(site.cdus.exchanger_conductance > 0)
    halls = pl.Series(site.halls.name)
    cdus: dict[str, Any] = {
        "kind": "cdu",
        "number": wet,
        "name": pl.Series(site.cdus.name, dtype=pl.String).gather(wet),
        "hall": halls.gather(site.cdus.hall[wet]),
    }
    parts.insert(0, cdus | _rectangle(ground, "cdu", wet))
    parts.insert(0, {"kind": "hall", "number": np.arange(len(halls)), "name": halls} | _rectangle(ground, "hall"))
    if ground is not None:
        rows = np.arange(ground.building_x.size)
        names = [f"building_{row + 1}" for row in rows]
        parts.insert(0, {"kind": "building", "number": rows, "name": names} | _rectangle(ground, "building"))
    types = schema(LAYOUT)
    frames = [pl.DataFrame(part).cast({name: types[name] for name in part}) for part in parts]
    return pl.concat([pl.DataFrame(schema=types), *frames], how="diagonal").lazy()


def _racks(site: Site, ground: Ground | None, feeds: Feeds | None) -> dict[str, Any]:
    racks, classes = site.racks, site.rack_classes
    rows = racks.rack_class
    columns: dict[str, Any] = {
        "kind": "rack",
        "number": np.arange(len(racks.name)),
        "name": pl.Series(racks.name),
        "hall": pl.Series(site.halls.name).gather(racks.hall),
        "cdu": pl.Series(site.cdus.name).gather(racks.cdu),
        "rack_class": pl.Series(classes.name).gather(rows),
        "rated_power_w": classes.rated_power[rows],
        # The limit of a rack without accelerators is nobody's.
        "throttle_temp_k": pl.Series(np.where(classes.accelerators > 0, classes.throttle_temp, np.nan)[rows]).fill_nan(
            None
        ),
    }
    if feeds is not None:
        start = np.searchsorted(feeds.hall, feeds.hall)
        number = np.arange(feeds.hall.size) - start + 1
        names = [
            f"{site.halls.name[hall]}/{feeds.stage}_{place}"
            for hall, place in zip(feeds.hall.tolist(), number.tolist(), strict=True)
        ]
        columns |= {
            f"feed_{letter}": pl.Series(names).gather(feeds.rack_feed[:, side]) for side, letter in enumerate("ab")
        }
    if ground is not None:
        columns["hall_row"] = ground.row
    return columns | _rectangle(ground, "rack")


def _rectangle(ground: Ground | None, kind: str, rows: Integers | None = None) -> dict[str, Any]:
    """Give middle and size of all things of a kind, or of some."""
    if ground is None:
        return {}
    width, depth = {
        "building": (ground.building_width, ground.hall_depth),
        "hall": (ground.hall_width, ground.hall_depth),
    }.get(kind, (ground.place_width, ground.place_depth))
    x, y = getattr(ground, f"{kind}_x"), getattr(ground, f"{kind}_y")
    if kind in {"building", "hall"}:
        x, y = x + 0.5 * width, y + 0.5 * depth
    chosen = slice(None) if rows is None else rows
    return {"x_m": x[chosen], "y_m": y[chosen], "width_m": width, "depth_m": depth}
