"""The tables that the kernel reads, made once from a site."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.cooling import valves
from twin.cooling.air_side import sidecar_rate
from twin.cooling.exchangers import counterflow, film_conductance, fouled_conductance, heat_rate
from twin.site import Cdus, Floats, Integers, RackClasses, Site
from twin.thermal.cdu_step import VALVE_POINTS
from twin.thermal.coefficients import StepTable, step_table
from twin.thermal.tables import CduLaw, Layout, RackLaw
from twin.thermal.tiles import LANES, VECTOR, Place
from twin.workload import LoadTable

SHUT_LEAKAGE = 1e-4
"""Flow through a shut valve over that of the open one [1]: IEC 60534-4, leakage class IV."""

MOST_TERMS = 200
"""Most terms of that step; reached only by a CDU that turns its coolant over many times a second."""

TAYLOR_ERROR = 1e-13
"""Bound on the relative error of a CDU's exact step [1]."""


def accelerator_part(classes: RackClasses) -> Floats:
    """
    Give the accelerators' part of a rack's accelerator plus host power at full load.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.

    Returns
    -------
    (rack_class,) [1]
        Used to split a measured rack power, of which the parts are not known.
    """
    accelerators = classes.accelerators * classes.accelerator_max
    both = accelerators + classes.host_max
    return np.divide(accelerators, both, out=np.zeros_like(both), where=both > 0)


def rack_law(classes: RackClasses, steps: StepTable) -> RackLaw:
    """
    Collect what the kernel reads of the rack classes.

    Parameters
    ----------
    classes : RackClasses
        Classes of racks.
    steps : StepTable
        Their exact steps.

    Returns
    -------
    RackLaw
        Contiguous tables.
    """
    loss = np.ascontiguousarray(classes.chain_loss.sum(axis=2))
    inlet = classes.chain_power + classes.auxiliary_power[:, np.newaxis] + loss
    pace, first = _inlet_cells(inlet)
    return RackLaw(
        liquid=classes.liquid_fraction > 0,
        liquid_fraction=classes.liquid_fraction,
        idle_power=classes.accelerators * classes.accelerator_idle,
        host_idle=classes.host_idle,
        auxiliary_power=classes.auxiliary_power,
        accelerator_part=accelerator_part(classes),
        chain_pace=1.0 / (classes.chain_power[:, 1] - classes.chain_power[:, 0]),
        chain_loss=loss,
        chain_inlet=inlet,
        inlet_pace=pace,
        inlet_first=first,
        leakage=classes.leakage,
        leakage_reference=classes.leakage_reference,
        throttle_temp=classes.throttle_temp,
        throttle_gain=classes.throttle_gain,
        shutdown_temp=classes.shutdown_temp,
        air_stream=classes.air_stream,
        door=classes.door_conductance,
        chain=steps.chain,
        worst=steps.worst,
        air=np.ascontiguousarray(steps.air),
    )


def _inlet_cells(inlet: Floats) -> tuple[Floats, Integers]:
    """Cut rising inlet powers (rack_class, point) [W] into equal cells; see `RackLaw`."""
    reach = inlet[:, -1] - inlet[:, 0]
    cells = int(np.ceil(np.max(reach / np.diff(inlet).min(axis=1))))
    begins = inlet[:, :1] + reach[:, np.newaxis] * np.arange(cells) / cells
    first = [np.searchsorted(own[:-1], at, side="right") - 1 for own, at in zip(inlet, begins, strict=True)]
    return cells / reach, np.array(first, dtype=np.int64)


def coolant_stream(site: Site) -> Floats:
    """
    Give the coolant that flows through each CDU.

    Parameters
    ----------
    site : Site
        Racks and CDUs.

    Returns
    -------
    (cdu,) [W/K]
        Sum of its racks' nominal streams.
    """
    per_rack = site.rack_classes.coolant_stream[site.racks.rack_class]
    return np.bincount(site.racks.cdu, weights=per_rack, minlength=len(site.cdus.name)).astype(float)


