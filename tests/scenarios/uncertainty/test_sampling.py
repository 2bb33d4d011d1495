"""A year under sampled assumptions: draws, ranks, quantiles, and how far a carried year is from a whole one."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr, triang

import facilities
from facilities.quantity import Kind
from scenarios.uncertainty import importance, sampling
from scenarios.uncertainty.draws import Draws, free, points
from scenarios.uncertainty.sampling import Sampled
from scenarios.uncertainty.triangular import quantile
from scenarios.uncertainty.years import Years
from scenarios.yearstudy import study
from tests.scenarios.command import twin
from twin.errors import ScenarioError

SITE = "aws_p4d_ultracluster"

STORAGE = "racks.service.count"


@pytest.fixture(scope="module")
def found() -> study.Found:
    """Solve a year of a small site."""
    return study.solve(SITE)


@pytest.fixture(scope="module")
def sampled(found: study.Found) -> Sampled:
    """Sample it a little."""
    return sampling.sample(found, 16, 1)


def test_quantiles_are_those_of_the_triangle() -> None:
    """Against scipy's own triangular distribution, the likeliest in between and at either end."""
    share = np.linspace(0.01, 0.99, 9)
    for best in (1.0, 2.5, 5.0):
        ours = quantile(share, np.float64(1.0), np.float64(best), np.float64(5.0))
        assert ours == pytest.approx(triang.ppf(share, (best - 1.0) / 4.0, 1.0, 4.0), rel=1e-12)


def test_ranks_are_spearmans() -> None:
    """Against scipy, ties included; a number that never changes has none."""
    random = np.random.default_rng(3)
    values = np.column_stack([random.normal(size=40), random.integers(0, 3, 40), np.ones(40)])
    figure = values[:, 0] ** 3 - values[:, 1] + random.normal(size=40)
    ours = importance.rank_correlation(values, figure)
    assert ours[:2] == pytest.approx([spearmanr(values[:, row], figure)[0] for row in (0, 1)], abs=1e-12)
    assert ours[2] == 0.0


def test_chance_passes_the_bar_once_in_twenty() -> None:
    """Of 400 tables of noise, 100 numbers and 256 samples each, 20 have one beyond it, give or take 14 (3 sigma)."""
    random, bar = np.random.default_rng(5), importance.least_told(256, 100)
    noise = [importance.rank_correlation(random.normal(size=(256, 100)), random.normal(size=256)) for _ in range(400)]
    assert 6 <= sum(float(np.abs(each).max()) > bar for each in noise) <= 34


@pytest.mark.parametrize(("count", "samples", "most"), [(181, 256, 0.3), (100, 64, 0.55)])
def test_no_dimension_echoes_another(count: int, samples: int, most: float) -> None:
    """
    Of dimensions without relation the largest correlation is about 4.5 / sqrt(n) among ten thousand pairs.

    Sobol's own go up to 0.94 here. Each stays as even as it was: one point in each of n parts.
    """
    drawn = np.array(list(islice(points(count, samples, 1), samples)))
    assert np.abs(np.corrcoef(drawn.T) - np.eye(count)).max() < most
    assert np.array_equal(np.sort(np.floor(drawn * samples), axis=0), np.tile(np.arange(samples), (count, 1)).T)


def test_what_is_bound_is_not_drawn() -> None:
    """Phases and counts of racks say what stands, a host network names its buses; all else with a range is drawn."""
    site = facilities.load("prometheus")
    paths = {number.path for number in free(site)}
    assert "cooling.liquid.supply_temperature" in paths
    assert "catalog.accelerators.gb200.leakage" in paths
    assert "connection.points" not in paths
    assert not any(path.startswith("phases.") for path in paths)
    split = {number.path for number in free(facilities.load("fairwater"))}  # 4,226 racks of two kinds, by halves
    assert not any(path.startswith("racks.") and path.endswith(".count") for path in split)
    # Without accelerators all racks are what the year is of; beside accelerators, storage and network serve them.
    assert "racks.compute.count" not in {number.path for number in free(facilities.load("traditional_enterprise"))}
    served = facilities.load("hpe_isambard_ai")
    assert {number.path for number in free(served) if number.path.startswith("racks.")} == {STORAGE}
    assert STORAGE not in {number.path for number in free(served, growth=True)}


def test_draws_stay_in_their_ranges_and_are_the_same_again() -> None:
    site = facilities.load(SITE)
    numbers = free(site)
    both = []
    for _ in range(2):
        draws = Draws(site, numbers, 7).sites(4)
        both.append(np.array([next(draws).values for _ in range(4)]))
    assert np.array_equal(*both)
    assert np.all(both[0] >= [number.low for number in numbers])
    assert np.all(both[0] <= [number.high for number in numbers])


def test_ranges_that_never_fit_end_with_the_reason() -> None:
    """A number of which no draw is a plausible one."""
    site = facilities.load(SITE)
    impossible = free(site)[-1]._replace(low=-9.0, value=-8.0, high=-7.0, kind=Kind("1", 0, 1, "50 %"))
    with pytest.raises(ScenarioError, match="cannot be, most often"):
        for _ in Draws(site, [impossible], 1).sites(1):
            pass


