"""Controls of the halls' air and its step, each against numbers worked by hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from tests.twin import small_site as small
from twin.cooling import hall_air
from twin.thermal import halls

SECONDS = 10.0
ONLY = np.zeros(1, dtype=np.int64)


def law(outdoor: float = 0.0) -> hall_air.HallLaw:
    """
    Give one hall of round numbers: coils and fans in straight lines up to 5 kW/K and 1 kW, fans at least at 0.3.

    Over 120 s the hall's 0.12 MJ/K give 1 kW for each kelvin of deviation. At every position a tenth of what the coils
    move for a kelvin comes back as a rise of a kelvin a kilowatt. Their fans blow 10 kW/K.
    """
    one, position = np.ones(1), hall_air.POSITIONS[:, np.newaxis]
    return hall_air.HallLaw(
        air_capacity=0.12e6 * one,
        set_point=298.0 * one,
        coil_rate=5e3 * position,
        coil_share=0.5 * position,
        coil_effectiveness=0.5 * position,
        fan_power=1e3 * np.maximum(position, 0.3),
        cdu_start=np.zeros(2, dtype=np.int64),
        sidecar_power=np.empty(0),
        fan_curve=np.array([0.0, 1.0]),
        outdoor_stream=outdoor * one,
        outdoor_rise=2e-4 * one,
        outdoor_fan_power=200.0 * position,
        outdoor_lowest=264.0 * one,
        outdoor_highest=288.0 * one,
    )


def state(hot: float, blown: float = 0.0, able: float = 0.0) -> hall_air.HallState:
    """Give what a step with 1,500 W of fans left."""
    now = hall_air.state(1)
    now.hot[:], now.whole[:], now.door_blown[:], now.door_able[:] = hot, hot + 1500.0, blown, able
    return now


def controlled(
    own: hall_air.HallLaw,
    now: hall_air.HallState,
    air: float,
    dry: float = 300.0,
    dew: float = 280.0,
    served: float = 1.0,
) -> tuple[hall_air.HallControls, hall_air.HallTally]:
    """Sample the controls at water of 295 K, 200 W of losses and none of sidecars."""
    controls, sums = hall_air.no_controls(1), hall_air.tally(1, 1, 0)
    seen, water, warming, got = (np.array([value]) for value in (air, 295.0, 200.0, served))
    around = hall_air.HallSurroundings(seen, water, warming, np.empty(0), got, np.array([dry]), dew)
    halls.control(own, now, controls, sums, around, SECONDS, 0, ONLY)
    return controls, sums


@pytest.mark.parametrize(
    ("air", "hot", "position", "fan"),
    [
        # 10 kW hot, 1.5 of fans, 1 for 1 K; open coils would take 5 kW/K x 4 K + 0.5 x 10 kW = 25 kW: half open.
        (299.0, 10e3, 0.5, 500.0),
        # 3.5 kW over 15 + 1 kW: less than 0.3, to which fans keep.
        (298.0, 2e3, 3.5 / 16.0, 300.0),
        # 80 kW are more than the coils have.
        (298.0, 80e3, 1.0, 1000.0),
        # 4 K under the aim is 4 kW too much already.
        (297.0, -500.0, 0.0, 300.0),
        # Air colder than the water, and nothing hot comes back.
        (294.0, 0.0, 0.0, 300.0),
    ],
)
def test_coils_move_what_is_wanted(air: float, hot: float, position: float, fan: float) -> None:
    """The hall's last heat was its hot air's and 1,500 W of fans."""
    controls, sums = controlled(law(), state(hot), air)
    assert controls.coil[0] == pytest.approx(position * 5e3, rel=1e-12)
    assert controls.coil_share[0] == pytest.approx(position * 0.5, rel=1e-12)
    assert controls.losses[0] == 200.0
    assert controls.fans[0] == pytest.approx(fan, rel=1e-12)
    assert sums.fans[0] == pytest.approx(SECONDS * fan, rel=1e-12)
    assert sums.power[0] == pytest.approx(fan, rel=1e-12)


def test_a_step_is_remembered_for_the_next() -> None:
    now = hall_air.state(1)
    held = hall_air.no_controls(1)._replace(losses=np.array([300.0]), fans=np.array([50.0]))
    halls.remember(now, held, np.array([43e3]), np.array([[9e3], [12e3], [15e3]]), SECONDS, ONLY)
    assert now.hot[0] == 4300.0
    assert now.whole[0] == 4350.0
    assert now.door_able[0] == 1200.0
    assert now.door_blown[0] == 1500.0


class Forcing(NamedTuple):
    """What a second of a hall reads of `tables.Forcing`."""

    coil: np.ndarray
    coil_ramp: np.ndarray
    coil_conductance: np.ndarray
    coil_share: np.ndarray
    coil_mixing: np.ndarray
    outdoor_rate: np.ndarray
    outdoor_share: np.ndarray
    outdoor: np.ndarray
    hall_losses: np.ndarray
    hall_fans: np.ndarray
    air_capacity: np.ndarray


class Air(NamedTuple):
    """A hall's part of `tables.ThermalState`, and of `tables.Tally`."""

    air: np.ndarray
    air_ramp: np.ndarray
    coil_heat: np.ndarray
    outdoor_heat: np.ndarray
    hot: np.ndarray


