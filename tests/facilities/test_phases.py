"""Phases: what stands when, as a site of its own."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build, loading
from tests.facilities.sites import changed
from twin.errors import FacilityError, UnknownNameError
from twin.site import Site

WHOLE = facilities.load("prometheus")

NONE = '{ value = "0 rack", basis = "derived", source = "test" }'


def racks(site: Site) -> list[tuple[str, str]]:
    return [
        (name, site.rack_classes.name[row]) for name, row in zip(site.racks.name, site.racks.rack_class, strict=True)
    ]


@pytest.mark.parametrize("phase", ["first", "now", "full"])
def test_a_phase_is_the_first_halls_of_the_whole_site(phase: str) -> None:
    """Every rack of the phase stands where it stands in the end: 24 halls of 213 places, 106 or 107 service racks."""
    whole, part = build.site(WHOLE), build.site(facilities.load(f"prometheus@{phase}"))
    halls = {each.name: each.halls.count for each in WHOLE.phases}[phase]
    assert len(part.halls.name) == halls
    assert racks(part) == [rack for rack in racks(whole) if int(rack[0].split("/")[0][5:]) <= halls]


def test_a_phase_may_have_racks_of_its_own() -> None:
    """Isambard-AI began with the small cabinet of 42 nodes of four chips alone, and two of its service racks."""
    site = build.site(facilities.load("hpe_isambard_ai@phase_1"))
    assert sorted(kind for _, kind in racks(site)) == ["ex2500_gh200_cabinet", "service_rack", "service_rack"]
    assert site.rack_classes.accelerators[site.racks.rack_class].sum() == 168


def test_a_phase_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownNameError, match="first"):
        facilities.load("prometheus@frist")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('name = "half"', 'name = "first"', "different names"),
        ("date = 2026-05-31", "date = 2025-05-31", "order of their dates"),
        ('halls = { value = "18"', 'halls = { value = "25"', "25 halls, the whole site 24"),
        ("date = 2026-05-31", f"date = 2026-05-31\nracks.comptue = {NONE}", "got comptue"),
        (
            "date = 2026-05-31",
            f"date = 2026-05-31\nracks = {{ compute = {NONE}, service = {NONE} }}",
            "must have racks",
        ),
    ],
)
def test_phases_that_do_not_fit_are_told(tmp_path, was: str, becomes: str, said: str) -> None:
    with pytest.raises(FacilityError, match=said):
        facilities.load(changed(tmp_path, "prometheus", (was, becomes)))


def test_designs_lie_under_the_site(tmp_path) -> None:
    """A key of the site replaces that of a design, and one of a later design that of an earlier; the rest stays."""
    (tmp_path / "own.toml").write_text(
        'about = "test"\n[arrangement.plan]\nplaces_per_row = { value = "12", basis = "derived", source = "test" }\n',
        encoding="utf-8",
    )
    path = changed(tmp_path, "prometheus", ('designs = ["plan_campus"]', 'designs = ["plan_campus", "own.toml"]'))
    plan = facilities.load(path).arrangement.plan
    assert plan is not None
    assert (plan.places_per_row.count, plan.halls_per_building.count) == (12, 2)
    with pytest.raises(FacilityError, match="plan_campus"):
        facilities.load(changed(tmp_path, "prometheus", ("plan_campus", "plan_campsu")))


def test_a_hyphen_stands_for_an_underscore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "names", lambda: ["two_words"])
    assert loading.file_of("two-words@now").name == "two_words.toml"


def test_every_phase_can_be_built() -> None:
    for name in facilities.names():
        for phase in facilities.load(name).phases:
            site = build.site(facilities.load(f"{name}@{phase.name}"))
            assert np.all(np.diff(site.cdus.rack_start) >= 0)


def test_a_phase_has_the_supply_that_stands_by_then() -> None:
    """The islanded gas is there from October 2026 on: not in January 2026, but in January 2027."""
    first, full = (set(facilities.load(f"prometheus@{name}").supply) for name in ("first", "full"))
    assert full - first == {"socrates_south", "socrates_north"}
    assert "gensets" in first
