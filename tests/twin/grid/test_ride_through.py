"""Curves of ride-through, and the gaps between them."""

from __future__ import annotations

import numpy as np

from twin.grid.ride_through import Curve, Gap, gaps, time_at


def curve(*rows: tuple[float, float, float]) -> Curve:
    return Curve(*(np.array(column) for column in zip(*rows, strict=True)))


CODE = curve((0.0, 0.5, 0.25), (0.5, 0.9, 1.0), (0.9, 1.1, np.inf))


def test_time_at_a_voltage() -> None:
    """The lower end of a band belongs to it; beyond all bands nothing is sure."""
    assert time_at(CODE, np.array([0.2, 0.5, 0.9, 1.1])).tolist() == [0.25, 1.0, np.inf, 0.0]


def test_equipment_as_good_as_the_code_complies() -> None:
    assert gaps(CODE, CODE) == ()
    assert gaps(CODE, curve((0.0, 0.9, 1.0), (0.9, 1.2, np.inf))) == ()


def test_gaps_are_told_band_by_band() -> None:
    """At 0.7 per unit the equipment's own time changes: two gaps within one band of the code."""
    given = curve((0.0, 0.7, 0.02), (0.7, 0.9, 0.5), (0.9, 1.1, np.inf))
    assert gaps(CODE, given) == (Gap(0.0, 0.5, 0.25, 0.02), Gap(0.5, 0.7, 1.0, 0.02), Gap(0.7, 0.9, 1.0, 0.5))
