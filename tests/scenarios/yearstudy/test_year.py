"""A planning year from its arguments to its folder."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import facilities
from facilities import build
from scenarios import schema
from scenarios.page.quantities import quantity
from scenarios.workload_schema import Job
from scenarios.yearstudy import outdoors, study, workload
from scenarios.yearstudy.workload import Span
from tests.scenarios.browser import DESK, TELEPHONE, browse, widths
from tests.scenarios.command import twin
from twin.columns import YEAR
from twin.errors import ScenarioError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solve a year of a small site, and give its folder."""
    place = tmp_path_factory.mktemp("years") / "isambard"
    study.year("hpe_isambard_ai", out=place)
    return place


def test_the_folder_is_whole(folder: Path) -> None:
    tables = ("accounts", "capacity", "costs", "extremes", "hours", "months", "supply")
    names = sorted([*(f"{name}.parquet" for name in tables), "manifest.json", "metrics.json", "year.html"])
    assert sorted(path.name for path in folder.iterdir()) == names
    table = pl.read_parquet(folder / "hours.parquet")
    assert table.height == 8760
    assert table.columns == list(YEAR)


def test_the_page_says_what_the_site_can_carry(folder: Path) -> None:
    """The headline stands on the page, and every number of it in metrics.json."""
    text = (folder / "year.html").read_text(encoding="utf-8")
    figures = json.loads((folder / "metrics.json").read_text())
    assert "What the site can carry" in text
    for name in ("it_usable", "it_power_and_cooling", "it_at_ratings", "it_one_out", "it_rare", "connection_stranded"):
        shown = quantity(figures[f"capacity_{name}"]["value"], "W")
        assert f"<dd>{shown}</dd>" in text
    assert figures["capacity_racks_fit"] == {"value": 0.0, "unit": "1"}


def test_months_and_hours_add_up_to_the_figures(folder: Path) -> None:
    """Energy of the table's hours is that of metrics.json, and PUE the ratio of sums, not a mean of ratios."""
    figures = json.loads((folder / "metrics.json").read_text())
    hours, months = (pl.read_parquet(folder / f"{name}.parquet") for name in ("hours", "months"))
    for name in ("it", "facility"):
        energy = figures[f"{name}_energy"]["value"]
        assert hours[f"{name}_power_w"].sum() * 3600 == pytest.approx(energy, rel=1e-12)
        assert months[f"{name}_energy_j"].sum() == pytest.approx(energy, rel=1e-12)
    assert figures["pue"]["value"] == pytest.approx(
        months["facility_energy_j"].sum() / months["it_energy_j"].sum(), rel=1e-12
    )
    assert figures["energy_closure"]["value"] < 1e-9
    assert figures["unsettled_time"]["value"] == 0.0


def test_the_page_names_weather_and_extremes(folder: Path) -> None:
    text = (folder / "year.html").read_text(encoding="utf-8")
    assert "no design day follows from its highest values" in text
    assert "once in 20 years" in text
    assert "within the step chips get some kelvin warmer" in text
    assert "http" not in text.partition("<script>")[0].replace("http-equiv", "")


def open_air(found: study.Found) -> float:
    """
    Give the largest residual of the halls' air in any step, over what went into it.

    Racks, sidecars, losses and fans warm it; coils, rear doors and outdoor air take all of that. No balance of
    `twin.closure` has it, since a replay's halls and plant are balanced as one.
    """
    sums, (first, *_) = found.series.powers, found.stretches
    warms = np.array([stage.heats_hall for stage in first.site.chain.hall_path], dtype=float)
    into = sums.rack_air + sums.cdu_air + np.einsum("s,sht->t", warms, sums.hall_losses) + sums.hall_fans
    return float(np.max(np.abs(into - sums.coils - sums.doors - sums.outdoor_air) / into))


def test_every_site_closes_its_balances_and_settles() -> None:
    """Energy, of the halls' air as well, and water to rounding, no step in motion: each hour of each site's year."""
    for name in facilities.names():
        found = study.solve(name)
        figures = {key: metric["value"] for key, metric in found.figures.items()}
        assert figures["energy_closure"] < 1e-9, name
        assert figures["water_closure"] < 1e-9, name
        assert open_air(found) < 1e-9, name
        assert figures["unsettled_time"] == 0.0, name
        assert 1.0 < figures["pue"] < 2.0, name


def test_growth_follows_the_phases() -> None:
    """Hyperion's and Prometheus's halls come with their phases; each stretch has its own site."""
    found = study.solve("prometheus", first=2027, growth=True)
    last = facilities.load("prometheus").phases[-1]
    assert [part.name for part in found.stretches][-1] == last.name
    halls = [len(part.site.halls.name) for part in found.stretches]
    assert halls == sorted(halls)
    bounds = [part.steps.start for part in found.stretches]
    # 31 January 2027 is the 31st day: 30 days of 24 h before it.
    assert bounds == [0, 720]
    power = np.asarray(found.series.powers.racks)
    # 18 and 24 halls, at their highest.
    assert power[720:].max() == pytest.approx(24 / 18 * power[:720].max(), rel=0.05)


