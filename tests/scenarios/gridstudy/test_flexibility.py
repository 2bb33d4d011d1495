"""Flexibility: the law by hand, and caps in a replay against the racks' own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from scenarios import study
from scenarios.gridstudy import flexibility
from twin import power
from twin.flexibility import performance


def test_performance_under_caps() -> None:
    # The reported point: 1,000 of 1,200 W cost 5 %; at rest a tenth.
    assert performance(np.array([1000 / 1200]), np.array([0.1]))[0] == pytest.approx(0.95, abs=0.002)
    given = performance(np.array([1.2, 1.0, 0.55, 0.1, 0.05]), np.array([0.1]))
    assert given == pytest.approx([1.0, 1.0, 0.5**0.25, 0.0, 0.0])


def measured(name: str) -> dict[str, flexibility.Measure]:
    facility = facilities.load(name)
    made = study.tried(facility, flexibility.scenario())
    return {one.name: one for one in flexibility.measures(facility, build.site(facility), made)}


@pytest.fixture(scope="module")
def found() -> dict[str, flexibility.Measure]:
    return measured("prometheus")


def test_relief_is_what_racks_draw_less_and_a_little_more(found: dict[str, flexibility.Measure]) -> None:
    """By hand: each rack's inlet power at the cap; losses and cooling follow by 5 to 25 % of it."""
    site = build.site(facilities.load("prometheus"))
    classes = site.rack_classes
    racks = np.bincount(site.racks.rack_class, minlength=len(classes.name))

    def drawn(cap: float) -> float:
        chips = classes.accelerators * classes.accelerator_max * cap
        inlet = [
            power.rack_inlet_power(
                np.array([chips[row] + classes.host_max[row]]),
                classes.chain_power[row],
                classes.chain_loss[row],
                classes.auxiliary_power[row],
            )[0]
            for row in range(len(racks))
        ]
        return float(racks @ np.array(inlet))

    for cap in flexibility.CAPS:
        less = drawn(1.0) - drawn(cap)
        assert 1.02 * less < (found[f"accelerators held to {100.0 * cap:.0f} %"].relief or 0.0) < 1.3 * less


def test_deeper_caps_relieve_more_and_cost_more(found: dict[str, flexibility.Measure]) -> None:
    caps = [found[f"accelerators held to {100.0 * cap:.0f} %"] for cap in flexibility.CAPS]
    assert np.all(np.diff([one.relief for one in caps]) > 0)
    assert np.all(np.diff([one.computing_lost for one in caps]) > 0)
    assert found["all jobs paused, racks on"].relief > caps[-1].relief
    assert found["all jobs paused, racks on"].computing_lost == 1.0


def test_supplies_of_unknown_size_are_named_not_guessed(found: dict[str, flexibility.Measure]) -> None:
    unknown = found["gensets (diesel): size not published"]
    assert unknown.relief is None
    assert unknown.after == 10.0
    table = flexibility.table(tuple(found.values()))
    assert table.height == len(found)
    assert table.filter(table["relief_w"].is_null()).height >= 1


def test_supplies_of_known_size() -> None:
    named = measured("traditional_enterprise")
    gensets = next(one for name, one in named.items() if "diesel" in name)
    assert gensets.relief == pytest.approx(named["none: all racks at full load"].power)
