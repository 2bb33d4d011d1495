"""Frequency of an interconnection in a study, with what its relays take off."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from facilities import interconnections
from scenarios.gridstudy import page, system
from scenarios.gridstudy.system import Change
from twin.grid import frequency


def test_a_change_that_reaches_no_stage_is_the_machine_alone() -> None:
    """1 GW more in ERCOT: the fit's 0.3 Hz for 2,555 MW, in proportion."""
    row = system.study("ercot", [Change("more load", 1e9, 0.0)]).table.row(0, named=True)
    assert row["extreme_hz"] == pytest.approx(60.0 - 0.3 / 2.555, abs=2e-3)


def test_relays_stop_a_fall_that_governors_do_not() -> None:
    """8 GW more in ERCOT would bring 59.06 Hz; 5 % of 70 GW at 59.3 Hz, after 0.1 s, keep it above the second stage."""
    change = Change("more load", 8e9, 0.0)
    alone = frequency.after_step(interconnections.load("ercot").machine, change.size).extreme
    assert 60.0 + alone == pytest.approx(60.0 - 0.3 * 8.0 / 2.555, abs=2e-3)
    row = system.study("ercot", [change]).table.row(0, named=True)
    assert 59.1 < row["extreme_hz"] < 59.3


def test_the_page_shows_what_relays_take_off() -> None:
    found = SimpleNamespace(frequency=system.study("ercot", [Change("more load", 1e9, 0.0)]))
    rows = page._of_frequency(found)["system"].rows  # type: ignore[arg-type]
    assert rows[-1][0] == "load that relays take off"
    assert rows[-1][1].startswith("5 % at 59.3 Hz, 5 % at 59.1 Hz")
    assert len(rows) == 9
