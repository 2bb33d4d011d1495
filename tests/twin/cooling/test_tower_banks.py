"""Banks of cells: loss of a cell, fans off, recirculation, and the law chosen by name."""

import numpy as np
import pytest

from twin.cooling import tower_banks, tower_curves, towers
from twin.site import Floats

SEA_LEVEL = 101_325.0
WET_BULB = 298.75
HOT_WATER = WET_BULB + 3.9 + 5.5
STREAM = 4.5e6  # of one cell: some 25 MW at a range of 5.5 K
AIR = 1.0e3


def cell() -> tower_banks.Cell:
    conductance = towers.merkel_conductance(HOT_WATER, STREAM, AIR, WET_BULB, 5.5 * STREAM, SEA_LEVEL)
    ratio = tower_curves.design_water_ratio(tower_curves.CURVES["york_calc"], 5.5, WET_BULB, 3.9)
    return tower_banks.Cell(*(np.array([value]) for value in (STREAM, AIR, WET_BULB, conductance, ratio)))


def heat(name: str, cells: float, air: float = 1.0, recirculation: float = 0.0) -> tower_banks.BankState:
    return tower_banks.bank_heat(
        tower_banks.LAWS[name],
        cell(),
        np.array([cells]),
        np.array([HOT_WATER]),
        np.array([4 * STREAM]),
        np.array([air]),
        np.array([WET_BULB]),
        recirculation,
        SEA_LEVEL,
    )


def merkel_cell(water: float, factor: float, wet_bulb: float = WET_BULB, air: float = AIR) -> Floats:
    one = np.ones(1)
    conductance = factor * cell().conductance
    return towers.merkel(HOT_WATER * one, water * one, air * one, conductance, wet_bulb * one, SEA_LEVEL).heat


@pytest.mark.parametrize(("name", "tolerance"), [("merkel", 3e-3), ("york_calc", 1e-9)])
def test_four_cells_at_their_design_point(name: str, tolerance: float) -> None:
    """Four times 5.5 K of one cell's water; the published correction of Merkel's UA is 1.0039 at design."""
    state = heat(name, 4)
    assert state.heat[0] == pytest.approx(4 * 5.5 * STREAM, rel=tolerance)
    assert state.inside[0]


def test_a_lost_cell_overloads_the_others() -> None:
    """
    Three cells get 4/3 of their design water: flagged, with the conductance held at that of full water, 1.0039.

    They take three times what one does with that water, less than four did, but more than three quarters of it.
    """
    state = heat("merkel", 3)
    assert state.heat[0] == pytest.approx(3 * merkel_cell(4 / 3 * STREAM, 1.0039)[0], rel=1e-12)
    assert 0.75 < state.heat[0] / heat("merkel", 4).heat[0] < 1
    assert not state.inside[0]


@pytest.mark.parametrize("name", sorted(tower_banks.LAWS))
def test_fewer_cells_leave_warmer_water(name: str) -> None:
    """By every law, though all of the water goes over the cells that are left. None in service, no heat."""
    taken = [heat(name, cells).heat[0] for cells in (0, 1, 2, 3, 4)]
    assert taken[0] == 0
    assert np.all(np.diff(taken) > 0)
    assert heat(name, 0).inside[0]
    assert not heat(name, 2).inside[0]


@pytest.mark.parametrize(("name", "least", "most"), [("merkel", 0.1, 0.25), ("york_calc", 0.125, 0.25)])
def test_fans_off_leave_free_convection(name: str, least: float, most: float) -> None:
    """A tenth of the air, or an eighth of the approach law: some part of a fifth of full heat."""
    assert least < heat(name, 4, air=0.0).heat[0] / heat(name, 4).heat[0] < most


def test_fans_off_by_hand() -> None:
    """Merkel's law with a tenth of the air: (0.13 - 0.003) * 1.0039 = 0.1274953 of UA."""
    assert heat("merkel", 4, air=0.0).heat[0] == pytest.approx(4 * merkel_cell(STREAM, 0.1274953, air=0.1 * AIR)[0])


@pytest.mark.parametrize("name", sorted(tower_banks.LAWS))
def test_recirculation_is_a_warmer_wet_bulb(name: str) -> None:
    """One kelvin on the wet bulb costs 5 to 12 % of the heat at a difference of 9.4 K."""
    loss = 1 - heat(name, 4, recirculation=1.0).heat[0] / heat(name, 4).heat[0]
    assert 0.05 < loss < 0.12


def test_recirculation_by_hand() -> None:
    """At 1 K above the design wet bulb UA is 1.0039 * (1 - 0.0081) = 0.9957684 of that at design."""
    state = heat("merkel", 4, recirculation=1.0)
    assert state.heat[0] == pytest.approx(4 * merkel_cell(STREAM, 0.99576841, wet_bulb=WET_BULB + 1)[0], rel=1e-9)


def test_speeds_against_loops() -> None:
    """Arguments broadcast: three speeds of one bank are each as alone."""
    speeds = np.array([[0.0], [0.5], [1.0]])
    state = tower_banks.bank_heat(
        tower_banks.LAWS["merkel"],
        cell(),
        np.array([4.0]),
        np.array([HOT_WATER]),
        np.array([4 * STREAM]),
        speeds,
        np.array([WET_BULB]),
        0.0,
        SEA_LEVEL,
    )
    alone = [heat("merkel", 4, air=float(speed)).heat[0] for speed in speeds[:, 0]]
    np.testing.assert_allclose(state.heat[:, 0], alone, rtol=1e-12)
