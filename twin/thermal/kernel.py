"""
The replay kernel: load, rack conversion, leakage, throttle, rack and CDU, ten seconds at a time.

One of the project's two compiled kernels. It walks one hall after another, states in cache, and returns the energy that
crossed each boundary. Over a macro step facility water moves along its last ramp; valves and throttles are sampled
every second, as digital controllers do. Within a second racks see their supply along its ramp at the second's start and
their air along its last one; CDUs and hall air see the mean heat of their racks. Each line of the racks' physics is one
loop over a run, which the compiler turns into vector instructions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import LOOP, njit
from twin.thermal.halls import hall_second

if TYPE_CHECKING:
    from twin.site import Floats
    from twin.thermal.tables import CduLaw, Forcing, Layout, RackLaw, Tally, ThermalState
    from twin.workload import LoadTable

VALVE_POINTS = 257
"""Valve positions at which the exchanger is tabulated."""


def fill(racks: RackLaw, layout: Layout, load: LoadTable, begin: float, accelerator: Floats, host: Floats) -> None:
    """
    Fill the demand of every rack for the seconds of a macro step.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    layout : Layout
        The kernel's order of racks.
    load : LoadTable
        What the racks are asked to do.
    begin : [s]
        Start of the macro step.
    accelerator, host : (second, rack) [W]
        Filled, in the kernel's order; for measured racks, with the parts that make up the measured inlet power.
    """
    _fill(racks, layout, load, begin, accelerator, host)


def advance(
    racks: RackLaw,
    cdus: CduLaw,
    layout: Layout,
    accelerator: Floats,
    host: Floats,
    state: ThermalState,
    forcing: Forcing,
    tally: Tally,
) -> None:
    """
    Step all racks and CDUs through the seconds of a macro step.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    cdus : CduLaw
        CDUs.
    layout : Layout
        The kernel's order of racks, and its runs.
    accelerator, host : (second, rack) [W]
        Demand, in the kernel's order.
    state : ThermalState
        State, replaced by the state at the end of the macro step.
    forcing : Forcing
        What the macro step holds, or moves along a ramp.
    tally : Tally
        Powers of each second, overwritten; sums and extremes, added to.

    Notes
    -----
    The conversion loss of a second, and throttling, see the chip's temperature at its start; leakage itself is part of
    the exact step.
    """
    _advance(racks, cdus, layout, accelerator, host, state, forcing, tally)


@njit(inline="always")
def _compute_power(racks, row, inlet):
    """Invert inlet = power + auxiliary + loss(power); negative where auxiliaries draw less than their constant."""
    fixed, step = racks.auxiliary_power[row], 1.0 / racks.chain_pace[row]
    if inlet <= fixed + racks.chain_loss[row, 0]:
        return inlet - fixed - racks.chain_loss[row, 0]
    low, high = 0, racks.chain_loss.shape[1] - 1
    while high - low > 1:
        middle = (low + high) >> 1
        if middle * step + fixed + racks.chain_loss[row, middle] <= inlet:
            low = middle
        else:
            high = middle
    at_low = low * step + fixed + racks.chain_loss[row, low]
    return low * step + step * (inlet - at_low) / (step + racks.chain_loss[row, low + 1] - racks.chain_loss[row, low])


@njit(inline="always")
def _demand(rack, begin, load, idle, host_idle, accelerator, host):
    """Fill one rack's accelerator and host demand for each second of the macro step."""
    seconds = accelerator.size
    accelerator[:] = idle
    host[:] = host_idle
    for s in range(load.segment_start[rack], load.segment_start[rack + 1]):
        start, end = load.start[s], load.end[s]
        if start >= begin + seconds:
            break
        if end <= begin:
            continue
        first = load.trace_start[load.trace[s]]
        length, step = load.trace_start[load.trace[s] + 1] - first, load.trace_step[load.trace[s]]
        place = (max(begin, start) - start + load.offset[s]) / step
        place -= length * np.floor(place / length)
        accelerator_base = load.accelerator_base[s] - load.share[s] * idle
        host_base = load.host_base[s] - load.share[s] * host_idle
        accelerator_scale, host_scale = load.accelerator_scale[s], load.host_scale[s]
        if start <= begin and end >= begin + seconds and step == 1.0 and place + seconds <= length:
            samples = load.samples[first + int(place) : first + int(place) + seconds]
            for k in range(seconds):
                accelerator[k] += accelerator_base + accelerator_scale * samples[k]
                host[k] += host_base + host_scale * samples[k]
            continue
        pace = 1.0 / step
        for k in range(seconds):
            covered = min(end, begin + k + 1.0) - max(start, begin + k)
            if covered <= 0.0:
                continue
            # The small addend keeps a place that was reached by addition from falling short of its own sample.
            index = int(place + 1e-9)
            if index >= length:
                index -= length
                place -= length
            sample = load.samples[first + index]
            accelerator[k] += covered * (accelerator_base + accelerator_scale * sample)
            host[k] += covered * (host_base + host_scale * sample)
            place += pace * min(1.0, begin + k + 1.0 - start)


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(racks, layout, load, begin, accelerator, host):
    seconds = accelerator.shape[0]
    chips, hosts = np.empty(seconds), np.empty(seconds)
    for i in range(layout.order.size):
        row = layout.variant[i] >> 1
        if layout.variant[i] & 1:
            _demand(layout.order[i], begin, load, 0.0, 0.0, chips, hosts)
            for k in range(seconds):
                compute = _compute_power(racks, row, chips[k])
                chips[k] = max(compute, 0.0) * racks.accelerator_part[row]
                hosts[k] = compute - chips[k]
        else:
            _demand(layout.order[i], begin, load, racks.idle_power[row], racks.host_idle[row], chips, hosts)
        for k in range(seconds):
            accelerator[k, i] = chips[k]
            host[k, i] = hosts[k]


