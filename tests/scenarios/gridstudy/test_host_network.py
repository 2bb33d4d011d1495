"""A campus on a published network of 118 buses: its tables beside states solved apart, its page, and a year's hours."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scenarios.gridstudy import host_charts, host_network, host_outages, host_page, host_tables
from scenarios.gridstudy.host_names import bus_label, labels
from scenarios.gridstudy.host_network import HostStudy, Network
from scenarios.page.quantities import quantity
from tests.twin.grid.host_cases import at, published
from twin.grid import reactive_limits
from twin.grid.feeding import loaded, shared_by_headroom
from twin.grid.power_flow import branch_flows

RATING, LOAD = 400e6, 300e6


@pytest.fixture(scope="module")
def network() -> Network:
    """Buses 59 and 54 share the campus; the last ten buses and branches are not studied; ratings are made up."""
    grid = shared_by_headroom(published("case118"))
    count = len(grid.branches.start)
    rating = np.full(count, 250e6)
    places = np.linspace(30.0, 40.0, 118), np.linspace(-90.0, -80.0, 118)
    grid = grid._replace(
        branches=grid.branches._replace(rating=rating, rating_emergency=1.2 * rating),
        buses=grid.buses._replace(latitude=places[0], longitude=places[1]),
    )
    return Network(
        "Test",
        ("origin", "licence"),
        grid,
        at(grid, 59, 54),
        np.arange(118) < 108,
        np.arange(count) < 176,
        synthetic=True,
    )


@pytest.fixture(scope="module")
def found(network: Network) -> HostStudy:
    run = np.clip(LOAD * (0.5 + 0.5 * np.sin(np.arange(900) / 80.0)), 0.0, LOAD)
    return host_network.study(network, RATING, LOAD, run)


def test_buses_and_branches_are_those_of_states_solved_apart(found: HostStudy, network: Network) -> None:
    states = [reactive_limits.settle(loaded(network.grid, network.feeding, load)) for load in (0.0, LOAD)]
    buses, branches = host_tables.buses(found), host_tables.branches(found)
    assert (buses.height, branches.height) == (108, 176)
    for state, name in zip(states, ("without", "with"), strict=True):
        assert np.allclose(buses[f"{name}_pu"], np.abs(state.voltage)[:108], rtol=0.0, atol=1e-8)
        power = np.max(np.abs(branch_flows(network.grid, state.voltage)), axis=0)[:176]
        assert np.allclose(branches[f"{name}_loading"], power / 250e6, rtol=0.0, atol=1e-6)
    assert (buses["run_lowest_pu"] <= buses["run_p50_pu"]).all()
    assert (branches["run_highest_va"] >= branches["run_p99_va"] - 1.0).all()


def test_only_what_is_studied_is_taken_out_and_held_to_limits(found: HostStudy, network: Network) -> None:
    assert found.loaded.branch.max() < 176
    assert found.loaded.overload.element.max() < 176
    assert found.loaded.outside.element.max(initial=0) < 108
    assert host_outages.outages(found).height == 3 * found.loaded.branch.size


def test_violations_stand_beside_the_same_without_the_campus(found: HostStudy, network: Network) -> None:
    """The first of them solved again, without the campus and with the branch out, units where they stood."""
    table = host_outages.violations(found, "overload")
    assert table.height == found.loaded.overload.value.size > 0
    row = table.filter("new").row(0, named=True)
    names = labels(network.grid).tolist()
    live = np.arange(len(names)) != names.index(row["outage"])
    less = network.grid._replace(branches=network.grid.branches._replace(in_service=live))
    state = reactive_limits.settle(less, found.before, limits=False)
    power = np.max(np.abs(branch_flows(less, state.voltage)), axis=0)[names.index(row["element"])]
    assert row["without_loading"] == pytest.approx(power / 300e6, abs=1e-6)
    assert row["without_loading"] <= 1.0 < row["with_loading"]
    assert table["with_loading"].is_sorted(descending=True)


def test_limits_rise_and_the_first_is_the_capacity(found: HostStudy) -> None:
    table = host_tables.limits(found)
    assert table["load_w"].is_sorted()
    assert table["load_w"][0] == found.capacity.load
    assert found.capacity.left == 0
    cutoffs = host_tables.cutoffs(found)
    assert cutoffs["cutoff_pu"].to_list() == [0.01, 0.005, 0.002]
    assert cutoffs["load_w"][0] == found.capacity.load
    assert cutoffs["load_w"].is_sorted(descending=True)


def test_a_source_sized_at_a_voltage_is_the_qv_curve_there(found: HostStudy) -> None:
    """1.0 is one of the voltages of the curve; a capacitor gives V^2 of its rating, here just that."""
    row = host_tables.sources(found).row(1, named=True)
    at_one = host_tables.qv(found).filter((pl.col("voltage_pu") - 1.0).abs() < 1e-9)["at_load_var"].item()
    assert row["voltage_pu"] == 1.0
    assert row["statcom_var"] == pytest.approx(max(at_one, 0.0), abs=1.0)
    assert row["capacitor_var"] == pytest.approx(max(at_one, 0.0), abs=1.0)


def test_the_assumed_year_has_its_load_factor() -> None:
    """Trapezoids of the five points: 0.01 * 0.97 + 0.09 * 0.88 + 0.4 * 0.72 + 0.5 * 0.52 = 0.6369."""
    hourly = host_network.hourly()
    assert hourly.size == 8760
    assert hourly.mean() == pytest.approx(0.6369, abs=1e-4)


def test_hours_of_curtailment_grow_with_size(found: HostStudy) -> None:
    table = host_tables.curtailment(found)
    assert table["hours"].is_sorted()
    assert table["size_w"][-1] == pytest.approx(2.0 * RATING)


def test_every_table_and_chart_is_shown(found: HostStudy) -> None:
    tables = host_tables.tables(found)
    assert {"network_buses", "network_limits", "network_course"} <= set(tables)
    assert tables["network_course"].height == 900
    charts = host_charts.charts(found)
    assert list(charts) == ["network_pv", "network_map", "network_qv", "network_hours"]  # as the page has them
    shown = host_page.shown(found)
    assert shown["network_points"].rows[0][0] == bus_label(found.network.grid, int(found.network.feeding.bus[0]))
    assert len(shown["network_outages"].rows) == 3
    assert "after each outage" in dict(host_page.summary(found))["It carries"]
    assert f"of {quantity(RATING, 'W')} after" in dict(host_page.summary(found))["It carries"]


def test_where_no_limit_is_met_the_load_is_a_least(found: HostStudy) -> None:
    """Loads are searched up to twice the rating: 800 MW."""
    for whole, text in ((799e6, quantity(799e6, "W")), (800e6, f"at least {quantity(800e6, 'W')}")):
        told = found._replace(capacity=found.capacity._replace(whole=whole))
        assert dict(host_page.summary(told))["Intact"] == f"it carries {text}"


def test_only_a_network_of_the_project_is_called_synthetic(found: HostStudy) -> None:
    own = found._replace(network=found.network._replace(synthetic=False))
    assert "synthetic" in dict(host_page.summary(found))["Network"]
    assert "synthetic" not in dict(host_page.summary(own))["Network"]
    assert "no line of it is a utility's" in host_page.statement(found)[0]
    assert "utility" not in host_page.statement(own)[0]


def test_a_campus_beyond_the_limit_is_studied_below_it_and_says_so(network: Network) -> None:
    """Ten times what 118 buses carry: the load studied is 98 % of the curve's end."""
    found = host_network.study(network, 4000e6, 4000e6, None)
    assert found.curve.ended
    assert found.load == pytest.approx(0.98 * found.curve.end)
    assert found.course is None
    assert "beyond" in dict(host_page.summary(found))["Network"]
