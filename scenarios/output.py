"""Where a run is written: whole or not at all, and never over another one unasked."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from twin.errors import OutputError

RUNS = Path("runs")
"""Folder of runs that were not told where to go, in the working folder."""

MANIFEST = "manifest.json"
"""The file by which a folder is known as a run."""

_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space, or give --out on another disk",
    errno.EDQUOT: "your quota is used up; free some space, or give --out on another disk",
    errno.EFBIG: "a file grew beyond the limit set for it; raise the limit, or give --out on another disk",
    errno.EACCES: "you may not write there; give --out in a folder that you may write to",
    errno.EPERM: "you may not write there; give --out in a folder that you may write to",
    errno.EROFS: "the disk is read-only; give --out in a folder that you may write to",
    errno.ENOTDIR: "part of the path is a file, not a folder; give another --out",
    errno.ENOTEMPTY: "another run was put there meanwhile; give another --out",
    errno.EEXIST: "part of the path is a file, not a folder; give another --out",
}


def choose(out: str | Path | None, site: str, scenario: str, start: datetime, *, force: bool = False) -> Path:
    """
    Choose the folder of a run.

    Parameters
    ----------
    out
        Where the user wants it; a new folder in `RUNS` if nowhere in particular.
    site, scenario, start
        For the name of that folder.
    force
        Whether a run that stands there may be replaced.

    Returns
    -------
    Path
        A folder that is not there, is empty, or is a run that may be replaced.

    Raises
    ------
    OutputError
        If something else stands there.
    """
    if out is None:
        name = f"{site}-{scenario}-{start:%Y%m%dT%H%M%SZ}"
        candidates = (RUNS / (name if number == 1 else f"{name}-{number}") for number in count(1))
        return next(folder for folder in candidates if not folder.exists())
    folder = Path(out)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return folder
    if folder.is_dir() and (folder / MANIFEST).is_file():
        if force:
            return folder
        message = f"{folder}: holds a run already; give another --out, or --force to replace it"
        raise OutputError(message)
    message = f"{folder}: is not empty and is no run; give another --out (nothing was touched)"
    raise OutputError(message)


@contextmanager
def whole(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """
    Give a folder to write a run into, and put it in its place once everything is there.

    Parameters
    ----------
    folder
        Where the run shall be.
    force
        Whether a run that stands there is replaced.

    Yields
    ------
    Path
        A hidden folder beside it, which is gone after a failure.

    Raises
    ------
    OutputError
        If the disk does not take it.
    """
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.unfinished")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        if force and folder.exists():
            _replace(unfinished, folder)
        else:
            unfinished.rename(folder)
    except OSError as error:
        raise OutputError(_message(folder, error)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _replace(unfinished: Path, folder: Path) -> None:
    """Take the old run away only when the new one stands in its place."""
    old = unfinished.with_suffix(".replaced")
    folder.rename(old)
    unfinished.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _message(folder: Path, error: OSError) -> str:
    advice = _ADVICE.get(error.errno or 0, "give another --out")
    return f"{folder}: the run cannot be written ({error.strerror or error}): {advice}; nothing was left behind"
