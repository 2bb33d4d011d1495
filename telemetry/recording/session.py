"""A recording from beginning to end: NVML open, samples taken, parts written, one file that says how it was made."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from telemetry.recording import nvml
from telemetry.recording.command import Span, Stop, Told, stoppable
from telemetry.recording.parts import Writer, assemble, check_target
from telemetry.recording.sampling import Clock, Pace, Sampler, anchor
from telemetry.recording.tally import Tally
from telemetry.store import SCHEMA_VERSION

LOWEST_RATE, HIGHEST_RATE = 0.1, 50.0
"""[Hz] Below, values would not be held from sample to sample; above, asking takes much of the time."""

SLOW_RATE = 10.0
"""[Hz] of temperatures, clocks, utilisation and clock events, unless told otherwise."""

MOST_DRIFT_S = 0.01
"""[s] by which the host's clock may move before it is worth a note: half a sample at the highest rate."""

_NS = 1e9
_PROGRESS_S = 1.0


class Plan(NamedTuple):
    """
    What is to be recorded.

    Attributes
    ----------
    out
        A file (.parquet), or a folder for one that is named by its start.
    rate, slow_rate : [Hz]
        Of power and energy, and of the rest.
    duration : [s]
        Until somebody stops it if None.
    command
        To run meanwhile; the recording lasts for it.
    lead : [s]
        Recorded before and after the command.
    gpus
        Numbers of those to record; all if None.
    anonymous
        Whether UUIDs and the kernel's release are left out.
    force
        Whether a file that stands there is replaced.
    """

    out: Path
    rate: float = HIGHEST_RATE
    slow_rate: float = SLOW_RATE
    duration: float | None = None
    command: tuple[str, ...] = ()
    lead: float = 5.0
    gpus: tuple[int, ...] | None = None
    anonymous: bool = False
    force: bool = False


class Recording(NamedTuple):
    """
    What was recorded.

    Attributes
    ----------
    path, rows
        The file, and how many values are in it.
    pace, tallies
        How well the schedule was kept, and the figures of each GPU.
    clock_drift_s : [s]
        By how much the host's clock moved against the recording's.
    notes
        What a reader should know of it.
    command
        How the command went; none without one.
    signal
        That ended it early; none if none did.
    """

    path: Path
    rows: int
    pace: Pace
    tallies: tuple[Tally, ...]
    clock_drift_s: float
    notes: tuple[str, ...]
    command: Told | None
    signal: int | None


Progress = Callable[[Sampler, float], None]
"""Takes the sampler and the seconds passed, about once a second."""


def record(plan: Plan, progress: Progress | None = None, clock: Clock | None = None) -> Recording:
    """
    Record the GPUs of this machine.

    Parameters
    ----------
    plan
        What to record, for how long and where to.
    progress
        Is told about once a second.
    clock
        That of the machine if not given.

    Raises
    ------
    RecordingError
        Where there is no GPU, no driver, or no such command, or it was stopped before the first sample.
    OutputError
        Where it cannot be written; parts that were are kept.
    """
    clock = clock or Clock()
    target = _target(plan.out, clock)
    check_target(target, force=plan.force)
    with stoppable() as stop:
        span = Span(plan.duration, plan.command, plan.lead, stop)
        with nvml.opened() as library:
            found = nvml.gpus(library, plan.gpus, anonymous=plan.anonymous)
            facts = {**nvml.driver(library), **_host(anonymous=plan.anonymous), **_asked(plan)}
            facts["gpus"] = {gpu.asset: gpu.facts for gpu in found}
            notes = tuple(note for gpu in found for note in gpu.notes)
            writer = Writer(target, tuple(gpu.asset for gpu in found), _metadata(facts, notes))
            sampler = Sampler(library, found, plan.rate, plan.slow_rate, clock, writer.put)
            told = _sample(sampler, span, writer, _slowly(progress, sampler))
        return _finish(target, facts, notes, sampler, writer, clock, told, stop)


def _sample(sampler: Sampler, span: Span, writer: Writer, tell: Callable[[int], None]) -> Told | None:
    """Sample to the end; whatever happens, what was sampled is written and the command is not left running."""

    def goes_on(now: int) -> bool:
        tell(now)
        return writer.fault is None and span.goes_on(now)

    try:
        sampler.run(goes_on)
    finally:
        told = span.close()
        writer.close()
    return told


