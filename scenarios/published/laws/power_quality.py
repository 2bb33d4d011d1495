"""What fluctuations of voltage do to lamps."""

from __future__ import annotations

import numpy as np

from scenarios.published.laws.law import Law, Outputs
from twin.grid import flicker
from twin.site import Floats

RATE, LENGTH, SETTLED = 2000.0, 720.0, 120.0
"""[Hz], [s], [s]: of a signal as the standard tests a meter with; ten minutes of it are judged."""


def _rectangular(frequency: Floats, changes: Floats, size: Floats) -> Outputs:
    """Change the voltage at once, so many times a minute."""
    time = np.arange(0.0, LENGTH, 1.0 / RATE)
    found = []
    for hertz, rate, change in zip(frequency, changes, size, strict=True):
        modulation = 1.0 + 0.5 * change * np.where((time * rate / 60.0) % 2.0 < 1.0, 1.0, -1.0)
        squared = (modulation * np.sin(2.0 * np.pi * hertz * time)) ** 2
        sensed = flicker.sensation(squared, RATE, flicker.lamp(float(hertz)))
        found.append(flicker.severity(sensed[round(SETTLED * RATE) :]))
    return {"short_term": np.array(found)}


FLICKER = Law(_rectangular, {"frequency": "Hz", "changes": "1", "size": "1"}, {"short_term": "1"})
