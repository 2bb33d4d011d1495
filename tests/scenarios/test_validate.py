"""Published cases pass, a case that is wrong is seen, and a case file that is at fault is told all its faults."""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenarios import validate
from scenarios.published.checks import Case
from scenarios.published.laws import LAWS
from scenarios.published.measures import MEASURES
from scenarios.validate import Check, Status
from twin.errors import ScenarioError

# Water of a tower: W from 0.0140724 kg/kg to saturated air at the enthalpy 30 kJ/kg above, see test_towers.
CASE = """
title = "Water of a tower"
source = "worked by hand"
kind = "law"
law = "evaporation"

[parameters]
pressure = "101.325 kPa"
heat = "30 kW"
air_flow = "1 kg/s"

[columns]
dry_bulb = { column = "air", unit = "degC" }
relative_humidity = { column = "humidity", unit = "%" }

[data]
columns = ["name", "air", "humidity", "litres"]
rows = [["warm", 35, 40, 1.63], ["cold", 0, 70, 0.80], ["mild", 20, 50, 1.27]]
where = [{ column = "name", without = ["mild"] }]

[[compare]]
quantity = "water"
output = "water"
unit = "kg/kWh"
expected = { column = "litres", unit = "kg/kWh" }
each = "name"
tolerance = "0.006 kg/kWh"
reason = "the last digit printed"
"""


@pytest.fixture
def checks_of(tmp_path, monkeypatch) -> Callable[[str], list[Check]]:
    """Run one case of this text alone, and give its checks."""
    monkeypatch.setattr(validate, "CASES", tmp_path / "none")

    def run(text: str, data: Path | None = None) -> list[Check]:
        folder = tmp_path / "cases" / "mine"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "case.toml").write_text(text)
        return validate.validate(data, tmp_path / "cases")

    return run


@pytest.fixture(scope="module")
def own() -> list[Check]:
    """Run the project's own cases without public data."""
    return validate.validate()


@pytest.fixture(scope="module")
def own_with_data(shared_data) -> list[Check]:
    """Run the project's own cases with public data."""
    return validate.validate(shared_data)


def test_the_projects_own_cases_pass(own) -> None:
    assert [check for check in own if check.status is Status.FAILED] == []
    # No bar is missed: one that is must be named here, with its reason.
    assert [(check.case, check.quantity) for check in own if check.status is Status.MISSED] == []
    assert {check.case for check in own} == {path.parent.name for path in validate.CASES.glob("*/case.toml")}


def test_with_the_public_data_every_case_runs_and_passes(own_with_data) -> None:
    assert [
        check for check in own_with_data if check.status not in {Status.PASSED, Status.REPORTED, Status.MISSED}
    ] == []


def test_further_cases_run_after_the_projects_own(tmp_path, own) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "case.toml").write_text(CASE)
    assert [check.case for check in validate.validate(None, tmp_path)] == [check.case for check in own] + ["mine"] * 2


def test_every_law_has_a_case() -> None:
    named = {tomllib.loads(path.read_text()).get("law") for path in validate.CASES.glob("*/case.toml")}
    assert set(LAWS) == named - {None}


def test_the_figures_of_the_frontier_case(own) -> None:
    checks = {check.quantity: check for check in own if check.case == "frontier_power"}
    # Closed form of the source: 7,306.5238 kW idle, and 9,472 x (190 u_c + 472 u_g) W / (0.98 x 0.96) above it.
    for name, activity in (("idle", 0.0), ("half", 1039.0), ("HPL", 1554.22), ("OpenMxP", 1888.0), ("peak", 2078.0)):
        check = checks[f"{name}: power"]
        assert check.got == pytest.approx(7306.5238 + 9.472 * activity / (0.98 * 0.96), abs=1e-4)
        assert check.status is Status.PASSED
    assert sum(check.status is Status.PASSED for check in checks.values()) == 15


