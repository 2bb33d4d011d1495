"""Cases of the catalog: sums over racks, by hand, and what of a case is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from facilities.reader import parsed
from scenarios.published.catalog_case import CatalogCase, faults, run
from scenarios.published.checks import Check, Status

HEAD = {"title": "mine", "source": "chosen", "kind": "catalog"}
ONE = {"quantity": "power", "of": "inlet", "racks": {"ex4000_gh200_cabinet": 1}, "unit": "kW", "expected": "340 kW"}


def checked(**changes: object) -> Check:
    case = CatalogCase.model_validate(HEAD | {"compare": (ONE | changes,)})
    assert faults(case) == []
    return run(case, "mine", Path(), None)[0]


def told(**changes: object) -> list[str]:
    case, found = parsed(CatalogCase, HEAD | {"compare": [ONE | changes]})
    return [str(fault) for fault in (found if case is None else faults(case))]


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        # 24 rectifiers of 17 W each and 96 %, over 32 switches of 250 W and 110 nodes of (4 x 680 + 120 + 13) W / 0.98
        ({}, ((110 * (4 * 680 + 133) / 0.98 + 8000 + 24 * 17) / 0.96) / 1e3),
        ({"activity": "0 %"}, ((110 * (4 * 125 + 133) / 0.98 + 8000 + 24 * 17) / 0.96) / 1e3),
        ({"activity": "50 %", "of": "chips"}, 440 * 402.5 / 1e3),
        ({"chip": "545 W", "of": "chips"}, 440 * 545.0 / 1e3),
        ({"of": "chips", "per": "node"}, 2.72),
        ({"of": "chips", "per": "chip"}, 0.68),
        ({"of": "nameplate", "racks": {"ex4000_gh200_cabinet": 2, "service_rack": 3}}, 744.0),
        ({"of": "node_rest", "racks": {"gb200_nvl72": 2}}, 36.0),
    ],
)
def test_sums_by_hand(changes: dict[str, object], got: float) -> None:
    assert checked(**changes).got == pytest.approx(got, rel=1e-4)  # curves are tabulated at 65 points


def test_operations_have_their_own_unit() -> None:
    found = checked(of="fp8", racks={"ironwood_rack": 144}, unit="EFLOP/s", expected="42.5 EFLOP/s")
    assert found.got == pytest.approx(144 * 64 * 4614e12 / 1e18)


def test_a_tolerance_is_a_share_or_a_difference() -> None:
    share = checked(of="chips", expected="300 kW", tolerance="1 %", reason="the test")
    assert (share.error, share.error_unit, share.status) == (pytest.approx(0.2667, abs=1e-4), "%", Status.PASSED)
    difference = checked(of="chips", expected="300 kW", tolerance="0.5 kW", reason="the test")
    assert (difference.error, difference.error_unit) == (pytest.approx(0.8), "kW")
    assert difference.status is Status.FAILED
    assert checked().status is Status.REPORTED
    inside = checked(of="chips", expected=None, between=("290 kW", "310 kW"), reason="the test")
    assert (inside.between, inside.status) == ((290.0, 310.0), Status.PASSED)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"racks": {"ironwood_rak": 1}}, "compare.1.racks: 'ironwood_rak' is no rack. Known here: "),
        ({"of": "outlet"}, "compare.1.of: 'outlet' is no sum. Known here: bf16, chips, fp8, inlet, "),
        ({"unit": "EFLOP/s"}, "compare.1: "),
        ({"chip": "700 W"}, "compare.1: a chip of the first racks draws 125 to 680 W; got 700 W"),
        ({"racks": {"service_rack": 1}, "chip": "1 W"}, "compare.1: gives a chip's power of racks that have none"),
        ({"expected": None}, "compare.1: give either expected or between"),
        ({"tolerance": "1 %"}, "compare.1: a tolerance or a range needs its reason"),
    ],
)
def test_what_cannot_be_asked_is_refused(changes: dict[str, object], message: str) -> None:
    (found,) = told(**changes)
    assert found.startswith(message)


def test_a_case_that_compares_nothing_is_refused() -> None:
    case = CatalogCase.model_validate(HEAD | {"compare": ()})
    assert [fault.where for fault in faults(case)] == ["compare"]
