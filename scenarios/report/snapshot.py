"""What a run's site did in the second of its highest power, as far as tables tell: loops, CDUs, machines, heat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from scenarios.page.envelope import Tables

MACHINES = {
    "CDU pumps": "cdu_pump_power_w",
    "facility water pumps": "pump_power_w",
    "hall fans": "coil_fan_power_w",
    "cooler fans": "fan_power_w",
    "chillers": "chiller_power_w",
}
"""Kinds of cooling machine, and their columns of cooling.parquet."""

_SUMS = (*MACHINES.values(), "heat_rejected_w", "water_use_kg_s")


class Snapshot(NamedTuple):
    """
    A second of a run.

    Attributes
    ----------
    time : datetime
        When, UTC.
    loops : dict
        What loops cool -> column of cooling.parquet -> sum of power, heat and make-up water, mean of the rest, over
        the loops of the kind.
    machines : dict
        Kind of cooling machine -> power of all [W].
    cdus : dict
        Column of cdus.parquet -> sum of heat, mean of the rest, in the minute of the second; none without CDUs.
    heat : dict
        Column of halls.parquet -> heat from racks to coolant and to air [W].
    """

    time: datetime
    loops: dict[str, dict[str, float]]
    machines: dict[str, float]
    cdus: dict[str, float]
    heat: dict[str, float]


def at_peak(run: Tables) -> Snapshot:
    """
    Read what a run did in the second of the highest power drawn.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    Snapshot
        Of the macro step, the minute and the second, as each table has them.
    """
    moment = datetime.fromisoformat(run.manifest["start"]) + timedelta(seconds=run.manifest["one_line"]["second"])
    time = pl.col("time")
    loops = run.scan("cooling").filter(time <= moment).filter(time == time.max()).collect()
    cools = {loop["name"]: loop["cools"] for loop in run.manifest["loops"]}
    kinds = loops.with_columns(kind=pl.col("loop").replace_strict(cools), missing=pl.lit(None)).drop("missing", "time")
    sums, rest = list(_SUMS), [name for name in kinds.columns if name not in {*_SUMS, "kind", "loop"}]
    told = kinds.group_by("kind").agg(pl.col(sums).sum(), pl.col(rest).fill_nan(None).mean())
    heat = pl.col("heat_w").sum()
    minute = time == moment - timedelta(seconds=run.manifest["one_line"]["second"] % 60)
    cdus = (
        run.scan("cdus").filter(minute).select(heat, pl.col("supply_temp_k", "return_temp_k", "valve_opening").mean())
    )
    halls = run.scan("halls").filter(time == moment).select(pl.col("liquid_heat_w", "air_heat_w").sum())
    found = cdus.collect().row(0, named=True)
    return Snapshot(
        moment,
        {row.pop("kind"): row for row in told.to_dicts()},
        {name: float(loops[column].sum()) for name, column in MACHINES.items()},
        {name: value for name, value in found.items() if value is not None},
        halls.collect().row(0, named=True),
    )