@njit(inline="always")
def _blend(chain, v, level, fraction, blend):
    """Interpolate one variant's step between two flow levels."""
    upper = min(level + 1, chain.shape[1] - 1)
    for i in range(5):
        for j in range(6):
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
def _worst(out, chip, inlet, rise):
    """Give the worst chip of each rack, and the highest of the run."""
    highest = -1e9
    for i in range(out.size):
        out[i] = inlet[i] + rise * (chip[i] - inlet[i])
        highest = max(highest, out[i])
    return highest


@njit(**LOOP)
def _capped(out, value, cap):
    for i in range(out.size):
        out[i] = min(value[i], cap[i])


@njit(**LOOP)
def _limit(limit, power, worst, throttle, gain, floor, measured, now):
    """Note racks over their limit, and take power above idle away from those that follow their load."""
    for i in range(worst.size):
        over = worst[i] - throttle
        if over <= 0.0:
            continue
        if worst[i] > limit[0, i]:
            limit[0, i], limit[1, i] = worst[i], now
        limit[2, i] += 1.0
        if limit[3, i] < 0.0:
            limit[3, i] = now
        if not measured and power[i] > floor:
            power[i] = floor + max(0.0, 1.0 - gain * over) * (power[i] - floor)
            limit[4, i] += 1.0


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
def _run_second(
    racks, v, first, last, weight, accelerator, host, cap, state, tally, inlet, slope, hall_air, work, a, now
):
    """Step one run for a second; return what it drew, used, lost and blew; leave its stream's heat in the last row."""
    # A row first, then a slice of it: only so does the compiler know that the elements are neighbours.
    n = last - first
    row, measured = v >> 1, (v & 1) == 1
    liquid, fraction = racks.liquid[row], racks.liquid_fraction[row]
    leakage, reference = 0.0 if measured else racks.leakage[row], racks.leakage_reference[row]
    chip, plate, stream = state[0, first:last], state[1, first:last], state[2, first:last]
    worst, power, loss, drawn, given = work[0, :n], work[1, :n], work[2, :n], work[3, :n], work[4, :n]
    x, y, z, heat, leaked, moved = work[5, :n], work[6, :n], work[7, :n], work[8, :n], work[9, :n], work[10, :n]
    highest = _worst(worst, chip, inlet, 1.0 + racks.spread[row])
    if measured:
        power[:] = accelerator
    else:
        _capped(power, accelerator, cap)
    if highest > racks.throttle_temp[row]:
        gain, floor = racks.throttle_gain[row], racks.idle_power[row]
        limit = tally.limit[:, first:last]
        _limit(limit, power, worst, racks.throttle_temp[row], gain, floor, measured, now)
    _leak(leaked, chip, leakage, reference)
    _losses(loss, power, host, leaked, racks.chain_pace[row], racks.chain_loss[row])
    _inlet_power(drawn, power, host, loss, racks.auxiliary_power[row])
    _stream_heat(given, drawn, power, fraction if liquid else 1.0)
    blown = _air(state[3, first:last], drawn, weight, hall_air, 1.0 - fraction, racks.air[v]) if liquid else 0.0
    _leak(heat, inlet, leakage, reference)
    _add(heat, power)
    _relative(x, chip, inlet)
    _relative(y, plate, inlet)
    _relative(z, stream, inlet)
    _next(chip, inlet, x, y, z, heat, given, slope, a, 0)
    _next(plate, inlet, x, y, z, heat, given, slope, a, 1)
    _next(stream, inlet, x, y, z, heat, given, slope, a, 2)
    _integral(moved, x, y, z, heat, given, slope, a, 3)
    _add(moved, inlet)
    _leak(leaked, moved, leakage, reference)
    _integral(moved, x, y, z, heat, given, slope, a, 4)
    _add(drawn, leaked)
    _add(power, leaked)
    _track(tally.rack[0, first:last], tally.rack[1, first:last], tally.rack[2, first:last], drawn)
    _track(tally.rack[3, first:last], tally.rack[4, first:last], tally.rack[5, first:last], worst)
    _track(tally.rack[6, first:last], tally.rack[7, first:last], tally.rack[8, first:last], stream)
    if not liquid:
        blown = _sum(moved, weight)
        state[3, first:last] = stream
    return _sum(drawn, weight), _sum(power, weight), _sum(loss, weight), blown


