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


AFTER_STEP = Law(
    _after_step,
    {
        "change": "W",
        "base": "W",
        "frequency": "Hz",
        "inertia": "s",
        "damping": "1",
        "droop": "1",
        "gain": "1",
        "fast_part": "1",
        "reheat_time": "s",
    },
    {"extreme": "Hz", "settled": "Hz", "rate": "Hz/s"},
)
