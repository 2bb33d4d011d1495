"""
Named series with labels, as monitoring systems keep them: names to metrics, labels to assets, blanks to nulls.

Exposition text, Prometheus, OpenTelemetry and Redfish give samples in their own ways; what a name means is told once,
in the mappings of format ``series``. A name of the project's own is ``gigatwin_`` and the metric's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from telemetry import cells, mapping, times
from telemetry.draft import GOOD, NO_SENSOR, RESET, Draft, Options, listed, no_rows
from telemetry.mapping import Blank, SeriesMapping, SeriesRule
from telemetry.source import Source
from telemetry.times import INSTANT
from twin.columns import METRICS
from twin.errors import Fault

OWN = "gigatwin_"
"""What the names of the project's own series begin with."""

BLANKS: dict[Blank, tuple[float, float]] = {
    "int32": (2147483632.0, 2147483647.0),
    "int64": (9223372036854775792.0, 2.0**64),
    "float64": (140737488355328.0, 2.0**64),
}
"""Values that stand for none, by the type of the field: DCGM's blank, not found, not supported, not permitted."""

_QUALITIES = tuple(str(quality) for quality in range(RESET + 1))
_SHOWN = 8
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_IMPROPER = re.compile(r"[^A-Za-z0-9._/-]+|\.\.+")


class Labelled(NamedTuple):
    """A series: its name, its labels, and the unit that the file itself gives, if any."""

    name: str
    labels: Mapping[str, str]
    unit: str = ""


class Samples(NamedTuple):
    """
    What a file of series holds.

    Attributes
    ----------
    series
        In order of their first sample.
    frame
        ``line``, ``series`` (place in `series`), ``time`` (UTC; null where at fault), ``value`` (null where missing).
    """

    series: Sequence[Labelled]
    frame: pl.DataFrame


class _Meaning(NamedTuple):
    asset: str
    metric: str
    stands_for: str | None
    unit: str
    factor: float
    offset: float
    blanks: tuple[float | None, float | None]
    quality: int


_SCHEMA = {
    "series": pl.UInt32,
    "asset": pl.String,
    "metric": pl.String,
    "stands_for": pl.String,
    "factor": pl.Float64,
    "offset": pl.Float64,
    "blank_from": pl.Float64,
    "blank_to": pl.Float64,
    "given": pl.UInt8,
}


def rules(options: Options) -> tuple[SeriesRule, ...]:
    """Give what names mean: as the user's mapping says, or as all that come with the package say together."""
    if isinstance(options.mapping, SeriesMapping):
        return options.mapping.series
    return tuple(
        rule for found in mapping.shipped().values() if isinstance(found, SeriesMapping) for rule in found.series
    )


def known(name: str, options: Options) -> bool:
    """Say whether a name means anything."""
    return name.removeprefix(OWN) in METRICS or any(
        mapping.fits(rule.name, name) is not None for rule in rules(options)
    )


def draft(samples: Samples, options: Options, faults: Sequence[Fault] = (), notes: Sequence[str] = ()) -> Draft:
    """
    Make canonical rows of samples.

    Parameters
    ----------
    samples
        Of the file.
    options
        With the user's mapping, if there is one.
    faults, notes
        Found so far.
    """
    told = list(faults)
    table, units, unused = [], {}, Counter[str]()
    asked = rules(options)
    for place, series in enumerate(samples.series):
        try:
            found = _meaning(series, asked)
        except ValueError as error:
            told.append(Fault(series.name, str(error)))
            continue
        if found is None:
            unused[series.name] += 1
            continue
        units[series.name] = f"{found.unit} as {found.metric}"
        row = (found.asset, found.metric, found.stands_for, found.factor, found.offset, *found.blanks, found.quality)
        table.append((place, *row))
    meant = pl.DataFrame(table, schema=_SCHEMA, orient="row")
    if not table and not told:
        told.append(Fault("", f"none of its series is known ({_some(unused)}); say what they are with --mapping"))
    values = samples.frame.join(meant, on="series", how="inner", maintain_order="left")
    if not values.height:
        return Draft(no_rows(), tuple(told), tuple(notes), units=units, rows_in=samples.frame.height)
    blank = pl.col("value").is_between("blank_from", "blank_to").fill_null(value=False)
    values = values.with_columns(blank=blank, value=pl.col("value").fill_nan(None))
    absent = Counter({"blank": int(values["blank"].sum()), "not a number": int(values["value"].null_count())})
    frame = _stood_for(values).select(
        "line",
        "time",
        "asset",
        "metric",
        value=pl.when(~pl.col("blank")).then(pl.col("value") * pl.col("factor") + pl.col("offset")),
        quality="given",
    )
    lost = pl.col("value").is_null() & (pl.col("quality") == GOOD)
    frame = frame.with_columns(quality=pl.when(lost).then(pl.lit(NO_SENSOR, pl.UInt8)).otherwise("quality"))
    more = [*notes, *cells.missing_note(Counter({name: count for name, count in absent.items() if count}))]
    more += _averaged(frame, values)
    if unused:
        more.append(f"series not used: {unused.total():,} ({_some(unused)})")
    return Draft(frame, tuple(told), tuple(more), units=units, ordered=False, rows_in=samples.frame.height)


