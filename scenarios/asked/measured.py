"""Jobs that follow measured values, asset by asset: power at the rack inlet, or heat to the coolant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from scenarios.asked.parts import JOBS, Part, Segments, Trace, refused, stacked, steady
from scenarios.asked.selection import ends
from scenarios.workload_schema import Job
from telemetry import Reading, resample
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers, Site

DRIVERS = ("it_power_w", "heat_w")
"""Metrics that can drive racks, the better one first; an asset that has both is driven by the first."""

FROM_HEAT = (
    "IT power is inferred from measured heat over an assumed liquid share, and the level of that heat is not assured: "
    "PUE here is plausibility, not validation."
)
"""Why the level of a run is uncertain."""

LEAST_COVERAGE = 0.9
"""Least part of the run for which an asset must hold values."""

MOST_VALUES = 2e7
"""Samples of all assets together above which the step of the traces is lengthened."""

_SHOWN = 5


class Asset(NamedTuple):
    """
    A measured asset of the site.

    Attributes
    ----------
    level
        ``rack``, ``CDU``, ``hall`` or ``site``.
    racks : (any,)
        Rows of the racks that it stands for.
    """

    level: str
    racks: Integers


class Driver(NamedTuple):
    """Which assets one metric drives, and the part of each asset's value that each of its racks draws at the inlet."""

    metric: str
    assets: tuple[str, ...]
    racks: tuple[Integers, ...]
    parts: tuple[Floats, ...]


class Assets:
    """The assets of a site by name, or by the end of a name that no other has."""

    def __init__(self, site: Site) -> None:
        self._site = site
        tables = (("hall", site.halls.name), ("CDU", site.cdus.name), ("rack", site.racks.name))
        self._rows = {end: (level, row) for level, names in tables for end, row in ends(names).items()}

    def find(self, name: str) -> Asset | None:
        """Give the asset of a name; none if the site has no such asset."""
        if name in {"site", self._site.name}:
            return Asset("site", np.arange(len(self._site.racks.name)))
        if name not in self._rows:
            return None
        level, row = self._rows[name]
        column = {"hall": self._site.racks.hall, "CDU": self._site.racks.cdu}.get(level)
        return Asset(level, np.array([row]) if column is None else np.flatnonzero(column == row))


def drivers(site: Site, reading: Reading) -> list[tuple[str, str]]:
    """List the metric and name of the assets that can drive racks of a site."""
    known = Assets(site)
    found = _present(reading)
    best = {asset: metric for metric in reversed(DRIVERS) for asset in found.get(metric, ()) if known.find(asset)}
    return [(metric, asset) for asset, metric in best.items()]


def measured(site: Site, job: Job, segments: Segments, reading: Reading, start: datetime) -> Part:
    """
    Let racks follow measured values.

    Parameters
    ----------
    site : Site
        Whose racks.
    job : Job
        Of the scenario.
    segments : Segments
        The racks the job may use, and its time.
    reading : Reading
        Power or heat of racks, CDUs, halls or the site.
    start
        Of the run.

    Returns
    -------
    Part
        One trace an asset; racks that no asset covers are left idle.

    Raises
    ------
    ScenarioError
        If no asset is the site's, two assets cover one rack, or values are missing.

    Notes
    -----
    Power of an asset coarser than a rack is split by rated power. Heat is first divided by the part of the
    rack's heat that its coolant takes: inlet_r = heat * P_r / sum_i(f_i P_i) over the asset's racks i of
    rated power P and liquid part f.
    """
    pairs = drivers(site, reading)
    if not pairs:
        raise refused(job.name, "telemetry", _none_message(site, reading))
    groups = [_driver(site, metric, [name for other, name in pairs if other == metric]) for metric in DRIVERS]
    _check_cover(site, job, groups, segments.rack)
    traces: list[Trace] = []
    columns: list[Segments] = []
    notes: list[str] = []
    begin = start + timedelta(seconds=float(segments.start[0]))
    for group in (group for group in groups if group.assets):
        values, step = _values(job, group, reading, begin, int(segments.end[0] - segments.start[0]))
        columns.append(_segments(group, values, len(traces), float(segments.start[0]), float(segments.end[0])))
        traces += [Trace(row.astype(np.float32), step) for row in values]
        notes += _notes(site, job, group)
    level = FROM_HEAT if groups[DRIVERS.index("heat_w")].assets else ""
    notes += _others(site, job, reading)
    return Part(tuple(traces), stacked(columns), tuple(notes), measured=True, level=level)


def _present(reading: Reading) -> dict[str, list[str]]:
    found = reading.frame.select("metric", "asset").unique().sort("metric", "asset").collect()
    return {str(key[0]): part["asset"].to_list() for key, part in found.partition_by("metric", as_dict=True).items()}


def _driver(site: Site, metric: str, names: list[str]) -> Driver:
    known = Assets(site)
    rated = site.rack_classes.rated_power[site.racks.rack_class]
    liquid = site.rack_classes.liquid_fraction[site.racks.rack_class]
    racks, parts = [], []
    for name in names:
        asset = known.find(name)
        rows = np.zeros(0, dtype=np.int64) if asset is None else asset.racks
        rows = rows[liquid[rows] > 0] if metric == "heat_w" else rows
        weight = rated[rows] * (liquid[rows] if metric == "heat_w" else 1.0)
        racks.append(rows)
        parts.append(rated[rows] / weight.sum())
    return Driver(metric, tuple(names), tuple(racks), tuple(parts))


