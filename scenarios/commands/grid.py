"""``twin grid``: what a site does to the network at its point of connection, as a page and tables."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

import facilities
from scenarios.gridstudy import page
from scenarios.gridstudy.study import study


def show(site: str, run: Path | None, out: Path | None) -> None:
    """Print what a reader asks for first, write page and tables, and say where they are."""
    folder = page.place(facilities.load(site).name, out)
    found = study(site, run)
    written = page.write(found, folder)
    console = Console(highlight=False)
    table = Table(show_header=False, title=found.facility.title, title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    for name, text in page.summary(found):
        table.add_row(name, text)
    console.print(table)
    if run is None:
        note = "no run was given: ramps, spectrum and codes are left out; give one with --run"
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    console.print(f"page: {written}", markup=False, soft_wrap=True)
