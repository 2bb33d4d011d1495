"""The command line: what each command prints, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import polars as pl
import pytest

import facilities
from scenarios import schema
from tests.facilities.weather_files import EPW_HEADER, epw_rows, tmy3_rows, written
from tests.scenarios.command import twin
from tests.scenarios.test_bad_input import LOAD, SCENARIO
from tests.source_files import ROOT

# N / (1 + N) at N = 2, not 0.6
WRONG_CASE = """
title = "A wrong one"
source = "nobody"
kind = "law"
law = "exchanger"
parameters = { transfer_units = "2", stream_ratio = "1" }

[[compare]]
quantity = "counterflow"
output = "counterflow"
unit = "1"
expected = "0.6"
tolerance = "0.01"
reason = "the test"
"""
COMMANDS = [
    "list",
    "catalog",
    "show",
    "new",
    "replay",
    "report",
    "compare",
    "check",
    "convert",
    "data",
    "record",
    "codes",
    "validate",
]


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: twin(capsys, monkeypatch, *arguments)


def test_help_names_every_command(run) -> None:
    done = run("--help")
    assert done.code == 0
    assert all(f"\n  {command} " in done.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(run, command) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert f"twin {command}" in done.out[done.out.index("Example") :]


def test_an_unknown_command_is_refused_with_the_nearest(run) -> None:
    done = run("repley", "frontier")
    assert done.code == 2
    assert "replay" in done.err


def test_list_names_what_other_commands_take(run) -> None:
    found = json.loads(run("list", "--json").out)
    assert list(found["sites"]) == facilities.names()
    assert {"gb200_nvl72", "vera_rubin_nvl72", "frontier_cabinet"} <= set(found["racks"])
    assert {"gb200", "rubin", "h100_sxm", "h200_sxm", "mi250x"} <= set(found["accelerators"])
    assert list(found["scenarios"]) == schema.names()
    assert set(found["synthetic traces"]) == {"training", "synchronous", "inference"}
    assert {"canonical", "nvidia_smi", "job_log", "wide", "gpu_matrix"} <= set(found["telemetry formats"])
    printed = run("list").out
    assert all(name in printed for names in found.values() for name in names)


def test_show_says_what_a_site_is_and_who_says_so(run) -> None:
    done = run("show", "frontier", "--all")
    # 74 racks of 128 nodes of four packages are 37,888, of 383 TFLOP/s each.
    for text in ("74 in 1 hall, on 25 CDUs", "37,888", "14.51", "main_transformer", "assumptions: ", "RAPS"):
        assert text in done.out
    # Power of one feeder: 1.5 MW; 25 of them, the highest loaded with three cabinets of 379 kW.
    assert "25 of room feeder, 1.500" in done.out
    assert "highest loaded 76%; one a rack" in done.out
    assert "more with --all" not in done.out
    assert "more with --all" in run("show", "frontier").out


def test_names_to_type_again_are_whole_in_a_narrow_terminal(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = set(run("show", "aws_rainier").out.split())
    assert {"trn2_rack", "service_rack", "first", "opening", "now", "trainium2"} <= words
    assert "service_gb200" in run("show", "fairwater").out
    assert "…" not in run("show", "fairwater").out


def test_show_tells_the_size_of_a_site(run) -> None:
    """
    Twelve buildings of two halls of 20 places of 0.8 m between margins of 4 m, four in a line with 40 m between.

    4 x 48 m and 3 x 40 m make 312 m.
    """
    out = run("show", "prometheus").out
    for text in ("312 m by", "12 of 48 m by", "24 of 24 m by", "20 places each", "highest loaded 80%"):
        assert text in out


def test_check_of_good_files(run, tmp_path) -> None:
    assert run("check", "prometheus") == (0, "prometheus: facility, good\n", "")
    (tmp_path / "mine.toml").write_text(SCENARIO)
    assert run("check", "mine.toml") == (0, "mine.toml: scenario, good\n", "")
    (tmp_path / "load.csv").write_text(LOAD)
    assert run("check", "load.csv") == (0, "load.csv: telemetry (canonical), good\n", "")


def test_check_tells_all_faults_and_ends_with_two(run, tmp_path) -> None:
    (tmp_path / "mine.toml").write_text(SCENARIO.replace('"1 min"', "60").replace("synchronous", "odd"))
    done = run("check", "mine.toml")
    assert done.code == 2
    assert "mine.toml: duration: give text with a unit, such as '24 h'; got 60" in done.out
    assert done.out.endswith("mine.toml: scenario, 2 faults\n")
    found = json.loads(run("check", "mine.toml", "--json").out)
    assert (found["kind"], found["good"]) == ("scenario", False)
    assert [fault["where"] for fault in found["faults"]] == ["duration", "jobs.1.mode"]


def test_check_of_weather(run, tmp_path) -> None:
    good, cut = written(tmp_path / "a.epw"), written(tmp_path / "cut.csv", tmy3_rows(hours=range(8000)))
    assert run("check", good) == (0, f"{good}: weather (EPW), good\n", "")
    lacking = (
        "lacks 760 of the 8760 hours of a year, all from 30 November, 09:00: the file looks cut; give a whole year"
    )
    assert run("check", cut) == (2, f"{cut}: {lacking}\n{cut}: weather (NREL TMY3), 1 fault\n", "")
    far = "note: ATTENTION: the weather is that of Smallville, 1,150 km from the site: another climate\n"
    assert run("check", good, "--site", "frontier") == (0, f"{far}{good}: weather (EPW), good\n", "")
    south = written(tmp_path / "south.epw", header=[EPW_HEADER[0].replace("38.0", "-38.0"), *EPW_HEADER[1:]])
    assert run("check", south).code == 0
    done = json.loads(run("check", south, "--site", "frontier", "--json").out)
    assert (done["good"], [fault["where"] for fault in done["faults"]]) == (False, ["line 1: latitude"])


def test_check_of_a_scenario_with_weather(run, tmp_path) -> None:
    written(tmp_path / "cut.epw", epw_rows(hours=range(8000)))
    (tmp_path / "mine.toml").write_text('weather = "cut.epw"\n' + SCENARIO)
    done = run("check", "mine.toml")
    assert done.code == 2
    assert done.out.startswith("mine.toml: weather: lacks 760 of the 8760 hours of a year, all from 30 November, 09:00")
    (tmp_path / "mine.toml").write_text('weather = "design_day"\n' + SCENARIO)
    assert run("check", "mine.toml") == (0, "mine.toml: scenario, good\n", "")


def test_check_of_what_is_nothing(run) -> None:
    done = run("check", "prometeus")
    assert done.code == 2
    assert "Did you mean 'prometheus'?" in done.out + done.err


def test_convert_keeps_every_value(run, tmp_path) -> None:
    (tmp_path / "load.csv").write_text(LOAD)
    done = run("convert", "load.csv")
    assert done.code == 0
    assert "load.csv (canonical): 5 rows in, 5 values out" in done.out
    assert "written: load.parquet" in done.out
    assert pl.read_parquet(tmp_path / "load.parquet")["value"].to_list() == [1.0e7, 1.1e7, 1.2e7, 1.1e7, 1.0e7]


def test_validate_says_passed_reported_and_not_run(run) -> None:
    done = run("validate", "--json")
    assert done.code == 0
    checks = json.loads(done.out)
    statuses = Counter(check["status"] for check in checks)
    # Missed are the bars that test_validate.py names.
    assert set(statuses) == {"passed", "reported", "not run: data absent"}
    missing = {check["quantity"] for check in checks if check["status"] == "not run: data absent"}
    assert {"24 h job log: power", "24 h job log: losses", "leaving water"} <= missing
    shown = run("validate").out
    passed, reported, missed, absent = (
        statuses[name] for name in ("passed", "reported", "missed", "not run: data absent")
    )
    assert f"{passed} passed, 0 failed, {reported} reported, {missed} missed, {absent} not run: data absent" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_validate_ends_with_one_if_a_further_case_is_out(run, tmp_path) -> None:
    (tmp_path / "cases" / "wrong").mkdir(parents=True)
    (tmp_path / "cases" / "wrong" / "case.toml").write_text(WRONG_CASE)
    done = run("validate", "--cases", "cases")
    assert done.code == 1
    assert "1 failed" in done.out
    assert "wrong: A wrong one" in done.out


def test_a_run_can_be_asked_to_verify_itself(run, tmp_path) -> None:
    (tmp_path / "load.csv").write_text(LOAD)
    done = run("replay", "frontier", "--telemetry", "load.csv", "--out", "here", "--verify", "1 min")
    assert done.code == 0
    assert "solved again; largest difference 0.0" in done.out
    assert "accepted below 0.02 K" in done.out
    found = json.loads((tmp_path / "here" / "manifest.json").read_text())["verification"]
    assert 0.0 < found["largest"] == max(found["differences"].values()) < found["accepted"]
    assert "were solved again by a general integrator" in (tmp_path / "here" / "report.html").read_text()


def test_replay_prints_the_figures_and_where_the_report_is(run, tmp_path) -> None:
    (tmp_path / "load.csv").write_text(LOAD)
    done = run("replay", "frontier", "--telemetry", "load.csv", "--out", "here")
    assert done.code == 0, done.err
    # 10, 11, 12 and 11 MW for 15 s each are 660 MJ, 183.3 kWh.
    for text in ("IT energy", "183.3", "kWh", "PUE", "closure: ", "report: here/report.html"):
        assert text in done.out
    assert done.err == ""
    page = (tmp_path / "here" / "report.html").read_text(encoding="utf-8")
    assert "Frontier" in page
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text())
    assert manifest["command"] == "twin replay frontier --telemetry load.csv --out here"
    (tmp_path / "here" / "report.html").unlink()
    assert run("report", "here").out == "report: here/report.html\n"
    assert (tmp_path / "here" / "report.html").read_text(encoding="utf-8") == page


def test_a_command_sets_its_threads_before_numpy_loads() -> None:
    program = (
        "import os, sys; from scenarios.cli import main; print('numpy' in sys.modules)\n"
        "try: main()\nfinally: print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    own = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    command = [sys.executable, "-c", program, "--version"]
    told = [
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        for environment in (own, own | {"OPENBLAS_NUM_THREADS": "3"})
    ]
    # One thread if nobody asks for more; numpy's copy of OpenBLAS reads the number once, as it loads.
    assert [[words[0], words[-1]] for words in told] == [["False", "1"], ["False", "3"]]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_nothing(tmp_path, how) -> None:
    """The real signal, of Ctrl-C or of a batch system, to the real command, while it runs a day."""
    command = [sys.executable, "-c", "from scenarios.cli import main; main()", "replay", "prometheus", "--out", "run"]
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    started = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    patience = time.monotonic() + 60
    while not any(tmp_path.iterdir()) and time.monotonic() < patience:
        time.sleep(0.02)
    assert any(path.name.endswith(".unfinished") for path in tmp_path.iterdir())
    started.send_signal(how)
    out, err = started.communicate(timeout=60)
    assert (started.returncode, err) == (130, "twin: interrupted; nothing was left behind\n")
    assert out == ""
    assert list(tmp_path.iterdir()) == []