def test_a_wrong_figure_of_the_frontier_case_is_seen(checks_of, root) -> None:
    text = (root / "scenarios" / "validation" / "frontier_power" / "case.toml").read_text()
    failed = [check for check in checks_of(text.replace("7.3065 MW", "7.3067 MW")) if check.status is Status.FAILED]
    assert [check.quantity for check in failed] == ["idle: power"]
    assert failed[0].error == pytest.approx(0.1762, abs=1e-4)


def test_a_file_of_that_name_with_another_content_is_refused(tmp_path) -> None:
    (tmp_path / "ref_24h_jobs.csv").write_text("id\n")
    with pytest.raises(ScenarioError, match="is not the public file of that name: its sha256 should be a90699c5"):
        validate.validate(tmp_path)


def test_a_day_of_jobs_gives_the_published_power_at_every_sample(own_with_data) -> None:
    checks = [check for check in own_with_data if "job log" in check.quantity]
    assert [check.status for check in checks] == [Status.PASSED, Status.PASSED]
    # The tolerance of the case is 1e-4 %; both are arithmetic in float64.
    assert all(check.error < 1e-10 for check in checks)


def test_a_case_is_only_data(checks_of) -> None:
    warm, cold = checks_of(CASE)
    assert (warm.quantity, cold.quantity) == ("water: warm", "water: cold")
    # 0.01361 kg/kg taken up for 30 kJ/kg, times 3600: 1.633 kg/kWh
    assert warm.got == pytest.approx(1.633, abs=2e-3)
    assert warm.error == pytest.approx(0.0038, abs=1e-4)
    assert (warm.unit, warm.tolerance, warm.status) == ("kg/kWh", pytest.approx(0.006), Status.PASSED)


def test_a_wrong_value_fails_and_nothing_else(checks_of) -> None:
    statuses = [check.status for check in checks_of(CASE.replace("1.63]", "1.64]"))]
    assert statuses == [Status.FAILED, Status.PASSED]


def test_without_a_tolerance_an_error_is_reported(checks_of) -> None:
    bare = CASE.replace('tolerance = "0.006 kg/kWh"\n', "")
    assert {check.status for check in checks_of(bare)} == {Status.REPORTED}


@pytest.mark.parametrize(
    ("measure", "error", "unit"),
    # Errors of the two rows: 0.003828 of 1.63 and 0.002008 of 0.80 kg/kWh
    [
        ("largest", 0.003828, "kg/kWh"),
        ("rms", math.sqrt((0.003828**2 + 0.002008**2) / 2), "kg/kWh"),
        ("largest_relative", 100 * 0.002008 / 0.80, "%"),
        ("rms_relative", 100 * math.sqrt(((0.003828 / 1.63) ** 2 + (0.002008 / 0.80) ** 2) / 2), "%"),
        ("nmbe", 100 * (0.003828 + 0.002008) / 2.43, "%"),
        ("cv_rmse", 100 * math.sqrt((0.003828**2 + 0.002008**2) / 2) / 1.215, "%"),
        ("largest_of_rated", 100 * 0.003828 / 2.0, "%"),
    ],
)
def test_measures(checks_of, measure: str, error: float, unit: str) -> None:
    tolerance = "1 %" if unit == "%" else "0.01 kg/kWh"
    text = CASE.replace('each = "name"', f'measure = "{measure}"').replace('"0.006 kg/kWh"', f'"{tolerance}"')
    if measure == "largest_of_rated":
        text += 'rated = "2 kg/kWh"\n'
    (check,) = checks_of(text)
    assert check.error == pytest.approx(error, rel=5e-4)
    assert (check.error_unit, check.status) == (unit, Status.PASSED)


def test_a_total_adds_the_rows_up(checks_of) -> None:
    (check,) = checks_of(CASE.replace('each = "name"', "total = true"))
    assert (check.expected, check.status) == (pytest.approx(2.43), Status.PASSED)


