"""``twin record``: what the GPUs of this machine do, into canonical parquet."""

from __future__ import annotations

import math
from pathlib import Path

from rich.console import Console
from rich.live import Live

from telemetry import recording
from telemetry.recording.sampling import Sampler
from telemetry.recording.tally import Tally
from twin import units
from twin.errors import Fault, InputError, RecordingError

ARGUMENTS = "the arguments of twin record"
SIGNALLED = 128
"""Added to a signal's number, as shells have it, where the signal ended what should have gone on."""

_NS = 1e9
_LINES_APART = 10
"""Tellings of progress from one line to the next, where the output is no terminal."""


def show(
    out: Path,
    command: list[str],
    *,
    rate: float,
    slow_rate: float,
    duration: str | None,
    lead: str,
    gpus: str | None,
    anonymous: bool,
    force: bool,
) -> int:
    """Record, with progress and a summary on the error output (the other is the command's), and give the exit code."""
    lasts, lead_s, numbers = _arguments(rate, slow_rate, duration, lead, gpus, command)
    plan = recording.Plan(out, rate, slow_rate, lasts, tuple(command), lead_s, numbers, anonymous, force)
    console = _console()
    console.print(_intention(plan))
    with Live(console=console, auto_refresh=False, transient=True) as live:
        done = recording.record(plan, _progress(console, live))
    _print(console, plan, done)
    if all(tally.lost is not None for tally in done.tallies):
        message = f"every GPU was lost; what was recorded until then stands in {done.path}"
        raise RecordingError(message)
    return _exit_code(plan, done)


def recover(folder: Path, out: Path | None, *, force: bool) -> None:
    """Put the parts of a recording that was cut off together."""
    console = _console()
    found = recording.recover(folder, out, force=force)
    for name in found.damaged:
        console.print(f"left out: {name}, which cannot be read")
    console.print(f"written: {found.path} ({found.rows:,} values)")


def _console() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def _arguments(
    rate: float, slow_rate: float, duration: str | None, lead: str, gpus: str | None, command: list[str]
) -> tuple[float | None, float, tuple[int, ...] | None]:
    lowest, highest = recording.LOWEST_RATE, recording.HIGHEST_RATE
    faults = [
        Fault(name, f"{lowest:g} to {highest:g} Hz; got {given:g}")
        for name, given in (("--rate", rate), ("--slow-rate", slow_rate))
        if not lowest <= given <= highest
    ]
    if command and duration is not None:
        faults.append(Fault("--duration", "a recording lasts for its command; leave one of the two out"))
    lasts = None if duration is None else _seconds(duration, "--duration", faults)
    before = _seconds(lead, "--lead", faults)
    numbers = None
    if gpus is not None:
        parts = [part.strip() for part in gpus.split(",")]
        if all(part.isdecimal() for part in parts):
            numbers = tuple(map(int, parts))
        else:
            faults.append(Fault("--gpus", f"numbers of GPUs, such as 0,3; got {gpus!r}"))
    if faults:
        raise InputError(ARGUMENTS, faults)
    return lasts, before, numbers


def _seconds(text: str, argument: str, faults: list[Fault]) -> float:
    try:
        found = units.si(units.read(text), "s")
    except ValueError as error:
        faults.append(Fault(argument, f"a time, such as '60 s': {error}"))
        return 0.0
    if found < 0:
        faults.append(Fault(argument, f"a time is not negative; got {text!r}"))
    return found


def _intention(plan: recording.Plan) -> str:
    if plan.command:
        lasts = f"while {plan.command[0]} runs, and {plan.lead:g} s before and after"
    else:
        lasts = "until Ctrl-C" if plan.duration is None else f"for {plan.duration:g} s"
    which = "all GPUs" if plan.gpus is None else f"GPU {', '.join(map(str, plan.gpus))}"
    return f"recording {which} at {plan.rate:g} Hz {lasts}"


def _progress(console: Console, live: Live) -> recording.Progress:
    told = 0

    def tell(sampler: Sampler, passed: float) -> None:
        nonlocal told
        told += 1
        powers = ", ".join(f"{tally.asset} {_watts(tally)}" for tally in sampler.tallies)
        line = f"{passed:.0f} s, {sampler.pace.sweeps:,} sweeps, {sampler.pace.missed:,} missed: {powers}"
        if console.is_terminal:
            live.update(line, refresh=True)
        elif told % _LINES_APART == 0:
            console.print(line)

    return tell


def _watts(tally: Tally) -> str:
    return "lost" if tally.lost is not None else f"{tally.power:.0f} W"


def _print(console: Console, plan: recording.Plan, done: recording.Recording) -> None:
    pace = done.pace
    console.print(
        f"{pace.sweeps:,} sweeps at {pace.rate:.3f} Hz (asked: {plan.rate:g}), {pace.missed:,} deadlines missed, "
        f"largest gap {pace.largest_gap / _NS:.3f} s, longest sweep {pace.longest_sweep / _NS:.4f} s"
    )
    for tally in done.tallies:
        console.print(
            f"  {tally.asset}: {_energy(tally)}, power refreshed {tally.refresh_rate:.1f} times a "
            f"second, largest gap {tally.largest_gap_s:.3f} s"
        )
    for note in done.notes:
        console.print(f"  note: {note}")
    if done.command is not None:
        console.print(f"  {plan.command[0]} ended with exit code {done.command.exit_code}")
    console.print(f"written: {done.path} ({done.rows:,} values, {done.path.stat().st_size / 1e6:.2f} MB)")


def _energy(tally: Tally) -> str:
    integral = f"{tally.power_energy_j:,.1f} J by integrating its power"
    if math.isnan(tally.counter_energy_j):
        return f"{integral}, and it has no energy counter"
    parting = tally.power_energy_j / tally.counter_energy_j - 1.0 if tally.counter_energy_j else math.nan
    return f"{tally.counter_energy_j:,.1f} J by its counter, {integral} ({parting:+.2%})"


def _exit_code(plan: recording.Plan, done: recording.Recording) -> int:
    """Give the command's code, or that of a signal; to stop a recording without an end is its proper end."""
    if done.signal is not None and (plan.command or plan.duration is not None):
        return SIGNALLED + done.signal
    return 0 if done.command is None else done.command.exit_code
