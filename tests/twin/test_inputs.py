"""The outdoor air of an instant: weather, what scheduled changes add to it, and air that there is not."""

from __future__ import annotations

import psychrolib
import pytest

from tests.twin import small_site as small
from twin import changes
from twin.inputs import outdoor_air

SITE = small.site()
PRESSURE = SITE.altitude_pressure


def test_offsets_move_both_bulbs_and_the_wet_one_besides() -> None:
    setting = changes.first_setting(SITE)._replace(outdoor_offset=5.0, wet_bulb_offset=-2.0)
    air = outdoor_air(SITE, small.inputs(60), setting, 0.0)
    assert (air.dry_bulb, air.wet_bulb) == pytest.approx((306.15, 297.15), abs=1e-12)
    assert air.real
    psychrolib.SetUnitSystem(psychrolib.SI)
    expected = psychrolib.GetHumRatioFromTWetBulb(33.0, 24.0, PRESSURE)
    assert air.humidity_ratio == pytest.approx(expected, rel=1e-3)


def test_a_wet_bulb_that_no_air_has_is_that_of_dry_air() -> None:
    """
    Dry air of 5 degC has a wet bulb of -3.15 degC over ice (psychrolib's, which it finds to 1e-3 K); asked for is -10.

    There a kilogram of dry air would hold -3.7 g of water, and towers would evaporate 44 % too much.
    """
    setting = changes.first_setting(SITE)._replace(wet_bulb_offset=-15.0)
    air = outdoor_air(SITE, small.inputs(60, dry=278.15, wet=278.15), setting, 0.0)
    psychrolib.SetUnitSystem(psychrolib.SI)
    of_dry_air = psychrolib.GetTWetBulbFromHumRatio(5.0, 1e-7, PRESSURE)
    assert air.wet_bulb - 273.15 == pytest.approx(of_dry_air, abs=1e-3)
    assert (air.humidity_ratio, air.real) == (0.0, False)
    mild = changes.first_setting(SITE)._replace(wet_bulb_offset=-8.0)
    assert outdoor_air(SITE, small.inputs(60, dry=278.15, wet=278.15), mild, 0.0).real
