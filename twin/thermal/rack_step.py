"""
One second of a run of racks: demand to power, power to heat, heat to temperature.

A run is racks of one hall and variant whose coolant flows alike. Each line of physics is one loop over the run, which
the compiler turns into vector instructions; what is rare, a limit or a rack that is off, is a plain loop.
"""

from __future__ import annotations

import numpy as np

from twin.thermal.compiled import LOOP, njit


@njit(inline="always")
def blend(chain, v, level, fraction, blend):
    """
    Interpolate one variant's step between two flow levels.

    Parameters
    ----------
    chain : (variant, level, row, column)
        As in `StepTable`.
    v
        Which variant.
    level
        Flow level at or below the flow.
    fraction : [1]
        Way from that level to the next.
    blend : (row, column)
        Filled.
    """
    upper = min(level + 1, chain.shape[1] - 1)
    for i in range(chain.shape[2]):
        for j in range(chain.shape[3]):
            low = chain[v, level, i, j]
            blend[i, j] = low + fraction * (chain[v, upper, i, j] - low)


@njit(**LOOP)
def _relative(out, value, inlet):
    for i in range(out.size):
        out[i] = value[i] - inlet[i]


@njit(**LOOP)
def _next(out, inlet, x, y, z, heat, given, slope, a, i):
    """Give one row of the exact step, over the inlet."""
    c0, c1, c2, c3, c4, c5 = a[i, 0], a[i, 1], a[i, 2], a[i, 3], a[i, 4], a[i, 5]
    for r in range(out.size):
        out[r] = inlet[r] + c0 * x[r] + c1 * y[r] + c2 * z[r] + c3 * heat[r] + c4 * given[r] + c5 * slope[r]


@njit(**LOOP)
def _integral(out, x, y, z, heat, given, slope, a, i):
    """Give one integral row of the exact step."""
    c0, c1, c2, c3, c4, c5 = a[i, 0], a[i, 1], a[i, 2], a[i, 3], a[i, 4], a[i, 5]
    for r in range(out.size):
        out[r] = c0 * x[r] + c1 * y[r] + c2 * z[r] + c3 * heat[r] + c4 * given[r] + c5 * slope[r]


@njit(**LOOP)
def _highest(value):
    highest = -1e9
    for i in range(value.size):
        highest = max(highest, value[i])
    return highest


@njit(**LOOP)
def _lowest(value):
    lowest = 1e9
    for i in range(value.size):
        lowest = min(lowest, value[i])
    return lowest


@njit(**LOOP)
def _capped(out, value, cap):
    for i in range(out.size):
        out[i] = min(value[i], cap[i])


@njit(inline="always")
def _limit(limit, on, power, worst, throttle, shutdown, gain, floor, measured, now):
    """Note racks over their limits; those that follow their load give up power above idle, or switch off."""
    for i in range(worst.size):
        over = worst[i] - throttle
        if over <= 0.0:
            continue
        if worst[i] > limit[0, i]:
            limit[0, i], limit[1, i] = worst[i], now
        limit[2, i] += 1.0
        if limit[3, i] < 0.0:
            limit[3, i] = now
        if worst[i] > shutdown and limit[5, i] < 0.0:
            limit[5, i] = now
            if not measured:
                on[i] = 0.0
        if not measured and on[i] > 0.0 and power[i] > floor:
            lost = min(gain * over, 1.0)
            power[i] -= lost * (power[i] - floor)
            limit[4, i] += 1.0
            limit[6, i] += lost


@njit(inline="always")
def _switch_off(limit, on, power, host, opposed, chip, leakage, reference, floor, host_idle):
    """Take the power of racks that are off, and leave in `opposed` what cancels their chips' leakage."""
    for i in range(on.size):
        opposed[i] = 0.0
        if on[i] > 0.0:
            continue
        if power[i] > floor:
            limit[6, i] += 1.0
        power[i], host[i] = 0.0, min(host[i], host_idle)
        opposed[i] = leakage * (reference - chip[i])


