"""The plant's laws over fan speed, and its water."""

from __future__ import annotations

import numpy as np
import psychrolib
import pytest

from tests.twin import small_site as small
from twin import changes
from twin.cooling import cooler_tables, dry_coolers, plant, plant_tables, plant_water, towers
from twin.cooling.psychrometrics import WATER_HEAT, humidity_ratio_from_wet_bulb
from twin.cooling.ranges import Inside
from twin.facility_water import Loops
from twin.site import Floats, Site

PRESSURE = 101325.0
TOWERS, DRY, AIR = 0, 1, 2


def settings(site: Site) -> plant_tables.Settings:
    return plant_tables.own_settings(site.loops)


def state(supply: Floats | float, back: Floats | float, chilling: bool = False) -> plant.PlantState:
    """Give loops of one cell a side."""
    first = plant.first_state(small.site().loops)
    water = np.stack(np.broadcast_arrays(back, supply, np.zeros(3))[:2], axis=1).reshape(-1)
    return first._replace(water=water, memory=first.memory._replace(chilling=np.full(3, chilling)))


def outdoors(dry: float, wet: float) -> plant_tables.Outdoors:
    moisture = float(humidity_ratio_from_wet_bulb(np.asarray(dry), np.asarray(wet), PRESSURE))
    return plant_tables.Outdoors(dry, wet, moisture, PRESSURE)


def dry_rates(loops: Loops, own: plant_tables.Settings, flow: Floats) -> Floats:
    return cooler_tables.dry_cooler_rates(cooler_tables.dry_coolers_of(loops), loops, own, flow)


def law(site: Site, now: plant.PlantState, air: plant_tables.Outdoors) -> tuple[plant.PlantLaw, Inside]:
    own = settings(site)
    return plant.law(site, own, plant.tables(site.loops, own), np.ones(3), now, air)


def test_dry_coolers_at_design_move_their_rated_heat() -> None:
    """A unit is sized for 2.931 MW between water at 319.25 K and air at 308.15 K; two of them for twice, a kelvin."""
    site = small.site()
    loops = site.loops._replace(water_stream=np.array([1.0, 2 * 528e3, 1.0]))
    own = settings(site)._replace(cooler_units=np.array([2.0, 2.0, 2.0]))
    rates = dry_rates(loops, own, np.ones(3))
    # 2 x 2.931e6 / 11.1 = 528,108 W/K.
    assert rates[-1, DRY] == pytest.approx(528108.0, rel=1e-5)


def test_dry_coolers_are_tabulated_for_dry_loops_only_and_rise_with_speed() -> None:
    site = small.site()
    rates = dry_rates(site.loops, settings(site), np.ones(3))
    assert np.all(rates[:, [TOWERS, AIR]] == 0.0)
    assert rates[0, DRY] > 0.0
    # Below the speed that still air counts for, the law is that of still air; above, more air carries more.
    moving = cooler_tables.SPEEDS > dry_coolers.STILL_AIR
    assert np.all(np.diff(rates[moving, DRY]) > 0.0)
    assert np.all(np.diff(rates[:, DRY]) >= 0.0)


@pytest.mark.parametrize("ratio", [0.1, 0.123, 0.4, 0.777, 1.0, 1.19, 1.2])
def test_tabulated_dry_coolers_are_the_law_itself(ratio: float) -> None:
    """Two unlike coolers in three loops, 1e-4 from the law itself: 1e-3 K where water is 10 K over air."""
    loops = small.site().loops
    kinds = {"cooler_water_stream": [5e5, 2e5, 5e5], "cooler_air_flow": [400.0, 380.0, 400.0]}
    made = {name: np.array(values) for name, values in kinds.items()}
    loops = loops._replace(evaporative=np.zeros(3, bool), cooler_conductance=np.array([7e5, 3e5, 7e5]), **made)
    loops = loops._replace(water_stream=3.0 * loops.cooler_water_stream)
    own = plant_tables.own_settings(loops)._replace(cooler_units=np.full(3, 3.0))
    assert len(cooler_tables.dry_coolers_of(loops).rate) == 2
    speed = np.maximum(cooler_tables.SPEEDS, dry_coolers.STILL_AIR)[:, np.newaxis]
    exact = dry_coolers.dry_cooler(
        np.ones(3),
        ratio * loops.cooler_water_stream,
        speed * loops.cooler_air_flow,
        loops.cooler_conductance * dry_coolers.conductance_factor(speed, np.full(3, ratio)),
        np.zeros(3),
    )
    np.testing.assert_allclose(dry_rates(loops, own, np.full(3, ratio)), 3.0 * exact, rtol=1e-4)


def test_no_unit_in_service_moves_nothing() -> None:
    site = small.site()
    none = settings(site)._replace(cooler_units=np.zeros(3))
    tables, _ = plant.law(
        site, none, plant.tables(site.loops, none), np.ones(3), state(305.0, 315.0), outdoors(301.15, 294.15)
    )
    assert np.all(tables.cooler_rate == 0.0)
    assert np.all(tables.fan_power == 0.0)