def second(
    air: float,
    blown: float,
    conductance: float,
    share: float,
    outdoor: tuple[float, float] = (0.0, 0.0),
    mixing: float = 0.0,
) -> Air:
    """Step a hall of 100 kJ/K for a second; water at 290 K, outdoors 280 K, 800 W of losses and 200 W of fans."""
    values = (np.array([value]) for value in (290.0, 0.0, conductance, share, mixing, *outdoor))
    heat = (np.array([value]) for value in (800.0, 200.0, 100e3))
    now = Air(np.array([air]), *np.zeros((4, 1)))
    halls.hall_second.py_func(0, 0, blown, now, Forcing(*values, np.array([280.0]), *heat), now)
    return now


def test_a_hall_in_balance_stays() -> None:
    """9.2 kW of racks and 0.8 of losses are hot, 0.2 of fans; out go 600 W/K x 7 K + 0.6 x 10 kW = 10.2 kW."""
    now = second(297.0, 9200.0, 600.0, 0.6)
    assert now.air[0] == pytest.approx(297.0, abs=1e-12)
    assert now.coil_heat[0] == pytest.approx(10.2e3, rel=1e-12)


def test_a_hall_without_water_keeps_its_heat() -> None:
    """10.2 kW into 100 kJ/K."""
    now = second(297.0, 9200.0, 0.0, 0.0)
    assert now.air[0] == pytest.approx(297.102, abs=1e-12)
    assert now.coil_heat[0] == 0.0


def test_a_second_is_exact_and_loses_nothing() -> None:
    """From 300 K to where 10 kW/K hold 0.4 x 10 kW + 0.2 kW, 290.42 K, as exp(-t / 10 s)."""
    now = second(300.0, 9200.0, 10e3, 0.6)
    assert now.air[0] == pytest.approx(290.42 + 9.58 * np.exp(-0.1), abs=1e-10)
    assert 10.2e3 - now.coil_heat[0] == pytest.approx(100e3 * (now.air[0] - 300.0), abs=1e-6)


@pytest.mark.parametrize(
    ("power", "air_only", "with_servers", "seconds"),
    [(5e3, 0.47, 0.10, 115), (20e3, 1.9, 0.42, 29)],
)
def test_air_warms_as_published_when_cooling_stops(
    power: float, air_only: float, with_servers: float, seconds: int
) -> None:
    """
    A rack's 2.5 m^2 x 3.5 m hold 8.75 m^3 x 1.2 kg/m^3 x 1,006 J/(kg K) = 10.6 kJ/K; servers hold 37.5 kJ/K more.

    Published: 0.47 and 1.9 K/s, with servers 0.10 and 0.42 K/s, so 12 K in 115 and 29 s; at 5 kW a cabinet thermal
    shutdown came after about three minutes (Opengate, missioncriticalmagazine.com/articles/83401), by when air of
    25 degC has reached the allowable 40 to 45 degC of ASHRAE classes A3 and A4.
    """
    air = 8.75 * 1.2 * 1006.0
    assert warmed(power, air, 1) == pytest.approx(air_only, rel=0.02)
    both = air + 37.5e3
    assert warmed(power, both, 1) == pytest.approx(with_servers, rel=0.05)
    assert warmed(power, both, seconds) == pytest.approx(12.0, rel=0.02)
    assert power > 5e3 or 15.0 < warmed(power, both, 180) < 20.0


