"""``twin codes``: what grid operators ask of large loads, and how a run stands against it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from facilities import codes
from scenarios import compliance
from scenarios.compliance import Finding, Trace
from twin.run import Run

STEP = 1.0
"""[s] Step of a run's site table."""

STYLES = {"met": "green", "broken": "bold red", "cannot tell": "yellow"}


def show(run: Path | None, equipment: str | None, *, as_json: bool) -> int:
    """Print codes, a run's findings, or the gaps of equipment; the exit code is 1 if a limit is broken."""
    if run is not None:
        return _findings(compliance.check(_trace(Run.load(run))), as_json=as_json)
    if equipment is not None:
        return _gaps(equipment, as_json=as_json)
    _print(_listed(), [code.model_dump(mode="json") for code in map(codes.load, codes.names())], as_json=as_json)
    return 0


def _trace(run: Run) -> Trace:
    site = run.site
    return Trace(site["facility_power_w"].to_numpy(), site["pcc_voltage_pu"].to_numpy(), STEP)


def _listed() -> Table:
    table = _table("codes", "code", "status", "who asks what, and who says so")
    for name in codes.names():
        code = codes.load(name)
        since = f"{code.status}\n{code.date}" if code.date else code.status
        table.add_row(name, since, f"{code.who}: {code.title}\n{code.basis}: {code.source}")
    return table


def _findings(found: list[Finding], *, as_json: bool) -> int:
    table = _table("the run against every code that a trace of power can be held against",
                   "code", "limit", "measured", "verdict")  # fmt: skip
    for row in found:
        times = "" if row.verdict == "cannot tell" else f"\n{1.0 - row.margin:.3g} times the limit"
        verdict = f"[{STYLES[row.verdict]}]{row.verdict}[/]"
        table.add_row(f"{row.code}\n{row.status}", row.limit, row.measured + times, f"{verdict}\n{row.why}".rstrip())
    _print(table, [row._asdict() for row in found], as_json=as_json)
    return int(any(row.verdict == "broken" for row in found))


def _gaps(equipment: str, *, as_json: bool) -> int:
    found = compliance.gaps(equipment)
    table = _table(f"where {codes.load(equipment).title} lets equipment leave too early",
                   "code", "voltage, per unit", "must stay", "stays", "short by")  # fmt: skip
    for name, gaps in found.items():
        if not gaps:
            table.add_row(name, "complies", "", "", "")
        for gap in gaps:
            required = "always" if math.isinf(gap.required) else f"{gap.required:g} s"
            short = "" if math.isinf(gap.required) else f"{gap.required - gap.provided:.3g} s"
            table.add_row(name, f"{gap.low:g} to {gap.high:g}", required, f"{gap.provided:g} s", short)
    rows = [{"code": name, **gap._asdict()} for name, gaps in found.items() for gap in gaps]
    _print(table, rows, as_json=as_json)
    return int(bool(rows))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "code")
    return table


def _print(table: Table, rows: Iterable[object], *, as_json: bool) -> None:
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps(list(rows), indent=2), markup=False)
    else:
        console.print(table)
