"""A campus by hand, and against pandapower."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facilities import build, loading
from facilities import campus as parts
from scenarios.gridstudy import campus as study
from twin.grid import campus as below
from twin.grid import pandapower_host
from twin.grid.campus import CAMPUS, POINT, Cables, Campus, Substations
from twin.grid.power_flow import solve
from twin.site import Connection


def connection(**changes: float) -> Connection:
    """A source of 1,000 MVA at 138 kV without resistance, two main transformers of 50 MVA and 10 %, lossless."""
    made = build.site(loading.load("prometheus")).connection
    own = made._replace(
        rating=80e6,
        voltage=138e3,
        campus_voltage=34.5e3,
        points=1,
        short_circuit_power=1000e6,
        reactance_ratio=1e9,
        source_voltage=1.0,
        transformers=2,
        transformer_rating=50e6,
        transformer_impedance=0.1,
        transformer_no_load_loss=0.0,
        transformer_load_loss=0.0,
    )
    return own._replace(**changes)


def campus(**changes: object) -> Campus:
    own = Campus(
        connection(),
        ("hall_1", "plant"),
        np.array([20e6, 2e6]),
        1.0,
        np.array([2.0, 1.0]),
        np.array([10.0, 2.0]),
        Cables(20e6, 0.003, 0.006, 0.0),
        Substations(2.5e6, 0.005, 0.0575, 415.0),
    )
    return own._replace(**changes)


def test_a_line_of_impedances_by_hand() -> None:
    """
    One place of 20 MW at unity power factor, everything but reactances left out.

    On 50 MVA: source 0.05, two transformers 0.1/2, two cables and ten substations next to nothing: x = 0.1, p = 0.4.
    U^4 - U^2 + (p x)^2 = 0: U^2 = (1 + sqrt(1 - 4 x 0.0016)) / 2.
    """
    alone = campus(
        place=("hall_1",),
        load=np.array([20e6]),
        feeders=np.array([0.0]),
        substations=np.array([0.0]),
    )
    voltage, loading = below.loadings(below.network(alone))
    hand = math.sqrt((1 + math.sqrt(1 - 4 * 0.04**2)) / 2)
    assert voltage[below.behind_substations(0)] == pytest.approx(hand, abs=2e-5)  # links of 1e-5 stand in between
    # Each of two transformers carries 10 MW and its reactive power at its start, (p/2)^2 x / U^2 on 50 MVA.
    reactive = 0.2**2 * 0.1 / voltage[CAMPUS] ** 2
    assert loading[1] == pytest.approx(math.hypot(0.2, reactive), rel=1e-4)


def test_against_pandapower() -> None:
    grid = below.network(campus())
    ours = solve(grid).voltage
    theirs = pandapower_host.solve(pandapower_host.build(grid), grid)
    assert np.abs(ours - theirs).max() < 1e-8


def test_the_tap_brings_the_campus_bus_to_nominal_at_half_load() -> None:
    heavy = campus(power_factor=0.9, load=np.array([70e6, 2e6]), feeders=np.array([5.0, 1.0]))
    grid = below.network(heavy._replace(load=0.5 * heavy.load))
    full = below.network(heavy)
    assert full.branches.ratio[1] < 1.0
    half = grid._replace(branches=full.branches)
    assert abs(below.loadings(half)[0][CAMPUS] - 1.0) <= 0.5 * below.TAP_STEP * 1.1


def test_one_feeder_less_loads_the_other_twice() -> None:
    grid = below.network(campus())
    of = below.members(grid, CAMPUS, below.end_of_feeders(0))
    _, before = below.loadings(grid)
    _, after = below.loadings(below.without(grid, int(of[0])))
    assert after[of[1]] == pytest.approx(2 * before[of[1]], rel=5e-3)
    assert after[of[0]] == 0.0


def test_a_motor_across_the_line_by_hand() -> None:
    """
    Nothing but a motor: source 0.05 and transformers 0.05 on 50 MVA, S_k = 500 MVA at the campus bus.

    A locked rotor of 50 MVA, purely reactive: U = 1 / (1 + S / S_k) = 0.90909.
    """
    empty = campus(load=np.array([1.0, 1.0]), substations=np.array([0.0, 0.0]), feeders=np.array([0.0, 0.0]))
    got = below.motor_start(below.network(empty), CAMPUS, 50e6, 0.0)
    assert got is not None
    assert got.before[CAMPUS] == pytest.approx(1.0, abs=1e-6)
    assert got.during[CAMPUS] == pytest.approx(1 / 1.1, abs=1e-6)
    assert got.during[POINT] == pytest.approx((1 + 1 / 1.1) / 2, abs=1e-6)


def test_a_motor_that_brings_the_voltage_down_is_told() -> None:
    assert below.motor_start(below.network(campus()), below.behind_substations(1), 2000e6, 0.2) is None


def test_a_site_of_halls_and_a_plant() -> None:
    facility = loading.load("prometheus")
    site = build.site(facility)
    halls = np.full(24, 32e6)
    found = study.study(facility, site, halls, 60e6)
    assert found.campus.place[-1] == parts.BOARD
    assert found.campus.load.sum() == pytest.approx(24 * 32e6 + 60e6, rel=1e-12)
    assert found.campus.substations[0] == site.chain.hall_path[1].units[0]
    # Series losses of the campus: 0.3 % of its cables at rating, transformers as their data say; here 0.5 to 1.5 %.
    assert 0.005 < found.losses / found.campus.load.sum() < 0.015
    kinds = found.normal["element"].to_list()
    assert kinds == ["main transformer", "feeder", "substation"]
    out = {row["out"]: row for row in found.outages.iter_rows(named=True)}
    # Halls have one feeder each: without it they are dark. Twelve of 13 transformers carry on.
    assert out["feeder"]["dark_w"] == pytest.approx(32e6)
    assert out["main transformer"]["loading"] > found.normal["loading"][0]
    # A gentler start, a smaller step.
    steps = found.motors["point_step"].to_list()
    assert steps[0] < steps[1] < steps[2] < 0.0


def test_of_several_points_the_first_is_studied() -> None:
    facility = loading.load("hyperion")
    site = build.site(facility)
    halls = np.full(len(site.halls.name), 90e6)
    found = parts.campus(facility, site, halls, 120e6)
    assert found.connection.transformers == site.connection.transformers / 6
    assert found.load.sum() == pytest.approx(math.ceil(len(halls) / 6) * 90e6 + 20e6)


@pytest.mark.parametrize("name", loading.names())
def test_every_site_has_a_campus(name: str) -> None:
    facility = loading.load(name)
    site = build.site(facility)
    rated = np.bincount(site.racks.hall, site.rack_classes.rated_power[site.racks.rack_class], len(site.halls.name))
    found = study.study(facility, site, 0.8 * rated, 0.05 * rated.sum())
    assert found.normal["loading"].max() < 1.1
    assert 0.0 < found.losses < 0.05 * rated.sum()