def test_growth_before_the_first_phase_is_refused() -> None:
    with pytest.raises(ScenarioError, match="later --first"):
        study.solve("prometheus", first=2020, growth=True)


def test_a_design_day_is_no_year() -> None:
    with pytest.raises(ScenarioError, match="no year is made of such"):
        study.solve("hpe_isambard_ai", weather="design_day")


def test_a_step_of_another_length_is_refused() -> None:
    with pytest.raises(ScenarioError, match="'1 h' or '5 min'"):
        study.solve("hpe_isambard_ai", step="10 min")


def test_weather_is_averaged_over_its_steps() -> None:
    """The mean of a year's hours is that of its 5-minute steps."""
    facility = facilities.load("hpe_isambard_ai")
    fine, coarse = (
        outdoors.year(facility, None, Span(datetime(2026, 1, 1), step, 8760 * 3600 // step), 1) for step in (300, 3600)
    )
    assert coarse.means.dry_bulb == pytest.approx(fine.means.dry_bulb.reshape(-1, 12).mean(axis=1), abs=1e-9)


def test_campaigns_and_failures_wait_as_often_as_their_parameters_say() -> None:
    """
    3,269 accelerators are interrupted 16,384 / 3,269 times less often than each 11,135 s, and wait 360 s: 0.0065 of the
    time. Pauses are 3 days of each 57. Together 1 - (1 - 0.0065) (1 - 0.0526) = 0.0588; a year holds six or seven
    pauses, of which the first may be cut: 3 days of 365 more or less.
    """
    facility = facilities.load("hpe_isambard_ai")
    site = build.site(facility)
    span = Span(datetime(2026, 1, 1), 3600, 8760)
    jobs = [job for job in schema.load("default").jobs if job.name == "pretraining"]
    found = workload.year(facility, site, jobs, {}, span, 1)
    waiting = found.works.weight[0, :, -1]
    assert waiting.mean() == pytest.approx(0.0588, abs=0.012)
    assert found.works.weight.sum(axis=-1) == pytest.approx(np.ones((1, 8760)))
    assert found.works.level[0, :, -1].max() == 0.0


def test_requests_fall_at_night_and_on_weekends() -> None:
    """Serving peaks at 15:00, and on a Saturday (3 January 2026) asks less than on the Friday before."""
    facility = facilities.load("hpe_isambard_ai")
    site = build.site(facility)
    span = Span(datetime(2026, 1, 1), 3600, 240)
    jobs = [job for job in schema.load("default").jobs if job.name == "serving"]
    found = workload.year(facility, site, jobs, {}, span, 1)
    mean = np.sum(found.works.level * found.works.weight, axis=-1)[0].reshape(-1, 24)
    assert abs(int(np.argmax(mean[0])) - 14.5) <= 0.5
    assert mean[2].mean() < 0.95 * mean[1].mean()


def test_jobs_that_tell_of_their_own_days_are_refused() -> None:
    facility = facilities.load("hpe_isambard_ai")
    job = Job(name="log", mode="job_log", telemetry="jobs.parquet")
    span = Span(datetime(2026, 1, 1), 3600, 24)
    with pytest.raises(ScenarioError, match="tell of their own days only"):
        workload.year(facility, build.site(facility), [job], {}, span, 1)


def test_the_command_says_where_its_page_is(tmp_path: Path, capsys, monkeypatch) -> None:
    told = twin(capsys, monkeypatch, "year", "hpe_isambard_ai", "--out", tmp_path / "year")
    assert told.code == 0
    assert "PUE" in told.out
    assert "year.html" in told.out


def test_a_wrong_step_is_a_users_mistake(tmp_path: Path, capsys, monkeypatch) -> None:
    told = twin(capsys, monkeypatch, "year", "hpe_isambard_ai", "--step", "1 min", "--out", tmp_path / "year")
    assert told.code == 2
    assert "'1 h' or '5 min'" in told.err
    assert not (tmp_path / "year").exists()


def test_a_browser_draws_the_page_without_complaint(folder: Path, tmp_path: Path) -> None:
    page = folder / "year.html"
    dom, console = browse(page, tmp_path / "profile")
    assert console == []
    charts = re.findall(r'<div class="chart" id="chart-(\w+)"', page.read_text(encoding="utf-8"))
    assert re.findall(r'class="chart js-plotly-plot" id="chart-(\w+)"', dom) == charts
    assert len(charts) > 10


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
def test_nothing_is_wider_than_the_page(folder: Path, tmp_path: Path, width: int) -> None:
    wide, room = widths(folder / "year.html", tmp_path, width)
    assert wide <= room <= width
