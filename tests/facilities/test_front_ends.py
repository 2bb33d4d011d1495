"""Inputs of equipment as data, and what codes ask of them."""

from __future__ import annotations

import numpy as np
import pytest

from facilities import codes, front_ends
from facilities.codes import RideThrough
from facilities.front_ends import Fed
from twin.errors import FacilityError, UnknownNameError
from twin.grid import disturbances
from twin.grid import ride_through_machine as machine
from twin.grid.disturbances import Stays

STEP = 1e-3


def held(name: str, kind: str = "voltage_ride_through") -> Stays:
    """Hold a front end against NOGRR 282."""
    groups, trips = front_ends.groups([Fed(front_ends.load(name), 1e6)])
    limit = next(x for x in codes.load("ercot_nogrr282").limits if isinstance(x, RideThrough) and x.kind == kind)
    voltage = kind == "voltage_ride_through"
    part, within = limit.recovery or (0.9, np.inf)
    nominal, step = (1.0, STEP) if voltage else (60.0, 10.0 * STEP)
    return disturbances.stays(groups, trips, limit.curve, int(not voltage), nominal, 60.0, part, within, step)


def test_a_ups_set_by_itic_breaks_nogrr_282() -> None:
    """ITIC lets it leave below 0.7 after 20 ms, where 0.15, 0.25 and 0.5 s are asked for, and above 1.1 after 0.5 s."""
    found = held("ups_itic")
    broken = ~found.kept[:, 0]
    for value, required, left in zip(found.value[broken], found.required[broken], found.left[broken, 0], strict=True):
        expected = 0.5 if value > 1.0 else 0.02
        assert left == pytest.approx(expected, abs=STEP)
        assert left < required
    assert found.high[broken & (found.value < 1.0)].max() == 0.7
    assert found.low[broken & (found.value > 1.0)].tolist() == [1.1]
    assert set(found.required[broken]) == {0.15, 0.25, 0.5, 2.0}
    # 2 x 10 + 15 s of walk-in to 90 %: power is not back within 2 s either, where it left
    assert found.back[broken, 0] == pytest.approx(10.0 + 0.9 * 15.0, abs=2 * STEP)


def test_a_ups_set_beyond_nogrr_282_complies() -> None:
    """Voltage and frequency, with power back within 2 s."""
    assert held("ups_nogrr282").kept.all()
    assert held("ups_nogrr282", "frequency_ride_through").kept.all()


def test_supplies_alone_leave_with_their_hold_up() -> None:
    """15 ms of hold-up below the brown-out at 0.65 per unit; with a battery 20 ms, and back by itself."""
    alone, shelf = held("server_supply"), held("rack_battery")
    deep = alone.value < 0.65
    assert alone.left[deep, 0] == pytest.approx(0.015, abs=STEP)
    assert np.isinf(alone.back[deep, 0]).all()
    assert shelf.left[deep, 0] == pytest.approx(0.020, abs=STEP)
    assert np.isfinite(shelf.back[deep, 0]).all()


def test_power_that_comes_back_late_breaks_the_code_too() -> None:
    """It leaves only after it may, at the end of its own 0.18 s, and then needs 15 s of walk-in."""
    slow = front_ends.load("ups_nogrr282").model_copy(update={"ramp": front_ends.load("ups_itic").ramp})
    groups, trips = front_ends.groups([Fed(slow, 1e6)])
    voltage = disturbances.sags(np.array([0.1]), np.array([0.2]), np.array([0.1]), 20.0, STEP)
    found = machine.passage(groups, trips, voltage, np.full(voltage.size, 60.0), STEP)
    _, times, _ = disturbances.departures(found.state, STEP)
    assert times[0] == pytest.approx(0.1 + 1.2 * 0.15, abs=2 * STEP)
    back = np.flatnonzero(found.drawn[300:, 0] >= 0.9e6)[0] * STEP
    assert back == pytest.approx(0.2 + 0.9 * 15.0, abs=3 * STEP)
    assert back > 2.0


def test_every_front_end_is_read_and_says_where_its_numbers_come_from() -> None:
    for name in front_ends.names():
        assert {"assumed", "reported", "primary", "derived"} >= {each.basis for each in front_ends.numbers_of(name)}
    with pytest.raises(UnknownNameError, match="ups_itic"):
        front_ends.load("ups")


def test_a_code_without_a_curve_is_refused() -> None:
    with pytest.raises(FacilityError, match="has no voltage_ride_through"):
        front_ends.curve_of("dominion", "voltage_ride_through")
