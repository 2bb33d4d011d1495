"""Interconnections as data."""

from __future__ import annotations

import pytest

import facilities
from facilities import interconnections
from twin.errors import UnknownNameError
from twin.grid import frequency


def test_the_eastern_gain_is_the_fit_that_it_says() -> None:
    """Loss of 1,500 MW gives 60.047 Hz; four digits of the gain are kept."""
    machine = interconnections.load("eastern").machine
    assert frequency.fitted_gain(machine, -1500e6, 0.047) == pytest.approx(machine.gain, abs=5e-5)


def test_every_site_with_a_system_has_its_frequency() -> None:
    for name in facilities.names():
        grid = facilities.load(name).connection
        if grid.interconnection is not None:
            assert interconnections.load(grid.interconnection).frequency.si == grid.frequency.si


def test_numbers_of_every_system_are_read() -> None:
    assert interconnections.names() == ["eastern", "ercot", "western"]
    assert interconnections.load("ercot").machine.base == 60e9
    assert interconnections.load("western").machine.inertia == 4.0


def test_a_system_that_is_not_known() -> None:
    with pytest.raises(UnknownNameError, match="eastern, ercot, western"):
        interconnections.load("east")
