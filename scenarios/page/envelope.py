"""
A run's tables, thinned for the eye: mean, lowest and highest of each interval, so that no peak is lost.

Large tables are never held: each is one streaming aggregation that reads the columns it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import polars as pl

from twin.columns import COOLING, SITE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twin.site import Floats

POINTS = 1500
"""Most points of a trace: more than the pixels of its chart."""

HEAT_MAP_ROWS = 32
"""Rows that a heat map of racks is drawn with, as far as halls divide so."""

MINUTE = 60
"""[s] of a row of the tables of racks and CDUs, and at most of a row of the cooling plant's."""

_HEAT_MAP_STEPS = ((2 * 3600, MINUTE), (6 * 3600, 300))
"""[s] of a shorter run, and of a column of its heat map: some tens of columns in any run."""

_HEAT_MAP_STEP = 900
"""[s] of a column of the heat map of any longer run."""

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Tables(Protocol):
    """What is read of a run: its manifest, its metrics and its tables."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was run, as in manifest.json."""
        ...

    @property
    def metrics(self) -> Mapping[str, Mapping[str, Any]]:
        """Figures of the run by name, each with value and unit."""
        ...

    def scan(self, name: str) -> pl.LazyFrame:
        """Open a table without reading it."""
        ...


class RackGroup(NamedTuple):
    """
    Neighbouring racks that share a row of the heat map.

    Attributes
    ----------
    label : text
        Name of the hall, or of the part of it.
    racks : [1]
        How many.
    """

    label: str
    racks: int


def step_for(duration: float, points: int = POINTS) -> int:
    """
    Choose the interval that a trace of a run is thinned to.

    Parameters
    ----------
    duration : [s]
        Of the run.
    points : [1]
        Most points wanted.

    Returns
    -------
    [s]
        The shortest round interval that gives no more.
    """
    return next((step for step in _STEPS if duration <= step * points), _STEPS[-1])


def heat_map_step(duration: float) -> int:
    """
    Choose the interval that a column of the heat map of racks stands for.

    Parameters
    ----------
    duration : [s]
        Of the run.

    Returns
    -------
    [s]
        A quarter of an hour; less for a run of under six hours, in which it would hide what happened.
    """
    return next((step for shorter, step in _HEAT_MAP_STEPS if duration < shorter), _HEAT_MAP_STEP)


def at_middle(times: pl.Series, step: int) -> pl.Series:
    """
    Give the middle of each interval, where the eye looks for what it stands for.

    Parameters
    ----------
    times
        Start of each interval.
    step : [s]
        Interval.

    Returns
    -------
    series
        Half an interval later.
    """
    return times.dt.offset_by(f"{500 * step}ms")


def site(run: Tables, step: int) -> pl.DataFrame:
    """
    Give the site's powers and its PUE over each interval.

    Parameters
    ----------
    run
        The run.
    step : [s]
        Interval.

    Returns
    -------
    frame
        ``time``; the mean of each column under its own name; ``<column>_low`` and ``<column>_high``; and ``pue``,
        facility energy over IT energy of the interval.
    """
    columns = [name for name in SITE if name != "time"]
    thinned = _thin(run.scan("site"), step, columns)
    return thinned.with_columns(pue=pl.col("facility_power_w") / pl.col("it_power_w"))


def grid(run: Tables, step: int) -> pl.DataFrame:
    """
    Give voltages and loading at the point of connection over each interval.

    Parameters
    ----------
    run
        The run.
    step : [s]
        Interval.

    Returns
    -------
    frame
        As of `site`.
    """
    return _thin(run.scan("grid"), step, ["pcc_voltage_pu", "campus_voltage_pu", "transformer_loading"])


def cdus(run: Tables, step: int) -> pl.DataFrame:
    """
    Give coolant temperatures over each interval: mean, lowest and highest of the site's CDUs.

    Parameters
    ----------
    run
        The run.
    step : [s]
        Interval.

    Returns
    -------
    frame
        As of `site`.
    """
    return _thin(run.scan("cdus"), step, ["supply_temp_k", "return_temp_k"])


def cooling(run: Tables, step: int) -> pl.DataFrame:
    """
    Give the cooling plant over each interval: power and water summed over the loops, temperatures averaged over them.

    Parameters
    ----------
    run
        The run.
    step : [s]
        Interval.

    Returns
    -------
    frame
        As of `site`.
    """
    flows = [name for name in COOLING if name.endswith(("power_w", "rejected_w", "kg_s"))]
    temperatures = [name for name in COOLING if name.endswith("temp_k")]
    at_once = run.scan("cooling").group_by("time").agg(pl.col(flows).sum(), pl.col(temperatures).fill_nan(None).mean())
    return _thin(at_once, step, flows + temperatures)


def loop_kinds(run: Tables, step: int) -> dict[str, pl.DataFrame]:
    """
    Give each kind of loop over each interval: means over its loops, and their lowest and highest.

    Parameters
    ----------
    run
        The run; its manifest says what each loop cools.
    step : [s]
        Interval.

    Returns
    -------
    dict of text to frame
        What the loops cool -> as of `site`, and ``cooling_mode``, that of most loops.
    """
    cools = pl.DataFrame(
        [(loop["name"], loop["cools"]) for loop in run.manifest["loops"]], ["loop", "kind"], orient="row"
    )
    columns = ["supply_temp_k", "return_temp_k", "fan_speed", "chiller_load"]
    values = pl.col(columns).fill_nan(None)
    thinned = (
        run.scan("cooling")
        .join(cools.lazy(), on="loop")
        .group_by("kind", pl.col("time").dt.truncate(f"{step}s"))
        .agg(
            values.mean(),
            values.min().name.suffix("_low"),
            values.max().name.suffix("_high"),
            pl.col("cooling_mode").drop_nans().mode().min(),
        )
        .sort("kind", "time")
        .collect()
    )
    return {kind: frame for (kind,), frame in thinned.group_by("kind", maintain_order=True)}


