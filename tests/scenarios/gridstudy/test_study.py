"""A study of a connection: each chapter against a number worked by hand, its page, and what is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scenarios import study_folder
from scenarios.fast_load import chapter
from scenarios.fast_load import load as loads
from scenarios.gridstudy import host_network, inside_page, page, study, trace
from scenarios.gridstudy.connection import _carried, reactive_margin
from scenarios.gridstudy.host_network import Network
from scenarios.gridstudy.study import Study
from tests.facilities.sites import changed
from tests.scenarios import fake_run
from tests.scenarios.browser import DESK, TELEPHONE, widths
from tests.scenarios.command import twin
from tests.twin.grid.host_cases import at, small
from twin.errors import FacilityError
from twin.grid import capacity

SITE = "prometheus"
"""1 GW at 138 kV on 6 GVA, X/R 10, held at 1.03; thirteen transformers of 90 MVA, one of them spare."""


@pytest.fixture(scope="module", autouse=True)
def short() -> Iterator[None]:
    """Study the fast load over a minute in steps of 10 ms, a twentieth of the work; test_chapter has it whole."""
    whole = chapter.study

    def quick(facility, load=None, modes=None):
        return whole(facility, loads.synthetic(facility, step=0.01, duration=60.0) if load is None else load, modes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "study", quick)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """Give a run of the site, an hour long, without a simulation behind it."""
    made = fake_run.write(tmp_path_factory.mktemp("run"))
    made.manifest["site"] = SITE
    return fake_run.save(made)


@pytest.fixture(scope="module")
def found(run: Path) -> Study:
    return study.study(SITE, run, network=False)


def test_basis_lists_every_number_and_what_is_absent(found: Study) -> None:
    numbers = study.tables(found)["numbers"]
    assumed = numbers.filter(pl.col("basis") == "assumed")
    assert "connection.short_circuit_power" in assumed["path"].to_list()
    assert assumed.filter((pl.col("low") == "") | (pl.col("high") == "")).is_empty()
    assert study.tables(found)["absent"].height == 5


def test_strength_by_hand_and_by_pandapower(found: Study) -> None:
    """6 GVA over 1 GW is 6; pandapower and the closed form to 1e-6, with thirteen and with twelve transformers."""
    table = found.chapters.strength
    assert table["short_circuit_ratio"][0] == pytest.approx(6.0, rel=1e-6)
    assert table["transformers"].to_list() == [13, 13, 12]
    np.testing.assert_allclose(table["short_circuit_power_va"], table["by_hand_va"], rtol=1e-6)


def test_hosting_by_hand(found: Study) -> None:
    """Transformers: 0.98 * 13 * 90 MVA = 1146.6 MW, and 0.98 * 12 * 90 MVA = 1058.4 MW with one out."""
    for case, rated in zip(found.chapters.cases, (1146.6e6, 1058.4e6), strict=True):
        limits = case.hosting.limits
        assert limits[capacity.OVERLOAD] == pytest.approx(rated, rel=1e-5)
        assert case.hosting.load == min(limits.values())
        assert case.sweep["load_w"].max() == pytest.approx(case.nose)


def test_a_capacitor_and_the_qv_curve_agree(found: Study) -> None:
    """At the rating, held at 1 per unit: the curve's value there is what the capacitor is rated for."""
    table = found.chapters.reactive
    at_nominal = table.filter((pl.col("voltage_pu") - 1.0).abs() < 1e-9)["at_rating_var"].item()
    row = study.capacitors(found).row(3, named=True)
    assert (row["load"], row["voltage_pu"]) == ("rating", 1.0)
    assert row["capacitor_var"] == pytest.approx(at_nominal, rel=1e-9)


def test_reactive_margin_is_the_lowest_point() -> None:
    assert reactive_margin(np.array([np.nan, 3.0, -2.0, 1.0])) == 2.0
    assert reactive_margin(np.array([np.nan])) is None