def test_towers_see_the_wet_bulb_and_dry_coolers_the_dry_bulb() -> None:
    tables, _ = law(small.site(), state(305.0, 315.0), outdoors(301.15, 294.15))
    np.testing.assert_array_equal(tables.outdoor, [294.15, 301.15, 294.15])


def test_tower_rate_is_the_heat_of_its_units_over_the_approach() -> None:
    """At full speed and the towers' own flows, a rate is two units' Merkel heat over water return less wet bulb."""
    site = small.site()
    tables, _ = law(site, state(305.0, 312.0), outdoors(301.15, 297.15))
    loops = site.loops
    one = towers.merkel(
        np.array([312.0]),
        loops.cooler_water_stream[[TOWERS]],
        loops.cooler_air_flow[[TOWERS]],
        # At the design wet bulb (297.15 K) and the design flows the conductance is the design one, to the fit's 0.2 %.
        loops.cooler_conductance[[TOWERS]],
        np.array([297.15]),
        PRESSURE,
    ).heat[0]
    assert tables.cooler_rate[-1, TOWERS] == pytest.approx(2.0 * one / (312.0 - 297.15), rel=2e-3)
    assert np.all(np.diff(tables.cooler_rate[:, TOWERS]) >= 0.0)


def test_water_colder_than_the_outdoors_keeps_a_finite_rate() -> None:
    """The rate is taken a kelvin above the outdoors, the least difference at which heat over difference has sense."""
    tables, _ = law(small.site(), state(285.0, 286.0), outdoors(301.15, 294.15))
    assert np.all(np.isfinite(tables.cooler_rate))
    assert np.all(tables.cooler_rate[-1] > 0.0)


@pytest.mark.parametrize("units", [0.0, 2.0])
def test_scalding_water_keeps_a_finite_rate_and_is_flagged(units: float) -> None:
    """Saturated air is tabulated to 345 K; a rate that is no number would let no tower at all take any heat."""
    site = small.site()
    own = settings(site)._replace(cooler_units=np.full(3, units))
    tables, inside = plant.law(
        site, own, plant.tables(site.loops, own), np.ones(3), state(395.0, 396.0), outdoors(301.15, 294.15)
    )
    assert np.all(np.isfinite(tables.cooler_rate))
    assert np.all((tables.cooler_rate[-1] > 0.0) == (units > 0.0))
    np.testing.assert_array_equal(inside.towers, [units == 0.0, True, units == 0.0])


@pytest.mark.parametrize(("of_eleven", "kept"), [(11.0, 1.0), (4.0, 0.3865), (1.0, 0.0966), (0.0, 0.0)])
def test_units_left_alone_take_a_fifth_more_water_and_the_rest_goes_by(of_eleven: float, kept: float) -> None:
    """
    With 1.2 of its water a unit has 6.3 % more rate: of eleven, four keep 0.3865 and one 0.0966.

    By hand: 391 kW/K of air move 264 kW/K, an effectiveness of 0.675, for which the usual approximation of unmixed
    crossflow (Incropera, eq. 11.32) needs 1.976 units. The films in series, 1.5 and 3 x 1.2^0.85 = 3.503, give 1.0503
    of that; against 634 kW/K of water they move 0.717. The approximation is good to half a percent.
    """
    site = small.site()
    loops = site.loops._replace(water_stream=11.0 * site.loops.cooler_water_stream)
    own = settings(site)
    whole = dry_rates(loops, own._replace(cooler_units=np.full(3, 11.0)), np.ones(3))
    left = dry_rates(loops, own._replace(cooler_units=np.full(3, of_eleven)), np.ones(3))
    assert left[-1, DRY] / whole[-1, DRY] == pytest.approx(kept, rel=5e-3)


def test_condenser_water_and_its_coolers_stop_without_power() -> None:
    """Towers of facility water go on by free convection, its pumps may be on UPS; those of condenser water do not."""
    site = small.with_condenser_water(small.site())
    gone = settings(site)._replace(powered=np.zeros(3))
    now = plant.first_state(site.loops)
    tables, _ = plant.law(site, gone, plant.tables(site.loops, gone), np.ones(3), now, outdoors(301.15, 294.15))
    np.testing.assert_array_equal(tables.cooler_rate.max(axis=0) > 0.0, [True, True, False])
    assert tables.condenser_stream[2] == 0.0
    assert tables.condenser_pump[2] == 0.0


@pytest.mark.parametrize(("what", "value"), [("cooler_units", 0.0), ("loop_pumps", 0.5), ("mechanical_power", 0.0)])
def test_tables_after_a_change_are_those_of_its_settings(what: str, value: float) -> None:
    """No change of the plant alters a cooler's own law, so that only what a setting enters is tabulated again."""
    site = small.site()
    before = changes.first_setting(site)
    after = changes.apply(site, before, changes.Change(0, what, np.array([DRY]), value))
    anew = plant.tables(site.loops, after.plant)
    for found, whole in zip(after.tables, anew, strict=True):
        if isinstance(whole, np.ndarray):
            np.testing.assert_array_equal(found, whole)
    np.testing.assert_array_equal(after.tables.dry_coolers.rate, anew.dry_coolers.rate)
    same = np.array_equal(after.tables.fan_power, before.tables.fan_power)
    assert same == (what != "cooler_units")


