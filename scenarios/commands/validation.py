"""``twin validate``: every published case, expected against got."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scenarios.published import text
from scenarios.published.checks import Check, Status
from scenarios.validate import validate

_STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.REPORTED: "cyan",
    Status.MISSED: "red",
    Status.NOT_RUN: "yellow",
}


def show(data: Path | None, cases: Path | None, *, as_json: bool) -> bool:
    """Run the cases, print them, and say whether none is out of its tolerance."""
    checks = validate(data, cases)
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps([check.as_dict() for check in checks], indent=2), markup=False)
    else:
        _print(console, checks)
    return all(check.status is not Status.FAILED for check in checks)


def _print(console: Console, checks: Sequence[Check]) -> None:
    for mine in text.by_case(checks):
        about = mine[0]
        caption = f"Source: {about.source}" + (f"\nNote: {about.note}" if about.note else "")
        table = Table(
            title=escape(f"{about.case}: {about.title}"),
            title_justify="left",
            caption=escape(caption),
            caption_justify="left",
        )
        for name in text.HEAD:
            table.add_column(name, justify="left" if name in {"quantity", "result"} else "right")
        for check in mine:
            *values, result = text.cells(check)
            table.add_row(*map(escape, values), f"[{_STYLES[check.status]}]{result}[/]")
        console.print(table)
    console.print(text.counts(checks))
