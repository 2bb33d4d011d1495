"""A small site, its loads and its grid curve, for tests of the core: every number is chosen, none is a real site's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from twin import power
from twin.changes import Change
from twin.cooling import dry_coolers
from twin.cooling.coolants import WATER
from twin.facility_water import Condenser, Pads, Pumps, Reset, Reuse, carnot_chillers, no_condenser, plain
from twin.grid.response import ResponseCurve
from twin.simulate import Inputs
from twin.site import Cdus, Connection, Floats, Halls, Loops, PowerChain, RackClasses, Racks, Site, Stage
from twin.thermal import walk
from twin.workload import LoadTable

START = datetime(2026, 7, 1, tzinfo=UTC)
PACKAGES = 72.0
IDLE, LOADED, FULL = 200.0, 240.0, 1200.0
HOST_IDLE, HOST_MAX = 1800.0, 13e3
SERVICE_HOST = 30e3
AUXILIARY = 17e3
RACK_POWER = 132e3
COOLANT_STREAM = 11.5e3
QUANTITIES = ("pcc_voltage_pu", "campus_voltage_pu", "transformer_loading", "host_loss_w", "pcc_reactive_power_var")


def classes() -> RackClasses:
    """Give a liquid-cooled class with accelerators, and an air-cooled one of hosts only."""
    supply = power.efficiency_curve([0.2, 0.5, 1.0], [0.96, 0.975, 0.965], 0.005)
    stages = (
        (
            power.RackStage("regulator", PACKAGES, 1500.0, power.affine_curve(0.01, 0.08), 0.0),
            power.RackStage("shelf", 8.0, 33e3, supply, AUXILIARY),
        ),
        (
            power.RackStage("regulator", 1.0, 40e3, power.affine_curve(0.0, 0.0), 0.0),
            power.RackStage("shelf", 8.0, 5e3, supply, 0.0),
        ),
    )
    grids = np.stack([power.chain_grid(100e3), power.chain_grid(40e3)])
    two = np.array
    return RackClasses(
        name=("accelerator", "service"),
        rated_power=two([RACK_POWER, 36e3]),
        accelerators=two([PACKAGES, 0.0]),
        accelerator_idle=two([IDLE, 0.0]),
        accelerator_loaded=two([LOADED, 0.0]),
        accelerator_max=two([FULL, 0.0]),
        host_idle=two([HOST_IDLE, SERVICE_HOST]),
        host_max=two([HOST_MAX, SERVICE_HOST]),
        auxiliary_power=two([AUXILIARY, 0.0]),
        stage_names=("regulator", "shelf"),
        chain_power=grids,
        chain_loss=np.stack([power.rack_chain(grid, chain) for grid, chain in zip(grids, stages, strict=True)]),
        leakage=two([1.44 * PACKAGES, 0.0]),
        leakage_reference=two([338.15, 338.15]),
        throttle_temp=two([360.15, 360.15]),
        shutdown_temp=two([370.15, 370.15]),
        throttle_gain=two([0.1, 0.1]),
        branch_flow=two([0.9, 1.0]),
        chip_spread=two([0.1, 0.0]),
        liquid_fraction=two([0.87, 0.0]),
        chip_capacity=two([PACKAGES * 350.0, 2e3]),
        plate_capacity=two([PACKAGES * 450.0, 2e3]),
        coolant_capacity=two([25.0 * 3950.0, 1.0]),
        air_capacity=two([60e3, 100e3]),
        chip_conductance=two([PACKAGES / 0.012, 100.0]),
        film_conductance=two([PACKAGES / 0.010, 100.0]),
        film_exponent=two([0.7, 0.7]),
        coolant_stream=two([COOLANT_STREAM, 0.0]),
        air_stream=two([1.2e3, 2.5e3]),
        door_conductance=two([0.0, 0.0]),
    )


def racks(rows: Sequence[int], cdus: int) -> Racks:
    """Give racks of the classes in `rows`, the same on each of some CDUs; each CDU stands in a hall of its own."""
    cdu = np.repeat(np.arange(cdus), len(rows))
    names = tuple(f"h{unit}/c{unit}/r{place}" for unit in range(cdus) for place in range(len(rows)))
    return Racks(names, np.tile(np.array(rows, dtype=np.int64), cdus), cdu, cdu.copy())


def cdus(count: int, accelerators: int) -> Cdus:
    """Give CDUs, each for a number of accelerator racks and in a hall of its own; `rack_start` is the site's affair."""
    stream = accelerators * COOLANT_STREAM

    def each(value: float) -> Floats:
        return np.full(count, value)

    return Cdus(
        name=tuple(f"h{unit}/c{unit}" for unit in range(count)),
        hall=np.arange(count),
        rack_start=np.zeros(count + 1, dtype=np.int64),
        supply_set_point=each(313.15),
        supply_alarm=each(318.15),
        supply_capacity=each(stream * 5.0),
        return_capacity=each(stream * 5.0),
        sidecar=np.zeros(count, dtype=np.bool_),
        sidecar_fan_power=each(0.0),
        primary_stream=each(stream),
        exchanger_conductance=each(stream * 3.0),
        coolant_part=each(1.0),
        fouling=each(0.0),
        rated_heat=each(accelerators * 120e3),
        coolant_range=np.tile(WATER.range, (count, 1)),
        pump_power=each(accelerators * 2e3),
        pump_fixed_head=each(0.3),
        valve_rangeability=each(40.0),
        valve_authority=each(0.5),
        valve_gain=each(0.05),
        valve_integral_time=each(60.0),
        valve_stroke_time=each(60.0),
    )