def cdu_law(site: Site, levels: Floats, fouling: Floats) -> CduLaw:
    """
    Collect what the kernel reads of the CDUs.

    Parameters
    ----------
    site : Site
        Racks and CDUs.
    levels : (level,) [1]
        Flow levels.
    fouling : (state, cdu) [K/W]
        Deposits at the start, and after each scheduled change of them.

    Returns
    -------
    CduLaw
        CDUs that are alike share one exchanger table.
    """
    cdus = site.cdus
    stream = coolant_stream(site)
    kind, tables = _tables(site, stream, levels, fouling)
    return CduLaw(
        stream=stream,
        supply_capacity=cdus.supply_capacity,
        return_capacity=cdus.return_capacity,
        sidecar=cdus.sidecar,
        kind=kind,
        exchanger=tables,
        gain=cdus.valve_gain,
        integral_time=cdus.valve_integral_time,
        stroke_time=cdus.valve_stroke_time,
        terms=taylor_terms(cdus, stream, float(levels[-1])),
    )


def layout(site: Site, load: LoadTable, marks: Integers) -> Layout:
    """
    Put the racks into the kernel's order, and let racks that do the same stand for each other.

    Parameters
    ----------
    site : Site
        Racks, CDUs and halls.
    load : LoadTable
        What the racks are asked to do.
    marks : (rack, mark)
        Whatever else may set racks of one class on one CDU apart during the run, such as a power cap.

    Returns
    -------
    Layout
        One run for each variant of a hall, for CDUs that all run at one flow; see `split_runs`.
    """
    racks = site.racks
    variant = 2 * racks.rack_class + load.measured
    keys = np.column_stack([racks.hall, variant, racks.cdu, load_groups(load), marks])
    _, order, member, weight = np.unique(keys, axis=0, return_index=True, return_inverse=True, return_counts=True)
    turn = _in_turn(keys[order, :3], site.halls.cdu_start)
    order, weight, member = order[turn], weight[turn], np.argsort(turn)[member.reshape(-1)]
    none = np.empty(0, np.int64)
    whole = Layout(
        order=order.astype(np.int64),
        member=member.astype(np.int64),
        weight=weight.astype(float),
        cdu=racks.cdu[order],
        variant=variant[order],
        home=none,
        lane=none,
        hall_cdu=site.halls.cdu_start,
        hall_run=none,
        run_rack=none,
        run_part=none,
        part_rack=none,
        part_home=none,
        part_block=none,
        part_low=none.astype(Place),
        part_high=none.astype(Place),
    )
    return split_runs(_settle_in(whole, site), site, np.zeros(len(site.cdus.name)))


