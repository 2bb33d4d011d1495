"""The page of a comparison."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scenarios.compare import inputs, table
from scenarios.compare.charts import charts
from scenarios.page import pages
from twin.columns import TABLES
from twin.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.compare.subjects import Subject

PAGE = "compare.html"
"""Name of the page where none is given."""


def place(subjects: Sequence[Subject]) -> Path:
    """
    Say where a page goes that was not told where to go.

    Parameters
    ----------
    subjects
        Runs and sites.

    Returns
    -------
    Path
        Beside the folder of the first run; in the working folder where there is none.
    """
    folders = [subject.run.folder for subject in subjects if subject.run is not None]
    return folders[0].parent / PAGE if folders else Path(PAGE)


def write(subjects: Sequence[Subject], path: str | Path) -> Path:
    """
    Write the page of a comparison.

    Parameters
    ----------
    subjects
        Runs and sites; the first is the reference.
    path
        File to write; what stands there is replaced once the page is whole.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InputError
        If a table of a run is damaged.
    OutputError
        If the file cannot be written.
    """
    return pages.save(page(subjects), path, "page")


def page(subjects: Sequence[Subject]) -> str:
    """
    Give the page of a comparison: HTML that needs no other file and no network.

    Parameters
    ----------
    subjects
        Runs and sites; the first is the reference.

    Returns
    -------
    text
        The whole file.

    Raises
    ------
    InputError
        If a table of a run is damaged.
    """
    try:
        drawn, sites = charts(subjects), inputs.sites(subjects)
    except pl.exceptions.PolarsError as error:
        raise InputError(source="", faults=_damaged(subjects)) from error
    groups, rows = table.groups(subjects), inputs.inputs(subjects)
    return pages.html(
        "compare.html.j2",
        metadata.version("gigatwin"),
        drawn,
        heading=", ".join(dict.fromkeys(subject.site for subject in subjects)),
        labels=[subject.label for subject in subjects],
        subjects=subjects,
        groups=groups,
        marked=any(cell.best for _, lines in groups for row in lines for cell in row.cells),
        notes=table.notes(subjects),
        cautions=inputs.cautions(subjects),
        different=[row for row in rows if not row.same],
        alike=[(row.name.lower(), row.common) for row in rows if row.same],
        sites=sites,
    )


def _damaged(subjects: Sequence[Subject]) -> list[Fault]:
    """Find the tables that cannot be read: their ends, which are looked at first, do not tell."""
    faults = []
    for given, run in ((subject.given, subject.run) for subject in subjects if subject.run is not None):
        for name in TABLES:
            try:
                run.scan(name).collect(engine="streaming")
            except pl.exceptions.PolarsError as error:
                faults.append(Fault(given, f"{name}.parquet is damaged ({error}); replay that run again"))
    return faults
