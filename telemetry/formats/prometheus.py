"""Answers of Prometheus' HTTP API to queries over a range or at an instant, as JSON."""

from __future__ import annotations

from typing import Any

import polars as pl

from telemetry import series
from telemetry.draft import Draft, Format, Options, no_rows
from telemetry.series import Labelled
from telemetry.source import Source
from twin.errors import Fault

_TYPES = ("matrix", "vector")


def sniff(source: Source, options: Options) -> str:
    """Give the reason why a source is no answer of Prometheus; empty when it is."""
    del options
    if not source.kind.startswith("json"):
        return "it is no JSON"
    if not all(
        isinstance(answer, dict) and "status" in answer and {"data", "error"} & set(answer)
        for answer in answers(source)
    ):
        return "no key status beside data or error"
    return ""


def answers(source: Source) -> list[Any]:
    """Give the answers of a file: one, or one a line or in a list where a range was asked for in parts."""
    found = source.document
    return found if isinstance(found, list) and found else [found]


def read(source: Source, options: Options) -> Draft:
    """Read answers of Prometheus; those of neighbouring ranges may share an edge."""
    names: list[Labelled] = []
    places: list[int] = []
    stamps: list[object] = []
    values: list[object] = []
    faults: list[Fault] = []
    notes: list[str] = []
    for answer in answers(source):
        faults += _refusals(answer)
        notes += [f"the server warned: {text}" for text in _texts(answer, "warnings")]
        for result in _results(answer, faults):
            labels = {str(name): str(text) for name, text in result.get("metric", {}).items()}
            pairs = result.get("values", [result["value"]] if "value" in result else [])
            if not _are_pairs(pairs):
                faults.append(Fault(labels.get("__name__", ""), "values are no pairs of a time and a text"))
                continue
            if "histograms" in result:
                notes.append("native histograms are not read")
            names.append(Labelled(labels.pop("__name__", ""), labels))
            places += [len(names) - 1] * len(pairs)
            stamps += [pair[0] for pair in pairs]
            values += [pair[1] for pair in pairs]
    if not stamps:
        told = faults or [Fault("", "the answer holds no sample; did the query fit, and the range?")]
        return Draft(no_rows(), tuple(told), tuple(notes), rows_in=0)
    lines = pl.Series("line", range(1, len(stamps) + 1), pl.UInt32)
    located = source._replace(lines=lines)
    instants, time_faults = series.timed(located, _floats(stamps), "unix_s", options)
    numbers = _floats(values)
    for place, (number, given) in enumerate(zip(numbers, values, strict=True)):
        if number is None:
            faults.append(Fault(located.place(place + 1), f"{given!r} is no number"))
    found = series.samples(names, places, lines, instants, numbers)
    return series.draft(found, options, [*faults, *time_faults], list(dict.fromkeys(notes)))


def _floats(values: list[object]) -> pl.Series:
    return pl.Series([_float(value) for value in values], dtype=pl.Float64)


def _float(value: object) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


def _texts(answer: dict[str, Any], key: str) -> list[str]:
    found = answer.get(key)
    return [str(text) for text in found] if isinstance(found, list) else []


def _refusals(answer: dict[str, Any]) -> list[Fault]:
    if answer.get("status") == "success":
        return []
    return [Fault("", f"the server refused the query: {answer.get('errorType', '')} {answer.get('error', '')}".strip())]


def _results(answer: dict[str, Any], faults: list[Fault]) -> list[dict[str, Any]]:
    data = answer.get("data")
    if not isinstance(data, dict) or data.get("resultType") not in _TYPES:
        if answer.get("status") == "success":
            kind = data.get("resultType") if isinstance(data, dict) else None
            faults.append(Fault("data.resultType", f"is {kind!r}, wanted {' or '.join(_TYPES)}"))
        return []
    results = data.get("result")
    good = isinstance(results, list) and all(
        isinstance(result, dict) and isinstance(result.get("metric", {}), dict) for result in results
    )
    if not good or not isinstance(results, list):
        faults.append(Fault("data.result", "is no list of series"))
        return []
    return results


def _are_pairs(pairs: object) -> bool:
    return isinstance(pairs, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)  # noqa: PLR2004


FORMAT = Format(
    "prometheus",
    "JSON of Prometheus' HTTP API: query_range and query",
    "a key status beside data or error",
    sniff,
    read,
    whole=True,
)
