"""Figures of a run, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import made_record as made
from twin.changes import Change
from twin.metrics import largest_change, metrics
from twin.record import Energies
from twin.units import registry


def figures(kept=None) -> dict[str, float]:
    found = metrics(made.calm(made.site()) if kept is None else kept, made.site())
    return {name: row["value"] for name, row in found.items()}


def test_energies_and_ratios() -> None:
    """From the made record: PUE 1,120 / 1,000; 4 kg of water for 1,000 J are 4 x 3.6e6 / 1,000 = 14,400 L/kWh."""
    found = figures()
    expected = {
        "it_energy": 1000.0,
        "facility_energy": 1120.0,
        "accelerator_energy": 700.0,
        "cooling_energy": 50.0,
        "loss_energy": 70.0,
        "rack_loss_energy": 50.0,
        "heat_rejected": 1064.0,
        "heat_delivered": 6.0,
        "pue": 1.12,
        "ere": 1.114,
        "water_use": 4.0,
        "evaporation": 3.0,
        "blowdown": 0.9,
        "drift": 0.1,
        "wue": 14400.0,
        "energy_closure": 0.0,
        "water_closure": 0.0,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name


def test_closure_is_the_residual_over_what_went_in() -> None:
    """11.2 J missing of 1,120 J are a hundredth; 0.4 kg of 4 kg a tenth."""
    kept = made.calm(made.site())
    energies = kept.energies._replace(rejected=694.0 - 11.2, evaporation=2.6)
    found = figures(kept._replace(energies=energies))
    assert found["energy_closure"] == pytest.approx(0.01, rel=1e-12)
    assert found["water_closure"] == pytest.approx(0.1, rel=1e-12)


def test_peaks_means_and_ramps() -> None:
    """
    100 W for half a minute, 110 W for another, then 1 W more each second up to 169 W.

    One second apart: the jump of 10 W. Fifteen: 15 W on the slope. Sixty: from second 59 (110 W) to 119 (169 W).
    Mean: (30 x 100 + 30 x 110 + 60 x 139.5) / 120 = 122.25 W.
    """
    kept = made.calm(made.site())
    kept.site[5] = np.concatenate([np.full(30, 100.0), np.full(30, 110.0), 110.0 + np.arange(60)])
    kept.site[0] = 0.5 * kept.site[5]
    found = figures(kept)
    assert found["ramp_1s_max"] == 10.0
    assert found["ramp_15s_max"] == 15.0
    assert found["ramp_1min_max"] == 59.0
    assert found["facility_power_peak"] == 169.0
    assert found["facility_power_mean"] == pytest.approx(122.25, rel=1e-12)
    assert found["it_power_peak"] == 84.5
    assert found["it_power_mean"] == pytest.approx(61.125, rel=1e-12)


def test_a_fall_counts_as_a_ramp_and_a_short_run_has_none() -> None:
    assert largest_change(np.array([5.0, 1.0, 2.0]), 1) == 4.0
    assert largest_change(np.array([5.0, 1.0, 2.0]), 15) == 0.0


def test_temperatures_and_voltages() -> None:
    """
    Throttle limits are 358.15 K; a chip of 350.15 K leaves 8 K and is the warmest.

    The rack without accelerators, at 357 K, has neither a chip nor such a limit.
    """
    kept = made.calm(made.site())
    liquid = site_rows(kept) == 0
    kept.racks[5, 1, np.flatnonzero(liquid)[2]] = 350.15
    kept.racks[5, 0, np.flatnonzero(~liquid)[0]] = 357.0
    kept.cdus[4, 1, 2] = 316.25
    kept.voltage[40], kept.voltage[41] = 0.97, 1.02
    found = figures(kept)
    # Kept in single precision: 3e-5 K at 350 K.
    assert found["chip_margin_min"] == pytest.approx(8.0, abs=3e-5)
    assert found["chip_temp_max"] == pytest.approx(350.15, abs=3e-5)
    assert found["coolant_supply_temp_max"] == 316.25
    assert found["pcc_voltage_min"] == 0.97
    assert found["pcc_voltage_max"] == 1.02


def site_rows(kept) -> np.ndarray:
    return kept.layout.variant >> 1


def test_throttled_time_counts_chips() -> None:
    """A kernel rack that stands for four racks of ten chips gives up power for 90 s: 40 x 90 s = 1 h."""
    kept = made.calm(made.site())
    rack = int(np.flatnonzero(site_rows(kept) == 0)[0])
    assert kept.layout.weight[rack] == 4.0
    kept.limits[4, rack] = 90.0
    assert figures(kept)["throttled_time"] == pytest.approx(1.0, rel=1e-12)


def test_a_run_that_draws_nothing_has_ratios_of_zero() -> None:
    kept = made.calm(made.site())
    none = {name: 0.0 * np.asarray(value) for name, value in kept.energies._asdict().items()}
    found = figures(kept._replace(energies=Energies(**none), before=kept.after))
    assert found["pue"] == 0.0
    assert found["wue"] == 0.0
    assert found["energy_closure"] == 0.0


def test_every_unit_is_one() -> None:
    found = metrics(made.calm(made.site()), made.site())
    units = {name: registry.Unit(row["unit"]) for name, row in found.items()}
    assert units["throttled_time"] == registry.Unit("h")
    assert units["pue"] == registry.Unit("1")
    assert all(isinstance(row["value"], float) for row in found.values())


def test_computing_lost_and_times_to_limits() -> None:
    """
    One rack of 72 chips (the class of the made site) is at its throttle limit at 48 s and off at 60 s, 90 s lost; pumps
    stopped at 40 s: 8 s and 20 s. Four racks stand behind the kernel's one.
    """
    kept = made.calm(made.site())
    rack = int(kept.layout.member[0])
    chips = made.site().rack_classes.accelerators[kept.layout.variant[rack] >> 1] * kept.layout.weight[rack]
    kept.limits[:, rack] = (383.15, 60.0, 30.0, 48.0, 12.0, 60.0, 90.0, 1.0)
    stop = Change(40, "pump_speed", np.array([0]), 0.0, 1.5)
    found = {name: row["value"] for name, row in metrics(kept, made.site(), (stop,)).items()}
    assert (found["time_to_throttle"], found["time_to_shutdown"]) == (8.0, 20.0)
    assert found["compute_lost"] == pytest.approx(chips * 90.0 / 3600.0, rel=1e-12)
    assert found["chips_shut_down"] == pytest.approx(chips, rel=1e-12)
    assert "time_to_throttle" not in metrics(made.calm(made.site()), made.site())
