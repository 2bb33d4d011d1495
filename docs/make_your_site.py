"""Follow docs/your_site.md from top to bottom as a reader would, and write what each command printed beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_name("your_site.md")
ROOT = PAGE.parents[1]

SITE = "my_site.toml"
"""The file that the page writes and changes."""

WEATHER = "TX-Abilene_Regional_Ap_Ut.tmy3"
"""The page's weather file, as its origin calls it."""

WIDTH = 100
"""Columns of a terminal."""

TWIN = f"twin() {{ {sys.executable} -c 'from scenarios.cli import main; main()' \"$@\"; }}; "


def page(text: str, folder: Path, weather: Path | None) -> str:
    """
    Follow the page.

    Parameters
    ----------
    text
        The page as it stands.
    folder
        An empty one, to work in.
    weather : Path, optional
        Folder of weather files; without it the page's own location and climate go into the new file.

    Returns
    -------
    text
        The page, what commands print as they print it now.
    """
    file = None if weather is None else weather / WEATHER
    if file is not None:
        shutil.copy(file, folder / "abilene.tmy3")
    parts = re.split(r"(?ms)^(```(?:console|toml|text)\n.*?^```$)", text)
    return "".join(_part(part, folder, with_weather=file is not None) for part in parts)


def _part(part: str, folder: Path, *, with_weather: bool) -> str:
    inside = part.partition("\n")[2].removesuffix("```")
    if part.startswith("```console"):
        return "```console\n" + "\n".join(_told(inside, folder, with_weather=with_weather)) + "\n```"
    if part.startswith(("```toml", "```text")):
        site = folder / SITE
        change = changed if part.startswith("```toml") else without
        site.write_text(change(site.read_text(encoding="utf-8"), inside), encoding="utf-8")
    return part


def _told(commands: str, folder: Path, *, with_weather: bool) -> Iterator[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(WIDTH), "NO_COLOR": "1"}
    for command in re.findall(r"(?m)^\$ (.*)$", commands):
        given = command if with_weather else re.sub(r" --weather \S+", "", command)
        done = subprocess.run(
            ["bash", "-c", TWIN + given], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        yield f"$ {command}"
        yield from (line.rstrip() for line in (done.stdout + done.stderr).splitlines())


def changed(site: str, block: str) -> str:
    """
    Put keys into a facility file.

    Parameters
    ----------
    site
        Content of the file.
    block
        Keys under the headings of their tables; those that stand in the file are replaced, others are added.

    Returns
    -------
    text
        The file with them.
    """
    lines, table = site.splitlines(), ""
    for line in block.splitlines():
        if line.startswith("["):
            table = line
            lines += [] if table in lines else ["", table]
        elif found := re.match(r"\w+ = ", line):
            first = lines.index(table) + 1 if table else 0
            last = next((row for row in range(first, len(lines)) if lines[row].startswith("[")), len(lines))
            at = next((row for row in range(first, last) if lines[row].startswith(found[0])), None)
            lines[first if at is None else at : first if at is None else at + 1] = [line]
    return "\n".join(lines) + "\n"


def without(site: str, block: str) -> str:
    """
    Take tables out of a facility file.

    Parameters
    ----------
    site
        Content of the file.
    block
        A heading in each line.

    Returns
    -------
    text
        The file without them; comments above a heading go with it.
    """
    pieces = re.split(r"\n(?=\n(?:# .*\n)*\[)", site)
    gone = [f"\n{heading}\n" for heading in block.split()]
    return "\n".join(piece for piece in pieces if not any(heading in f"{piece}\n" for heading in gone))


if __name__ == "__main__":
    data = Path(sys.argv[1]) / "weather" if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as place:
        new = page(PAGE.read_text(encoding="utf-8"), Path(place), data if data is not None and data.is_dir() else None)
    PAGE.write_text(new, encoding="utf-8")
