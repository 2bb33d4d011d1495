"""Numbers that must fit together, drawn from the room they leave each other."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from scipy.stats import triang

import facilities
from facilities import Facility, build
from facilities.orders import orders
from scenarios.capacity.standing import standing
from scenarios.uncertainty.draws import Draws, free, points
from scenarios.uncertainty.rooms import Rooms, within
from scenarios.uncertainty.triangular import quantile, share
from twin.errors import InputError
from twin.year.limits import full

SITE = "hpe_isambard_ai"


@pytest.mark.parametrize("best", [1.0, 2.5, 5.0])
def test_shares_are_those_of_the_triangle(best: float) -> None:
    """Against scipy's own, beyond the ends as well; and it undoes the quantile."""
    values, ends = np.linspace(0.5, 5.5, 21), (np.float64(1.0), np.float64(best), np.float64(5.0))
    assert share(values, *ends) == pytest.approx(triang.cdf(values, (best - 1.0) / 4.0, 1.0, 4.0), abs=1e-12)
    part = np.linspace(0.01, 0.99, 9)
    assert share(quantile(part, *ends), *ends) == pytest.approx(part, rel=1e-12)


def test_a_number_keeps_its_own_distribution_within_what_is_left() -> None:
    """
    Of a least and likeliest of 0 and a most of 2 the share below x is 1 - (2 - x)^2 / 4: 0.75 below 1.

    Half of what is left below 1 is a share of 0.375: x = 2 - 2 sqrt(0.625) = 0.418861. Nothing left: the nearest end.
    """
    assert within(0.5, (0.0, 0.0, 2.0), -1.0, 1.0) == pytest.approx(2.0 - 2.0 * 0.625**0.5, rel=1e-12)
    assert within(0.5, (0.0, 0.0, 2.0), 1.5, 1.5) == 1.5
    assert within(0.5, (0.0, 0.0, 2.0), 3.0, 4.0) == 2.0


def test_what_must_rise_does() -> None:
    """
    Of each draw each order of the site's parts holds; the first that the file names is cut only to leave others room.

    Water of 21 degC at least and an approach of 4 K at most leave a coolant all of its 25 to 36 degC.
    """
    site = facilities.load(SITE)
    numbers = free(site)
    rows = {number.path: row for row, number in enumerate(numbers)}
    rooms, shares = Rooms(site, numbers), np.array(list(islice(points(len(numbers), 64, 1), 64)))
    values = np.array([rooms.values(point) for point in shares])
    assert np.all(values >= [number.low for number in numbers])
    assert np.all(values <= [number.high for number in numbers])
    place = {path: values[:, row] for path, row in rows.items()}
    water, coolant = (place[f"cooling.liquid.{name}supply_temperature"] for name in ("loop.", ""))
    approach = place["catalog.cdus.frontier_cdu.approach"]
    assert np.all((water <= coolant - approach + 1e-9) & (coolant <= place["cooling.liquid.supply_alarm"]))
    air, band = place["cooling.air.set_point"], place["cooling.air.loop.control_band"]
    assert np.all(air - place["cooling.air.loop.supply_temperature"] - band >= 1.0 - 1e-9)
    idle, loaded = (place[f"catalog.accelerators.gh200.{name}_power"] for name in ("idle", "loaded"))
    assert np.all(idle <= loaded)
    first = numbers[rows["cooling.liquid.supply_temperature"]]
    ends = (np.float64(end) for end in (first.low, first.value, first.high))
    whole = approach <= 4.0
    assert 0 < whole.sum() < whole.size
    assert coolant[whole] == pytest.approx(quantile(shares[:, rows[first.path]], *ends)[whole], rel=1e-12)
    assert np.all(coolant >= 21.0 + approach - 1e-9)
    # By itself, water of 21 to 32 degC is above a coolant of 25 to 36 degC now and then.
    alone = quantile(shares, *np.array([[number.low, number.value, number.high] for number in numbers]).T)
    pair = (rows[f"cooling.liquid.{name}supply_temperature"] for name in ("loop.", ""))
    assert np.any(alone[:, next(pair)] > alone[:, next(pair)])