@njit(**LOOP)
def _leak(out, temperature, leakage, reference):
    for i in range(out.size):
        out[i] = leakage * (temperature[i] - reference)


@njit(**LOOP)
def _losses(out, power, host, leak, pace, table):
    """Interpolate the rack chain's loss: that of no load below the table, the last slope beyond it."""
    last = np.int32(table.size - 2)
    for i in range(out.size):
        place = max(power[i] + host[i] + leak[i], 0.0) * pace
        index = min(np.int32(place), last)
        out[i] = table[index] + (place - index) * (table[index + 1] - table[index])


@njit(**LOOP)
def _inlet_power(out, power, host, loss, auxiliary):
    for i in range(out.size):
        out[i] = power[i] + host[i] + loss[i] + auxiliary


@njit(**LOOP)
def _stream_heat(out, inlet_power, power, fraction):
    """Give the stream what it takes of the rack's heat beyond the chips'."""
    for i in range(out.size):
        out[i] = fraction * inlet_power[i] - power[i]


@njit(**LOOP)
def _add(out, more):
    for i in range(out.size):
        out[i] += more[i]


@njit(**LOOP)
def _sum(value, weight):
    total = 0.0
    for i in range(value.size):
        total += weight[i] * value[i]
    return total


@njit(**LOOP)
def _track(low, total, high, value):
    for i in range(value.size):
        low[i] = min(low[i], value[i])
        total[i] += value[i]
        high[i] = max(high[i], value[i])


@njit(**LOOP)
def _air(air, inlet_power, weight, hall_air, part, b):
    """Step the air lumps of a run; return the heat [J] they gave the hall."""
    b00, b01, b10, b11 = b[0, 0], b[0, 1], b[1, 0], b[1, 1]
    total = 0.0
    for i in range(air.size):
        heat, above = part * inlet_power[i], air[i] - hall_air
        air[i] = hall_air + b00 * above + b01 * heat
        total += weight[i] * (b10 * above + b11 * heat)
    return total


@njit(inline="always")
def _draw(racks, row, liquid, measured, on, limit, accelerator, host, cap, chip, worst, inlet, work, now):
    """
    Give the second's power, rack loss, inlet power, stream heat and chip heat, in `work`.

    Return whether a rack is off, and the warmest chip [K].
    """
    n = inlet.size
    opposed, power, loss, drawn, given = work[0, :n], work[1, :n], work[2, :n], work[3, :n], work[4, :n]
    heat, leaked = work[8, :n], work[9, :n]
    leakage, reference = 0.0 if measured else racks.leakage[row], racks.leakage_reference[row]
    floor, throttle = racks.idle_power[row], racks.throttle_temp[row]
    if measured:
        power[:] = accelerator
    else:
        _capped(power, accelerator, cap)
    warmest = _highest(worst)
    if warmest > throttle:
        shutdown, gain = racks.shutdown_temp[row], racks.throttle_gain[row]
        _limit(limit, on, power, worst, throttle, shutdown, gain, floor, measured, now)
    off = _lowest(on) == 0.0
    if off:
        _switch_off(limit, on, power, host, opposed, chip, leakage, reference, floor, racks.host_idle[row])
    _leak(leaked, chip, leakage, reference)
    if off:
        _add(leaked, opposed)
    _losses(loss, power, host, leaked, racks.chain_pace[row], racks.chain_loss[row])
    _inlet_power(drawn, power, host, loss, racks.auxiliary_power[row])
    _stream_heat(given, drawn, power, racks.liquid_fraction[row] if liquid else 1.0)
    _leak(heat, inlet, leakage, reference)
    _add(heat, power)
    if off:
        _add(heat, opposed)
    return off, warmest


