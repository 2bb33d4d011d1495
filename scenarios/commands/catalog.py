"""``twin catalog``: the parts of the catalog as tables, and one in full."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from scenarios.commands import catalog_text as text

WIDEST = 42
"""Characters to the numbers of a part, so that a list of coefficients leaves room for who says so."""


def show(name: str | None, *, as_json: bool) -> None:
    """Print the tables of accelerators and racks and the names of all other parts, or one part in full."""
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        console.print(json.dumps(_plain(name), indent=2), markup=False)
    elif name is None:
        _tables(console)
    else:
        _entry(console, name)


def _tables(console: Console) -> None:
    console.print(_table("accelerators", text.ACCELERATORS, text.accelerators()))
    console.print(_table("racks", text.RACKS[:-1], (row[:-1] for row in text.racks())))
    for kind, parts in text.others():
        console.print(_table(kind.replace("_", " "), ("name", "what it is"), parts))
    console.print("p/r/d/m/a: how many numbers are primary, reported, derived, measured, assumed.", markup=False)
    console.print("twin catalog NAME shows a part in full, with sources.", markup=False)


def _entry(console: Console, name: str) -> None:
    for kind, part in text.entries(name):
        console.print(_table(f"{kind.replace('_', ' ')}: {name}", ("", ""), text.names_in(part)))
        console.print(_table(text.sureness(part), text.ENTRY, text.rows(part)))


def _table(title: str, head: Iterable[str], rows: Iterable[text.Cells]) -> Table:
    table = Table(title=title, title_justify="left", show_header=any(head), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in head:
        table.add_column(
            column,
            overflow="fold",
            no_wrap=column in {"name", text.SURE},
            max_width=WIDEST if column == "number" else None,
        )
    for row in rows:
        table.add_row(*row)
    return table


def _plain(name: str | None) -> object:
    if name is not None:
        return {kind: part.model_dump(mode="json") for kind, part in text.entries(name)}
    tables = (("accelerators", text.ACCELERATORS, text.accelerators()), ("racks", text.RACKS, text.racks()))
    return {kind: [dict(zip(head, row, strict=True)) for row in rows] for kind, head, rows in tables} | {
        kind: dict(parts) for kind, parts in text.others()
    }