def test_steps_of_voltage_by_hand(found: Study) -> None:
    """
    Losing everything leaves 1.03; the estimate is r (1 + 10 tan(acos 0.98)) P / 6 GVA.

    r = 1 / sqrt(101) = 0.0995037: 0.301556 of P / 6 GVA.
    """
    lost = found.chapters.steps.row(0, named=True)
    assert lost["voltage_after_pu"] == pytest.approx(1.03, abs=1e-9)
    assert lost["by_hand_pu"] == pytest.approx(0.301556 * found.chapters.design_load / 6e9, rel=1e-5)
    assert lost["codes_broken"] == "ameren, dominion"


def test_frequency_when_the_site_is_lost(found: Study) -> None:
    """Settled by hand: P / 500 GW * 60 Hz / (1 + 0.2625 / 0.05)."""
    row = found.frequency.table.row(0, named=True)
    assert row["after_60_s_hz"] == pytest.approx(60.0 + found.chapters.design_load / 5e11 * 60.0 / 6.25, abs=2e-4)
    assert row["extreme_hz"] > row["after_60_s_hz"]


def test_the_run_s_largest_changes(found: Study) -> None:
    """The made run falls and rises at once; ramps over a second are differences of neighbours."""
    steps = np.diff(found.load.power)
    ramps = found.load.ramps
    assert ramps["change_w"][0] == pytest.approx(steps.max())
    assert ramps["change_w"][1] == pytest.approx(-steps.min())
    before, after = trace.largest_change(found.load, 3.0)
    assert abs(after - before) == pytest.approx(
        ramps.filter(what="highest less lowest", window_s=3.0)["change_w"].item()
    )
    assert found.load.spectrum["frequency_hz"].max() == pytest.approx(0.4, abs=1e-3)


def test_supplies_by_itic_leave_before_nogrr_282_allows_it(found: Study) -> None:
    row = found.gaps.filter(equipment="itic", code="ercot_nogrr282").row(0, named=True)
    assert (row["low"], row["high"], row["required"], row["provided"]) == (0.0, 0.2, 0.15, 0.02)


def test_page_and_tables_are_written_together(found: Study, tmp_path: Path) -> None:
    written = page.write(found, tmp_path / "out")
    text = written.read_text(encoding="utf-8")
    for heading in (
        ">Basis",
        ">Strength",
        ">Steady state",
        ">Steps",
        ">Frequency",
        ">The load over time",
        ">Fast load",
    ):
        assert heading in text
    assert "60.047 Hz" in text
    for name, table in study.tables(found).items():
        assert pl.read_parquet(written.with_name(f"{name}.parquet")).equals(table)
        assert pl.read_csv(written.with_name(f"{name}.csv")).columns == table.columns
    assert study_folder.place(page.KIND, SITE, tmp_path / "out") == tmp_path / "out"  # an earlier study may be replaced


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
def test_nothing_is_wider_than_the_page(found: Study, tmp_path: Path, width: int) -> None:
    wide, room = widths(page.write(found, tmp_path / "out"), tmp_path, width)
    assert wide <= room <= width


def test_a_motor_starts_where_the_site_has_it(found: Study) -> None:
    """Behind a substation, or on the campus bus where the main transformers are all that stands before the halls."""
    assert found.inside is not None
    below = found.inside.below
    alone = below._replace(normal=below.normal.filter(element="main transformer"))
    for one, where in ((below, "behind one substation of the plant"), (alone, "at the campus bus")):
        shown = inside_page.tables(found.inside._replace(below=one))["motors"]
        assert shown.caption == f"The largest motor starts {where}"


