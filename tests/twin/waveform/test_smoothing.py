"""Devices at the package: floors, ramps and their costs, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.waveform.test_job import PLAIN
from twin.waveform import job as jobs
from twin.waveform import smoothing
from twin.waveform.smoothing import Dummy, Smoothing

STEP, RATED = 0.01, 1000.0
FREE = Smoothing(0.8, 1e9, 1e9, 1e9, 1.1)
"""Floor of 80 %, without ramps, held for good."""


@pytest.fixture(scope="module")
def asked() -> np.ndarray:
    """Give 500 to 1,000 W, half of the time each, from 1 s on; begun within an iteration."""
    return RATED * jobs.activity(PLAIN, 1, 201.0, STEP)[:, 100:]


def test_a_floor_costs_what_the_closed_form_says(asked: np.ndarray) -> None:
    """Half of the time 300 W more on a mean of 750 W: a fifth, less what edges share."""
    drawn = smoothing.smoothed(asked, STEP, RATED, FREE, running=True)
    np.testing.assert_allclose(drawn, np.maximum(asked, 800.0))
    found = smoothing.cost(asked, drawn, 0.0)
    assert found.energy == pytest.approx(smoothing.overhead(asked, 800.0), rel=1e-12)
    assert found.energy == pytest.approx(0.5 * 300.0 / 750.0, rel=0.01)
    assert found.performance == 0.0


def test_the_highest_floor_costs_a_tenth_on_a_wave_like_the_papers() -> None:
    """A wave that asks for 40 % a fifth of the time, else 1: 0.2 x 0.5 / 0.88 = 11 % at a floor of 90 %."""
    wave = np.where(np.arange(1000) % 10 < 8, 1.0, 0.4)[np.newaxis] * RATED
    drawn = smoothing.smoothed(wave, STEP, RATED, FREE._replace(percent_tmp_floor=0.9))
    assert smoothing.cost(wave, drawn, 0.0).energy == pytest.approx(0.2 * 0.5 / 0.88)


def test_a_start_waits_for_its_ramp_and_an_end_falls_by_its_own() -> None:
    """
    From 100 W to full at once, at 100 W/s to a floor of 800 W: seven seconds; below it the rest is withheld.

    At the end the floor is held for 2 s, then falls by 200 W/s: 3.5 s to 100 W.
    """
    wave = np.concatenate([np.full(100, 100.0), np.full(1500, 1000.0), np.full(1000, 100.0)])[np.newaxis]
    drawn = smoothing.smoothed(wave, STEP, RATED, Smoothing(0.8, 100.0, 200.0, 2.0, 1.1))[0]
    assert drawn[99] == 100.0
    assert drawn[449] == pytest.approx(100.0 + 3.5 * 100.0)
    assert drawn[801] == 1000.0
    assert drawn[1600:1800].tolist() == [800.0] * 200
    assert drawn[1899] == pytest.approx(800.0 - 200.0)
    assert drawn[2150] == pytest.approx(100.0)
    # A triangle of 7 s from 900 to 200 W, of 15 s at 900 W of work, and the steps' half.
    found = smoothing.cost(wave, drawn[np.newaxis], 100.0)
    assert found.performance == pytest.approx(7.0 * 550.0 / (15.0 * 900.0), rel=2e-3)


def test_a_ceiling_cuts_peaks(asked: np.ndarray) -> None:
    drawn = smoothing.smoothed(1.3 * asked, STEP, RATED, FREE)
    assert drawn.max() == pytest.approx(1100.0)
    assert smoothing.cost(1.3 * asked, drawn, 0.0).performance > 0.0


def test_a_fifth_of_the_rating_remains_at_the_highest_floor(asked: np.ndarray) -> None:
    """Between 90 % and 1.1 times the rating."""
    drawn = smoothing.smoothed(1.2 * asked, STEP, RATED, FREE._replace(percent_tmp_floor=0.9))
    assert np.ptp(drawn) == pytest.approx(0.2 * RATED)


def test_dummy_work_comes_late(asked: np.ndarray) -> None:
    """20 ms of each communication of 0.99 s and more stay as they were; the rest is filled to 90 %."""
    drawn = smoothing.with_dummy_work(asked, STEP, RATED, Dummy(0.9, 0.02, 0.05))
    falls = np.flatnonzero(np.diff((asked[0] < 900.0).astype(int)) == 1) + 1
    assert np.all(drawn[0, falls] == asked[0, falls])
    assert np.all(drawn[0, falls + 1] == asked[0, falls + 1])
    assert np.all(drawn[0, falls + 2] == 900.0)
    np.testing.assert_array_equal(np.maximum(drawn, asked), drawn)
    assert smoothing.cost(asked, drawn, 0.0, 0.05).performance == 0.05
