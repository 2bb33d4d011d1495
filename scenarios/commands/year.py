"""``twin year``: a planning year of a site, its key figures, and where its page is."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.yearstudy.accounts import Asked as Asked
from scenarios.yearstudy.page import caveats, groups, how_sure
from scenarios.yearstudy.study import year


def show(*asked: Any, **options: Any) -> None:  # noqa: ANN401 (as `scenarios.yearstudy.study.year` takes them)
    """Solve a year with a progress bar, then print its figures, its closure and the place of its page."""
    console, errors = Console(highlight=False), Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("year", total=None)
        options["progress"] = lambda done: progress.update(task, completed=done, total=1.0)
        found, page = year(*asked, **options)
    console.print(f"{found.facility.title}: {found.span.start.year}", markup=False)
    sampled = found.sampled is not None
    table = Table(show_header=sampled)
    for head in ("", "as given", *(["P10 to P90"] if sampled else [])):
        table.add_column(head)
    for _, members in groups(found):
        for tile in members:
            table.add_row(tile.label, tile.text, *([tile.band] if sampled else []))
    console.print(table)
    console.print(how_sure(found), markup=False, soft_wrap=True)
    for text in caveats(found):
        console.print(text, markup=False, soft_wrap=True)
    for row in found.extremes.filter(found.extremes["says"] != "").iter_rows(named=True):
        console.print(f"{row['day']}: {row['says']}", markup=False, soft_wrap=True)
    parts = [f"{row.balance} {abs(row.residual) / row.inflow:.1e} of its inflow" for row in found.closure if row.inflow]
    console.print(f"closure: {', '.join(parts)}", markup=False)
    console.print(f"page: {page}", markup=False, soft_wrap=True)