def halls(count: int, accelerators: int, service: int) -> Halls:
    """Give halls of one CDU each; the first loop cools even ones, the second odd ones, the third all their air."""
    air = accelerators * 18e3 + service * 36e3

    def each(value: float) -> Floats:
        return np.full(count, value)

    return Halls(
        name=tuple(f"h{hall}" for hall in range(count)),
        loop=np.arange(count) % 2,
        air_loop=np.full(count, 2, dtype=np.int64),
        cdu_start=np.arange(count + 1),
        air_capacity=each((accelerators + service) * 300e3),
        air_set_point=each(298.15),
        air_alarm=each(301.15),
        recirculation=each(0.05),
        bypass=each(0.1),
        coil_conductance=each(air / 2.5),
        coil_air_stream=each(1.25 * (accelerators * 1.2e3 + service * 2.5e3)),
        coil_water_stream=each(air / 6.0),
        door_water_stream=each(0.0),
        coil_fan_power=each(air * 0.03),
        coil_least_speed=each(0.0),
        outdoor_stream=each(0.0),
        outdoor_fan_power=each(0.0),
        outdoor_lowest=each(264.15),
        outdoor_highest=each(288.15),
        outdoor_saturation=each(0.0),
        outdoor_pad_set_point=each(0.0),
        outdoor_stages=each(0.0),
        feeder_rating=each(accelerators * RACK_POWER + service * 36e3),
    )


