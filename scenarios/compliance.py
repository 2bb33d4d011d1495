"""A load trace against the codes of grid operators: what is met, what is broken, what the trace cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import numpy as np

from facilities import codes
from facilities.codes import BandLimit, Code, Limit, RampLimit, RangeLimit, RideThrough, VoltageLimit
from scenarios.page.quantities import duration, quantity, share
from twin.arrays import Floats
from twin.grid import ride_through, swings
from twin.grid.ride_through import Gap

LEAST_STEPS = 30
"""Steps of a trace in a window, below which swings within a step may hide from it; then only a breach is sure."""

AT_ONCE = 3.0
"""Window [s] in which a change of voltage counts as one."""

Verdict = Literal["met", "broken", "cannot tell"]


class Finding(NamedTuple):
    """
    What a trace says of one limit.

    Attributes
    ----------
    code, title, status : text
        Name of the code, its title, and whether it is in force.
    limit, measured : text
        In words, with units.
    margin : [1]
        Part of the limit that is left; negative where it is broken. NaN where nothing was measured.
    verdict : text
        ``met``, ``broken`` or ``cannot tell``.
    why : text
        What the trace cannot show, or when the worst happened; may be empty.
    """

    code: str
    title: str
    status: str
    limit: str
    measured: str
    margin: float
    verdict: Verdict
    why: str


class Trace(NamedTuple):
    """
    Power at the point of connection, and its voltage.

    Attributes
    ----------
    power : (sample,) [W]
        Means over each step.
    voltage : (sample,) [1]
        Per unit.
    step : [s]
        From one sample to the next.
    """

    power: Floats
    voltage: Floats
    step: float


def check(trace: Trace, names: Iterable[str] | None = None) -> list[Finding]:
    """
    Check a trace against codes.

    Parameters
    ----------
    trace : Trace
        Power and voltage.
    names
        Of codes; all without it. Curves of ride-through ask for an event, not for a trace: see `gaps`.

    Returns
    -------
    list of Finding
        In order of codes and their limits.
    """
    return [
        finding
        for name in (codes.names() if names is None else names)
        for limit in codes.load(name).limits
        for finding in _checked(name, codes.load(name), limit, trace)
    ]


def gaps(equipment: str) -> dict[str, tuple[Gap, ...]]:
    """
    Find where equipment may leave before codes allow it.

    Parameters
    ----------
    equipment
        Name of a code of status ``equipment``, such as ``itic``.

    Returns
    -------
    dict
        Name of each code with a curve of voltage -> gaps, none where the equipment complies.

    Raises
    ------
    UnknownNameError
        When there is no such code.
    """
    given = _curve(codes.load(equipment))
    found = {name: codes.load(name) for name in codes.names()}
    return {
        name: ride_through.gaps(required, given)
        for name, code in found.items()
        if code.status != "equipment" and (required := _curve(code)) is not None and given is not None
    }


def _curve(code: Code) -> ride_through.Curve | None:
    for limit in code.limits:
        if isinstance(limit, RideThrough) and limit.kind == "voltage_ride_through":
            return limit.curve
    return None


def _checked(name: str, code: Code, limit: Limit, trace: Trace) -> Iterator[Finding]:
    if isinstance(limit, RampLimit):
        found = _ramp(limit, trace)
    elif isinstance(limit, RangeLimit):
        found = _range(limit, trace)
    elif isinstance(limit, BandLimit):
        found = _band(limit, trace)
    elif isinstance(limit, VoltageLimit):
        found = _voltage(limit, trace)
    else:
        return
    words, measured, most, value, hidden, why = found
    broken = value > most
    verdict: Verdict = "broken" if broken else "cannot tell" if hidden else "met"
    yield Finding(name, code.title, code.status, words, measured, 1.0 - value / most, verdict, why)


_Found = tuple[str, str, float, float, bool, str]
"""Limit and measured value in words and in numbers, whether more may be hidden from the trace, and a remark."""


def _hidden(window: float, trace: Trace) -> tuple[bool, str]:
    if window > (trace.power.size - 1) * trace.step * (1.0 + 1e-9):
        return True, f"the trace is shorter than {duration(window)}"
    hidden = window < LEAST_STEPS * trace.step
    return hidden, f"means of {duration(trace.step)} hide what swings within them" if hidden else ""


def _ramp(limit: RampLimit, trace: Trace) -> _Found:
    per_minute = trace.power.max() / 60.0
    up = min(limit.up or np.inf, (limit.up_part or np.inf) * per_minute)
    down = min(limit.down or np.inf, (limit.down_part or np.inf) * per_minute)
    hidden, why = _hidden(limit.window, trace)
    if limit.quantile is not None:
        most = min(up, down)
        value = swings.quantile_of_ramps(trace.power, trace.step, limit.window, limit.quantile)
        words = f"{share(limit.quantile)} of ramps over {duration(limit.window)} up to {_minute(most)}"
        return words, _minute(value), most, value, hidden, why
    rise, fall = swings.ramps(trace.power, trace.step, limit.window)
    words = f"ramps over {duration(limit.window)}: up {_minute(up)}, down {_minute(down)}"
    worst, most, way = (rise, up, "up") if rise.size / up >= fall.size / down else (fall, down, "down")
    return words, f"{way} {_minute(worst.size)}", most, worst.size, hidden, why or f"at {duration(worst.time)}"


def _range(limit: RangeLimit, trace: Trace) -> _Found:
    most = min(limit.most, (limit.most_part or np.inf) * float(trace.power.max()))
    words = f"{quantity(most, 'W')} in any {duration(limit.window)}"
    if limit.low is None or limit.high is None:
        worst = swings.largest_range(trace.power, trace.step, limit.window)
        hidden, why = _hidden(limit.window, trace)
        return words, quantity(worst.size, "W"), most, worst.size, hidden, why or f"at {duration(worst.time)}"
    words += f", {limit.low:g} to {limit.high:g} Hz"
    readable = swings.highest_readable(trace.step)
    if limit.low >= readable:
        return words, "nothing", most, 0.0, True, f"means of {duration(trace.step)} tell nothing above {readable:g} Hz"
    high = min(limit.high, readable)
    worst, near_ends = swings.range_in_band(trace.power, trace.step, limit.low, high, limit.window)
    hidden = high < limit.high
    why = f"seen up to {high:g} Hz only" if hidden else f"at {duration(worst.time)}"
    if worst.size <= most < near_ends.size:  # a swing of its own there, or what mirrored ends add to one
        hidden, why = True, f"{quantity(near_ends.size, 'W')} near an end of the trace, where a band is not sure"
    return words, quantity(worst.size, "W"), most, worst.size, hidden, why


def _band(limit: BandLimit, trace: Trace) -> _Found:
    words = f"{share(limit.most)} of what swings from {limit.low:g} to {limit.high:g} Hz"
    readable = swings.highest_readable(trace.step)
    if limit.high > readable:
        why = f"means of {duration(trace.step)} tell nothing above {readable:g} Hz"
        return words, "nothing", limit.most, 0.0, True, why
    found = swings.spectrum(trace.power, trace.step, limit.low, limit.high)
    value = max(found.magnitude, found.energy)
    measured = f"{share(found.magnitude)} of magnitudes, {share(found.energy)} of energy"
    return words, measured, limit.most, value, False, f"most at {found.peak:.3g} Hz"


def _voltage(limit: VoltageLimit, trace: Trace) -> _Found:
    worst = swings.largest_range(trace.voltage, trace.step, AT_ONCE)
    words = f"{share(limit.most)} of voltage at once"
    return (
        words,
        share(worst.size),
        limit.most,
        worst.size,
        trace.step > AT_ONCE,
        f"within {duration(max(AT_ONCE, trace.step))}, at {duration(worst.time)}",
    )


def _minute(slope: float) -> str:
    return f"{quantity(60.0 * slope, 'W')}/min"
