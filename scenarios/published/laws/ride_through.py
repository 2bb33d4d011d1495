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
FAULTS_OF_AN_EVENT = 6
BEFORE, AFTER = 1.0, 60.0
"""[s] Of good voltage about the faults; the second lets all come back that do."""


def _faults(times: Floats, durations: Floats, voltage: Floats) -> Outputs:
    """Follow three front ends through faults; power of each is 1 W, so that what is drawn is its share."""
    names = ("ups_counting", "ups_itic", "server_supply")
    groups, trips = front_ends.groups([Fed(front_ends.load(name), 1.0) for name in names])
    rows = []
    for begins, lasting, depth in zip(times, durations, voltage, strict=True):
        horizon = BEFORE + float(begins[-1] + lasting[-1]) + AFTER
        trace = disturbances.sags(BEFORE + begins, lasting, np.full(begins.size, depth), horizon, STEP)
        found = machine.passage(groups, trips, trace, np.full(trace.size, 60.0), STEP)
        away = found.state[:, 0] == KEPT_AWAY
        after = float(away.argmax() * STEP) - BEFORE if away.any() else np.inf
        rows.append((np.count_nonzero(begins <= after + STEP), after, *np.minimum(found.drawn[-1], 1.0)))
    columns = np.array(rows, dtype=float).T
    return dict(zip(FAULTS.outputs, columns, strict=True))


FAULTS = Law(
    _faults,
    {"times": "s", "durations": "s", "voltage": "1"},
    {
        "kept_away_at": "1",
        "kept_away_after": "s",
        "counting_drawn": "1",
        "not_counting_drawn": "1",
        "without_battery_drawn": "1",
    },
    parts={"times": FAULTS_OF_AN_EVENT, "durations": FAULTS_OF_AN_EVENT},
)