def loops(count: int, accelerators: int, service: int) -> Loops:
    """Give a loop on towers, one on dry coolers, and one for the halls' air on towers with chillers."""
    warm = -(-count // 2) * accelerators * 115e3
    cold = count * (accelerators * 18e3 + service * 36e3)
    heat = np.array([warm, warm, cold])
    rated = 2.931e6
    dry = dry_coolers.dry_cooler_conductance(319.25, 528e3, 389.0, 308.15, rated)
    stream = heat / np.array([10.0, 10.0, 6.0])
    units = np.array([2.0, np.ceil(1.25 * warm / rated), 2.0])
    return Loops(
        name=("towers", "dry", "air"),
        supply_set_point=np.array([305.15, 308.15, 291.15]),
        supply_alarm=np.array([309.15, 312.15, 296.15]),
        control_band=np.full(3, 3.0),
        supply_capacity=stream * 150.0,
        return_capacity=stream * 150.0,
        water_stream=stream,
        pump_power=heat * 0.005,
        evaporative=np.array([True, False, True]),
        cooler_units=units,
        cooler_water_stream=np.array([stream[0] / 2.0, 528e3, stream[2] / 2.0]),
        cooler_air_flow=np.array([warm / 2.0 / 4e4, 389.0, cold / 2.0 / 4e4]),
        cooler_conductance=np.array([stream[0], dry, stream[2]]),
        cooler_design_wet_bulb=np.full(3, 297.15),
        cooler_fan_power=np.array([warm * 0.005, 117e3, cold * 0.005]),
        chiller_carnot_fraction=np.full(3, 0.55),
        chiller_evaporator_approach=np.full(3, 3.0),
        chiller_condenser_approach=np.full(3, 10.0),
        cycles_of_concentration=np.full(3, 4.0),
        drift_fraction=np.full(3, 1e-5),
        **plain_loops(heat * np.array([0.3, 0.3, 1.2])),
    )


def with_staged_chillers(of: Site) -> Site:
    """Give the third loop four chillers that start and stop as machines do: a minute to restart, 10 % a minute."""
    chillers, air = of.loops.chillers, np.array([False, False, True])
    return of._replace(
        loops=of.loops._replace(
            chillers=chillers._replace(
                unit_capacity=chillers.unit_capacity / np.array([1.0, 1.0, 4.0]),
                restart_time=60.0 * air,
                ramp=np.where(air, 0.1 / 60.0, 1.0),
                least_run=600.0 * air,
                least_off=120.0 * air,
                stop_delay=300.0 * air,
            )
        )
    )


def with_everything(of: Site) -> Site:
    """
    Give condenser water and staged chillers, and what loops may have besides.

    The first loop has a buyer for heat, a basin and a set point that rises in cool weather; the second pads, and pumps
    that follow its valves, as those of the third do.
    """
    site = with_staged_chillers(with_condenser_water(of))
    loops, three = site.loops, np.ones(3)
    last_two, second = np.array([False, True, True]), np.array([0.0, 1.0, 0.0])
    return site._replace(
        loops=loops._replace(
            pumps=Pumps(last_two, 0.4 * three, np.array([10.0, 10.0, 15.0]), 0.3 * three),
            reuse=Reuse(np.array([0.2, 0.0, 0.0]) * loops.water_stream * 10.0, 335.0 * three, 5.0 * three, 0.5 * three),
            pads=Pads(0.7 * second, 299.15 * three, 2.0 * three),
            reset=Reset(np.array([2.0, 0.0, 0.0]), 283.15 * three, 293.15 * three),
            basin=np.array([4e3, 0.0, 2e3]),
        )
    )


def plain_loops(chillers: Floats) -> dict[str, Any]:
    """Give what loops have that work directly: two mixed pipes, no tank, no condenser water, one chiller [W]."""
    count = chillers.size
    return {
        "chiller_capacity": chillers,
        "chillers": carnot_chillers(chillers),
        **plain(count),
        "tank_capacity": np.zeros(count),
        "supply_cells": np.ones(count, dtype=np.int64),
        "return_cells": np.ones(count, dtype=np.int64),
        "tank_cells": np.zeros(count, dtype=np.int64),
        "economy": np.full(count, 3.0),
        "hysteresis": np.full(count, 1.0),
        "dwell": np.full(count, 600.0),
        "condenser": no_condenser(count),
    }


def with_condenser_water(of: Site) -> Site:
    """Give the third loop condenser water, pipes of four cells and a tank of three, and the first pipes of two."""
    loops = of.loops
    stream = np.array([0.0, 0.0, 1.3 * loops.water_stream[2]])
    condenser = Condenser(
        fitted=np.array([False, False, True]),
        stream=stream,
        capacity=stream * 60.0,
        pump_power=stream * 0.02,
        economiser_conductance=np.array([0.0, 0.0, 4.0 * loops.water_stream[2]]),
        approach=np.full(3, 4.0),
        least_temperature=np.full(3, 278.15),
    )
    return of._replace(
        loops=loops._replace(
            supply_cells=np.array([2, 1, 4]),
            return_cells=np.array([2, 1, 4]),
            tank_cells=np.array([0, 0, 3]),
            tank_capacity=loops.water_stream * np.array([0.0, 0.0, 240.0]),
            cooler_water_stream=np.where(condenser.fitted, stream / 2.0, loops.cooler_water_stream),
            cooler_conductance=np.where(condenser.fitted, 2.0 * stream, loops.cooler_conductance),
            economy=np.array([3.0, 3.0, 6.0]),
            condenser=condenser,
        )
    )


def chain(count: int, rating: float) -> PowerChain:
    """Give a busway that warms its hall, and transformers that do not; `rating` [W] is a hall's."""
    transformer = power.quadratic_curve(0.0012, 0.0047)
    busway = power.affine_curve(0.0, 0.01)
    return PowerChain(
        hall_path=(
            Stage("busway", np.full(count, 4.0), rating / 4.0, busway, heats_hall=True),
            Stage("unit_substation", np.full(count, 2.0), rating / 2.0, transformer, heats_hall=False),
        ),
        mechanical_path=(Stage("unit_substation", np.array([2.0]), rating * count / 6.0, transformer, False),),
        common_path=(Stage("main_transformer", np.array([2.0]), rating * count * 0.8, transformer, heats_hall=False),),
    )


def connection(rating: float) -> Connection:
    """Give a connection of a rating [W]; only its limits are read by the core."""
    return Connection(
        rating, 230e3, 34.5e3, 60.0, 1, 0.97, 10e9, 12.0, 1.0, 0.95, 1.05, 2, rating, 0.12, 30.0, 5e4, 2e5
    )  # fmt: skip


def site(count: int = 2, rows: Sequence[int] = (0, 0, 0, 0, 0, 0, 0, 1)) -> Site:
    """Give a site of `count` halls, each with one CDU and racks of the classes in `rows`."""
    service = int(np.sum(rows))
    accelerators = len(rows) - service
    rating = accelerators * RACK_POWER + service * 36e3
    units = cdus(count, accelerators)._replace(rack_start=np.arange(count + 1) * len(rows))
    return Site(
        "small",
        101325.0,
        classes(),
        racks(rows, count),
        units,
        halls(count, accelerators, service),
        loops(count, accelerators, service),
        chain(count, rating),
        connection(1.4 * rating * count),
    )


def load(
    of: Site, samples: Sequence[float], step: float = 1.0, offsets: Sequence[float] = (0.0,), end: float = 1e9
) -> LoadTable:
    """Let the accelerator racks follow one trace of fractions between loaded idle and full, at offsets in turn."""
    kinds, rows = of.rack_classes, of.racks.rack_class
    busy = kinds.accelerators[rows] > 0
    count = int(busy.sum())
    packages = kinds.accelerators[rows][busy]
    loaded, full = kinds.accelerator_loaded[rows][busy], kinds.accelerator_max[rows][busy]
    return LoadTable(
        samples=np.asarray(samples, dtype=np.float32),
        trace_start=np.array([0, len(samples)]),
        trace_step=np.array([step]),
        segment_start=np.concatenate([[0], np.cumsum(busy)]).astype(np.int64),
        start=np.zeros(count),
        end=np.full(count, end),
        trace=np.zeros(count, dtype=np.int64),
        offset=np.resize(np.asarray(offsets, dtype=float), count),
        accelerator_base=packages * loaded,
        accelerator_scale=packages * (full - loaded),
        host_base=kinds.host_idle[rows][busy],
        host_scale=(kinds.host_max - kinds.host_idle)[rows][busy],
        share=np.ones(count),
        measured=np.zeros(rows.size, dtype=bool),
    )


def walk_in_python(patch: pytest.MonkeyPatch) -> None:
    """Let the interpreter walk a macro step, so that others can stand in for the compiled functions it calls."""
    patch.setattr(walk, "macro_step", getattr(walk.macro_step, "py_func", walk.macro_step))


def inputs(duration: int, changes: Sequence[Change] = (), dry: float = 301.15, wet: float = 294.15) -> Inputs:
    """Give constant weather, and changes."""
    return Inputs(START, duration, 3600.0, np.full(2, dry), np.full(2, wet), tuple(changes))


def curve(of: Site) -> ResponseCurve:
    """Give a straight line: voltage 1 pu without load, 0.98 pu at the rating."""
    rating = of.connection.rating
    ends = np.array([[1.0, 1.0, 0.0, 0.0, 0.0], [0.98, 0.99, 0.6, 1e5, 0.25 * rating]])
    return ResponseCurve(np.array([0.0, rating]), QUANTITIES, ends, np.inf, 0.0)


def pump_trip(cdu: int, time: int, flow: float, time_constant: float) -> Change:
    """Let one CDU's pumps coast to a flow ratio."""
    return Change(time, "pump_speed", np.array([cdu]), flow, time_constant)