def warmed(power: float, capacity: float, seconds: int) -> float:
    """Give the rise [K] of air that nothing cools."""
    none = np.zeros(1)
    now = Air(np.array([298.15]), *np.zeros((4, 1)))
    held = Forcing(*[none] * 7, np.array([280.0]), none, none, np.array([capacity]))
    for _ in range(seconds):
        halls.hall_second.py_func(0, 0, power, now, held, now)
    return float(now.air[0] - 298.15)


def test_fans_hold_what_racks_need() -> None:
    """The small site's racks need (1 - 0.05) / (1 - 0.1) of their own air; its coils blow 1.25 times that of racks."""
    site = small.site()
    found = hall_air.law(site)
    slowest = 0.95 / 0.9 / 1.25
    power = np.interp(slowest, [0.8, 0.9], [0.521817952, 0.734501596])
    # The curve between its points is a monotone cubic, up to 1 % of full power from the chord.
    assert found.fan_power[0, 0] / site.halls.coil_fan_power[0] == pytest.approx(power, abs=0.01)
    assert found.fan_power[-1, 0] == pytest.approx(site.halls.coil_fan_power[0], rel=1e-12)
    assert np.all(found.coil_rate[0] == 0.0)
    assert np.all(np.diff(found.coil_rate, axis=0) > 0.0)


def test_fans_without_drives_run_at_full_speed() -> None:
    site = small.site()
    halls = site.halls._replace(coil_least_speed=np.ones(2))
    found = hall_air.law(site._replace(halls=halls))
    assert found.fan_power == pytest.approx(np.tile(site.halls.coil_fan_power, (17, 1)), rel=1e-12)
    # More air passes by, so that what returns to the coils is warmer than the racks' air by less.
    assert np.all(found.outdoor_rise < hall_air.law(site).outdoor_rise)


@pytest.mark.parametrize(
    ("blown", "able", "opening"),
    [(30e3, 40e3, 0.75), (30e3, 20e3, 1.0), (0.0, 20e3, 0.0), (30e3, -5e3, 0.0)],
)
def test_doors_take_what_their_racks_blow(blown: float, able: float, opening: float) -> None:
    """
    As far as they can; water warmer than the air takes nothing, and the valve shuts.

    Where the loop has half of the water, they still ask for as much.
    """
    now = state(5e3, blown, able)
    controls, _ = controlled(law(), now, 298.0)
    assert controls.door[0] == opening
    controls, _ = controlled(law(), now, 298.0, served=0.5)
    assert controls.door[0] == 0.5 * opening
    assert now.door[0] == opening


def test_coils_with_part_of_their_water_move_that_part_of_their_heat() -> None:
    """In all three of their terms, outdoor air of 290 K mixed into theirs; the position is what they ask for."""
    whole, part = state(10e3), state(10e3)
    full, _ = controlled(law(outdoor=500.0), whole, 299.0, dry=290.0)
    less, _ = controlled(law(outdoor=500.0), part, 299.0, dry=290.0, served=0.25)
    for name in ("coil", "coil_share", "coil_mixing"):
        assert getattr(full, name)[0] > 0.0
        assert getattr(less, name)[0] == pytest.approx(0.25 * getattr(full, name)[0], rel=1e-12)
    assert part.position[0] == whole.position[0]


def through(now: hall_air.HallState, air: float, served: float, seconds: float) -> list[float]:
    """Carry a hall of 10 kW hot and 1.5 kW of fans on, its coils with part of their water; give its air."""
    found = [air]
    for _ in range(round(seconds / SECONDS)):
        controls, _ = controlled(law(), now, found[-1], served=served)
        taken = controls.coil[0] * (found[-1] - 295.0) + controls.coil_share[0] * 10e3
        found.append(found[-1] + SECONDS * (11.5e3 - taken) / 120e3)
    return found


