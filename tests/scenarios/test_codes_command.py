"""``twin codes``: what its tables say in a terminal of eighty characters."""

from __future__ import annotations

import pytest

from facilities import codes
from scenarios.commands import codes as command
from scenarios.compliance import Finding
from tests.scenarios.command import twin


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def first_cells(printed: str) -> list[str]:
    return [line.split("│")[1].strip() for line in printed.splitlines() if line.startswith("│")]


def test_codes_are_listed_with_their_names_whole(capsys, monkeypatch) -> None:
    printed = twin(capsys, monkeypatch, "codes").out
    assert [cell for cell in first_cells(printed) if cell] == codes.names()
    assert "reported: arXiv 2601.12686" in printed


def test_a_finding_says_how_many_times_the_limit_was_measured(capsys) -> None:
    # 40 MW/min are four times 10 MW/min: three limits beyond the limit, so its margin is -3
    found = [
        Finding("ieso_v3", "Large loads", "in force", "up 10 MW/min", "up 40 MW/min", -3.0, "broken", "at 5 min"),
        Finding("training_form", "Form", "practice", "10 MW", "nothing", float("nan"), "cannot tell", "hidden"),
    ]
    assert command._findings(found, as_json=False) == 1
    printed = capsys.readouterr().out
    assert first_cells(printed) == ["ieso_v3", "in force", "training_form", "practice"]
    assert "4 times the limit" in " ".join(printed.split())
