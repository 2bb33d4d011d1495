"""Modes of machines on a network, against closed forms and published eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.published.laws import two_areas
from twin.grid import eigenmodes, machines, power_flow
from twin.grid.host import Branches, Buses, HostGrid, Units
from twin.grid.machines import Machines

OMEGA = 2.0 * np.pi * 60.0

PUBLISHED = [
    (-0.265, 0.0),
    (-0.276, 0.0),
    (-3.428, 0.0),
    (-0.111, 3.43),
    (-4.139, 0.0),
    (-5.287, 0.0),
    (-5.303, 0.0),
    (-0.492, 6.82),
    (-0.506, 7.02),
    (-31.03, 0.0),
    (-32.45, 0.0),
    (-34.07, 0.0),
    (-35.53, 0.0),
    (-37.89, 0.142),
    (-38.01, 0.038),
]
"""Kundur 1994, table E12.3, excitation by hand; without the two that are nearly zero and the two next to them."""

SLOW = (-0.096, -0.117)
"""
Those next to them. The two that are zero by nature are printed as -0.00076 +- 0.0022j, from the mismatch of the power
flow there: its slow fluxes cannot be surer than that.
"""


def pair(active: float = 50e6, reactance: float = 0.2) -> HostGrid:
    """Give two buses and a line without losses; the second machine takes what the first gives."""
    none, two = np.zeros(2), np.full(2, np.nan)
    buses = Buses(np.arange(2), ("", ""), np.full(2, 230e3), none, none, none, none, none, none, two, two)
    one = np.ones(1)
    branches = Branches(
        np.array([0]), np.array([1]), 0.0 * one, reactance * one, 0.0 * one, one, 0.0 * one, one, one, one > 2, one > 0
    )
    units = Units(
        np.arange(2), np.array([active, -active]), np.full(2, 1e9), -none, none, np.ones(2), np.array([0.0, 1.0])
    )
    return HostGrid(100e6, 60.0, buses, branches, units, 1)


def two_machines(damping: float = 0.0) -> Machines:
    """Give the two, of 100 MVA: 4 and 3 s, 0.3 and 0.25 per unit; only those constants are of the classical model."""
    filled = {name: np.ones(2) for name in Machines._fields}
    given = {
        "bus": np.arange(2),
        "rating": np.full(2, 100e6),
        "inertia": np.array([4.0, 3.0]),
        "damping": np.array([4.0, 3.0]) * damping,
        "resistance": np.zeros(2),
        "transient_d": np.array([0.3, 0.25]),
    }
    return Machines(**(filled | given))


def test_two_machines_swing_as_the_closed_form_says() -> None:
    """
    w^2 = w_0 K (1 / 2 H_1 + 1 / 2 H_2), K = E_1 E_2 cos(d) / X, X = 0.3 + 0.2 + 0.25.

    P = 0.5 over 0.2 between voltages of 1: the line has sin(a) = 0.1. Behind 0.3 at 1 with current I, and so on:
    E_1 = V_1 + 0.3 j I. With damping K_D = D H the real part is -D / 4 for each alike.
    """
    grid, damping = pair(), 2.0
    solved = power_flow.solve(grid)
    line = np.arcsin(0.5 * 0.2)
    first, second = np.exp(1j * line), 1.0
    current = (first - second) / 0.2j
    behind = first + 0.3j * current, second - 0.25j * current
    stiffness = (behind[0] * behind[1].conjugate()).real / 0.75  # E_1 E_2 cos(d) / X
    square = OMEGA * stiffness * (1.0 / 8.0 + 1.0 / 6.0)
    system = eigenmodes.linear(grid, solved, two_machines(damping), np.zeros(0, dtype=np.intp), "classical")
    found = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    assert found.eigenvalue.size == 1
    assert found.eigenvalue[0].real == pytest.approx(-damping / 4.0, rel=1e-9)
    assert abs(found.eigenvalue[0]) ** 2 == pytest.approx(square, rel=1e-9)
    # they swing against each other, each by the inverse of its inertia: the lighter one is the larger
    assert found.shape[0] == pytest.approx(np.array([-0.75, 1.0]), abs=1e-9)


def test_power_flow_of_the_two_areas_is_the_published_one() -> None:
    """Kundur gives angles of 20.2, 10.5, -6.8 and -17.0 degrees and 185, 235, 176 and 202 Mvar; three digits."""
    solved = power_flow.solve(two_areas.network())
    assert np.degrees(np.angle(solved.voltage[:4])) - 6.8 == pytest.approx([20.2, 10.5, -6.8, -17.0], abs=0.1)
    assert solved.injection[:4].imag / 1e6 == pytest.approx([185.0, 235.0, 176.0, 202.0], abs=0.6)


def test_modes_of_the_two_areas_are_the_published_ones() -> None:
    """
    Kundur's example 12.6 with excitation by hand, to the digits that are printed: a unit of the last.

    6.82 is held to 0.015, as 1.087 Hz is printed beside it, which is 6.830 +- 0.003.
    """
    grid = two_areas.network()
    system = eigenmodes.linear(grid, power_flow.solve(grid), two_areas.machines(), np.zeros(0, dtype=np.intp))
    found = eigenmodes.modes(system)
    for real, imaginary in PUBLISHED:
        nearest = found.eigenvalue[np.abs(found.eigenvalue - complex(real, imaginary)).argmin()]
        digits = 5e-4 if abs(real) < 10.0 else 5e-3
        assert nearest.real == pytest.approx(real, abs=2.0 * digits)
        assert nearest.imag == pytest.approx(imaginary, abs=0.015 if imaginary > 1.0 else 1e-3)
    for real in SLOW:
        assert np.abs(found.eigenvalue - real).min() < 0.004
    swings = eigenmodes.of_swings(found, system.size)
    assert swings.frequency == pytest.approx([0.545, 1.087, 1.117], abs=5e-4)
    assert swings.damping == pytest.approx([0.032, 0.072, 0.072], abs=5e-4)


def test_shapes_of_the_two_areas() -> None:
    """One area against the other; then the two machines of the first, and of the second."""
    grid = two_areas.network()
    system = eigenmodes.linear(grid, power_flow.solve(grid), two_areas.machines(), np.zeros(0, dtype=np.intp))
    swings = eigenmodes.of_swings(eigenmodes.modes(system), system.size)
    between, first, second = np.sign(swings.shape.real)
    assert between.tolist() in ([-1, -1, 1, 1], [1, 1, -1, -1])
    assert first[0] * first[1] < 0.0
    assert np.abs(swings.shape[1][2:]).max() < 0.3
    assert second[2] * second[3] < 0.0
    assert np.abs(swings.shape[2][:2]).max() < 0.3
    assert swings.participation.sum(axis=1) == pytest.approx(1.0, rel=1e-12)


def test_an_oscillating_load_is_shared_by_inertias_and_amplified_at_a_mode() -> None:
    """
    Two machines without losses: at w the power of the first is that of the load through two branches.

    Worked by hand at the load's bus, that of the first machine: with the network's own reactances the load's change is
    shared at once as 1/X seen from its bus, 0.3 against 0.45, so 0.6 and 0.4; slowly by inertia, 4/7 and 3/7.
    """
    grid = pair(active=0.0)
    solved = power_flow.solve(grid)
    system = eigenmodes.linear(grid, solved, two_machines(), np.array([0]), "classical")
    fast, slow = eigenmodes.forced(system, np.array([1e3, 1e-2]))
    assert fast.real == pytest.approx([0.6, 0.4], abs=1e-5)
    assert slow.real == pytest.approx([4.0 / 7.0, 3.0 / 7.0], abs=1e-5)
    mode = eigenmodes.of_swings(eigenmodes.modes(system), system.size).frequency[0]
    damped = eigenmodes.linear(grid, solved, two_machines(1.0), np.array([0]), "classical")
    # at the mode: 0.6 - (0.6 - 4/7) w^2 / (s^2 + D s / 2 + w^2) at s = jw, and the other machine's 0.4 the other way
    omega = 2.0 * np.pi * mode
    swung = (0.6 - 4.0 / 7.0) * omega / 0.5
    near = eigenmodes.forced(damped, np.array([mode]))[0]
    assert near == pytest.approx(np.array([0.6 + 1j * swung, 0.4 - 1j * swung]), rel=2e-3)  # the mode moves by damping


def test_circuits_of_a_machine_give_its_constants_back() -> None:
    """Kundur's 1.8, 0.3, 0.25 over a leakage of 0.2: field 0.1067, damper 0.1; resistances by the time constants."""
    direct, quadrature = machines.axes(two_areas.machines(), 60.0)
    assert direct.first[0] == pytest.approx(0.1 * 1.6 / 1.5, rel=1e-12)
    assert direct.second[0] == pytest.approx(0.1, rel=1e-12)
    assert direct.first_resistance[0] == pytest.approx((1.6 + direct.first[0]) / (OMEGA * 8.0), rel=1e-12)
    assert direct.second_resistance[0] == pytest.approx((0.1 + 0.1) / (OMEGA * 0.03), rel=1e-12)
    assert quadrature.first[0] == pytest.approx(0.35 * 1.5 / 1.15, rel=1e-12)
    assert quadrature.subtransient(np.ones(4)) == pytest.approx(0.05, rel=1e-12)


def test_a_machine_at_rest_does_not_move() -> None:
    grid = two_areas.network()
    solved, units = power_flow.solve(grid), two_areas.machines()
    for model in machines.MODELS.values():
        power, voltage = solved.injection[units.bus] / units.rating, solved.voltage[units.bus]
        at = model.rest(units, 60.0, voltage, power)
        rates, current = model.motion(units, 60.0, at, at.states, np.stack([voltage.real, voltage.imag]))
        assert np.abs(rates).max() < 1e-10
        assert current[0] + 1j * current[1] == pytest.approx((power / voltage).conj(), abs=1e-12)