def _settle_in(whole: Layout, site: Site) -> Layout:
    """Give each rack a tile and a lane: each CDU once and of one block, or, where air cools, as many as there are."""
    hall = site.cdus.hall[whole.cdu]
    first = np.flatnonzero(_changes(whole.variant) | _changes(hall))
    place = whole.cdu - whole.hall_cdu[hall]
    in_turn = np.arange(place.size) - np.repeat(first, np.diff(first, append=place.size))
    liquid = site.rack_classes.liquid_fraction[whole.variant >> 1] > 0
    stands = np.where(liquid, place, in_turn)
    begins = (in_turn == 0) | _changes(stands // LANES) | (liquid & (np.diff(place, prepend=-1) <= 0))
    return whole._replace(home=np.cumsum(begins) - 1, lane=stands % LANES)


def _changes(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which values differ from the one before; the first does."""
    return np.append(True, values[1:] != values[:-1])


def _in_turn(keys: Integers, hall_cdu: Integers) -> Integers:
    """Order kernel racks, sorted by hall, variant and CDU, so that each CDU of a block has one before any has two."""
    hall, variant, cdu = keys.T
    starts = np.flatnonzero(np.any(np.diff(keys, axis=0, prepend=-1), axis=1))
    turn = np.arange(cdu.size) - np.repeat(starts, np.diff(starts, append=cdu.size))
    return np.lexsort((cdu, turn, (cdu - hall_cdu[hall]) // LANES, variant, hall))


def load_groups(load: LoadTable) -> Integers:
    """
    Give racks with the same segments the same number.

    Parameters
    ----------
    load : LoadTable
        What the racks are asked to do.

    Returns
    -------
    (rack,)
        Number of each rack's group.
    """
    fields = (load.start, load.end, load.trace, load.offset, load.accelerator_base, load.accelerator_scale)
    table = np.column_stack([*fields, load.host_base, load.host_scale, load.share])
    _, kind = np.unique(table, axis=0, return_inverse=True) if table.size else (None, np.empty(0, np.int64))
    lengths = np.diff(load.segment_start)
    groups = np.empty(lengths.size, dtype=np.int64)
    used = 0
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        segments = kind.reshape(-1)[load.segment_start[rows][:, np.newaxis] + np.arange(length)]
        _, number = (
            np.unique(segments, axis=0, return_inverse=True) if length else (None, np.zeros(rows.size, np.int64))
        )
        groups[rows] = used + number.reshape(-1)
        used = int(groups[rows].max()) + 1
    return groups


def split_runs(whole: Layout, site: Site, flow: Floats) -> Layout:
    """
    Cut the kernel's racks into runs of one hall, one variant and one flow, and runs into parts of tiles.

    Parameters
    ----------
    whole : Layout
        Order of the racks, and where they stand.
    site : Site
        Its CDUs and classes of racks.
    flow : (cdu,) [1]
        Mark of each CDU's flow; neighbours of equal mark stay in one run.

    Returns
    -------
    Layout
        The same racks with new runs and parts.
    """
    hall, lane = site.cdus.hall[whole.cdu], whole.lane
    breaks = _changes(whole.variant) | _changes(hall) | _changes(flow[whole.cdu])
    run, part = np.flatnonzero(breaks), np.flatnonzero(breaks | _changes(whole.home))
    last, home = np.append(part[1:], hall.size) - 1, whole.home[part]
    # Whole vectors are stepped, but no lane of another part.
    low = np.where(_changes(home), lane[part] // VECTOR * VECTOR, lane[part])
    high = np.where(_changes(home[::-1])[::-1], (lane[last] // VECTOR + 1) * VECTOR, lane[last] + 1)
    block = (whole.cdu - whole.hall_cdu[hall])[part] // LANES
    return whole._replace(
        hall_run=np.searchsorted(hall[run], np.arange(whole.hall_cdu.size)).astype(np.int64),
        run_rack=np.append(run, hall.size),
        run_part=np.searchsorted(part, np.append(run, hall.size)).astype(np.int64),
        part_rack=np.append(part, hall.size),
        part_home=home,
        part_block=np.where(site.rack_classes.liquid_fraction[whole.variant[part] >> 1] > 0, block, 0).astype(np.int64),
        part_low=low.astype(Place),
        part_high=high.astype(Place),
    )


def exchange(cdus: Cdus, stream: Floats, fouling: Floats, flow: Floats, lift: Floats) -> Floats:
    """
    Give the heat that CDUs' exchangers move.

    Parameters
    ----------
    cdus : Cdus
        CDUs.
    stream : (cdu,) [W/K]
        Coolant at nominal flow.
    fouling : (cdu,) [K/W]
        Resistance of the deposits.
    flow : (any, cdu) [1]
        Coolant flow ratio.
    lift : (any, cdu) [1]
        Of the valve in the facility water; of sidecars, the speed of their fans.

    Returns
    -------
    (any, cdu) [W/K]
        Heat moved for each kelvin between coolant return and facility supply.

    Notes
    -----
    Valve, branch, films, deposits and counterflow one after another: `valves.equal_percentage`,
    `valves.installed_flow`, `exchangers.film_conductance`, `exchangers.fouled_conductance`, `exchangers.counterflow`;
    of sidecars, deposits and `air_side.sidecar_rate`.
    """
    primary = primary_flow(cdus, lift)
    conductance = fouled_conductance(
        film_conductance(cdus.exchanger_conductance, flow * cdus.coolant_part, primary), fouling
    )
    to_water = heat_rate(counterflow, conductance, flow * stream, primary * cdus.primary_stream)
    coil = fouled_conductance(cdus.exchanger_conductance, fouling)
    return np.where(cdus.sidecar, sidecar_rate(coil, stream, cdus.primary_stream, flow, lift), to_water)


def primary_flow(cdus: Cdus, lift: Floats) -> Floats:
    """
    Give the facility water through CDUs.

    Parameters
    ----------
    cdus : Cdus
        CDUs.
    lift : (any, cdu) [1]
        Of the valve in the facility water.

    Returns
    -------
    (any, cdu) [1]
        Flow over that with the valve open, at the pressure for which pumps are sized.
    """
    opening = valves.equal_percentage(lift, cdus.valve_rangeability, np.asarray(SHUT_LEAKAGE))
    return valves.installed_flow(opening, cdus.valve_authority)


def flow_demand(site: Site, lift: Floats, position: Floats, door: Floats) -> Floats:
    """
    Give the flow that the valves of CDUs, coils and rear doors ask of each loop.

    Parameters
    ----------
    site : Site
        CDUs, halls and loops.
    lift : (cdu,) [1]
        Of the CDUs' valves.
    position : (hall,) [1]
        Of the halls' cooling.
    door : (hall,) [1]
        Opening of the halls' rear doors; their water goes with it, as their heat does.

    Returns
    -------
    (loop,) [1]
        Over nominal.
    """
    cdus, halls, loops = site.cdus, site.halls, site.loops
    count = len(loops.name)
    primary = np.where(cdus.sidecar, 0.0, primary_flow(cdus, lift) * cdus.primary_stream)
    asked = np.bincount(halls.loop[cdus.hall], primary, count)
    asked += np.bincount(halls.air_loop, position * halls.coil_water_stream + door * halls.door_water_stream, count)
    return np.asarray(asked / loops.water_stream, dtype=float)


def _tables(site: Site, stream: Floats, levels: Floats, fouling: Floats) -> tuple[Integers, Floats]:
    """Give the kind of each CDU at each `fouling` (state, cdu) [K/W], and the tables (kind, level, lift) of kinds."""
    cdus = site.cdus
    like = (
        stream,
        cdus.primary_stream,
        cdus.exchanger_conductance,
        cdus.coolant_part,
        cdus.valve_rangeability,
        cdus.valve_authority,
        cdus.sidecar,
    )
    columns = [np.tile(column, len(fouling)) for column in like]
    _, first, kind = np.unique(
        np.column_stack([*columns, fouling.reshape(-1)]), axis=0, return_index=True, return_inverse=True
    )
    one = first % len(stream)
    some = cdus._replace(
        **{name: getattr(cdus, name)[one] for name in cdus._fields if name not in {"name", "rack_start"}}
    )
    flow, lift = np.meshgrid(levels, np.linspace(0.0, 1.0, VALVE_POINTS), indexing="ij")
    moved = exchange(some, stream[one], fouling.reshape(-1)[first], flow[..., np.newaxis], lift[..., np.newaxis])
    tables = np.where(stream[one] > 0.0, moved, 0.0)
    return kind.reshape(fouling.shape).astype(np.int64), np.ascontiguousarray(np.moveaxis(tables, 2, 0))


def taylor_terms(cdus: Cdus, stream: Floats, highest_flow: float) -> int:
    """
    Give the terms that make a CDU's one-second step exact to rounding.

    Parameters
    ----------
    cdus : Cdus
        CDUs with their heat capacities.
    stream : (cdu,) [W/K]
        Coolant at nominal flow.
    highest_flow : [1]
        Highest flow ratio.

    Returns
    -------
    int
        Smallest n with rate^n / n! below `TAYLOR_ERROR`, the rate being a bound on the norm of the step's matrix (an
        exchanger cannot take more from a kelvin than the coolant brings).
    """
    smaller = np.minimum(cdus.return_capacity, cdus.supply_capacity)
    rate = float(np.max(2.0 * highest_flow * stream / smaller, initial=0.0))
    terms, error = 2, rate**2 / 2.0
    while error > TAYLOR_ERROR and terms < MOST_TERMS:
        terms += 1
        error = math.exp(terms * math.log(max(rate, 1e-9)) - math.lgamma(terms + 1))
    return terms


def tables(site: Site, steady_flows: Floats, fouling: Floats) -> tuple[RackLaw, CduLaw, Floats]:
    """
    Make everything the kernel reads of a site.

    Parameters
    ----------
    site : Site
        The site.
    steady_flows : (any,) [1]
        Flow ratios at which pumps run steadily.
    fouling : (state, cdu) [K/W]
        Deposits in the CDUs' exchangers at the start, and after each scheduled change of them.

    Returns
    -------
    tuple of RackLaw, CduLaw and (level,) [1]
        Rack tables, CDU tables, and the flow levels of both.
    """
    steps = step_table(site.rack_classes, steady_flows)
    return rack_law(site.rack_classes, steps), cdu_law(site, steps.levels, fouling), steps.levels