def test_a_range_is_its_own_tolerance(checks_of) -> None:
    expected = 'expected = { column = "litres", unit = "kg/kWh" }\neach = "name"\ntolerance = "0.006 kg/kWh"\n'
    inside = checks_of(CASE.replace(expected, 'between = ["0.8 kg/kWh", "1.7 kg/kWh"]\n'))
    outside = checks_of(CASE.replace(expected, 'between = ["0.9 kg/kWh", "1.7 kg/kWh"]\n'))
    assert [check.status for check in (*inside, *outside)] == [Status.PASSED, Status.FAILED]
    # 0.802 lies 0.098 below
    assert outside[0].error == pytest.approx(0.098, abs=1e-3)


def test_a_table_may_lie_beside_the_case(checks_of, tmp_path) -> None:
    (tmp_path / "cases" / "mine").mkdir(parents=True)
    (tmp_path / "cases" / "mine" / "air.csv").write_text(
        "# by hand\nname,air,humidity,litres\nwarm,35,40,1.63\nmild,20,50,1.27\n"
    )
    begin, end = CASE.index("columns = ["), CASE.index("where = [")
    (check,) = checks_of(CASE[:begin] + 'csv = "air.csv"\n' + CASE[end:])
    assert (check.quantity, check.status) == ("water: warm", Status.PASSED)


def test_a_case_without_its_public_file_is_not_run_and_never_passes(checks_of, tmp_path) -> None:
    begin, end = CASE.index("columns = ["), CASE.index("where = [")
    text = CASE[:begin] + f'file = "air.csv"\nsha256 = "{"0" * 64}"\n' + CASE[end:]
    (check,) = checks_of(text)
    assert (check.status, check.got) == (Status.NOT_RUN, None)


def test_what_is_no_number_never_passes(checks_of) -> None:
    warm, _ = checks_of(CASE.replace("1.63]", "nan]"))
    assert warm.status is Status.FAILED
    assert json.loads(json.dumps(warm.as_dict(), allow_nan=False))["expected"] == "nan"


def test_a_law_that_gives_no_number_fails_with_its_rows(checks_of) -> None:
    """Rows are counted as they stand in the case, those included that a filter leaves out."""
    lost = CASE.replace('each = "name"\n', "").replace('"cold", 0,', '"cold", nan,')
    (check,) = checks_of(lost)
    assert check.quantity == "water: water gives no finite number in 1 row; first: row 2"
    assert (check.status, check.got, check.error) == (Status.FAILED, None, None)
    (check,) = checks_of(lost.replace('without = ["mild"]', 'without = ["warm"]').replace("20, 50", "nan, 50"))
    assert check.quantity == "water: water gives no finite number in 2 rows; first: row 2"
    (check,) = checks_of(lost.replace('reason = "the', 'total = true\nreason = "the'))
    assert check.status is Status.FAILED
    warm, cold = checks_of(CASE.replace('"cold", 0,', '"cold", nan,'))
    assert (warm.status, cold.status) == (Status.PASSED, Status.FAILED)


def test_a_law_that_divides_by_nothing_fails_with_its_row(checks_of) -> None:
    warm, cold = checks_of(CASE.replace('heat = "30 kW"', 'heat = "0 kW"'))
    assert warm.quantity == "water: warm: water gives no finite number in 1 row; first: row 1"
    assert {warm.status, cold.status} == {Status.FAILED}