@njit(inline="always")
def _exchange(cdus, kind, level, fraction, valve):
    """Interpolate the exchanger over flow level and valve opening."""
    place = valve * (VALVE_POINTS - 1)
    index = min(int(place), VALVE_POINTS - 2)
    part = place - index
    low = cdus.exchanger[kind, level, index]
    value = low + part * (cdus.exchanger[kind, level, index + 1] - low)
    if fraction > 0.0:
        low = cdus.exchanger[kind, level + 1, index]
        value += fraction * (low + part * (cdus.exchanger[kind, level + 1, index + 1] - low) - value)
    return value


@njit(inline="always")
def _valve_step(cdus, c, state, set_point):
    """Move one valve for a second: PI with back-calculation, limited by its stroke."""
    error = state.supply[c] - set_point
    wanted = cdus.gain[c] * error + state.integral[c]
    reach = 1.0 / cdus.stroke_time[c]
    moved = min(max(wanted, state.valve[c] - reach), state.valve[c] + reach)
    moved = min(max(moved, 0.0), 1.0)
    state.integral[c] += (cdus.gain[c] * error + moved - wanted) / cdus.integral_time[c]
    state.valve[c] = moved


@njit(**LOOP)
def _cdu_step(back, supply, moved, heat, exchange, rate_back, rate_supply, take, term_back, term_supply, terms):
    """
    Step both sides of the CDUs of a hall exactly for a second, relative to their facility water.

    A Taylor series whose every term keeps energy; `heat` is over the return's capacity, `moved` is the heat [J] to
    facility water.
    """
    for c in range(back.size):
        moved[c] = exchange[c] * back[c]
        term_back[c] = rate_back[c] * (supply[c] - back[c]) + heat[c]
        term_supply[c] = rate_supply[c] * (back[c] - supply[c]) - take[c] * back[c]
    for n in range(2, terms + 1):
        weight = 1.0 / n
        for c in range(back.size):
            old_back, old_supply = term_back[c], term_supply[c]
            back[c] += old_back
            supply[c] += old_supply
            moved[c] += weight * exchange[c] * old_back
            term_back[c] = weight * rate_back[c] * (old_supply - old_back)
            term_supply[c] = weight * (rate_supply[c] * (old_back - old_supply) - take[c] * old_back)
    for c in range(back.size):
        back[c] += term_back[c]
        supply[c] += term_supply[c]


@njit(inline="always")
def _hall_valves(cdus, first, last, k, state, forcing, side):
    """Move the valves of a hall's CDUs; give the ramp of their supply by the trapezoidal rule, returns held."""
    for c in range(first, last):
        _valve_step(cdus, c, state, forcing.set_point[c])
        exchange = _exchange(cdus, cdus.kind[c], forcing.level[k, c], forcing.fraction[k, c], state.valve[c])
        facility = forcing.facility[c] + forcing.facility_ramp[c] * (k + 0.5)
        flow = forcing.flow[k, c] * cdus.stream[c]
        rise = flow * (state.back[c] - state.supply[c]) - exchange * (state.back[c] - facility)
        state.ramp[c] = rise / (cdus.supply_capacity[c] + 0.5 * flow)
        side[4, c - first] = exchange


