"""Devices and their sizes on a load that is worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.fast_load import sizing
from scenarios.fast_load.devices import Plan, applied
from scenarios.fast_load.sizing import Sizer
from tests.scenarios.fast_load import made
from twin.errors import UnknownNameError
from twin.grid import swings
from twin.waveform.smoothing import Smoothing
from twin.waveform.storage import Storage

STEP = 0.005
TIME = STEP * np.arange(24_000)


def square(low: float, high: float, period: float) -> np.ndarray:
    return np.where((TIME / period + 1e-9) % 1.0 < 0.5, high, low)


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_ten_megawatts_on_a_hundred_cannot_be_had_by_the_firmware() -> None:
    """
    A job of 100 MW with peaks to 1.1 and communication at 0.5: the highest floor of 90 % leaves 20 MW.

    Of 10 MW a floor of 100 % would be wanted, ceiling less range over power; without the peaks, 90 % is it.
    """
    activity = np.where(TIME % 6.0 < 4.0, 0.95, 0.5)
    activity[TIME % 6.0 < 0.05] = 1.1
    sizer = Sizer(made.load(activity, STEP))
    found = sizer.size_to("southern_company", "power_smoothing")
    assert not found.met
    assert plain(found.setting) == "floor 90.0 %"
    assert "20.00 MW against 10.00 MW in any 6 s" in plain(found.why)
    assert "floor and ceiling leave 20.0 % of the rated power" in plain(found.why)


def test_the_smallest_floor_that_meets_a_code() -> None:
    """Of 40 to 95 MW, 25 MW in any 5 s (ATC) are met from a floor of 70 % on."""
    sizer = Sizer(made.load(np.where(TIME % 6.0 < 4.0, 0.95, 0.4), STEP))
    found = sizer.size_to("atc", "power_smoothing")
    assert found.met
    assert plain(found.setting) == "floor 70.0 %"
    assert found.why == ""
    # A third of the time 30 MW more, on a mean of 95 x 2/3 + 40/3.
    assert found.energy == pytest.approx(10.0 / (190.0 / 3.0 + 40.0 / 3.0), rel=2e-3)


def test_what_a_code_allows_needs_nothing() -> None:
    found = Sizer(made.load(square(0.90, 0.95, 4.0), STEP)).size_to("ercot_oscillation", "grid_forming")
    assert (found.met, found.setting, found.power) == (True, "none needed", 0.0)


def test_a_store_for_a_square_wave_is_near_the_closed_form() -> None:
    """
    60 MW peak to peak of 2 s: 30 MJ and 30 MW each way, if the mean alone is drawn.

    The smallest that leaves 10 MW follows the load a little, and gives more power. It begins half full with a whole
    half period to give, where a cycle about half full would begin with half of one: up to half as much again.
    """
    sizer = Sizer(made.load(square(0.35, 0.95, 2.0), STEP))
    found = sizer.size_to("ercot_oscillation", "grid_forming")
    assert found.met
    closed = 60e6 * 2.0 / 4
    assert closed < found.content < 1.5 * closed
    assert 30e6 < found.power < 1.5 * 30e6
    left = swings.largest_range(sizer.found(found).trace.power[2000:], STEP, 5.0).size
    assert left < 12e6


def test_why_no_capacitor_and_no_late_battery_can() -> None:
    """A half period of 1 s of 30 MW is 2 MJ a package; supplies hold 65 J. 100 ms later an edge has passed."""
    sizer = Sizer(made.load(square(0.35, 0.95, 2.0), STEP))
    assert "they hold 65.00 J a package" in sizer.size_to("ercot_oscillation", "supply_capacitors").why
    late = sizer.size_to("ercot_oscillation", "grid_battery")
    assert not late.met
    assert "gives 100 ms after it is asked" in late.why


def test_a_load_that_cannot_show_a_limit_is_told() -> None:
    """Steps of 100 ms tell nothing above 4 Hz: what they hold under 10 MW may still be broken."""
    found = Sizer(made.load(square(0.90, 0.95, 4.0)[::20], 0.1)).size_to("ercot_oscillation", "grid_forming")
    assert (found.met, found.setting) == (False, "cannot tell")
    assert "seen up to 4 Hz only" in found.why


def test_costs_of_a_store_are_its_losses() -> None:
    """Energy drawn more, less what is still held, is what was lost on both ways: in 0.9, out 1/0.9."""
    load = made.load(square(0.35, 0.95, 2.0), STEP)
    found = applied(load, Plan(site=Storage(1e12, 1e12, 0.81, 1e4)))
    out = 30e6 * 60.0
    lost = out * (1.0 / 0.9 - 1.0) + out * 0.1
    assert found.energy == pytest.approx(lost / (65e6 * 120.0), rel=0.02)
    assert found.performance == 0.0
    # In every rack the same: the site has nothing between.
    inside = applied(load, Plan(rack=Storage(1e12, 1e12, 0.81, 1e4)))
    np.testing.assert_allclose(inside.trace.power, found.trace.power, rtol=1e-4)


def test_work_that_smoothing_withholds_is_told() -> None:
    """A ceiling of 1.0 on peaks of 1.2: 0.2 of a tenth of the time, of a mean of 0.65 x 0.9 + 0.12."""
    activity = np.where(TIME % 1.0 < 0.1 - 1e-9, 1.2, 0.65)
    found = applied(made.load(activity, STEP), Plan(package=Smoothing(0.3, 1e9, 1e9, 1e3, 1.0)))
    assert found.performance == pytest.approx(0.02 / (0.65 * 0.9 + 0.12), rel=1e-6)


def test_unknown_names_are_told() -> None:
    sizer = Sizer(made.load(square(0.35, 0.95, 2.0), STEP))
    with pytest.raises(UnknownNameError, match="unknown device 'grid_batery'"):
        sizer.size_to("atc", "grid_batery")
    with pytest.raises(UnknownNameError, match="unknown code 'ercot'"):
        sizer.size_to("ercot", "grid_battery")


def test_codes_of_swings() -> None:
    names = sizing.fast_codes()
    assert {"ercot_oscillation", "lipa", "ieso_v3", "atc", "southern_company", "training_form"} == set(names)
    assert {"dominion", "ameren"} <= set(sizing.fast_codes(voltage=True))
