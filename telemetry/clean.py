"""
Judge a draft as a whole, and make it canonical.

What is certainly wrong is an error, told with all its fellows. What is merely missing stays missing: a value is held
for three times the usual spacing, then it is null and stale until the next. Nothing is interpolated, nothing dropped
in silence.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from telemetry import suspects
from telemetry.draft import ESTIMATED, OUTSIDE, REFUSE, STALE, STRICT, SUSPECT, Draft, Policy, listed
from telemetry.source import CUT, Source
from telemetry.times import INSTANT
from twin.columns import METRICS
from twin.errors import Fault, TelemetryError

HOLD_SPACINGS = 3.0
"""A value is held for this many times the usual (median) spacing of its series."""

HOLD_LEAST_S = 10.0
"""A value is held for at least this long [s]: the cooling plant takes heat in steps of it anyway (assumed)."""

LATENESS_S = 1.0
"""Rows late by up to this [s], a replay's step, are sorted and counted; later ones are faults (assumed)."""

_KEYS = ["asset", "metric", "time"]
_SERIES = ["asset", "metric"]
_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "time": INSTANT,
    "asset": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "quality": pl.UInt8,
}
_THOUSAND = (300.0, 3000.0)
"""Ratio of a value to its series' usual one that tells of mW, W or kW confused."""

_LEAST_ACCELERATOR_PEAK_W = 5.0
"""Every accelerator draws more than this [W] at times; the least of the published traces idles at 64 W."""

_POWERS = tuple(name for name in METRICS if name.endswith(("power_w", "heat_w")))
_MOST_GAPS = 5

_COUNTED = {
    "accelerator_energy_j": ["accelerator_power_w", "accelerator_average_power_w"],
    "it_energy_j": ["it_power_w"],
    "facility_energy_j": ["facility_power_w"],
    "component_energy_j": ["component_power_w"],
}
"""Energy counters, and what they count."""

_NAMES = pl.List(pl.String)
_LEAST_RISES = 3
"""Rises of a counter from which its mean is within half of the power, however coarse its last digit is."""


class Judged(NamedTuple):
    """A good draft: canonical rows in order of time, what was noticed, and rows left out by reason."""

    frame: pl.DataFrame
    notes: tuple[str, ...]
    dropped: dict[str, int]


def finish(draft: Draft, source: Source, policy: Policy = STRICT) -> Judged:
    """
    Check a draft and make it canonical.

    Parameters
    ----------
    draft
        As a format gives it.
    source
        That it was read from.
    policy
        What is done with faults that the user has read over.

    Raises
    ------
    TelemetryError
        With every fault of the file.
    """
    frame = draft.frame.drop_nulls("time")
    faults = [*source.faults, *draft.faults, *_name_faults(frame, source)]
    known = frame.filter(pl.col("metric").is_in(list(METRICS)))
    outside = _outside(known)
    flagged = int(outside.sum()) if policy.outside != REFUSE else 0
    if flagged:
        known = _flagged(known, outside)
    else:
        faults += _range_faults(known.filter(outside), source)
    faults += _scale_faults(known.filter(~outside), source)
    faults += _counter_faults(known.filter(~outside))
    late = _lateness(known if draft.ordered else known.clear())
    faults += _order_faults(late, source)
    known, repeats, repeat_faults = _without_repeats(known, source, policy.repeats)
    faults += repeat_faults
    if not faults and not known["value"].is_not_null().any():
        faults.append(Fault("", "no value was measured: every cell is missing"))
    if faults:
        raise TelemetryError(str(source.path), faults)
    known, suspicions = suspects.marked(known, draft.wraps)
    if draft.held_s:
        known, held_notes = _with_held(known, draft.held_s)
        suspicions += held_notes
    filled, gap_notes = _with_gaps(known)
    notes = [*source.notes, *draft.notes, *_counted(late.height, repeats.dropped, repeats.settled, flagged)]
    notes += [*suspicions, *gap_notes]
    if source.open_ended and CUT not in draft.dropped:
        notes.append("the file ends without a newline; its last line was taken as whole")
    again = {"repeated row": repeats.dropped} if repeats.dropped else {}
    dropped = {**source.dropped, **draft.dropped, **again}
    return Judged(canonical(filled), tuple(dict.fromkeys(notes)), dropped)


def canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the canonical columns in their types, in order of time, asset and metric."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items()).sort("time", "asset", "metric")


def _place(source: Source, row: dict[str, object]) -> str:
    line = row["line"]
    return f"{source.place(line) if isinstance(line, int) else line}, {row['asset']}"


def _name_faults(frame: pl.DataFrame, source: Source) -> list[Fault]:
    first = frame.group_by(_SERIES).agg(pl.col("line").min()).sort("line")
    proper = pl.col("asset").str.contains(r"^[A-Za-z0-9._/-]+$") & ~pl.col("asset").str.contains("..", literal=True)
    bad = first.filter(~proper.fill_null(value=False)).unique("asset", maintain_order=True)
    unknown = first.filter(~pl.col("metric").is_in(list(METRICS)).fill_null(value=False)).unique(
        "metric", maintain_order=True
    )
    wanted = "an asset's name has letters, digits and . _ - / and no '..'"
    metrics = ", ".join(METRICS)
    return [
        *listed(bad, lambda row: _place(source, row), lambda row: f"{wanted}; got {row['asset']!r}"),
        *listed(
            unknown, lambda row: _place(source, row), lambda row: f"unknown metric {row['metric']!r}; known: {metrics}"
        ),
    ]


def _outside(frame: pl.DataFrame) -> pl.Series:
    low = pl.col("metric").replace_strict(
        {name: column.low for name, column in METRICS.items()}, return_dtype=pl.Float64
    )
    high = pl.col("metric").replace_strict(
        {name: column.high for name, column in METRICS.items()}, return_dtype=pl.Float64
    )
    value = pl.col("value")
    return frame.select(((value < low) | (value > high)).fill_null(value=False)).to_series()


def _range_faults(frame: pl.DataFrame, source: Source) -> list[Fault]:
    return listed(frame, lambda row: _place(source, row), _range_message)


def _range_message(row: dict[str, object]) -> str:
    column, value = METRICS[str(row["metric"])], float(str(row["value"]))
    unit = "" if column.unit == "1" else f" {column.unit}"
    message = f"{row['metric']} is {value:g}, wanted {column.low:g} to {column.high:g}{unit}"
    if value < 0.0 <= column.low:
        return f"{message}: negative"
    if not unit:
        return f"{message}; is it in per cent?" if value <= 100.0 * column.high else message
    near = next((factor for factor in (1e-3, 1e3, 1e-6) if column.low < value * factor <= column.high), None)
    return message if near is None else f"{message}; times {near:g} it would fit: is the unit wrong by 1000?"


def _scale_faults(frame: pl.DataFrame, source: Source) -> list[Fault]:
    """Find powers that are 1000 times too large or too small for their series."""
    power = frame.filter(pl.col("metric").is_in(_POWERS) & (pl.col("value") > 0)).sort(*_KEYS)
    chips = power.filter(pl.col("metric") == "accelerator_power_w")
    ratio = pl.col("value") / pl.col("usual")
    chips = chips.with_columns(usual=pl.col("value").median().over(_SERIES))
    wrong = chips.filter(ratio.is_between(*_THOUSAND) | (1.0 / ratio).is_between(*_THOUSAND))
    others = power.filter(pl.col("metric") != "accelerator_power_w")
    beside = pl.max_horizontal(pl.col("value").shift(1).over(_SERIES), pl.col("value").shift(-1).over(_SERIES))
    wrong = pl.concat([wrong, others.with_columns(usual=beside).filter(ratio.is_between(*_THOUSAND))]).sort("line")
    faults = listed(wrong, lambda row: _place(source, row), _scale_message)
    peak = chips["value"].max()
    if isinstance(peak, float) and peak < _LEAST_ACCELERATOR_PEAK_W:
        faults.append(Fault("", f"no accelerator ever draws more than {peak:g} W: is the unit kW, wrong by 1000?"))
    return faults


def _scale_message(row: dict[str, object]) -> str:
    return f"{row['metric']} is {row['value']:g} W where {row['usual']:g} W is usual: is the unit wrong by 1000?"