def test_a_host_network_is_a_chapter_of_the_page(found: Study) -> None:
    """A ring of three buses with the campus at the far ones: its tables are the study's, its figures in the summary."""
    grid = small([(0, 1, 0.1), (1, 2, 0.1), (2, 0, 0.1)], [(0, -1e4, 1e4)], 3)
    all_ = np.ones(3, dtype=bool)
    network = host_network.study(
        Network("Ring", ("synthetic",), grid, at(grid, 1, 2), all_, all_, synthetic=True), 80e6, 60e6, None
    )
    whole = found._replace(network=network)
    text = page.html(whole)
    assert "The host network" in text
    assert "All outages of one branch, by full AC power flow" in text
    assert dict(page.summary(whole))["Network"].startswith("Ring; synthetic")
    numbers = [int(number) for number in re.findall(r"<b>Figure (\d+)\.</b>", text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert study.tables(whole)["network_branches"].height == 3
    assert "flows and voltages of the host network" not in " ".join(study.tables(whole)["absent"]["chapter"])


@pytest.fixture
def refused(capsys, monkeypatch, tmp_path):
    def ask(*arguments: object) -> str:
        monkeypatch.chdir(tmp_path)
        done = twin(capsys, monkeypatch, "grid", *arguments)
        assert done.code == 2
        assert "Traceback" not in done.err
        assert not (tmp_path / "grid").exists()
        return done.err

    return ask


def test_an_unknown_site(refused) -> None:
    assert "Did you mean 'prometheus'?" in refused("promtheus")


def test_a_run_of_another_site(refused, run: Path) -> None:
    assert "is a run of prometheus, and the study is of frontier" in refused("frontier", "--run", run)


def test_a_folder_that_is_no_run(refused, tmp_path: Path) -> None:
    assert "is not a whole run" in refused(SITE, "--run", tmp_path)


def test_a_damaged_run(refused, tmp_path: Path) -> None:
    made = fake_run.write(tmp_path / "run")
    made.manifest["site"] = SITE
    folder = fake_run.save(made)
    (folder / "site.parquet").write_bytes(b"PAR1 no table PAR1")
    assert "damaged" in refused(SITE, "--run", folder)


def test_a_run_too_short_to_tell(refused, tmp_path: Path) -> None:
    made = fake_run.write(tmp_path / "run", duration=60)
    made.manifest["site"] = SITE
    assert "120 s at least" in refused(SITE, "--run", fake_run.save(made))


def test_a_folder_with_something_else_in_it(refused, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert "holds no grid.html" in refused(SITE, "--out", tmp_path)


def test_a_waveform_that_is_not_there(refused, tmp_path: Path) -> None:
    assert "none.csv" in refused(SITE, "--waveform", tmp_path / "none.csv")


def test_how_nothing_was_measured(refused) -> None:
    assert "--average: says how a waveform was measured; give --waveform FILE" in refused(SITE, "--average", "1 s")


def test_an_interconnection_that_is_not_known(refused, tmp_path: Path) -> None:
    file = changed(tmp_path, SITE, ('interconnection = "eastern"', 'interconnection = "east"'))
    assert "unknown interconnection 'east'; known: eastern, ercot, great_britain, western." in refused(file)


def test_a_rating_beyond_the_nose_is_reported(tmp_path: Path) -> None:
    """On 1.4 GVA no power flow has 1 GW; half of it has one, and that is where taps are set."""
    weak = ('short_circuit_power = { value = "6 GVA"', 'short_circuit_power = { value = "1.4 GVA"')
    file = changed(tmp_path, SITE, weak, ('range = ["3 GVA", "12 GVA"]', 'range = ["1 GVA", "12 GVA"]'))
    found = study.study(str(file), None, network=False)
    assert 0.4e9 < found.chapters.cases[0].nose < found.chapters.design_load
    assert found.chapters.steps["voltage_before_pu"].to_list() == [None, None]
    assert found.chapters.strength["called"].to_list() == ["very weak"] * 3
    assert math.isclose(found.chapters.strength["short_circuit_ratio"][0], 1.4, rel_tol=1e-6)
    assert "beyond the nose" in page.html(found)
    assert found.fast is None
    assert "beyond the nose of the voltage curve" in found.without_fast
    assert json.dumps(page.summary(found))


def test_a_curve_ends_before_the_first_load_without_a_power_flow() -> None:
    """Close to the nose the iteration may miss a load and find a higher one; what lies past the first is left out."""

    def solver(load: float) -> np.ndarray:
        if 2.0 < load < 4.0:
            source = "connection"
            raise FacilityError(source, [])
        return np.array([load])

    loads, values = _carried(solver, np.arange(6.0))
    assert loads.tolist() == [0.0, 1.0, 2.0]
    assert values[:, 0].tolist() == [0.0, 1.0, 2.0]
