"""Chillers and power chains of sites that stand high; coolers and fans are in test_coolers."""

from __future__ import annotations

import numpy as np
import pytest

from facilities import build, checks, sizing
from facilities.catalog import builtin
from facilities.chillers import ElectricChiller, electric_chillers
from tests.facilities.test_coolers import up
from twin.cooling.chillers import CELSIUS, full_load, thin_air_rise
from twin.cooling.plant_tables import full_chillers


def test_chillers_reject_into_thin_air() -> None:
    """
    Prometheus's trim chillers at four fifths of the density: 2.129 K (test_chillers) on their lift, both where they run
    and where they are sized; in air of 40 degC, with water of 40 degC, that lift is 40 + 12 - (40 - 3) = 15 K.
    """
    low, high = (up("prometheus", part) for part in (1.0, 0.8))
    found = []
    for facility in (low, high):
        loops = build.site(facility).loops
        water = np.full(len(loops.name), 40.0 + CELSIUS)
        found.append(full_chillers(loops, water, water).performance)
    liquid = np.array([name.endswith("/liquid") for name in build.site(low).loops.name])
    assert (found[0] / found[1])[liquid] == pytest.approx(1.0 + 2.129 / 15.0, abs=2e-4)
    own = low.cooling.air.loop
    lift = low.climate.design_dry_bulb.si - own.supply_temperature.si + 15.0
    sea, above = (sizing.design_chiller(facility, own).performance[0] for facility in (low, high))
    assert sea / above == pytest.approx(1.0 + 2.129 / lift, abs=2e-4)


def test_condenser_water_knows_no_thin_air() -> None:
    loops = build.site(up("traditional_enterprise", 0.8)).loops
    assert loops.condenser.fitted.any()
    assert not np.any(loops.chillers.air_rise[loops.condenser.fitted])


@pytest.mark.parametrize(("height", "capacity"), [(600, 0.99), (1200, 0.98), (1800, 0.97), (2400, 0.96), (3000, 0.95)])
def test_capacity_falls_with_height_as_makers_have_it(height: float, capacity: float) -> None:
    """
    Predicted for York's YCAL0033EE, against Dunham-Bush's table for ACDS machines (product specifications, table 8).

    Two digits, and another maker's machine: 0.01.
    """
    assert altered(height)[0] == pytest.approx(capacity, abs=0.01)


@pytest.mark.parametrize(("height", "power"), [(600, 1.009), (1200, 1.021), (1800, 1.031)])
def test_power_rises_with_height_as_makers_have_it(height: float, power: float) -> None:
    """
    Predicted, against a table that Midea prints for air-cooled condensers, among others, in MCAC-CTSM-2014-03.

    It is of 0.086 m2 K/kW of fouling; McQuay (IMM ACZ/AGZ-4, table 12) has 1.009 at 2,000 feet too. Machines of other
    makers, with fans in their power: 0.005.
    """
    assert altered(height)[1] == pytest.approx(power, abs=0.005)


def altered(height: float) -> tuple[float, float]:
    """Give capacity and power of an air-cooled machine, with water of 7 and air of 35 degC, over those at sea level."""
    part = builtin().chillers["york_ycal_101kw"]
    assert isinstance(part, ElectricChiller)
    machine = electric_chillers([part])
    # The standard atmosphere, ISO 2533.
    thin = np.array([(1.0 - 2.25577e-5 * height) ** 5.25588])
    water, air = np.array([7.0 + CELSIUS]), np.array([35.0 + CELSIUS])
    sea = full_load(machine, water, air)
    above = full_load(machine, water, air + thin_air_rise(thin, machine.condenser_approach))
    capacity = above.capacity / sea.capacity
    return float(capacity[0]), float((capacity * sea.performance / above.performance)[0])


def test_a_chain_at_two_thousand_metres() -> None:
    """
    Foxconn's UPS of 1.5 MW, in forced air, are of 1.41 MW there (0.94), its substations of 0.96; busways stay.

    At a load each loses what it loses at sea level.
    """
    low, high = up("foxconn_kaohsiung", 1.0), up("foxconn_kaohsiung", 79.495 / 101.325)
    for name, part in (("ups_double_conversion", 0.94), ("unit_substation_2500kva", 0.96), ("busway", 1.0)):
        sea, there = (sizing.at_height(facility, name) for facility in (low, high))
        assert there.rating == pytest.approx(part * sea.rating, rel=1e-5)
        load = 0.6 * sea.rating
        losses = [np.interp(load / one.rating, one.curve.load, one.curve.loss) * one.rating for one in (sea, there)]
        assert losses[1] == pytest.approx(losses[0], rel=1e-9)
    paths = [build.site(facility).chain.hall_path for facility in (low, high)]
    assert all(np.all(two.units >= one.units) for one, two in zip(*paths, strict=True))


def test_low_sites_keep_their_chain() -> None:
    """Up to 1,000 m nothing changes, to the last digit."""
    low, high = up("foxconn_kaohsiung", 1.0), up("foxconn_kaohsiung", 0.9)
    assert sizing.at_height(high, "ups_double_conversion").rating == 1.5e6
    sea, there = (sizing.at_height(facility, "ups_double_conversion").curve for facility in (low, high))
    assert np.array_equal(sea.load, there.load)
    assert np.array_equal(sea.loss, there.loss)


@pytest.mark.parametrize(("part", "found"), [(0.65, False), (0.6, True), (1.1, True)])
def test_a_site_higher_than_the_laws_go_is_told(part: float, found: bool) -> None:
    """Laws go from 65 to 108 kPa: 65.9 kPa is within, 60.8 and 111.5 kPa are not."""
    places = [fault.where for fault in checks.faults(up("foxconn_kaohsiung", part))]
    assert ("location.pressure" in places) is found
