"""Pads ahead of the halls' outdoor air: psychrolib as oracle, and by hand."""

from __future__ import annotations

import numpy as np
import psychrolib
import pytest

from tests.twin import small_site
from twin.cooling.air_intake import evaporation, intake
from twin.cooling.plant_tables import Outdoors
from twin.cooling.psychrometrics import AIR_HEAT, humidity_ratio_from_wet_bulb
from twin.site import Site

PRESSURE = 98_800.0
psychrolib.SetUnitSystem(psychrolib.SI)


def padded(set_point: float, saturation: float = 0.85, stages: float = 0.0) -> Site:
    site = small_site.site()
    one = np.ones(len(site.halls.name))
    halls = site.halls._replace(
        outdoor_saturation=saturation * one, outdoor_pad_set_point=set_point * one, outdoor_stages=stages * one
    )
    return site._replace(halls=halls)


def outdoors(dry: float, wet: float) -> Outdoors:
    return Outdoors(dry, wet, float(humidity_ratio_from_wet_bulb(np.asarray(dry), np.asarray(wet), PRESSURE)), PRESSURE)


@pytest.mark.parametrize(
    ("dry", "wet", "set_point", "leaves"),
    [
        # Six of eleven kelvin bring the air to its set point: stages to spare.
        (35.0, 24.0, 29.0, 29.0),
        # All stages: 35 - 0.85 x 11 degC.
        (35.0, 24.0, 20.0, 25.65),
        # Cooler than the set point; in frost pads are dry.
        (28.0, 24.0, 29.0, 28.0),
        (3.0, -1.0, 0.0, 3.0),
        # Saturated air.
        (30.0, 30.0, 29.0, 30.0),
    ],
)
def test_pads_cool_the_air_to_their_set_point_or_as_far_as_they_can(
    dry: float, wet: float, set_point: float, leaves: float
) -> None:
    found = intake(padded(set_point + 273.15).halls, outdoors(dry + 273.15, wet + 273.15))
    assert found.dry_bulb - 273.15 == pytest.approx(leaves, abs=1e-9)
    before, after = (psychrolib.GetHumRatioFromTWetBulb(value, wet, PRESSURE) for value in (dry, leaves))
    # Fits of the vapour pressure differ by hundredths of a per cent, of some 20 g/kg.
    assert found.taken_up == pytest.approx(after - before, abs=1e-5)


@pytest.mark.parametrize(
    ("stages", "leaves"),
    [
        # 6 of 9.35 K are wanted: one stage of one goes all the way, two of two, two of three, and 13 of 20.
        (1.0, 25.65),
        (2.0, 25.65),
        (3.0, 35.0 - 9.35 * 2 / 3),
        (20.0, 35.0 - 9.35 * 13 / 20),
    ],
)
def test_counted_stages_are_wet_as_a_whole(stages: float, leaves: float) -> None:
    found = intake(padded(302.15, stages=stages).halls, outdoors(308.15, 297.15))
    assert found.dry_bulb - 273.15 == pytest.approx(leaves, abs=1e-9)
    # Below the set point no stage is wet, and just as many as are wanted where that is a whole number.
    assert np.all(intake(padded(302.15, stages=stages).halls, outdoors(301.15, 297.15)).dry_bulb == 301.15)
    exact = intake(padded(308.15 - 9.35 / stages, stages=stages).halls, outdoors(308.15, 297.15))
    assert exact.dry_bulb == pytest.approx(308.15 - 9.35 / stages, abs=1e-9)


def test_a_hall_without_pads_has_the_outdoor_air() -> None:
    found = intake(padded(273.15, saturation=0.0).halls, outdoors(308.15, 297.15))
    assert np.all(found.dry_bulb == 308.15)
    assert not found.taken_up.any()


def test_water_goes_to_the_loop_of_the_halls_coils() -> None:
    """1,006 kJ/K of air are 1,000 kg; at 2.5 g/kg they take up 2.5 kg."""
    site = padded(302.15)
    count = len(site.halls.name)
    water = evaporation(site, np.full(count, 1e3 * AIR_HEAT), np.full(count, 2.5e-3))
    assert water.sum() == pytest.approx(2.5 * count, rel=1e-12)
    assert np.all(water[site.halls.air_loop] > 0.0)
