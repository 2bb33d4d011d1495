"""The site that the physics reads: counts, shapes, sizing rules and speed."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import facilities
from facilities import build
from facilities.layout import layout
from tests.facilities.sites import changed
from twin.power import facility_flows
from twin.site import Site
from twin.thermal import laws

SITES = ("frontier", "hyperion", "prometheus")


@cache
def site(name: str) -> Site:
    return build.site(facilities.load(name))


@pytest.mark.parametrize(
    ("name", "racks", "cdus", "halls"),
    # Prometheus: 24 halls of 213 racks, 27 CDUs of 8; Hyperion: 41 halls of 377 racks, 48 CDUs of 8.
    [("frontier", 74, 25, 1), ("hyperion", 15457 + 7729, 41 * 48, 41), ("prometheus", 5112 + 2556, 24 * 27, 24)],
)
def test_counts(name: str, racks: int, cdus: int, halls: int) -> None:
    built = site(name)
    assert (len(built.racks.name), len(built.cdus.name), len(built.halls.name)) == (racks, cdus, halls)
    assert len(set(built.racks.name)) == racks


@pytest.mark.parametrize("name", SITES)
def test_racks_stand_in_order_of_hall_and_cdu(name: str) -> None:
    built = site(name)
    assert np.all(np.diff(built.racks.cdu) >= 0)
    assert np.all(np.diff(built.cdus.hall) >= 0)
    start = built.cdus.rack_start
    for cdu in (0, len(built.cdus.name) // 2, len(built.cdus.name) - 1):
        assert np.all(built.racks.cdu[start[cdu] : start[cdu + 1]] == cdu)
        assert built.racks.name[start[cdu]] == f"{built.cdus.name[cdu]}/rack_1"
    assert start[-1] == len(built.racks.name)
    assert np.all(built.racks.hall == built.cdus.hall[built.racks.cdu])
    assert built.halls.cdu_start[-1] == len(built.cdus.name)
    assert np.all(np.diff(start) > 0), "no CDU without racks"


@pytest.mark.parametrize("name", SITES)
def test_every_table_has_its_shape_and_finite_numbers(name: str) -> None:
    built = site(name)
    for table, count in (
        (built.cdus, len(built.cdus.name)),
        (built.halls, len(built.halls.name)),
        (built.loops, len(built.loops.name)),
        (built.rack_classes, len(built.rack_classes.name)),
    ):
        for field, values in table._asdict().items():
            if isinstance(values, np.ndarray):
                assert values.shape[0] - count == (1 if field.endswith("_start") else 0), field
                assert np.all(np.isfinite(values.astype(float))), field


def test_frontier_has_two_racks_on_cdu_14() -> None:
    built = site("frontier")
    assert built.cdus.name == tuple(f"hall_1/cdu_{number}" for number in range(1, 26))
    racks = np.diff(built.cdus.rack_start)
    assert racks.tolist() == [3] * 13 + [2] + [3] * 11


def test_prometheus_is_derived_from_its_facility_power() -> None:
    facility = facilities.load("prometheus")
    design = facility.design
    nameplate = facility.catalog.racks["gb200_nvl72"].rated_power.si
    # 1000 MW / 1.30 / (132 kW x 1.14) = 5111.9
    derived = design.facility_power.si / design.peak_ratio.si / (nameplate * (1 + design.service_share.si))
    assert facility.racks["compute"].count.count == round(derived) == 5112
    assert facility.racks["service"].count.count == 5112 // 2


def test_hyperion_is_derived_from_its_facility_power() -> None:
    # 5000 MW / 1.25 / (227 kW x 1.14) = 15457.1
    assert round(5e9 / 1.25 / (227e3 * 1.14)) == facilities.load("hyperion").racks["compute"].count.count == 15457
    assert site("hyperion").connection.points == 6


def test_service_racks_stand_with_those_they_serve() -> None:
    built = site("prometheus")
    compute = np.bincount(built.racks.hall[built.racks.rack_class == 0], minlength=24)
    service = np.bincount(built.racks.hall[built.racks.rack_class == 1], minlength=24)
    assert compute.tolist() == [213] * 24
    assert set(service.tolist()) == {106, 107}
    assert service.sum() == 2556


def test_racks_that_do_not_divide_are_dealt_without_loss(tmp_path: Path) -> None:
    path = changed(tmp_path, "prometheus", ('value = "5112 rack"', 'value = "1001 rack"'), ('"2556 rack"', '"7 rack"'))
    places = layout(facilities.load(path))
    halls = np.bincount(places.cdu_hall[places.rack_cdu[places.rack_class == 0]], minlength=24)
    assert halls.sum() == 1001
    assert halls.max() - halls.min() == 1  # 1001 = 24 x 41 + 17
    assert np.bincount(places.rack_class).tolist() == [1001, 7]


def test_a_gigawatt_is_what_prometheus_draws() -> None:
    parts = build.sized(facilities.load("prometheus"))
    # 5112 x 132.53 kW + 2556 x 36.96 kW = 771.9 MW; 1.8 to 2.1 kW a package at nameplate, as published sites have
    assert parts.heat.power.sum() == pytest.approx(771.9e6, rel=1e-3)
    assert 1800.0 < parts.heat.power.sum() / (5112 * 72) < 2110.0
    assert 850e6 < parts.peak_power < 1000e6


@pytest.mark.parametrize("name", SITES)
def test_the_chain_carries_full_load_within_its_ratings(name: str) -> None:
    """The peak that sizing gives is what the chain of the built site draws, and no stage is loaded above its rating."""
    parts, built = build.sized(facilities.load(name)), site(name)
    plant = parts.pumps.sum() + parts.fans.sum() + sum(plant.peak_power.sum() for plant in parts.plants)
    flows = facility_flows(built.chain, parts.heat.power[:, np.newaxis], np.array([plant]), 1.0)
    assert flows.connection[0] == pytest.approx(parts.peak_power, rel=1e-12)
    assert flows.connection[0] < built.connection.rating
    assert np.all(parts.heat.power < built.halls.feeder_rating)
    head = built.chain.common_path[-1]
    assert head.units[0] * head.rating > built.connection.rating


def test_main_transformers_are_one_more_than_needed() -> None:
    # 1000 MW / 0.98 / 90 MVA = 11.3, so 12 and a spare one; Hyperion 833.3 MW a point: 9.4, so 10 and one, six times
    assert site("prometheus").connection.transformers == 13
    assert site("hyperion").connection.transformers == 66


def test_two_feeders_are_two() -> None:
    """A plant of 0.3 MW needs one feeder of 1.5 MW at 45 %, and 2N another."""
    assert site("aws_p4d_ultracluster").chain.mechanical_path[0].units.tolist() == [2.0]


def test_plant_follows_its_margins() -> None:
    facility = facilities.load("prometheus")
    parts, built = build.sized(facility), site("prometheus")
    liquid = parts.plants[0]
    assert liquid.units[0] == np.ceil(1.25 * liquid.heat[0] / 2.931e6)
    assert liquid.chiller_capacity[0] == pytest.approx(0.25 * liquid.heat[0])
    # 27 CDUs of 1.2 MW at 10 K; 250 kPa, 0.72; PG25 at 40 degC: 1010 kg/m3 and 3969 J/kg/K, rounded to 5e-4
    assert liquid.stream[0] == pytest.approx(27 * 1.2e5)
    assert liquid.pump_power[0] == pytest.approx(27 * 1.2e5 / (1010 * 3969) * 250e3 / 0.72, rel=1e-3)
    assert built.loops.name[0] == "hall_1/liquid"
    assert built.loops.name[24] == "hall_1/air"
    assert built.halls.loop[3] == 3
    assert built.halls.air_loop[3] == 27


def test_a_cdu_holds_its_approach_at_rated_heat() -> None:
    built = site("prometheus")
    assert built.cdus.exchanger_conductance[0] == pytest.approx(1.2e6 / 4.0)
    assert built.cdus.primary_stream[0] == pytest.approx(1.2e6 / 10.0)
    assert built.cdus.supply_set_point[0] - built.loops.supply_set_point[0] == pytest.approx(4.0)


def test_a_cdu_with_fewer_racks_has_slower_films() -> None:
    """
    Frontier's CDU 14 has two racks of three: UA / (0.5 x 1.5^0.8 + 0.5) = 0.8393 UA with the valve open; others UA.

    Of equal streams M with N = UA / M an exchanger moves N / (1 + N) M for a kelvin.
    """
    cdus = site("frontier").cdus
    assert cdus.coolant_part.tolist() == pytest.approx([1.0] * 13 + [2.0 / 3.0] + [1.0] * 11, rel=1e-12)
    one, stream = np.ones(len(cdus.name)), cdus.primary_stream
    films = np.where(cdus.coolant_part < 1.0, 1.0 / (0.5 * 1.5**0.8 + 0.5), 1.0)
    units = films * cdus.exchanger_conductance / stream
    moved = laws.exchange(cdus, stream, 0.0 * one, one, one)
    assert moved == pytest.approx(units / (1.0 + units) * stream, rel=1e-9)
    assert films[13] == pytest.approx(0.8393, abs=1e-4)
    # Others stay as their rating says, but where a service rack takes a place.
    for name, whole in (("prometheus", 624), ("hyperion", 1825)):
        assert int(np.sum(site(name).cdus.coolant_part == 1.0)) == whole


def test_a_site_without_coolant_has_air_loops_only(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "prometheus",
        ('rack = "gb200_nvl72"', 'rack = "dgx_h200_rack"'),
        ('value = "5112 rack"', 'value = "450 rack"'),
        ('value = "2556 rack"', 'value = "24 rack"'),
    )
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("[cooling.liquid]"), text.index("[cooling.air]")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    assert facilities.check(path) == ()
    built = build.site(facilities.load(path))
    assert len(built.loops.name) == 24
    assert np.all(built.halls.air_loop == built.halls.loop)
    assert built.cdus.pump_power.sum() == 0.0
    assert built.rack_classes.coolant_stream.sum() == 0.0


def test_racks_that_need_coolant_need_its_cooling(tmp_path: Path) -> None:
    path = changed(tmp_path, "prometheus")
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("[cooling.liquid]"), text.index("[cooling.air]")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    assert [str(fault) for fault in facilities.check(path)] == [
        "cooling.liquid: is missing; the site has racks that need coolant"
    ]


def test_towers_are_towers() -> None:
    loops = site("frontier").loops
    assert loops.evaporative.tolist() == [True, False]
    assert loops.cycles_of_concentration[0] == 4.0
    assert loops.drift_fraction[0] == pytest.approx(2e-5)


def test_building_the_largest_site_is_quick() -> None:
    facility = facilities.load("hyperion")
    build.site(facility)
    begun = time.process_time()
    build.site(facility)
    assert time.process_time() - begun < 0.3
