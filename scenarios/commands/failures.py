"""``twin failures``: what becomes of a site when each of its parts fails, as a page and tables."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

import facilities
from scenarios import study_folder
from scenarios.failures import page
from scenarios.failures.study import study
from scenarios.page.quantities import digits
from scenarios.page.shown import Shown


def show(site: str, out: Path | None) -> None:
    """Replay every failure with a progress bar, print the tables, write page and tables, and say where they are."""
    facility = facilities.load(site)
    folder = study_folder.place(page.KIND, facility.name, out)
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("failures", total=1.0)
        found = study(site, lambda done: progress.update(task, completed=done))
    written = page.write(found, folder)
    console = Console(highlight=False)
    console.print(facility.title, markup=False)
    for shown in page.brief(found):
        console.print(_table(shown) if shown.rows else f"{shown.caption}: nothing is")
    for row in found.gap.iter_rows(named=True):
        console.print(f"without grid, {row['storage']}: {row['verdict']}", markup=False, soft_wrap=True)
    hours = digits(float(found.availability["hours"].sum()), 2)
    console.print(f"a rack is without power for {hours} h a year by these parts, the grid not counted", markup=False)
    console.print(f"page: {written}", markup=False, soft_wrap=True)


def _table(shown: Shown) -> Table:
    table = Table(title=shown.caption, title_justify="left")
    for place, head in enumerate(shown.heads):
        table.add_column(head, justify="right" if place in shown.numeric else "left", overflow="fold")
    for row in shown.rows:
        table.add_row(*row)
    return table
