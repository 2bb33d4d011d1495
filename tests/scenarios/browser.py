"""Pages as a browser draws them, at the width of a desk and of a telephone."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

import pytest

from scenarios.page import printed
from twin.errors import OutputError

DESK, TELEPHONE = 1280, 390
"""[px] Widths that a page must fit."""


def browse(page: Path, profile: Path, *more: str) -> tuple[str, list[str]]:
    """Open a page in a headless browser: give its DOM once drawn, and what the console said."""
    try:
        found = printed.browser()
    except OutputError as absent:
        pytest.skip(str(absent))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    options += ["--disable-component-update", "--no-first-run", f"--user-data-dir={profile}", "--enable-logging=stderr"]
    options += ["--v=0", "--virtual-time-budget=10000", "--window-size=1200,2000", "--dump-dom", page.as_uri()]
    done = subprocess.run(
        [found, *options[:-2], *more, *options[-2:]], capture_output=True, text=True, check=False, timeout=240
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def widths(page: Path, folder: Path, width: int) -> tuple[int, int]:
    """
    Draw a page in a frame of a width [px]: give how wide it would be, and how wide it may be.

    A window is never narrower than 500 pixels without a screen, a frame may be.
    """
    outer = folder / f"{page.stem}-{width}.html"
    inside = html.escape(page.read_text(encoding="utf-8"), quote=True)
    look = "d = f.contentDocument.documentElement; document.title = `${d.scrollWidth} of ${d.clientWidth}`"
    outer.write_text(
        f'<iframe id="f" style="border:0" width="{width}" height="3000" srcdoc="{inside}"></iframe>'
        f'<script>const f = document.getElementById("f"); setTimeout(() => {{ {look} }}, 8000)</script>',
        encoding="utf-8",
    )
    dom, _ = browse(outer, folder / f"profile-{width}", "--window-size=1400,3200")
    said = re.search(r"<title>(\d+) of (\d+)</title>", dom)
    assert said is not None
    return int(said[1]), int(said[2])
