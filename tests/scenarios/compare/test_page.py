"""The command and the page of a comparison."""

from __future__ import annotations

import csv
import io
import re
import shutil

import pytest

from scenarios.compare import page
from scenarios.page import quantities
from tests.scenarios import fake_run
from tests.scenarios.browser import browse
from tests.scenarios.command import twin
from tests.scenarios.compare.side_by_side import design, large, small, subject
from tests.scenarios.report.test_page import text_of
from twin.errors import InputError

T = quantities.THIN
CHARTS = ["design", "power", "load", "pue", "margin", "water"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return large(folder), small(folder, pue=1.1)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: twin(capsys, monkeypatch, "compare", *arguments)


@pytest.fixture
def folders(pair, tmp_path):
    """Give the pair as folders, as a user has them; the small one is a site of its own."""
    for one, name in zip(pair, ("large", "small"), strict=True):
        manifest = one.run.manifest | {"site": name, "nameplate": one.design._asdict()}
        shutil.copytree(one.run.folder, tmp_path / "runs" / name)
        fake_run.save(fake_run.FakeRun(tmp_path / "runs" / name, manifest, one.run.metrics))
    return "runs/large", "runs/small"


def test_the_page_has_the_table_first_and_then_its_figures(pair) -> None:
    text = text_of(page.page(pair))
    assert "Reference large : Example campus, 1 h, scenario pump_trip" in text.replace(T, " ")
    assert f"Racks 48 24 −50.0{T}%" in text
    assert "PUE Energy drawn at the point of connection over energy at the rack inlets, both over the run." in text
    assert "1.150 1.100 −0.050" in text
    assert text.index("Side by side") < text.index("What differs in the inputs") < text.rindex("Over the run")
    assert "Nothing differs that the manifests tell of" in text
    assert (
        "Runs of example: the same changes are scheduled, the jobs have the same parameters, and every number" in text
    )


def test_the_page_stands_alone_and_says_what_each_figure_is(pair) -> None:
    made = page.page(pair)
    markup = re.sub(r"<(script|style)>.*?</\1>", " ", made, flags=re.S)
    assert re.findall(r'id="chart-(\w+)"', markup) == CHARTS
    assert re.findall(r"(?:src|href)=", markup) == []
    assert markup.count("<caption>") == markup.count("<table") == 2
    assert [int(number) for number in re.findall(r"<b>Figure (\d+)\.</b>", markup)] == [1, 2, 3, 4, 5, 6]


def test_a_browser_draws_the_page_without_complaint_or_network(pair, tmp_path) -> None:
    dom, console = browse(page.write(pair, tmp_path / "compare.html"), tmp_path / "profile")
    assert console == []
    assert re.findall(r'class="chart js-plotly-plot" id="chart-(\w+)"', dom) == CHARTS


def test_sites_alone_make_a_page_without_runs(tmp_path) -> None:
    sites = [subject("a", None, design(), site="a"), subject("b", None, design(1), site="b")]
    text = text_of(page.page(sites))
    assert "Over the run" not in text
    assert text.index("The sites differ") < text.index("Side by side")
    assert "a; b: no run, only the design is told; twin replay a would make one." in text
    assert str(page.place(sites)) == "compare.html"


def test_text_of_a_file_cannot_become_a_script(pair) -> None:
    evil = "</script><script>alert(1)</script>"
    made = page.page((pair[0]._replace(label=evil, title=evil), pair[1]))
    assert "<script>alert" not in made
    assert made.count("</script>") == 2


def test_a_table_damaged_inside_is_told(pair, tmp_path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(pair[0].run.folder, broken)
    whole = (broken / "site.parquet").read_bytes()
    (broken / "site.parquet").write_bytes(whole[:200] + bytes(5000) + whole[5200:])
    bad = pair[0]._replace(run=pair[0].run._replace(folder=broken))
    with pytest.raises(InputError, match=r"^large: site\.parquet is damaged \(.*\); replay that run again$"):
        page.page((bad, pair[1]))


def test_the_command_prints_the_table_and_where_the_page_is(run, folders, tmp_path) -> None:
    done = run(*folders)
    assert done.code == 0
    assert re.search(rf"Racks +│ +48 │ +24 │ +−50\.0{T}%", done.out)
    assert re.search(r"PUE +│ +1\.150 │ +1\.100 │ +−0\.050", done.out)
    assert "what differs in the inputs" in done.out
    assert "note: The sites differ: energies, powers and water go with their size" in done.out
    assert done.out.endswith("page: runs/compare.html\n")
    assert (tmp_path / "runs" / "compare.html").is_file()


def test_a_narrow_terminal_gets_more_tables_and_no_column_is_cut(run, monkeypatch) -> None:
    wide = run("prometheus", "frontier", "hyperion", "--out", "page.html").out
    assert wide.count("Accelerators") == 1
    monkeypatch.setenv("COLUMNS", "80")
    narrow = run("prometheus", "frontier", "hyperion", "--out", "page.html").out
    assert narrow.count("Accelerators") == 2
    for name in ("frontier", "hyperion"):
        # the reference stands in each table
        assert re.search(rf"^┃ +┃ +prometheus ┃ +{name} ┃ +┃$", narrow, flags=re.M)


def test_what_runs_of_a_site_do_not_share_is_printed(run, pair, tmp_path) -> None:
    for name, share in (("one", 0.8), ("two", 0.6)):
        shutil.copytree(pair[0].run.folder, tmp_path / name)
        jobs = [{"name": "training", "racks": {"share": share}}]
        scenario = pair[0].run.manifest["scenario"] | {"jobs": jobs}
        fake_run.save(
            pair[0].run._replace(folder=tmp_path / name, manifest=pair[0].run.manifest | {"scenario": scenario})
        )
    done = run("one", "two", "--out", "mine.html")
    assert re.search(rf"training +│ racks\.share +│ 80\.0{T}% +│ 60\.0{T}%", done.out)
    assert "what differs in the inputs" not in done.out
    assert [path.name for path in tmp_path.glob("*.html")] == ["mine.html"]


def test_csv_is_in_si_and_makes_no_page(run, folders, tmp_path) -> None:
    done = run(*folders, "--csv")
    rows = {row[1]: row for row in csv.reader(io.StringIO(done.out))}
    assert rows["quantity"] == ["group", "quantity", "unit", "large", "small"]
    assert rows["connection"] == ["Design", "connection", "W", "9504000.0", "4752000.0"]
    assert rows["chip_temp_max"][2:] == ["K", "364.25", "364.25"]
    assert rows["throttled_time"][2:] == ["h", "2.4", "2.4"]
    assert "note: The sites differ" in done.err
    assert list(tmp_path.rglob("*.html")) == []


def test_faults_are_told_together_with_exit_code_two(run, tmp_path) -> None:
    done = run("promethius", "nowhere")
    assert done.code == 2
    assert done.err.startswith("twin: 2 faults:\n  promethius: is neither the folder of a run nor a site (")
    assert "nowhere: is neither" in done.err
    assert "Traceback" not in done.err
    done = run("frontier")
    assert (done.code, done.err) == (2, "twin: give two or more runs or sites to compare; got 1\n")
    done = run("frontier", "prometheus", "--out", "absent/page.html")
    assert done.code == 2
    assert "absent/page.html: the page cannot be written (No such file or directory)" in done.err
    assert list(tmp_path.iterdir()) == []
