"""Equipment through an event of the grid, against what can be worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.grid import disturbances
from twin.grid import ride_through_machine as machine
from twin.grid.ride_through import Curve
from twin.grid.ride_through_machine import Groups, Passage, Trips

STEP = 1e-3
NO_TRIPS = Trips(
    np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), np.zeros(0), np.zeros(0)
)
SUPPLY: dict[str, float] = {
    "power": 1e6,
    "current_limit": 1.25,
    "least_voltage": 0.1,
    "hold_up": 0.02,
    "battery": 0.0,
    "assists": False,
    "charge": 0.0,
    "return_low": 0.9,
    "return_high": 1.1,
    "return_delay": 2.0,
    "ramp": 4.0,
    "restarts": False,
    "count_level": 0.9,
    "last_sag": 0,
    "count_window": 60.0,
    "standby_delay": np.inf,
    "standby_return": 300.0,
}
BATTERY = SUPPLY | {"battery": 3e8, "charge": 1e5}
UPS = BATTERY | {"hold_up": 0.0, "assists": True}


def groups(*rows: dict[str, float]) -> Groups:
    kinds = {"assists": np.bool_, "restarts": np.bool_, "last_sag": np.int64}
    return Groups(*(np.array([row[name] for row in rows], dtype=kinds.get(name, float)) for name in Groups._fields))


def through(
    row: dict[str, float], depth: float, duration: float, horizon: float = 20.0, trips: Trips = NO_TRIPS
) -> Passage:
    voltage = disturbances.sags(np.array([1.0]), np.array([duration]), np.array([depth]), horizon, STEP)
    return machine.passage(groups(row), trips, voltage, np.full(voltage.size, 60.0), STEP)


def story(found: Passage) -> list[tuple[float, str]]:
    _, times, states = disturbances.departures(found.state, STEP)
    return [(round(float(time), 3), machine.STATES[state]) for time, state in zip(times, states, strict=True)]


def test_hold_up_carries_as_long_as_it_says() -> None:
    """20 ms of whole power: a sag to nothing of 20 ms is not felt, one of 25 ms ends it, without a battery for good."""
    kept = through(SUPPLY, 0.0, 0.020)
    assert story(kept) == []
    assert kept.missing.max() == 0.0
    assert story(through(SUPPLY, 0.0, 0.025)) == [(1.02, "lost")]


def test_a_shallow_sag_drains_capacitors_only_by_what_current_does_not_give() -> None:
    """At 0.4 per unit a limit of 1.25 gives half the power, so that 20 ms last for 40; at 0.8 and above for ever."""
    assert story(through(SUPPLY, 0.4, 0.040)) == []
    assert story(through(SUPPLY, 0.4, 0.045)) == [(1.04, "lost")]
    assert story(through(SUPPLY, 0.8, 10.0)) == []
    halved = through(SUPPLY, 0.4, 0.040)
    assert halved.drawn[1000:1040, 0] == pytest.approx(0.5e6)
    assert halved.held[1000:1040, 0] == pytest.approx(0.5e6)


def test_capacitors_are_charged_again_with_what_current_is_left() -> None:
    """20 kJ at 0.25 MW to spare: 80 ms, in which 1.25 MW are drawn."""
    found = through(SUPPLY, 0.0, 0.020)
    assert found.drawn[1020:1100, 0] == pytest.approx(1.25e6)
    assert found.drawn[1101:, 0] == pytest.approx(1e6)


def test_a_battery_takes_over_and_hands_back() -> None:
    """Away at the end of hold-up; 2 s of good voltage from the sag's end at 1.1 s, then 4 s of ramp."""
    found = through(BATTERY, 0.0, 0.1)
    assert story(found) == [(1.02, "away"), (3.1, "returning"), (7.1, "connected")]
    # 80 ms of sag left, 2 s of waiting, and half of the ramp's 4 s (its first sample has already risen by a step)
    assert 3e8 - found.energy[7099, 0] == pytest.approx(1e6 * (0.08 + 2.0 + 2.0), rel=1e-3)
    assert found.drawn[8000:, 0] == pytest.approx(1.1e6)  # charging at a tenth
    assert found.missing.max() == 0.0


def test_a_battery_on_the_link_only_helps() -> None:
    """Without a relay a UPS stays: at 0.4 per unit half of the power comes from the battery."""
    found = through(UPS, 0.4, 5.0)
    assert story(found) == []
    assert 3e8 - found.energy[5999, 0] == pytest.approx(0.5e6 * 5.0, rel=1e-9)


def test_a_battery_that_is_empty_is_no_battery() -> None:
    found = through(BATTERY | {"battery": 1e6}, 0.0, 5.0)
    assert story(found) == [(1.02, "away"), (2.02, "lost")]
    assert found.missing[-1, 0] == 1e6


def test_drives_stop_and_start_by_themselves() -> None:
    found = through(SUPPLY | {"restarts": True}, 0.0, 0.5)
    assert story(found) == [(1.02, "away"), (3.5, "returning"), (7.5, "connected")]
    assert found.missing[1100, 0] == 1e6
    assert found.missing[5500, 0] == pytest.approx(0.5e6, rel=1e-3)


