"""
Mappings: small TOML files that say what the columns of a wide table or a job log are.

Shipped ones stand in ``telemetry/mappings`` and are found by their signature: column names that only such a file has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from telemetry.times import UNITS
from twin.columns import METRICS
from twin.errors import Fault, TelemetryError, UnknownNameError

_FOLDER = Path(__file__).parent / "mappings"
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_Text = Annotated[str, Field(min_length=1)]


def _time_unit(unit: str) -> str:
    if unit not in UNITS:
        message = f"{unit!r} is no unit of time; known: {', '.join(UNITS)}"
        raise ValueError(message)
    return unit


def _metric(name: str) -> str:
    if name not in METRICS:
        message = f"{name!r} is no metric; known: {', '.join(METRICS)}"
        raise ValueError(message)
    return name


_TimeUnit = Annotated[str, AfterValidator(_time_unit)]
_Metric = Annotated[str, AfterValidator(_metric)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeColumn(_Model):
    """Where the times are, and how they are written (`telemetry.times.UNITS`)."""

    column: _Text
    unit: _TimeUnit


class ColumnRule(_Model):
    """
    What the columns of one name or pattern are.

    ``{n}`` in `match` stands for digits, any other ``{word}`` for a name; both may be used again in `asset`. A number
    times `scale` is in `unit`; those in `missing` stand for none, and a counter begins anew at `wraps_at`, both as the
    file writes numbers.
    """

    match: _Text
    asset: _Text
    metric: _Metric
    unit: _Text
    scale: float = 1.0
    missing: tuple[float, ...] = ()
    wraps_at: Annotated[float, Field(gt=0)] | None = None


class Utilisation(_Model):
    """A column of activity; `parts` is of how many chips it is the sum."""

    column: _Text
    parts: Annotated[int, Field(ge=1)] = 1


class JobColumns(_Model):
    """Columns of a job log."""

    id: _Text
    nodes: _Text
    start: _Text
    end: _Text
    unit: _TimeUnit
    accelerator_utilisation: Utilisation | None = None
    host_utilisation: Utilisation | None = None


class Measured(_Model):
    """A column, the unit of its numbers, and a factor before the unit, such as 0.01 of hundredths of a kilowatt."""

    column: _Text
    unit: _Text = "1"
    scale: float = 1.0


class RequestColumns(_Model):
    """Columns of a request trace."""

    time: TimeColumn
    input_tokens: _Text
    output_tokens: _Text
    model: _Text | None = None
    duration: Measured | None = None


class JobTableColumns(_Model):
    """
    Columns of a job table; what it does not tell is left out.

    `id` and `kind` may join columns, such as ``{network} on {dataset}``; without an `id` jobs are numbered. `states`
    says which of the canonical states a word of the column `state` is. A job's energy is its `power` over its duration,
    where no `energy` is told. A plain number of `nodes` or `accelerators` is that of every job. Jobs that stand at no
    time may be let follow one another (`in_sequence`) from a start that the user gives.
    """

    id: _Text | None = None
    kind: _Text | None = None
    state: _Text | None = None
    states: dict[str, str] = {}
    submit: _Text | None = None
    start: _Text | None = None
    end: _Text | None = None
    unit: _TimeUnit = "iso"
    duration: Measured | None = None
    nodes: Measured | float | None = None
    accelerators: Measured | float | None = None
    processors: Measured | None = None
    accelerator_utilisation: Measured | None = None
    host_utilisation: Measured | None = None
    energy: Measured | None = None
    power: Measured | None = None
    in_sequence: bool = False


class _Mapping(_Model):
    name: _Text
    description: _Text
    signature: tuple[_Text, ...] = ()
    note: tuple[_Text, ...] = ()
    attribution: str = ""
    ignore: tuple[_Text, ...] = ()
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."


def _alike(rules: tuple[ColumnRule, ...]) -> tuple[ColumnRule, ...]:
    """Refuse counters of one metric that begin anew at several values: which is whose could not be told."""
    ends: dict[str, set[tuple[float | None, float, str]]] = {}
    for rule in rules:
        ends.setdefault(rule.metric, set()).add((rule.wraps_at, rule.scale, rule.unit))
    several = [name for name, found in ends.items() if len(found) > 1 and any(end is not None for end, *_ in found)]
    if several:
        message = f"columns of {', '.join(several)} have several wraps_at, scales or units; read them as two files"
        raise ValueError(message)
    return rules


_Rules = Annotated[tuple[ColumnRule, ...], AfterValidator(_alike)]


class WideMapping(_Mapping):
    """
    What the columns of a wide table are.

    A row in which all columns of `partial_if_zero` are zero is a partial report, and its zeros are missing. `holds_s`
    is for how long a value holds where the file tells changes only.
    """

    format: Literal["wide"]
    time: TimeColumn
    column: _Rules
    partial_if_zero: tuple[_Text, ...] = ()
    holds_s: Annotated[float, Field(ge=0)] = 0.0


class StatusColumn(_Model):
    """A column that says whether a value is good, and the words for that."""

    column: _Text
    good: tuple[str, ...]


class PointColumns(_Model):
    """Columns of a table with a row a value: its point's name, the value, perhaps its unit and status."""

    name: _Text
    value: _Text
    unit: _Text | None = None
    status: StatusColumn | None = None


