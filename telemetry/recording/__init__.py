"""
What the accelerators of this machine do, sampled into canonical parquet.

`record` reads NVML and changes nothing: no setting, no clock, no limit. Samples stand in part files a few seconds after
they were taken and become one file at the end, so a recording that was killed can still be put together by `recover`.
"""

from __future__ import annotations

from telemetry.recording.parts import recover
from telemetry.recording.session import HIGHEST_RATE, LOWEST_RATE, Plan, Progress, Recording, record

__all__ = ["HIGHEST_RATE", "LOWEST_RATE", "Plan", "Progress", "Recording", "record", "recover"]
