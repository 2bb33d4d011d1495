"""Pages that are made from the code are as the code is, and pages point to what exists."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import typer

from scenarios.cli import app

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/index.md",
    "docs/architecture.md",
    "docs/your_site.md",
    "docs/weather.md",
    "docs/telemetry.md",
    "docs/formats.md",
    "docs/recording.md",
    "docs/meters.md",
    "docs/workloads.md",
    "docs/compare.md",
    "docs/cooling.md",
    "docs/cooling_racks.md",
    "docs/cooling_plant.md",
    "docs/cooling_yours.md",
    "docs/dynamics.md",
    "docs/fast_load.md",
    "docs/cost.md",
    "docs/grid.md",
    "docs/hosts.md",
    "docs/validation.md",
    "benchmarks/README.md",
]


def test_the_page_of_columns_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_columns.py"))["page"]()
    assert (root / "docs" / "columns.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_of_formats_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_formats.py"))["page"]()
    assert (root / "docs" / "formats.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_of_the_sites_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_sites.py"))["page"]()
    assert (root / "docs" / "sites.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_of_the_catalog_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_catalog.py"))["page"]()
    assert (root / "docs" / "catalog.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_of_the_host_grids_is_up_to_date(root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_hosts.py"))["page"]()
    assert (root / "docs" / "hosts.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_of_validation_is_up_to_date(root: Path) -> None:
    """All rows that need no public data; the others are the next test's."""
    _assert_validation(root, None)


def test_the_page_of_validation_is_up_to_date_with_public_data(root: Path, shared_data: Path) -> None:
    _assert_validation(root, shared_data)


def _assert_validation(root: Path, data: Path | None) -> None:
    stands = (root / "docs" / "validation.md").read_text(encoding="utf-8")
    made = runpy.run_path(str(root / "docs" / "make_validation.py"))["page"](data, stands if data is None else "")
    changed = [line for line in made.splitlines() if line not in stands.splitlines()]
    assert made == stands, f"run `make docs`; now: {changed}"


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


def test_the_readme_lists_every_command(root: Path) -> None:
    listed = re.findall(r"^\| `twin (\w+)", (root / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(_options())


def test_commands_in_pages_have_options_that_exist(root: Path) -> None:
    options = _options()
    pages = [root / page for page in PAGES if page != "CHANGELOG.md"]
    commands = [command for page in pages for code in _code(page) for command in re.findall(r"twin ([^\n`&|]+)", code)]
    used = [(command.split()[0], option) for command in commands for option in re.findall(r"--[a-z-]+", command)]
    assert len(used) > 5  # the pages do show options, and this reads them
    assert [pair for pair in used if pair[1] not in {"--help", *options.get(pair[0], ())}] == []


def _options() -> dict[str, set[str]]:
    """Give the options of each command."""
    commands = typer.main.get_command(app).commands
    return {name: {text for option in found.params for text in option.opts} for name, found in commands.items()}


def _code(page: Path) -> list[str]:
    """Give what a page sets as code: fenced blocks and inline pieces."""
    return re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.S)
