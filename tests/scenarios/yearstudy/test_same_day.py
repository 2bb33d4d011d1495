"""A year's steps against the replay of the same time: the energy of racks and of the whole site, and its water."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

import facilities
from facilities import build
from scenarios.yearstudy.same_day import Both, at_once, same_day

JULY = datetime(2026, 7, 15, 5, tzinfo=UTC)
HOURS = 3600


def close(found: Both) -> None:
    """Within the half per cent that a year may miss of a day; water, where any is used, within as much."""
    assert abs(found.error("connection")) < 5e-3
    if found.replayed.make_up > 0.0:
        for water in ("evaporation", "blowdown", "drift", "make_up"):
            assert abs(found.error(water)) < 5e-3, water


@pytest.mark.parametrize(
    ("name", "hours", "step"),
    [
        ("frontier", 12, 3600),  # towers, liquid, independent jobs of accelerators that do not leak
        # Outside air; pads of one stage, which go on and off within an hour: by 2 % of the day's water in steps of one.
        ("aws_p4d_ultracluster", 24, 300),
        ("traditional_enterprise", 3, 3600),  # chillers, fan coils and towers; racks each at another place of a trace
        ("google_tpu_v4", 6, 3600),  # an economiser between towers and the loop
        ("hpe_isambard_ai", 6, 3600),  # four kinds of jobs, two classes that leak
        ("azure_nd_h200_v5", 6, 3600),  # air alone, whose coils get their water late
        ("fairwater", 6, 3600),  # coolers and chillers by turns, coolant that follows its racks
    ],
)
def test_energy_and_water_are_those_of_the_replay(name: str, hours: int, step: int) -> None:
    """
    IT energy within 1e-6, leakage and its conversion included, where coolant and air are held.

    What is left of the facility's: heat and cold that stay in water and air, dwells of chillers, and the voltage at the
    connection.
    """
    facility = facilities.load(name)
    found = same_day(facility, JULY, hours * HOURS, step)
    close(found)
    assert abs(found.error("racks")) < 1e-6
    if not np.any(build.site(facility).rack_classes.leakage):
        assert abs(found.error("accelerators")) < 1e-9


def test_losses_that_bend_sharply_are_known_from_an_hours_levels() -> None:
    """Where a rack's supply loses more from some load on, the levels of an hour stand for each of its samples."""
    assert abs(same_day(facilities.load("aws_p4d_ultracluster"), JULY, 4 * HOURS).error("racks")) < 1e-6


def test_swings_of_the_supply_are_all_that_a_year_misses_of_it_energy() -> None:
    """The coolant's own swing with the load is known but for its bend; where it is held, nothing is left."""
    facility = facilities.load("prometheus@first")
    found = same_day(facility, JULY, 3 * HOURS)
    close(found)
    assert abs(found.error("racks")) < 1e-6
    prompt = same_day(facility, JULY, 3 * HOURS, site=at_once(build.site(facility)))
    assert abs(prompt.error("racks")) < 1e-7


def test_chillers_that_come_at_once_leave_nothing() -> None:
    """Chillers wait out short pauses of the load, so that water hardly warms after; less where they come at once."""
    facility = facilities.load("foxconn_kaohsiung")
    late, prompt = (same_day(facility, JULY, 9 * HOURS, site=site) for site in (None, at_once(build.site(facility))))
    assert abs(prompt.error("racks")) < 1e-7 < abs(late.error("racks")) < 1e-6


def test_a_longer_run_in_changes_nothing() -> None:
    """A day is periodic: an hour of the day before leaves what all of it does, and without any the start is seen."""
    facility = facilities.load("google_tpu_v4")
    hour, half, none = (same_day(facility, JULY, 2 * HOURS, run_in=run_in) for run_in in (3600, 1800, 0))
    assert float(half.replayed.racks) == pytest.approx(float(hour.replayed.racks), rel=1e-8)
    assert abs(none.error("racks")) > 1e-6 > abs(hour.error("racks"))
