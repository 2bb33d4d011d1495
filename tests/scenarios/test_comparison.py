"""Measured against modelled."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from scenarios.comparison import compare, errors
from tests.scenarios import small_site
from tests.scenarios.readings import START, reading

SITE = small_site.site()


def test_figures_of_a_hand_worked_pair() -> None:
    # Errors +10, -10, +20 on 100, 200, 400: bias 20/3; MAPE (0.1 + 0.05 + 0.05)/3; RMSE sqrt(600/3) over 700/3.
    got = errors(np.array([100.0, 200.0, 400.0]), np.array([110.0, 190.0, 420.0]))
    assert got["bias"] == pytest.approx(20 / 3, rel=1e-12)
    assert got["mape"] == pytest.approx(0.2 / 3, rel=1e-12)
    assert got["cv_rmse"] == pytest.approx(np.sqrt(200.0) / (700 / 3), rel=1e-12)


def test_relative_errors_of_nothing_are_not_given() -> None:
    assert errors(np.zeros(2), np.ones(2)) == {"bias": 1.0, "mape": None, "cv_rmse": None}


def tables(minutes=3):
    seconds = [START + timedelta(seconds=s) for s in range(60 * minutes)]
    starts = [START + timedelta(minutes=m) for m in range(minutes)]
    cdus = [(time, name, 300.0 + row) for time in starts for row, name in enumerate(SITE.cdus.name)]
    time = pl.Series(seconds, dtype=pl.Datetime("us", "UTC"))
    return {
        "site": pl.LazyFrame({"time": time, "facility_power_w": np.full(60 * minutes, 110.0)}),
        "cdus": pl.LazyFrame(
            {
                "time": pl.Series([row[0] for row in cdus], dtype=pl.Datetime("us", "UTC")),
                "cdu": [row[1] for row in cdus],
                "supply_temp_k": pl.Series([row[2] for row in cdus], dtype=pl.Float32),
            }
        ),
    }


def test_a_site_is_compared_by_the_minute() -> None:
    measured = reading(*((second, "meter", "facility_power_w", 100.0) for second in range(0, 181, 15)))
    (row,) = compare(SITE, tables(), measured, START, 180, set())
    assert (row["metric"], row["asset"], row["unit"], row["samples"]) == ("facility_power_w", "site", "W", 3)
    assert row["bias"] == pytest.approx(10.0, rel=1e-12)
    assert row["cv_rmse"] == pytest.approx(0.1, rel=1e-12)


def test_cdus_are_compared_together_and_temperatures_without_relative_errors() -> None:
    # Modelled 300 K and 303 K; measured 299 K and 301 K: bias (1 + 2)/2.
    rows = [
        (s, name, "coolant_supply_temp_k", t) for s in (0, 60, 120, 180) for name, t in (("cdu_1", 299), ("cdu_4", 301))
    ]
    (row,) = compare(SITE, tables(), reading(*rows), START, 180, set())
    assert (row["asset"], row["samples"]) == ("2 CDUs", 6)
    assert row["bias"] == pytest.approx(1.5, abs=1e-5)
    assert row["mape"] is None
    assert "no relative error" in str(row["caveat"])


def test_what_drove_the_run_is_no_outcome() -> None:
    measured = reading(*((second, "meter", "facility_power_w", 100.0) for second in range(0, 181, 15)))
    assert compare(SITE, tables(), measured, START, 180, {"facility_power_w"}) == []
