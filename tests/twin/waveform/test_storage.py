"""Storage beside a load: what it holds, gives and loses, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from twin.waveform import storage
from twin.waveform.storage import Storage

STEP = 0.01
WIDE = Storage(power=1e12, energy=1e12, round_trip=1.0, time_constant=1e4)
"""Without limits and losses, drawn at the load's mean."""


def square(swing: float, period: float, length: float) -> np.ndarray:
    """Give a wave around 500 MW, high for the first half of each period."""
    return 500e6 + swing * (np.where((STEP * np.arange(round(length / STEP)) / period + 1e-9) % 1.0 < 0.5, 0.5, -0.5))


@pytest.mark.parametrize(("period", "content"), [(2.0, 150e6), (10.0, 750e6)])
def test_a_square_wave_needs_a_quarter_of_swing_times_period(period: float, content: float) -> None:
    """300 MW of 2 s: 150 MJ, 42 kWh; of 10 s: 750 MJ, 208 kWh. Each way half of the swing passes the converter."""
    assert content == 300e6 * period / 4
    load = square(300e6, period, 100.0)
    found = storage.levelled(load, STEP, WIDE)
    assert np.ptp(found.content[round(period / STEP) :]) == pytest.approx(content, rel=1e-2)
    assert np.abs(found.drawn - load).max() == pytest.approx(300e6 / 2, rel=1e-2)
    assert np.ptp(found.drawn) < 0.01 * 300e6


def test_a_step_onto_a_ramp() -> None:
    """1 GW at 20 MW a minute: 50 minutes and 417 MWh."""
    content, time = storage.size_of_step(1e9, 20e6 / 60.0)
    assert time == pytest.approx(3000.0)
    assert content / 3.6e9 == pytest.approx(416.67, rel=1e-4)


def test_energy_is_kept() -> None:
    """Drawn less load is what the store took and lost, to rounding; without losses nothing is lost."""
    load = square(200e6, 6.0, 120.0)
    for round_trip in (1.0, 0.9):
        device = Storage(80e6, 300e6, round_trip, 20.0)
        found = storage.levelled(load, STEP, device)
        taken = found.content[-1] - 0.5 * device.energy
        assert (found.drawn - load).sum() * STEP == pytest.approx(taken + found.lost, abs=1e-3)
        assert found.lost >= -1e-3
        assert found.content.min() >= -1e-6
        assert found.content.max() <= device.energy + 1e-6
    assert found.lost > 0.0


def test_losses_by_hand() -> None:
    """
    A hundred megawatts each way for half of the time at 81 %: in 0.9, out 1/0.9.

    Flows at the terminals sum to zero while the mean is drawn, so that 1/0.9 - 0.9 of the energy out is lost a cycle.
    """
    load = square(200e6, 2.0, 40.0)
    found = storage.levelled(load, STEP, WIDE._replace(round_trip=0.81))
    out = (load - found.drawn).clip(0.0).sum() * STEP
    into = (found.drawn - load).clip(0.0).sum() * STEP
    assert found.lost == pytest.approx(out * (1.0 / 0.9 - 1.0) + into * 0.1, rel=1e-9)


def test_an_empty_store_lets_the_load_through() -> None:
    """Ten megajoules at a hundred megawatts last for a tenth of a second, of a half period of one."""
    load = square(200e6, 2.0, 20.0)
    found = storage.levelled(load, STEP, WIDE._replace(energy=10e6))
    assert (found.drawn == load).mean() > 0.7
    assert storage.levelled(load, STEP, WIDE._replace(power=0.0)).drawn == pytest.approx(load)


def test_a_running_mean_passes_what_is_slow() -> None:
    """Drawn over load is 1 - sT / (1 + sT) 10 sT / (1 + 10 sT): 0.157 of 1 Hz at a second, and 1.03 of 0.01 Hz."""
    time = STEP * np.arange(40_000)
    for hertz in (0.01, 0.1, 1.0):
        turned = 2j * np.pi * hertz
        part = abs(1.0 - turned / (1.0 + turned) * 10.0 * turned / (1.0 + 10.0 * turned))
        load = 1e6 * np.sin(2.0 * np.pi * hertz * time)
        found = storage.levelled(load, STEP, WIDE._replace(time_constant=1.0)).drawn[20_000:]
        assert np.ptp(found) / 2e6 == pytest.approx(part, rel=0.01)


def test_a_late_store_misses_edges() -> None:
    """An edge passes for as long as the store takes to answer."""
    load = square(200e6, 4.0, 40.0)
    found = storage.levelled(load, STEP, WIDE._replace(response=0.1))
    assert np.ptp(found.drawn) > 190e6
    edge = np.flatnonzero(np.diff(load) > 0.0)[3] + 1
    assert found.drawn[edge] - found.drawn[edge - 1] == pytest.approx(200e6, rel=0.01)
    assert found.drawn[edge + 10] - found.drawn[edge - 1] == pytest.approx(0.0, abs=2e6)


def test_each_row_has_a_store_of_its_own() -> None:
    load = np.array([square(200e6, 2.0, 10.0), square(100e6, 4.0, 10.0)])
    both = storage.levelled(load, STEP, Storage(50e6, 20e6, 0.9, 5.0)).drawn
    for row in range(2):
        np.testing.assert_array_equal(both[row], storage.levelled(load[row], STEP, Storage(50e6, 20e6, 0.9, 5.0)).drawn)
