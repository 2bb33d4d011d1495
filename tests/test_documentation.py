"""Pages that are made from the code are as the code is, and pages point to what exists."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/index.md",
    "docs/architecture.md",
    "benchmarks/README.md",
]


def test_the_page_of_columns_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_columns.py"))["page"]()
    assert (root / "docs" / "columns.md").read_text(encoding="utf-8") == made, "run `make docs`"


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_project_lead_somewhere(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!\w+:)([^)#]+)(?:#[^)]*)?\)", text)
    assert [target for target in targets if not (root / page).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_that_pages_name_exist(root: Path, page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"`?make ([a-z]+)`?", "\n".join(_code(root / page))))
    assert named <= targets


def _code(page: Path) -> list[str]:
    """Give what a page sets as code: fenced blocks and inline pieces."""
    return re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.S)
