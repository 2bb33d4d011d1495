"""Curves over a campus's load: corners and noses in closed form, published errors, and power flows solved directly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.twin.grid.host_cases import BASE, at, published, small
from twin.arrays import Complexes
from twin.errors import FacilityError
from twin.grid import day_series, load_curve, native, reactive_limits
from twin.grid.chebyshev import coefficients, nodes
from twin.grid.feeding import Feeding, drawn, loaded, shared_by_headroom
from twin.grid.native import AT_UPPER, HOLDS

REACTANCE, UPPER = 0.4, 0.25
"""Per unit: a source of 1 per unit, a line, and at its end the campus beside a unit that holds 1 per unit."""

INFINITE = 1e6


def two_buses() -> tuple:
    grid = small([(0, 1, REACTANCE)], [(0, -INFINITE, INFINITE), (1, -INFINITE, UPPER)], 2)
    return grid, at(grid, 1, power_factor=1.0)


def test_a_unit_meets_its_limit_where_the_closed_form_says() -> None:
    """
    Between equal voltages P = sin(d) / x and the unit gives Q = (1 - cos(d)) / x.

    Q = 0.25 at cos(d) = 0.9, so P = sqrt(1 - 0.81) / 0.4 = 1.0897247 per unit.
    """
    grid, feeding = two_buses()
    curve = load_curve.follow(grid, feeding, 1.2 * BASE)
    (corner,) = curve.corners
    assert corner.load == pytest.approx(math.sqrt(0.19) / 0.4 * BASE, rel=1e-6)  # the unit may pass by 1e-7 of 0.25
    assert (corner.unit, corner.before, corner.after) == (1, HOLDS, AT_UPPER)
    assert corner.jump < 1e-5  # voltage moves on by PAST of the curve


def test_beyond_the_corner_voltage_and_nose_are_those_of_a_constant_reactive_power() -> None:
    """
    V^4 - (1 + 2 x q) V^2 + x^2 (P^2 + q^2) = 0, whose roots meet at P^2 = 1 / (4 x^2) + q / x.

    x = 0.4, q = 0.25: V^2 = 0.6 + sqrt(0.35 - 0.16 P^2), to P = sqrt(1.5625 + 0.625) = 1.4790199 per unit.
    """
    grid, feeding = two_buses()
    curve = load_curve.follow(grid, feeding, 2.0 * BASE)
    assert curve.ended
    assert curve.end == pytest.approx(math.sqrt(2.1875) * BASE, rel=3e-4)  # NARROWEST of 2 per unit
    assert curve.end < math.sqrt(2.1875) * BASE
    for load in (1.1, 1.2, 1.4):
        voltage = load_curve.voltages(day_series.piece_at(curve, load * BASE), np.array([load * BASE]))[0, 1]
        assert abs(voltage) == pytest.approx(math.sqrt(0.6 + math.sqrt(0.35 - 0.16 * load**2)), abs=1e-7)


def test_without_limits_there_is_no_corner_and_the_nose_is_further() -> None:
    """Both ends held at 1 per unit carry sin(d) / x up to a right angle: 2.5 per unit."""
    grid, feeding = two_buses()
    curve = load_curve.follow(grid, feeding, 4.0 * BASE, limits=False)
    assert curve.corners == ()
    assert curve.end == pytest.approx(2.5 * BASE, rel=2e-4)


@pytest.mark.parametrize(("count", "published_error"), [(5, 8e-5), (9, 9e-8), (13, 1.7e-10)])
def test_errors_of_few_nodes_on_two_thousand_buses(count: int, published_error: float) -> None:
    """
    A measurement on the same case by another solver, at 30 random loads up to 1,000 MW, within a factor of two.

    The random loads are others; at 13 nodes that solver's own noise is half of the error.
    """
    grid = published("case_ACTIVSg2000")
    feeding = at(grid, 3088)
    state = reactive_limits.settle(grid, limits=False)
    made = native.build(grid, state.standing)
    own = grid.buses.load_active[feeding.bus], grid.buses.load_reactive[feeding.bus]

    def solved(load: float) -> Complexes:
        active, reactive = drawn(feeding, load)
        native.set_load(made, feeding.bus, own[0] + active, own[1] + reactive)
        found = native.solve(made, state.voltage, grid.reference)
        assert found is not None
        return found

    places = nodes(0.0, 1000e6, count)
    series = coefficients(np.array([solved(load) for load in places]))
    worst = 0.0
    for load in 1000e6 * np.random.default_rng(0).random(30):
        read = np.polynomial.chebyshev.chebval(load / 500e6 - 1.0, series)
        worst = max(worst, float(np.abs(read - solved(load)).max()))
    assert 0.2 * published_error < worst < 2.0 * published_error


def test_a_curve_with_corners_is_what_is_solved_directly() -> None:
    """Of 1,000 MW on 2,000 buses; each direct solution starts without the campus and knows nothing of the path."""
    grid = shared_by_headroom(published("case_ACTIVSg2000"))
    curve = load_curve.follow(grid, at(grid, 3088), 1000e6)
    assert (curve.end, curve.ended) == (1000e6, False)
    assert len(curve.corners) >= 10
    loads = [corner.load for corner in curve.corners]
    assert loads == sorted(loads)
    assert max(corner.jump for corner in curve.corners) < 1e-6
    found = day_series.check(curve, np.linspace(0.0, 1000e6, 1001), 10)
    assert found.voltage < 1e-10
    assert found.loading < 1e-9
    assert found.from_no_load == 10


def test_pieces_join() -> None:
    grid = shared_by_headroom(published("case_ACTIVSg2000"))
    curve = load_curve.follow(grid, at(grid, 3088, 3048), 600e6)
    for below, above in zip(curve.pieces[:-1], curve.pieces[1:], strict=True):
        assert below.high == above.low
        join = np.array([below.high])
        apart = np.abs(load_curve.voltages(below, join) - load_curve.voltages(above, join)).max()
        assert apart < 1e-7  # what the tolerance of reactive power, 1e-7, moves


def test_units_keep_their_side_all_along_the_curve() -> None:
    """Within limits where they hold, on the right side of their voltage where they do not."""
    grid = shared_by_headroom(published("case118"))
    feeding = at(grid, 59, 54)
    curve = load_curve.follow(grid, feeding, 600e6)
    assert curve.corners
    for load in np.linspace(1.0, curve.end - 1.0, 40):
        piece = day_series.piece_at(curve, load)
        voltage = load_curve.voltages(piece, np.array([load]))
        there = loaded(grid, feeding, load)
        reactive = reactive_limits.reactive_power(there, voltage)
        assert (reactive_limits.margins(there, voltage, reactive, piece.standing) >= -2.0).all()


def test_a_network_that_carries_nothing_is_an_error() -> None:
    grid, feeding = two_buses()
    heavy = loaded(grid, feeding, 3.0 * BASE)
    with pytest.raises(FacilityError, match="no power flow has the net load of 300 MW"):
        load_curve.follow(heavy, feeding, BASE)


def test_shares_and_power_factor() -> None:
    """80 MW at 0.8 lagging is 60 Mvar; three quarters of it at one point."""
    active, reactive = drawn(Feeding(np.array([4, 7]), np.array([0.75, 0.25]), 0.8), 80e6)
    assert active.tolist() == [60e6, 20e6]
    assert reactive == pytest.approx([45e6, 15e6])
