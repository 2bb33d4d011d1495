"""Which laws of which loop are outside their ranges, and the end of a run in which a liquid boils."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import changes, simulate
from twin.changes import Change
from twin.cooling import plant, ranges
from twin.cooling.coolants import CELSIUS, PG25
from twin.cooling.ranges import LAWS
from twin.errors import StateError
from twin.facility_water import cells

SITE = small.site()
CALM = np.full(len(SITE.cdus.name), 313.15)


def with_water(celsius: float, cell: int) -> plant.PlantState:
    """Give the small site's loops at their set points but for one cell; a loop has one a pipe: return, supply."""
    state = plant.first_state(SITE.loops)
    state.water[cell] = celsius + CELSIUS
    return state


@pytest.mark.parametrize(
    ("celsius", "known"), [(0.9, False), (1.1, True), (89.9, True), (90.1, False)], ids=lambda value: str(value)
)
def test_water_is_known_from_1_to_90_degrees(celsius: float, known: bool) -> None:
    """The third cell is the return of the second loop."""
    found = ranges.facility_water(SITE.loops, cells(SITE.loops), with_water(celsius, 2).water)
    np.testing.assert_array_equal(found, [True, known, True])


def test_glycol_is_known_below_freezing_and_two_constants_everywhere() -> None:
    """At -3 degC water is ice, PG25 a liquid (from -5 degC), and constants know no end."""
    own = np.stack([SITE.loops.liquid_range[0], PG25.range, (0.0, np.inf)])
    found = ranges.facility_water(SITE.loops._replace(liquid_range=own), cells(SITE.loops), np.full(6, CELSIUS - 3.0))
    np.testing.assert_array_equal(found, [False, True, True])


def test_condenser_water_counts_where_it_is_fitted() -> None:
    of = small.with_condenser_water(SITE).loops
    hot, cold = np.full(3, CELSIUS + 30.0), np.full(3, CELSIUS + 0.5)
    np.testing.assert_array_equal(ranges.condenser_water(of, hot, cold), ~of.condenser.fitted)


def test_coolant_is_flagged_at_the_loop_of_its_hall() -> None:
    """The second hall is on the second loop; a group without coolant stands at any temperature."""
    back = CALM.copy()
    back[1] = CELSIUS + 91.0
    np.testing.assert_array_equal(ranges.coolant(SITE, CALM, back), [True, False, True])
    dry = SITE._replace(cdus=SITE.cdus._replace(exchanger_conductance=0.0 * CALM))
    assert ranges.coolant(dry, CALM, back).all()


def test_water_above_100_degrees_ends_a_run() -> None:
    """99 degC goes on, flagged; of 101 and 104 degC the warmer is named."""
    ranges.refuse_boiling(SITE, with_water(99.0, 2), CALM, CALM, "now")
    state = with_water(104.0, 2)
    state.water[0] = CELSIUS + 101.0
    with pytest.raises(
        StateError, match=r"^the facility water of dry reaches 104\.0 degC now: it boils at 1 bar"
    ) as end:
        ranges.refuse_boiling(SITE, state, CALM, CALM, "now")
    assert end.value.exit_code == 2


def test_condenser_water_and_coolant_boil_too_and_what_is_not_there_does_not() -> None:
    of, first = small.with_condenser_water(SITE), plant.first_state(SITE.loops)
    hot = np.full(3, CELSIUS + 120.0)
    ranges.refuse_boiling(SITE, first._replace(hot=hot), CALM, CALM, "now")
    with pytest.raises(StateError, match="condenser water of air reaches"):
        ranges.refuse_boiling(of, plant.first_state(of.loops)._replace(hot=hot), CALM, CALM, "now")
    with pytest.raises(StateError, match="coolant of h0/c0 reaches"):
        ranges.refuse_boiling(SITE, first, CALM + 80.0, CALM, "now")
    oil = SITE.cdus._replace(coolant_range=np.tile((0.0, np.inf), (CALM.size, 1)))
    ranges.refuse_boiling(SITE._replace(cdus=oil), first, CALM + 80.0, CALM, "now")


def test_a_loop_without_a_plant_ends_its_run_with_place_and_time() -> None:
    """
    Two minutes of calm, then nothing cools the second loop; its racks are measured, so that none switches off.

    Seven racks give 72 kW each to coolant; with 4 kW of pumps that warms the 24.15 MJ/K of the pipes by 1.26 K a
    minute. The fall of 6.8 K over the plant is filled first, 3.4 K in the mean; then coolant goes from 49 to 100 degC:
    43 minutes.
    """
    site, row = small.site(), np.array([1])
    gone = tuple(Change(120, what, row, 0.0) for what in ("cooler_units", "chiller_capacity"))
    load = small.load(site, (1.0,), 60.0)
    load = load._replace(measured=np.ones_like(load.measured))
    with pytest.raises(StateError, match=r"the coolant of h1/c1 reaches 10\d\.\d degC at 2026-07-01T") as end:
        simulate.run(site, load, small.inputs(3 * 3600, gone), small.curve(site))
    found = re.search(r"([\d,]+) s into the run", str(end.value))
    assert found is not None
    assert int(found[1].replace(",", "")) == pytest.approx(120 + 43 * 60, rel=0.05)


def test_cdu_pumps_far_below_their_best_point_are_flagged_at_their_loop() -> None:
    """
    At a tenth of the flow, 0.3 of the head fixed: s^2 = (0.3 + 0.0095) / 1.25, Q / s = 0.201 of the best point's.

    Half the flow is at 0.76; a pump that stands is not at work.
    """
    for flow, known in ((0.1, False), (0.5, True), (0.0, True)):
        target = np.array([1.0, flow])
        pumps = changes.Pumps(target, target, np.zeros(2))
        np.testing.assert_array_equal(changes.pumps_inside(SITE, pumps), [True, known])
        found = ranges.of_loops(SITE, changes.pumps_inside(SITE, pumps))
        np.testing.assert_array_equal(found, [True, known, True])
    slow = Change(0, "pump_speed", np.array([1]), 0.1)
    kept = simulate.run(SITE, small.load(SITE, (0.0,), 60.0), small.inputs(120, (slow,)), small.curve(SITE))
    row = LAWS.index("CDU pumps")
    np.testing.assert_array_equal(kept.inside[:, row], [[True, False, True]] * 2)
