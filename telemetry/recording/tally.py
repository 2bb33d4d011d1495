"""What a recording says of each GPU: its energy by the counter and by integrating power, and what is missing."""

from __future__ import annotations

import math

from telemetry.recording.nvml import ENERGY, POWER

_NS = 1e9


class Tally:
    """
    Figures of one GPU, kept while it is recorded.

    Energy by power is the sum of trapezoids between valid samples; by the counter, the sum of its rises, where a
    counter that fell (its driver was loaded anew) has risen from zero. Both run over the same samples, but the counter
    is refreshed a few times a second only, so that they may part by that time's energy. How often the chip refreshed
    its power is how often it changed: to the milliwatt it hardly ever stays.
    """

    def __init__(self, asset: str) -> None:
        self.asset = asset
        self.samples = self.failed = self.resets = self.changes = 0
        self.largest_gap_s = 0.0
        self.power_energy_j, self.counter_energy_j = 0.0, math.nan
        self.lost: int | None = None
        self.power = math.nan
        self._first, self._time, self._counter = 0, 0, math.nan

    def count(self, metric: str, instant: int, value: float) -> None:
        """
        Count one reading.

        Parameters
        ----------
        metric
            A name in `telemetry.recording.nvml.METRICS`.
        instant : [ns]
            When it was read.
        value
            In the metric's SI unit; NaN where reading failed.
        """
        if math.isnan(value):
            self.failed += 1
        elif metric == POWER:
            self._add_power(instant, value)
        elif metric == ENERGY:
            self._add_counter(value)

    @property
    def refresh_rate(self) -> float:
        """Changes of power a second; NaN before the second sample."""
        return self.changes * _NS / (self._time - self._first) if self.samples > 1 else math.nan

    def _add_power(self, instant: int, power: float) -> None:
        if self.samples:
            passed = (instant - self._time) / _NS
            self.power_energy_j += 0.5 * (self.power + power) * passed
            self.largest_gap_s = max(self.largest_gap_s, passed)
            self.changes += power != self.power
        else:
            self._first = instant
        self.samples += 1
        self._time, self.power = instant, power

    def _add_counter(self, energy: float) -> None:
        if math.isnan(self._counter):
            self.counter_energy_j = 0.0
        elif energy < self._counter:
            self.resets += 1
            self.counter_energy_j += energy
        else:
            self.counter_energy_j += energy - self._counter
        self._counter = energy