class LongMapping(_Mapping):
    """What the columns of a long table are, and what its points are, in the way of a wide table's columns."""

    format: Literal["long"]
    time: TimeColumn
    point: PointColumns
    column: _Rules
    holds_s: Annotated[float, Field(ge=0)] = 0.0


class JobMapping(_Mapping):
    """What the columns of a job log are."""

    format: Literal["job_log"]
    job: JobColumns


class JobTableMapping(_Mapping):
    """What the columns of a job table are."""

    format: Literal["job_table"]
    jobs: JobTableColumns


class RequestMapping(_Mapping):
    """What the columns of a request trace are."""

    format: Literal["requests"]
    request: RequestColumns


Blank = Literal["int32", "int64", "float64"]


class SeriesRule(_Model):
    """
    What the series of one name are.

    `asset` lists templates of labels, of which the first whose labels are all there counts. `where` narrows the rule to
    series whose labels have these values. `blank` is the type of the field, whose blank values stand for none. A
    reading `stands_for` a better metric where its asset has none of that.
    """

    name: _Text
    asset: tuple[_Text, ...]
    metric: _Metric
    unit: _Text
    scale: float = 1.0
    where: dict[str, str] = {}
    blank: Blank | None = None
    stands_for: _Metric | None = None


class SeriesMapping(_Mapping):
    """What the series of a monitoring system are."""

    format: Literal["series"]
    series: tuple[SeriesRule, ...]


FORMATS = ("wide", "long", "job_log", "job_table", "requests", "series")
"""Formats that a mapping may be of."""

FileMapping = WideMapping | LongMapping | JobMapping | JobTableMapping | RequestMapping | SeriesMapping
_ADAPTER: TypeAdapter[FileMapping] = TypeAdapter(Annotated[FileMapping, Field(discriminator="format")])


class Meaning(NamedTuple):
    """What one column of a wide table, or point of a long one, is: its asset, and how its numbers are read."""

    asset: str
    rule: ColumnRule


def meaning(mapping: WideMapping | LongMapping, column: str) -> Meaning | None:
    """Find what a column is; the first rule that fits counts."""
    for rule in mapping.column:
        found = _pattern(rule.match).fullmatch(column)
        if found is not None:
            asset = rule.asset
            for name, text in found.groupdict().items():
                asset = asset.replace(f"{{{name}}}", text)
            return Meaning(asset, rule)
    return None


def fits(match: str, name: str) -> dict[str, str] | None:
    """Give what the placeholders of a pattern stand for in a name; none where it does not fit."""
    found = _pattern(match).fullmatch(name)
    return None if found is None else found.groupdict()


@cache
def _pattern(match: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(match)
    pattern = re.escape(parts[0])
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        pattern += rf"(?P<{name}>{r'[0-9]+' if name == 'n' else r'[A-Za-z0-9._-]+'})" + re.escape(literal)
    return re.compile(pattern)


def shipped() -> dict[str, FileMapping]:
    """Give the mappings of the package by name."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}


def fitting(header: tuple[str, ...], kind: str) -> FileMapping | None:
    """Find the shipped mapping for a format whose signature stands in a header; it may name patterns, as rules do."""
    names = set(header)
    for mapping in shipped().values():
        if mapping.format == kind and mapping.signature and all(_stands(name, names) for name in mapping.signature):
            return mapping
    return None


def _stands(signature: str, names: set[str]) -> bool:
    return signature in names or any(_pattern(signature).fullmatch(name) is not None for name in names)


def choose(name: str | Path | None) -> FileMapping | None:
    """
    Give a mapping by its file or by the name of a shipped one.

    Raises
    ------
    TelemetryError
        Where the file cannot be read as a mapping; all faults at once.
    UnknownNameError
        Where it is neither.
    """
    if name is None:
        return None
    path = Path(name)
    if path.suffix == ".toml" or path.exists():
        return _read(path)
    known = shipped()
    if str(name) not in known:
        raise UnknownNameError(kind="mapping", name=str(name), known=list(known))
    return known[str(name)]


@cache
def _read(path: Path) -> FileMapping:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TelemetryError(str(path), [Fault("", f"no mapping can be read from it: {error}")]) from error
    note = content.get("note")
    if isinstance(note, str):
        content["note"] = [note]
    try:
        return _ADAPTER.validate_python(content)
    except ValidationError as error:
        faults = [_fault(found["loc"], found["msg"]) for found in error.errors()]
        raise TelemetryError(str(path), faults) from error


def unknown_columns(mapping: FileMapping, used: Collection[str], header: Collection[str]) -> list[Fault]:
    """Name the columns of a table that its mapping neither uses nor ignores, and those that it wants in vain."""
    absent = [
        Fault("", f"no column {name!r}, which the mapping {mapping.name} names") for name in used if name not in header
    ]
    strange = [
        Fault(name, f"the mapping {mapping.name} does not know this column; name it in ignore")
        for name in header
        if name not in used and not ignored(mapping, name)
    ]
    return absent + strange


def ignored(mapping: FileMapping, column: str) -> bool:
    """Say whether a mapping leaves a column out; it may name a pattern, as rules do."""
    return any(_pattern(name).fullmatch(column) is not None for name in mapping.ignore)


def _fault(location: tuple[int | str, ...], message: str) -> Fault:
    place = ".".join(str(part) for part in location if part not in FORMATS)
    return Fault(place, message.removeprefix("Value error, "))
