"""A site small enough to work by hand: two halls, four CDUs, sixteen accelerator racks and two of service."""

from __future__ import annotations

import numpy as np

from tests.twin.small_site import plain_loops
from twin.cooling.coolants import WATER
from twin.power import affine_curve
from twin.site import Cdus, Connection, Halls, Loops, LossCurve, PowerChain, RackClasses, Racks, Site, Stage

RACKS_A_CDU = 4
PACKAGES = 10.0
IDLE, LOADED, FULL = 50.0, 100.0, 1100.0
HOST_IDLE, HOST_MAX = 400.0, 1400.0
AUXILIARY = 600.0
RATED = 15000.0
LIQUID = 0.8


def site(name: str = "small") -> Site:
    """Give the site; its accelerator racks lose 5 % of what they draw beyond a fixed 100 W."""
    return Site(name, 101325.0, classes(), racks(), cdus(), halls(), loops(), chain(), connection())


def classes() -> RackClasses:
    """Give a liquid-cooled class with accelerators, and an air-cooled one without."""
    points = np.linspace(0.0, 30000.0, 31)
    loss = np.stack([100.0 + 0.05 * (points + AUXILIARY), 20.0 + 0.0 * points])[:, :, np.newaxis]
    two = np.array
    return RackClasses(
        name=("liquid", "service"),
        rated_power=two([RATED, 5000.0]),
        accelerators=two([PACKAGES, 0.0]),
        accelerator_idle=two([IDLE, 0.0]),
        accelerator_loaded=two([LOADED, 0.0]),
        accelerator_max=two([FULL, 0.0]),
        host_idle=two([HOST_IDLE, 0.0]),
        host_max=two([HOST_MAX, 0.0]),
        auxiliary_power=two([AUXILIARY, 4000.0]),
        stage_names=("shelf",),
        chain_power=np.stack([points, points]),
        chain_loss=loss,
        leakage=two([0.0, 0.0]),
        leakage_reference=two([338.15, 338.15]),
        throttle_temp=two([358.15, 358.15]),
        shutdown_temp=two([378.15, 378.15]),
        throttle_gain=two([0.1, 0.1]),
        branch_flow=two([0.9, 1.0]),
        chip_spread=two([0.1, 0.0]),
        liquid_fraction=two([LIQUID, 0.0]),
        chip_capacity=two([4e3, 4e3]),
        plate_capacity=two([5e3, 5e3]),
        coolant_capacity=two([2e4, 2e4]),
        air_capacity=two([3e4, 3e4]),
        chip_conductance=two([500.0, 500.0]),
        film_conductance=two([700.0, 700.0]),
        film_exponent=two([0.7, 0.7]),
        coolant_stream=two([1200.0, 0.0]),
        air_stream=two([500.0, 500.0]),
        door_conductance=two([0.0, 0.0]),
    )


def racks() -> Racks:
    """Give nine racks a hall: two CDUs of four, and a service rack that stands in the group of the second."""
    names, kind, cdu, hall = [], [], [], []
    for h in range(2):
        for c in range(2):
            for r in range(RACKS_A_CDU + (c == 1)):
                names.append(f"hall_{h + 1}/cdu_{2 * h + c + 1}/rack_{r + 1}")
                kind.append(int(r == RACKS_A_CDU))
                cdu.append(2 * h + c)
                hall.append(h)
    return Racks(tuple(names), np.array(kind), np.array(cdu), np.array(hall))


