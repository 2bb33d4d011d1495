"""The whole chapter of a real site: what is on its tables, against each other; its page; its time."""

from __future__ import annotations

import time

import numpy as np
import pytest

import facilities
from scenarios.fast_load import chapter
from scenarios.fast_load.chapter import FastLoad
from scenarios.gridstudy import fast_page
from twin.grid import swings

SITE = "google_tpu_v4"


@pytest.fixture(scope="module")
def found() -> FastLoad:
    return chapter.study(facilities.load(SITE))


def test_tables_are_whole_and_say_units(found: FastLoad) -> None:
    tables = chapter.tables(found)
    assert set(tables) == {
        f"fast_{name}"
        for name in (
            "figures", "waveform", "spectrum", "bands", "answers", "allowed", "compliance", "sizes", "costs", "starts",
            "harmonics", "distortion", "impedance", "resonances", "parameters",
        )
    }  # fmt: skip
    assert all(table.height for name, table in tables.items() if name != "fast_resonances")
    assert tables["fast_parameters"].filter(name="iteration_period")["value"].item() == 6.0


def test_figures_agree_with_the_trace(found: FastLoad) -> None:
    figures = {row["figure"]: row["value"] for row in found.figures.iter_rows(named=True)}
    power = found.plain.trace.power
    assert figures["highest less lowest in any 5 s"] == swings.largest_range(power, 0.005, 5.0).size
    hidden = figures["part of the energy that means of a second hide"]
    assert hidden == pytest.approx(figures["mean loss less loss at the mean, over that energy"], rel=1e-6)
    assert 0.0 < abs(hidden) < 1e-3
    assert found.spectrum["frequency_hz"].max() <= 80.0
    # The iteration's line, stretched by stragglers: a period of 6 s or a little more.
    largest = found.spectrum.filter(found.spectrum["frequency_hz"] > 0.1).sort("amplitude_w")[-1]
    assert 1.0 / largest["frequency_hz"].item() == pytest.approx(6.1, abs=0.2)


def test_devices_meet_what_they_were_sized_for(found: FastLoad) -> None:
    """IESO's quarter of a per cent is the one that this site's 3 MW of swings break by far."""
    sizes = found.sizes.filter(code="ieso_v3")
    met = {row["device"]: row["met"] for row in sizes.iter_rows(named=True)}
    assert not met["power_smoothing"]
    assert not met["supply_capacitors"]
    assert met["grid_forming"]
    assert all(row["why"] for row in sizes.filter(met=False).iter_rows(named=True))
    assert sizes.filter(device="grid_forming")["power"].item() < found.plain.trace.power.max()


def test_ramped_starts_take_the_time_that_a_ramp_takes(found: FastLoad) -> None:
    """From loaded idle to rated power at 20 MW a minute; slower starts cost packages their time."""
    slow = found.starts.filter(way="ramped start and stop").row(0, named=True)
    quick = found.starts.filter(way="as it comes").row(0, named=True)
    assert slow["start_takes_s"] == pytest.approx(
        np.sqrt(2.0 * quick["store_instead_j"] / (20e6 / 60.0)), rel=1e-6
    )  # E = P^2 / (2 r), t = P / r
    assert slow["steepest_rise_w_s"] < quick["steepest_rise_w_s"] * 1.5


def test_the_page_shows_every_table_and_chart(found: FastLoad) -> None:
    shown = fast_page.tables(found)
    assert all(len(row) == len(table.heads) for table in shown.values() for row in table.rows)
    assert set(fast_page.charts(found)) == {"fast_waveform", "fast_spectrum", "fast_allowed", "fast_impedance"}
    assert "MW in 5 s; broken: " in dict(fast_page.summary(found))["Fast load"].replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )


def test_a_chapter_takes_seconds(found: FastLoad) -> None:
    """4 CPU s where it was written; a site of 1 GW takes 18."""
    begin = time.process_time()
    chapter.study(facilities.load(SITE), found.load)
    assert time.process_time() - begin < 15.0
