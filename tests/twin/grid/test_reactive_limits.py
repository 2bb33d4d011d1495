"""Units within their reactive limits, beside pandapower and by the law they obey."""

from __future__ import annotations

import numpy as np
import pandapower as pp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.grid.host_cases import at, published
from twin.errors import FacilityError
from twin.grid import native, pandapower_host, power_flow, reactive_limits
from twin.grid.feeding import loaded, shared_by_headroom
from twin.grid.native import AT_LOWER, AT_UPPER, HOLDS


@pytest.mark.parametrize("name", ["case118", "case_ACTIVSg2000"])
@pytest.mark.parametrize("spread", [False, True], ids=["one slack", "shared"])
def test_without_limits_it_is_the_full_newton(name: str, *, spread: bool) -> None:
    """Both are lightsim2grid's, but the one is handed our admittances and the other our branches."""
    grid = shared_by_headroom(published(name)) if spread else published(name)
    state = reactive_limits.settle(grid, limits=False)
    assert np.abs(state.voltage - power_flow.solve(grid).voltage).max() < 1e-9


def test_limits_of_118_buses_as_pandapower_has_them() -> None:
    """pandapower never lets a unit go that met its limit; here none must be."""
    grid = published("case118")
    state = reactive_limits.settle(grid)
    assert (state.standing != HOLDS).sum() > 0
    network = pandapower_host.build(grid)
    pp.runpp(
        network,
        init="dc",
        trafo_model="pi",
        calculate_voltage_angles=True,
        tolerance_mva=1e-8,
        enforce_q_lims=True,
        numba=False,
        lightsim2grid=False,
    )
    angle = np.radians(network.res_bus["va_degree"].to_numpy(dtype=float))
    other = network.res_bus["vm_pu"].to_numpy(dtype=float) * np.exp(1j * (angle - angle[grid.reference]))
    assert np.abs(state.voltage - other).max() < 1e-8


@settings(max_examples=15)
@given(st.floats(0.0, 1200.0))
def test_each_unit_stands_where_it_should(load: float) -> None:
    """Within limits at the voltage it holds, at the upper limit not above it, at the lower not below."""
    grid = shared_by_headroom(published("case_ACTIVSg2000"))
    there = loaded(grid, at(grid, 3088), load * 1e6)
    voltage, standing = reactive_limits.settle(there)
    units, size = grid.units, np.abs(voltage[grid.units.bus])
    reactive = reactive_limits.reactive_power(there, voltage[np.newaxis])[0]
    free = ~reactive_limits.fixed(grid)
    holds, upper, lower = (free & (standing == where) for where in (HOLDS, AT_UPPER, AT_LOWER))
    assert np.abs(size - units.voltage)[holds].max() < 1e-9
    assert (reactive <= units.reactive_max + 20.0)[holds].all()  # var: 1e-7 of 100 MVA, and the solver's mismatch
    assert (reactive >= units.reactive_min - 20.0)[holds].all()
    assert np.abs(reactive - units.reactive_max)[upper].max() < 10.0
    assert np.abs(reactive - units.reactive_min)[lower].max() < 10.0
    assert (size <= units.voltage + 2e-9)[upper].all()
    assert (size >= units.voltage - 2e-9)[lower].all()


def test_a_unit_without_range_never_holds() -> None:
    grid = published("case_ACTIVSg2000")
    none = reactive_limits.fixed(grid)
    assert none.sum() == 17
    assert (reactive_limits.settle(grid).standing[none] == AT_UPPER).all()


def test_units_switch_both_ways() -> None:
    standing = np.array([HOLDS, HOLDS, AT_UPPER, AT_LOWER, HOLDS], dtype=np.int8)
    upper = np.array([True, False, True, False, False])
    lower = np.array([False, True, False, True, False])
    after = reactive_limits.switched(standing, upper, lower)
    assert after.tolist() == [AT_UPPER, AT_LOWER, HOLDS, HOLDS, HOLDS]
    assert standing.tolist() == [HOLDS, HOLDS, AT_UPPER, AT_LOWER, HOLDS]


def test_beyond_the_nose_is_an_error_in_words() -> None:
    grid = published("case118")
    with pytest.raises(FacilityError, match="it lies beyond the loadability limit"):
        reactive_limits.settle(loaded(grid, at(grid, 59), 5000e6))


def test_out_of_service_is_out() -> None:
    """A branch out of service in the data is the same as one that is not there."""
    grid = published("case118")
    live = np.arange(len(grid.branches.start)) != 40
    out = grid._replace(branches=grid.branches._replace(in_service=live))
    made = native.build(out, np.zeros(len(grid.units.bus), dtype=np.int8))
    found = native.solve(made, power_flow.first_voltage(grid), grid.reference)
    assert found is not None
    assert np.abs(found - power_flow.solve(out).voltage).max() < 1e-9
