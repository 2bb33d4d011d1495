"""
The replay kernel: load, rack conversion, leakage, throttle, rack and CDU, ten seconds at a time.

One of the project's two compiled kernels. It walks one hall after another, states in cache, and returns the energy that
crossed each boundary. Over a coupling step facility water moves along a ramp; valves and throttles are sampled
every second, as digital controllers do. Within a second racks see their supply along its ramp at the second's start and
their air along its last one; CDUs and hall air see the mean heat of their racks, which `twin.thermal.rack_step` steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.thermal import cdu_step
from twin.thermal.cdu_step import CDU_TILE, cdus_second, valves_second
from twin.thermal.compiled import LANE_LOOP, PLAIN, njit
from twin.thermal.halls import door_second, hall_second
from twin.thermal.rack_step import blend, run_second
from twin.thermal.tiles import (
    ACCELERATOR,
    DEMAND_ROWS,
    HOST,
    LANES,
    Place,
    air_is_stream,
    alone_in_memory,
    look,
    of_hall,
)

if TYPE_CHECKING:
    from twin.site import Integers
    from twin.thermal.tables import CduLaw, Forcing, Layout, Orders, RackLaw, Room, Tally, ThermalState
    from twin.workload import LoadTable


@njit(**LANE_LOOP)
def _part(inlets, first, losses, compute, converted, pace, cells):
    """Part measured inlet power (in `compute`): what the chain is left with, negative below auxiliaries; its loss."""
    alone_in_memory()
    last, last_cell, least = np.int64(inlets.size - 2), np.int64(first.size - 1), inlets[Place(0)]
    for k in range(Place(compute.size)):
        inlet = compute[k]
        # A cell is no wider than the way between two points, so that at most one lies within it.
        low = first[Place(min(np.int64(max(inlet - least, 0.0) * cells), last_cell))]
        low = low + 1 if low < last and inlets[Place(low + 1)] <= inlet else low
        below, above = inlets[Place(low)], inlets[Place(low + 1)]
        way = (inlet - below) / (above - below)
        compute[k] = (low + way) / pace if inlet > least else inlet - least
        loss = losses[Place(low)]
        converted[k] = loss + max(way, 0.0) * (losses[Place(low + 1)] - loss)


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
def _lay(asked, at, demand, seconds):
    """Turn the demand (lane, second) of a tile's lanes into its rows; written one after the other, read crosswise."""
    length, lanes, flat = Place(demand.shape[1]), Place(LANES), demand.reshape(demand.size)
    for k in range(Place(seconds)):
        for lane in range(lanes):
            asked[at + k * DEMAND_ROWS + lane] = flat[lane * length + k]


@njit(inline="always")
def _obey(orders, rack, accelerator, host):
    """Hold a rack at what is ordered, and keep its accelerators under their cap."""
    if orders.accelerator[rack] >= 0.0:
        accelerator[:], host[:] = orders.accelerator[rack], orders.host[rack]
    if orders.cap[rack] < np.inf:
        for k in range(accelerator.size):
            accelerator[k] = min(accelerator[k], orders.cap[rack])
    if orders.still:
        accelerator[:], host[:] = accelerator[0], host[0]


@njit(cache=True, nogil=True, **PLAIN)
def fill(
    racks: RackLaw,
    layout: Layout,
    load: LoadTable,
    orders: Orders,
    begin: float,
    seconds: int,
    room: Room,
    halls: Integers,
) -> None:
    """
    Fill the demand of the racks of some halls for the seconds of a macro step.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    layout : Layout
        The kernel's racks, one part a tile.
    load : LoadTable
        What the racks are asked to do.
    orders : Orders
        What they are to do in its place.
    begin : [s]
        Start of the macro step.
    seconds : [s]
        Its length.
    room : Room
        Its demand is filled, where racks stand, with what accelerators and hosts are to draw; of measured racks, with
        what these draw together and the loss of the chain before them. The halls' tiles follow each other.
    halls : (any,)
        Rows of the halls.
    """
    chips, hosts = room.lanes[0], room.lanes[1]
    length, flat, filled = room.asked.shape[1], room.asked.reshape(room.asked.size), 0
    for hall in halls:
        home, tiles = of_hall(hall, layout)
        for part in range(layout.run_part[layout.hall_run[hall]], layout.run_part[layout.hall_run[hall + 1]]):
            for i in range(layout.part_rack[part], layout.part_rack[part + 1]):
                row, lane = layout.variant[i] >> 1, layout.lane[i]
                if layout.variant[i] & 1:
                    _demand(layout.order[i], begin, load, 0.0, 0.0, chips[lane, :seconds], hosts[lane, :seconds])
                    _part(
                        racks.chain_inlet[row], racks.inlet_first[row], racks.chain_loss[row], chips[lane, :seconds],
                        hosts[lane, :seconds], racks.chain_pace[row], racks.inlet_pace[row],
                    )  # fmt: skip
                else:
                    idle, host_idle = racks.idle_power[row], racks.host_idle[row]
                    _demand(layout.order[i], begin, load, idle, host_idle, chips[lane, :seconds], hosts[lane, :seconds])
                _obey(orders, i, chips[lane, :seconds], hosts[lane, :seconds])
            at = Place((layout.part_home[part] - home + filled) * length) * DEMAND_ROWS
            _lay(flat, at + ACCELERATOR, chips, seconds)
            _lay(flat, at + HOST, hosts, seconds)
        filled += tiles


