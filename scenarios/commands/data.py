"""``twin data``: public traces and weather by name, with their licence."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from telemetry import public


def show() -> None:
    """List what there is."""
    console = Console(highlight=False)
    table = Table("name", "what", "licence", box=None, pad_edge=False)
    for name, data in public.known().items():
        table.add_row(name, data.title, data.licence)
    console.print(table)
    console.print(f"kept in {public.folder()}", markup=False, soft_wrap=True)


def get(name: str, out: Path | None) -> None:
    """Fetch a set, and say whose it is and how it is read."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    paths = public.get(name, out)
    data = public.known()[name]
    console.print(f"{name}: {data.title}")
    console.print(f"licence: {data.licence}; credit: {data.credit}")
    for path in paths:
        console.print(f"file: {path}")
    if not name.startswith("weather"):
        console.print(f"read it: twin convert {paths[0]} {data.read}".rstrip())
    else:
        console.print(f"use it: twin replay SITE --weather {paths[0]}")
