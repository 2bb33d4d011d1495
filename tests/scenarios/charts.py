"""Read a chart back from the JSON that the page gets."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from scenarios.page.style import Chart


def traces(chart: Chart) -> dict[str, dict[str, Any]]:
    """Give the traces of a chart by name; the edges of a band share the name of their line and come before it."""
    return {trace.get("name", ""): trace for trace in json.loads(chart.figure)["data"]}


def numbers(values: Any) -> np.ndarray:
    """Give the numbers of a trace, packed or plain."""
    if isinstance(values, list):
        return np.array(values, dtype=float)
    return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)


def layout(chart: Chart) -> dict[str, Any]:
    """Give the layout of a chart."""
    return json.loads(chart.figure)["layout"]
