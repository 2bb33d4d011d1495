"""An island of generating sets, against closed forms and the law of energy."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import island
from twin.grid.island import Fleet, Load, Support

HERTZ = 60.0


def fleet(**changed: float) -> Fleet:
    """Give 100 MW of sets: H of 2 s, droop of 4 % without reset, lags of 0.05 and 0.3 s, nothing in the way."""
    given = {
        "rating": 100e6,
        "inertia": 2.0,
        "droop": 0.04,
        "reset": np.inf,
        "fuel_time": 0.05,
        "power_time": 0.3,
        "step": 1.0,
        "ramp": 10.0,
    }
    return Fleet(*(np.array([value]) for value in (given | changed).values()))


def test_droop_leaves_what_it_says() -> None:
    """20 of 100 MW at 4 % and a load without damping: 0.8 % of 60 Hz."""
    found = island.course(fleet(), island.step(50e6, 70e6, 0.0, 30.0), HERTZ)
    assert found.deviation[-1] == pytest.approx(-0.04 * 0.2 * HERTZ, rel=1e-4)
    assert found.power[-1, 0] == pytest.approx(70e6, rel=1e-5)


def test_at_first_frequency_falls_by_inertia_alone() -> None:
    """-dP f / (2 H S): 20 MW of 2 x 200 MW s, 3 Hz/s; over the first 20 ms lags have given less than a tenth."""
    found = island.course(fleet(), island.step(50e6, 70e6, 0.0, 3.0), HERTZ)
    after = np.flatnonzero(found.time > 1.0)[0]
    assert found.deviation[after] / (found.time[after] - 1.0) == pytest.approx(-3.0, rel=0.02)


def test_reset_brings_frequency_back() -> None:
    found = island.course(fleet(reset=2.0), island.step(50e6, 70e6, 0.0, 60.0), HERTZ)
    assert abs(found.deviation[-1]) < 1e-3
    assert found.power[-1, 0] == pytest.approx(70e6, rel=1e-4)


@pytest.mark.parametrize("period", [0.5, 2.0, 10.0])
def test_a_small_sine_is_the_closed_form(period: float) -> None:
    """Drawn straight between 40 points a period, 0.1 % of its fundamental; after 20 s nothing of the start is left."""
    time = np.arange(0.0, 20.0 + 3.0 * period, period / 40.0)
    load = Load(time, 50e6 + 0.5e6 * np.sin(2.0 * np.pi * time / period), 1.0)
    found = island.course(fleet(), load, HERTZ)
    late = found.deviation[found.time > 20.0 + period]
    expected = island.swing_amplitude(fleet(), 1e6, period, HERTZ, 50e6, 1.0)
    assert 0.5 * np.ptp(late) == pytest.approx(expected, rel=5e-3)


def test_energy_is_kept() -> None:
    """What sets and battery give is drawn, or turns: 2 H S dw to first order, at each instant from the last."""
    plant, help_ = fleet(ramp=0.02, step=0.1), Support(10e6, 0.01, 0.05)
    load = island.square(40e6, 70e6, 2.0, 0.6, 5, 0.5, 1.0)
    found = island.course(plant, load, HERTZ, help_)
    surplus = found.power.sum(axis=1) + found.support - found.load
    steps = np.diff(found.time)
    given = np.sum(0.5 * (surplus[1:] + surplus[:-1]) * steps)
    turned = 2.0 * 200e6 * found.deviation[-1] / HERTZ
    # samples of 20 ms by trapezia: a few ten-thousandths of the 300 MJ that pass
    assert given == pytest.approx(turned, abs=2e-4 * np.sum(found.load[1:] * steps))


def test_what_comes_at_once_and_what_comes_by_a_ramp() -> None:
    """10 % at once and 2 % a second: 30 % more takes (30 - 10) / 2 = 10 s."""
    slow = fleet(step=0.1, ramp=0.02, droop=0.01)
    found = island.course(slow, island.step(50e6, 80e6, 2.0, 4.0), HERTZ)
    at = np.interp(2.5, found.time, found.power[:, 0])
    # 50 MW, 10 MW at once, and 2 MW/s for 1.5 s less the lags of 0.35 s
    assert at == pytest.approx(50e6 + 10e6 + 2e6 * (1.5 - 0.35), rel=0.01)


def test_largest_step_that_a_band_allows() -> None:
    """A step of that size touches the band: 3 Hz, to a thousandth of the range of 50 MW."""
    plant = fleet(step=0.2, ramp=0.05)
    size = island.acceptance(plant, 50e6, 3.0, HERTZ, 0.5)
    inside = island.course(plant, island.step(50e6, 50e6 + size, 0.5, 16.0), HERTZ)
    outside = island.course(plant, island.step(50e6, 50e6 + size + 0.1e6, 0.5, 16.0), HERTZ)
    assert np.abs(inside.deviation).max() <= 3.0 < np.abs(outside.deviation).max()
    assert 0.0 < size < 50e6


def test_the_loss_of_a_set_is_a_step_for_the_others() -> None:
    """One of ten at 80 MW: 72 MW are left, 8 MW are to be found, and droop leaves 8/90 of 4 %."""
    found = island.loss_of_a_set(fleet(), np.array([10e6]), 80e6, HERTZ, 0.0)
    assert found.power[0, 0] == pytest.approx(72e6)
    assert found.deviation[-1] == pytest.approx(-0.04 * (8.0 / 90.0) * HERTZ, rel=1e-3)


def test_a_battery_takes_the_swing() -> None:
    """The larger it is, the smaller the swing of frequency; at last it takes nearly all of the load's."""
    load = island.square(40e6, 60e6, 2.0, 0.5, 8, 0.0, 1.0)
    swings = [
        np.ptp(island.course(fleet(), load, HERTZ, Support(size, 0.002, 0.05)).deviation) for size in (1.0, 5e6, 20e6)
    ]
    assert swings[0] > swings[1] > swings[2]
    assert swings[2] < 0.3 * swings[0]


def test_the_largest_value_of_a_range() -> None:
    assert island.largest(lambda _: True, 0.0, 8.0) == 8.0
    assert island.largest(lambda value: value <= 3.0, 0.0, 8.0) == pytest.approx(3.0, abs=8e-3)
