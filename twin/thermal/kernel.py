"""
The replay kernel: load, rack conversion, leakage, throttle, rack and CDU, ten seconds at a time.

One of the project's two compiled kernels. It walks one hall after another, states in cache, and returns the energy that
crossed each boundary. Over a macro step facility water moves along a ramp; valves and throttles are sampled
every second, as digital controllers do. Within a second racks see their supply along its ramp at the second's start and
their air along its last one; CDUs and hall air see the mean heat of their racks, which `twin.thermal.rack_step` steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal import cdu_step
from twin.thermal.cdu_step import CDU_TILE, cdus_second, valves_second
from twin.thermal.compiled import PLAIN, njit
from twin.thermal.halls import door_second, hall_second
from twin.thermal.rack_step import blend, run_second
from twin.thermal.tiles import ACCELERATOR, DEMAND_ROWS, HOST, LANES, SHARED_ROWS, Place, air_is_stream, look

if TYPE_CHECKING:
    from twin.site import Floats
    from twin.thermal.tables import CduLaw, Forcing, Layout, RackLaw, Tally, ThermalState
    from twin.workload import LoadTable


def fill(racks: RackLaw, layout: Layout, load: LoadTable, begin: float, seconds: int, asked: Floats) -> None:
    """
    Fill the demand of every rack for the seconds of a macro step.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    layout : Layout
        The kernel's racks, one part a tile.
    load : LoadTable
        What the racks are asked to do.
    begin : [s]
        Start of the macro step.
    seconds : [s]
        Its length.
    asked : (tile, second, 2, lane) [W]
        Filled where racks stand, with what accelerators and hosts are to draw; for measured racks, with the parts that
        make up the measured inlet power.
    """
    _fill(racks, layout, load, begin, seconds, asked)


def advance(
    racks: RackLaw,
    cdus: CduLaw,
    layout: Layout,
    asked: Floats,
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
    asked : (tile, second, 2, lane) [W]
        Demand; overwritten where a rack is over its limits.
    state : ThermalState
        State, replaced by the state at the end of the macro step.
    forcing : Forcing
        What the macro step holds, or moves along a ramp.
    tally : Tally
        Powers of each second, overwritten; sums and extremes, added to.

    Notes
    -----
    The conversion loss of a second, throttling and shutdown see the chip's temperature at its start; leakage itself is
    part of the exact step. A rack that switched off stays off and draws nothing. Its leakage is part of the matrix and
    is cancelled as of the second's start; what it changes by within the second stays: some watts.
    """
    _advance(racks, cdus, layout, asked, state, forcing, tally)


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


@njit(inline="always")
def _lay(asked, at, demand):
    """Turn the demand (lane, second) of a tile's lanes into its rows; written one after the other, read crosswise."""
    seconds, lanes, flat = Place(demand.shape[1]), Place(LANES), demand.reshape(demand.size)
    for k in range(seconds):
        for lane in range(lanes):
            asked[at + k * DEMAND_ROWS + lane] = flat[lane * seconds + k]


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(racks, layout, load, begin, seconds, asked):
    chips, hosts = np.zeros((LANES, seconds)), np.zeros((LANES, seconds))
    length, asked = asked.shape[1], asked.reshape(asked.size)
    for part in range(layout.part_home.size):
        for i in range(layout.part_rack[part], layout.part_rack[part + 1]):
            row, lane = layout.variant[i] >> 1, layout.lane[i]
            if layout.variant[i] & 1:
                _demand(layout.order[i], begin, load, 0.0, 0.0, chips[lane], hosts[lane])
                for k in range(seconds):
                    compute = _compute_power(racks, row, chips[lane, k])
                    chips[lane, k] = max(compute, 0.0) * racks.accelerator_part[row]
                    hosts[lane, k] = compute - chips[lane, k]
            else:
                idle, host_idle = racks.idle_power[row], racks.host_idle[row]
                _demand(layout.order[i], begin, load, idle, host_idle, chips[lane], hosts[lane])
        at = Place(layout.part_home[part] * length) * DEMAND_ROWS
        _lay(asked, at + ACCELERATOR, chips)
        _lay(asked, at + HOST, hosts)


