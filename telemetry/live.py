"""
Telemetry from a running Prometheus server, over its HTTP API.

Samples are asked for as they were scraped. With a step they are what the server makes of them at even times: the last
sample of up to five minutes ago, so that shorter gaps do not show. A range is asked for in parts, since a server tells
at most 11,000 points of a series at once; neighbouring parts share an edge.
"""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telemetry.source import Source
from twin.errors import Fault, TelemetryError

MOST_POINTS = 10_000
"""Points of a series in one part of a range; a server refuses more than 11,000."""

RAW_PART_S = 3600.0
"""Length of one part of a range of samples as they were scraped [s]."""

TIMEOUT_S = 60.0
"""A server that says nothing for this long [s] is given up."""

_SCHEMES = ("http", "https")


def is_server(address: str) -> bool:
    """Say whether a name is the address of a server, and no file."""
    return urllib.parse.urlsplit(address).scheme in _SCHEMES


def ask(address: str, query: str, start: datetime, end: datetime, step: float | None) -> Source:
    """
    Ask a Prometheus server for a range.

    Parameters
    ----------
    address
        Such as ``http://localhost:9090``.
    query
        In PromQL, such as ``{__name__=~"DCGM_FI_.*"}``; a selector of series where no step is given.
    start, end
        Of the range, with zones.
    step : [s]
        Between the points at which the query is evaluated; None for the samples as they were scraped.

    Returns
    -------
    Source
        As a file of the answers would be.

    Raises
    ------
    TelemetryError
        Where the server cannot be reached or refuses the query, or the range is empty.
    """
    if end <= start or (step is not None and step <= 0.0):
        message = f"the range from {start} to {end}{'' if step is None else f' in steps of {step:g} s'} is empty"
        raise TelemetryError(address, [Fault("", message)])
    if not is_server(address):
        raise TelemetryError(address, [Fault("", "is no address such as http://localhost:9090")])
    width = timedelta(seconds=RAW_PART_S if step is None else (MOST_POINTS - 1) * step)
    answers: list[Any] = []
    begin = start
    while begin < end:
        last = min(begin + width, end)
        answers.append(_answer(address, *_asked(query, begin, last, step)))
        begin = last
    content = "\n".join(json.dumps(answer) for answer in answers).encode()
    name = urllib.parse.urlsplit(address).netloc
    return Source(Path(name), "json", hashlib.sha256(content).hexdigest(), data=content, document=answers)


def _asked(query: str, start: datetime, end: datetime, step: float | None) -> tuple[str, dict[str, str]]:
    """Give the way and the parameters of a part of the range."""
    if step is None:
        milliseconds = round((end - start) / timedelta(milliseconds=1))
        return "query", {"query": f"{query}[{milliseconds}ms]", "time": _instant(end)}
    return "query_range", {"query": query, "start": _instant(start), "end": _instant(end), "step": f"{step:.3f}"}


def _answer(address: str, way: str, asked: dict[str, str]) -> Any:  # noqa: ANN401  JSON
    url = f"{address.rstrip('/')}/api/v1/{way}?{urllib.parse.urlencode(asked)}"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        return _refusal(address, error)
    except (OSError, ValueError) as error:
        raise TelemetryError(address, [Fault("", f"no answer of a Prometheus server: {error}")]) from error


def _refusal(address: str, error: urllib.error.HTTPError) -> Any:  # noqa: ANN401  JSON
    """Give what a server says with its refusal; a page of a proxy says nothing."""
    try:
        return json.loads(error.read())
    except ValueError:
        raise TelemetryError(address, [Fault("", f"the server refused: {error.code} {error.reason}")]) from error


def _instant(time: datetime) -> str:
    return f"{(time.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1):.3f}"
