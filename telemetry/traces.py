"""Synthetic traces by name."""

from __future__ import annotations

from collections.abc import Callable

from telemetry.serving import inference
from telemetry.synchronous import synchronous
from telemetry.synthetic import Trace
from telemetry.training import training

TRACES: dict[str, Callable[[int, int], Trace]] = {
    "training": training,
    "synchronous": synchronous,
    "inference": inference,
}
"""(seed, duration in s) to a trace."""
