"""The flickermeter against the tables of IEC 61000-4-15, edition 2 (2010)."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import flicker
from twin.grid.flicker import AMERICA, EUROPE, Lamp

RATE, LENGTH, SETTLED = 2000.0, 720.0, 120.0
"""[Hz], [s], [s]: of the test signals; ten minutes are judged."""

RECTANGULAR = {
    EUROPE: {1: 2.715, 2: 2.191, 7: 1.450, 39: 0.894, 110: 0.722, 1620: 0.407, 4000: 2.343},
    AMERICA: {1: 3.181, 2: 2.564, 7: 1.694, 39: 1.040, 110: 0.844, 1620: 0.548, 4800: 4.837},
}
"""
Table 5: changes a minute, and their size [%], each for Pst = 1 within 5 %; the fastest is 4,800 a minute at 60 Hz.

As printed in qwtb/qwtb, alg_flicker_sim/verify_flicker_sim.m (M. Sira, Czech Metrology Institute).
"""

SINUSOIDAL = {
    EUROPE: {0.5: 2.325, 1.5: 1.067, 3: 0.645, 5: 0.396, 8.8: 0.250, 12: 0.314, 18: 0.590, 25: 1.037},
    AMERICA: {0.5: 2.453, 1.5: 1.126, 3: 0.717, 5: 0.466, 8.8: 0.321, 12: 0.417, 18: 0.811, 25: 1.464},
}
"""Tables 1a and 1b, some rows: frequency [Hz], size [%], each for a highest sensation of 1 within 8 %."""


def wave(lamp_hertz: float, modulation: np.ndarray) -> np.ndarray:
    return modulation * np.sin(2.0 * np.pi * lamp_hertz * np.arange(modulation.size) / RATE)


HERTZ = {EUROPE: 50.0, AMERICA: 60.0}


def rows(table: dict[Lamp, dict[float, float]]) -> list[tuple[Lamp, float, float]]:
    return [(lamp, rate, size) for lamp, sizes in table.items() for rate, size in sizes.items()]


@pytest.mark.parametrize(("lamp", "changes", "size"), rows(RECTANGULAR))
def test_rectangular_changes_of_the_standard(lamp: Lamp, changes: float, size: float) -> None:
    """Of an instantaneous voltage, as an instrument is tested; the standard allows 5 %."""
    time = np.arange(0.0, LENGTH, 1.0 / RATE)
    voltage = wave(HERTZ[lamp], 1.0 + size / 200.0 * np.where((time * changes / 60.0) % 2.0 < 1.0, 1.0, -1.0))
    sensed = flicker.sensation(voltage**2, RATE, lamp)[round(SETTLED * RATE) :]
    assert flicker.severity(sensed) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("lamp", "hertz", "size"), rows(SINUSOIDAL))
def test_sinusoidal_changes_of_the_standard(lamp: Lamp, hertz: float, size: float) -> None:
    time = np.arange(0.0, 60.0, 1.0 / RATE)
    magnitude = 1.0 + size / 200.0 * np.sin(2.0 * np.pi * hertz * time)
    assert flicker.sensation(magnitude**2, RATE, lamp)[round(30.0 * RATE) :].max() == pytest.approx(1.0, abs=0.08)


def test_the_magnitude_tells_what_the_voltage_tells() -> None:
    """At 39 changes a minute and steps of 5 ms, 10 minutes: within a per cent of the instantaneous voltage."""
    time = np.arange(0.0, 600.0, 0.005)
    magnitude = 1.0 + 0.00447 * np.where((time * 39.0 / 60.0) % 2.0 < 1.0, 1.0, -1.0)
    assert flicker.of_magnitude(magnitude, 0.005, EUROPE) == (pytest.approx(1.0, abs=0.01),)
    assert len(flicker.of_magnitude(np.ones(240_000), 0.005, EUROPE)) == 2


@pytest.mark.parametrize("hertz", [0.5, 1.0, 8.8, 20.0])
def test_a_sine_in_closed_form(hertz: float) -> None:
    """Twice the change is twice the severity, and the meter agrees within what sampling at 2 kHz bends."""
    time = np.arange(0.0, 120.0, 1.0 / RATE)
    sensed = flicker.sensation((1.0 + 0.005 * np.sin(2.0 * np.pi * hertz * time)) ** 2, RATE, AMERICA)
    found = flicker.severity(sensed[round(60.0 * RATE) :])
    assert found == pytest.approx(flicker.of_sine(hertz, 0.01, AMERICA), rel=2e-3)
    assert flicker.of_sine(hertz, 0.02, AMERICA) == pytest.approx(2.0 * flicker.of_sine(hertz, 0.01, AMERICA))


def test_long_term_is_a_cubic_mean() -> None:
    """Eleven of 0 and one of 1: cube root of 1/12."""
    assert flicker.long_term(np.array([1.0] + [0.0] * 11)) == pytest.approx(12.0 ** (-1.0 / 3.0))


def test_a_constant_voltage_does_not_flicker() -> None:
    assert flicker.short_term(np.full(20_000, 1.02), RATE, EUROPE) == pytest.approx(0.0, abs=1e-9)


def test_slow_series_are_refused() -> None:
    with pytest.raises(ValueError, match="tell nothing above 20 Hz; flicker takes 25 Hz"):
        flicker.of_magnitude(np.ones(100), 0.02, flicker.lamp(50.0))
