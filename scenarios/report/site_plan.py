"""
A run's site seen from above: what stands where, and how warm and how loaded each rack was in some minutes.

Racks are packed as bytes that the page draws on a canvas: tens of thousands of them would be a burden as elements.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from scenarios.page import drawing, quantities

if TYPE_CHECKING:
    from scenarios.page.envelope import Tables
    from twin.site import Floats

Packed = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

COLDEST, STEP = 200.0, 0.01
"""Temperature [K] of a packed zero, and of each one more."""

NOTHING = 65535
"""Packed where there is no value; the others are smaller."""

BYTE = 256
"""Numbers that a byte holds."""

LIMITS = ("chip_temp", "shutdown_temp")
"""Kinds of events.parquet that tell of single racks."""

MINUTE = 60


class SitePlan(NamedTuple):
    """
    A plan as the page shows it.

    Attributes
    ----------
    caption : text
        Below it.
    moments, halls : tuple of text
        Minutes that can be shown, and halls that can be shown alone.
    data : text
        JSON that the page's script reads.
    """

    caption: str
    moments: tuple[str, ...]
    halls: tuple[str, ...]
    data: str


def site_plan(run: Tables) -> SitePlan | None:
    """
    Pack what the page draws of a run's site.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    SitePlan or None
        Nothing where the site has no plan.
    """
    things = {str(kind): frame for (kind,), frame in run.scan("layout").collect().group_by("kind")}
    racks, halls = things["rack"].sort("number"), things["hall"].sort("number")
    if racks["x_m"].null_count():
        return None
    rooms = pl.concat([things["building"], halls])
    width, depth = (
        float((rooms[middle] + 0.5 * rooms[side]).to_numpy().max())
        for middle, side in (("x_m", "width_m"), ("y_m", "depth_m"))
    )
    pixel = max(width, depth) / (NOTHING - 1)
    chosen = moments(run)
    crossed = run.scan("events").filter(pl.col("kind").is_in(LIMITS)).select("asset").collect()["asset"]
    data = {
        "size": [width, depth],
        "step": {"place": pixel, "temperature": STEP, "coldest": COLDEST},
        "place": [racks["width_m"][0], racks["depth_m"][0]],
        "buildings": _rectangles(things["building"].sort("number")),
        "halls": _rectangles(halls),
        "cdus": _marks(things["cdu"].sort("number"), pixel) if "cdu" in things else {},
        "racks": _racks(racks, pixel),
        "moments": _values(run, chosen, racks.height),
        "crossed": racks["number"].filter(racks["name"].is_in(crossed.implode())).to_list(),
    }
    caption = (
        f"{quantities.count(racks.height)} racks to scale; the site is {_metres(width)} by {_metres(depth)}. Colour: "
        "highest temperature of a rack's worst chip in the minute (grey: no accelerators), or its mean power. Framed: "
        "racks whose chips crossed a limit in the run. Point at a rack to read it; zoom in by + or a double click, "
        "then drag."
    )
    return SitePlan(caption, tuple(chosen), tuple(halls["name"]), drawing.text(data))


def moments(run: Tables) -> dict[str, int]:
    """
    Choose the minutes that a plan can show.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    dict
        What is special about a minute, with its time -> its number in the run; the highest power first, each once.
    """
    drawn, chips = pl.col("facility_power_w"), pl.col("chip_temp_max_k").fill_nan(None)
    time = pl.col("time")
    seconds = run.scan("site").select(time.first(), low=time.filter(drawn == drawn.min()).min()).collect()
    start, low = seconds.row(0)
    warmest = run.scan("halls").select(time.filter(chips == chips.max()).min()).collect()["time"][0]
    found = {
        "highest power": int(run.manifest["one_line"]["second"]) // MINUTE,
        "warmest chip": int((warmest - start).total_seconds()) // MINUTE,
        "lowest power": int((low - start).total_seconds()) // MINUTE,
    }
    first = {minute: what for what, minute in reversed(found.items())}
    return {
        f"{what}, {_clock(start, minute)}": minute
        for minute, what in sorted(first.items(), key=lambda kept: list(found).index(kept[1]))
    }


def _metres(length: float) -> str:
    return f"{quantities.digits(length, 3)}{quantities.THIN}m"


def _clock(start: datetime, minute: int) -> str:
    moment = start + timedelta(seconds=MINUTE * minute)
    return f"{moment.day} {moment:%b %H:%M}"


def _values(run: Tables, chosen: dict[str, int], racks: int) -> list[dict[str, Any]]:
    """Pack power and temperature of all racks in each of some minutes."""
    start = run.scan("racks").select(pl.col("time").first()).collect()["time"][0]
    times = [start + timedelta(seconds=MINUTE * minute) for minute in chosen.values()]
    columns = ("it_power_mean_w", "chip_temp_max_k")
    kept = run.scan("racks").filter(pl.col("time").is_in(times)).select("time", "rack", *columns).collect()
    highest = float(kept[columns[0]].to_numpy().max()) or 1.0
    packed = []
    for label, time in zip(chosen, times, strict=True):
        minute = kept.filter(pl.col("time") == time)
        rows = minute["rack"].to_numpy()
        power, warm = (np.full(racks, np.nan) for _ in columns)
        power[rows], warm[rows] = (minute[name].to_numpy() for name in columns)
        step = highest / (NOTHING - 1)
        packed.append(
            {"label": label, "power": _packed(power, 0.0, step), "warm": _packed(warm, COLDEST, STEP), "watts": step}
        )
    return packed


def _racks(racks: pl.DataFrame, pixel: float) -> dict[str, Any]:
    """Pack places and names; a rack's name begins with its CDU's, and few ends are different."""
    classes = racks.unique("rack_class", maintain_order=True)
    ends = racks["name"].str.split("/").list.last()
    pairs = racks.select(pair=pl.concat_str("feed_a", "feed_b", separator="\n", ignore_nulls=True))["pair"]
    cdus, end, feeds = (_numbered(names) for names in (racks["cdu"], ends, pairs))
    numbers, kinds = _numbered(racks["rack_class"])
    return {
        **_marks(racks, pixel, named=False),
        "kind": numbers,
        "kinds": [
            [kind, row["rated_power_w"], row["throttle_temp_k"]]
            for kind, row in zip(kinds, classes.iter_rows(named=True), strict=True)
        ],
        "cdu": cdus[0],
        "cdus": cdus[1],
        "end": end[0],
        "ends": end[1],
        "feed": feeds[0],
        "feeds": [list(dict.fromkeys(pair.split("\n"))) for pair in feeds[1]],
        "row": _small(racks["hall_row"].to_numpy()),
    }


def _numbered(names: pl.Series) -> tuple[Packed, list[str]]:
    """Give each name its number among those that are different, in order of appearance."""
    different = names.unique(maintain_order=True)
    order = pl.DataFrame({"name": different, "number": _small(np.arange(different.len()))})
    found = pl.DataFrame({"name": names}).join(order, on="name", how="left", maintain_order="left")
    return found["number"].to_numpy(), different.to_list()


def _small(numbers: npt.NDArray[np.integer[Any]]) -> Packed:
    """Take the smallest type that the page reads and that holds them all."""
    return numbers.astype(np.uint8) if numbers.max(initial=0) < BYTE else numbers.astype(np.uint16)


def _rectangles(rooms: pl.DataFrame) -> list[list[Any]]:
    """Give name, south-west corner and size of each."""
    return [
        [
            row["name"],
            row["x_m"] - 0.5 * row["width_m"],
            row["y_m"] - 0.5 * row["depth_m"],
            row["width_m"],
            row["depth_m"],
        ]
        for row in rooms.iter_rows(named=True)
    ]


def _marks(things: pl.DataFrame, pixel: float, *, named: bool = True) -> dict[str, Any]:
    places = {side: _packed(things[f"{side}_m"].to_numpy(), 0.0, pixel) for side in "xy"}
    return {**places, "names": things["name"].to_list()} if named else dict(places)


def _packed(values: Floats, zero: float, step: float) -> Packed:
    scaled = np.rint((values - zero) / step)
    return np.where(np.isnan(scaled), NOTHING, np.clip(np.nan_to_num(scaled), 0, NOTHING - 1)).astype(np.uint16)