def test_each_order_of_a_drawn_site_holds() -> None:
    site = facilities.load(SITE)
    drawn = next(Draws(site, free(site), 3).sites(8)).facility
    found = list(orders(drawn))
    assert {"water", "coolant", "idle", "throttle"} <= {name for order in found for name in order.numbers}
    for order in found:
        order.check()


def test_a_number_at_its_end_moves_only_what_must_fit_it() -> None:
    """Coolant of 25 degC takes its water from 28 to 21 degC with it, the approach of 4 K below, and nothing else."""
    site = facilities.load(SITE)
    numbers = free(site)
    rows = {number.path: row for row, number in enumerate(numbers)}
    row = rows["cooling.liquid.supply_temperature"]
    changed = Draws(site, numbers, 1).alone(row, numbers[row].low)
    assert changed.cooling.liquid is not None
    assert changed.cooling.liquid.supply_temperature.si == pytest.approx(298.15)
    assert changed.cooling.liquid.loop.supply_temperature.si == pytest.approx(294.15)
    values = Rooms(site, numbers).fitted(row, numbers[row].low)
    moved = {numbers[place].path for place, value in enumerate(values) if value != numbers[place].value}
    assert moved == {numbers[row].path, "cooling.liquid.loop.supply_temperature"}


def test_cdus_hold_the_coolant_with_the_room_that_they_are_given() -> None:
    """
    Of a drawn site CDUs a tenth larger than their heat, that get no less water than coolant, hold their set points.

    More coolant than water needs more than the approach, as has a CDU beyond its rating: that is left to be found out.
    Water and coolant drawn by themselves were too near each other in half of these sites.
    """
    site = facilities.load("fairwater")
    held = []
    for draw in islice((draw for draw in Draws(site, free(site), 1).sites(24) if built(draw.facility)), 16):
        parts = build.sized(draw.facility)
        made = build.site_of(draw.facility, parts)
        whole = full(made, np.array([model.design_power for model in parts.models.values()]))
        cdus, heat = whole.plan.kinds.cdus, (whole.drawn.to_coolant @ whole.plan.racks_cdu)[0]
        ample = np.all(heat + cdus.pump_power <= 0.9 * cdus.rated_heat)
        if ample and np.all(whole.plan.kinds.cdu_stream <= cdus.primary_stream):
            able = standing(draw.facility, brief=True).conditions[0].limits
            held.append(bool(np.all(able.hall[able.hall_names.index("cdus")] >= parts.heat.power)))
    assert len(held) > 3
    assert all(held)


def test_what_coils_have_no_part_in_is_left_as_it_is() -> None:
    """A site that can be built, or cannot for another reason than its coils, is not drawn anew."""
    site = facilities.load(SITE)
    draws = Draws(site, free(site), 1)
    able = next(draw for draw in draws.sites(8) if built(draw.facility))
    assert draws.narrowed(able) is None


def built(site: Facility) -> bool:
    """Tell whether a site can be built."""
    try:
        build.site(site)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", [SITE, "meta_150mw"])
def test_hardly_any_site_is_refused(name: str) -> None:
    """
    At most one in twenty of 64; drawn by themselves a third of Isambard's and half of Meta's numbers did not fit.

    Rises of the coils' water that cannot be are drawn anew: each such site can be built.
    """
    site = facilities.load(name)
    numbers = free(site)
    draws, anew = Draws(site, numbers, 1), 0
    for draw in islice(draws.sites(64), 64):
        try:
            build.site(draw.facility)
        except InputError as error:
            other = draws.narrowed(draw)
            if other is None:
                draws.refuse(error)
                continue
            build.site(other.facility)
            changed = {numbers[row].path for row in np.flatnonzero(other.values != draw.values)}
            assert changed <= {"cooling.air.water_rise", "cooling.air.loop.supply_temperature"}
            assert np.all(other.values >= [number.low for number in numbers])
            assert np.all(other.values <= draw.values + 1e-12) or "cooling.air.loop.supply_temperature" in changed
            anew += 1
    assert anew > 0
    assert draws.refused.total() <= 3