def cdus() -> Cdus:
    """Give four CDUs."""
    four = np.ones(4)
    return Cdus(
        name=("hall_1/cdu_1", "hall_1/cdu_2", "hall_2/cdu_3", "hall_2/cdu_4"),
        hall=np.array([0, 0, 1, 1]),
        rack_start=np.array([0, 4, 9, 13, 18]),
        supply_set_point=313.15 * four,
        supply_alarm=318.15 * four,
        supply_capacity=4e5 * four,
        return_capacity=4e5 * four,
        sidecar=np.zeros(4, dtype=np.bool_),
        sidecar_fan_power=0.0 * four,
        primary_stream=8000.0 * four,
        exchanger_conductance=2e4 * four,
        coolant_part=four,
        fouling=0.0 * four,
        rated_heat=1e5 * four,
        coolant_range=np.tile(WATER.range, (4, 1)),
        pump_power=500.0 * four,
        pump_fixed_head=0.3 * four,
        valve_rangeability=40.0 * four,
        valve_authority=0.5 * four,
        valve_gain=0.05 * four,
        valve_integral_time=60.0 * four,
        valve_stroke_time=30.0 * four,
    )


def halls() -> Halls:
    """Give two halls on two loops for liquid, and one loop for the air of both."""
    two = np.ones(2)
    return Halls(
        name=("hall_1", "hall_2"),
        loop=np.array([0, 1]),
        air_loop=np.array([2, 2]),
        cdu_start=np.array([0, 2, 4]),
        air_capacity=2e6 * two,
        air_set_point=297.15 * two,
        air_alarm=305.15 * two,
        recirculation=0.05 * two,
        bypass=0.05 * two,
        coil_conductance=1e4 * two,
        coil_air_stream=6e3 * two,
        coil_water_stream=5e3 * two,
        door_water_stream=0.0 * two,
        coil_fan_power=1e3 * two,
        coil_least_speed=0.0 * two,
        outdoor_stream=0.0 * two,
        outdoor_fan_power=0.0 * two,
        outdoor_lowest=264.15 * two,
        outdoor_highest=288.15 * two,
        outdoor_saturation=0.0 * two,
        outdoor_pad_set_point=0.0 * two,
        outdoor_stages=0.0 * two,
        feeder_rating=2e5 * two,
    )


def loops() -> Loops:
    """Give three loops with ten coolers each."""
    three = np.ones(3)
    return Loops(
        name=("loop_1", "loop_2", "loop_air"),
        supply_set_point=np.array([309.15, 309.15, 292.15]),
        supply_alarm=np.array([314.15, 314.15, 297.15]),
        control_band=4.0 * three,
        supply_capacity=4e6 * three,
        return_capacity=4e6 * three,
        water_stream=2e4 * three,
        pump_power=1e3 * three,
        evaporative=np.zeros(3, dtype=np.bool_),
        cooler_units=np.array([10.0, 10.0, 5.0]),
        cooler_water_stream=2e3 * three,
        cooler_air_flow=5.0 * three,
        cooler_conductance=3e3 * three,
        cooler_design_wet_bulb=298.15 * three,
        cooler_fan_power=500.0 * three,
        chiller_carnot_fraction=0.5 * three,
        chiller_evaporator_approach=2.0 * three,
        chiller_condenser_approach=10.0 * three,
        cycles_of_concentration=4.0 * three,
        drift_fraction=1e-5 * three,
        **plain_loops(np.array([0.0, 1e5, 1e5])),
    )


def chain() -> PowerChain:
    """Give one stage for each path."""
    curve: LossCurve = affine_curve(0.002, 0.01)
    return PowerChain(
        (Stage("substation", np.array([1.0, 1.0]), 2e5, curve, heats_hall=True),),
        (Stage("mechanical_substation", np.array([1.0]), 2e5, curve, heats_hall=False),),
        (Stage("main_transformer", np.array([1.0]), 6e5, curve, heats_hall=False),),
    )


def connection() -> Connection:
    """Give a weak connection at 13.8 kV."""
    return Connection(
        rating=5e5,
        voltage=13800.0,
        campus_voltage=4160.0,
        frequency=60.0,
        points=1,
        power_factor=0.98,
        short_circuit_power=5e7,
        reactance_ratio=10.0,
        source_voltage=1.0,
        voltage_low=0.95,
        voltage_high=1.05,
        transformers=1,
        transformer_rating=6e5,
        transformer_impedance=0.06,
        transformer_reactance_ratio=10.0,
        transformer_no_load_loss=1.2e3,
        transformer_load_loss=6e3,
    )