def test_air_comes_back_to_its_set_point_whatever_water_the_coils_get() -> None:
    """
    With 0.9 of the water that they ask for, coils are to take 11.5 kW / 0.9 for 11.5 kW.

    Feeding forward alone would leave 1.28 kW to the deviation: 1.28 K. Nothing is added while they are wide open.
    """
    now = state(10e3)
    assert through(now, 298.0, 0.9, 7200.0)[-1] == pytest.approx(298.0, abs=1e-6)
    assert now.integral[0] == pytest.approx(11.5e3 / 0.9 - 11.5e3, rel=1e-6)
    now.whole[:] = 90e3
    controlled(law(), now, 299.0)
    assert (now.position[0], now.integral[0]) == (1.0, pytest.approx(11.5e3 / 0.9 - 11.5e3, rel=1e-6))


def test_a_loss_of_water_is_not_paid_back_as_cold_air() -> None:
    """
    Ten minutes without water, though coils are not at the end of their travel: air warms by 57.5 K.

    Critically damped, a deviation swings past by exp(-2) of it, and it is learned from below 0.25 x 11.5 K only:
    0.39 K, and 0.06 K for the 120 W that were learned before it was more than that. Sampling adds less than a tenth.
    """
    now = state(10e3)
    lost = through(now, 298.0, 0.0, 600.0)
    assert lost[-1] == pytest.approx(298.0 + 57.5)
    back = through(now, lost[-1], 1.0, 7200.0)
    assert 298.0 - 1.1 * (0.39 + 0.06) < min(back) < 298.0
    assert back[-1] == pytest.approx(298.0, abs=1e-6)


def test_what_was_learned_at_full_load_is_forgotten_at_little() -> None:
    """Coils are to take 1 kW less than they learned, twice the heat that is left; else 0.2 K teach nothing."""
    now = state(-1e3)
    now.integral[:] = 1e3
    controlled(law(), now, 297.0)
    assert now.position[0] > 0.0
    assert now.integral[0] == pytest.approx(1e3 - 1e3 * SECONDS / 480.0)
    now.integral[:] = 0.0
    controlled(law(), now, 297.8)
    assert now.integral[0] == 0.0


class DoorForcing(NamedTuple):
    """What a second of doors reads of `tables.Forcing`."""

    coil: np.ndarray
    coil_ramp: np.ndarray
    door: np.ndarray


class Doors(NamedTuple):
    """What it reads of `tables.RackLaw`, and writes into `tables.Tally`."""

    air_stream: np.ndarray
    door: np.ndarray


class DoorTally(NamedTuple):
    door: np.ndarray


def test_a_door_by_hand() -> None:
    """
    Two racks of 40 kW in 2 kW/K of air each: 20 K above the hall's 298 K.

    A door of 1.5 kW/K at water of 291 K would take 1.5 x 27 = 40.5 kW of each, and half open 20.25 kW.
    """
    held = DoorForcing(np.array([291.0]), np.zeros(1), np.array([0.5]))
    sums = DoorTally(np.zeros((3, 1)))
    racks = Doors(np.array([2e3]), np.array([1.5e3]))
    taken = halls.door_second.py_func(racks, 0, 2.0, 0, 0, 80e3, 298.0, held, sums)
    assert taken == pytest.approx(40.5e3, rel=1e-12)
    assert sums.door[:, 0] == pytest.approx([40.5e3, 81e3, 80e3], rel=1e-12)


def test_outdoor_air_comes_before_the_coils() -> None:
    """
    10 kW hot and 1.5 of fans are 11.5 kW; air returns at 298 + 2 = 300 K, the outdoors are at 290 K.

    Of 2 kW/K at most, 1.15 kW/K carry it; the position is 0.575, and the economiser's fans draw 115 W.
    """
    controls, sums = controlled(law(2e3), state(10e3), 298.0, dry=290.0)
    assert controls.outdoor[0] == pytest.approx(1.15e3, rel=1e-12)
    assert controls.outdoor_share[0] == pytest.approx(0.23, rel=1e-12)
    assert controls.coil[0] == 0.0
    assert sums.outdoor_fans[0] == pytest.approx(1150.0, rel=1e-12)
    assert sums.power[0] == pytest.approx(300.0 + 115.0, rel=1e-12)


