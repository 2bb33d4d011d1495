"""``twin compare``: runs and sites as one table, and the page of it."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenarios.compare import inputs, page, subjects, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios.compare.subjects import Subject
    from scenarios.compare.table import Row

NAMES, VALUES, DIFFERENCES = 28, 16, 9
"""Widths of the columns: what names are given room for, what values are held to, what differences take."""

SHOWN = 20
"""Rows of what differs between runs of a site; all on the page."""

EDGES = 3
"""Width of what stands around the text of a column."""


def show(arguments: Sequence[str], out: Path | None, *, as_csv: bool) -> None:
    """Print the table and what to know before reading it, write the page, and say where it is."""
    found = subjects.read(arguments)
    console = Console(highlight=False, stderr=as_csv)
    if as_csv:
        _write_csv(found)
    else:
        for table_ in _tables(found, console.width):
            console.print(table_)
        _print_differences(console, found)
    for note in (*table.notes(found), *inputs.cautions(found)):
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    if out is not None or not as_csv:
        written = page.write(found, page.place(found) if out is None else out)
        console.print(f"page: {written}", markup=False, soft_wrap=True)


def _tables(found: Sequence[Subject], width: int) -> Iterator[Table]:
    """Give as many tables as the terminal asks for, the reference in each."""
    groups = table.groups(found)
    value, difference = VALUES + EDGES, DIFFERENCES + EDGES
    beside = max((width - NAMES - EDGES - value) // (value + difference), 1)
    for first in range(1, len(found), beside):
        yield _table(found, groups, [0, *range(first, min(first + beside, len(found)))])


def _table(found: Sequence[Subject], groups: Sequence[tuple[str, tuple[Row, ...]]], places: Sequence[int]) -> Table:
    drawn = Table()
    drawn.add_column("", overflow="fold")
    for place in places:
        drawn.add_column(Text(found[place].label), justify="right", overflow="fold", max_width=VALUES)
        if place:
            drawn.add_column("", justify="right", style="dim", no_wrap=True)
    for title, rows in groups:
        drawn.add_row(Text(title, style="bold"))
        for row in rows:
            cells: list[Text] = []
            for place in places:
                cell = row.cells[place]
                cells.append(Text(cell.text, style="bold" if cell.best else ""))
                cells += [Text(cell.difference)] * bool(place)
            drawn.add_row(Text(f"  {row.label}"), *cells)
        drawn.add_section()
    return drawn


def _print_differences(console: Console, found: Sequence[Subject]) -> None:
    labels = [subject.label for subject in found]
    different = [(row.name, *row.texts) for row in inputs.inputs(found) if not row.same]
    _print_texts(console, "what differs in the inputs", ["", *labels], different)
    for site in inputs.sites(found):
        for title, changes in site.parts.items():
            more = f": {SHOWN} of {len(changes)}, all on the page" if len(changes) > SHOWN else ""
            rows = [(row.where, row.what, *row.texts) for row in changes[:SHOWN]]
            title_ = f"{title.lower()} that not all runs of {site.name} share{more}"
            _print_texts(console, title_, ["", "", *site.labels], rows)


def _print_texts(console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    drawn = Table(title=Text(title), title_justify="left")
    for head in heads:
        drawn.add_column(Text(head), overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    console.print(drawn)


def _write_csv(found: Sequence[Subject]) -> None:
    """Write values as stored, in SI, with all digits."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["group", "quantity", "unit", *(subject.label for subject in found)])
    for title, rows in table.groups(found):
        for row in rows:
            values = ("" if cell.value is None else repr(cell.value) for cell in row.cells)
            writer.writerow([title, row.figure.name, row.figure.stored_unit, *values])
