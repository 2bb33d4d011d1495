"""The page for a new user: followed from top to bottom, its commands print what stands beside them."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from facilities.reader import toml
from scenarios.commands import new
from tests.facilities.weather_files import written

SITE = """\
# name: It.
name = "mine"

# One.
[one]
# a: It.
a = { value = "1" }
# Keys of the second are as above.

# Two.
[[two]]
a = 1

# Two.
[[two]]
a = 2

# Three.
[three.four]
a = 3
"""


@pytest.fixture(scope="module")
def follow(root: Path) -> dict[str, Any]:
    return runpy.run_path(str(root / "docs" / "make_your_site.py"))


def plain(page: str) -> str:
    """Leave residuals of balances aside, whose last digits are the machine's, and where lines with them are broken."""
    return re.sub(r"\d\.\de[+-]\d+(?=\s+of\s+its\s+inflow)", "R", page)


def test_each_command_prints_what_stands_beside_it(root: Path, tmp_path: Path, follow: dict[str, Any]) -> None:
    """Without its weather file: location and climate are those that the page itself shows."""
    stands = (root / "docs" / "your_site.md").read_text(encoding="utf-8")
    made = follow["page"](stands, tmp_path, None)
    changed = [line for line in plain(made).splitlines() if line not in plain(stands).splitlines()]
    assert plain(made) == plain(stands), f"run `make docs`; now: {changed}"
    # dry, wet, trip and hot, each with its report
    assert len(list(tmp_path.glob("*/report.html"))) == 4


def test_the_weather_file_gives_what_the_page_shows(
    root: Path, tmp_path: Path, follow: dict[str, Any], shared_data: Path
) -> None:
    shown = re.findall(r"```toml\n(\[location\].*?)```", (root / "docs" / "your_site.md").read_text("utf-8"), re.S)
    file = tmp_path / "abilene.tmy3"
    file.write_bytes((shared_data / "weather" / follow["WEATHER"]).read_bytes())
    (tmp_path / "shown.toml").write_text(shown[0], encoding="utf-8")
    made = toml(new.write("mine", "azure_nd_h200_v5", tmp_path, weather=file))
    assert {key: made[key] for key in ("location", "climate")} == toml(tmp_path / "shown.toml")


def test_keys_are_put_into_their_tables(follow: dict[str, Any]) -> None:
    block = 'name = "yours"\n\n[one]\na = { value = "2" }\nb = 3\n\n[new]\na = 9\n'
    expected = SITE.replace('"mine"', '"yours"').replace(
        '[one]\n# a: It.\na = { value = "1" }', '[one]\nb = 3\n# a: It.\na = { value = "2" }'
    )
    assert follow["changed"](SITE, block) == expected + "\n[new]\na = 9\n"


def test_tables_are_taken_out(follow: dict[str, Any]) -> None:
    left = follow["without"](SITE, "[[two]]\n[three.four]\n[absent]\n")
    assert left.strip() == SITE[: SITE.index("\n# Two.")].strip()


def test_a_command_of_the_page_that_fails_is_told(tmp_path: Path, follow: dict[str, Any]) -> None:
    written(tmp_path / "abilene.epw")
    page = "```console\n$ twin check absent.toml\nold\n$ ls\nold\n```\nwords\n"
    assert follow["page"](page, tmp_path, None) == (
        "```console\n$ twin check absent.toml\nabsent.toml: cannot be read: No such file or directory\n"
        "absent.toml: facility, 1 fault\n$ ls\nabilene.epw\n```\nwords\n"
    )
