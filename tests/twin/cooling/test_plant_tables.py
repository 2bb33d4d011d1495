"""What the plant's controls and steps read besides coolers: cells, pumps, heat pumps, economisers, pads and basins."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import small_site as small
from twin.cooling import cooler_tables, plant, plant_tables, plant_water
from twin.cooling.plant_tables import FLOWS, Outdoors
from twin.facility_water import cells
from twin.thermal import laws

SITE = small.with_everything(small.site())
LOOPS = SITE.loops
WARM = Outdoors(303.15, 293.15, 0.010, 101325.0)
ONE = np.ones(3)


def test_cells_stand_in_the_direction_of_flow() -> None:
    """Return, tank and supply: 2 + 0 + 2, 1 + 0 + 1 and 4 + 3 + 4 cells; 150 s in each pipe, 240 s in the tank."""
    own = cells(LOOPS)
    assert own.start.tolist() == [0, 4, 6, 17]
    assert own.last_return.tolist() == [1, 4, 9]
    times = own.capacity / np.repeat(LOOPS.water_stream, [4, 2, 11])
    np.testing.assert_allclose(times, [75.0] * 4 + [150.0] * 2 + [37.5] * 4 + [80.0] * 3 + [37.5] * 4, rtol=1e-12)


def test_pumps_draw_their_power_at_full_flow_and_none_at_rest() -> None:
    table = plant_tables.pump_power(LOOPS)
    np.testing.assert_allclose(table[-1], LOOPS.pump_power, rtol=1e-12)
    assert not table[0].any()
    assert np.all(np.diff(table, axis=0) > 0.0)


def test_a_pump_at_half_flow_by_hand() -> None:
    """
    A difference of 0.3 is held; at half flow the circuit asks for 0.3 + 0.7 / 4 = 0.475 of the head.

    The pump has 1.25 s^2 - 0.25 / 4 there: s = (0.5375 / 1.25)^0.5 = 0.65574. Shaft power is head x s / (2 - Q / s) =
    0.475 x 0.65574 / 1.23750 = 0.25170; the drive adds 0.02 + 0.035 x 0.25170 + 0.032 x 0.25170^2 to it, of 1.087.
    """
    shaft = 0.475 * 0.655744 / (2.0 - 0.5 / 0.655744)
    expected = (shaft + 0.02 + shaft * (0.035 + 0.032 * shaft)) / 1.087
    assert FLOWS[8] == 0.5
    assert plant_tables.pump_power(LOOPS)[8, 1] / LOOPS.pump_power[1] == pytest.approx(expected, rel=1e-5)


def test_heat_pumps_take_what_the_buyer_gets_less_their_power() -> None:
    """Water of 315 K evaporates at 310 K, condensing at 335 K: 0.5 x 335 / 25 = 6.7; they take 1 - 1 / 6.7."""
    table = plant_tables.reuse(LOOPS, 315.0 * ONE)
    assert table.taken[0] == pytest.approx(LOOPS.reuse.heat[0] * (1.0 - 1.0 / 6.7), rel=1e-12)
    assert table.power_share[0] == pytest.approx(1.0 / 5.7, rel=1e-12)
    assert not table.taken[1:].any()


def test_an_economiser_moves_less_with_less_water() -> None:
    """
    UA of four facility streams M against 1.3 M: Cr = 1 / 1.3, NTU = 4; effectiveness (1 - e) / (1 - e / 1.3) with
    e = exp(-4 (1 - 1 / 1.3)) = 0.39729: 0.86807.
    """
    full = plant_tables.economiser(LOOPS, ONE)
    assert full[2] / LOOPS.water_stream[2] == pytest.approx(0.60271 / (1.0 - 0.39729 / 1.3), rel=1e-4)
    assert not full[:2].any()
    half = plant_tables.economiser(LOOPS, 0.5 * ONE)
    assert 0.5 * full[2] < half[2] < 0.5 * LOOPS.water_stream[2]


def test_pads_cool_the_air_of_their_loop_above_their_set_point_and_until_it_has_fallen() -> None:
    """Seven tenths of the way from 303.15 K to the wet bulb of 293.15 K; 299.15 K starts it, 297.15 K stops it."""
    wetted = np.zeros(3, dtype=bool)
    np.testing.assert_allclose(cooler_tables.outdoor(LOOPS, WARM, wetted), [293.15, 296.15, 293.15])
    assert wetted.tolist() == [False, True, False]
    cooler = WARM._replace(dry_bulb=298.15)
    assert cooler_tables.outdoor(LOOPS, cooler, wetted)[1] == pytest.approx(298.15 - 0.7 * 5.0)
    assert cooler_tables.outdoor(LOOPS, WARM._replace(dry_bulb=297.0), wetted)[1] == 297.0
    assert cooler_tables.outdoor(LOOPS, cooler, wetted)[1] == 298.15


def test_pads_use_the_water_that_their_air_takes_up() -> None:
    """Air of 296.15 K on the same wet bulb holds some 2.9 g/kg more than at 303.15 K; blowdown is a third of that."""
    settings, wetted = plant_tables.own_settings(LOOPS), np.array([False, True, False])
    evaporation, use = plant_water.water_flows(LOOPS, settings, ONE, np.array([0.0, 5e5, 0.0]), ONE, wetted, WARM)
    air = LOOPS.cooler_units[1] * LOOPS.cooler_air_flow[1]
    # 7 K x 1.02 kJ/kg/K over 2.46 MJ/kg, to the change of the vapour's heat.
    assert evaporation[1] / air == pytest.approx(7.0 * 1.02e3 / 2.46e6, rel=0.02)
    assert use.make_up[1] == pytest.approx(evaporation[1] * 4.0 / 3.0, rel=1e-12)


@pytest.mark.parametrize(
    ("wet_bulb", "rise"), [(280.0, 2.0), (283.15, 2.0), (288.15, 1.0), (293.15, 0.0), (300.0, 0.0)]
)
def test_the_set_point_rises_in_cool_weather(wet_bulb: float, rise: float) -> None:
    """Two kelvin at a wet bulb of 283.15 K and below, none from 293.15 K on."""
    settings, air = plant_tables.own_settings(LOOPS), WARM._replace(wet_bulb=wet_bulb)
    fixed = plant.tables(LOOPS, settings)
    tables, _ = plant.law(SITE, settings, fixed, ONE, plant.first_state(LOOPS), air)
    assert tables.set_point[0] - settings.set_point[0] == pytest.approx(rise, abs=1e-9)
    assert tables.set_point[1] == settings.set_point[1]


def test_pumps_follow_what_valves_ask_for_down_to_their_least() -> None:
    settings = plant_tables.own_settings(LOOPS)._replace(pump_share=np.array([0.5, 1.0, 0.5]))
    fixed = plant.tables(LOOPS, settings)
    tables, _ = plant.law(SITE, settings, fixed, np.array([0.3, 0.3, 0.7]), plant.first_state(LOOPS), WARM)
    # The first holds its flow, the others follow, not below 0.4; of the first and the third half the pumps run.
    np.testing.assert_allclose(tables.flow_aim, [0.5, 0.4, 0.35], rtol=1e-12)


def test_valves_ask_for_the_water_that_passes_them() -> None:
    """With open valves all that CDUs and coils are sized for, with shut ones what leaks; of the third loop by coils."""
    open_, shut = (laws.flow_demand(SITE, *(lift * np.ones((3, 2)))) for lift in (1.0, 0.0))
    expected = SITE.cdus.primary_stream[0] / LOOPS.water_stream[0]
    assert open_[0] == pytest.approx(expected, rel=1e-12)
    assert open_[2] == pytest.approx(SITE.halls.coil_water_stream.sum() / LOOPS.water_stream[2], rel=1e-12)
    assert shut[0] < 0.05 * open_[0]
    assert shut[2] == 0.0


def test_doors_ask_for_water_as_they_open() -> None:
    """A quarter of 8 kW/K and half of 6 kW/K, and no coils."""
    site = SITE._replace(halls=SITE.halls._replace(door_water_stream=np.array([8e3, 6e3])))
    asked = laws.flow_demand(site, np.zeros(2), np.zeros(2), np.array([0.25, 0.5]))
    assert asked[2] == pytest.approx(5e3 / LOOPS.water_stream[2], rel=1e-12)


def test_basins_drain_without_make_up_and_fill_again() -> None:
    """4,000 kg less 0.5 kg/s for 60 s; filling takes half an hour for a whole basin: 4,000 / 1,800 kg/s besides."""
    used, content = np.array([0.5, 0.0, 0.2]), np.array([4e3, 0.0, 1e3])
    lost = plant_water.basins(LOOPS, np.zeros(3), content, used, 60.0)
    assert (lost.make_up[0], lost.content[0]) == (0.0, 3970.0)
    kept = plant_water.basins(LOOPS, ONE, np.array([3970.0, 0.0, 1e3]), used, 60.0)
    assert kept.make_up[0] == pytest.approx(0.5 + 0.5, rel=1e-12)
    assert kept.content[0] == pytest.approx(4e3, rel=1e-12)
    assert kept.make_up[2] == pytest.approx(0.2 + 2e3 / 1800.0, rel=1e-12)


def test_towers_stand_dry_without_water_for_the_next_minute() -> None:
    """0.5 kg/s for a minute, and half as much again: 45 kg. Dry coolers never do."""
    used = 0.5 * ONE
    for content, dry in ((46.0, False), (44.0, True)):
        found = plant_water.standing_dry(LOOPS, np.zeros(3), content * ONE, used, 60.0)
        assert found.tolist() == [dry, False, dry]
        assert not plant_water.standing_dry(LOOPS, ONE, content * ONE, used, 60.0).any()


@pytest.mark.parametrize(("flow", "inside"), [(0.0, True), (0.150, False), (0.155, True), (1.0, True)])
def test_circulating_pumps_far_below_their_best_point_are_flagged(flow: float, inside: bool) -> None:
    """
    Of the second loop 0.3 of the head stays: s^2 = (0.3 + 0.95 Q^2) / 1.25, and Q / s = 0.3 at Q = 0.1523.

    0.09 x (0.3 + 0.95 Q^2) = 1.25 Q^2, so Q^2 = 0.027 / 1.1645.
    """
    np.testing.assert_array_equal(plant_tables.pumps_inside(LOOPS, flow * ONE)[1], inside)
    # Pumps of a circuit without fixed head are at their best point at any speed.
    assert plant_tables.pumps_inside(
        LOOPS._replace(pumps=LOOPS.pumps._replace(static_head=0.0 * ONE)), flow * ONE
    ).all()
