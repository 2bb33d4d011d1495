"""A page as PDF: printed by a browser that the user has, as Ctrl-P there would."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scenarios.page import pages
from twin.errors import OutputError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Names under which Chromium and its kin are found on a PATH."""

PATIENCE_S = 240.0
"""Most [s] that printing may take; a page of a 5 GW run takes a tenth."""

_QUIET = ("--headless", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
_DRAWN = ("--virtual-time-budget=10000", "--no-pdf-header-footer")
"""Scripts that draw charts get so many milliseconds [ms] of the page's own time."""


def browser() -> str:
    """
    Find a browser that prints.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    OutputError
        When there is none, with what to do.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = (
            f"a PDF is printed by Chromium or Chrome, and none of {', '.join(BROWSERS)} is on the PATH; install one "
            "(Debian: apt-get install chromium), or open the page in any browser and print it there"
        )
        raise OutputError(message)
    return found


def page_of(what: Path) -> Path:
    """
    Find the page that is meant.

    Parameters
    ----------
    what
        A page, or the folder of a run or study, which holds one.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        When there is none, or more than one.
    """
    pages = sorted(what.glob("*.html")) if what.is_dir() else [what]
    if len(pages) == 1 and pages[0].is_file() and pages[0].suffix == ".html":
        return pages[0]
    if len(pages) > 1:
        message = f"{what}: holds {len(pages)} pages, {', '.join(page.name for page in pages)}; name the one you want"
    elif what.is_dir():
        message = f"{what}: holds no page; give the folder of a run or study, or a page (.html)"
    else:
        why = "is no page (.html)" if what.exists() else "is not there"
        message = f"{what}: {why}; give a page (.html), or the folder of a run or study"
    raise OutputError(message)


def write(page: Path, out: Path) -> Path:
    """
    Print a page, whole or not at all.

    Parameters
    ----------
    page
        From `page_of`.
    out
        The PDF; one that stands there is replaced.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    OutputError
        Without a browser, when it fails, when a page would be overwritten, or when the disk does not take the file.
    """
    if out.suffix == ".html":
        message = f"{out}: is the name of a page, which a PDF would overwrite; give --out a name that ends in .pdf"
        raise OutputError(message)
    # A browser will not shut root into its sandbox; the page is ours, and its policy forbids every request.
    unconfined = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [browser(), *_QUIET, *unconfined, *_DRAWN]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        printed = Path(profile) / "page.pdf"
        command += [f"--user-data-dir={profile}", f"--print-to-pdf={printed}", page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            message = f"{page}: {command[0]} did not print it within {PATIENCE_S:.0f} s; print it in a browser by hand"
            raise OutputError(message) from None
        if not printed.is_file():
            last = next(reversed(done.stderr.split("\n\n")[-1].splitlines()), "nothing said")
            message = f"{page}: {command[0]} did not print it ({last}); print it in a browser by hand"
            raise OutputError(message)
        return pages.save(printed.read_bytes(), out, "PDF")
