"""A year's steps against the replay of the same time: the energy of racks and of the whole site, and its water."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import facilities
from facilities import build
from scenarios.yearstudy.same_day import same_day

JULY = datetime(2026, 7, 15, 5, tzinfo=UTC)
HOURS = 3600


@pytest.mark.parametrize(
    ("name", "hours", "step"),
    [
        ("frontier", 24, 3600),  # towers, liquid, independent jobs of accelerators that do not leak
        # Outside air; pads of one stage, which go on and off within an hour: by 2 % of the day's water in steps of one.
        ("aws_p4d_ultracluster", 24, 300),
        ("traditional_enterprise", 3, 3600),  # chillers, fan coils and towers
        ("prometheus@first", 6, 3600),  # dry coolers, chillers, liquid and air
        ("google_tpu_v4", 6, 3600),  # an economiser between towers and the loop
    ],
)
def test_energy_and_water_are_those_of_the_replay(name: str, hours: int, step: int) -> None:
    """
    Within the half per cent that a year may miss of a day; water, where any is used, within as much.

    What is left: heat and cold that stay in water and air, dwells of chillers, and the voltage at the connection.
    """
    found = same_day(facilities.load(name), JULY, hours * HOURS, step)
    assert abs(found.error("connection")) < 5e-3
    if found.replayed.make_up > 0.0:
        for water in ("evaporation", "blowdown", "drift", "make_up"):
            assert abs(found.error(water)) < 5e-3, water
    # Leakage of chips that warm up in a replay's first hour, and over water that swings; the next test is without it.
    assert abs(found.error("racks")) < 3e-5


@pytest.mark.parametrize(
    ("name", "hours", "step", "groups"),
    [
        ("frontier", 6, 3600, 16),
        ("prometheus@first", 3, 3600, 16),
        # A supply whose losses bend sharply: what 16 groups an hour leave, 2e-6, finer groups or steps do not.
        ("aws_p4d_ultracluster", 4, 3600, 48),
        ("aws_p4d_ultracluster", 4, 300, 16),
    ],
)
def test_it_energy_is_that_of_the_replay(name: str, hours: int, step: int, groups: int) -> None:
    """Within 1e-6 where chips do not leak: the levels of a step stand for each of its samples."""
    facility = facilities.load(name)
    site = build.site(facility)
    still = site._replace(rack_classes=site.rack_classes._replace(leakage=0.0 * site.rack_classes.leakage))
    found = same_day(facility, JULY, hours * HOURS, step, still, groups)
    assert abs(found.error("racks")) < 1e-6
    assert abs(found.error("accelerators")) < 1e-9


def test_five_minutes_follow_leakage_closer() -> None:
    """A step that is short against the swings of load leaves a few parts in a million, leakage included."""
    found = same_day(facilities.load("prometheus@first"), JULY, 3 * HOURS, step=300)
    assert abs(found.error("racks")) < 1e-5
    assert abs(found.error("connection")) < 5e-3