def test_what_is_never_reached_on_both_sides_agrees(own) -> None:
    never = [check for check in own if check.case == "pump_stop" and check.expected == np.inf]
    # Half flow holds 87 degC from 40 degC supply for a while, 95 from 30 and 105 from 30 and 40 for ever
    assert [check.quantity.removeprefix("time: flow to 50 %, ") for check in never] == [
        "supply 30 degC, limit 95 degC",
        "supply 30 degC, limit 105 degC",
        "supply 40 degC, limit 105 degC",
    ]
    assert {check.status for check in never} == {Status.PASSED}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"evaporation"', '"evaporaton"', "law: 'evaporaton' is no law. Known here: .* Did you mean 'evaporation'"),
        ('heat = "30 kW"\n', "", "parameters: evaporation also needs heat; give a parameter or a column of each"),
        ('"30 kW"', '["30 kW", "1 kW"]', "parameters.heat: give one, not a list; got a list of 2"),
        ('"30 kW"', '"30 kg"', r"parameters.heat: kg is a quantity of dimension \[mass\]; wanted active power in W"),
        ("heat =", "heta =", r"parameters.heta: evaporation takes no such argument. Known here: .* mean 'heat'"),
        ('output = "water"', 'output = "drift"', "compare.1.output: 'drift' is no output of evaporation"),
        ('"0.006 kg/kWh"', '"0.006 K"', "compare.1: K is a temperature; wanted a quantity of dimension"),
        ('"air", unit', '"iar", unit', "the table has no column 'iar'; it has name, air, humidity, litres"),
        ('without = ["mild"]', 'equals = ["hot"]', r"no row is left by where = \['name'\]"),
        ('reason = "the last digit printed"', "", "compare.1: a tolerance needs its reason"),
        ('each = "name"', 'measure = "mode"', "compare.1: measure is none of largest, largest_relative"),
        (
            'kind = "law"',
            'kind = "lore"',
            "kind: 'lore' is no kind of case. Known here: catalog, law, rack_power, replay",
        ),
        ("0.80]", "]", "data: each row needs 4 values, as many as there are columns; see row 2"),
        ('unit = "%"', 'unit = "degC"', "columns.relative_humidity: .* is a temperature; wanted a ratio"),
    ],
)
def test_a_fault_of_a_case_file_is_told(checks_of, old: str, new: str, told: str) -> None:
    assert old in CASE
    with pytest.raises(ScenarioError, match=told) as raised:
        checks_of(CASE.replace(old, new))
    assert raised.value.source == "mine/case.toml"


def test_a_list_of_the_wrong_length_is_told(checks_of, root) -> None:
    text = (root / "scenarios" / "validation" / "chiller_trajectory" / "case.toml").read_text()
    wrong = text.replace('leaving_range = ["0 degC", "30 degC"]', 'leaving_range = "0 degC"').replace(
        '"0.4883748"]', "]"
    )
    with pytest.raises(ScenarioError) as raised:
        checks_of(wrong)
    assert [str(fault) for fault in raised.value.faults] == [
        "parameters.load_curve: give a list of 3; got a list of 2",
        "parameters.leaving_range: give a list of 2; got one",
    ]


def test_a_case_that_compares_nothing_is_told(checks_of) -> None:
    begin, end = CASE.index("[parameters]"), CASE.index("[[compare]]")
    with pytest.raises(ScenarioError, match="compare: is empty; compare something"):
        checks_of(CASE[:begin] + "compare = []\n" + CASE[begin:end])


def test_all_faults_of_a_case_are_told_at_once(checks_of) -> None:
    text = CASE.replace('"30 kW"', '"30 kg"').replace("air_flow", "airflow").replace('"0.006 kg/kWh"', '"1 K"')
    with pytest.raises(ScenarioError) as raised:
        checks_of(text)
    assert [fault.where for fault in raised.value.faults] == [
        "parameters.heat",
        "parameters.airflow",
        "parameters",
        "compare.1",
    ]


def test_faults_of_all_cases_are_told_at_once_and_nothing_runs(tmp_path, monkeypatch) -> None:
    own = {"first": CASE.replace("evaporation", "evaporaton"), "second": CASE}
    further = {
        "third": CASE.replace('"30 kW"', '"30 kg"').replace('"0.006 kg/kWh"', '"1 K"'),
        "fourth": "title = \n",
    }
    for folder, cases in (("own", own), ("further", further)):
        for name, text in cases.items():
            (tmp_path / folder / name).mkdir(parents=True)
            (tmp_path / folder / name / "case.toml").write_text(text)
    monkeypatch.setattr(validate, "CASES", tmp_path / "own")
    monkeypatch.setattr(Case, "check", lambda *_: pytest.fail("a case ran"))
    with pytest.raises(ScenarioError) as raised:
        validate.validate(None, tmp_path / "further")
    assert str(raised.value).startswith("4 faults in 3 cases:\n")
    assert [fault.where for fault in raised.value.faults] == [
        "first/case.toml: law",
        "fourth/case.toml: line 1, column 9",
        "third/case.toml: parameters.heat",
        "third/case.toml: compare.1",
    ]


