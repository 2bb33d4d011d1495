"""``twin validate``: every published case, expected against got."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenarios.validate import Check, Status, validate

_STYLES = {Status.PASSED: "green", Status.FAILED: "bold red", Status.NOT_RUN: "yellow"}


def show(data: Path | None, *, as_json: bool) -> bool:
    """Run the cases, print them, and say whether none is out of its tolerance."""
    checks = validate(data)
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps([check.as_dict() for check in checks], indent=2), markup=False)
    else:
        _print(console, checks)
    return all(check.status is not Status.FAILED for check in checks)


def _print(console: Console, checks: list[Check]) -> None:
    for case in dict.fromkeys(check.case for check in checks):
        mine = [check for check in checks if check.case == case]
        table = Table(
            title=f"{case}: {mine[0].title}",
            title_justify="left",
            caption=f"Source: {mine[0].source}",
            caption_justify="left",
        )
        for name in ("quantity", "expected", "got", "error", "tolerance"):
            table.add_column(name, justify="left" if name == "quantity" else "right")
        table.add_column("result")
        for check in mine:
            table.add_row(
                check.quantity,
                *(_number(value, check.unit, 8) for value in (check.expected, check.got)),
                *(_number(value, check.unit, 2) for value in (check.error, check.tolerance)),
                f"[{_STYLES[check.status]}]{check.status.value}[/]",
            )
        console.print(table)
    counts = {status: sum(check.status is status for check in checks) for status in Status}
    console.print(", ".join(f"{count} {status.value}" for status, count in counts.items()))


def _number(value: float | None, unit: str, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}g} {'' if unit == '1' else unit}".rstrip()
