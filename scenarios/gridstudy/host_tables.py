"""Tables of a campus on a transmission network: a row a bus, a branch, an outage, a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scenarios.gridstudy import host_network, host_outages
from scenarios.gridstudy.host_names import bus_label, labels, labels_of, stated
from scenarios.gridstudy.host_outages import cases
from twin.grid.capacity import capacitor_rating
from twin.grid.day_series import PERCENTILES
from twin.grid.host_capacity import NONE, THERMAL, VOLTAGE_CUTOFF, Limit
from twin.grid.power_flow import branch_flows

if TYPE_CHECKING:
    from scenarios.gridstudy.host_network import HostStudy
    from twin.arrays import Complexes, Floats
    from twin.grid.host import HostGrid, Indices

LIMIT = {"load_w": pl.Float64, "limit": pl.String, "element": pl.String, "outage": pl.String}
"""Columns of a limit."""

HELD = 1.0
"""Voltage [1] that sources at the points of connection are sized to hold."""


def tables(found: HostStudy) -> dict[str, pl.DataFrame]:
    """
    Give every table by name.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    dict of text to frame
        Numbers in SI, units in the names of columns.
    """
    kept = {
        "network_buses": buses(found),
        "network_branches": branches(found),
        "network_corners": corners(found),
        "network_outages": host_outages.outages(found),
        "network_overloads": host_outages.violations(found, "overload"),
        "network_voltages": host_outages.violations(found, "outside"),
        "network_islanding": host_outages.islanding(found),
        "network_limits": limits(found),
        "network_cutoffs": cutoffs(found),
        "network_pv": pv(found),
        "network_qv": qv(found),
        "network_sources": sources(found),
        "network_levels": pl.DataFrame({"level": host_network.LEVELS, "capacity_w": found.levels}),
        "network_curtailment": curtailment(found),
    }
    if found.course is not None:
        kept["network_course"] = course(found)
    return kept


def buses(found: HostStudy) -> pl.DataFrame:
    """
    Tell of each studied bus: where it is, its voltage without and with the campus, over the run, and after outages.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a bus.
    """
    grid, rows = found.network.grid, np.flatnonzero(found.network.studied)
    nodes = grid.buses
    columns: dict[str, Any] = {
        "bus": nodes.number[rows],
        "name": [nodes.name[row] for row in rows],
        "nominal_v": nodes.nominal_voltage[rows],
        "latitude": nodes.latitude[rows],
        "longitude": nodes.longitude[rows],
        "low_pu": nodes.voltage_min[rows],
        "high_pu": nodes.voltage_max[rows],
        "without_pu": np.abs(found.before.voltage)[rows],
        "with_pu": np.abs(found.with_campus.voltage)[rows],
    }
    if found.course is not None:
        day = found.course.day
        columns |= {
            "run_lowest_pu": day.voltage_lowest[rows],
            "run_lowest_at_s": day.voltage_lowest_at[rows],
            "run_highest_pu": day.voltage_highest[rows],
            "run_highest_at_s": day.voltage_highest_at[rows],
            "run_below_s": day.seconds_below[rows],
            "run_above_s": day.seconds_above[rows],
            **_percentiles("pu", day.voltage_percentiles, rows),
        }
    for name, outages_ in cases(found):
        worst = outages_.worst
        columns |= {
            f"{name}_lowest_pu": worst.lowest[rows],
            f"{name}_lowest_outage": labels_of(grid, worst.lowest_outage[rows]),
            f"{name}_highest_pu": worst.highest[rows],
            f"{name}_highest_outage": labels_of(grid, worst.highest_outage[rows]),
        }
    return stated(pl.DataFrame(columns))


def branches(found: HostStudy) -> pl.DataFrame:
    """
    Tell of each studied branch: its ends, its flow without and with the campus, over the run, and after outages.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a branch; empty ratings are not stated.
    """
    grid, rows = found.network.grid, np.flatnonzero(found.network.branches)
    lines = grid.branches
    rating = lines.rating[rows]
    columns: dict[str, Any] = {
        "branch": labels(grid)[rows],
        "start": grid.buses.number[lines.start[rows]],
        "end": grid.buses.number[lines.end[rows]],
        "transformer": lines.transformer[rows],
        "rating_va": rating,
        "emergency_va": lines.rating_emergency[rows],
        "without_va": _apparent(grid, found.before.voltage)[rows],
        "with_va": _apparent(grid, found.with_campus.voltage)[rows],
    }
    columns |= {f"{name}_loading": columns[f"{name}_va"] / rating for name in ("without", "with")}
    if found.course is not None:
        day = found.course.day
        columns |= {
            "run_highest_va": day.flow_highest[rows],
            "run_highest_at_s": day.flow_highest_at[rows],
            "run_over_s": day.seconds_over[rows],
            **_percentiles("va", day.flow_percentiles, rows),
        }
    for name, outages_ in cases(found):
        columns |= {
            f"{name}_outage_loading": outages_.worst.loading[rows],
            f"{name}_outage": labels_of(grid, outages_.worst.loading_outage[rows]),
        }
    return stated(pl.DataFrame(columns))


def corners(found: HostStudy) -> pl.DataFrame:
    """
    Give the loads at which units meet a reactive limit or hold their voltage again, in rising order.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a change.
    """
    grid = found.network.grid
    words = {-1: "at its lower limit", 0: "holds its voltage", 1: "at its upper limit"}
    rows = [
        {
            "load_w": corner.load,
            "bus": int(grid.buses.number[grid.units.bus[corner.unit]]),
            "before": words[corner.before],
            "after": words[corner.after],
        }
        for corner in found.curve.corners
    ]
    return pl.DataFrame(rows, schema={"load_w": pl.Float64, "bus": pl.Int64, "before": pl.String, "after": pl.String})


def limits(found: HostStudy) -> pl.DataFrame:
    """
    Give the loads at which limits are met, in rising order.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a limit, with all branches or after the outage named.
    """
    rows = [_limit(found.network.grid, limit) for limit in found.capacity.limits]
    return pl.DataFrame(rows, schema=LIMIT)


def cutoffs(found: HostStudy) -> pl.DataFrame:
    """
    Give the largest load after each outage over the change of voltage from which a bus's limit counts.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a change, falling; the first is that of `limits`. No limit is named where none is met.
    """
    capacity = found.capacity
    first = capacity.limits[0] if capacity.limits and capacity.load < capacity.highest else None
    nothing = Limit(capacity.highest, NONE, -1, -1)
    rows = [
        {"cutoff_pu": cutoff, **_limit(found.network.grid, nothing if limit is None else limit)}
        for cutoff, limit in ((VOLTAGE_CUTOFF, first), *found.cutoffs)
    ]
    return pl.DataFrame(rows, schema={"cutoff_pu": pl.Float64, **LIMIT})


def pv(found: HostStudy) -> pl.DataFrame:
    """
    Give the voltage at the points of connection over the campus's load, up to the end of the curve.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a load.
    """
    load, voltage = host_network.voltage_over_load(found)
    numbers = found.network.grid.buses.number[found.network.feeding.bus]
    columns = {f"bus_{number}_pu": values for number, values in zip(numbers, voltage.T, strict=True)}
    return pl.DataFrame({"load_w": load, **columns})


def qv(found: HostStudy) -> pl.DataFrame:
    """
    Give what sources at the points must give together to hold voltages there.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a voltage; empty where no power flow has it.
    """
    at_load, at_rating = found.needed
    table = {"voltage_pu": host_network.VOLTAGES, "at_load_var": at_load, "at_rating_var": at_rating}
    return pl.DataFrame(table).fill_nan(None)


def sources(found: HostStudy) -> pl.DataFrame:
    """
    Size what brings the points of connection back: a capacitor, or a source whose output does not fall with voltage.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a load and voltage, the points' highest lower limit and `HELD`; margins are those of the QV curve.
    """
    grid, points = found.network.grid, found.network.feeding.bus
    lowest = float(grid.buses.voltage_min[points].max())
    rows = []
    for name, load, needed in zip(("studied", "rating"), (found.load, found.rating), found.needed, strict=True):
        known = np.isfinite(needed)
        for voltage in (lowest, HELD):
            inside = known.any() and host_network.VOLTAGES[known].min() <= voltage <= host_network.VOLTAGES[known].max()
            given = float(np.interp(voltage, host_network.VOLTAGES[known], needed[known])) if inside else np.nan
            rows.append(
                {
                    "load": name,
                    "load_w": load,
                    "voltage_pu": voltage,
                    "capacitor_var": capacitor_rating(given, voltage),
                    "statcom_var": max(given, 0.0) if inside else np.nan,
                    "margin_var": -float(needed[known].min()) if known.any() else np.nan,
                }
            )
    return pl.DataFrame(rows).fill_nan(None)


def curtailment(found: HostStudy) -> pl.DataFrame:
    """
    Give the hours of a year in which campuses of several sizes must give way.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row a size.
    """
    size = host_network.SIZES * found.rating
    return pl.DataFrame(
        {"size_w": size, "hours": found.curtailment.hours, "energy_j": found.curtailment.energy}
    ).with_columns(share_of_energy=pl.col("energy_j") / (pl.col("size_w") * host_network.HOURS * 3600.0))


def course(found: HostStudy) -> pl.DataFrame:
    """
    Give losses and voltages at the points of connection over the run, second by second.

    Parameters
    ----------
    found
        The study, with a run.

    Returns
    -------
    frame
        A row a second; empty beyond the curve's end.
    """
    if found.course is None:
        return pl.DataFrame()
    day = found.course.day
    numbers = found.network.grid.buses.number[found.network.feeding.bus]
    columns = {f"bus_{number}_pu": values for number, values in zip(numbers, day.point_voltage.T, strict=True)}
    table = {"second": np.arange(day.loss.size), "network_loss_w": day.loss, **columns}
    return pl.DataFrame(table).fill_nan(None)


def _percentiles(unit: str, found: Floats, rows: Indices) -> dict[str, Floats]:
    return {f"run_p{percent:g}_{unit}": values[rows] for percent, values in zip(PERCENTILES, found, strict=True)}


def _limit(grid: HostGrid, limit: Limit) -> dict[str, object]:
    return {
        "load_w": limit.load,
        "limit": limit.kind,
        "element": _element(grid, limit.kind, limit.element),
        "outage": "none" if limit.outage < 0 else str(labels(grid)[limit.outage]),
    }


def _element(grid: HostGrid, kind: str, row: int) -> str:
    if row < 0:
        return "none"
    return str(labels(grid)[row]) if kind == THERMAL else bus_label(grid, row)


def _apparent(grid: HostGrid, voltage: Complexes) -> Floats:
    start, end = branch_flows(grid, voltage)
    return np.maximum(np.abs(start), np.abs(end))