@njit(inline="always")
def _hall_cdus(cdus, first, last, hall, k, state, forcing, tally, taken, side):
    """Step both sides of a hall's CDUs for a second."""
    n = last - first
    back, supply, moved, heat, exchange = side[0, :n], side[1, :n], side[2, :n], side[3, :n], side[4, :n]
    rate_back, rate_supply, take = side[5, :n], side[6, :n], side[7, :n]
    for c in range(first, last):
        i = c - first
        facility = forcing.facility[c] + forcing.facility_ramp[c] * (k + 0.5)
        flow = forcing.flow[k, c] * cdus.stream[c]
        back[i], supply[i] = state.back[c] - facility, state.supply[c] - facility
        rate_back[i], rate_supply[i] = flow / cdus.return_capacity[c], flow / cdus.supply_capacity[c]
        take[i] = exchange[i] / cdus.supply_capacity[c]
        heat[i] = (taken[c] + forcing.pump_heat[c]) / cdus.return_capacity[c]
    _cdu_step(back, supply, moved, heat, exchange, rate_back, rate_supply, take, side[8, :n], side[9, :n], cdus.terms)
    for c in range(first, last):
        i = c - first
        facility = forcing.facility[c] + forcing.facility_ramp[c] * (k + 0.5)
        state.back[c], state.supply[c] = back[i] + facility, supply[i] + facility
        tally.hall_power[k, hall, 3] += taken[c]
        taken[c] = 0.0
        tally.cdu_heat[c] += moved[i]
        tally.cdu_sum[c, 0] += state.supply[c]
        tally.cdu_sum[c, 1] += state.back[c]
        tally.cdu_sum[c, 2] += moved[i]
        tally.cdu_sum[c, 3] += state.valve[c]
        tally.cdu_sum[c, 4] = max(tally.cdu_sum[c, 4], state.supply[c])


@njit(cache=True, nogil=True, error_model="numpy")
def _advance(racks, cdus, layout, accelerator, host, state, forcing, tally):
    seconds = accelerator.shape[0]
    tally.hall_power[:seconds] = 0.0
    inlet, slope = np.empty(layout.cdu.size), np.empty(layout.cdu.size)
    taken = np.zeros(cdus.kind.size)
    side = np.empty((10, cdus.kind.size))
    work = np.empty((11, layout.cdu.size))
    a = np.empty((5, 6))
    for hall in range(layout.hall_run.size - 1):
        for k in range(seconds):
            hall_air = state.air[hall] + 0.5 * state.air_ramp[hall]
            _hall_valves(cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], k, state, forcing, side)
            for u in range(layout.hall_run[hall], layout.hall_run[hall + 1]):
                first, last = layout.run_rack[u], layout.run_rack[u + 1]
                v, c = layout.variant[first], layout.cdu[first]
                liquid = racks.liquid[v >> 1]
                for r in range(first, last):
                    inlet[r] = state.supply[layout.cdu[r]] if liquid else hall_air
                    slope[r] = state.ramp[layout.cdu[r]] if liquid else 0.0
                _blend(racks.chain, v, forcing.level[k, c], forcing.fraction[k, c], a)
                drawn, used, lost, blown = _run_second(
                    racks, v, first, last, layout.weight[first:last], accelerator[k, first:last], host[k, first:last],
                    forcing.power_cap[first:last], state.rack, tally, inlet[first:last], slope[first:last], hall_air,
                    work, a, forcing.begin + k,
                )  # fmt: skip
                tally.hall_power[k, hall, 0] += drawn
                tally.hall_power[k, hall, 1] += used
                tally.hall_power[k, hall, 2] += lost
                tally.hall_power[k, hall, 4] += blown
                if liquid:
                    for r in range(first, last):
                        taken[layout.cdu[r]] += layout.weight[r] * work[10, r - first]
            hall_second(hall, k, tally.hall_power[k, hall, 4], state, forcing, tally)
            _hall_cdus(
                cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], hall, k, state, forcing, tally, taken, side
            )
