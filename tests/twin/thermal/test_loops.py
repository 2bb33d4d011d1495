"""Controls of the plant and the step of its loops, each against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import simulate
from twin.cooling import plant
from twin.cooling.cooler_tables import SPEEDS
from twin.cooling.plant_tables import LOADS
from twin.record import COOLING_FIELDS
from twin.thermal import laws, loops, walk

SECONDS = 10.0
ONLY = np.zeros(1, dtype=np.int64)


def law(outdoor: float = 290.0, chillers: float = 50e3, **changed: object) -> plant.PlantLaw:
    """
    Give one loop of round numbers, and one hall on it.

    Coolers move 1 kW/K at rest and 10 kW/K at full speed, in a straight line, with fans of 1,600 W; over 120 s, the
    supply's 1.2 MJ/K give 10 kW for each kelvin of deviation.
    """
    one, zero = np.ones(1), np.zeros(1, dtype=np.int64)
    water = plant.PlantLaw(
        set_point=300.0 * one,
        band=3.0 * one,
        start=np.array([0, 2]),
        last_return=zero,
        capacity=np.full(2, 1.2e6),
        stream=20e3 * one,
        demand=one,
        flow_aim=one,
        pump_time=10.0 * one,
        pump_power=500.0 * one,
        powered=one,
        reuse=0.0 * one,
        reuse_power=0.25 * one,
        outdoor=outdoor * one,
        cooler_rate=(1e3 + 9e3 * SPEEDS)[:, np.newaxis],
        fan_power=(1600.0 * SPEEDS)[:, np.newaxis],
        chiller_units=one,
        chiller_capacity=chillers * one,
        chiller_power=(0.2 * chillers * LOADS)[:, np.newaxis],
        motor_share=one,
        restart_time=0.0 * one,
        ramp=one,
        least_run=0.0 * one,
        least_off=0.0 * one,
        stop_delay=0.0 * one,
        economy=3.0 * one,
        hysteresis=2.0 * one,
        dwell=600.0 * one,
        condenser=np.zeros(1, dtype=bool),
        condenser_stream=30e3 * one,
        condenser_capacity=0.9e6 * one,
        condenser_pump=1e3 * one,
        economiser=16e3 * one,
        cold_aim=295.0 * one,
        cold_least=280.0 * one,
        air_loop=zero,
        air_cell=np.ones(1, dtype=np.int64),
        cdu_loop=zero,
        cdu_cell=np.ones(1, dtype=np.int64),
    )
    return water._replace(**changed)


def state(supply: float, back: float, served: tuple[bool, bool] = (True, False), age: float = 1e9) -> plant.PlantState:
    """Give a state; `served` says whether coolers and chillers are in service, and `age` since when."""
    memory = plant.first_memory(np.zeros(1))
    memory.economising[:], memory.chilling[:] = served
    memory.economiser_age[:] = memory.chiller_age[:] = age
    condenser = np.array([296.0]), np.array([292.0])
    return plant.PlantState(np.array([back, supply]), *condenser, np.zeros(1), memory)


def controlled(own: plant.PlantLaw, now: plant.PlantState) -> tuple[plant.PlantControls, plant.PlantTally]:
    controls, sums = plant.no_controls(1), plant.tally(1, 1)
    loops.control(own, now, controls, sums, SECONDS, 0, ONLY)
    return controls, sums


def test_little_heat_is_held_by_the_bypass() -> None:
    """The water brings 20 kW/K x 0.5 K = 10 kW; 10.5 K above the outdoors that is 952 W/K, less than at rest."""
    controls, sums = controlled(law(), state(300.0, 300.5))
    assert controls.cooler[0] == pytest.approx(10e3 / 10.5, rel=1e-12)
    assert sums.speed[0] == 0.0
    assert sums.fans[0] == 0.0
    # The pump's.
    assert sums.power[0] == pytest.approx(500.0, rel=1e-12)


def test_fans_rest_where_still_air_carries_the_heat_at_more_than_one_speed() -> None:
    """Towers in still air do what they do at a tenth of the speed: below it no fan is asked to turn for nothing."""
    flat = np.maximum(1e3 + 9e3 * SPEEDS, 1e3 + 9e3 * SPEEDS[1])[:, np.newaxis]
    controls, sums = controlled(law(cooler_rate=flat), state(supply=300.0, back=300.5))
    assert controls.cooler[0] == pytest.approx(10e3 / 10.5, rel=1e-12)
    assert (sums.speed[0], sums.fans[0]) == (0.0, 0.0)


def test_fans_run_for_the_heat_that_arrives() -> None:
    """60 kW at 13 K: 4,615.4 W/K, so a speed of 3,615.4 / 9,000 = 0.40171, and fans of 642.7 W."""
    controls, sums = controlled(law(), state(300.0, 303.0))
    assert controls.cooler[0] == pytest.approx(60e3 / 13.0, rel=1e-12)
    assert sums.speed[0] == pytest.approx(SECONDS * (60e3 / 13.0 - 1e3) / 9e3, rel=1e-12)
    assert sums.fans[0] == pytest.approx(6427.35, rel=1e-5)
    assert controls.chilled[0] == 0.0


def test_a_supply_above_its_aim_asks_for_more() -> None:
    """60 kW arrive, and one kelvin too much in the supply is another 10 kW: 70 kW at 14 K, 5 kW/K."""
    controls, _ = controlled(law(), state(301.0, 304.0))
    assert controls.cooler[0] == pytest.approx(5e3, rel=1e-12)


def test_chillers_take_what_coolers_cannot() -> None:
    """
    Outdoors at 303 K, supply 4 K above its aim, a kelvin above the band: coolers give 10 kW/K x 4 K = 40 kW.

    60 kW arrive and 10 kW/K x 4 K correct the supply: chillers take 60 kW, of 70, and draw a fifth of it.
    """
    now = state(304.0, 307.0)
    controls, sums = controlled(law(outdoor=303.0, chillers=70e3), now)
    assert controls.cooler[0] == pytest.approx(10e3, rel=1e-12)
    assert controls.chilled[0] == pytest.approx(60e3, rel=1e-12)
    assert sums.chillers[0] == pytest.approx(120e3, rel=1e-12)
    assert sums.chilled[0] == pytest.approx(600e3, rel=1e-12)
    assert sums.load[0] == pytest.approx(6.0 / 7.0 * SECONDS, rel=1e-12)
    # Fans 1,600, chillers 12,000, pump 500.
    assert sums.power[0] == pytest.approx(14100.0, rel=1e-12)
    assert now.memory.chilling[0]
    assert now.memory.chiller_age[0] == 0.0


def test_chillers_wait_until_the_supply_has_left_its_band() -> None:
    """2.9 K above the aim coolers alone are asked, though they cannot: 10 kW/K x 3 K of 89 kW."""
    controls, _ = controlled(law(outdoor=302.9), state(302.9, 305.9))
    assert controls.cooler[0] == pytest.approx(10e3, rel=1e-12)
    assert controls.chilled[0] == 0.0


def test_chillers_in_service_hold_the_aim_itself() -> None:
    """In service they take what coolers leave at once: 60 kW + 10 kW/K x 1 K - 10 kW/K x 4 K = 30 kW."""
    controls, _ = controlled(law(outdoor=300.0), state(301.0, 304.0, served=(True, True)))
    assert controls.chilled[0] == pytest.approx(30e3, rel=1e-12)


def test_chillers_give_no_more_than_they_have() -> None:
    controls, sums = controlled(law(outdoor=303.0, chillers=20e3), state(304.0, 307.0))
    assert controls.chilled[0] == 20e3
    assert sums.load[0] == pytest.approx(SECONDS, rel=1e-12)


def test_coolers_rest_where_chillers_can_carry_the_heat_alone() -> None:
    """
    At 1 K above the outdoors coolers hardly help: 40 kW arrive and 40 kW correct the supply, and 100 kW are there.

    With 50 kW there, less than 80, full fans help by 10 kW.
    """
    alone, sums = controlled(law(outdoor=305.0, chillers=100e3), state(304.0, 306.0))
    assert alone.cooler[0] == 0.0
    assert sums.fans[0] == 0.0
    assert alone.chilled[0] == pytest.approx(80e3, rel=1e-12)
    helped, _ = controlled(law(outdoor=305.0, chillers=50e3), state(304.0, 306.0))
    assert helped.cooler[0] == pytest.approx(10e3, rel=1e-12)
    assert helped.chilled[0] == pytest.approx(50e3, rel=1e-12)


@pytest.mark.parametrize(
    ("difference", "served", "age", "expected"),
    [
        # Coolers leave below 3 K, and come back above 5 K; they carry 51 kW then, so that the chillers leave.
        (3.1, (True, True), 1e9, (True, True)),
        (2.9, (True, True), 1e9, (False, True)),
        (4.9, (False, True), 1e9, (False, True)),
        (5.1, (False, True), 1e9, (True, False)),
        # Neither changes within ten minutes: the ten seconds of this step are the last that are wanting, or not.
        (2.9, (True, True), 580.0, (True, True)),
        (2.9, (True, True), 590.0, (False, True)),
        (5.1, (False, True), 580.0, (False, True)),
        # Chillers leave where coolers can carry the 40 kW: 10 kW/K x 4.1 K; not at 3.9 K, and not too soon.
        (3.9, (True, True), 1e9, (True, True)),
        (4.1, (True, True), 1e9, (True, False)),
        (4.1, (True, True), 580.0, (True, True)),
    ],
)
def test_service_changes_with_hysteresis_and_after_a_dwell(
    difference: float, served: tuple[bool, bool], age: float, expected: tuple[bool, bool]
) -> None:
    """At its aim the water brings 20 kW/K x 2 K = 40 kW."""
    now = state(300.0, 302.0, served=served, age=age)
    controlled(law(outdoor=302.0 - difference, chillers=100e3), now)
    assert (bool(now.memory.economising[0]), bool(now.memory.chilling[0])) == expected


@pytest.mark.parametrize(
    ("over", "age", "starts"),
    [
        # A band of 3 K calls them, before their dwell too, as when coolers are lost just after they have stopped.
        (2.9, 100.0, False),
        (3.1, 100.0, True),
        (3.1, 0.0, True),
        (2.9, 590.0, False),
        (3.1, 590.0, True),
    ],
)
def test_chillers_come_before_their_dwell_where_the_water_has_left_its_band(
    over: float, age: float, starts: bool
) -> None:
    """Coolers at 301 K take 10 kW/K; the water brings 40 kW, and being over asks for 10 kW/K more."""
    now = state(300.0 + over, 302.0 + over, age=age)
    controlled(law(outdoor=301.0, chillers=100e3), now)
    assert bool(now.memory.chilling[0]) == starts
    assert now.memory.chiller_age[0] == (0.0 if starts else age + SECONDS)
    # Then they stay for a dwell, though coolers of a cold outdoors could carry all of it.
    controlled(law(outdoor=250.0, chillers=100e3), now)
    assert bool(now.memory.chilling[0]) == starts


@pytest.mark.parametrize(("over", "age", "comes"), [(2.9, 100.0, False), (3.1, 100.0, True), (3.1, 0.0, True)])
def test_coolers_come_before_their_dwell_where_the_water_has_left_its_band(
    over: float, age: float, comes: bool
) -> None:
    """
    A job comes back just after coolers left: chillers, too slow yet able to take it all, serve alone.

    They take 150 kW of the 40 kW that the water brings and the 10 kW/K that being over asks for.
    """
    now = state(300.0 + over, 302.0 + over, served=(False, True), age=age)
    controlled(law(outdoor=295.0, chillers=150e3), now)
    assert bool(now.memory.economising[0]) == comes
    assert now.memory.economiser_age[0] == (0.0 if comes else age + SECONDS)


def staged(units: float, wanted: float, seconds: float = SECONDS, **remembered: float) -> plant.PlantState:
    """Let four chillers of 20 kW serve alone; the water is at its aim and brings what is wanted."""
    own = law(chillers=20e3, chiller_units=np.full(1, 4.0), restart_time=np.full(1, 120.0), ramp=np.full(1, 0.1 / 60.0))
    own = own._replace(least_run=np.full(1, 900.0), least_off=np.full(1, 300.0), stop_delay=np.full(1, 600.0))
    own = own._replace(outdoor=np.full(1, 310.0))
    now = state(300.0, 300.0 + wanted / 20e3, served=(False, True))
    now.memory.units[:], now.memory.loaded[:] = units, 1.0
    now.memory.started[:] = now.memory.stopped[:] = now.memory.surplus[:] = 1e9
    for name, value in remembered.items():
        getattr(now.memory, name)[:] = value
    loops.control(own, now, plant.no_controls(1), plant.tally(1, 1), seconds, 0, ONLY)
    return now


@pytest.mark.parametrize(
    ("units", "wanted", "remembered", "expected"),
    [
        # One more above 95 % of those that run, one less below 80 % of one less.
        (2.0, 37e3, {}, 2.0),
        (2.0, 39e3, {}, 3.0),
        (3.0, 33e3, {}, 3.0),
        (3.0, 31e3, {}, 2.0),
        # Not within a minute of the last start, five minutes of the last stop, a quarter of an hour of running.
        (2.0, 39e3, {"started": 49.0}, 2.0),
        (2.0, 39e3, {"stopped": 289.0}, 2.0),
        (3.0, 31e3, {"started": 889.0}, 3.0),
        # Nor before one less would have done for ten minutes, so that a pause of the load stops none.
        (3.0, 31e3, {"surplus": 590.0}, 3.0),
        (3.0, 31e3, {"surplus": 591.0}, 2.0),
        # From rest as many as carry the heat at 95 %: 60 / 19.
        (0.0, 60e3, {"loaded": 0.0}, 4.0),
        (0.0, 56e3, {"loaded": 0.0}, 3.0),
        (0.0, 56e3, {"loaded": 0.0, "stopped": 289.0}, 0.0),
        # After a trip they wait.
        (0.0, 56e3, {"waiting": 11.0}, 0.0),
    ],
)
def test_chillers_are_staged(units: float, wanted: float, remembered: dict[str, float], expected: float) -> None:
    assert staged(units, wanted, **remembered).memory.units[0] == expected


def test_chillers_load_up_along_their_ramp() -> None:
    """Ten seconds of 10 % a minute: from 0.3 to 0.3167 of 80 kW."""
    assert staged(3.0, 50e3, loaded=0.3).memory.loaded[0] == pytest.approx(0.3 + 0.1 / 6.0, rel=1e-12)


def test_a_trip_stops_chillers_and_lets_them_wait() -> None:
    own = law(chiller_units=np.zeros(1), restart_time=np.full(1, 120.0), outdoor=np.full(1, 310.0))
    now = state(300.0, 302.0, served=(False, True))
    now.memory.units[:], now.memory.loaded[:] = 1.0, 0.8
    loops.control(own, now, plant.no_controls(1), plant.tally(1, 1), SECONDS, 0, ONLY)
    memory = now.memory
    assert (memory.units[0], memory.loaded[0], memory.stopped[0], memory.waiting[0]) == (0.0, 0.0, 0.0, 120.0)
    # Coolers are called back at once, for what little they can do.
    assert memory.economising[0]


def test_a_buyer_is_served_before_the_coolers() -> None:
    """
    Of 60 kW a buyer's heat pumps take 16 kW at a quarter of power: 20 kW delivered, and the return falls by 0.8 K.

    Coolers take 44 kW from what is left above 290 K, 12.2 K.
    """
    controls, sums = controlled(law(reuse=np.full(1, 16e3)), state(300.0, 303.0))
    assert (controls.reused[0], controls.shift[0]) == (16e3, pytest.approx(0.8, rel=1e-12))
    assert controls.cooler[0] == pytest.approx(44e3 / 12.2, rel=1e-12)
    assert (sums.reused[0], sums.heat_pumps[0], sums.delivered[0]) == (160e3, 40e3, 200e3)


def test_a_buyer_takes_no_more_than_the_water_has_to_give() -> None:
    """10 kW are there of the 16; then nothing is left for coolers."""
    controls, sums = controlled(law(reuse=np.full(1, 16e3)), state(300.0, 300.5))
    assert controls.reused[0] == pytest.approx(10e3, rel=1e-12)
    assert controls.cooler[0] == 0.0
    assert sums.delivered[0] == pytest.approx(125e3, rel=1e-12)


def test_water_coasts_when_its_pumps_stop() -> None:
    """
    Time constant ten seconds: after ten of them exp(-1) of the flow is left, 1 - exp(-1) was the mean.
    Of 0.8 that valves ask for they get 0.63212 / 0.8 of it.
    """
    now = state(300.0, 303.0)
    own = law(flow_aim=np.zeros(1), pump_power=np.zeros(1), demand=np.full(1, 0.8))
    controls, sums = controlled(own, now)
    mean = 1.0 - np.exp(-1.0)
    assert now.memory.flow[0] == pytest.approx(np.exp(-1.0), rel=1e-12)
    assert controls.stream[0] == pytest.approx(20e3 * mean, rel=1e-12)
    assert controls.served[0] == pytest.approx(mean / 0.8, rel=1e-12)
    assert sums.pumps[0] == 0.0
    assert sums.flow[0] == pytest.approx(SECONDS * mean, rel=1e-12)


def test_without_power_coolers_have_still_air_and_nothing_draws() -> None:
    """Of 60 kW, 13 K above the outdoors, still air takes 1 kW/K."""
    controls, sums = controlled(law(powered=np.zeros(1)), state(300.0, 303.0))
    assert controls.cooler[0] == pytest.approx(1e3, rel=1e-12)
    assert sums.fans[0] == 0.0


def test_an_economiser_opens_for_the_heat_and_fans_follow_the_cold_water() -> None:
    """
    60 kW arrive; 303 K less 292 K of cold water: 5,455 W/K of the 16 kW/K that an open economiser moves.

    At nine tenths open it would want water 60 / 14.4 K below 303 K: 298.83 K. The cold water is at 292 K and brings
    30 kW/K x 4 K = 120 kW; 0.9 MJ/K over 30 s are 30 kW/K, so 120 - 205 kW are wanted: nothing.
    """
    own = law(condenser=np.ones(1, dtype=bool))
    controls, sums = controlled(own, state(300.0, 303.0))
    assert controls.economiser[0] == pytest.approx(60e3 / 11.0, rel=1e-12)
    assert controls.cooler[0] == 0.0
    assert controls.chilled[0] == 0.0
    # Pumps of 500 and 1,000 W.
    assert sums.power[0] == pytest.approx(1500.0, rel=1e-12)
    assert sums.condenser_pumps[0] == 1e4


def test_chillers_give_condenser_water_what_they_take_and_draw() -> None:
    """
    Alone they take 60 kW and draw 12 kW: 72 kW. The cold water's aim is then 295 K, three above what it has.

    It brings 120 kW and is 3 K too cold, 90 kW: 30 kW are left for coolers, 6 K above the outdoors: 5 kW/K.
    """
    own = law(condenser=np.ones(1, dtype=bool), chillers=100e3)
    controls, sums = controlled(own, state(300.0, 303.0, served=(False, True), age=0.0))
    assert controls.economiser[0] == 0.0
    assert controls.condensed[0] == pytest.approx(72e3, rel=1e-12)
    assert controls.cooler[0] == pytest.approx(5e3, rel=1e-12)
    assert sums.condensed[0] == pytest.approx(720e3, rel=1e-12)


def test_water_colder_than_the_outdoors_goes_round_the_coolers() -> None:
    controls, sums = controlled(law(outdoor=310.0, chillers=0.0), state(304.0, 307.0))
    assert controls.cooler[0] == 0.0
    assert controls.chilled[0] == 0.0
    assert sums.speed[0] == 0.0
    assert sums.load[0] == 0.0


def test_water_below_its_aim_asks_for_nothing() -> None:
    """10 kW arrive, 2 K too cold is 20 kW too much already."""
    controls, _ = controlled(law(), state(298.0, 298.5))
    assert controls.cooler[0] == 0.0
    assert controls.chilled[0] == 0.0


def controls_of(cooler: float, chilled: float) -> plant.PlantControls:
    held = {"cooler": cooler, "chilled": chilled, "stream": 20e3, "pump": 500.0}
    return plant.no_controls(1)._replace(**{name: np.array([value]) for name, value in held.items()})


def stepped(
    now: plant.PlantState, controls: plant.PlantControls, cdu: float, coil: float
) -> tuple[plant.PlantState, plant.PlantTally]:
    sums, site = plant.tally(1, 1), small.site()
    together = walk.one_group(site)
    nothing = np.zeros((site.racks.cdu.size, 0), dtype=np.int64)
    room = walk.room(site, laws.layout(site, small.load(site, [0.0]), nothing), together, 1)
    room.given[0] = cdu + coil
    loops.step(law(), now, controls, sums, room, SECONDS, ONLY)
    assert room.given[0] == 0.0
    return now, sums


def test_a_loop_in_balance_stays() -> None:
    """
    20 kW/K x 3 K = 60 kW go round: 40 kW from CDUs, 19.5 kW from coils, 500 W from the pump.

    Out: 3 kW/K x 13 K = 39 kW through coolers, 21 kW to chillers.
    """
    now, sums = stepped(state(300.0, 303.0), controls_of(3e3, 21e3), 400e3, 195e3)
    assert now.water[1] == pytest.approx(300.0, abs=1e-10)
    assert now.water[0] == pytest.approx(303.0, abs=1e-10)
    assert now.supply_ramp[0] == pytest.approx(0.0, abs=1e-11)
    assert sums.rejected[0] == pytest.approx(390e3, rel=1e-12)


def test_a_step_follows_the_exact_answer() -> None:
    """
    No cooling, both sides alike: the sum rises by Q t / C, the difference goes to Q / 2M as exp(-2 M t / C).

    Q = 40.5 kW with the pump, M = 20 kW/K, C = 1.2 MJ/K, from no difference: Q / 2M = 1.0125 K, 2 M t / C = 1/3.
    """
    now, _ = stepped(state(300.0, 300.0), controls_of(0.0, 0.0), 400e3, 0.0)
    apart = 1.0125 * (1.0 - np.exp(-1.0 / 3.0))
    # Runge and Kutta's method at a third of a time constant: (1/3)^5 / 120 = 3.4e-5 of the way.
    assert now.water[0] - now.water[1] == pytest.approx(apart, abs=1.0125 * 3.5e-5)
    assert now.water[0] + now.water[1] - 600.0 == pytest.approx(40.5e3 * SECONDS / 1.2e6, rel=1e-10)


def test_a_step_loses_no_energy_far_from_balance() -> None:
    now, sums = stepped(state(330.0, 280.0), controls_of(9e3, 15e3), 1e6, -2e5)
    held = 1.2e6 * (now.water[1] + now.water[0] - 610.0)
    given = 1e6 - 2e5 + 500.0 * SECONDS
    # Against the larger terms, 6e8 J held by each side above 0 K: rounding is 1e-7 J, far below 1e-12 of them.
    assert given - sums.rejected[0] - 150e3 - held == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("dry", [253.15, 263.15, 273.15, 283.15, 289.15, 293.15, 295.15, 299.15, 303.15, 308.15])
@pytest.mark.parametrize("staged_chillers", [False, True])
def test_nothing_hunts(dry: float, staged_chillers: bool) -> None:
    """
    From -20 to 35 degrees Celsius at constant load: in the last ten minutes of an hour no fan moves by 1 %.

    Coolers and chillers may change but once a dwell of ten minutes, and here, in steady weather, once in all.
    """
    site = small.site()
    if staged_chillers:
        site = small.with_staged_chillers(small.with_condenser_water(site))
    inputs = small.inputs(3600, dry=dry, wet=dry - 3.0)
    kept = simulate.run(site, small.load(site, [0.7]), inputs, small.curve(site))
    speed, load, mode = (
        kept.cooling[COOLING_FIELDS.index(name)] for name in ("fan_speed", "chiller_load", "cooling_mode")
    )
    assert float(np.ptp(speed[-10:], axis=0).max()) < 0.01
    assert float(np.ptp(load[-10:], axis=0).max()) < 0.01
    assert int(np.count_nonzero(np.diff(mode, axis=0), axis=0).max()) <= 1
    # The loop on towers has heat to give at every one of these temperatures.
    assert speed[-1, 0] > 0.1
