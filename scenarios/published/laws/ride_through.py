"""What the project's inputs of equipment do in a row of faults."""

from __future__ import annotations

import numpy as np

from facilities import front_ends
from facilities.front_ends import Fed
from scenarios.published.laws.law import Law, Outputs
from twin.grid import disturbances
from twin.grid import ride_through_machine as machine
from twin.grid.ride_through_machine import KEPT_AWAY
from twin.site import Floats

STEP = 1e-3
BEFORE, AFTER = 1.0, 60.0
"""[s] Of good voltage about the faults; the second lets all come back that do."""


def _faults(faults: Floats, span: Floats, duration: Floats, voltage: Floats) -> Outputs:
    """Take faults evenly through the span; power of each front end is 1 W, so that what is drawn is its share."""
    names = ("ups_counting", "ups_itic", "server_supply")
    groups, trips = front_ends.groups([Fed(front_ends.load(name), 1.0) for name in names])
    rows = []
    for count, length, each, depth in zip(faults, span, duration, voltage, strict=True):
        begins = BEFORE + np.linspace(0.0, float(length - each), round(float(count)))
        size = begins.size
        trace = disturbances.sags(begins, np.full(size, each), np.full(size, depth), BEFORE + length + AFTER, STEP)
        found = machine.passage(groups, trips, trace, np.full(trace.size, 60.0), STEP)
        away = found.state[:, 0] == KEPT_AWAY
        first = float(away.argmax() * STEP) if away.any() else np.inf
        rows.append((np.count_nonzero(begins <= first + STEP), first - BEFORE, *np.minimum(found.drawn[-1], 1.0)))
    columns = np.array(rows, dtype=float).T
    return dict(zip(FAULTS.outputs, columns, strict=True))


FAULTS = Law(
    _faults,
    {"faults": "1", "span": "s", "duration": "s", "voltage": "1"},
    {
        "kept_away_at": "1",
        "kept_away_after": "s",
        "counting_drawn": "1",
        "not_counting_drawn": "1",
        "without_battery_drawn": "1",
    },
)
