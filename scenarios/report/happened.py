"""What happened: the seconds around the first scheduled change, from the warmest chip to the facility water."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from scenarios.page import drawing, envelope, lines, quantities
from scenarios.page.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILION, Chart, Line
from scenarios.report import incidents
from twin.outline import CDUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.page.drawing import Figure
    from scenarios.page.envelope import Tables

REACH = timedelta(hours=2)
"""After the first change: what comes later is not drawn."""

QUIET = timedelta(minutes=30)
"""Drawn after a change that nothing follows."""

LEAST = timedelta(seconds=60)
"""Shortest time taken for the disturbance itself."""

MINUTE = timedelta(minutes=1)
"""Longest time between two rows of cooling.parquet: lines reach beyond both ends of what is drawn."""

STRANDED = 30.0
"""[K] of the warmest rack outlet over the warmest supply from which it is drawn: twice what coolant gains in use."""

POINTS = 3600
"""Most points of a line: an hour second by second."""

_LIMITS = (
    ("throttle_temp_k", "Throttle limit", ORANGE, 1),
    ("shutdown_temp_k", "Shutdown limit", VERMILION, 1),
    ("coolant_supply_temp_k", "Alarm of the coolant supply", BLUE, 2),
)
"""Limits of a manifest: their name, colour and panel."""


_OUTLET = Line("coolant_temp_max_k", "Warmest coolant at a rack outlet", VERMILION, dash="dot")
_STRANDED = (
    "A CDU without flow keeps its supply temperature while the coolant in its racks warms: that of the warmest rack "
    "outlet is the highest of each minute."
)


class Mark(NamedTuple):
    """A moment, and what to say of it."""

    time: datetime
    text: str


class Story(NamedTuple):
    """
    What a run holds of a disturbance.

    Attributes
    ----------
    seconds : frame
        ``time``, ``chip_temp_max_k``, ``coolant_supply_temp_max_k`` (warmest of the site) and ``it_power_w``.
    minutes : frame
        ``time``, ``supply_temp_k`` (warmest facility water to the CDUs) and ``air_temp_k`` (warmest hall air).
    outlets : frame
        ``time`` (middle of the minute) and ``coolant_temp_max_k`` (warmest coolant at a rack outlet); empty where it
        is not far over the supply.
    changes, reached : tuple of Mark
        Scheduled changes, those at one moment together, and limits that chips came to.
    begin, end : datetime
        What is drawn.
    step : [s]
        Of `seconds`.
    """

    seconds: pl.DataFrame
    minutes: pl.DataFrame
    outlets: pl.DataFrame
    changes: tuple[Mark, ...]
    reached: tuple[Mark, ...]
    begin: datetime
    end: datetime
    step: int


def window(disturbed: datetime, moments: Sequence[datetime], shutdown: datetime | None) -> tuple[datetime, datetime]:
    """
    Choose the time that is drawn.

    Parameters
    ----------
    disturbed
        When the first change came.
    moments
        Of further changes and of limits that chips came to.
    shutdown
        When the first chip shut down, if one did: what comes later is another story.

    Returns
    -------
    tuple of datetime
        Begin and end.
    """
    until = min(disturbed + REACH, shutdown or disturbed + REACH)
    last = max((moment for moment in moments if disturbed < moment <= until), default=disturbed)
    span = max(last - disturbed, LEAST)
    after = QUIET if last == disturbed else max(span / 2, LEAST)
    return disturbed - max(span / 4, LEAST / 2), last + after


def story(run: Tables) -> Story | None:
    """
    Read what a run holds of its disturbance.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    Story
        None if nothing was scheduled.
    """
    if run.manifest["disturbed"] is None:
        return None
    disturbed = datetime.fromisoformat(run.manifest["disturbed"])
    reached = {name: datetime.fromisoformat(text) for name, text in run.manifest["reached"].items() if text}
    changes = incidents.scheduled(run.scan("events").collect())
    begin, end = window(disturbed, [*changes["time"], *reached.values()], reached.get("shutdown"))
    inside = pl.col("time").is_between(begin, end)
    step = envelope.step_for((end - begin).total_seconds(), POINTS)
    bucket = pl.col("time").dt.truncate(f"{step}s")
    warmest = [pl.col(name).fill_nan(None).max() for name in ("chip_temp_max_k", "coolant_supply_temp_max_k")]
    halls = run.scan("halls").filter(inside).group_by(bucket).agg(warmest)
    power = run.scan("site").filter(inside).group_by(bucket).agg(pl.col("it_power_w").mean())
    liquid = [loop["name"] for loop in run.manifest["loops"] if CDUS in loop["cools"]]
    around = pl.col("time").is_between(begin - MINUTE, end + MINUTE)
    supply = pl.col("supply_temp_k").filter(pl.col("loop").is_in(liquid)).max()
    minutes = run.scan("cooling").filter(around).group_by("time").agg(supply, pl.col("air_temp_k").fill_nan(None).max())
    together = changes.group_by("time", maintain_order=True).agg(text=pl.format("{}: {}", "asset", "message"))
    seconds = halls.join(power, on="time").sort("time").collect()
    return Story(
        seconds,
        minutes.sort("time").collect(),
        _outlets(run.scan("racks").filter(around), seconds["coolant_supply_temp_max_k"]),
        tuple(Mark(time, "; ".join(texts)) for time, texts in together.iter_rows() if begin <= time <= end),
        tuple(_reached(name, moment, disturbed) for name, moment in reached.items() if begin <= moment <= end),
        begin,
        end,
        step,
    )


def figure(told: Story, limits: Mapping[str, float | None]) -> Chart:
    """Draw a disturbance: temperatures with their limits, power, and the moments that matter."""
    drawn = lines.over_time(560, (0.42, 0.34, 0.24))
    scale = lines.scale_for("W", told.seconds["it_power_w"])
    lines.add_line(drawn, told.seconds, Line("chip_temp_max_k", "Warmest chip", INK), lines.CELSIUS, 1)
    for frame, line in (
        (told.seconds, Line("coolant_supply_temp_max_k", "Warmest coolant supply", BLUE)),
        *((told.outlets, line) for line in (_OUTLET,) if not told.outlets.is_empty()),
        (told.minutes, Line("supply_temp_k", "Warmest facility water to CDUs", GREEN)),
        (told.minutes, Line("air_temp_k", "Warmest hall air", PURPLE)),
    ):
        lines.add_line(drawn, frame, line, lines.CELSIUS, 2)
    lines.add_line(drawn, told.seconds, Line("it_power_w", "IT power", GREY), scale, 3)
    ends = pl.DataFrame({"time": [told.begin, told.end]})
    drawing.set_axes(drawn, "x", range=[*lines.milliseconds(ends["time"])])
    for name, label, colour, row in _LIMITS:
        if limits[name] is not None:
            level = ends.with_columns(pl.lit(limits[name]).alias(name))
            lines.add_line(drawn, level, Line(name, label, colour, dash="dash", width=1.2), lines.CELSIUS, row)
    for number, mark in enumerate(told.changes, start=1):
        _add_mark(drawn, mark, f"({number})", GREY, 1.0)
    for mark in told.reached:
        _add_mark(drawn, mark, mark.text, VERMILION, 0.0)
    drawn["layout"]["legend"]["y"] = 1.05
    for row, title in enumerate(("Chips [°C]", "Fluids [°C]", f"IT power [{scale.unit}]"), start=1):
        lines.name_y(drawn, title, row)
    changes = "; ".join(f"({number}) {mark.time:%H:%M:%S} {mark.text}" for number, mark in enumerate(told.changes, 1))
    every = "Every second" if told.step == 1 else f"Highest temperatures and mean power of each {told.step} s"
    stranded = "" if told.outlets.is_empty() else f"{_STRANDED} "
    caption = f"{every}; facility water and hall air each minute. {stranded}{changes}. The axes do not start at zero."
    return lines.chart("What happened", caption, drawn)


def _outlets(racks: pl.LazyFrame, supply: pl.Series) -> pl.DataFrame:
    highest = pl.col("coolant_temp_max_k").fill_nan(None).max()
    found = racks.group_by("time").agg(highest).sort("time").collect(engine="streaming")
    far = found.filter(pl.col("coolant_temp_max_k") > pl.lit(supply.max()) + STRANDED)
    return found.clear() if far.is_empty() else found.with_columns(envelope.at_middle(found["time"], envelope.MINUTE))


def _reached(name: str, moment: datetime, disturbed: datetime) -> Mark:
    return Mark(moment, f"{name} after {quantities.duration((moment - disturbed).total_seconds())}")


def _add_mark(drawn: Figure, mark: Mark, text: str, colour: str, height: float) -> None:
    """Draw a line at a moment through all panels, with a text above a height of the first panel."""
    at = mark.time.timestamp() * 1e3
    line = {"color": colour, "width": 1, "dash": "dot"}
    shape: dict[str, Any] = {"type": "line", "xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    drawn["layout"].setdefault("shapes", []).append(shape | {"line": line})
    place = {"x": at, "xanchor": "left" if height == 0.0 else "center", "y": height, "yanchor": "bottom"}
    note = {"xref": "x", "yref": "y domain", "showarrow": False, "text": text, "font": {"color": colour, "size": 12}}
    drawn["layout"].setdefault("annotations", []).append(note | place)
