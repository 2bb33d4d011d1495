"""Racks whose inlet power is measured: their short way in the kernel is the long one, less what the power contains."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import power, simulate
from twin.record import Record
from twin.site import Floats, Site
from twin.thermal import kernel, laws, tiles
from twin.thermal.coefficients import step_table
from twin.workload import LoadTable

BUSY = 2 * np.array([20e3, 42e3])
"""What accelerators and hosts of a rack draw at the two samples of the trace [W]."""


def inlet(site: Site, compute: Floats) -> Floats:
    """Give the inlet power of an accelerator rack, by the laws that the kernel does not use."""
    kinds = site.rack_classes
    return power.rack_inlet_power(compute, kinds.chain_power[0], kinds.chain_loss[0], float(kinds.auxiliary_power[0]))


def following(site: Site, low: float, high: float) -> LoadTable:
    """Let accelerators and hosts draw so much between them, in the proportion in which a measured power is split."""
    part = laws.accelerator_part(site.rack_classes)[0]
    load = small.load(site, [0.0, 1.0, 1.0], 20.0)
    racks, wider = np.ones(load.start.size), high - low
    return load._replace(
        accelerator_base=part * low * racks,
        accelerator_scale=part * wider * racks,
        host_base=(1.0 - part) * low * racks,
        host_scale=(1.0 - part) * wider * racks,
    )


def measured(site: Site, low: float, high: float) -> LoadTable:
    """Let racks draw so much at their inlets, as measured."""
    load = following(site, low, high)
    racks = np.ones(load.start.size)
    return load._replace(
        measured=site.racks.rack_class == 0,
        accelerator_base=low * racks,
        accelerator_scale=(high - low) * racks,
        host_base=0.0 * racks,
        host_scale=0.0 * racks,
    )


def replay(site: Site, load: LoadTable, patch: pytest.MonkeyPatch) -> Record:
    patch.setattr(simulate, "SETTLING_TIME", 60)
    return simulate.run(site, load, small.inputs(180), small.curve(site), watch=range(121))


def test_measured_racks_do_as_racks_that_follow_the_same_without_leakage(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Chips that do not leak, given by load or by the inlet power that the load makes: all the rest is the same lines.

    What differs is rounding: the power is inverted and converted again, to 1e-15 of itself, and temperatures stand
    some tens of kelvin above the supply by it.
    """
    site = small.site(1)
    kinds = site.rack_classes
    site = site._replace(rack_classes=kinds._replace(leakage=np.zeros_like(kinds.leakage)))
    long = replay(site, following(site, *BUSY), monkeypatch)
    short = replay(site, measured(site, *inlet(site, BUSY)), monkeypatch)
    assert (long.layout.variant & 1).sum() == 0
    assert set(short.layout.variant[short.layout.weight > 1]) == {1}
    there, here = long.watched[-1].thermal, short.watched[-1].thermal
    assert np.ptp(tiles.temperatures(long.layout, there.rack)[4]) > 10.0  # The chips are warm.
    warm = tiles.temperatures(short.layout, here.rack)
    np.testing.assert_allclose(warm, tiles.temperatures(long.layout, there.rack), rtol=1e-14)
    np.testing.assert_allclose(here.back, there.back, rtol=1e-14)
    np.testing.assert_allclose(here.air, there.air, rtol=1e-14)
    np.testing.assert_allclose(short.racks, long.racks, rtol=2e-7)  # kept in single precision
    np.testing.assert_allclose(short.site, long.site, rtol=1e-12)


def test_no_limit_moves_a_measured_rack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits below all temperatures of the loop: each second is noted, nothing is shed, and power is as measured."""
    site = small.site(1)
    kinds, cold = site.rack_classes, np.full(2, 280.15)
    site = site._replace(rack_classes=kinds._replace(throttle_temp=cold, shutdown_temp=cold))
    drawn = inlet(site, BUSY)
    kept = replay(site, measured(site, *drawn), monkeypatch)
    busy = kept.layout.variant == 1
    throttled, shed, lost, over = kept.limits[[2, 4, 6, 7]][:, busy]
    np.testing.assert_array_equal([throttled, over], 180.0)
    np.testing.assert_array_equal([shed, lost], 0.0)
    assert np.all(tiles.running(kept.layout, kept.watched[-1].thermal.rack)[busy] == 1.0)
    # A minute is 20 s at the first sample and 40 s at the second; single precision.
    mean = kept.racks[1][:, busy]
    np.testing.assert_allclose(mean, (drawn[0] + 2.0 * drawn[1]) / 3.0, rtol=1e-7)


def test_a_measured_power_is_parted_as_the_chain_does_it() -> None:
    """Below what the idle chain draws, at every point of its table, between, and beyond it."""
    site = small.site(1)
    law = laws.rack_law(site.rack_classes, step_table(site.rack_classes, np.ones(1)))
    grid, kinds = site.rack_classes.chain_power[0], site.rack_classes
    asked = np.concatenate([grid, 0.5 * (grid[1:] + grid[:-1]), grid[-1] * np.array([1.1, 1.5])])
    drawn = inlet(site, asked)
    compute, loss = np.append(drawn, 10e3), np.empty(drawn.size + 1)
    kernel._part(
        law.chain_inlet[0], law.inlet_first[0], law.chain_loss[0], compute, loss, law.chain_pace[0], law.inlet_pace[0]
    )
    # 1e-15 of the inlet power is 2e-10 W.
    np.testing.assert_allclose(compute[:-1], asked, atol=1e-9)
    np.testing.assert_allclose(compute + loss + kinds.auxiliary_power[0], [*drawn, 10e3], atol=1e-9)
    # 10 kW are less than what auxiliaries draw: 17 kW, and the loss of no load.
    assert compute[-1] == pytest.approx(10e3 - 17e3 - law.chain_loss[0, 0], abs=1e-9)
    assert loss[-1] == law.chain_loss[0, 0]
    assert law.inlet_first.dtype == np.int64
