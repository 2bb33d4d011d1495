"""
The replay kernel: load, rack conversion, leakage, throttle, rack and CDU, ten seconds at a time.

One of the project's two compiled kernels. It walks one hall after another, states in cache, and returns the energy that
crossed each boundary. Over a macro step facility water moves along its last ramp; valves and throttles are sampled
every second, as digital controllers do. Within a second racks see their supply along its ramp at the second's start and
their air along its last one; CDUs and hall air see the mean heat of their racks, which `twin.thermal.rack_step` steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal.compiled import LOOP, njit
from twin.thermal.halls import door_second, hall_second, sidecar_heat, sidecar_sinks
from twin.thermal.rack_step import blend, run_second
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK

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
    The conversion loss of a second, throttling and shutdown see the chip's temperature at its start; leakage itself is
    part of the exact step. A rack that switched off stays off: its chips draw nothing, its hosts idle. Its leakage is
    part of the matrix and is cancelled as of the second's start; what it changes by within the second stays: under a
    watt.
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
def _valve_step(cdus, c, state, set_point, sent):
    """Move one valve for a second: PI with back-calculation, limited by its stroke; or send it, or leave it."""
    if sent == VALVE_STUCK:
        return
    error = state.supply[c] - set_point
    wanted = cdus.gain[c] * error + state.integral[c] if sent == VALVE_FREE else sent
    reach = 1.0 / cdus.stroke_time[c]
    moved = min(max(wanted, state.valve[c] - reach), state.valve[c] + reach)
    moved = min(max(moved, 0.0), 1.0)
    if sent == VALVE_FREE:
        state.integral[c] += (cdus.gain[c] * error + moved - wanted) / cdus.integral_time[c]
    else:
        state.integral[c] = moved - cdus.gain[c] * error
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
    """
    Move the valves of a hall's CDUs; give the ramp of their supply by the trapezoidal rule, returns held.

    Return the warmest supply of those that have coolant [K].
    """
    warmest = 0.0
    for c in range(first, last):
        if cdus.stream[c] > 0.0:
            warmest = max(warmest, state.supply[c])
        _valve_step(cdus, c, state, forcing.set_point[c], forcing.valve[c])
        exchange = _exchange(cdus, forcing.kind[c], forcing.level[k, c], forcing.fraction[k, c], state.valve[c])
        exchange *= forcing.served[c]
        facility = forcing.facility[c] + forcing.facility_ramp[c] * (k + 0.5)
        flow = forcing.flow[k, c] * cdus.stream[c]
        rise = flow * (state.back[c] - state.supply[c]) - exchange * (state.back[c] - facility)
        state.ramp[c] = rise / (cdus.supply_capacity[c] + 0.5 * flow)
        side[4, c - first] = exchange
    return warmest


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
    tally.hall_power[:seconds], tally.hall_extreme[:seconds] = 0.0, 0.0
    inlet, slope = np.empty(layout.cdu.size), np.empty(layout.cdu.size)
    taken = np.zeros(cdus.stream.size)
    side = np.empty((10, cdus.stream.size))
    work = np.empty((11, layout.cdu.size))
    a, b = np.empty((5, 6)), np.empty((3, 6))
    for hall in range(layout.hall_run.size - 1):
        for k in range(seconds):
            hall_air = state.air[hall] + 0.5 * state.air_ramp[hall]
            sidecar_sinks(cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], k, hall_air, forcing)
            through_doors = 0.0
            tally.hall_extreme[k, hall, 1] = _hall_valves(
                cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], k, state, forcing, side
            )
            for u in range(layout.hall_run[hall], layout.hall_run[hall + 1]):
                first, last = layout.run_rack[u], layout.run_rack[u + 1]
                v, c = layout.variant[first], layout.cdu[first]
                liquid = racks.liquid[v >> 1]
                for r in range(first, last):
                    inlet[r] = state.supply[layout.cdu[r]] if liquid else hall_air
                    slope[r] = state.ramp[layout.cdu[r]] if liquid else 0.0
                blend(racks.chain, v, forcing.level[k, c], forcing.fraction[k, c], a)
                blend(racks.worst, v, forcing.level[k, c], forcing.fraction[k, c], b)
                drawn, used, lost, blown, warmest = run_second(
                    racks, v, first, last, layout.weight[first:last], accelerator[k, first:last], host[k, first:last],
                    forcing.power_cap[first:last], state, tally, inlet[first:last], slope[first:last], hall_air,
                    work, a, b, forcing.begin + k,
                )  # fmt: skip
                tally.hall_extreme[k, hall, 0] = max(tally.hall_extreme[k, hall, 0], warmest)
                tally.hall_power[k, hall, 0] += drawn
                tally.hall_power[k, hall, 1] += used
                tally.hall_power[k, hall, 2] += lost
                tally.hall_power[k, hall, 4] += blown
                if racks.door[v >> 1] > 0.0:
                    count = layout.weight[first:last].sum()
                    through_doors += door_second(racks, v >> 1, count, hall, k, blown, hall_air, forcing, tally)
                if liquid:
                    for r in range(first, last):
                        taken[layout.cdu[r]] += layout.weight[r] * work[10, r - first]
            _hall_cdus(
                cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], hall, k, state, forcing, tally, taken, side
            )
            blown = tally.hall_power[k, hall, 4] - through_doors
            blown += sidecar_heat(cdus, layout.hall_cdu[hall], layout.hall_cdu[hall + 1], side)
            hall_second(hall, k, blown, state, forcing, tally)