def _counter_faults(frame: pl.DataFrame) -> list[Fault]:
    """Find energy counters that grow some hundred times faster or slower than the same asset draws power."""
    counters = frame.filter(pl.col("metric").is_in(list(_COUNTED)) & pl.col("value").is_not_null()).sort(*_KEYS)
    grown = pl.col("value").diff()
    grown = grown.filter(grown > 0.0)
    found = counters.group_by(_SERIES, maintain_order=True).agg(
        rises=grown.len(),
        energy=grown.sum(),
        seconds=(pl.col("time").last() - pl.col("time").first()).dt.total_microseconds() / 1e6,
    )
    # A counter of few rises tells more of its last digit than of the power.
    found = found.filter((pl.col("rises") >= _LEAST_RISES) & (pl.col("seconds") > 0))
    if found.is_empty():
        return []
    found = found.with_columns(
        grows=pl.col("energy") / pl.col("seconds"), power=pl.col("metric").replace_strict(_COUNTED, return_dtype=_NAMES)
    )
    means = frame.group_by("asset", power="metric").agg(mean=pl.col("value").mean())
    both = found.explode("power").join(means, on=["asset", "power"], maintain_order="left").filter(pl.col("mean") > 0.0)
    ratio = pl.col("grows") / pl.col("mean")
    wrong = both.filter((ratio > _THOUSAND[0]) | (1.0 / ratio > _THOUSAND[0])).unique(_SERIES, maintain_order=True)
    return listed(
        wrong,
        lambda row: row["asset"],
        lambda row: (
            f"{row['metric']} grows by {row['grows']:g} W where {row['power']} is {row['mean']:g} W in the mean: "
            "is one of their units wrong, such as mJ, J or kWh?"
        ),
    )


