"""``twin report``: build the page of a run again."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from scenarios.report import page as report
from scenarios.study import REPORT
from twin.run import Run


def show(run: Path, out: Path | None) -> None:
    """Write the page and say where it is."""
    page = report.write(Run.load(run), out if out is not None else run / REPORT)
    Console(soft_wrap=True, highlight=False).print(f"report: {page}", markup=False)
