"""Names and selections of a scenario against the rows of a small site."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.asked import selection
from scenarios.schema import Selection
from tests.scenarios import small_site

SITE = small_site.site()


def rows(**chosen):
    found = selection.racks(SITE, Selection(**chosen), "jobs.a.racks")
    return found.rows.tolist(), [str(fault) for fault in found.faults]


def test_without_names_only_racks_with_accelerators_are_meant() -> None:
    # 18 racks, rows 8 and 17 are service racks.
    assert rows() == ([row for row in range(18) if row not in {8, 17}], [])


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({"halls": ("hall_2",)}, [9, 10, 11, 12, 13, 14, 15, 16]),
        ({"cdus": ("cdu_2",)}, [4, 5, 6, 7]),
        ({"cdus": ("hall_1/cdu_2", "cdu_3")}, [4, 5, 6, 7, 9, 10, 11, 12]),
        ({"rack": "service"}, [8, 17]),
        ({"names": ("hall_1/cdu_1/rack_2", "cdu_4/rack_5")}, [1, 17]),
    ],
)
def test_racks_fit_every_key_given(chosen, wanted) -> None:
    assert rows(**chosen) == (wanted, [])


def test_a_name_that_several_assets_end_in_is_unknown() -> None:
    assert "rack_1" not in selection.ends(SITE.racks.name)
    assert selection.ends(SITE.racks.name)["cdu_3/rack_1"] == 9


def test_unknown_names_offer_the_nearest() -> None:
    found, faults = rows(cdus=("hall_1/cdu_9",))
    assert found == []
    assert faults == [
        "jobs.a.racks.cdus: unknown CDU 'hall_1/cdu_9'; the site has hall_1/cdu_1, hall_1/cdu_2, hall_2/cdu_3, "
        "hall_2/cdu_4. Did you mean 'hall_1/cdu_2'?"
    ]


def test_a_selection_that_fits_nothing_is_a_fault() -> None:
    assert rows(rack="service", cdus=("cdu_1",))[1] == [
        "jobs.a.racks: no rack of the site fits this selection; widen it"
    ]


def test_share_and_count_take_the_first() -> None:
    eight = np.arange(8)
    assert selection.first(eight, Selection(count=3)).tolist() == [0, 1, 2]
    assert selection.first(eight, Selection(share="25 %")).tolist() == [0, 1]
    assert selection.first(eight, Selection()).tolist() == list(range(8))


def test_cdus_and_loops_refuse_keys_that_do_not_apply() -> None:
    told = [str(fault) for fault in selection.loops(SITE, Selection(halls=("hall_1",)), "events.1.loops").faults]
    assert told == ["events.1.loops.halls: does not apply here; take it out"]
    assert selection.cdus(SITE, Selection(halls=("hall_2",)), "x").rows.tolist() == [2, 3]
    assert selection.loops(SITE, Selection(names=("loop_air",)), "x").rows.tolist() == [2]