def test_fan_power_at_half_speed() -> None:
    """The published curve has 0.142515786 of full power at half speed; the fans of the dry loop are 117 kW a unit."""
    site = small.site()
    tables, _ = law(site, state(305.0, 315.0), outdoors(301.15, 294.15))
    expected = 0.142515786 * site.loops.cooler_units[DRY] * 117e3
    assert cooler_tables.SPEEDS[8] == 0.5
    assert tables.fan_power[8, DRY] == pytest.approx(expected, rel=1e-9)


def test_chiller_performance_by_hand() -> None:
    """
    Water of 291.15 K evaporates at 288.15 K; air of 301.15 K condenses at 311.15 K: 0.55 x 288.15 / 23 = 6.8905.

    In air of 280 K the lift would be 1.85 K; the least lift of 10 K holds: 0.55 x 288.15 / 10 = 15.848.
    """
    site = small.site()
    warm, _ = law(site, state(291.15, 297.0), outdoors(301.15, 294.15))
    cold, _ = law(site, state(291.15, 297.0), outdoors(280.0, 278.0))
    for tables, performance in ((warm, 6.8905), (cold, 15.848)):
        assert tables.chiller_capacity[AIR] / tables.chiller_power[-1, AIR] == pytest.approx(performance, rel=1e-4)
        # Half the heat takes half the power: no curve is given.
        assert tables.chiller_power[8, AIR] == pytest.approx(0.5 * tables.chiller_power[-1, AIR], rel=1e-12)


def test_a_chiller_out_of_range_counts_only_where_it_is_used() -> None:
    """In air of 285 K a lift is below 10 K; that is out of range only while the chillers are in service."""
    site = small.site()
    air, at = outdoors(285.0, 283.0), site.loops.supply_set_point
    assert law(site, state(at, at + 6.0), air)[1].chillers.all()
    assert not law(site, state(at, at + 6.0, chilling=True), air)[1].chillers.any()


def test_towers_in_frost_are_out_of_range() -> None:
    """The conductance was fitted down to 25 K below the design wet bulb of 297.15 K, so to 272.15 K."""
    site = small.site()
    at = site.loops.supply_set_point
    now = state(at, at + 8.0)
    assert law(site, now, outdoors(275.15, 273.15))[1].towers.all()
    np.testing.assert_array_equal(law(site, now, outdoors(272.15, 270.15))[1].towers, [False, True, False])


def test_evaporation_against_psychrolib() -> None:
    """
    Air leaves saturated with the enthalpy that the water gave; its water less the entering air's is what evaporated.

    4 cycles and drift inside the blowdown: make-up is evaporation x 4/3.
    """
    psychrolib.SetUnitSystem(psychrolib.SI)
    site, air = small.site(), outdoors(301.15, 294.15)
    rejected = np.array([5e5, 5e5, 0.0])
    evaporation, use = plant_water.water_flows(
        site.loops, settings(site), np.ones(3), rejected, np.full(3, 0.8), np.zeros(3, bool), air
    )
    flow = 2.0 * site.loops.cooler_air_flow[TOWERS] * 0.8
    entering = psychrolib.GetMoistAirEnthalpy(28.0, air.humidity_ratio)
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = psychrolib.GetSatAirEnthalpy(middle, PRESSURE) > entering + 5e5 / flow
        low, high = (low, middle) if above else (middle, high)
    leaving = psychrolib.GetSatHumRatio(low, PRESSURE)
    # Half a percent: the tables of saturated air, and the enthalpy of steam, are not psychrolib's.
    assert evaporation[TOWERS] == pytest.approx(flow * (leaving - air.humidity_ratio), rel=5e-3)
    assert use.make_up[TOWERS] == pytest.approx(evaporation[TOWERS] * 4.0 / 3.0, rel=1e-12)


def test_drift_by_hand_and_no_water_for_dry_coolers() -> None:
    """Drift is 1e-5 of the water over the towers while heat is rejected, none at rest; a dry loop uses no water."""
    site = small.site()
    rejected = np.array([5e5, 5e5, 0.0])
    evaporation, use = plant_water.water_flows(
        site.loops, settings(site), np.ones(3), rejected, np.full(3, 0.8), np.zeros(3, bool), outdoors(301.15, 294.15)
    )
    assert use.drift[TOWERS] == pytest.approx(1e-5 * site.loops.water_stream[TOWERS] / WATER_HEAT, rel=1e-12)
    assert use.drift[AIR] == 0.0
    for part in (evaporation, use.drift, use.blowdown, use.make_up):
        assert part[DRY] == 0.0
