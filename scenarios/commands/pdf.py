"""``twin pdf``: print a page."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from scenarios.page import printed


def show(what: Path, out: Path | None) -> None:
    """Print the page and say where the PDF is."""
    page = printed.page_of(what)
    done = printed.write(page, out if out is not None else page.with_suffix(".pdf"))
    Console(soft_wrap=True, highlight=False).print(f"PDF: {done}", markup=False)
