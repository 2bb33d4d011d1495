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


def test_plant_and_cdus_are_told_with_their_ratings() -> None:
    """Three of four groups have coolant; fans of the halls are those of coils, sidecars and outdoor air."""
    wet = np.array([1.0, 1.0, 1.0, 0.0])
    cdus = SITE.cdus._replace(exchanger_conductance=2e4 * wet, pump_power=np.array([1e3, 2e3, 3e3, 0.0]))
    halls = SITE.halls._replace(coil_fan_power=np.array([4e3, 5e3]), outdoor_fan_power=np.array([0.0, 1e3]))
    got = outline(SITE._replace(cdus=cdus, halls=halls))
    assert (got["cdus"]["count"], got["cdus"]["pump_power_w"], got["cdus"]["sidecars"]) == (3, 6e3, False)
    assert got["hall_air"]["fan_power_w"] == 10e3 + SITE.cdus.sidecar_fan_power.sum()
    loop = got["loops"][0]
    assert loop["set_point_k"] == SITE.loops.supply_set_point[0]
    assert loop["cooler_fan_power_w"] == SITE.loops.cooler_units[0] * SITE.loops.cooler_fan_power[0]
    assert sum(row["racks"] for row in got["rack_classes"]) == len(SITE.racks.name)


def test_a_site_without_coolant_has_no_cdus() -> None:
    dry = SITE.cdus._replace(exchanger_conductance=0.0 * SITE.cdus.exchanger_conductance)
    assert outline(SITE._replace(cdus=dry))["cdus"] is None