def _some(names: Counter[str]) -> str:
    first = list(names)
    return ", ".join(first[:_SHOWN]) + (" and so on" if len(first) > _SHOWN else "")


def _meaning(series: Labelled, asked: Sequence[SeriesRule]) -> _Meaning | None:
    """Find what a series is; the first rule that fits counts."""
    own = series.name.removeprefix(OWN)
    never = (None, None)
    if own != series.name and own in METRICS:
        quality = series.labels.get("quality", "0")
        if quality not in _QUALITIES:
            message = f"its quality is {quality!r}, wanted one of {', '.join(_QUALITIES)}"
            raise ValueError(message)
        asset = series.labels.get("asset", "")
        return _Meaning(asset, own, None, METRICS[own].unit, 1.0, 0.0, never, int(quality))
    for rule in asked:
        words = mapping.fits(rule.name, series.name)
        if words is None or any(series.labels.get(label) != text for label, text in rule.where.items()):
            continue
        unit = series.unit or rule.unit
        scale = cells.scale(unit, METRICS[rule.metric].unit)
        asset = _asset(rule, {**series.labels, **words})
        blanks = BLANKS[rule.blank] if rule.blank else never
        return _Meaning(
            asset, rule.metric, rule.stands_for, unit, scale.factor * rule.scale, scale.offset, blanks, GOOD
        )
    return None


def _asset(rule: SeriesRule, labels: Mapping[str, str]) -> str:
    """Name an asset by the first template whose labels are all there; signs that no name may have become ``_``."""
    for template in rule.asset:
        names = _PLACEHOLDER.findall(template)
        if all(labels.get(name) for name in names):
            return _PLACEHOLDER.sub(lambda found: _IMPROPER.sub("_", labels[found[1]]), template)
    wanted = " or ".join(", ".join(_PLACEHOLDER.findall(template)) for template in rule.asset)
    message = f"a series lacks the labels that name its asset: {wanted}; it has {', '.join(labels) or 'none'}"
    raise ValueError(message)


def _stood_for(values: pl.DataFrame) -> pl.DataFrame:
    """Let a lesser reading stand for a metric where its asset has no better one."""
    better = values.select("asset", stands_for="metric").unique().with_columns(better=pl.lit(value=True))
    marked = values.join(better, on=["asset", "stands_for"], how="left", maintain_order="left")
    return marked.with_columns(
        metric=pl.when(pl.col("stands_for").is_not_null() & pl.col("better").is_null())
        .then("stands_for")
        .otherwise("metric")
    )


def _averaged(frame: pl.DataFrame, values: pl.DataFrame) -> list[str]:
    stood = values.select((pl.col("metric") != frame["metric"]).any()).item()
    if not stood:
        return []
    return ["power is averaged over about a second on A100 and later chips; faster swings are not in it"]


def timed(source: Source, counts: pl.Series, unit: str, options: Options) -> tuple[pl.Series, list[Fault]]:
    """Read times of samples, and place their faults by the lines that `source` holds."""
    found = times.read(counts, unit, options.clock)
    frame = pl.DataFrame({"line": source.lines, "cell": counts.cast(pl.String)})
    faults: list[Fault] = []
    for message, where in found.faults:
        faults += listed(
            frame.filter(where),
            lambda row: source.place(row["line"]),
            lambda row, message=message: f"{message}; got {row['cell']!r}",  # type: ignore[misc]
        )
    return found.values, faults


def samples(
    series: Sequence[Labelled], places: Sequence[int], lines: pl.Series, instants: pl.Series, values: pl.Series
) -> Samples:
    """Put samples together: of each its series, its line, its instant and its value."""
    frame = pl.DataFrame(
        {
            "line": lines.cast(pl.UInt32),
            "series": pl.Series(places, dtype=pl.UInt32),
            "time": instants.cast(INSTANT),
            "value": values.cast(pl.Float64),
        }
    )
    return Samples(series, frame)