def _finish(
    target: Path,
    facts: dict[str, Any],
    notes: tuple[str, ...],
    sampler: Sampler,
    writer: Writer,
    clock: Clock,
    told: Told | None,
    stop: Stop,
) -> Recording:
    drift = (anchor(clock) - sampler.anchor) / _NS
    notes = (*notes, *_outcome(sampler, drift, stop))
    facts["pace"] = _pace(sampler.pace, drift)
    facts["energy"] = {tally.asset: _figures(tally) for tally in sampler.tallies}
    if told is not None:
        facts["command"] = told._asdict()
    rows = assemble(writer.folder, target, _metadata(facts, notes))
    return Recording(target, rows, sampler.pace, sampler.tallies, drift, notes, told, stop.signal)


def _target(out: Path, clock: Clock) -> Path:
    if out.suffix == ".parquet":
        return out
    start = datetime.fromtimestamp(clock.utc() / _NS, UTC)
    return out / f"recording-{start:%Y%m%dT%H%M%SZ}.parquet"


def _slowly(progress: Progress | None, sampler: Sampler) -> Callable[[int], None]:
    begun: int | None = None
    told = 0

    def tell(now: int) -> None:
        nonlocal begun, told
        if begun is None:
            begun = told = now
        if progress is not None and (now - told) / _NS >= _PROGRESS_S:
            told = now
            progress(sampler, (now - begun) / _NS)

    return tell


def _host(*, anonymous: bool) -> dict[str, str]:
    try:
        recorder = version("gigatwin")
    except PackageNotFoundError:
        recorder = "unknown: not installed"
    release = () if anonymous else (platform.release(),)  # kernels that sites build themselves bear their names
    return {"host_os": " ".join((platform.system(), *release, platform.machine())), "recorder": recorder}


def _asked(plan: Plan) -> dict[str, Any]:
    lasted = {"lead_s": plan.lead} if plan.command else {"duration_s": plan.duration}
    return {"rate_hz": plan.rate, "slow_rate_hz": plan.slow_rate, **lasted}


def _metadata(facts: dict[str, Any], notes: tuple[str, ...]) -> dict[str, str]:
    return {
        "schema_version": str(SCHEMA_VERSION),
        "source": "NVML",
        "format": "recording",
        "recording": json.dumps(facts),
        "attribution": "",
        "notes": json.dumps(list(notes)),
    }


def _outcome(sampler: Sampler, drift: float, stop: Stop) -> tuple[str, ...]:
    pace, notes = sampler.pace, []
    if pace.missed:
        notes.append(
            f"{pace.missed:,} of {pace.missed + pace.sweeps:,} deadlines were missed; the largest gap is "
            f"{pace.largest_gap / _NS:.3f} s"
        )
    for tally in sampler.tallies:
        if tally.lost is not None:
            notes.append(f"{tally.asset} was lost at {datetime.fromtimestamp(tally.lost / _NS, UTC):%H:%M:%S}Z")
        if tally.failed:
            notes.append(f"{tally.asset}: {tally.failed:,} readings failed and are missing")
        if tally.resets:
            notes.append(f"{tally.asset}: its energy counter started anew {tally.resets} times")
    if abs(drift) >= MOST_DRIFT_S:
        notes.append(f"the host's clock moved by {drift:+.3f} s meanwhile; times are those of its start")
    if stop.signal is not None:
        notes.append(f"stopped by signal {stop.signal}")
    return tuple(notes)


def _pace(pace: Pace, drift: float) -> dict[str, float | None]:
    return {
        "rate_hz": _finite(pace.rate),
        "sweeps": pace.sweeps,
        "missed": pace.missed,
        "largest_gap_s": pace.largest_gap / _NS,
        "mean_sweep_s": pace.sweeping / _NS / max(pace.sweeps, 1),
        "longest_sweep_s": pace.longest_sweep / _NS,
        "clock_drift_s": drift,
    }


def _figures(tally: Tally) -> dict[str, float | None]:
    return {
        "counter_j": _finite(tally.counter_energy_j),
        "power_j": tally.power_energy_j,
        "power_refresh_hz": _finite(tally.refresh_rate),
        "largest_gap_s": tally.largest_gap_s,
    }


def _finite(value: float) -> float | None:
    """Give a number that JSON has."""
    return None if math.isnan(value) else value
