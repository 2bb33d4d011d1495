"""The folder of a study that is no run: one page, and each of its tables as parquet and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from scenarios import output
from twin.errors import OutputError


def place(kind: str, site: str, out: Path | None) -> Path:
    """
    Choose the folder of a study.

    Parameters
    ----------
    kind
        Such as ``grid``: the folder of such studies in the working folder, and the name of their page.
    site
        Name of the site.
    out
        Where the user wants it; by the site's name in the folder of its kind, if nowhere in particular.

    Returns
    -------
    Path
        A folder that is not there, is empty, or holds an earlier study of the kind, which is replaced.

    Raises
    ------
    OutputError
        When something else stands there.
    """
    folder = Path(kind) / site if out is None else out
    if not folder.exists() or (folder.is_dir() and (not any(folder.iterdir()) or _page(kind, folder).is_file())):
        return folder
    message = f"{folder}: is not empty and holds no {kind}.html; give another --out (nothing was touched)"
    raise OutputError(message)


def write(kind: str, text: str, tables: Mapping[str, pl.DataFrame], folder: Path) -> Path:
    """
    Write a study, whole or not at all.

    Parameters
    ----------
    kind
        As of `place`.
    text
        The page.
    tables
        By name, in SI with units in the columns' names.
    folder
        From `place`.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        When the disk does not take it.
    """
    with output.whole(folder, force=True) as unfinished:
        for name, table in tables.items():
            table.write_parquet(unfinished / f"{name}.parquet")
            table.write_csv(unfinished / f"{name}.csv")
        _page(kind, unfinished).write_text(text, encoding="utf-8")
    return _page(kind, folder)


def _page(kind: str, folder: Path) -> Path:
    return folder / f"{kind}.html"
