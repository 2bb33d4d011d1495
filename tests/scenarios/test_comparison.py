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


def seconds(values, **columns):
    """Give a run's table of seconds from `START`; of columns, one row a name and second."""
    time = pl.Series([START + timedelta(seconds=s) for s in range(len(values))], dtype=pl.Datetime("us", "UTC"))
    return pl.LazyFrame({"time": time, **columns, **values.to_dict(as_series=False)})


def test_a_scrape_is_compared_with_what_a_scrape_of_the_run_would_have_shown() -> None:
    # 200 W in one second of fifteen, and the meter is read in just that one: means of minutes would part by 187 W.
    power = pl.DataFrame({"facility_power_w": [200.0 if s % 15 == 0 else 0.0 for s in range(180)]})
    measured = reading(*((s + 0.5, "meter", "facility_power_w", 190.0) for s in range(0, 181, 15)))
    (row,) = compare(SITE, {"site": seconds(power)}, measured, START, 180, set())
    assert row["bias"] == pytest.approx(10.0, rel=1e-12)
    assert "what the meter would have shown" in str(row["caveat"])
    assert "read each 15 s" in str(row["caveat"])


def test_a_file_that_tells_changes_only_is_compared_with_means() -> None:
    power = pl.DataFrame({"facility_power_w": [200.0 if s % 15 == 0 else 0.0 for s in range(180)]})
    measured = reading(*((s, "meter", "facility_power_w", 200.0 / 15.0) for s in range(0, 181, 15)))
    repeated = measured._replace(frame=measured.frame.with_columns(quality=pl.lit(1, pl.UInt8)))
    (row,) = compare(SITE, {"site": seconds(power)}, repeated, START, 180, set())
    assert row["bias"] == pytest.approx(0.0, abs=1e-9)
    assert row["caveat"] == "means over 60 s"


@pytest.mark.parametrize(("metric", "lag"), [("accelerator_average_power_w", 1.0), ("accelerator_power_w", 0.0)])
def test_an_accelerator_is_compared_through_its_average_with_the_mean_one_of_its_hall(metric, lag) -> None:
    # Its hall's eighty rise by a watt a second each; at a whole second NVML's average is that of the second before.
    power = pl.DataFrame({"accelerator_power_w": [80.0 * (100.0 + s) for s in range(180)]})
    name = "hall_1/cdu_2/rack_5/gpu_3"
    measured = reading(*((float(s), name, metric, 100.0 + s - lag) for s in range(0, 181, 5)))
    tables = {"halls": seconds(power, hall=["hall_1"] * 180)}
    (row,) = compare(SITE, tables, measured, START, 180, set())
    assert (row["asset"], row["samples"]) == ("1 accelerator", 3)
    # Before the run its first second held: there an average lags by nothing.
    assert row["bias"] == pytest.approx(lag * 5.0 / 180.0, abs=1e-9)


def test_a_server_that_the_site_does_not_know_is_not_the_site() -> None:
    measured = reading(*((second, "node_7", "it_power_w", 500.0) for second in range(0, 181, 15)))
    table = {"site": seconds(pl.DataFrame({"it_power_w": [5e6] * 180}))}
    assert compare(SITE, table, measured, START, 180, set()) == []


def test_what_drove_the_run_is_no_outcome() -> None:
    measured = reading(*((second, "meter", "facility_power_w", 100.0) for second in range(0, 181, 15)))
    assert compare(SITE, tables(), measured, START, 180, {"facility_power_w"}) == []
