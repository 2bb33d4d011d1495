"""The folder of a sweep: each design's result by itself, whole or not at all, so that it goes on where it ended."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from scenarios import output
from scenarios.sweep.point import Result
from twin.errors import OutputError

KIND = "sweep"
"""What the manifest of a sweep says it is."""

POINTS = "points"
"""Folder of the results."""

LOCK = ".at_work"
"""File that says which process is at work in the folder."""

UNFINISHED = ".part"
"""End of the name of a file that is being written."""


def place(out: str | Path | None, site: str, name: str) -> Path:
    """
    Find the folder of a sweep, which may hold results already; nothing is touched.

    Parameters
    ----------
    out
        Where the user wants it; without it one in ``runs`` that the same sweep finds again.
    site, name
        Of the site and the scenario.

    Returns
    -------
    Path
        A folder that is there, or may be made.

    Raises
    ------
    OutputError
        If something else stands there.
    """
    folder = output.RUNS / f"{site}-sweep_{name}" if out is None else Path(out)
    if folder.exists() and not _ours(folder):
        message = f"{folder}: is not empty and holds no sweep; give another --out (nothing was touched)"
        raise OutputError(message)
    return folder


def open_folder(folder: Path) -> None:
    """
    Make the folder of a sweep where it is not there, and take away what was half written.

    Parameters
    ----------
    folder
        From `place`.

    Raises
    ------
    OutputError
        If nothing can be written.
    """
    try:
        (folder / POINTS).mkdir(parents=True, exist_ok=True)
        for path in (*folder.glob(f".*{UNFINISHED}"), *(folder / POINTS).glob(f".*{UNFINISHED}")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """
    Keep the folder of a sweep from other sweeps while one is at work in it.

    Parameters
    ----------
    folder
        From `place`; made where it is not there.

    Raises
    ------
    OutputError
        If another is at work, or nothing can be written.

    Notes
    -----
    The lock is the system's own on a file that says who holds it: it ends with its process, however that ends, so that
    a file left behind by a process that was killed stops nobody.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with file:
        _lock(file, folder)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}) + "\n")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _lock(file: TextIO, folder: Path) -> None:
    """Take the lock of a file; say who holds it where that is somebody else."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        try:
            by = json.loads(file.read())
            who = f"process {by['pid']} on {by['host']}"
        except (ValueError, KeyError, TypeError):
            who = "another process"
        message = f"{folder}: {who} is at work in it; wait until it ends, or give another --out (nothing was touched)"
        raise OutputError(message) from None
    # Its last holder may have taken the file away between opening and locking it.
    if not (folder / LOCK).exists() or not os.path.samestat(os.fstat(file.fileno()), (folder / LOCK).stat()):
        message = f"{folder}: another sweep has just ended in it; start this one again"
        raise OutputError(message)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder}: no sweep can be written there ({error.strerror}); give another --out")


def _ours(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    content = [path.name for path in folder.iterdir() if not path.name.endswith((UNFINISHED, LOCK))]
    # A sweep that was ended in its first moment has the folder of results, and nothing else.
    if content in ([], [POINTS]):
        return True
    try:
        return bool(json.loads((folder / output.MANIFEST).read_text(encoding="utf-8")).get("kind") == KIND)
    except (OSError, ValueError, AttributeError):
        return False


def put(path: Path, content: bytes) -> None:
    """
    Write a file whole or not at all.

    Parameters
    ----------
    path
        Of the file; what stands there is replaced.
    content
        Of it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        message = f"{path}: cannot be written ({error.strerror}); what was written before is kept: mend it, and go on"
        raise OutputError(message) from error


def text(content: Any) -> bytes:  # noqa: ANN401 (what JSON can hold)
    """
    Write content as JSON, the same bytes for the same content.

    Parameters
    ----------
    content
        What JSON can hold.

    Returns
    -------
    bytes
        With a line end.
    """
    return (json.dumps(content, indent=1, sort_keys=True, default=str) + "\n").encode()


def _place(folder: Path, key: str) -> Path:
    return folder / POINTS / f"{key}.json"


def keep(folder: Path, key: str, result: Result) -> None:
    """
    Keep the result of a design.

    Parameters
    ----------
    folder
        Of the sweep.
    key
        Of the design.
    result
        From `scenarios.sweep.point.solve`.
    """
    put(_place(folder, key), text(result))


def kept(folder: Path, key: str) -> Result | None:
    """
    Find the result of a design.

    Parameters
    ----------
    folder
        Of the sweep.
    key
        Of the design.

    Returns
    -------
    Result or None
        None where there is none, or none that can be read.
    """
    try:
        found = json.loads(_place(folder, key).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"figures", "says"} <= found.keys() else None
