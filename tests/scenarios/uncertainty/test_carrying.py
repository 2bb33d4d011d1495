"""What sampled sites can carry: against the site itself, by hand, and on page, terminal and in tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import facilities
from facilities import build
from scenarios.capacity import study as capacity
from scenarios.capacity.standing import standing
from scenarios.uncertainty import carrying, sampling, tables
from scenarios.uncertainty.carrying import ALARMS, HELD, Carried, Carrying
from scenarios.uncertainty.draws import Draws, free
from scenarios.uncertainty.sampling import Sampled
from scenarios.yearstudy import study
from tests.scenarios.command import twin

SITE, SAMPLES = "aws_p4d_ultracluster", 16


@pytest.fixture(scope="module")
def found() -> study.Found:
    """Solve a year of a small site, and what it carries."""
    return study.with_capacity(study.solve(SITE))


@pytest.fixture(scope="module")
def sampled(found: study.Found) -> Sampled:
    """Sample it a little."""
    return sampling.sample(found, SAMPLES, 1)


def able(sampled: Sampled) -> Carrying:
    """Give what its samples carry."""
    assert sampled.carrying is not None
    return sampled.carrying


def test_a_sample_that_is_the_site_carries_what_the_site_does(found: study.Found) -> None:
    numbers = free(found.facility)
    same = Draws(found.facility, numbers, 1).with_values(np.array([number.value for number in numbers]))
    own = carrying.carried(same).figures
    assert {"capacity_it_usable", "capacity_it_up_to_alarms", "capacity_racks_fit"} <= own.keys()
    for name, value in own.items():
        assert value == pytest.approx(found.figures[name]["value"], rel=1e-9), name


def test_a_sample_carries_what_its_own_file_would() -> None:
    """A drawn site of Isambard, asked by itself with all conditions."""
    site = facilities.load("hpe_isambard_ai")
    drawn = next(each.facility for each in Draws(site, free(site), 1).sites(8) if build.site(each.facility))
    alone, own = capacity.standing_figures(standing(drawn)), carrying.carried(drawn)
    for name, value in own.figures.items():
        assert value == pytest.approx(alone[name]["value"], rel=1e-9, abs=1e-3), name


def test_every_sample_is_bound_by_one_limit(sampled: Sampled) -> None:
    """Parts in which limits bind add up to all, and what is usable is no more than any limit carries."""
    held = able(sampled)
    assert len(held.samples) == len(sampled.values)
    parts = {name: metric["value"] for name, metric in carrying.metrics(held).items()}
    for mark in (HELD, ALARMS):
        bound = {name: part for name, part in parts.items() if name.startswith(f"{mark}_bound_by_")}
        assert sum(bound.values()) == pytest.approx(1.0, rel=1e-12)
    for each in held.samples:
        assert each.usable[1] <= each.limits[1:].min() * (1.0 + 1e-9)
        assert each.usable[0] == pytest.approx(each.halls.sum(), rel=1e-12)
        # What holds its set points is below its alarms.
        assert each.figures["capacity_it_power_and_cooling"] <= each.usable[1] * (1.0 + 1e-9)
    enough = [each.usable[0] >= each.installed * (1.0 - 1e-9) for each in held.samples]
    assert parts["capacity_carries_all_racks"] == pytest.approx(np.mean(enough), rel=1e-12)


def test_capacity_is_a_figure_like_others(sampled: Sampled) -> None:
    """Each is sampled that does not need a unit out or a rare day; racks that stand are drawn by their power alone."""
    names = set(sampled.figures)
    assert {"capacity_it_installed", "capacity_it_usable", "capacity_racks_fit", "capacity_connection_stranded"} < names
    assert not {"capacity_it_one_out", "capacity_it_rare"} & names
    assert np.ptp(sampled.figures["capacity_it_usable"]) > 0.0
    assert {"capacity_it_usable", "capacity_it_up_to_alarms"} <= sampled.correlation.keys()
    row = {each["figure"]: each for each in tables.quantiles(sampled).iter_rows(named=True)}["capacity_it_usable"]
    assert row["p10"] <= row["p50"] <= row["p90"]
    assert row["largest_error"] is None


def test_quantiles_and_parts_by_hand() -> None:
    """
    Five sites whose racks draw 100 MW, with a plant of 80 to 120 MW; what has no end in two of them has no P90.

    P10 lies four tenths of the way from the first to the second: 84 MW.
    """
    now = standing(facilities.load("hpe_isambard_ai"))
    names = (*now.limits.hall_names, *now.limits.site_names)
    limits = np.full((5, len(names)), np.inf)
    powers = 1e6 * np.array([80.0, 90.0, 100.0, 110.0, 120.0])
    plant, water = names.index("liquid_plant"), names.index("air_plant")
    limits[:, plant], limits[:3, water] = powers, 200e6
    made = Carrying(
        now,
        tuple(
            Carried({}, 100e6, own, np.array([power]), "liquid_plant", "connection", (power, 2.0 * power))
            for own, power in zip(limits, powers.tolist(), strict=True)
        ),
    )
    rows = {(row["place"], row["limit"]): row for row in carrying.table(made).iter_rows(named=True)}
    of_plant, of_water = rows["site", "liquid_plant"], rows["site", "air_plant"]
    assert [of_plant[f"{mark}_w"] for mark in ("p10", "p50", "p90")] == pytest.approx([84e6, 100e6, 116e6], rel=1e-12)
    assert (of_plant["too_small"], of_plant["binds"], of_plant["binds_up_to_alarms"]) == (0.4, 1.0, 0.0)
    assert [of_water[f"{mark}_w"] for mark in ("p10", "p50", "p90")] == [200e6, 200e6, None]
    assert rows["site", "usable"]["too_small"] == 0.4
    assert rows["site", "usable_up_to_alarms"]["too_small"] == 0.0
    assert rows["hall_1", "usable"]["p50_w"] == 100e6
    told = carrying.sentence(made)
    assert "with every set point held 60.0 % do" in told.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "100 % of these sites carry all their racks" in told.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_page_terminal_and_tables_tell_of_it(capsys, monkeypatch, tmp_path: Path) -> None:
    done = twin(capsys, monkeypatch, "year", SITE, "--samples", "8", "--out", tmp_path / "year")
    assert done.code == 0, done.err
    figures = json.loads((tmp_path / "year" / "metrics.json").read_text())
    rows = {row["limit"]: row for row in pl.read_parquet(tmp_path / "year" / "capacity_uncertainty.parquet").to_dicts()}
    assert figures["capacity_it_usable_p10"]["value"] == pytest.approx(rows["usable"]["p10_w"], rel=1e-12)
    alarmed = figures["capacity_it_up_to_alarms_p50"]["value"]
    assert alarmed == pytest.approx(rows["usable_up_to_alarms"]["p50_w"], rel=1e-12)
    samples = pl.read_parquet(tmp_path / "year" / "samples.parquet")
    most = samples["capacity_bound_by"].value_counts(sort=True).row(0)
    assert figures[f"capacity_bound_by_{most[0]}"]["value"] == pytest.approx(most[1] / samples.height)
    text = (tmp_path / "year" / "year.html").read_text(encoding="utf-8")
    assert "Binds, set points held" in text
    assert "Not sampled: how many racks with accelerators stand" in text
    for told in (text, done.out):
        assert "of these sites carry all their racks at full load" in told
        assert "IT up to alarms" in told
