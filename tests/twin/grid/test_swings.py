"""Ramps, ranges and bands of a series, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from twin.grid import swings


def sine(frequency: float, amplitude: float, step: float, length: float) -> np.ndarray:
    return 100e6 + amplitude * np.sin(2.0 * np.pi * frequency * np.arange(0.0, length, step))


def test_a_sine_of_ten_megawatts_sits_on_the_limit_of_ten_megawatts_in_five_seconds() -> None:
    """Peak to peak 10 MW at 0.1 Hz: half a period is 5 s, so that a window of 5 s holds both ends; of 4 s, less."""
    power = sine(0.1, 5e6, 0.01, 60.0)
    assert swings.largest_range(power, 0.01, 5.0).size == pytest.approx(10e6, rel=1e-6)
    # Around a zero crossing, 4 s of it span 2 sin(0.2 pi 2) of the amplitude.
    assert swings.largest_range(power, 0.01, 4.0).size == pytest.approx(2.0 * 5e6 * np.sin(0.4 * np.pi), rel=1e-4)


def test_the_largest_range_says_where_its_window_begins() -> None:
    power = np.full(100, 1.0)
    power[40:] = 3.0
    found = swings.largest_range(power, 1.0, 5.0)
    assert found.size == 2.0
    assert 35.0 <= found.time <= 39.0


@pytest.mark.parametrize("window", [1.0, 7.0, 30.0])
def test_ranges_agree_with_every_window_one_by_one(window: float) -> None:
    power = np.random.default_rng(2).normal(size=200)
    length = int(window) + 1
    plain = [np.ptp(power[n : n + length]) for n in range(200 - length + 1)]
    found = swings.largest_range(power, 1.0, window)
    assert found.size == pytest.approx(max(plain))
    assert found.time == float(np.argmax(plain))


def test_ramps_are_means_over_the_window() -> None:
    """300 MW at once are 5 MW/s over a minute, and half of it over two; the fall back is the same."""
    power = np.concatenate([np.zeros(200), np.full(200, 300e6), np.zeros(200)])
    for window, slope in ((60.0, 5e6), (120.0, 2.5e6)):
        up, down = swings.ramps(power, 1.0, window)
        assert up.size == pytest.approx(slope)
        assert down.size == pytest.approx(slope)
        assert 200.0 - window <= up.time < 200.0 <= down.time + window


def test_three_quarters_of_ramps() -> None:
    """Of 100 ramps of a minute, 20 are 6 MW a minute and 80 none: the 75 % quantile is none, that of 90 % is 6."""
    power = np.cumsum(np.repeat([0.0, 0.1e6], [1200 * 4 // 5, 1200 // 5]))
    assert swings.quantile_of_ramps(power, 1.0, 1.0, 0.75) == pytest.approx(0.0, abs=1e-6)
    assert swings.quantile_of_ramps(power, 1.0, 1.0, 0.9) == pytest.approx(0.1e6)


def test_a_band_keeps_its_own_and_nothing_else() -> None:
    """
    Of 4 MW at 0.5 Hz and 9 MW at 3 Hz, a band from 0.1 to 1 Hz keeps the first; energies are as 16 to 81.

    Ringing from the ends falls off with time: a period of 0.1 Hz away it is below 1 % of the 13 MW that swing.
    """
    slow, fast = sine(0.5, 4e6, 0.01, 60.0) - 100e6, sine(3.0, 9e6, 0.01, 60.0) - 100e6
    kept = swings.in_band(slow + fast, 0.01, 0.1, 1.0)
    inner = slice(1000, -1000)
    assert np.max(np.abs(kept[inner] - slow[inner])) < 0.01 * 13e6
    found = swings.spectrum(slow + fast, 0.01, 1.0, 20.0)
    assert found.peak == pytest.approx(3.0)
    assert found.amplitude == pytest.approx(9e6, rel=1e-3)
    assert found.energy == pytest.approx(81.0 / 97.0, rel=1e-3)


def test_a_step_at_the_ends_is_no_swing() -> None:
    """A series that ends 300 MW above its beginning has nothing in a band but what its ramp has: by hand nothing."""
    power = np.linspace(0.0, 300e6, 3600)
    assert np.ptp(swings.in_band(power, 1.0, 0.1, 0.4)) < 0.3e6


def test_a_band_beyond_what_the_series_tells_is_refused() -> None:
    assert swings.highest_readable(1.0) == pytest.approx(0.4)
    with pytest.raises(ValueError, match=r"nothing above 0\.4 Hz"):
        swings.in_band(np.arange(100.0), 1.0, 0.1, 55.0)
