"""What a site can carry, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.capacity import Limits, fit, largest, output, path_limits, scale_at_limit, split, totals
from twin.power import affine_curve, quadratic_curve, stage_loss
from twin.redundancy import usable
from twin.site import Stage

HALLS = ("busway", "ups", "air")


def limits(hall: list[list[float]], site: list[float]) -> Limits:
    """Give limits of halls [MW] in the order of `HALLS`, and of the site."""
    return Limits(HALLS, np.array(hall), ("transformer", "connection")[: len(site)], np.array(site))


@pytest.mark.parametrize(
    ("hall", "site", "total", "binding"),
    # Two halls. The least of each column adds up, unless the site's least is lower still.
    [
        ([[9.0, 9.0], [10.0, 10.0], [11.0, 11.0]], [20.0, 30.0], 18.0, [0, 0]),
        ([[9.0, 9.0], [8.0, 12.0], [11.0, 7.0]], [20.0, 30.0], 15.0, [1, 2]),
        ([[9.0, 9.0], [10.0, 10.0], [11.0, 11.0]], [17.0, 30.0], 17.0, [3, 3]),
        ([[9.0, 9.0], [10.0, 10.0], [11.0, 11.0]], [20.0, 12.0], 12.0, [4, 4]),
    ],
)
def test_each_limit_binds_in_turn(hall: list[list[float]], site: list[float], total: float, binding: list[int]) -> None:
    found = largest(limits(hall, site))
    assert found.total == pytest.approx(total, rel=1e-15)
    assert found.hall.sum() == pytest.approx(total, rel=1e-15)
    assert found.binding.tolist() == binding


def test_where_capacity_goes_by_hand() -> None:
    """Racks of 8 MW; 9 MW usable; a UPS of 12 MW: 8 used, 1 free, 3 stranded. Of racks of 10 MW only 9 are carried."""
    parts = split(np.array([12.0, 9.0]), 8.0, 9.0)
    assert [part.tolist() for part in parts] == [[8.0, 8.0], [1.0, 1.0], [3.0, 0.0]]
    parts = split(np.array([12.0, 9.0]), 10.0, 9.0)
    assert [part.tolist() for part in parts] == [[9.0, 9.0], [0.0, 0.0], [3.0, 0.0]]


some = st.floats(0.1, 100.0)


@given(st.lists(st.tuples(some, some, some), min_size=1, max_size=4), some, some, st.floats(1.0, 2.0))
def test_capacity_is_conserved_and_more_of_anything_never_carries_less(
    halls: list[tuple[float, float, float]], site: float, installed: float, more: float
) -> None:
    """What is used, free and stranded is what there is; nothing carries more than a limit."""
    rows = np.array(halls).T
    made = Limits(HALLS, rows, ("connection",), np.array([site]))
    found, carried = largest(made), totals(made)
    assert found.total <= carried.min() * (1.0 + 1e-12)
    parts = split(carried, installed, found.total)
    assert sum(parts) == pytest.approx(carried, rel=1e-12)
    assert min(float(part.min()) for part in parts) >= -1e-9
    for row in range(len(rows)):
        raised = rows.copy()
        raised[row] *= more
        assert largest(made._replace(hall=raised)).total >= found.total * (1.0 - 1e-12)


def test_racks_that_fit_by_hand() -> None:
    """
    Halls of 9 and 10 MW with 8 MW each of racks of 0.3 MW: 3.33 and 6.67 more, so 3 and 6; with 2 and 9 places 2 and 6.

    A connection of 17.5 MW has room for 1.5 MW: five of them.
    """
    room = limits([[9.0, 10.0], [12.0, 12.0], [12.0, 12.0]], [30.0])
    installed, rack, places = np.array([8.0, 8.0]), np.array([0.3, 0.3]), np.array([2.0, 9.0])
    assert fit(room, installed, rack, places) == (11, 9, 8, 0)
    assert fit(room._replace(site=np.array([17.5])), installed, rack, places) == (11, 5, 5, 0)
    # Halls of 7.9 MW are too small for the racks that stand: one has to go in each.
    tight = limits([[7.9, 7.9], [12.0, 12.0], [12.0, 12.0]], [30.0])
    assert fit(tight, installed, rack, places) == (11, 0, 0, 2)


def stage(name: str, units: float, rating: float, fixed: float, slope: float) -> Stage:
    """Give a stage of one hall that loses so much of its rating, and of its load."""
    return Stage(name, np.array([units]), rating, affine_curve(fixed, slope), heats_hall=False)


def test_a_path_by_hand() -> None:
    """
    Busways of 6 MW in all lose 2 % of their load; four UPS of 2 MW, 4N/3, lose 1 % of their rating and 4 % of load.

    Three quarters of 8 MW is 6 MW: less the busways' 2 %, 6 / 1.02 = 5.88235 MW of IT. The busways alone carry 6 MW.
    Two UPS of 6 MW, 2N: 6 MW of 12 again.
    """
    busway, ups = stage("busway", 4.0, 1.5, 0.0, 0.02), stage("ups", 4.0, 2.0, 0.01, 0.04)
    found = path_limits((busway, ups), [usable("N", busway.units), usable("4N/3", ups.units)])
    assert found[:, 0] == pytest.approx([6.0, 6.0 / 1.02], rel=1e-9)
    pair = stage("ups", 2.0, 6.0, 0.01, 0.04)
    found = path_limits((busway, pair), [usable("N", busway.units), usable("2N", pair.units)])
    assert found[1, 0] == pytest.approx(6.0 / 1.02, rel=1e-9)
    # A transformer above: (7 - 0.08) / 1.04 leaves the UPS, 6.65385 MW, and 6.65385 / 1.02 the busways.
    above = stage("transformer", 1.0, 7.0, 0.0, 0.0)
    every = path_limits((busway, ups, above), [busway.units, ups.units, above.units])
    assert every[2, 0] == pytest.approx((7.0 - 0.08) / 1.04 / 1.02, rel=1e-9)


@given(st.floats(0.0, 2.0))
def test_output_inverts_loss(load: float) -> None:
    """What enters a transformer, less its loss at what leaves, is what leaves."""
    transformer = Stage("transformer", np.array([2.0]), 2.5e6, quadratic_curve(0.0012, 0.0047), heats_hall=False)
    left = np.array([load * 5e6])
    entering = left + stage_loss(transformer, left[:, np.newaxis])[:, 0]
    assert output(transformer, entering) == pytest.approx(left, abs=1e-3)


def test_the_scale_at_a_limit() -> None:
    """Loadings of 0.4, 0.8, 1.2 at scales 0.5, 1, 1.5: one at 1.25; doubled and halved, by the ends in proportion."""
    loading = np.array([0.4, 0.8, 1.2])
    scale = np.array([0.5, 1.0, 1.5])
    rows = np.stack([loading, 3.0 * loading, 0.5 * loading])
    assert scale_at_limit(rows, scale) == pytest.approx([1.25, 0.5 / 1.2, 2.5], rel=1e-12)
