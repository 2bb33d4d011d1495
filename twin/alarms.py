"""Limits that a run crossed: which, where, when, by how much and for how long, the worst first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling.ranges import LAWS
from twin.record import COOLING_FIELDS, Record
from twin.site import Floats, Site

TEMPERATURE_SCALE = 10.0
"""Kelvin that count as a margin of one."""

VOLTAGE_SCALE = 0.1
"""Per unit that counts as a margin of one."""


class Watched(NamedTuple):
    """
    Values that have a limit.

    Attributes
    ----------
    kind : text
        As in events.parquet.
    assets : tuple of text
        Name of each column.
    values : (time, asset)
        What is watched.
    limit : (asset,)
        Highest value allowed.
    scale : (asset,)
        What counts as a margin of one.
    unit : text
        Of values and limit.
    times : (time,) [s]
        Start of each row.
    step : (time,) [s]
        Length of each row.
    """

    kind: str
    assets: tuple[str, ...]
    values: npt.NDArray[np.floating[Any]]
    limit: Floats
    scale: Floats
    unit: str
    times: Floats
    step: Floats


Row = dict[str, object]


def alarms(record: Record, site: Site, start: datetime) -> list[Row]:
    """
    List every limit that a run crossed.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.
    start : datetime
        Start of the run, UTC.

    Returns
    -------
    list of dict
        Rows of events.parquet, the worst first.
    """
    rows = _chips(record, site, start)
    for watched in (*_cooling(record, site), *_power(record, site)):
        rows += _crossed(watched, start)
    rows += _out_of_range(record, site, start)
    return sorted(rows, key=lambda row: (row["kind"] != "shutdown_temp", row["margin"], row["time"], row["asset"]))


def _chips(record: Record, site: Site, start: datetime) -> list[Row]:
    """Give racks whose worst chip crossed its limits; the kernel noted them second by second."""
    layout, classes = record.layout, site.rack_classes
    hot = np.flatnonzero(record.limits[3][layout.member] >= 0.0)
    rows: list[Row] = []
    for rack in hot:
        kernel_rack = layout.member[rack]
        row, measured = layout.variant[kernel_rack] >> 1, bool(layout.variant[kernel_rack] & 1)
        worst, _, seconds, first, _, off, lost, beyond = (float(value) for value in record.limits[:, kernel_rack])
        what = "worst chip" if classes.accelerators[row] > 0.0 else "warmest part of a rack without accelerators"
        outcome = "; it follows its measurement all the same" if measured else ""
        outcome += f"; {lost:,.0f} s of computing lost" if lost > 0.0 else ""
        over = [("chip_temp", "throttle", float(classes.throttle_temp[row]), first, seconds, outcome)]
        if off >= 0.0:
            done = "" if measured else "; it switched off"
            over.append(("shutdown_temp", "shutdown", float(classes.shutdown_temp[row]), off, beyond, done + outcome))
        rows += [
            {
                "time": start + timedelta(seconds=moment),
                "kind": kind,
                "asset": site.racks.name[rack],
                "value": worst,
                "limit": limit,
                "margin": (limit - worst) / TEMPERATURE_SCALE,
                "unit": "K",
                "duration_s": duration,
                "message": f"{what} {worst - limit:.1f} K over its {which} limit{words}",
            }
            for kind, which, limit, moment, duration, words in over
        ]
    return rows


def _cooling(record: Record, site: Site) -> list[Watched]:
    minutes = np.asarray(60.0 * np.arange(record.cdus.shape[1]), dtype=float)
    minute = np.asarray(np.minimum(60.0, record.site.shape[1] - minutes), dtype=float)
    cdus, loops, halls = site.cdus, site.loops, site.halls
    wet = np.flatnonzero(cdus.exchanger_conductance > 0)
    names = tuple(cdus.name[cdu] for cdu in wet)
    kelvin = np.full(wet.size, TEMPERATURE_SCALE)
    steps = np.asarray(np.diff(record.cooling_time, append=record.site.shape[1]), dtype=float)
    field = {name: record.cooling[row] for row, name in enumerate(COOLING_FIELDS)}
    air_limit = np.full(len(loops.name), np.inf)
    np.minimum.at(air_limit, halls.air_loop, halls.air_alarm)
    loop_kelvin = np.full(len(loops.name), TEMPERATURE_SCALE)
    heat = record.cdus[2][:, wet]
    rated = cdus.rated_heat[wet]
    return [
        Watched("coolant_supply", names, record.cdus[4][:, wet], cdus.supply_alarm[wet], kelvin, "K", minutes, minute),
        Watched("cdu_heat", names, heat, rated, rated, "W", minutes, minute),
        Watched(
            "loop_supply",
            loops.name,
            field["supply_temp_k"],
            loops.supply_alarm,
            loop_kelvin,
            "K",
            record.cooling_time,
            steps,
        ),
        Watched("hall_air", loops.name, field["air_temp_k"], air_limit, loop_kelvin, "K", record.cooling_time, steps),
    ]


def _power(record: Record, site: Site) -> list[Watched]:
    seconds = np.arange(float(record.site.shape[1]))
    step = np.ones(seconds.size)
    halls, connection = site.halls, site.connection
    rating, volts = np.array([connection.rating]), np.array([VOLTAGE_SCALE])
    voltage = record.voltage[:, np.newaxis]
    return [
        Watched("feeder", halls.name, record.halls[0], halls.feeder_rating, halls.feeder_rating, "W", seconds, step),
        Watched("connection", ("site",), record.site[5][:, np.newaxis], rating, rating, "W", seconds, step),
        Watched("voltage", ("PCC, high",), voltage, np.array([connection.voltage_high]), volts, "1", seconds, step),
        # A lower limit is an upper one on the negative value; the row shows the values themselves.
        Watched("voltage", ("PCC, low",), -voltage, -np.array([connection.voltage_low]), volts, "1", seconds, step),
    ]


def _crossed(watched: Watched, start: datetime) -> list[Row]:
    worst = watched.values.max(axis=0)
    rows: list[Row] = []
    for column in np.flatnonzero(worst > watched.limit):
        over = watched.values[:, column] > watched.limit[column]
        value, limit = float(worst[column]), float(watched.limit[column])
        sign = -1.0 if limit < 0 else 1.0
        excess = _excess(value - limit, watched.unit)
        rows.append(
            {
                "time": start + timedelta(seconds=float(watched.times[np.argmax(over)])),
                "kind": watched.kind,
                "asset": watched.assets[column],
                "value": sign * value,
                "limit": sign * limit,
                "margin": (limit - value) / float(watched.scale[column]),
                "unit": watched.unit,
                "duration_s": float(watched.step[over].sum()),
                "message": f"{watched.kind.replace('_', ' ')} beyond its limit by {excess}",
            }
        )
    return rows


def _excess(value: float, unit: str) -> str:
    """Write three digits of an excess; watts with the prefix that fits what is left after rounding."""
    rounded = float(f"{value:.3g}")
    prefixes = ((1e9, "G"), (1e6, "M"), (1e3, "k")) if unit == "W" else ()
    factor, prefix = next(((factor, prefix) for factor, prefix in prefixes if rounded >= factor), (1.0, ""))
    return f"{rounded / factor:.3g} {prefix}{unit}".removesuffix(" 1")


def _out_of_range(record: Record, site: Site, start: datetime) -> list[Row]:
    """
    Give models that were used outside the range they are valid for.

    A row for each law and kind of loop, that of the loop that was outside for longest: a site may have a hundred loops
    that do much the same.
    """
    steps = np.diff(record.cooling_time, append=record.site.shape[1])
    kinds = np.array([name.rpartition("/")[2] for name in site.loops.name])
    rows: list[Row] = []
    for law, name in enumerate(LAWS):
        outside = ~record.inside[:, law]
        for kind in dict.fromkeys(kinds[outside.any(axis=0)]):
            loops = np.flatnonzero(outside.any(axis=0) & (kinds == kind))
            seconds = steps @ outside[:, loops]
            worst, others = int(np.argmax(seconds)), loops.size - 1
            more = f"; so were those of {others} more of its kind, for no longer" if others else ""
            first = record.cooling_time[np.argmax(outside[:, loops].any(axis=1))]
            asset, message = site.loops.name[loops[worst]], f"{name}: outside the range of the law"
            rows.append(_extrapolated(asset, start, float(first), float(seconds[worst]), message, more))
    beyond = ~record.on_curve
    if beyond.any():
        message = "the load was beyond the grid's curve"
        rows.append(_extrapolated("host grid", start, float(np.argmax(beyond)), float(beyond.sum()), message, ""))
    return rows


def _extrapolated(asset: str, start: datetime, first: float, seconds: float, message: str, more: str) -> Row:
    return {
        "time": start + timedelta(seconds=first),
        "kind": "model_range",
        "asset": asset,
        "value": seconds,
        "limit": 0.0,
        "margin": 0.0,
        "unit": "s",
        "duration_s": seconds,
        "message": f"{message} for {seconds:,.0f} s{more}; values there are an extrapolation",
    }