def _lateness(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the rows whose time is before that of an earlier row of their series."""
    latest = pl.col("time").cum_max().over(_SERIES)
    return frame.with_columns(latest=latest).filter(pl.col("time") < pl.col("latest"))


def _order_faults(late: pl.DataFrame, source: Source) -> list[Fault]:
    bad = late.filter(pl.col("latest") - pl.col("time") > pl.duration(microseconds=round(LATENESS_S * 1e6)))
    bad = bad.unique("line", maintain_order=True)
    return listed(
        bad,
        lambda row: _place(source, row),
        lambda row: f"time goes back from {_clock(row['latest'])} to {_clock(row['time'])}; put the rows in order",
    )


def _clock(time: object) -> str:
    return str(time).replace("+00:00", "Z")


class _Repeats(NamedTuple):
    """How many rows repeat another one and were dropped, and how many times with two values were settled."""

    dropped: int
    settled: int


def _flagged(frame: pl.DataFrame, outside: pl.Series) -> pl.DataFrame:
    value = pl.when(~outside).then("value")
    return frame.with_columns(
        value=value, quality=pl.when(outside).then(pl.lit(OUTSIDE, pl.UInt8)).otherwise("quality")
    )


def _settled(frame: pl.DataFrame, choice: str) -> tuple[pl.DataFrame, int]:
    """Make one of two values of one thing at one time, as the user asked."""
    several = pl.col("value").drop_nulls().n_unique().over(_KEYS) > 1
    split = frame.with_columns(several=several)
    chosen = pl.col("value").drop_nulls()
    merged = (
        split.filter("several")
        .sort("line", maintain_order=True)
        .group_by(_KEYS, maintain_order=True)
        .agg(pl.col("line").last(), value=chosen.last() if choice == "last" else chosen.mean())
        .with_columns(quality=pl.lit(SUSPECT, pl.UInt8))
    )
    rest = split.filter(~pl.col("several")).drop("several")
    return pl.concat([rest, merged.select(rest.columns)]), merged.height


def _without_repeats(frame: pl.DataFrame, source: Source, choice: str) -> tuple[pl.DataFrame, _Repeats, list[Fault]]:
    """Drop rows told twice alike; two values of one thing at one time are a fault, unless the user settles them."""
    settled = 0
    if choice != REFUSE:
        frame, settled = _settled(frame, choice)
    ordered = frame.sort(*_KEYS, "value", nulls_last=True, maintain_order=True)
    same = pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in _KEYS).fill_null(value=False)
    marked = ordered.with_columns(again=same, before=pl.col("value").shift(1))
    other = pl.col("again") & (pl.col("value") != pl.col("before")).fill_null(value=False)
    faults = listed(
        marked.filter(other).sort("line"),
        lambda row: _place(source, row),
        lambda row: f"two values of {row['metric']} at {_clock(row['time'])}: {row['before']:g} and {row['value']:g}",
    )
    kept = marked.filter(~pl.col("again")).drop("again", "before")
    return kept, _Repeats(frame.height - kept.height, settled), faults


def _counted(late: int, repeats: int, settled: int, flagged: int) -> list[str]:
    notes = []
    if late:
        notes.append(f"rows up to {LATENESS_S:g} s late, sorted: {late:,}")
    if repeats:
        notes.append(f"rows that repeat another one, dropped: {repeats:,}")
    if settled:
        notes.append(f"times with two values, settled as asked, suspect: {settled:,}")
    if flagged:
        notes.append(f"values out of range, read as missing: {flagged:,}")
    return notes


def _with_held(frame: pl.DataFrame, held_s: float) -> tuple[pl.DataFrame, list[str]]:
    """
    Repeat values of a file that tells changes only, so that a silence is no gap.

    A value is told again, as an estimate, each time that it would go stale, until the next one or for `held_s`.
    """
    measured = frame.filter(pl.col("value").is_not_null() & ~pl.col("metric").str.starts_with("job_")).sort(*_KEYS)
    spaced = measured.with_columns(spacing=pl.col("time").shift(-1).over(_SERIES) - pl.col("time"))
    least = pl.duration(microseconds=round(HOLD_LEAST_S * 1e6))
    hold = pl.max_horizontal(pl.col("spacing").median().over(_SERIES) * HOLD_SPACINGS, least)
    silent = spaced.with_columns(hold=hold).filter(pl.col("spacing") > pl.col("hold"))
    most = pl.min_horizontal("spacing", pl.duration(microseconds=round(held_s * 1e6)))
    step = pl.col("hold").dt.total_microseconds()
    again = pl.int_ranges(step, most.dt.total_microseconds(), step)
    repeated = (
        silent.with_columns(after=again)
        .explode("after")
        .drop_nulls("after")
        .with_columns(time=pl.col("time") + pl.duration(microseconds="after"), quality=pl.lit(ESTIMATED, pl.UInt8))
    )
    if not repeated.height:
        return frame, []
    note = f"changes of value only: values held through silences, as estimates: {repeated.height:,}"
    return pl.concat([frame, repeated.select(frame.columns)]), [note]


def _with_gaps(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Add a stale null where a series falls silent for longer than its value may be held."""
    measured = frame.filter(pl.col("value").is_not_null() & ~pl.col("metric").str.starts_with("job_")).sort(*_KEYS)
    spaced = measured.with_columns(spacing=pl.col("time").shift(-1).over(_SERIES) - pl.col("time"))
    usual = pl.col("spacing").median().over(_SERIES)
    least = pl.duration(microseconds=round(HOLD_LEAST_S * 1e6))
    gaps = spaced.with_columns(hold=pl.max_horizontal(usual * HOLD_SPACINGS, least)).filter(
        pl.col("spacing") > pl.col("hold")
    )
    stale = gaps.select(
        "line",
        time=pl.col("time") + pl.col("hold"),
        asset="asset",
        metric="metric",
        value=pl.lit(None, pl.Float64),
        quality=pl.lit(STALE, pl.UInt8),
    )
    # A file written by us has these rows already.
    both = pl.concat([frame, stale]).unique(_KEYS, keep="first", maintain_order=True)
    return both, _gap_notes(gaps)


def _gap_notes(gaps: pl.DataFrame) -> list[str]:
    if not gaps.height:
        return []
    longest = gaps.sort("spacing", descending=True)
    shown = [
        f"{row['asset']} {row['metric']} from {_clock(row['time'])} for {row['spacing'].total_seconds():g} s"
        for row in longest.head(_MOST_GAPS).iter_rows(named=True)
    ]
    more = f" and {gaps.height - _MOST_GAPS:,} more" if gaps.height > _MOST_GAPS else ""
    return [
        f"gaps longer than {HOLD_SPACINGS:g} usual spacings (at least {HOLD_LEAST_S:g} s), missing beyond: "
        f"{gaps.height:,} ({'; '.join(shown)}{more})"
    ]