def _check_cover(site: Site, job: Job, groups: list[Driver], allowed: Integers) -> None:
    """Refuse assets without racks, racks that two assets cover, and racks that the job was not given."""
    faults = [
        Fault(f"jobs.{job.name}.telemetry", f"{group.metric} of {name!r} belongs to no rack that takes it")
        for group in groups
        for name, rows in zip(group.assets, group.racks, strict=True)
        if not len(rows)
    ]
    covered = np.zeros(len(site.racks.name), dtype=np.int64)
    for rows in (rows for group in groups for rows in group.racks):
        covered[rows] += 1
    for complaint, wrong in (
        ("is covered by two measured assets; keep one of them", covered > 1),
        (
            "is measured, but is not among the racks of this job",
            (covered > 0) & ~np.isin(np.arange(len(covered)), allowed),
        ),
    ):
        rows = np.flatnonzero(wrong)
        more = f" and {len(rows) - 1:,} more racks" if len(rows) > 1 else ""
        faults += (
            [Fault(f"jobs.{job.name}", f"rack {site.racks.name[rows[0]]!r}{more} {complaint}")] if len(rows) else []
        )
    if faults:
        raise ScenarioError(JOBS, faults)


def _values(job: Job, group: Driver, reading: Reading, begin: datetime, seconds: int) -> tuple[Floats, float]:
    """Give the driver's values (asset, sample) on a regular grid over the job, and its step [s]."""
    frame = reading.frame.filter((pl.col("metric") == group.metric) & pl.col("asset").is_in(group.assets))
    step = _step(frame, begin, seconds, len(group.assets))
    series = resample.hold(frame, group.metric, begin, seconds, step)
    poor = [
        f"{name} ({part:.0%})"
        for name, part in zip(series.assets, series.coverage, strict=True)
        if part < LEAST_COVERAGE
    ]
    if poor:
        more = f" and {len(poor) - _SHOWN} more" if len(poor) > _SHOWN else ""
        message = (
            f"{group.metric} holds values for less than {LEAST_COVERAGE:.0%} of the run at "
            f"{', '.join(poor[:_SHOWN])}{more}; change start or duration, or mend the gaps"
        )
        raise refused(job.name, "telemetry", message)
    order = [series.assets.index(name) for name in group.assets]
    return _held(series.values[order]), step


def _step(frame: pl.LazyFrame, begin: datetime, seconds: int, assets: int) -> float:
    """Give the longest step [s] on which every value keeps its instant, as far as memory allows."""
    since = frame.select((pl.col("time") - begin).dt.total_microseconds().unique()).collect().to_series()
    exact = int(np.gcd.reduce(np.append(since.to_numpy(), seconds * 1_000_000)))
    whole = exact // 1_000_000 if exact % 1_000_000 == 0 else 1
    return float(
        next(
            step for step in range(whole, seconds + 1) if seconds % step == 0 and assets * seconds / step <= MOST_VALUES
        )
    )


def _held(values: Floats) -> Floats:
    """Hold the last known value where one is missing, and the first one before it."""
    known = ~np.isnan(values)
    columns = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    last = np.where(last < 0, np.argmax(known, axis=1)[:, np.newaxis], last)
    return np.take_along_axis(values, last, axis=1)


def _segments(group: Driver, values: Floats, first_trace: int, start: float, end: float) -> Segments:
    """Give one segment a rack; its scale makes the energy of the rounded samples that of the measured values."""
    sums = values.astype(np.float32).astype(float).sum(axis=1)
    exact = np.divide(values.sum(axis=1), sums, out=np.ones(len(sums)), where=sums != 0)
    counts = [len(rows) for rows in group.racks]
    index = np.repeat(np.arange(len(counts)), counts)
    segments = steady(np.concatenate(group.racks), start, end)
    return segments._replace(trace=index + first_trace, accelerator_scale=np.concatenate(group.parts) * exact[index])


def _notes(site: Site, job: Job, group: Driver) -> list[str]:
    racks = np.concatenate(group.racks)
    note = (
        f"job {job.name}: {group.metric} of {len(group.assets):,} assets prescribes the inlet power of {len(racks):,} "
        "racks, split by rated power where an asset has several"
    )
    if group.metric != "heat_w":
        return [note]
    fractions = np.unique(site.rack_classes.liquid_fraction[site.racks.rack_class[racks]])
    text = ", ".join(f"{fraction:g}" for fraction in fractions)
    return [note, f"assumed: rack inlet power is the measured heat over the part {text} of it that the coolant takes"]


def _others(site: Site, job: Job, reading: Reading) -> list[str]:
    """Name what the telemetry says of assets that the site does not have."""
    known = Assets(site)
    strange = sorted({name for metric in DRIVERS for name in _present(reading).get(metric, ()) if not known.find(name)})
    if not strange:
        return []
    return [
        f"job {job.name}: {len(strange):,} assets are unknown to the site and left out: {', '.join(strange[:_SHOWN])}"
    ]


def _none_message(site: Site, reading: Reading) -> str:
    present = _present(reading)
    names = sorted({name for metric in DRIVERS for name in present.get(metric, ())})
    if not names:
        return f"holds neither {' nor '.join(DRIVERS)}, only {', '.join(present)}; measured racks need one of them"
    return (
        f"none of its {len(names):,} assets ({', '.join(names[:_SHOWN])}) is a rack, CDU or hall of {site.name} "
        f"(such as {site.cdus.name[0]!r})"
    )
