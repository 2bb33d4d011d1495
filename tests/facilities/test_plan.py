"""The plan on the ground, and the feeds of the racks."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build, checks, plan
from twin.places import Ground

PROMETHEUS = facilities.load("prometheus")
SITE = build.site(PROMETHEUS)


def drawn(name: str) -> Ground:
    found = plan.drawn(facilities.load(name))
    assert found is not None
    return found


@pytest.mark.parametrize("name", [name for name in facilities.names() if facilities.load(name).arrangement.plan])
def test_no_two_places_stand_on_each_other(name: str) -> None:
    """Places are a width apart along a row and a pitch across; all stand within their hall's walls."""
    ground = drawn(name)
    cooled = facilities.load(name).cooling.coolant is not None
    x = np.concatenate([ground.rack_x, ground.cdu_x]) if cooled else ground.rack_x
    y = np.concatenate([ground.rack_y, ground.cdu_y]) if cooled else ground.rack_y
    cells = np.round(np.stack([x / ground.place_width, y], axis=1), 3)
    assert len(np.unique(cells, axis=0)) == len(cells)
    site = build.site(facilities.load(name))
    left = ground.rack_x - ground.hall_x[site.racks.hall]
    up = ground.rack_y - ground.hall_y[site.racks.hall]
    assert left.min() > 0.0
    assert left.max() < ground.hall_width
    assert up.min() > 0.0
    assert up.max() < ground.hall_depth


def test_halls_do_not_overlap() -> None:
    """Twelve buildings of two halls, four in a line: three lines; a building ends 40 m before the next begins."""
    ground = drawn("prometheus")
    assert ground.building_x.size == 12
    assert np.unique(ground.building_y).size == 3
    assert np.diff(ground.building_x[:4]) == pytest.approx(ground.building_width + 40.0)
    assert ground.hall_x[1] - ground.hall_x[0] == pytest.approx(ground.hall_width)


def test_feeds_share_the_racks_of_their_hall() -> None:
    """Loads add up to the racks' rated power, and no feed carries more than a rack above its even share."""
    hung = plan.feeds(PROMETHEUS, SITE)
    power = SITE.rack_classes.rated_power[SITE.racks.rack_class]
    assert hung.load.sum() == pytest.approx(power.sum())
    halls = np.bincount(hung.hall, hung.load) / np.bincount(hung.hall)
    assert np.all(hung.load <= halls[hung.hall] + power.max())
    assert np.all(hung.hall[hung.rack_feed[:, 0]] == SITE.racks.hall)


@pytest.mark.parametrize(("scheme", "worst"), [("2N", 2.0), ("3N/2", 1.5), ("4N/3", 4.0 / 3.0)])
def test_with_a_feed_lost_the_others_carry_its_racks(scheme: str, worst: float) -> None:
    """
    Loads over those of an even share, whole groups of feeds, racks small against a feed: what schemes are named for.

    2N: all of it on the other side. 3N/2: each of two takes half of a third. 4N/3: the neighbours take half each, so
    that a feed carries half as much again; a quarter of the load spread evenly over three would be 4/3.
    """
    path = PROMETHEUS.power.hall[0].model_copy(update={"redundancy": scheme})
    facility = PROMETHEUS.model_copy(
        update={"power": PROMETHEUS.power.model_copy(update={"hall": (path, *PROMETHEUS.power.hall[1:])})}
    )
    units = np.full(len(SITE.halls.name), 12.0)
    stage = SITE.chain.hall_path[0]._replace(units=units)
    site = SITE._replace(chain=SITE.chain._replace(hall_path=(stage, *SITE.chain.hall_path[1:])))
    hung = plan.feeds(facility, site)
    assert np.all(hung.rack_feed[:, 0] != hung.rack_feed[:, 1])
    share = np.bincount(hung.hall, hung.load)[hung.hall] / 12.0
    expected = 1.5 if scheme == "4N/3" else worst
    assert (hung.most / share).max() == pytest.approx(expected, rel=0.08)


def test_a_stage_loaded_beyond_its_redundancy_is_told() -> None:
    path = PROMETHEUS.power.hall[1].model_copy(update={"redundancy": "2N"})
    facility = PROMETHEUS.model_copy(
        update={"power": PROMETHEUS.power.model_copy(update={"hall": (PROMETHEUS.power.hall[0], path)})}
    )
    (fault,) = checks.faults(facility)
    assert fault.where == "power.hall.2.design_loading"
    assert "2N" in fault.message


@pytest.mark.parametrize(
    ("name", "path", "stage", "units"),
    # By load alone: 63, seven, nine, 46 and three.
    [
        ("aws_p4d_ultracluster", "hall", 0, 64),
        ("azure_nd_h200_v5", "hall", 0, 12),
        ("azure_nd_h200_v5", "hall", 1, 8),
        ("oracle_abilene", "hall", 1, 48),
        ("traditional_enterprise", "mechanical", 0, 4),
    ],
)
def test_stages_stand_in_whole_groups(name: str, path: str, stage: int, units: int) -> None:
    """Pairs, fours, and blocks of five with their spare, in every hall."""
    chain = build.site(facilities.load(name)).chain
    assert np.all(getattr(chain, f"{path}_path")[stage].units == units)
