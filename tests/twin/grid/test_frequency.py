"""Frequency after a step against the closed form of its authors, a recorded event, and another integrator."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from twin.grid import frequency
from twin.grid.frequency import Interconnection

SYSTEM = Interconnection(
    base=60e9, frequency=60.0, inertia=3.5, damping=1.0, droop=0.05, gain=0.5, fast_part=0.3, reheat_time=8.0
)


def closed_form(system: Interconnection, change: float, time: np.ndarray) -> np.ndarray:
    """
    Give equations 12 to 16 of Anderson and Mirheydar (1990), for under-damped systems.

    dw = -R P / (D R + K_m) (1 + a e^(-z w_n t) sin(w_r t + phi)).
    """
    h, d, r, k, f, t = system[2:]
    natural = math.sqrt((d * r + k) / (2 * h * r * t))
    damped = (2 * h * r + (d * r + k * f) * t) / (2 * (d * r + k)) * natural
    turning = natural * math.sqrt(1 - damped**2)
    size = math.sqrt((1 - 2 * t * damped * natural + t**2 * natural**2) / (1 - damped**2))
    phase = math.atan2(turning * t, 1 - damped * natural * t) - math.atan2(math.sqrt(1 - damped**2), -damped)
    swing = size * np.exp(-damped * natural * time) * np.sin(turning * time + phase)
    return -r * change / system.base / (d * r + k) * (1 + swing) * system.frequency


@pytest.mark.parametrize("step", [0.01, 1.0])
def test_a_step_is_the_closed_form(step: float) -> None:
    """To 1e-6 of a hertz, whatever the step: both are exact."""
    time = np.arange(0.0, 60.0, step)
    found = frequency.response(SYSTEM, np.full(time.size, 1e9), step)
    np.testing.assert_allclose(found, closed_form(SYSTEM, 1e9, time), atol=1e-6)


def test_a_ramp_is_the_integrator_s() -> None:
    """100 MW a second for ten seconds, then held; solved by Runge-Kutta to 1e-10."""
    time = np.arange(0.0, 40.0, 1.0)
    load = 1e8 * np.minimum(time, 10.0)

    def slope(now: float, state: np.ndarray) -> list[float]:
        asked = 1e8 * min(now, 10.0) / SYSTEM.base
        gain = SYSTEM.gain / SYSTEM.droop
        first = (-(SYSTEM.damping + gain * SYSTEM.fast_part) * state[0] - state[1] - asked) / (2 * SYSTEM.inertia)
        return [first, (gain * (1 - SYSTEM.fast_part) * state[0] - state[1]) / SYSTEM.reheat_time]

    solved = solve_ivp(slope, (0.0, 39.0), [0.0, 0.0], t_eval=time, rtol=1e-10, atol=1e-13, max_step=0.5)
    np.testing.assert_allclose(frequency.response(SYSTEM, load, 1.0), 60.0 * solved.y[0], atol=1e-6)


def test_rate_and_rest_by_hand() -> None:
    """1 GW of 60: -1/60 * 60 / 7 = -0.142857 Hz/s at first, and -1/60 * 60 / (1 + 10) = -0.0909091 Hz at last."""
    found = frequency.after_step(SYSTEM, 1e9)
    assert found.rate == pytest.approx(-0.142857, abs=1e-6)
    assert found.settled == pytest.approx(-0.0909091, abs=1e-6)
    assert found.extreme < found.settled


def test_load_that_is_lost_raises_frequency() -> None:
    assert frequency.after_step(SYSTEM, -1e9).extreme == pytest.approx(-frequency.after_step(SYSTEM, 1e9).extreme)


def test_a_gain_is_found_again() -> None:
    extreme = frequency.after_step(SYSTEM._replace(gain=0.37), 2e9).extreme
    assert frequency.fitted_gain(SYSTEM, 2e9, extreme) == pytest.approx(0.37, abs=1e-5)


def test_an_extreme_that_no_gain_has() -> None:
    with pytest.raises(ValueError, match=r"gains of 0.01 to 1 give .* Hz, not -30 Hz"):
        frequency.fitted_gain(SYSTEM, 1e9, -30.0)


def test_load_that_relays_take_off_stops_the_fall() -> None:
    """
    No governor and no damping: 10 % short at H = 5 s and 60 Hz falls by 0.6 Hz/s, so 59.3 Hz after 7/6 s.

    With 0.1 s of delay the first 5 % go at 1.2667 s and 59.24 Hz, halving the fall to 0.3 Hz/s; 59.1 Hz follows 0.467 s
    later, and the second stage, 0.1 s on, leaves balance at 59.07 Hz.
    """
    system = SYSTEM._replace(base=1e9, frequency=60.0, inertia=5.0, damping=1e-9, gain=1e-9)
    levels, parts = np.array([59.3, 59.1, 58.9]), np.full(3, 0.05)
    change = np.full(5001, 100e6)
    deviation, gone = frequency.with_shedding(system, change, 0.001, levels, parts, 0.1)
    stages = 0.001 * (np.flatnonzero(np.diff(gone)) + 1)
    assert stages == pytest.approx([0.7 / 0.6 + 0.1, 0.7 / 0.6 + 0.1 + 0.14 / 0.3 + 0.1], abs=0.003)
    assert gone[-1] == pytest.approx(100e6)
    assert deviation.min() == pytest.approx(-0.93, abs=0.002)
    untouched, none = frequency.with_shedding(system, 0.01 * change, 0.001, levels, parts, 0.1)
    assert none.max() == 0.0
    assert untouched == pytest.approx(frequency.response(system, 0.01 * change, 0.001))