def test_a_carried_year_is_near_the_whole_one(sampled: Sampled) -> None:
    """
    Of the samples that are solved whole.

    PUE within 1e-3, of a spread of 0.02; energy within half a per cent. There is no theory for these: they are the
    errors that a page may show without a reader minding, and the page shows those that there are.
    """
    assert sampled.missed["pue"] < 1e-3
    assert sampled.missed["facility_energy"] < 5e-3 * sampled.known["facility_energy"]["value"]
    assert sampled.missed["energy_closure"] < 1e-12
    assert np.ptp(sampled.figures["pue"]) > 0.01


def test_samples_have_each_figure_of_a_year(found: study.Found, sampled: Sampled) -> None:
    assert list(sampled.figures) == list(found.figures)
    assert sampled.values.shape == (16 - len(sampled.failed), len(sampled.numbers))
    assert sampled.tried == 16 + sum(times for _, times in sampled.refused)
    # Of 0.05 to 0.5 % for light and 0.3 to 1.5 % for all else, the latter must lead.
    row = [number.path for number in sampled.numbers].index("power.house.offices_and_auxiliaries.share")
    assert int(np.argmax(sampled.correlation["house_energy"])) == row


def test_the_command_writes_samples_and_chapter(capsys, monkeypatch, tmp_path: Path) -> None:
    """Tables, flat figures, and a chapter that says how; without samples the chapter says what to ask."""
    done = twin(capsys, monkeypatch, "year", SITE, "--samples", "8", "--out", tmp_path / "year")
    assert done.code == 0, done.err
    table = pl.read_parquet(tmp_path / "year" / "uncertainty.parquet")
    rows = {row["figure"]: row for row in table.iter_rows(named=True)}
    assert rows["pue"]["p10"] <= rows["pue"]["p50"] <= rows["pue"]["p90"]
    figures = json.loads((tmp_path / "year" / "metrics.json").read_text())
    assert figures["pue_p50"] == {"value": rows["pue"]["p50"], "unit": "1"}
    samples = pl.read_parquet(tmp_path / "year" / "samples.parquet")
    assert float(samples["pue"].median() or 0.0) == pytest.approx(rows["pue"]["p50"], rel=1e-12)
    text = (tmp_path / "year" / "year.html").read_text(encoding="utf-8")
    assert "Of 8 years: a tenth lies below P10" in text
    assert "Sobol" in text
    assert "How sure: bands are P10 to P90 of 8 sites" in text
    assert "How sure: bands are P10 to P90 of 8 sites" in done.out
    band = f"{rows['pue']['p10']:#.4g} to {rows['pue']['p90']:#.4g}"
    assert f'<dd class="note">{band}</dd>' in text
    assert band in done.out
    assert json.loads((tmp_path / "year" / "manifest.json").read_text())["samples"] == 8


def test_without_samples_page_and_terminal_say_that_no_figure_has_a_band(capsys, monkeypatch, tmp_path: Path) -> None:
    done = twin(capsys, monkeypatch, "year", SITE, "--out", tmp_path / "year")
    assumed = len(json.loads((tmp_path / "year" / "manifest.json").read_text())["assumptions"])
    told = (
        f"How sure: no figure has a band. Each is of the site exactly as its file has it, and {assumed} numbers of that"
    )
    assert told in done.out
    assert told in (tmp_path / "year" / "year.html").read_text(encoding="utf-8")


def test_a_site_that_grows_is_sampled_in_all_its_phases() -> None:
    """
    A sample that is the site itself has its year; a draw has its racks.

    Phases count halls: racks parted into another number of them would be other racks, and it is not drawn.
    """
    found = study.solve("oracle_abilene", first=2026, growth=True)
    assert len(found.stretches) == 3
    numbers, years = free(found.facility, growth=True), Years(found)
    assert "arrangement.halls" not in {number.path for number in numbers}
    assert "arrangement.halls" in {number.path for number in free(found.facility)}
    draws = Draws(found.facility, numbers, 1, growth=True)
    same = years.found(draws.with_values(np.array([number.value for number in numbers]))).figures
    other = years.found(next(draws.sites(8)).facility).figures
    for name in ("pue", "facility_energy", "facility_power_peak", "accelerators"):
        assert same[name]["value"] == pytest.approx(found.figures[name]["value"], rel=1e-12), name
    assert other["accelerators"] == found.figures["accelerators"]
    assert other["pue"]["value"] != pytest.approx(found.figures["pue"]["value"], rel=1e-4)


def test_too_few_samples_are_refused(capsys, monkeypatch, tmp_path: Path) -> None:
    done = twin(capsys, monkeypatch, "year", SITE, "--samples", "3", "--out", tmp_path / "year")
    assert done.code == 2
    assert "--samples: must be from 8 to 65536, or 0 for none; got 3" in done.err
    assert not (tmp_path / "year").exists()
