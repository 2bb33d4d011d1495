"""Second-order modes and the limits they set, by hand and by integration."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import modes, swings
from twin.grid.modes import Mode

MODE = Mode("between areas", 0.5, 0.05)


def test_amplification_by_hand() -> None:
    """One at rest, 1 / (2 x 0.05) = 10 at resonance, 1/3 at twice the frequency less its damping's part."""
    np.testing.assert_allclose(
        modes.amplification(MODE, np.array([0.0, 0.5, 1.0])), [1.0, 10.0, 1.0 / np.hypot(3.0, 0.2)], rtol=1e-12
    )
    assert modes.highest_amplification((MODE,), np.array([5.0]))[0] == 1.0
    assert modes.allowed_by_modes(np.array([10e6]), np.array([0.5]), (MODE,))[0] == pytest.approx(1e6)


def test_a_step_answers_as_the_closed_form() -> None:
    step, pulse, damping = 0.01, np.pi, 0.05
    time = step * np.arange(3001)
    found = modes.forced(np.concatenate([[0.0], np.ones(3000)]), step, MODE)
    free = pulse * np.sqrt(1.0 - damping**2)
    expected = 1.0 - np.exp(-damping * pulse * time) * (
        np.cos(free * time) + damping / np.sqrt(1.0 - damping**2) * np.sin(free * time)
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("hertz", [0.1, 0.5, 1.5])
def test_a_lasting_swing_answers_by_the_amplification(hertz: float) -> None:
    """After twenty time constants of 6.4 s; held steps of 10 ms take less than 0.1 %."""
    time = 0.01 * np.arange(20_000)
    answer = modes.forced(np.sin(2.0 * np.pi * hertz * time), 0.01, MODE)[13_000:]
    assert np.ptp(answer) / 2.0 == pytest.approx(float(modes.amplification(MODE, hertz)), rel=1e-3)


@pytest.mark.parametrize("hertz", [0.02, 0.1, 0.4])
def test_a_sine_at_its_limit_sits_on_it(hertz: float) -> None:
    """10 MW in 5 s: the sine that is allowed shows 10 MW in the detector, and a ramp limit its ramp."""
    time = np.arange(0.0, 300.0, 0.01)
    swing = 10e6 / modes.swing_in_window(hertz, 5.0)
    power = swing / 2.0 * np.sin(2.0 * np.pi * hertz * time)
    assert swings.largest_range(power, 0.01, 5.0).size == pytest.approx(10e6, rel=1e-3)
    allowed = modes.swing_under_ramp(0.02, 1e6, 10.0)
    slow = allowed / 2.0 * np.sin(2.0 * np.pi * 0.02 * time)
    assert swings.ramps(slow, 0.01, 10.0)[0].size == pytest.approx(1e6, rel=1e-3)


def test_ten_megawatts_peak_to_peak_are_allowed_from_a_tenth_of_a_hertz_on() -> None:
    assert modes.swing_in_window(np.array([0.1, 1.0, 50.0]), 5.0).tolist() == [1.0, 1.0, 1.0]
