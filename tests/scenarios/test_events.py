"""Events of a scenario as changes of the run's inputs."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from scenarios.events import changes
from scenarios.schema import Scenario
from tests.scenarios import small_site
from twin.changes import AS_ASKED
from twin.errors import ScenarioError
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK

SITE = small_site.site()


def made(*events, duration=3600):
    scenario = Scenario.model_validate({"name": "s", "events": list(events)})
    return [
        (change.time, change.what, change.rows.tolist(), change.value, change.time_constant)
        for change in changes(SITE, scenario, duration)
    ]


def event(kind, start="10 min", end="20 min", **fields):
    return {"kind": kind, "start": start, "end": end, **fields}


def test_a_pump_trip_coasts_down_and_starts_again() -> None:
    assert made(event("pump_trip", cdus=["cdu_3"], time_constant="2 s")) == [
        (600, "pump_speed", [2], 0.0, 2.0),
        (1200, "pump_speed", [2], 1.0, 5.0),
    ]


def test_an_event_without_an_end_is_not_taken_back() -> None:
    trip = {"kind": "pump_trip", "cdus": {"count": 1}, "start": "0 s", "speed": "50 %"}
    assert made(trip) == [(0, "pump_speed", [0], 0.5, 1.5)]


def test_a_lost_unit_stops_and_shuts_its_valve() -> None:
    assert made(event("cdu_loss", cdus=["cdu_3"])) == [
        (600, "pump_speed", [2], 0.0, 1.5),
        (600, "valve", [2], 0.0, 0.0),
        (1200, "pump_speed", [2], 1.0, 5.0),
        (1200, "valve", [2], VALVE_FREE, 0.0),
    ]


def test_a_valve_sticks_where_it_is_or_where_it_is_sent() -> None:
    assert made(event("valve_stuck", cdus=["cdu_1"]))[0] == (600, "valve", [0], VALVE_STUCK, 0.0)
    assert made(event("valve_stuck", cdus=["cdu_1"], position="30 %"))[0] == (600, "valve", [0], 0.3, 0.0)


def test_deposits_take_their_share_of_the_conductance() -> None:
    """A fifth less of 20 kW/K: 1 / 16,000 - 1 / 20,000 = 1.25e-5 K/W."""
    fouled, clean = made(event("fouling", cdus=["cdu_1"], share="20 %"))
    assert fouled[1:4] == ("fouling", [0], pytest.approx(1.25e-5, rel=1e-12))
    assert clean[1:4] == ("fouling", [0], 0.0)


def test_a_load_step_holds_racks_and_lets_them_go() -> None:
    stepped, freed = made(event("load_step", racks={"halls": ["hall_2"], "count": 1}, level="90 %"))
    assert (stepped[1:4], freed[1:4]) == (("load", [9], 0.9), ("load", [9], AS_ASKED))


def test_faults_of_an_event_with_two_effects_are_told_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        made(event("cdu_loss", cdus=["cdu_8"]))
    assert str(caught.value).count("unknown CDU 'cdu_8'") == 1


def test_a_cap_is_for_each_accelerator_or_a_share_of_its_power() -> None:
    # Ten packages of 1100 W.
    assert made(event("power_cap", racks={"halls": ["hall_2"], "count": 1}, cap="800 W"))[0][2:4] == ([9], 8000.0)
    cap, free = made(event("power_cap", racks="all", cap_share="70 %"))
    assert cap[3] == pytest.approx(7700.0, rel=1e-12)
    assert free[3] == np.inf
    assert 8 not in cap[2]


def test_set_points_by_their_offset_from_the_sites_own() -> None:
    assert made(event("supply_set_point", cdus=["cdu_1"], offset="-2 delta_degC"))[0][2:4] == ([0], 311.15)
    # The liquid loops' own is 309.15 K, the air loop's 292.15 K.
    assert [part[2:4] for part in made(event("loop_set_point", loops="all", offset="1.5 delta_degC"))[:2]] == [
        ([2], 293.65),
        ([0, 1], 310.65),
    ]


@pytest.mark.parametrize("both", [{}, {"temperature": "35 degC", "offset": "2 delta_degC"}])
def test_a_set_point_is_either_a_temperature_or_an_offset(both) -> None:
    with pytest.raises(ValidationError, match="give either temperature, such as '32 degC', or offset"):
        made(event("loop_set_point", loops="all", **both))


def test_what_an_event_took_comes_back_as_it_was() -> None:
    assert made(event("loop_set_point", loops=["loop_air"], temperature="18 degC"))[1][2:4] == ([2], 292.15)
    assert made(event("supply_set_point", cdus=["cdu_1"], temperature="35 degC"))[1][2:4] == ([0], 313.15)
    # Loops 1 and 2 have ten coolers, the air loop five: a quarter less leaves seven and three whole ones.
    lost = made(event("coolers_lost", loops="all", share="25 %"))
    assert [part[2:4] for part in lost] == [([2], 3.0), ([0, 1], 7.0), ([2], 5.0), ([0, 1], 10.0)]
    tripped = made(event("chiller_trip", loops="all"))
    assert [part[2:4] for part in tripped] == [([0, 1, 2], 0.0), ([0], 0.0), ([1, 2], 1e5)]


def test_heat_is_added_outdoors() -> None:
    assert made(event("heat", offset="8 delta_degC")) == [
        (600, "outdoor_offset", [], 8.0, 0.0),
        (1200, "outdoor_offset", [], 0.0, 0.0),
    ]


def test_changes_stand_in_order_of_time() -> None:
    late = event("heat", start="30 min", end="40 min", offset="1 delta_degC")
    assert [part[0] for part in made(late, event("pump_trip", cdus="all"))] == [600, 1200, 1800, 2400]


def test_all_faults_are_told_at_once() -> None:
    events = [
        event("pump_trip", cdus=["cdu_8"]),
        event("heat", start="2 h", end="3 h", offset="8 delta_degC"),
        event("coolers_lost", loops=["loop_1"], share="10 %"),
        event("coolers_lost", loops="all", share="10 %", start="15 min", end="25 min"),
    ]
    with pytest.raises(ScenarioError) as caught:
        made(*events)
    told = str(caught.value)
    assert "3 faults in s:" in told
    assert "events.1.cdus.names: unknown CDU 'cdu_8'" in told
    assert "events.2.start: is 7200 s, but the run lasts 3600 s; start it earlier" in told
    assert "events.4: changes the same as events.3 at the same time" in told


def test_part_of_the_chillers_trips_in_whole_units() -> None:
    """Each loop has one chiller of its own: half of one is none left, of none nothing."""
    tripped = made(event("chiller_trip", loops="all", share="50 %"))
    assert tripped[0][1:4] == ("chiller_capacity", [0, 1, 2], 0.0)


def test_pumps_of_a_loop_coast_and_start_again() -> None:
    assert made(event("loop_pump_trip", loops=["loop_2"], running="50 %")) == [
        (600, "loop_pumps", [1], 0.5, 10.0),
        (1200, "loop_pumps", [1], 1.0, 20.0),
    ]


def test_a_gap_of_power_stops_the_plant_but_for_pumps_on_ups() -> None:
    gap = made(event("power_gap", start="600 s", end="615 s", loops=["loop_1"], pumps_on_ups="100 %"))
    assert gap == [
        (600, "mechanical_power", [0], 0.0, 0.0),
        (600, "loop_pumps", [0], 1.0, 10.0),
        (615, "mechanical_power", [0], 1.0, 0.0),
        (615, "loop_pumps", [0], 1.0, 20.0),
    ]


def test_make_up_water_fails_and_comes_back() -> None:
    lost, back = made(event("make_up_loss", loops=["loop_1"]))
    assert (lost[1:4], back[1:4]) == (("make_up_water", [0], 0.0), ("make_up_water", [0], 1.0))


def test_an_extreme_of_the_wet_bulb_is_told_from_the_dry_one() -> None:
    """8 K on the wet bulb and 5 K on both: 3 K besides."""
    assert [change[1:4] for change in made(event("heat", offset="5 K", wet_bulb_offset="8 K"))] == [
        ("outdoor_offset", [], 5.0),
        ("wet_bulb_offset", [], 3.0),
        ("outdoor_offset", [], 0.0),
        ("wet_bulb_offset", [], 0.0),
    ]