def test_coils_take_what_outdoor_air_leaves() -> None:
    """
    1 kW/K at 10 K takes 10 of 11.5 kW, and so a kelvin of the coils' 10 kW/K, which return at 299 K.

    Of the 4 K above water they keep 3, at which all of them would take 15 kW, and a tenth the 1.5 kW that are left.
    """
    controls, _ = controlled(law(1e3), state(10e3), 298.0, dry=290.0)
    assert controls.outdoor[0] == 1e3
    assert controls.coil[0] == pytest.approx(0.1 * 5e3, rel=1e-12)
    # Of the share of 0.05 a part of 0.05 x 1 kW/K x 0.2 K/kW is gone with the outdoor air.
    assert controls.coil_share[0] == pytest.approx(0.05 - 0.05 * 0.2, rel=1e-12)
    assert controls.coil_mixing[0] == pytest.approx(0.05 * 1e3, rel=1e-12)


def test_coils_are_no_help_where_mixed_air_is_colder_than_their_water() -> None:
    """
    100 kW hot, 1.5 of fans, 4 K below the aim: 97.5 kW are to leave. 1.1 kW/K of air 88 K colder take 96.8 kW.

    That is 9.68 K of the coils' 10 kW/K, so that 304 K become 294.3 K, and their water has 295 K.
    """
    controls, _ = controlled(law(1.1e3), state(100e3), 294.0, dry=226.0)
    assert controls.outdoor[0] == 1.1e3
    assert controls.coil[0] == 0.0


@pytest.mark.parametrize(
    ("dry", "dew", "was_open", "rested", "opens"),
    [
        (290.0, 280.0, False, 2000.0, True),
        # Not yet shut for twenty minutes.
        (290.0, 280.0, False, 1000.0, False),
        # Within the limits, but not by a kelvin: stays open, does not open.
        (290.0, 287.5, True, 0.0, True),
        (290.0, 287.5, False, 2000.0, False),
        (290.0, 264.5, True, 0.0, True),
        (290.0, 264.5, False, 2000.0, False),
        # Too moist, too dry, no colder than the air that returns at 300 K.
        (290.0, 288.5, True, 0.0, False),
        (290.0, 263.5, True, 0.0, False),
        (300.5, 280.0, True, 0.0, False),
        # Colder by 1 K: stays open, does not open.
        (299.0, 280.0, True, 0.0, True),
        (299.0, 280.0, False, 2000.0, False),
    ],
)
def test_when_outdoor_air_is_let_in(dry: float, dew: float, was_open: bool, rested: float, opens: bool) -> None:
    now = state(10e3)
    now.open[:], now.rested[:] = float(was_open), rested
    controls, _ = controlled(law(2e3), now, 298.0, dry, dew)
    assert bool(now.open[0]) is opens
    assert bool(controls.outdoor[0] > 0.0) is opens
    if not opens:
        assert now.rested[0] == (SECONDS if was_open else rested + SECONDS)


def test_a_hall_on_outdoor_air_by_hand() -> None:
    """9.2 kW and 0.8 hot, 0.2 of fans; 0.4 kW/K x 17 K + 0.34 x 10 kW = 10.2 kW leave with the air."""
    now = second(297.0, 9200.0, 0.0, 0.0, (400.0, 0.34))
    assert now.air[0] == pytest.approx(297.0, abs=1e-12)
    assert now.outdoor_heat[0] == pytest.approx(10.2e3, rel=1e-12)
    assert now.coil_heat[0] == 0.0


def test_coils_see_the_air_that_outdoor_air_is_mixed_into() -> None:
    """
    10 kW warm the 1 kW/K that return by 10 K, to 307 K; a fifth of it is changed for air of 280 K: 5.4 kW.

    What is left, 301.6 K, is 11.6 K above the water; coils of 4.8 kW at that keep the hall's 10.2 kW in balance.
    """
    rate = 4.8e3 / 11.6
    effectiveness = rate / 1e3
    now = second(297.0, 9200.0, rate, rate * 1e-3 - effectiveness * 0.2, (200.0, 0.2), effectiveness * 200.0)
    assert now.air[0] == pytest.approx(297.0, abs=1e-12)
    assert now.coil_heat[0] == pytest.approx(4.8e3, rel=1e-12)
    assert now.outdoor_heat[0] == pytest.approx(5.4e3, rel=1e-12)
