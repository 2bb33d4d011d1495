"""``twin sweep``: a year of each of many designs of a site, the best of them, and where the page is."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.sweep.page import called, short, worse, written
from scenarios.sweep.study import Swept, sweep
from scenarios.yearstudy.accounts import Asked as Asked

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def show(*asked: Any, **options: Any) -> None:  # noqa: ANN401 (as `scenarios.sweep.study.sweep` takes them)
    """Solve a sweep with a progress bar, then print the best designs and the place of its page."""
    console, errors = Console(highlight=False), Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("designs", total=None)
            options["progress"] = lambda done, of: progress.update(task, completed=done, total=of)
            found, page = sweep(*asked, **options)
    except KeyboardInterrupt:
        errors.print("twin: interrupted; the designs that are done are kept, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    keep = int(found.holds.sum())
    console.print(f"{found.facility.title}: {_designs(len(found.results))}, {keep or 'none'} within the limits")
    console.print(_best(found))
    for text in worse(found):
        console.print(text, markup=False, soft_wrap=True)
    missing = sum(bool(result["says"]) for result in found.results)
    if missing:
        console.print(f"without a year: {_designs(missing)}; the page says why", markup=False)
    console.print(f"page: {page}", markup=False, soft_wrap=True)


def _designs(many: int) -> str:
    return f"{many} design{'' if many == 1 else 's'}"


def _best(found: Swept) -> Table:
    table = Table()
    names = [name for name, _ in found.plan.objectives]
    for head in ("best by", *short(found), *map(called, names)):
        table.add_column(head)
    given = [written(found, name, found.known[name]["value"]) for name in names]
    table.add_row("(as given)", *("" for _ in found.plan.axes), *given)
    for name, row in zip(names, found.best, strict=False):
        figures = found.results[row]["figures"]
        table.add_row(
            called(name), *found.chosen[row], *(written(found, each, figures[each]["value"]) for each in names)
        )
    return table