def test_faults_of_all_tables_are_told_at_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(validate, "CASES", tmp_path / "none")
    for name, wrong in (("one", '"iar", unit'), ("other", '"ari", unit')):
        (tmp_path / "cases" / name).mkdir(parents=True)
        (tmp_path / "cases" / name / "case.toml").write_text(CASE.replace('"air", unit', wrong))
    with pytest.raises(ScenarioError) as raised:
        validate.validate(None, tmp_path / "cases")
    assert [fault.where for fault in raised.value.faults] == ["one/case.toml: data", "other/case.toml: data"]


def test_the_example_of_the_contributing_page_passes(checks_of, root) -> None:
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(title = .*?)```", page, re.S)
    (check,) = checks_of(example)
    assert (check.status, check.quantity) == (Status.PASSED, "pressure of saturated vapour, largest of 3")
    assert [name for name in MEASURES if f"`{name}`" not in page] == []
    assert [name for name in validate._KINDS if f'kind = "{name}"' not in page] == []


def test_a_folder_without_cases_is_told(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="holds no case; give --cases a folder of folders"):
        validate.validate(None, tmp_path)


# 14.1 MW for two minutes, then 28 MW, a little below the rating
LOAD = """time,asset,metric,value
0,hall_1,it_power_w,1.41e7
120,hall_1,it_power_w,2.8e7
180,hall_1,it_power_w,2.8e7
"""
REPLAY = """
title = "Three minutes"
source = "made up"
kind = "replay"
site = "frontier"
start = "2024-04-07T00:00:00Z"
telemetry = { file = "load.csv", sha256 = "SHA" }

[[compare]]
quantity = "peak of the racks"
figure = "it_power_peak"
unit = "MW"
between = ["27.9 MW", "28.1 MW"]
reason = "as asked"

[[compare]]
quantity = "coolant supply, hottest"
table = "cdus"
column = "supply_temp_max_k"
statistic = "greatest"
unit = "degC"
between = ["20 degC", "30 degC"]
reason = "wrong on purpose"
"""


def test_a_replay_is_judged_by_its_figures_and_tables(checks_of, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "load.csv").write_text(LOAD)
    text = REPLAY.replace("SHA", hashlib.sha256(LOAD.encode()).hexdigest())
    peak, supply = checks_of(text, tmp_path / "data")
    assert peak.got == pytest.approx(28.0, abs=0.01)
    assert (peak.unit, peak.between, peak.status) == ("MW", pytest.approx((27.9, 28.1)), Status.PASSED)
    # 33 degC is the set point, 3 K above the range of the case
    assert supply.error == pytest.approx(3.0, abs=1.0)
    assert (supply.error_unit, supply.status) == ("K", Status.FAILED)
    assert {check.status for check in checks_of(text)} == {Status.NOT_RUN}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("supply_temp_max_k", "supply_temp_max", "compare.2: a run has no column cdus.supply_temp_max; tables are"),
        ('"20 degC"', '"20 kW"', "compare.2: kW is active power; wanted a temperature"),
        ('figure = "it_power_peak"\n', "", "compare.1: give figure, or table and column"),
        ('"greatest"', '"median"', "compare.2.statistic: input should be 'least', 'mean' or 'greatest'"),
    ],
)
def test_a_fault_of_a_replay_case_is_told_before_it_runs(checks_of, old: str, new: str, told: str) -> None:
    assert old in REPLAY
    with pytest.raises(ScenarioError, match=told):
        checks_of(REPLAY.replace("SHA", "0" * 64).replace(old, new))
