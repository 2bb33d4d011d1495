"""Run the command line inside a test, as its entry point runs it."""

from __future__ import annotations

import sys
from typing import NamedTuple

from scenarios import cli


class Outcome(NamedTuple):
    """What a command left: exit code, and what it printed, lines joined as the console wrapped them."""

    code: int
    out: str
    err: str


def twin(capsys, monkeypatch, *arguments: object) -> Outcome:
    """Run ``twin`` with arguments."""
    monkeypatch.setattr(sys, "argv", ["twin", *map(str, arguments)])
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return Outcome(code, printed.out, printed.err)