@njit(**PLAIN)
def _walk_hall(
    hall, racks, cdus, table, layout, on, asked, offset, length, state, forcing, tally, first, seconds, top, a, b,
    q, w, d,
):  # fmt: skip
    """Carry a hall through the coupling step."""
    runs, blocks = layout.hall_run[hall + 1] - layout.hall_run[hall], d.size // CDU_TILE - 1
    low, high, last_row = layout.hall_cdu[hall], layout.hall_cdu[hall + 1], forcing.flow.shape[0] - 1
    for k in range(seconds):
        s, now = first + k, forcing.begin + first + k
        f = min(s, last_row)
        hall_air = state.air[hall] + 0.5 * state.air_ramp[hall]
        tally.hall_extreme[s, hall, 1] = valves_second(cdus, table, forcing, low, high, k, f, hall_air, d)
        for i in range(Place(LANES)):
            d[Place(blocks * CDU_TILE) + i + cdu_step.SUPPLY] = hall_air
        warmed = 0.0
        for u in range(runs):
            run = layout.hall_run[hall] + u
            v, c = layout.variant[layout.run_rack[run]], layout.cdu[layout.run_rack[run]]
            level, fraction = forcing.level[f, c], forcing.fraction[f, c]
            if k == 0 or level != forcing.level[f - 1, c] or fraction != forcing.fraction[f - 1, c]:
                blend(racks.chain, v, level, fraction, a, u)
                blend(racks.worst, v, level, fraction, b, u)
            tally.hall_extreme[s, hall, 0] = max(tally.hall_extreme[s, hall, 0], top[u])
            drawn, used, lost, blown, top[u] = run_second(
                racks, v, u, s, run, asked, offset, length, layout, on, tally.limit, hall_air, top[u], a, b, now,
                q, w, d,
            )  # fmt: skip
            tally.hall_power[s, hall, 0] += drawn
            tally.hall_power[s, hall, 1] += used
            tally.hall_power[s, hall, 2] += lost
            tally.hall_power[s, hall, 4] += blown
            warmed += blown
            if racks.door[v >> 1] > 0.0:
                count = 0.0
                for r in range(layout.run_rack[run], layout.run_rack[run + 1]):
                    count += layout.weight[r]
                warmed -= door_second(racks, v >> 1, count, hall, k, blown, hall_air, forcing, tally)
        for block in range(blocks):
            taken, beside = cdus_second(d, Place(block * CDU_TILE), cdus.terms)
            tally.hall_power[s, hall, 3] += taken
            warmed += beside
        hall_second(hall, k, warmed, state, forcing, tally)


@njit(cache=True, nogil=True, **PLAIN)
def advance(
    racks: RackLaw,
    cdus: CduLaw,
    layout: Layout,
    room: Room,
    state: ThermalState,
    forcing: Forcing,
    tally: Tally,
    halls: Integers,
    first: int,
    seconds: int,
) -> None:
    """
    Step the racks and CDUs of some halls through the seconds of a coupling step.

    Parameters
    ----------
    racks : RackLaw
        Classes of racks.
    cdus : CduLaw
        CDUs.
    layout : Layout
        The kernel's order of racks, and its runs.
    room : Room
        With the demand of these halls, as `fill` lays it; overwritten where a rack is over its limits.
    state : ThermalState
        State, replaced by the state at the end of the coupling step.
    forcing : Forcing
        What the step holds, or moves along a ramp.
    tally : Tally
        Powers of each second, overwritten; sums and extremes, added to.
    halls : (any,)
        Rows of the halls.
    first, seconds : [s]
        First second of the coupling step, from the start of the macro step, and how many it has.

    Notes
    -----
    The conversion loss of a second, throttling and shutdown see the chip's temperature at its start; leakage itself is
    part of the exact step. A rack that switched off stays off and draws nothing. Its leakage is part of the matrix and
    is cancelled as of the second's start; what it changes by within the second stays: some watts.
    """
    a, b, top, on, w, passed = room.mean, room.worst, room.top, room.on, room.shared, 0
    table, length = cdus.exchanger.reshape(cdus.exchanger.size), room.asked.shape[1]
    q, flat = state.rack.reshape(state.rack.size), room.asked.reshape(room.asked.size)
    for hall in halls:
        low, high = layout.hall_cdu[hall], layout.hall_cdu[hall + 1]
        home, tiles = of_hall(hall, layout)
        tally.hall_power[first : first + seconds, hall], tally.hall_extreme[first : first + seconds, hall] = 0.0, 0.0
        used = room.cdus[: ((high - low + LANES - 1) // LANES + 1) * CDU_TILE]
        cdu_step.pack(cdus, forcing, state, tally, used, low, high)
        for u in range(layout.hall_run[hall + 1] - layout.hall_run[hall]):
            run, top[u] = layout.hall_run[hall] + u, 0.0
            for part in range(layout.run_part[run], layout.run_part[run + 1]):
                on[part - layout.run_part[run - u]], warmest = look(part, layout, q)
                top[u] = max(top[u], warmest)
        _walk_hall(
            hall, racks, cdus, table, layout, on, flat, (passed - home) * length, length, state, forcing, tally,
            first, seconds, top, a, b, q, w, used,
        )  # fmt: skip
        cdu_step.unpack(state, tally, used, low, high)
        for run in range(layout.hall_run[hall], layout.hall_run[hall + 1]):
            if not racks.liquid[layout.variant[layout.run_rack[run]] >> 1]:
                air_is_stream(run, layout, q)
        passed += tiles
