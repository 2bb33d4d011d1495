"""The outline of a site that its runs carry."""

from __future__ import annotations

import numpy as np

from tests.scenarios import small_site
from twin.outline import outline

SITE = small_site.site()


def test_loops_say_what_they_cool() -> None:
    got = outline(SITE)
    assert got["halls"] == [{"name": "hall_1", "racks": 9}, {"name": "hall_2", "racks": 9}]
    assert [(loop["name"], loop["cools"], loop["coolers"]) for loop in got["loops"]] == [
        ("loop_1", "CDUs", "dry coolers"),
        ("loop_2", "CDUs", "dry coolers"),
        ("loop_air", "hall air", "dry coolers"),
    ]


def test_one_loop_for_both_says_both() -> None:
    shared = SITE._replace(halls=SITE.halls._replace(air_loop=np.array([0, 2])))
    assert outline(shared)["loops"][0]["cools"] == "CDUs and hall air"


def test_limits_are_the_lowest_of_what_is_built() -> None:
    """The second class has no accelerators: its lower limit counts for nothing."""
    classes = SITE.rack_classes._replace(throttle_temp=np.array([358.15, 300.0]))
    alarms = np.array([318.15, 317.15, 318.15, 310.0])
    wet = np.array([1.0, 1.0, 1.0, 0.0])
    got = outline(
        SITE._replace(
            rack_classes=classes, cdus=SITE.cdus._replace(supply_alarm=alarms, exchanger_conductance=2e4 * wet)
        )
    )
    assert got["limits"] == {"throttle_temp_k": 358.15, "shutdown_temp_k": 378.15, "coolant_supply_temp_k": 317.15}


def test_a_site_without_accelerators_has_no_limits_of_chips() -> None:
    classes = SITE.rack_classes._replace(accelerators=np.zeros(2))
    assert outline(SITE._replace(rack_classes=classes))["limits"]["throttle_temp_k"] is None
