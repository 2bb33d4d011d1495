"""
The schedule: when each GPU is read, and what became of it.

Deadlines are counted from the start on the monotonic clock, so that lateness of one sample delays no other. A sample is
stamped with the middle of its call, in UTC by one comparison of the two clocks at the start: a clock that is set
meanwhile moves no sample.
"""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import NamedTuple

from telemetry.recording import nvml
from telemetry.recording.nvml import Gpu
from telemetry.recording.tally import Tally

CHUNK_S = 5.0
"""[s] of samples that are written together; a kill loses no more than twice as much."""

LONGEST_SLEEP_S = 0.05
"""[s] after which a sleeping recorder looks up, to see whether it was asked to stop."""

_NS = 1_000_000_000
_TRIES = 5


class Clock(NamedTuple):
    """
    The clocks of the machine, or of a test.

    Attributes
    ----------
    monotonic, utc
        Give nanoseconds.
    sleep
        Wait so many seconds.
    """

    monotonic: Callable[[], int] = time.monotonic_ns
    utc: Callable[[], int] = time.time_ns
    sleep: Callable[[float], None] = time.sleep


class Samples:
    """Columns of readings, in the order in which they were taken: [ns] of UTC, GPU, metric, SI value."""

    def __init__(self) -> None:
        self.time, self.gpu, self.metric, self.value = array("q"), array("H"), array("B"), array("d")

    def add(self, time_ns: int, gpu: int, metric: int, value: float) -> None:
        """Keep one reading."""
        self.time.append(time_ns)
        self.gpu.append(gpu)
        self.metric.append(metric)
        self.value.append(value)


class Pace:
    """How well the schedule was kept."""

    def __init__(self) -> None:
        self.sweeps = self.missed = 0
        self.first = self.last = 0
        self.largest_gap = self.longest_sweep = self.sweeping = 0

    def swept(self, begun: int, ended: int) -> None:
        """Count a sweep over all GPUs between two instants [ns]."""
        if self.sweeps:
            self.largest_gap = max(self.largest_gap, begun - self.last)
        else:
            self.first = begun
        self.last = begun
        self.sweeps += 1
        self.sweeping += ended - begun
        self.longest_sweep = max(self.longest_sweep, ended - begun)

    @property
    def rate(self) -> float:
        """Sweeps a second, achieved."""
        return (self.sweeps - 1) * _NS / (self.last - self.first) if self.sweeps > 1 else math.nan


class Sampler:
    """
    Reads all GPUs, sweep after sweep.

    Parameters
    ----------
    library
        The library, opened.
    gpus
        To be read.
    rate, slow_rate : [Hz]
        Of power and energy, and of the rest.
    clock
        Of the machine.
    keep
        Takes the samples of each few seconds.
    """

    def __init__(
        self,
        library: ModuleType,
        gpus: Sequence[Gpu],
        rate: float,
        slow_rate: float,
        clock: Clock,
        keep: Callable[[Samples], None],
    ) -> None:
        self.tallies = tuple(Tally(gpu.asset) for gpu in gpus)
        self.pace = Pace()
        self.anchor = anchor(clock)
        self._nvml, self._gpus, self._clock, self._keep = library, gpus, clock, keep
        self._rate, self._every = rate, max(round(rate / slow_rate), 1)
        self._chunk = max(round(rate * CHUNK_S), 1)
        self._samples = Samples()

    def run(self, goes_on: Callable[[int], bool]) -> None:
        """Sweep at each deadline while it is to go on and any GPU is left; deadlines that passed are counted."""
        start = self._clock.monotonic()
        tick = due = 0
        try:
            while self._wait(start + round(tick * _NS / self._rate), goes_on) and not self.all_lost:
                slow = tick >= due
                due = (tick // self._every + 1) * self._every if slow else due
                self._sweep(slow=slow)
                if self.pace.sweeps % self._chunk == 0:
                    self._hand_over()
                passed = math.floor((self._clock.monotonic() - start) * self._rate / _NS)
                following = max(tick + 1, passed + 1)
                self.pace.missed += following - tick - 1
                tick = following
        finally:
            self._hand_over()

    @property
    def all_lost(self) -> bool:
        """Whether no GPU is left to read."""
        return all(tally.lost is not None for tally in self.tallies)

    def _wait(self, deadline: int, goes_on: Callable[[int], bool]) -> bool:
        while goes_on(now := self._clock.monotonic()):
            if now >= deadline:
                return True
            self._clock.sleep(min((deadline - now) / _NS, LONGEST_SLEEP_S))
        return False

    def _hand_over(self) -> None:
        full, self._samples = self._samples, Samples()
        if full.time:
            self._keep(full)

    def _sweep(self, *, slow: bool) -> None:
        begun = self._clock.monotonic()
        for row, gpu in enumerate(self._gpus):
            if self.tallies[row].lost is None:
                self._read(row, gpu, slow=slow)
        self.pace.swept(begun, self._clock.monotonic())

    def _read(self, row: int, gpu: Gpu, *, slow: bool) -> None:
        tally = self.tallies[row]
        for call in (*gpu.fast, *gpu.slow) if slow else gpu.fast:
            before = self._clock.monotonic()
            try:
                found = nvml.values(self._nvml, call)
            except nvml.LostError:
                tally.lost = self._stamp(before)
                self._mark_lost(row, gpu, tally.lost)
                return
            middle = self._stamp((before + self._clock.monotonic()) // 2)
            for metric, value in zip(call.metrics, found, strict=True):
                self._samples.add(middle, row, nvml.METRICS.index(metric), value)
                tally.count(metric, middle, value)

    def _mark_lost(self, row: int, gpu: Gpu, instant: int) -> None:
        """Give every reading of a lost GPU a last row without a value, after those of the same sweep."""
        for call in (*gpu.fast, *gpu.slow):
            for metric in call.metrics:
                self._samples.add(instant, row, nvml.METRICS.index(metric), math.nan)

    def _stamp(self, monotonic: int) -> int:
        return self.anchor + monotonic


def anchor(clock: Clock) -> int:
    """
    Compare the two clocks.

    Parameters
    ----------
    clock
        Of the machine.

    Returns
    -------
    [ns]
        To be added to the monotonic clock to have UTC; of a few tries the one that took least time.
    """
    found = []
    for _ in range(_TRIES):
        before = clock.monotonic()
        utc = clock.utc()
        after = clock.monotonic()
        found.append((after - before, utc - (before + after) // 2))
    return min(found)[1]
