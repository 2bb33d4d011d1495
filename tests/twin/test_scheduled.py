"""Scheduled changes in words, each against what the small site has."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from tests.scenarios import small_site
from tests.twin import made_record as made
from twin import scheduled
from twin.changes import AS_ASKED, Change
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK

SITE = small_site.site()
NONE = np.array([], dtype=np.int64)


def said(what: str, value: float, rows: tuple[int, ...] = (0,), time_constant: float = 0.0) -> tuple[object, object]:
    change = Change(9, what, np.array(rows, dtype=np.int64), value, time_constant)
    (row,) = scheduled.rows((change,), SITE, made.START)
    return row["asset"], row["message"]


def test_rows_stand_in_order_of_time_with_their_value() -> None:
    changes = (Change(37, "pump_speed", np.array([0, 2]), 0.5, 2.0), Change(60, "outdoor_offset", NONE, 4.0))
    first, second = scheduled.rows(changes, SITE, made.START)
    assert (first["time"], first["kind"]) == (made.START + timedelta(seconds=37), "scheduled")
    assert (first["asset"], first["value"], first["limit"]) == ("2 CDUs", 0.5, None)
    assert (second["asset"], second["message"]) == ("outdoors", "+4.0 K on what the weather says")


def test_one_asset_is_named_and_many_are_counted() -> None:
    assert said("pump_speed", 1.0, (2,))[0] == "hall_2/cdu_3"
    assert said("pump_speed", 1.0, (0, 1, 2, 3))[0] == "all 4 CDUs"
    assert said("power_cap", 7e3, tuple(range(16)))[0] == "16 racks"
    assert said("loop_set_point", 300.0, (1,))[0] == "loop_2"


def test_changes_said_alike_are_one_row() -> None:
    """Chillers of unlike capacity come back by a change for each capacity."""
    site = SITE._replace(loops=SITE.loops._replace(chiller_capacity=np.array([1e5, 2e5, 3e5])))
    back = [Change(9, "chiller_capacity", np.array([loop]), 1e5 * (loop + 1)) for loop in range(3)]
    (row,) = scheduled.rows((*back,), site, made.START)
    assert (row["asset"], row["message"], row["value"]) == ("all 3 loops", "chillers may start again", 1e5)


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [
        ("pump_speed", 0.0, "pumps stop and coast down, time constant 1.5 s"),
        ("pump_speed", 0.5, "pumps go to 50% of their flow"),
        ("pump_speed", 1.0, "pumps at full flow again"),
        ("valve", VALVE_STUCK, "valve stuck where it stands"),
        ("valve", VALVE_FREE, "facility water valve under its controller again"),
        ("valve", 0.25, "facility water valve sent to 25% of its lift"),
        # 1 / (1 + 20,000 W/K x 1.25e-5 K/W) = 0.8
        ("fouling", 1.25e-5, "deposits leave 80% of the exchanger's conductance"),
        ("fouling", 0.0, "exchanger without the further deposits again"),
        ("load", AS_ASKED, "load as asked again"),
        ("load", 0.9, "load goes to 90% of full"),
        ("power_cap", 7.7e3, "accelerators of each rack capped at 7.7 kW"),
        ("power_cap", np.inf, "accelerators without a cap again"),
        ("supply_set_point", 308.15, "coolant supply asked for at 35.0 degC"),
        ("loop_set_point", 303.65, "water supply asked for at 30.5 degC"),
        ("loop_pumps", 0.0, "circulating pumps stop and coast down, time constant 1.5 s"),
        ("loop_pumps", 0.5, "50% of the pumps at work"),
        ("loop_pumps", 1.0, "all circulating pumps at work again"),
        ("mechanical_power", 0.0, "power of fans and chillers lost"),
        ("mechanical_power", 1.0, "power of fans and chillers back"),
        ("make_up_water", 0.0, "make-up water lost"),
        ("cooler_units", 7.0, "coolers: 7 of 10 in service"),
        ("cooler_units", 10.0, "all coolers in service again"),
        ("chiller_capacity", 0.0, "chillers stop"),
    ],
)
def test_values_are_said_in_words(what: str, value: float, words: str) -> None:
    assert said(what, value, time_constant=1.5)[1] == words


def test_part_of_the_chillers_is_told_as_a_part() -> None:
    assert said("chiller_capacity", 1e5, (1,))[1] == "chillers may start again"
    assert said("chiller_capacity", 2.5e4, (1,))[1] == "25% of the chillers are left"


def test_coolers_of_unlike_loops_are_given_as_a_range() -> None:
    assert said("cooler_units", 4.0, (0, 2))[1] == "coolers: 4 of 5 to 10 in service"


def test_what_changes_with_the_start_is_no_disturbance() -> None:
    begin, later = Change(0, "load", np.array([0]), 1.0), Change(60, "pump_speed", np.array([0]), 0.0)
    assert scheduled.disturbance((begin, later)) == 60
    assert scheduled.disturbance((begin,)) == 0
    assert scheduled.disturbance(()) is None