def test_a_curve_becomes_relays() -> None:
    """20 ms below 0.7, half a second below 0.8, 2 s above 1.1: what is longer leaves, at the next sample."""
    low, high, time = np.array([[0.0, 0.7, 0.02], [0.7, 0.8, 0.5], [0.8, 1.1, np.inf], [1.1, 1.2, 2.0]]).T
    trips = machine.trips_of(Curve(low, high, time), 0, machine.VOLTAGE, 1.0)
    assert trips.level.tolist() == [0.7, 0.8, 1.1, 1.2]
    assert trips.above.tolist() == [False, False, True, True]
    assert story(through(UPS, 0.6, 0.020, trips=trips)) == []
    assert story(through(UPS, 0.6, 0.021, trips=trips))[0] == (1.02, "away")
    assert story(through(UPS, 0.75, 0.6, trips=trips))[0] == (1.5, "away")
    assert story(through(UPS, 1.15, 2.5, trips=trips))[0] == (3.0, "away")
    assert story(through(UPS, 1.25, 0.5, trips=trips))[0] == (1.0, "away")
    assert story(through(UPS, 0.85, 10.0, trips=trips)) == []


def test_a_curve_that_ends_above_nothing_leaves_at_once_below_its_end() -> None:
    """57 Hz is the last that a code names."""
    low, high, time = np.array([[57.0, 58.8, 299.0], [58.8, 61.2, np.inf], [61.2, 61.8, 299.0]]).T
    trips = machine.trips_of(Curve(low, high, time), 0, machine.FREQUENCY, 60.0)
    assert sorted(zip(trips.level.tolist(), trips.delay.tolist(), strict=True)) == [
        (57.0, 0.0),
        (58.8, 299.0),
        (61.2, 299.0),
        (61.8, 0.0),
    ]
    frequency = np.full(3000, 60.0)
    frequency[1000:] = 56.9
    found = machine.passage(groups(UPS), trips, np.ones(3000), frequency, STEP)
    assert story(found) == [(1.0, "away")]


def test_the_third_sag_within_a_minute_is_one_too_many() -> None:
    """Sags of 5 ms, which nothing feels; at 0, 20 and 40 s it leaves with the third, at 0, 40 and 80 s it does not."""
    for gap, expected in ((20.0, [(41.0, "kept away")]), (40.0, [])):
        times = 1.0 + gap * np.arange(3)
        voltage = disturbances.sags(times, np.full(3, 0.005), np.zeros(3), 90.0, STEP)
        found = machine.passage(groups(UPS | {"last_sag": 3}), NO_TRIPS, voltage, np.full(voltage.size, 60.0), STEP)
        assert story(found) == expected
        assert found.sags.tolist() == [3]


def test_standby_sets_carry_what_is_away_for_long() -> None:
    """From 13 s away on, counted from the sample after it left; back 5 s after voltage is, at 31 s."""
    row = BATTERY | {"standby_delay": 13.0, "standby_return": 5.0, "ramp": 1.0}
    found = through(row, 0.0, 30.0, 45.0)
    assert story(found) == [(1.02, "away"), (14.021, "on standby sets"), (36.0, "returning"), (37.0, "connected")]
    assert 3e8 - found.energy[20000, 0] == pytest.approx(13e6, rel=1e-3)
    assert found.standby[20000, 0] == 1e6
    # while it ramps back the sets, not the battery, hold the rest
    assert found.standby[36500, 0] == pytest.approx(0.5e6, rel=1e-6)
    assert found.battery[36500, 0] == 0.0


@given(
    depths=st.lists(st.floats(0.0, 1.25), min_size=1, max_size=6),
    hold_up=st.floats(0.0, 0.1),
    battery=st.sampled_from([0.0, 2e5, 3e8]),
    assists=st.booleans(),
    restarts=st.booleans(),
    count=st.integers(0, 4),
)
def test_power_is_shared_among_what_gives_it(
    depths: list[float], hold_up: float, battery: float, assists: bool, restarts: bool, count: int
) -> None:
    """In every sample, to rounding; and a battery's energy is what it was less what it gave."""
    row = SUPPLY | {"hold_up": hold_up, "battery": battery, "assists": assists, "restarts": restarts, "last_sag": count}
    row |= {"charge": 1e5, "standby_delay": 3.0, "return_delay": 0.2, "ramp": 0.3, "standby_return": 0.5}
    size = len(depths)
    times = 0.1 + 0.7 * np.arange(size)
    voltage = disturbances.sags(times, np.full(size, 0.3), np.array(depths), 6.0, STEP)
    found = machine.passage(groups(row), NO_TRIPS, voltage, np.full(voltage.size, 60.0), STEP)
    given_ = found.drawn + found.held + found.battery + found.standby + found.missing
    assert np.abs(given_ - 1e6).max() < 1e-6  # W of 1 MW
    assert found.drawn.min() >= 0.0
    assert found.missing.min() >= 0.0
    left = battery - STEP * np.cumsum(found.battery, axis=0)
    assert np.abs(found.energy - left).max() <= 1e-6 * max(battery, 1.0)
    assert found.energy.min() >= -1e-6
