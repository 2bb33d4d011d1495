"""Controls of the halls' air and its step, each against numbers worked by hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from tests.twin import small_site as small
from twin.cooling import hall_air
from twin.thermal import halls

SECONDS = 10.0


def law() -> hall_air.HallLaw:
    """
    Give one hall of round numbers: coils and fans in straight lines up to 5 kW/K and 1 kW, fans at least at 0.3.

    Over 120 s the hall's 0.12 MJ/K give 1 kW for each kelvin of deviation. At every position a tenth of what the coils
    move for a kelvin comes back as a rise of a kelvin a kilowatt.
    """
    one, position = np.ones(1), hall_air.POSITIONS[:, np.newaxis]
    return hall_air.HallLaw(
        air_capacity=0.12e6 * one,
        set_point=298.0 * one,
        coil_rate=5e3 * position,
        coil_share=0.5 * position,
        fan_power=1e3 * np.maximum(position, 0.3),
        air_loop=np.zeros(1, dtype=np.int64),
    )


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
    now = hall_air.HallState(np.array([hot]), np.array([hot + 1500.0]))
    controls, sums = hall_air.no_controls(1), hall_air.tally(1, 1)
    halls.control(law(), now, controls, sums, np.array([air]), np.array([295.0]), np.array([200.0]), SECONDS, 0)
    assert controls.coil[0] == pytest.approx(position * 5e3, rel=1e-12)
    assert controls.coil_share[0] == pytest.approx(position * 0.5, rel=1e-12)
    assert controls.losses[0] == 200.0
    assert controls.fans[0] == pytest.approx(fan, rel=1e-12)
    assert sums.fans[0] == pytest.approx(SECONDS * fan, rel=1e-12)
    assert sums.power[0] == pytest.approx(fan, rel=1e-12)


def test_a_step_is_remembered_for_the_next() -> None:
    now = hall_air.state(1)
    held = hall_air.no_controls(1)._replace(losses=np.array([300.0]), fans=np.array([50.0]))
    hall_air.remember(now, held, np.array([4e3]))
    assert now.hot[0] == 4300.0
    assert now.whole[0] == 4350.0


class Forcing(NamedTuple):
    """What a second of a hall reads of `tables.Forcing`."""

    coil: np.ndarray
    coil_ramp: np.ndarray
    coil_conductance: np.ndarray
    coil_share: np.ndarray
    hall_losses: np.ndarray
    hall_fans: np.ndarray
    air_capacity: np.ndarray


class Air(NamedTuple):
    """A hall's part of `tables.ThermalState`, and of `tables.Tally`."""

    air: np.ndarray
    air_ramp: np.ndarray
    coil_heat: np.ndarray


def second(air: float, blown: float, conductance: float, share: float) -> Air:
    """Step a hall of 100 kJ/K for a second; water at 290 K, 800 W of losses and 200 W of fans."""
    values = (290.0, 0.0, conductance, share, 800.0, 200.0, 100e3)
    now = Air(np.array([air]), np.zeros(1), np.zeros(1))
    halls.hall_second.py_func(0, 0, blown, now, Forcing(*(np.array([value]) for value in values)), now)
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
