"""Panels of a site: their year, their nights, and their inverters."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

import facilities
from facilities import economics
from facilities.quantity import Number
from facilities.sun import panels

START = datetime(2026, 1, 1)
MILD = np.full(8760, 293.15)


def test_a_year_of_panels_in_louisiana() -> None:
    """
    Plants on trackers in the south-east of the US give 22 to 26 % of their inverters' rating in the mean of a year
    (EIA, Electric Power Monthly, table 6.7.B has some 24 % for the country); the clearness is assumed, so a tenth more.
    """
    given = panels(facilities.load("hyperion").location, START, MILD, 100e6, economics.load().solar)
    assert 0.20 < given.mean() / 100e6 < 0.28
    day = given.reshape(365, 24)
    assert day[:, [0, 1, 2, 3, 22, 23]].max() == 0.0
    # Local standard time: noon of the sun is within the hours from 11 to 13 at 91.7 degrees west in the zone of 90.
    assert abs(np.average(np.arange(24) + 0.5, weights=day.sum(axis=0)) - 12.1) < 0.3
    summer, winter = day[150:240].sum(), np.concatenate([day[:45], day[-45:]]).sum()
    assert summer > 1.5 * winter


def test_inverters_clip() -> None:
    terms = economics.load().solar
    clear = terms.clearness.model_copy()
    clear._si = 1.0
    given = panels(
        facilities.load("oracle_abilene").location, START, MILD, 100e6, terms.model_copy(update={"clearness": clear})
    )
    assert isinstance(clear, Number)
    assert given.max() == pytest.approx(100e6)
    assert np.count_nonzero(given == given.max()) > 100