def halls(run: Tables) -> list[dict[str, Any]]:
    """
    Give the halls with the number of racks in each, in the order of the racks.

    Parameters
    ----------
    run
        The run; one that does not say its halls is taken as one hall.

    Returns
    -------
    list of dict
        ``name`` and ``racks``.
    """
    known: list[dict[str, Any]] = run.manifest.get("halls", [])
    if known:
        return known
    last = run.scan("racks").select(pl.col("rack").max()).collect().item()
    return [{"name": "racks", "racks": 0 if last is None else last + 1}]


def rack_groups(halls: Sequence[Mapping[str, Any]]) -> tuple[RackGroup, ...]:
    """
    Divide the racks into groups of neighbours, each within one hall.

    Parameters
    ----------
    halls
        ``name`` and number of ``racks`` of each hall, in the order of the racks.

    Returns
    -------
    tuple of RackGroup
        One a hall where there are many, several a hall where there are few.
    """
    total = sum(hall["racks"] for hall in halls)
    groups = []
    for hall in halls:
        count = hall["racks"]
        parts = min(count, max(1, round(HEAT_MAP_ROWS * count / total)))
        for part in range(parts):
            start, end = count * part // parts, count * (part + 1) // parts
            label = hall["name"] if parts == 1 else f"{hall['name']} {start + 1}–{end}"
            groups.append(RackGroup(label, end - start))
    return tuple(groups)


def racks(run: Tables, groups: Sequence[RackGroup]) -> pl.DataFrame:
    """
    Give chip temperatures of each group of racks over each stored minute.

    Parameters
    ----------
    run
        The run.
    groups
        Groups of racks, in the order of the racks.

    Returns
    -------
    frame
        ``time``, ``group`` (row of `groups`), ``chip_temp_k`` (mean over racks of the worst chip of each),
        ``chip_temp_k_high`` (highest), ``rows`` (rows of the table behind them).
    """
    group_of = np.repeat(np.arange(len(groups), dtype=np.uint32), [group.racks for group in groups])
    # A look-up costs a sixth of a search among the groups' bounds, and there are tens of millions of rows.
    group = pl.lit(pl.Series(group_of)).gather(pl.col("rack"))
    mean, highest = (pl.col(f"chip_temp_{part}_k").fill_nan(None) for part in ("mean", "max"))
    return (
        run.scan("racks")
        .group_by("time", group=group)
        .agg(chip_temp_k=mean.mean(), chip_temp_k_high=highest.max(), rows=mean.count())
        .sort("time", "group")
        .collect(engine="streaming")
    )


def over_groups(frame: pl.DataFrame, step: int) -> pl.DataFrame:
    """
    Bring the groups of racks together: the site's worst and mean chip temperature over each interval.

    Parameters
    ----------
    frame
        As `racks` gives it.
    step : [s]
        Interval.

    Returns
    -------
    frame
        ``time``, ``chip_temp_k``, ``chip_temp_k_high``.
    """
    weighted = (pl.col("chip_temp_k") * pl.col("rows")).sum() / pl.col("rows").sum()
    bucket = pl.col("time").dt.truncate(f"{step}s")
    highest = pl.col("chip_temp_k_high").max()
    return frame.group_by(bucket).agg(chip_temp_k=weighted, chip_temp_k_high=highest).sort("time")


def warmest_chip(run: Tables, step: int) -> pl.DataFrame:
    """
    Give the warmest chip of the site over each interval, from the seconds of the halls.

    Parameters
    ----------
    run
        The run.
    step : [s]
        Interval.

    Returns
    -------
    frame
        ``time``, ``chip_temp_k_high``.
    """
    bucket, highest = pl.col("time").dt.truncate(f"{step}s"), pl.col("chip_temp_max_k").fill_nan(None).max()
    return run.scan("halls").group_by(bucket).agg(chip_temp_k_high=highest).sort("time").collect(engine="streaming")


def heat_map(frame: pl.DataFrame, rows: int, step: int) -> tuple[pl.Series, Floats]:
    """
    Spread the highest chip temperatures over time and groups of racks.

    Parameters
    ----------
    frame
        As `racks` gives it.
    rows : [1]
        Number of groups.
    step : [s]
        Interval of a column.

    Returns
    -------
    tuple
        Starts of the columns, and the highest temperature (group, column) [K], NaN where there is none.
    """
    bucket = pl.col("time").dt.truncate(f"{step}s")
    highest = frame.group_by(bucket, "group").agg(pl.col("chip_temp_k_high").max()).drop_nulls()
    times = highest["time"].unique().sort()
    cells = np.full((rows, len(times)), np.nan)
    columns = times.search_sorted(highest["time"]).to_numpy()
    cells[highest["group"].to_numpy(), columns] = highest["chip_temp_k_high"].to_numpy()
    return times, cells


def _thin(frame: pl.LazyFrame, step: int, columns: Sequence[str]) -> pl.DataFrame:
    values = pl.col(columns).fill_nan(None)
    bucket = pl.col("time").dt.truncate(f"{step}s")
    aggregates = (values.mean(), values.min().name.suffix("_low"), values.max().name.suffix("_high"))
    return frame.group_by(bucket).agg(aggregates).sort("time").collect(engine="streaming")
