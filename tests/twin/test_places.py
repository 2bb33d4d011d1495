"""The table of what stands where, and the chain's loads at a run's highest power."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.twin import made_record as made
from twin.columns import LAYOUT
from twin.one_line import one_line
from twin.places import Feeds, Ground, layout_table

SITE = made.site()
RACKS, CDUS, HALLS = len(SITE.racks.name), len(SITE.cdus.name), len(SITE.halls.name)
GROUND = Ground(
    rack_x=np.arange(RACKS) + 0.5,
    rack_y=np.full(RACKS, 2.0),
    cdu_x=np.arange(CDUS) + 0.5,
    cdu_y=np.full(CDUS, 5.0),
    row=np.zeros(RACKS, dtype=np.int64),
    hall_x=10.0 * np.arange(HALLS),
    hall_y=np.zeros(HALLS),
    hall_width=9.0,
    hall_depth=7.0,
    building_x=np.zeros(1),
    building_y=np.zeros(1),
    building_width=20.0,
    place_width=0.8,
    place_depth=1.6,
)
FEEDS = Feeds(
    stage="busway",
    rack_feed=np.stack([2 * SITE.racks.hall, 2 * SITE.racks.hall + 1], axis=1),
    load=np.zeros(2 * HALLS),
    most=np.zeros(2 * HALLS),
    rating=1e6,
    hall=np.repeat(np.arange(HALLS), 2),
)


def test_everything_stands_in_the_table_once() -> None:
    table = layout_table(SITE, GROUND, FEEDS).collect()
    assert table.columns == list(LAYOUT)
    counts = dict(table["kind"].value_counts().iter_rows())
    assert counts == {"building": 1, "hall": HALLS, "cdu": CDUS, "rack": RACKS}
    assert table.filter(pl.col("kind") == "rack")["name"].to_list() == list(SITE.racks.name)
    rack = table.filter(kind="rack", number=RACKS - 1).row(0, named=True)
    assert (rack["hall"], rack["cdu"]) == (SITE.halls.name[-1], SITE.cdus.name[-1])
    assert (rack["feed_a"], rack["feed_b"]) == ("hall_2/busway_1", "hall_2/busway_2")
    assert (rack["x_m"], rack["y_m"], rack["width_m"], rack["depth_m"]) == (RACKS - 0.5, 2.0, 0.8, 1.6)
    # The middle of the second hall: 10 m and half of 9 m.
    hall = table.filter(kind="hall", number=1).row(0, named=True)
    assert (hall["name"], hall["x_m"], hall["y_m"]) == (SITE.halls.name[1], 14.5, 3.5)


def test_a_site_without_a_plan_has_racks_without_places() -> None:
    table = layout_table(SITE, None, None).collect()
    assert set(table["kind"]) == {"hall", "cdu", "rack"}
    assert table["x_m"].null_count() == table.height
    assert table["feed_a"].null_count() == table.height


def test_racks_without_accelerators_have_no_limit_of_chips() -> None:
    bare = SITE._replace(rack_classes=SITE.rack_classes._replace(accelerators=0.0 * SITE.rack_classes.accelerators))
    assert layout_table(bare, None, None).collect()["throttle_temp_k"].null_count() == RACKS + CDUS + HALLS


def test_groups_without_coolant_are_no_cdus() -> None:
    wet = np.ones(CDUS)
    wet[1] = 0.0
    dry = SITE._replace(cdus=SITE.cdus._replace(exchanger_conductance=wet))
    table = layout_table(dry, GROUND, None).collect().filter(kind="cdu")
    assert table["number"].to_list() == [row for row in range(CDUS) if row != 1]
    assert table["x_m"].to_list() == [row + 0.5 for row in range(CDUS) if row != 1]


def test_loads_are_those_of_the_second_of_the_highest_power() -> None:
    """What leaves a stage, with its loss, leaves the one above it; at the top racks, cooling and all losses meet."""
    record = made.calm(SITE)
    record.site[5, 70] = 5e5
    record.site[3, 70] = 2e3
    record.halls[0, 70] = np.array([1e3, 3e3], dtype=np.float32)
    line = one_line(record, SITE)
    assert (line["second"], line["power_w"], line["cooling_w"]) == (70, 5e5, 2e3)
    halls, mechanical, common = line["halls"], line["mechanical"], line["common"]
    assert halls[0]["load_w"] == pytest.approx(4e3)
    assert mechanical[0]["load_w"] == pytest.approx(2e3)
    below = sum(path[-1]["load_w"] + path[-1]["loss_w"] for path in (halls, mechanical))
    assert common[0]["load_w"] == pytest.approx(below, rel=1e-12)
    stage = SITE.chain.hall_path[0]
    assert halls[0]["loading"] == pytest.approx(3e3 / (stage.units[1] * stage.rating))
    assert (halls[0]["units"], halls[0]["rating_w"]) == (int(stage.units.sum()), stage.rating)
