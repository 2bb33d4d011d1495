"""Ratings at heat and height, against the correction charts that makers print."""

from __future__ import annotations

import numpy as np
import pytest

from twin.supply.site_rating import height_rating, site_rating

ISO_TEMPERATURE, ISO_PRESSURE = 288.15, 101325.0


def test_a_gas_turbine_at_heat() -> None:
    """1.00 at 15 and 0.83 at 40 degC: 0.17 over 25 K; nothing is gained in the cold."""
    got = site_rating(np.array([263.15, 288.15, 313.15]), ISO_PRESSURE, ISO_TEMPERATURE, 0.0068, ISO_PRESSURE)
    assert got == pytest.approx([1.0, 1.0, 0.83], rel=1e-12)


def test_a_gas_turbine_at_height() -> None:
    """0.89 at 1,000 m and 0.80 at 1,800 m of the chart: the standard atmosphere has 89.87 and 81.49 kPa there."""
    for pressure, chart in ((89.87e3, 0.89), (81.49e3, 0.80)):
        got = site_rating(np.array([288.15]), pressure, ISO_TEMPERATURE, 0.0068, ISO_PRESSURE)
        # Charts are read to a hundredth.
        assert got[0] == pytest.approx(chart, abs=0.01)


def test_an_engine_holds_its_rating_to_a_height_and_a_temperature() -> None:
    got = site_rating(np.array([300.0, 313.15]), 95e3, 308.15, 0.01, 90e3)
    assert got == pytest.approx([1.0, 0.95], rel=1e-12)


@pytest.mark.parametrize(
    ("pressure", "cooled", "expected"),
    # The standard atmosphere has 79.495 kPa at 2,000 m, and 89.875 kPa at 1,000 m (ISO 2533).
    [(79_495.0, "forced", 0.94), (79_495.0, "natural", 0.97), (79_495.0, "immersed", 0.96), (89_875.0, "forced", 1.0)],
)
def test_electrical_parts_lose_from_a_thousand_metres_on(pressure: float, cooled: str, expected: float) -> None:
    assert height_rating(pressure, cooled) == pytest.approx(expected, abs=2e-6)
