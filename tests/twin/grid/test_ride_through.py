"""Curves of ride-through, and the gaps between them."""

from __future__ import annotations

import numpy as np

from facilities import codes
from facilities.codes import RideThrough
from twin.grid.ride_through import Curve, Gap, gaps, time_at


def curve(*rows: tuple[float, float, float]) -> Curve:
    return Curve(*(np.array(column) for column in zip(*rows, strict=True)))


CODE = curve((0.0, 0.5, 0.25), (0.5, 0.9, 1.0), (0.9, 1.1, np.inf))


def test_time_at_a_voltage() -> None:
    """Where bands meet the longer time holds, at the upper end of the last one too; beyond all nothing is sure."""
    assert time_at(CODE, np.array([0.2, 0.5, 0.9, 1.1, 1.15])).tolist() == [0.25, 1.0, np.inf, np.inf, 0.0]


def test_nogrr_282_at_the_ends_of_its_bands() -> None:
    """0.90 to 1.10 pu, and 58.8 to 61.2 Hz, for good: both ends of both."""
    voltage, frequency = (
        limit.curve for limit in codes.load("ercot_nogrr282").limits if isinstance(limit, RideThrough)
    )
    ends = np.array([0.2, 0.5, 0.8, 0.9, 1.1, 1.2])
    assert time_at(voltage, ends).tolist() == [0.25, 0.5, 2.0, np.inf, np.inf, 2.0]
    assert time_at(frequency, np.array([57.0, 58.8, 61.2, 61.8])).tolist() == [299.0, np.inf, np.inf, 299.0]


def test_equipment_as_good_as_the_code_complies() -> None:
    assert gaps(CODE, CODE) == ()
    assert gaps(CODE, curve((0.0, 0.9, 1.0), (0.9, 1.2, np.inf))) == ()


def test_gaps_are_told_band_by_band() -> None:
    """At 0.7 per unit the equipment's own time changes: two gaps within one band of the code."""
    given = curve((0.0, 0.7, 0.02), (0.7, 0.9, 0.5), (0.9, 1.1, np.inf))
    assert gaps(CODE, given) == (Gap(0.0, 0.5, 0.25, 0.02), Gap(0.5, 0.7, 1.0, 0.02), Gap(0.7, 0.9, 1.0, 0.5))
