"""Published cases pass, and a case that is wrong is seen."""

from __future__ import annotations

import pytest

from scenarios import validate
from scenarios.validate import Status
from twin.errors import ScenarioError


def test_the_figures_of_the_frontier_case() -> None:
    checks = {check.quantity: check for check in validate.validate()}
    # Closed form of the source: 7,306.5238 kW idle, and 9,472 x (190 u_c + 472 u_g) W / (0.98 x 0.96) above it.
    idle = 7306523.8
    for name, activity in (("idle", 0.0), ("half", 1039.0), ("HPL", 1554.22), ("OpenMxP", 1888.0), ("peak", 2078.0)):
        check = checks[f"{name}: power"]
        assert check.got == pytest.approx(idle + 9472 * activity / (0.98 * 0.96), abs=0.1)
        assert check.status is Status.PASSED
    assert sum(check.status is Status.PASSED for check in checks.values()) == 15


def test_a_wrong_figure_is_seen(monkeypatch, tmp_path) -> None:
    text = (validate._CASES / "frontier_power" / "case.toml").read_text()
    (tmp_path / "frontier_power").mkdir()
    (tmp_path / "frontier_power" / "case.toml").write_text(text.replace("7.3065 MW", "7.3067 MW"))
    monkeypatch.setattr(validate, "_CASES", tmp_path)
    failed = [check for check in validate.validate() if check.status is Status.FAILED]
    assert [check.quantity for check in failed] == ["idle: power"]
    assert failed[0].error == pytest.approx(176.2, abs=0.1)


def test_a_file_of_that_name_with_another_content_is_refused(tmp_path) -> None:
    (tmp_path / "ref_24h_jobs.csv").write_text("id\n")
    with pytest.raises(ScenarioError, match="is not the public file of that name: its sha256 should be a90699c5"):
        validate.validate(tmp_path)


def test_a_day_of_jobs_gives_the_published_power_at_every_sample(shared_data) -> None:
    checks = [check for check in validate.validate(shared_data) if "job log" in check.quantity]
    assert [check.status for check in checks] == [Status.PASSED, Status.PASSED]
    # The tolerance of the case is 1e-6; both are arithmetic in float64.
    assert all(check.got < 1e-12 for check in checks)