@njit(**PLAIN)
def _walk_hall(hall, racks, cdus, table, layout, on, asked, length, state, forcing, tally, top, a, b, q, w, d):
    """Carry a hall through the macro step."""
    runs, blocks = layout.hall_run[hall + 1] - layout.hall_run[hall], d.size // CDU_TILE - 1
    first, last = layout.hall_cdu[hall], layout.hall_cdu[hall + 1]
    for k in range(forcing.seconds):
        now = forcing.begin + k
        hall_air = state.air[hall] + 0.5 * state.air_ramp[hall]
        tally.hall_extreme[k, hall, 1] = valves_second(cdus, table, forcing, first, last, k, hall_air, d)
        for i in range(Place(LANES)):
            d[Place(blocks * CDU_TILE) + i + cdu_step.SUPPLY] = hall_air
        warmed = 0.0
        for u in range(runs):
            run = layout.hall_run[hall] + u
            v, c = layout.variant[layout.run_rack[run]], layout.cdu[layout.run_rack[run]]
            level, fraction = forcing.level[k, c], forcing.fraction[k, c]
            if k == 0 or level != forcing.level[k - 1, c] or fraction != forcing.fraction[k - 1, c]:
                blend(racks.chain, v, level, fraction, a, u)
                blend(racks.worst, v, level, fraction, b, u)
            tally.hall_extreme[k, hall, 0] = max(tally.hall_extreme[k, hall, 0], top[u])
            drawn, used, lost, blown, top[u] = run_second(
                racks, v, u, k, run, asked, forcing.first, length, layout, on, tally.limit, hall_air, top[u], a, b, now,
                q, w, d,
            )  # fmt: skip
            tally.hall_power[k, hall, 0] += drawn
            tally.hall_power[k, hall, 1] += used
            tally.hall_power[k, hall, 2] += lost
            tally.hall_power[k, hall, 4] += blown
            warmed += blown
            if racks.door[v >> 1] > 0.0:
                count = 0.0
                for r in range(layout.run_rack[run], layout.run_rack[run + 1]):
                    count += layout.weight[r]
                warmed -= door_second(racks, v >> 1, count, hall, k, blown, hall_air, forcing, tally)
        for block in range(blocks):
            taken, beside = cdus_second(d, Place(block * CDU_TILE), cdus.terms)
            tally.hall_power[k, hall, 3] += taken
            warmed += beside
        hall_second(hall, k, warmed, state, forcing, tally)


@njit(cache=True, nogil=True, error_model="numpy")
def _advance(racks, cdus, layout, asked, state, forcing, tally):
    tally.hall_power[: forcing.seconds], tally.hall_extreme[: forcing.seconds] = 0.0, 0.0
    most_runs, most_cdus = 0, 0
    for hall in range(layout.hall_run.size - 1):
        most_runs = max(most_runs, layout.hall_run[hall + 1] - layout.hall_run[hall])
        most_cdus = max(most_cdus, layout.hall_cdu[hall + 1] - layout.hall_cdu[hall])
    on = np.ones(layout.part_home.size)
    a, b, top = np.empty((most_runs, 5, 6)), np.empty((most_runs, 3, 6)), np.empty(most_runs)
    table = cdus.exchanger.reshape(cdus.exchanger.size)
    length, q, asked = asked.shape[1], state.rack.reshape(state.rack.size), asked.reshape(asked.size)
    # One tile more than a hall has of CDUs stands for its air, in place of a CDU's supply, for racks without coolant.
    w, d = np.zeros(SHARED_ROWS), np.zeros(((most_cdus + LANES - 1) // LANES + 1) * CDU_TILE)
    for hall in range(layout.hall_run.size - 1):
        first, last = layout.hall_cdu[hall], layout.hall_cdu[hall + 1]
        used = d[: ((last - first + LANES - 1) // LANES + 1) * CDU_TILE]
        cdu_step.pack(cdus, forcing, state, tally, used, first, last)
        for u in range(layout.hall_run[hall + 1] - layout.hall_run[hall]):
            run, top[u] = layout.hall_run[hall] + u, 0.0
            for part in range(layout.run_part[run], layout.run_part[run + 1]):
                on[part], warmest = look(part, layout, q)
                top[u] = max(top[u], warmest)
        _walk_hall(hall, racks, cdus, table, layout, on, asked, length, state, forcing, tally, top, a, b, q, w, used)
        cdu_step.unpack(state, tally, used, first, last)
        for run in range(layout.hall_run[hall], layout.hall_run[hall + 1]):
            if not racks.liquid[layout.variant[layout.run_rack[run]] >> 1]:
                air_is_stream(run, layout, q)
