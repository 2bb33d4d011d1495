"""What a change of load does to an interconnection."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs
from twin.grid import frequency
from twin.grid.frequency import Interconnection
from twin.site import Floats


def _after_step(change: Floats, **system: Floats) -> Outputs:
    rows = zip(change, *(system[name] for name in Interconnection._fields), strict=True)
    found = [frequency.after_step(Interconnection(*map(float, row[1:])), float(row[0])) for row in rows]
    nominal = system["frequency"]
    return {
        "extreme": nominal + np.array([each.extreme for each in found]),
        "settled": nominal + np.array([each.settled for each in found]),
        "rate": np.array([each.rate for each in found]),
    }


STEP, HORIZON = 0.01, 30.0
"""[s] Of series of several steps, up to their first extreme."""

STEPS = 4
"""Changes of load of one event."""


def _after_steps(changes: Floats, times: Floats, window: Floats, **system: Floats) -> Outputs:
    """Take several steps of load; the rate is the mean over a window of time."""
    now = STEP * np.arange(round(HORIZON / STEP) + 1)
    rows = []
    for number, (sizes, begins, (first, last)) in enumerate(zip(changes, times, window, strict=True)):
        machine = Interconnection(*(float(system[name][number]) for name in Interconnection._fields))
        load = (sizes * (now[:, np.newaxis] >= begins - 1e-9)).sum(axis=1)
        deviation = frequency.response(machine, load, STEP)
        ends = deviation[[round(float(first) / STEP), round(float(last) / STEP)]]
        rows.append((deviation[np.abs(deviation).argmax()], (ends[1] - ends[0]) / (last - first)))
    extreme, rate = np.array(rows, dtype=float).T
    return {"extreme": extreme, "rate": rate}


_SYSTEM = {
    "base": "W",
    "frequency": "Hz",
    "inertia": "s",
    "damping": "1",
    "droop": "1",
    "gain": "1",
    "fast_part": "1",
    "reheat_time": "s",
}

AFTER_STEPS = Law(
    _after_steps,
    {"changes": "W", "times": "s", "window": "s", **_SYSTEM},
    {"extreme": "Hz", "rate": "Hz/s"},
    parts={"changes": STEPS, "times": STEPS, "window": 2},
)

AFTER_STEP = Law(
    _after_step,
    {"change": "W", **_SYSTEM},
    {"extreme": "Hz", "settled": "Hz", "rate": "Hz/s"},
)