@njit(inline="always")
def _move(chip, plate, stream, inlet, slope, heat, given, work, a):
    """Step a chain of three lumps exactly."""
    n = inlet.size
    x, y, z = work[5, :n], work[6, :n], work[7, :n]
    _relative(x, chip, inlet)
    _relative(y, plate, inlet)
    _relative(z, stream, inlet)
    _next(chip, inlet, x, y, z, heat, given, slope, a, 0)
    _next(plate, inlet, x, y, z, heat, given, slope, a, 1)
    _next(stream, inlet, x, y, z, heat, given, slope, a, 2)


@njit(inline="always")
def run_second(
    racks, v, first, last, weight, accelerator, host, cap, state, tally, inlet, slope, hall_air, work, a, b, now
):
    """
    Step one run for a second.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    v
        Variant of the run.
    first, last
        Its racks, in the kernel's order.
    weight : (run,) [1]
        Racks that each stands for.
    accelerator, host : (run,) [W]
        What the racks are asked for.
    cap : (run,) [W]
        Highest accelerator power of each.
    state : ThermalState
        Replaced by the state at the end of the second.
    tally : Tally
        Extremes and limits, added to.
    inlet : (run,) [K]
        Coolant supply, or hall air, at the second's start.
    slope : (run,) [K/s]
        Its ramp.
    hall_air : [K]
        Air of the hall in the middle of the second.
    work : (11, rack)
        Scratch; its last row is left with the heat [J] that each stream gave to its supply.
    a : (5, 6)
        Exact step of the mean chip's chain, at the run's flow.
    b : (3, 6)
        Exact step of the worst chip's.
    now : [s]
        The second, from the start of the run.

    Returns
    -------
    tuple of float
        Inlet energy, accelerator energy, rack loss, heat blown into the hall [J]; and the warmest chip at the second's
        start [K].
    """
    # A row first, then a slice of it: only so does the compiler know that the elements are neighbours.
    n = last - first
    row, measured = v >> 1, (v & 1) == 1
    liquid, fraction = racks.liquid[row], racks.liquid_fraction[row]
    leakage, reference = 0.0 if measured else racks.leakage[row], racks.leakage_reference[row]
    rack, on, limit = state.rack, state.on[first:last], tally.limit[:, first:last]
    chip, stream, worst = rack[0, first:last], rack[2, first:last], rack[4, first:last]
    off, warmest = _draw(racks, row, liquid, measured, on, limit, accelerator, host, cap, chip, worst, inlet, work, now)
    opposed, power, loss, drawn, given = work[0, :n], work[1, :n], work[2, :n], work[3, :n], work[4, :n]
    x, y, z, heat, leaked, moved = work[5, :n], work[6, :n], work[7, :n], work[8, :n], work[9, :n], work[10, :n]
    blown = _air(rack[3, first:last], drawn, weight, hall_air, 1.0 - fraction, racks.air[v]) if liquid else 0.0
    _track(tally.rack[3, first:last], tally.rack[4, first:last], tally.rack[5, first:last], worst)
    _move(worst, rack[5, first:last], rack[6, first:last], inlet, slope, heat, given, work, b)
    _move(chip, rack[1, first:last], stream, inlet, slope, heat, given, work, a)
    _integral(moved, x, y, z, heat, given, slope, a, 3)
    _add(moved, inlet)
    _leak(leaked, moved, leakage, reference)
    if off:
        _add(leaked, opposed)
    _integral(moved, x, y, z, heat, given, slope, a, 4)
    _add(drawn, leaked)
    _add(power, leaked)
    _track(tally.rack[0, first:last], tally.rack[1, first:last], tally.rack[2, first:last], drawn)
    _track(tally.rack[6, first:last], tally.rack[7, first:last], tally.rack[8, first:last], stream)
    if not liquid:
        blown = _sum(moved, weight)
        rack[3, first:last] = stream
    return _sum(drawn, weight), _sum(power, weight), _sum(loss, weight), blown, warmest
